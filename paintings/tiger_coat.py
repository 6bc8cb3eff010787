"""The hand of a painter of animals, in fine strokes like hairs: the flank of a tiger."""

import numpy as np
from scipy import ndimage

from canvas import Canvas
from materials import LONG_SIDE, SIZE, grid, mix, noise, ramp, rgb


def tiger_coat(seed, size=SIZE):
    """Paint the flank: fine fur that follows the body, black stripes over yellow, white below.

    The stripes are noise of which only one width and one direction are kept (a band of its
    Fourier transform): such stripes fork, taper and stop, as on an animal.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    sag = 22 * noise(rng, shape, 70)[0]
    belly = y - (345 + 26 * np.cos((x - 300) / 150) + sag + 7 * noise(rng, shape, 9, 4))
    white = 1 / (1 + np.exp(-np.clip(belly / 4, -50, 50)))
    lean = 0.32 * np.sin(x / 170 + rng.uniform(0, 6)) + 0.1 * noise(rng, shape, 60)
    across, down = np.fft.fftfreq(shape[1])[None], np.fft.fftfreq(shape[0])[:, None]
    band = np.exp(-(((np.abs(across) - 1 / 58) / 0.0048) ** 2) - (down / 0.0045) ** 2)
    waves = np.fft.ifft2(np.fft.fft2(rng.standard_normal(shape)) * band).real
    bent_x = x + 60 * np.sin(y / 120 + rng.uniform(0, 6)) + 7 * noise(rng, shape, 20)
    bent = [np.clip(y, 0, 511), bent_x % LONG_SIDE]
    waves = ndimage.map_coordinates(waves / waves.std(), bent, order=1, mode="grid-wrap")
    ragged = 0.07 * noise(rng, shape, 5, 2) + 0.16 * noise(rng, shape, 28)
    thin = 0.62 + 0.5 * white + 0.25 * np.clip((40 - y) / 60, 0, 1)
    black = waves + ragged > thin
    fringe = (waves + ragged > thin - 0.3) & ~black
    golds = rgb("b8620c", "d9820f", "eda01a", "f6b82c", "fbcf57")
    tufts = noise(rng, shape, (3, 11)) + 0.7 * noise(rng, shape, (8, 24))
    tone = 0.5 + 0.15 * noise(rng, shape, 40) + 0.13 * tufts - 0.2 * np.clip(1.4 - y / 60, 0, 1)
    gold = ramp(golds, tone + 0.25 * np.clip(1 + belly / 90, 0, 1))
    gold[fringe] = ramp(golds, tone - 0.25)[fringe]
    creams = rgb("d6cfc6", "eae6e0", "fbfaf8")
    plan = mix(gold, ramp(creams, 0.6 + 0.14 * noise(rng, shape, 26) + 0.16 * tufts), white)
    marks = noise(rng, shape, 13) - 3 * np.clip(waves + 0.3, 0, 1) - 2 * white
    plan = mix(plan, creams[2], np.clip((marks - 1.5) * 2, 0, 1))
    inks = ramp(rgb("070605", "16110e", "2a1d14"), 0.35 + 0.3 * tufts)
    plan[black] = inks[black]
    angles = (
        np.pi * 0.86 + lean - 0.35 * np.clip(belly / 150, -0.3, 1) + 0.12 * noise(rng, shape, 14)
    )
    canvas = Canvas(shape, size, inks[0, 0])
    canvas.lay(rng, plan, angles, 11, 34, 10, edge=0.3)
    canvas.lay(rng, plan, angles, 5, 22, 3.4, value=0.05, hue=0.02, edge=0.45)
    canvas.lay(rng, plan, angles, 3.6, 17, 1.7, value=0.075, hue=0.02, edge=0.5)
    # The last hairs do not stop at the edge of a stripe: black and yellow ones lie over each other.
    canvas.lay(rng, plan, angles, 3, 11, 1.5, value=0.06, hue=0.02, edge=9)
    canvas.lay(rng, plan, angles, 3.4, 15, 0.9, value=0.1, hue=0.025, edge=9)
    return canvas.finish(rng, relief=0.32, cloth=0.015)
