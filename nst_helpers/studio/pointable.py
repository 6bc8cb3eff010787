"""What all interactive figures have in common: controls and state over a drawing.

Every figure is a widget that a cell shows. What it shows is a function of its state, which Python
can read and set without a browser: the `value` of its controls and its traits (such as `place`).
The results are `image` (a PIL image) and `text` (what it shows in words).
"""

import contextlib
import threading
from collections.abc import Generator, Hashable, Sequence
from pathlib import Path
from typing import Any

import anywidget
import ipywidgets
import traitlets
from PIL import Image

from nst_helpers.markup import image_element
from nst_helpers.studio.canvas import Canvas


class PointablePicture(anywidget.AnyWidget):
    """A picture to point at, with the mouse, a finger or the arrow keys, and a text below it.

    All attributes can be given by name.

    Attributes:
        png: the bytes of the picture.
        text: what is to be read below it.
        label: what the picture is, for a reader who cannot see it.
        pointed: `(x, y, n)`, the pixel that was pointed at last, by the n-th press; while the
            pointer is dragged over the picture, n stays.
        moved: how often the arrow keys were pressed, `(to the right, down)`.
        entered: how often Enter was pressed.

    Example:
        >>> PointablePicture(label="A cat")
        <PointablePicture: A cat>
    """

    _esm = Path(__file__).with_name("pointable_picture.js")
    _css = Path(__file__).with_name("pointable_picture.css")
    png = traitlets.Bytes().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    pointed = traitlets.List(traitlets.Int(), [-1, -1, 0]).tag(sync=True)
    moved = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    entered = traitlets.Int(0).tag(sync=True)

    def __repr__(self) -> str:
        """Return a few words; the bytes of the picture would fill a page."""
        return f"<{type(self).__name__}: {self.label}>"


class InteractiveFigure(ipywidgets.VBox):
    """A row of controls over a picture that is drawn anew whenever the state changes.

    A subclass writes `draw`, and what the figure does when it is pointed at (`point`), when an
    arrow key is pressed (`move`) and when Enter is pressed (`enter`); without these it does
    nothing. A change of a control's value draws it anew.

    Args:
        controls: widgets in the order of the Tab key; those without a `value` are only shown.
            There may be none.
        label: what the figure is, for a reader who cannot see it: one sentence, then what can be
            done with it.

    Attributes:
        picture: the `PointablePicture` that shows the drawing.
        canvas: the last drawing; `image` is its PIL image.
        text: the same in words.

    Example:
        >>> class Counter(InteractiveFigure):
        ...     count = 0
        ...     def draw(self):
        ...         return Canvas(80, 40), f"{self.count} presses of Enter"
        ...     def enter(self):
        ...         self.count += 1
        >>> counter = Counter([], "A counter. Press Enter")
        >>> counter.picture.entered += 1
        >>> counter.text
        '1 presses of Enter'
    """

    def __init__(self, controls: Sequence[ipywidgets.Widget], label: str) -> None:
        """Draw the first state."""
        self.picture = PointablePicture(label=label)
        self.canvas, self.text = Canvas(1, 1), ""
        self._held: Hashable = None  # the name of what the present press began on
        self._quiet, self._lock = False, threading.RLock()
        row = ipywidgets.HBox(controls, layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([row, self.picture] if controls else [self.picture])
        for control in controls:
            if control.has_trait("value"):
                control.observe(self._changed, "value")
        self.picture.observe(self._answer_pointer, "pointed")
        self.picture.observe(self._answer_arrow_key, "moved")
        self.picture.observe(self._answer_enter_key, "entered")
        self.redraw()

    @property
    def image(self) -> Image.Image:
        """The last drawing as a PIL image."""
        return self.canvas.image

    def redraw(self) -> None:
        """Draw the present state and show it."""
        if self._quiet:
            return
        with self._lock, self.picture.hold_sync():
            self.canvas, self.text = self.draw()
            self.picture.png, self.picture.text = self.canvas.png(), self.text

    @contextlib.contextmanager
    def one_redraw(self) -> Generator[None, None, None]:
        """Change several parts of the state, then draw once."""
        outer, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = outer
        self.redraw()

    def draw(self) -> tuple[Canvas, str]:
        """Return a `Canvas` and a text of the present state."""
        raise NotImplementedError

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Answer to the pointer on what the canvas calls `name`; a figure may leave it out.

        Args:
            name: a key of `canvas.places`. While the pointer is dragged, only what the press
                began on is named.
            x, y: where in it, as shares of its width and height in [0, 1).
            pressed: whether this begins a press; else the pointer is being dragged.
        """

    def move(self, right: int, down: int) -> None:
        """Answer to the arrow keys; a figure may leave it out.

        Args:
            right, down: how many steps, negative to the left and up; 10 with the Shift key.
        """

    def enter(self) -> None:
        """Answer to the Enter key; a figure may leave it out."""

    def _changed(self, change: dict[str, Any]) -> None:
        self.redraw()

    def _answer_pointer(self, change: dict[str, Any]) -> None:
        x, y, press = change["new"]
        found = self.canvas.find(x, y)
        pressed = press != change["old"][2]
        if pressed:
            self._held = found and found[0]
        if found and found[0] == self._held:
            with self.one_redraw():
                self.point(*found, pressed)

    def _answer_arrow_key(self, change: dict[str, Any]) -> None:
        right, down = (new - old for new, old in zip(change["new"], change["old"], strict=True))
        with self.one_redraw():
            self.move(right, down)

    def _answer_enter_key(self, change: dict[str, Any]) -> None:
        with self.one_redraw():
            self.enter()

    def __repr__(self) -> str:
        """Return what a reader sees where no widget can be shown."""
        return f"{type(self).__name__}: run this cell in Jupyter to use it. {self.text}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and for all who cannot show it, a static picture with its text."""
        what = self.picture.label.split(". ")[0]  # the rest says what to do with it
        picture = image_element(self.image, f"{what}. {self.text}", quality=88)
        return {**(super()._repr_mimebundle_() or {}), "text/html": picture}, {}
