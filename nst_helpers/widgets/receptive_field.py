"""What one activation sees: its patch of the picture, beside those of the other layers."""

from collections.abc import Hashable, Mapping, Sequence

import torch
import traitlets

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, PALE, TITLE, TOP, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import selection_slider
from nst_helpers.widgets.positions import (
    RELU_LAYERS,
    cached_receptive_field,
    cut,
    place_beside,
    position_at,
)

_GAP = 12  # between the map, the picture and the patch
_PATCH = 220  # the side of the patch of the chosen layer, at most
_SMALL_PATCH, _SMALL_GAP = 96, 6  # the same of the patches of all layers
_FINE = 40  # a patch of more pixels than this is interpolated


class ReceptiveField(InteractiveFigure):
    """What one activation sees: click a place in a map, and its patch of the picture is cut out.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side of the picture in pixels.

    Attributes:
        layer: a control.
        place: `(x, y)` in the picture, as shares in [0, 1).
        shown: the picture, an image tensor.
        maps: `{layer: mean of its channels (h, w)}`.

    Raises:
        InputError: the picture cannot be used.

    Example:
        >>> field = ReceptiveField("cat", size=64)
        >>> field.layer.value = "relu2_2"
        >>> "14 x 14 pixels" in field.text
        True
    """

    place = traitlets.Tuple(traitlets.Float(), traitlets.Float())

    def __init__(self, picture: ImageSource = "cat", size: int = 224) -> None:
        """Compute the maps."""
        self.shown = load_image(picture, size)
        with torch.no_grad():
            features = FeatureExtractor(RELU_LAYERS)(self.shown)
        self.maps = {layer: maps[0].mean(0).cpu() for layer, maps in features.items()}
        self.layer = selection_slider("Layer", RELU_LAYERS, "relu3_3")
        self.set_trait("place", (0.3, 0.42))
        super().__init__(
            [self.layer],
            "A map of a layer, the picture with the receptive field of one place, and the patch "
            "it sees. Click a place in the map, or move it with the arrow keys",
        )
        self.observe(self._changed, "place")

    def draw(self) -> tuple[Canvas, str]:
        """Return the map, the fields in the picture, and the patches of all layers."""
        layer = self.layer.value
        row, column = position_at(self.place, self.maps[layer].shape)
        left, top, size = _field(layer, (row, column))
        canvas = draw_field(self.shown, self.maps, layer, (row, column))
        return canvas, (
            f"{layer}, row {row}, column {column}: it sees {size} x {size} pixels, rows {top} to "
            f"{top + size - 1} and columns {left} to {left + size - 1} of a picture of "
            f"{self.shown.shape[2]} rows and {self.shown.shape[3]} columns. Grey is beyond the "
            "border, where the network sees zeros."
        )

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Move the place, or take the layer whose patch was clicked."""
        match name:
            case ("layer", layer):
                self.layer.value = layer
            case "picture" | "map":
                self.place = (x, y)

    def move(self, right: int, down: int) -> None:
        """Move by positions of the map."""
        self.place = place_beside(self.place, right, down, self.maps[self.layer.value].shape)


def draw_field(
    image: torch.Tensor, maps: Mapping[str, torch.Tensor], layer: str, position: tuple[int, int]
) -> Canvas:
    """Return the patch of the picture that one activation sees, beside those of other layers.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        maps: `{layer: map (h, w)}`, what is drawn of each layer.
        layer: one of them.
        position: `(row, column)` in the map of `layer`.

    Returns:
        A `Canvas` with the places `"map"`, `"picture"`, and `("layer", name)` of each patch.
    """
    size = fit(image.shape[2:], 348, 300)
    small = min(_SMALL_PATCH, (WIDTH + _SMALL_GAP) // len(maps) - _SMALL_GAP)
    below = TOP + max(size[1], _PATCH)
    canvas = Canvas(WIDTH, below + 52 + small + 40)
    positions = _same_place(maps, layer, position)
    canvas.write(f"{layer}, mean of its channels", (0, TITLE), bold=True)
    _draw_map(canvas, maps[layer], position, size)
    middle = size[0] + _GAP
    canvas.write("the picture, and the fields of this place", (middle, TITLE), bold=True)
    fields = _picture_with_fields(image, layer, positions, size)
    canvas.lay(fields.image, (middle, TOP), size, "picture")
    _draw_patch(canvas, image, _field(layer, position), 2 * (size[0] + _GAP))
    canvas.write("the same place, layer by layer", (0, below + 28), bold=True)
    _draw_small_patches(canvas, image, layer, positions, below + 40, small)
    return canvas


def _field(layer: str, position: Sequence[int]) -> tuple[int, int, int]:
    """Return `(left, top, side)` in pixels of what an activation of a layer sees."""
    side, step, offset = cached_receptive_field(layer)
    row, column = position
    return offset + step * column, offset + step * row, side


def _same_place(
    maps: Mapping[str, torch.Tensor], layer: str, position: tuple[int, int]
) -> dict[str, tuple[int, int]]:
    """Return `{layer: the position whose field has its centre nearest to that of the given}`."""
    left, top, side = _field(layer, position)
    centre = top + side / 2, left + side / 2
    positions = {}
    for name, grid in maps.items():
        width, step, offset = cached_receptive_field(name)
        row, column = (
            min(max(round((pixel - width / 2 - offset) / step), 0), length - 1)
            for pixel, length in zip(centre, grid.shape, strict=True)
        )
        positions[name] = row, column
    return positions | {layer: position}


def _draw_map(
    canvas: Canvas, grid: torch.Tensor, position: tuple[int, int], size: tuple[int, int]
) -> None:
    canvas.lay(grid.cpu() / max(float(grid.max()), 1e-6), (0, TOP), size, "map")
    (row, column), (rows, columns) = position, grid.shape
    width, height = size[0] / columns, size[1] / rows
    corner = round(column * width), TOP + round(row * height)
    canvas.frame((*corner, max(3, round(width)), max(3, round(height))))


def _picture_with_fields(
    image: torch.Tensor,
    layer: str,
    positions: Mapping[str, tuple[int, int]],
    size: tuple[int, int],
) -> Canvas:
    """Return a canvas of its own, so that fields are cut off at the border of the picture."""
    sheet, scale = Canvas(*size), size[0] / image.shape[3]
    sheet.lay(image, (0, 0), size, smooth=True)
    boxes = {
        name: [round(pixels * scale) for pixels in _field(name, position)]
        for name, position in positions.items()
    }
    for name, (left, top, side) in boxes.items():
        if name != layer:
            sheet.pen.rectangle((left, top, left + side, top + side), outline=PALE)
    left, top, side = boxes[layer]
    sheet.frame((left, top, side, side))
    return sheet


def _draw_patch(
    canvas: Canvas, image: torch.Tensor, field: tuple[int, int, int], left: int
) -> None:
    column, row, width = field
    side = min(WIDTH - left, _PATCH)
    canvas.write(f"seen: {width} x {width} pixels", (left, TITLE), bold=True)
    canvas.lay(cut(image, row, column, width), (left, TOP), (side, side), smooth=width > _FINE)
    canvas.frame((left + 2, TOP + 2, side - 4, side - 4))


def _draw_small_patches(
    canvas: Canvas,
    image: torch.Tensor,
    layer: str,
    positions: Mapping[str, tuple[int, int]],
    top: int,
    side: int,
) -> None:
    for number, (name, position) in enumerate(positions.items()):
        column, row, width = _field(name, position)
        left = 2 + number * (side + _SMALL_GAP)
        patch = cut(image, row, column, width)
        canvas.lay(patch, (left, top), (side, side), ("layer", name), smooth=width > _FINE)
        if name == layer:
            canvas.frame((left, top, side, side))
        canvas.write(name.removeprefix("relu"), (left, top + side + 16), 12)
        canvas.write(f"{width} px", (left, top + side + 32), 12, GREY)
