"""Figures that are redrawn while a hand moves: plain functions that return a `Canvas`.

Matplotlib needs 100 to 300 ms for a figure of some pictures, too long to follow a hand; these are
drawn with NumPy and Pillow in 5 to 40 ms. `widgets` gives them their controls.
"""

import io
import itertools
import math
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont
from scipy.cluster import hierarchy

from nst_helpers.engine.layers import receptive_field
from nst_helpers.images import to_pil
from nst_helpers.plots import highlight

WIDTH = 940
SIDES = 6  # of the triangle of weights: so many steps from corner to corner
_BLACK, _GREY, _PALE, _WHITE = (0, 0, 0), (110, 110, 110), (215, 215, 215), (255, 255, 255)
_MARK = (255, 210, 0)  # drawn inside a black line, so that it shows on dark and on bright

_field = cache(receptive_field)


@cache
def _font(size, bold=False):
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


class Canvas:
    """A white sheet that pictures are laid on, and that knows what lies where.

    Args:
        width, height: in pixels.

    Attributes:
        image: the sheet as a PIL image.
        places: `{name: (left, top, width, height)}` of what was laid on it under a name.

    Example:
        >>> canvas = Canvas(100, 50)
        >>> canvas.lay(np.zeros((2, 4)), (10, 20), (40, 20), name="map")
        >>> canvas.find(30, 25)
        ('map', 0.5, 0.25)
    """

    def __init__(self, width, height):
        """Begin with an empty sheet."""
        self.image = Image.new("RGB", (width, height), _WHITE)
        self.pen = ImageDraw.Draw(self.image)
        self.places = {}

    def lay(self, picture, corner, size, name=None, smooth=False):
        """Lay a picture on the sheet, enlarged or shrunk to `size`.

        Args:
            picture: an image tensor, a PIL image, or a grey map `(H, W)` in [0, 1].
            corner: `(left, top)` on the sheet.
            size: `(width, height)` on the sheet.
            name: under which `find` gives it back.
            smooth: interpolate; else every number stays a square.
        """
        if isinstance(picture, torch.Tensor) and picture.ndim == 4:
            picture = to_pil(picture.clamp(0, 1))
        if not isinstance(picture, Image.Image):
            grid = np.asarray(picture, dtype=np.float32)
            picture = Image.fromarray((grid.clip(0, 1) * 255).round().astype(np.uint8))
        method = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        self.image.paste(picture.resize(size, method).convert("RGB"), corner)
        if name is not None:
            self.places[name] = (*corner, *size)

    def write(self, text, corner, size=13, color=_BLACK, bold=False, anchor="ls", within=None):
        """Write a line of text; it is cut off where it is wider than `within` pixels."""
        font = _font(size, bold)
        while within and len(text) > 1 and font.getlength(text) > within:
            text = text[:-2].rstrip() + "…"
        self.pen.text(corner, text, color, font, anchor)

    def frame(self, box, color=_MARK):
        """Draw a frame around `(left, top, width, height)` that shows on every ground."""
        left, top, width, height = box
        for grow, line in ((2, _BLACK), (1, color)):
            self.pen.rectangle(
                (left - grow, top - grow, left + width - 1 + grow, top + height - 1 + grow),
                outline=line,
            )

    def ring(self, x, y, radius=6):
        """Draw a ring around a point that shows on every ground."""
        for grow, color, line in ((1, _BLACK, 4), (0, _MARK, 2)):
            r = radius + grow
            self.pen.ellipse((x - r, y - r, x + r, y + r), outline=color, width=line)

    def find(self, x, y):
        """Return the name of what lies at a pixel, and the place in it as shares, or None."""
        for name, (left, top, width, height) in self.places.items():
            if left <= x < left + width and top <= y < top + height:
                return name, (x - left) / width, (y - top) / height
        return None

    def png(self):
        """Return the sheet as the bytes of a PNG."""
        file = io.BytesIO()
        self.image.save(file, "PNG", compress_level=1)
        return file.getvalue()


def shrink(image, size):
    """Return an image tensor of `(width, height)` pixels."""
    return torch.nn.functional.interpolate(
        image, size[::-1], mode="bilinear", antialias=True, align_corners=False
    )


def fit(shape, width, height):
    """Return `(width, height)` of the largest picture of `shape` (rows, columns) in a box.

    Example:
        >>> fit((10, 20), 100, 100)
        (100, 50)
    """
    scale = min(width / shape[1], height / shape[0])
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))


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
    canvas.write(f"black 0, white {white:.3g}", (half + size[0], 16), 12, _GREY, anchor="rs")
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


def cut(image, top, left, size):
    """Return a square of a picture; what reaches beyond the border is grey.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        top, left, size: of the square, in pixels.
    """
    patch = torch.full((1, 3, size, size), 0.85)
    rows = slice(max(top, 0), min(top + size, image.shape[2]))
    columns = slice(max(left, 0), min(left + size, image.shape[3]))
    if rows.start < rows.stop and columns.start < columns.stop:
        patch[
            ..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ] = image[..., rows, columns]
    return patch


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
    width, step, offset = _field(layer)
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
            w, s, o = _field(name)
            left, top = (round((o + s * index) * scale) for index in (c, r))
            side = round(w * scale)
            sheet.pen.rectangle((left, top, left + side, top + side), outline=_PALE)
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
        w, s, o = _field(name)
        corner = (2 + number * (thumb + 6), top + 12)
        canvas.lay(cut(image, o + s * r, o + s * c, w), corner, (thumb, thumb), name, w > 40)
        if name == layer:
            canvas.frame((*corner, thumb, thumb))
        canvas.write(name.removeprefix("relu"), (corner[0], top + thumb + 28), 12)
        canvas.write(f"{w} px", (corner[0], top + thumb + 44), 12, _GREY)
    return canvas


def _place(y, x, layer, shape):
    """Return the activation `(row, column)` of a layer whose field has its centre nearest."""
    size, step, offset = _field(layer)
    found = ((value - size / 2 - offset) / step for value in (y, x))
    return tuple(
        min(max(round(value), 0), length - 1) for value, length in zip(found, shape, strict=True)
    )


def draw_vectors(a, b, chosen="b"):
    """Return two arrows with the angle between them, and their dot product position by position.

    Args:
        a, b: two numbers each, from -4 to 4.
        chosen: `"a"` or `"b"`, whose head is marked.

    Returns:
        A `Canvas` with the place `plane`, which reaches from -4.5 to 4.5 both ways.
    """
    fine, side = 3, 420
    unit, middle = side * fine / 9, side * fine / 2
    plane = Image.new("RGB", (side * fine, side * fine), _WHITE)
    pen = ImageDraw.Draw(plane)

    def at(x, y):
        return middle + x * unit, middle - y * unit

    pen.rectangle((*at(0, 4.5), *at(4.5, 0)), fill=(238, 238, 238))
    for number in range(-4, 5):
        for ends in (((number, -4.5), (number, 4.5)), ((-4.5, number), (4.5, number))):
            line = _GREY if number == 0 else _PALE
            pen.line([at(*end) for end in ends], line, fine)
    lengths = {name: math.hypot(*vector) for name, vector in (("a", a), ("b", b))}
    dot = a[0] * b[0] + a[1] * b[1]
    cosine = dot / (lengths["a"] * lengths["b"]) if all(lengths.values()) else None
    if cosine is not None:
        start, turn = math.atan2(a[1], a[0]), math.atan2(b[1], b[0]) - math.atan2(a[1], a[0])
        turn = math.remainder(turn, 2 * math.pi)
        arc = [start + turn * share / 40 for share in range(41)]
        pen.line([at(0.7 * math.cos(t), 0.7 * math.sin(t)) for t in arc], _GREY, 2 * fine)
        foot = [dot / lengths["a"] ** 2 * number for number in a]  # the shadow of b on a
        _dashes(pen, at(*b), at(*foot), 2 * fine)
    for name, vector in (("a", a), ("b", b)):
        _arrow(pen, at(0, 0), at(*vector), 4 * fine, 13 * fine, dashed=name == "b")
    canvas = Canvas(WIDTH, side)
    canvas.lay(plane.resize((side, side), Image.Resampling.LANCZOS), (0, 0), (side, side), "plane")
    for name, vector in (("a", a), ("b", b)):
        x, y = (value / fine for value in at(*vector))
        if name == chosen:
            canvas.ring(x, y, 9)
        away = max(lengths[name], 0.1)
        x, y = x + 20 * vector[0] / away, y - 20 * vector[1] / away
        canvas.write(name, (min(max(x, 8), side - 8), y), 18, bold=True, anchor="mm")
    canvas.write(
        "grey: no number is negative, as after a ReLU", (side - 6, side - 6), 12, _GREY, anchor="rs"
    )
    left = side + 40
    rows = [("", "a", "b", "a × b")]
    rows += [
        (f"position {i + 1}", f"{a[i]:.1f}", f"{b[i]:.1f}", f"{a[i] * b[i]:.2f}") for i in (0, 1)
    ]
    for number, row in enumerate(rows):
        for column, text in enumerate(row):
            x = left + (0, 200, 280, 400)[column]
            canvas.write(
                text, (x, 50 + 34 * number), 18, bold=number == 0, anchor="rs" if column else "ls"
            )
    canvas.pen.line((left, 134, left + 404, 134), _BLACK, 1)
    angle = None if cosine is None else math.degrees(math.acos(max(-1, min(1, cosine))))
    results = {
        "dot product": f"{dot:.2f}",
        "length of a, of b": f"{lengths['a']:.2f},  {lengths['b']:.2f}",
        "cosine": "none: a length is 0" if cosine is None else f"{cosine:.2f}",
        "angle": "none" if angle is None else f"{angle:.0f}°",
    }
    for number, (name, text) in enumerate(results.items()):
        bold = name == "dot product"
        canvas.write(name, (left, 166 + 34 * number), 18, bold=bold)
        canvas.write(text, (left + 400, 166 + 34 * number), 18, bold=bold, anchor="rs")
    _scale_bar(canvas, (left, 340, 400), {"dot product": dot}, -32, 32)
    return canvas


def _arrow(pen, start, end, width, head, dashed):
    length = math.dist(start, end)
    if length < head:
        pen.ellipse([*(v - width for v in end), *(v + width for v in end)], fill=_BLACK)
        return
    along = [(e - s) / length for s, e in zip(start, end, strict=True)]
    neck = [e - u * head for e, u in zip(end, along, strict=True)]
    if dashed:
        _dashes(pen, start, neck, width, width * 3, _BLACK)
    else:
        pen.line([*start, *neck], _BLACK, width)
    side = (-along[1] * head * 0.42, along[0] * head * 0.42)
    corners = [tuple(n + sign * s for n, s in zip(neck, side, strict=True)) for sign in (1, -1)]
    pen.polygon([tuple(end), *corners], fill=_BLACK)


def _dashes(pen, start, end, width, dash=None, color=_GREY):
    dash = dash or 3 * width
    count = max(1, int(math.dist(start, end) / (1.6 * dash)))
    for number in range(count):
        ends = [
            [s + (e - s) * share for s, e in zip(start, end, strict=True)]
            for share in (number / count, (number + 0.62) / count)
        ]
        pen.line([*ends[0], *ends[1]], color, width)


def _scale_bar(canvas, place, marks, low, high):
    """Draw a line of numbers with a bar from 0 to the first mark, and ticks at the others."""
    left, top, width = place

    def at(value):
        return left + (min(max(value, low), high) - low) / (high - low) * width

    canvas.pen.line((left, top, left + width, top), _GREY, 1)
    (name, value), *others = marks.items()
    canvas.pen.rectangle(
        (*sorted((at(0), at(value)))[:1], top - 9, max(at(0), at(value)), top + 9), fill=_BLACK
    )
    canvas.pen.line((at(0), top - 13, at(0), top + 13), _GREY, 2)
    canvas.write("0", (at(0), top + 28), 12, _GREY, anchor="ms")
    canvas.write(
        name, (min(max(at(value), left + 50), left + width - 50), top - 16), 12, anchor="ms"
    )
    for other, number in others:
        canvas.pen.line((at(number), top - 13, at(number), top + 13), _BLACK, 3)
        canvas.pen.line((at(number), top - 12, at(number), top + 12), _MARK, 1)
        canvas.write(
            other, (min(max(at(number), left + 50), left + width - 50), top + 28), 12, anchor="ms"
        )


def draw_product(a, b, names, shuffled=""):
    """Return two maps, their product position by position, and its sum beside what chance gives.

    Args:
        a, b: maps `(h, w)` without negative numbers.
        names: of the two.
        shuffled: what is said of the positions.

    Returns:
        A `Canvas` with the places `first`, `second` and `product`.
    """
    size = fit(a.shape, 296, 260)
    canvas = Canvas(WIDTH, size[1] + 126)
    product = a * b
    total, chance = float(product.sum()), float(a.mean() * b.mean() * a.numel())
    maps = {"first": a, "second": b, "product": product}
    titles = (names[0], names[1], "the product")
    for number, (place, title) in enumerate(zip(maps, titles, strict=True)):
        grid, left = maps[place], number * 322
        canvas.write(title, (left, 16), bold=True, within=size[0] - 90)
        canvas.write(f"white {grid.max():.2g}", (left + size[0], 16), 12, _GREY, anchor="rs")
        canvas.lay(grid / max(float(grid.max()), 1e-9), (left, 24), size, place)
        if number:
            canvas.write("×="[number - 1], (left - 13, 24 + size[1] // 2), 20, anchor="mm")
    lengths = float(a.norm() * b.norm())
    top = size[1] + 78
    marks = {f"dot product {total:.3g}": total, f"by chance {chance:.3g}": chance}
    _scale_bar(canvas, (6, top, 612), marks, 0, max(lengths, 1e-9))
    canvas.write("as large as", (626, top + 4), 12, _GREY)
    canvas.write("it can be", (626, top + 20), 12, _GREY)
    cosine = total / lengths if lengths else 0.0
    canvas.write(f"cosine {cosine:.2f}", (WIDTH, top - 2), 16, bold=True, anchor="rs")
    canvas.write(shuffled, (WIDTH, top + 20), 13, _GREY, anchor="rs")
    return canvas


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
        shade = _BLACK if number % 2 else _PALE
        canvas.pen.rectangle((0, edge + begin * cell, 7, edge + end * cell - 1), fill=shade)
        canvas.pen.rectangle((edge + begin * cell, 0, edge + end * cell - 1, 7), fill=shade)
    ranks = {int(channel): number for number, channel in enumerate(order)}
    low, high = sorted(ranks[channel] for channel in pair)
    ends = edge + (low + 0.5) * cell, edge + (high + 0.5) * cell
    for number, (x, y) in enumerate(((ends[1], ends[0]), ends)):
        canvas.ring(x, y, max(6, cell))
        away = -18 if number else 18
        x, y = (min(max(v, edge + 10), edge + side - 10) for v in (x + away, y - away))
        canvas.pen.ellipse((x - 9, y - 9, x + 9, y + 9), fill=_BLACK, outline=_WHITE)
        canvas.write("12"[number], (x, y), 12, _WHITE, True, "mm")
    left, thumb, gap = side + edge + 14, 64, 6
    wide = 2 * thumb + 2
    top = 0
    for number, ((name, image, said), maps) in enumerate(zip(pictures, features, strict=True)):
        first, second = (maps[channel].cpu() for channel in pair)
        canvas.pen.ellipse((left, top + 2, left + 16, top + 18), fill=_BLACK)
        canvas.write("12"[number], (left + 8, top + 10), 12, _WHITE, True, "mm")
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
                canvas.write("nowhere", (x, top + 66 + size[1]), 12, _GREY)
            for place, patch in enumerate(strongest_patches(image, grid, layer)):
                corner = (x + place * (thumb + 2), top + 46 + size[1])
                canvas.lay(patch, corner, (thumb, thumb), smooth=patch.shape[2] > 40)
        top += 46 + size[1] + thumb + 16
    for text in (
        "Bright: the two channels go together, for how strong they are.",
        "Above the diagonal picture 1, below it picture 2.",
        "Bars along the edge: groups of channels that are alike.",
    ):
        canvas.write(text, (left, top + 6), 12, _GREY)
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
    size, step, offset = _field(layer)
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


def smooth(noisy, weight, power=2, steps=60):
    """Return the picture that minimises squared distance plus variation; the network has no part.

    What is minimised is `content_loss(x, noisy) + weight * variation_loss(x, power)`. For power 2
    the minimum is computed exactly, in the basis of cosines in which the variation of each wave is
    its own; for power 1 by steps on the dual problem, as accurate as the eye can see.

    Args:
        noisy: an image tensor `(1, 3, H, W)`.
        weight: 0 or more.
        power: 1 or 2.
        steps: for power 1.

    Returns:
        An image tensor of the same shape in [0, 1].
    """
    rows, columns = noisy.shape[2:]
    # The means of the loss are over fewer differences than there are pixels.
    down, across = weight * rows / (rows - 1), weight * columns / (columns - 1)
    if power == 2:
        (left, up), (right, side) = _waves(rows), _waves(columns)
        strengths = 1 + down * up[:, None] + across * side
        return (left @ ((left.T @ noisy @ right) / strengths) @ right.T).clamp(0, 1)
    if weight == 0:
        return noisy.clamp(0, 1)
    down, across = down / 2, across / 2
    p = q = old_p = old_q = torch.zeros_like(noisy)
    last = 1.0
    for _ in range(steps):
        now = (1 + math.sqrt(1 + 4 * last**2)) / 2
        ahead_p, ahead_q = (v + (last - 1) / now * (v - o) for v, o in ((p, old_p), (q, old_q)))
        old_p, old_q, last = p, q, now
        image = noisy - _back(ahead_p, 2) - _back(ahead_q, 3)
        p = (ahead_p + _ahead(image, 2) / 8).clamp(-down, down)
        q = (ahead_q + _ahead(image, 3) / 8).clamp(-across, across)
    return (noisy - _back(p, 2) - _back(q, 3)).clamp(0, 1)


@cache
def _waves(length):
    """Return the cosine waves of a row of pixels, and the variation of each."""
    chain = 2 * torch.eye(length, dtype=torch.float64)
    chain -= torch.diag(torch.ones(length - 1, dtype=torch.float64), 1)
    chain -= torch.diag(torch.ones(length - 1, dtype=torch.float64), -1)
    chain[0, 0] = chain[-1, -1] = 1
    values, waves = torch.linalg.eigh(chain)
    return waves.float(), values.float().clamp(min=0)


def _ahead(image, axis):
    """Return the differences to the next pixel; 0 at the end."""
    zero = torch.zeros_like(image.narrow(axis, 0, 1))
    return torch.cat([image.diff(dim=axis), zero], axis)


def _back(flow, axis):
    """Return the transpose of `_ahead`."""
    inner = flow.narrow(axis, 0, flow.shape[axis] - 1)
    zero = torch.zeros_like(flow.narrow(axis, 0, 1))
    return torch.cat([zero, inner], axis) - torch.cat([inner, zero], axis)


def draw_denoised(photo, noisy, denoised):
    """Return a picture with noise, denoised, and what was taken away; and a detail of each.

    Args:
        photo, noisy, denoised: image tensors `(1, 3, H, W)` in [0, 1].

    Returns:
        A `Canvas` with the places `noisy`, `denoised` and `taken away`.
    """
    size = fit(photo.shape[2:], 304, 260)
    detail = max(16, min(photo.shape[2:]) // 4)
    top, left = (photo.shape[2] - detail) // 2 - detail // 2, (photo.shape[3] - detail) // 2
    canvas = Canvas(WIDTH, 24 + size[1] + 12 + 200 + 8)
    shown = {
        "noisy": noisy,
        "denoised": denoised,
        "taken away": (noisy - denoised) * 2 + 0.5,
    }
    errors = {
        name: f"error {float((image - photo).square().mean().sqrt()):.3f}"
        for name, image in (("noisy", noisy), ("denoised", denoised))
    }
    for number, (name, image) in enumerate(shown.items()):
        x = number * 318
        canvas.write(name, (x, 16), bold=True)
        said = errors.get(name, "grey: nothing")
        canvas.write(said, (x + size[0], 16), 12, _GREY, anchor="rs")
        canvas.lay(image, (x, 24), size, name, smooth=True)
        scale = size[0] / photo.shape[3]
        canvas.frame(
            (round(x + left * scale), round(24 + top * scale), *[round(detail * scale)] * 2)
        )
        close = image[..., top : top + detail, left : left + detail]
        canvas.lay(close, (x, 36 + size[1]), (200, 200))
    return canvas


def in_triangle(place):
    """Return `(x, y)` of a place in the box of the triangle, as shares.

    Args:
        place: the nearness to the corners above, to the left and to the right; `SIDES` together.

    Example:
        >>> in_triangle((6, 0, 0))
        (0.5, 0.1)
    """
    above, _, right = place
    x, y = (above / 2 + right) / SIDES, 1 - above / SIDES
    return (1 + 8 * x) / 10, (1 + 8 * y) / 10


def draw_balance(image, title, terms, pictures, place, places):
    """Return a picture with its losses as bars, and its place in a triangle of weights.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        title: of `image`.
        terms: `{loss: its share, from 0 to 1}`, drawn as bars.
        pictures: the content and the style picture, image tensors.
        place: of `image`, as in `in_triangle`.
        places: `{place: whether its picture is finished}`.

    Returns:
        A `Canvas` with the places `picture` and `triangle`.
    """
    size = fit(image.shape[2:], 560, 440)
    canvas = Canvas(WIDTH, max(24 + size[1], 464))
    canvas.write(title, (0, 16), bold=True)
    canvas.lay(image, (0, 24), size, "picture", smooth=True)
    left, top, wide, high = 640, 66, 250, 216
    canvas.places["triangle"] = (left, top, wide, high)

    def at(where):
        x, y = in_triangle(where)
        return left + x * wide, top + y * high

    corners = [at(where) for where in ((SIDES, 0, 0), (0, SIDES, 0), (0, 0, SIDES))]
    canvas.pen.polygon(corners, outline=_PALE, width=2)
    for where, finished in places.items():
        x, y = at(where)
        fill = _BLACK if finished else _WHITE
        canvas.pen.ellipse((x - 4, y - 4, x + 4, y + 4), fill=fill, outline=_BLACK)
    canvas.ring(*at(place), 9)
    thumbs = (left + wide // 2, 10, "content"), (left - 24, top + high, "style")
    for picture, (x, y, name) in zip(pictures, thumbs, strict=True):
        thumb = fit(picture.shape[2:], 110, 66)
        x -= thumb[0] // 2 if name == "content" else 0
        canvas.lay(picture, (x, y), thumb, smooth=True)
        canvas.write(name, (x + thumb[0] + 8, y + 14), bold=True)
    canvas.write("variation", (WIDTH, top + high + 14), bold=True, anchor="rs")
    canvas.write("(smooth)", (WIDTH, top + high + 32), anchor="rs")
    left, top = 616, 368
    canvas.write("each loss, as a share of its largest so far", (left, top + 8), 12, _GREY)
    for number, (name, share) in enumerate(terms.items()):
        y, x = top + 20 + 24 * number, left + 80
        canvas.write(name, (left, y + 13), 13)
        canvas.pen.rectangle((x, y, WIDTH - 1, y + 15), fill=(238, 238, 238))
        end = x + max(1, round((WIDTH - 1 - x) * share))
        canvas.pen.rectangle((x, y, end, y + 15), fill=_BLACK)
    return canvas
