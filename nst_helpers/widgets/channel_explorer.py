"""Every channel of every layer over a picture, and which channels are strongest at a place."""

from collections.abc import Hashable, Mapping
from typing import Any

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.images import ImageSource, load_image
from nst_helpers.plots import highlight
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, TITLE, TOP, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import (
    SLIDER_LAYOUT,
    dropdown,
    named_pictures,
    selection_slider,
)
from nst_helpers.widgets.positions import RELU_LAYERS, place_beside, position_at

_SMALL_MAPS, _SMALL_WIDTH, _SMALL_GAP = 8, 110, 8


class ChannelExplorer(InteractiveFigure):
    """Every channel of every layer of VGG-16 over a picture; a click names the strongest channels.

    Args:
        pictures: `{name: anything that load_image takes}`; None takes the gallery.
        size: the longer side of the picture in pixels.

    Attributes:
        picture_name, layer, channel: controls.
        place: `(x, y)` in the picture, as shares in [0, 1).
        shown: the picture, an image tensor.
        features: `{layer: activations (C, h, w)}` of the picture.

    Raises:
        InputError: a picture cannot be used.

    Example:
        >>> explorer = ChannelExplorer({"cat": "cat"}, size=64)
        >>> explorer.layer.value, explorer.channel.value = "relu2_1", 7
        >>> explorer.text.split(":")[0]
        'relu2_1, channel 7 of 0 to 127'
    """

    place = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, pictures: Mapping[str, ImageSource] | None = None, size: int = 160) -> None:
        """Compute the first picture's features."""
        self.pictures, self.size = named_pictures(pictures), size
        self.extractor = FeatureExtractor(RELU_LAYERS)
        self.picture_name = dropdown("Picture", self.pictures)
        self.layer = selection_slider("Layer", RELU_LAYERS, "relu3_1")
        self.channel = ipywidgets.IntSlider(0, 0, 255, description="Channel", layout=SLIDER_LAYOUT)
        self.set_trait("place", (0.3, 0.4))
        self._load()
        features = self.features[self.layer.value]
        row, column = position_at(self.place, features.shape[1:])
        self.channel.value = int(features[:, row, column].argmax())
        super().__init__(
            [self.picture_name, self.layer, self.channel],
            "A channel of VGG-16 over a picture and as a map. "
            "Click a place, or move the ring with the arrow keys",
        )
        self.observe(self._changed, "place")

    def _load(self) -> None:
        self.shown = load_image(self.pictures[self.picture_name.value], self.size)
        with torch.no_grad():
            features = self.extractor(self.shown)
        self.features = {layer: maps[0].cpu() for layer, maps in features.items()}
        self._whites: dict[str, float] = {}

    def _changed(self, change: dict[str, Any]) -> None:
        with self.one_redraw():
            if change["owner"] is self.picture_name:
                self._load()
            if change["owner"] is self.layer:
                self.channel.max = len(self.features[self.layer.value]) - 1

    def _white(self, layer: str) -> float:
        """Return the activation that is drawn white: 0.5 % of the layer's are larger."""
        if layer not in self._whites:
            numbers = self.features[layer].flatten()
            some = numbers[:: max(1, len(numbers) // 100_000)]
            self._whites[layer] = max(float(some.quantile(0.995)), 1e-6)
        return self._whites[layer]

    def draw(self) -> tuple[Canvas, str]:
        """Return the channel over the picture and as a map, and the strongest at the place."""
        layer, channel = self.layer.value, self.channel.value
        features = self.features[layer]
        row, column = position_at(self.place, features.shape[1:])
        canvas = draw_channel(self.shown, features, channel, (row, column), self._white(layer))
        grid = features[channel]
        best = int(features[:, row, column].argmax())
        return canvas, (
            f"{layer}, channel {channel} of 0 to {len(features) - 1}: at most {grid.max():.1f} in "
            f"{self.picture_name.value}, zero at {(grid == 0).float().mean():.0%} of the places. "
            f"At the ring it is {grid[row, column]:.1f}; the strongest there is channel {best} "
            f"with {features[best, row, column]:.1f}."
        )

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Move the ring, or take the channel whose small map was clicked."""
        match name:
            case ("channel", channel):
                self.channel.value = channel
            case "picture" | "map":
                self.place = (x, y)

    def move(self, right: int, down: int) -> None:
        """Move the ring by positions of the map."""
        shape = self.features[self.layer.value].shape[1:]
        self.place = place_beside(self.place, right, down, shape)


def draw_channel(
    image: torch.Tensor,
    features: torch.Tensor,
    channel: int,
    position: tuple[int, int],
    white: float,
) -> Canvas:
    """Return one channel over the picture and as a map, and the strongest channels at a position.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        features: activations `(C, h, w)` of a layer after its ReLU.
        channel: 0 to C - 1.
        position: `(row, column)` in the map.
        white: the activation that is drawn white, in every map.

    Returns:
        A `Canvas` with the places `"picture"`, `"map"`, and `("channel", number)` of each small
        map.
    """
    grid, (row, column) = features[channel], position
    size = fit(image.shape[2:], 455, 340)
    small = _SMALL_WIDTH, round(size[1] / size[0] * _SMALL_WIDTH)
    canvas = Canvas(WIDTH, size[1] + 56 + small[1] + 20)
    right = WIDTH // 2 + 8
    canvas.write(f"channel {channel} over the picture", (0, TITLE), bold=True)
    canvas.lay(highlight(image, grid, white), (0, TOP), size, "picture", smooth=True)
    canvas.write(f"channel {channel}", (right, TITLE), bold=True)
    canvas.write(f"black 0, white {white:.3g}", (right + size[0], TITLE), 12, GREY, anchor="rs")
    canvas.lay(grid.cpu() / white, (right, TOP), size, "map")
    for left in (0, right):
        x = left + (column + 0.5) / grid.shape[1] * size[0]
        canvas.ring(x, TOP + (row + 0.5) / grid.shape[0] * size[1])
    top = size[1] + 48
    canvas.write("the strongest channels at the ring", (0, top), bold=True)
    here = features[:, row, column]
    strongest = here.argsort(descending=True, stable=True)[:_SMALL_MAPS].tolist()
    for number, other in enumerate(strongest):
        corner = (number * (_SMALL_WIDTH + _SMALL_GAP), top + 10)
        canvas.lay(features[other].cpu() / white, corner, small, ("channel", other))
        if other == channel:
            canvas.frame((*corner, *small))
        canvas.write(f"{other}: {here[other]:.1f}", (corner[0], top + small[1] + 26), 12)
    return canvas
