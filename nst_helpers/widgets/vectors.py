"""Two arrows to drag, with their dot product, cosine and angle."""

import math
from collections.abc import Hashable, Sequence
from typing import Any

import ipywidgets
import traitlets
from PIL import Image, ImageDraw

from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import (
    BLACK,
    FAINT,
    GREY,
    PALE,
    WHITE,
    WIDTH,
    Canvas,
    Color,
    draw_scale_bar,
)
from nst_helpers.widgets.controls import toggle_buttons

Vector = tuple[float, float]

_LARGEST = 4.0  # number in an arrow
_REACH = 4.5  # the plane shows the numbers from -4.5 to 4.5
_SIDE = 420  # of the plane in pixels
_FINE = 3  # the plane is drawn so many times larger and then shrunk, for smooth edges
_TABLE = _SIDE + 40  # where the numbers beside the plane begin
_LINE = 34  # from one line of numbers to the next


class Vectors(InteractiveFigure):
    """Two arrows to drag, with their dot product, cosine and angle.

    Args:
        a, b: the arrows, two numbers from -4 to 4 each.

    Attributes:
        chosen: a control, the arrow that sliders and arrow keys move: `"a"` or `"b"`.
        first, second: controls, the two numbers of the chosen arrow, from -4 to 4.
        a, b: the arrows, two numbers each.

    Raises:
        ValueError: an arrow has a number beyond -4 or 4.

    Example:
        >>> vectors = Vectors((3, 1), (1, 2))
        >>> vectors.b = (-1, 3)
        >>> vectors.text
        'a · b = 3 × -1 + 1 × 3 = 0. The cosine is 0.00, the angle 90°.'
    """

    a = traitlets.Tuple(traitlets.Float(), traitlets.Float())
    b = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, a: Vector = (3.0, 1.0), b: Vector = (1.0, 2.0)) -> None:
        """Draw both arrows; `b` is chosen."""
        self.set_trait("a", a)
        self.set_trait("b", b)
        self.chosen = toggle_buttons("Move", ["a", "b"], "3em")
        self.chosen.value = "b"
        self.first, self.second = (
            ipywidgets.FloatSlider(
                value, min=-_LARGEST, max=_LARGEST, step=0.1, description=name, readout=False
            )
            for name, value in zip(("Position 1", "Position 2"), self.b, strict=True)
        )
        self._sliders_follow = False  # while they take the numbers of the chosen arrow
        super().__init__(
            [self.chosen, self.first, self.second],
            "Two arrows. Drag a head, or move the chosen one with the arrow keys",
        )
        self.observe(self._changed, ["a", "b"])

    @traitlets.validate("a", "b")
    def _in_range(self, proposal: dict[str, Any]) -> Vector:
        if not all(-_LARGEST <= number <= _LARGEST for number in proposal["value"]):
            raise ValueError(f"{proposal['value']} is no arrow here: use numbers from -4 to 4.")
        first, second = proposal["value"]
        return float(first), float(second)

    def _changed(self, change: dict[str, Any]) -> None:
        with self.one_redraw():
            if change["owner"] in (self.first, self.second):
                if not self._sliders_follow:
                    self._set_chosen((self.first.value, self.second.value))
                return
            self._sliders_follow = True
            self.first.value, self.second.value = getattr(self, self.chosen.value)
            self._sliders_follow = False

    def _set_chosen(self, vector: Sequence[float]) -> None:
        setattr(self, self.chosen.value, tuple(vector))

    def draw(self) -> tuple[Canvas, str]:
        """Return the arrows and the numbers."""
        (a1, a2), (b1, b2) = self.a, self.b
        cosine, angle = cosine_and_angle(self.a, self.b)
        rest = "One of the arrows has no length, so there is no angle."
        if cosine is not None:
            rest = f"The cosine is {cosine:.2f}, the angle {angle:.0f}°."
        return draw_vectors(self.a, self.b, self.chosen.value), (
            f"a · b = {a1:.3g} × {b1:.3g} + {a2:.3g} × {b2:.3g} = {_dot(self.a, self.b):.3g}. "
            f"{rest}"
        )

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Take the nearer arrow, and keep it while it is dragged; put its head there."""
        head = _nearest_tenths((2 * _REACH * x - _REACH, _REACH - 2 * _REACH * y))
        if pressed:
            distances = {name: math.dist(head, getattr(self, name)) for name in ("a", "b")}
            self.chosen.value = min(distances, key=lambda name: distances[name])
        self._set_chosen(head)

    def move(self, right: int, down: int) -> None:
        """Move the head of the chosen arrow by tenths."""
        x, y = getattr(self, self.chosen.value)
        self._set_chosen(_nearest_tenths((x + 0.1 * right, y - 0.1 * down)))


def _nearest_tenths(vector: Vector) -> Vector:
    """Return the vector in tenths, with its numbers from -4 to 4."""
    first, second = (round(max(-_LARGEST, min(_LARGEST, number)), 1) for number in vector)
    return first, second


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


def draw_vectors(a: Vector, b: Vector, chosen: str = "b") -> Canvas:
    """Return two arrows with the angle between them, and their dot product position by position.

    Args:
        a, b: two numbers each, from -4 to 4.
        chosen: `"a"` or `"b"`, whose head is marked.

    Returns:
        A `Canvas` with the place `"plane"`, which reaches from -4.5 to 4.5 both ways.
    """
    canvas = Canvas(WIDTH, _SIDE)
    canvas.lay(_draw_plane(a, b), (0, 0), (_SIDE, _SIDE), "plane")
    for name, vector in (("a", a), ("b", b)):
        _draw_head(canvas, name, vector, name == chosen)
    canvas.write(
        "grey: no number is negative, as after a ReLU",
        (_SIDE - 6, _SIDE - 6),
        12,
        GREY,
        anchor="rs",
    )
    _draw_products(canvas, a, b)
    _draw_results(canvas, a, b)
    largest = 2 * _LARGEST**2
    draw_scale_bar(canvas, (_TABLE, 340, 400), {"dot product": _dot(a, b)}, -largest, largest)
    return canvas


def _in_plane(x: float, y: float) -> tuple[float, float]:
    """Return where a vector ends in the enlarged plane, in pixels."""
    middle, unit = _SIDE * _FINE / 2, _SIDE * _FINE / (2 * _REACH)
    return middle + x * unit, middle - y * unit


def _draw_plane(a: Vector, b: Vector) -> Image.Image:
    plane = Image.new("RGB", (_SIDE * _FINE, _SIDE * _FINE), WHITE)
    pen = ImageDraw.Draw(plane)
    pen.rectangle((*_in_plane(0, _REACH), *_in_plane(_REACH, 0)), fill=FAINT)
    for number in range(-4, 5):
        line = GREY if number == 0 else PALE
        pen.line([_in_plane(number, -_REACH), _in_plane(number, _REACH)], line, _FINE)
        pen.line([_in_plane(-_REACH, number), _in_plane(_REACH, number)], line, _FINE)
    if math.hypot(*a) and math.hypot(*b):
        _draw_angle(pen, a, b)
        shadow = [_dot(a, b) / math.hypot(*a) ** 2 * number for number in a]  # of b on a
        _draw_dashes(pen, _in_plane(*b), _in_plane(*shadow), 2 * _FINE)
    _draw_arrow(pen, a, dashed=False)
    _draw_arrow(pen, b, dashed=True)
    return plane.resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)


def _draw_angle(pen: ImageDraw.ImageDraw, a: Vector, b: Vector) -> None:
    """Draw an arc from one arrow to the other, the shorter way."""
    start = math.atan2(a[1], a[0])
    turn = math.remainder(math.atan2(b[1], b[0]) - start, 2 * math.pi)
    directions = [start + turn * share / 40 for share in range(41)]
    arc = [_in_plane(0.7 * math.cos(t), 0.7 * math.sin(t)) for t in directions]
    pen.line(arc, GREY, 2 * _FINE)


def _draw_arrow(pen: ImageDraw.ImageDraw, vector: Vector, dashed: bool) -> None:
    start, end = _in_plane(0, 0), _in_plane(*vector)
    width, head, length = 4 * _FINE, 13 * _FINE, math.dist(start, end)
    if length < head:  # too short for an arrow: a dot
        pen.ellipse([*(v - width for v in end), *(v + width for v in end)], fill=BLACK)
        return
    along = [(e - s) / length for s, e in zip(start, end, strict=True)]
    neck = [e - u * head for e, u in zip(end, along, strict=True)]
    if dashed:
        _draw_dashes(pen, start, neck, width, width * 3, BLACK)
    else:
        pen.line([*start, *neck], BLACK, width)
    side = (-along[1] * head * 0.42, along[0] * head * 0.42)
    corners = [tuple(n + sign * s for n, s in zip(neck, side, strict=True)) for sign in (1, -1)]
    pen.polygon([tuple(end), *corners], fill=BLACK)


def _draw_dashes(
    pen: ImageDraw.ImageDraw,
    start: Sequence[float],
    end: Sequence[float],
    width: int,
    dash: int | None = None,
    color: Color = GREY,
) -> None:
    dash = dash or 3 * width
    count = max(1, int(math.dist(start, end) / (1.6 * dash)))
    for number in range(count):
        ends = [
            [s + (e - s) * share for s, e in zip(start, end, strict=True)]
            for share in (number / count, (number + 0.62) / count)
        ]
        pen.line([*ends[0], *ends[1]], color, width)


def _draw_head(canvas: Canvas, name: str, vector: Vector, chosen: bool) -> None:
    """Write the name of an arrow beyond its head, and mark the head of the chosen one."""
    x, y = (value / _FINE for value in _in_plane(*vector))
    if chosen:
        canvas.ring(x, y, 9)
    length = max(math.hypot(*vector), 0.1)
    x, y = x + 20 * vector[0] / length, y - 20 * vector[1] / length
    canvas.write(name, (min(max(x, 8), _SIDE - 8), y), 18, bold=True, anchor="mm")


def _draw_products(canvas: Canvas, a: Vector, b: Vector) -> None:
    """Write both arrows and their products position by position, as the lines of a sum."""
    rows = [("", "a", "b", "a × b")]
    rows += [
        (f"position {i + 1}", f"{a[i]:.1f}", f"{b[i]:.1f}", f"{a[i] * b[i]:.2f}") for i in (0, 1)
    ]
    for number, (position, *numbers) in enumerate(rows):
        y, bold = 50 + _LINE * number, number == 0
        canvas.write(position, (_TABLE, y), 18, bold=bold)
        for right, text in zip((200, 280, 400), numbers, strict=True):
            canvas.write(text, (_TABLE + right, y), 18, bold=bold, anchor="rs")
    canvas.pen.line((_TABLE, 134, _TABLE + 404, 134), BLACK, 1)


def _draw_results(canvas: Canvas, a: Vector, b: Vector) -> None:
    cosine, angle = cosine_and_angle(a, b)
    results = {
        "dot product": f"{_dot(a, b):.2f}",
        "length of a, of b": f"{math.hypot(*a):.2f},  {math.hypot(*b):.2f}",
        "cosine": "none: a length is 0" if cosine is None else f"{cosine:.2f}",
        "angle": "none" if angle is None else f"{angle:.0f}°",
    }
    for number, (name, text) in enumerate(results.items()):
        y, bold = 166 + _LINE * number, number == 0
        canvas.write(name, (_TABLE, y), 18, bold=bold)
        canvas.write(text, (_TABLE + 400, y), 18, bold=bold, anchor="rs")
