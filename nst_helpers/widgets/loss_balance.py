"""What the weights of the three losses do: a triangle of pictures with different weights."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle

from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource, to_pil
from nst_helpers.runtime.background import BackgroundRun
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import Figure, jpeg, significant
from nst_helpers.widgets.triangle import (
    LOSSES,
    MIDDLE,
    PLACES,
    SIDES,
    Painted,
    Painter,
    Place,
    key,
    nearer,
    spot,
    stored,
    weights_at,
)

_SIZE, _STEPS = 96, 5  # where no pictures are stored: the first is there after some seconds
_BETWEEN = 0.3  # seconds from one picture that is painted on to the next that is sent


def _trait(place: Place) -> str:
    """Return the name of the trait with the picture of a place."""
    return f"picture_{key(place)}"


class LossBalance(Figure):
    """What the weights of the three losses do: a triangle of pictures, and painting on from any.

    Only the ratios of the weights matter, so all of them lie in a triangle. In its middle are the
    weights that the package takes; towards a corner, the weight of one loss grows. Each picture is
    begun from its neighbour nearer to the content. All pictures of `"coffee"` and
    `"stained_glass"` come with the package. Of others, the first is there at once, and the rest are
    painted in a thread once the place has been moved.

    Args:
        content, style: anything that `load_image` takes.
        size: the longer side of the pictures in pixels. None takes that of the stored pictures,
            256, or 96 where none are stored.
        steps: of each picture of the triangle. None takes as many as the stored pictures had, 60,
            or 5 where none are stored.

    Attributes:
        place: the nearness to the corners content, style and variation; three whole numbers from
            0 to 6, 6 together.
        live: while it is on, the picture is painted on with the present weights, for at most 100
            steps after each change of them.
        grid: `{place: Painted}`, the finished pictures of the triangle.
        shown: the `Painted` that is shown: the one that is painted on, else that of the place. Of
            a place that is not painted yet, it is the one from which that will be begun.
        painted_on: what the page has of the picture that is painted on; empty if there is none.
        painter: the `Painter`, which has the content and the style picture.
        work: the `BackgroundRun` that paints, or has painted last; None before the first.

    Raises:
        InputError: a picture or a place cannot be used.

    Example:
        >>> balance = LossBalance("coffee", "stained_glass")
        >>> balance.weights()
        {'content': 1.0, 'style': 40.0, 'variation': 10.0}
        >>> balance.place = (0, 6, 0)
        >>> balance.weights()["style"], len(balance.grid)
        (40000.0, 28)
    """

    _module = "loss_balance"
    _esm, _css = page.script(_module), page.style(_module)

    place = traitlets.Tuple(traitlets.Int(), traitlets.Int(), traitlets.Int()).tag(sync=True)
    live = traitlets.Bool(False).tag(sync=True)
    painted_on = traitlets.Dict().tag(sync=True, computed=True)
    # A trait for each picture, `picture_222` and so on, so that each is sent once.
    vars().update({_trait(at): traitlets.Dict().tag(sync=True, computed=True) for at in PLACES})

    def __init__(
        self,
        content: ImageSource,
        style: ImageSource,
        size: int | None = None,
        steps: int | None = None,
    ) -> None:
        """Read the stored pictures, or paint the way from the content to the middle."""
        self._lock, self._change = threading.RLock(), threading.Event()
        self._on: Painted | None = None
        self._open, self._sent = True, 0.0
        self.work: BackgroundRun | None = None
        found = stored(content, style, size, steps)
        self.grid: dict[Place, Painted] = {}
        if found:
            self.painter, self.grid = found
        else:
            size, steps = _SIZE if size is None else size, _STEPS if steps is None else steps
            self.painter = Painter(content, style, size, steps)
        while MIDDLE not in self.grid:
            place = self._next(MIDDLE)
            self.grid[place] = self.painter.paint(place, self.grid)
        super().__init__(
            "The generated picture, its losses, and a triangle of pictures with other weights. "
            "Press a picture in the triangle, or move with the arrow keys",
            place=MIDDLE,
            data={
                "places": [list(at) for at in PLACES],
                "weights": [list(weights_at(at).values()) for at in PLACES],
                "shape": list(self.painter.content.shape[2:]),
                "style": jpeg(self.painter.style),
                "style_shape": list(self.painter.style.shape[2:]),
            },
            **{_trait(at): _for_the_page(painted) for at, painted in self.grid.items()},
        )
        self.observe(self._changed, ["place", "live"])

    @traitlets.validate("place")
    def _check_place(self, proposal: dict[str, Any]) -> Place:
        if proposal["value"] not in PLACES:
            raise InputError(
                f"{proposal['value']} is no place: use three whole numbers of 0 or more, "
                f"{SIDES} together."
            )
        return proposal["value"]

    def weights(self) -> dict[str, float]:
        """Return the weights of the three losses at the place; that of the content is 1."""
        return weights_at(self.place)

    @property
    def shown(self) -> Painted:
        """The picture that is shown, with its losses."""
        with self._lock:
            if self._on and (self.live or self._on.place == self.place):
                return self._on
            place = self.place
            while place not in self.grid:
                place = nearer(place)
            return self.grid[place]

    @property
    def text(self) -> str:
        """The weights and the losses, or why painting has ended."""
        if self.problem:
            return self.problem
        doing = "Content, style and variation weigh"
        if self.live:
            doing = "Painting on with"
        elif self.place not in self.grid:
            doing = "To be painted next:"
        losses = ", ".join(f"{name} {significant(self.shown.losses[name])}" for name in LOSSES)
        return f"{doing} {self._ratio()}. The losses, not weighted: {losses}."

    def _ratio(self) -> str:
        return " : ".join(f"{float(f'{weight:.3g}'):g}" for weight in self.weights().values())

    def _next(self, wanted: Place) -> Place:
        """Return the place to be painted next: on the way to the wanted one, or any."""
        place = next(place for place in (wanted, *PLACES) if place not in self.grid)
        while place[0] < SIDES and nearer(place) not in self.grid:
            place = nearer(place)
        return place

    def _changed(self, change: dict[str, Any]) -> None:
        with self._lock:
            self.problem = ""
            if change["name"] == "place" and not self.live:
                self._on = None
            if not self.live:
                self.painted_on = _for_the_page(self._on) if self._on else {}
        self._change.set()  # a run that paints on begins anew with other weights, or ends
        self._begin()

    def _wanted(self) -> bool:
        """Return whether there is anything to be painted."""
        return self._open and (self.live or len(self.grid) < len(PLACES))

    def _begin(self) -> None:
        """Begin to paint, where it is wanted and not done already."""
        with self._lock:
            if self._wanted() and not (self.work and self.work.alive):
                self.work = BackgroundRun(self._paint, self._take)
                self.work.start()

    def _paint(self, _: object) -> Iterator[tuple[bool, Painted]]:
        """Yield pictures while any are wanted, and whether each is the finished one of a place."""
        try:
            while self._wanted():
                if self.live:
                    yield from self._paint_on()
                else:
                    yield True, self.painter.paint(self._next(self.place), self.grid)
        except Exception:
            self.live = False  # here and not later, when this change would begin anew
            raise

    def _paint_on(self) -> Iterator[tuple[bool, Painted]]:
        self._change.clear()
        painted = begin = self.shown
        for painted in self.painter.on(begin.image, self.place):
            if self._change.is_set():
                return
            yield False, painted
        self.painted_on = _for_the_page(painted)
        self._change.wait()  # at rest, until there are other weights

    def _take(self, run: BackgroundRun) -> None:
        """Show what was painted."""
        if run.error:
            self.problem = f"Painting ended: {run.error}"
        elif not run.alive:
            self._begin()  # a change may have come after the last look at what is wanted
        else:
            finished, painted = run.step
            with self._lock:
                if finished:
                    self.grid[painted.place] = painted
                    self.set_trait(_trait(painted.place), _for_the_page(painted))
                elif self.live:
                    self._on = painted
                    self._send_on(painted)

    def _send_on(self, painted: Painted) -> None:
        """Send a picture that is painted on, unless one was sent just before."""
        now = time.monotonic()
        if now - self._sent >= _BETWEEN:
            self._sent, self.painted_on = now, _for_the_page(painted)

    def close(self) -> None:
        """End the work, and the widget."""
        self._open = self.live = False
        super().close()

    def draw(self) -> Drawing:
        """Return the picture with its losses, and beside it the triangle of all pictures."""
        drawing = Drawing(figsize=(8.6, 4.7), layout="constrained")
        left, right = drawing.subplots(1, 2, width_ratios=(1, 2))  # 256 pixels at their own size
        left.imshow(to_pil(self.shown.image), interpolation="bicubic")
        left.set_title(f"content : style : variation\n{self._ratio()}", fontsize=12)
        losses = "\n".join(f"{name} {significant(self.shown.losses[name])}" for name in LOSSES)
        left.text(0, -0.04, f"Losses, not weighted:\n{losses}", va="top", transform=left.transAxes)
        self._draw_triangle(right)
        for axes in (left, right):
            axes.set_axis_off()
        return drawing

    def _draw_triangle(self, axes: Axes) -> None:
        rows, columns = self.painter.content.shape[2:]
        wide, high = 0.9 * columns / max(rows, columns), 0.9 * rows / max(rows, columns)

        def at(place: Place) -> tuple[float, float]:
            x, y = spot(place)
            return SIDES * (wide + 0.1) * x, SIDES * (high + 0.1) * y

        def lay(picture: Any, x: float, y: float, width: float, height: float) -> None:
            sides = x - width / 2, x + width / 2, y + height / 2, y - height / 2
            axes.imshow(to_pil(picture), extent=sides)

        for place in PLACES:
            x, y = at(place)
            if place in self.grid:
                lay(self.grid[place].image, x, y, wide, high)
            else:
                axes.plot(x, y, "o", color="0.6", fillstyle="none")
        x, y = at(self.place)
        for color, line in (("black", 5), ("gold", 2.5)):
            corner = x - wide / 2, y - high / 2
            axes.add_patch(Rectangle(corner, wide, high, fill=False, ec=color, lw=line, zorder=3))
        (x, y), (left, bottom), (right, _) = (at(c) for c in ((6, 0, 0), (0, 6, 0), (0, 0, 6)))
        axes.text(x + 0.6 * wide, y, "content", va="center", weight="bold")
        tall = wide * self.painter.style.shape[2] / self.painter.style.shape[3]
        below = bottom + high / 2 + 0.15 + tall / 2
        lay(self.painter.style, left, below, wide, tall)
        axes.text(left + 0.6 * wide, below, "style", va="center", weight="bold")
        axes.text(
            right + wide / 2, below, "variation (smooth)", va="center", ha="right", weight="bold"
        )
        axes.set(
            xlim=(left - wide / 2 - 0.05, right + wide / 2 + 0.05),
            ylim=(below + tall / 2, y - high / 2 - 0.05),
            aspect="equal",
        )


def _for_the_page(painted: Painted) -> dict[str, Any]:
    return {"jpeg": painted.jpeg, "losses": painted.losses, "place": list(painted.place)}
