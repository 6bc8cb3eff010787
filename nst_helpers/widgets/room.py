"""A room of the museum: a picture, looks at what made it, and the bugs among which to choose."""

import html
from collections.abc import Sequence
from typing import Any

import traitlets

from nst_helpers.widgets.buttons import Buttons
from nst_helpers.widgets.page import FOLDER


class Room(Buttons):
    """A picture that went wrong, buttons to name the bug, and buttons for looks at what made it.

    Args:
        label: what is asked.
        picture: an HTML element.
        options: the words on the buttons, one of which is right.
        looks: `{words on the button: HTML}`, what each look shows.
        otherwise: how to answer where no widget can be shown.

    Attributes:
        taken: the numbers of the looks that were taken, from 0, in the order of taking.

    Example:
        >>> room = Room("What is it?", "<img>", ["this", "that"], {"the losses": "3, 2"}, "Say.")
        >>> room.taken = [0]
        >>> room.figures
        ['3, 2']
    """

    _esm, _css = FOLDER / "room.js", FOLDER / "room.css"

    picture = traitlets.Unicode().tag(sync=True)
    looks = traitlets.List(traitlets.Unicode()).tag(sync=True)
    taken = traitlets.List(traitlets.Int()).tag(sync=True)
    figures = traitlets.List(traitlets.Unicode()).tag(sync=True)  # of a look not taken: nothing

    def __init__(
        self,
        label: str,
        picture: str,
        options: Sequence[str],
        looks: dict[str, str],
        otherwise: str,
    ) -> None:
        """Hang the picture; no look is taken."""
        super().__init__(label, options, otherwise)
        self.picture, self.looks = picture, list(looks)
        self._hidden = list(looks.values())
        self.figures = [""] * len(looks)

    @traitlets.observe("taken")
    def _show(self, _: Any) -> None:
        self.figures = [
            shown if number in self.taken else "" for number, shown in enumerate(self._hidden)
        ]

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and for all who cannot show it, the picture, closed looks, a list."""
        data, metadata = super()._repr_mimebundle_()
        looks = "".join(
            f"<details><summary>Look: {html.escape(name)}</summary>{shown}</details>"
            for name, shown in zip(self.looks, self._hidden, strict=True)
        )
        data["text/html"] = f"{self.picture}{looks}{data['text/html']}"
        return data, metadata
