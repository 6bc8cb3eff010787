"""Two channels, where they are active together, and what chance would give."""

import io
import itertools
import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import torch
from matplotlib.figure import Figure as Drawing
from PIL import Image

from nst_helpers.errors import InputError, check_choice
from nst_helpers.images import ImageSource, load_image, resample
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import BLUE, ORANGE, Choice, Figure, floats, significant

_AS_THEY_ARE, _SECOND_SHUFFLED, _BOTH_SHUFFLED = (
    "as they are",
    "second shuffled",
    "both shuffled alike",
)
_MOST_BYTES = 1_500_000
_LONGER_SIDE = 640  # pixels of the picture in the page, about
_DARK = 0.28  # of the picture's brightness is left below the maps
_FIRST, _SECOND = (np.array(colour) / 255 for colour in (ORANGE, BLUE))


class CoOccurrence(Figure):
    """Two channels over their picture, their product and its sum; the positions can be shuffled.

    Args:
        maps: `{name: map (H, W)}`, at least two, of one shape and without negative numbers.
        picture: what the maps are of, anything that `load_image` takes; it is shown below them.
        first, second: names of the two channels that are shown first. Without them, those with the
            largest correlation.

    Attributes:
        first, second: the names of the two channels.
        positions: `"as they are"`, `"second shuffled"` or `"both shuffled alike"`.
        maps: the maps as tensors of float32.

    Raises:
        ValueError: the maps or the picture cannot be used, or there is no map of that name.

    Example:
        >>> maps = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([[3.0, 1.0]])}
        >>> CoOccurrence(maps).text
        'a · b = 5. Chance gives 6. The cosine is 0.71, the correlation -1.00.'
    """

    _module = "co_occurrence"
    _esm, _css = page.script(_module), page.style(_module)

    first, second = Choice().tag(sync=True), Choice().tag(sync=True)
    positions = Choice(_AS_THEY_ARE).tag(sync=True)

    def __init__(
        self,
        maps: Mapping[str, torch.Tensor | np.ndarray[Any, Any]],
        picture: ImageSource | None = None,
        first: str | None = None,
        second: str | None = None,
    ) -> None:
        """Choose the pair to begin with, and draw the permutation once."""
        self.maps = _checked(maps)
        shape = next(iter(self.maps.values())).shape
        generator = torch.Generator().manual_seed(0)
        self._permutation = torch.randperm(shape.numel(), generator=generator)
        self._picture, block = None, max(1, round(_LONGER_SIDE / max(shape)))
        if picture is not None:
            self._picture = _grey(load_image(picture), shape, block)
        pair = _most_correlated(self.maps, first, second)
        super().__init__(
            "Two channels laid over their picture in two colours, their product position by "
            "position, and its sum beside what chance gives. Choose two channels, shuffle their "
            "positions, and point at a position to read its numbers",
            {
                "first": self.maps,
                "second": self.maps,
                "positions": [_AS_THEY_ARE, _SECOND_SHUFFLED, _BOTH_SHUFFLED],
            },
            first=pair[0],
            second=pair[1],
            data={
                "shape": list(shape),
                "maps": floats(torch.stack(list(self.maps.values()))),
                "permutation": self._permutation.numpy().astype("<u4").tobytes(),
                "block": block,
                "picture": b"" if self._picture is None else _jpeg(self._picture),
            },
        )

    def arranged(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """Return both maps as they lie now, shuffled or not, as arrays `(H, W)` of float64."""
        first, second = (self.maps[name].double().numpy() for name in (self.first, self.second))
        if self.positions == _BOTH_SHUFFLED:
            first = self._shuffled(first)
        return first, second if self.positions == _AS_THEY_ARE else self._shuffled(second)

    def _shuffled(self, grid: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        return grid.flatten()[self._permutation.numpy()].reshape(grid.shape)

    @property
    def text(self) -> str:
        """The dot product, what chance gives, the cosine and the correlation."""
        both = compare(*self.arranged())
        found = "there is no correlation, as one map is the same everywhere"
        if both.correlation is not None:
            found = f"the correlation {both.correlation:z.2f}"
        return (
            f"{self.first} · {self.second} = {significant(both.dot)}. "
            f"Chance gives {significant(both.chance)}. The cosine is {both.cosine:.2f}, {found}."
        )

    def draw(self) -> Drawing:
        """Return both maps over the picture, each alone, their product, and its sum as a bar."""
        first, second = self.arranged()
        both, rows_to_columns = compare(first, second), first.shape[0] / first.shape[1]
        drawing = Drawing(figsize=(9.4, 6.4 * rows_to_columns + 1.5), layout="constrained")
        height = 9.6 * rows_to_columns
        grid = drawing.add_gridspec(4, 2, width_ratios=[3, 1], height_ratios=[height / 3] * 3 + [1])
        large = drawing.add_subplot(grid[:3, 0])
        large.imshow(self._overlay(first, second), interpolation="nearest")
        large.set_title(f"orange: {self.first}; blue: {self.second}; white: both", fontsize=10)
        product = first * second
        shades = [_share(first)[..., None] * _FIRST, _share(second)[..., None] * _SECOND]
        shades.append(_share(product)[..., None] * np.ones(3))
        titles = (self.first, f"× {self.second}", "= product")
        for row, (title, numbers) in enumerate(zip(titles, (first, second, product), strict=True)):
            axes = drawing.add_subplot(grid[row, 1])
            axes.imshow(shades[row], interpolation="nearest")
            axes.set_title(f"{title}\nbrightest {significant(numbers.max())}", fontsize=8)
        for axes in drawing.axes:
            axes.set_axis_off()
        _draw_bar(drawing.add_subplot(grid[3, :]), both)
        drawing.suptitle(self.text.replace(". ", ".\n", 1), fontsize=11, x=0.01, ha="left")
        return drawing

    def _overlay(
        self, first: np.ndarray[Any, Any], second: np.ndarray[Any, Any]
    ) -> np.ndarray[Any, Any]:
        """Return red, green and blue in [0, 1] of both maps over the picture, `(rows, columns, 3)`.

        The picture lies with the first map: its blocks move where that map's numbers move.
        """
        colours = _share(first)[..., None] * _FIRST + _share(second)[..., None] * _SECOND
        if self._picture is None:
            return colours.clip(0, 1)
        block = self.data["block"]
        rows, columns = first.shape
        tiles = self._picture.reshape(rows, block, columns, block).swapaxes(1, 2)
        if self.positions == _BOTH_SHUFFLED:
            tiles = tiles.reshape(-1, block, block)[self._permutation.numpy()].reshape(tiles.shape)
        below = _DARK * tiles.swapaxes(1, 2).reshape(self._picture.shape)[..., None]
        return (colours.repeat(block, 0).repeat(block, 1) + below).clip(0, 1)


def _checked(maps: Mapping[str, torch.Tensor | np.ndarray[Any, Any]]) -> dict[str, torch.Tensor]:
    """Return the maps as tensors of float32; raise `InputError` where they cannot be used."""
    found = {str(name): torch.as_tensor(grid).detach().cpu().float() for name, grid in maps.items()}
    shapes = {tuple(grid.shape) for grid in found.values()}
    if len(found) < 2 or len(shapes) != 1 or len(shapes.copy().pop()) != 2 or 0 in shapes.pop():
        raise InputError(f"CoOccurrence needs two or more maps (H, W) of one shape: {shapes}.")
    if any(not (grid >= 0).all() or grid.isinf().any() for grid in found.values()):
        raise InputError("CoOccurrence needs maps without negative numbers: use relu().")
    size = sum(4 * grid.numel() for grid in found.values())
    if size > _MOST_BYTES:
        raise InputError(
            f"These {len(found)} maps are {size / 1e6:.1f} MB, and a page takes 1.5 MB: "
            "give fewer maps, or those of a smaller picture."
        )
    return found


def _grey(image: torch.Tensor, shape: torch.Size, block: int) -> np.ndarray[Any, Any]:
    """Return a picture in grey, of so many pixels along each side of a position."""
    tall, wide = (
        pixels / positions for pixels, positions in zip(image.shape[2:], shape, strict=True)
    )
    if not 0.7 < tall / wide < 1.4:
        raise InputError(
            f"The picture is {image.shape[3]} x {image.shape[2]} pixels and the maps have "
            f"{shape[1]} x {shape[0]} positions: give the picture that the maps are of."
        )
    grey = resample(image, (shape[0] * block, shape[1] * block))[0]
    return torch.einsum("chw,c->hw", grey, torch.tensor([0.299, 0.587, 0.114])).numpy()


def _jpeg(grey: np.ndarray[Any, Any]) -> bytes:
    file = io.BytesIO()
    Image.fromarray((grey * 255).round().astype(np.uint8)).save(file, "JPEG", quality=80)
    return file.getvalue()


def _most_correlated(
    maps: Mapping[str, torch.Tensor], first: str | None, second: str | None
) -> tuple[str, str]:
    """Return the two names whose maps have the largest correlation, with those that are given."""
    for name in (first, second):
        if name is not None:
            check_choice("map", name, maps)
    pairs = [
        (a, b)
        for a, b in itertools.permutations(maps, 2)
        if first in (a, None) and second in (b, None)
    ]
    grids = {name: grid.double().numpy() for name, grid in maps.items()}

    def correlation(pair: tuple[str, str]) -> float:
        found = compare(grids[pair[0]], grids[pair[1]]).correlation
        return -2.0 if found is None else found

    # There is none where the same map is asked for twice.
    return max(pairs, key=correlation) if pairs else (str(first), str(second))


class Comparison(NamedTuple):
    """What the dot product of two maps is, and what it can be compared with.

    Attributes:
        dot: the sum of the products, position by position.
        chance: what it is on average when the positions of one map are shuffled.
        largest: the product of the lengths, which it cannot exceed.
        cosine: `dot / largest`, or 0 where a map is 0 everywhere.
        correlation: the cosine once each map's mean is subtracted; None where a map is the same
            everywhere.
    """

    dot: float
    chance: float
    largest: float
    cosine: float
    correlation: float | None


def compare(a: np.ndarray[Any, Any], b: np.ndarray[Any, Any]) -> Comparison:
    """Return the dot product of two maps, and what it can be compared with.

    Args:
        a, b: maps `(h, w)` of float64 without negative numbers.

    Example:
        >>> compare(np.ones((2, 2)), np.ones((2, 2)))
        Comparison(dot=4.0, chance=4.0, largest=4.0, cosine=1.0, correlation=None)
    """
    dot, largest = float((a * b).sum()), _length(a) * _length(b)
    chance = float(a.sum() * b.sum() / a.size)
    correlation = None
    if np.ptp(a) and np.ptp(b):
        a, b = a - a.sum() / a.size, b - b.sum() / b.size
        correlation = float((a * b).sum()) / (_length(a) * _length(b))
    return Comparison(dot, chance, largest, dot / largest if largest else 0.0, correlation)


def _length(grid: np.ndarray[Any, Any]) -> float:
    return math.sqrt(float((grid * grid).sum()))


def _share(grid: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return a map as shares of its largest number."""
    return grid / (grid.max() or 1)


def _draw_bar(axes: Any, both: Comparison) -> None:
    largest = both.largest or 1
    axes.barh(0, largest, color="0.9", height=0.5)
    axes.barh(0, both.dot, color="0.25", height=0.5)
    axes.axvline(both.chance, color="tab:red", linewidth=2.5)
    axes.set(xlim=(0, largest), ylim=(-0.6, 0.9), yticks=[])
    axes.set_xlabel("0 to the largest possible, where the cosine is 1")
    for x, words, y in (
        (both.dot, f"dot product {significant(both.dot)}", 0.4),
        (both.chance, f"chance {significant(both.chance)}", -0.5),
    ):
        side = "right" if x > largest / 2 else "left"
        axes.annotate(f" {words} ", (x, y), ha=side, fontsize=9)
    axes.spines[["top", "left", "right"]].set_visible(False)
