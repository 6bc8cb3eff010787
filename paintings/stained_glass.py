"""The hand of a glazier: a rose window of coloured glass joined by lead."""

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from materials import (
    LONG_SIDE,
    SIZE,
    SUPERSAMPLING,
    enlarge,
    fine_grid,
    jitter,
    mix,
    noise,
    ramp,
    reduce,
    rgb,
    texture,
)


def stained_glass(seed, size=SIZE):
    """Make the window: glass coloured all through, cut into pieces that strips of lead join.

    Each piece of glass has its own tint, streaks and bubbles; grime gathers along the lead.
    """
    rng = np.random.default_rng(seed)
    shape = (LONG_SIDE, 512)
    x, y = fine_grid(shape, size)
    # Bend the coordinates a little: no line of the window is quite straight or quite round.
    x, y = (side + 1.6 * enlarge(noise(rng, shape, 30), x) for side in (x, y))
    region, palettes = rose_window(rng, x - 256, y - 262)
    # The large pieces (kinds 1 to 3, at the bottom of the picture) are cut into cells: the places
    # that are nearest to the same one of 500 random points.
    seeds = rng.uniform(0, LONG_SIDE, (500, 2)) * (1, 1.25)
    cells = cKDTree(seeds).query(np.stack([x, y * 1.25], axis=-1))[1]
    piece = region * 1000 + np.where(np.isin(region // 1000, [1, 2, 3]), cells, 0)
    piece = np.unique(piece, return_inverse=True)[1].reshape(x.shape)
    cut = np.zeros(x.shape, bool)
    cut[:, 1:] |= piece[:, 1:] != piece[:, :-1]
    cut[1:] |= piece[1:] != piece[:-1]
    lead = ndimage.distance_transform_edt(~cut) * LONG_SIDE / (SUPERSAMPLING * size)
    kind = np.zeros(piece.max() + 1, int)
    kind[piece.ravel()] = region.ravel() // 1000
    tints = np.array([rng.choice(palettes[k]) for k in kind])
    tints = jitter(rng, tints, 0.04, 0.03)[piece]
    streaks = []
    for drawn_out in [(1.5, 18), (18, 1.5)]:  # streaks that run across or down
        streak = 14 * ndimage.gaussian_filter(noise(rng, shape, 1), drawn_out)
        streaks.append(enlarge(streak + noise(rng, shape, 2.5), x))
    streak = np.where(rng.random(len(kind))[piece] < 0.5, *streaks)
    bubbles = enlarge(np.clip(noise(rng, shape, 1.1) - 2.2, 0, 1), x)
    light = 1.05 + 0.05 * streak + 0.1 * enlarge(noise(rng, shape, 60), x) + 0.9 * bubbles
    light *= 0.62 + 0.42 * np.clip(lead / 9, 0, 1) ** 0.5
    picture = np.clip(1.12 * tints * light[..., None] + 0.012 * streak[..., None], 0, 1)
    came = 2.1 + 0.5 * (kind == 0)[piece]  # half the width of the lead: wider in the clear glass
    shine = lead / came + 0.1 * enlarge(noise(rng, shape, 2), x)
    metal = ramp(rgb("4a4c50", "26262a", "0b0b0d"), shine)
    picture = mix(picture, metal, np.clip((came - lead) * 1.5 + 0.5, 0, 1))
    return texture(rng, reduce(picture), 0.035)


def rose_window(rng, x, y):
    """Design the window around (0, 0): return a number for each place and a list of palettes.

    The number is 1000 times the kind of glass, plus the number of the piece within its kind; each
    kind of glass has a palette.
    """
    petals = int(rng.choice([8, 10, 12]))
    far, turn = np.hypot(x, y), petals * (np.arctan2(y, x) / (2 * np.pi) + 0.5)
    beam, step = np.round(turn) % petals, (turn + 0.5) % 1 - 0.5
    side = 2 * np.pi * step / petals * far  # distance from the axis of the petal
    ruby, blue = rgb("7c0a1e", "b3122a", "d8342c", "a01045"), rgb("0d2a7a", "1747ab", "2f77cf")
    gold, green = rgb("d99412", "f2bd2c", "f7dc74", "c96f10"), rgb("0c5a3a", "1f8a4c", "6aae3e")
    violet = rgb("4a1c78", "6f35a0", "8d5bc0")
    clear = rgb("dce3b8", "a9d0d8", "f3dc9a", "86b7d6", "c9dfc0")
    first, second = (([ruby, blue, gold, green])[k] for k in rng.permutation(4)[:2])
    region, palettes = np.zeros(x.shape, int), []

    def add(mask, palette, number):
        """Put a new kind of glass over what is there, where the mask is true.

        `number` says for each place to which piece of this glass it belongs.
        """
        region[mask] = (len(palettes) * 1000 + number + np.zeros(x.shape, int))[mask].astype(int)
        palettes.append(palette)

    rays = np.floor((far - 240) / 46 + 0.35 * np.sin(turn * 60 / petals))
    add(far > 0, clear, np.floor(turn * 4) * 7 + rays + 30)
    add(y > 262, blue, np.floor((x + 256) / 64 + 0.35 * np.sin(y / 18)))
    hills = y - 285 - 22 * np.sin(x / 60 + rng.uniform(0, 6)) - 10 * np.sin(x / 23)
    add(hills > 0, green, np.floor((x + 256 + 0.7 * hills) / 52))
    add(hills > 40, violet, np.floor((x + 290 - 0.9 * hills) / 70))
    add(far < 240, blue, beam * 4 + np.floor(step * 4 + 2))
    add(far < 216, ruby, beam * 3 + np.floor(step * 3 + 1.5))
    add(far < 205, first, beam * 2 + (step > 0))
    round_far, round_turn = np.hypot(side, far - 172), np.arctan2(side, far - 172)
    wide = 0.82 * 172 * np.pi / petals  # the radius of the roundels
    add(round_far < wide, gold, beam * 8 + np.floor((round_turn / np.pi + 1) * 4))
    add(round_far < 0.7 * wide, violet, beam)
    add(round_far < wide * (0.44 + 0.1 * np.cos(4 * round_turn)), second, beam)
    add(far < 132, blue, np.floor(2 * turn))
    leaf = 200 / petals * np.sin(np.pi * np.clip((far - 36) / 94, 0, 1)) ** 0.6
    add((np.abs(side) < leaf) & (far < 130), ruby, beam * 2 + (side > 0))
    add((np.abs(side) < 0.5 * leaf) & (far < 108) & (far > 50), gold, beam)
    add(far < 44, green, np.floor(turn / 2))
    add(far < 26, gold, 0)
    add(far < 12, ruby, 0)
    return region, palettes
