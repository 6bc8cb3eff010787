"""A progress bar for a terminal, and one with the picture for a notebook.

The terminal's is tqdm. In a notebook, tqdm's bar is stored as it was at 0 %, and shows no picture.
"""

import sys
import time
from collections.abc import Iterable, Iterator, Mapping, Sized
from types import TracebackType
from typing import Any, NoReturn, Protocol, TypeVar

import torch
from tqdm import tqdm

from nst_helpers.images import to_pil
from nst_helpers.markup import image_element

_SECONDS_BETWEEN_PICTURES = 0.5

_Item = TypeVar("_Item")


class _Step(Protocol):
    """The attributes of `nst_helpers.Step` that are shown."""

    @property
    def index(self) -> int: ...
    @property
    def image(self) -> torch.Tensor: ...
    @property
    def losses(self) -> Mapping[str, float]: ...
    @property
    def seconds(self) -> float: ...
    @property
    def progress(self) -> float: ...


class ProgressBar:
    """A context manager that shows how far a run is, its losses and the time left.

    In a terminal it is a bar on the error stream. In a notebook the picture stands above the
    bar, and the last state stays in the stored file.

    Args:
        steps: how many steps there will be.

    Example:
        >>> from nst_helpers import StyleTransfer
        >>> transfer = StyleTransfer("cat", "night_sky", size=64, steps=2)
        >>> with ProgressBar(len(transfer)) as bar:
        ...     for step in transfer:
        ...         bar.update(step)
        >>> bar.text(step)[:13]
        'step 2 of 2: '
    """

    def __init__(self, steps: int) -> None:
        """Show nothing yet."""
        self.steps = steps
        self.handle: Any = None  # of the display, in a notebook
        self.bar: tqdm[NoReturn] | None = None  # in a terminal
        self.step: _Step | None = None  # the last one
        self.drawn = 0.0  # when the picture was drawn last

    def __enter__(self) -> "ProgressBar":
        """Draw the empty bar."""
        if _in_notebook():
            from IPython.display import HTML, display

            self.handle = display(HTML("<p>The network is loaded.</p>"), display_id=True)
        else:
            form = "{percentage:3.0f}%|{bar:24}| {postfix}"
            self.bar = tqdm(total=1.0, bar_format=form, file=sys.stderr, mininterval=0.1)
        return self

    def update(self, step: _Step) -> None:
        """Show a `Step` of the run; in a notebook, at most two in a second."""
        self.step = step
        if self.bar is not None:
            self.bar.set_postfix_str(self.text(step), refresh=False)
            self.bar.update(step.progress - self.bar.n)
        elif time.perf_counter() - self.drawn > _SECONDS_BETWEEN_PICTURES:
            self._draw(step)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the last state on show."""
        if self.bar is not None:
            self.bar.close()
        elif self.step is not None:
            self._draw(self.step)

    def text(self, step: _Step) -> str:
        """Return a step in words: its number and losses, and the seconds spent and left."""
        losses = ", ".join(f"{name} {value:.3g}" for name, value in step.losses.items())
        left = step.seconds / step.progress - step.seconds
        return (
            f"step {step.index + 1} of {self.steps}: {losses}; "
            f"{step.seconds:.0f} s, {left:.0f} s left"
        )

    def _draw(self, step: _Step) -> None:
        from IPython.display import HTML

        what = f"The generated picture after {step.index + 1} steps."
        self.handle.update(
            HTML(
                f"{image_element(to_pil(step.image), what)}<br>"
                f'<progress max="1" value="{step.progress:.3f}" style="width: 20em">'
                f"</progress> {self.text(step)}"
            )
        )
        self.drawn = time.perf_counter()


def track(items: Iterable[_Item]) -> Iterator[_Item]:
    """Yield the items one by one, and show in a bar how many are done, and the time left.

    Args:
        items: any number of them; where they cannot tell how many they are, they are counted
            first, so there must be an end to them.

    Example:
        >>> [2 * number for number in track([1, 2, 3])]
        [2, 4, 6]
    """
    if not isinstance(items, Sized):
        items = list(items)
    number = len(items)
    if not _in_notebook():
        yield from tqdm(items, file=sys.stderr)
        return
    from IPython.display import HTML, display

    handle: Any = display(HTML(""), display_id=True)
    began = time.perf_counter()

    def draw(done: int) -> None:
        spent = time.perf_counter() - began
        left = f", {spent / done * (number - done):.0f} s left" if 0 < done < number else ""
        bar = f'<progress max="{number}" value="{done}" style="width: 20em"></progress>'
        handle.update(HTML(f"{bar} {done} of {number}{left}"))

    done = 0
    draw(done)
    for done, item in enumerate(items, start=1):
        yield item
        draw(done)


def _in_notebook() -> bool:
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None and hasattr(get_ipython(), "kernel")
