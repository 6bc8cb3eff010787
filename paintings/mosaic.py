"""The hand of a mosaicist: fish and an octopus in a sea of small stones."""

import numpy as np
from scipy import ndimage
from skimage import measure

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
    scatter,
    smooth_curve,
)

ROW, FINE = 5.2, 3.9  # units from row to row, in the sea and in the animals and the border
BORDER = 38  # units
REDS = rgb("5a1430", "a32e3c", "d96a54", "f0a888", "f9e6d6")
GOLDS = rgb("5a3c12", "a8741a", "dca838", "f3da86", "fff4cf")
ORANGES = rgb("701c18", "c2401f", "e8842a", "f4c64f", "fbeab0")
SILVERS = rgb("24344a", "5a7a8c", "9fb8b4", "dfe3d4", "fbf6e6")

# The kinds of fish: the back and the belly from the nose (0.5) to the root of the tail (-0.34), and
# the fins, for a fish that is 1 long and looks to the right.
BREAM = {
    "back": ".5 0, .43 .09, .25 .2, .05 .225, -.15 .14, -.28 .05, -.34 .04",
    "belly": ".5 .02, .4 .1, .22 .17, .02 .18, -.16 .11, -.28 .045, -.34 .04",
    "fins": [
        ".24 -.18, .16 -.31, .04 -.3, -.1 -.24, -.22 -.16, -.2 -.1, .1 -.2",
        "-.02 .16, -.1 .26, -.2 .16, -.2 .08",
        ".2 .16, .1 .27, .04 .17",
    ],
    "marks": "bars",
}
BASS = {
    "back": ".5 0, .42 .06, .2 .13, -.02 .135, -.2 .08, -.34 .035",
    "belly": ".5 .03, .42 .08, .2 .135, -.02 .13, -.2 .08, -.34 .035",
    "fins": [
        ".16 -.12, .12 -.23, .02 -.19, -.02 -.12",
        "-.07 -.12, -.1 -.21, -.2 -.14, -.2 -.07",
        "-.06 .12, -.12 .2, -.18 .13, -.18 .08",
        ".16 .13, .06 .23, .04 .13",
    ],
    "marks": "scales",
}
MULLET = {
    "back": ".5 .01, .45 .06, .3 .105, .05 .1, -.18 .06, -.34 .028",
    "belly": ".5 .03, .42 .06, .25 .085, .02 .085, -.18 .05, -.34 .028",
    "fins": [
        ".12 -.09, .1 -.18, .03 -.15, 0 -.08",
        "-.12 -.07, -.15 -.14, -.22 -.09, -.2 -.05",
        "-.1 .07, -.16 .13, -.22 .07",
        ".2 .07, .1 .16, .08 .08",
    ],
    "marks": "lines",
}


def mosaic(seed, size=SIZE):
    """Plan the animals, the sea and the border, and set the stones.

    The stones stand in rows along the contours of the animals, as a mosaicist lays them; where rows
    meet, stones are left out and the gaps get smaller ones.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    bend = 12 * np.sin(x / 62 + rng.uniform(0, 6)) + 5 * noise(rng, shape, 45)
    wave = 0.5 + 0.5 * np.sin((y + 2 * bend) / 11.5 + noise(rng, shape, 40))
    blues = rgb("0c2450", "123c82", "1a62aa", "2590b4", "6cc0b8", "d8ead0")
    plan = ramp(blues, 0.92 * wave**1.7 + 0.05 * noise(rng, shape, (4, 14)))
    side, animals = rng.choice([-1, 1]), np.zeros(shape, bool)
    large, small = rng.permutation(2), rng.permutation(3)
    slots = points(
        "-104 -122 230 .1, -96 126 232 -.12, 150 -146 158 .2, 158 152 150 -.15, -132 4 176 .05"
    )
    kinds = [(BREAM, BASS)[k] for k in large] + [(MULLET, BASS, MULLET)[k] for k in small]
    palettes = [(ORANGES, REDS, GOLDS)[k] for k in rng.permutation(3)[:2]]
    palettes += [(SILVERS, GOLDS, REDS)[k] for k in rng.permutation(3)]
    for (left, down, long, turn), kind, palette in zip(slots, kinds, palettes, strict=True):
        middle = np.array([320 + side * left, 256 + down]) + rng.normal(0, 4, 2)
        turn += rng.normal(0, 0.06)
        plan, body = one_fish(rng, plan, x, y, middle, long, turn, kind, palette)
        animals |= body
    middle = np.array([320 + side * 150, 256]) + rng.normal(0, 4, 2)
    plan, body = octopus(rng, plan, x, y, middle)
    animals |= body
    rim = np.minimum.reduce([x, y, 639 - x, 511 - y])
    border = rim < BORDER
    animals &= ~border
    inside = ndimage.distance_transform_edt(animals)
    outside = ndimage.distance_transform_edt(~(animals | border))
    plan = mix(plan, 0.42 * plan, (inside > 0) & (inside < 0.9 * FINE))  # a dark row in each
    glow = 0.5 * plan + 0.5 * rgb("6cc0b8")
    plan = mix(plan, glow, (outside > 0) & (outside < 1.05 * ROW))  # and a light row around
    plan = mix(plan, braid(x, y, rim), border)
    level = y + bend + 600  # rows of the open sea
    stones = rows_of_stones(rng, inside, inside > 0, FINE)
    stones += rows_of_stones(rng, rim, border, BORDER / 11)
    stones += rows_of_stones(rng, outside, (outside > 0) & (outside < 2.05 * ROW), ROW)
    stones += rows_of_stones(rng, level, outside >= 2.05 * ROW, ROW)
    return set_stones(rng, Canvas(shape, size, rgb("4a443c")), plan, stones)


def braid(x, y, rim):
    """Plan a border of two strands that cross over and under each other, between lines of gold."""
    upright = np.minimum(x, 639 - x) < np.minimum(y, 511 - y)
    along = np.where(upright, (y - 256) / 440 * 8, (x - 320) / 568 * 10) * 2 * np.pi
    across = (rim - BORDER / 2) / (BORDER * 0.23)
    plan = np.tile(rgb("1a2440"), (*x.shape, 1))
    front = np.cos(along) * np.sign(np.sin(along)) > 0  # which strand lies over the other
    for over in (False, True):
        for sign, tones in (
            (1, rgb("7a1c1c", "d8542e", "fbe0b0")),
            (-1, rgb("1a3c6c", "4a94b0", "f4f0dc")),
        ):
            far = np.abs(across - sign * np.sin(along)) / np.sqrt(1 + 0.5 * np.cos(along) ** 2)
            strand = (far < 0.62) & ((front == (sign > 0)) == over)
            plan = mix(plan, ramp(tones, 1 - far / 0.5), strand)
            plan = mix(plan, rgb("14161e"), strand & (far > 0.5))
    plan = mix(plan, rgb("f2cf5e"), np.abs(across) > 1.72)
    plan = mix(plan, rgb("8a2418"), np.abs(across) > 1.98)
    corner = np.hypot(np.minimum(x, 639 - x) - BORDER / 2, np.minimum(y, 511 - y) - BORDER / 2)
    place = (np.minimum(x, 639 - x) < BORDER) & (np.minimum(y, 511 - y) < BORDER)
    rings = ramp(rgb("f6e6b0", "c23a26", "f2cf5e", "14398a", "e8d8a0"), corner / 24)
    return mix(plan, rings, place & (rim > 3))


def one_fish(rng, plan, x, y, middle, long, turn, kind, palette):
    """Add a fish of some kind that is `long` units long; return the new plan and its mask."""
    flip = rng.choice([-1, 1])
    x, y = (x - middle[0]) / long, (y - middle[1]) / long
    u = flip * (x * np.cos(turn) + y * np.sin(turn))  # from tail to head, -0.5 to 0.5
    v = y * np.cos(turn) - x * np.sin(turn) - 0.035 * np.sin(5 * u + rng.uniform(-1, 1))

    def inside(outline):
        """Return where the fish is inside an outline, drawn in its own coordinates."""
        mask = cover((512, 640), (points(outline) + 0.5) * 500, 0.1)
        return look_up(mask, (u + 0.5) * 500, (v + 0.5) * 500) > 0.5

    def profile(name):
        """Return how far the back or the belly is from the axis."""
        curve = smooth_curve(points(kind[name]), 60)[::-1]
        return np.interp(u, curve[:, 0], curve[:, 1], left=-1, right=-1)

    back, belly = profile("back"), profile("belly")
    body = (v > -back) & (v < belly)
    tail = inside("-.3 .03, -.4 .1, -.5 .18, -.46 .02, -.5 -.18, -.4 -.1, -.3 -.03") & (u > -0.5)
    fins = np.logical_or.reduce([inside(outline) for outline in kind["fins"]])
    rays = 0.5 + 0.4 * np.sign(np.sin(75 * (u + 0.25 * v)))
    spokes = 0.5 + 0.4 * np.sign(np.sin(22 * np.arctan2(v, u + 0.24)))
    plan = mix(plan, ramp(palette[[0, 1, 3]], rays), fins & (u > -0.5))
    plan = mix(plan, ramp(palette[[0, 2, 4]], spokes), tail)
    depth = np.where(v < 0, v / np.maximum(back, 0.01), v / np.maximum(belly, 0.01))  # -1 to 1
    tone = 0.5 + 0.38 * depth + 0.1 * noise(rng, u.shape, 4)
    if kind["marks"] == "scales":
        tone += 0.16 * np.sign(np.cos(62 * u + 3 * np.cos(70 * v)))
    elif kind["marks"] == "bars":
        tone -= 0.34 * (np.sin(40 * u + 7 * v) > 0.55) * (depth < 0.55)
    else:
        tone += 0.3 * (np.abs(np.sin(7 * depth)) > 0.8) - 0.06
    plan = mix(plan, ramp(palette, tone), body)
    gill = u - 0.3 + 0.9 * v**2 / max(back.max(), 0.05)
    plan = mix(plan, ramp(palette, 0.62 + 0.3 * depth), body & (gill > 0))
    plan = mix(plan, palette[0], body & (np.abs(gill) < 0.012))
    plan = mix(plan, palette[4], body & (np.abs(depth - 0.1) < 0.08) & (gill < -0.02))  # side line
    mouth = body & (np.abs(v - 0.035) < 0.008) & (u > 0.43)
    plan = mix(plan, palette[0], mouth)
    pectoral = inside(".25 .03, .12 .0, .06 .05, .1 .1, .2 .08") & body
    plan = mix(plan, ramp(palette[[4, 2]], rays), pectoral)
    eye = np.hypot(u - 0.39, v + 0.03) * long  # in units: at least two stones
    plan = mix(plan, rgb("fdf6e0"), eye < max(6.5, 0.042 * long))
    plan = mix(plan, rgb("15131c"), eye < max(3.2, 0.022 * long))
    return plan, body | tail | (fins & (u > -0.5))


def octopus(rng, plan, x, y, middle):
    """Add an octopus with eight arms that curl; return the new plan and its mask."""
    tones = rgb("4a1630", "8e2f4e", "c9657a", "eab0a8", "fbe6d4")
    height, tone = np.zeros(x.shape), np.zeros(x.shape)
    for k in rng.permutation(8):
        turn = np.radians(-18 + 216 * k / 7) + rng.normal(0, 0.06)
        curl = (1 if k > 3.5 else -1) * rng.uniform(1.6, 2.6)
        t = np.linspace(0, 1, 90)
        bend = turn + curl * t**2.2 * 1.7 + 0.5 * np.sin(5 * t + k)
        step = rng.uniform(92, 118) / 90
        arm = np.cumsum(np.stack([np.cos(bend), np.sin(bend)], 1), axis=0) * step
        arm += middle + 12 * np.array([np.cos(turn), 0.6 * np.sin(turn)])
        half = 10.5 * (1 - t) ** 0.75 + 1.6
        along = np.stack([np.cos(bend), np.sin(bend)], 1)
        across = along[:, ::-1] * (-1, 1) * half[:, None]
        mask = cover(x.shape, np.vstack([arm + across, (arm - across)[::-1]]), 0.3) > 0.5
        far = np.full(x.shape, 9.0)
        sucker = np.full(x.shape, 9.0)
        for j in range(0, 90, 3):
            apart = np.hypot(x - arm[j, 0], y - arm[j, 1]) / half[j]
            far = np.minimum(far, apart)
            place = arm[j] + 0.55 * np.sign(curl) * across[j]
            if j % 6 == 0:
                sucker = np.minimum(sucker, np.hypot(*(np.stack([x, y], 2) - place).T).T)
        shade = 0.72 - 0.55 * far**2
        shade = np.where(sucker < 1.9, 1, shade)
        tone[mask], height[mask] = shade[mask], 1
        plan = mix(plan, ramp(tones, shade), mask)
        plan = mix(plan, 0.8 * tones[0], mask & (far > 0.78))
    head_x, head_y = x - middle[0], y - middle[1] + 38
    head = np.hypot(head_x / (27 - 0.12 * np.clip(head_y, -30, 30)), head_y / 40)
    spots = noise(rng, x.shape, 4) > 0.9
    light = 0.8 - 0.5 * head**2 - 0.006 * head_x - 0.22 * spots
    plan = mix(plan, ramp(tones, light), head < 1)
    plan = mix(plan, 0.8 * tones[0], (head < 1) & (head > 0.9))
    for way in (-1, 1):
        eye = np.hypot(head_x - 12 * way, head_y - 17)
        plan = mix(plan, rgb("fbeab0"), eye < 7)
        plan = mix(plan, rgb("15131c"), eye < 3.6)
    return plan, (height > 0) | (head < 1)


def rows_of_stones(rng, field, where, row):
    """Walk along the level lines of a field and return stones as (x, y, angle, row).

    The lines are `row` apart, and the stones on a line about as much. Stones outside the mask
    `where` are left out.
    """
    stones = []
    for level in np.arange(0.5, field.max() / row) * row:
        for line in measure.find_contours(field, level):
            walked = np.append(0, np.cumsum(np.hypot(*np.diff(line, axis=0).T)))
            stops = np.cumsum(rng.uniform(0.8, 1.3, int(walked[-1] / row) + 1)) * row
            stops = stops[stops < walked[-1]]
            x, y = (np.interp(stops, walked, line[:, k]) for k in (1, 0))
            next_x, next_y = (np.interp(stops + 2, walked, line[:, k]) for k in (1, 0))
            turn = np.arctan2(next_y - y, next_x - x)
            found = np.stack([x, y, turn, np.full(len(x), row)], axis=1)
            stones += found[look_up(where, x, y)].tolist()
    return stones


def set_stones(rng, canvas, plan, stones):
    """Set the stones that find room and smaller ones into the gaps; return the picture."""
    fine = 3  # places to a unit, in the map of what is taken
    taken = np.zeros((fine * canvas.shape[0], fine * canvas.shape[1]), bool)
    square = points("-1 -1, 1 -1, 1 1, -1 1")
    for share in (0.5, 0.42, 0.3):
        for x, y, turn, row in stones:
            half = share * row
            reach = round(0.82 * half * fine)
            top, left = int(fine * y) - reach, int(fine * x) - reach
            window = taken[max(top, 0) : top + 2 * reach + 1, max(left, 0) : left + 2 * reach + 1]
            if window.size == 0 or window.mean() > 0.12:
                continue
            window[:] = True
            corners = (square + rng.normal(0, 0.1, (4, 2))) * half * (rng.uniform(0.82, 1.08), 0.9)
            cos, sin = np.cos(turn), np.sin(turn)
            corners = corners @ np.array([(cos, sin), (-sin, cos)])
            colour = jitter(rng, look_up(plan, np.array(x), np.array(y)), 0.06, 0.03)
            if rng.random() < 0.01:  # a glint of gold
                colour = rgb("f6d66a")
            place, shine = np.array([x, y]), np.clip(colour + rng.normal(0.03, 0.04), 0, 1)
            canvas.polygon(corners + place, colour, rng.integers(150, 255))
            facet = 0.55 * corners + place + rng.normal(0, 0.4, 2)
            canvas.polygon(facet, shine, rng.integers(150, 255))
        x, y = scatter(rng, canvas.shape, 2.0)
        stones = np.stack([x, y, rng.uniform(0, 3, len(x)), np.full(len(x), 4.6)], axis=1).tolist()
    return canvas.finish(rng, relief=0.4, cloth=0.03)
