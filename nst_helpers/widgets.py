"""Interactive figures: controls and state over the drawings of `panels`.

Every figure is a widget that a cell shows. What it shows is a function of its state, which Python
can read and set without a browser: the `value` of its controls, its traits (such as `place`), and
then `image` (a PIL image) and `text` (what it shows in words).
"""

import contextlib
import io
import itertools
import math
import threading

import anywidget
import ipywidgets
import torch
import traitlets

from nst_helpers import panels
from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.layers import LAYER_NAMES, receptive_field
from nst_helpers.engine.losses import gram_matrix
from nst_helpers.engine.transfer import (
    CONTENT_WEIGHT,
    STYLE_WEIGHT,
    VARIATION_WEIGHT,
    StyleTransfer,
)
from nst_helpers.errors import InputError, check_choice
from nst_helpers.gallery import gallery
from nst_helpers.images import load_image

_RELU_LAYERS = tuple(name for name in LAYER_NAMES["vgg16"] if name.startswith("relu"))

_SCRIPT = """
function render({ model, el }) {
  const image = document.createElement("img");
  const text = document.createElement("div");
  image.tabIndex = 0;
  text.setAttribute("role", "status");
  el.classList.add("nst-picture");
  el.append(image, text);
  const show = () => {
    const old = image.src;
    image.hidden = model.get("png").byteLength === 0;
    image.onload = () => old && URL.revokeObjectURL(old);
    image.src = URL.createObjectURL(new Blob([model.get("png")], { type: "image/png" }));
  };
  const say = () => {
    text.textContent = model.get("text");
    image.alt = model.get("label") + ". " + model.get("text");
  };
  let presses = 0, wide = 0, high = 0;
  image.addEventListener("load", () => {  // while the next picture loads, its size is 0
    wide = image.naturalWidth || wide;
    high = image.naturalHeight || high;
  });
  const point = (event) => {
    if (wide === 0) return;
    const box = image.getBoundingClientRect();
    const pixel = (at, length, natural) =>
      Math.floor((Math.min(Math.max(at, 0), length - 0.01) / length) * natural);
    model.set("point", [  // the border does not count
      pixel(event.clientX - box.left - image.clientLeft, image.clientWidth, wide),
      pixel(event.clientY - box.top - image.clientTop, image.clientHeight, high),
      presses,
    ]);
    model.save_changes();
  };
  image.addEventListener("pointerdown", (event) => {
    image.setPointerCapture(event.pointerId);
    image.focus({ preventScroll: true });
    presses = model.get("point")[2] + 1;
    point(event);
    event.preventDefault();
  });
  image.addEventListener("pointermove", (event) => event.buttons && point(event));
  const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  image.addEventListener("keydown", (event) => {
    if (event.key === "Enter") {
      model.set("entered", model.get("entered") + 1);
      model.save_changes();
      return event.stopPropagation();
    }
    const way = keys[event.key];
    if (!way || event.ctrlKey || event.altKey || event.metaKey) return;
    const far = event.shiftKey ? 10 : 1;
    const [x, y] = model.get("moved");
    model.set("moved", [x + far * way[0], y + far * way[1]]);
    model.save_changes();
    event.preventDefault();
    event.stopPropagation();
  });
  model.on("change:png", show);
  model.on("change:text", say);
  show();
  say();
}
export default { render };
"""

_STYLE = """
.nst-picture img { max-width: 100%; height: auto; display: block; cursor: crosshair;
  touch-action: none; border: 4px solid white; border-radius: 3px; box-sizing: border-box; }
.nst-picture img[hidden] { display: none; }
.nst-picture img:focus { outline: 3px solid var(--jp-brand-color1, #1976d2); }
.nst-picture div { color: var(--jp-ui-font-color1, inherit); margin: 6px 2px;
  font-size: var(--jp-ui-font-size1, 14px); line-height: 1.4; max-width: 940px; }
.nst-words .widget-readout { min-width: 7.5em; max-width: none; }
"""


class Picture(anywidget.AnyWidget):
    """A picture to point at, with the mouse, a finger or the arrow keys, and a text below it.

    Attributes:
        png: the bytes of the picture.
        text: what is to be read below it.
        label: what the picture is, for a reader who cannot see it.
        point: `(x, y, n)`, the pixel that was pointed at last, by the n-th press; while the hand
            is drawn over the picture, n stays.
        moved: how often the arrow keys were pressed, `(to the right, down)`.
        entered: how often Enter was pressed.
    """

    _esm = _SCRIPT
    _css = _STYLE
    png = traitlets.Bytes().tag(sync=True)
    text = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    point = traitlets.List(traitlets.Int(), [-1, -1, 0]).tag(sync=True)
    moved = traitlets.List(traitlets.Int(), [0, 0]).tag(sync=True)
    entered = traitlets.Int(0).tag(sync=True)

    def __repr__(self):
        """Return a few words; the bytes of the picture would fill a page."""
        return f"<{type(self).__name__}: {self.label}>"


class InteractiveFigure(ipywidgets.VBox):
    """What all interactive figures have in common.

    A figure writes `draw`, which returns a `Canvas` and a text, and what it does when it is
    pointed at (`point`) or moved by an arrow key (`move`).

    Args:
        controls: widgets that have a `value`, in the order of the Tab key.
        label: what the figure is, for a reader who cannot see it.

    Attributes:
        canvas: the last drawing; `image` is its PIL image.
        text: the same in words.
    """

    def __init__(self, controls, label):
        """Draw the first state."""
        self.picture = Picture(label=label)
        self.canvas, self.text, self._held = None, "", None
        self._quiet, self._lock = False, threading.RLock()
        row = ipywidgets.HBox(controls, layout=ipywidgets.Layout(flex_flow="row wrap"))
        super().__init__([row, self.picture])
        for control in controls:
            if hasattr(control, "value"):
                control.observe(self._changed, "value")
        self.picture.observe(self._pointed, "point")
        self.picture.observe(self._moved, "moved")
        self.redraw()

    @property
    def image(self):
        """The last drawing as a PIL image."""
        return self.canvas.image

    def redraw(self):
        """Draw the present state and show it."""
        if self._quiet:
            return
        with self._lock, self.picture.hold_sync():
            self.canvas, self.text = self.draw()
            self.picture.png, self.picture.text = self.canvas.png(), self.text

    @contextlib.contextmanager
    def one_redraw(self):
        """Change several parts of the state, then draw once."""
        outer, self._quiet = self._quiet, True
        try:
            yield
        finally:
            self._quiet = outer
        self.redraw()

    def draw(self):
        """Return a `Canvas` and a text of the present state."""
        raise NotImplementedError

    def point(self, name, x, y, pressed):
        """Answer to a place in what the canvas calls `name`.

        Args:
            name: of what lies there.
            x, y: the place in it, as shares in [0, 1).
            pressed: whether this begins a press; else the pointer is drawn on.
        """

    def move(self, x, y):
        """Answer to the arrow keys: so many steps to the right and down."""

    def _changed(self, change):
        self.redraw()

    def _pointed(self, change):
        *place, press = change["new"]
        found = self.canvas.find(*place)
        pressed = press != change["old"][2]
        if pressed:
            self._held = found and found[0]
        if found and found[0] == self._held:
            with self.one_redraw():
                self.point(*found, pressed)

    def _moved(self, change):
        steps = (new - old for new, old in zip(change["new"], change["old"], strict=True))
        with self.one_redraw():
            self.move(*steps)

    def __repr__(self):
        """Return what a reader sees where no widget can be shown."""
        return f"{type(self).__name__}: run this cell in Jupyter to use it. {self.text}"

    def _repr_mimebundle_(self, **_):
        """Return the widget, and for all who cannot show it, a static picture with its text."""
        data, file = super()._repr_mimebundle_(), io.BytesIO()
        self.image.save(file, "JPEG", quality=88)
        data["image/jpeg"] = file.getvalue()
        what, *_ = self.picture.label.split(". ")  # the rest says what to do with it
        return data, {"image/jpeg": {"alt": f"{what}. {self.text}"}}


class ChannelExplorer(InteractiveFigure):
    """Every channel of every layer of VGG-16 over a picture; a click names the strongest channels.

    Args:
        pictures: `{name: anything that load_image takes}`; None takes the gallery.
        size: the longer side of the picture in pixels.

    Attributes:
        picture_name, layer, channel: controls.
        place: `(x, y)` in the picture, as shares in [0, 1).

    Raises:
        InputError: a picture cannot be used.

    Example:
        >>> explorer = ChannelExplorer({"cat": "cat"}, size=64)
        >>> explorer.layer.value, explorer.channel.value = "relu2_1", 7
        >>> explorer.text.split(":")[0]
        'relu2_1, channel 7 of 0 to 127'
    """

    place = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, pictures=None, size=160):
        """Compute the first picture's features."""
        self.pictures, self.size = _pictures(pictures), size
        self.extractor = FeatureExtractor(_RELU_LAYERS)
        self.picture_name = _dropdown("Picture", self.pictures)
        self.layer = ipywidgets.SelectionSlider(
            options=_RELU_LAYERS, value="relu3_1", description="Layer", layout=_WIDE
        )
        self.channel = ipywidgets.IntSlider(0, 0, 255, description="Channel", layout=_WIDE)
        self.set_trait("place", (0.3, 0.4))
        self._load()
        features = self.features[self.layer.value]
        row, column = _cell(self.place, features.shape[1:])
        self.channel.value = int(features[:, row, column].argmax())
        super().__init__(
            [self.picture_name, self.layer, self.channel],
            "A channel of VGG-16 over a picture and as a map. "
            "Click a place, or move the ring with the arrow keys",
        )
        self.observe(self._changed, "place")

    def _load(self):
        self.shown = load_image(self.pictures[self.picture_name.value], self.size)
        with torch.no_grad():
            features = self.extractor(self.shown)
        self.features = {layer: maps[0].cpu() for layer, maps in features.items()}
        self.whites = {}

    def _changed(self, change):
        with self.one_redraw():
            if change["owner"] is self.picture_name:
                self._load()
            if change["owner"] is self.layer:
                self.channel.max = len(self.features[self.layer.value]) - 1

    def draw(self):
        """Return the channel over the picture and as a map, and the strongest at the place."""
        layer, channel = self.layer.value, self.channel.value
        features = self.features[layer]
        if layer not in self.whites:  # white begins where 0.5 % of the activations are larger
            few = features.flatten()[:: max(1, features.numel() // 100_000)]
            self.whites[layer] = max(float(few.quantile(0.995)), 1e-6)
        row, column = _cell(self.place, features.shape[1:])
        canvas = panels.draw_channel(
            self.shown, features, channel, (row, column), self.whites[layer]
        )
        grid = features[channel]
        best = int(features[:, row, column].argmax())
        return canvas, (
            f"{layer}, channel {channel} of 0 to {len(features) - 1}: at most {grid.max():.1f} in "
            f"{self.picture_name.value}, zero at {(grid == 0).float().mean():.0%} of the places. "
            f"At the ring it is {grid[row, column]:.1f}; the strongest there is channel {best} "
            f"with {features[best, row, column]:.1f}."
        )

    def point(self, name, x, y, pressed):
        """Move the ring, or take the channel whose small map was clicked."""
        if name.startswith("channel "):
            self.channel.value = int(name.removeprefix("channel "))
        else:
            self.place = (x, y)

    def move(self, x, y):
        """Move the ring by positions of the map."""
        self.place = _moved(self.place, x, y, self.features[self.layer.value].shape[1:])


class ReceptiveField(InteractiveFigure):
    """What one activation sees: click a place in a map, and its patch of the picture is cut out.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side of the picture in pixels.

    Attributes:
        layer: a control.
        place: `(x, y)` in the picture, as shares in [0, 1).

    Raises:
        InputError: the picture cannot be used.

    Example:
        >>> field = ReceptiveField("cat", size=64)
        >>> field.layer.value = "relu2_2"
        >>> "14 x 14 pixels" in field.text
        True
    """

    place = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, picture="cat", size=224):
        """Compute the maps."""
        self.shown = load_image(picture, size)
        with torch.no_grad():
            features = FeatureExtractor(_RELU_LAYERS)(self.shown)
        self.maps = {layer: maps[0].mean(0).cpu() for layer, maps in features.items()}
        self.layer = ipywidgets.SelectionSlider(
            options=_RELU_LAYERS, value="relu3_3", description="Layer", layout=_WIDE
        )
        self.set_trait("place", (0.3, 0.42))
        super().__init__(
            [self.layer],
            "A map of a layer, the picture with the receptive field of one place, and the patch "
            "it sees. Click a place in the map, or move it with the arrow keys",
        )
        self.observe(self._changed, "place")

    def draw(self):
        """Return the map, the fields in the picture, and the patches of all layers."""
        layer = self.layer.value
        row, column = _cell(self.place, self.maps[layer].shape)
        size, step, offset = receptive_field(layer)
        top, left = offset + step * row, offset + step * column
        canvas = panels.draw_field(self.shown, self.maps, layer, (row, column))
        return canvas, (
            f"{layer}, row {row}, column {column}: it sees {size} x {size} pixels, rows {top} to "
            f"{top + size - 1} and columns {left} to {left + size - 1} of a picture of "
            f"{self.shown.shape[2]} rows and {self.shown.shape[3]} columns. Grey is beyond the "
            "border, where the network sees zeros."
        )

    def point(self, name, x, y, pressed):
        """Move the place, or take the layer whose patch was clicked."""
        if name in self.maps:
            self.layer.value = name
        else:
            self.place = (x, y)

    def move(self, x, y):
        """Move by positions of the map."""
        self.place = _moved(self.place, x, y, self.maps[self.layer.value].shape)


class Vectors(InteractiveFigure):
    """Two arrows to drag, with their dot product, cosine and angle.

    Attributes:
        chosen: a control, the arrow that sliders and arrow keys move: `"a"` or `"b"`.
        first, second: controls, the two numbers of the chosen arrow, from -4 to 4.
        a, b: the arrows, two numbers each.

    Raises:
        ValueError: an arrow is not two numbers from -4 to 4.

    Example:
        >>> vectors = Vectors((3, 1), (1, 2))
        >>> vectors.b = (-1, 3)
        >>> vectors.text
        'a · b = 3 × -1 + 1 × 3 = 0. The cosine is 0.00, the angle 90°.'
    """

    a = traitlets.Tuple(traitlets.Float(), traitlets.Float())
    b = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, a=(3.0, 1.0), b=(1.0, 2.0)):
        """Draw both arrows; `b` is chosen."""
        self.set_trait("a", a)
        self.set_trait("b", b)
        self.chosen = ipywidgets.ToggleButtons(
            options=["a", "b"],
            value="b",
            description="Move",
            style={"button_width": "3em"},
            layout=_AUTO,
        )
        self.first, self.second = (
            ipywidgets.FloatSlider(value, min=-4, max=4, step=0.1, description=name, readout=False)
            for name, value in zip(("Position 1", "Position 2"), self.b, strict=True)
        )
        super().__init__(
            [self.chosen, self.first, self.second],
            "Two arrows. Drag a head, or move the chosen one with the arrow keys",
        )
        self.observe(self._changed, ["a", "b"])

    @traitlets.validate("a", "b")
    def _in_range(self, proposal):
        if not all(-4 <= number <= 4 for number in proposal["value"]):
            raise ValueError(f"{proposal['value']} is no arrow here: use numbers from -4 to 4.")
        return tuple(float(number) for number in proposal["value"])

    def _changed(self, change):
        with self.one_redraw():
            if change["owner"] in (self.first, self.second):
                if not self._following:
                    setattr(self, self.chosen.value, (self.first.value, self.second.value))
                return
            self._following = True
            self.first.value, self.second.value = getattr(self, self.chosen.value)
            self._following = False

    _following = False

    def draw(self):
        """Return the arrows and the numbers."""
        (a1, a2), (b1, b2) = self.a, self.b
        dot, lengths = a1 * b1 + a2 * b2, math.hypot(a1, a2) * math.hypot(b1, b2)
        rest = "One of the arrows has no length, so there is no angle."
        if lengths:
            cosine = max(-1.0, min(1.0, dot / lengths))
            angle = math.degrees(math.acos(cosine))
            rest = f"The cosine is {cosine:.2f}, the angle {angle:.0f}°."
        canvas = panels.draw_vectors(self.a, self.b, self.chosen.value)
        return canvas, (f"a · b = {a1:.3g} × {b1:.3g} + {a2:.3g} × {b2:.3g} = {dot:.3g}. {rest}")

    def point(self, name, x, y, pressed):
        """Take the nearer arrow, and keep it while it is dragged; put its head there."""
        place = tuple(round(max(-4.0, min(4.0, v)), 1) for v in (9 * x - 4.5, 4.5 - 9 * y))
        if pressed:
            far = {name: math.dist(place, getattr(self, name)) for name in ("a", "b")}
            self.chosen.value = min(far, key=far.get)
        setattr(self, self.chosen.value, place)

    def move(self, x, y):
        """Move the head of the chosen arrow by tenths."""
        moved = zip(getattr(self, self.chosen.value), (x, -y), strict=True)
        setattr(
            self,
            self.chosen.value,
            tuple(round(max(-4.0, min(4.0, v + 0.1 * step)), 1) for v, step in moved),
        )


class CoOccurrence(InteractiveFigure):
    """Two channels, their product and its sum; the positions can be shuffled.

    Args:
        maps: `{name: map (H, W)}`, at least two, of one shape and without negative numbers.

    Attributes:
        first, second: controls, the names of the two channels.
        positions: a control: `"as they are"`, `"second shuffled"` or `"both shuffled alike"`.

    Raises:
        ValueError: the maps cannot be used.

    Example:
        >>> maps = {"a": torch.tensor([[1.0, 2.0]]), "b": torch.tensor([[3.0, 1.0]])}
        >>> CoOccurrence(maps).text
        'a · b = 5. Chance gives 6. The cosine is 0.71.'
    """

    _POSITIONS = ("as they are", "second shuffled", "both shuffled alike")

    def __init__(self, maps):
        """Draw the first two maps."""
        self.maps = {
            str(name): torch.as_tensor(grid).detach().cpu().float() for name, grid in maps.items()
        }
        shapes = {tuple(grid.shape) for grid in self.maps.values()}
        if len(self.maps) < 2 or len(shapes) != 1 or len(shapes.copy().pop()) != 2:
            raise ValueError(f"CoOccurrence needs two or more maps (H, W) of one shape: {shapes}.")
        if any(not (grid >= 0).all() for grid in self.maps.values()):
            raise ValueError("CoOccurrence needs maps without negative numbers: use relu().")
        names = list(self.maps)
        self.first = _dropdown("First", names)
        self.second = _dropdown("Second", names, names[1])
        self.positions = ipywidgets.ToggleButtons(
            options=self._POSITIONS,
            description="Positions",
            style={"button_width": "11em"},
            layout=_AUTO,
        )
        count = next(iter(self.maps.values())).numel()
        self.order = torch.randperm(count, generator=torch.Generator().manual_seed(0))
        super().__init__(
            [self.first, self.second, self.positions],
            "Two channels as maps, their product, and its sum as a bar beside what chance gives",
        )

    def draw(self):
        """Return both maps, the product and the sum."""
        names = self.first.value, self.second.value
        a, b = (self.maps[name] for name in names)
        if self.positions.value != "as they are":
            b = b.flatten()[self.order].view_as(b)
        if self.positions.value == "both shuffled alike":
            a = a.flatten()[self.order].view_as(a)
        total, lengths = float((a * b).sum()), float(a.norm() * b.norm())
        chance = float(a.mean() * b.mean() * a.numel())
        canvas = panels.draw_product(a, b, names, f"positions: {self.positions.value}")
        return canvas, (
            f"{names[0]} · {names[1]} = {total:.3g}. Chance gives {chance:.3g}. "
            f"The cosine is {total / lengths if lengths else 0:.2f}."
        )


class GramInspector(InteractiveFigure):
    """Two pictures' Gram matrices of one layer, in an order in which their structure shows.

    Point at a cell, and see its two channels over both pictures, where they fire together, the
    patches they answer to, the numbers and their ranks; or step through the pairs of channels in
    which the two matrices differ most.

    Args:
        first, second: names of two of the pictures.
        layer: of VGG-16, after a ReLU.
        pictures: `{name: anything that load_image takes}`; None takes the gallery.
        size: the longer side of the pictures in pixels.

    Attributes:
        first, second: controls, the names of the two pictures.
        rank: a control, 1 for the pair that separates the pictures most, 0 for one that is no such.
        pair: the two channels that are shown.
        grams: the two Gram matrices `(C, C)`.

    Raises:
        InputError: a picture or the layer cannot be used.

    Example:
        >>> inspector = GramInspector("tiger_coat", "cat", layer="relu1_2", size=64)
        >>> inspector.pair = (3, 5)
        >>> inspector.text.split(":")[0]
        'Channels 3 and 5'
    """

    pair = traitlets.Tuple(traitlets.Int(), traitlets.Int())

    def __init__(self, first, second, layer="relu3_1", pictures=None, size=192):
        """Compute both matrices and their order."""
        self.pictures, self.layer, self.size = _pictures(pictures), layer, size
        check_choice("layer after a ReLU", layer, _RELU_LAYERS)
        for name in (first, second):
            check_choice("picture", name, list(self.pictures))
        self.extractor, self._known_pictures = FeatureExtractor(layer), {}
        self.first = _dropdown("Picture 1", self.pictures, first)
        self.second = _dropdown("Picture 2", self.pictures, second)
        self.rank = ipywidgets.IntSlider(
            1, 0, 20, description="Pairs that separate them", style=_LONG, layout=_WIDER
        )
        self._load()
        super().__init__(
            [self.first, self.second, self.rank],
            "The Gram matrices of two pictures in one square, and one pair of channels in both. "
            "Point at a cell, or move by cells with the arrow keys",
        )
        self.observe(self._changed, "pair")

    def _load(self):
        self.names = self.first.value, self.second.value
        self.shown, self.features = zip(*map(self._features, self.names), strict=True)
        self.grams = [gram_matrix(maps[None])[0] for maps in self.features]
        self.relative = panels.relative_grams(*self.grams)
        self.order, self.groups = panels.cluster(sum(self.relative) / 2)
        self.pairs = panels.separating_pairs(*self.grams, self.rank.max) or [(0, 1)]
        self.rank.value = 1
        self.set_trait("pair", self.pairs[0])

    def _features(self, name):
        """Return a picture and its features, which are computed once."""
        if name not in self._known_pictures:
            image = load_image(self.pictures[name], self.size)
            with torch.no_grad():
                self._known_pictures[name] = image, self.extractor(image)[self.layer][0].cpu()
        return self._known_pictures[name]

    def _changed(self, change):
        with self.one_redraw():
            if change["owner"] in (self.first, self.second):
                self._load()
            if change["owner"] is self.rank and self.rank.value:
                self.pair = self.pairs[min(self.rank.value, len(self.pairs)) - 1]
            if change["owner"] is self:
                self.rank.value = self.pairs.index(self.pair) + 1 if self.pair in self.pairs else 0

    @traitlets.validate("pair")
    def _known(self, proposal):
        count = len(self.order)
        if not all(0 <= channel < count for channel in proposal["value"]):
            raise InputError(f"There are no channels {proposal['value']}: 0 to {count - 1}.")
        return proposal["value"]

    def place(self, gram):
        """Return the rank of the pair among all pairs of different channels, 1 for the largest."""
        upper = gram[tuple(torch.triu_indices(*gram.shape, offset=1))]
        return int((upper > gram[self.pair]).sum()) + 1

    def draw(self):
        """Return both matrices and the pair in both pictures."""
        i, j = self.pair
        count = len(self.order) * (len(self.order) - 1) // 2
        said = []
        for gram in self.grams:
            rank = f"rank {self.place(gram):,} of {count:,}" if i != j else "on the diagonal"
            said.append(f"{gram[i, j]:.3g}, {rank}")
        entries = zip(self.shown, (f"G = {text}" for text in said), strict=True)
        canvas = panels.draw_gram(
            [(name, *entry) for name, entry in zip(self.names, entries, strict=True)],
            self.features,
            self.layer,
            self.relative,
            self.order,
            self.pair,
            self.groups,
        )
        shares = [float(matrix[i, j]) for matrix in self.relative]
        more = self.names[shares[0] < shares[1]]
        return canvas, (
            f"Channels {i} and {j}: {said[0]} in {self.names[0]}; {said[1]} in {self.names[1]}. "
            f"As shares of their strength {shares[0]:.2f} and {shares[1]:.2f}: "
            f"they go together more in {more}."
        )

    def point(self, name, x, y, pressed):
        """Take the pair of the cell; at its mirror place stands the same pair."""
        count = len(self.order)
        row, column = sorted((int(y * count), int(x * count)))
        self.pair = (self.order[row], self.order[column])

    def move(self, x, y):
        """Move by cells."""
        count = len(self.order)
        row, column = sorted(self.order.index(channel) for channel in self.pair)
        row, column = (min(max(v, 0), count - 1) for v in (row + y, column + x))
        self.pair = (self.order[min(row, column)], self.order[max(row, column)])


class Denoise(InteractiveFigure):
    """A picture with noise, and what the variation loss makes of it, live.

    Shown is the picture that minimises the squared distance to the noisy one plus `weight` times
    the variation loss.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side in pixels.

    Attributes:
        noise: a control, the standard deviation of the noise.
        weight: a control.
        power: a control, 2 for squared and 1 for absolute differences.
        error: how far the denoised picture is from the clean one, as a root mean square.

    Raises:
        InputError: the picture cannot be used.

    Example:
        >>> denoise = Denoise("cat", size=64)
        >>> denoise.noise.value, denoise.weight.value = 0.2, 0
        >>> before = denoise.error
        >>> denoise.weight.value = 0.5
        >>> denoise.error < before
        True
    """

    _WEIGHTS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50)

    def __init__(self, picture="cat", size=160):
        """Draw the noise, which stays the same but for its strength."""
        self.photo = load_image(picture, size)
        self.grain = torch.randn(self.photo.shape, generator=torch.Generator().manual_seed(6))
        self.noise = ipywidgets.FloatSlider(
            0.1, min=0, max=0.3, step=0.01, description="Noise", layout=_WIDE
        )
        self.weight = ipywidgets.SelectionSlider(
            options=self._WEIGHTS, value=0.5, description="Weight", layout=_WIDE
        )
        self.power = ipywidgets.ToggleButtons(
            options={"squared": 2, "absolute": 1},
            description="Differences",
            style={"button_width": "6em"},
            layout=_AUTO,
        )
        super().__init__(
            [self.noise, self.weight, self.power],
            "A picture with noise, the same denoised, and what was taken away, each with a detail",
        )

    def draw(self):
        """Return the noisy picture, the denoised one and their difference."""
        noisy = (self.photo + self.noise.value * self.grain).clamp(0, 1)
        denoised = panels.smooth(noisy, self.weight.value, self.power.value)
        self.error = float((denoised - self.photo).square().mean().sqrt())
        before = float((noisy - self.photo).square().mean().sqrt())
        goes = "falls" if self.error < before else "rises"
        return panels.draw_denoised(self.photo, noisy, denoised), (
            f"Noise {self.noise.value:.2f}, weight {self.weight.value:g}, {self.power.label} "
            f"differences: the error {goes} from {before:.3f} to {self.error:.3f}."
        )


class LossBalance(InteractiveFigure):
    """What the weights of the three losses do: a triangle of pictures, and painting on from any.

    Only the ratios of the weights matter, so all of them lie in a triangle. In its middle are the
    weights that the package takes; towards a corner, the weight of one loss grows. Each picture is
    begun from its neighbour nearer to the content. The first is there at once, the others are
    painted in a thread once the place has been moved.

    Args:
        content, style: anything that `load_image` takes.
        size: the longer side in pixels.
        steps: of each picture of the triangle.

    Attributes:
        place: the nearness to the corners content, style and variation; three whole numbers from
            0 to 6, 6 together.
        live: a control: while it is on, the picture is painted on with the present weights.
        grid: `{place: Step}`, the finished pictures of the triangle.
        step: the `Step` that is shown.

    Raises:
        InputError: a picture or a place cannot be used.

    Example:
        >>> balance = LossBalance("cat", "night_sky", size=32, steps=1)
        >>> balance.weights()
        {'content': 1.0, 'style': 40.0, 'variation': 10.0}
        >>> balance.place = (0, 6, 0)
        >>> balance.weights()["style"]
        40000.0
    """

    place = traitlets.Tuple(traitlets.Int(), traitlets.Int(), traitlets.Int())

    _PLACES = tuple(
        (content, style, panels.SIDES - content - style)
        for content in range(panels.SIDES, -1, -1)
        for style in range(panels.SIDES - content, -1, -1)
    )
    _RANGE = 1000  # from the middle to a corner, its ratio to the others grows so many times
    _open = True
    _ON = 100  # steps that are painted on, at most, after the last change

    def __init__(self, content, style, size=96, steps=5):
        """Paint the way from the content to the middle."""
        self.live = ipywidgets.ToggleButton(False, description="Paint on", icon="paint-brush")
        self.transfer = StyleTransfer(content, style, size=size, steps=self._ON, stages=1)
        self.steps, self.grid = steps, {}
        self.set_trait("place", (panels.SIDES // 3,) * 3)
        while self.place not in self.grid:
            self._paint(self._next())
        self.step = self.grid[self.place]
        self.thread, self._change = None, threading.Event()
        super().__init__(
            [self.live],
            "The generated picture, its losses, and a triangle of weights. "
            "Click a place in the triangle, or move with the arrow keys",
        )
        self.observe(self._changed, "place")

    @traitlets.validate("place")
    def _known(self, proposal):
        if proposal["value"] not in self._PLACES:
            raise InputError(
                f"{proposal['value']} is no place: use three whole numbers of 0 or more, "
                f"{panels.SIDES} together."
            )
        return proposal["value"]

    def weights(self):
        """Return the weights of the three losses at the place; that of the content is 1."""
        return self._weights(self.place)

    def _weights(self, place):
        middle = CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
        powers = (self._RANGE ** ((near - place[0]) / panels.SIDES) for near in place)
        names = "content", "style", "variation"
        return {n: w * p for n, w, p in zip(names, middle, powers, strict=True)}

    def _next(self):
        """Return the place to be painted next: on the way to the present one, or any."""
        for place in (self.place, *self._PLACES):
            if place not in self.grid:
                while place[0] < panels.SIDES and _nearer(place) not in self.grid:
                    place = _nearer(place)
                return place

    def _paint(self, place):
        begin = place[0] == panels.SIDES
        self.transfer.start = self.transfer.content if begin else self.grid[_nearer(place)].image
        self.transfer.weights = self._weights(place)
        *_, self.grid[place] = itertools.islice(self.transfer, 1 if begin else self.steps)

    def _changed(self, change):
        if change["owner"] is self and not self.live.value:
            self.step = self.grid.get(self.place, self.step)
        self._change.set()  # a run that paints on begins anew with other weights, or ends
        if not (self.thread and self.thread.is_alive()):
            self.thread = threading.Thread(target=self._work, name="nst", daemon=True)
            self.thread.start()
        self.redraw()

    def _work(self):
        try:
            while self.live.value or (self._open and len(self.grid) < len(self._PLACES)):
                if self.live.value:
                    self._paint_on()
                else:
                    self._paint(place := self._next())
                    if place == self.place and not self.live.value:
                        self.step = self.grid[place]
                    self.redraw()
        except Exception as error:
            self.live.value = False
            self.picture.text = f"Painting ended: {error}"

    def _paint_on(self):
        self._change.clear()
        self.transfer.start, self.transfer.weights = self.step.image, self.weights()
        for step in self.transfer:
            if self._change.is_set():
                return
            self.step = step
            self.redraw()
        self.live.value = False

    def close(self):
        """End the work, and the widget."""
        self._open = self.live.value = False
        super().close()

    def draw(self):
        """Return the picture with its losses and the triangle."""
        steps = [*self.grid.values(), self.step]
        largest = {name: max(step.losses[name] for step in steps) or 1.0 for name in self.weights()}
        shares = {name: self.step.losses[name] / value for name, value in largest.items()}
        rounded = (float(f"{weight:.3g}") for weight in self.weights().values())
        weights = " : ".join(f"{weight:g}" for weight in rounded)
        canvas = panels.draw_balance(
            self.step.image.cpu(),
            f"content : style : variation = {weights}",
            shares,
            (self.transfer.content, self.transfer.style),
            self.place,
            {place: place in self.grid for place in self._PLACES},
        )
        losses = ", ".join(f"{name} {self.step.losses[name]:.3g}" for name in largest)
        doing = "Content, style and variation weigh"
        if self.live.value:
            doing = "Painting on with"
        elif self.place not in self.grid:
            doing = "To be painted next:"
        return canvas, f"{doing} {weights}. The losses, not weighted: {losses}."

    def point(self, name, x, y, pressed):
        """Take the nearest place of the triangle."""
        if name == "triangle":
            self.place = min(
                self._PLACES, key=lambda place: math.dist(panels.in_triangle(place), (x, y))
            )

    def move(self, x, y):
        """Move up to the content, or along the row between style and variation."""
        content, _, variation = self.place
        content = min(max(content - y, 0), panels.SIDES)
        variation = min(max(variation + x, 0), panels.SIDES - content)
        self.place = (content, panels.SIDES - content - variation, variation)


def _nearer(place):
    """Return the neighbour of a place in the triangle that is nearer to the content."""
    content, style, variation = place
    if style >= variation:
        return content + 1, style - 1, variation
    return content + 1, style, variation - 1


_WIDE = ipywidgets.Layout(width="300px")
_WIDER = ipywidgets.Layout(width="440px")
_AUTO = ipywidgets.Layout(width="auto")
_LONG = {"description_width": "initial"}


def _dropdown(label, options, value=None):
    options = list(options)
    layout = ipywidgets.Layout(width="220px")
    return ipywidgets.Dropdown(
        options=options, value=value or options[0], description=label, layout=layout
    )


def _pictures(pictures):
    if pictures is None:
        return {name: name for name in gallery()}
    if not pictures:
        raise InputError("There is no picture to show: name at least one.")
    return {str(name): source for name, source in dict(pictures).items()}


def _cell(place, shape):
    """Return `(row, column)` of a place `(x, y)` in [0, 1)."""
    return tuple(
        min(max(int(share * length), 0), length - 1)
        for share, length in zip(reversed(place), shape, strict=True)
    )


def _moved(place, x, y, shape):
    """Return the place so many cells further, in the middle of its cell."""
    row, column = _cell(place, shape)
    cells = (column + x, shape[1]), (row + y, shape[0])
    return tuple((min(max(cell, 0), length - 1) + 0.5) / length for cell, length in cells)
