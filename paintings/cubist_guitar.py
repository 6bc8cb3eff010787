"""The hand of a painter who breaks what he sees into facets: a still life with a guitar."""

import numpy as np
from scipy import ndimage

from canvas import Canvas
from materials import SIZE, grid, jitter, mix, noise, ramp, rgb


def cubist_guitar(seed, size=SIZE):
    """Paint the still life in facets: each is seen from another side and shaded by itself.

    The picture is cut again and again by straight lines; every facet shifts and turns what it
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

    # A cut may take a whole facet, whose number is then free: number those that are left anew.
    facet = np.unique(facet, return_inverse=True)[1].reshape(shape)

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
    plan = mix(plan, rgb("6f8794"), 0.38 * each(rng.random(count) < 0.22))  # some are bluish
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
    """Plan a table with a guitar, a bottle and a newspaper; x, y say what each unit shows of it.

    The middle of the table is where x is 0.
    """
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
