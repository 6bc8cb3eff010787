"""The hand of an engraver on copper: a lighthouse on a coast, all in black lines."""

import numpy as np
from scipy import ndimage

from materials import LONG_SIDE, enlarge, fine_grid, mix, noise, points, ramp, reduce, rgb, texture


class Plate:
    """A copper plate, designed in four layers that have a number for each place.

    The furrows will run along the level lines of the first layer and, where it is dark, of the
    second too; the third says how dark each place is, and the last one where the outlines are.
    """

    def __init__(self, x, y, sun):
        """Design a sky of rings and rays around the sun, whose place x, y is `sun`."""
        self.x, self.y, self.sun = x, y, sun
        far, turn = np.hypot(x - sun[0], y - sun[1]), np.arctan2(y - sun[1], x - sun[0])
        rays = np.sin(19 * turn + sun[0]) + 0.6 * np.sin(43 * turn) + 0.3 * np.sin(7 * turn)
        dark = np.clip(0.1 + far / 640 + 0.1 * rays * np.clip(far / 120, 0, 1), 0, 0.62)
        outline = (np.abs(far - 28) < 1.1).astype(float)
        self.layers = [far, 130 * turn, np.where(far < 27, 0, dark), outline]

    def place(self, mask, first, second, dark):
        """Put a form, given by its first three layers, in front of what is there; outline it."""
        pixels = max(1, round(1 / (self.x[0, 1] - self.x[0, 0])))  # an outline is one unit wide
        rim = mask & ~ndimage.binary_erosion(mask, iterations=pixels, border_value=1)
        for layer, new in zip(self.layers, (first, second, dark, rim), strict=True):
            layer[mask] = np.broadcast_to(new, mask.shape)[mask]

    def ball(self, middle_x, middle_y, radius, shade, flat=0.85):
        """Put a round billow of cloud or leaves, whose furrows curve around its lighter side.

        `shade` is how dark its middle is, and `flat` its height as a share of its width.
        """
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
    """Engrave the coast: furrows follow each form and widen where it is dark.

    In the darker half a second set of furrows crosses the first, and in the darkest part a third.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)

    def field(*scales):
        """Return noise for each pixel of the fine grid."""
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
    away, crag = side * (x - 320) + 170, field(22, 7)  # away: from the lighthouse to the sun
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
