"""The studio: style transfer of one's own pictures, without code."""

import base64
import contextlib
import hashlib
import html
import io
import itertools
import math
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

import anywidget
import ipywidgets
import numpy as np
import torch
import traitlets
from PIL import Image

from nst_helpers.engine.schedule import plan
from nst_helpers.engine.transfer import StyleTransfer
from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery
from nst_helpers.images import load_image, read_settings, save_image, to_pil
from nst_helpers.widgets.base import PointablePicture
from nst_helpers.widgets.canvas import WIDTH, Canvas, fit, shrink

# Chosen by looking at pictures of 256 pixels after 80 steps.
CONTENT = {"free": 0.3, "normal": 1.0, "exact": 4.0}
STYLE = {
    "a hint": 0.3,
    "a light touch": 1.0,
    "balanced": 8.0,
    "strong": 40.0,
    "paint over it": 300.0,
}
SMOOTHNESS = {"grainy": 0.0, "fine": 10.0, "smooth": 100.0, "very smooth": 400.0}
PRESETS = {
    "balanced": ("normal", "balanced", "fine"),
    "a light touch": ("normal", "a light touch", "fine"),
    "pastel": ("normal", "balanced", "very smooth"),
    "paint over it": ("free", "paint over it", "fine"),
}
_OWN = "my own"  # none of the presets
SIZES = (128, 192, 256, 384, 512)
STEPS = (20, 40, 80, 150, 300)
_FILM_FRAMES, _FILM_SIDE = 60, 256
_MOST_UPLOADS, _MOST_BYTES, _LONGEST_NAME = 24, 50_000_000, 40
_SECONDS_WITHOUT_PAGE = 90  # a page in the background may beat only once a minute
_SCRIPT = """
const PART = 4 << 20;  // bytes; a server of Jupyter refuses messages of more than ten million
function render({ model, el }) {
  const count = (name) => {
    model.set(name, model.get(name) + 1);
    model.save_changes();
  };
  const ground = el.closest(".jp-NotebookPanel") ?? document.body;
  el.classList.add("nst-files");
  const carries = (event) =>
    !event.defaultPrevented && event.dataTransfer?.types.includes("Files");
  const out = () => el.classList.remove("nst-over");
  const over = (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    el.classList.add("nst-over");
  };
  const send = async (files, use) => {
    for (const file of [...files])
      for (let at = 0; at === 0 || at < file.size; at += PART) {
        const part = await file.slice(at, at + PART).arrayBuffer();
        model.send({ name: file.name, use, last: at + PART >= file.size }, undefined, [part]);
      }
  };
  const button = (text, use, settings) => {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "file", ...settings });
    input.addEventListener("change", async () => {
      await send(input.files, use);
      input.value = "";  // so that the same file can be chosen again
    });
    label.append(text, input);
    el.append(label);
  };
  button("Choose your pictures, or drop them anywhere on this page", "picture", {
    accept: "image/*", multiple: true,
  });
  button("Restore a run from its PNG", "run", { accept: ".png" });
  const drop = (event) => {
    out();
    if (!carries(event)) return;
    event.preventDefault();
    send(event.dataTransfer.files, "picture");
  };
  const timer = setInterval(() => count("beat"), 5000);
  const heard = [
    [window, "pagehide", () => count("left")],
    [ground, "dragover", over],
    [ground, "dragleave", out],
    [ground, "drop", drop],
  ];
  for (const [where, what, answer] of heard) where.addEventListener(what, answer);
  count("beat");
  return () => {
    clearInterval(timer);
    for (const [where, what, answer] of heard) where.removeEventListener(what, answer);
  };
}
export default { render };
"""
_STYLE = """
.nst-files { display: flex; flex-flow: row wrap; }
.nst-files label { border: 2px dashed var(--jp-border-color1, #bdbdbd); border-radius: 3px;
  color: var(--jp-ui-font-color1, inherit); padding: 3px 12px; margin: 2px; line-height: 20px;
  font-size: var(--jp-ui-font-size1, 13px); cursor: pointer; }
.nst-files input { position: absolute; opacity: 0; width: 1px; }
.nst-files label:focus-within, .nst-over label:first-child {
  border-color: var(--jp-brand-color1, #1976d2); }
"""


def mix_styles(pictures, shares):
    """Return one picture whose Gram matrices are about the mixture of those of several.

    A Gram matrix is a mean over positions. So strips of the pictures side by side, as wide as
    their shares, have the mean of their Gram matrices, but for the seams.

    Args:
        pictures: image tensors `(1, 3, H, W)` in [0, 1].
        shares: a positive number for each.

    Returns:
        An image tensor; of one picture, the picture itself.

    Example:
        >>> black, white = torch.zeros(1, 3, 20, 40), torch.ones(1, 3, 20, 40)
        >>> mix_styles([black, white], [1, 3]).mean()
        tensor(0.7500)
    """
    if len(pictures) == 1:
        return pictures[0]
    height = min(picture.shape[2] for picture in pictures)
    strips, width = [], min(p.shape[3] * height // p.shape[2] for p in pictures)
    for picture, share in zip(pictures, shares, strict=True):
        wide = max(1, round(width * share / sum(shares)))
        scaled = shrink(picture, (max(wide, picture.shape[3] * height // picture.shape[2]), height))
        left = (scaled.shape[3] - wide) // 2
        strips.append(scaled[..., left : left + wide].clamp(0, 1))
    return torch.cat(strips, dim=3)


def keep_colours(image, photo):
    """Return a picture with the lightness of `image` and the colours of `photo`.

    Args:
        image, photo: image tensors `(1, 3, H, W)` in [0, 1] of one shape.

    Example:
        >>> grey = torch.full((1, 3, 20, 20), 0.5)
        >>> keep_colours(torch.rand(1, 3, 20, 20), grey)[0].std(dim=0).max() < 0.01
        tensor(True)
    """
    light, *_ = to_pil(image).convert("YCbCr").split()
    _, *colours = to_pil(photo).convert("YCbCr").split()
    return load_image(Image.merge("YCbCr", (light, *colours)).convert("RGB"))


class Painting:
    """One run in a thread of its own, which can be paused, steered and stopped.

    Args:
        transfer: a `StyleTransfer`, not yet begun.
        on_step: called from the thread with the painting after every step and at the end.

    Attributes:
        state: `"running"`, `"paused"`, `"finished"`, `"stopped"` or `"failed"`.
        step: the last `Step`, or None.
        history: `{loss: [a number for each step]}`.
        frames: small pictures of the way, of the whole run evenly.
        error: what went wrong, or None.
    """

    def __init__(self, transfer, on_step):
        """Prepare the thread; `start` starts it."""
        self.transfer, self.weights, self.on_step = transfer, transfer.weights, on_step
        self.state, self.step, self.error = "running", None, None
        self.history = {name: [] for name in ("content", "style", "variation", "total")}
        self.frames, self._every = [], 1
        self._go, self._stop = threading.Event(), threading.Event()
        self._go.set()
        self.thread = threading.Thread(target=self._run, name="nst", daemon=True)

    def start(self):
        """Start the thread."""
        self.thread.start()
        return self

    @property
    def alive(self):
        """Whether there is still work to be done."""
        return self.state in ("running", "paused")

    def pause(self):
        """Hold after the present step."""
        if self.state == "running":
            self.state = "paused"
            self._go.clear()

    def go_on(self):
        """Go on after a pause."""
        if self.state == "paused":
            self.state = "running"
            self._go.set()

    def stop(self):
        """End after the present step."""
        self._stop.set()
        self._go.set()

    def steer(self, weights):
        """Go on with other weights, from the present picture."""
        self.weights = dict(weights)

    @property
    def seconds_left(self):
        """The seconds that the rest of the run takes, at the pace of the run so far."""
        return self.step.seconds * (1 / self.step.progress - 1) if self.step else 0.0

    def _run(self):
        try:
            self._paint()
        except Exception as error:
            self.state, self.error = "failed", str(error) or type(error).__name__
        self.on_step(self)

    def _paint(self):
        last = None
        while last is None or last.progress < 1:
            for step in self.transfer.resume(last):
                last = step
                self._keep(step)
                self.on_step(self)
                steered = self.weights is not self.transfer.weights
                if steered or self._stop.is_set() or not self._go.is_set():
                    break
            self._go.wait()
            if self._stop.is_set():
                self.state = "stopped"
                return
            if self.weights is not self.transfer.weights:
                self.transfer.weights = self.weights
                last = replace(last, state={})  # the curvature that was learned is of the old ones
        self.state = "finished"

    def _keep(self, step):
        self.step = step
        for name, values in self.history.items():
            values.append(step.losses[name])
        if step.index % self._every == 0:
            small = to_pil(step.image)
            small.thumbnail((_FILM_SIDE, _FILM_SIDE))
            self.frames.append(small)
        if len(self.frames) > _FILM_FRAMES:  # half as many, of twice the distance
            self.frames, self._every = self.frames[::2], self._every * 2


class Page(anywidget.AnyWidget):
    """Tells the kernel that the page is open, and sends the files that are chosen or dropped.

    A file comes as messages `{"name": ..., "use": ..., "last": ...}`, each with some of its bytes:
    a server may end the connection at one of more than 10 MB. It is to be used as a `"picture"`,
    or carries the settings of a `"run"`.

    Attributes:
        beat: counts while the page is open.
        left: counts how often it was closed.
    """

    _esm = _SCRIPT
    _css = _STYLE
    beat = traitlets.Int(0).tag(sync=True)
    left = traitlets.Int(0).tag(sync=True)


class Studio(ipywidgets.VBox):
    """A page to choose pictures, paint, steer and save, without code.

    Attributes:
        pictures: `{name: image tensor}`, those of the gallery and those that were uploaded.
        content: the name of the content picture.
        styles: `{name: share}` of the style pictures.
        uploads: `{name: SHA-256 of the file}` of the pictures that were uploaded.
        photo: the content picture that is shown, and painted while a run is on its way.
        painting: the present or last `Painting`, or None.
        runs: the finished runs of this session, `(settings, image)` each.
        message: the sentence that is shown.

    Example:
        >>> studio = Studio()
        >>> studio.content, studio.styles
        ('cat', {'night_sky': 1})
    """

    def __init__(self):
        """Show the gallery; nothing is painted yet."""
        self.pictures = {name: load_image(name, 512) for name in gallery()}
        self.uploads, self._parts, self._awaited = {}, {}, None
        self.content, self.styles = "cat", {"night_sky": 1}
        self.photo = self.pictures[self.content]
        self.painting, self.runs, self.shown = None, [], None
        self._pace, self._drawn, self._cursor = None, 0.0, 0
        self._lock = threading.RLock()
        self._make_controls()
        rows = [
            self.chooser,
            self.page,
            ipywidgets.HBox([self.preset, *self._sliders], layout=_WRAP),
            ipywidgets.HBox([self.size, self.steps, self.colours], layout=_WRAP),
            ipywidgets.HBox([self.start, self.pause, self.stop], layout=_WRAP),
            self.easel,
            self.links,
            self.sheet,
        ]
        super().__init__(rows)
        self._draw_chooser()
        self._draw_easel()

    def _make_controls(self):
        self.chooser = PointablePicture(
            label="Pictures to choose from: click one in the upper half as content, in the lower "
            "half as style; more clicks give a style a larger share. Arrow keys and Enter do it too"
        )
        self.easel = PointablePicture(
            label="The picture as it grows. Drag the line between before and after"
        )
        self.sheet = PointablePicture(label="The runs of this session. Click one to load it again")
        self.preset = _choice("Preset", [*PRESETS, _OWN], "balanced")
        self.keep = _words("Content", CONTENT, "normal")
        self.strength = _words("Style", STYLE, "balanced")
        self.smoothness = _words("Surface", SMOOTHNESS, "fine")
        self._sliders = self.keep, self.strength, self.smoothness
        self.size = _words("Size", {f"{n} pixels": n for n in SIZES}, "256 pixels")
        self.steps = _words("Steps", {str(n): n for n in STEPS}, "80")
        self.colours = ipywidgets.Checkbox(
            False, description="Keep the colours of the photo", indent=False
        )
        self.start, self.pause, self.stop = (
            ipywidgets.Button(description=name, layout=_BUTTON)
            for name in ("Start", "Pause", "Stop")
        )
        self.start.button_style = "primary"
        self.links, self.page, self._heard = ipywidgets.HTML(), Page(), None
        self.page.observe(self._beat, "beat")
        self.page.observe(lambda _: self.end(), "left")
        self.page.on_msg(self._received)
        self.divider = 0.0
        self.message = ""
        self.chooser.observe(self._chosen, ["pointed", "moved", "entered"])
        self.easel.observe(self._divided, ["pointed", "moved"])
        self.sheet.observe(self._loaded, "pointed")
        self.preset.observe(self._preset_chosen, "value")
        for slider in self._sliders:
            slider.observe(self._weighed, "value")
        for control in (self.size, self.steps, self.colours):
            control.observe(lambda _: self._draw_easel(), "value")
        self.start.on_click(lambda _: self.begin())
        self.pause.on_click(lambda _: self.hold())
        self.stop.on_click(lambda _: self.end())

    # ------------------------------------------------------------------ choosing

    def _names(self):
        return list(self.pictures)

    def _draw_chooser(self):
        names, across, side = self._names(), 10, 88
        rows = -(-len(names) // across)
        canvas = Canvas(WIDTH, 2 * (26 + rows * (side + 6)))
        for half, title in enumerate(("content: one picture", "style: one or several")):
            top = half * (26 + rows * (side + 6))
            canvas.write(title, (0, top + 16), bold=True)
            for number, name in enumerate(names):
                image = self.pictures[name]
                row, column = divmod(number, across)
                corner = (column * 94 + 3, top + 26 + row * (side + 6))
                cut = min(image.shape[2:])
                y, x = ((length - cut) // 2 for length in image.shape[2:])
                square = shrink(image[..., y : y + cut, x : x + cut], (side, side))
                canvas.lay(square, corner, (side, side), f"{half} {name}")
                share = self.styles.get(name, 0) if half else int(name == self.content)
                box = (*corner, side, side)
                if share:
                    for inside in range(3):
                        canvas.frame([box[0] + inside, box[1] + inside, *[side - 2 * inside] * 2])
                    if half:
                        x, y = corner[0] + side - 14, corner[1] + 14
                        canvas.pen.ellipse((x - 10, y - 10, x + 10, y + 10), fill=(0, 0, 0))
                        canvas.write(str(share), (x, y), 13, (255, 255, 255), True, "mm")
                if half * len(names) + number == self._cursor:
                    canvas.ring(corner[0] + side // 2, corner[1] + side - 10, 4)
        self._chooser = canvas
        shares = " and ".join(f"{share} of {name}" for name, share in self.styles.items())
        self._show(self.chooser, canvas, f"Content: {self.content}. Style: {shares}.")

    def _chosen(self, change):
        if change["name"] == "moved":
            x, y = (new - old for new, old in zip(change["new"], change["old"], strict=True))
            self._cursor = min(max(self._cursor + x + 10 * y, 0), 2 * len(self.pictures) - 1)
            return self._draw_chooser()
        half, number = divmod(self._cursor, len(self.pictures))
        if change["name"] == "pointed":
            if change["new"][2] == change["old"][2]:
                return None  # the same press, drawn on
            found = self._chooser.find(*change["new"][:2])
            if not found:
                return None
            half, name = int(found[0][0]), found[0][2:]
        else:
            name = self._names()[number]
        return self.choose_style(name) if half else self.choose_content(name)

    def choose_content(self, name):
        """Take a picture as content; a run that is on its way keeps its own."""
        self.content, self.message = name, ""
        if not self._painting:
            self.photo, self.shown, self.divider = self.pictures[name], None, 0.0
        self._draw_chooser()
        self._draw_easel()

    def choose_style(self, name):
        """Give a style one share more; after three it is taken out, unless it is the only one."""
        share = (self.styles.get(name, 0) + 1) % 4
        styles = {**self.styles, name: share}
        left = {each: number for each, number in styles.items() if number}
        self.styles = left or {name: 1}
        self._draw_chooser()

    def _received(self, _, content, buffers):
        file = content["use"], content["name"]
        data = self._parts.setdefault(file, bytearray())
        if len(data) <= _MOST_BYTES:  # the rest of a file that is too large is not kept
            data += buffers[0]
        if content["last"]:
            use = self._uploaded if content["use"] == "picture" else self._restored
            use(_plain(content["name"]), bytes(self._parts.pop(file)))

    def _uploaded(self, name, data):
        if len(self.uploads) >= _MOST_UPLOADS:
            return self.say(
                f"{name} is one more than the {_MOST_UPLOADS} uploads of a session, and was not "
                "taken: run the cell or load the page again to begin anew."
            )
        try:
            image = load_image(_small_enough(data))
            kept = load_image(image, min(512, max(image.shape[2:])))
        except InputError as error:
            return self.say(f"{name}: {error}")
        name = self._name(name, hashlib.sha256(data).hexdigest())
        self.pictures[name] = kept
        self.choose_content(name)
        said = f"{name}: {_wide(image)} pixels, nothing cut off, used at {_wide(kept)}."
        if self._awaited and None not in self._found(self._awaited).values():
            self.load(self._awaited)
            said += f" {self.message}"
        return self.say(said)

    def _name(self, name, digest):
        """Return the name of an upload: the one it has already, or one that is free."""
        for known, other in self.uploads.items():
            if other == digest:
                return known
        names = (f"{name} ({number})" for number in itertools.count(2))
        name = next(free for free in itertools.chain([name], names) if free not in self.pictures)
        self.uploads[name] = digest
        return name

    # ------------------------------------------------------------------ weights

    def _weights(self):
        return {
            "content": self.keep.value,
            "style": self.strength.value,
            "variation": self.smoothness.value,
        }

    def _preset_chosen(self, change):
        for slider, word in zip(self._sliders, PRESETS.get(change["new"], ()), strict=False):
            slider.label = word

    def _weighed(self, change):
        words = tuple(slider.label for slider in self._sliders)
        self.preset.value = next((n for n, preset in PRESETS.items() if preset == words), _OWN)
        if self._painting:
            self.painting.steer(self._weights())
            self._used |= {f"{name}_weight": weight for name, weight in self._weights().items()}

    # ------------------------------------------------------------------ painting

    @property
    def _painting(self):
        return bool(self.painting and self.painting.alive)

    def settings(self):
        """Return what is needed to paint this again, as plain text and numbers."""
        return {
            "content": self.content,
            "styles": dict(self.styles),
            **{f"{name}_weight": weight for name, weight in self._weights().items()},
            "size": self.size.value,
            "steps": self.steps.value,
            "keep_colours": self.colours.value,
            "uploads": {
                name: digest
                for name, digest in self.uploads.items()
                if name in (self.content, *self.styles)
            },
        }

    def begin(self):
        """Start a run, unless one is running already."""
        if self._painting:
            return self.say(_BUSY)
        try:
            style = mix_styles([self.pictures[name] for name in self.styles], self.styles.values())
            transfer = StyleTransfer(
                self.pictures[self.content],
                style,
                size=self.size.value,
                steps=self.steps.value,
                **{f"{name}_weight": weight for name, weight in self._weights().items()},
            )
        except InputError as error:
            return self.say(str(error))
        self._used, self.divider, self.message = self.settings(), 0.0, ""
        self.photo, self.shown = self.pictures[self.content], None
        self.painting = Painting(transfer, self._stepped)
        self._draw_easel()
        return self.painting.start()

    def hold(self):
        """Pause the run, or go on."""
        self.message = ""
        if self.painting and self.painting.state == "paused":
            self.painting.go_on()
        elif self.painting:
            self.painting.pause()
        self._draw_easel()

    def end(self):
        """Stop the run and keep its picture."""
        if self.painting:
            self.painting.stop()

    def _stepped(self, painting):
        if painting is not self.painting:
            return
        if self._heard and time.monotonic() - self._heard > _SECONDS_WITHOUT_PAGE:
            painting.stop()
        if painting.step is not None:
            self._pace = _pace_of(painting.transfer, painting.step)
            self.shown = painting.step.image.cpu()
        if not painting.alive:
            self._finished(painting)
        elif time.monotonic() - self._drawn < 0.3:
            return
        self._draw_easel()

    def _finished(self, painting):
        self.message = f"The run ended: {painting.error}" if painting.error else ""
        if self.shown is not None:
            settings = {**self._used, "steps_done": len(painting.history["total"])}
            self.runs = [*self.runs, (settings, self.shown)][-12:]
            self._draw_sheet()
            self._draw_links(painting, settings)

    def _beat(self, _):
        if self._heard is None:
            threading.Thread(target=self._probe, name="nst", daemon=True).start()
        self._heard = time.monotonic()

    def _probe(self):
        """Measure the pace when the page is opened, so that the first run has an estimate too."""
        with contextlib.suppress(InputError):  # the start button will say it
            *_, before, last = StyleTransfer("cat", "night_sky", size=128, steps=3, stages=1)
            if self._pace is None:
                pixels = math.prod(last.image.shape[2:])
                self._pace = (last.seconds - before.seconds) / pixels
                self._draw_easel()

    def estimate(self):
        """Return the seconds that a run of this size and these steps takes, or None."""
        if self._pace is None:
            return None
        size, steps = self.size.value, self.steps.value
        return self._pace * _work(plan(size, steps), self.pictures[self.content])

    # ------------------------------------------------------------------ showing

    def say(self, message):
        """Show a sentence."""
        self.message = message
        self._draw_easel()

    def result(self):
        """Return the present picture, with the colours of the photo if that was asked for."""
        if self.shown is None:
            return None
        if not self.colours.value:
            return self.shown
        photo = shrink(self.photo, self.shown.shape[:1:-1]).clamp(0, 1)
        return keep_colours(self.shown, photo)

    def _words(self):
        painting = self.painting
        if self._painting:
            done = painting.step.progress if painting.step else 0
            doing = "Paused" if painting.state == "paused" else "Painting"
            text = f"{doing}: {done:.0%}, about {painting.seconds_left:.0f} s left."
        elif painting:
            text = f"{painting.state.capitalize()} after {len(painting.history['total'])} steps."
        else:
            text = "Choose pictures, then press Start."
        if not self._painting:
            image, size = self.pictures[self.content], self.size.value
            wide, high = fit(image.shape[2:], size, size)
            text += f" A run paints {self.content} ({_wide(image)}) at {wide} x {high}"
            seconds = self.estimate()
            text += f", in about {max(seconds, 1):.0f} s." if seconds else "."
        return f"{self.message} {text}".strip()

    def _draw_easel(self):
        with self._lock:
            before, after = self.photo, self.result()
            size = fit(before.shape[2:], 620, 460)
            canvas = Canvas(WIDTH, max(size[1], 448))
            canvas.lay(before, (0, 0), size, "easel", smooth=True)
            if after is not None:
                edge = round(self.divider * size[0])
                painted = shrink(after, size)
                canvas.lay(painted[..., edge:], (edge, 0), (size[0] - edge, size[1]))
                for wide, color in ((5, (0, 0, 0)), (1, (255, 210, 0))):
                    canvas.pen.line((edge, 0, edge, size[1]), color, wide)
                canvas.places["easel"] = (0, 0, *size)
            if self.painting:
                _draw_curves(canvas, self.painting.history, (size[0] + 24, 0, 280, 76))
            self._easel = canvas
            running = self._painting
            paused = running and self.painting.state == "paused"
            self.start.disabled, self.pause.disabled, self.stop.disabled = (
                running,
                not running,
                not running,
            )
            self.pause.description = "Go on" if paused else "Pause"
            self._show(self.easel, canvas, self._words())
            self._drawn = time.monotonic()

    def _divided(self, change):
        if change["name"] == "moved":
            self.divider += 0.02 * (change["new"][0] - change["old"][0])
        else:
            found = self._easel.find(*change["new"][:2])
            if not found:
                return
            self.divider = found[1]
        self.divider = min(max(self.divider, 0.0), 1.0)
        self._draw_easel()

    def _draw_links(self, painting, settings):
        files = {
            "picture.png": ("Download the picture (PNG)", "image/png", self.png(settings)),
            "film.gif": ("Download the film (GIF)", "image/gif", _gif(painting.frames)),
        }
        self.links.value = " · ".join(
            f'<a download="{name}" href="data:{kind};base64,{base64.b64encode(data).decode()}">'
            f"{html.escape(text)}</a>"
            for name, (text, kind, data) in files.items()
        )

    def png(self, settings):
        """Return the picture as the bytes of a PNG that carries its settings."""
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "picture.png"
            save_image(self.result(), path, settings)
            return path.read_bytes()

    def _draw_sheet(self):
        across = 6
        rows = -(-len(self.runs) // across)
        canvas = Canvas(WIDTH, rows * 156 + 22)
        canvas.write("the runs of this session", (0, 15), bold=True)
        for number, (settings, image) in enumerate(self.runs):
            row, column = divmod(number, across)
            corner = (column * 157, 22 + row * 156)
            size = fit(image.shape[2:], 150, 112)
            canvas.lay(image, corner, size, str(number), smooth=True)
            words = f"{settings['content']}, {' + '.join(settings['styles'])}"
            canvas.write(words, (corner[0], corner[1] + 128), 11, within=150)
            numbers = "{content_weight:g} : {style_weight:g} : {variation_weight:g}".format(
                **settings
            )
            canvas.write(numbers, (corner[0], corner[1] + 144), 11, (110, 110, 110))
        self._sheet = canvas
        self._show(self.sheet, canvas, "Click a run to load its picture and its settings again.")

    def _loaded(self, change):
        found = self._sheet.find(*change["new"][:2]) if self.runs else None
        if found:
            settings, image = self.runs[int(found[0])]
            if self.load(settings):
                self.shown = image
                self._draw_easel()

    def load(self, settings):
        """Take the pictures and the values of all controls from settings.

        Uploaded pictures are known by their content. Where some are missing, the settings are
        restored as soon as they have been uploaded.

        Returns:
            Whether the settings are restored.
        """
        if self._painting:
            return self.say(_BUSY)
        found = self._found(settings)
        controls = {
            "content_weight": self.keep,
            "style_weight": self.strength,
            "variation_weight": self.smoothness,
            "size": self.size,
            "steps": self.steps,
            "keep_colours": self.colours,
        }
        for name, control in controls.items():
            control.value = settings[name]
        if missing := sorted(_plain(name) for name, here in found.items() if here is None):
            self._awaited = settings
            return self.say(f"Upload {', '.join(missing)}: then this run is restored.")
        self._awaited = None
        self.styles = {found[name]: share for name, share in settings["styles"].items()}
        self.choose_content(found[settings["content"]])
        self.say("The settings are restored.")
        return True

    def _found(self, settings):
        """Return `{name in the settings: name of this picture here, or None}`."""
        here = {name: name for name in self.pictures}
        here |= {digest: name for name, digest in self.uploads.items()}
        known = settings.get("uploads", {})
        return {
            name: here.get(known.get(name, name))
            for name in (settings["content"], *settings["styles"])
        }

    def _restored(self, name, data):
        try:
            self.load(_kept_settings(_small_enough(data)))
        except InputError as error:
            self.say(f"{name}: {error}")
        except (KeyError, TypeError, ValueError, AttributeError, traitlets.TraitError):
            self.say(f"{name} carries no settings of this studio.")

    def _show(self, picture, canvas, text):
        with self._lock, picture.hold_sync():
            picture.png, picture.text = canvas.png(), text

    def close(self):
        """Stop the work and close the page."""
        self.end()
        super().close()

    def _repr_mimebundle_(self, **_):
        """Return the widget, and a static picture for all who cannot show it."""
        data, file = super()._repr_mimebundle_(), io.BytesIO()
        self._chooser.image.save(file, "JPEG", quality=85)
        data["image/jpeg"] = file.getvalue()
        what = "The pictures of the gallery, to choose one as content and one or several as style."
        return data, {"image/jpeg": {"alt": what}}

    def __repr__(self):
        """Return what a reader sees where no widget can be shown."""
        return "Studio: run this cell in Jupyter, or open the notebook with voila."


def _small_enough(data):
    if len(data) > _MOST_BYTES:
        raise InputError(
            f"The file has more than {_MOST_BYTES // 10**6} MB: make the picture smaller, or save "
            "it as JPEG."
        )
    return data


def _plain(name):
    """Return the name of a file as one short line to show; it is never used as a path.

    Example:
        >>> _plain("a" * 200 + "\\n.png")
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa….png'
    """
    name = "".join(letter if letter.isprintable() else "?" for letter in name).strip() or "picture"
    short = len(name) <= _LONGEST_NAME
    return name if short else f"{name[: _LONGEST_NAME - 5]}…{name[-4:]}"


def _kept_settings(data):
    """Return the settings in the bytes of a PNG, if their styles are such as the studio has."""
    kept = read_settings(data)
    if not kept["styles"] or not set(kept["styles"].values()) <= {1, 2, 3}:
        raise ValueError
    return kept


_BUSY = "A run is on its way: stop it first, or steer it with the sliders."
_WRAP = ipywidgets.Layout(flex_flow="row wrap")
_BUTTON = ipywidgets.Layout(width="190px")


def _words(label, options, value):
    layout = ipywidgets.Layout(width="310px")
    slider = ipywidgets.SelectionSlider(
        options=list(options.items()), value=options[value], description=label, layout=layout
    )
    slider.add_class("nst-words")
    return slider


def _choice(label, options, value):
    layout = ipywidgets.Layout(width="240px")
    return ipywidgets.Dropdown(options=options, value=value, description=label, layout=layout)


def _wide(image):
    return f"{image.shape[3]} x {image.shape[2]}"


def _work(stages, image):
    """Return the pixels of all evaluations together."""
    short, long = sorted(image.shape[2:])
    return sum(steps * size**2 for size, steps in stages) * short / long


def _pace_of(transfer, step):
    """Return the seconds for each pixel."""
    return step.seconds / (step.progress * _work(transfer.stages, transfer.content))


def _draw_curves(canvas, history, place):
    left, top, width, height = place
    for number, (name, values) in enumerate(history.items()):
        y = top + number * (height + 36)
        last = f"{values[-1]:.3g}" if values else ""
        canvas.write(f"{name} loss", (left, y + 14), 12)
        canvas.write(last, (left + width, y + 14), 12, anchor="rs")
        canvas.pen.rectangle((left, y + 20, left + width, y + 20 + height), outline=(215, 215, 215))
        if len(values) > 1:
            logs = np.log10(np.maximum(values, 1e-12))
            low, high = float(logs.min()), float(logs.max())
            scale = (height - 8) / max(high - low, 1e-9)
            points = [
                (left + width * i / (len(logs) - 1), y + 24 + (high - v) * scale)
                for i, v in enumerate(logs)
            ]
            canvas.pen.line(points, (0, 0, 0), 2)


def _gif(frames):
    file, largest = io.BytesIO(), max((frame.size for frame in frames), default=(1, 1))
    alike = [frame.resize(largest).quantize(128) for frame in frames]
    first, *others = alike
    times = [80] * (len(alike) - 1) + [1500]
    first.save(file, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    return file.getvalue()
