"""What all interactive figures have in common: controls and state over a drawing.

Every figure is a widget that a cell shows. What it shows is a function of its state, which Python
can read and set without a browser: the `value` of its controls, its traits (such as `place`), and
then `image` (a PIL image) and `text` (what it shows in words).
"""

import contextlib
import io
import threading
from pathlib import Path

import anywidget
import ipywidgets
import traitlets


class PointablePicture(anywidget.AnyWidget):
    """A picture to point at, with the mouse, a finger or the arrow keys, and a text below it.

    Attributes:
        png: the bytes of the picture.
        text: what is to be read below it.
        label: what the picture is, for a reader who cannot see it.
        point: `(x, y, n)`, the pixel that was pointed at last, by the n-th press; while the hand
            is drawn over the picture, n stays.
        moved: how often the arrow keys were pressed, `(to the right, down)`.
        entered: how often Enter was pressed.
    """

    _esm = Path(__file__).with_name("pointable_picture.js")
    _css = Path(__file__).with_name("pointable_picture.css")
    png = traitlets.Bytes().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    point = traitlets.List(traitlets.Int(), [-1, -1, 0]).tag(sync=True)
    moved = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    entered = traitlets.Int(0).tag(sync=True)

    def __repr__(self):
        """Return a few words; the bytes of the picture would fill a page."""
        return f"<{type(self).__name__}: {self.label}>"


class InteractiveFigure(ipywidgets.VBox):
    """What all interactive figures have in common.

    A figure writes `draw`, which returns a `Canvas` and a text, and what it does when it is
    pointed at (`point`) or moved by an arrow key (`move`).

    Args:
        controls: widgets that have a `value`, in the order of the Tab key.
        label: what the figure is, for a reader who cannot see it.

    Attributes:
        canvas: the last drawing; `image` is its PIL image.
        text: the same in words.
    """

    def __init__(self, controls, label):
        """Draw the first state."""
        self.picture = PointablePicture(label=label)
        self.canvas, self.text, self._held = None, "", None
        self._quiet, self._lock = False, threading.RLock()
        row = ipywidgets.HBox(controls, layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([row, self.picture])
        for control in controls:
            if hasattr(control, "value"):
                control.observe(self._changed, "value")
        self.picture.observe(self._pointed, "point")
        self.picture.observe(self._moved, "moved")
        self.redraw()

    @property
    def image(self):
        """The last drawing as a PIL image."""
        return self.canvas.image

    def redraw(self):
        """Draw the present state and show it."""
        if self._quiet:
            return
        with self._lock, self.picture.hold_sync():
            self.canvas, self.text = self.draw()
            self.picture.png, self.picture.text = self.canvas.png(), self.text

    @contextlib.contextmanager
    def one_redraw(self):
        """Change several parts of the state, then draw once."""
        outer, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = outer
        self.redraw()

    def draw(self):
        """Return a `Canvas` and a text of the present state."""
        raise NotImplementedError

    def point(self, name, x, y, pressed):
        """Answer to a place in what the canvas calls `name`.

        Args:
            name: of what lies there.
            x, y: the place in it, as shares in [0, 1).
            pressed: whether this begins a press; else the pointer is drawn on.
        """

    def move(self, x, y):
        """Answer to the arrow keys: so many steps to the right and down."""

    def _changed(self, change):
        self.redraw()

    def _pointed(self, change):
        *place, press = change["new"]
        found = self.canvas.find(*place)
        pressed = press != change["old"][2]
        if pressed:
            self._held = found and found[0]
        if found and found[0] == self._held:
            with self.one_redraw():
                self.point(*found, pressed)

    def _moved(self, change):
        steps = (new - old for new, old in zip(change["new"], change["old"], strict=True))
        with self.one_redraw():
            self.move(*steps)

    def __repr__(self):
        """Return what a reader sees where no widget can be shown."""
        return f"{type(self).__name__}: run this cell in Jupyter to use it. {self.text}"

    def _repr_mimebundle_(self, **_):
        """Return the widget, and for all who cannot show it, a static picture with its text."""
        data, file = super()._repr_mimebundle_(), io.BytesIO()
        self.image.save(file, "JPEG", quality=88)
        data["image/jpeg"] = file.getvalue()
        what, *_ = self.picture.label.split(". ")  # the rest says what to do with it
        return data, {"image/jpeg": {"alt": f"{what}. {self.text}"}}
