"""Pictures and their files, for the tests of what is given."""

import io
import os
import re
import struct
import zlib
from functools import cache

import numpy as np
from PIL import Image

from outcomes import assert_pixels

# Four quarters, so that every turn and every mirror image of it is another picture; each is of
# whole blocks of 16 pixels, so that JPEG and WebP keep it nearly as it is.
QUARTERS = np.empty((32, 64, 3), np.uint8)
QUARTERS[:16, :32], QUARTERS[:16, 32:] = (200, 30, 40), (40, 180, 60)
QUARTERS[16:, :32], QUARTERS[16:, 32:] = (30, 60, 210), (235, 240, 245)

FILES = {
    "png": {"format": "PNG"},
    "png-stored": {"format": "PNG", "compress_level": 0},
    "jpeg": {"format": "JPEG", "quality": 95, "subsampling": 0},
    "jpeg-progressive": {"format": "JPEG", "quality": 95, "subsampling": 0, "progressive": True},
    "webp": {"format": "WEBP", "quality": 95},
    "webp-lossless": {"format": "WEBP", "lossless": True},
    "gif": {"format": "GIF"},
    "tiff": {"format": "TIFF"},
    "tiff-lzw": {"format": "TIFF", "compression": "tiff_lzw"},
    "tiff-deflate": {"format": "TIFF", "compression": "tiff_deflate"},
    "bmp": {"format": "BMP"},
}

WHITE = {"?": 1, "u1": 255, "i1": 255, "u2": 65535, "i2": 255, "u4": 255, "i4": 255, "u8": 255,
         "i8": 255, "f2": 1, "f4": 1, "f8": 1, "g": 1, ">u2": 65535, ">i4": 255, ">f4": 1,
         ">f8": 1}  # fmt: skip

ODD_NAMES = ["ж.png", "猫", "🐯.jpeg", "e\u0301.png", "\u202egnp.png", "a b.png", "a\nb.png",
             "-x.png", "%00.png", "'\".png", "#1?.png", "C:.png", ".png", "~x.png", "CON",
             "x" * 250]  # fmt: skip
if os.name == "nt":  # which has no such names
    ODD_NAMES = [name for name in ODD_NAMES if not re.search('[\n":?]|^CON$|x{250}', name)]


@cache
def encoded(kind):
    """Return the four quarters as the bytes of a file."""
    return saved(Image.fromarray(QUARTERS), **FILES[kind])


def saved(picture, **options):
    file = io.BytesIO()
    picture.save(file, **options)
    return file.getvalue()


def assert_quarters(image, expected=QUARTERS):
    """Assert that an image is the four quarters, but for the colours that bleed over edges."""
    assert_pixels(image, expected, tolerance=8, every=8)


def chunk(name, content):
    """Return a part of a PNG file, with its check sum."""
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def png_header(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)


def png_of(width, height):
    """Return a PNG file that claims a size, whatever its few pixels are."""
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 99))
    return png_header(width, height) + pixels + chunk(b"IEND", b"")


def tiff_of(tags, *planes, order="<", shape=(16, 32)):
    """Return a plain TIFF of one strip for each plane: its tags by their numbers.

    Args:
        tags: `{number: values}`; each is a number of 16 bits, or bytes.
        planes: the bytes of the pixels.
        order: of the bytes of a number, as `struct` writes it.
        shape: `(height, width)`.
    """
    begin = 8 + sum(map(len, planes))
    places = [8 + sum(map(len, planes[:index])) for index in range(len(planes))]
    tags = {256: shape[1], 257: shape[0], 259: 1, 278: shape[0], 273: places, **tags}
    tags[279] = [len(plane) for plane in planes]
    listed, behind = b"", b""
    for number, values in sorted(tags.items()):
        if not isinstance(values, bytes):
            values = [values] if isinstance(values, int) else values
            content, kind = struct.pack(f"{order}{len(values)}H", *values), 3
        else:
            content, kind = values, 1
        count = len(values)
        if len(content) > 4:
            place = begin + 2 + 12 * len(tags) + 4 + len(behind)
            behind += content
            content = struct.pack(order + "I", place)
        listed += struct.pack(order + "HHI", number, kind, count) + content.ljust(4, b"\0")
    start = (b"II" if order == "<" else b"MM") + struct.pack(order + "HI", 42, begin)
    table = struct.pack(order + "H", len(tags)) + listed + bytes(4)
    return start + b"".join(planes) + table + behind
