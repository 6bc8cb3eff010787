"""The canvas and its brush: strokes, dabs, dots, lines and polygons of thick paint.

Most hands first make a *plan* (an array with the colour wanted at each unit) and a map of
*angles* (where the brush should go), then lay strokes over it, from broad to fine.
"""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from materials import LONG_SIDE, SUPERSAMPLING, jitter, look_up, scatter, texture


class Canvas:
    """A canvas with four channels: red, green, blue, and the thickness of the paint.

    Places and lengths are given in units, colours from 0 to 1, and the thickness of the paint
    (`height`) from 0 to 255.
    """

    def __init__(self, shape, size, ground):
        """Make a canvas of `shape` units in one colour, whose long side will be `size` pixels."""
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
        """Fill a polygon."""
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
        """Cover the canvas with strokes, or only the part where the mask is over a half."""
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
        """Return the picture: light the paint from the upper left, reduce it, and show the cloth.

        `relief` is how strongly thick paint catches the light, and `cloth` how much of the weave of
        the canvas shows through.
        """
        layers = np.asarray(self.image, float) / 255
        colour = layers[..., :3]
        height = ndimage.gaussian_filter(layers[..., 3], 0.3 * self.zoom)
        slope_y, slope_x = np.gradient(height * self.zoom / 2)
        light = np.clip(relief * 4 * (slope_x + slope_y), -0.3, 0.3)
        colour = np.clip(
            colour * (1 + light[..., None]) + 0.25 * np.maximum(light, 0)[..., None], 0, 1
        )
        reduced = Image.fromarray((255 * colour + 0.5).astype(np.uint8)).resize(
            self.small, Image.Resampling.BOX
        )
        return texture(rng, np.asarray(reduced, float) / 255, cloth)
