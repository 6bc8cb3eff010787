"""Two channels and what fires in both."""

import ipywidgets
import torch

from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, WIDTH, Canvas, fit, scale_bar
from nst_helpers.widgets.controls import AUTO, dropdown


class CoOccurrence(InteractiveFigure):
    """Two channels, their product and its sum; the positions can be shuffled.

    Args:
        maps: `{name: map (H, W)}`, at least two, of one shape and without negative numbers.

    Attributes:
        first, second: controls, the names of the two channels.
        positions: a control: `"as they are"`, `"second shuffled"` or `"both shuffled alike"`.

    Raises:
        ValueError: the maps cannot be used.

    Example:
        >>> maps = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([[3.0, 1.0]])}
        >>> CoOccurrence(maps).text
        'a · b = 5. Chance gives 6. The cosine is 0.71.'
    """

    _POSITIONS = ("as they are", "second shuffled", "both shuffled alike")

    def __init__(self, maps):
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
        self.positions = ipywidgets.ToggleButtons(
            options=self._POSITIONS,
            description="Positions",
            style={"button_width": "11em"},
            layout=AUTO,
        )
        count = next(iter(self.maps.values())).numel()
        self.order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
        super().__init__(
            [self.first, self.second, self.positions],
            "Two channels as maps, their product, and its sum as a bar beside what chance gives",
        )

    def draw(self):
        """Return both maps, the product and the sum."""
        names = self.first.value, self.second.value
        a, b = (self.maps[name] for name in names)
        if self.positions.value != "as they are":
            b = b.flatten()[self.order].view_as(b)
        if self.positions.value == "both shuffled alike":
            a = a.flatten()[self.order].view_as(a)
        total, lengths = float((a * b).sum()), float(a.norm() * b.norm())
        chance = float(a.mean() * b.mean() * a.numel())
        canvas = draw_product(a, b, names, f"positions: {self.positions.value}")
        return canvas, (
            f"{names[0]} · {names[1]} = {total:.3g}. Chance gives {chance:.3g}. "
            f"The cosine is {total / lengths if lengths else 0:.2f}."
        )


def draw_product(a, b, names, shuffled=""):
    """Return two maps, their product position by position, and its sum beside what chance gives.

    Args:
        a, b: maps `(h, w)` without negative numbers.
        names: of the two.
        shuffled: what is said of the positions.

    Returns:
        A `Canvas` with the places `first`, `second` and `product`.
    """
    size = fit(a.shape, 296, 260)
    canvas = Canvas(WIDTH, size[1] + 126)
    product = a * b
    total, chance = float(product.sum()), float(a.mean() * b.mean() * a.numel())
    maps = {"first": a, "second": b, "product": product}
    titles = (names[0], names[1], "the product")
    for number, (place, title) in enumerate(zip(maps, titles, strict=True)):
        grid, left = maps[place], number * 322
        canvas.write(title, (left, 16), bold=True, within=size[0] - 90)
        canvas.write(f"white {grid.max():.2g}", (left + size[0], 16), 12, GREY, anchor="rs")
        canvas.lay(grid / max(float(grid.max()), 1e-9), (left, 24), size, place)
        if number:
            canvas.write("×="[number - 1], (left - 13, 24 + size[1] // 2), 20, anchor="mm")
    lengths = float(a.norm() * b.norm())
    top = size[1] + 78
    marks = {f"dot product {total:.3g}": total, f"by chance {chance:.3g}": chance}
    scale_bar(canvas, (6, top, 612), marks, 0, max(lengths, 1e-9))
    canvas.write("as large as", (626, top + 4), 12, GREY)
    canvas.write("it can be", (626, top + 20), 12, GREY)
    cosine = total / lengths if lengths else 0.0
    canvas.write(f"cosine {cosine:.2f}", (WIDTH, top - 2), 16, bold=True, anchor="rs")
    canvas.write(shuffled, (WIDTH, top + 20), 13, GREY, anchor="rs")
    return canvas
