"""Two channels, where they are active together, and what chance would give."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import torch

from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, TITLE, TOP, WIDTH, Canvas, draw_scale_bar, fit
from nst_helpers.widgets.controls import dropdown, toggle_buttons

_AS_THEY_ARE, _SECOND_SHUFFLED, _BOTH_SHUFFLED = (
    "as they are",
    "second shuffled",
    "both shuffled alike",
)


class CoOccurrence(InteractiveFigure):
    """Two channels, their product and its sum; the positions can be shuffled.

    Args:
        maps: `{name: map (H, W)}`, at least two, of one shape and without negative numbers.

    Attributes:
        first, second: controls, the names of the two channels.
        positions: a control: `"as they are"`, `"second shuffled"` or `"both shuffled alike"`.
        maps: the maps as tensors of float32.

    Raises:
        ValueError: the maps cannot be used.

    Example:
        >>> maps = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([[3.0, 1.0]])}
        >>> CoOccurrence(maps).text
        'a · b = 5. Chance gives 6. The cosine is 0.71.'
    """

    def __init__(self, maps: Mapping[str, torch.Tensor | np.ndarray]) -> None:
        """Draw the first two maps."""
        self.maps = {
            str(name): torch.as_tensor(grid).detach().cpu().float() for name, grid in maps.items()
        }
        shapes = {tuple(grid.shape) for grid in self.maps.values()}
        if len(self.maps) < 2 or len(shapes) != 1 or len(shapes.copy().pop()) != 2:
            raise ValueError(f"CoOccurrence needs two or more maps (H, W) of one shape: {shapes}.")
        if any(not (grid >= 0).all() for grid in self.maps.values()):
            raise ValueError("CoOccurrence needs maps without negative numbers: use relu().")
        names = list(self.maps)
        self.first = dropdown("First", names)
        self.second = dropdown("Second", names, names[1])
        self.positions = toggle_buttons(
            "Positions", [_AS_THEY_ARE, _SECOND_SHUFFLED, _BOTH_SHUFFLED], "11em"
        )
        count = next(iter(self.maps.values())).numel()
        self._permutation = torch.randperm(count, generator=torch.Generator().manual_seed(0))
        super().__init__(
            [self.first, self.second, self.positions],
            "Two channels as maps, their product, and its sum as a bar beside what chance gives",
        )

    def _shuffled(self, grid: torch.Tensor) -> torch.Tensor:
        return grid.flatten()[self._permutation].view_as(grid)

    def draw(self) -> tuple[Canvas, str]:
        """Return both maps, the product and the sum."""
        names = self.first.value, self.second.value
        a, b = (self.maps[name] for name in names)
        if self.positions.value != _AS_THEY_ARE:
            b = self._shuffled(b)
        if self.positions.value == _BOTH_SHUFFLED:
            a = self._shuffled(a)
        both = compare(a, b)
        return draw_product(a, b, names, f"positions: {self.positions.value}"), (
            f"{names[0]} · {names[1]} = {both.dot:.3g}. Chance gives {both.chance:.3g}. "
            f"The cosine is {both.cosine:.2f}."
        )


class Comparison(NamedTuple):
    """What the dot product of two maps is, and what it can be compared with.

    Attributes:
        dot: the sum of the products, position by position.
        chance: what it is on average when the positions of one map are shuffled.
        largest: the product of the lengths, which it cannot exceed.
        cosine: `dot / largest`, or 0 where a map is 0 everywhere.
    """

    dot: float
    chance: float
    largest: float
    cosine: float


def compare(a: torch.Tensor, b: torch.Tensor) -> Comparison:
    """Return the dot product of two maps, and what it can be compared with.

    Args:
        a, b: maps `(h, w)` without negative numbers.

    Example:
        >>> compare(torch.ones(2, 2), torch.ones(2, 2))
        Comparison(dot=4.0, chance=4.0, largest=4.0, cosine=1.0)
    """
    dot, largest = float((a * b).sum()), float(a.norm() * b.norm())
    chance = float(a.mean() * b.mean() * a.numel())
    return Comparison(dot, chance, largest, dot / largest if largest else 0.0)


def draw_product(
    a: torch.Tensor, b: torch.Tensor, names: Sequence[str], remark: str = ""
) -> Canvas:
    """Return two maps, their product position by position, and its sum beside what chance gives.

    Args:
        a, b: maps `(h, w)` without negative numbers.
        names: of the two.
        remark: what is said of the positions.

    Returns:
        A `Canvas` with the places `"first"`, `"second"` and `"product"`.
    """
    size = fit(a.shape, 296, 260)
    canvas = Canvas(WIDTH, size[1] + 126)
    maps = {"first": (names[0], a), "second": (names[1], b), "product": ("the product", a * b)}
    for number, (place, (title, grid)) in enumerate(maps.items()):
        left = number * 322
        canvas.write(title, (left, TITLE), bold=True, within=size[0] - 90)
        canvas.write(f"white {grid.max():.2g}", (left + size[0], TITLE), 12, GREY, anchor="rs")
        canvas.lay(grid / max(float(grid.max()), 1e-9), (left, TOP), size, place)
        if number:
            canvas.write("×="[number - 1], (left - 13, TOP + size[1] // 2), 20, anchor="mm")
    _draw_comparison(canvas, compare(a, b), remark, size[1] + 78)
    return canvas


def _draw_comparison(canvas: Canvas, both: Comparison, remark: str, y: int) -> None:
    marks = {
        f"dot product {both.dot:.3g}": both.dot,
        f"by chance {both.chance:.3g}": both.chance,
    }
    draw_scale_bar(canvas, (6, y, 612), marks, 0, max(both.largest, 1e-9))
    canvas.write("as large as", (626, y + 4), 12, GREY)
    canvas.write("it can be", (626, y + 20), 12, GREY)
    canvas.write(f"cosine {both.cosine:.2f}", (WIDTH, y - 2), 16, bold=True, anchor="rs")
    canvas.write(remark, (WIDTH, y + 20), 13, GREY, anchor="rs")
