"""The Gram matrices of two pictures in one square, and what a pair of channels is in both."""

import math
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

import ipywidgets
import torch
import traitlets

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.losses import gram_matrix
from nst_helpers.errors import InputError, check_choice
from nst_helpers.images import ImageSource, load_image
from nst_helpers.plots import highlight
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import BLACK, GREY, PALE, WHITE, WIDTH, Canvas, Color, fit, shrink
from nst_helpers.widgets.controls import dropdown, named_pictures
from nst_helpers.widgets.gram_mathematics import (
    cluster,
    rank_of_pair,
    relative_grams,
    separating_pairs,
)
from nst_helpers.widgets.positions import RELU_LAYERS, cached_receptive_field, cut

_EDGE = 12  # above the matrix and to its left, for the bars of the groups
_PATCH, _PATCH_GAP = 64, 2
_MAP, _MAP_GAP = 2 * _PATCH + _PATCH_GAP, 6  # a map is as wide as the two patches below it
_REMARKS = (
    "Bright: the two channels go together, for how strong they are.",
    "Above the diagonal picture 1, below it picture 2.",
    "Bars along the edge: groups of channels that are alike.",
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
        pair_number: a control, which of `pairs` is shown: 1 for the first, 0 for none of them.
        pairs: the pairs of channels in which the matrices differ, the largest difference first.
        pair: the two channels that are shown.
        grams: the two Gram matrices `(C, C)`.
        relative: the same as shares, see `relative_grams`.
        order: the channels in the order in which they stand in the square.

    Raises:
        InputError: a picture, the layer or a pair cannot be used.

    Example:
        >>> inspector = GramInspector("tiger_coat", "cat", layer="relu1_2", size=64)
        >>> inspector.pair = (3, 5)
        >>> inspector.text.split(":")[0]
        'Channels 3 and 5'
    """

    pair = traitlets.Tuple(traitlets.Int(), traitlets.Int())

    def __init__(
        self,
        first: str,
        second: str,
        layer: str = "relu3_1",
        pictures: Mapping[str, ImageSource] | None = None,
        size: int = 192,
    ) -> None:
        """Compute both matrices and their order."""
        self.pictures, self.layer, self.size = named_pictures(pictures), layer, size
        check_choice("layer after a ReLU", layer, RELU_LAYERS)
        for name in (first, second):
            check_choice("picture", name, list(self.pictures))
        self.extractor = FeatureExtractor(layer)
        self._computed: dict[str, tuple[torch.Tensor, torch.Tensor]] = {}
        self.first = dropdown("Picture 1", self.pictures, first)
        self.second = dropdown("Picture 2", self.pictures, second)
        self.pair_number = ipywidgets.IntSlider(
            1,
            0,
            20,
            description="Pairs that separate them",
            style={"description_width": "initial"},
            layout=ipywidgets.Layout(width="440px"),
        )
        self._load()
        super().__init__(
            [self.first, self.second, self.pair_number],
            "The Gram matrices of two pictures in one square, and one pair of channels in both. "
            "Point at a cell, or move by cells with the arrow keys",
        )
        self.observe(self._changed, "pair")

    def _load(self) -> None:
        self.names = self.first.value, self.second.value
        self.shown, self.features = zip(*map(self._compute, self.names), strict=True)
        first, second = self.grams = [gram_matrix(maps[None])[0] for maps in self.features]
        self.relative = relative_grams(first, second)
        self.order, self._groups = cluster((self.relative[0] + self.relative[1]) / 2)
        self.pairs = separating_pairs(first, second, self.pair_number.max) or [(0, 1)]
        self.pair_number.value = 1
        self.set_trait("pair", self.pairs[0])

    def _compute(self, name: str) -> tuple[torch.Tensor, torch.Tensor]:
        """Return a picture and its features; they are kept for the next time it is chosen."""
        if name not in self._computed:
            image = load_image(self.pictures[name], self.size)
            with torch.no_grad():
                self._computed[name] = image, self.extractor(image)[self.layer][0].cpu()
        return self._computed[name]

    def _changed(self, change: dict[str, Any]) -> None:
        with self.one_redraw():
            if change["owner"] in (self.first, self.second):
                self._load()
            if change["owner"] is self.pair_number and self.pair_number.value:
                self.pair = self.pairs[min(self.pair_number.value, len(self.pairs)) - 1]
            if change["owner"] is self:
                known = self.pair in self.pairs
                self.pair_number.value = self.pairs.index(self.pair) + 1 if known else 0

    @traitlets.validate("pair")
    def _check_pair(self, proposal: dict[str, Any]) -> tuple[int, int]:
        count = len(self.order)
        if not all(0 <= channel < count for channel in proposal["value"]):
            raise InputError(f"There are no channels {proposal['value']}: 0 to {count - 1}.")
        return proposal["value"]

    def _entry(self, gram: torch.Tensor) -> str:
        """Return the entry of the pair and its rank in words."""
        i, j = self.pair
        count = len(self.order) * (len(self.order) - 1) // 2
        rank = f"rank {rank_of_pair(gram, self.pair):,} of {count:,}"
        return f"{gram[i, j]:.3g}, {rank if i != j else 'on the diagonal'}"

    def draw(self) -> tuple[Canvas, str]:
        """Return both matrices and the pair in both pictures."""
        i, j = self.pair
        entries = [self._entry(gram) for gram in self.grams]
        sides = [
            Side(name, image, maps, f"G = {entry}")
            for name, image, maps, entry in zip(
                self.names, self.shown, self.features, entries, strict=True
            )
        ]
        canvas = draw_gram(sides, self.layer, self.relative, self.order, self.pair, self._groups)
        shares = [float(matrix[i, j]) for matrix in self.relative]
        more = self.names[shares[0] < shares[1]]
        return canvas, (
            f"Channels {i} and {j}: {entries[0]} in {self.names[0]}; {entries[1]} in "
            f"{self.names[1]}. "
            f"As shares of their strength {shares[0]:.2f} and {shares[1]:.2f}: "
            f"they go together more in {more}."
        )

    def point(self, name: Hashable, x: float, y: float, pressed: bool) -> None:
        """Take the pair of the cell; the cell mirrored at the diagonal has the same pair."""
        count = len(self.order)
        row, column = sorted((int(y * count), int(x * count)))
        self.pair = (self.order[row], self.order[column])

    def move(self, right: int, down: int) -> None:
        """Move by cells."""
        last = len(self.order) - 1
        row, column = sorted(self.order.index(channel) for channel in self.pair)
        row, column = (min(max(v, 0), last) for v in (row + down, column + right))
        self.pair = (self.order[min(row, column)], self.order[max(row, column)])


class Side(NamedTuple):
    """One of the two pictures that are compared.

    Attributes:
        name: of the picture.
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        features: activations `(C, h, w)` of the layer.
        entry: what its Gram matrix says of the pair, in words.
    """

    name: str
    image: torch.Tensor
    features: torch.Tensor
    entry: str


def draw_gram(
    sides: Sequence[Side],
    layer: str,
    relative: Sequence[torch.Tensor],
    order: list[int],
    pair: tuple[int, int],
    groups: Sequence[tuple[int, int]] = (),
) -> Canvas:
    """Return two Gram matrices in one square, and what one pair of channels is in both pictures.

    Above the diagonal stand the entries of the first picture, below it those of the second: each
    matrix is symmetric, so nothing is lost. The cell mirrored at the diagonal shows the same pair
    in the other picture.

    Args:
        sides: the two pictures.
        layer: the name of the layer.
        relative: two tensors `(C, C)`, what is drawn of each matrix, in [0, 1].
        order: the C channels in the order in which they stand.
        pair: two channels.
        groups: `(begin, end)` in `order` of each group that is marked along the edge.

    Returns:
        A `Canvas` with the place `"matrix"`.
    """
    cell = max(1, 512 // len(order))
    end = _EDGE + cell * len(order)  # of the square, to the right and below
    canvas = Canvas(max(WIDTH, end + 420), max(end + 2, 470))
    _draw_square(canvas, relative, order, cell)
    _draw_groups(canvas, groups, cell)
    _mark_pair(canvas, [order.index(channel) for channel in pair], cell, end)
    left, top = end + 14, 0
    for digit, side in zip("12", sides, strict=True):
        top = _draw_side(canvas, digit, side, layer, pair, (left, top))
    for number, text in enumerate(_REMARKS):
        canvas.write(text, (left, top + 6 + 18 * number), 12, GREY)
    return canvas


def _draw_square(
    canvas: Canvas, relative: Sequence[torch.Tensor], order: list[int], cell: int
) -> None:
    first, second = (matrix[order][:, order] for matrix in relative)
    square = torch.triu(first) + torch.tril(second, -1)
    side = cell * len(order)
    canvas.lay(square.cpu(), (_EDGE, _EDGE), (side, side), "matrix")


def _draw_groups(canvas: Canvas, groups: Sequence[tuple[int, int]], cell: int) -> None:
    for number, group in enumerate(groups):
        begin, end = (_EDGE + position * cell for position in group)
        shade = BLACK if number % 2 else PALE
        canvas.pen.rectangle((0, begin, 7, end - 1), fill=shade)
        canvas.pen.rectangle((begin, 0, end - 1, 7), fill=shade)


def _mark_pair(canvas: Canvas, positions: Sequence[int], cell: int, end: int) -> None:
    """Draw a ring around the cell of the pair in both halves, and the picture's number beside."""
    low, high = (_EDGE + (position + 0.5) * cell for position in sorted(positions))
    for digit, (x, y), away in (("1", (high, low), 18), ("2", (low, high), -18)):
        canvas.ring(x, y, max(6, cell))
        beside_x, beside_y = (min(max(v, _EDGE + 10), end - 10) for v in (x + away, y - away))
        _draw_digit(canvas, digit, beside_x, beside_y, 9, WHITE)


def _draw_digit(
    canvas: Canvas,
    digit: str,
    x: float,
    y: float,
    radius: float,
    outline: Color | None = None,
) -> None:
    disc = (x - radius, y - radius, x + radius, y + radius)
    canvas.pen.ellipse(disc, fill=BLACK, outline=outline)
    canvas.write(digit, (x, y), 12, WHITE, bold=True, anchor="mm")


def _draw_side(
    canvas: Canvas,
    digit: str,
    side: Side,
    layer: str,
    pair: tuple[int, int],
    corner: tuple[int, int],
) -> int:
    """Draw the two channels and where both fire, and return where the next thing can begin."""
    left, top = corner
    _draw_digit(canvas, digit, left + 8, top + 10, 8)
    canvas.write(side.name, (left + 24, top + 15), 14, bold=True, within=120)
    right = left + 3 * _MAP + 2 * _MAP_GAP
    canvas.write(side.entry, (right, top + 15), 12, anchor="rs")
    size = fit(side.image.shape[2:], _MAP, 132)
    small, below = shrink(side.image, size), top + 46 + size[1]
    first, second = (side.features[channel].cpu() for channel in pair)
    largest = float(first.max()), float(second.max())
    columns = (
        (f"channel {pair[0]}", first, largest[0]),
        (f"channel {pair[1]}", second, largest[1]),
        ("where both fire", (first * second).sqrt(), math.sqrt(largest[0] * largest[1])),
    )
    for number, (title, grid, white) in enumerate(columns):
        x = left + number * (_MAP + _MAP_GAP)
        canvas.write(title, (x, top + 36), 12)
        # Roots, so that the weaker half of the activations can be seen too.
        lit = highlight(small, grid.sqrt(), max(white, 1e-9) ** 0.5)
        canvas.lay(lit, (x, top + 42), size)
        if not grid.any():
            canvas.write("nowhere", (x, below + 20), 12, GREY)
        for place, patch in enumerate(strongest_patches(side.image, grid, layer)):
            patch_corner = (x + place * (_PATCH + _PATCH_GAP), below)
            canvas.lay(patch, patch_corner, (_PATCH, _PATCH), smooth=patch.shape[2] > 40)
    return below + _PATCH + 16


def strongest_patches(
    image: torch.Tensor, grid: torch.Tensor, layer: str, count: int = 2
) -> list[torch.Tensor]:
    """Return the patches of a picture that the strongest activations of a channel see.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        grid: one channel `(h, w)` of `layer`.
        layer: its name.
        count: how many patches, at most; their fields do not lie on one another by more than half.

    Returns:
        A list of image tensors, strongest first; only fields that lie wholly inside the picture,
        if there are any.
    """
    size, step, offset = cached_receptive_field(layer)
    rows, columns = (offset + step * torch.arange(length) for length in grid.shape)
    inside = (rows >= 0) & (rows + size <= image.shape[2])
    inside = inside[:, None] & (columns >= 0) & (columns + size <= image.shape[3])
    left = grid.where(inside, 0.0) if inside.any() else grid.clone()
    patches, apart = [], max(1, math.ceil(size / 2 / step))
    for _ in range(count):
        row, column = divmod(int(left.argmax()), grid.shape[1])
        if left[row, column] <= 0:
            break
        patches.append(cut(image, int(rows[row]), int(columns[column]), size))
        left[max(row - apart, 0) : row + apart + 1, max(column - apart, 0) : column + apart + 1] = 0
    return patches
