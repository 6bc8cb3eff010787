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
    canvas = Canvas(shape, size, rgb("e9dcc0"))
    angles = np.where(y > horizon, 0.0, 0.4) + 0.5 * noise(rng, shape, 30)
    busy = ndimage.gaussian_filter(np.hypot(*np.gradient(plan.mean(axis=2))), 2) > 0.02
    for spacing, radius, share in [(9, 7.5, 0), (5.4, 3.6, 0.1), (3.8, 2.3, 0.13), (2.8, 1.4, 0.1)]:
        dots = scatter(rng, shape, spacing)
        if radius < 2:  # the smallest dots only where there is something to draw
            dots = dots[:, look_up(busy, *dots)]
        colours = look_up(plan, *dots)
        light = colours.mean(axis=1, keepdims=True)
        complement = rng.random(light.shape) < share
        pure = light + np.where(complement, -0.75, 1.3) * (colours - light)
        pure = jitter(rng, pure, 0.045, 0.04 if radius > 5 else 0.065)
        canvas.dabs(rng, *dots, pure, radius, look_up(angles, *dots), 0.85)
    return canvas.finish(rng, relief=0.35, cloth=0.02)


def river_bank(rng, shape, x, y):
    """Plan a river at sunset with sails, strollers and a tree; return it and the horizon's y."""
    side = rng.choice([-1, 1])  # of the sun (1 is right); the tree stands on the other side
    horizon, sun_x = rng.uniform(205, 240), 320 + side * rng.uniform(40, 190)
    skies = rgb("4f6fb8", "8f93c8", "d9a3b5", "f4b98a", "f9d77e")
    plan = ramp(skies, y / horizon + 0.06 * noise(rng, shape, 30))
    cloud = noise(rng, shape, 26) + 0.35 * noise(rng, shape, 9) + 0.5 * np.sin(y / 21) - 0.35
    plan = mix(plan, rgb("f6c9a6") - 0.15 * (y[..., None] < 90), 0.75 * np.clip(cloud, 0, 1))
    glow = np.hypot(x - sun_x, 1.1 * (y - horizon + 64))
    plan = mix(plan, rgb("ffdf6b"), 0.8 * np.exp(-((glow / 85) ** 2)))
    plan = mix(plan, rgb("fff3b0"), glow < 23)
    rough = 13 * np.abs(noise(rng, shape, 16)[0]) + 7 * np.abs(noise(rng, shape, 5)[0])
    trees = ramp(rgb("3d4a8a", "59609c", "5d7f78", "98935f"), 0.4 + 0.3 * noise(rng, shape, 8))
    plan = mix(plan, trees, (y > horizon - 12 - rough) & (y <= horizon))
    near = np.maximum(y - horizon, 0)
    mirror = look_up(plan, x, horizon - near - 4)
    ripple = np.sin(y / (1.5 + near / 45) + 1.8 * noise(rng, shape, 14))
    water = mix(0.86 * mirror, rgb("3f63b0"), 0.24 + 0.24 * ripple)
    path = np.exp(-(((x - sun_x) / (14 + 0.22 * near)) ** 2)) * np.clip(ripple + 0.5, 0, 1)
    plan = mix(plan, mix(water, rgb("ffd873"), 0.85 * path), near > 0)
    hull = points("-.4 -.1, .42 -.1, .3 .06, -.3 .06")
    main, jib = points("0 -.1, 0 -1, .42 -.14"), points("-.06 -.1, 0 -.85, -.33 -.1")
    for tall in np.sort(rng.uniform(24, 78, 4)):
        spot = np.array([rng.uniform(110, 530), horizon + 2 + 0.75 * tall])
        for tone, cloth in (("fbe9cf", main), ("e9c2c4", jib)):
            plan = mix(plan, rgb(tone), 0.95 * cover(shape, tall * cloth + spot))
            plan = mix(plan, rgb(tone), 0.5 * cover(shape, tall * cloth * (1, -0.75) + spot))
        plan = mix(plan, rgb("5a3350"), cover(shape, tall * hull + spot))
    shore = 405 + 0.16 * side * (x[0] - 320) + 9 * noise(rng, shape, 40)[0]
    shadow = noise(rng, shape, 26) + 0.4 * noise(rng, shape, 7) + (y - shore) / 90
    grass = rgb("d8cf5a", "a9bd4c", "5f9a4a", "2f6a58", "34487f")
    plan = mix(plan, ramp(grass, 0.42 + 0.22 * shadow), y > shore)
    return strollers(rng, big_tree(rng, plan, x, y, side), x, y, side), horizon


def big_tree(rng, plan, x, y, side):
    """Add a tree to the plan, lit from the side of the sun."""
    leaves, middle = np.zeros(x.shape), 320 - 240 * side
    for _ in range(70):
        leaf_x, leaf_y = middle + rng.normal(0, 56), rng.normal(95, 60)
        leaves = np.maximum(leaves, 1.4 - np.hypot(x - leaf_x, y - leaf_y) / rng.uniform(22, 40))
    trunk = smooth_curve(points("0 470, -6 350, 8 240, 2 110") + np.array([middle, 0]), 40)
    thick = np.linspace(17, 5, 40)[:, None] * (1, 0)
    bark = ramp(rgb("3b2a55", "7a4a3a", "c77b3e"), 0.5 + side * (x - middle) / 40)
    plan = mix(plan, bark, cover(x.shape, np.vstack([trunk - thick, (trunk + thick)[::-1]])))
    tone = 0.42 + side * (x - middle) / 260 + 0.22 * noise(rng, x.shape, 13)
    foliage = ramp(rgb("21406a", "2f6a4f", "6f9440", "d3b13e"), tone)
    return mix(plan, foliage, np.clip(4 * (leaves + 0.25 * noise(rng, x.shape, 7) - 0.45), 0, 1))


def strollers(rng, plan, x, y, side):
    """Add seven strollers to the plan: shadow, dress, head, and often a parasol."""
    body = points("-.2 0, .22 0, .09 -.5, .12 -.78, -.1 -.78, -.08 -.5")
    shadow = points("-.1 0, .15 0, .3 .2, 0 .22")
    shadow[2:, 0] -= 0.7 * side
    arc = np.linspace(np.pi, 2 * np.pi, 12)
    shade = np.stack([0.42 * np.cos(arc), 0.3 * np.sin(arc) - 0.93], 1)
    for _ in range(7):
        foot = np.array([320 + side * rng.uniform(-170, 260), rng.uniform(418, 476)])
        tall = 46 + 0.6 * (foot[1] - 400)
        dress = jitter(rng, rng.choice(rgb("2b2a5e", "7a2748", "33407f", "d9d3e6")), 0.05, 0.06)
        head = np.hypot(x - foot[0], y - foot[1] + 0.88 * tall) < 0.085 * tall
        plan = mix(plan, rgb("2e4a70"), 0.7 * cover(x.shape, tall * shadow + foot))
        plan = mix(plan, dress, cover(x.shape, tall * body + foot))
        plan = mix(plan, rgb("c98a6a"), head)
        if rng.random() < 0.6:
            red = jitter(rng, rgb("e2633f"), 0.05, 0.12)
            plan = mix(plan, red, cover(x.shape, tall * shade + foot))
    return plan
