"""The hand of a painter in thick oils: a night sky that whirls over a village."""

import numpy as np
from scipy import ndimage

from canvas import Canvas
from materials import (
    SIZE,
    cover,
    grid,
    jitter,
    mix,
    noise,
    points,
    ramp,
    rgb,
    scatter,
    smooth_curve,
)


def night_sky(seed, size=SIZE):
    """Paint the night: its strokes follow the level lines of a map of heights.

    The map is a slope with a hill or a hollow for each whirl. The same heights choose the blues, so
    that bands of colour and strokes flow together around the whirls, the stars and the moon.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    side = rng.choice([-1, 1])  # of the moon (1 is right); the cypresses stand on the other side
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
        (346, 26, rgb("1f3f78", "2f6488", "14305c", "3f7fa0")),
        (386, 20, rgb("153350", "2f6a5c", "0e2440", "4a8a6a")),
        (428, 14, rgb("0c2a30", "2c5a3a", "6a8a3c", "17403a")),
        (474, 12, rgb("0a1c2a", "1f4a3a", "8a9a40", "12302c")),
    ]:
        ridge = base + rough * noise(rng, shape, 50)[0] + 4 * noise(rng, shape, 16)[0]
        below = y > ridge
        swell = (y - ridge) + 9 * noise(rng, shape, (14, 34)) + 3 * noise(rng, shape, 9)
        field = np.sin(swell / 6) * 0.22 + 0.26 * noise(rng, shape, (9, 26)) + 0.45
        rim = np.exp(-np.maximum(y - ridge, 0) / 3)  # the edge catches the light of the sky
        plan = mix(plan, ramp(greens, np.clip(field + 0.2 * rim, 0, 1)), below)
        down, along = np.gradient(ndimage.gaussian_filter(swell, 2))
        angles = np.where(below, np.arctan2(-along, down), angles)
    canvas = Canvas(shape, size, blues[1])
    canvas.lay(rng, plan, angles, 15, 70, 17, value=0.04, edge=0.5)
    canvas.lay(rng, plan, angles, 8, 42, 6.5, value=0.05, hue=0.035)
    canvas.lay(rng, plan, angles, 5.5, 24, 3.4, value=0.08, hue=0.045, edge=0.2)
    moon_and_stars(rng, canvas, stars, side)
    village(rng, canvas, side)
    cypresses(rng, canvas, side)
    return canvas.finish(rng)


def moon_and_stars(rng, canvas, stars, side):
    """Dab white on the middle of each star, and paint the moon with an orange crescent."""
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


def village(rng, canvas, side):
    """Paint a village at the foot of the hills: round trees, a church, and houses with lights."""
    places = np.sort(rng.uniform(418, 468, 24))
    spots = 330 + side * (rng.permutation(np.linspace(-175, 250, 24)) + rng.normal(0, 6, 24))
    for k, (foot, left) in enumerate(zip(places, spots, strict=True)):
        if k % 5 == 2:
            round_tree(rng, canvas, left, foot)
        else:
            house(rng, canvas, np.array([left, foot]), 0.55 + (foot - 400) / 90)
        if k == 9:
            church(rng, canvas, np.array([330 + side * rng.uniform(0, 60), 452]))


def hatch(rng, canvas, corners, colour, along, count, wide=1.7):
    """Fill a shape with strokes of nearly one colour, as many as `count` says at most.

    `along` is the stroke as a vector; one that would leave the shape is left out.
    """
    canvas.polygon(corners, 0.8 * colour)
    low, high = corners.min(0), corners.max(0)
    mask = cover(canvas.shape, corners) > 0.6
    for start in rng.uniform(low, high, (count, 2)):
        end = start + along * rng.uniform(0.6, 1.2)
        row, column = (
            np.clip(np.array([start, end])[:, ::-1], 0, np.subtract(mask.shape, 1)).astype(int).T
        )
        if mask[row, column].all():
            tone = jitter(rng, colour, 0.075, 0.05)
            canvas.line([start, end], tone, wide * rng.uniform(0.6, 1.2), rng.integers(110, 200))


def outline(rng, canvas, corners):
    """Draw the sides of a shape in bent dark strokes."""
    for start, end in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        bent = smooth_curve([start, (start + end) / 2 + rng.normal(0, 0.7, 2), end], 8)
        canvas.line(bent, jitter(rng, rgb("0a1228"), 0.03), rng.uniform(0.7, 1.7))


def house(rng, canvas, foot, grown):
    """Paint a house, seen from a corner, with one gable and lit windows."""
    wide, deep = rng.uniform(11, 17) * grown, rng.uniform(13, 26) * grown
    tall, rise, way = rng.uniform(11, 17) * grown, rng.uniform(9, 14) * grown, rng.choice([-1, 1])
    wall = rng.choice(rgb("2a4a78", "3a5a80", "54506a", "6a6a78", "3f6a7a"))
    roof = rng.choice(rgb("2f3f66", "5d3f48", "7a4a3a", "3a5470"))
    gable = points(f"0 0, {wide} 0, {wide} {-tall}, {wide / 2} {-tall - rise}, 0 {-tall}")
    front = points(f"{wide} 0, {wide + deep} 0, {wide + deep} {-tall}, {wide} {-tall}")
    slope = points(
        f"{wide / 2} {-tall - rise}, {wide / 2 + deep} {-tall - rise}, "
        f"{wide + deep + 2} {-tall + 1}, {wide + 1} {-tall + 1}"
    )
    for shape, colour, stroke, count in [
        (gable, 1.15 * wall, (0, 5), 70),
        (front, 0.8 * wall, (0, 4), 70),
        (slope, roof, (way * 0.25 * wide, rise * 0.55), 90),
    ]:
        shape = shape * (way, 1) + foot
        hatch(rng, canvas, shape, np.clip(colour, 0, 1), np.array(stroke), count)
        outline(rng, canvas, shape)
    chimney = points("0 0, 3.2 0, 3.2 -6, 0 -6") * grown * (way, 1) + foot
    chimney += (way * (wide / 2 + 0.6 * deep), -tall - rise + 1)
    canvas.polygon(chimney, jitter(rng, rgb("6a3f3a"), 0.04, 0.04))
    panes = [(0.32 * wide, 0.55), (0.68 * wide, 0.55), (0.5 * wide, 0.05)]  # the last is the door
    panes += [(wide + 0.3 * deep, 0.45), (wide + 0.72 * deep, 0.45)]
    for across, high in panes:
        lit = rng.random() < 0.55
        window = points(f"-1.4 0, 1.4 0, 1.4 {-0.3 * tall}, -1.4 {-0.3 * tall}") * (way, 1)
        window = window + foot + (way * across, -high * tall)
        canvas.polygon(window, jitter(rng, rgb("ffcf4a" if lit else "131c3c"), 0.05), 190)
        if lit:
            canvas.line(window[:2] - np.array([0, 0.12 * tall]), rgb("fff0b0"), 1)


def church(rng, canvas, foot):
    """Paint a church whose spire rises over the roofs."""
    nave = points("-40 0, -6 0, -6 -20, -40 -20") + foot
    roof = points("-44 -19, -6 -19, -9 -38, -36 -38") + foot
    tower = points("-9 0, 9 0, 9 -44, -9 -44") + foot
    spire = points("-11 -43, 11 -43, 2 -76, 0 -104, -2 -76") + foot
    for shape, code, stroke in [
        (nave, "3f5a80", (0, 6)),
        (roof, "4a3f58", (3, -7)),
        (tower, "5a7494", (0, 7)),
        (spire, "2f4a74", (1, 9)),
    ]:
        hatch(rng, canvas, shape, rgb(code)[0], np.array(stroke), 130)
        outline(rng, canvas, shape)
    for shift_x, shift_y in ((0, -30), (-16, -8), (-24, -8), (-32, -8)):
        window = points("-1.6 0, 1.6 0, 1.6 -7, 0 -9, -1.6 -7") + foot + (shift_x, shift_y)
        canvas.polygon(window, jitter(rng, rgb("f6c84a"), 0.05), 190)


def round_tree(rng, canvas, left, foot):
    """Paint a round tree in curved strokes, lighter on top."""
    radius = rng.uniform(9, 15)
    turn, far = rng.uniform(0, 2 * np.pi, 150), np.sqrt(rng.random(150))
    x = left + radius * far * np.cos(turn)
    y = foot - 0.8 * radius + 0.9 * radius * far * np.sin(turn)
    order = np.argsort(-y)
    tone = (foot - 0.8 * radius - y) / (2 * radius) + 0.45 + rng.normal(0, 0.16, 150)
    greens = ramp(rgb("081a24", "143a34", "2f6a48", "7a9a4c"), tone)
    bend = turn + np.pi / 2
    canvas.dabs(rng, x[order], y[order], greens[order], 3.2, bend[order], 0.42)


def cypresses(rng, canvas, side):
    """Paint three dark cypresses like flames."""
    shape = canvas.shape
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(float)
    t = np.linspace(0, 1, 80)
    for place, tall, wide in [(-262, 420, 36), (-214, 262, 24), (-296, 230, 22)]:
        flames = 1 + 0.1 * np.sin(23 * t + rng.uniform(0, 6)) + 0.12 * rng.standard_normal(80)
        half = wide * np.sin(np.pi * t**0.75) ** 0.85 * np.clip(flames, 0.6, 1.3)
        middle = 320 + side * place + 8 * np.sin(5 * t + rng.uniform(0, 6))
        left, right = (np.stack([middle + way * half, 515 - tall * t], 1) for way in (-1, 1))
        mask = cover(shape, np.vstack([left, right[::-1]]))
        axis = np.interp(rows, (515 - tall * t)[::-1], middle[::-1])
        away = (columns - axis) / wide
        lick = 0.38 * np.sin(rows / 21 + 2.2 * away + rng.uniform(0, 6))  # tongues of the flame
        upright = 1.5 * np.pi + lick - 0.35 * away + 0.14 * noise(rng, shape, 9)
        tone = 0.36 + 0.24 * noise(rng, shape, (26, 5)) + 0.14 * np.sin(6 * away + rows / 26)
        greens = ramp(rgb("060d10", "0f201c", "1f3a26", "43562c", "6a5426"), tone)
        canvas.lay(rng, greens, upright, 6, 44, 7, mask, value=0.02, hue=0.02, edge=9)
        canvas.lay(rng, greens, upright, 5, 30, 3.4, mask, value=0.04, hue=0.03, edge=9)
        canvas.lay(rng, greens, upright, 5, 18, 1.7, mask, value=0.07, hue=0.04, edge=9)
