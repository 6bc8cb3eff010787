"""Colour profiles for the tests, made by way of `PIL.ImageCms` and by hand."""

import struct

import numpy as np

# The columns of light, adapted to the white of profiles: published values, of which each sums up
# to that white.
DISPLAY_P3 = (0.51512, 0.24120, -0.00105), (0.29198, 0.69225, 0.04189), (0.15710, 0.06657, 0.78407)
ADOBE_RGB = (0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457)
PROPHOTO = (0.79767, 0.28804, 0.0), (0.13519, 0.71188, 0.0), (0.03134, 0.00009, 0.82491)
SRGB = (0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410)
WHITE = (0.96420, 1.0, 0.82491)


def srgb_light(levels):
    """Return the light of sRGB's numbers in [0, 1]."""
    return np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)


def fixed(*values):
    return b"".join(struct.pack(">i", round(value * 65536)) for value in values)


def curve(light):
    table = np.round(light(np.linspace(0, 1, 1024)) * 65535).astype(">u2")
    return b"curv\0\0\0\0" + struct.pack(">I", 1024) + table.tobytes()


def profile(space, **tags):
    """Return a profile of version 2: its parts by their names, one after the other."""
    words = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"test\0" + bytes(78)
    tags = {"desc": words, "cprt": b"text\0\0\0\0CC0\0", **tags}
    table, body = struct.pack(">I", len(tags)), b""
    for name, content in tags.items():
        place = 132 + 12 * len(tags) + len(body)
        table += name.encode() + struct.pack(">II", place, len(content))
        body += content + bytes(-len(content) % 4)
    head = bytearray(128)
    head[:4] = struct.pack(">I", 128 + len(table) + len(body))
    head[8:24] = (
        b"\x02\x40\0\0"
        + (b"scnr" if space == "CMYK" else b"mntr")
        + space.encode()
        + (b"Lab " if space == "CMYK" else b"XYZ ")
    )
    head[36:40], head[68:80] = b"acsp", fixed(*WHITE)
    return bytes(head) + table + body


def of_light(columns, light):
    """Return a profile of three lights: the X, Y and Z of each, and the curve of all."""
    lights = {
        f"{name}XYZ": b"XYZ \0\0\0\0" + fixed(*column)
        for name, column in zip("rgb", columns, strict=True)
    }
    curves = dict.fromkeys(("rTRC", "gTRC", "bTRC"), curve(light))
    return profile("RGB ", wtpt=b"XYZ \0\0\0\0" + fixed(*WHITE), **lights, **curves)


def of_grey(light):
    return profile("GRAY", wtpt=b"XYZ \0\0\0\0" + fixed(*WHITE), kTRC=curve(light))


def of_inks(lab):
    """Return a profile of four inks: the colours of the sixteen ways to print all or nothing.

    Args:
        lab: from `(c, m, y, k)`, each 0 or 1, to L, a and b.
    """
    grid = [lab(*(corner >> place & 1 for place in (3, 2, 1, 0))) for corner in range(16)]
    numbers = [(L * 655.36 * 0.99609, (a + 128) * 256, (b + 128) * 256) for L, a, b in grid]
    straight = struct.pack(">HH", 0, 65535)
    table = b"mft2\0\0\0\0" + bytes([4, 3, 2, 0]) + fixed(1, 0, 0, 0, 1, 0, 0, 0, 1)
    table += struct.pack(">HH", 2, 2) + straight * 4
    table += np.round(numbers).astype(">u2").tobytes() + straight * 3
    return profile("CMYK", wtpt=b"XYZ \0\0\0\0" + fixed(*WHITE), A2B0=table)
