"""The runs of a session, as small pictures to be loaded again."""

from collections.abc import Callable
from typing import Any

import torch

from nst_helpers.studio.canvas import GREY, WIDTH, Canvas, fit
from nst_helpers.studio.pointable import InteractiveFigure

_ACROSS, _WIDE, _HIGH = 6, 157, 156  # runs in a row, and the pixels for each
_MOST_RUNS = 12


class ContactSheet(InteractiveFigure):
    """Every finished run with its pictures' names and its weights; a click loads it again.

    Args:
        on_choice: called with the settings and the picture of the run that was clicked.

    Attributes:
        runs: `(settings, picture)` of each, the last twelve.
    """

    def __init__(self, on_choice: Callable[[dict[str, Any], torch.Tensor], None]) -> None:
        """Show nothing, until there is a run."""
        self.runs: list[tuple[dict[str, Any], torch.Tensor]] = []
        self._on_choice = on_choice
        super().__init__([], "The runs of this session. Click one to load it again")
        self.layout.display = "none"

    def add(self, settings: dict[str, Any], image: torch.Tensor) -> None:
        """Keep a run, and forget the oldest where there are too many."""
        self.runs = [*self.runs, (settings, image)][-_MOST_RUNS:]
        self.layout.display = None
        self.redraw()

    def point(self, name: int, x: float, y: float, pressed: bool) -> None:
        """Load the run that was pressed."""
        if pressed:
            self._on_choice(*self.runs[name])

    def draw(self) -> tuple[Canvas, str]:
        """Return the runs, the oldest first."""
        rows = -(-len(self.runs) // _ACROSS)
        canvas = Canvas(WIDTH, rows * _HIGH + 22)
        canvas.write("the runs of this session", (0, 15), bold=True)
        for number, (settings, image) in enumerate(self.runs):
            row, column = divmod(number, _ACROSS)
            left, top = column * _WIDE, 22 + row * _HIGH
            canvas.lay(image, (left, top), fit(image.shape[2:], 150, 112), number, smooth=True)
            names = f"{settings['content']}, {' + '.join(settings['styles'])}"
            canvas.write(names, (left, top + 128), 11, within=150)
            weights = "{content_weight:g} : {style_weight:g} : {variation_weight:g}"
            canvas.write(weights.format(**settings), (left, top + 144), 11, GREY)
        return canvas, "Click a run to load its picture and its settings again."
