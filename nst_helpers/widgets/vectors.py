"""Two arrows to drag, with their dot product, cosine and angle."""

import math
from typing import Any

import traitlets
from matplotlib.figure import Figure as Drawing

from nst_helpers.widgets import page
from nst_helpers.widgets.figure import Figure, significant

Vector = tuple[float, float]
_LARGEST = 4.0  # number in an arrow


class Vectors(Figure):
    """Two arrows to drag, with their dot product, cosine and angle.

    Args:
        a, b: the arrows, two numbers from -4 to 4 each.

    Attributes:
        a, b: the arrows.
        locked: whether an arrow that is moved takes the length of the other.

    Raises:
        ValueError: an arrow has a number beyond -4 or 4.

    Example:
        >>> vectors = Vectors((3, 1), (1, 2))
        >>> vectors.b = (-1, 3)
        >>> vectors.text
        'a · b = 3 × -1 + 1 × 3 = 0. The cosine is 0.00, the angle 90°.'
    """

    _module = "vectors"
    _esm, _css = page.script(_module), page.style(_module)

    a = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    b = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)
    locked = traitlets.Bool(False).tag(sync=True)

    def __init__(self, a: Vector = (3.0, 1.0), b: Vector = (1.0, 2.0)) -> None:
        """Show both arrows."""
        label = (
            "Two arrows and the rectangle whose area is their dot product. "
            "Drag a head, or move it with the arrow keys"
        )
        super().__init__(label, a=a, b=b)

    @traitlets.validate("a", "b")
    def _in_range(self, proposal: dict[str, Any]) -> Vector:
        if not all(-_LARGEST <= number <= _LARGEST for number in proposal["value"]):
            raise ValueError(f"{proposal['value']} is no arrow here: use numbers from -4 to 4.")
        first, second = proposal["value"]
        return float(first), float(second)

    @property
    def text(self) -> str:
        """The dot product position by position, the cosine and the angle."""
        terms = [
            f"{significant(a)} × {significant(b)}" for a, b in zip(self.a, self.b, strict=True)
        ]
        cosine, angle = cosine_and_angle(self.a, self.b)
        rest = "One of the arrows has no length, so there is no angle."
        if cosine is not None:
            rest = f"The cosine is {cosine:.2f}, the angle {angle:.0f}°."
        return f"a · b = {' + '.join(terms)} = {significant(_dot(self.a, self.b))}. {rest}"

    def draw(self) -> Drawing:
        """Return the arrows, and the rectangle whose area is their dot product."""
        drawing = Drawing(figsize=(7.6, 4.2), layout="constrained")
        axes = drawing.subplots()
        (a1, a2), product = self.a, _dot(self.a, self.b)
        share = product / (math.hypot(*self.a) ** 2 or 1)
        foot = share * a1, share * a2
        side = -1 if a1 * self.b[1] - a2 * self.b[0] > 0 else 1
        across = -a2 * side, a1 * side
        corners = [(0, 0), foot, (foot[0] + across[0], foot[1] + across[1]), across]
        color = "tab:orange" if product >= 0 else "tab:blue"
        axes.fill(
            *zip(*corners, strict=True), color=color, alpha=0.3, label="the dot product as an area"
        )
        axes.fill([0, 4.5, 4.5, 0], [0, 0, 4.5, 4.5], color="0.92", zorder=0)
        axes.text(0.1, 4.2, "no negative number,\nas after a ReLU", va="top", fontsize=9)
        axes.plot(*zip(self.b, foot, strict=True), "--", color="grey")
        for name, (x, y), style in (("a", self.a, "-"), ("b", self.b, "--")):
            arrow = {
                "arrowstyle": "-|>",
                "linewidth": 2.5,
                "linestyle": style,
                "shrinkA": 0,
                "shrinkB": 0,
            }
            axes.annotate("", (x, y), (0, 0), arrowprops={**arrow, "color": "black"})
            axes.annotate(name, (x, y), (6, 6), textcoords="offset points", weight="bold", size=14)
        axes.set(
            xlim=(-4.5, 4.5),
            ylim=(-4.5, 4.5),
            aspect="equal",
            xticks=range(-4, 5),
            yticks=range(-4, 5),
        )
        axes.grid(alpha=0.4)
        axes.set_title(self.text.replace(". ", ".\n"), loc="left", fontsize=11)
        return drawing


def _dot(a: Vector, b: Vector) -> float:
    return a[0] * b[0] + a[1] * b[1]


def cosine_and_angle(a: Vector, b: Vector) -> tuple[float, float] | tuple[None, None]:
    """Return the cosine of two arrows and the angle between them in degrees, from 0 to 180.

    Both are None where an arrow has no length.

    Example:
        >>> cosine_and_angle((2, 0), (0, 1))
        (0.0, 90.0)
    """
    lengths = math.hypot(*a) * math.hypot(*b)
    if not lengths:
        return None, None
    cosine = max(-1.0, min(1.0, _dot(a, b) / lengths))
    return cosine, math.degrees(math.acos(cosine))
