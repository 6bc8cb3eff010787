"""Two arrows to drag, with their dot product and angle."""

import math

import ipywidgets
import traitlets
from PIL import Image, ImageDraw

from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import BLACK, GREY, PALE, WHITE, WIDTH, Canvas, scale_bar
from nst_helpers.widgets.controls import AUTO


class Vectors(InteractiveFigure):
    """Two arrows to drag, with their dot product, cosine and angle.

    Attributes:
        chosen: a control, the arrow that sliders and arrow keys move: `"a"` or `"b"`.
        first, second: controls, the two numbers of the chosen arrow, from -4 to 4.
        a, b: the arrows, two numbers each.

    Raises:
        ValueError: an arrow is not two numbers from -4 to 4.

    Example:
        >>> vectors = Vectors((3, 1), (1, 2))
        >>> vectors.b = (-1, 3)
        >>> vectors.text
        'a · b = 3 × -1 + 1 × 3 = 0. The cosine is 0.00, the angle 90°.'
    """

    a = traitlets.Tuple(traitlets.Float(), traitlets.Float())
    b = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, a=(3.0, 1.0), b=(1.0, 2.0)):
        """Draw both arrows; `b` is chosen."""
        self.set_trait("a", a)
        self.set_trait("b", b)
        self.chosen = ipywidgets.ToggleButtons(
            options=["a", "b"],
            value="b",
            description="Move",
            style={"button_width": "3em"},
            layout=AUTO,
        )
        self.first, self.second = (
            ipywidgets.FloatSlider(value, min=-4, max=4, step=0.1, description=name, readout=False)
            for name, value in zip(("Position 1", "Position 2"), self.b, strict=True)
        )
        super().__init__(
            [self.chosen, self.first, self.second],
            "Two arrows. Drag a head, or move the chosen one with the arrow keys",
        )
        self.observe(self._changed, ["a", "b"])

    @traitlets.validate("a", "b")
    def _in_range(self, proposal):
        if not all(-4 <= number <= 4 for number in proposal["value"]):
            raise ValueError(f"{proposal['value']} is no arrow here: use numbers from -4 to 4.")
        return tuple(float(number) for number in proposal["value"])

    def _changed(self, change):
        with self.one_redraw():
            if change["owner"] in (self.first, self.second):
                if not self._following:
                    setattr(self, self.chosen.value, (self.first.value, self.second.value))
                return
            self._following = True
            self.first.value, self.second.value = getattr(self, self.chosen.value)
            self._following = False

    _following = False

    def draw(self):
        """Return the arrows and the numbers."""
        (a1, a2), (b1, b2) = self.a, self.b
        dot, lengths = a1 * b1 + a2 * b2, math.hypot(a1, a2) * math.hypot(b1, b2)
        rest = "One of the arrows has no length, so there is no angle."
        if lengths:
            cosine = max(-1.0, min(1.0, dot / lengths))
            angle = math.degrees(math.acos(cosine))
            rest = f"The cosine is {cosine:.2f}, the angle {angle:.0f}°."
        canvas = draw_vectors(self.a, self.b, self.chosen.value)
        return canvas, (f"a · b = {a1:.3g} × {b1:.3g} + {a2:.3g} × {b2:.3g} = {dot:.3g}. {rest}")

    def point(self, name, x, y, pressed):
        """Take the nearer arrow, and keep it while it is dragged; put its head there."""
        place = tuple(round(max(-4.0, min(4.0, v)), 1) for v in (9 * x - 4.5, 4.5 - 9 * y))
        if pressed:
            far = {name: math.dist(place, getattr(self, name)) for name in ("a", "b")}
            self.chosen.value = min(far, key=far.get)
        setattr(self, self.chosen.value, place)

    def move(self, x, y):
        """Move the head of the chosen arrow by tenths."""
        moved = zip(getattr(self, self.chosen.value), (x, -y), strict=True)
        setattr(
            self,
            self.chosen.value,
            tuple(round(max(-4.0, min(4.0, v + 0.1 * step)), 1) for v, step in moved),
        )


def draw_vectors(a, b, chosen="b"):
    """Return two arrows with the angle between them, and their dot product position by position.

    Args:
        a, b: two numbers each, from -4 to 4.
        chosen: `"a"` or `"b"`, whose head is marked.

    Returns:
        A `Canvas` with the place `plane`, which reaches from -4.5 to 4.5 both ways.
    """
    fine, side = 3, 420
    unit, middle = side * fine / 9, side * fine / 2
    plane = Image.new("RGB", (side * fine, side * fine), WHITE)
    pen = ImageDraw.Draw(plane)

    def at(x, y):
        return middle + x * unit, middle - y * unit

    pen.rectangle((*at(0, 4.5), *at(4.5, 0)), fill=(238, 238, 238))
    for number in range(-4, 5):
        for ends in (((number, -4.5), (number, 4.5)), ((-4.5, number), (4.5, number))):
            line = GREY if number == 0 else PALE
            pen.line([at(*end) for end in ends], line, fine)
    lengths = {name: math.hypot(*vector) for name, vector in (("a", a), ("b", b))}
    dot = a[0] * b[0] + a[1] * b[1]
    cosine = dot / (lengths["a"] * lengths["b"]) if all(lengths.values()) else None
    if cosine is not None:
        start, turn = math.atan2(a[1], a[0]), math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])
        turn = math.remainder(turn, 2 * math.pi)
        arc = [start + turn * share / 40 for share in range(41)]
        pen.line([at(0.7 * math.cos(t), 0.7 * math.sin(t)) for t in arc], GREY, 2 * fine)
        foot = [dot / lengths["a"] ** 2 * number for number in a]  # the shadow of b on a
        _dashes(pen, at(*b), at(*foot), 2 * fine)
    for name, vector in (("a", a), ("b", b)):
        _arrow(pen, at(0, 0), at(*vector), 4 * fine, 13 * fine, dashed=name == "b")
    canvas = Canvas(WIDTH, side)
    canvas.lay(plane.resize((side, side), Image.Resampling.LANCZOS), (0, 0), (side, side), "plane")
    for name, vector in (("a", a), ("b", b)):
        x, y = (value / fine for value in at(*vector))
        if name == chosen:
            canvas.ring(x, y, 9)
        away = max(lengths[name], 0.1)
        x, y = x + 20 * vector[0] / away, y - 20 * vector[1] / away
        canvas.write(name, (min(max(x, 8), side - 8), y), 18, bold=True, anchor="mm")
    canvas.write(
        "grey: no number is negative, as after a ReLU", (side - 6, side - 6), 12, GREY, anchor="rs"
    )
    left = side + 40
    rows = [("", "a", "b", "a × b")]
    rows += [
        (f"position {i + 1}", f"{a[i]:.1f}", f"{b[i]:.1f}", f"{a[i] * b[i]:.2f}") for i in (0, 1)
    ]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            x = left + (0, 200, 280, 400)[column]
            canvas.write(
                text, (x, 50 + 34 * number), 18, bold=number == 0, anchor="rs" if column else "ls"
            )
    canvas.pen.line((left, 134, left + 404, 134), BLACK, 1)
    angle = None if cosine is None else math.degrees(math.acos(max(-1, min(1, cosine))))
    results = {
        "dot product": f"{dot:.2f}",
        "length of a, of b": f"{lengths['a']:.2f},  {lengths['b']:.2f}",
        "cosine": "none: a length is 0" if cosine is None else f"{cosine:.2f}",
        "angle": "none" if angle is None else f"{angle:.0f}°",
    }
    for number, (name, text) in enumerate(results.items()):
        bold = name == "dot product"
        canvas.write(name, (left, 166 + 34 * number), 18, bold=bold)
        canvas.write(text, (left + 400, 166 + 34 * number), 18, bold=bold, anchor="rs")
    scale_bar(canvas, (left, 340, 400), {"dot product": dot}, -32, 32)
    return canvas


def _arrow(pen, start, end, width, head, dashed):
    length = math.dist(start, end)
    if length < head:
        pen.ellipse([*(v - width for v in end), *(v + width for v in end)], fill=BLACK)
        return
    along = [(e - s) / length for s, e in zip(start, end, strict=True)]
    neck = [e - u * head for e, u in zip(end, along, strict=True)]
    if dashed:
        _dashes(pen, start, neck, width, width * 3, BLACK)
    else:
        pen.line([*start, *neck], BLACK, width)
    side = (-along[1] * head * 0.42, along[0] * head * 0.42)
    corners = [tuple(n + sign * s for n, s in zip(neck, side, strict=True)) for sign in (1, -1)]
    pen.polygon([tuple(end), *corners], fill=BLACK)


def _dashes(pen, start, end, width, dash=None, color=GREY):
    dash = dash or 3 * width
    count = max(1, int(math.dist(start, end) / (1.6 * dash)))
    for number in range(count):
        ends = [
            [s + (e - s) * share for s, e in zip(start, end, strict=True)]
            for share in (number / count, (number + 0.62) / count)
        ]
        pen.line([*ends[0], *ends[1]], color, width)
