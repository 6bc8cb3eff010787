"""The Gram matrices of two pictures."""

import itertools
import math

import ipywidgets
import numpy as np
import torch
import traitlets
from scipy.cluster import hierarchy

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.losses import gram_matrix
from nst_helpers.errors import InputError, check_choice
from nst_helpers.images import load_image
from nst_helpers.plots import highlight
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import BLACK, GREY, PALE, WHITE, WIDTH, Canvas, fit, shrink
from nst_helpers.widgets.controls import LONG, WIDER, dropdown, named_pictures
from nst_helpers.widgets.positions import RELU_LAYERS, cached_receptive_field, cut


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
        self.pictures, self.layer, self.size = named_pictures(pictures), layer, size
        check_choice("layer after a ReLU", layer, RELU_LAYERS)
        for name in (first, second):
            check_choice("picture", name, list(self.pictures))
        self.extractor, self._known_pictures = FeatureExtractor(layer), {}
        self.first = dropdown("Picture 1", self.pictures, first)
        self.second = dropdown("Picture 2", self.pictures, second)
        self.rank = ipywidgets.IntSlider(
            1, 0, 20, description="Pairs that separate them", style=LONG, layout=WIDER
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
        self.relative = relative_grams(*self.grams)
        self.order, self.groups = cluster(sum(self.relative) / 2)
        self.pairs = separating_pairs(*self.grams, self.rank.max) or [(0, 1)]
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
        canvas = draw_gram(
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


def draw_gram(pictures, features, layer, relative, order, pair, groups=()):
    """Return two Gram matrices in one square, and what one pair of channels is in both pictures.

    Above the diagonal stand the entries of the first picture, below it those of the second: each
    matrix is symmetric, so nothing is lost. At a cell's mirror place stands the same pair of the
    other picture.

    Args:
        pictures: two of `(name, image tensor, entry in words)`.
        features: two tensors `(C, h, w)`, the layer of each.
        layer: its name.
        relative: two tensors `(C, C)`, what is drawn of each matrix, in [0, 1].
        order: the C channels in the order in which they stand.
        pair: two channels.
        groups: `(begin, end)` in `order` of each group that is marked along the edge.

    Returns:
        A `Canvas` with the place `matrix`.
    """
    count = len(order)
    cell = max(1, 512 // count)
    side, edge = cell * count, 12
    canvas = Canvas(max(WIDTH, side + edge + 420), max(side + edge + 2, 470))
    ordered = [matrix[order][:, order] for matrix in relative]
    square = torch.triu(ordered[0]) + torch.tril(ordered[1], -1)
    canvas.lay(square.cpu(), (edge, edge), (side, side), "matrix")
    for number, (begin, end) in enumerate(groups):
        shade = BLACK if number % 2 else PALE
        canvas.pen.rectangle((0, edge + begin * cell, 7, edge + end * cell - 1), fill=shade)
        canvas.pen.rectangle((edge + begin * cell, 0, edge + end * cell - 1, 7), fill=shade)
    ranks = {int(channel): number for number, channel in enumerate(order)}
    low, high = sorted(ranks[channel] for channel in pair)
    ends = edge + (low + 0.5) * cell, edge + (high + 0.5) * cell
    for number, (x, y) in enumerate(((ends[1], ends[0]), ends)):
        canvas.ring(x, y, max(6, cell))
        away = -18 if number else 18
        x, y = (min(max(v, edge + 10), edge + side - 10) for v in (x + away, y - away))
        canvas.pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill=BLACK, outline=WHITE)
        canvas.write("12"[number], (x, y), 12, WHITE, True, "mm")
    left, thumb, gap = side + edge + 14, 64, 6
    wide = 2 * thumb + 2
    top = 0
    for number, ((name, image, said), maps) in enumerate(zip(pictures, features, strict=True)):
        first, second = (maps[channel].cpu() for channel in pair)
        canvas.pen.ellipse((left, top + 2, left + 16, top + 18), fill=BLACK)
        canvas.write("12"[number], (left + 8, top + 10), 12, WHITE, True, "mm")
        canvas.write(name, (left + 24, top + 15), 14, bold=True, within=120)
        canvas.write(said, (left + 3 * wide + 2 * gap, top + 15), 12, anchor="rs")
        both = (first * second).sqrt()
        tops = float(first.max()), float(second.max())
        whites = (*tops, math.sqrt(tops[0] * tops[1]))
        titles = (f"channel {pair[0]}", f"channel {pair[1]}", "where both fire")
        size = fit(image.shape[2:], wide, 132)
        small = shrink(image, size)
        for column, (grid, white, title) in enumerate(
            zip((first, second, both), whites, titles, strict=True)
        ):
            x = left + column * (wide + gap)
            canvas.write(title, (x, top + 36), 12)
            # Roots, so that the weaker half of the activations can be seen too.
            lit = highlight(small, grid.sqrt(), max(white, 1e-9) ** 0.5)
            canvas.lay(lit, (x, top + 42), size)
            if not grid.any():
                canvas.write("nowhere", (x, top + 66 + size[1]), 12, GREY)
            for place, patch in enumerate(strongest_patches(image, grid, layer)):
                corner = (x + place * (thumb + 2), top + 46 + size[1])
                canvas.lay(patch, corner, (thumb, thumb), smooth=patch.shape[2] > 40)
        top += 46 + size[1] + thumb + 16
    for text in (
        "Bright: the two channels go together, for how strong they are.",
        "Above the diagonal picture 1, below it picture 2.",
        "Bars along the edge: groups of channels that are alike.",
    ):
        canvas.write(text, (left, top + 6), 12, GREY)
        top += 18
    return canvas


def strongest_patches(image, grid, layer, count=2):
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


def relative_grams(first, second):
    """Return two Gram matrices, each entry as a share that can be compared within and between.

    First each matrix is divided by its mean diagonal, so that a strong picture is not larger all
    over. Then every entry is divided by the strength of its two channels, the root of their
    entries on the diagonal (the mean of both matrices), so that loud channels do not outshine
    all others.

    Args:
        first, second: Gram matrices `(C, C)` of one layer.

    Returns:
        Two matrices `(C, C)` of numbers from 0 to 2; a channel that is silent in both has zeros.
    """
    grams = [gram / gram.diagonal().mean().clamp(min=1e-12) for gram in (first, second)]
    strength = ((grams[0].diagonal() + grams[1].diagonal()) / 2).sqrt()
    scale = torch.outer(strength, strength)
    return tuple((gram / scale.clamp(min=1e-12)).where(scale > 1e-9, 0.0) for gram in grams)


def cluster(similarity, groups=8):
    """Return an order of channels in which similar ones are neighbours, and its groups.

    Args:
        similarity: a symmetric matrix `(C, C)`, such as cosines.
        groups: how many, at most.

    Returns:
        A list of the C channels, and a list of `(begin, end)` in it.

    Example:
        >>> alike = torch.tensor([[1.0, 0.1, 0.9], [0.1, 1.0, 0.2], [0.9, 0.2, 1.0]])
        >>> order, groups = cluster(alike, groups=2)
        >>> abs(order.index(0) - order.index(2)), len(groups)
        (1, 2)
    """
    rows = similarity.double().cpu().numpy()  # alike: similar to the same channels
    tree = hierarchy.linkage(rows, "ward", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    numbers = hierarchy.fcluster(tree, groups, "maxclust")[order]
    changes = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(order)]
    return order.tolist(), list(itertools.pairwise(changes))


def separating_pairs(first, second, count=20):
    """Return the pairs of channels in which two Gram matrices differ most, each channel once.

    Compared are the shares of `relative_grams`, and only between channels that are stronger than
    half of all: a channel that is nearly silent would win by accident.

    Args:
        first, second: Gram matrices `(C, C)` of one layer.
        count: how many pairs, at most.

    Returns:
        A list of pairs `(i, j)` with `i < j`, the largest difference first.

    Example:
        >>> first, second = torch.eye(5), torch.eye(5)
        >>> first[0, 3] = first[3, 0] = 0.9
        >>> second[1, 2] = second[2, 1] = 0.8
        >>> separating_pairs(first, second)
        [(0, 3), (1, 2)]
    """
    a, b = relative_grams(first, second)
    strength = sum(gram.diagonal() / gram.diagonal().mean() for gram in (first, second))
    loud = strength >= strength.median()
    difference = torch.triu((a - b).abs() * torch.outer(loud, loud), 1)
    pairs, used = [], set()
    for place in difference.flatten().argsort(descending=True).tolist():
        pair = divmod(place, len(difference))
        if len(pairs) == count or difference[pair] == 0:
            break
        if not used & set(pair):
            pairs.append(pair)
            used |= set(pair)
    return pairs
