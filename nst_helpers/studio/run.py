"""One run of the studio, with what the page shows of it: its losses, its film, the time left."""

import io
from collections.abc import Callable
from typing import Any

import torch
from PIL import Image

from nst_helpers.engine.transfer import StyleTransfer
from nst_helpers.images import to_pil
from nst_helpers.runtime.background import BackgroundRun

_FRAMES, _LONGER_SIDE = 60, 256  # at most so many pictures in a film, of so many pixels


class StudioRun(BackgroundRun):
    """A style transfer in a thread.

    Args:
        transfer: not yet begun.
        settings: what the studio needs to paint it again.
        on_change: called from the thread with this run, after every step and at the end.

    Attributes:
        history: `{loss: [a number for each step]}`.
        film: small pictures of the way, as a `Film`.
    """

    def __init__(
        self,
        transfer: StyleTransfer,
        settings: dict[str, Any],
        on_change: Callable[["StudioRun"], None],
    ) -> None:
        """Prepare the thread; `start` starts it."""
        self.transfer, self.settings = transfer, settings
        self.history: dict[str, list[float]] = {
            name: [] for name in ("content", "style", "variation", "total")
        }
        self.film = Film()

        def look(run: BackgroundRun) -> None:
            if self.alive and self.step is not None:
                self._keep(self.step)
            on_change(self)

        super().__init__(transfer.resume, look)

    def _keep(self, step):
        for name, losses in self.history.items():
            losses.append(step.losses[name])
        self.film.add(step.image)

    def steer(self, weights: dict[str, float]) -> None:
        """Go on with other weights, from the present picture."""
        self.transfer.steer(**weights)
        self.settings = {
            **self.settings,
            **{f"{name}_weight": weight for name, weight in weights.items()},
        }

    @property
    def share(self) -> float:
        """The share of the whole work that is done, from 0 to 1."""
        return self.step.progress if self.step else 0.0

    @property
    def seconds_left(self) -> float:
        """What the rest of the run takes, at the pace of the run so far."""
        return self.step.seconds * (1 / self.step.progress - 1) if self.step else 0.0

    @property
    def seconds_a_pixel(self) -> float:
        """The pace of the run so far; there must have been a step."""
        assert self.step is not None
        pixels = pixels_of(self.transfer.plan, self.transfer.content)
        return self.step.seconds / (self.step.progress * pixels)


class Film:
    """Small pictures of a run, evenly distributed over it however long it gets.

    Example:
        >>> film = Film()
        >>> for grey in torch.linspace(0, 1, 200):
        ...     film.add(grey.expand(1, 3, 20, 30))
        >>> len(film.frames)
        50
    """

    def __init__(self) -> None:
        """Begin without a picture."""
        self.frames: list[Image.Image] = []
        self._seen, self._every = 0, 1

    def add(self, image: torch.Tensor) -> None:
        """Take the next picture of the run; not each is kept."""
        if self._seen % self._every == 0:
            small = to_pil(image)
            small.thumbnail((_LONGER_SIDE, _LONGER_SIDE))
            self.frames.append(small)
        self._seen += 1
        if len(self.frames) > _FRAMES:  # every second one stays, and half as many are taken
            self.frames, self._every = self.frames[::2], self._every * 2

    def gif(self) -> bytes:
        """Return the film as the bytes of a GIF, which rests on its last picture."""
        largest = max(frame.size for frame in self.frames)
        first, *others = [frame.resize(largest).quantize(128) for frame in self.frames]
        times, file = [80] * len(others) + [1500], io.BytesIO()
        first.save(file, "GIF", save_all=True, append_images=others, duration=times, loop=0)
        return file.getvalue()


def pixels_of(stages: list[tuple[int, int]], image: torch.Tensor) -> float:
    """Return how many pixels the steps of all stages evaluate together.

    Args:
        stages: `(longer side, steps)` of each.
        image: of the shape that is painted, at any size.

    Example:
        >>> pixels_of([(100, 3), (200, 1)], torch.zeros(1, 3, 20, 40))
        35000.0
    """
    short, long = sorted(image.shape[2:])
    return sum(steps * size**2 for size, steps in stages) * short / long
