"""The hand of a printer from woodblocks: a great wave with claws of foam."""

import numpy as np

from canvas import Canvas
from materials import (
    SIZE,
    enlarge,
    grid,
    jitter,
    noise,
    points,
    ramp,
    rgb,
    smooth_curve,
    texture,
)


def great_wave(seed, size=SIZE):
    """Print the great wave and smaller ones: graded Prussian blues, dark outlines, claws of foam.

    A wave lies between two curves, its back and its hollow, and its stripes flow between them;
    claws are small hooks set along the crest. At the end the grain of the block shows in the ink,
    and the fibres of the paper do too.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    canvas = Canvas(shape, size, rgb("efe4c6"))
    sun = np.array([rng.uniform(475, 540), rng.uniform(140, 190)])
    sky(canvas, rng, sun, rng.uniform(44, 56))
    mountain(canvas, rng, np.array([rng.uniform(350, 390), 352]))

    def curve(text):
        """Draw a smooth curve through the points, moved a little by the seed."""
        corners = points(text)
        return smooth_curve(corners + rng.normal(0, 4, corners.shape))

    bottom = np.column_stack([np.linspace(-20, 660, 200), np.full(200, 560)])
    swell = curve("-20 362, 90 352, 200 376, 330 356, 450 370, 560 350, 660 358")
    one_wave(canvas, rng, swell, bottom, stripes=26)
    froth(canvas, rng, swell[100:185], 5)
    boat(canvas, rng, np.array([452, 388]), 96, -0.08)
    back = curve("-40 420, 30 330, 96 210, 172 112, 268 66, 352 92, 402 168")
    hollow = curve("400 560, 322 470, 262 380, 246 284, 276 214, 334 172, 402 168")
    one_wave(canvas, rng, back, hollow, stripes=26, claws=17)
    swell = curve("150 470, 250 452, 340 424, 450 432, 540 460, 600 452, 660 436")
    one_wave(canvas, rng, swell, bottom, stripes=14)
    froth(canvas, rng, swell[30:120], 6)
    back = curve("360 570, 420 476, 486 402, 540 372, 586 380, 606 414")
    hollow = curve("690 570, 612 512, 568 472, 556 440, 574 416, 606 414")
    one_wave(canvas, rng, back, hollow, stripes=14, claws=10)
    boat(canvas, rng, np.array([196, 446]), 210, 0.13)
    swell = curve("-20 416, 60 424, 150 456, 260 482, 380 472, 500 492, 660 462")
    one_wave(canvas, rng, swell, bottom + np.array([0, 20]), stripes=40)
    froth(canvas, rng, swell[:75], 8)
    froth(canvas, rng, swell[110:190], 7)
    return impress(rng, canvas.finish(rng, relief=0, cloth=0), shape, x, y)


def impress(rng, picture, shape, x, y):
    """Show the year rings of the block and the fibres of the paper, and dab the ink unevenly."""
    rings = np.sin((y + 22 * noise(rng, shape, (40, 160)) + 0.04 * x) / 1.5)
    vessels = noise(rng, shape, (0.5, 14))  # short dark lines along the wood
    dabbed = noise(rng, shape, 14, 4)
    grain = enlarge(0.7 * rings + 0.8 * vessels, picture[..., 0])[..., None]
    dabbed = enlarge(dabbed, picture[..., 0])[..., None]
    inked = 1 - picture.mean(axis=2, keepdims=True)
    picture = picture * (1 - 0.042 * grain) + 0.045 * inked * (dabbed + 0.8 * grain)
    return texture(rng, texture(rng, picture, 0.016, (0.35, 4)), 0.03)


def sky(canvas, rng, sun, radius):
    """Print the sky, which grows darker upwards, the red sun, and bars of cloud."""
    skies = rgb("6f7c84", "a9a893", "d6cba8", "ecdfba", "f2dfb2", "eac494")
    for step in range(180):
        band = [(0, 2 * step), (640, 2 * step), (640, 512), (0, 512)]
        canvas.polygon(band, ramp(skies, np.array(step / 179)))
    canvas.dot(*sun, radius, rgb("b8402c"))
    for step in np.linspace(1, 0, 24):  # the sun was wiped lighter towards its lower edge
        shift = np.array([0, 0.3 * radius * (1 - step)])
        canvas.dot(
            *(sun + shift), radius * (0.62 + 0.35 * step) - 1, ramp(rgb("d95a3c", "c2452e"), step)
        )
    for lift in np.linspace(30, 290, 11) + rng.normal(0, 8, 11):
        left = rng.uniform(240, 620)
        for _ in range(rng.integers(2, 4)):  # bars of cloud lie over one another like shelves
            long, thick = rng.uniform(50, 190), rng.uniform(3, 6.5)
            t = np.linspace(0, np.pi, 30)
            half = thick * np.sin(t) ** 0.35 * (0.75 + 0.25 * np.sin(3 * t + left))
            along = left + long * (0.5 - 0.5 * np.cos(t))
            top, low = (np.column_stack([along, lift + way * half]) for way in (-1, 1))
            canvas.polygon(np.vstack([top, low[::-1]]), jitter(rng, rgb("f3e8cc"), 0.015, 0.01))
            canvas.line(low, rgb("b9a98a"), 0.6)
            left, lift = left + rng.uniform(-50, 60), lift + 1.7 * thick


def mountain(canvas, rng, foot):
    """Print a far shore and a mountain with snow on its top."""
    t = np.arange(0, 650, 6.0)
    ridge = smooth_curve(
        points("-135 0, -80 -22, -36 -52, -13 -78, -5 -83, 5 -81, 12 -77, 40 -48, 85 -20, 150 0")
    )
    ridge = ridge + foot + rng.normal(0, 0.25, ridge.shape)
    canvas.polygon(ridge, rgb("5d7f97"))
    for k in range(24):  # lighter towards the foot
        part = ridge * (1, 0) + (0, 1) * np.maximum(ridge, foot[1] - 42 + 2 * k)
        canvas.polygon(part, ramp(rgb("5d7f97", "b6bfae"), np.array(k / 23)))
    top = ridge[np.abs(ridge[:, 0] - foot[0]) < 34]
    share = np.sort(rng.uniform(0.04, 0.96, 15))[:, None]
    teeth = top[-1] * (1 - share) + top[0] * share
    teeth[:, 1] += np.where(np.arange(15) % 2, rng.uniform(1, 13, 15), -rng.uniform(0, 9, 15))
    canvas.polygon(np.vstack([top, teeth]), rgb("f6f1e2"))
    canvas.line(ridge, rgb("24406a"), 1)
    for base, rough, tone in [(338, 9, "93a9a5"), (348, 6, "6c8c99")]:
        hills = base - rough * np.abs(np.sin(t / 61 + base)) - 2 * np.sin(t / 13 + base)
        line = np.column_stack([t, hills + rng.normal(0, 0.4, t.size)])
        canvas.polygon(np.vstack([line, [(640, 512), (0, 512)]]), rgb(tone))
        canvas.line(line, rgb("4a6b80"), 0.6)


def between(back, hollow, share, t):
    """Return points of a wave: `share` of the way from back to hollow, at `t` along both."""
    place = t * (len(back) - 1)
    first, last = (
        np.column_stack([np.interp(place, np.arange(len(back)), edge[:, k]) for k in (0, 1)])
        for edge in (back, hollow)
    )
    return first + (last - first) * np.reshape(share, (-1, 1))


def one_wave(canvas, rng, back, hollow, stripes, claws=0):
    """Print a wave: a graded ground, stripes that taper at both ends, outlines, and its foam.

    A wave with no claws is a swell; its ground grows darker downwards.
    """
    grounds = (
        rgb("16326c", "1d3d78", "2a5896", "3c72aa") if claws else rgb("2d629c", "1d3d78", "142c60")
    )
    ink, t = rgb("12244c"), np.linspace(0, 1, 60)
    for share in np.linspace(0, 1, 40, endpoint=False):
        edges = [between(back, hollow, part, t) for part in (share, min(1, share + 0.05))]
        canvas.polygon(np.vstack([edges[0], edges[1][::-1]]), ramp(grounds, np.array(share)))
    shares = np.linspace(0.07, 0.95, stripes) + rng.uniform(-0.4, 0.4, stripes) / stripes
    for k, share in enumerate(shares):
        start, stop = rng.uniform(0, 0.3), rng.uniform(0.62, 1)
        if not claws:  # the stripes of a swell are short, and many lie on one line
            start = rng.uniform(-0.1, 0.8)
            stop = min(1, start + rng.uniform(0.15, 0.5))
        s = np.linspace(max(start, 0), stop, 50)
        middle = share + 0.02 * np.sin(s * rng.uniform(5, 11) + rng.uniform(0, 6))
        half = rng.uniform(0.25, 0.55) / stripes * np.sin(np.linspace(0, np.pi, 50)) ** 0.6
        tone = rgb("e6e6d4", "a9c6cc", "5f93b4", "dfe3d3", "4b82b0")[k % 5]
        sides = [between(back, hollow, middle + way * half, s) for way in (-1, 1)]
        canvas.polygon(np.vstack([sides[0], sides[1][::-1]]), jitter(rng, tone, 0.02, 0.015))
        core = [between(back, hollow, middle + way * half, s) for way in (-0.1, 0.35)]
        if k % 2:
            canvas.polygon(np.vstack([core[0], core[1][::-1]])[5:-5], rgb("2d5f96"))
        for edge in sides:
            canvas.line(edge, ink, rng.uniform(0.6, 1.2))
    for _ in range(2 * stripes):  # fine lines of the key block
        start = rng.uniform(0, 0.8)
        s = np.linspace(start, min(1, start + rng.uniform(0.08, 0.35)), 30)
        line = between(back, hollow, np.full(30, rng.uniform(0.03, 0.97)), s)
        canvas.line(
            line, rgb(rng.choice(["12244c", "12244c", "8fb3c4", "dfe3d3"])), rng.uniform(0.5, 1)
        )
    canvas.line(back, ink, 2.2)
    if claws:
        canvas.line(hollow, ink, 2)
        foam(canvas, rng, back, hollow, claws)


def froth(canvas, rng, line, reach):
    """Print a fringe of foam along a piece of a crest: lumps above and small claws below."""
    swell = np.sin(np.linspace(0, np.pi, len(line))) ** 0.5
    for k in range(0, len(line), 2):
        drop = reach * swell[k] * rng.uniform(1.0, 2.4)
        claw(canvas, rng, line[k] + (0, 0.3 * reach), rng.uniform(0.2, 1.0), drop, 1)
    lumps = []
    for k in rng.permutation(np.repeat(np.arange(len(line)), 3)):
        place = line[k] + rng.normal(0, (0.3, 0.45)) * reach * swell[k]
        lumps.append((place, reach * swell[k] * rng.uniform(0.5, 0.88) ** 2 + 0.4))
    for tone, extra in (("12244c", 0.9), ("f4efdc", 0)):
        for place, radius in lumps:
            canvas.dot(*place, radius + extra, rgb(tone))
    for place, radius in lumps[::2]:
        arc = np.linspace(0.3, 2.2, 7)[:, None] + rng.uniform(-0.6, 0.6)
        curl = place + 0.6 * radius * np.hstack([np.cos(arc), np.sin(arc)])
        canvas.line(curl, rgb(rng.choice(["8fb3c4", "5f93b4", "b9cfd2"])), 0.8)
    for _ in range(len(line)):
        k = rng.integers(len(line))
        away = (rng.normal(0, reach), -abs(rng.normal(0, 1.6 * reach)))
        canvas.dot(*(line[k] + away), rng.uniform(0.5, 1.5), rgb("f8f4e4"))


def boat(canvas, rng, middle, long, turn):
    """Print a long boat with rowers who bend over their oars."""
    spin = np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    ink = rgb("1c2a4a")

    def shaped(text):
        """Return the corners of a part of the boat, or of a rower."""
        return points(text) * long @ spin + middle

    hull = smooth_curve(shaped("-.5 -.1, -.3 -.02, 0 .01, .3 -.03, .56 -.17"), 40)
    keel = smooth_curve(shaped("-.46 -.03, -.28 .05, 0 .08, .3 .05, .56 -.17"), 40)
    canvas.polygon(np.vstack([hull, keel[::-1]]), rgb("d9b47c"))
    plank = 0.45 * hull + 0.55 * keel
    canvas.polygon(np.vstack([plank, keel[::-1]]), rgb("b98a58"))
    for line, width in ((hull, 1.3), (keel, 1.3), (plank, 0.7), (0.75 * hull + 0.25 * keel, 0.5)):
        canvas.line(line, ink, width)
    for place in np.linspace(-0.36, 0.3, 8) + rng.normal(0, 0.008, 8):
        bend, top = rng.uniform(0.05, 0.08), rng.uniform(0.075, 0.095)
        robe = rgb(rng.choice(["2d5f96", "1d3d78", "5f93b4", "8a9a94"]))
        coat = f"{place - 0.03} .01, {place - 0.01} {-0.7 * top}, {place + bend} {-top}, "
        coat = shaped(coat + f"{place + bend + 0.012} {-0.5 * top}, {place + 0.035} .01")
        canvas.polygon(coat, robe)
        canvas.line(np.vstack([coat, coat[:1]]), ink, 0.7)
        head = shaped(f"{place + bend + 0.018} {-top - 0.008}")[0]
        canvas.dot(*head, 0.019 * long, ink)
        canvas.dot(*(head + 0.006 * long), 0.0125 * long, rgb("e3c294"))
        oar = shaped(f"{place + bend} {-0.5 * top}, {place - 0.06} .14")
        canvas.line(oar, ink, 1.7)
        canvas.line(oar, rgb("d9b47c"), 0.8)


def foam(canvas, rng, back, hollow, claws):
    """Print the foam of a crest from back to front: claws, lumps, claws over the hollow, spray."""
    reach = np.hypot(*(hollow[-1] - back[60])) / 9
    for k in np.linspace(80, 196, claws).astype(int):
        turn = np.arctan2(*(back[k] - back[k - 3])[::-1]) + rng.uniform(-0.9, -0.2)
        claw(canvas, rng, back[k], turn, reach * rng.uniform(0.9, 1.4), 2)
    lumps = []
    for k in np.linspace(76, 199, claws * 7).astype(int):
        deep = rng.uniform(-0.03, 0.1 + 0.16 * (k > 100))
        lumps.append(
            (
                back[k] + deep * (hollow[k] - back[k]),
                reach * rng.uniform(0.13, 0.36) * min(1, (k - 40) / 70),
            )
        )
    for k in np.linspace(160, 199, claws).astype(int):
        lumps.append((0.3 * back[k] + 0.7 * hollow[k], reach * rng.uniform(0.15, 0.3)))
    for tone, extra in [("12244c", 1.2), ("f4efdc", 0)]:
        for place, radius in lumps:
            canvas.dot(*place, radius + extra, rgb(tone))
    for place, radius in lumps:  # a curl of blue in each lump
        arc = np.linspace(0.2, 2.4, 9)[:, None] + rng.uniform(-0.6, 0.6)
        curl = place + 0.75 * radius * np.hstack([np.cos(arc), np.sin(arc)])
        blue = ramp(rgb("5f93b4", "b9cfd2", "1d3d78"), np.array(rng.random()))
        canvas.line(curl, blue, rng.uniform(0.8, 1.8))
    for k in np.linspace(78, 199, claws * 2).astype(int):
        near_tip = k >= 165
        deep = rng.uniform(0.2, 0.95) if near_tip else rng.uniform(0.08, 0.24)
        inwards = np.array([0.3, 1]) if near_tip else hollow[k] - back[k]
        turn = np.arctan2(*inwards[::-1]) - rng.uniform(0.5, 1.2)
        root = back[k] + deep * (hollow[k] - back[k])
        claw(canvas, rng, root, turn, reach * rng.uniform(0.8, 1.35), 2)
    for _ in range(claws * 11):
        away = np.abs(rng.normal(0, 2, 2)) * (1, -0.5) + rng.normal(0, 0.8, 2)
        place = back[rng.integers(90, 200)] + reach * away
        canvas.dot(*place, rng.uniform(0.8, 2.7), rgb("f8f4e4"))


def claw(canvas, rng, root, turn, length, depth):
    """Draw one hook of foam that bends downwards, and smaller hooks that grow out of it.

    `depth` is how many times more hooks grow out of hooks.
    """
    t = np.linspace(0, 1, 14)
    bend = turn + 2.0 * t**1.4 * rng.uniform(0.7, 1.2)
    spine = root + np.cumsum(np.stack([np.cos(bend), np.sin(bend)], 1), axis=0) * length / 14
    side = np.stack([-np.sin(bend), np.cos(bend)], 1) * (length * 0.24 * (1 - t) ** 0.8)[:, None]
    for k in (3, 6, 9) if depth else ():
        smaller = length * rng.uniform(0.4, 0.55)
        claw(canvas, rng, spine[k], bend[k] - rng.uniform(0.3, 1.0), smaller, depth - 1)
    hook = np.vstack([spine + side, (spine - side)[::-1]])
    canvas.polygon(hook, rgb("f4efdc"))
    canvas.dot(*root, length * 0.2, rgb("f4efdc"))
    canvas.line(hook, rgb("12244c"), 1.1)
    canvas.line((spine + 0.35 * side)[2:11], rgb("8fb3c4"), 1.2)
