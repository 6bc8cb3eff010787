"""The hand of a printer from woodblocks: a great wave with claws of foam."""

import numpy as np

from canvas import Canvas
from materials import (
    SIZE,
    enlarge,
    grid,
    jitter,
    noise,
    points,
    ramp,
    rgb,
    smooth_curve,
    texture,
)


def great_wave(seed, size=SIZE):
    """Print the great wave and smaller ones: flat Prussian blues, dark outlines, claws of foam.

    The bands of a wave lie between two curves, its back and its hollow; claws are small hooks
    set along the crest. At the end the grain of the block shows in the ink, and the paper's too.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    canvas = Canvas(shape, size, rgb("efe4c6"))
    skies = rgb("a9a58c", "cfc6a4", "e9dcb9", "efe2c0", "ecd3a6", "e3bd8e")
    for step in range(120):  # the sky changes its colour from step to step downwards
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
    rings = (y + 25 * noise(rng, shape, 90) + 0.04 * x) / 1.35  # the year rings of the block
    grain = np.sin(rings) + 0.9 * noise(rng, shape, 1.2)
    uneven = enlarge(grain + noise(rng, shape, 14, 4), picture[..., 0])[..., None]
    grain = enlarge(grain, picture[..., 0])[..., None]
    inked = 1 - picture.mean(axis=2, keepdims=True)
    picture = picture * (1 - 0.022 * grain) + 0.05 * inked * uneven
    return texture(rng, texture(rng, picture, 0.022, (0.8, 2.5)), 0.03)


def one_wave(canvas, rng, back, hollow, bands, claws):
    """Print a wave: bands from its back to its hollow, outlines, then foam along its crest.

    A wave with no claws is a swell; instead it has flecks of foam along its bands.
    """
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
    for _ in range(0 if claws else 26):  # flecks of foam
        edge, start = edges[rng.integers(1, bands - 1)], rng.integers(5, 180)
        canvas.line(edge[start : start + rng.integers(4, 18)], rgb("e9e8d6"), rng.uniform(1, 3))
    if claws:
        foam(canvas, rng, back, hollow, claws)


def foam(canvas, rng, back, hollow, claws):
    """Print the foam of a crest from back to front: claws, lumps, claws over the hollow, spray."""
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
    """Draw one hook of foam that bends downwards, and smaller hooks that grow out of it.

    `depth` is how many times more hooks grow out of hooks.
    """
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
