"""A row of buttons to answer a question with: what was pressed is known to Python."""

import html
from collections.abc import Sequence
from typing import Any

import anywidget
import traitlets

from nst_helpers.widgets.page import FOLDER


class Buttons(anywidget.AnyWidget):
    """A row of buttons, one for each option, and a line below them.

    Args:
        label: what is asked; it stands before the buttons.
        options: the words on the buttons.
        otherwise: how to answer where no widget can be shown.

    Attributes:
        chosen: the number of the button that was pressed last, from 0; -1 before.
        marks: for each option `"right"`, `"wrong"` or `""`.
        said: the line below.

    Example:
        >>> buttons = Buttons("Which one is red?", ["the rose", "the leaf"], "Write it down.")
        >>> print(buttons)
        Which one is red?
          the rose
          the leaf
        Write it down.
    """

    # ipywidgets 7, which Colab has, shows a widget by this and would leave out the list.
    _ipython_display_ = None
    _esm, _css = FOLDER / "buttons.js", FOLDER / "buttons.css"

    label = traitlets.Unicode().tag(sync=True)
    options = traitlets.List(traitlets.Unicode()).tag(sync=True)
    chosen = traitlets.Int(-1).tag(sync=True)
    marks = traitlets.List(traitlets.Unicode()).tag(sync=True)
    said = traitlets.Unicode().tag(sync=True)

    def __init__(self, label: str, options: Sequence[str], otherwise: str) -> None:
        """Offer the options; none is chosen."""
        self.otherwise = otherwise
        super().__init__(label=label, options=list(options), marks=[""] * len(options))

    def __repr__(self) -> str:
        """Return what a reader sees where no widget can be shown."""
        below = [self.said or self.otherwise]
        return "\n".join([self.label, *(f"  {option}" for option in self.options), *below])

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and for all who cannot show it, the options as a list."""
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        options = "".join(f"<li>{html.escape(option)}</li>" for option in self.options)
        page = f'<p>{html.escape(self.label)}</p><ul style="list-style: none">{options}</ul>'
        page += f"<p>{html.escape(self.said or self.otherwise)}</p>"
        return {**data, "text/plain": repr(self), "text/html": page}, metadata
