"""The studio: what is chosen, the run that is on its way, and what the page is told of it.

The page (`studio.js`) shows everything, keeps finished paintings in the browser, and answers what
needs no computing. The kernel has the pictures, paints, and makes the files to be kept.
"""

import contextlib
import hashlib
import io
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import torch
import traitlets
from PIL import Image, ImageOps

from nst_helpers.engine.schedule import plan
from nst_helpers.engine.transfer import StyleTransfer
from nst_helpers.errors import InputError, reason
from nst_helpers.images import load_image, read_settings, resize, save_image
from nst_helpers.markup import image_element
from nst_helpers.runtime.background import THREAD_NAME
from nst_helpers.runtime.turns import Line
from nst_helpers.studio.library import MOST_BYTES, Library, plain_name, readable, small_enough
from nst_helpers.studio.run import StudioRun, pixels_of, share_of
from nst_helpers.studio.settings import (
    DEFAULTS,
    OPTIONS,
    PRESETS,
    WEIGHTS,
    checked,
    left_out,
)
from nst_helpers.widgets.figure import jpeg
from nst_helpers.widgets.page import script

FOLDER = Path(__file__).parent

_SECONDS_WITHOUT_PAGE = 90  # a page in the background may beat only once a minute
_SECONDS_TO_COME_BACK = 20  # for a page that was left, to be loaded again
_SECONDS_BETWEEN_PICTURES = 0.4
_SECONDS_BETWEEN_KEEPINGS = 4  # and twenty times what one costs
_MOST_FILES = 4  # on their way at once
_SHOWN_SIDE = 1024  # pixels, at most, of a picture that is still being painted
_HIGH = 240  # pixels, of the static picture


class Studio(anywidget.AnyWidget):
    """A page to choose pictures, paint, steer and save, without code.

    Attributes:
        library: the pictures that can be chosen, a `Library`.
        choices: what the controls say, as `settings.DEFAULTS` has it; the page sets it too.
        painting: the present or last `StudioRun`, or None.
        said: what the page was last told in words.

    Example:
        >>> studio = Studio()
        >>> studio.choices["content"], studio.choices["styles"]
        ('cat', {'night_sky': 1})
    """

    _esm, _css = script("studio", FOLDER), FOLDER / "studio.css"

    _open_ones: ClassVar[weakref.WeakSet["Studio"]] = weakref.WeakSet()

    pictures = traitlets.List().tag(sync=True)
    thumbnails = traitlets.Dict().tag(sync=True)
    options = traitlets.Dict({**OPTIONS, "presets": PRESETS}).tag(sync=True)
    choices = traitlets.Dict(DEFAULTS).tag(sync=True)
    estimate = traitlets.Float(0).tag(sync=True)  # seconds of the next run; 0 is not known
    photo = traitlets.Dict({"of": "", "file": b""}).tag(sync=True)
    run = traitlets.Dict().tag(sync=True)
    history = traitlets.Dict().tag(sync=True)
    painted = traitlets.Bytes().tag(sync=True)
    before = traitlets.Bytes().tag(sync=True)  # what the present run began as
    beat = traitlets.Int(0).tag(sync=True)  # counts while the page is open
    answered = traitlets.Int(0).tag(sync=True)  # the beats that were heard
    left = traitlets.Int(0).tag(sync=True)  # counts how often the page was closed

    def __init__(self) -> None:
        """Show the gallery; nothing is painted yet. A studio that was there before is closed."""
        for other in list(self._open_ones):  # its cell was run again
            other.close()
        self.library = Library()
        self.painting: StudioRun | None = None
        self.said = ""
        self._line = Line()
        self._showing = threading.RLock()  # the page and the thread of a run set the same traits
        self._shown = self._keep_next = 0.0
        self._before = b""
        self._kept: tuple[dict[str, Any], list[bytes]] | None = None
        self._parts: dict[str, bytearray] = {}  # files on their way, by key
        self._awaited: dict[str, Any] | None = None  # settings that lack a picture
        self._pace: float | None = None  # seconds for a pixel and step
        self._heard: float | None = None
        super().__init__(pictures=self.library.entries(), thumbnails=self.library.thumbnails())
        self._show_photo()
        self.observe(self._chosen, "choices")
        self.observe(self._beaten, "beat")
        self.observe(self._was_left, "left")
        self.on_msg(self._receive)
        self._open_ones.add(self)

    # ------------------------------------------------------------------ from the page

    def _receive(self, _: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        asked = message.get("do")
        try:
            if asked == "paint":
                self.paint(message["choices"])
            elif asked == "file":
                self._take_part(message, buffers[0])
            elif asked == "restore":
                source = message.get("source", "this painting")
                self.restore(message["settings"], message.get("quiet", False), source)
            elif asked == "keep":
                self._keep_again()
            elif asked in ("pause", "go on", "stop", "forget"):
                getattr(self, asked.replace(" ", "_"))()
        except InputError as error:
            if not message.get("quiet"):
                self.say(str(error), wrong=True)
        except Exception as error:
            self.say(f"That went wrong: {reason(error)}.", wrong=True)
            raise

    def _take_part(self, message: dict[str, Any], part: bytes) -> None:
        """Take some bytes of a file; a server may end the connection at a message of 10 MB."""
        key = message["key"]
        while key not in self._parts and len(self._parts) >= _MOST_FILES:
            self._parts.pop(next(iter(self._parts)))  # a page that was closed sent half of it
        data = self._parts.setdefault(key, bytearray())
        if len(data) <= MOST_BYTES:  # the rest of a file that is too large is not kept
            data += part
        if message["last"]:
            self._take(message["use"], key, message["name"], bytes(self._parts.pop(key)))

    def _take(self, use: str, key: str, name: str, data: bytes) -> None:
        if use == "painting":
            self._open(plain_name(name), data)
        elif use in ("larger", "go on"):
            self._continue(data, larger=use == "larger")
        else:
            self._add(use, key, plain_name(name), data)

    def _open(self, name: str, data: bytes) -> None:
        """Show a painting that was saved, and take its settings."""
        with _beginning(f"{name} was not opened"), readable(data):
            settings = read_settings(small_enough(data))
        try:
            known, image = checked(settings), load_image(data)
        except InputError as error:
            raise InputError(
                f"{name} was not made in this studio, so it has no settings to open. To paint it, "
                "choose Photo, then Add a photo."
            ) from error
        here = self._here(known)
        painting = {
            "id": hashlib.sha256(data).hexdigest(),
            "at": time.time() * 1000,
            "state": "finished" if known["steps_done"] == known["steps"] else "stopped",
            "settings": here,
            "share": share_of(
                plan(known["size"], known["steps"], known["stages"]), known["steps_done"]
            ),
            "seconds": 0,
            "history": {},
            "problem": "",
        }
        content = here["content"]
        before = self.library.photo(content) if content in self.library else jpeg(image)
        self.send({"keep": painting, "show": True}, [data, b"", before])
        self.restore(settings)

    def _add(self, use: str, key: str, name: str, data: bytes) -> None:
        with _beginning(f"{name} was not added"):
            name = self.library.add(name, data)
        with self.hold_sync():
            self.pictures, self.thumbnails = self.library.entries(), self.library.thumbnails()
            if use == "content":
                self.choices = {**self.choices, "content": name}
            elif use == "style":
                self.choices = {**self.choices, "styles": {name: 1}}
        self.send({"added": {"key": key, "digest": self.library.uploads[name].digest}})
        if self._awaited and not self._lacking(checked(self._awaited["settings"])):
            self.restore(**self._awaited)

    def _chosen(self, change: dict[str, Any]) -> None:
        """Show another photo, estimate anew, and steer the run that is on its way."""
        self._show_photo()
        self._estimate()
        moved = {
            name: change["new"][name]
            for name in WEIGHTS
            if change["new"][name] != change["old"][name]
        }
        if moved and self.painting and self.painting.alive:
            self.painting.steer(moved)

    def _show_photo(self) -> None:
        content = self.choices["content"]
        if content in self.library and content != self.photo["of"]:
            self.photo = {"of": content, "file": self.library.photo(content)}

    def _beaten(self, change: dict[str, Any]) -> None:
        first, self._heard = self._heard is None, time.monotonic()
        self.answered = change["new"]
        if first:
            threading.Thread(target=self._warm_up, name=THREAD_NAME, daemon=True).start()

    def _was_left(self, _: Any) -> None:
        self._heard = time.monotonic() - _SECONDS_WITHOUT_PAGE + _SECONDS_TO_COME_BACK

    def _warm_up(self) -> None:
        """Load the network when the page is opened, and measure the pace."""
        with contextlib.suppress(InputError):  # the run will say it
            transfer = StyleTransfer("cat", "night_sky", size=128, steps=5, stages=1)
            seconds = [step.seconds for step in transfer]
            if self._pace is None:
                pixels = pixels_of([(128, 1)], transfer.content.shape[2:])
                # The shortest step: while a page opens, others wait for the processor.
                self._pace = min(end - start for start, end in pairwise(seconds)) / pixels
                self._estimate()

    def _estimate(self) -> None:
        content, size, steps = (self.choices[name] for name in ("content", "size", "steps"))
        if self._pace and content in self.library:
            stages = plan(size, steps, self.choices["stages"])
            self.estimate = self._pace * pixels_of(stages, self.library.shape(content))

    # ------------------------------------------------------------------ painting

    @property
    def busy(self) -> bool:
        """Whether a run is on its way, waits or is paused."""
        return self.painting is not None and self.painting.alive

    def paint(self, choices: dict[str, Any] | None = None) -> None:
        """Begin a run with these choices, or with the present ones, unless there is one already."""
        settings = {**self.choices, **(choices or {})}
        self._begin(settings, self.estimate or None)

    def _continue(self, data: bytes, larger: bool) -> None:
        """Go on from a painting: to its end, or at twice its size."""
        settings, image = checked(read_settings(small_enough(data))), load_image(data)
        if lacking := self._lacking(settings):
            raise InputError(f"This painting needs {lacking} under Photo, then try again.")
        if larger:
            settings["size"] *= 2
        self._begin(self._here(settings), None, image, None if larger else settings["steps_done"])

    def _begin(
        self,
        settings: dict[str, Any],
        seconds: float | None,
        painted: torch.Tensor | None = None,
        done: int | None = None,
    ) -> None:
        if self.busy:
            self.say("A painting is on its way. Stop it first, or wait for it.", wrong=True)
            return
        content, *styles = settings["content"], *settings["styles"]
        if lacking := [name for name in (content, *styles) if name not in self.library]:
            self.say(f"There is no picture {', '.join(lacking)} here. Choose another.", wrong=True)
            return
        self.choices = {name: settings[name] for name in DEFAULTS}
        settings = {**settings, "uploads": self.library.digests([content, *styles])}
        settings.pop("steps_done", None)
        run = StudioRun(settings, self._make, self._stepped, self._line, seconds, painted, done)
        self._kept, self._shown, self.said = None, 0.0, ""
        self._keep_next = time.monotonic() + _SECONDS_BETWEEN_KEEPINGS
        self._awaited = None
        with self._showing, self.hold_sync():
            self.before, self.history = self.library.photo(content), {}
            self.painted = b"" if painted is None else self._small(painted)
            self.run = self._told(run)
        self._before, self.painting = self.before, run
        try:
            run.start()
        except RuntimeError as error:
            self.painting = None
            raise InputError(f"It cannot begin: {reason(error)}.") from error

    def _make(self, settings: dict[str, Any]) -> StyleTransfer:
        styles = settings["styles"]
        return StyleTransfer(
            self.library.source(settings["content"]),
            [self.library.source(name) for name in styles],
            style_shares=list(styles.values()) if len(styles) > 1 else None,
            **{name: settings[name] for name in DEFAULTS if name not in ("content", "styles")},
        )

    def pause(self) -> None:
        """Hold the run; others have their turn meanwhile."""
        if self.painting:
            self.painting.pause()
            self._show(self.painting)

    def go_on(self) -> None:
        """Go on after a pause, at the end of the line."""
        if self.painting:
            self.painting.go_on()
            self._show(self.painting)

    def stop(self) -> None:
        """Stop the run and keep its picture."""
        if self.painting:
            self.painting.stop()

    def forget(self) -> None:
        """Forget the last run, unless it is on its way."""
        if not self.busy:
            self._kept = None
            with self._showing, self.hold_sync():
                self.run, self.painted, self.history = {}, b"", {}

    def _stepped(self, run: StudioRun) -> None:
        if run is not self.painting:
            return
        now = time.monotonic()
        if self._heard and now - self._heard > _SECONDS_WITHOUT_PAGE:
            run.stop()
        if not run.alive:
            self._finish(run)
        elif now - self._shown > _SECONDS_BETWEEN_PICTURES:
            self._show(run)
            if run.step and now > self._keep_next:
                self._keep(run)

    def _finish(self, run: StudioRun) -> None:
        if run.pace:
            self._pace = run.pace
            self._estimate()
        self._show(run)
        if run.step:
            self._keep(run)  # before the film, which takes its time
            self._keep(run, run.film.gif(run.step.image))

    # ------------------------------------------------------------------ to the page

    def say(self, text: str, wrong: bool = False) -> None:
        """Tell the page a sentence, good news or what is wrong."""
        self.said = text
        self.send({"say": text, "wrong": wrong})

    def _told(self, run: StudioRun) -> dict[str, Any]:
        waiting = run.waiting
        return {
            "id": run.id,
            "at": run.at * 1000,
            "state": run.state,
            "settings": run.settings,
            "ahead": waiting.ahead if waiting else 0,
            "wait": waiting.seconds if waiting else None,
            "share": run.share,
            "left": run.seconds_left,
            "seconds": run.step.seconds if run.step else 0,
            "steps": len(run.history["total"]),
            "problem": run.error or "",
        }

    def _show(self, run: StudioRun) -> None:
        with self._showing, self.hold_sync():
            self.run = self._told(run)
            if run.step:
                self.painted = self._small(run.step.image.detach().cpu())
                self.history = {name: list(numbers) for name, numbers in run.history.items()}
        self._shown = time.monotonic()

    @staticmethod
    def _small(image: torch.Tensor) -> bytes:
        """Return a JPEG for a picture that is still being painted."""
        return jpeg(resize(image, _SHOWN_SIDE) if max(image.shape[2:]) > _SHOWN_SIDE else image)

    def _keep(self, run: StudioRun, film: bytes = b"") -> None:
        """Give the browser what it needs to show the painting without this kernel."""
        began, before = time.monotonic(), self._before
        settings = {**run.settings, "steps_done": run.step.index + 1}
        history = {name: list(numbers) for name, numbers in run.history.items()}
        kept = {**self._told(run), "settings": settings, "history": history}
        files = [_png(run.step.image.cpu(), settings), film, before]
        if run is self.painting:
            self._kept = {"keep": kept}, files
            self._keep_again()
        cost = time.monotonic() - began
        self._keep_next = time.monotonic() + max(_SECONDS_BETWEEN_KEEPINGS, 20 * cost)

    def _keep_again(self) -> None:
        if self._kept:
            self.send(*self._kept)

    # ------------------------------------------------------------------ settings of others

    def restore(self, settings: Any, quiet: bool = False, source: str = "this painting") -> None:
        """Take the pictures and the values of all controls from settings.

        Pictures that were added are known by their content. Where some are missing, the settings
        are restored as soon as they have been added.

        Args:
            settings: of a painting, or choices.
            quiet: say nothing; and where a picture is missing, leave all as it is.
            source: what a sentence calls that which they come from.

        Raises:
            InputError: they are not settings of this studio or of the command line.
        """
        known = checked(settings)
        if (lacking := self._lacking(known)) and quiet:
            return
        if lacking:
            self._awaited = {"settings": settings, "source": source}
            name = source[0].upper() + source[1:]
            self.say(f"{name} needs {lacking} under Photo, and its settings will load.", wrong=True)
            return
        self._awaited = None
        here = self._here(known)
        self.choices = {name: here[name] for name in DEFAULTS}
        if not quiet:
            rest = left_out(settings)
            without = f" What it does not have is left out: {', '.join(rest)}." if rest else ""
            self.say(f"The settings of {source} are now in the panel.{without}")

    def _lacking(self, settings: dict[str, Any]) -> str:
        """Return which pictures are not here, and what to do; nothing where all are."""
        found = self._found(settings)
        gone = sorted(plain_name(name) for name, here in found.items() if not here)
        names = [f'"{name}"' for name in gone]
        if not names:
            return ""
        if len(names) == 1:
            return f"the picture {names[0]}. Add it"
        return f"the pictures {', '.join(names[:-1])} and {names[-1]}. Add them"

    def _here(self, settings: dict[str, Any]) -> dict[str, Any]:
        """Return settings with what their pictures are called here."""
        found = {name: here or name for name, here in self._found(settings).items()}
        styles = {found[name]: share for name, share in settings["styles"].items()}
        return {**settings, "content": found[settings["content"]], "styles": styles}

    def _found(self, settings: dict[str, Any]) -> dict[str, str | None]:
        names = settings["content"], *settings["styles"]
        return self.library.find(names, settings["uploads"])

    def close(self) -> None:
        """Stop the work and close the page."""
        self._open_ones.discard(self)
        self.stop()
        super().close()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and the chosen pictures for all who cannot show it."""
        names = self.choices["content"], *self.choices["styles"]
        names = [name for name in names if name in self.library]
        images = [Image.open(io.BytesIO(self.thumbnails[name])) for name in names]
        row = Image.new("RGB", (sum(image.width for image in images), _HIGH), "white")
        left = 0
        for image in images:
            row.paste(ImageOps.contain(image, (image.width, _HIGH)), (left, 0))
            left += image.width
        alt = " Beside it: ".join(p["alt"] for n in names for p in self.pictures if p["name"] == n)
        data, _metadata = super()._repr_mimebundle_() or ({}, {})
        return {**data, "text/html": image_element(row, f"What the studio begins with. {alt}")}, {}

    def __repr__(self) -> str:
        """Return what a reader sees where no widget can be shown."""
        return "Studio: run this cell in Jupyter, or open the notebook with voila."


@contextlib.contextmanager
def _beginning(words: str) -> Iterator[None]:
    """Begin the sentence of an `InputError`."""
    try:
        yield
    except InputError as error:
        raise InputError(f"{words}: {error}") from error


def _png(image: torch.Tensor, settings: dict[str, Any]) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "painting.png"
        save_image(image, path, settings)
        return path.read_bytes()
