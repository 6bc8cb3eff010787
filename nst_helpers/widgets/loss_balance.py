"""What the weights of the three losses do."""

import itertools
import math
import threading

import ipywidgets
import traitlets

from nst_helpers.engine.transfer import (
    CONTENT_WEIGHT,
    STYLE_WEIGHT,
    VARIATION_WEIGHT,
    StyleTransfer,
)
from nst_helpers.errors import InputError
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import BLACK, GREY, PALE, WHITE, WIDTH, Canvas, fit

SIDES = 6  # of the triangle of weights: so many steps from corner to corner


class LossBalance(InteractiveFigure):
    """What the weights of the three losses do: a triangle of pictures, and painting on from any.

    Only the ratios of the weights matter, so all of them lie in a triangle. In its middle are the
    weights that the package takes; towards a corner, the weight of one loss grows. Each picture is
    begun from its neighbour nearer to the content. The first is there at once, the others are
    painted in a thread once the place has been moved.

    Args:
        content, style: anything that `load_image` takes.
        size: the longer side in pixels.
        steps: of each picture of the triangle.

    Attributes:
        place: the nearness to the corners content, style and variation; three whole numbers from
            0 to 6, 6 together.
        live: a control: while it is on, the picture is painted on with the present weights.
        grid: `{place: Step}`, the finished pictures of the triangle.
        step: the `Step` that is shown.

    Raises:
        InputError: a picture or a place cannot be used.

    Example:
        >>> balance = LossBalance("cat", "night_sky", size=32, steps=1)
        >>> balance.weights()
        {'content': 1.0, 'style': 40.0, 'variation': 10.0}
        >>> balance.place = (0, 6, 0)
        >>> balance.weights()["style"]
        40000.0
    """

    place = traitlets.Tuple(traitlets.Int(), traitlets.Int(), traitlets.Int())

    _PLACES = tuple(
        (content, style, SIDES - content - style)
        for content in range(SIDES, -1, -1)
        for style in range(SIDES - content, -1, -1)
    )
    _RANGE = 1000  # from the middle to a corner, its ratio to the others grows so many times
    _open = True
    _ON = 100  # steps that are painted on, at most, after the last change

    def __init__(self, content, style, size=96, steps=5):
        """Paint the way from the content to the middle."""
        self.live = ipywidgets.ToggleButton(False, description="Paint on", icon="paint-brush")
        self.transfer = StyleTransfer(content, style, size=size, steps=self._ON, stages=1)
        self.steps, self.grid = steps, {}
        self.set_trait("place", (SIDES // 3,) * 3)
        while self.place not in self.grid:
            self._paint(self._next())
        self.step = self.grid[self.place]
        self.thread, self._change = None, threading.Event()
        super().__init__(
            [self.live],
            "The generated picture, its losses, and a triangle of weights. "
            "Click a place in the triangle, or move with the arrow keys",
        )
        self.observe(self._changed, "place")

    @traitlets.validate("place")
    def _known(self, proposal):
        if proposal["value"] not in self._PLACES:
            raise InputError(
                f"{proposal['value']} is no place: use three whole numbers of 0 or more, "
                f"{SIDES} together."
            )
        return proposal["value"]

    def weights(self):
        """Return the weights of the three losses at the place; that of the content is 1."""
        return self._weights(self.place)

    def _weights(self, place):
        middle = CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
        powers = (self._RANGE ** ((near - place[0]) / SIDES) for near in place)
        names = "content", "style", "variation"
        return {n: w * p for n, w, p in zip(names, middle, powers, strict=True)}

    def _next(self):
        """Return the place to be painted next: on the way to the present one, or any."""
        for place in (self.place, *self._PLACES):
            if place not in self.grid:
                while place[0] < SIDES and _nearer(place) not in self.grid:
                    place = _nearer(place)
                return place

    def _paint(self, place):
        begin = place[0] == SIDES
        self.transfer.start = self.transfer.content if begin else self.grid[_nearer(place)].image
        self.transfer.weights = self._weights(place)
        *_, self.grid[place] = itertools.islice(self.transfer, 1 if begin else self.steps)

    def _changed(self, change):
        if change["owner"] is self and not self.live.value:
            self.step = self.grid.get(self.place, self.step)
        self._change.set()  # a run that paints on begins anew with other weights, or ends
        if not (self.thread and self.thread.is_alive()):
            self.thread = threading.Thread(target=self._work, name="nst", daemon=True)
            self.thread.start()
        self.redraw()

    def _work(self):
        try:
            while self.live.value or (self._open and len(self.grid) < len(self._PLACES)):
                if self.live.value:
                    self._paint_on()
                else:
                    self._paint(place := self._next())
                    if place == self.place and not self.live.value:
                        self.step = self.grid[place]
                    self.redraw()
        except Exception as error:
            self.live.value = False
            self.picture.text = f"Painting ended: {error}"

    def _paint_on(self):
        self._change.clear()
        self.transfer.start, self.transfer.weights = self.step.image, self.weights()
        for step in self.transfer:
            if self._change.is_set():
                return
            self.step = step
            self.redraw()
        self.live.value = False

    def close(self):
        """End the work, and the widget."""
        self._open = self.live.value = False
        super().close()

    def draw(self):
        """Return the picture with its losses and the triangle."""
        steps = [*self.grid.values(), self.step]
        largest = {name: max(step.losses[name] for step in steps) or 1.0 for name in self.weights()}
        shares = {name: self.step.losses[name] / value for name, value in largest.items()}
        rounded = (float(f"{weight:.3g}") for weight in self.weights().values())
        weights = " : ".join(f"{weight:g}" for weight in rounded)
        canvas = draw_balance(
            self.step.image.cpu(),
            f"content : style : variation = {weights}",
            shares,
            (self.transfer.content, self.transfer.style),
            self.place,
            {place: place in self.grid for place in self._PLACES},
        )
        losses = ", ".join(f"{name} {self.step.losses[name]:.3g}" for name in largest)
        doing = "Content, style and variation weigh"
        if self.live.value:
            doing = "Painting on with"
        elif self.place not in self.grid:
            doing = "To be painted next:"
        return canvas, f"{doing} {weights}. The losses, not weighted: {losses}."

    def point(self, name, x, y, pressed):
        """Take the nearest place of the triangle."""
        if name == "triangle":
            self.place = min(self._PLACES, key=lambda place: math.dist(in_triangle(place), (x, y)))

    def move(self, x, y):
        """Move up to the content, or along the row between style and variation."""
        content, _, variation = self.place
        content = min(max(content - y, 0), SIDES)
        variation = min(max(variation + x, 0), SIDES - content)
        self.place = (content, SIDES - content - variation, variation)


def _nearer(place):
    """Return the neighbour of a place in the triangle that is nearer to the content."""
    content, style, variation = place
    if style >= variation:
        return content + 1, style - 1, variation
    return content + 1, style, variation - 1


def in_triangle(place):
    """Return `(x, y)` of a place in the box of the triangle, as shares.

    Args:
        place: the nearness to the corners above, to the left and to the right; `SIDES` together.

    Example:
        >>> in_triangle((6, 0, 0))
        (0.5, 0.1)
    """
    above, _, right = place
    x, y = (above / 2 + right) / SIDES, 1 - above / SIDES
    return (1 + 8 * x) / 10, (1 + 8 * y) / 10


def draw_balance(image, title, terms, pictures, place, places):
    """Return a picture with its losses as bars, and its place in a triangle of weights.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        title: of `image`.
        terms: `{loss: its share, from 0 to 1}`, drawn as bars.
        pictures: the content and the style picture, image tensors.
        place: of `image`, as in `in_triangle`.
        places: `{place: whether its picture is finished}`.

    Returns:
        A `Canvas` with the places `picture` and `triangle`.
    """
    size = fit(image.shape[2:], 560, 440)
    canvas = Canvas(WIDTH, max(24 + size[1], 464))
    canvas.write(title, (0, 16), bold=True)
    canvas.lay(image, (0, 24), size, "picture", smooth=True)
    left, top, wide, high = 640, 66, 250, 216
    canvas.places["triangle"] = (left, top, wide, high)

    def at(where):
        x, y = in_triangle(where)
        return left + x * wide, top + y * high

    corners = [at(where) for where in ((SIDES, 0, 0), (0, SIDES, 0), (0, 0, SIDES))]
    canvas.pen.polygon(corners, outline=PALE, width=2)
    for where, finished in places.items():
        x, y = at(where)
        fill = BLACK if finished else WHITE
        canvas.pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=fill, outline=BLACK)
    canvas.ring(*at(place), 9)
    thumbs = (left + wide // 2, 10, "content"), (left - 24, top + high, "style")
    for picture, (x, y, name) in zip(pictures, thumbs, strict=True):
        thumb = fit(picture.shape[2:], 110, 66)
        x -= thumb[0] // 2 if name == "content" else 0
        canvas.lay(picture, (x, y), thumb, smooth=True)
        canvas.write(name, (x + thumb[0] + 8, y + 14), bold=True)
    canvas.write("variation", (WIDTH, top + high + 14), bold=True, anchor="rs")
    canvas.write("(smooth)", (WIDTH, top + high + 32), anchor="rs")
    left, top = 616, 368
    canvas.write("each loss, as a share of its largest so far", (left, top + 8), 12, GREY)
    for number, (name, share) in enumerate(terms.items()):
        y, x = top + 20 + 24 * number, left + 80
        canvas.write(name, (left, y + 13), 13)
        canvas.pen.rectangle((x, y, WIDTH - 1, y + 15), fill=(238, 238, 238))
        end = x + max(1, round((WIDTH - 1 - x) * share))
        canvas.pen.rectangle((x, y, end, y + 15), fill=BLACK)
    return canvas
