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
