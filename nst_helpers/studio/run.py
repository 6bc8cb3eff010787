"""One run of the studio: its turn, its losses, its film, the time left."""

import io
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import torch
from PIL import Image

from nst_helpers.engine.schedule import steps_up_to
from nst_helpers.engine.transfer import Step, StyleTransfer
from nst_helpers.images import to_pil
from nst_helpers.runtime.background import BackgroundRun
from nst_helpers.runtime.memory import give_back
from nst_helpers.runtime.turns import Line, Waiting
from nst_helpers.studio.settings import WEIGHTS

_FRAMES, _LONGER_SIDE = 60, 256  # at most so many pictures in a film, of so many pixels
_SECONDS_BETWEEN_LOOKS = 0.5  # at the line


class StudioRun(BackgroundRun):
    """A style transfer in a thread, which begins when it is its turn.

    Args:
        settings: what the studio needs to paint it again.
        make: a function of the settings that returns a transfer; called when it is the run's turn.
        on_change: called from the thread with this run, after every step, while it waits, and at
            the end.
        line: the runs that wait for the processor.
        seconds: how long it will take, or None.
        painted: a picture to go on from, or None to begin anew.
        done: how many steps count as taken; None, those at sizes up to that of `painted`.

    Attributes:
        id: a name that no other run has.
        at: when it was asked for, in seconds since 1970.
        transfer: the `StyleTransfer`, or None before its turn and after its end.
        waiting: a `Waiting` while other runs have their turn, else None.
        history: `{loss: [a number for each step]}`, and `size`, the longer side in pixels.
        film: small pictures of the way, as a `Film`.
        pace: the seconds for a pixel and step of a run that has ended, else None.
    """

    def __init__(
        self,
        settings: dict[str, Any],
        make: Callable[[dict[str, Any]], StyleTransfer],
        on_change: Callable[["StudioRun"], None],
        line: Line,
        seconds: float | None = None,
        painted: torch.Tensor | None = None,
        done: int | None = None,
    ) -> None:
        """Prepare the thread; `start` starts it."""
        self.id, self.at, self.settings = uuid.uuid4().hex, time.time(), settings
        self.transfer: StyleTransfer | None = None
        self.waiting: Waiting | None = None
        self.history: dict[str, list[float]] = {
            name: [] for name in ("content", "style", "variation", "total", "size")
        }
        self.film = Film()
        self.pace: float | None = None
        self._make, self._line, self._expected = make, line, seconds
        self._painted, self._done = painted, done
        self._first: Step | None = None

        def look(run: BackgroundRun) -> None:
            if not self.alive:
                self._let_go()
            on_change(self)

        super().__init__(self._steps, look)

    def _steps(self, last: Step | None) -> Iterator[Step | None]:
        with self._line.join(self.seconds_left) as place:
            while (waiting := place.look()).ahead:
                self.waiting = waiting
                yield None
                time.sleep(_SECONDS_BETWEEN_LOOKS)
            self.waiting = None
            yield None
            for step in self._turn(last):
                for name, numbers in self.history.items():
                    numbers.append(step.losses.get(name, max(step.image.shape[2:])))
                self.film.add(step.image)
                self._first = self._first or replace(step, state={})
                yield step
                if (left := self.seconds_left) is not None:
                    place.expect(left)

    def _turn(self, last: Step | None) -> Iterator[Step]:
        if self.transfer is None:
            self.transfer = self._make(self.settings)
            self.steer({})  # to what was asked for meanwhile
        if last is None and self._painted is not None:
            if (done := self._done) is None:
                done = steps_up_to(max(self._painted.shape[2:]), self.transfer.plan)
            return self.transfer.resume_from(self._painted, done)
        return self.transfer.resume(last)

    def _let_go(self):
        """Keep the picture, and neither the network nor what the optimiser has learned."""
        if self.step and self.transfer:
            self.step = replace(self.step, image=self.step.image.cpu(), state={})
            if per_work := self._seconds_for_all:
                shape = self.transfer.content.shape[2:]
                self.pace = per_work / pixels_of(self.transfer.plan, shape)
        self.transfer, self._painted = None, None
        give_back()

    def steer(self, weights: dict[str, float]) -> None:
        """Go on with other weights, from the present picture.

        Args:
            weights: by the names of their settings, such as `style_weight`.
        """
        self.settings = {**self.settings, **weights}
        if transfer := self.transfer:
            transfer.steer(**{n.removesuffix("_weight"): self.settings[n] for n in WEIGHTS})

    @property
    def share(self) -> float:
        """The share of the whole work that is done, from 0 to 1, as `share_of` has it."""
        return self.step.progress if self.step else 0.0

    @property
    def seconds_left(self) -> float | None:
        """What the rest takes: at the pace of the run so far, or as was expected."""
        per_work = self._seconds_for_all
        if per_work is None or not self.step:
            return self._expected
        return per_work * (1 - self.step.progress)

    @property
    def _seconds_for_all(self) -> float | None:
        """What all steps of the plan take at the pace of those that were taken here."""
        if not self.step or not self._first or self.step.index == self._first.index:
            return None
        work = self.step.progress - self._first.progress
        return (self.step.seconds - self._first.seconds) / work


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
            self.frames.append(_small(image))
        self._seen += 1
        if len(self.frames) > _FRAMES:  # every second one stays, and half as many are taken
            self.frames, self._every = self.frames[::2], self._every * 2

    def gif(self, last: torch.Tensor) -> bytes:
        """Return the film as the bytes of a GIF, which rests on the picture `last`."""
        end = _small(last)
        frames = [frame.resize(end.size) for frame in [*self.frames, end]]
        # The default method needs forty times as long.
        first, *others = [f.quantize(256, Image.Quantize.FASTOCTREE) for f in frames]
        times, file = [80] * len(others) + [1500], io.BytesIO()
        first.save(file, "GIF", save_all=True, append_images=others, duration=times, loop=0)
        return file.getvalue()


def _small(image: torch.Tensor) -> Image.Image:
    small = to_pil(image)
    small.thumbnail((_LONGER_SIDE, _LONGER_SIDE))
    return small


def share_of(stages: list[tuple[int, int]], done: int) -> float:
    """Return the share of the work of all stages that the first steps are.

    Args:
        stages: `(longer side, steps)` of each.
        done: how many steps are taken.

    Example:
        >>> share_of([(100, 3), (200, 1)], 3)
        0.42857142857142855
    """
    work = [size**2 for size, steps in stages for _ in range(steps)]
    return sum(work[:done]) / sum(work)


def pixels_of(stages: list[tuple[int, int]], shape: Sequence[int]) -> float:
    """Return how many pixels the steps of all stages evaluate together.

    Args:
        stages: `(longer side, steps)` of each.
        shape: height and width of the picture at any size, in any order.

    Example:
        >>> pixels_of([(100, 3), (200, 1)], (20, 40))
        35000.0
    """
    short, long = sorted(shape)
    return sum(steps * size**2 for size, steps in stages) * short / long
