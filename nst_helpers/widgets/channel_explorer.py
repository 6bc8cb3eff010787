"""Every channel of every layer over a picture, and which channels are strongest at a place."""

from collections.abc import Mapping
from typing import Any

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import (
    Choice,
    Figure,
    floats,
    jpeg,
    named_pictures,
    packed,
    percent,
    significant,
    unpacked,
)
from nst_helpers.widgets.positions import RELU_LAYERS, position_at

_FIRST = {"layer": "relu2_2", "place": (0.3, 0.4)}  # the fur beside an eye of the gallery's cat
_STRONGEST, _OTHERS = 8, 6
_SHARP, _THUMBNAIL = 480, 200  # longer sides in pixels of what is only looked at
_SMALL_MAP = 24  # the longer side of a map in the row of other pictures, at most


class ChannelExplorer(Figure):
    """Every channel of every layer of VGG-16 over a picture, and which are strongest at a place.

    Args:
        pictures: `{name: anything that load_image takes}`; None takes the gallery.
        size: the longer side in pixels of the picture that the network sees; with 128, the 64
            maps of a square picture in `relu1_1` are 1 MB.

    Attributes:
        picture, layer: names, of `pictures` and of a layer such as `"relu3_1"`.
        channel: a number from 0.
        compared: the number of another channel to compare it with; -1 for none.
        place: `(x, y)` in the picture, as shares in [0, 1).
        shown: the picture that the network sees, an image tensor.
        features: `{layer: activations (C, h, w)}` of it.

    Raises:
        InputError: a picture cannot be used, or the layer has no such channel.

    Example:
        >>> explorer = ChannelExplorer({"cat": "cat"}, size=64)
        >>> explorer.layer, explorer.channel = "relu2_1", 7
        >>> explorer.text.split(":")[0]
        'relu2_1, channel 7 of 0 to 127'
    """

    _module = "channel_explorer"
    _esm, _css = page.script(_module), page.style(_module)
    _asks = ("picture", "layer")

    picture = Choice().tag(sync=True)
    layer = Choice().tag(sync=True)
    channel = traitlets.Int().tag(sync=True)
    compared = traitlets.Int(-1).tag(sync=True)
    place = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)

    def __init__(self, pictures: Mapping[str, ImageSource] | None = None, size: int = 128) -> None:
        """Compute the first picture's features; its first channel is the strongest at the place."""
        self.pictures, self.size = named_pictures(pictures), size
        self._network = FeatureExtractor(RELU_LAYERS)
        self._rows: dict[str, dict[str, Any]] = {}
        first = next(iter(self.pictures))
        self._load(first)
        features = self.features[_FIRST["layer"]]
        row, column = position_at(_FIRST["place"], features.shape[1:])
        super().__init__(
            "A channel of VGG-16 over a picture and as a map. "
            "Point at a place to see which channels are strongest there, or move the ring with "
            "the arrow keys",
            {"picture": self.pictures, "layer": RELU_LAYERS},
            picture=first,
            channel=int(features[:, row, column].argmax()),
            **_FIRST,
        )

    @traitlets.validate("channel", "compared")
    def _is_channel(self, proposal: dict[str, Any]) -> int:
        number, count = proposal["value"], len(self.features[self.layer])
        none = proposal["trait"].name == "compared" and number == -1
        if not none and not 0 <= number < count:
            raise InputError(
                f"{self.layer} has no channel {number}: choose one from 0 to {count - 1}."
            )
        return number

    def _load(self, name: str) -> None:
        shown = load_image(self.pictures[name], self.size)
        sharp = load_image(self.pictures[name], max(self.size, _SHARP))
        self.features, self.shown = self._features(shown), shown
        self._loaded, self._sharp = name, jpeg(sharp, 85)

    def _features(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        with torch.no_grad():
            return {layer: maps[0].cpu() for layer, maps in self._network(image).items()}

    def answer(self) -> dict[str, Any]:
        """Return the picture, the maps of the layer, and its small maps of other pictures."""
        if self._loaded != self.picture:
            self._load(self.picture)
        last = len(self.features[self.layer]) - 1
        self.channel = min(self.channel, last)
        self.compared = -1 if self.compared > last else self.compared
        return self._numbers(self.layer)

    def answers(self) -> list[dict[str, Any]]:
        """Return the picture in the first layer of each block, enough to see what depth does."""
        layers = [name for name in RELU_LAYERS if name.endswith("_1") and name != self.layer]
        return [{**self._numbers(name), "of": [self._loaded, name]} for name in layers]

    def _numbers(self, layer: str) -> dict[str, Any]:
        return {
            "picture": self._sharp,
            "ratio": _ratio(self.shown),
            "maps": _pack(self.features[layer]),
            "white": _white(self.features[layer]),
            "others": [
                {
                    "name": name,
                    "ratio": self._row(name)["ratio"],
                    "picture": self._row(name)["picture"],
                    "maps": self._row(name)["maps"][layer],
                    "largest": self._row(name)["largest"][layer],
                }
                for name in self._others()
            ],
        }

    def _others(self) -> list[str]:
        """Return some of the other pictures, from all over their list."""
        names = list(self.pictures)
        some = min(len(names), _OTHERS + 1)
        spread = [names[number * len(names) // some] for number in range(some)]
        return [name for name in spread if name != self._loaded][:_OTHERS]

    def _row(self, name: str) -> dict[str, Any]:
        """Return a small picture with its small maps by layer; each is computed once."""
        if name not in self._rows:
            image = load_image(self.pictures[name], self.size)
            features = self._features(image)
            self._rows[name] = {
                "ratio": _ratio(image),
                "picture": jpeg(load_image(self.pictures[name], _THUMBNAIL), 80),
                "maps": {layer: _pack(_small(maps)) for layer, maps in features.items()},
                "largest": {layer: floats(maps.amax((1, 2))) for layer, maps in features.items()},
            }
        return self._rows[name]

    @property
    def text(self) -> str:
        """What the channel does in the picture and at the ring, and what is strongest there."""
        if self.problem:
            return self.problem
        (picture, layer), maps = self.data["of"], unpacked(self.data["maps"])
        row, column = position_at(self.place, maps.shape[1:])
        grid, best = maps[self.channel], int(maps[:, row, column].argmax())
        text = (
            f"{layer}, channel {self.channel} of 0 to {len(maps) - 1}: at most {grid.max():.1f} "
            f"in {picture}, zero at {percent(_share(grid == 0))} of the places. "
            f"At the ring it is {grid[row, column]:.1f}; the strongest there is channel {best} "
            f"with {maps[best, row, column]:.1f}."
        )
        if self.compared == self.channel:
            return f"{text} Now choose another channel, to compare it with this one."
        if self.compared >= 0:
            other = maps[self.compared]
            together = _share((grid > 0) & (other > 0))
            text += (
                f" Channel {self.compared}, in blue, is {other[row, column]:.1f} there; both are "
                f"above zero at {percent(together)} of the places."
            )
        return text

    def draw(self) -> Drawing:
        """Return the channel over the picture and as a map, the strongest, and other pictures."""
        maps, white = unpacked(self.data["maps"]), self.data["white"]
        row, column = position_at(self.place, maps.shape[1:])
        others = self.data["others"]
        tall = 4.4 / self.data["ratio"]
        heights = [tall, tall * 0.3] + [0.95] * bool(others)
        drawing = Drawing(figsize=(9, sum(heights) + 0.35 * len(heights)), layout="constrained")
        parts = drawing.subfigures(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0]
        over, alone = parts[0].subplots(1, 2)
        grid = maps[self.channel]
        _show(over, _lit(load_image(self.pictures[self._loaded], _SHARP), grid / white))
        over.set_title(f"channel {self.channel} over {self.data['of'][0]}", fontsize=10)
        _show(alone, grid, white)
        alone.set_title(f"channel {self.channel}: black 0, white {significant(white)}", fontsize=10)
        for axes in (over, alone):
            height, width = axes.images[0].get_array().shape[:2]
            x, y = (column + 0.5) / maps.shape[2], (row + 0.5) / maps.shape[1]
            center = x * width - 0.5, y * height - 0.5
            for size, color in ((13, "black"), (10, "gold")):
                axes.plot(*center, "o", markersize=size, mfc="none", mec=color, mew=2)
        here = maps[:, row, column]
        strongest = here.argsort(descending=True, stable=True)[:_STRONGEST].tolist()
        parts[1].suptitle("the strongest at the ring", fontsize=10)
        for axes, number in zip(parts[1].subplots(1, len(strongest)), strongest, strict=True):
            _show(axes, maps[number], white)
            axes.set_title(f"{number}: {here[number]:.1f}", fontsize=8)
        if others:
            parts[2].suptitle(f"channel {self.channel} in other pictures", fontsize=10)
            row_of_axes = parts[2].subplots(1, len(others), squeeze=False)[0]
            for axes, other in zip(row_of_axes, others, strict=True):
                image = load_image(self.pictures[other["name"]], _THUMBNAIL)
                small = unpacked(other["maps"])[self.channel]
                _show(axes, _lit(image, small / white))
                largest = torch.frombuffer(bytearray(other["largest"]), dtype=torch.float32)
                axes.set_title(f"{other['name']}: {largest[self.channel]:.1f}", fontsize=8)
        return drawing


def _white(features: torch.Tensor) -> float:
    """Return the activation that is drawn white: 0.5 % of the layer's are larger."""
    numbers = features.flatten()
    some = numbers[:: max(1, len(numbers) // 100_000)]
    return max(float(some.quantile(0.995)), 1e-6)


def _pack(maps: torch.Tensor) -> dict[str, Any]:
    """Return maps as bytes, each on its own scale, so that none is cut off; only 0 becomes 0."""
    white = maps.amax((1, 2))
    least = (white / 255)[:, None, None]
    return packed(torch.where(maps > 0, maps.maximum(least), 0), white.tolist())


def _small(maps: torch.Tensor) -> torch.Tensor:
    """Return small maps, each number the mean of a square of activations."""
    rows, columns = maps.shape[1:]
    scale = min(1.0, _SMALL_MAP / max(rows, columns))
    return adaptive_avg_pool2d(maps, (max(1, round(rows * scale)), max(1, round(columns * scale))))


def _ratio(image: torch.Tensor) -> float:
    return image.shape[3] / image.shape[2]


def _lit(image: torch.Tensor, light: torch.Tensor) -> torch.Tensor:
    """Return a picture `(H, W, 3)` under the light of a channel, as the page shows it."""
    large = interpolate(light.clamp(0, 1)[None, None], image.shape[2:], mode="bilinear")
    covered = 0.78 - 0.53 * large  # as in channel_explorer_mathematics.js
    return (image * (1 - covered) + large * covered)[0].permute(1, 2, 0)


def _share(places: torch.Tensor) -> float:
    return int(places.sum()) / places.numel()


def _show(axes: Axes, picture: torch.Tensor, white: float = 1.0) -> None:
    axes.imshow(picture.numpy(), cmap="gray", vmin=0, vmax=white, interpolation="nearest")
    axes.set_axis_off()
