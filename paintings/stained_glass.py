"""The hand of a glazier: a rose window of coloured glass joined by lead."""

import numpy as np
from scipy import ndimage

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

SHAPE = (LONG_SIDE, 512)
RUBY, BLUE = (
    rgb("6e0a1c", "a81026", "cf2430", "8e0c38"),
    rgb("0b2268", "123f9c", "2464c0", "0f2f84"),
)
GOLD, GREEN = (
    rgb("d08a14", "eeb428", "f6d468", "c4690e"),
    rgb("0a5236", "1a8046", "4f9c3c", "0d6a5a"),
)
VIOLET, PALE = rgb("46186e", "6a3098", "9060b8"), rgb("d8dcb0", "b4d0cc", "eed898", "c4d4b0")


def stained_glass(seed, size=SIZE):
    """Make the window: glass coloured all through, cut into pieces that strips of lead join.

    Each piece of glass has its own tint, streaks and bubbles, and lines that were painted on it in
    brown and fired; grime gathers along the lead, and the light spreads over it a little.
    """
    rng = np.random.default_rng(seed)
    x, y = fine_grid(SHAPE, size)
    zoom = SUPERSAMPLING * size / LONG_SIDE

    def field(*scales):
        """Return noise for each pixel of the fine grid."""
        return enlarge(noise(rng, SHAPE, *scales), x)

    # Bend the coordinates a little: no line of the window is quite straight or quite round.
    bent_x, bent_y = (side + 0.9 * field(30) + 0.25 * field(7) for side in (x, y))
    window = Window(bent_x, bent_y, field)
    rose(rng, window)
    lancets(rng, window)
    piece = np.unique(window.piece, return_inverse=True)[1].reshape(x.shape)
    cut = np.zeros(x.shape, bool)
    cut[:, 1:] |= piece[:, 1:] != piece[:, :-1]
    cut[1:] |= piece[1:] != piece[:-1]
    lead = ndimage.distance_transform_edt(~cut) / zoom
    kind = np.zeros(piece.max() + 1, int)
    kind[piece.ravel()] = window.piece.ravel() // 100_000
    tints = np.array([rng.choice(window.palettes[k]) for k in kind])
    tints = jitter(rng, tints, 0.035, 0.03)[piece]
    drawn_out = [field((1.5, 16)), field((16, 1.5)), field((5, 5))]  # streaks, or clouds
    streak = np.choose(rng.integers(0, 3, len(kind))[piece], drawn_out) + 0.5 * field(2)
    tilt = rng.normal(0, 1, (2, len(kind)))  # a pane is thicker at one end than at the other
    middle = [
        np.bincount(piece.ravel(), side.ravel()) / np.bincount(piece.ravel()) for side in (x, y)
    ]
    wedge = sum(
        part[piece] * np.clip((side - centre[piece]) / 26, -1, 1)
        for part, side, centre in zip(tilt, (x, y), middle, strict=True)
    )
    bubbles = np.clip(field(0.9) - 2.3, 0, 1)
    light = 1.02 + 0.06 * streak + 0.07 * wedge + 0.08 * field(60) + 0.6 * bubbles
    light *= 0.55 + 0.5 * np.clip(lead / 7, 0, 1) ** 0.55
    picture = np.clip(1.15 * tints * light[..., None] + 0.012 * streak[..., None], 0, 1)
    fired = window.painted * np.clip(0.85 + 0.2 * field(2), 0, 1)
    picture = mix(picture, 0.16 * picture + 0.02, np.clip(fired, 0, 0.92))
    for reach, share in ((2.5, 0.2), (9, 0.16)):  # light spreads over the lead
        glow = ndimage.gaussian_filter(picture, (reach * zoom, reach * zoom, 0))
        picture = picture + share * (glow - 0.1)
    came = (1.35 + 0.2 * field(9)) * (1 + 0.5 * np.exp(-window.bars / 2))
    shine = lead / came + 0.12 * field(2)
    metal = ramp(rgb("54565a", "2a2a2e", "0b0b0d"), shine)
    picture = mix(picture, metal, np.clip((came - lead) * 1.5 + 0.5, 0, 1))
    stone = np.clip((2.6 - window.bars) * 1.5 + 0.5, 0, 1)
    worn = ramp(rgb("17161a", "2c2a2c", "5c5850"), 0.85 - window.bars / 3 + 0.12 * field(3))
    return texture(rng, reduce(np.clip(mix(picture, worn, stone), 0, 1)), 0.035)


class Window:
    """A window as it is designed: which piece of glass is where, and what is painted on it.

    `bars` is how far each place is from the iron bars that hold the window.
    """

    def __init__(self, x, y, field):
        """Begin without any glass."""
        self.x, self.y, self.palettes = x, y, []
        self.piece, self.painted = np.zeros(x.shape, int), np.zeros(x.shape)
        self.bars = np.full(x.shape, 99.0)
        self.scrolls = np.clip(1.4 - np.abs(field(4.5)) * 9, 0, 1)  # lines that curl like tendrils

    def add(self, mask, palette, number, painted=0.0):
        """Put a new kind of glass over what is there, where the mask is true.

        `number` says for each place to which piece of this glass it belongs; each kind of glass has
        a palette.
        """
        pieces = len(self.palettes) * 100_000 + number + np.zeros(self.x.shape, int)
        self.piece[mask] = pieces[mask].astype(int)
        self.painted[mask] = np.broadcast_to(painted, self.x.shape)[mask]
        self.palettes.append(palette)

    def bar(self, distance, mask=True):
        """Put a bar where the distance is small."""
        self.bars = np.where(mask, np.minimum(self.bars, np.abs(distance)), self.bars)


def pearls(along, across):
    """Return the paint around a row of pearls; a pearl is 1 along, and `across` is 0 in its row."""
    far = np.hypot(along % 1 - 0.5, across)
    return 1.0 * ((far > 0.36) & (np.abs(across) < 0.62))


def rose(rng, window):
    """Put the rose and the glass around it; its middle is at 256, 250."""
    x, y = window.x - 256, window.y - 250
    petals = int(rng.choice([10, 12]))
    far, turn = np.hypot(x, y), petals * (np.arctan2(y, x) / (2 * np.pi) + 0.5)
    beam, step = np.round(turn) % petals, (turn + 0.5) % 1 - 0.5
    side = 2 * np.pi * step / petals * far  # distance from the axis of the petal
    half_beam, half_step = np.round(turn - 0.5) % petals, turn % 1 - 0.5
    half_side = 2 * np.pi * half_step / petals * far  # from the axis between two petals
    first, second = (([RUBY, BLUE, GREEN, VIOLET])[k] for k in rng.permutation(4)[:2])
    scrolls = window.scrolls

    # Around the rose: lozenges of red and blue, each with a painted flower, and corner roundels.
    p, q = (x + 0.8 * y) / 30, (x - 0.8 * y) / 30
    lozenge = np.floor(p) * 61 + np.floor(q) + 9000
    flower = np.hypot(p % 1 - 0.5, q % 1 - 0.5)
    bloom = np.abs(flower - 0.2 - 0.06 * np.cos(4 * np.arctan2(q % 1 - 0.5, p % 1 - 0.5))) < 0.035
    checks = (np.floor(p) + np.floor(q)) % 2 == 0
    window.add(far > 0, BLUE, lozenge, 1.0 * bloom)
    window.add(checks, RUBY, lozenge, 1.0 * bloom)
    corner_x, corner_y = np.abs(x) - 218, np.abs(y + 2) - 218
    corner = np.hypot(corner_x, corner_y)
    corner_turn = np.arctan2(corner_y, corner_x)
    quarter = 2 * (x > 0) + (y > 0)
    window.add(corner < 36, GOLD, quarter * 20 + np.floor(corner_turn * 2.55 + 8), 0.8 * scrolls)
    window.add(corner < 25, GREEN, quarter, 0.9 * scrolls)
    window.add(corner < 15 + 5 * np.cos(4 * corner_turn), PALE, quarter, 0.9 * scrolls)
    window.bar(corner - 36)

    window.add(far < 246, PALE, np.floor(3 * turn), pearls(7 * turn, (far - 238) / 9))
    window.add(far < 230, BLUE, beam * 4 + np.floor(step * 4 + 2), 0.75 * scrolls)
    window.add(
        far < 209, RUBY, beam * 3 + np.floor(step * 3 + 1.5), pearls(5 * turn, (far - 203) / 9)
    )
    window.add(far < 197, first, beam * 2 + (step > 0), 0.6 * scrolls)
    # Between the roundels: small trefoils.
    trefoil = np.hypot(half_side, far - 196)
    leafed = 17 * (0.78 + 0.22 * np.cos(3 * np.arctan2(half_side, far - 196)))
    window.add(trefoil < 18.5, BLUE, half_beam * 2, 0.4 * scrolls)
    window.add(trefoil < leafed, GOLD, half_beam * 2, 0.7 * scrolls)
    # The roundels.
    round_far, round_turn = np.hypot(side, far - 166), np.arctan2(side, far - 166)
    wide = 0.84 * 166 * np.pi / petals
    ring = beam * 8 + np.floor((round_turn / np.pi + 1) * 4)
    window.add(
        round_far < wide, GOLD, ring, pearls(18 * round_turn / np.pi, (round_far / wide - 0.87) * 6)
    )
    window.add(
        round_far < 0.74 * wide,
        VIOLET,
        beam * 4 + np.floor(round_turn / np.pi * 2 + 2),
        0.8 * scrolls,
    )
    foil = wide * (0.46 + 0.12 * np.cos(4 * round_turn))
    veins = 1.0 * ((np.cos(4 * round_turn) > 0.96) | (np.abs(round_far - 0.8 * foil) < 0.9))
    window.add(round_far < foil, second, beam, veins * (round_far > 0.2 * wide))
    window.add(round_far < 0.17 * wide, PALE, beam)
    window.bar(round_far - wide)
    # The petals.
    window.add(far < 127, BLUE, np.floor(2 * turn), 0.75 * scrolls)
    leaf = 205 / petals * np.sin(np.pi * np.clip((far - 34) / 92, 0, 1)) ** 0.6
    bud = 90 / petals * np.sin(np.pi * np.clip((far - 78) / 46, 0, 1)) ** 0.7
    window.add((np.abs(half_side) < bud) & (far < 124), GREEN, half_beam, 0.8 * scrolls)
    ribs = 1.0 * (np.abs((far / 5.5 - 0.45 * np.abs(side) / 2.5) % 1 - 0.5) < 0.1)
    window.add((np.abs(side) < leaf) & (far < 125), RUBY, beam * 2 + (side > 0), ribs)
    window.add(
        (np.abs(side) < 0.5 * leaf) & (far < 106) & (far > 50),
        GOLD,
        beam * 2 + (far > 78),
        ribs * 0.9,
    )
    # The middle.
    window.add(far < 44, PALE, np.floor(turn / 2), pearls(2.4 * turn, (far - 39) / 8))
    window.add(far < 34, GREEN, np.floor(turn / 2 + 0.5), 0.8 * scrolls)
    heart = np.abs(far - 18 - 4 * np.cos(petals / 2 * np.arctan2(y, x)))
    window.add(far < 25, GOLD, 0, 1.0 * (heart < 1.2))
    window.add(far < 11, RUBY, 0, 1.0 * (np.abs(far - 7) < 0.8))
    for radius in (246, 230, 127, 44):
        window.bar(far - radius)
    window.bar(half_side, (far > 127) & (far < 178))


def lancets(rng, window):
    """Put a row of pointed windows below the rose."""
    count, top, foot = 6, 517, 640
    wide = 512 / count
    number = np.floor(window.x / wide)
    across = window.x - (number + 0.5) * wide
    y, scrolls = window.y, window.scrolls
    below = y > top - 14
    order = rng.permutation(count)[np.clip(number, 0, count - 1).astype(int)]
    window.add(
        below, VIOLET, number * 9 + np.floor((y - top) / 26) + 2 * (across > 0), 0.7 * scrolls
    )
    # A pointed arch is where two large circles overlap.
    arch = np.maximum(
        np.hypot(across - 22, np.minimum(y - 566, 0)), np.hypot(across + 22, np.minimum(y - 566, 0))
    )
    inside = (arch < 59) & below
    window.add(inside, PALE, number * 40 + np.floor(y / 21), pearls(y / 6, (arch - 55) / 5.5))
    window.add(inside & (arch < 51), RUBY, number * 40 + np.floor((y + across) / 17), 0.6 * scrolls)
    blue = inside & (arch < 51) & (order % 2 == 0)
    window.add(blue, BLUE, number * 40 + np.floor((y - across) / 17), 0.6 * scrolls)
    for middle, tall in ((546, 19), (586, 23), (630, 23)):
        almond = np.hypot(across / 21, (y - middle) / tall)
        quarters = number * 40 + middle % 7 * 4 + 2 * (across > 0) + (y > middle)
        window.add(inside & (almond < 1), GOLD, quarters, 0.8 * scrolls)
        window.add(inside & (almond < 0.66), GREEN, number * 40 + middle % 7, 0.7 * scrolls)
        petal = 0.44 + 0.12 * np.cos(4 * np.arctan2(y - middle, across))
        window.add(
            inside & (almond < petal),
            RUBY,
            number * 40 + middle % 7,
            1.0 * (np.abs(almond - 0.7 * petal) < 0.05),
        )
    window.bar(arch - 59, below)
    window.bar(
        np.minimum(np.abs(across), wide / 2 - np.abs(across)) + (np.abs(across) < 20) * 99,
        below & (y > 520),
    )
    window.bar(y - top + 14)
    window.bar(y - foot)
