"""Paint the pictures of the gallery: each hand is a function that takes a seed.

    python paintings/paint.py                              repaints every stored picture
    python paintings/paint.py night_sky --seed 7 --size 640 --output mine.jpg

All hands work in *units*: the long side of every painting is 640 units, whatever its size in
pixels, so a bigger picture has a bigger brush and the same seed gives the same composition.
Most of them first make a *plan* (an array with the colour wanted at each unit) and a map of
*angles* (where the brush should go), then lay strokes over it, from broad to fine.
"""

import argparse
import io
import json
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFile
from scipy import ndimage
from scipy.spatial import cKDTree
from skimage import measure

LONG_SIDE = 640  # units
SUPERSAMPLING = 2  # a canvas is drawn at twice its size and reduced at the end: no jagged edges
LARGEST_FILE = 200_000  # bytes
ImageFile.MAXBLOCK = 1 << 22  # room for a whole picture, which an optimised JPEG file needs
PICTURES = Path(__file__).resolve().parent.parent / "nst_helpers" / "pictures"


# ---------------------------------------------------------------------------------------------
# The studio: noise, colour, shapes, the canvas and its brush
# ---------------------------------------------------------------------------------------------


def noise(rng, shape, *scales):
    """Sum smooth random fields, one for each scale (in units), and return it with deviation 1."""
    total = np.zeros(shape)
    for scale in scales:
        field = ndimage.gaussian_filter(rng.standard_normal(shape), scale, mode="reflect")
        total += field / field.std()
    return (total - total.mean()) / total.std()


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
    """Vary colours a little, in lightness (`value`) and away from grey (`hue`)."""
    shift = rng.standard_normal(colours.shape)
    shift -= shift.mean(axis=-1, keepdims=True)
    light = rng.standard_normal((*colours.shape[:-1], 1))
    return np.clip(colours + value * light + hue * shift, 0, 1)


def smooth_curve(points, count=200):
    """Draw a smooth curve (Catmull-Rom spline) through the points, as `count` new points."""
    points = np.asarray(points, float)
    padded = np.vstack([2 * points[0] - points[1], points, 2 * points[-1] - points[-2]])
    place = np.linspace(0, len(points) - 1 - 1e-9, count)
    k, t = place.astype(int), (place % 1)[:, None]
    a, b, c, d = padded[k], padded[k + 1], padded[k + 2], padded[k + 3]
    return 0.5 * (
        2 * b + (c - a) * t + (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
    )


def cover(shape, points, softness=0.6):
    """Return how much of each unit lies inside the polygon: 0 outside, 1 inside."""
    image = Image.new("L", (shape[1] * 2, shape[0] * 2))
    ImageDraw.Draw(image).polygon([(2 * x, 2 * y) for x, y in points], fill=255)
    mask = np.asarray(image.resize((shape[1], shape[0]), Image.Resampling.BOX), float) / 255
    return ndimage.gaussian_filter(mask, softness)


def mix(plan, colour, mask):
    """Lay a colour (or another plan) over a plan where the mask says so."""
    return plan + (colour - plan) * mask[..., None]


def look_up(field, x, y):
    """Read a field (one number or colour for each unit) at the places x, y."""
    row = np.clip(y, 0, field.shape[0] - 1).astype(int)
    return field[row, np.clip(x, 0, field.shape[1] - 1).astype(int)]


def scatter(rng, shape, spacing):
    """Return places x, y on a shaken grid that goes a little over the edges, in random order."""
    y, x = np.mgrid[
        -spacing : shape[0] + spacing : spacing, -spacing : shape[1] + spacing : spacing
    ]
    places = np.stack([x.ravel(), y.ravel()]) + rng.uniform(-0.6, 0.6, (2, x.size)) * spacing
    return rng.permutation(places, axis=1)


class Canvas:
    """A canvas with four channels: red, green, blue, and the thickness of the paint."""

    def __init__(self, shape, size, ground):
        """Make a canvas of `shape` units whose long side will be `size` pixels."""
        self.shape, self.zoom = shape, SUPERSAMPLING * size / LONG_SIDE
        self.small = tuple(round(side * size / LONG_SIDE) for side in shape[::-1])
        large = tuple(SUPERSAMPLING * side for side in self.small)
        self.image = Image.new("RGBA", large, (*self.ink(ground), 100))
        self.pen = ImageDraw.Draw(self.image)

    @staticmethod
    def ink(colour):
        """Turn a colour from 0 to 1 into whole numbers for Pillow."""
        return tuple(int(255 * min(max(part, 0), 1) + 0.5) for part in np.ravel(colour))

    def polygon(self, points, colour, height=120):
        """Fill a polygon given in units."""
        flat = (np.asarray(points) * self.zoom).ravel().tolist()
        self.pen.polygon(flat, fill=(*self.ink(colour), int(height)))

    def line(self, points, colour, width, height=140):
        """Draw a line of even width through the points."""
        flat = (np.asarray(points) * self.zoom).ravel().tolist()
        width = max(1, round(width * self.zoom))
        self.pen.line(flat, fill=(*self.ink(colour), int(height)), width=width, joint="curve")

    def dot(self, x, y, radius, colour, height=150):
        """Set a round dot."""
        x, y, radius = x * self.zoom, y * self.zoom, radius * self.zoom
        box = (x - radius, y - radius, x + radius, y + radius)
        self.pen.ellipse(box, fill=(*self.ink(colour), int(height)))

    def strokes(self, rng, x, y, plan, angles, length, width, value=0.05, hue=0.03, edge=0.25):
        """Paint one stroke from each place x, y along the angles, in the colours of the plan.

        A stroke has tapered ends and several bristles, each with a colour and a thickness of its
        own; it stops where the plan's colour differs by more than `edge` from its first one.
        """
        count, steps = len(x), 7
        first = look_up(plan, x, y)
        colours = jitter(rng, first, value, hue)
        long = length * rng.uniform(0.6, 1.3, count) / (steps - 1)
        path = np.empty((steps, 2, count))
        path[0] = x, y
        going = np.ones(count)
        for k in range(1, steps):
            angle = look_up(angles, *path[k - 1])
            path[k] = path[k - 1] + long * going * np.stack([np.cos(angle), np.sin(angle)])
            difference = np.abs(look_up(plan, *path[k]) - first).max(axis=-1)
            going = going * (difference < edge)
            path[k] = np.where(going, path[k], path[k - 1])
        along = np.gradient(path, axis=0)
        along /= np.hypot(along[:, 0], along[:, 1])[:, None] + 1e-9
        across = np.stack([-along[:, 1], along[:, 0]], axis=1)
        taper = np.sin(np.pi * np.linspace(0.08, 0.92, steps)) ** 0.5
        bristles = max(2, round(width / 1.3))
        wide = width * rng.uniform(0.7, 1.25, count)
        thick = rng.integers(80, 170, count)
        for place in rng.permutation(np.linspace(-0.5, 0.5, bristles)):
            lead = rng.normal(0, 0.07, count) * length * np.minimum(1, going + 0.2)
            points = path + across * taper[:, None, None] * wide * place + along * lead
            points = np.moveaxis(points * self.zoom, 2, 0).reshape(count, -1).tolist()
            hairs = jitter(rng, colours, 0.025, 0.008)
            heights = np.clip(thick + rng.normal(0, 28, count) + 50 * abs(place), 0, 255)
            inks = np.column_stack([255 * hairs + 0.5, heights]).astype(int).tolist()
            widths = np.maximum(1, np.rint(1.5 * wide / bristles * self.zoom)).astype(int).tolist()
            for flat, ink, hair in zip(points, inks, widths, strict=True):
                self.pen.line(flat, fill=tuple(ink), width=hair, joint="curve")

    def lay(self, rng, plan, angles, spacing, length, width, mask=None, **variation):
        """Cover the plan, or the part where the mask is over a half, with strokes."""
        x, y = scatter(rng, self.shape, spacing)
        if mask is not None:
            inside = look_up(mask, x, y) > 0.5
            x, y = x[inside], y[inside]
        self.strokes(rng, x, y, plan, angles, length, width, **variation)

    def dabs(self, rng, x, y, colours, radius, angles, flat=0.7):
        """Set oval dabs: `radius` along the angles, `flat` times that across."""
        turn = np.linspace(0, 2 * np.pi, 11)[:-1]
        size = radius * rng.uniform(0.7, 1.25, (len(x), 1))
        round_x, round_y = size * np.cos(turn), size * flat * np.sin(turn)
        cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
        outline_x = x[:, None] + cos * round_x - sin * round_y
        outline_y = y[:, None] + sin * round_x + cos * round_y
        points = (np.stack([outline_x, outline_y], axis=2) * self.zoom).reshape(len(x), -1)
        heights = rng.integers(110, 230, len(x))
        inks = np.column_stack([255 * np.clip(colours, 0, 1) + 0.5, heights]).astype(int).tolist()
        for flat_points, ink in zip(points.tolist(), inks, strict=True):
            self.pen.polygon(flat_points, fill=tuple(ink))

    def finish(self, rng, relief=0.5, cloth=0.03):
        """Light the paint from the upper left, show the cloth under it, and reduce the canvas."""
        layers = np.asarray(self.image, float) / 255
        colour, height = layers[..., :3], ndimage.gaussian_filter(layers[..., 3], 0.8)
        slope_y, slope_x = np.gradient(height)
        light = np.clip(relief * 4 * (slope_x + slope_y), -0.3, 0.3)
        colour = np.clip(
            colour * (1 + light[..., None]) + 0.25 * np.maximum(light, 0)[..., None], 0, 1
        )
        reduced = Image.fromarray((255 * colour + 0.5).astype(np.uint8)).resize(
            self.small, Image.Resampling.BOX
        )
        return texture(rng, np.asarray(reduced, float) / 255, cloth)


def texture(rng, picture, strength, fibre=(0.6, 0.6)):
    """Vary the lightness with a fine grain, drawn out by `fibre` (down, across) into threads."""
    down, across = fibre
    grain = ndimage.gaussian_filter(rng.standard_normal(picture.shape[:2]), (down, across))
    other = ndimage.gaussian_filter(rng.standard_normal(picture.shape[:2]), (across, down))
    grain = grain / grain.std() + other / other.std()
    return np.clip(picture * (1 + strength * grain[..., None] / 1.4), 0, 1)


def grid(portrait=False):
    """Return the shape of a painting in units and the coordinates x, y of its units."""
    shape = (LONG_SIDE, 512) if portrait else (512, LONG_SIDE)
    y, x = np.mgrid[: shape[0], : shape[1]].astype(float)
    return shape, x, y


def fine_grid(shape, size):
    """Return the coordinates x, y (in units) of the pixels of a canvas of this size."""
    zoom = SUPERSAMPLING * size / LONG_SIDE
    rows, columns = (SUPERSAMPLING * round(side * size / LONG_SIDE) for side in shape)
    y, x = np.mgrid[:rows, :columns]
    return (x + 0.5) / zoom, (y + 0.5) / zoom


def enlarge(field, x):
    """Enlarge a field given for each unit to the pixels of the fine grid x."""
    rows, columns = (np.linspace(0, n - 1, m) for n, m in zip(field.shape, x.shape, strict=True))
    return ndimage.map_coordinates(field, np.meshgrid(rows, columns, indexing="ij"), order=1)


def reduce(picture):
    """Average the pixels of the fine grid to the pixels of the painting."""
    rows, columns = (side // SUPERSAMPLING for side in picture.shape[:2])
    return picture.reshape(rows, SUPERSAMPLING, columns, SUPERSAMPLING, -1).mean(axis=(1, 3))


# ---------------------------------------------------------------------------------------------
# The hands
# ---------------------------------------------------------------------------------------------


def night_sky(seed, size=LONG_SIDE):
    """Swirling night: the strokes follow the level lines of a hilly function.

    Its whirls are hills added to a slope; the blues are chosen by the same function, so that
    bands of colour and strokes flow together around the whirls, the stars and the moon.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    level = 0.9 * y + 16 * noise(rng, shape, 55) + 5 * noise(rng, shape, 22)
    moon_side = rng.choice([-1, 1])
    whirls = [
        (320 + moon_side * rng.uniform(-70, -10), rng.uniform(170, 215), 62),
        (320 + moon_side * rng.uniform(75, 125), rng.uniform(215, 265), 40),
        (320 - moon_side * rng.uniform(170, 220), rng.uniform(220, 260), 34),
    ]
    for whirl_x, whirl_y, radius in whirls:
        far = np.hypot(x - whirl_x, (y - whirl_y) * 1.15)
        level += rng.choice([-1, 1]) * 3.2 * radius * np.exp(-((far / radius) ** 2) / 2)
    stars = [(320 + moon_side * 245, rng.uniform(70, 95), 33)]
    while len(stars) < 12:
        star = (rng.uniform(25, 615), rng.uniform(20, 300), rng.uniform(9, 19))
        if all(
            np.hypot(star[0] - other[0], star[1] - other[1]) > 2 * (star[2] + other[2])
            for other in stars + whirls
        ):
            stars.append(star)
    blues = rgb("0c1440", "14235f", "1d3c8c", "2b5fb0", "4f8fc4", "8fbfd0", "d8dfae")
    wave = 0.5 + 0.5 * np.sin(level / 7.5 + noise(rng, shape, 30))
    plan = ramp(
        blues, 0.1 + 0.55 * wave**1.3 + 0.22 * (y / 400) ** 2 + 0.07 * noise(rng, shape, 40)
    )
    for star_x, star_y, radius in stars:
        far = np.hypot(x - star_x, y - star_y) / radius
        near = np.exp(-((far / 2.0) ** 4))
        level = level * (1 - near) + 40 * far * near
        halo = ramp(rgb("fff6cf", "ffe27a", "f3b92f", "d9c66a", "8fb79a", "4d86b8"), far / 2.6)
        rings = 0.8 + 0.2 * np.cos(far * 7)
        plan = mix(plan, halo, np.clip(1.25 - far / 2.3, 0, 1) * np.where(far < 0.7, 1, rings))
    moon_x, moon_y, radius = stars[0]
    bite = np.hypot(x - moon_x - 13 * moon_side, y - moon_y + 8) < radius * 0.72
    crescent = (np.hypot(x - moon_x, y - moon_y) < radius * 0.95) & ~bite

    slope_y, slope_x = np.gradient(level)
    angles = np.arctan2(-slope_x, slope_y)
    land = np.zeros(shape, bool)
    for base, rough, greens in [
        (352, 26, rgb("1f3f78", "2f6488", "14305c")),
        (398, 20, rgb("153350", "2f6a5c", "0e2440")),
        (448, 14, rgb("0c2230", "2c5a3a", "56803f")),
    ]:
        ridge = base + rough * noise(rng, shape, 50)[0] + 6 * noise(rng, shape, 14)[0]
        below = y > ridge
        furrow = 0.5 + 0.5 * np.sin((y - ridge) / 5 + 2 * noise(rng, shape, 20))
        plan[below] = ramp(greens, furrow)[below]
        angles[below] = np.arctan(np.gradient(ndimage.gaussian_filter1d(ridge, 6)))[x.astype(int)][
            below
        ]
        land |= below
    canvas = Canvas(shape, size, blues[1])
    canvas.lay(rng, plan, angles, 15, 70, 17, value=0.04, edge=0.5)
    canvas.lay(rng, plan, angles, 8, 42, 6.5, value=0.05, hue=0.035)
    canvas.lay(rng, plan, angles, 5.5, 24, 3.4, value=0.08, hue=0.045, edge=0.2)
    for star_x, star_y, radius in stars[1:]:  # a loaded touch of white in the middle of a star
        spots = rng.normal(0, 0.2 * radius, (2, 14)) + [[star_x], [star_y]]
        whites = jitter(rng, np.tile(rgb("fff7d6"), (14, 1)), 0.03, 0.03)
        canvas.dabs(rng, *spots, whites, 0.27 * radius, rng.uniform(0, 3, 14))
    crescent_x, crescent_y = scatter(rng, shape, 2.6)
    disc = np.hypot(crescent_x - moon_x, crescent_y - moon_y) < radius
    spots = np.stack([crescent_x, crescent_y])[:, disc]
    whites = jitter(rng, np.tile(rgb("fdeeb0"), (spots.shape[1], 1)), 0.04, 0.03)
    canvas.dabs(rng, *spots, whites, 3, rng.uniform(0, 3, len(whites)), 0.5)
    kept = look_up(crescent, crescent_x, crescent_y) > 0
    horn = np.arctan2(y - moon_y, x - moon_x) + np.pi / 2
    golds = jitter(rng, np.broadcast_to(rgb("f0941c"), plan.shape), 0.06, 0.04)
    canvas.strokes(rng, crescent_x[kept], crescent_y[kept], golds, horn, 9, 3, edge=9)
    return village_and_cypress(canvas, rng, plan, angles, moon_side)


def village_and_cypress(canvas, rng, plan, angles, side):
    """Finish the night: houses with lit windows, then dark cypresses like flames."""
    for house_x in np.sort(rng.uniform(150, 490, 13)):
        foot, wide, tall = rng.uniform(428, 462), rng.uniform(18, 36), rng.uniform(13, 24)
        wall, roof = jitter(rng, rgb("2a4a78", "5d4a50"), 0.06, 0.05)
        front = np.array([(0, 0), (wide, 0), (wide, -tall), (0, -tall)]) + (house_x, foot)
        canvas.polygon(front, wall)
        top = np.array([(-3, -tall), (wide + 3, -tall), (wide * 0.6, -tall - 11)]) + (house_x, foot)
        canvas.polygon(top, roof)
        for hatch in rng.uniform(0, 1, 16):  # short strokes down the wall and along the roof
            start = np.array([hatch * wide, -tall * rng.uniform(0.3, 1)]) + (house_x, foot)
            canvas.line([start, start + (0, tall * 0.3)], jitter(rng, wall, 0.09, 0.06), 1.8)
            start = np.array([hatch * wide, -tall - 6 * rng.random()]) + (house_x, foot)
            canvas.line([start, start + (5, -1)], jitter(rng, roof, 0.09, 0.06), 1.8)
        for edge in (front, top):
            for start, end in zip(edge, np.roll(edge, -1, axis=0), strict=True):
                bent = smooth_curve([start, (start + end) / 2 + rng.normal(0, 0.9, 2), end], 8)
                canvas.line(bent, jitter(rng, rgb("0a1228"), 0.03), rng.uniform(1, 2.2))
        for window in rng.uniform(0.15, 0.75, rng.integers(1, 4)):
            canvas.line(
                np.array([(window * wide, -tall * 0.65), (window * wide, -tall * 0.3)])
                + (house_x, foot),
                jitter(rng, rgb("ffd54a"), 0.05),
                3.2,
            )
    upright = np.pi * 1.5 + 0.45 * np.sin(np.mgrid[: plan.shape[0], : plan.shape[1]][0] / 17)
    for place, tall, wide in [(-262, 400, 33), (-218, 250, 22), (-292, 210, 20)]:
        foot = 320 + side * place
        t = np.linspace(0, 1, 40)
        half = (
            wide * np.sin(np.pi * t**0.7) ** 0.8 * (1 + 0.16 * np.sin(25 * t + rng.uniform(0, 6)))
        )
        sway = foot + 7 * np.sin(5 * t + rng.uniform(0, 6))
        left, right = (
            np.stack([sway - half, 515 - tall * t], 1),
            np.stack([sway + half, 515 - tall * t], 1),
        )
        mask = cover(canvas.shape, np.vstack([left, right[::-1]]))
        greens = ramp(rgb("0b1512", "16281c", "31452a", "4d3b22"), rng.uniform(0, 1, mask.shape))
        canvas.lay(rng, greens, upright, 7, 40, 6, mask, value=0.02, hue=0.02, edge=9)
        canvas.lay(rng, greens, upright, 6, 26, 2.6, mask, value=0.06, hue=0.04, edge=9)
    return canvas.finish(rng)


def tiger_coat(seed, size=LONG_SIDE):
    """A tiger's flank: fine fur that follows the body, black stripes over yellow, white below.

    The stripes are noise in which only one width and one direction is kept (a band of its
    Fourier transform): that gives stripes that fork, taper and stop, as on an animal.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    sag = 22 * noise(rng, shape, 70)[0]
    belly = y - (345 + 26 * np.cos((x - 300) / 150) + sag + 7 * noise(rng, shape, 9, 4))
    white = 1 / (1 + np.exp(-np.clip(belly / 4, -50, 50)))
    lean = 0.32 * np.sin(x / 170 + rng.uniform(0, 6)) + 0.1 * noise(rng, shape, 60)
    across, down = np.fft.fftfreq(shape[1])[None], np.fft.fftfreq(shape[0])[:, None]
    band = np.exp(-(((np.abs(across) - 1 / 58) / 0.0048) ** 2) - (down / 0.0045) ** 2)
    waves = np.fft.ifft2(np.fft.fft2(rng.standard_normal(shape)) * band).real
    bent_x = x + 60 * np.sin(y / 120 + rng.uniform(0, 6)) + 7 * noise(rng, shape, 20)
    bent = [np.clip(y, 0, 511), bent_x % LONG_SIDE]
    waves = ndimage.map_coordinates(waves / waves.std(), bent, order=1, mode="grid-wrap")
    ragged = 0.07 * noise(rng, shape, 5, 2) + 0.16 * noise(rng, shape, 28)
    thin = 0.62 + 0.5 * white + 0.25 * np.clip((40 - y) / 60, 0, 1)
    black = waves + ragged > thin
    fringe = (waves + ragged > thin - 0.3) & ~black
    golds = rgb("b8620c", "d9820f", "eda01a", "f6b82c", "fbcf57")
    tone = 0.5 + 0.17 * noise(rng, shape, 40) + 0.1 * noise(rng, shape, 6) - 0.2 * (y < 60)
    gold = ramp(golds, tone + 0.25 * np.clip(1 + belly / 90, 0, 1))
    gold[fringe] = ramp(golds, tone - 0.25)[fringe]
    creams = rgb("d6cfc6", "eae6e0", "fbfaf8")
    plan = mix(gold, ramp(creams, 0.6 + 0.25 * noise(rng, shape, 20, 6)), white)
    marks = noise(rng, shape, 13) - 3 * np.clip(waves + 0.3, 0, 1) - 2 * white
    plan = mix(plan, creams[2], np.clip((marks - 1.5) * 2, 0, 1))
    inks = ramp(rgb("070605", "16110e", "2a1d14"), 0.4 + 0.3 * noise(rng, shape, 8))
    plan[black] = inks[black]
    angles = (
        np.pi * 0.86 + lean - 0.35 * np.clip(belly / 150, -0.3, 1) + 0.12 * noise(rng, shape, 14)
    )
    canvas = Canvas(shape, size, inks[0, 0])
    canvas.lay(rng, plan, angles, 11, 34, 10, edge=0.3)
    canvas.lay(rng, plan, angles, 5, 22, 3.4, value=0.05, hue=0.02, edge=0.45)
    canvas.lay(rng, plan, angles, 3.6, 17, 1.7, value=0.075, hue=0.02, edge=0.5)
    canvas.lay(rng, plan, angles, 4.6, 15, 1.0, value=0.11, hue=0.02, edge=0.6)
    return canvas.finish(rng, relief=0.45, cloth=0.015)


def great_wave(seed, size=LONG_SIDE):
    """A great wave printed from woodblocks: flat Prussian blues, dark outlines, claws of foam.

    The bands of a wave lie between two curves, its back and its hollow; claws are small hooks
    set along the crest. At the end the grain of the block shows in the ink, and the paper's too.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    canvas = Canvas(shape, size, rgb("efe4c6"))
    skies = rgb("a9a58c", "cfc6a4", "e9dcb9", "efe2c0", "ecd3a6", "e3bd8e")
    for step in range(120):  # bokashi: the sky's ink is wiped away towards the horizon
        canvas.polygon(
            [(0, 3 * step), (640, 3 * step), (640, 512), (0, 512)],
            ramp(skies, np.array(step / 119)),
        )
    sun = np.array([rng.uniform(465, 545), rng.uniform(150, 215)])
    canvas.dot(*sun, rng.uniform(44, 60), rgb("cf5136"))
    for lift in rng.uniform(40, 250, 9):  # bars of cloud
        left, wide = rng.uniform(230, 620), rng.uniform(50, 170)
        canvas.line([(left, lift), (left + wide, lift)], rgb("f3ead0"), rng.uniform(3, 8))
    for lift, tone in [(0, "93a9a5"), (15, "6c8c99")]:
        hills = [
            (t, 318 + lift - 30 * abs(np.sin(t / 97 + seed + lift)) - 4 * np.sin(t / 17))
            for t in range(0, 641, 8)
        ]
        canvas.polygon([*hills, (640, 512), (0, 512)], rgb(tone))

    def shake(points):
        return smooth_curve(np.array(points, float) + rng.normal(0, 5, (len(points), 2)))

    swell = shake(
        [(-20, 362), (90, 352), (200, 376), (330, 352), (450, 372), (560, 344), (660, 360)]
    )
    flat = np.column_stack([np.linspace(-20, 660, 200), np.full(200, 540)])
    one_wave(canvas, rng, swell, flat, bands=9, claws=0)
    back = shake([(-30, 350), (40, 290), (110, 176), (190, 92), (285, 60), (365, 92), (408, 172)])
    hollow = shake(
        [(430, 540), (330, 460), (262, 372), (248, 276), (282, 208), (340, 170), (408, 172)]
    )
    one_wave(canvas, rng, back, hollow, bands=19, claws=17)
    back = shake([(330, 560), (400, 470), (470, 392), (530, 352), (580, 356), (604, 392)])
    hollow = shake([(700, 560), (610, 500), (560, 460), (545, 425), (566, 398), (604, 392)])
    one_wave(canvas, rng, back, hollow, bands=9, claws=10)
    front = shake(
        [(-20, 420), (60, 398), (150, 440), (260, 478), (380, 462), (500, 488), (660, 452)]
    )
    one_wave(canvas, rng, front, flat + (0, 60), bands=7, claws=0)
    picture = canvas.finish(rng, relief=0, cloth=0)
    zoom = np.array(picture.shape[:2]) / shape
    knots = 70 * noise(rng, shape, 90) + 0.12 * x  # the block's rings, cut almost along the grain
    grain = ndimage.zoom(
        np.sin((y + knots * 0.35) / 1.35) + 0.9 * noise(rng, shape, 1.2), zoom, order=1
    )
    baren = ndimage.zoom(noise(rng, shape, 14, 4), zoom, order=1)
    inked = 1 - picture.mean(axis=2, keepdims=True)
    picture = picture * (1 - 0.022 * grain[..., None]) + (0.05 * inked * (grain + baren)[..., None])
    return texture(rng, texture(rng, picture, 0.022, (0.8, 2.5)), 0.03)


def one_wave(canvas, rng, back, hollow, bands, claws):
    """Print a wave: bands from its back to its hollow, outlines, then foam along its crest."""
    ink, blues = rgb("12244c")[0], rgb("1d3d78", "2d5f96", "dfe3d3", "5f93b4", "24508c", "a9c6cc")
    shares = np.sort(
        np.append(
            rng.uniform(0.02, 0.98, bands - 2) * 0.4 + 0.6 * np.linspace(0.05, 0.95, bands - 2),
            [0, 1],
        )
    )
    t = np.linspace(0, 1, len(back))
    edges = []
    for share in shares:
        wander = 0.022 * np.sin(t * rng.uniform(8, 18) + rng.uniform(0, 6)) * (0 < share < 1)
        part = np.clip(share + wander, 0, 1)[:, None]
        edges.append(back * (1 - part) + hollow * part)
    for k in range(bands - 1):
        canvas.polygon(
            np.vstack([edges[k], edges[k + 1][::-1]]),
            jitter(rng, blues[(0, 1, 0, 2, 3, 0, 4, 5, 1)[k % 9]], 0.02, 0.015),
        )
    for edge in edges[1:-1]:
        canvas.line(edge, ink, rng.uniform(0.7, 1.5))
    canvas.line(back, ink, 2.6)
    canvas.line(hollow, ink, 2.2)
    if not claws:
        for _ in range(26):  # flecks of foam along the swell's bands
            k, where = rng.integers(1, bands - 1), rng.integers(5, 180)
            canvas.line(
                edges[k][where : where + rng.integers(4, 18)], rgb("e9e8d6"), rng.uniform(1, 3)
            )
        return
    reach = np.hypot(*(hollow[-1] - back[60])) / 9
    foam = []
    for place in np.linspace(62, 199, claws * 7).astype(int):
        deep = rng.uniform(-0.03, 0.1 + 0.16 * (place > 100))
        foam.append(
            (*(back[place] * (1 - deep) + hollow[place] * deep), reach * rng.uniform(0.13, 0.36))
        )
    for place in np.linspace(160, 199, claws).astype(int):
        foam.append((*(back[place] * 0.3 + hollow[place] * 0.7), reach * rng.uniform(0.15, 0.3)))
    for place in np.linspace(80, 196, claws).astype(int):  # claws behind the foam, over the sky
        ahead = back[place] - back[place - 3]
        turn = np.arctan2(*ahead[::-1]) + rng.uniform(-0.9, -0.2)
        claw(canvas, rng, back[place], turn, reach * rng.uniform(0.9, 1.4), 2)
    for tone, extra in [(ink, 1.2), (rgb("f4efdc")[0], 0)]:
        for lump_x, lump_y, radius in foam:
            canvas.dot(lump_x, lump_y, radius + extra, tone)
    for lump_x, lump_y, radius in foam:
        arc = np.linspace(0.2, 2.4, 9) + rng.uniform(-0.6, 0.6)
        curl = np.stack(
            [lump_x + 0.75 * radius * np.cos(arc), lump_y + 0.75 * radius * np.sin(arc)], 1
        )
        canvas.line(
            curl,
            ramp(rgb("5f93b4", "b9cfd2", "1d3d78"), np.array(rng.random())),
            rng.uniform(0.8, 1.8),
        )
    for place in np.linspace(78, 199, claws * 2).astype(int):  # claws that hang over the hollow
        deep = rng.uniform(0.08, 0.24) if place < 165 else rng.uniform(0.2, 0.95)
        root = back[place] * (1 - deep) + hollow[place] * deep
        inwards = hollow[place] - back[place] if place < 165 else np.array([0.3, 1])
        turn = np.arctan2(*inwards[::-1]) - rng.uniform(0.5, 1.2)
        claw(canvas, rng, root, turn, reach * rng.uniform(0.8, 1.35), 2)
    for _ in range(claws * 11):  # spray
        place = rng.integers(90, 200)
        away = np.abs(rng.normal(0, 2.0, 2)) * reach * (1, -0.5) + rng.normal(0, 0.8, 2) * reach
        canvas.dot(*(back[place] + away), rng.uniform(0.8, 2.7), rgb("f8f4e4"))


def claw(canvas, rng, root, turn, length, depth):
    """Draw one hook of foam that bends downwards, and smaller hooks growing out of it."""
    t = np.linspace(0, 1, 14)
    bend = turn + 2.0 * t**1.4 * rng.uniform(0.7, 1.2)
    spine = root + np.cumsum(np.stack([np.cos(bend), np.sin(bend)], 1), axis=0) * length / 14
    side = np.stack([-np.sin(bend), np.cos(bend)], 1) * (length * 0.24 * (1 - t) ** 0.8)[:, None]
    shape = np.vstack([spine + side, (spine - side)[::-1]])
    for place in (3, 6, 9) if depth else ():
        claw(
            canvas,
            rng,
            spine[place],
            bend[place] - rng.uniform(0.3, 1.0),
            length * rng.uniform(0.4, 0.55),
            depth - 1,
        )
    canvas.polygon(shape, rgb("f4efdc"))
    canvas.dot(*root, length * 0.2, rgb("f4efdc"))
    canvas.line(shape, rgb("12244c"), 1.1)
    canvas.line((spine + 0.35 * side)[2:11], rgb("8fb3c4"), 1.2)


def stained_glass(seed, size=LONG_SIDE):
    """A rose window: rings and petals of pot-metal glass, cut into pieces and joined with lead.

    Each piece of glass has its own tint, streaks and bubbles; grime gathers along the lead.
    """
    rng = np.random.default_rng(seed)
    shape = (LONG_SIDE, 512)
    x, y = fine_grid(shape, size)
    petals = int(rng.choice([8, 10, 12]))
    wobble_x, wobble_y = (enlarge(noise(rng, shape, 30), x) * 1.6 for _ in range(2))
    across, down = x + wobble_x - 256, y + wobble_y - 262
    far, turn = np.hypot(across, down), np.arctan2(down, across) / (2 * np.pi) + 0.5
    step = (turn * petals + 0.5) % 1 - 0.5  # -0.5 to 0.5 within a petal
    beam = np.round(turn * petals).astype(int) % petals
    side = 2 * np.pi * step / petals * far  # distance from the petal's axis
    region = np.full(x.shape, 0)
    order = rng.permutation(4)
    ruby, blue, gold, green = (
        rgb(*codes)
        for codes in [
            ("7c0a1e", "b3122a", "d8342c", "a01045"),
            ("0d2a7a", "1747ab", "2f77cf", "123a8f"),
            ("d99412", "f2bd2c", "f7dc74", "c96f10"),
            ("0c5a3a", "1f8a4c", "6aae3e", "0f6d63"),
        ]
    )
    violet, clear = (
        rgb("4a1c78", "6f35a0", "8d5bc0"),
        rgb("dcE3b8", "a9d0d8", "f3dc9a", "86b7d6", "c9dfc0"),
    )
    kinds, glass = [], [ruby, blue, gold, green]

    def add(mask, palette, split):
        """Cut a region from the window; `split` numbers its pieces."""
        kinds.append(palette)
        region[mask] = (len(kinds) * 1000 + np.asarray(split) + 0 * region)[mask]

    shine = np.floor(turn * petals * 4) * 7 + np.floor((far - 240) / 46 + 0.35 * np.sin(turn * 60))
    add(far > 0, clear, shine + 500)
    add(down > 262, blue, np.floor((across + 256) / 64 + 0.35 * np.sin(down / 18)))
    hills = down - 285 - 22 * np.sin(across / 60 + seed) - 10 * np.sin(across / 23)
    add(hills > 0, green, np.floor((across + 256 + 0.7 * hills) / 52))
    add(hills > 40, violet, np.floor((across + 290 - 0.9 * hills) / 70))
    add(far < 240, blue, beam * 4 + np.floor(step * 4 + 2))
    add(far < 216, ruby, beam * 3 + np.floor(step * 3 + 1.5))
    outer = np.hypot(side, far - 172)
    width = 172 * np.pi / petals * 0.82
    add((far < 205), glass[order[0]], beam * 2 + (step > 0))
    add(outer < width, gold, beam * 8 + np.floor((np.arctan2(side, far - 172) / np.pi + 1) * 4))
    add(outer < width * 0.7, violet, beam)
    foil = width * (0.44 + 0.1 * np.cos(4 * np.arctan2(side, far - 172)))
    add(outer < foil, glass[order[1]], beam)
    add(far < 132, blue, beam * 2 + np.floor(2 * ((turn * petals) % 1)))
    leaf = 25 * 8 / petals * np.clip(np.sin(np.pi * np.clip((far - 36) / 94, 0, 1)), 0, 1) ** 0.6
    add((np.abs(side) < leaf) & (far < 130), ruby, beam * 2 + (side > 0))
    add((np.abs(side) < leaf * 0.5) & (far < 108) & (far > 50), gold, beam)
    add(far < 44, green, np.floor(turn * petals * 0.5))
    add(far < 26, gold, 0)
    add(far < 12, ruby, 0)
    seeds_y, seeds_x = rng.uniform(0, 1, (2, 420)) * np.array([[640], [512]])
    cells = (
        cKDTree(np.column_stack([seeds_x, seeds_y * 0.8]))
        .query(np.column_stack([(x + wobble_x).ravel(), (y * 0.8).ravel()]))[1]
        .reshape(x.shape)
    )
    big = np.isin(region // 1000, [2, 3, 4])  # large panes are cut again
    piece = np.unique(region * 1000 + np.where(big, cells // 2, 0), return_inverse=True)[1].reshape(
        x.shape
    )
    edge = np.zeros(x.shape, bool)
    edge[:, 1:] |= piece[:, 1:] != piece[:, :-1]
    edge[1:] |= piece[1:] != piece[:-1]
    zoom = SUPERSAMPLING * size / LONG_SIDE
    lead = ndimage.distance_transform_edt(~edge) / zoom
    count = piece.max() + 1
    first = np.zeros(count, int)
    first[piece.ravel()] = region.ravel() // 1000
    tints = np.array(
        [jitter(rng, kinds[k - 1][rng.integers(len(kinds[k - 1]))], 0.04, 0.03) for k in first]
    )
    streak = [
        enlarge(noise(rng, shape, 2.5) + ndimage.gaussian_filter(noise(rng, shape, 1), way) * 14, x)
        for way in [(1.5, 18), (18, 1.5)]
    ]
    streaks = np.where(rng.random(count)[piece] < 0.5, *streak)
    bubbles = enlarge(np.clip(noise(rng, shape, 1.1) - 2.2, 0, 1), x)
    light = 1.05 + 0.05 * streaks + 0.1 * enlarge(noise(rng, shape, 60), x) + 0.9 * bubbles
    light *= 0.62 + 0.42 * np.clip(lead / 9, 0, 1) ** 0.5
    picture = np.clip(tints[piece] * light[..., None] * 1.12 + 0.012 * streaks[..., None], 0, 1)
    trace = np.abs((lead + 0.8 * wobble_x) % 7.5 - 3.7) < 0.45
    trace &= (np.isin(first, [5, 7, 11, 12])[piece]) & (lead > 4)
    picture[trace] *= 0.45
    came = 2.1 + 0.5 * np.isin(first, [1])[piece]
    metal = ramp(
        rgb("4a4c50", "26262a", "0b0b0d"), lead / came + 0.1 * enlarge(noise(rng, shape, 2), x)
    )
    picture = mix(picture, metal, np.clip((came - lead) * 1.5 + 0.5, 0, 1))
    return texture(rng, reduce(picture), 0.035)


def pointillist(seed, size=LONG_SIDE):
    """A river bank at sunset in dots: the eye mixes them.

    Every dot is a purer colour than the place it stands for, and one in six is the complement.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    side = rng.choice([-1, 1])
    horizon, sun_x = rng.uniform(205, 240), 320 + side * rng.uniform(40, 190)
    sky = ramp(
        rgb("4f6fb8", "8f93c8", "d9a3b5", "f4b98a", "f9d77e"),
        y / horizon + 0.06 * noise(rng, shape, 30),
    )
    cloud = np.clip(
        noise(rng, shape, 26) + noise(rng, shape, 9) * 0.35 - 0.35 + 0.5 * np.sin(y / 21), 0, 1
    )
    plan = mix(sky, rgb("f6c9a6")[0] - 0.15 * (y[..., None] < 90), cloud * 0.75)
    glow = np.hypot(x - sun_x, (y - horizon + 64) * 1.1)
    plan = mix(plan, rgb("ffdf6b")[0], np.exp(-((glow / 85) ** 2)) * 0.8)
    plan = mix(plan, rgb("fff3b0")[0], glow < 23)
    bank = (
        horizon - 12 - 13 * np.abs(noise(rng, shape, 16)[0]) - 7 * np.abs(noise(rng, shape, 5)[0])
    )
    trees = ramp(rgb("3d4a8a", "59609c", "5d7f78", "98935f"), 0.4 + 0.3 * noise(rng, shape, 8))
    plan = mix(plan, trees, (y > bank) & (y <= horizon))
    mirror = plan[np.clip(2 * horizon - y - 4, 0, 511).astype(int), x.astype(int)]
    ripple = np.sin(y / (1.5 + (y - horizon) / 45) + 1.8 * noise(rng, shape, 14))
    water = mix(mirror * 0.86, rgb("3f63b0")[0], np.clip(0.24 + 0.24 * ripple, 0, 1))
    path = np.exp(-(((x - sun_x) / (14 + (y - horizon) * 0.22)) ** 2)) * np.clip(ripple + 0.5, 0, 1)
    water = mix(water, rgb("ffd873")[0], path * 0.85)
    plan = np.where((y > horizon)[..., None], water, plan)

    def sail(left, foot, tall):
        """Set a white sail and its reflection on the water."""
        nonlocal plan
        hull = [
            (left - tall * 0.4, foot - 5),
            (left + tall * 0.42, foot - 5),
            (left + tall * 0.3, foot + 3),
            (left - tall * 0.3, foot + 3),
        ]
        for up, part in [(-1, 0.95), (0.75, 0.5)]:
            cloth = [
                (left, foot - 5 * (up < 0)),
                (left, foot + up * tall),
                (left + tall * 0.42, foot - 7 * (up < 0)),
            ]
            plan = mix(plan, rgb("fbe9cf")[0], cover(shape, cloth) * part)
            jib = [
                (left - 3, foot - 6 * (up < 0)),
                (left - 2, foot + up * tall * 0.85),
                (left - tall * 0.33, foot - 6 * (up < 0)),
            ]
            plan = mix(plan, rgb("e9c2c4")[0], cover(shape, jib) * part)
        plan = mix(plan, rgb("5a3350")[0], cover(shape, hull))

    for tall in np.sort(rng.uniform(24, 78, 4)):
        sail(rng.uniform(110, 530), horizon + 2 + tall * 0.75, tall)
    shore = 405 + side * (x[0] - 320) * 0.16 + 9 * noise(rng, shape, 40)[0]
    shadow = noise(rng, shape, 26) + 0.4 * noise(rng, shape, 7) + (y - shore) / 90
    grass = ramp(rgb("d8cf5a", "a9bd4c", "5f9a4a", "2f6a58", "34487f"), 0.42 + 0.22 * shadow)
    plan = np.where((y > shore)[..., None], grass, plan)
    leaves = np.zeros(shape)
    trunk_x = 320 - side * 240
    for _ in range(70):
        leaf_x, leaf_y = trunk_x + rng.normal(0, 56), rng.normal(95, 60)
        leaves = np.maximum(leaves, 1.4 - np.hypot(x - leaf_x, y - leaf_y) / rng.uniform(22, 40))
    trunk = smooth_curve(
        [(trunk_x, 470), (trunk_x - 6, 350), (trunk_x + 8, 240), (trunk_x + 2, 110)], 40
    )
    thick = np.linspace(17, 5, 40)[:, None] * (1, 0)
    plan = mix(
        plan,
        ramp(rgb("3b2a55", "7a4a3a", "c77b3e"), 0.5 + side * (x - trunk_x) / 40),
        cover(shape, np.vstack([trunk - thick, (trunk + thick)[::-1]])),
    )
    foliage = ramp(
        rgb("21406a", "2f6a4f", "6f9440", "d3b13e"),
        0.42 + side * (x - trunk_x) / 260 + 0.22 * noise(rng, shape, 13),
    )
    plan = mix(plan, foliage, np.clip((leaves + 0.25 * noise(rng, shape, 7) - 0.45) * 4, 0, 1))
    for _ in range(7):  # strollers: a skirt, a bodice, a head, often a parasol
        foot_x, foot_y = 320 + side * rng.uniform(-170, 260), rng.uniform(418, 476)
        tall = 46 + (foot_y - 400) * 0.6
        dress = jitter(
            rng, rgb("2b2a5e", "7a2748", "33407f", "d9d3e6")[rng.integers(4)], 0.05, 0.06
        )
        body = np.array(
            [(-0.2, 0), (0.22, 0), (0.09, -0.5), (0.12, -0.78), (-0.1, -0.78), (-0.08, -0.5)]
        )
        spot = np.array((foot_x, foot_y))
        plan = mix(plan, dress, cover(shape, body * tall + spot))
        plan = mix(
            plan, rgb("c98a6a")[0], np.hypot(x - foot_x, y - foot_y + tall * 0.88) < tall * 0.085
        )
        dark = np.array([(-0.1, 0), (0.15, 0), (0.7 * -side + 0.3, 0.2), (0.7 * -side, 0.22)])
        plan = mix(plan, rgb("2e4a70")[0], cover(shape, dark * tall + spot) * 0.7)
        if rng.random() < 0.6:
            arc = np.linspace(np.pi, 2 * np.pi, 12)
            shade = np.stack([0.42 * np.cos(arc), -0.93 + 0.3 * np.sin(arc)], 1) * tall + spot
            plan = mix(plan, jitter(rng, rgb("e2633f"), 0.05, 0.12)[0], cover(shape, shade))
    canvas = Canvas(shape, size, rgb("e9dcc0"))
    angles = np.where(y > horizon, 0.0, 0.4) + 0.5 * noise(rng, shape, 30)
    busy = ndimage.gaussian_filter(np.hypot(*np.gradient(plan.mean(axis=2))), 2) > 0.02
    for spacing, radius, value, hue, share in [
        (9, 7.5, 0.03, 0.04, 0),
        (5.4, 3.6, 0.04, 0.06, 0.1),
        (3.8, 2.3, 0.05, 0.07, 0.13),
        (2.8, 1.4, 0.05, 0.07, 0.1),
    ]:
        dot_x, dot_y = scatter(rng, shape, spacing)
        if radius < 2:  # the smallest dots only where there is something to draw
            dot_x, dot_y = np.stack([dot_x, dot_y])[:, look_up(busy, dot_x, dot_y)]
        colours = look_up(plan, dot_x, dot_y)
        light = colours.mean(axis=1, keepdims=True)
        pure = light + 1.3 * (colours - light)
        complement = 0.97 * light - 0.75 * (colours - light)
        pure = np.where(rng.random((len(dot_x), 1)) < share, complement, pure)
        canvas.dabs(
            rng,
            dot_x,
            dot_y,
            jitter(rng, pure, value, hue),
            radius,
            look_up(angles, dot_x, dot_y),
            0.85,
        )
    return canvas.finish(rng, relief=0.35, cloth=0.02)


def engraving(seed, size=LONG_SIDE):
    """A coast engraved in ink: lines follow each form and swell where it is dark.

    A form gives two fields whose level lines are the furrows, and a darkness. The furrows widen
    with the darkness; in the darker half a second set crosses the first.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)

    def field(*scales):
        return enlarge(noise(rng, shape, *scales), x)

    side = rng.choice([-1, 1])
    sun_x, sun_y, sea = (
        320 + side * rng.uniform(60, 170),
        rng.uniform(150, 190),
        rng.uniform(318, 345),
    )
    far = np.hypot(x - sun_x, y - sun_y)
    turn = np.arctan2(y - sun_y, x - sun_x)
    rays = np.sin(turn * 19 + seed) + 0.6 * np.sin(turn * 43) + 0.3 * np.sin(turn * 7)
    first, second = far * 1.0, turn * 130
    dark = np.clip(0.1 + far / 640 + 0.1 * rays * np.clip(far / 120, 0, 1), 0, 0.62)
    dark = np.where(far < 27, 0, dark)
    outline = (np.abs(far - 28) < 1.1).astype(float)

    def place(mask, new_first, new_second, new_dark):
        """Put a form in front of what is there."""
        nonlocal first, second, dark, outline
        first, second = np.where(mask, new_first, first), np.where(mask, new_second, second)
        dark, outline = np.where(mask, new_dark, dark), np.where(mask, 0, outline)
        edge = mask ^ ndimage.binary_erosion(
            mask, iterations=round(1.6 * size / LONG_SIDE) or 1, border_value=1
        )
        outline = np.maximum(outline, edge)

    def ball(ball_x, ball_y, radius, shade, flat=0.85):
        """Put a billow of cloud or leaves: furrows bend around it, away from the sun."""
        box = (
            slice(*(np.searchsorted(y[:, 0], (ball_y - radius, ball_y + radius)))),
            slice(*(np.searchsorted(x[0], (ball_x - radius, ball_x + radius)))),
        )
        if x[box].size == 0:
            return
        u, v = (x[box] - ball_x) / radius, (y[box] - ball_y) / radius / flat
        inside = u**2 + v**2 + 0.05 * np.sin(7 * np.arctan2(v, u) + ball_x) < 0.93
        to_sun = np.array([sun_x - ball_x, sun_y - ball_y]) / np.hypot(
            sun_x - ball_x, sun_y - ball_y
        )
        lit = u * to_sun[0] + v * to_sun[1]
        bent = radius * np.hypot(u - 1.1 * to_sun[0], v - 1.1 * to_sun[1])
        value = np.clip(shade - 0.52 * lit + 0.25 * (u**2 + v**2), 0.03, 0.95)
        for target, new in [
            (first, bent),
            (second, radius * 1.2 * (u * to_sun[1] - v * to_sun[0])),
            (dark, value),
        ]:
            target[box] = np.where(inside, new, target[box])
        rim = inside & (u**2 + v**2 > (1 - 1.5 / radius) ** 2 * 0.9)
        outline[box] = np.where(inside, rim & (lit < 0.75), outline[box])

    for place_x, bank_y in [(-230, 60), (-60, 105), (250, 95), (20, 235), (-250, 190)]:  # clouds
        bank_x, tall = 320 + side * place_x + rng.normal(0, 22), rng.uniform(26, 46)
        shifts = rng.normal(0, 52, 26)
        lifts = rng.uniform(0, 1, 26) * np.exp(-((shifts / 70) ** 2))
        for shift, lift in sorted(zip(shifts, lifts, strict=True), key=lambda pair: -pair[1]):
            ball(
                bank_x + shift,
                bank_y - lift * tall,
                8 + rng.uniform(8, 28) * np.exp(-((shift / 100) ** 2)),
                0.3,
            )
    for base, rough in [(sea - 26, 24), (sea - 4, 15)]:
        ridge = base + enlarge(
            np.tile(
                -rough * np.abs(noise(rng, shape, 34)[0]) - 3 * noise(rng, shape, 5)[0], (512, 1)
            ),
            x,
        )
        crag = field(12, 5)
        place(
            (y > ridge) & (y < sea),
            x * side * 0.8 + 0.8 * (y - ridge) + 4 * crag,
            y + x * 0.3,
            np.clip(0.4 + 0.22 * crag + 0.004 * (base - sea + 26), 0.1, 0.9),
        )
    waves = np.sin(np.maximum(y - sea, 0) ** 0.72 * 2.1 + 1.6 * field(40))
    glint = np.exp(-(((x - sun_x) / (22 + (y - sea) * 0.5)) ** 2))
    place(
        y > sea,
        y + 2.2 * np.sin(x / 13 + 2 * field(25)) * np.clip((y - sea) / 70, 0, 1),
        x * 0.5 + y,
        np.clip(0.45 + 0.24 * waves - 0.5 * glint, 0.02, 0.85),
    )
    cliff_x = 320 - side * 170
    cliff = (
        sea
        - 62
        + np.abs(x - cliff_x) * 0.28
        + 26 * np.clip(side * (x - cliff_x) / 60 - 1, 0, 9)
        + 7 * field(16, 5)
    )
    crag = field(22, 7)
    place(
        y > cliff,
        side * x * 0.55 + 1.0 * y + 6 * crag,
        side * x - 0.5 * y + 4 * crag,
        np.clip(0.55 - side * (x - cliff_x) / 420 + 0.25 * crag, 0.08, 0.96),
    )
    tower = (x - cliff_x) / (23 - (sea - 60 - y) * 0.035)
    lit = side * tower
    place(
        (np.abs(tower) < 1) & (y > sea - 190) & (y < cliff + 9),
        y + 7 * np.sqrt(np.clip(1 - tower**2, 0, 1)),
        x * 1.2 + y * 0.6,
        np.clip(0.42 - 0.45 * lit + 0.1 * ((y % 26) < 3), 0.03, 0.92),
    )
    place((np.abs(tower) < 1.45) & (np.abs(y - sea + 190) < 5), y, x, 0.35 - 0.3 * lit)
    place(
        (np.abs(tower) < 0.75) & (y > sea - 213) & (y < sea - 194),
        x * 0.8,
        y,
        0.15 + 0.5 * (np.abs(tower) > 0.45),
    )
    place(
        (np.abs(tower) < (y - sea + 240) / 28) & (y > sea - 240) & (y < sea - 212),
        y - 0.6 * x,
        x,
        0.55 - 0.35 * lit,
    )
    for floor in (100, 135, 165):
        place((np.abs(x - cliff_x) < 3.5) & (np.abs(y - sea + floor) < 6), x, y, 0.98)
    for _ in range(9):  # bushes on the cliff
        bush_x = cliff_x - side * rng.uniform(-95, 190)
        bush_y = np.interp(bush_x, x[0], cliff[np.argmin(np.abs(y[:, 0] - sea))]) + rng.uniform(
            5, 60
        )
        for _ in range(16):
            ball(
                bush_x + rng.normal(0, 17), bush_y + rng.normal(0, 11), rng.uniform(6, 13), 0.55, 1
            )
    tremble, swell = 0.3 * field(3), 1 + 0.16 * field(7)
    ink = np.zeros(x.shape)
    pitch = 3.7  # units from furrow to furrow
    for furrow, threshold, gain in [
        (first, 0, 0.8),
        (second, 0.42, 0.85),
        (first * 0.7 + second * 0.7, 0.68, 1.3),
    ]:
        wide = np.clip((dark - threshold) * gain * swell, 0, 0.72)
        wave = np.abs(((furrow + tremble) / pitch) % 1 - 0.5) * 2
        ink = np.maximum(ink, np.clip((wide - wave) * 4 + 0.5, 0, 1) * (wide > 0.035))
    ink = np.maximum(ink, outline) * np.clip(0.93 + 0.1 * field(1) + 0.05 * field(20), 0, 1)
    paper = ramp(rgb("e3d3ae", "efe3c6", "f6eeda"), 0.55 + 0.12 * field(50) + 0.1 * field(2))
    return texture(rng, reduce(mix(paper, rgb("1d1714")[0], ink)), 0.03)


def mosaic(seed, size=LONG_SIDE):
    """Fish in a sea of small stones, with a golden border.

    The stones stand in rows along the contours of the fish, as a mosaicist lays them; where rows
    meet, stones are cut or left out, and the gaps get small ones.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    row = 6.6  # units from row to row
    sea = 0.5 + 0.5 * np.sin(
        y / 13 + 2.2 * np.sin(x / 70 + rng.uniform(0, 6)) + noise(rng, shape, 40)
    )
    blues = rgb("0e2a5a", "14478f", "1f6fb0", "2f9bb8", "7fc6bd", "e3ead2")
    plan = ramp(blues, 0.9 * sea**1.5 + 0.06 * noise(rng, shape, 25))
    level = y + 14 * np.sin(x / 70 + rng.uniform(0, 6)) + 4 * noise(rng, shape, 50)
    rim = np.minimum.reduce([x, y, 639 - x, 511 - y])
    solid = rim < 5 * row
    fishes = []
    tries = 0
    while len(fishes) < 5 and tries < 4000:
        tries += 1
        long = rng.uniform(235, 275) if len(fishes) < 2 else rng.uniform(120, 165)
        middle = rng.uniform((60 + long / 2, 110), (580 - long / 2, 402))
        if all(
            np.hypot(*((middle - other) * (1, 1.6))) > 0.56 * (long + other_long)
            for other, other_long in fishes
        ):
            fishes.append((middle, long))
    for middle, long in fishes:
        turn, flip = rng.uniform(-0.5, 0.5), rng.choice([-1, 1])
        cos, sin = np.cos(turn), np.sin(turn)
        u = flip * ((x - middle[0]) * cos + (y - middle[1]) * sin) / long
        v = (-(x - middle[0]) * sin + (y - middle[1]) * cos) / long - 0.05 * np.sin(5 * u)
        body = (
            0.2
            * np.sqrt(np.clip(1 - ((u - 0.06) / 0.42) ** 2, 0, 1))
            * np.where(u < 0, 1 + 0.9 * u, 1)
        )
        tail = (
            (u < -0.26)
            & (u > -0.5)
            & (np.abs(v) < 0.03 + 0.75 * (-0.26 - u))
            & (u < -0.44 + 0.5 * np.abs(v) + 0.1)
        )
        fins = (
            (np.abs(u - 0.02) < 0.15)
            & (np.abs(v) < 0.13 + 0.5 * (0.17 - u) * (np.abs(u) < 0.17))
            & (np.abs(v) < 0.27)
        )
        mask = (np.abs(v) < body) | tail
        warm = rgb(
            *[
                ("7c1f1a", "c2401f", "e8842a", "f4c64f", "fbeab0"),
                ("6b4a12", "b98416", "e2b53a", "f3da86", "fff4cf"),
                ("7a1c3c", "b83a4a", "e07a6a", "f3b9a0", "f9e6d6"),
            ][rng.integers(3)]
        )
        scale = 0.5 + 0.5 * np.cos(u * 46) * np.cos(v * 52)
        skin = ramp(warm, 0.35 + 1.9 * v + 0.28 * scale + 0.25 * (u > 0.27))
        fin = ramp(warm, 0.5 + 0.45 * np.sin(26 * np.abs(v) + 30 * u))
        plan = np.where((fins & ~mask)[..., None], fin, plan)
        plan = np.where(tail[..., None], fin, np.where(mask[..., None], skin, plan))
        plan = np.where(
            (np.abs(u - 0.27 + 0.6 * v**2) < 0.012)[..., None] & mask[..., None], warm[0], plan
        )
        eye = np.hypot(u - 0.37, v + 0.045)
        plan = np.where((eye < 0.05)[..., None], rgb("fdf6e0")[0], plan)
        plan = np.where((eye < 0.024)[..., None], rgb("15131c")[0], plan)
        solid |= mask | fins
    outside = ndimage.distance_transform_edt(~solid)
    contour = np.where(rim > 5 * row, ndimage.distance_transform_edt(solid), 0)
    plan = np.where(((contour > 0) & (contour < 0.9 * row))[..., None], 0.55 * plan, plan)
    plan = np.where(((outside > 0) & (outside < 1.05 * row))[..., None], blues[0], plan)
    golds = ramp(rgb("a8741a", "d8a52c", "f2cf5e", "fbe9a6"), 0.5 + 0.3 * noise(rng, shape, 3))
    plan = np.where((rim < 5 * row)[..., None], golds, plan)
    along = np.where(np.minimum(x, 639 - x) < np.minimum(y, 511 - y), y - 256, x - 320)
    tooth = 3 * np.abs((along / (7 * row)) % 1 - 0.5) * 2 - (rim / row - 1)
    band = (rim > row) & (rim < 4 * row)
    plan = np.where((band & (tooth > 0))[..., None], rgb("14398a")[0], plan)
    plan = np.where((band & (tooth > 1.6))[..., None], rgb("c23a26")[0], plan)
    inside = ndimage.distance_transform_edt(solid)
    canvas = Canvas(shape, size, rgb("3a3a3c"))
    canvas.image.paste((66, 64, 62, 20), (0, 0, *canvas.image.size))
    taken = np.zeros((shape[0] * 2, shape[1] * 2), bool)
    stones = []
    for field, where in [
        (inside, inside > 0),
        (outside, (outside > 0) & (outside < 2.05 * row)),
        (level + 600, outside >= 2.05 * row),
    ]:
        for k in np.arange(0.5, field.max() / row):
            for contour in measure.find_contours(field, k * row):
                steps = np.hypot(*np.diff(contour, axis=0).T)
                along = np.concatenate([[0], np.cumsum(steps)])
                if along[-1] < 4:
                    continue
                place = np.cumsum(rng.uniform(0.85, 1.3, int(along[-1] / row) + 1)) * row * 0.95
                place = place[place < along[-1]]
                spots = np.stack([np.interp(place, along, contour[:, k]) for k in (1, 0)], 1)
                ahead = np.stack([np.interp(place + 2, along, contour[:, k]) for k in (1, 0)], 1)
                turn = np.arctan2(*(ahead - spots).T[::-1])
                keep = look_up(where, *spots.T)
                stones += [
                    (*spot, angle, 0.5 * row)
                    for spot, angle in zip(spots[keep], turn[keep], strict=True)
                ]
    return set_stones(canvas, rng, plan, stones, taken, row)


def set_stones(canvas, rng, plan, stones, taken, row):
    """Set the stones that find a free place, then fill the gaps with smaller ones."""
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    rows, columns = canvas.shape

    def try_stone(stone_x, stone_y, turn, half):
        reach = int(half * 1.6)
        top, left = int(2 * stone_y) - reach, int(2 * stone_x) - reach
        window = taken[max(top, 0) : top + 2 * reach + 1, max(left, 0) : left + 2 * reach + 1]
        if window.size == 0 or window.mean() > 0.12:
            return
        window[:] = True
        corners = (square + rng.normal(0, 0.09, (4, 2))) * half * (rng.uniform(0.82, 1.05), 0.9)
        cos, sin = np.cos(turn), np.sin(turn)
        corners = corners @ np.array([(cos, sin), (-sin, cos)]) + (stone_x, stone_y)
        colour = jitter(
            rng,
            plan[min(max(int(stone_y), 0), rows - 1), min(max(int(stone_x), 0), columns - 1)],
            0.075,
            0.035,
        )
        if rng.random() < 0.015:
            colour = rgb("f6d66a")[0]
        canvas.polygon(corners, colour, rng.integers(150, 255))
        inner = (corners - (stone_x, stone_y)) * 0.55 + (stone_x, stone_y) + rng.normal(0, 0.5, 2)
        canvas.polygon(
            inner, np.clip(colour + rng.normal(0.03, 0.05), 0, 1), rng.integers(150, 255)
        )

    for stone in stones:
        try_stone(*stone)
    for half in (0.42 * row, 0.3 * row):
        for spot in zip(*scatter(rng, canvas.shape, 2.4), strict=True):
            try_stone(*spot, rng.uniform(0, 3), half)
    return canvas.finish(rng, relief=0.45, cloth=0.03)


def woven_cloth(seed, size=LONG_SIDE):
    """An ikat: the warp is dyed before weaving, so the pattern's edges feather along the threads.

    Every thread is a little cylinder of twisted fibre that goes over and under its neighbours.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)
    pitch = 4.4  # units from thread to thread
    wander = [
        enlarge(noise(rng, shape, 45) * 2.2 + noise(rng, shape, 9) * 0.35, x) for _ in range(2)
    ]
    warp, weft = (x + wander[0]) / pitch + 8, (y + wander[1]) / pitch + 8
    i, j = warp.astype(int), weft.astype(int)
    threads = int(max(i.max(), j.max())) + 2
    across, down = (warp % 1 - 0.5) * 2, (weft % 1 - 0.5) * 2
    feather = np.cumsum(rng.normal(0, 1.3, threads))
    feather = (feather - ndimage.gaussian_filter1d(feather, 6)) * 1.1 + rng.normal(0, 2.2, threads)
    u, v = (i + 0.5 - 8) * pitch, y + wander[1] + feather[i]
    wide, tall = rng.uniform(150, 185), rng.uniform(225, 270)
    start_x, start_y = rng.uniform(0, wide), rng.uniform(0, tall)
    column = np.floor((u + start_x) / wide)
    a = np.abs(((u + start_x) / wide) % 1 - 0.5) * 2
    b = np.abs(((v + start_y + column * tall / 2) / tall) % 1 - 0.5) * 2
    diamond = a + b + 0.07 * np.sign(np.sin(b * 26)) * (a > 0.12)
    hooks = np.abs(a - 0.86) + 0.35 * np.abs(np.sin(b * 11))
    dyes = rgb("8e1b25", "f0e2c0", "1c2f66", "d99a2b", "8e1b25", "f0e2c0", "27605a", "1c2f66")
    dyes = dyes[np.concatenate([[0, 1], rng.permutation(np.arange(2, 7)), [7]])]
    zone = np.digitize(diamond, [0.16, 0.26, 0.46, 0.56, 0.78, 0.86, 1.12])
    zone = np.where(hooks < 0.2, 1, zone)
    stripe = np.abs(((u + start_x) / wide) % 1 - 0.5) > 0.478
    zone = np.where(stripe, 3, zone)
    warp_tint = jitter(rng, np.ones((threads, 3)), 0.09, 0.03)
    weft_tint = jitter(rng, np.tile(rgb("5c1a2a"), (threads, 1)), 0.05, 0.03)
    along = enlarge(noise(rng, shape, 3, 9), x)
    over = (i + 2 * j) % 5 > 0  # a satin: the warp shows four times in five
    over ^= rng.random((threads, threads))[i, j] < 0.004  # now and then a fault
    near = np.cos(np.pi * down / 2)
    warp_height = np.sqrt(np.clip(1 - across**2, 0, 1)) * np.where(
        over, 0.75 + 0.3 * near, 0.55 - 0.9 * near
    )
    weft_height = np.sqrt(np.clip(1 - down**2, 0, 1)) * np.where(over, 0.35, 0.95)
    front = warp_height > weft_height
    twist = np.where(
        front,
        np.sin(2 * np.pi * (weft * 2.2 + across * 0.55)),
        np.sin(2 * np.pi * (warp * 2.2 + down * 0.55)),
    )
    colour = np.where(
        front[..., None],
        np.clip(dyes[zone] * warp_tint[i] + 0.03 * along[..., None], 0, 1),
        weft_tint[j],
    )
    height = np.where(front, warp_height, weft_height)
    lean = np.where(front, -across, -down)
    light = 0.45 + 0.55 * np.clip(height, 0, 1.1) + 0.13 * lean + 0.09 * twist + 0.04 * along
    light *= 1 + 0.07 * enlarge(noise(rng, shape, 60), x)
    fluff = enlarge(noise(rng, shape, 0.7), x)
    return texture(
        rng, reduce(np.clip(colour * (light + 0.05 * fluff)[..., None] * 1.12, 0, 1)), 0.03
    )


def fauve_harbour(seed, size=LONG_SIDE):
    """A harbour in violent colours: broad loaded strokes, no shade but another colour.

    Shadows are blue or violet, light is yellow or pink; dark blue outlines are broken.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    side = rng.choice([-1, 1])
    quay = rng.uniform(235, 255)
    drift = noise(rng, shape, 45)
    plan = ramp(
        rgb("1f8f9c", "56b8a8", "f4d35e", "f79a3e", "ef5b52", "f58fa8"),
        y / quay * 0.9 + 0.13 * drift + 0.06 * np.sin(x / 50),
    )
    angles = -0.35 * side + 0.5 * noise(rng, shape, 60)
    outlines, cover_all = [], np.zeros(shape)

    def shape_in(points, colours, angle):
        """Add a shape in mixed colours, with its own direction of the brush."""
        nonlocal plan, angles
        mask = cover(shape, points) > 0.5
        cover_all[mask] += 1
        plan = np.where(mask[..., None], ramp(colours, 0.5 + 0.35 * noise(rng, shape, 16)), plan)
        angles = np.where(mask, angle + 0.15 * drift, angles)
        outlines.append(np.vstack([points, points[:1]]))

    sun = np.array([320 + side * 120, 82])
    ring = np.linspace(0, 2 * np.pi, 30)
    shape_in(
        sun + 34 * np.stack([np.cos(ring), np.sin(ring)], 1), rgb("fff0a0", "ffd23c", "ff9d2e"), 0.8
    )
    for base, rough, colours in [
        (175, 38, rgb("4b3fa8", "7a55c4", "2f6fb5")),
        (212, 24, rgb("0f7a5a", "37a35a", "c8cf3a")),
    ]:
        ridge = base + rough * noise(rng, shape, 75)[0] - rough * side * np.linspace(-1, 1, 640)
        ridge = np.minimum(ridge, quay - 6)
        land = np.column_stack([np.arange(0, 640, 8), ridge[::8]])
        shape_in(
            np.vstack([[(-9, ridge[0])], land, [(660, ridge[-1]), (660, quay), (-9, quay)]]),
            colours,
            -0.5 * side,
        )
    walls = [
        rgb("f7c6a0", "f58fa8", "ef5b52"),
        rgb("fbe7a1", "f4c53e", "f79a3e"),
        rgb("f4efe2", "bfe0dc", "8fc7e0"),
        rgb("e8574a", "c9304a", "8e2a6a"),
    ]
    for house_x in rng.permutation(np.linspace(-15, 630, 30)) + rng.normal(0, 6, 30):
        slope = 26 + 24 * (1 + side * (320 - house_x) / 320)
        foot, wide, tall = quay - rng.uniform(-2, slope), rng.uniform(32, 60), rng.uniform(30, 66)
        corner = np.array([house_x, foot])
        shape_in(
            np.array([(0, 4), (wide, 4), (wide, -tall), (0, -tall)]) + corner,
            walls[rng.integers(4)],
            np.pi / 2,
        )
        shape_in(
            np.array(
                [
                    (-3, -tall),
                    (wide + 3, -tall),
                    (wide * 0.75, -tall - 15),
                    (wide * 0.2, -tall - 15),
                ]
            )
            + corner,
            rgb("d8402e", "f0672f", "a32a5a"),
            0.1,
        )
        for window in (0.2, 0.6):
            shape_in(
                np.array([(0, 0), (6, 0), (6, -10), (0, -10)])
                + corner
                + (window * wide, -tall * 0.5),
                rgb("1d2f80", "2a5ac0"),
                np.pi / 2,
            )
    water = y > quay
    mirror = plan[
        np.clip(2 * quay - y * 1.0 + 6 * np.sin(y / 4), 0, 511).astype(int), x.astype(int)
    ]
    sea = ramp(
        rgb("142c86", "1f5fc4", "2389d0", "19a7a4", "7fd0b0"),
        0.4 + 0.12 * noise(rng, shape, 26) + 0.3 * np.sin(y / (5 + (y - quay) / 16) + 2 * drift),
    )
    plan = np.where(
        water[..., None], mix(sea, mirror, np.clip(0.85 - (y - quay) / 110, 0, 0.85)), plan
    )
    angles = np.where(water, 0.12 * drift, angles)
    masts = []
    for k, foot in enumerate(np.linspace(298, 462, 5)):
        left, wide = rng.uniform(40, 470), (foot - 170) * rng.uniform(0.6, 0.8)
        hull = np.array(
            [(0, -0.2), (0.15, 0.05), (0.82, 0.05), (1.05, -0.26), (0.8, -0.15), (0.2, -0.13)]
        ) * wide + (left, foot)
        colours = [
            rgb("d8213a", "f0672f", "8e2a6a"),
            rgb("0e7a4a", "5fb84a", "0f4f8a"),
            rgb("f4c53e", "f79a3e", "e8574a"),
            rgb("1d2f80", "5a3fb0", "2a8ac0"),
        ][k % 4]
        glare = np.array([(0.1, 0.08), (0.85, 0.08), (0.7, 0.4), (0.25, 0.4)]) * wide + (left, foot)
        mask = cover(shape, glare) * (np.sin(y / 3.2 + 2 * drift) > -0.2)
        plan = mix(plan, colours[0], mask * 0.85)
        shape_in(smooth_curve(np.vstack([hull, hull[:1]]), 40), colours, 0.05)
        top = np.array([left + 0.52 * wide, foot - wide * rng.uniform(0.9, 1.15)])
        if k % 2:
            sail = [
                top,
                (left + 0.55 * wide, foot - 0.2 * wide),
                (left + 1.0 * wide, foot - 0.27 * wide),
            ]
            shape_in(np.array(sail), rgb("fff3d0", "f7d0b0", "f58fa8"), 1.1)
        masts.append((top, (left + 0.5 * wide, foot - 0.1 * wide)))
    canvas = Canvas(shape, size, rgb("e8c9a0"))
    canvas.lay(rng, plan, angles, 17, 60, 24, value=0.04, hue=0.04, edge=0.6)
    canvas.lay(rng, plan, angles, 13, 40, 15, value=0.06, hue=0.05, edge=0.3)
    fine = (y < quay + 12) & (y > 130) | (cover_all > 0)
    canvas.lay(rng, plan, angles, 6, 18, 6, fine, value=0.05, hue=0.05, edge=0.25)
    canvas.lay(rng, plan, angles, 24, 34, 9, value=0.08, hue=0.07, edge=0.25)
    ink = np.broadcast_to(rgb("141a52"), (*shape, 3))
    for points in outlines:
        start, end = np.array(points[:-1]), np.array(points[1:])
        for part in np.arange(0, 1, 0.25):
            spot = start + part * (end - start)
            length = np.hypot(*(end - start).T)
            used = (rng.random(len(spot)) < 0.75) & (length > 3)
            if used.any():
                turn = np.zeros(shape)
                for (spot_x, spot_y), angle, run in zip(
                    spot[used], np.arctan2(*(end - start).T[::-1])[used], length[used], strict=True
                ):
                    t = np.linspace(0, min(run * 0.3, 30), 4)[:, None]
                    stroke = (
                        (spot_x, spot_y)
                        + t * (np.cos(angle), np.sin(angle))
                        + rng.normal(0, 0.5, (4, 2))
                    )
                    canvas.line(
                        stroke,
                        jitter(rng, ink[0, 0], 0.04, 0.04),
                        rng.uniform(1.4, 3),
                        rng.integers(120, 220),
                    )
    for top, foot in masts:
        canvas.line(
            smooth_curve([foot, (np.array(top) + foot) / 2 + rng.normal(0, 1.5, 2), top], 12),
            jitter(rng, rgb("7a1f3a"), 0.05),
            4,
            200,
        )
    return canvas.finish(rng, relief=0.75, cloth=0.03)


def cubist_guitar(seed, size=LONG_SIDE):
    """A still life broken into facets: each is seen from another side and shaded by itself.

    The table is cut again and again by straight lines; every facet shifts and turns what it
    shows, has its own light from one edge to the other, and its own direction of the brush.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid(portrait=True)
    facet = np.zeros(shape, int)
    slants = np.radians([12, 35, 62, 88, 118, 150]) + rng.normal(0, 0.06, 6)
    for new in range(1, 46):  # cut the largest facet, across its length more often than along it
        largest = np.bincount(facet.ravel()).argmax()
        inside = facet == largest
        middle_y, middle_x = (np.mean(side) for side in np.nonzero(inside))
        long = np.arctan2(y[inside].std(), x[inside].std())
        slant = slants[
            rng.choice(
                6, p=np.exp(np.sin(slants - long) ** 2) / np.exp(np.sin(slants - long) ** 2).sum()
            )
        ]
        off = (x - middle_x) * np.sin(slant) - (y - middle_y) * np.cos(slant)
        facet[inside & (off > rng.normal(0, 18))] = new
    count = facet.max() + 1
    turn, grow = rng.normal(0, 0.16, count)[facet], rng.normal(1, 0.1, count)[facet]
    middles = np.array(ndimage.center_of_mass(np.ones(shape), facet, range(count)))
    from_x, from_y = x - middles[facet, 1], y - middles[facet, 0]
    seen_x = middles[facet, 1] + grow * (np.cos(turn) * from_x - np.sin(turn) * from_y)
    seen_y = middles[facet, 0] + grow * (np.sin(turn) * from_x + np.cos(turn) * from_y)
    seen_x, seen_y = (
        seen_x + rng.normal(0, 13, count)[facet],
        seen_y + rng.normal(0, 13, count)[facet],
    )
    lean = rng.uniform(0.25, 0.6) * rng.choice([-1, 1])
    u = (seen_x - 256) * np.cos(lean) + (seen_y - 350) * np.sin(lean)
    v = -(seen_x - 256) * np.sin(lean) + (seen_y - 350) * np.cos(lean)  # along the guitar
    plan = ramp(
        rgb("3a3d3a", "6f7467", "a79f86", "8b7f68"),
        0.5 + 0.3 * np.sin(seen_x / 60) + 0.15 * noise(rng, shape, 50),
    )
    table = seen_y > 420 - 0.2 * (seen_x - 256)
    plan[table] = ramp(
        rgb("4a2f1d", "7d5229", "a9763a"), 0.5 + 0.4 * np.sin(seen_y / 5 + np.sin(seen_x / 40))
    )[table]
    sheet = (np.abs(seen_x - 256 - 150 * np.sign(lean)) < 75) & (np.abs(seen_y - 480) < 62)
    text = (np.sin(seen_y * 0.75) > 0.2) & (
        np.sin(seen_x * 1.3 + 7 * np.floor(seen_y / 8.4)) > -0.55
    )
    plan[sheet] = np.where(text[..., None], rgb("4b463c")[0], rgb("e2d6b6")[0])[sheet]
    bottle = np.hypot(0, seen_x - 256 + 165 * np.sign(lean)) < np.where(
        seen_y < 210, 13, np.clip(13 + (seen_y - 210) * 0.8, 13, 42)
    )
    bottle &= (seen_y > 95) & (seen_y < 440)
    plan[bottle] = ramp(rgb("10241c", "23503a", "6f8f62", "1b3a2c"), (seen_x - 50) % 84 / 84)[
        bottle
    ]
    body = np.minimum(np.hypot(u, v - 70) / 118, np.hypot(u, v + 62) / 92)
    plan = np.where((body < 1.06)[..., None], rgb("2a1a10")[0], plan)
    wood = ramp(
        rgb("8a4f1c", "c98a3a", "e6b765", "b06a28"),
        0.5 + 0.35 * np.sin(u / 9 + 0.8 * np.sin(v / 40)) + 0.1 * noise(rng, shape, 20),
    )
    plan = np.where((body < 1)[..., None], wood, plan)
    plan = np.where((np.abs(np.hypot(u, v + 15) - 37) < 5)[..., None], rgb("e9dcb4")[0], plan)
    plan = np.where((np.hypot(u, v + 15) < 33)[..., None], rgb("17100c")[0], plan)
    neck = (np.abs(u) < 17) & (v < -20) & (v > -330) | (np.abs(u) < 26) & (v < -315) & (v > -385)
    plan = np.where(
        neck[..., None],
        np.where((np.sin(v / 5) > 0.9)[..., None], rgb("c8b890")[0], rgb("3b2416")[0]),
        plan,
    )
    plan = np.where(((np.abs(u) < 40) & (np.abs(v - 120) < 8))[..., None], rgb("2a1a10")[0], plan)
    strings = (
        (np.abs(np.abs((u + 1000) % 7 - 3.5) - 3.5) < 0.9)
        & (np.abs(u) < 17)
        & (v > -330)
        & (v < 122)
    )
    plan = np.where(strings[..., None], rgb("f2e7c8")[0], plan)
    way = rng.choice(slants, count)[facet] + rng.choice([0, np.pi], count)[facet]
    across = from_x * np.sin(way) - from_y * np.cos(way)
    light = np.clip(across / 55, -1, 1) * 0.2 + rng.normal(0, 0.05, count)[facet]
    plan = np.clip(plan * (1 + 1.4 * light[..., None]) + 0.5 * light[..., None], 0, 1)
    cold = rng.random(count)[facet] < 0.22
    plan[cold] = 0.62 * plan[cold] + 0.38 * rgb("6f8794")[0]
    canvas = Canvas(shape, size, rgb("3a2c1e"))
    angles = way + 0.1 * noise(rng, shape, 12)
    canvas.lay(rng, plan, angles, 9, 26, 12, value=0.03, hue=0.015, edge=0.2)
    canvas.lay(rng, plan, angles, 4.6, 12, 5, value=0.045, hue=0.02, edge=0.14)
    edges = (
        np.maximum(
            np.abs(np.diff(facet, axis=0, append=facet[-1:])),
            np.abs(np.diff(facet, axis=1, append=facet[:, -1:])),
        )
        > 0
    )
    spot_y, spot_x = np.nonzero(edges & (noise(rng, shape, 18) > -0.6))  # broken dark outlines
    lines = ndimage.gaussian_filter(edges.astype(float), 3)
    slope_y, slope_x = np.gradient(ndimage.gaussian_filter(lines, 1))
    turns = np.take(
        0.5
        * np.arctan2(
            *(
                ndimage.gaussian_filter(part, 3)
                for part in (2 * slope_x * slope_y, slope_x**2 - slope_y**2)
            )
        )
        + np.pi / 2,
        spot_y * shape[1] + spot_x,
    )
    some = rng.permutation(len(spot_x))[: len(spot_x) // 3]
    inks = jitter(rng, np.tile(rgb("1c1510"), (len(some), 1)), 0.05, 0.02)
    canvas.dabs(rng, spot_x[some] + 0.5, spot_y[some] + 0.5, inks, 3.2, turns[some], 0.3)
    canvas.lay(
        rng, np.clip(plan * 1.1 + 0.06, 0, 1), angles, 10, 7, 4, value=0.06, hue=0.02, edge=0.14
    )
    return canvas.finish(rng, relief=0.6, cloth=0.035)


# ---------------------------------------------------------------------------------------------
# The gallery
# ---------------------------------------------------------------------------------------------

PAINTINGS = {
    "night_sky": (night_sky, 1),
    "night_sky_2": (night_sky, 3),
    "great_wave": (great_wave, 1),
    "tiger_coat": (tiger_coat, 1),
    "stained_glass": (stained_glass, 1),
    "pointillist": (pointillist, 1),
    "pointillist_2": (pointillist, 3),
    "engraving": (engraving, 1),
    "engraving_2": (engraving, 3),
    "mosaic": (mosaic, 1),
    "mosaic_2": (mosaic, 4),
    "woven_cloth": (woven_cloth, 1),
    "fauve_harbour": (fauve_harbour, 1),
    "cubist_guitar": (cubist_guitar, 1),
}

DESCRIPTIONS = {  # what there is to see in the stored picture: its alternative text
    "night_sky": "A blue night sky whirls in thick strokes around yellow stars and an orange moon, "
    "over a village among hills and a dark cypress on the right.",
    "night_sky_2": "Thick blue strokes whirl around yellow stars and an orange moon on the right, "
    "over a village among hills, with a dark cypress on the left.",
    "great_wave": "A great dark blue wave striped with cream curls over, with white claws of foam, "
    "before a red sun in a cream sky.",
    "tiger_coat": "The flank of a tiger: black stripes over yellow-orange fur, with a white belly "
    "below and a few small white spots.",
    "stained_glass": "A rose window of red, gold, violet and blue glass in black lead lines, over "
    "green and violet hills.",
    "pointillist": "A river bank at sunset in small dots of colour: sailing boats, strollers with "
    "parasols, and a tree on the right.",
    "pointillist_2": "A river at sunset in small dots of colour: sailing boats, strollers on a green "
    "bank, and a tree on the left.",
    "engraving": "An engraving in black lines on cream paper: a lighthouse on a cliff on the right, "
    "a sun with rays, round clouds and the sea.",
    "engraving_2": "An engraving in black lines on cream paper: a lighthouse on a cliff on the left, "
    "a sun with rays, round clouds and the sea.",
    "mosaic": "A mosaic of small stones: five red and golden fish swim in a blue sea within a golden "
    "border.",
    "mosaic_2": "A mosaic of small stones: five fish, a large red one above a large golden one, in "
    "blue waves within a golden border.",
    "woven_cloth": "A woven cloth of thick threads: red and green medallions edged in cream on dark "
    "blue.",
    "fauve_harbour": "A harbour in violent colours and broad strokes: sailing boats on blue-green "
    "water, red-roofed houses, an orange and turquoise sky.",
    "cubist_guitar": "A guitar, a green bottle and a newspaper on a table, broken into slanting "
    "facets of brown, grey and ochre.",
}


def paint(name, seed=None, size=LONG_SIDE):
    """Paint one picture of the gallery and return it as a Pillow image.

    The same name, seed and size give the same picture; without a seed it is the stored one's.
    """
    hand, stored_seed = PAINTINGS[name]
    picture = hand(stored_seed if seed is None else seed, size)
    return Image.fromarray((255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8))


def as_jpeg(image, largest=LARGEST_FILE):
    """Return the image as the bytes of the best JPEG file that is no larger than `largest`."""
    for quality in range(95, 20, -1):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling=0, optimize=True)
        if file.tell() <= largest:
            break
    return file.getvalue()


def repaint_gallery():
    """Paint all stored pictures and write them, with the table that describes them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    table = {}
    for name, (hand, seed) in PAINTINGS.items():
        started = time.perf_counter()
        data = as_jpeg(paint(name))
        (PICTURES / f"{name}.jpg").write_bytes(data)
        table[name] = {
            "file": f"{name}.jpg",
            "alt": DESCRIPTIONS[name],
            "hand": hand.__name__,
            "seed": seed,
        }
        print(f"{name}: {len(data) / 1000:.0f} kB, {time.perf_counter() - started:.1f} s")
    text = json.dumps(table, indent=2, ensure_ascii=False)
    (PICTURES / "pictures.json").write_text(text + "\n", encoding="utf-8")


def main(arguments=None):
    """Read the command line and paint; return 0, or 2 after a sentence about what is wrong."""
    reader = argparse.ArgumentParser(description="Paint the pictures of the gallery.")
    reader.add_argument(
        "name", nargs="?", help="one of: " + ", ".join(PAINTINGS) + "; without it, all"
    )
    reader.add_argument("--seed", type=int, help="another seed, another composition")
    reader.add_argument("--size", type=int, default=LONG_SIDE, help="long side in pixels")
    reader.add_argument("--output", type=Path, help="file to write (a .jpg or .png)")
    chosen = reader.parse_args(arguments)
    output = chosen.output or Path(f"{chosen.name}.jpg")
    problem = None
    if chosen.name is None:
        if chosen.seed is not None or chosen.output is not None or chosen.size != LONG_SIDE:
            problem = "--seed, --size and --output need the name of one painting before them."
    elif chosen.name not in PAINTINGS:
        problem = (
            f"There is no painting named {chosen.name!r}; choose one of {', '.join(PAINTINGS)}."
        )
    elif not 64 <= chosen.size <= 2048:
        problem = f"The size must be from 64 to 2048 pixels, and {chosen.size} is not."
    elif chosen.seed is not None and chosen.seed < 0:
        problem = f"The seed must be 0 or more, and {chosen.seed} is not."
    elif output.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        problem = f"The output must end in .jpg or .png, and {output.name!r} does not."
    elif not output.parent.is_dir():
        problem = f"There is no folder {str(output.parent)!r} to write to."
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if chosen.name is None:
        repaint_gallery()
        return 0
    image = paint(chosen.name, chosen.seed, chosen.size)
    if output.suffix.lower() == ".png":
        image.save(output)
    else:
        output.write_bytes(as_jpeg(image, LARGEST_FILE * max(1, chosen.size / LONG_SIDE) ** 2))
    print(f"{output}: {image.width} x {image.height} pixels")
    return 0


if __name__ == "__main__":
    sys.exit(main())
