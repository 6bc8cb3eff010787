"""What one activation sees."""

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.layers import receptive_field
from nst_helpers.images import load_image
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, PALE, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import WIDE
from nst_helpers.widgets.positions import (
    RELU_LAYERS,
    cached_receptive_field,
    cut,
    neighbour,
    position_at,
)


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
            features = FeatureExtractor(RELU_LAYERS)(self.shown)
        self.maps = {layer: maps[0].mean(0).cpu() for layer, maps in features.items()}
        self.layer = ipywidgets.SelectionSlider(
            options=RELU_LAYERS, value="relu3_3", description="Layer", layout=WIDE
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
        row, column = position_at(self.place, self.maps[layer].shape)
        size, step, offset = receptive_field(layer)
        top, left = offset + step * row, offset + step * column
        canvas = draw_field(self.shown, self.maps, layer, (row, column))
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
        self.place = neighbour(self.place, x, y, self.maps[self.layer.value].shape)


def draw_field(image, maps, layer, place):
    """Return the patch of the picture that one activation sees, beside those of other layers.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        maps: `{layer: map (h, w)}`, what is drawn of each layer.
        layer: one of them.
        place: `(row, column)` in the map of `layer`.

    Returns:
        A `Canvas` with the places `map`, `picture`, and one for each layer.
    """
    grid, (row, column) = maps[layer], place
    size = fit(image.shape[2:], 348, 300)
    thumb = min(96, (WIDTH + 6) // len(maps) - 6)
    canvas = Canvas(WIDTH, 24 + max(size[1], 220) + 52 + thumb + 40)
    width, step, offset = cached_receptive_field(layer)
    shown = grid.cpu() / max(float(grid.max()), 1e-6)
    canvas.write(f"{layer}, mean of its channels", (0, 16), bold=True)
    canvas.lay(shown, (0, 24), size, "map")
    cell = (size[0] / grid.shape[1], size[1] / grid.shape[0])
    box = (round(column * cell[0]), 24 + round(row * cell[1]), *(max(3, round(c)) for c in cell))
    canvas.frame(box)
    middle = size[0] + 12
    canvas.write("the picture, and the fields of this place", (middle, 16), bold=True)
    scale = size[0] / image.shape[3]
    sheet = Canvas(*size)  # of its own, so that a field is cut off at the border of the picture
    sheet.lay(image, (0, 0), size, smooth=True)
    y, x = (offset + step * index + width / 2 for index in place)  # the centre of the field
    places = {name: _place(y, x, name, maps[name].shape) for name in maps}
    places[layer] = place
    for name, (r, c) in places.items():
        if name != layer:
            w, s, o = cached_receptive_field(name)
            left, top = (round((o + s * index) * scale) for index in (c, r))
            side = round(w * scale)
            sheet.pen.rectangle((left, top, left + side, top + side), outline=PALE)
    left, top = (round((offset + step * index) * scale) for index in (column, row))
    sheet.frame((left, top, round(width * scale), round(width * scale)))
    canvas.lay(sheet.image, (middle, 24), size, "picture")
    right = 2 * size[0] + 24
    patch = cut(image, offset + step * row, offset + step * column, width)
    side = min(WIDTH - right, 220)
    canvas.write(f"seen: {width} x {width} pixels", (right, 16), bold=True)
    canvas.lay(patch, (right, 24), (side, side), smooth=width > 40)
    canvas.frame((right + 2, 26, side - 4, side - 4))
    top = 24 + max(size[1], 220) + 28
    canvas.write("the same place, layer by layer", (0, top), bold=True)
    for number, (name, (r, c)) in enumerate(places.items()):
        w, s, o = cached_receptive_field(name)
        corner = (2 + number * (thumb + 6), top + 12)
        canvas.lay(cut(image, o + s * r, o + s * c, w), corner, (thumb, thumb), name, w > 40)
        if name == layer:
            canvas.frame((*corner, thumb, thumb))
        canvas.write(name.removeprefix("relu"), (corner[0], top + thumb + 28), 12)
        canvas.write(f"{w} px", (corner[0], top + thumb + 44), 12, GREY)
    return canvas


def _place(y, x, layer, shape):
    """Return the activation `(row, column)` of a layer whose field has its centre nearest."""
    size, step, offset = cached_receptive_field(layer)
    found = ((value - size / 2 - offset) / step for value in (y, x))
    return tuple(
        min(max(round(value), 0), length - 1) for value, length in zip(found, shape, strict=True)
    )
