"""Every channel of every layer over a picture."""

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.images import load_image
from nst_helpers.plots import highlight
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import WIDE, dropdown, named_pictures
from nst_helpers.widgets.positions import RELU_LAYERS, neighbour, position_at


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
        self.pictures, self.size = named_pictures(pictures), size
        self.extractor = FeatureExtractor(RELU_LAYERS)
        self.picture_name = dropdown("Picture", self.pictures)
        self.layer = ipywidgets.SelectionSlider(
            options=RELU_LAYERS, value="relu3_1", description="Layer", layout=WIDE
        )
        self.channel = ipywidgets.IntSlider(0, 0, 255, description="Channel", layout=WIDE)
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
        row, column = position_at(self.place, features.shape[1:])
        canvas = draw_channel(self.shown, features, channel, (row, column), self.whites[layer])
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
        self.place = neighbour(self.place, x, y, self.features[self.layer.value].shape[1:])


def draw_channel(image, features, channel, place, white):
    """Return one channel over the picture and as a map, and the strongest channels at a place.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        features: activations `(C, h, w)` of a layer after its ReLU.
        channel: 0 to C - 1.
        place: `(row, column)` in the map.
        white: the activation that is drawn white, in every map.

    Returns:
        A `Canvas` with the places `picture`, `map`, and `channel N` of each small map.
    """
    grid, (row, column) = features[channel], place
    size = fit(image.shape[2:], 455, 340)
    canvas = Canvas(WIDTH, size[1] + 56 + round(size[1] / size[0] * 110) + 20)
    half = WIDTH // 2 + 8
    canvas.write(f"channel {channel} over the picture", (0, 16), bold=True)
    canvas.lay(highlight(image, grid, white), (0, 24), size, "picture", smooth=True)
    canvas.write(f"channel {channel}", (half, 16), bold=True)
    canvas.write(f"black 0, white {white:.3g}", (half + size[0], 16), 12, GREY, anchor="rs")
    canvas.lay(grid.cpu() / white, (half, 24), size, "map")
    for left in (0, half):
        x = left + (column + 0.5) / grid.shape[1] * size[0]
        canvas.ring(x, 24 + (row + 0.5) / grid.shape[0] * size[1])
    top = size[1] + 48
    canvas.write("the strongest channels at the ring", (0, top), bold=True)
    thumb = (110, round(size[1] / size[0] * 110))
    here = features[:, row, column]
    for number, other in enumerate(here.argsort(descending=True, stable=True)[:8].tolist()):
        corner = (number * 118, top + 10)
        canvas.lay(features[other].cpu() / white, corner, thumb, f"channel {other}")
        if other == channel:
            canvas.frame((*corner, *thumb))
        canvas.write(f"{other}: {here[other]:.1f}", (corner[0], top + thumb[1] + 26), 12)
    return canvas
