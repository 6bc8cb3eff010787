"""The hand of a painter of animals, out of doors: a whole tiger walks through snow."""

import numpy as np
from PIL import Image, ImageDraw
from scipy import ndimage

from canvas import Canvas
from materials import SIZE, cover, grid, jitter, mix, noise, points, ramp, rgb, smooth_curve

GOLDS = rgb("9c4f0c", "c8700f", "e8921a", "f6ac2b", "fcc65a")
CREAMS = rgb("d9cfbf", "f2ead9", "fffdf6")  # the white of the animal is warm, that of snow is not
INKS = rgb("070605", "16110e", "2a1d14")
SNOWS = rgb("8fb2da", "a9c6e6", "bfd6ee", "cfe1f3", "d9e8f6")
BACK = "142 200, 168 160, 204 138, 244 138, 296 152, 352 157, 410 150, 458 146, 502 162, 532 206"
BELLY = "142 250, 166 296, 210 322, 268 332, 332 332, 392 318, 446 292, 500 280, 534 240"
# places along the middle of a leg, and half its width there
LEGS = {
    "far fore": ("188 252, 160 318, 140 366, 126 404, 116 428", (32, 25, 19, 16, 15)),
    "far hind": ("452 268, 432 314, 424 348, 438 386, 426 424", (36, 31, 22, 15, 14)),
    "fore": ("232 190, 226 270, 214 336, 214 388, 206 432", (50, 40, 26, 20, 18)),
    "hind": ("478 180, 482 262, 492 318, 522 372, 508 430", (54, 52, 34, 18, 17)),
}
TAIL = "520 190, 556 226, 572 280, 574 334, 590 372, 618 374"
HEAD = np.array([148, 190])
TURN = np.linspace(0, 2 * np.pi, 40)
CIRCLE = np.stack([np.cos(TURN), np.sin(TURN)], axis=1)
# stripes of the head, from its middle to the right, and their widths
BLADES = {
    "0 -56, 4 -46, 15 -42": 3.2,
    "0 -42, 6 -34, 20 -32": 3,
    "30 -54, 28 -44, 20 -40": 3,
    "44 -34, 36 -30, 32 -22": 3,
    "68 -12, 56 -12, 46 -4": 3.4,
    "70 10, 58 10, 50 16": 3.2,
    "66 34, 56 30, 46 33": 3,
    "54 56, 48 48, 40 46": 2.8,
    "0 -30, 3 -22, 9 -18": 2.2,
    "58 -28, 50 -22, 44 -14": 2.6,
    "0 -60, 0 -52, 0 -45": 2.4,
    "0 -47, 0 -39, 0 -32": 2.4,
}


def tiger_in_the_snow(seed, size=SIZE):
    """Paint a tiger that walks to the left and looks at us, in strokes like hairs.

    First comes a plan of flat colours, part by part from the farthest to the nearest, each with its
    own direction of the fur; then strokes follow it, as in the coat of the other tiger.
    """
    rng = np.random.default_rng(seed)
    shape, x, y = grid()
    plan, angles = snow(rng, shape, x, y)
    fur = np.zeros(shape)
    tufts = noise(rng, shape, (3, 8)) + 0.7 * noise(rng, shape, 9)
    for part in (tail, far_legs, body, near_legs, head):
        for mask, colours, way in part(rng, shape, x, y, tufts):
            plan = mix(plan, colours, mask)
            angles = angles + (way - angles) * mask
            fur = np.maximum(fur, mask)
    for heap in drifts(rng, shape, x, y):
        plan, fur = mix(plan, SNOWS[4], heap), fur * (heap < 0.5)
    angles = angles + 0.12 * noise(rng, shape, 12)
    canvas = Canvas(shape, size, SNOWS[3])
    canvas.lay(rng, plan, angles, 11, 40, 12, mask=1 - fur, value=0.01, hue=0.005, edge=0.12)
    canvas.lay(rng, plan, angles, 5, 26, 3, mask=1 - fur, value=0.012, hue=0.005, edge=0.06)
    firs(canvas, rng)
    canvas.lay(rng, plan, angles, 4, 12, 4, mask=fur, value=0.04, hue=0.02, edge=0.3)
    canvas.lay(rng, plan, angles, 2.6, 9, 1.8, mask=fur, value=0.06, hue=0.02, edge=0.35)
    canvas.lay(rng, plan, angles, 2.2, 7, 1.1, mask=fur, value=0.07, hue=0.02, edge=0.45)
    canvas.lay(rng, plan, angles, 4, 8, 0.8, mask=fur, value=0.08, hue=0.02, edge=9)
    face(canvas, rng)
    falling(canvas, rng, shape)
    return canvas.finish(rng, relief=0.17, cloth=0.015)


def snow(rng, shape, x, y):
    """Plan the snow: the sky, hills in mist, the ground, and the tiger's soft shadow."""
    tone = 0.3 + 0.2 * y / 120 + 0.06 * noise(rng, shape, (12, 60))
    for base, rough, light in ((96, 13, 0.42), (150, 15, 0.62)):
        ridge = base + rough * noise(rng, shape, 50)[40]
        hill = 1 / (1 + np.exp(-np.clip((y - ridge) / 2.5, -50, 50)))
        ground = light + 0.3 * np.exp(-np.abs(y - ridge) / 18) + 0.07 * noise(rng, shape, (9, 60))
        tone = tone + (ground - tone) * hill
    tone = tone + 0.3 * np.clip((y - 330) / 180, 0, 1)
    tracks = [(340, 446, 250, 20), (586, 470, 19, 7), (534, 488, 20, 7), (628, 454, 15, 5)]
    for place_x, place_y, wide, tall in tracks:
        shade = ((x - place_x) / wide) ** 2 + ((y - place_y) / tall) ** 2
        tone = tone - 0.5 * np.exp(-(shade**2))
    return ramp(SNOWS, tone), 0.12 * noise(rng, shape, 60) + 0.1 * np.sin(x / 90)


def firs(canvas, rng):
    """Paint firs in mist, with snow on their branches."""
    for place in np.sort(rng.uniform(-10, 650, 44)):
        foot, tall = rng.uniform(92, 122), rng.uniform(30, 62)
        shade = ramp(rgb("7f9cc4", "9db8d8"), rng.random())
        for share in np.repeat(np.linspace(0.04, 1, 11), 6):
            end = place + rng.uniform(-1, 1) * 0.25 * tall * share
            high = foot - tall * (1 - share)
            droop = high + 0.35 * abs(end - place) + 2
            tint = SNOWS[4] if rng.random() < 0.3 else jitter(rng, shade, 0.02, 0.01)
            canvas.line([(place, high), (end, droop)], tint, rng.uniform(1.4, 2.6))


def drifts(rng, shape, x, y):
    """Plan the snow that lies before the paws."""
    for name, (text, halves) in LEGS.items():
        foot_x, foot_y = points(text)[-1] - (0.4 * halves[-1], 0)
        lift = foot_y + (15 if "far" in name else 17) + 2 * noise(rng, shape, 9)[0]
        lift = lift + ((x - foot_x) / 22) ** 2
        heap = 1 / (1 + np.exp(-np.clip((y - lift) / 0.8, -50, 50)))
        yield heap * np.exp(-(((y - foot_y - 16) / 14) ** 4)) * (np.abs(x - foot_x) < 50)


def limb(text, halves, count=120):
    """Return the outline of a limb, and its middle and half width at `count` places along it."""
    middle = smooth_curve(points(text), count)
    half = np.interp(np.linspace(0, 1, count), np.linspace(0, 1, len(halves)), halves)[:, None]
    along = np.gradient(middle, axis=0)
    along /= np.hypot(*along.T)[:, None]
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    return np.vstack([middle + side, (middle - side)[::-1]]), middle, side


def blade(corners, width):
    """Return the outline of a stripe: broad near its beginning, pointed at both ends."""
    line = smooth_curve(corners, 30)
    along = np.gradient(line, axis=0)
    along /= np.hypot(*along.T)[:, None] + 1e-9
    t = np.linspace(0, 1, 30)
    half = width * (np.sin(np.pi * t**0.7) ** 0.7)[:, None]
    side = np.stack([-along[:, 1], along[:, 0]], axis=1) * half
    return np.vstack([line + side, (line - side)[::-1]])


def drawn(shape, outlines, softness=0.5):
    """Return one mask of many outlines."""
    image = Image.new("L", (shape[1] * 2, shape[0] * 2))
    for outline in outlines:
        ImageDraw.Draw(image).polygon([(2 * x, 2 * y) for x, y in outline], fill=255)
    mask = np.asarray(image.resize(shape[::-1], Image.Resampling.BOX), float) / 255
    return ndimage.gaussian_filter(mask, softness)


def coat(shape, tone, white, tufts, bands, stripes):
    """Return the colours of fur: gold and cream, white bands beside the stripes, then those."""
    gold = ramp(GOLDS, tone + 0.12 * tufts)
    cream = ramp(CREAMS, 0.75 + 0.9 * (tone - 0.55) + 0.1 * tufts)
    colours = mix(gold, cream, np.clip(white, 0, 1))
    colours = mix(colours, cream, drawn(shape, bands, 0.8))
    return mix(colours, ramp(INKS, 0.35 + 0.3 * tufts), drawn(shape, stripes))


def body(rng, shape, x, y, tufts):
    """Plan the trunk: stripes hang from the back and rise from the white belly."""
    back, belly = smooth_curve(points(BACK)), smooth_curve(points(BELLY))
    mask = cover(shape, np.vstack([back, belly[::-1]]), 0.8)
    top, low = (np.interp(x[0], *curve.T) for curve in (back, belly))
    down = np.clip((y - top) / np.maximum(low - top, 40), 0, 1)  # 0 on the back, 1 on the belly
    bands, stripes = [], []
    for k, start in enumerate(np.linspace(0.16, 0.96, 21)):
        bow = rng.uniform(0.02, 0.05) * (1 if start > 0.4 else -0.6)
        begin, end = (-0.04, rng.uniform(0.5, 0.72)) if k % 2 else (1.0, rng.uniform(0.3, 0.5))
        if k % 4 == 1:
            end = rng.uniform(0.8, 0.95)
        share = np.linspace(begin, end, 6)
        place = np.clip(start + bow * np.sin(np.pi * share) + rng.normal(0, 0.005, 6), 0, 1) * 199
        place = place.astype(int)
        line = back[place] + (belly[place] - back[place]) * share[:, None]
        wide = rng.uniform(3.4, 5.6)
        stripes.append(blade(line, wide))
        if k % 3 == 0:  # a stripe that forks
            twin = line + np.linspace(0, 13, 6)[:, None] * (1, 0)
            stripes.append(blade(twin, 0.7 * wide))
        if k % 2 == 0 or rng.random() < 0.6:
            bands.append(blade(np.add(line[1:], (-1.7 * wide - 1, 2)), 0.85 * wide))
    tone = 0.42 + 0.34 * np.sin(np.pi * np.clip(down * 0.8 + 0.05, 0, 1)) - 0.2 * (down > 0.9)
    white = (down - 0.74 + 0.03 * noise(rng, shape, 8)) / 0.1
    yield mask, coat(shape, tone, white, tufts, bands, stripes), 0.12 + 0.5 * (down - 0.4)


def legs(rng, shape, x, y, tufts, names, light):
    """Plan legs: bands across them, white on the inner side and on the paws."""
    for name in names:
        text, halves = LEGS[name]
        outline, middle, side = limb(text, halves)
        foot = middle[-1]
        paw = foot + (-0.4 * halves[-1], 4) + CIRCLE * (1.45 * halves[-1], 0.72 * halves[-1])
        mask = np.maximum(cover(shape, outline, 0.8), cover(shape, paw, 0.8))
        if "far" not in name:  # a near leg has no edge where it joins the body
            mask = mask * np.clip((y - middle[0, 1] - 15) / 50, 0, 1)
        across = np.interp(y[:, 0], middle[:, 1], middle[:, 0])[:, None] - x
        across = across / np.interp(y[:, 0], middle[:, 1], np.abs(side[:, 0]) + 1)[:, None]
        bands, stripes = [], []
        for k, place in enumerate(np.arange(14 if "far" in name else 34, 104, 8)):
            way = 1 if k % 2 else -1
            begin = middle[place] + way * 1.05 * side[place]
            end = middle[place] - way * rng.uniform(-0.1, 0.5) * side[place]
            line = np.add([begin, (begin + end) / 2, end], [(0, 0), (0, 4), (0, 1)])
            wide = 0.1 * np.hypot(*side[place]) + rng.uniform(1.2, 2.2)
            stripes.append(blade(line, wide))
            if k % 2 == 0:
                bands.append(blade(np.add(line, (0, 1.9 * wide)), 0.8 * wide))
        tone = light + 0.2 * (1 - across**2).clip(0, 1)
        inner = (0.9 * across - 0.45) if name in ("fore", "hind") else 0.2 + 0.9 * across
        white = np.maximum(inner * (y > middle[30, 1]), (y - foot[1] + 8) / 12) / 0.4
        white = white - 0.3 + 0.2 * noise(rng, shape, 6)
        yield mask, coat(shape, tone, white, tufts, bands, stripes), np.pi / 2 + 0.2 * across
        toe = foot + np.array([(0, 1), (-1, 6), (-1, 10)])
        toes = [blade(np.add(toe, ((0.62 * k - 1.27) * halves[-1], 0)), 0.9) for k in range(3)]
        yield drawn(shape, toes, 0.4), ramp(INKS, 1 + 0 * x), np.pi / 2 + 0 * x


def far_legs(rng, shape, x, y, tufts):
    """Plan the two legs behind the body, in its shade."""
    yield from legs(rng, shape, x, y, tufts, ("far fore", "far hind"), 0.2)


def near_legs(rng, shape, x, y, tufts):
    """Plan the two legs before the body."""
    yield from legs(rng, shape, x, y, tufts, ("hind", "fore"), 0.5)


def tail(rng, shape, x, y, tufts):
    """Plan the tail: rings, and a black end."""
    outline, middle, side = limb(TAIL, (13, 12, 11, 10, 10, 8))
    rings = [
        blade(np.stack([middle[k] + 1.1 * side[k], middle[k + 1], middle[k] - 1.1 * side[k]]), 3.6)
        for k in range(24, 106, 13)
    ]
    end = np.vstack([(middle + side)[106:], (middle - side)[106:][::-1]])
    bands = [np.add(ring, (0, 7)) for ring in rings]
    knob = middle[-1] + 8.5 * CIRCLE
    mask = drawn(shape, [outline, knob], 0.8)
    yield mask, coat(shape, 0.5 + 0 * x, 0 * x, tufts, bands, [*rings, end, knob]), 1.4 + 0 * x


def oval(x, y, centre, across, down):
    """Return 1 in the middle of an oval, 0 on its edge, and less outside."""
    return 1 - np.hypot((x - centre[0]) / across, (y - centre[1]) / down)


def head(rng, shape, x, y, tufts):
    """Plan the head, seen from the front: ears, white cheeks, brows and muzzle, and stripes."""
    hx, hy = x - HEAD[0], y - HEAD[1]
    ways = np.arctan2(hy - 20, hx)
    for way in (-1, 1):
        ear = oval(hx, hy, (way * 46, -52), 22, 23)
        inner = oval(hx, hy, (way * 45, -48), 13, 15)
        mask = np.clip(ear * 14, 0, 1)
        rim = np.clip(0.3 - np.abs(inner), 0, 1)
        colours = mix(
            ramp(INKS, 0.6 + 0 * x), ramp(CREAMS, 0.7 + 0.1 * tufts), np.clip(inner * 6, 0, 1)
        )
        colours = mix(colours, ramp(GOLDS, 0.5 + 0.1 * tufts), np.clip(rim * 5, 0, 1) * (inner < 0))
        yield mask, colours, ways
    ruff = 6 * np.sin(9 * ways) * np.clip((hy - 5) / 30, 0, 1)
    skull = np.hypot(hx / (66 + ruff), (hy - 2) / 60)
    low = np.hypot(hx / (56 + ruff), (hy - 26) / 48)
    mask = np.clip((1 - np.minimum(skull, low)) * 20, 0, 1)
    ax = np.abs(hx)
    white = np.maximum.reduce(
        [
            oval(ax, hy, (50, 30), 22, 26),
            oval(ax, hy, (24, -22), 15, 11),
            oval(ax, hy, (15, 36), 23, 17),
            oval(ax, hy, (0, 58), 20, 16),
            oval(ax, hy, (40, 2), 15, 7),
        ]
    )
    tone = 0.62 - 0.25 * np.clip(skull - 0.6, 0, 1) - 0.12 * np.exp(-((ax / 12) ** 2)) * (hy < 30)
    stripes = [
        blade(points(text) * (way, 1) + HEAD, wide)
        for text, wide in BLADES.items()
        for way in (-1, 1)
    ]
    yield mask, coat(shape, tone, white * 4, tufts, [], stripes), ways


def face(canvas, rng):
    """Paint eyes, nose, mouth and whiskers over the fur."""
    for way in (-1, 1):
        eye = np.add(HEAD, (way * 25, -6))
        lid = smooth_curve(points("-13 4, -5 -7, 6 -7, 14 -2, 6 6, -4 8, -13 4") * (-way, 1), 40)
        canvas.polygon(eye + lid, INKS[0], 130)
        canvas.polygon(eye + CIRCLE * (7.2, 6), rgb("e8c93a"), 140)
        canvas.polygon(eye + CIRCLE * (3.4, 3.8), INKS[0], 130)
        canvas.dot(eye[0] - 2, eye[1] - 2, 1.4, rgb("ffffff"), 160)
    nose = smooth_curve(points("-13 18, 0 16, 13 18, 8 26, 0 31, -8 26, -13 18"), 50)
    canvas.polygon(HEAD + nose, INKS[1], 130)
    canvas.polygon(HEAD + nose * (0.84, 1) + (0, -0.5) - nose * (0, 0.07), rgb("d98a80"), 140)
    for way in (-1, 1):
        canvas.line(
            HEAD + smooth_curve(points("0 30, 0 40, 9 47, 20 44") * (way, 1), 30), INKS[1], 2
        )
        for row in range(3):
            spots = HEAD + np.stack(
                [way * np.linspace(13, 27, 4), 33 + 4 * row + 0 * np.arange(4)], 1
            )
            for spot in spots:
                canvas.dot(*spot, 0.9, INKS[2], 130)
            end = (way * rng.uniform(62, 78), 30 + 13 * row)
            line = np.stack([(way * 22, 35 + 4 * row), (way * 46, 30 + 8 * row), end])
            canvas.line(HEAD + smooth_curve(line, 20), rgb("fffdf6"), 1)


def falling(canvas, rng, shape):
    """Let a few flakes fall, before the tiger too."""
    for _ in range(70):
        place = rng.uniform(0, shape[1]), rng.uniform(0, shape[0])
        canvas.dot(*place, rng.uniform(0.8, 2.2), rgb("eef5fc"), 150)
