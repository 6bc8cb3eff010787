"""The hand of a painter in violent colours and broad strokes: a harbour with boats."""

import numpy as np

from canvas import Canvas
from materials import (
    SIZE,
    cover,
    grid,
    jitter,
    look_up,
    mix,
    noise,
    points,
    ramp,
    rgb,
    smooth_curve,
)


class Sketch:
    """A plan made of coloured shapes, each with a direction for the brush and an outline.

    `drawn` is 1 where there is a shape. `outlines` has the points of each outline and its colour;
    where a later shape hides it, the points are not a number.
    """

    def __init__(self, rng, plan, angles):
        """Begin with a plan of the background and its angles."""
        self.rng, self.plan, self.angles = rng, plan, angles
        self.drawn, self.outlines = np.zeros(angles.shape), []

    def add(self, corners, colours, angle, line="141a52"):
        """Add a shape whose colours (hexadecimal, with spaces between) are mixed in patches."""
        mask = cover(self.drawn.shape, corners) > 0.5
        patches = 0.5 + 0.35 * noise(self.rng, mask.shape, 12)
        self.plan = mix(self.plan, ramp(rgb(*colours.split()), patches), mask)
        self.angles = np.where(mask, angle + 0.2 * (patches - 0.5), self.angles)
        self.drawn[mask] = 1
        for outline, _ in self.outlines:
            outline[look_up(mask, *np.nan_to_num(outline.T, nan=-9))] = np.nan
        self.draw(np.vstack([corners, corners[:1]]), line)

    def draw(self, corners, line="141a52"):
        """Draw a line without a shape."""
        long = np.append(0, np.cumsum(np.hypot(*np.diff(corners, axis=0).T)))
        steps = np.linspace(0, long[-1], max(3, int(long[-1] / 2.5)))
        self.outlines.append(
            (np.column_stack([np.interp(steps, long, corners[:, k]) for k in (0, 1)]), line)
        )


def fauve_harbour(seed, size=SIZE):
    """Paint the harbour: broad strokes of thick paint, and another colour instead of a shade.

    Shadows are blue or violet, light is yellow or pink; the outlines have gaps, and between the
    strokes the pale ground of the canvas shows.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    side, quay, drift = rng.choice([-1, 1]), rng.uniform(228, 244), noise(rng, shape, 45)
    skies = rgb("1f8f9c", "4fb5ae", "a9cf9a", "f6d765", "f79a3e", "f0685a", "f58fa8")
    plan = ramp(skies, 0.92 * y / quay + 0.1 * drift + 0.05 * noise(rng, shape, (9, 30)))
    cloud = noise(rng, shape, (10, 38)) + 0.3 * noise(rng, shape, 8) - 0.9
    plan = mix(plan, rgb("f9b9b4"), np.clip(1.6 * cloud, 0, 0.9))
    sketch = Sketch(rng, plan, 0.4 * noise(rng, shape, 50) - 0.3 * side)
    ring = np.linspace(0, 2 * np.pi, 25)[:-1, None]
    sun = 27 * np.hstack([np.cos(ring), np.sin(ring)]) + (320 + 120 * side, 84)
    sketch.add(sun, "fff4b8 ffdc4a ffb02e", 0.8, "e8562e")
    hills = [
        (128, 36, "6a63c4 8f7ad0 4f8fcf"),
        (168, 30, "4b3fa8 7a55c4 c2569a 2f6fb5"),
        (206, 20, "0f7a5a 37a35a c8cf3a f0a03c"),
    ]
    for base, rough, colours in hills:
        ridge = base + rough * (noise(rng, shape, 55)[0] - 1.2 * side * np.linspace(-1, 1, 640))
        ridge += 4 * noise(rng, shape, 8)[0]
        ridge = np.column_stack([np.arange(640), np.minimum(ridge, quay - 6)])[::8]
        sketch.add(np.vstack([ridge, [(660, quay), (-9, quay)]]), colours, -0.5 * side)
    town(rng, sketch, quay, side)
    near = y - quay
    mirror = look_up(sketch.plan, x + 4 * np.sin(y / 3), quay - 0.9 * near + 5 * np.sin(y / 4))
    waves = 0.16 * noise(rng, shape, (6, 34)) + 0.2 * noise(rng, shape, (3, 15))
    sea = ramp(rgb("142c86", "1f5fc4", "2389d0", "19a7a4", "7fd0b0"), 0.42 + waves)
    sea = mix(sea, rgb("f2a0b4"), np.clip(noise(rng, shape, (4, 26)) - 1.3, 0, 0.9))
    sea = mix(sea, mirror, np.clip(0.95 - near / 90, 0, 0.9))
    glint = np.exp(-(((x - 320 - 120 * side) / 30) ** 2)) * (noise(rng, shape, (2.5, 12)) > 0.2)
    sea = mix(sea, rgb("ffd850"), 0.9 * glint)
    sketch.plan = mix(sketch.plan, sea, near > 0)
    sketch.angles = np.where(near > 0, 0.12 * drift, sketch.angles)
    fleet = points("260 24 52, 140 38 64, 540 34 58, 372 58 84, 30 78 120, 500 92 150")
    fleet = np.vstack([fleet, points("190 132 196, 430 176 236, -34 216 262")])
    for k, (left, down, long) in enumerate(fleet):
        place = np.array([left + rng.uniform(-14, 14), quay + down])
        boat(rng, sketch, k, place, long)
    canvas = Canvas(shape, size, rgb("f0dcb8"))
    plan, angles = sketch.plan, sketch.angles
    thin = noise(rng, shape, 16) > -1.1
    canvas.lay(rng, mix(plan, rgb("f0dcb8"), 0.35 + 0 * x), angles, 12, 44, 20, edge=0.35)
    canvas.lay(rng, plan, angles, 9, 30, 11, thin, value=0.05, hue=0.05, edge=0.25)
    canvas.lay(rng, plan, angles, 6, 18, 6, sketch.drawn, value=0.05, hue=0.045, edge=0.2)
    canvas.lay(rng, plan, angles, 3.6, 9, 3.2, sketch.drawn, value=0.04, hue=0.03, edge=0.12)
    canvas.lay(rng, plan, angles, 19, 24, 8, value=0.08, hue=0.09, edge=0.3)
    outline(rng, canvas, sketch)
    return canvas.finish(rng, relief=0.24, cloth=0.05)


def outline(rng, canvas, sketch):
    """Draw the outlines that are not hidden, in strokes with gaps between them."""
    for line, colour in sketch.outlines:
        start = 0
        while start < len(line) - 2:
            stop = start + rng.integers(6, 22)
            piece = line[start:stop]
            start = stop + rng.integers(0, 3)
            piece = piece[~np.isnan(piece[:, 0])]
            if len(piece) < 3 or np.hypot(*np.diff(piece, axis=0).T).max() > 8:
                continue
            piece = piece + rng.normal(0, 0.7, 2)
            along = np.gradient(piece, axis=0)
            across = along[:, ::-1] * (-1, 1) / (np.hypot(*along.T)[:, None] + 1e-9)
            taper = np.sin(np.linspace(0.35, np.pi - 0.2, len(piece)))[:, None]
            half = across * taper * rng.uniform(0.7, 1.6)
            stroke = np.vstack([piece + half, (piece - half)[::-1]])
            canvas.polygon(stroke, jitter(rng, rgb(colour), 0.04, 0.05), rng.integers(120, 200))


def town(rng, sketch, quay, side):
    """Sketch houses that climb the hill, from the back to the front, trees, and a church."""
    walls = ["f7c6a0 f58fa8 ef5b52", "fbe7a1 f4c53e f79a3e", "f4efe2 bfe0dc 8fc7e0"]
    walls += ["e8574a c9304a 8e2a6a", "f9ead0 f7c6a0 f4d37a", "b9a3d8 8f7ad0 e79ab8"]
    church_x = 320 - side * rng.uniform(150, 210)
    for row in range(4):
        if row == 2:
            church(sketch, np.array([church_x, quay - 22]), side)
        climb = (3 - row) * 23
        for left in rng.permutation(np.arange(-20, 640, 33)) + rng.normal(0, 8, 20):
            high = 1 + side * (320 - left) / 320  # 0 at one end of the town and 2 at the other
            if high < 0.75 * (3 - row) - 0.45:
                continue
            corner = np.array([left, quay - 2 - climb * (0.35 + 0.45 * high) - rng.uniform(0, 6)])
            if rng.random() < 0.16:
                tree(rng, sketch, corner)
                continue
            wide, tall = rng.uniform(24, 46), rng.uniform(24, 42) + 5 * row
            house(rng, sketch, corner, wide, tall, rng.choice(walls))
    wall = points("-9 -3, 649 -3, 649 7, -9 7") + np.array([0, quay])
    sketch.add(wall, "f58fa8 f9c08a 8a63b8", 0.0)


def house(rng, sketch, corner, wide, tall, colours):
    """Sketch a house with a roof, which may show its gable, and with windows and a door."""
    size = np.array([wide, tall])
    sketch.add(points("0 .1, 1 .1, 1 -1, 0 -1") * size + corner, colours, np.pi / 2)
    shade = points("0 .1, .26 .1, .26 -1, 0 -1") if rng.random() < 0.5 else None
    if shade is not None:
        sketch.add(shade * size + corner, "7a6fc8 5f86d0 b0609c", np.pi / 2)
    roof = points(
        rng.choice(
            ["-.06 0, 1.06 0, .5 -.36", "-.05 0, 1.05 0, .84 -.26, .1 -.26", "0 0, 1 0, 1 -.3"]
        )
    )
    top = corner - (0, tall)
    sketch.add(roof * (wide, 36) + top, rng.choice(["d8402e f0672f a32a5a", "f0843c e8574a"]), 0.1)
    columns = np.linspace(0.22, 0.78, max(1, int(wide / 13)))
    for down in np.arange(0.2, 0.7, 13 / tall):
        for across in columns[rng.random(len(columns)) < 0.8]:
            pane = points("-2.2 0, 2.2 0, 2.2 7, -2.2 7") + top + size * (across, down)
            sketch.add(
                pane, rng.choice(["1d2f80 2a5ac0", "0f5a5a 1f8a6a", "5a1f6a 8e2a6a"]), np.pi / 2
            )


def church(sketch, foot, side):
    """Sketch a church tower with a round cap."""
    sketch.add(points("-15 0, 15 0, 15 -84, -15 -84") + foot, "f9d98a f4a860 f7c6a0", np.pi / 2)
    sketch.add(points("2 0, 15 0, 15 -84, 2 -84") * (-side, 1) + foot, "8f6ac0 c2569a", np.pi / 2)
    arc = np.linspace(np.pi, 2 * np.pi, 14)
    cap = np.column_stack([16 * np.cos(arc), 23 * np.sin(arc) - 84])
    sketch.add(cap + foot, "e8574a f28a7a c9304a", 0.6)
    sketch.draw(points("0 -107, 0 -120") + foot)
    sketch.add(points("-5 -52, 5 -52, 5 -68, 0 -74, -5 -68") + foot, "1d2f80 2a3aa0", np.pi / 2)


def tree(rng, sketch, foot):
    """Sketch a small round tree."""
    turn = np.linspace(0, 2 * np.pi, 16)[:-1]
    wide = rng.uniform(12, 19) * (1 + 0.16 * rng.standard_normal(15))
    crown = np.column_stack([wide * np.cos(turn), 1.1 * wide * np.sin(turn) - 20]) + foot + (14, 0)
    sketch.add(crown, rng.choice(["0e7a4a 5fb84a c8cf3a", "0f4f6a 1f8a6a 5fb84a"]), 0.9, "0f2f5a")


def boat(rng, sketch, k, place, long):
    """Sketch boat number k, `long` units long, and its reflection; `place` is its left end.

    Every third boat has set its sail, and some turn the other way.
    """
    hulls = ["d8213a f0672f e8574a", "0e7a4a 2f9a6a 1f6f8a", "f4c53e f7a23e f9dc7a"]
    hulls += ["1f3fa0 2a6ac8 4f4fc0", "f4efe2 bfe0dc f7c6d0"]
    stripes = ["f9ead0 f4d37a", "d8213a f0672f", "1f3fa0 2a6ac8", "f0843c f4c53e", "0e7a4a 2f9a6a"]
    sails = ["fff3d0 f7d0b0 f58fa8", "f4a03c e8574a d8213a", "f9ead0 f4d37a f79a3e"]
    flip = rng.random() < 0.5

    def shaped(text, down=1):
        """Return the corners of a part of the boat; `down` less than 0 mirrors it in the water."""
        corners = points(text) * (1, down)
        if flip:
            corners[:, 0] = 1 - corners[:, 0]
        return corners * long + place

    hull = (
        "0 -.24, .1 -.16, .35 -.1, .65 -.1, .9 -.17, 1.04 -.28, .98 -.08, .85 .05, .6 .08, .3 .08,"
    )
    hull += " .12 .03, .03 -.1"
    hold = (
        "0 -.24, .1 -.16, .35 -.1, .65 -.1, .9 -.17, 1.04 -.28, .85 -.24, .6 -.2, .3 -.2, .12 -.23"
    )
    belt = (
        ".01 -.19, .11 -.11, .35 -.05, .65 -.05, .91 -.12, 1.02 -.22, 1.0 -.15, .9 -.06, .65 .01,"
    )
    belt += " .35 .01, .11 -.05"
    lean = rng.normal(0, 0.03)
    sail = f".04 -.42, {0.42 + lean} -.86, {0.8 + lean} -1.3, .84 -.8, .96 -.33, .5 -.29"
    colours, cloth = hulls[k % 5], sails[k % 4 % 3]
    y = np.arange(sketch.drawn.shape[0])[:, None]
    ripples = (
        np.sin(y / (1.2 + long / 60) + 2 * noise(sketch.rng, sketch.drawn.shape, (4, 20))) > -0.2
    )
    furled = k % 3 != 0
    if not furled:
        glare = cover(sketch.drawn.shape, shaped(sail, -0.6)) * ripples
        sketch.plan = mix(sketch.plan, rgb(cloth[:6]), 0.7 * glare)
    glare = cover(sketch.drawn.shape, shaped(".04 .0, .97 .0, .86 .3, .5 .36, .16 .28"))
    sketch.plan = mix(sketch.plan, rgb(colours[:6]) * 0.85, 0.85 * glare * ripples)
    mast = shaped(f".45 -.1, {0.44 + lean} -1.02, {0.46 + lean} -1.02, .475 -.1")
    sketch.add(mast, "7a1f3a b0503a", np.pi / 2, "5a1f4a")
    sketch.add(smooth_curve(shaped(hull), 60), colours, 0.05)
    sketch.add(smooth_curve(shaped(hold), 40), "6a2f5a 9a4a5a d08a4a", 0.05)
    if long > 60:
        sketch.add(shaped(belt), stripes[k % 5], 0.05)
        for seat in (0.25, 0.62, 0.8):
            bench = f"{seat} -.19, {seat + 0.07} -.19, {seat + 0.09} -.12, {seat + 0.02} -.11"
            sketch.add(shaped(bench), "8a3f5a c07a4a", 0.05)
    if furled:
        roll = smooth_curve(
            shaped(f".02 -.5, .4 -.86, {0.82 + lean} -1.24, .46 -.82, .3 -.66, .16 -.55"), 30
        )
        sketch.add(roll, cloth, -0.8 if not flip else 0.8)
    else:
        sketch.add(smooth_curve(shaped(sail + ", .04 -.42"), 50), cloth, 1.2)
        sketch.draw(shaped(f".02 -.4, {0.83 + lean} -1.33"), "7a1f3a")
    if long > 110:
        sketch.draw(shaped(f"{0.45 + lean} -1.02, 1.03 -.27"))
        sketch.draw(shaped(f"{0.45 + lean} -1.02, .02 -.24"))
