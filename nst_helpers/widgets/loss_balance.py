"""What the weights of the three losses do: a triangle of pictures with different weights."""

import itertools
import math
import threading
from collections.abc import Hashable, Iterator, Mapping, Sequence
from typing import Any

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.transfer import (
    CONTENT_WEIGHT,
    STYLE_WEIGHT,
    VARIATION_WEIGHT,
    Step,
    StyleTransfer,
)
from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource
from nst_helpers.runtime.background import BackgroundRun
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import (
    BLACK,
    FAINT,
    GREY,
    PALE,
    TITLE,
    TOP,
    WHITE,
    WIDTH,
    Canvas,
    fit,
)

Place = tuple[int, int, int]  # the nearness to the corners content, style and variation

SIDES = 6  # so many steps lie between two corners of the triangle
_BOX = 640, 66, 250, 216  # left, top, width and height of the triangle in the drawing
_BARS = 616, 368  # left and top of the bars


class LossBalance(InteractiveFigure):
    """What the weights of the three losses do: a triangle of pictures, and painting on from any.

    Only the ratios of the weights matter, so all of them lie in a triangle. In its middle are the
    weights that the package takes; towards a corner, the weight of one loss grows. Each picture is
    begun from its neighbour nearer to the content. The first is there at once, the others are
    painted in a thread once the place has been moved.

    Args:
        content, style: anything that `load_image` takes.
        size: the longer side of the pictures in pixels.
        steps: of each picture of the triangle.

    Attributes:
        place: the nearness to the corners content, style and variation; three whole numbers from
            0 to 6, 6 together.
        live: a control: while it is on, the picture is painted on with the present weights.
        grid: `{place: Step}`, the finished pictures of the triangle.
        step: the `Step` that is shown.
        work: the `BackgroundRun` that paints, or has painted last; None before the first.

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
    _RANGE = 1000  # how many times a weight grows against the others from the middle to a corner
    _open = True
    _ON = 100  # steps that are painted on, at most, after the last change

    def __init__(
        self, content: ImageSource, style: ImageSource, size: int = 96, steps: int = 5
    ) -> None:
        """Paint the way from the content to the middle."""
        self.live = ipywidgets.ToggleButton(False, description="Paint on", icon="paint-brush")
        transfer = StyleTransfer(content, style, size=size, stages=1)
        self.content, self.style = transfer.content, transfer.style
        self.steps, self.grid = steps, dict[Place, Step]()
        self.set_trait("place", (SIDES // 3,) * 3)
        while self.place not in self.grid:
            place = self._next()
            self.grid[place] = self._painted(place)
        self.step = self.grid[self.place]
        self.work: BackgroundRun | None = None
        self._change = threading.Event()
        super().__init__(
            [self.live],
            "The generated picture, its losses, and a triangle of weights. "
            "Click a place in the triangle, or move with the arrow keys",
        )
        self.observe(self._changed, "place")

    @traitlets.validate("place")
    def _check_place(self, proposal: dict[str, Any]) -> Place:
        if proposal["value"] not in self._PLACES:
            raise InputError(
                f"{proposal['value']} is no place: use three whole numbers of 0 or more, "
                f"{SIDES} together."
            )
        return proposal["value"]

    def weights(self) -> dict[str, float]:
        """Return the weights of the three losses at the place; that of the content is 1."""
        return self._weights_at(self.place)

    def _weights_at(self, place: Place) -> dict[str, float]:
        middle = CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
        powers = (self._RANGE ** ((near - place[0]) / SIDES) for near in place)
        names = "content", "style", "variation"
        return {n: w * p for n, w, p in zip(names, middle, powers, strict=True)}

    def _next(self) -> Place:
        """Return the place to be painted next: on the way to the present one, or any."""
        place = next(place for place in (self.place, *self._PLACES) if place not in self.grid)
        while place[0] < SIDES and _nearer(place) not in self.grid:
            place = _nearer(place)
        return place

    def _painted(self, place: Place) -> Step:
        """Return the last step of a place whose neighbour nearer to the content is finished."""
        begin = place[0] == SIDES
        picture = self.content if begin else self.grid[_nearer(place)].image
        run = self._run(picture, self._weights_at(place))
        *_, step = itertools.islice(run, 1 if begin else self.steps)
        return step

    def _run(self, picture: torch.Tensor, weights: Mapping[str, float]) -> StyleTransfer:
        return StyleTransfer(
            self.content,
            self.style,
            steps=self._ON,
            content_weight=weights["content"],
            style_weight=weights["style"],
            variation_weight=weights["variation"],
            start=picture,
            stages=1,
        )

    def _changed(self, change: dict[str, Any]) -> None:
        with self._lock:
            if change["owner"] is self and not self.live.value:
                self.step = self.grid.get(self.place, self.step)
        self._change.set()  # a run that paints on begins anew with other weights, or ends
        self.redraw()  # first, or it could cover the words of a failure
        self._begin()

    def _wanted(self) -> bool:
        """Return whether there is anything to be painted."""
        return self._open and (self.live.value or len(self.grid) < len(self._PLACES))

    def _begin(self) -> None:
        """Begin to paint, where it is wanted and not done already."""
        with self._lock:
            if self._wanted() and not (self.work and self.work.alive):
                self.work = BackgroundRun(self._paint, self._take)
                self.work.start()

    def _paint(self, _: object) -> Iterator[tuple[Place | None, Step]]:
        """Yield steps while any are wanted, with the place that each finishes, or None."""
        try:
            while self._wanted():
                if self.live.value:
                    yield from self._paint_on()
                else:
                    place = self._next()
                    yield place, self._painted(place)
        except Exception:
            self.live.value = False  # here and not later, when this change would begin anew
            raise

    def _paint_on(self) -> Iterator[tuple[None, Step]]:
        self._change.clear()
        for step in self._run(self.step.image, self.weights()):
            if self._change.is_set():
                return
            yield None, step
        self.live.value = False

    def _take(self, run: BackgroundRun) -> None:
        """Show what was painted."""
        if run.error:
            self.picture.text = f"Painting ended: {run.error}"
        elif not run.alive:
            self._begin()  # a change may have come after the last look at what is wanted
        else:
            place, step = run.step
            with self._lock:
                if place is not None:
                    self.grid[place] = step
                if place == (None if self.live.value else self.place):
                    self.step = step
            self.redraw()

    def close(self) -> None:
        """End the work, and the widget."""
        self._open = self.live.value = False
        super().close()

    def draw(self) -> tuple[Canvas, str]:
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
            (self.content, self.style),
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

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Take the nearest place of the triangle."""
        if name == "triangle":
            self.place = min(self._PLACES, key=lambda place: math.dist(in_triangle(place), (x, y)))

    def move(self, right: int, down: int) -> None:
        """Move up to the content, or along the row between style and variation."""
        content, _, variation = self.place
        content = min(max(content - down, 0), SIDES)
        variation = min(max(variation + right, 0), SIDES - content)
        self.place = (content, SIDES - content - variation, variation)


def _nearer(place: Place) -> Place:
    """Return the neighbour of a place in the triangle that is nearer to the content."""
    content, style, variation = place
    if style >= variation:
        return content + 1, style - 1, variation
    return content + 1, style, variation - 1


def in_triangle(place: Place) -> tuple[float, float]:
    """Return `(x, y)` of a place in the box of the triangle, as shares of its width and height.

    Args:
        place: the nearness to the corners above, to the left and to the right; `SIDES` together.

    Example:
        >>> in_triangle((6, 0, 0))
        (0.5, 0.1)
    """
    above, _, right = place
    x, y = (above / 2 + right) / SIDES, 1 - above / SIDES
    return (1 + 8 * x) / 10, (1 + 8 * y) / 10


def draw_balance(
    image: torch.Tensor,
    title: str,
    terms: Mapping[str, float],
    pictures: Sequence[torch.Tensor],
    place: Place,
    places: Mapping[Place, bool],
) -> Canvas:
    """Return a picture with its losses as bars, and its place in a triangle of weights.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        title: of `image`.
        terms: `{loss: its share, from 0 to 1}`, drawn as bars.
        pictures: the content and the style picture, image tensors.
        place: of `image`, as in `in_triangle`.
        places: `{place: whether its picture is finished}`.

    Returns:
        A `Canvas` with the places `"picture"` and `"triangle"`.
    """
    size = fit(image.shape[2:], 560, 440)
    canvas = Canvas(WIDTH, max(TOP + size[1], 464))
    canvas.write(title, (0, TITLE), bold=True)
    canvas.lay(image, (0, TOP), size, "picture", smooth=True)
    _draw_triangle(canvas, place, places)
    _draw_corners(canvas, *pictures)
    _draw_bars(canvas, terms)
    return canvas


def _draw_triangle(canvas: Canvas, place: Place, places: Mapping[Place, bool]) -> None:
    left, top, width, height = canvas.places["triangle"] = _BOX

    def at(where: Place) -> tuple[float, float]:
        x, y = in_triangle(where)
        return left + x * width, top + y * height

    corners = [at(where) for where in ((SIDES, 0, 0), (0, SIDES, 0), (0, 0, SIDES))]
    canvas.pen.polygon(corners, outline=PALE, width=2)
    for where, finished in places.items():
        x, y = at(where)
        fill = BLACK if finished else WHITE
        canvas.pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=fill, outline=BLACK)
    canvas.ring(*at(place), 9)


def _draw_corners(canvas: Canvas, content: torch.Tensor, style: torch.Tensor) -> None:
    """Draw what each corner stands for: the content picture, the style picture, a word."""
    left, top, width, height = _BOX
    small = fit(content.shape[2:], 110, 66)
    corners = (
        ("content", content, (left + width // 2 - small[0] // 2, 10)),
        ("style", style, (left - 24, top + height)),
    )
    for name, picture, (x, y) in corners:
        small = fit(picture.shape[2:], 110, 66)
        canvas.lay(picture, (x, y), small, smooth=True)
        canvas.write(name, (x + small[0] + 8, y + 14), bold=True)
    canvas.write("variation", (WIDTH, top + height + 14), bold=True, anchor="rs")
    canvas.write("(smooth)", (WIDTH, top + height + 32), anchor="rs")


def _draw_bars(canvas: Canvas, terms: Mapping[str, float]) -> None:
    left, top = _BARS
    begin, end = left + 80, WIDTH - 1
    canvas.write("each loss, as a share of its largest so far", (left, top + 8), 12, GREY)
    for number, (name, share) in enumerate(terms.items()):
        y = top + 20 + 24 * number
        canvas.write(name, (left, y + 13), 13)
        canvas.pen.rectangle((begin, y, end, y + 15), fill=FAINT)
        full = begin + max(1, round((end - begin) * share))
        canvas.pen.rectangle((begin, y, full, y + 15), fill=BLACK)
