"""The hand of a weaver of dyed threads: a cloth with rows of medallions."""

import numpy as np
from scipy import ndimage

from materials import LONG_SIDE, SIZE, enlarge, fine_grid, jitter, mix, noise, reduce, rgb, texture


def woven_cloth(seed, size=SIZE):
    """Weave the cloth: the warp (the threads that run down) was dyed before, as for an ikat.

    Its threads slip a little as they are woven, so that the pattern has frayed edges. Every thread
    is a little cylinder of twisted fibre that goes over and under those that cross it.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)
    pitch = 4.4  # units from thread to thread
    wander = [2.2 * noise(rng, shape, 45) + 0.35 * noise(rng, shape, 9) for _ in range(2)]
    x, y = x + enlarge(wander[0], x), y + enlarge(wander[1], x)
    warp, weft = x / pitch + 8, y / pitch + 8
    i, j = warp.astype(int), weft.astype(int)  # the numbers of the threads
    threads = int(max(i.max(), j.max())) + 2
    across, down = (warp % 1 - 0.5) * 2, (weft % 1 - 0.5) * 2  # -1 to 1 across a thread
    slip = np.cumsum(rng.normal(0, 1.3, threads))
    slip = 1.1 * (slip - ndimage.gaussian_filter1d(slip, 6)) + rng.normal(0, 2.2, threads)
    zone = medallions(rng, (i - 7.5) * pitch, y + slip[i])
    dyes = rgb("8e1b25", "f0e2c0", "1c2f66", "d99a2b", "8e1b25", "f0e2c0", "27605a", "1c2f66")
    dyes[2:7] = rng.permutation(dyes[2:7])
    warp_tint = jitter(rng, np.ones((threads, 3)), 0.09, 0.03)[i]
    weft_colour = jitter(rng, np.tile(rgb("5c1a2a"), (threads, 1)), 0.05, 0.03)[j]
    over = (i + 2 * j) % 5 > 0  # a satin: the warp shows four times in five
    over ^= rng.random((threads, threads))[i, j] < 0.004  # now and then a fault
    near = np.cos(np.pi * down / 2)
    warp_height = np.sqrt(1 - across**2) * np.where(over, 0.75 + 0.3 * near, 0.55 - 0.9 * near)
    weft_height = np.sqrt(1 - down**2) * np.where(over, 0.35, 0.95)
    front = warp_height > weft_height
    height, lean = np.maximum(warp_height, weft_height), np.where(front, -across, -down)
    turns = np.where(front, weft * 2.2 + across * 0.55, warp * 2.2 + down * 0.55)
    soft, fluff, folds = (enlarge(noise(rng, shape, scale), x) for scale in (5, 0.7, 60))
    colour = mix(weft_colour, np.clip(dyes[zone] * warp_tint + 0.03 * soft[..., None], 0, 1), front)
    light = 0.45 + 0.55 * height + 0.13 * lean + 0.09 * np.sin(2 * np.pi * turns) + 0.04 * soft
    light = light * (1 + 0.07 * folds) + 0.05 * fluff
    return texture(rng, reduce(np.clip(1.12 * colour * light[..., None], 0, 1)), 0.03)


def medallions(rng, x, y):
    """Divide the cloth into the zones (0 to 7) of its pattern: rows of stepped medallions."""
    wide, tall = rng.uniform(150, 185), rng.uniform(225, 270)
    x, y = x + rng.uniform(0, wide), y + rng.uniform(0, tall)
    y = y + np.floor(x / wide) * tall / 2  # every other column is half a medallion lower
    a, b = 2 * np.abs(x / wide % 1 - 0.5), 2 * np.abs(y / tall % 1 - 0.5)
    diamond = a + b + 0.07 * np.sign(np.sin(26 * b)) * (a > 0.12)
    zone = np.digitize(diamond, [0.16, 0.26, 0.46, 0.56, 0.78, 0.86, 1.12])
    zone = np.where(np.abs(a - 0.86) + 0.35 * np.abs(np.sin(11 * b)) < 0.2, 1, zone)
    return np.where(a > 0.956, 3, zone)
