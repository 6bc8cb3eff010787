"""The hand of an engraver on copper: a lighthouse on a coast, all in black lines."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage
from scipy.spatial import cKDTree

from materials import (
    LONG_SIDE,
    SIZE,
    enlarge,
    fine_grid,
    mix,
    noise,
    points,
    ramp,
    reduce,
    rgb,
    texture,
)

SHAPE = (512, LONG_SIDE)


class Plate:
    """A copper plate, designed in four layers that have a number for each place.

    The furrows will run along the level lines of the first layer and, where it is dark, of the
    second too; the third says how dark each place is, and the last one where single lines are.
    """

    def __init__(self, rng, x, y, sun):
        """Design a sky of rings and rays around the sun, whose place x, y is `sun`."""
        self.rng, self.x, self.y, self.sun = rng, x, y, sun
        self.zoom = 1 / (x[0, 1] - x[0, 0])  # pixels of the fine grid in a unit
        self.wobble = [self.field(9, 3), self.field(9, 3), self.field(12)]  # an unsteady hand
        far, turn = np.hypot(x - sun[0], y - sun[1]), np.arctan2(y - sun[1], x - sun[0])
        rays = np.sin(19 * turn + sun[0]) + 0.6 * np.sin(43 * turn) + 0.3 * np.sin(7 * turn)
        dark = np.clip(0.06 + far / 760 + 0.1 * rays * np.clip(far / 120, 0, 1), 0, 0.55)
        outline = (np.abs(far - 28) < 0.8).astype(float)
        self.layers = [far, 130 * turn, np.where(far < 27, 0, dark), outline]

    def field(self, *scales):
        """Return noise for each pixel of the fine grid."""
        return enlarge(noise(self.rng, SHAPE, *scales), self.x)

    def place(self, mask, first, second, dark, outline=0.7):
        """Put a form, given by its first three layers, in front of what is there.

        Its outline is as many units wide as `outline` says.
        """
        pixels = max(1, round(outline * self.zoom))
        rim = mask & ~ndimage.binary_erosion(mask, iterations=pixels, border_value=1)
        for layer, new in zip(self.layers, (first, second, dark, rim), strict=True):
            layer[mask] = np.broadcast_to(new, mask.shape)[mask]

    def scratch(self, lines, where=True):
        """Cut single lines, each given by its points and its width in units."""
        image = Image.new("L", self.x.shape[::-1])
        pen = ImageDraw.Draw(image)
        for line, width in lines:
            flat = (np.asarray(line) * self.zoom).ravel().tolist()
            pen.line(flat, fill=255, width=max(1, round(width * self.zoom)), joint="curve")
        cut = np.asarray(image) / 255 * where
        self.layers[3] = np.maximum(self.layers[3], cut)

    def billows(self, balls, shade, outline=0.7):
        """Put a heap of balls, as of cloud or leaves, lit from the side of the sun.

        The balls are rows of x, y and radius. One set of furrows runs over all of them and bulges
        with their surface. `shade` is how dark the middle is.
        """
        low, high = (balls[:, :2] - balls[:, 2:]).min(0), (balls[:, :2] + balls[:, 2:]).max(0)
        rows = np.searchsorted(self.y[:, 0], (low[1], high[1]))
        columns = np.searchsorted(self.x[0], (low[0], high[0]))
        box = (slice(*rows), slice(*columns))
        x, y = self.x[box] + 2 * self.wobble[0][box], self.y[box] + 2 * self.wobble[1][box]
        height, owner = np.full(x.shape, -1.0), np.zeros(x.shape, int)
        for k, (ball_x, ball_y, radius) in enumerate(balls):
            far = ((x - ball_x) ** 2 + (y - ball_y) ** 2) / radius**2
            bulge = np.where(far < 1, radius * (1.3 - far), -1)
            owner[bulge > height] = k
            height = np.maximum(height, bulge)
        inside = height > 0
        ball_x, ball_y, radius = balls[owner].T.swapaxes(1, 2)
        u, v = (x - ball_x) / radius, (y - ball_y) / radius
        to_sun = np.array(self.sun) - balls[:, :2].mean(0)
        sun_u, sun_v = to_sun / np.hypot(*to_sun)
        light = u * sun_u + v * sun_v
        depth = (y - low[1]) / (high[1] - low[1])
        dark = np.clip(shade - 0.48 * light + 0.42 * (depth - 0.5) + 0.12 * (u**2 + v**2), 0, 0.95)
        crease = (u**2 + v**2 > (1 - 1.1 / radius) ** 2) & (light < 0.45)
        rim = inside & ~ndimage.binary_erosion(
            inside, iterations=max(1, round(outline * self.zoom))
        )
        bent = self.y[box] - 0.3 * height
        new_layers = (bent, self.x[box] + 0.6 * height, dark, rim | crease)
        for layer, new in zip(self.layers, new_layers, strict=True):
            layer[box][inside] = new[inside]

    def rocks(self, mask, spacing, dark, steep=1.0):
        """Put rock that is broken into facets, each with furrows of its own direction.

        `spacing` is the size of a facet in units, and `steep` how many times higher than wide.
        """
        x, y = self.x + 1.5 * self.wobble[0], self.y + 1.5 * self.wobble[1]
        count = int(SHAPE[0] * SHAPE[1] / spacing**2 / steep)
        seeds = self.rng.uniform(-20, 660, (count, 2)) * (1, 0.85)
        places = np.stack([x[mask], y[mask] / steep], axis=1)
        cell = np.zeros(x.shape, int)
        cell[mask] = cKDTree(seeds / (1, steep)).query(places)[1]
        faces = self.rng.choice([-1, 1], count) * np.sign(self.sun[0] - 320)
        turn = np.radians(np.where(faces > 0, 25, 68)) + self.rng.normal(0, 0.22, count)
        turn = turn[cell] * np.sign(320 - self.sun[0])
        first = self.x * np.sin(turn) + self.y * np.cos(turn) + 0.5 * self.wobble[1]
        second = self.x * np.sin(turn + 1.1) + self.y * np.cos(turn + 1.1)
        tone = np.where(faces > 0, -0.2, 0.16) + self.rng.normal(0, 0.07, count)
        from_x, from_y = self.x - seeds[cell, 0], self.y - seeds[cell, 1]
        deep = np.clip((from_y - np.sign(self.sun[0] - 320) * from_x) / spacing, -1, 1.3)
        tone = tone[cell] + 0.11 * deep  # each facet darkens downwards and away from the sun
        self.place(mask, first, second, np.clip(dark + tone, 0.08, 0.78))
        cracks = np.zeros(x.shape, bool)
        cracks[1:] |= cell[1:] != cell[:-1]
        cracks[:, 1:] |= cell[:, 1:] != cell[:, :-1]
        cracks = ndimage.binary_dilation(cracks, iterations=max(1, round(0.3 * self.zoom)))
        self.layers[3] = np.maximum(self.layers[3], cracks & mask & (self.wobble[2] > -0.3))


def engraving(seed, size=SIZE):
    """Engrave the coast: furrows follow each form and widen where it is dark.

    In the darker half a second set of furrows crosses the first, and in the darkest part a third.
    """
    rng = np.random.default_rng(seed)
    x, y = fine_grid(SHAPE, size)
    side, sea = rng.choice([-1, 1]), rng.uniform(318, 345)
    sun_x = 320 + side * rng.uniform(60, 170)
    plate = Plate(rng, x, y, (sun_x, rng.uniform(150, 190)))
    for place_x, bank_y, wide in points("-230 75 80, -40 52 70, 240 95 95, 40 250 75, -250 215 90"):
        cloud(rng, plate, 320 + side * place_x + rng.normal(0, 22), bank_y, wide)
    for base, rough, pale in [(sea - 22, 30, 0.2), (sea - 3, 17, 0.34)]:  # far mountains
        heights = rough * np.abs(noise(rng, SHAPE, 34)[:1]) + 2.5 * noise(rng, SHAPE, 5)[:1]
        ridge = base - enlarge(np.repeat(heights, 512, axis=0), x)
        plate.rocks((y > ridge) & (y < sea), 17, pale + (y - ridge) / 300, steep=1.8)
    water(rng, plate, sea)
    ship(plate, np.array([sun_x + side * 55, sea + 30]), 62, side)
    ship(plate, np.array([sun_x + side * 130, sea + 7]), 26, side)
    away = side * (x - 320) + 170  # from the lighthouse to the sun
    cliff = (
        sea - 62 + 0.28 * np.abs(away) + 30 * np.clip(away / 60 - 1, 0, 9) + 6 * plate.field(16, 5)
    )
    shade = 0.42 - away / 560 + 0.1 * plate.field(30) + np.clip(y - cliff, 0, 150) / 500
    plate.rocks(y > cliff, 30, shade, steep=1.5)
    lighthouse(plate, away, sea, cliff, side)
    for bush_away in rng.permutation(np.linspace(-180, 95, 12)):  # bushes on the cliff
        if abs(bush_away) > 22:
            ground = sea - 62 + 0.28 * abs(bush_away) + 30 * max(bush_away / 60 - 1, 0)
            bush_x = 320 + side * (bush_away + rng.normal(0, 6) - 170)
            bush(rng, plate, bush_x, ground + rng.uniform(2, 14), rng.uniform(11, 26), side)
    grass(rng, plate, cliff, side)
    for corner, tall in ((-40, 60), (-95, 42), (-140, 30), (10, 26), (70, 20)):  # in front of all
        bush(rng, plate, 320 - side * (300 + corner), 520 + rng.uniform(-6, 4), tall, side)
    for gull in np.column_stack([sun_x + rng.normal(0, 90, 9), rng.uniform(215, sea - 40, 9)]):
        wing = points("-1 -.3, -.5 -.55, 0 0, .6 -.5, 1 -.15") * rng.uniform(4, 8) + gull
        plate.scratch([(wing, 0.9)])
    return pull(rng, plate)


def cloud(rng, plate, middle_x, bank_y, wide):
    """Put a bank of cloud: large billows in its middle and small ones at its ends."""
    shifts = np.linspace(-1.1, 1.1, 60) + rng.normal(0, 0.1, 60)
    swell = np.exp(-(shifts**2) * 1.6) * (1 + 0.3 * np.sin(5 * shifts + rng.uniform(0, 6)))
    lifts = rng.uniform(-0.1, 1, 60) * swell
    radii = wide * (0.07 + 0.2 * swell * rng.uniform(0.25, 1, 60))
    balls = np.column_stack([middle_x + wide * shifts, bank_y - 0.62 * wide * lifts, radii])
    plate.billows(balls, 0.2)
    for _ in range(7):  # streaks of thin cloud below
        left = middle_x + rng.normal(0, 0.8) * wide
        t = np.linspace(0, rng.uniform(0.3, 1.1) * wide, 12)
        streak = np.column_stack(
            [left + t, bank_y + 0.22 * wide + rng.normal(0, 4) + np.sin(t / 9)]
        )
        plate.scratch([(streak, rng.uniform(0.5, 1))])


def water(rng, plate, sea):
    """Put the sea, whose waves grow in size and height from the horizon to the front."""
    x, y = plate.x, plate.y
    near = np.maximum(y - sea, 0)
    depth = [150 * np.log(near + 7), (x - 320) * 55 / (near + 7)]
    waves = noise(rng, (1024, 1024), 11) + 0.5 * noise(rng, (1024, 1024), 4)
    waves = ndimage.map_coordinates(waves, depth, order=1, mode="grid-wrap")
    glint = np.exp(-(((x - plate.sun[0]) / (20 + 0.5 * near)) ** 2))
    dark = np.clip(0.4 + 0.27 * waves - 0.36 * glint - 0.1 * np.exp(-near / 25), 0, 0.9)
    first = y - 0.022 * (near + 7) * waves
    plate.place(y > sea, first, y + 0.25 * x, dark)


def ship(plate, foot, tall, side):
    """Put a ship of three masts under sail; `foot` is the middle of its waterline."""

    def scaled(text):
        """Return the points of a part of the ship."""
        return points(text) * tall * (side, 1) + foot

    hull = scaled("-.52 -.2, -.4 -.13, .36 -.12, .56 -.2, .46 0, -.4 0")
    spars = [scaled(text) for text in ("-.3 0, -.3 -.82", "0 0, 0 -1", ".28 0, .28 -.8")]
    stays = [
        scaled(text) for text in (".28 -.8, .82 -.3, .5 -.18", "-.3 -.8, -.52 -.2, 0 -1, .28 -.12")
    ]
    plate.scratch([(line, 0.6) for line in spars] + [(line, 0.35) for line in stays])
    for mast, top in ((-0.3, 0.8), (0, 0.97), (0.28, 0.78)):
        for low, high, wide in ((0.2, 0.46, 0.17), (0.49, 0.72, 0.13), (0.75, 0.95, 0.09)):
            low, high, left, right = low * top, high * top, mast - wide, mast + wide
            sail = scaled(
                f"{left} {-low}, {left + 0.05} {-(low + high) / 2}, {left + 0.03} {-high}, "
                f"{right - 0.03} {-high}, {right + 0.05} {-(low + high) / 2}, {right} {-low}"
            )
            across = side * (plate.x - foot[0]) / tall - mast
            bulge = plate.x + 0.12 * plate.y
            plate.place(inside(plate, sail), bulge, plate.y, 0.3 - 1.3 * across, 0.5)
    plate.place(
        inside(plate, scaled(".3 -.2, .8 -.31, .31 -.72")), plate.x - plate.y, plate.y, 0.3, 0.5
    )
    plate.place(inside(plate, hull), plate.y, plate.x, 0.85)


def inside(plate, corners):
    """Return where the plate is inside a polygon."""
    image = Image.new("1", plate.x.shape[::-1])
    ImageDraw.Draw(image).polygon((corners * plate.zoom).ravel().tolist(), fill=1)
    return np.asarray(image)


def bush(rng, plate, bush_x, ground, tall, side):
    """Put a bush or a small tree that the wind of the sea has bent, with its single leaves."""
    count = int(0.055 * tall**2) + 12
    shift = rng.normal(0, 0.55, (count, 2)).clip(-1.1, 1.1) * (1.1, 0.5) * tall
    balls = np.column_stack([bush_x + shift[:, 0], ground + shift[:, 1] - 0.5 * tall])
    balls[:, 0] -= 0.35 * side * (ground - balls[:, 1])
    balls = np.column_stack([balls, rng.uniform(4, 8, count)])
    plate.billows(balls, 0.42, 0.5)
    arc = np.linspace(np.pi, 2 * np.pi, 6)
    scallop = np.stack([np.cos(arc), 0.9 * np.sin(arc)], 1)
    leaves = []
    for ball_x, ball_y, radius in balls:
        for _ in range(9):
            turn, far = rng.uniform(0, 2 * np.pi), radius * rng.uniform(0.3, 1.05)
            middle = np.array([ball_x + far * np.cos(turn), ball_y + far * np.sin(turn)])
            for step in (-1.6, 0, 1.6):
                leaf = scallop * rng.uniform(0.8, 1.3) + middle + (step, 0.5 * abs(step))
                leaves.append((leaf, rng.uniform(0.4, 0.8)))
    plate.scratch(leaves)


def grass(rng, plate, cliff, side):
    """Cut tufts of grass along the top of the cliff and on its ledges."""
    blades = []
    for _ in range(700):
        foot_x = rng.uniform(-5, 645)
        column = int(np.clip(foot_x * plate.zoom, 0, plate.x.shape[1] - 1))
        ground = plate.y[:, column] > cliff[:, column]
        if not ground.any():
            continue
        top = plate.y[np.argmax(ground), 0]
        foot = np.array([foot_x, top + rng.choice([1, 2, 6]) + abs(rng.normal(0, 4))])
        for lean in rng.normal(-0.3 * side, 0.6, 5):
            blade = points("0 0, .3 -.55, 1 -1") * (4 * lean, rng.uniform(3, 7)) + foot
            blades.append((blade, rng.uniform(0.35, 0.7)))
    plate.scratch(blades)


def lighthouse(plate, away, sea, cliff, side):
    """Put a round tower of stone with a gallery, a lantern and a cap, and the keeper's house."""
    x, y = plate.x, plate.y
    up = sea - y
    for left, right, eaves in ((-95, -30, 88), (-66, -44, 104)):
        house = (away > left) & (away < right) & (up < eaves) & (y < cliff + 9)
        window = (np.abs((away - left) % 21 - 11) < 3) & (np.abs(up - 76) < 5)
        plate.place(house, y, x, np.where(window, 0.9, 0.22))
        slope = np.minimum(away - left + 5, right + 5 - away)
        roof = (slope > 0) & (up >= eaves) & (up < eaves + np.clip(slope, 0, 17))
        plate.place(roof, y + 0.5 * x, x, 0.62)
    round_x = away / (23 - 0.035 * (up - 60))  # -1 to 1 across the tower
    bend = y + 7 * np.sqrt(np.clip(1 - round_x**2, 0, 1))
    course = np.floor(bend / 7)  # a ring of stones
    around = np.arcsin(np.clip(round_x, -1, 1)) * 23 + 6 * (course % 2)
    stone = np.sin(course * 12.9 + np.floor(around / 12) * 78.2)
    joint = (bend % 7 < 0.7) | ((around % 12 < 0.8) & (stone > -0.5))
    dark = np.clip(0.36 - 0.42 * round_x + 0.08 * stone, 0.02, 0.92)
    tower = (np.abs(round_x) < 1) & (up < 190) & (y < cliff + 9)
    plate.place(tower, bend, 1.2 * x + 0.6 * y, dark)
    plate.layers[3][tower & joint] = 0.8
    plate.place((np.abs(round_x) < 1.45) & (np.abs(up - 190) < 4), y, x, 0.35 - 0.3 * round_x)
    rail = (np.abs(round_x) < 1.4) & (up > 194) & (up < 203)
    plate.layers[3][rail & ((np.abs(away % 6 - 3) < 0.5) | (up > 202))] = 1
    lantern = (np.abs(round_x) < 0.75) & (up < 217) & (up > 194)
    plate.place(lantern, 0.8 * x, y, 0.1 + 0.6 * (np.abs(away % 8 - 4) < 1))
    cap = (np.abs(round_x) < np.sqrt(np.clip((236 - up) / 24, 0, 1))) & (up > 216)
    plate.place(cap, y - 0.6 * side * x, x, 0.55 - 0.35 * round_x)
    plate.place((np.abs(away) < 1.2) & (up > 234) & (up < 250), x, y, 0.98)
    for floor in (100, 135, 165):
        window = (np.abs(away) < 3.5) & (
            up - floor < 4 + 2 * np.sqrt(np.clip(1 - away**2 / 12, 0, 1))
        )
        plate.place(window & (up > floor - 6), x, y, 0.98)


def pull(rng, plate):
    """Ink the plate's furrows and print them on cream paper."""
    first, second, dark, outline = plate.layers
    tremble, swell = 0.22 * plate.field(3), 1 + 0.16 * plate.field(7)
    ink, pitch = np.clip(outline, 0, 1), 2.9  # units from furrow to furrow
    third = 0.7 * (first + second)
    for furrow, threshold, gain in [(first, 0, 0.85), (second, 0.4, 0.85), (third, 0.68, 1.2)]:
        wide = np.clip((dark - threshold) * gain * swell, 0, 0.72)
        wave = np.abs((furrow + tremble) / pitch % 1 - 0.5) * 2
        ink = np.maximum(ink, np.clip((wide - wave) * 4 + 0.5, 0, 1) * (wide > 0.05))
    ink = np.clip(ink * (0.93 + 0.1 * plate.field(1) + 0.05 * plate.field(20)), 0, 1)
    tint = 0.55 + 0.12 * plate.field(50) + 0.1 * plate.field(2)
    paper = ramp(rgb("e3d3ae", "efe3c6", "f6eeda"), tint)
    return texture(rng, reduce(mix(paper, rgb("1d1714"), ink)), 0.03)
