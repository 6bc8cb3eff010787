"""The triangle of weights: what each loss weighs at its places, and the pictures painted there."""

import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

from nst_helpers.engine.transfer import (
    CONTENT_WEIGHT,
    STYLE_WEIGHT,
    VARIATION_WEIGHT,
    StyleTransfer,
)
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets.figure import jpeg

Place = tuple[int, int, int]  # the nearness to the corners content, style and variation

LOSSES = "content", "style", "variation"
SIDES = 6  # so many steps lie between two corners of the triangle
MIDDLE: Place = (SIDES // 3, SIDES // 3, SIDES // 3)
PLACES: tuple[Place, ...] = tuple(
    (content, style, SIDES - content - style)
    for content in range(SIDES, -1, -1)
    for style in range(SIDES - content, -1, -1)
)
GROWTH = 1000  # so many times a weight grows against the others from the middle to its corner
ON = 100  # steps that are painted on, at most, after the last change of the weights
STORED = Path(__file__).parent.parent / "pictures" / "balance"


def weights_at(place: Place) -> dict[str, float]:
    """Return the weights of the three losses at a place; that of the content is 1.

    Args:
        place: the nearness to the corners content, style and variation; `SIDES` together.

    Example:
        >>> weights_at((2, 2, 2)), weights_at((0, 6, 0))["style"]
        ({'content': 1.0, 'style': 40.0, 'variation': 10.0}, 40000.0)
    """
    middle = CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
    powers = (GROWTH ** ((near - place[0]) / SIDES) for near in place)
    return {n: w * p for n, w, p in zip(LOSSES, middle, powers, strict=True)}


def nearer(place: Place) -> Place:
    """Return the neighbour of a place that is nearer to the content; its picture is painted first.

    Example:
        >>> nearer((2, 2, 2)), nearer((2, 1, 3))
        ((3, 1, 2), (3, 1, 2))
    """
    content, style, variation = place
    if style >= variation:
        return content + 1, style - 1, variation
    return content + 1, style, variation - 1


def spot(place: Place) -> tuple[float, float]:
    """Return `(x, y)` of a place: shares of the triangle's width, from the left, and height, down.

    The content is at the top, the style at the left, the variation at the right.

    Example:
        >>> spot((6, 0, 0)), spot((0, 6, 0)), spot((0, 0, 6))
        ((0.5, 0.0), (0.0, 1.0), (1.0, 1.0))
    """
    content, _, variation = place
    return (content / 2 + variation) / SIDES, 1 - content / SIDES


def as_jpeg(image: torch.Tensor) -> bytes:
    """Return an image tensor `(1, 3, H, W)` in [0, 1] as a JPEG with its colours in full detail.

    The lines of stained glass are thin; at half the detail their losses would be other ones.
    """
    return jpeg(image, quality=85, subsampling=0, optimize=True, progressive=True)


@dataclass(frozen=True, eq=False)
class Painted:
    """A generated picture and its losses.

    Attributes:
        image: an image tensor `(1, 3, H, W)` in [0, 1], on the CPU.
        losses: `{name: loss}` of content, style and variation, not weighted; of this picture.
        place: with whose weights it was painted.
        jpeg: the bytes of the picture as a JPEG, for a page.
    """

    image: torch.Tensor
    losses: dict[str, float]
    place: Place
    jpeg: bytes = field(repr=False)


class Painter:
    """Paints the pictures of the triangle, for one pair of a content and a style.

    Args:
        content, style: anything that `load_image` takes.
        size: the longer side of the pictures in pixels.
        steps: of each picture.
        settings: else of the runs, as `StyleTransfer` takes them.

    Attributes:
        content, style: the two pictures, image tensors `(1, 3, H, W)` in [0, 1].

    Raises:
        InputError: a picture cannot be used.
    """

    def __init__(
        self, content: ImageSource, style: ImageSource, size: int, steps: int, **settings: Any
    ) -> None:
        """Load both pictures; the network is needed later."""
        self.content = load_image(content, size)
        self.style = load_image(style, max(self.content.shape[2:]))
        self.steps, self.settings = steps, settings

    def transfer(self, start: torch.Tensor, place: Place) -> StyleTransfer:
        """Return the run that goes on from a picture with the weights of a place."""
        weights = {f"{name}_weight": weight for name, weight in weights_at(place).items()}
        settings: dict[str, Any] = {
            **self.settings,
            **weights,
            "steps": ON,
            "start": start,
            "stages": 1,
        }
        return StyleTransfer(self.content, self.style, **settings)

    def on(self, start: torch.Tensor, place: Place) -> Iterator[Painted]:
        """Yield what becomes of a picture with the weights of a place, step by step."""
        for step in self.transfer(start, place):
            losses = {name: step.losses[name] for name in LOSSES}
            image = step.image.cpu()
            yield Painted(image, losses, place, as_jpeg(image))

    def paint(self, place: Place, grid: Mapping[Place, Painted]) -> Painted:
        """Return the picture of a place, begun from its neighbour nearer to the content.

        Args:
            place: where.
            grid: the pictures that are finished, that neighbour's among them; that of the corner
                of the content needs none, for it is the content picture.
        """
        begin = place[0] == SIDES
        start = self.content if begin else grid[nearer(place)].image
        *_, painted = itertools.islice(self.on(start, place), 1 if begin else self.steps)
        return painted


def stored(
    content: ImageSource, style: ImageSource, size: int | None = None, steps: int | None = None
) -> tuple[Painter, dict[Place, Painted]] | None:
    """Return the triangle that comes with the package, with its painter, if it is of this pair.

    Args:
        content, style: the pair; the names of the gallery are compared.
        size: of the pictures in pixels, or None for that of the stored ones.
        steps: of each picture, or None for those of the stored ones.

    Example:
        >>> painter, grid = stored("coffee", "stained_glass")
        >>> painter.content.shape, len(grid)
        (torch.Size([1, 3, 171, 256]), 28)
        >>> stored("cat", "night_sky") is None
        True
    """
    if not (isinstance(content, str) and isinstance(style, str)):
        return None
    table = json.loads((STORED / "balance.json").read_text(encoding="utf-8"))
    of = table["settings"]
    others = size not in (None, of["size"]) or steps not in (None, of["steps"])
    if others or (content, style) != (of["content"], of["style"]):
        return None
    painter, losses = Painter(content, style, of["size"], of["steps"]), table["losses"]
    return painter, {place: _read(place, painter, losses[key(place)]) for place in PLACES}


def key(place: Place) -> str:
    """Return the name of a place in files and traits.

    Example:
        >>> key((2, 2, 2))
        '222'
    """
    return "".join(map(str, place))


def _read(place: Place, painter: Painter, losses: dict[str, float]) -> Painted:
    if place[0] == SIDES:  # the content picture itself, which is not stored twice
        return Painted(painter.content, losses, place, as_jpeg(painter.content))
    file = (STORED / f"{key(place)}.jpg").read_bytes()
    return Painted(load_image(file), losses, place, file)
