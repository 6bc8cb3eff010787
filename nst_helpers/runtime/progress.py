"""A progress bar for a terminal, and one with the picture for a notebook."""

import base64
import io
import sys
import time

from tqdm import tqdm

from nst_helpers.images import to_pil

_SECONDS_BETWEEN_PICTURES = 0.5


class ProgressBar:
    """Shows how far an optimisation is, its losses and the time left; a context manager.

    In a notebook the picture grows above the bar, and the last state stays in the stored file.

    Args:
        steps: how many steps there will be.
    """

    def __init__(self, steps):
        """Find out where the bar is shown."""
        self.steps = steps
        self.handle = self.bar = self.step = None
        self.shown = 0.0

    def __enter__(self):
        """Draw the empty bar."""
        if _in_notebook():
            from IPython.display import HTML, display

            self.handle = display(HTML("<p>The network is loaded.</p>"), display_id=True)
        else:
            form = "{percentage:3.0f}%|{bar:24}| {postfix}"
            self.bar = tqdm(total=1.0, bar_format=form, file=sys.stderr, mininterval=0.1)
        return self

    def update(self, step):
        """Show a `Step`."""
        self.step = step
        if self.bar is not None:
            self.bar.set_postfix_str(self.text(), refresh=False)
            self.bar.update(step.progress - self.bar.n)
        elif time.perf_counter() - self.shown > _SECONDS_BETWEEN_PICTURES:
            self._draw()

    def __exit__(self, *_):
        """Leave the last state on show."""
        if self.bar is not None:
            self.bar.close()
        elif self.step is not None:
            self._draw()

    def text(self):
        """Return the state in words: the step, the losses, the seconds spent and left."""
        step = self.step
        losses = ", ".join(f"{name} {value:.3g}" for name, value in step.losses.items())
        left = step.seconds / step.progress - step.seconds
        return (
            f"step {step.index + 1} of {self.steps}: {losses}; "
            f"{step.seconds:.0f} s, {left:.0f} s left"
        )

    def _draw(self):
        from IPython.display import HTML

        file = io.BytesIO()
        to_pil(self.step.image).save(file, "JPEG", quality=85)
        picture = base64.b64encode(file.getvalue()).decode()
        self.handle.update(
            HTML(
                f'<img alt="The generated picture after {self.step.index + 1} steps." '
                f'src="data:image/jpeg;base64,{picture}"><br>'
                f'<progress max="1" value="{self.step.progress:.3f}" style="width: 20em">'
                f"</progress> {self.text()}"
            )
        )
        self.shown = time.perf_counter()


def track(items):
    """Yield the items one by one, and show how many are done; the last state stays on show.

    Example:
        >>> [2 * number for number in track([1, 2, 3])]
        [2, 4, 6]
    """
    items = list(items)
    if not _in_notebook():
        yield from tqdm(items, file=sys.stderr)
        return
    from IPython.display import HTML, display

    handle = display(HTML(""), display_id=True)
    for done, item in enumerate([*items, None]):
        bar = f'<progress max="{len(items)}" value="{done}" style="width: 20em"></progress>'
        handle.update(HTML(f"{bar} {done} of {len(items)}"))
        if done < len(items):
            yield item


def _in_notebook():
    if "IPython" not in sys.modules:
        return False
    from IPython import get_ipython

    return get_ipython() is not None and hasattr(get_ipython(), "kernel")
