"""The page itself: its controls, the run that is on its way, and what can be taken home."""

import base64
import contextlib
import html
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.schedule import plan
from nst_helpers.engine.styles import as_list
from nst_helpers.engine.transfer import StyleTransfer
from nst_helpers.errors import InputError
from nst_helpers.images import read_settings, save_image
from nst_helpers.markup import image_element
from nst_helpers.runtime.background import THREAD_NAME
from nst_helpers.studio import words
from nst_helpers.studio.canvas import fit
from nst_helpers.studio.chooser import Chooser
from nst_helpers.studio.easel import Easel
from nst_helpers.studio.library import Library, plain_name, small_enough
from nst_helpers.studio.link import Link
from nst_helpers.studio.run import StudioRun, pixels_of
from nst_helpers.studio.sheet import ContactSheet

_BUSY = "A run is on its way: stop it first, or steer it with the sliders."
_SECONDS_WITHOUT_PAGE = 90  # a page in the background may beat only once a minute
_SECONDS_BETWEEN_DRAWINGS = 0.3
# Settings of the command line that have no control here.
_USUAL = {
    "style_scale": 1.0,
    "masks": None,
    "pooling": "max",
    "network": "vgg16",
    "optimizer": "lbfgs",
    "start": "content",
}


class Studio(ipywidgets.VBox):
    """A page to choose pictures, paint, steer and save, without code.

    Attributes:
        library: the pictures that can be chosen, a `Library`.
        chooser: has the names of the content and of the styles.
        easel: shows the content picture and what is painted over it.
        sheet: has the finished runs of this session.
        run: the present or last `StudioRun`, or None.
        image: the picture that was painted or loaded last, or None.
        message: a sentence that is shown.

    Example:
        >>> studio = Studio()
        >>> studio.chooser.content, studio.chooser.styles
        ('cat', {'night_sky': 1})
    """

    def __init__(self) -> None:
        """Show the gallery; nothing is painted yet."""
        self.run: StudioRun | None = None
        self.image: torch.Tensor | None = None
        self.message = ""
        self._awaited: dict[str, Any] | None = None  # the settings of a run that lacks a picture
        self._seconds_a_pixel: float | None = None
        self._drawn, self._taking_preset = 0.0, False
        self._heard: float | None = None
        self.library = Library()
        self._make_controls()
        self.chooser = Chooser(self.library, self._content_chosen)
        self.easel = Easel(self.library.pictures[self.chooser.content], self._words)
        self.sheet = ContactSheet(self._load_with_picture)
        self.link = Link({"picture": self._take_picture, "run": self._take_run})
        self.links = ipywidgets.HTML()
        self._connect_controls()
        row = ipywidgets.Layout(flex_flow="row wrap")
        super().__init__(
            [
                self.chooser,
                self.link,
                ipywidgets.HBox([self.preset, *self._sliders.values()], layout=row),
                ipywidgets.HBox([self.size, self.steps, self.colours], layout=row),
                ipywidgets.HBox([self.start, self.pause, self.stop], layout=row),
                self.easel,
                self.links,
                self.sheet,
            ]
        )
        self._draw_easel()

    def _make_controls(self) -> None:
        self.preset = ipywidgets.Dropdown(
            options=[*words.PRESETS, words.OWN],
            description="Preset",
            layout=ipywidgets.Layout(width="240px"),
        )
        self.keep = words.word_slider("Content", words.CONTENT, "normal")
        self.strength = words.word_slider("Style", words.STYLE, "balanced")
        self.smoothness = words.word_slider("Surface", words.SMOOTHNESS, "fine")
        self._sliders = {
            "content": self.keep,
            "style": self.strength,
            "variation": self.smoothness,
        }
        self.size = words.word_slider("Size", words.SIZES, "256 pixels")
        self.steps = words.word_slider("Steps", words.STEPS, "80")
        self.colours = ipywidgets.Checkbox(
            False, description="Keep the colours of the photo", indent=False
        )
        self.start, self.pause, self.stop = (
            ipywidgets.Button(description=name, layout=ipywidgets.Layout(width="190px"))
            for name in ("Start", "Pause", "Stop")
        )
        self.start.button_style = "primary"

    def _connect_controls(self) -> None:
        self.preset.observe(self._preset_chosen, "value")
        for slider in self._sliders.values():
            slider.observe(self._weighed, "value")
        for control in (self.size, self.steps, self.colours):
            control.observe(lambda _: self._draw_easel(), "value")
        self.start.on_click(lambda _: self.begin())
        self.pause.on_click(lambda _: self.hold())
        self.stop.on_click(lambda _: self.end())
        self.link.observe(self._beat, "beat")
        self.link.observe(lambda _: self.end(), "left")

    # ------------------------------------------------------------------ choosing

    def _content_chosen(self) -> None:
        """Show another content; a run that is on its way keeps its own."""
        self.message = ""
        if not self.busy:
            self.image = None
            self.easel.begin(self.library.pictures[self.chooser.content])
        self._draw_easel()

    def _take_picture(self, name: str, data: bytes) -> None:
        name = plain_name(name)
        try:
            name, (width, height) = self.library.add(name, data)
        except InputError as error:
            return self.say(f"{name}: {error}")
        kept = self.library.pictures[name]
        self.chooser.choose_content(name)
        said = f"{name}: {width} x {height} pixels, nothing cut off, used at {_size(kept)}."
        if self._awaited and None not in self._found(self._awaited).values():
            self.load(self._awaited)
            said += f" {self.message}"
        return self.say(said)

    def _take_run(self, name: str, data: bytes) -> None:
        name = plain_name(name)
        try:
            self.load(_kept_settings(data))
        except InputError as error:
            self.say(f"{name}: {error}")
        except (KeyError, TypeError, ValueError, AttributeError, traitlets.TraitError):
            self.say(f"{name} carries no settings of this studio.")

    # ------------------------------------------------------------------ weights

    def _weights(self) -> dict[str, float]:
        return {name: slider.value for name, slider in self._sliders.items()}

    def _preset_chosen(self, change: dict[str, Any]) -> None:
        preset = words.PRESETS.get(change["new"], ())
        self._taking_preset = True  # or each slider would steer the run, and leave the preset
        for slider, word in zip(self._sliders.values(), preset, strict=False):
            slider.label = word
        self._taking_preset = False
        self._weighed()

    def _weighed(self, _: Any = None) -> None:
        if self._taking_preset:
            return
        chosen = tuple(slider.label for slider in self._sliders.values())
        presets = (name for name, preset in words.PRESETS.items() if preset == chosen)
        self.preset.value = next(presets, words.OWN)
        if self.run and self.run.alive and self.run.transfer.weights != self._weights():
            self.run.steer(self._weights())

    # ------------------------------------------------------------------ painting

    @property
    def busy(self) -> bool:
        """Whether a run is on its way, or paused."""
        return self.run is not None and self.run.alive

    def settings(self) -> dict[str, Any]:
        """Return what is needed to paint this again, as plain text and numbers."""
        content, styles = self.chooser.content, self.chooser.styles
        return {
            "content": content,
            "styles": dict(styles),
            **{f"{name}_weight": weight for name, weight in self._weights().items()},
            "size": self.size.value,
            "steps": self.steps.value,
            "keep_colours": self.colours.value,
            "uploads": self.library.digests([content, *styles]),
        }

    def begin(self) -> None:
        """Start a run, unless one is running already."""
        if self.busy:
            return self.say(_BUSY)
        pictures, styles = self.library.pictures, self.chooser.styles
        content = pictures[self.chooser.content]
        try:
            transfer = StyleTransfer(
                content,
                [pictures[name] for name in styles],
                style_shares=list(styles.values()) if len(styles) > 1 else None,
                size=self.size.value,
                steps=self.steps.value,
                keep_colours=self.colours.value,
                content_weight=self.keep.value,
                style_weight=self.strength.value,
                variation_weight=self.smoothness.value,
            )
        except InputError as error:
            return self.say(str(error))
        self.message, self.image = "", None
        self.run = StudioRun(transfer, self.settings(), self._stepped)
        self.easel.begin(content)
        self._draw_easel()
        self.run.start()
        return None

    def hold(self) -> None:
        """Pause the run, or go on."""
        self.message = ""
        if self.run and self.run.state == "paused":
            self.run.go_on()
        elif self.run:
            self.run.pause()
        self._draw_easel()

    def end(self) -> None:
        """Stop the run and keep its picture."""
        if self.run:
            self.run.stop()

    def _stepped(self, run: StudioRun) -> None:
        if run is not self.run:
            return
        if self._heard and time.monotonic() - self._heard > _SECONDS_WITHOUT_PAGE:
            run.stop()
        if run.step is not None:
            self._seconds_a_pixel = run.seconds_a_pixel
            self.image = run.step.image.cpu()
        if not run.alive:
            self._finish(run)
        elif time.monotonic() - self._drawn < _SECONDS_BETWEEN_DRAWINGS:
            return
        self._draw_easel()

    def _finish(self, run: StudioRun) -> None:
        self.message = f"The run ended: {run.error}" if run.error else ""
        if self.image is not None:
            settings = {**run.settings, "steps_done": len(run.history["total"])}
            self.sheet.add(settings, self.image)
            self._offer(
                {
                    "picture.png": ("Download the picture (PNG)", "image/png", self.png(settings)),
                    "film.gif": ("Download the film (GIF)", "image/gif", run.film.gif()),
                }
            )

    def _beat(self, _: Any) -> None:
        if self._heard is None:
            threading.Thread(target=self._probe, name=THREAD_NAME, daemon=True).start()
        self._heard = time.monotonic()

    def _probe(self) -> None:
        """Measure the pace when the page is opened, so that the first run has an estimate too."""
        with contextlib.suppress(InputError):  # the start button will say it
            transfer = StyleTransfer("cat", "night_sky", size=128, steps=3, stages=1)
            *_, before, last = transfer
            if self._seconds_a_pixel is None:
                pixels = pixels_of([(128, 1)], transfer.content)
                self._seconds_a_pixel = (last.seconds - before.seconds) / pixels
                self._draw_easel()

    def estimate(self) -> float | None:
        """Return the seconds that a run of this size and these steps takes, or None."""
        if self._seconds_a_pixel is None:
            return None
        content = self.library.pictures[self.chooser.content]
        return self._seconds_a_pixel * pixels_of(plan(self.size.value, self.steps.value), content)

    # ------------------------------------------------------------------ showing

    def say(self, message: str) -> None:
        """Show a sentence."""
        self.message = message
        self._draw_easel()

    def _words(self) -> str:
        run = self.run
        if run and run.alive:
            doing = "Paused" if run.state == "paused" else "Painting"
            text = f"{doing}: {run.share:.0%}, about {run.seconds_left:.0f} s left."
            return f"{self.message} {text}".strip()
        text = "Choose pictures, then press Start."
        if run:
            text = f"{run.state.capitalize()} after {len(run.history['total'])} steps."
        name, size = self.chooser.content, self.size.value
        image, seconds = self.library.pictures[name], self.estimate()
        wide, high = fit(image.shape[2:], size, size)
        text += f" A run paints {name} ({_size(image)}) at {wide} x {high}"
        text += f", in about {max(seconds, 1):.0f} s." if seconds else "."
        return f"{self.message} {text}".strip()

    def _draw_easel(self) -> None:
        paused = self.run is not None and self.run.state == "paused"
        self.start.disabled, self.pause.disabled = self.busy, not self.busy
        self.stop.disabled = not self.busy
        self.pause.description = "Go on" if paused else "Pause"
        self.easel.show(self.image, self.run.history if self.run else {})
        self._drawn = time.monotonic()

    def _offer(self, files: dict[str, tuple[str, str, bytes]]) -> None:
        """Show links to download files, `{name: (text, type, bytes)}`."""
        self.links.value = " · ".join(
            f'<a download="{name}" href="data:{kind};base64,{base64.b64encode(data).decode()}">'
            f"{html.escape(text)}</a>"
            for name, (text, kind, data) in files.items()
        )

    def png(self, settings: dict[str, Any]) -> bytes:
        """Return the present picture, of which there must be one, as a PNG with its settings."""
        assert self.image is not None
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            save_image(self.image, path, settings)
            return path.read_bytes()

    # ------------------------------------------------------------------ loading

    def _load_with_picture(self, settings: dict[str, Any], image: torch.Tensor) -> None:
        if self.load(settings):
            self.image = image
            self._draw_easel()

    def load(self, settings: dict[str, Any]) -> bool:
        """Take the pictures and the values of all controls from settings.

        Uploaded pictures are known by their content. Where some are missing, the settings are
        restored as soon as they have been uploaded.

        Returns:
            Whether the settings are restored.
        """
        if self.busy:
            self.say(_BUSY)
            return False
        found = self._found(settings)
        controls = {f"{name}_weight": slider for name, slider in self._sliders.items()}
        controls |= {"size": self.size, "steps": self.steps, "keep_colours": self.colours}
        for name, control in controls.items():
            control.value = _nearest(control, settings[name])
        here = {name: known for name, known in found.items() if known is not None}
        if missing := sorted(plain_name(name) for name in found if name not in here):
            self._awaited = settings
            self.say(f"Upload {', '.join(missing)}: then this run is restored.")
            return False
        self._awaited = None
        styles = {here[name]: share for name, share in settings["styles"].items()}
        self.chooser.choose(here[settings["content"]], styles)
        nearest = [
            f"{name.replace('_', ' ')} {control.value:g} for {settings[name]:g}"
            for name, control in controls.items()
            if control.value != settings[name]
        ]
        here_are = f" The nearest that there is here: {', '.join(nearest)}." if nearest else ""
        lacking = [name for name, usual in _USUAL.items() if settings.get(name, usual) != usual]
        if lacking:
            here_are += f" What the studio does not have is left out: {', '.join(lacking)}."
        self.say(f"The settings are restored.{here_are}")
        return True

    def _found(self, settings: dict[str, Any]) -> dict[str, str | None]:
        names = settings["content"], *settings["styles"]
        return self.library.find(names, settings.get("uploads", {}))

    def close(self) -> None:
        """Stop the work and close the page."""
        self.end()
        super().close()

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and a static picture for all who cannot show it."""
        what = "The pictures of the gallery, to choose one as content and one or several as style."
        picture = image_element(self.chooser.image, what)
        return {**(super()._repr_mimebundle_() or {}), "text/html": picture}, {}

    def __repr__(self) -> str:
        """Return what a reader sees where no widget can be shown."""
        return "Studio: run this cell in Jupyter, or open the notebook with voila."


def _size(image: torch.Tensor) -> str:
    return f"{image.shape[3]} x {image.shape[2]}"


def _nearest(control: ipywidgets.ValueWidget, value: Any) -> Any:
    """Return the value of a slider that is nearest: the command line takes every number."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0
    if not number or not isinstance(control, ipywidgets.SelectionSlider):
        return value
    return min((number for _, number in control.options), key=lambda known: abs(known - value))


def _kept_settings(data: bytes) -> dict[str, Any]:
    """Return the settings in the bytes of a PNG, of the studio or of the command line.

    Raises:
        ValueError: it has none, or their styles are such as the studio does not have.
    """
    kept = read_settings(small_enough(data))
    if kept and "styles" not in kept and "style" in kept:
        styles = as_list(kept["style"])
        hashes = as_list(kept.get("style_sha256", [None] * len(styles)))
        shares = kept.get("style_shares") or [1] * len(styles)
        names, hashes = [kept["content"], *styles], [kept.get("content_sha256"), *hashes]
        kept |= {
            "styles": {
                name: round(share / min(shares), 6)
                for name, share in zip(styles, shares, strict=True)
            },
            "keep_colours": kept.get("keep_colours", False),
            "uploads": {name: digest for name, digest in zip(names, hashes, strict=True) if digest},
        }
    if not kept or not kept["styles"] or not set(kept["styles"].values()) <= {1, 2, 3}:
        raise ValueError
    return kept
