"""The materials that all hands share: units, noise, colours, shapes and two kinds of grid.

All hands work in *units*: the long side of every painting is 640 units, whatever its size in
pixels, so a bigger picture has a bigger brush and the same seed gives the same composition.
A hand either lays paint on a canvas (see `canvas.py`) or computes a colour for every pixel of a
fine grid, which is reduced to the pixels of the painting at the end.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

LONG_SIDE = 640  # units
SIZE = 1024  # pixels along the long side, if no other size is asked for
SUPERSAMPLING = 2  # paintings are made twice as large and reduced at the end: no jagged edges


def noise(rng, shape, *scales):
    """Sum smooth random fields, one for each scale (the width of their hills, in units).

    A scale may be a pair, the height and the width, for hills that are drawn out.

    The sum is shifted and scaled to the mean 0 and the standard deviation 1.
    """
    total = np.zeros(shape)
    for scale in scales:
        field = ndimage.gaussian_filter(rng.standard_normal(shape), scale, mode="reflect")
        total += field / field.std()
    return (total - total.mean()) / total.std()


def texture(rng, picture, strength, fibre=(0.4, 0.4)):
    """Vary the lightness of a finished picture with a fine grain, as of paper or cloth.

    The two numbers of `fibre` blur the grain, in units; where they differ, it is drawn out into
    fibres that run both across and down.
    """
    down, across = np.multiply(fibre, max(picture.shape) / LONG_SIDE)
    grain = ndimage.gaussian_filter(rng.standard_normal(picture.shape[:2]), (down, across))
    other = ndimage.gaussian_filter(rng.standard_normal(picture.shape[:2]), (across, down))
    grain = grain / grain.std() + other / other.std()
    return np.clip(picture * (1 + strength * grain[..., None] / 1.4), 0, 1)


def rgb(*codes):
    """Turn hexadecimal colours such as "1b2a5c" into rows of numbers from 0 to 1."""
    return np.array([[int(code[k : k + 2], 16) / 255 for k in (0, 2, 4)] for code in codes])


def ramp(palette, value):
    """Mix neighbours of a palette: value 0 is its first colour and 1 its last."""
    place = np.clip(value, 0, 1) * (len(palette) - 1)
    low = np.minimum(place.astype(int), len(palette) - 2)
    part = (place - low)[..., None]
    return palette[low] * (1 - part) + palette[low + 1] * part


def jitter(rng, colours, value=0.05, hue=0.03):
    """Vary colours at random: `value` is how much in lightness, and `hue` how much in hue."""
    shift = rng.standard_normal(colours.shape)
    shift -= shift.mean(axis=-1, keepdims=True)
    light = rng.standard_normal((*colours.shape[:-1], 1))
    return np.clip(colours + value * light + hue * shift, 0, 1)


def mix(plan, colour, mask):
    """Lay a colour (or another plan) over a plan: mask 0 shows the old one, 1 the new one."""
    return plan + (colour - plan) * mask[..., None]


def points(text):
    """Read points written as "x y, x y, x y" into rows x, y."""
    return np.array([[float(number) for number in pair.split()] for pair in text.split(",")])


def smooth_curve(corners, count=200):
    """Draw a smooth curve (Catmull-Rom spline) through the corners, as `count` points."""
    corners = np.asarray(corners, float)
    padded = np.vstack([2 * corners[0] - corners[1], corners, 2 * corners[-1] - corners[-2]])
    place = np.linspace(0, len(corners) - 1 - 1e-9, count)
    k, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = padded[k], padded[k + 1], padded[k + 2], padded[k + 3]
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def cover(shape, points, softness=0.6):
    """Return a mask of the polygon: 0 outside, 1 inside, and a soft edge between."""
    image = Image.new("L", (shape[1] * 2, shape[0] * 2))
    ImageDraw.Draw(image).polygon([(2 * x, 2 * y) for x, y in points], fill=255)
    mask = np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BOX), float) / 255
    return ndimage.gaussian_filter(mask, softness)


def look_up(field, x, y):
    """Read a field (one number or colour for each unit) at the places x, y."""
    row = np.clip(y, 0, field.shape[0] - 1).astype(int)
    return field[row, np.clip(x, 0, field.shape[1] - 1).astype(int)]


def scatter(rng, shape, spacing):
    """Return places x, y in random order: a grid that goes a little over the edges, then shaken."""
    y, x = np.mgrid[
        -spacing : shape[0] + spacing : spacing, -spacing : shape[1] + spacing : spacing
    ]
    places = np.stack([x.ravel(), y.ravel()]) + rng.uniform(-0.6, 0.6, (2, x.size)) * spacing
    return rng.permutation(places, axis=1)


def grid(portrait=False):
    """Return the shape of a painting in units and the coordinates x, y of its units."""
    shape = (LONG_SIDE, 512) if portrait else (512, LONG_SIDE)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    return shape, x, y


def fine_grid(shape, size):
    """Return the coordinates x, y (in units) of the pixels of the fine grid.

    `size` is the long side of the painting in pixels; the fine grid has `SUPERSAMPLING`
    times as many each way.
    """
    zoom = SUPERSAMPLING * size / LONG_SIDE
    rows, columns = (SUPERSAMPLING * round(side * size / LONG_SIDE) for side in shape)
    y, x = np.mgrid[:rows, :columns]
    return (x + 0.5) / zoom, (y + 0.5) / zoom


def enlarge(field, x):
    """Enlarge a field with a number for each unit to the shape of the array x."""
    rows, columns = (np.linspace(0, n - 1, m) for n, m in zip(field.shape, x.shape, strict=True))
    return ndimage.map_coordinates(field, np.meshgrid(rows, columns, indexing="ij"), order=1)


def reduce(picture):
    """Average the pixels of the fine grid to the pixels of the painting."""
    rows, columns = (side // SUPERSAMPLING for side in picture.shape[:2])
    return picture.reshape(rows, SUPERSAMPLING, columns, SUPERSAMPLING, -1).mean(axis=(1, 3))
