"""The hand of a mosaicist: fish in a sea of small stones, within a golden border."""

import numpy as np
from scipy import ndimage
from skimage import measure

from canvas import Canvas
from materials import SIZE, grid, jitter, look_up, mix, noise, points, ramp, rgb, scatter


def mosaic(seed, size=SIZE):
    """Plan the fish, the sea and the border, and set the stones.

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
    plan = mix(plan, 0.55 * plan, fish & ~border & (inside < 0.9 * row))  # a dark row in each fish
    plan = mix(plan, blues[0], (outside > 0) & (outside < 1.05 * row))  # and a row around
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
    """Add a fish that is `long` units long; return the new plan and the mask of the fish."""
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
    """Walk along the level lines of a field and return stones as (x, y, angle).

    The lines are `row` apart, and the stones on a line about as much. Stones outside the mask
    `where` are left out.
    """
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
    """Set the stones that find room and smaller ones into the gaps; return the picture."""
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
