"""A run in a thread of its own, so that a page can answer while a picture is painted."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

THREAD_NAME = "nst"


class BackgroundRun:
    """Takes the steps of a run in a thread, until they end or `stop` is called.

    Args:
        resume: a function of the last step, or of None at first, that returns the steps after
            it, such as `StyleTransfer.resume`. It is called again after each pause. A step that
            is None is none: it only lets the run be stopped while it waits.
        on_change: called from the thread with this object, after every step and at the end.

    Attributes:
        state: `"running"`, `"paused"`, `"finished"`, `"stopped"` or `"failed"`.
        step: the last step, or None.
        error: what went wrong, in words, or None.

    Example:
        >>> run = BackgroundRun(lambda last: iter([1, 2, 3]), lambda run: None)
        >>> run.start()
        >>> run.wait()
        >>> run.state, run.step
        ('finished', 3)
    """

    def __init__(
        self,
        resume: Callable[[Any], Iterable[Any]],
        on_change: Callable[["BackgroundRun"], None],
    ) -> None:
        """Prepare the thread; `start` starts it."""
        self.state = "running"
        self.step: Any = None
        self.error: str | None = None
        self._resume, self._on_change = resume, on_change
        self._go, self._stop = threading.Event(), threading.Event()
        self._go.set()
        self._lock = threading.Lock()  # of `state`, which the page and the thread change
        self._thread = threading.Thread(target=self._run, name=THREAD_NAME, daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    @property
    def alive(self) -> bool:
        """Whether there are steps to come."""
        return self.state in ("running", "paused")

    def pause(self) -> None:
        """Hold after the present step; a run that is to stop is not held."""
        with self._lock:
            if self.state == "running" and not self._stop.is_set():
                self.state = "paused"
                self._go.clear()

    def go_on(self) -> None:
        """Go on after a pause."""
        with self._lock:
            if self.state == "paused":
                self.state = "running"
                self._go.set()

    def stop(self) -> None:
        """End after the present step."""
        with self._lock:
            self._stop.set()
            self._go.set()

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the thread has ended, at most so many seconds."""
        self._thread.join(seconds)

    def _run(self):
        try:
            end = "finished" if self._take_steps() else "stopped"
        except Exception as error:
            end, self.error = "failed", str(error) or type(error).__name__
        with self._lock:
            self.state = end
        self._on_change(self)

    def _take_steps(self):
        """Return whether all steps were taken."""
        while not self._stop.is_set():
            for step in self._resume(self.step):
                self.step = self.step if step is None else step
                self._on_change(self)
                if self._stop.is_set() or not self._go.is_set():
                    break
            else:
                return True
            self._go.wait()
        return False
