"""What one activation sees, how much each of these pixels counts, and the same layer by layer."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from torch.nn.functional import avg_pool2d

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.patches import cut
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import Choice, Figure, packed, percent, significant, unpacked
from nst_helpers.widgets.positions import RELU_LAYERS, cached_receptive_field, position_at

Position = tuple[int, int]  # row and column in the map of a layer
_SMALL_FIELD = 40  # pixels; for a smaller field, 16 activations take less than half a second


class ReceptiveField(Figure):
    """What one activation sees, layer by layer, and how much each of these pixels counts.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side of the picture in pixels.

    Attributes:
        layer: the name of a layer such as `"relu3_3"`.
        place: `(x, y)` in the picture, as shares in [0, 1).
        shown: the picture, an image tensor.
        maps: `{layer: mean of its channels (h, w)}`.

    Raises:
        InputError: the picture cannot be used, or there is no such layer.

    Example:
        >>> field = ReceptiveField("cat", size=64)
        >>> field.layer = "relu2_2"
        >>> "14 × 14 pixels" in field.text
        True
    """

    _module = "receptive_field"
    _esm, _css = page.script(_module), page.style(_module)

    layer = Choice().tag(sync=True)
    place = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)

    def __init__(self, picture: ImageSource = "cat", size: int = 224) -> None:
        """Compute the maps, and the weights of the first layer."""
        self.shown = load_image(picture, size)
        with torch.no_grad():
            features = FeatureExtractor(RELU_LAYERS)(self.shown)
        self.maps = {layer: maps[0].mean(0).cpu() for layer, maps in features.items()}
        pixels = self.shown[0].permute(1, 2, 0).mul(255).round().to(torch.uint8)
        data = {
            "shape": list(self.shown.shape[2:]),
            "pixels": pixels.numpy().tobytes(),
            "maps": {layer: _packed(grid) for layer, grid in self.maps.items()},
            "fields": {layer: list(cached_receptive_field(layer)) for layer in RELU_LAYERS},
            **self._weighed("relu3_3"),
        }
        super().__init__(
            "A map of a layer, the picture with the receptive field of one place, and the patch "
            "it sees. Press a place in the map or in the picture, or move it with the arrow keys",
            {"layer": RELU_LAYERS},
            layer="relu3_3",
            place=(0.3, 0.42),
            data=data,
        )
        self.observe(lambda change: self._weigh(change["new"]), "layer")

    def _weigh(self, layer: str) -> None:
        """Send the weights of a layer too; the page shows all else without waiting for them."""
        if layer in self.data["weights"]:
            return
        more = self._weighed(layer)
        self.data = {**self.data, **{name: {**self.data[name], **more[name]} for name in more}}

    def _weighed(self, layer: str) -> dict[str, dict[str, Any]]:
        """Return the weights of a layer's field and the share of its middle, for the page."""
        weight = effective_weight(self.shown, layer)
        square = cached_receptive_field(layer)[1] // 2 * 2 + 1
        light = avg_pool2d(weight[None], square, 1, square // 2)
        return {"weights": {layer: _packed(light[0])}, "shares": {layer: middle_share(weight)}}

    def save_html(self, path: str | Path) -> None:
        """Save the figure as `Figure.save_html` does, with the weights of all layers."""
        for layer in RELU_LAYERS:
            self._weigh(layer)
        super().save_html(path)

    @property
    def text(self) -> str:
        """Which pixels the activation sees, and how much its middle counts."""
        row, column = position_at(self.place, self.maps[self.layer].shape)
        (left, top, side), (height, width) = field_of(self.layer, (row, column)), self._shape
        text = (
            f"{self.layer}, row {row}, column {column}: it sees {side} × {side} pixels, rows {top} "
            f"to {top + side - 1} and columns {left} to {left + side - 1} of a picture of "
            f"{height} rows and {width} columns."
        )
        if min(left, top) < 0 or left + side > width or top + side > height:
            text += " Grey is beyond the border, where the network sees zeros."
        share = percent(self.data["shares"][self.layer])
        return (
            f"{text} The middle quarter of this square has {share} of the weight: how much the "
            "number changes with each pixel."
        )

    @property
    def _shape(self) -> Sequence[int]:
        return self.shown.shape[2:]

    def draw(self) -> Drawing:
        """Return the map, the fields in the picture, the patch and its weights, and all patches."""
        grid, (height, width) = self.maps[self.layer], self._shape
        position = position_at(self.place, grid.shape)
        positions = same_place(self.maps, self.layer, position)
        left, top, side = field_of(self.layer, position)
        tall = 3.1 * height / width
        drawing = Drawing(figsize=(11, max(tall, 1.9) + 1.8), layout="constrained")
        heights = max(tall, 1.9) + 0.4, 1.3
        upper, lower = drawing.subfigures(2, 1, height_ratios=heights, squeeze=False)[:, 0]
        ratios = (3.1, 3.1, 1.9, 1.9)
        of_map, of_picture, of_patch, of_weight = upper.subplots(1, 4, width_ratios=ratios)
        _show(of_map, grid / max(float(grid.max()), 1e-6))
        of_map.set_title(
            f"{self.layer}, mean: black 0, white {significant(float(grid.max()))}",
            fontsize=9,
        )
        _frame(of_map, position[1], position[0], 1)
        _show(of_picture, self.shown)
        of_picture.set_title("the fields of this place", fontsize=9)
        for name, other in positions.items():
            if name != self.layer:
                _frame(of_picture, *field_of(name, other), thin=True)
        _frame(of_picture, left, top, side)
        of_picture.set(xlim=(-0.5, width - 0.5), ylim=(height - 0.5, -0.5))
        patch = cut(self.shown, top, left, side)
        _show(of_patch, patch)
        of_patch.set_title(f"seen: {side} × {side} pixels", fontsize=9)
        light = unpacked(self.data["weights"][self.layer])
        _show(of_weight, torch.lerp(torch.full_like(patch, 0.5), patch, light / light.max()))
        _frame(of_weight, side / 4, side / 4, side / 2, thin=True)
        share = percent(self.data["shares"][self.layer])
        of_weight.set_title(f"what counts:\nmiddle quarter {share}", fontsize=9)
        for axes, (name, other) in zip(
            lower.subplots(1, len(positions)), positions.items(), strict=True
        ):
            left, top, side = field_of(name, other)
            _show(axes, cut(self.shown, top, left, side))
            bold = "bold" if name == self.layer else "normal"
            axes.set_title(f"{name.removeprefix('relu')}\n{side} px", fontsize=8, weight=bold)
        return drawing


def field_of(layer: str, position: Position) -> tuple[int, int, int]:
    """Return `(left, top, side)` in pixels of what an activation of a layer sees.

    Example:
        >>> field_of("relu1_1", (5, 7))
        (6, 4, 3)
    """
    side, step, offset = cached_receptive_field(layer)
    row, column = position
    return offset + step * column, offset + step * row, side


def same_place(
    maps: Mapping[str, torch.Tensor], layer: str, position: Position
) -> dict[str, Position]:
    """Return `{layer: the position whose field has its centre nearest to that of the given}`."""
    left, top, side = field_of(layer, position)
    positions = {}
    for name, grid in maps.items():
        width, step, offset = cached_receptive_field(name)
        row, column = (
            min(max(math.floor((begin + (side - width) / 2 - offset) / step + 0.5), 0), length - 1)
            for begin, length in zip((top, left), grid.shape, strict=True)
        )
        positions[name] = row, column
    return positions | {layer: position}


def effective_weight(image: torch.Tensor, layer: str) -> torch.Tensor:
    """Return how much each pixel of a receptive field changes the mean of a layer's channels.

    This is the absolute gradient, summed over the colours: the mean over 16 activations that are
    spread over the picture, or over 4 where fields are large, so that it takes seconds. None of
    these fields reaches over the border; a picture that is too small for that is continued by
    mirror images.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        layer: a name from `RELU_LAYERS`.

    Returns:
        `(side, side)`, with the side of the layer's receptive field.

    Example:
        >>> effective_weight(torch.rand(1, 3, 32, 32), "relu1_2").shape
        torch.Size([5, 5])

    Source: Luo, Li, Urtasun and Zemel (2016), "Understanding the effective receptive field in deep
        convolutional neural networks", section 2.
    """
    side, step, offset = cached_receptive_field(layer)
    before = offset % step  # pixels between a step of all poolings and the field
    crop = math.ceil((before + side) / step) * step
    pixels = crops(image[0].numpy(), crop, step, 4 if side <= _SMALL_FIELD else 2).requires_grad_()
    at = (before - offset) // step
    with torch.enable_grad():
        activations = FeatureExtractor([layer])(pixels)[layer]
        activations[:, :, at, at].mean(1).sum().backward()
    gradient = pixels.grad if pixels.grad is not None else torch.zeros_like(pixels)
    field = slice(before, before + side)
    return gradient.abs().sum(1).mean(0)[field, field].cpu()


def crops(image: np.ndarray[Any, Any], size: int, step: int, count: int) -> torch.Tensor:
    """Return `count` times `count` squares that are spread over a picture and begin at steps.

    Args:
        image: `(3, H, W)`; where it is too small, it is continued by mirror images.
        size: of the squares in pixels, a multiple of `step`.
        step: in pixels.
        count: how many squares stand side by side.

    Returns:
        `(count², 3, size, size)`.

    Example:
        >>> crops(np.arange(300).reshape(3, 10, 10), 4, 2, 2)[:, 0, 0, 0]
        tensor([ 0,  4, 40, 44])
    """
    beyond = [(0, max(0, size + count * step - length)) for length in image.shape[1:]]
    large = np.pad(image, [(0, 0), *beyond], mode="symmetric")
    tops, lefts = (
        [int((length - size) * (number + 0.5) / count) // step * step for number in range(count)]
        for length in large.shape[1:]
    )
    squares = [large[:, y : y + size, x : x + size] for y in tops for x in lefts]
    return torch.from_numpy(np.stack(squares))


def middle_share(weight: torch.Tensor) -> float:
    """Return the share of the weight that lies in the middle square of half the side.

    A pixel that lies in it by half counts by half, so that an even weight has 0.25.

    Example:
        >>> middle_share(torch.ones(5, 5)), middle_share(torch.eye(2)[:, :1] @ torch.ones(1, 2))
        (0.25, 0.25)
    """
    side = len(weight)
    first = torch.arange(side, dtype=torch.float64)
    inside = (first + 1).clamp(max=0.75 * side) - first.clamp(min=0.25 * side)
    inside = inside.clamp(min=0)
    return float(inside @ weight.double() @ inside / weight.double().sum().clamp(min=1e-30))


def _packed(grid: torch.Tensor) -> dict[str, Any]:
    return packed(grid[None], [float(grid.max())])


def _show(axes: Axes, picture: torch.Tensor) -> None:
    """Show an image tensor, or a grey map in [0, 1]."""
    pixels = picture[0].permute(1, 2, 0) if picture.ndim == 4 else picture
    axes.imshow(pixels.numpy(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    axes.set_axis_off()


def _frame(axes: Axes, left: float, top: float, side: float, thin: bool = False) -> None:
    """Draw a frame around pixels, whose centres Matplotlib gives whole numbers."""
    lines = [("0.85", 0.6)] if thin else [("black", 4.0), ("gold", 2.0)]
    for color, width in lines:
        axes.add_patch(
            Rectangle((left - 0.5, top - 0.5), side, side, fill=False, ec=color, lw=width)
        )
