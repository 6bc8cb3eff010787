"""The hand of a painter who breaks what he sees into facets: a still life with a guitar."""

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from scipy import ndimage

from materials import (
    LONG_SIDE,
    SIZE,
    enlarge,
    fine_grid,
    jitter,
    mix,
    noise,
    points,
    ramp,
    reduce,
    rgb,
    smooth_curve,
    texture,
)

SHAPE = (LONG_SIDE, 512)
INK = rgb("1c1510")


def cubist_guitar(seed, size=SIZE):
    """Paint the still life in facets: each is seen from another side and shaded by itself.

    The picture is cut again and again by straight lines; every facet shifts and turns what it
    shows, has its own light from one edge to the other, and its own direction of the brush.
    """
    rng = np.random.default_rng(seed)
    x, y = fine_grid(SHAPE, size)

    def field(*scales):
        """Return noise for each pixel of the fine grid."""
        return enlarge(noise(rng, SHAPE, *scales), x)

    bent_x, bent_y = x + 0.7 * field(14), y + 0.7 * field(14)  # no ruler was used
    slants = np.radians([12, 35, 62, 88, 118, 150]) + rng.normal(0, 0.06, 6)
    facet, edge = cut(rng, bent_x, bent_y, slants, 62)
    count = facet.max() + 1

    def each(values):
        """Spread one value for each facet over its pixels."""
        return values[facet]

    area = np.bincount(facet.ravel())
    middle_x, middle_y = (np.bincount(facet.ravel(), side.ravel()) / area for side in (x, y))
    from_x, from_y = x - each(middle_x), y - each(middle_y)
    turn, grow = each(rng.normal(0, 0.13, count)), each(rng.normal(1, 0.09, count))
    seen_x = grow * (np.cos(turn) * from_x - np.sin(turn) * from_y)
    seen_y = grow * (np.sin(turn) * from_x + np.cos(turn) * from_y)
    seen_x += each(middle_x + rng.normal(0, 9, count)) - 256
    seen_y += each(middle_y + rng.normal(0, 9, count))
    picture = still_life(rng, seen_x, seen_y)
    way = each(rng.choice(slants, count) + rng.choice([0, np.pi], count))
    across = from_x * np.sin(way) - from_y * np.cos(way)
    reach = np.sqrt(each(area)) * LONG_SIDE / max(x.shape) / 2
    light = 0.15 * np.clip(across / reach, -1.3, 1.3) + each(rng.normal(0, 0.045, count))
    tinted = each(rng.random(count))
    picture = mix(picture, rgb("6f8794"), 0.35 * (tinted < 0.2))  # some facets are bluish
    picture = mix(picture, rgb("d8c79c"), 0.4 * (tinted > 0.86))  # and some are like a veil
    for _ in range(7):  # planes of light and shade that pass through the facets
        slant, off = rng.choice(slants, 2), rng.normal(0, 70, 2)
        sides = [
            (bent_x - 256) * np.sin(a) - (bent_y - 330) * np.cos(a) - b
            for a, b in zip(slant, off, strict=True)
        ]
        corner = np.minimum(sides[0], rng.choice([-1, 1]) * sides[1])
        light += rng.choice([-0.13, 0.1]) * (corner > 0) * np.exp(-np.maximum(corner, 0) / 60)
    shaded = each(rng.random(count) < 0.5) * np.exp(-edge / 7)
    light = light - 0.16 * shaded
    picture = np.clip(picture * (1 + 1.5 * light[..., None]) + 0.35 * light[..., None], 0, 1)
    picture = brushed(rng, picture, x, y, way, facet, each(rng.random(count)), field)
    width = 0.5 + 0.75 * np.clip(field(18) + 0.5, 0, 2)
    lines = np.clip((width - edge) * 1.4 + 0.5, 0, 1) * (0.85 + 0.1 * field(2))
    lines *= np.clip(field(11) + 1.6, 0.15, 1)  # here and there a line is lost
    picture = mix(picture, INK, np.clip(lines, 0, 0.95))
    return texture(rng, reduce(np.clip(1.08 * picture, 0, 1) ** 0.88), 0.05)


def cut(rng, x, y, slants, cuts):
    """Cut the picture by straight lines; return the facet of each pixel and how far its edge is.

    The largest facet is cut next, across its length more often than along it. Facets in the middle
    count as larger.
    """
    facet, edge = np.zeros(x.shape, int), np.full(x.shape, 99.0)
    weight = 0.45 + np.exp(-(((x - 256) / 170) ** 2) - ((y - 340) / 210) ** 2)
    for new in range(1, cuts):
        inside = facet == np.bincount(facet.ravel(), weight.ravel()).argmax()
        long = np.arctan2(y[inside].std(), x[inside].std())
        chance = np.exp(np.sin(slants - long) ** 2)
        slant = rng.choice(slants, p=chance / chance.sum())
        off = (x - x[inside].mean()) * np.sin(slant) - (y - y[inside].mean()) * np.cos(slant)
        off += rng.normal(0, 14)
        facet[inside & (off > 0)] = new
        edge[inside] = np.minimum(edge[inside], np.abs(off[inside]))
    # A cut may take a whole facet, whose number is then free: number those that are left anew.
    return np.unique(facet, return_inverse=True)[1].reshape(x.shape), edge


def brushed(rng, picture, x, y, way, facet, manner, field):
    """Paint the picture over in strokes along the way of each facet, which a ridge surrounds.

    The strokes are short and wide where `manner` is low. What is finer than a stroke, such as print
    and strings, was drawn on top with a thin brush.
    """
    cos, sin = np.cos(way), np.sin(way)
    along, across = x * cos + y * sin + 2 * field(10), y * cos - x * sin + 1.2 * field(10)
    wide, long = np.where(manner < 0.4, 5.5, 3.6), np.where(manner < 0.4, 13, 34)
    row = np.floor(across / wide).astype(int)
    start = rng.random(4096)[row % 4096]
    column = np.floor(along / long + start).astype(int)
    stroke = (row * 97 + column * 1013 + facet * 389) % 65536  # a number for each stroke
    back_along = (column + 0.5 - start) * long - along
    back_across = (row + 0.5) * wide - across
    zoom = x.shape[1] / SHAPE[1]
    from_row = np.clip((y + back_along * sin + back_across * cos) * zoom, 0, x.shape[0] - 1)
    from_column = np.clip((x + back_along * cos - back_across * sin) * zoom, 0, x.shape[1] - 1)
    source = from_row.astype(int), from_column.astype(int)
    paint = np.where((facet[source] == facet)[..., None], picture[source], picture)
    blurred = ndimage.gaussian_filter(picture, (1.2 * zoom, 1.2 * zoom, 0))
    fine = np.clip(np.abs(picture - blurred).max(axis=2) * 11 - 0.5, 0, 0.9)
    paint = mix(mix(picture, paint, np.full(x.shape, 0.75)), picture, fine)
    paint = paint + jitter(rng, np.full((65536, 3), 0.5), 0.034, 0.016)[stroke] - 0.5
    hairs = noise(rng, (1024, 1024), (0.9, 16))
    places = [2.4 * across % 1024, 2 * along % 1024]
    hairs = ndimage.map_coordinates(hairs, places, order=1, mode="grid-wrap")
    height = 0.8 * rng.standard_normal(65536)[stroke] + 0.5 * hairs
    slope = np.gradient(ndimage.gaussian_filter(height, 0.35 * zoom))
    shine = np.clip(0.055 * zoom * (slope[0] + slope[1]), -0.16, 0.16)
    return paint * (1 + (shine + 0.03 * hairs)[..., None])


def printed(rng, kind):
    """Return a printed sheet, 0 where there is ink: a newspaper or a page of music."""
    image = Image.new("L", (600, 520), 255)
    pen = ImageDraw.Draw(image)
    if kind == "music":
        for top in range(40, 500, 74):
            for line in range(5):
                pen.line([(10, top + 9 * line), (590, top + 9 * line)], fill=0, width=2)
            for left in np.arange(30, 570, 27) + rng.uniform(-7, 7, 20):
                head = top + 4.5 * rng.integers(-1, 9)
                pen.ellipse((left, head, left + 13, head + 9), fill=0)
                pen.line([(left + 12, head + 4), (left + 12, head - 30)], fill=0, width=2)
        return np.asarray(image) / 255
    pen.text((12, -14), "LE JOURNAL", fill=0, font=ImageFont.load_default(98), stroke_width=2)
    pen.line([(0, 108), (600, 108)], fill=0, width=4)
    words = (
        "la table le verre un jour de guitare avec midi sur Paris vin et pain dans le port des arts"
    )
    small = ImageFont.load_default(17)
    for left in (8, 210, 412):
        head = " ".join(rng.choice(words.split(), 2))
        pen.text((left, 116), head, fill=0, font=ImageFont.load_default(28), stroke_width=1)
        for top in range(156, 520, 18):
            text = " ".join(rng.choice(words.split(), 6))
            pen.text((left, top), text[:21], fill=0, font=small)
        pen.rectangle((left + 186, 112, left + 201, 520), fill=255)
    return np.asarray(image) / 255


def still_life(rng, x, y):
    """Plan a table with a guitar, a bottle and a newspaper; x, y say what each pixel shows of it.

    The middle of the table is where x is 0.
    """
    lean = rng.uniform(0.25, 0.6) * rng.choice([-1, 1])
    side = np.sign(lean)

    def grain(scale, *places):
        """Return noise of wood or plaster, looked up at the places."""
        pattern = noise(rng, (1024, 1024), scale)
        return ndimage.map_coordinates(pattern, np.mod(places, 1024), order=1, mode="grid-wrap")

    wall = 0.5 + 0.25 * np.sin(x / 60 + 4) + 0.14 * grain((30, 30), y, x)
    plan = ramp(rgb("34383a", "666c64", "a39b84", "c2b290", "867a64"), wall)
    paper = (np.abs(x + 215 * side) < 95) & (y < 330)  # wallpaper
    lozenge = np.abs(x % 26 - 13) / 13 + np.abs(y % 40 - 20) / 20
    plan = mix(plan, rgb("8d8064"), 0.7 * paper)
    plan = mix(plan, rgb("565a48"), 0.7 * (paper & (np.abs(lozenge - 1) < 0.09)))
    plan = mix(plan, rgb("a4593a"), 0.7 * (paper & (lozenge < 0.26)))
    oval = np.hypot(x / 265, (y - 520) / 165)
    knots = 0.5 + 0.23 * np.sin(y / 3 + 1.6 * grain((10, 60), y, x)) + 0.1 * grain((1, 40), y, x)
    boards = ramp(rgb("3c2415", "6e4420", "a06a30", "c08a48"), knots)
    plan = mix(plan, rgb("2a1a10"), oval < 1.03)
    plan = mix(plan, boards, oval < 1)
    plan = mix(plan, rgb("d9b070"), 0.7 * (np.abs(oval - 0.95) < 0.006))
    for kind, shift, down, tilt in (("music", -105, 470, 0.3), ("journal", 128, 500, -0.24)):
        u, v = x - shift * side, y - down
        u, v = u * np.cos(tilt) + v * np.sin(tilt), v * np.cos(tilt) - u * np.sin(tilt)
        sheet = (np.abs(u) < 98) & (np.abs(v) < 84)
        print_ = ndimage.map_coordinates(
            printed(rng, kind), [(v + 84) * 3.05, (u + 98) * 3.05], order=1, mode="nearest"
        )
        plan = mix(plan, rgb("2f2418"), 0.6 * ((np.abs(u - 5) < 98) & (np.abs(v - 5) < 84)))
        plan = mix(plan, rgb("e6dab8") * (1 - 0.03 * grain((3, 3), y, x)[..., None]), sheet)
        plan = mix(plan, rgb("2b2620"), 0.85 * sheet * (1 - print_))
    away = x + 165 * side
    half = np.where(y < 165, 14, np.minimum(14 + 0.9 * (y - 165), 40))
    bottle = (np.abs(away) < half) & (y > 84) & (y < 452)
    glass = ramp(rgb("0c1f18", "1d4a33", "4f8a5a", "173c2a", "0e2a20"), 0.5 + away / 84)
    plan = mix(plan, INK, (np.abs(away) < half + 2.5) & (y > 81) & (y < 455))
    plan = mix(plan, glass, bottle)
    plan = mix(plan, rgb("cfe0c0"), bottle & (np.abs(away / half + 0.55) < 0.07) & (y > 110))
    label = bottle & (y > 275) & (y < 362)
    plan = mix(plan, rgb("e3d3a4"), label)
    plan = mix(plan, rgb("9a3a26"), label & ((np.abs(y - 318) < 11) | (np.abs(y - 283) < 2)))
    plan = mix(plan, rgb("b07a3c"), bottle & (y < 106))
    return guitar(rng, plan, x, y, lean, grain)


def guitar(rng, plan, x, y, lean, grain):
    """Add the guitar to the plan; it leans to one side."""
    u = x * np.cos(lean) + (y - 350) * np.sin(lean)  # across the guitar
    v = (y - 350) * np.cos(lean) - x * np.sin(lean)  # and along it
    outline = points(
        "0 -150, 52 -146, 86 -108, 84 -66, 66 -30, 74 4, 112 44, 122 96, 96 150, 48 178"
    )
    outline = smooth_curve(np.vstack([outline, [(0, 184)]]), 120)
    half = np.interp(v, outline[:, 1], outline[:, 0], left=-99, right=-99)
    body = np.abs(u) / np.maximum(half, 1e-3) + 9 * (half < 0)
    side_wall = np.interp(v - 7, outline[:, 1], outline[:, 0], left=-99, right=-99)
    plan = mix(plan, rgb("4a2814"), np.abs(u - 11) < side_wall)  # its side, seen from the left
    plan = mix(plan, INK, body < 1)
    vein = 0.2 * np.sin(u / 4 + 1.3 * grain((40, 8), v, u)) + 0.13 * grain((50, 1), v, u)
    wood = ramp(rgb("7a4218", "b87830", "dca950", "efcd86", "c08038"), 0.52 + vein - u / 420)
    plan = mix(plan, wood, np.abs(u) < half - 2)
    plan = mix(plan, rgb("f0e2b4"), (np.abs(u) < half - 5) & (np.abs(u) > half - 8))
    hole = np.hypot(u, v + 18)
    rosette = (hole < 46) & (hole > 33)
    wheel = np.sin(26 * np.arctan2(v + 18, u)) * np.sign(hole - 40)
    plan = mix(plan, rgb("ead9a8"), rosette)
    plan = mix(plan, rgb("7a2f1c"), rosette & (wheel > 0.1))
    plan = mix(plan, ramp(rgb("0c0806", "3a2414"), (v + 50) / 70), hole < 33)
    neck = (np.abs(u) < 15) & (v < -40) & (v > -330)
    head = (np.abs(u) < 24 - 0.1 * (v + 385)) & (v <= -312) & (v > -388)
    plan = mix(plan, INK, (np.abs(u) < 17.5) & (v < -40) & (v > -330))
    plan = mix(plan, ramp(rgb("2a1710", "5a3420", "3a2216"), 0.5 + u / 34), neck)
    fret = -330 + 290 * (1 - 0.5 ** (np.arange(1, 14) / 7)) / (1 - 0.5 ** (13 / 7))
    nearest = np.abs(v[..., None] - fret).min(axis=2)
    plan = mix(plan, rgb("d8c48c"), neck & (nearest < 1.1))
    plan = mix(plan, ramp(rgb("3a2012", "7a4a26"), 0.5 + u / 50), head)
    for peg in (-372, -352, -332):
        knob = np.hypot((np.abs(u) - 37) / 8, (v - peg) / 5)
        plan = mix(plan, rgb("8a5a30"), knob < 1)
        plan = mix(plan, INK, np.abs(knob - 1) < 0.16)
        plan = mix(
            plan, rgb("b8a070"), (np.abs(u) < 30) & (np.abs(u) > 12) & (np.abs(v - peg) < 1.2)
        )
    plan = mix(plan, rgb("2a1a10"), (np.abs(u) < 44) & (np.abs(v - 112) < 7))  # the bridge
    plan = mix(plan, rgb("e9dcb4"), (np.abs(u) < 24) & (np.abs(v - 110) < 1.6))
    strings = (np.abs(u % 4.6 - 2.3) < 0.45) & (np.abs(u) < 13.8) & (v > -330) & (v < 112)
    return mix(plan, rgb("f6ecd0"), 0.9 * strings)
