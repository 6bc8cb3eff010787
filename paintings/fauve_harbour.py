"""The hand of a painter in violent colours and broad strokes: a harbour with boats."""

from itertools import pairwise

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

    `drawn` is 1 where there is a shape, and `outlines` has the corners of each one.
    """

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


def fauve_harbour(seed, size=SIZE):
    """Paint the harbour: broad strokes of thick paint, and another colour instead of a shade.

    Shadows are blue or violet, light is yellow or pink; the dark blue outlines have gaps.
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
    """Sketch thirty houses above the quay, which climb higher on one side."""
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
    """Sketch boat number k with its reflection; return the curve of its mast.

    Every other boat has a sail. `foot` is the y of its waterline, and `drift` bends the ripples.
    """
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
