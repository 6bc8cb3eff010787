"""The hand of a painter in dots of pure colour: a river bank at sunset."""

import numpy as np
from scipy import ndimage

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


def pointillist(seed, size=SIZE):
    """Paint the river bank in layers of ever smaller dots, which only the eye mixes.

    A dot is of a purer colour than the place it stands for; but of the smaller dots, about one in
    ten has the complementary colour.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    plan, horizon = river_bank(rng, shape, x, y)
    canvas = Canvas(shape, size, rgb("b9a58c"))
    angles = np.where(y > horizon, 0.0, 0.4) + 0.5 * noise(rng, shape, 30)
    busy = ndimage.gaussian_filter(np.hypot(*np.gradient(plan.mean(axis=2))), 1.5) > 0.025
    layers = [(6, 6, 0), (4.6, 3.2, 0.1), (3.2, 2.1, 0.12), (2.3, 1.4, 0.11), (1.5, 0.95, 0.05)]
    for spacing, radius, share in layers:
        dots = scatter(rng, shape, spacing)
        if radius < 1:  # the smallest dots only where there is something to draw
            dots = dots[:, look_up(busy, *dots)]
        colours = look_up(plan, *dots)
        light = colours.mean(axis=1, keepdims=True)
        complement = rng.random(light.shape) < share
        pure = light + np.where(complement, -0.7, 1.25) * (colours - light)
        pure = jitter(rng, pure, 0.05, 0.03 if radius > 5 or radius < 1 else 0.085)
        canvas.dabs(rng, *dots, pure, radius, look_up(angles, *dots), 0.85)
    return canvas.finish(rng, relief=0.2, cloth=0.03)


def river_bank(rng, shape, x, y):
    """Plan a river at sunset with sails, strollers and trees; return it and the horizon's y."""
    side = rng.choice([-1, 1])  # of the sun (1 is right); the large tree stands on the other side
    horizon, sun_x = rng.uniform(195, 220), 320 + side * rng.uniform(40, 150)
    skies = rgb("4467b4", "7f8fc8", "c9a0bd", "f2b195", "f8cf78")
    plan = ramp(skies, y / horizon + 0.05 * noise(rng, shape, (12, 40)))
    cloud = noise(rng, shape, (7, 40), (3, 14)) - 0.5
    lit = ramp(rgb("f6c2b4", "f9d6a4", "fff0b4"), y / horizon)
    plan = mix(plan, lit, 0.7 * np.clip(cloud, 0, 1))
    glow = np.hypot(x - sun_x, 1.1 * (y - horizon + 58))
    plan = mix(plan, rgb("ffdf6b"), 0.8 * np.exp(-((glow / 85) ** 2)))
    plan = far_bank(rng, plan, x, y, horizon, glow < 21)
    near = np.maximum(y - horizon, 0)
    mirror = look_up(plan, x + 3 * noise(rng, shape, (2, 9)), horizon - 0.9 * near - 2)
    mirror = mix(mirror, rgb("f6c98a"), 0.7 * (mirror[..., 2] > 0.72) * (mirror[..., 0] > 0.95))
    depth = 110 * np.log(near + 9)
    ripple = np.sin(depth / 4.2 + 1.5 * noise(rng, shape, (6, 22))) + 0.5 * noise(
        rng, shape, (2, 12)
    )
    water = mix(0.88 * mirror, rgb("3b62b4"), np.clip(0.26 + 0.2 * ripple, 0, 0.7))
    path = np.exp(-(((x - sun_x) / (13 + 0.16 * near)) ** 2)) * np.clip(ripple + 0.4, 0, 1)
    plan = mix(plan, mix(water, rgb("ffdc7c"), 0.9 * path), near > 0)
    places = np.linspace(60, 580, 7) + rng.uniform(-26, 26, 7)
    for boat_x, tall in zip(rng.permutation(places), (13, 17, 20, 27, 34, 52, 78), strict=True):
        plan = sailing_boat(rng, plan, np.array([boat_x, horizon + 3 + 0.85 * tall]), tall)
    shore = 398 + 0.16 * side * (x[0] - 320) + 9 * noise(rng, shape, 40)[0]
    blades = 0.3 * noise(rng, shape, (5, 2))
    shadow = noise(rng, shape, (10, 40)) + 0.3 * noise(rng, shape, 6) + blades + (y - shore) / 70
    grass = rgb("e6dc66", "b4c653", "6aa64e", "2f7358", "2c4c86")
    plan = mix(plan, ramp(grass, 0.32 + 0.2 * shadow), y > shore)
    plan = mix(plan, rgb("8a6a4a"), 0.8 * ((y > shore - 2) & (y < shore + 2)))
    plan = tree(rng, plan, x, y, side, np.array([320 - side * 150, 418]), 0.5)
    plan = strollers(rng, plan, x, y, side, shore)
    return tree(rng, plan, x, y, side, np.array([320 - side * 258, 486]), 1), horizon


def far_bank(rng, plan, x, y, horizon, sun):
    """Add the sun and the far bank: round trees, poplars, a few houses and a church."""
    plan = mix(plan, rgb("fff6c4"), sun)
    height = np.full(x.shape, -9.0)
    tones = noise(rng, x.shape, 5) * 0.25 + 0.45
    for _ in range(70):
        wide, crown_x = rng.uniform(9, 22), rng.uniform(-10, 650)
        tall = wide * rng.uniform(0.7, 1.15)
        lump = 1 - ((x - crown_x) / wide) ** 2 - ((y - horizon + 0.45 * tall) / tall) ** 2
        tones = np.where(lump > height, tones * 0.4 + rng.uniform(0.1, 0.6), tones)
        height = np.maximum(height, lump)
    for poplar_x in rng.uniform(60, 580) + rng.normal(0, 26, 6):
        tall = rng.uniform(24, 40)
        poplar = 1 - ((x - poplar_x) / 4.5) ** 2 - ((y - horizon + 0.8 * tall) / tall) ** 2
        tones = np.where(poplar > np.maximum(height, 0), 0.15, tones)
        height = np.maximum(height, poplar)
    wood = ramp(rgb("39468a", "4f6aa0", "4f8578", "8d9a62"), tones + 0.1 * noise(rng, x.shape, 3))
    above = y <= horizon
    plan = mix(plan, wood, (height > 0.12 * noise(rng, x.shape, 3)) & above)
    plan = mix(plan, rgb("7d8f5a"), above & (y > horizon - 3))
    for left in rng.uniform(40, 560) + rng.normal(0, 55, 6):
        wide, tall = rng.uniform(6, 18), rng.uniform(6, 14)
        foot = np.array([left, horizon - rng.uniform(1, 7)])
        wall, roof = points("0 0, 1 0, 1 -1, 0 -1"), points("-.1 -1, 1.1 -1, .85 -1.6, .15 -1.6")
        tone = ramp(rgb("f9e6c8", "e8b89a", "b9a3c4"), np.array(rng.random()))
        plan = mix(plan, tone, cover(x.shape, wall * (wide, tall) + foot))
        plan = mix(plan, rgb("b4553c"), cover(x.shape, roof * (wide, tall) + foot))
    tower = points("0 0, 7 0, 7 -27, 3.5 -46, 0 -27")
    tower = tower + np.array([rng.uniform(120, 520), horizon - 2])
    return mix(plan, rgb("6b6796"), cover(x.shape, tower))


def sailing_boat(rng, plan, foot, tall):
    """Add a boat with its reflection; `foot` is the middle of its waterline."""
    heading, heel = rng.choice([-1, 1]), rng.normal(0, 0.06)
    lean = np.array([[1, 0], [heel, 1]])
    main = points(".02 -.1, .04 -1, .25 -.6, .44 -.15")
    jib = points("-.03 -.12, .02 -.9, -.2 -.45, -.36 -.1")
    hull = points("-.42 -.12, 0 -.07, .45 -.11, .36 .05, -.28 .05")
    cloths = rgb(*rng.permutation(["fff0d4", "f3d9d4", "f0a868", "e9dcc0"])[:2])
    gaff = rng.random() < 0.35  # a gaff sail has four corners
    if gaff:
        main = points(".02 -.1, .02 -.66, .34 -.92, .5 -.15")
    for tone, sail in zip(cloths, (main, jib), strict=True):
        sail = sail @ lean * (heading, 1) * tall + foot
        image = foot[1] + (foot[1] - sail[:, 1]) * 0.7
        plan = mix(plan, tone, 0.45 * cover(plan.shape[:2], np.column_stack([sail[:, 0], image])))
        fold = 0.12 * np.sin(np.arange(plan.shape[1]) / (0.07 * tall) + rng.uniform(0, 6))
        shaded = tone * (1 + fold[None, :, None]) * (0.96, 0.95, 1.0)
        plan = mix(plan, shaded, 0.97 * cover(plan.shape[:2], sail))
    wood = rng.choice(rgb("5a3350", "7a3b34", "2f4372"))
    hull = hull * (heading, 1) * tall + foot
    plan = mix(plan, 0.8 * wood, 0.6 * cover(plan.shape[:2], hull + np.array([0, 0.13 * tall])))
    return mix(plan, wood, cover(plan.shape[:2], hull))


def tree(rng, plan, x, y, side, foot, large):
    """Add a tree, lit from the side of the sun; `large` is its size as a share of the largest."""
    away = (x - foot[0]) / large
    up = (foot[1] - y) / large
    spine = smooth_curve(points("0 8, -3 -90, 7 -200, 3 -330") * large + foot, 40)
    thick = large * np.concatenate([[26, 20], np.linspace(16, 5, 38)])[:, None] * (1, 0)
    bark = 0.45 + side * (away + 2) / 34 + 0.18 * noise(rng, x.shape, (9, 1.6))
    bark = ramp(rgb("2c2450", "54386a", "8a5048", "d98a4a"), bark)
    plan = mix(plan, bark, cover(x.shape, np.vstack([spine - thick, (spine + thick)[::-1]])))
    for start, reach, rise in [(215, -95, 95), (190, 100, 90), (255, 70, 80), (275, -50, 75)]:
        branch = points(
            f"4 {-start}, {0.5 * reach} {-start - 0.35 * rise}, {reach} {-start - rise}"
        )
        branch = smooth_curve(branch * large + foot, 20)
        thick = large * np.linspace(6, 1.5, 20)[:, None] * (0.3, 1)
        plan = mix(plan, bark, cover(x.shape, np.vstack([branch - thick, (branch + thick)[::-1]])))
    leaves, tone = np.full(x.shape, -1.0), np.zeros(x.shape)
    for _ in range(80):
        turn, far, wide = rng.uniform(0, 2 * np.pi), rng.random() ** 0.6, rng.uniform(18, 38)
        leaf_x, leaf_up = 125 * far * np.cos(turn), 345 + 115 * far * np.sin(turn)
        lump = 1 - np.hypot(away - leaf_x, 1.35 * (up - leaf_up)) / wide
        lit = 0.4 + (0.5 * side * (away - leaf_x) + 0.8 * (up - leaf_up)) / wide / 2.2
        tone = np.where(lump > leaves, lit + side * leaf_x / 420, tone)
        leaves = np.maximum(leaves, lump)
    tone = tone + 0.14 * noise(rng, x.shape, 4)
    foliage = ramp(rgb("1c3566", "255a5c", "4a8a48", "98ac44", "e8c850"), tone)
    return mix(plan, foliage, np.clip(3 * (leaves + 0.16 * noise(rng, x.shape, 4) - 0.08), 0, 1))


LADY = {  # parts of a stroller who is 1 tall and looks to the right, each with its dye
    "dress": "-.05 -.81, -.09 -.7, -.08 -.57, -.2 -.55, -.26 -.46, -.24 -.2, -.29 0, .16 0,"
    ".12 -.25, .06 -.52, .11 -.65, .06 -.79",
    "hem": "-.27 -.1, .14 -.1, .16 0, -.29 0",
    "sleeve": "-.03 -.77, .03 -.75, .07 -.62, .19 -.64, .19 -.59, .04 -.55, -.02 -.64",
    "skin": "-.01 -.82, .0 -.93, .06 -.94, .075 -.88, .05 -.82, .03 -.78",
    "hair": "-.01 -.82, -.06 -.86, -.05 -.94, .02 -.96, .01 -.88",
    "hat": "-.09 -.93, .12 -.925, .07 -.95, .05 -1.01, -.03 -1.02, -.04 -.95",
}
GENTLEMAN = {
    "trousers": "-.1 -.45, .08 -.45, .09 -.2, .13 0, .05 0, .01 -.3, -.05 0, -.12 0, -.08 -.2",
    "dress": "-.05 -.82, -.12 -.76, -.11 -.55, -.13 -.33, -.02 -.36, .1 -.35, .09 -.6,"
    ".1 -.74, .05 -.82",
    "sleeve": ".0 -.78, .06 -.7, .07 -.58, .15 -.5, .12 -.46, .01 -.55, -.03 -.7",
    "skin": "-.03 -.82, -.03 -.92, .05 -.93, .07 -.87, .04 -.81",
    "hair": "-.03 -.84, -.05 -.88, -.04 -.93, .03 -.94, -.01 -.9",
    "hat": "-.08 -.915, .1 -.915, .1 -.935, .06 -.935, .065 -1.05, -.05 -1.05,"
    "-.045 -.935, -.08 -.935",
}
SITTING = {
    "dress": "-.3 0, .4 .02, .42 -.05, .2 -.13, .1 -.17, .11 -.3, .06 -.4, -.05 -.4, -.09 -.28,"
    "-.08 -.16, -.22 -.11",
    "sleeve": "-.02 -.36, .04 -.33, .08 -.2, .2 -.15, .18 -.1, .03 -.15",
    "skin": "-.02 -.41, -.01 -.51, .05 -.52, .07 -.46, .03 -.4",
    "hair": "-.02 -.42, -.05 -.46, -.04 -.52, .02 -.54, .0 -.46",
    "hat": "-.1 -.51, .13 -.5, .07 -.53, .05 -.58, -.03 -.58, -.04 -.53",
}
DOG = {
    "dress": "-.2 -.18, -.26 -.29, -.16 -.22, .1 -.21, .15 -.3, .2 -.32, .28 -.25, .2 -.2, .15 -.1,"
    ".15 0, .11 0, .09 -.1, -.1 -.1, -.12 0, -.16 0, -.17 -.1"
}


def strollers(rng, plan, x, y, side, shore):
    """Add couples, a child, people who sit on the grass, and a dog, from the back to the front."""
    feet = np.sort(np.concatenate([rng.uniform(408, 440, 5), rng.uniform(446, 488, 5)]))
    spots = np.linspace(-165, 285, 10)
    spots = np.ravel(np.column_stack([rng.permutation(spots[::2]), rng.permutation(spots[1::2])]))
    kinds = [LADY, GENTLEMAN, SITTING, LADY, SITTING, GENTLEMAN, LADY, LADY, DOG, SITTING]
    for foot_y, spot, kind in zip(feet, spots, kinds, strict=True):
        foot_x = 320 + side * spot + rng.normal(0, 6)
        foot_y = max(foot_y, shore[int(np.clip(foot_x, 0, 639))] + 7)
        foot = np.array([foot_x, foot_y])
        tall = 42 + 0.95 * (foot_y - 400)
        look = rng.choice([-1, 1])
        plan = stroller(rng, plan, x, y, side, kind, foot, tall, look)
        if kind is LADY and rng.random() < 0.5:  # with a child by the hand
            beside = foot + np.array([look * 0.33 * tall, 0.04 * tall])
            plan = stroller(rng, plan, x, y, side, LADY, beside, 0.58 * tall, look)
        elif kind is GENTLEMAN:  # with a lady on his arm
            beside = foot + np.array([look * 0.24 * tall, 0.03 * tall])
            plan = stroller(rng, plan, x, y, side, LADY, beside, 0.95 * tall, look)
    return plan


def stroller(rng, plan, x, y, side, kind, foot, tall, look):
    """Add one stroller, lit warmly from the side of the sun, with a shadow on the grass."""
    shadow = points("-.18 -.03, .16 -.02, -.05 .3, -.2 .42, -.36 .4, -.3 .2") * (side, 0.8)
    plan = mix(plan, rgb("24427a"), 0.72 * cover(x.shape, tall * shadow + foot, 1.2))
    dress = rng.choice(rgb("2b2a62", "8a2446", "3c4f9c", "e6dcea", "c8602e", "5a3a7a", "2f6a6a"))
    if kind is GENTLEMAN:
        dress = rng.choice(rgb("2a2750", "3a2b44", "4a4a7c"))
    if kind is DOG:
        dress = rgb("4a2b30")[0]
    dress = jitter(rng, dress, 0.03, 0.03)
    dyes = {
        "dress": dress,
        "hem": 0.75 * dress,
        "sleeve": 0.5 * dress + 0.5 * np.array([0.75, 0.5, 0.5]) * dress.mean(),
        "trousers": rgb("6d6488")[0],
        "skin": rgb("e2a583")[0],
        "hair": rgb("4a2a2c")[0],
        "hat": rng.choice(rgb("2a2146", "d8622c", "e8c86a")) if kind is not GENTLEMAN else dress,
    }
    light = np.clip(side * (x - foot[0]) / (0.2 * tall), -1, 1)[..., None]
    for part, outline in kind.items():
        corners = points(outline) * (look, 1) * tall + foot
        folds = 0.1 * np.sin((x - foot[0]) / (0.035 * tall) + (y - foot[1]) / (0.5 * tall))
        colour = dyes[part] * (1 + 0.3 * light + folds[..., None] * (part == "dress"))
        colour = (
            colour + np.maximum(light, 0) * (0.16, 0.08, 0.0) + np.minimum(light, 0) * (0, 0, -0.1)
        )
        plan = mix(plan, colour, cover(x.shape, corners, 0.4))
    if kind in (LADY, SITTING) and tall > 40 and rng.random() < 0.6:
        tip = -1.13 if kind is LADY else -0.72
        plan = parasol(rng, plan, x, side, foot + np.array([look * 0.17, tip]) * tall, tall)
    return plan


def parasol(rng, plan, x, side, tip, tall):
    """Add a tilted parasol with a scalloped edge and ribs; `tip` is its middle."""
    arc = np.linspace(np.pi, 2 * np.pi, 25)
    dome = np.column_stack([0.3 * np.cos(arc), 0.22 * np.sin(arc)])
    edge = np.linspace(0.3, -0.3, 25)
    edge = np.column_stack([edge, -0.035 * np.abs(np.sin(edge * np.pi / 0.2))])
    turn = rng.normal(0, 0.22)
    spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    handle = points("-.008 -.05, .008 -.05, .008 .5, -.008 .5")
    cloth = rng.choice(rgb("e2533f", "f0a040", "f6e3c8", "7a5aa8", "d8486a"))
    plan = mix(plan, rgb("5a3340"), cover(x.shape, handle @ spin * tall + tip))
    ribs = np.abs((x - tip[0]) / tall / 0.1 % 1 - 0.5)
    shine = 0.88 + 0.35 * ribs + 0.5 * side * np.clip((x - tip[0]) / tall, -0.3, 0.3)
    mask = cover(x.shape, np.vstack([dome, edge]) @ spin * tall + tip)
    return mix(plan, np.clip(cloth * shine[..., None], 0, 1), mask)
