"""The hand of a weaver of dyed threads: a silk cloth with medallions."""

import numpy as np

from materials import LONG_SIDE, SIZE, enlarge, fine_grid, jitter, mix, noise, reduce, rgb, texture

WARP, WEFT = 2.1, 3.1  # units from thread to thread
DYES = rgb("1b2a5e", "f1e4c6", "a81e2a", "1f6b52", "dca22e", "5a1638", "4f8fa8", "d9603a")
BLUE, CREAM, RED, GREEN, GOLD, WINE, SKY, CORAL = range(len(DYES))


def woven_cloth(seed, size=SIZE):
    """Weave the cloth: the warp (the threads that run down) was dyed before, as for an ikat.

    It was dyed in bundles, which slip a little as they are woven, so that the pattern has feathered
    edges. Every thread is a little cylinder of silk that goes over and under those that cross it.
    """
    rng = np.random.default_rng(seed)
    shape = (512, LONG_SIDE)
    x, y = fine_grid(shape, size)
    wander = [1.6 * noise(rng, shape, 60) + 0.2 * noise(rng, shape, 7) for _ in range(2)]
    x, y = x + enlarge(wander[0], x), y + enlarge(wander[1], x)
    warp, weft = x / WARP + 9, y / WEFT + 9
    i, j = warp.astype(int), (weft + 0.5 * (warp.astype(int) % 2)).astype(int)  # number of threads
    across = (warp % 1 - 0.5) * 2  # -1 to 1 across a thread of the warp
    along = ((weft + 0.5 * (i % 2)) % 1 - 0.5) * 2  # and from one weft to the next
    threads = i.max() + 2
    bundle = np.cumsum(rng.random(threads) < 0.3)
    slip = 4.2 * rng.standard_normal(bundle.max() + 1)[bundle] + 1.6 * rng.standard_normal(threads)
    drawn = [noise(rng, shape, 22) * 2.6 + noise(rng, shape, 8) for _ in range(2)]  # by hand
    thread_x = (i - 8.5) * WARP + enlarge(drawn[0], x)
    thread_y = y + slip[i] + enlarge(drawn[1], x)
    pattern = Pattern(rng)
    dyes = jitter(rng, DYES, 0.012, 0.012)
    colour = sum(dyes[pattern.dye(thread_x, thread_y + shift)] for shift in (-1.3, 0, 1.3)) / 3
    tint = jitter(rng, np.ones((threads, 3)), 0.06, 0.02)[i]
    faded = enlarge(noise(rng, shape, (70, 3)), x)[..., None]  # some bundles took less dye
    colour = np.clip(colour * tint * (1 + 0.035 * faded), 0, 1)
    round_ = np.sqrt(np.clip(1 - 0.9 * across**2, 0, 1))
    rib = np.cos(np.pi * along / 2) ** 0.5
    twist = np.sin(2 * np.pi * (1.5 * along + 0.4 * across))
    soft, fluff, folds = (enlarge(noise(rng, shape, s), x) for s in ((9, 3), 0.7, (90, 45)))
    light = 0.34 + 0.7 * round_ * rib - 0.1 * across + 0.04 * twist + 0.03 * soft + 0.05 * fluff
    light *= 1 + 0.1 * folds
    gap = np.clip(2.4 * (0.42 - round_ * rib), 0, 1)  # where the weft shows
    weft_colour = jitter(rng, np.tile(rgb("6a2030"), (j.max() + 1, 1)), 0.04, 0.03)[j]
    colour = mix(colour, weft_colour, gap)
    sheen = 0.06 * np.clip(folds + 0.5 * soft, 0, 2) * round_ * rib
    picture = 1.16 * colour * light[..., None] + sheen[..., None]
    return texture(rng, reduce(np.clip(picture, 0, 1)), 0.03)


class Pattern:
    """The pattern of the cloth: columns of medallions, of which no two are quite alike."""

    def __init__(self, rng):
        """Choose the sizes and colours."""
        self.rng = rng
        self.wide, self.tall = rng.uniform(158, 180), rng.uniform(196, 226)
        self.shift = rng.uniform(0, 1, 2) * (self.wide, self.tall)
        self.kinds = rng.integers(0, 3, (9, 9))
        self.kinds = (self.kinds + np.add.outer(np.arange(9), 2 * np.arange(9))) % 3
        self.grown = rng.normal(1, 0.05, (9, 9))
        bodies = [(RED, GREEN, GOLD), (GREEN, RED, CREAM), (RED, BLUE, GOLD), (WINE, CORAL, CREAM)]
        self.colours = np.array(bodies)[rng.choice(4, (9, 9), p=[0.38, 0.34, 0.16, 0.12])]

    def dye(self, x, y):
        """Return the number of the dye of each place."""
        x = x + self.shift[0]
        column = np.floor(x / self.wide).astype(int)
        y = y + self.shift[1] + (column % 2) * self.tall / 2
        row = np.floor(y / self.tall).astype(int)
        across, down = x % self.wide - self.wide / 2, y % self.tall - self.tall / 2
        kind, grown = self.kinds[column % 9, row % 9], self.grown[column % 9, row % 9]
        a, b = np.abs(across) / self.wide * 2 / grown, down / self.tall * 2 / grown
        body, inner, edge = np.moveaxis(self.colours[column % 9, row % 9], -1, 0)
        dye = np.full(x.shape, BLUE)
        dye = self.ground(dye, across, down, a, b)
        turn = np.arctan2(b, a)
        far = np.hypot(a, 1.02 * b)
        rosette = far * (1 - 0.07 * np.cos(10 * turn)) * 1.12
        hooks = 0.055 * np.sign(np.sin(21 * b)) * (a > 0.1) * (np.abs(b) < 0.8)
        diamond = 0.86 * (a + 0.98 * np.abs(b)) + hooks
        almond = np.maximum(a / (0.12 + 0.8 * np.cos(np.pi * np.clip(b, -1, 1) / 2) ** 0.9), 0)
        almond = np.maximum(0.92 * almond, 1.03 * np.abs(b))
        r = np.choose(kind, [rosette, diamond, almond])
        for limit, colour in [(0.98, CREAM), (0.87, body), (0.66, edge), (0.6, inner)]:
            dye = np.where(r < limit, colour, dye)
        petals = (np.cos(8 * turn) > 0.1) & (far < 0.56) & (far > 0.2)
        steps = (r % 0.2 < 0.07) & (r < 0.56)
        seeds = (
            np.hypot(across % 17 - 8.5, (down + 9 * (np.floor(across / 17) % 2)) % 24 - 12) < 4.6
        )
        motif = np.choose(kind, [petals, steps, seeds & (r < 0.56)])
        dye = np.where(motif, np.where(kind == 0, CREAM, edge), dye)
        dots = (np.cos(20 * turn) > 0.3) & (np.abs(r - 0.765) < 0.045)
        dye = np.where(dots & (kind != 1), CREAM, dye)
        comb = (np.sin(34 * b) > 0.2) & (np.abs(r - 0.765) < 0.05) & (kind == 1)
        dye = np.where(comb, GOLD, dye)
        for limit, colour in [(0.2, WINE), (0.15, GOLD), (0.075, RED)]:
            dye = np.where(far < limit, colour, dye)
        return dye

    def ground(self, dye, across, down, a, b):
        """Fill the ground between the medallions with almonds, hooks and stripes."""
        gap_a, gap_b = 1 - a, np.abs(np.abs(b) - 1)  # from the corner between four medallions
        almond = np.hypot(gap_a / 0.24, gap_b / 0.3)
        for limit, colour in [(1, CREAM), (0.8, CORAL), (0.5, BLUE), (0.26, GOLD)]:
            dye = np.where(almond < limit, colour, dye)
        horn = np.hypot(a - 0.62, np.abs(b) - 0.83)
        dye = np.where(np.abs(horn - 0.09) < 0.028, SKY, dye)
        dye = np.where(horn < 0.035, CREAM, dye)
        stripe = (a > 0.955) & (gap_b > 0.36)
        return np.where(stripe, np.where(np.sin(down / 3.4) > 0, CREAM, RED), dye)
