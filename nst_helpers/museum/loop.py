"""The loop of lesson 07 once more: each line that can go wrong stands in a part of its own.

Its optimiser is torch's L-BFGS and not Adam, which leaves more noise after as many steps.

It has no guards, as a loop that somebody writes for the first time. A bug is a subclass in which
one line differs; `bugs` has them.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
import torch
from PIL import Image

from nst_helpers.colours import to_srgb
from nst_helpers.engine.features import IMAGENET_MEAN, IMAGENET_STD, FeatureExtractor

MEAN, STD = (torch.tensor(three).view(3, 1, 1) for three in (IMAGENET_MEAN, IMAGENET_STD))
File = str | Path | IO[bytes]


class Painting(NamedTuple):
    """What the loop leaves behind.

    Attributes:
        picture: the bytes of each pixel `(H, W, 3)`, as they would be written to a file; the
            pictures of a batch stand side by side.
        losses: `content`, `style` and `variation` of each evaluation, without their weights.
        numbers: what a `print` on the way would have said of some tensors of the run: the smallest
            number, the largest, and the mean, of a picture for each colour; or just a number.
    """

    picture: torch.Tensor
    losses: dict[str, list[float]]
    numbers: dict[str, tuple[float, ...]]


class Loop:
    """Style transfer in parts, without a guard; `paint` runs it on the CPU in float32.

    Args:
        contents: the files of the photographs.
        styles: the files of the paintings, one for each photograph.
        size: the longer side of the picture in pixels.
        steps: of the optimiser, all sizes together.

    Example:
        >>> from nst_helpers import gallery
        >>> files = [[gallery()[name].path] for name in ("cat", "night_sky")]
        >>> Loop(*files, size=32, steps=1).paint().picture.shape
        torch.Size([21, 32, 3])

    Source: Gatys, Ecker and Bethge (2016), section 2, with the variation loss as third term.
    """

    content_layers = ("relu4_2",)
    style_layers = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")
    precision: str | None = None  # as fast as the machine can
    style_scale = 1  # the longer side of a painting, relative to that of the picture

    def __init__(
        self, contents: Sequence[File], styles: Sequence[File], size: int, steps: int
    ) -> None:
        """Keep what is to be painted; nothing is read yet."""
        self.contents, self.styles = contents, styles
        self.size, self.steps = size, steps

    def open(self, file: File) -> Image.Image:
        """Return a picture file in RGB."""
        picture = Image.open(file)
        picture = on_white(picture)
        return in_srgb(picture)

    def numbers(self, picture: Image.Image) -> torch.Tensor:
        """Return a picture as `(1, 3, H, W)`, RGB in [0, 1]."""
        levels = torch.from_numpy(np.array(picture))
        return levels.permute(2, 0, 1)[None] / 255

    def prepare(self, picture: torch.Tensor) -> torch.Tensor:
        """Return a picture as the network wants it."""
        return (picture - MEAN) / STD

    def network(self) -> FeatureExtractor:
        """Return the network, which takes prepared pictures."""
        layers = self.content_layers + self.style_layers
        network = FeatureExtractor(layers, device="cpu", precision=self.precision)
        network.mean.zero_(), network.std.fill_(1)  # what `prepare` does instead
        return network

    def features(self, network: FeatureExtractor, picture: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return the feature maps of a picture, in float32."""
        maps = network(self.prepare(picture))
        return {name: maps[name].float() for name in maps}

    def gram(self, maps: torch.Tensor) -> torch.Tensor:
        """Return a Gram matrix for each picture, `(N, C, C)`."""
        pictures, channels, rows, columns = maps.shape
        flat = maps.reshape(pictures, channels, rows * columns)
        return flat @ flat.mT / (rows * columns)

    def error(self, found: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        """Return how far something is from its target, relative to the target."""
        return (found - target).square().mean() / target.square().mean()

    def variation_loss(self, picture: torch.Tensor) -> torch.Tensor:
        """Return the mean squared difference of neighbours."""
        down = picture[..., 1:, :] - picture[..., :-1, :]
        across = picture[..., :, 1:] - picture[..., :, :-1]
        return down.square().mean() + across.square().mean()

    def total(self, losses: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the weighted sum that is minimised."""
        return losses["content"] + 40 * losses["style"] + 10 * losses["variation"]

    def start(self, content: torch.Tensor) -> torch.Tensor:
        """Return the pixels with which the run begins."""
        return content.clone().requires_grad_()

    def content_target(
        self, network: FeatureExtractor, pixels: torch.Tensor, content: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Return the feature maps of the photograph."""
        maps = self.features(network, content)
        return {name: maps[name].detach() for name in self.content_layers}

    def style_target(
        self, network: FeatureExtractor, style: torch.Tensor
    ) -> dict[str, torch.Tensor]:
        """Return the Gram matrices of the painting."""
        maps = self.features(network, style)
        return {name: self.gram(maps[name]).detach() for name in self.style_layers}

    def optimiser(self, pixels: torch.Tensor, network: FeatureExtractor) -> torch.optim.Optimizer:
        """Return what changes the picture."""
        return torch.optim.LBFGS([pixels], lr=1, max_iter=1)  # one evaluation a step

    def backward(self, total: torch.Tensor) -> None:
        """Compute the gradient."""
        total.backward()

    def after_step(self, pixels: torch.Tensor) -> None:
        """Keep the pixels in the range of a picture."""
        pixels.clamp_(0, 1)

    def sizes(self) -> list[int]:
        """Return the sizes at which is painted, one after the other."""
        return [self.size]

    def write(self, pixels: torch.Tensor) -> torch.Tensor:
        """Return each pixel as three bytes, as a file has them."""
        return (255 * pixels).round().nan_to_num(0).int().to(torch.uint8)

    def paint(self) -> Painting:
        """Run the loop to its end."""
        network, sizes, pixels = self.network(), self.sizes(), None
        losses: dict[str, list[float]] = {"content": [], "style": [], "variation": []}
        numbers: dict[str, torch.Tensor] = {}
        for size in sizes:
            pixels, numbers = self._stage(network, pixels, size, self.steps // len(sizes), losses)
        assert pixels is not None
        written = torch.cat([*self.write(pixels.detach())], dim=2).permute(1, 2, 0)
        return Painting(written, losses, {about: _extent(of) for about, of in numbers.items()})

    def _stage(
        self,
        network: FeatureExtractor,
        pixels: torch.Tensor | None,
        size: int,
        steps: int,
        history: dict[str, list[float]],
    ) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
        """Paint at one size; return the pixels, and what a `print` would have shown."""
        content = self._batch(self.contents, size)
        style = self._batch(self.styles, round(size * self.style_scale))
        pixels = self.start(content if pixels is None else enlarged(pixels, content))
        contents = self.content_target(network, pixels, content)
        styles = self.style_target(network, style)
        optimiser = self.optimiser(pixels, network)
        slopes: list[torch.Tensor] = []

        def evaluate() -> float:
            optimiser.zero_grad()
            losses = self._losses(self.features(network, pixels), contents, styles, pixels)
            total = self.total(losses)
            self.backward(total)
            if pixels.grad is not None and not slopes:
                slopes.append(pixels.grad.clone())
            for name, loss in losses.items():
                history[name].append(loss.item())
            return total.item()

        for _ in range(steps):
            optimiser.step(evaluate)
            with torch.no_grad():
                self.after_step(pixels)
        deep, shallow = self.content_layers[0], self.style_layers[0]
        return pixels, {
            "the photograph, as it was read": content,
            "the photograph, as the network gets it": self.prepare(content),
            f"its features, {deep}": contents[deep],
            f"Gram matrix of the painting, {shallow}": styles[shallow],
            "the steepest slope of the first step": slopes[0].abs().max(),
            "the picture at the end": pixels,
        }

    def _batch(self, files: Sequence[File], size: int) -> torch.Tensor:
        pictures = [self.open(file) for file in files]
        small = [each.resize(sides(each.size, size), Image.Resampling.LANCZOS) for each in pictures]
        return torch.cat([self.numbers(each) for each in small])

    def _losses(
        self,
        maps: dict[str, torch.Tensor],
        contents: dict[str, torch.Tensor],
        styles: dict[str, torch.Tensor],
        pixels: torch.Tensor,
    ) -> dict[str, torch.Tensor]:
        content = [self.error(maps[name], target) for name, target in contents.items()]
        style = [self.error(self.gram(maps[name]), target) for name, target in styles.items()]
        return {
            "content": torch.stack(content).mean(),
            "style": torch.stack(style).mean(),
            "variation": self.variation_loss(pixels),
        }


def in_srgb(picture: Image.Image) -> Image.Image:
    """Return a picture whose numbers mean sRGB, whatever its file says that they mean.

    Example:
        >>> in_srgb(Image.new("RGB", (2, 3))).size
        (2, 3)
    """
    convert, _ = to_srgb(picture)
    return convert(picture) if convert else picture


def on_white(picture: Image.Image) -> Image.Image:
    """Return a picture in RGB; where it is transparent, there is white paper.

    Example:
        >>> on_white(Image.new("RGBA", (2, 3), (255, 0, 0, 0))).getpixel((0, 0))
        (255, 255, 255)
    """
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    picture = picture.convert("RGBA")
    paper = Image.new("RGBA", picture.size, "white")
    paper.info = picture.info  # with the profile of its colours
    paper.alpha_composite(picture)
    return paper.convert("RGB")


def sides(given: tuple[int, int], longer: int) -> tuple[int, int]:
    """Return the width and the height of a picture whose longer side gets so many pixels.

    Example:
        >>> sides((300, 200), 60)
        (60, 40)
    """
    width, height = (round(side * longer / max(given)) for side in given)
    return width, height


def enlarged(pixels: torch.Tensor, content: torch.Tensor) -> torch.Tensor:
    """Return a picture in the size of another.

    Example:
        >>> enlarged(torch.zeros(1, 3, 2, 2), torch.zeros(1, 3, 4, 6)).shape
        torch.Size([1, 3, 4, 6])
    """
    return torch.nn.functional.interpolate(pixels.detach(), content.shape[2:], mode="bilinear")


def _extent(numbers: torch.Tensor) -> tuple[float, ...]:
    """Return the smallest number, the largest, and the mean or those of three colours."""
    numbers, found = numbers.detach().float(), [numbers]
    if numbers.ndim:
        three = numbers.shape[1] == 3
        means = numbers.mean(dim=(0, 2, 3)) if three else numbers.mean()[None]
        found = [numbers.min(), numbers.max(), *means]
    return tuple(float(f"{each.item():.3g}") for each in found)
