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
import os
import sys
import time
from itertools import pairwise
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
    side = rng.choice([-1, 1])  # of the moon; the cypress stands on the other side
    level = 0.9 * y + 16 * noise(rng, shape, 55) + 5 * noise(rng, shape, 22)
    whirls = [
        (320 + side * rng.uniform(-70, -10), rng.uniform(170, 215), 62),
        (320 + side * rng.uniform(75, 125), rng.uniform(215, 265), 40),
        (320 - side * rng.uniform(170, 220), rng.uniform(220, 260), 34),
    ]
    for whirl_x, whirl_y, radius in whirls:
        far = np.hypot(x - whirl_x, (y - whirl_y) * 1.15)
        level += rng.choice([-1, 1]) * 3.2 * radius * np.exp(-((far / radius) ** 2) / 2)
    stars = [(320 + side * 245, rng.uniform(70, 95), 33)]  # the first one is the moon
    while len(stars) < 12:
        star = (rng.uniform(25, 615), rng.uniform(20, 300), rng.uniform(9, 19))
        apart = [np.hypot(star[0] - a, star[1] - b) / (star[2] + c) for a, b, c in stars + whirls]
        if min(apart) > 2:
            stars.append(star)
    blues = rgb("0c1440", "14235f", "1d3c8c", "2b5fb0", "4f8fc4", "8fbfd0", "d8dfae")
    wave = 0.5 + 0.5 * np.sin(level / 7.5 + noise(rng, shape, 30))
    tone = 0.1 + 0.55 * wave**1.3 + 0.22 * (y / 400) ** 2 + 0.07 * noise(rng, shape, 40)
    plan = ramp(blues, tone)
    for star_x, star_y, radius in stars:
        far = np.hypot(x - star_x, y - star_y) / radius
        near = np.exp(-((far / 2.0) ** 4))
        level = level * (1 - near) + 40 * far * near  # level lines are rings around a star
        halo = ramp(rgb("fff6cf", "ffe27a", "f3b92f", "d9c66a", "8fb79a", "4d86b8"), far / 2.6)
        rings = np.where(far < 0.7, 1, 0.8 + 0.2 * np.cos(far * 7))
        plan = mix(plan, halo, np.clip(1.25 - far / 2.3, 0, 1) * rings)
    slope_y, slope_x = np.gradient(level)
    angles = np.arctan2(-slope_x, slope_y)
    for base, rough, greens in [
        (352, 26, rgb("1f3f78", "2f6488", "14305c")),
        (398, 20, rgb("153350", "2f6a5c", "0e2440")),
        (448, 14, rgb("0c2230", "2c5a3a", "56803f")),
    ]:
        ridge = base + rough * noise(rng, shape, 50)[0] + 6 * noise(rng, shape, 14)[0]
        furrow = 0.5 + 0.5 * np.sin((y - ridge) / 5 + 2 * noise(rng, shape, 20))
        plan = mix(plan, ramp(greens, furrow), y > ridge)
        along = np.arctan(np.gradient(ndimage.gaussian_filter1d(ridge, 6)))
        angles = np.where(y > ridge, along, angles)
    canvas = Canvas(shape, size, blues[1])
    canvas.lay(rng, plan, angles, 15, 70, 17, value=0.04, edge=0.5)
    canvas.lay(rng, plan, angles, 8, 42, 6.5, value=0.05, hue=0.035)
    canvas.lay(rng, plan, angles, 5.5, 24, 3.4, value=0.08, hue=0.045, edge=0.2)
    moon_and_stars(rng, canvas, stars, side)
    village(rng, canvas)
    cypresses(rng, canvas, side)
    return canvas.finish(rng)


def moon_and_stars(rng, canvas, stars, side):
    """Load the middle of each star with white, and paint the moon with an orange crescent."""
    for star_x, star_y, radius in stars[1:]:
        x, y = rng.normal(0, 0.2 * radius, (2, 14))
        whites = jitter(rng, np.tile(rgb("fff7d6"), (14, 1)), 0.03, 0.03)
        canvas.dabs(rng, x + star_x, y + star_y, whites, 0.27 * radius, rng.uniform(0, 3, 14))
    moon_x, moon_y, radius = stars[0]
    x, y = scatter(rng, canvas.shape, 2.6)
    x, y = np.stack([x, y])[:, np.hypot(x - moon_x, y - moon_y) < 0.97 * radius]
    whites = jitter(rng, np.tile(rgb("fdeeb0"), (len(x), 1)), 0.04, 0.03)
    canvas.dabs(rng, x, y, whites, 3, rng.uniform(0, 3, len(x)), 0.5)
    x, y = np.stack([x, y])[:, np.hypot(x - moon_x - 13 * side, y - moon_y + 8) > 0.72 * radius]
    oranges = jitter(rng, np.tile(rgb("f0941c"), (len(x), 1)), 0.06, 0.04)
    canvas.dabs(rng, x, y, oranges, 4, np.arctan2(y - moon_y, x - moon_x) + np.pi / 2, 0.35)


def village(rng, canvas):
    """Paint houses with lit windows at the foot of the hills."""
    for left in np.sort(rng.uniform(150, 490, 13)):
        corner, wide = np.array([left, rng.uniform(428, 462)]), rng.uniform(18, 36)
        eaves = corner - np.array([0, rng.uniform(13, 24)])
        tall = corner[1] - eaves[1]
        wall, roof = jitter(rng, rgb("2a4a78", "5d4a50"), 0.06, 0.05)
        front = points("0 0, 1 0, 1 -1, 0 -1") * (wide, tall) + corner
        top = points("-.1 0, 1.1 0, .6 -11") * (wide, 1) + eaves
        canvas.polygon(front, wall)
        canvas.polygon(top, roof)
        for place in rng.uniform(0, 1, 16):  # short strokes down the wall and along the roof
            stroke = points("0 0, 0 .3") * tall + eaves + (place * wide, tall * rng.uniform(0, 0.7))
            canvas.line(stroke, jitter(rng, wall, 0.09, 0.06), 1.8)
            stroke = points("0 0, 5 -1") + eaves + (place * wide, -6 * rng.random())
            canvas.line(stroke, jitter(rng, roof, 0.09, 0.06), 1.8)
        for outline in (front, top):
            for start, end in zip(outline, np.roll(outline, -1, axis=0), strict=True):
                bent = smooth_curve([start, (start + end) / 2 + rng.normal(0, 0.9, 2), end], 8)
                canvas.line(bent, jitter(rng, rgb("0a1228"), 0.03), rng.uniform(1, 2.2))
        for place in rng.uniform(0.15, 0.75, rng.integers(1, 4)):
            window = points("0 .35, 0 .7") * tall + eaves + (place * wide, 0)
            canvas.line(window, jitter(rng, rgb("ffd54a"), 0.05), 3.2)


def cypresses(rng, canvas, side):
    """Paint three dark cypresses like flames."""
    rows = np.broadcast_to(np.arange(canvas.shape[0])[:, None], canvas.shape)
    upright = 1.5 * np.pi + 0.45 * np.sin(rows / 17)
    t = np.linspace(0, 1, 40)
    for place, tall, wide in [(-262, 400, 33), (-218, 250, 22), (-292, 210, 20)]:
        flames = 1 + 0.16 * np.sin(25 * t + rng.uniform(0, 6))
        half = wide * np.sin(np.pi * t**0.7) ** 0.8 * flames
        middle = 320 + side * place + 7 * np.sin(5 * t + rng.uniform(0, 6))
        left, right = (np.stack([middle + way * half, 515 - tall * t], 1) for way in (-1, 1))
        mask = cover(canvas.shape, np.vstack([left, right[::-1]]))
        greens = ramp(rgb("0b1512", "16281c", "31452a", "4d3b22"), rng.uniform(0, 1, mask.shape))
        canvas.lay(rng, greens, upright, 7, 40, 6, mask, value=0.02, hue=0.02, edge=9)
        canvas.lay(rng, greens, upright, 6, 26, 2.6, mask, value=0.06, hue=0.04, edge=9)


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
        band = [(0, 3 * step), (640, 3 * step), (640, 512), (0, 512)]
        canvas.polygon(band, ramp(skies, np.array(step / 119)))
    canvas.dot(rng.uniform(465, 545), rng.uniform(150, 215), rng.uniform(44, 60), rgb("cf5136"))
    for lift in rng.uniform(40, 250, 9):  # bars of cloud
        left, wide = rng.uniform(230, 620), rng.uniform(50, 170)
        canvas.line([(left, lift), (left + wide, lift)], rgb("f3ead0"), rng.uniform(3, 8))
    t = np.arange(0, 641, 8)
    for lift, tone in [(318, "93a9a5"), (333, "6c8c99")]:
        hills = lift - 30 * np.abs(np.sin(t / 97 + seed + lift)) - 4 * np.sin(t / 17)
        canvas.polygon([*zip(t, hills, strict=True), (640, 512), (0, 512)], rgb(tone))

    def curve(text):
        """Draw a smooth curve through the points, moved a little by the seed."""
        corners = points(text)
        return smooth_curve(corners + rng.normal(0, 5, corners.shape))

    bottom = np.column_stack([np.linspace(-20, 660, 200), np.full(200, 540)])
    swell = curve("-20 362, 90 352, 200 376, 330 352, 450 372, 560 344, 660 360")
    one_wave(canvas, rng, swell, bottom, bands=9, claws=0)
    back = curve("-30 350, 40 290, 110 176, 190 92, 285 60, 365 92, 408 172")
    hollow = curve("430 540, 330 460, 262 372, 248 276, 282 208, 340 170, 408 172")
    one_wave(canvas, rng, back, hollow, bands=19, claws=17)
    back = curve("330 560, 400 470, 470 392, 530 352, 580 356, 604 392")
    hollow = curve("700 560, 610 500, 560 460, 545 425, 566 398, 604 392")
    one_wave(canvas, rng, back, hollow, bands=9, claws=10)
    swell = curve("-20 420, 60 398, 150 440, 260 478, 380 462, 500 488, 660 452")
    one_wave(canvas, rng, swell, bottom + np.array([0, 60]), bands=7, claws=0)
    picture = canvas.finish(rng, relief=0, cloth=0)
    rings = (y + 25 * noise(rng, shape, 90) + 0.04 * x) / 1.35  # the block, cut along the grain
    grain = np.sin(rings) + 0.9 * noise(rng, shape, 1.2)
    uneven = enlarge(grain + noise(rng, shape, 14, 4), picture[..., 0])[..., None]
    grain = enlarge(grain, picture[..., 0])[..., None]
    inked = 1 - picture.mean(axis=2, keepdims=True)
    picture = picture * (1 - 0.022 * grain) + 0.05 * inked * uneven
    return texture(rng, texture(rng, picture, 0.022, (0.8, 2.5)), 0.03)


def one_wave(canvas, rng, back, hollow, bands, claws):
    """Print a wave: bands from its back to its hollow, outlines, then foam along its crest."""
    blues = rgb("1d3d78", "2d5f96", "1d3d78", "dfe3d3", "5f93b4", "1d3d78", "24508c", "a9c6cc")
    ink, t = rgb("12244c"), np.linspace(0, 1, len(back))
    inner = 0.4 * rng.uniform(0.02, 0.98, bands - 2) + 0.6 * np.linspace(0.05, 0.95, bands - 2)
    edges = []
    for share in [0, *np.sort(inner), 1]:
        wander = 0.022 * np.sin(t * rng.uniform(8, 18) + rng.uniform(0, 6)) * (0 < share < 1)
        part = np.clip(share + wander, 0, 1)[:, None]
        edges.append(back * (1 - part) + hollow * part)
    for k in range(bands - 1):
        band = np.vstack([edges[k], edges[k + 1][::-1]])
        canvas.polygon(band, jitter(rng, blues[k % len(blues)], 0.02, 0.015))
    for edge in edges:
        canvas.line(edge, ink, rng.uniform(0.7, 1.5))
    canvas.line(back, ink, 2.6)
    canvas.line(hollow, ink, 2.2)
    for _ in range(0 if claws else 26):  # flecks of foam along a swell's bands
        edge, start = edges[rng.integers(1, bands - 1)], rng.integers(5, 180)
        canvas.line(edge[start : start + rng.integers(4, 18)], rgb("e9e8d6"), rng.uniform(1, 3))
    if claws:
        foam(canvas, rng, back, hollow, claws)


def foam(canvas, rng, back, hollow, claws):
    """Print the foam of a crest: claws behind, lumps, claws that hang over the hollow, spray."""
    reach = np.hypot(*(hollow[-1] - back[60])) / 9
    for k in np.linspace(80, 196, claws).astype(int):
        turn = np.arctan2(*(back[k] - back[k - 3])[::-1]) + rng.uniform(-0.9, -0.2)
        claw(canvas, rng, back[k], turn, reach * rng.uniform(0.9, 1.4), 2)
    lumps = []
    for k in np.linspace(62, 199, claws * 7).astype(int):
        deep = rng.uniform(-0.03, 0.1 + 0.16 * (k > 100))
        lumps.append((back[k] + deep * (hollow[k] - back[k]), reach * rng.uniform(0.13, 0.36)))
    for k in np.linspace(160, 199, claws).astype(int):
        lumps.append((0.3 * back[k] + 0.7 * hollow[k], reach * rng.uniform(0.15, 0.3)))
    for tone, extra in [("12244c", 1.2), ("f4efdc", 0)]:
        for place, radius in lumps:
            canvas.dot(*place, radius + extra, rgb(tone))
    for place, radius in lumps:  # a curl of blue in each lump
        arc = np.linspace(0.2, 2.4, 9)[:, None] + rng.uniform(-0.6, 0.6)
        curl = place + 0.75 * radius * np.hstack([np.cos(arc), np.sin(arc)])
        blue = ramp(rgb("5f93b4", "b9cfd2", "1d3d78"), np.array(rng.random()))
        canvas.line(curl, blue, rng.uniform(0.8, 1.8))
    for k in np.linspace(78, 199, claws * 2).astype(int):
        near_tip = k >= 165
        deep = rng.uniform(0.2, 0.95) if near_tip else rng.uniform(0.08, 0.24)
        inwards = np.array([0.3, 1]) if near_tip else hollow[k] - back[k]
        turn = np.arctan2(*inwards[::-1]) - rng.uniform(0.5, 1.2)
        root = back[k] + deep * (hollow[k] - back[k])
        claw(canvas, rng, root, turn, reach * rng.uniform(0.8, 1.35), 2)
    for _ in range(claws * 11):
        away = np.abs(rng.normal(0, 2, 2)) * (1, -0.5) + rng.normal(0, 0.8, 2)
        place = back[rng.integers(90, 200)] + reach * away
        canvas.dot(*place, rng.uniform(0.8, 2.7), rgb("f8f4e4"))


def claw(canvas, rng, root, turn, length, depth):
    """Draw one hook of foam that bends downwards, and smaller hooks growing out of it."""
    t = np.linspace(0, 1, 14)
    bend = turn + 2.0 * t**1.4 * rng.uniform(0.7, 1.2)
    spine = root + np.cumsum(np.stack([np.cos(bend), np.sin(bend)], 1), axis=0) * length / 14
    side = np.stack([-np.sin(bend), np.cos(bend)], 1) * (length * 0.24 * (1 - t) ** 0.8)[:, None]
    for k in (3, 6, 9) if depth else ():
        smaller = length * rng.uniform(0.4, 0.55)
        claw(canvas, rng, spine[k], bend[k] - rng.uniform(0.3, 1.0), smaller, depth - 1)
    hook = np.vstack([spine + side, (spine - side)[::-1]])
    canvas.polygon(hook, rgb("f4efdc"))
    canvas.dot(*root, length * 0.2, rgb("f4efdc"))
    canvas.line(hook, rgb("12244c"), 1.1)
    canvas.line((spine + 0.35 * side)[2:11], rgb("8fb3c4"), 1.2)


def stained_glass(seed, size=LONG_SIDE):
    """A rose window of pot-metal glass, cut into pieces that lead joins.

    Each piece of glass has its own tint, streaks and bubbles; grime gathers along the lead.
    """
    rng = np.random.default_rng(seed)
    shape = (LONG_SIDE, 512)
    x, y = fine_grid(shape, size)
    x, y = (side + 1.6 * enlarge(noise(rng, shape, 30), x) for side in (x, y))  # no ruler here
    region, palettes = rose_window(rng, x - 256, y - 262)
    seeds = rng.uniform(0, LONG_SIDE, (500, 2)) * (1, 1.25)
    cells = cKDTree(seeds).query(np.stack([x, y * 1.25], axis=-1))[1]  # the nearest seed
    piece = region * 1000 + np.where(np.isin(region // 1000, [1, 2, 3]), cells, 0)  # large: cut
    piece = np.unique(piece, return_inverse=True)[1].reshape(x.shape)
    cut = np.zeros(x.shape, bool)
    cut[:, 1:] |= piece[:, 1:] != piece[:, :-1]
    cut[1:] |= piece[1:] != piece[:-1]
    lead = ndimage.distance_transform_edt(~cut) * LONG_SIDE / (SUPERSAMPLING * size)
    kind = np.zeros(piece.max() + 1, int)
    kind[piece.ravel()] = region.ravel() // 1000
    tints = np.array([rng.choice(palettes[k]) for k in kind])
    tints = jitter(rng, tints, 0.04, 0.03)[piece]
    streaks = []
    for drawn_out in [(1.5, 18), (18, 1.5)]:  # across or down
        streak = 14 * ndimage.gaussian_filter(noise(rng, shape, 1), drawn_out)
        streaks.append(enlarge(streak + noise(rng, shape, 2.5), x))
    streak = np.where(rng.random(len(kind))[piece] < 0.5, *streaks)
    bubbles = enlarge(np.clip(noise(rng, shape, 1.1) - 2.2, 0, 1), x)
    light = 1.05 + 0.05 * streak + 0.1 * enlarge(noise(rng, shape, 60), x) + 0.9 * bubbles
    light *= 0.62 + 0.42 * np.clip(lead / 9, 0, 1) ** 0.5
    picture = np.clip(1.12 * tints * light[..., None] + 0.012 * streak[..., None], 0, 1)
    came = 2.1 + 0.5 * (kind == 0)[piece]  # half the width of the lead
    shine = lead / came + 0.1 * enlarge(noise(rng, shape, 2), x)
    metal = ramp(rgb("4a4c50", "26262a", "0b0b0d"), shine)
    picture = mix(picture, metal, np.clip((came - lead) * 1.5 + 0.5, 0, 1))
    return texture(rng, reduce(picture), 0.035)


def rose_window(rng, x, y):
    """Design the window around (0, 0): return a number for each place and a palette per kind.

    The number is 1000 times the kind of glass, plus the number of the piece within its kind.
    """
    petals = int(rng.choice([8, 10, 12]))
    far, turn = np.hypot(x, y), petals * (np.arctan2(y, x) / (2 * np.pi) + 0.5)
    beam, step = np.round(turn) % petals, (turn + 0.5) % 1 - 0.5
    side = 2 * np.pi * step / petals * far  # distance from the axis of the petal
    ruby, blue = rgb("7c0a1e", "b3122a", "d8342c", "a01045"), rgb("0d2a7a", "1747ab", "2f77cf")
    gold, green = rgb("d99412", "f2bd2c", "f7dc74", "c96f10"), rgb("0c5a3a", "1f8a4c", "6aae3e")
    violet = rgb("4a1c78", "6f35a0", "8d5bc0")
    clear = rgb("dce3b8", "a9d0d8", "f3dc9a", "86b7d6", "c9dfc0")
    first, second = (([ruby, blue, gold, green])[k] for k in rng.permutation(4)[:2])
    region, palettes = np.zeros(x.shape, int), []

    def add(mask, palette, number):
        """Put a kind of glass where the mask is true, over what is there."""
        region[mask] = (len(palettes) * 1000 + number + np.zeros(x.shape, int))[mask].astype(int)
        palettes.append(palette)

    rays = np.floor((far - 240) / 46 + 0.35 * np.sin(turn * 60 / petals))
    add(far > 0, clear, np.floor(turn * 4) * 7 + rays + 30)
    add(y > 262, blue, np.floor((x + 256) / 64 + 0.35 * np.sin(y / 18)))
    hills = y - 285 - 22 * np.sin(x / 60 + rng.uniform(0, 6)) - 10 * np.sin(x / 23)
    add(hills > 0, green, np.floor((x + 256 + 0.7 * hills) / 52))
    add(hills > 40, violet, np.floor((x + 290 - 0.9 * hills) / 70))
    add(far < 240, blue, beam * 4 + np.floor(step * 4 + 2))
    add(far < 216, ruby, beam * 3 + np.floor(step * 3 + 1.5))
    add(far < 205, first, beam * 2 + (step > 0))
    round_far, round_turn = np.hypot(side, far - 172), np.arctan2(side, far - 172)
    wide = 0.82 * 172 * np.pi / petals  # the radius of the roundels
    add(round_far < wide, gold, beam * 8 + np.floor((round_turn / np.pi + 1) * 4))
    add(round_far < 0.7 * wide, violet, beam)
    add(round_far < wide * (0.44 + 0.1 * np.cos(4 * round_turn)), second, beam)
    add(far < 132, blue, np.floor(2 * turn))
    leaf = 200 / petals * np.sin(np.pi * np.clip((far - 36) / 94, 0, 1)) ** 0.6
    add((np.abs(side) < leaf) & (far < 130), ruby, beam * 2 + (side > 0))
    add((np.abs(side) < 0.5 * leaf) & (far < 108) & (far > 50), gold, beam)
    add(far < 44, green, np.floor(turn / 2))
    add(far < 26, gold, 0)
    add(far < 12, ruby, 0)
    return region, palettes


def pointillist(seed, size=LONG_SIDE):
    """A river bank at sunset in dots: the eye mixes them.

    Every dot is a purer colour than the place it stands for, and one in eight is the complement.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    plan, horizon = river_bank(rng, shape, x, y)
    canvas = Canvas(shape, size, rgb("e9dcc0"))
    angles = np.where(y > horizon, 0.0, 0.4) + 0.5 * noise(rng, shape, 30)
    busy = ndimage.gaussian_filter(np.hypot(*np.gradient(plan.mean(axis=2))), 2) > 0.02
    for spacing, radius, share in [(9, 7.5, 0), (5.4, 3.6, 0.1), (3.8, 2.3, 0.13), (2.8, 1.4, 0.1)]:
        dots = scatter(rng, shape, spacing)
        if radius < 2:  # the smallest dots only where there is something to draw
            dots = dots[:, look_up(busy, *dots)]
        colours = look_up(plan, *dots)
        light = colours.mean(axis=1, keepdims=True)
        complement = rng.random(light.shape) < share
        pure = light + np.where(complement, -0.75, 1.3) * (colours - light)
        pure = jitter(rng, pure, 0.045, 0.04 if radius > 5 else 0.065)
        canvas.dabs(rng, *dots, pure, radius, look_up(angles, *dots), 0.85)
    return canvas.finish(rng, relief=0.35, cloth=0.02)


def river_bank(rng, shape, x, y):
    """Plan a river at sunset with sails, strollers and a tree; return it with the horizon."""
    side = rng.choice([-1, 1])  # of the sun; the tree stands on the other side
    horizon, sun_x = rng.uniform(205, 240), 320 + side * rng.uniform(40, 190)
    skies = rgb("4f6fb8", "8f93c8", "d9a3b5", "f4b98a", "f9d77e")
    plan = ramp(skies, y / horizon + 0.06 * noise(rng, shape, 30))
    cloud = noise(rng, shape, 26) + 0.35 * noise(rng, shape, 9) + 0.5 * np.sin(y / 21) - 0.35
    plan = mix(plan, rgb("f6c9a6") - 0.15 * (y[..., None] < 90), 0.75 * np.clip(cloud, 0, 1))
    glow = np.hypot(x - sun_x, 1.1 * (y - horizon + 64))
    plan = mix(plan, rgb("ffdf6b"), 0.8 * np.exp(-((glow / 85) ** 2)))
    plan = mix(plan, rgb("fff3b0"), glow < 23)
    rough = 13 * np.abs(noise(rng, shape, 16)[0]) + 7 * np.abs(noise(rng, shape, 5)[0])
    trees = ramp(rgb("3d4a8a", "59609c", "5d7f78", "98935f"), 0.4 + 0.3 * noise(rng, shape, 8))
    plan = mix(plan, trees, (y > horizon - 12 - rough) & (y <= horizon))
    near = np.maximum(y - horizon, 0)
    mirror = look_up(plan, x, horizon - near - 4)
    ripple = np.sin(y / (1.5 + near / 45) + 1.8 * noise(rng, shape, 14))
    water = mix(0.86 * mirror, rgb("3f63b0"), 0.24 + 0.24 * ripple)
    path = np.exp(-(((x - sun_x) / (14 + 0.22 * near)) ** 2)) * np.clip(ripple + 0.5, 0, 1)
    plan = mix(plan, mix(water, rgb("ffd873"), 0.85 * path), near > 0)
    hull = points("-.4 -.1, .42 -.1, .3 .06, -.3 .06")
    main, jib = points("0 -.1, 0 -1, .42 -.14"), points("-.06 -.1, 0 -.85, -.33 -.1")
    for tall in np.sort(rng.uniform(24, 78, 4)):
        spot = np.array([rng.uniform(110, 530), horizon + 2 + 0.75 * tall])
        for tone, cloth in (("fbe9cf", main), ("e9c2c4", jib)):
            plan = mix(plan, rgb(tone), 0.95 * cover(shape, tall * cloth + spot))
            plan = mix(plan, rgb(tone), 0.5 * cover(shape, tall * cloth * (1, -0.75) + spot))
        plan = mix(plan, rgb("5a3350"), cover(shape, tall * hull + spot))
    shore = 405 + 0.16 * side * (x[0] - 320) + 9 * noise(rng, shape, 40)[0]
    shadow = noise(rng, shape, 26) + 0.4 * noise(rng, shape, 7) + (y - shore) / 90
    grass = rgb("d8cf5a", "a9bd4c", "5f9a4a", "2f6a58", "34487f")
    plan = mix(plan, ramp(grass, 0.42 + 0.22 * shadow), y > shore)
    return strollers(rng, big_tree(rng, plan, x, y, side), x, y, side), horizon


def big_tree(rng, plan, x, y, side):
    """Add a tree to the plan, lit from the side of the sun."""
    leaves, middle = np.zeros(x.shape), 320 - 240 * side
    for _ in range(70):
        leaf_x, leaf_y = middle + rng.normal(0, 56), rng.normal(95, 60)
        leaves = np.maximum(leaves, 1.4 - np.hypot(x - leaf_x, y - leaf_y) / rng.uniform(22, 40))
    trunk = smooth_curve(points("0 470, -6 350, 8 240, 2 110") + np.array([middle, 0]), 40)
    thick = np.linspace(17, 5, 40)[:, None] * (1, 0)
    bark = ramp(rgb("3b2a55", "7a4a3a", "c77b3e"), 0.5 + side * (x - middle) / 40)
    plan = mix(plan, bark, cover(x.shape, np.vstack([trunk - thick, (trunk + thick)[::-1]])))
    tone = 0.42 + side * (x - middle) / 260 + 0.22 * noise(rng, x.shape, 13)
    foliage = ramp(rgb("21406a", "2f6a4f", "6f9440", "d3b13e"), tone)
    return mix(plan, foliage, np.clip(4 * (leaves + 0.25 * noise(rng, x.shape, 7) - 0.45), 0, 1))


def strollers(rng, plan, x, y, side):
    """Add seven strollers to the plan: shadow, dress, head, and often a parasol."""
    body = points("-.2 0, .22 0, .09 -.5, .12 -.78, -.1 -.78, -.08 -.5")
    shadow = points("-.1 0, .15 0, .3 .2, 0 .22")
    shadow[2:, 0] -= 0.7 * side
    arc = np.linspace(np.pi, 2 * np.pi, 12)
    shade = np.stack([0.42 * np.cos(arc), 0.3 * np.sin(arc) - 0.93], 1)
    for _ in range(7):
        foot = np.array([320 + side * rng.uniform(-170, 260), rng.uniform(418, 476)])
        tall = 46 + 0.6 * (foot[1] - 400)
        dress = jitter(rng, rng.choice(rgb("2b2a5e", "7a2748", "33407f", "d9d3e6")), 0.05, 0.06)
        head = np.hypot(x - foot[0], y - foot[1] + 0.88 * tall) < 0.085 * tall
        plan = mix(plan, rgb("2e4a70"), 0.7 * cover(x.shape, tall * shadow + foot))
        plan = mix(plan, dress, cover(x.shape, tall * body + foot))
        plan = mix(plan, rgb("c98a6a"), head)
        if rng.random() < 0.6:
            red = jitter(rng, rgb("e2633f"), 0.05, 0.12)
            plan = mix(plan, red, cover(x.shape, tall * shade + foot))
    return plan


class Plate:
    """A copper plate: two fields whose level lines are the furrows, a darkness, outlines."""

    def __init__(self, x, y, sun):
        """Engrave a sky of rings and rays around the sun at `sun`."""
        self.x, self.y, self.sun = x, y, sun
        far, turn = np.hypot(x - sun[0], y - sun[1]), np.arctan2(y - sun[1], x - sun[0])
        rays = np.sin(19 * turn + sun[0]) + 0.6 * np.sin(43 * turn) + 0.3 * np.sin(7 * turn)
        dark = np.clip(0.1 + far / 640 + 0.1 * rays * np.clip(far / 120, 0, 1), 0, 0.62)
        outline = (np.abs(far - 28) < 1.1).astype(float)
        self.layers = [far, 130 * turn, np.where(far < 27, 0, dark), outline]

    def place(self, mask, first, second, dark):
        """Put a form in front of what is there, with an outline."""
        pixels = max(1, round(1 / (self.x[0, 1] - self.x[0, 0])))  # an outline of one unit
        rim = mask & ~ndimage.binary_erosion(mask, iterations=pixels, border_value=1)
        for layer, new in zip(self.layers, (first, second, dark, rim), strict=True):
            layer[mask] = np.broadcast_to(new, mask.shape)[mask]

    def ball(self, middle_x, middle_y, radius, shade, flat=0.85):
        """Put a billow of cloud or leaves: furrows bend around it, away from the sun."""
        rows = np.searchsorted(self.y[:, 0], (middle_y - radius, middle_y + radius))
        columns = np.searchsorted(self.x[0], (middle_x - radius, middle_x + radius))
        box = (slice(*rows), slice(*columns))
        u, v = (self.x[box] - middle_x) / radius, (self.y[box] - middle_y) / radius / flat
        far = u**2 + v**2
        inside = far + 0.05 * np.sin(7 * np.arctan2(v, u) + middle_x) < 0.93
        to_sun = np.array([self.sun[0] - middle_x, self.sun[1] - middle_y])
        sun_u, sun_v = to_sun / np.hypot(*to_sun)
        light = u * sun_u + v * sun_v
        first = radius * np.hypot(u - 1.1 * sun_u, v - 1.1 * sun_v)
        second = 1.2 * radius * (u * sun_v - v * sun_u)
        dark = np.clip(shade - 0.52 * light + 0.25 * far, 0.03, 0.95)
        rim = (far > 0.9 * (1 - 1.5 / radius) ** 2) & (light < 0.75)
        for layer, new in zip(self.layers, (first, second, dark, rim), strict=True):
            layer[box][inside] = new[inside]


def engraving(seed, size=LONG_SIDE):
    """A coast engraved in ink: furrows follow each form and widen where it is dark.

    In the darker half a second set of furrows crosses the first, and in the darkest a third.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)

    def field(*scales):
        return enlarge(noise(rng, shape, *scales), x)

    side, sea = rng.choice([-1, 1]), rng.uniform(318, 345)
    sun_x = 320 + side * rng.uniform(60, 170)
    plate = Plate(x, y, (sun_x, rng.uniform(150, 190)))
    for place_x, bank_y in points("-230 60, -60 105, 250 95, 20 235, -250 190"):  # clouds
        bank_x, tall = 320 + side * place_x + rng.normal(0, 22), rng.uniform(26, 46)
        shifts = rng.normal(0, 52, 26)
        lifts = rng.uniform(0, 1, 26) * np.exp(-((shifts / 70) ** 2))
        for k in np.argsort(-lifts):  # from the back of the bank to its front
            radius = 8 + rng.uniform(8, 28) * np.exp(-((shifts[k] / 100) ** 2))
            plate.ball(bank_x + shifts[k], bank_y - tall * lifts[k], radius, 0.3)
    for base, rough in [(sea - 26, 24), (sea - 4, 15)]:  # far mountains
        heights = rough * np.abs(noise(rng, shape, 34)[:1]) + 3 * noise(rng, shape, 5)[:1]
        ridge, crag = base - enlarge(np.repeat(heights, 512, axis=0), x), field(12, 5)
        dark = np.clip(0.4 + 0.22 * crag, 0.1, 0.9)
        slope = 0.8 * (side * x + y - ridge) + 4 * crag
        plate.place((y > ridge) & (y < sea), slope, y + 0.3 * x, dark)
    near = np.maximum(y - sea, 0)
    swell = np.sin(2.1 * near**0.72 + 1.6 * field(40))
    glint = np.exp(-(((x - sun_x) / (22 + 0.5 * near)) ** 2))
    curl = 2.2 * np.sin(x / 13 + 2 * field(25)) * np.clip(near / 70, 0, 1)
    dark = np.clip(0.45 + 0.24 * swell - 0.5 * glint, 0.02, 0.85)
    plate.place(y > sea, y + curl, 0.5 * x + y, dark)
    away, crag = side * (x - 320) + 170, field(22, 7)  # distance from the lighthouse to the sun
    cliff = sea - 62 + 0.28 * np.abs(away) + 26 * np.clip(away / 60 - 1, 0, 9) + 7 * field(16, 5)
    dark = np.clip(0.55 - away / 420 + 0.25 * crag, 0.08, 0.96)
    plate.place(y > cliff, 0.55 * side * x + y + 6 * crag, side * x - 0.5 * y + 4 * crag, dark)
    lighthouse(plate, away, sea, cliff, side)
    for _ in range(9):  # bushes on the cliff
        bush_x = 320 - side * (170 + rng.uniform(-95, 190))
        ground = sea - 62 + 0.28 * abs(side * (bush_x - 320) + 170)
        for _ in range(16):
            spot_x, spot_y = bush_x + rng.normal(0, 17), ground + rng.normal(25, 15)
            plate.ball(spot_x, spot_y, rng.uniform(6, 13), 0.55, 1)
    return pull(rng, plate, field)


def lighthouse(plate, away, sea, cliff, side):
    """Put a round tower with a gallery, a lantern and a cap on the cliff."""
    x, y = plate.x, plate.y
    up = sea - y
    round_x = away / (23 - 0.035 * (up - 60))  # -1 to 1 across the tower
    dark = np.clip(0.42 - 0.45 * round_x + 0.1 * (y % 26 < 3), 0.03, 0.92)
    rings = y + 7 * np.sqrt(np.clip(1 - round_x**2, 0, 1))
    tower = (np.abs(round_x) < 1) & (up < 190) & (y < cliff + 9)
    plate.place(tower, rings, 1.2 * x + 0.6 * y, dark)
    plate.place((np.abs(round_x) < 1.45) & (np.abs(up - 190) < 5), y, x, 0.35 - 0.3 * round_x)
    lantern = (np.abs(round_x) < 0.75) & (up < 213) & (up > 194)
    plate.place(lantern, 0.8 * x, y, 0.15 + 0.5 * (np.abs(round_x) > 0.45))
    cap = (np.abs(round_x) < (240 - up) / 28) & (up > 212)
    plate.place(cap, y - 0.6 * side * x, x, 0.55 - 0.35 * round_x)
    for floor in (100, 135, 165):
        plate.place((np.abs(away) < 3.5) & (np.abs(up - floor) < 6), x, y, 0.98)


def pull(rng, plate, field):
    """Ink the plate's furrows and print them on cream paper."""
    first, second, dark, outline = plate.layers
    tremble, swell = 0.3 * field(3), 1 + 0.16 * field(7)
    ink, pitch = np.clip(outline, 0, 1), 3.7  # units from furrow to furrow
    third = 0.7 * (first + second)
    for furrow, threshold, gain in [(first, 0, 0.8), (second, 0.42, 0.85), (third, 0.68, 1.3)]:
        wide = np.clip((dark - threshold) * gain * swell, 0, 0.72)
        wave = np.abs((furrow + tremble) / pitch % 1 - 0.5) * 2
        ink = np.maximum(ink, np.clip((wide - wave) * 4 + 0.5, 0, 1) * (wide > 0.035))
    ink = np.clip(ink * (0.93 + 0.1 * field(1) + 0.05 * field(20)), 0, 1)
    paper = ramp(rgb("e3d3ae", "efe3c6", "f6eeda"), 0.55 + 0.12 * field(50) + 0.1 * field(2))
    return texture(rng, reduce(mix(paper, rgb("1d1714"), ink)), 0.03)


def mosaic(seed, size=LONG_SIDE):
    """Fish in a sea of small stones, with a golden border.

    The stones stand in rows along the contours of the fish, as a mosaicist lays them; where rows
    meet, stones are left out and the gaps get smaller ones.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    row = 6.6  # units from row to row
    bend = 14 * np.sin(x / 70 + rng.uniform(0, 6))
    wave = 0.5 + 0.5 * np.sin((y + 2 * bend) / 13 + noise(rng, shape, 40))
    blues = rgb("0e2a5a", "14478f", "1f6fb0", "2f9bb8", "7fc6bd", "e3ead2")
    plan = ramp(blues, 0.9 * wave**1.5 + 0.06 * noise(rng, shape, 25))
    fish, places = np.zeros(shape, bool), []
    for _ in range(4000):
        long = rng.uniform(235, 275) if len(places) < 2 else rng.uniform(120, 165)
        middle = rng.uniform((60 + long / 2, 110), (580 - long / 2, 402))
        apart = [np.hypot(*((middle - other) * (1, 1.6))) / (long + size) for other, size in places]
        if len(places) < 5 and min(apart, default=1) > 0.56:
            places.append((middle, long))
            plan, body = one_fish(rng, plan, x, y, middle, long)
            fish |= body
    rim = np.minimum.reduce([x, y, 639 - x, 511 - y])
    border = rim < 5 * row
    inside = ndimage.distance_transform_edt(fish | border)
    outside = ndimage.distance_transform_edt(~(fish | border))
    plan = mix(plan, 0.55 * plan, fish & ~border & (inside < 0.9 * row))  # a dark row inside
    plan = mix(plan, blues[0], (outside > 0) & (outside < 1.05 * row))  # and one around
    golds = rgb("a8741a", "d8a52c", "f2cf5e", "fbe9a6")
    plan = mix(plan, ramp(golds, 0.5 + 0.3 * noise(rng, shape, 3)), border)
    along = np.where(np.minimum(x, 639 - x) < np.minimum(y, 511 - y), y - 256, x - 320)
    tooth = 6 * np.abs(along / (7 * row) % 1 - 0.5) - rim / row + 1
    band = (rim > row) & (rim < 4 * row)
    plan = mix(plan, rgb("14398a"), band & (tooth > 0))
    plan = mix(plan, rgb("c23a26"), band & (tooth > 1.6))
    level = y + bend + 4 * noise(rng, shape, 50) + 600  # rows of the open sea
    stones = rows_of_stones(rng, inside, inside > 0, row)
    stones += rows_of_stones(rng, outside, (outside > 0) & (outside < 2.05 * row), row)
    stones += rows_of_stones(rng, level, outside >= 2.05 * row, row)
    return set_stones(rng, Canvas(shape, size, rgb("42403e")), plan, stones, row)


def one_fish(rng, plan, x, y, middle, long):
    """Add a fish to the plan; return the plan and where the fish is."""
    turn, flip = rng.uniform(-0.5, 0.5), rng.choice([-1, 1])
    x, y = (x - middle[0]) / long, (y - middle[1]) / long
    u = flip * (x * np.cos(turn) + y * np.sin(turn))  # from tail to head, -0.5 to 0.5
    v = y * np.cos(turn) - x * np.sin(turn) - 0.05 * np.sin(5 * u)
    high = np.abs(v)
    oval = 0.2 * np.sqrt(np.clip(1 - ((u - 0.06) / 0.42) ** 2, 0, 1))
    body = high < oval * (1 + 0.9 * np.minimum(u, 0))
    tail = (u < -0.26) & (u > -0.5) & (high < -0.165 - 0.75 * u) & (u < 0.5 * high - 0.34)
    fins = (np.abs(u - 0.02) < 0.15) & (high < np.minimum(0.27, 0.215 - 0.5 * u))
    reds = rgb("7a1c3c", "b83a4a", "e07a6a", "f3b9a0", "f9e6d6")
    golds = rgb("6b4a12", "b98416", "e2b53a", "f3da86", "fff4cf")
    oranges = rgb("7c1f1a", "c2401f", "e8842a", "f4c64f", "fbeab0")
    palette = (reds, golds, oranges)[rng.integers(3)]
    scales = 0.28 * (0.5 + 0.5 * np.cos(46 * u) * np.cos(52 * v))
    plan = mix(plan, ramp(palette, 0.5 + 0.45 * np.sin(26 * high + 30 * u)), fins | tail)
    plan = mix(plan, ramp(palette, 0.35 + 1.9 * v + scales + 0.25 * (u > 0.27)), body & ~tail)
    plan = mix(plan, palette[0], body & (np.abs(u - 0.27 + 0.6 * v**2) < 0.012))  # the gill
    eye = np.hypot(u - 0.37, v + 0.045)
    plan = mix(mix(plan, rgb("fdf6e0"), eye < 0.05), rgb("15131c"), eye < 0.024)
    return plan, body | tail | fins


def rows_of_stones(rng, field, where, row):
    """Walk along the level lines of a field and return stones as (x, y, angle)."""
    stones = []
    for level in np.arange(0.5, field.max() / row) * row:
        for line in measure.find_contours(field, level):
            walked = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
            stops = np.cumsum(rng.uniform(0.8, 1.25, int(walked[-1] / row) + 1)) * row
            stops = stops[stops < walked[-1]]
            x, y = (np.interp(stops, walked, line[:, k]) for k in (1, 0))
            next_x, next_y = (np.interp(stops + 2, walked, line[:, k]) for k in (1, 0))
            found = np.stack([x, y, np.arctan2(next_y - y, next_x - x)], axis=1)
            stones += found[look_up(where, x, y)].tolist()
    return stones


def set_stones(rng, canvas, plan, stones, row):
    """Set the stones that find a free place, then fill the gaps with smaller ones."""
    taken = np.zeros((2 * canvas.shape[0], 2 * canvas.shape[1]), bool)
    square = points("-1 -1, 1 -1, 1 1, -1 1")
    for half in (0.5 * row, 0.42 * row, 0.3 * row):
        for x, y, turn in stones:
            reach = int(1.6 * half)
            top, left = int(2 * y) - reach, int(2 * x) - reach
            window = taken[max(top, 0) : top + 2 * reach + 1, max(left, 0) : left + 2 * reach + 1]
            if window.size == 0 or window.mean() > 0.12:
                continue
            window[:] = True
            corners = (square + rng.normal(0, 0.09, (4, 2))) * half * (rng.uniform(0.82, 1.05), 0.9)
            cos, sin = np.cos(turn), np.sin(turn)
            corners = corners @ np.array([(cos, sin), (-sin, cos)])
            colour = jitter(rng, look_up(plan, np.array(x), np.array(y)), 0.075, 0.035)
            if rng.random() < 0.015:  # a glint of gold
                colour = rgb("f6d66a")
            place, shine = np.array([x, y]), np.clip(colour + rng.normal(0.03, 0.05), 0, 1)
            canvas.polygon(corners + place, colour, rng.integers(150, 255))
            facet = 0.55 * corners + place + rng.normal(0, 0.5, 2)
            canvas.polygon(facet, shine, rng.integers(150, 255))
        x, y = scatter(rng, canvas.shape, 2.4)
        stones = np.stack([x, y, rng.uniform(0, 3, len(x))], axis=1).tolist()
    return canvas.finish(rng, relief=0.45, cloth=0.03)


def woven_cloth(seed, size=LONG_SIDE):
    """An ikat: the warp is dyed before weaving, so the pattern's edges feather along the threads.

    Every thread is a little cylinder of twisted fibre that goes over and under its neighbours.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)
    pitch = 4.4  # units from thread to thread
    wander = [2.2 * noise(rng, shape, 45) + 0.35 * noise(rng, shape, 9) for _ in range(2)]
    x, y = x + enlarge(wander[0], x), y + enlarge(wander[1], x)
    warp, weft = x / pitch + 8, y / pitch + 8
    i, j = warp.astype(int), weft.astype(int)  # the numbers of the threads
    threads = int(max(i.max(), j.max())) + 2
    across, down = (warp % 1 - 0.5) * 2, (weft % 1 - 0.5) * 2  # -1 to 1 across a thread
    slip = np.cumsum(rng.normal(0, 1.3, threads))
    slip = 1.1 * (slip - ndimage.gaussian_filter1d(slip, 6)) + rng.normal(0, 2.2, threads)
    zone = medallions(rng, (i - 7.5) * pitch, y + slip[i])
    dyes = rgb("8e1b25", "f0e2c0", "1c2f66", "d99a2b", "8e1b25", "f0e2c0", "27605a", "1c2f66")
    dyes[2:7] = rng.permutation(dyes[2:7])
    warp_tint = jitter(rng, np.ones((threads, 3)), 0.09, 0.03)[i]
    weft_colour = jitter(rng, np.tile(rgb("5c1a2a"), (threads, 1)), 0.05, 0.03)[j]
    over = (i + 2 * j) % 5 > 0  # a satin: the warp shows four times in five
    over ^= rng.random((threads, threads))[i, j] < 0.004  # now and then a fault
    near = np.cos(np.pi * down / 2)
    warp_height = np.sqrt(1 - across**2) * np.where(over, 0.75 + 0.3 * near, 0.55 - 0.9 * near)
    weft_height = np.sqrt(1 - down**2) * np.where(over, 0.35, 0.95)
    front = warp_height > weft_height
    height, lean = np.maximum(warp_height, weft_height), np.where(front, -across, -down)
    turns = np.where(front, weft * 2.2 + across * 0.55, warp * 2.2 + down * 0.55)
    soft, fluff, folds = (enlarge(noise(rng, shape, scale), x) for scale in (5, 0.7, 60))
    colour = mix(weft_colour, np.clip(dyes[zone] * warp_tint + 0.03 * soft[..., None], 0, 1), front)
    light = 0.45 + 0.55 * height + 0.13 * lean + 0.09 * np.sin(2 * np.pi * turns) + 0.04 * soft
    light = light * (1 + 0.07 * folds) + 0.05 * fluff
    return texture(rng, reduce(np.clip(1.12 * colour * light[..., None], 0, 1)), 0.03)


def medallions(rng, x, y):
    """Divide the cloth into the zones (0 to 7) of its pattern: rows of stepped medallions."""
    wide, tall = rng.uniform(150, 185), rng.uniform(225, 270)
    x, y = x + rng.uniform(0, wide), y + rng.uniform(0, tall)
    y = y + np.floor(x / wide) * tall / 2  # every other column is half a medallion lower
    a, b = 2 * np.abs(x / wide % 1 - 0.5), 2 * np.abs(y / tall % 1 - 0.5)
    diamond = a + b + 0.07 * np.sign(np.sin(26 * b)) * (a > 0.12)
    zone = np.digitize(diamond, [0.16, 0.26, 0.46, 0.56, 0.78, 0.86, 1.12])
    zone = np.where(np.abs(a - 0.86) + 0.35 * np.abs(np.sin(11 * b)) < 0.2, 1, zone)
    return np.where(a > 0.956, 3, zone)


class Sketch:
    """A plan made of coloured shapes, each with a direction for the brush and an outline."""

    def __init__(self, rng, plan, angles):
        """Begin with a plan of the background and its angles."""
        self.rng, self.plan, self.angles = rng, plan, angles
        self.drawn, self.outlines = np.zeros(angles.shape), []

    def add(self, corners, colours, angle):
        """Add a shape whose colours (hexadecimal, with spaces between) are mixed in patches."""
        mask = cover(self.drawn.shape, corners) > 0.5
        patches = 0.5 + 0.35 * noise(self.rng, mask.shape, 16)
        self.plan = mix(self.plan, ramp(rgb(*colours.split()), patches), mask)
        self.angles = np.where(mask, angle + 0.15 * (patches - 0.5), self.angles)
        self.drawn[mask] = 1
        self.outlines.append(np.vstack([corners, corners[:1]]))


def fauve_harbour(seed, size=LONG_SIDE):
    """A harbour in violent colours: broad loaded strokes, no shade but another colour.

    Shadows are blue or violet, light is yellow or pink; dark blue outlines are broken.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    side, quay, drift = rng.choice([-1, 1]), rng.uniform(235, 255), noise(rng, shape, 45)
    skies = rgb("1f8f9c", "56b8a8", "f4d35e", "f79a3e", "ef5b52", "f58fa8")
    plan = ramp(skies, 0.9 * y / quay + 0.13 * drift + 0.06 * np.sin(x / 50))
    sketch = Sketch(rng, plan, 0.5 * noise(rng, shape, 60) - 0.35 * side)
    ring = np.linspace(0, 2 * np.pi, 15)[:-1, None]
    sun = 34 * np.hstack([np.cos(ring), np.sin(ring)]) + (320 + 120 * side, 82)
    sketch.add(sun, "fff0a0 ffd23c ff9d2e", 0.8)
    hills = [(175, 38, "4b3fa8 7a55c4 2f6fb5"), (212, 24, "0f7a5a 37a35a c8cf3a")]
    for base, rough, colours in hills:
        ridge = base + rough * (noise(rng, shape, 75)[0] - side * np.linspace(-1, 1, 640))
        ridge = np.column_stack([np.arange(640), np.minimum(ridge, quay - 6)])[::24]
        sketch.add(np.vstack([ridge, [(660, quay), (-9, quay)]]), colours, -0.5 * side)
    town(rng, sketch, quay, side)
    near = y - quay
    mirror = look_up(sketch.plan, x, quay - near + 6 * np.sin(y / 4))
    waves = 0.12 * noise(rng, shape, 26) + 0.3 * np.sin(y / (5 + np.abs(near) / 16) + 2 * drift)
    sea = ramp(rgb("142c86", "1f5fc4", "2389d0", "19a7a4", "7fd0b0"), 0.4 + waves)
    sea = mix(sea, mirror, np.clip(0.85 - near / 110, 0, 0.85))
    sketch.plan = mix(sketch.plan, sea, near > 0)
    sketch.angles = np.where(near > 0, 0.12 * drift, sketch.angles)
    feet = np.linspace(298, 462, 5)
    masts = [boat(rng, sketch, k, foot, y, drift) for k, foot in enumerate(feet)]
    canvas = Canvas(shape, size, rgb("e8c9a0"))
    plan, angles = sketch.plan, sketch.angles
    fine = (np.abs(y - quay + 50) < 70) | (sketch.drawn > 0)
    canvas.lay(rng, plan, angles, 17, 60, 24, value=0.04, hue=0.04, edge=0.6)
    canvas.lay(rng, plan, angles, 13, 40, 15, value=0.06, hue=0.05, edge=0.3)
    canvas.lay(rng, plan, angles, 6, 18, 6, fine, value=0.05, hue=0.05)
    canvas.lay(rng, plan, angles, 24, 34, 9, value=0.08, hue=0.07)
    for outline in sketch.outlines:
        for start, end in pairwise(outline):
            pieces = max(1, round(np.hypot(*(end - start)) / 24))
            for piece in np.nonzero(rng.random(pieces) < 0.8)[0]:
                t = np.linspace(piece, piece + 0.95, 4)[:, None] / pieces
                stroke = start + t * (end - start) + rng.normal(0, 0.6, (4, 2))
                blue, thick = jitter(rng, rgb("141a52"), 0.04, 0.04), rng.integers(120, 220)
                canvas.line(stroke, blue, rng.uniform(1.4, 3), thick)
    for mast in masts:
        canvas.line(mast, jitter(rng, rgb("7a1f3a"), 0.05), 4, 200)
    return canvas.finish(rng, relief=0.75, cloth=0.03)


def town(rng, sketch, quay, side):
    """Sketch thirty houses above the quay."""
    walls = ["f7c6a0 f58fa8 ef5b52", "fbe7a1 f4c53e f79a3e", "f4efe2 bfe0dc 8fc7e0"]
    walls.append("e8574a c9304a 8e2a6a")
    for left in rng.permutation(np.linspace(-15, 630, 30)) + rng.normal(0, 6, 30):
        climb = 26 + 24 * (1 + side * (320 - left) / 320)
        corner = np.array([left, quay - rng.uniform(-2, climb)])
        size = np.array([rng.uniform(32, 60), rng.uniform(30, 66)])
        sketch.add(points("0 .1, 1 .1, 1 -1, 0 -1") * size + corner, rng.choice(walls), np.pi / 2)
        top = corner - (0, size[1])
        roof = points("-.07 0, 1.07 0, .75 -15, .2 -15") * (size[0], 1) + top
        sketch.add(roof, "d8402e f0672f a32a5a", 0.1)
        for window in (0.2, 0.6):
            pane = points("0 0, 6 0, 6 -10, 0 -10") + corner + size * (window, -0.5)
            sketch.add(pane, "1d2f80 2a5ac0", np.pi / 2)


def boat(rng, sketch, k, foot, y, drift):
    """Sketch a boat with its glare on the water, every other one with a sail; return its mast."""
    paints = ["d8213a f0672f 8e2a6a", "0e7a4a 5fb84a 0f4f8a", "f4c53e f79a3e e8574a"]
    long, colours = (foot - 170) * rng.uniform(0.6, 0.8), paints[k % 3]
    place = np.array([rng.uniform(40, 470), foot])
    hull = points("0 -.2, .15 .05, .82 .05, 1.05 -.26, .8 -.15, .2 -.13, 0 -.2")
    glare = cover(y.shape, points(".1 .08, .85 .08, .7 .4, .25 .4") * long + place)
    glare *= np.sin(y / 3.2 + 2 * drift) > -0.2
    sketch.plan = mix(sketch.plan, rgb(colours[:6]), 0.85 * glare)
    sketch.add(smooth_curve(hull * long + place, 16), colours, 0.05)
    top = place + long * np.array([0.52, -rng.uniform(0.9, 1.15)])
    if k % 2:
        sail = np.vstack([top, points(".55 -.2, 1 -.27") * long + place])
        sketch.add(sail, "fff3d0 f7d0b0 f58fa8", 1.1)
    middle = (top + place + (0.5 * long, 0)) / 2 + rng.normal(0, 1.5, 2)
    step = place + long * np.array([0.5, -0.1])
    return smooth_curve([step, middle, top], 12)


def cubist_guitar(seed, size=LONG_SIDE):
    """A still life broken into facets: each is seen from another side and shaded by itself.

    The table is cut again and again by straight lines; every facet shifts and turns what it
    shows, has its own light from one edge to the other, and its own direction of the brush.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid(portrait=True)
    facet, cuts = np.zeros(shape, int), np.full(shape, np.nan)
    slants = np.radians([12, 35, 62, 88, 118, 150]) + rng.normal(0, 0.06, 6)
    for new in range(1, 46):  # cut the largest facet, across its length more often than along it
        inside = facet == np.bincount(facet.ravel()).argmax()
        long = np.arctan2(y[inside].std(), x[inside].std())
        chance = np.exp(np.sin(slants - long) ** 2)
        slant = rng.choice(slants, p=chance / chance.sum())
        off = (x - x[inside].mean()) * np.sin(slant) - (y - y[inside].mean()) * np.cos(slant)
        off += rng.normal(0, 18)
        facet[inside & (off > 0)] = new
        cuts[inside & (np.abs(off) < 0.8)] = slant

    facet = np.unique(facet, return_inverse=True)[1].reshape(shape)  # some may have vanished

    def each(values):
        """Spread one value for each facet over its units."""
        return values[facet]

    count = facet.max() + 1
    middle_y, middle_x = np.array(ndimage.center_of_mass(x * 0 + 1, facet, range(count))).T
    from_x, from_y = x - each(middle_x), y - each(middle_y)
    turn, grow = each(rng.normal(0, 0.16, count)), each(rng.normal(1, 0.1, count))
    seen_x = grow * (np.cos(turn) * from_x - np.sin(turn) * from_y)
    seen_y = grow * (np.sin(turn) * from_x + np.cos(turn) * from_y)
    seen_x += each(middle_x + rng.normal(0, 13, count))
    seen_y += each(middle_y + rng.normal(0, 13, count))
    plan = still_life(rng, seen_x - 256, seen_y)
    way = each(rng.choice(slants, count) + rng.choice([0, np.pi], count))
    across = from_x * np.sin(way) - from_y * np.cos(way)
    light = 0.2 * np.clip(across / 55, -1, 1) + each(rng.normal(0, 0.05, count))
    plan = np.clip(plan * (1 + 1.4 * light[..., None]) + 0.5 * light[..., None], 0, 1)
    plan = mix(plan, rgb("6f8794"), 0.38 * each(rng.random(count) < 0.22))  # some facets are cold
    angles = way + 0.1 * noise(rng, shape, 12)
    canvas = Canvas(shape, size, rgb("3a2c1e"))
    canvas.lay(rng, plan, angles, 9, 26, 12, value=0.03, hue=0.015, edge=0.2)
    canvas.lay(rng, plan, angles, 4.6, 12, 5, value=0.045, hue=0.02, edge=0.14)
    dark = ~np.isnan(cuts) & (noise(rng, shape, 18) > -0.6) & (rng.random(shape) < 0.3)
    dark_y, dark_x = np.nonzero(dark)  # broken outlines along the cuts
    inks = jitter(rng, np.tile(rgb("1c1510"), (len(dark_x), 1)), 0.05, 0.02)
    canvas.dabs(rng, dark_x + 0.5, dark_y + 0.5, inks, 3.2, cuts[dark], 0.3)
    canvas.lay(rng, np.clip(1.1 * plan + 0.06, 0, 1), angles, 10, 7, 4, value=0.06, edge=0.14)
    return canvas.finish(rng, relief=0.6, cloth=0.035)


def still_life(rng, x, y):
    """Plan a table with a guitar, a bottle and a newspaper, seen at the places x, y."""
    lean = rng.uniform(0.25, 0.6) * rng.choice([-1, 1])
    side = np.sign(lean)
    u = x * np.cos(lean) + (y - 350) * np.sin(lean)  # across the guitar
    v = (y - 350) * np.cos(lean) - x * np.sin(lean)  # and along it
    wall = 0.5 + 0.3 * np.sin(x / 60 + 4) + 0.15 * noise(rng, x.shape, 50)
    plan = ramp(rgb("3a3d3a", "6f7467", "a79f86", "8b7f68"), wall)
    boards = ramp(rgb("4a2f1d", "7d5229", "a9763a"), 0.5 + 0.4 * np.sin(y / 5 + np.sin(x / 40)))
    plan = mix(plan, boards, y > 420 - 0.2 * x)
    sheet = (np.abs(x - 150 * side) < 75) & (np.abs(y - 480) < 62)
    text = (np.sin(0.75 * y) > 0.2) & (np.sin(1.3 * x + 7 * np.floor(y / 8.4)) > -0.55)
    plan = mix(mix(plan, rgb("e2d6b6"), sheet), rgb("4b463c"), sheet & text)
    bottle = np.abs(x + 165 * side) < np.clip(13 + 0.8 * (y - 210), 13, 42)
    glass = ramp(rgb("10241c", "23503a", "6f8f62", "1b3a2c"), (x + 206) % 84 / 84)
    plan = mix(plan, glass, bottle & (y > 95) & (y < 440))
    body = np.minimum(np.hypot(u, v - 70) / 118, np.hypot(u, v + 62) / 92)
    plan = mix(plan, rgb("2a1a10"), body < 1.06)
    vein = 0.35 * np.sin(u / 9 + 0.8 * np.sin(v / 40)) + 0.1 * noise(rng, x.shape, 20)
    plan = mix(plan, ramp(rgb("8a4f1c", "c98a3a", "e6b765", "b06a28"), 0.5 + vein), body < 1)
    hole = np.hypot(u, v + 15)
    plan = mix(mix(plan, rgb("e9dcb4"), hole < 42), rgb("17100c"), hole < 33)
    neck = (np.abs(u) < np.where(v < -315, 26, 17)) & (v < -20) & (v > -385)
    plan = mix(plan, rgb("3b2416"), neck)
    plan = mix(plan, rgb("c8b890"), neck & (np.sin(v / 5) > 0.9))  # frets
    plan = mix(plan, rgb("2a1a10"), (np.abs(u) < 40) & (np.abs(v - 120) < 8))  # the bridge
    strings = (np.abs(u % 7 - 3.5) > 2.6) & (np.abs(u) < 17) & (v > -330) & (v < 122)
    return mix(plan, rgb("f2e7c8"), strings)


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
    "mosaic_2": (mosaic, 2),
    "woven_cloth": (woven_cloth, 1),
    "fauve_harbour": (fauve_harbour, 1),
    "cubist_guitar": (cubist_guitar, 7),
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
    "pointillist_2": "A river at sunset in small dots of colour: sailing boats, strollers on a "
    "green bank, and a tree on the left.",
    "engraving": "An engraving in black lines on cream paper: a lighthouse on a cliff on the "
    "right, a sun with rays, round clouds and the sea.",
    "engraving_2": "An engraving in black lines on cream paper: a lighthouse on a cliff on the "
    "left, a sun with rays, round clouds and the sea.",
    "mosaic": "A mosaic of small stones: five fish, a large orange one above a large red one, in "
    "blue waves within a golden border.",
    "mosaic_2": "A mosaic of small stones: five fish, a large orange one above a large golden one, "
    "in blue waves within a golden border.",
    "woven_cloth": "A woven cloth of thick threads: red and green medallions edged in cream on "
    "dark blue.",
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


class Reader(argparse.ArgumentParser):
    """A reader of the command line that says in one sentence what is wrong."""

    def error(self, message):
        """Leave with the message as a sentence, without the usage."""
        self.exit(2, f"{message[0].upper()}{message[1:]}.\n")


def main(arguments=None):
    """Read the command line and paint; return 0, or 2 after a sentence about what is wrong."""
    reader = Reader(description="Paint the pictures of the gallery.")
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
    elif output.is_dir():
        problem = f"{str(output)!r} is a folder; give the name of a file."
    elif not output.parent.is_dir():
        problem = f"There is no folder {str(output.parent)!r} to write to."
    elif not os.access(output.parent, os.W_OK):
        problem = f"The folder {str(output.parent)!r} cannot be written to."
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if chosen.name is None:
        repaint_gallery()
        return 0
    image = paint(chosen.name, chosen.seed, chosen.size)
    if output.suffix.lower() == ".png":
        file = io.BytesIO()
        image.save(file, "PNG")
        data = file.getvalue()
    else:
        data = as_jpeg(image, LARGEST_FILE * max(1, chosen.size / LONG_SIDE) ** 2)
    replaced = " It was there and is replaced." if output.exists() else ""
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(output)  # so that no half a picture is ever there
    except OSError as error:
        print(f"{str(output)!r} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    finally:
        partial.unlink(missing_ok=True)
    print(f"{output}: {image.width} x {image.height} pixels.{replaced}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
