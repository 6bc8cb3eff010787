"""Where the picture grows: the photograph, the painted picture over it, and the losses."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import torch

from nst_helpers.studio.canvas import BLACK, MARK, PALE, WIDTH, Canvas, fit, shrink
from nst_helpers.studio.pointable import InteractiveFigure

_LEAST_HEIGHT = 448  # of the four curves


class Easel(InteractiveFigure):
    """The photograph to the left of a line, the painted picture to its right.

    Args:
        photo: the content picture, an image tensor.
        words: a function that returns what is said below.

    Attributes:
        photo: the content picture.
        painted: the picture over it, an image tensor, or None.
        history: `{loss: [a number for each step]}`; nothing is drawn where it is empty.
        divider: where the line is, from 0 (left) to 1.
    """

    def __init__(self, photo: torch.Tensor, words: Callable[[], str]) -> None:
        """Show the photograph."""
        self.photo, self._words = photo, words
        self.painted: torch.Tensor | None = None
        self.history: Mapping[str, Sequence[float]] = {}
        self.divider = 0.0
        super().__init__([], "The picture as it grows. Drag the line between before and after")

    def begin(self, photo: torch.Tensor) -> None:
        """Show another photograph, on which nothing is painted yet."""
        self.photo, self.painted, self.divider = photo, None, 0.0

    def show(self, painted: torch.Tensor | None, history: Mapping[str, Sequence[float]]) -> None:
        """Show a painted picture, or none, and the losses on the way to it."""
        self.painted, self.history = painted, history
        self.redraw()

    def point(self, name: str, x: float, y: float, pressed: bool) -> None:
        """Put the line there."""
        self.divider = x

    def move(self, right: int, down: int) -> None:
        """Move the line."""
        self.divider = min(max(self.divider + 0.02 * right, 0.0), 1.0)

    def draw(self) -> tuple[Canvas, str]:
        """Return both pictures in one, and the curves of the losses."""
        size = fit(self.photo.shape[2:], 620, 460)
        canvas = Canvas(WIDTH, max(size[1], _LEAST_HEIGHT))
        canvas.lay(self.photo, (0, 0), size, "easel", smooth=True)
        if self.painted is not None:
            edge = round(self.divider * size[0])
            if edge < size[0]:
                painted = shrink(self.painted, size)[..., edge:]
                canvas.lay(painted, (edge, 0), (size[0] - edge, size[1]))
            for wide, color in ((5, BLACK), (1, MARK)):
                canvas.pen.line((edge, 0, edge, size[1]), color, wide)
        for number, (name, losses) in enumerate(self.history.items()):
            _draw_curve(canvas, name, losses, (size[0] + 24, number * 112))
        return canvas, self._words()


def _draw_curve(
    canvas: Canvas, name: str, losses: Sequence[float], corner: tuple[int, int]
) -> None:
    """Draw a loss over the steps on a logarithmic scale of its own, with its last value."""
    left, top = corner
    width, height, below = 280, 76, 20
    canvas.write(f"{name} loss", (left, top + 14), 12)
    canvas.write(f"{losses[-1]:.3g}" if losses else "", (left + width, top + 14), 12, anchor="rs")
    canvas.pen.rectangle((left, top + below, left + width, top + below + height), outline=PALE)
    if len(losses) > 1:
        logs = np.log10(np.maximum(losses, 1e-12))
        across = left + np.linspace(0, width, len(logs))
        down = (logs.max() - logs) / max(np.ptp(logs), 1e-9) * (height - 8)
        points = np.stack([across, top + below + 4 + down], axis=1)
        canvas.pen.line([tuple(point) for point in points.tolist()], BLACK, 2)
