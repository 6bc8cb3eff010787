"""The Gram matrices of two pictures in one square, and what a pair of channels is in both."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure as Drawing
from matplotlib.figure import SubFigure

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.losses import gram_matrix
from nst_helpers.engine.patches import cut, strongest_fields
from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import (
    BLUE,
    ORANGE,
    Choice,
    Figure,
    floats,
    jpeg,
    named_pictures,
    packed,
    png,
    significant,
    unpacked,
)
from nst_helpers.widgets.gram_mathematics import (
    MEASURES,
    cluster,
    loud_channels,
    measured,
    rank_of_pair,
    separating_pairs,
)
from nst_helpers.widgets.positions import RELU_LAYERS, cached_receptive_field

ALONE = "none"  # the name of the second picture where there is only one
LAYERS_WITHOUT_A_KERNEL = ("relu1_1", "relu2_1", "relu3_1", "relu4_1")
_ROOM = 1_450_000  # bytes for one answer
_LARGE_PICTURE = 120_000  # bytes of a PNG, beyond which a JPEG is sent
_NEARLY_THE_SAME = 0.1  # a smaller difference, as drawn, is no difference in words
# The colours of the page: zero is black, orange to white is positive, blue to white negative.
_SIGNED = LinearSegmentedColormap.from_list(
    "signed", ["#d6ecff", "#2b8cff", "#000000", "#ff8000", "#fff4dc"], 511
)
_FIRST, _SECOND = (torch.tensor(colour) / 255 for colour in (ORANGE, BLUE))


class Side(NamedTuple):
    """One of the pictures that are compared.

    Attributes:
        name: of the picture.
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        gram: its Gram matrix `(C, C)`.
        means: the averages of its channels `(C,)`.
        maps: its activations as the page has them, see `packed`.
    """

    name: str
    image: torch.Tensor
    gram: torch.Tensor
    means: torch.Tensor
    maps: Mapping[str, Any]

    def entries(self, i: int, j: int) -> tuple[float, float, float]:
        """Return a pair's entry of the Gram matrix, what is expected by chance, and correlation."""
        chance = float(self.means[i].double() * self.means[j].double())
        correlation = measured(self.gram, self.means, "correlation")
        return float(self.gram[i, j]), chance, float(correlation[i, j])


class Arrangement(NamedTuple):
    """How the channels stand in the square, and which pairs are worth a look.

    Attributes:
        order: the channels, those that go with the same others as neighbours.
        groups: `(begin, end)` in `order` of such neighbours.
        separating: the pairs with more in the first picture, and those with more in the second.
    """

    order: list[int]
    groups: list[tuple[int, int]]
    separating: list[list[tuple[int, int]]]


class GramInspector(Figure):
    """Two pictures' Gram matrices of one layer, in an order in which their structure shows.

    Point at a cell, and see where its two channels fire in both pictures and where they do so
    together, the patches they answer to, the numbers and their ranks; or walk through the pairs of
    channels that separate the two pictures.

    Args:
        first: the name of a picture.
        second: of another; None shows one picture alone.
        layer: of VGG-16, after a ReLU.
        pictures: `{name: anything that load_image takes}`; None takes the gallery.
        size: the longer side of the pictures in pixels.

    Attributes:
        first, second: the names of the two pictures; `second` is `"none"` for one alone.
        layer: its name.
        pair: the two channels that are shown.
        measure: what the square shows, `"Gram"`, `"covariance"` or `"correlation"`.
        zoom: `(begin, end)` in `order`, the block that the square shows.
        sides: for each picture its matrix, averages and maps, see `Side`.
        order: the channels in the order in which they stand in the square.
        groups: `(begin, end)` in `order` of channels that go with the same others.
        pairs: the pairs of channels that go together beyond chance more in the first picture, then
            those that do so more in the second. Of one picture alone, the pairs that go together
            most, then those that exclude each other most.
        field: what a position of the maps sees: its size in pixels, the step from one to the next,
            and where the first begins.

    Raises:
        InputError: a picture, the layer, a pair or a block cannot be used.

    Example:
        >>> inspector = GramInspector("tiger_coat", "cat", layer="relu1_2", size=64)
        >>> inspector.pair = (3, 5)
        >>> inspector.text.split(".")[0]
        'relu1_2, channels 3 and 5'
    """

    _module = "gram_inspector"
    _esm, _css = page.script(_module), page.style(_module)
    _asks = ("first", "second", "layer")

    first, second, layer = (Choice().tag(sync=True) for _ in range(3))
    measure = Choice(MEASURES[0]).tag(sync=True)
    # Without a value they are what one looks at first: the first separating pair, and all channels.
    pair = traitlets.Tuple().tag(sync=True)
    zoom = traitlets.Tuple().tag(sync=True)

    def __init__(
        self,
        first: str,
        second: str | None = None,
        layer: str = "relu3_1",
        pictures: Mapping[str, ImageSource] | None = None,
        size: int = 192,
    ) -> None:
        """Compute both matrices and their order."""
        self.pictures, self.size = named_pictures(pictures), size
        options = {
            "first": self.pictures,
            "second": [ALONE, *self.pictures],
            "layer": RELU_LAYERS,
            "measure": MEASURES,
        }
        label = (
            "The Gram matrices of two pictures in one square, and one pair of channels in both. "
            "Point at a cell, or move by cells with the arrow keys; Enter zooms in, Escape out"
        )
        second = ALONE if second is None else second
        super().__init__(label, options, first=first, second=second, layer=layer)

    def answer(self) -> dict[str, Any]:
        """Return both matrices and what belongs to them, and show the first pair of all."""
        names = [name for name in (self.first, self.second) if name != ALONE]
        self.sides, self.field = self._sides(names, self.layer)
        arranged = _arranged(self.sides)
        self.order, self.groups = arranged.order, arranged.groups
        self.pairs = [pair for pairs in arranged.separating for pair in pairs]
        self.pair, self.zoom = (), ()
        return _sent(self.sides, self.field, arranged)

    def answers(self) -> list[dict[str, Any]]:
        """Return the same pictures in a few other layers."""
        names = [name for name in (self.first, self.second) if name != ALONE]
        found = []
        for layer in LAYERS_WITHOUT_A_KERNEL:
            if layer != self.layer:
                sides, field = self._sides(names, layer)
                asked = [self.first, self.second, layer]
                found.append({**_sent(sides, field, _arranged(sides)), "of": asked})
        return found

    def _sides(self, names: Sequence[str], layer: str) -> tuple[list[Side], tuple[int, int, int]]:
        """Return each picture's side, and the receptive field of a position in their maps."""
        images = [load_image(self.pictures[name], self.size) for name in names]
        extractor = FeatureExtractor(layer)
        with torch.no_grad():
            features = [extractor(image)[layer][0].cpu() for image in images]
        grams = [gram_matrix(maps[None])[0] for maps in features]
        used = sum(len(floats(_upper(gram))) for gram in grams)
        used += sum(len(_picture(image)) for image in images)
        maps, pooled = _fitting(features, _ROOM - used)
        size, step, offset = cached_receptive_field(layer)
        field = size + (pooled - 1) * step, pooled * step, offset
        means = [each.mean(dim=(1, 2)) for each in features]
        sides = map(Side, names, images, grams, means, maps)
        return list(sides), field

    @traitlets.validate("pair")
    def _check_pair(self, proposal: dict[str, Any]) -> tuple[int, int]:
        count = len(self.order)
        pair = proposal["value"] or [*self.pairs, (self.order[0], self.order[1])][0]
        if len(pair) != 2 or not all(channel in range(count) for channel in pair):
            raise InputError(
                f"There is no pair of channels {pair}: name two from 0 to {count - 1}."
            )
        return pair

    @traitlets.validate("zoom")
    def _check_zoom(self, proposal: dict[str, Any]) -> tuple[int, int]:
        count = len(self.order)
        zoom = proposal["value"] or (0, count)
        if len(zoom) != 2 or not 0 <= zoom[0] < zoom[1] <= count:
            raise InputError(f"There is no block {zoom}: name its begin and end in 0 to {count}.")
        return zoom

    @property
    def text(self) -> str:
        """The entries of the pair in both pictures, and in which it goes together more."""
        i, j = self.pair
        sentences = [f"{self.layer}, " + (f"channels {i} and {j}" if i != j else f"channel {i}")]
        sentences.append(
            "; ".join(self._entry(side, number) for number, side in enumerate(self.sides))
        )
        if len(self.sides) == 2 and i != j:
            a, b = (self._drawn(side) for side in self.sides)
            more = self.sides[0 if a > b else 1].name
            sentences.append(
                f"They go together more in {more}"
                if abs(a - b) >= _NEARLY_THE_SAME
                else "They go together about as much in both"
            )
        return ". ".join(sentences) + "."

    def _drawn(self, side: Side) -> float:
        """Return the pair's number on the scale from -1 to 1."""
        return float(measured(side.gram, side.means, self.measure)[self.pair])

    def _entry(self, side: Side, number: int) -> str:
        """Return in words what the measure of one picture has for the pair."""
        i, j = self.pair
        gram, chance, correlation = side.entries(i, j)
        start = f"{'in' if number else 'In'} {side.name} the {self.measure} "
        if self.measure == "correlation":
            return f"{start}is {correlation:z.2f}"
        drawn = f"drawn as {self._drawn(side):z.2f}"
        if self.measure == "covariance":
            return f"{start}is {significant(gram - chance)}, {drawn}"
        pairs = len(side.gram) * (len(side.gram) - 1) // 2
        rank = f"rank {rank_of_pair(side.gram, (i, j)):,} of {pairs:,}"
        where = rank if i != j else "on the diagonal"
        return f"{start}matrix has {significant(gram)}, {where}, {drawn}"

    def draw(self) -> Drawing:
        """Return the square, and the pair of channels in each picture."""
        drawing = Drawing(figsize=(10.4, 6), layout="constrained")
        halves: Any = drawing.subfigures(1, 2)
        quarters: Any = halves[1].subfigures(2, 1)
        self._draw_square(halves[0])
        for part, side in zip(quarters, self.sides, strict=False):
            self._draw_side(part, side)
        return drawing

    def _title(self, side: Side) -> str:
        return side.name if len(self.sides) == 1 else f"{self.sides.index(side) + 1} {side.name}"

    def _draw_square(self, part: SubFigure) -> None:
        begin, end = self.zoom
        shown = self.order[begin:end]
        first, last = (
            measured(side.gram, side.means, self.measure)[shown][:, shown]
            for side in (self.sides[0], self.sides[-1])
        )
        axes = part.subplots()
        square = (torch.triu(first) + torch.tril(last, -1)).numpy()
        drawn = axes.imshow(square, cmap=_SIGNED, vmin=-1, vmax=1)
        axes.set(xticks=[], yticks=[])
        names = [self._title(side) for side in self.sides]
        where = names[0] if len(names) == 1 else f"above the diagonal {names[0]}, below {names[1]}"
        what = "Gram matrix" if self.measure == "Gram" else self.measure
        title = f"{self.layer}: {what}, {end - begin} channels\n{where}"
        axes.set_title(title, loc="left", fontsize=10)
        self._mark_pair(axes)
        bar = part.colorbar(
            drawn, ax=axes, orientation="horizontal", shrink=0.8, aspect=40, pad=0.02
        )
        bar.set_label(_SCALES[self.measure], fontsize=9)

    def _mark_pair(self, axes: Axes) -> None:
        begin, end = self.zoom
        low, high = sorted(self.order.index(channel) - begin for channel in self.pair)
        if low < 0 or high >= end - begin:
            return
        box = {"fc": "black", "ec": "white", "boxstyle": "circle,pad=0.15"}
        style = {"color": "white", "weight": "bold", "size": 9, "textcoords": "offset points"}
        for digit, cell, away in (("1", (high, low), (9, 9)), ("2", (low, high), (-15, -15))):
            axes.plot(*cell, "s", ms=10, mew=2, mfc="none", mec="#ffd200")
            if len(self.sides) == 2:
                axes.annotate(digit, cell, away, bbox=box, **style)

    def _draw_side(self, part: SubFigure, side: Side) -> None:
        i, j = self.pair
        maps = unpacked(side.maps)
        gram, chance, correlation = side.entries(i, j)
        part.suptitle(
            f"{self._title(side)}: Gram {significant(gram)}, covariance "
            f"{significant(gram - chance)}, correlation {correlation:z.2f}",
            x=0.01,
            ha="left",
            fontsize=10,
        )
        axes = part.subplot_mosaic("pab;pcd;pef", width_ratios=[4.2, 1, 1])
        axes["p"].imshow(_laid_over(side, maps, (i, j)))
        grids = maps[i], maps[j], maps[i] * maps[j]
        titles = f"{i}: orange", f"{j}: blue", "both: white"
        for row, grid, title in zip(("ab", "cd", "ef"), grids, titles, strict=True):
            axes[row[0]].set_title(title, loc="left", fontsize=8, pad=2)
            fields = strongest_fields(grid, self.field, side.image.shape[2:])
            for place, (top, left) in zip(row, fields, strict=False):
                patch = cut(side.image, top, left, self.field[0])
                axes[place].imshow(patch[0].permute(1, 2, 0).clamp(0, 1).numpy())
        for each in axes.values():
            each.set(xticks=[], yticks=[], anchor="N")
            each.axis("off")


_SCALES = {
    "Gram": "Gram entry / strength of its two channels",
    "covariance": "covariance / strength of its two channels",
    "correlation": "correlation",
}


def _laid_over(side: Side, maps: torch.Tensor, pair: tuple[int, int]) -> np.ndarray[Any, Any]:
    """Return a picture in dark grey with two channels on it: orange, blue, and both in white."""
    shares = [(maps[c] / (side.maps["white"][c] or 1.0)).sqrt()[..., None] for c in pair]
    light = (shares[0] * _FIRST + shares[1] * _SECOND).clamp(0, 1).permute(2, 0, 1)[None]
    light = torch.nn.functional.interpolate(light, side.image.shape[2:])
    ground = 0.4 * side.image.mean(dim=1, keepdim=True)
    return (1 - (1 - ground) * (1 - light))[0].permute(1, 2, 0).clamp(0, 1).numpy()


def _arranged(sides: Sequence[Side]) -> Arrangement:
    """Return the order of the channels, their groups, and the pairs to walk for each measure."""
    correlations = [measured(side.gram, side.means, "correlation") for side in sides]
    order, groups = cluster(torch.stack(correlations).mean(dim=0))
    # By covariance: the Gram matrix would list pairs that differ only in how strong they are.
    first, *others = (measured(side.gram, side.means, "covariance") for side in sides)
    second = others[0] if others else torch.zeros_like(first)
    loud = [loud_channels(side.gram) for side in sides]
    separating = [
        separating_pairs(first, second, loud[0]),
        separating_pairs(second, first, loud[-1]),
    ]
    return Arrangement(order, groups, separating)


def _sent(
    sides: Sequence[Side],
    field: tuple[int, int, int],
    arranged: Arrangement,
) -> dict[str, Any]:
    """Return all this as the page takes it."""
    return {
        **arranged._asdict(),
        "field": field,
        "sides": [
            {
                "name": side.name,
                "picture": _picture(side.image),
                "gram": floats(_upper(side.gram)),
                "means": floats(side.means),
                "maps": _without_zeros(side.maps),
            }
            for side in sides
        ],
    }


def _upper(gram: torch.Tensor) -> torch.Tensor:
    """Return the entries on the diagonal and above it, row by row."""
    return gram[tuple(torch.triu_indices(*gram.shape))]


def _picture(image: torch.Tensor) -> bytes:
    exact = png(image)
    return exact if len(exact) <= _LARGE_PICTURE else jpeg(image)


def _fitting(features: Sequence[torch.Tensor], room: int) -> tuple[list[dict[str, Any]], int]:
    """Return maps as bytes that fit in so much room, and how many positions in a row are one.

    A channel's white is its largest number in all pictures, so that they can be compared.
    """
    for pooled in (1, 2, 4, 8, 16):
        fewer = [torch.nn.functional.avg_pool2d(maps, pooled) for maps in features]
        whites = torch.stack([maps.amax(dim=(1, 2)) for maps in fewer]).amax(dim=0).tolist()
        sent = [packed(maps, whites) for maps in fewer]
        small = map(_without_zeros, sent)
        if sum(len(maps["bytes"]) + len(maps["where"]) for maps in small) <= room:
            break
    return sent, pooled


def _without_zeros(maps: Mapping[str, Any]) -> dict[str, Any]:
    """Return packed maps without the bytes that are 0, and a bit for each that says which are.

    Example:
        >>> sent = _without_zeros({"bytes": bytes([0, 7, 0, 0, 9])})
        >>> list(sent["bytes"]), format(sent["where"][0], "08b")
        ([7, 9], '00010010')
    """
    numbers = np.frombuffer(maps["bytes"], np.uint8)
    where = np.packbits(numbers > 0, bitorder="little").tobytes()
    return {**maps, "bytes": numbers[numbers > 0].tobytes(), "where": where}
