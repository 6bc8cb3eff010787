"""Whatever is given ends in the right result or in one helpful sentence.

To draw for ten minutes: NST_FUZZ=20000 uv run pytest tests/test_bad_input.py -k drawn
"""

import contextlib
import errno
import faulthandler
import http.server
import io
import itertools
import json
import math
import os
import re
import socketserver
import stat
import struct
import threading
import time
import types
import urllib.request
import warnings
import zlib
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image, PngImagePlugin

from nst_helpers import (
    InputError,
    StyleTransfer,
    choose_device,
    images,
    load_image,
    read_settings,
    save_image,
    to_pil,
)
from nst_helpers.__main__ import main
from nst_helpers.engine import features, transfer
from nst_helpers.errors import shown

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
LOSSY = 8
FUZZ = int(os.environ.get("NST_FUZZ", 0))
drawn = settings(
    max_examples=FUZZ or 40,
    derandomize=not FUZZ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@cache
def encoded(kind):
    return saved(Image.fromarray(QUARTERS), **FILES[kind])


def saved(picture, **options):
    file = io.BytesIO()
    picture.save(file, **options)
    return file.getvalue()


def outcome(source, size=None):
    """Return what `load_image` gives: an image that is one, or the words of an `InputError`."""
    faulthandler.dump_traceback_later(60, exit=True)  # a hang ends the tests, and says where
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about what is odd in a file
            image = load_image(source, size)
    except InputError as error:
        return sentence(error)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert image.dtype == torch.float32 and image.device.type == "cpu"
    assert image.ndim == 4 and image.shape[:2] == (1, 3) and min(image.shape[2:]) >= 16
    assert 0 <= image.min() and image.max() <= 1
    return image


def sentence(error):
    """Return a message, if it can be printed, is not endless and names a remedy."""
    message = str(getattr(error, "value", error))
    assert len(message) < 1000 and "\n" not in message
    message.encode()
    assert re.search(".{9,}[:;] .{9,}", message), message  # the problem, and the remedy
    return message


def brief(value):
    """Return a readable name for a case."""
    return ascii(shown(value).strip("'"))[1:31]


def assert_pixels(image, expected, tolerance=0.0):
    """Assert that an image is an array `(H, W, 3)` of bytes."""
    assert torch.is_tensor(image), image
    got = image[0].permute(1, 2, 0).numpy() * 255
    assert got.shape == expected.shape
    if tolerance == LOSSY:  # colours bleed over edges
        got, expected = got[4::8, 4::8], expected[4::8, 4::8]
    assert np.abs(got - expected).max() <= tolerance + 1e-3


def assert_refused(result, *words):
    assert isinstance(result, str), "it was taken"
    for word in words:
        assert word in result


# Files ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["right", "no_ending", "wrong.txt", "wrong.png", "wrong.jpg"])
@pytest.mark.parametrize("kind", FILES)
def test_a_whole_file_whatever_its_name(tmp_path, kind, name):
    (tmp_path / name).write_bytes(encoded(kind))
    assert_pixels(outcome(tmp_path / name), QUARTERS, tolerance=LOSSY)


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
@pytest.mark.parametrize("kind", FILES)
def test_a_file_that_is_cut_off(tmp_path, kind, share):
    content = encoded(kind)
    path = tmp_path / "cut"
    path.write_bytes(content[: int(share * len(content))])
    result = outcome(path)
    if torch.is_tensor(result):  # only the end mark is missing, and all pixels are there
        assert_pixels(result, QUARTERS, tolerance=LOSSY)
    else:
        assert_refused(result, str(path)[:20])


@pytest.mark.parametrize("kind", FILES)
def test_files_with_flipped_bits(kind):
    content = encoded(kind)
    for position in np.random.default_rng(1).integers(0, 8 * len(content), 60):
        flipped = bytearray(content)
        flipped[position // 8] ^= 1 << position % 8
        result = outcome(bytes(flipped))
        if torch.is_tensor(result) and kind.startswith("png"):  # the one with check sums
            assert_pixels(result, QUARTERS)


def chunk(name, content):
    check = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", check)


def png_header(width, height):
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header)


def png_of(width, height):
    return (
        png_header(width, height) + chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    )


NO_PICTURES = {
    "nothing": b"",
    "zeros": b"\0" * 1000,
    "text": b"This is my homework.",
    "html": b"<!doctype html><html><body><img src='cat.png'></body></html>",
    "svg": b"<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'/>",
    "json": b'{"picture": null}',
    "pdf": b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n",
    "zip": b"PK\x03\x04" + b"\0" * 60,
    "pickle": b"\x80\x04\x95\x0b\x00\x00\x00\x00\x00\x00\x00\x8c\x07picture\x94.",
    "postscript": b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 64 64\n%%EndComments\nshowpage\n",
    "png-signature": b"\x89PNG\r\n\x1a\n",
    "png-header": png_header(64, 32),
    "png-zero-wide": png_of(0, 32),
    "png-text-bomb": png_header(64, 32)
    + chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(20_000_000)))
    + encoded("png")[33:],
    "jpeg-start": b"\xff\xd8\xff\xe0",
    "gif-header": b"GIF89a\x40\0\x20\0\0\0\0",
    "bmp-start": b"BM" + b"\xff" * 60,
    "tiff-start": b"II*\0\xff\xff\xff\xff",
    "tiff-loop": b"II*\0\x08\0\0\0\0\0\x08\0\0\0",
    "webp-start": b"RIFF\xff\xff\xff\x7fWEBPVP8 ",
}


@pytest.mark.parametrize("name", NO_PICTURES)
def test_what_is_no_picture(tmp_path, name):
    path = tmp_path / "holiday.jpg"
    path.write_bytes(NO_PICTURES[name])
    assert_refused(outcome(path), "holiday.jpg")
    assert_refused(outcome(NO_PICTURES[name]), f"{len(NO_PICTURES[name])} bytes")


BOMBS = {
    "png-81-million": png_of(9000, 9000),
    "png-90-million": png_of(10_000, 9_000),
    "png-400-million": png_of(20_000, 20_000),
    "png-endless": png_of(2**31 - 1, 2**31 - 1),
    "gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08",
    "bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 60_000, 60_000, 1, 24, *[0] * 6),
    "webp": b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\x3f\0" * 2 + b"VP8 \0\0\0\0",
    "ppm": b"P6 60000 60000 255\n",
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_header_that_claims_too_many_pixels(name):
    began = time.perf_counter()
    result = outcome(BOMBS[name])
    assert_refused(result, "bytes", "" if name == "webp" else "more than 80 million pixels")
    assert time.perf_counter() - began < 5


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP", "TIFF", "MPO"])
def test_of_several_pictures_the_first(kind):
    first = Image.fromarray(QUARTERS)
    others = [Image.new("RGB", first.size, colour) for colour in ("black", "white")]
    options = {"WEBP": {"lossless": True}, "MPO": {"quality": 95, "subsampling": 0}}
    content = saved(
        first, format=kind, save_all=True, append_images=others, **options.get(kind, {})
    )
    assert_pixels(outcome(content), QUARTERS, tolerance=LOSSY)


def test_a_picture_that_does_not_fit_into_the_memory(monkeypatch):
    monkeypatch.setattr(Image.Image, "convert", lambda *_: (_ for _ in ()).throw(MemoryError()))
    assert_refused(outcome(encoded("png")), "bytes", "does not fit into the memory: make it small")


# Modes and orientations -------------------------------------------------------------------------

RED = (200, 30, 40)
GREY = (82, 82, 82)  # the same, by ITU-R 601: 0.299, 0.587, 0.114
MODES = {  # what becomes of a red pixel, and how far it may be off
    "1": (np.zeros(3), 255),  # dithered, and looked at below
    "L": (GREY, 1),
    "LA": (GREY, 1),
    "La": (GREY, 1),
    "P": (RED, 0),
    "PA": (RED, 0),
    "RGB": (RED, 0),
    "RGBA": (RED, 0),
    "RGBa": (RED, 0),
    "RGBX": (RED, 0),
    "CMYK": (RED, 1),
    "YCbCr": (RED, 2),
    "LAB": (RED, 6),
    "HSV": (RED, 4),
}


def in_mode(mode, colour=RED):
    picture = Image.new("RGB", (24, 16), colour)
    steps = {
        "LA": ["L", "LA"],
        "La": ["L", "LA", "La"],
        "PA": ["P", "PA"],
        "RGBa": ["RGBA", "RGBa"],
    }
    for step in steps.get(mode, [mode]):
        if step == "LAB":
            from PIL import ImageCms

            srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
            picture = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
        else:
            picture = picture.quantize(4) if step == "P" else picture.convert(step)
    assert picture.mode == mode
    return picture


@pytest.mark.parametrize("mode", MODES)
def test_a_picture_of_every_mode(mode):
    expected, tolerance = MODES[mode]
    image = outcome(in_mode(mode))
    assert_pixels(image, np.broadcast_to(expected, (16, 24, 3)).astype(float), tolerance)
    if mode == "1":
        assert set(image.unique().tolist()) == {0, 1} and image.mean() == pytest.approx(
            GREY[0] / 255, abs=0.1
        )


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("1", "PNG"), ("L", "JPEG"), ("LA", "PNG"), ("P", "PNG"), ("P", "GIF"), ("RGBA", "PNG"),
     ("RGBA", "WEBP"), ("RGBA", "TIFF"), ("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG"),
     ("LAB", "TIFF")],
)  # fmt: skip
def test_a_file_of_every_mode(mode, kind):
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}
    content = saved(in_mode(mode), format=kind, **options.get(kind, {}))
    expected, tolerance = MODES[mode]
    expected = np.broadcast_to(expected, (16, 24, 3)).astype(float)
    assert_pixels(outcome(content), expected, tolerance + 3)


DEEP = {"I": ("i4", 65535), "I;16": ("<u2", 65535), "I;16B": (">u2", 65535), "F": ("f4", 1)}


@pytest.mark.parametrize(
    ("mode", "kind"), [*itertools.product(DEEP, [None, "TIFF"]), ("I;16", "PNG")]
)
def test_a_picture_of_deep_grey(mode, kind):
    dtype, white = DEEP[mode]
    ramp = np.linspace(0, white, 24 * 16).reshape(16, 24).astype(dtype)
    picture = Image.frombytes(mode, (24, 16), ramp.tobytes())
    expected = np.repeat(ramp.astype(float)[..., None] / white * 255, 3, axis=2)
    assert_pixels(outcome(saved(picture, format=kind) if kind else picture), expected)


@pytest.mark.parametrize("mode", ["I", "F"])
@pytest.mark.parametrize("value", [-1, 70000])
def test_deep_grey_out_of_range(mode, value):
    picture = Image.new(mode, (24, 16), value)
    assert_refused(outcome(picture), "PIL image", "scale it first")


@pytest.mark.parametrize("source", ["png", "gif", "palette", "LA", "picture"])
def test_what_is_transparent_is_white(source):
    clear = Image.new("RGBA", (24, 16), (*RED, 0))
    content = {
        "png": lambda: saved(clear, format="PNG"),
        "gif": lambda: saved(clear, format="GIF"),
        "palette": lambda: saved(in_mode("P"), format="PNG", transparency=0),
        "LA": lambda: saved(Image.new("LA", (24, 16), (9, 0)), format="PNG"),
        "picture": lambda: clear,
    }[source]()
    assert (outcome(content) == 1).all()


TURNED = {
    1: QUARTERS,
    2: QUARTERS[:, ::-1],
    3: QUARTERS[::-1, ::-1],
    4: QUARTERS[::-1],
    5: QUARTERS.transpose(1, 0, 2),
    6: np.rot90(QUARTERS, -1),
    7: QUARTERS[::-1, ::-1].transpose(1, 0, 2),
    8: np.rot90(QUARTERS),
    0: QUARTERS,
    9: QUARTERS,
    65535: QUARTERS,
}


@pytest.mark.parametrize("kind", ["jpeg", "png", "webp-lossless", "tiff"])
@pytest.mark.parametrize("orientation", TURNED)
def test_every_orientation(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = saved(Image.fromarray(QUARTERS), exif=exif, **FILES[kind])
    assert_pixels(outcome(content), TURNED[orientation], tolerance=LOSSY)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0II*\0\xff\xff\xff\xff", b"Exif\0\0MM\0*\0\0\0\x08\xff\xff"]
)
def test_damaged_exif(exif):
    result = outcome(saved(Image.fromarray(QUARTERS), exif=exif, **FILES["jpeg"]))
    if torch.is_tensor(result):
        assert_pixels(result, QUARTERS, tolerance=LOSSY)


# Shapes and sizes -------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [None, 64, 16384])
@pytest.mark.parametrize(
    ("width", "height"), [(1, 1), (1, 5000), (20000, 2), (15, 40), (16, 16), (3000, 17)]
)
def test_an_extreme_shape(width, height, size):
    result = outcome(Image.new("RGB", (width, height), RED), size)
    scale = 1 if size is None else size / max(width, height)
    expected = max(1, round(height * scale)), max(1, round(width * scale))
    if math.prod(expected) > 80_000_000:
        assert_refused(result, "size 16384", "80 million")
    elif min(expected) < 16:
        assert_refused(result, f"{expected[1]} x {expected[0]} pixels", "crop")
    else:
        assert_pixels(result, np.broadcast_to(RED, (*expected, 3)).astype(float), 0.01)


@pytest.mark.parametrize("empty", [(0, 0), (0, 20), (20, 0)])
def test_a_picture_without_pixels(empty):
    assert_refused(outcome(Image.new("RGB", empty)), "PIL image", "shape")


BAD_SIZES = [0, -1, 15, 16385, 10**30, 10**5000, 2.5, 64.0, math.nan, math.inf, True, "64", b"64",
             None.__class__, [64], (64, 64), {}, np.zeros(3), np.float32(64), torch.tensor(64),
             1j]  # fmt: skip


@pytest.mark.parametrize("size", BAD_SIZES, ids=brief)
def test_an_absurd_size(size):
    assert_refused(outcome(QUARTERS, size), "size is", "whole number from 16 to 16384")


def test_a_whole_number_of_numpy_is_a_size():
    assert outcome(QUARTERS, np.int64(32)).shape == (1, 3, 16, 32)


# Paths and names --------------------------------------------------------------------------------

ODD_NAMES = ["ж.png", "猫", "🐯.jpeg", "e\u0301.png", "\u202egnp.png", "a b.png", "a\nb.png",
             "-x.png", "%00.png", "'\".png", "#1?.png", "C:.png", ".png", "~x.png", "CON",
             "x" * 250]  # fmt: skip


@pytest.mark.parametrize("kind", [str, Path])
@pytest.mark.parametrize("name", ODD_NAMES, ids=brief)
def test_an_odd_name(tmp_path, name, kind):
    path = tmp_path / name
    assert_refused(outcome(kind(path)), "There is no file")
    path.write_bytes(encoded("png"))
    assert_pixels(outcome(kind(path)), QUARTERS)


class BytesPath(os.PathLike):
    def __fspath__(self):
        return b"cat.png"


BAD_PATHS = {
    "bytes-name": BytesPath(),
    "nul": "a\0b.png",
    "nul-alone": "\0",
    "nul-home": "~\0",
    "surrogate-home": "~\ud800/x.png",
    "long": "x" * 300 + ".png",
    "deep": "x/" * 5000 + "x.png",
    "surrogate": "\udcff\ud800.png",
    "nobody": "~no-user-of-this-name/x.png",
    "empty": "",
    "home": "~",
    "up": "..",
    "file-as-folder": f"{__file__}/x.png",
    "device": "/dev/zero",
    "file-url": f"file://{__file__}",
    "ftp": "ftp://127.0.0.1/cat.png",
    "data-url": "data:image/png;base64,iVBORw0KGgo=",
    "one-slash": "https:/example.org/cat.png",
}


@pytest.mark.parametrize("name", BAD_PATHS)
def test_a_bad_path(name):
    path = BAD_PATHS[name]
    assert_refused(outcome(path), shown(path))
    with pytest.raises(InputError) as caught:
        save_image(load_image(QUARTERS), path)
    sentence(caught)
    with pytest.raises(InputError) as caught:
        read_settings(path)
    sentence(caught)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_files_that_are_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe", "loop", "dangling", "folder.png"):
        assert_refused(outcome(tmp_path / name), name)
        with pytest.raises(InputError, match=name):
            read_settings(tmp_path / name)


def test_a_file_that_may_not_be_read(tmp_path):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded("png"))
    path.chmod(0)
    if os.access(path, os.R_OK):  # for the administrator every file is open
        assert_pixels(outcome(path), QUARTERS)
    else:
        assert_refused(outcome(path), "secret.png", "may not be read")


def test_a_folder_that_may_not_be_written(tmp_path):
    tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
    if not os.access(tmp_path, os.W_OK):
        with pytest.raises(InputError, match="cannot be written: choose another"):
            save_image(load_image(QUARTERS), tmp_path / "a.png")
    tmp_path.chmod(stat.S_IRWXU)


@pytest.mark.parametrize(
    "thing", [None, 3, 2.5, object(), [[0, 1]], {}, bytearray(9), io.BytesIO(), np.uint8(3), print],
    ids=lambda thing: type(thing).__name__,
)  # fmt: skip
def test_things_that_are_no_pictures(thing):
    assert_refused(outcome(thing), type(thing).__name__, "give a gallery name")


def test_a_closed_picture(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded("png"))
    with Image.open(tmp_path / "a.png") as picture:
        pass
    assert_refused(outcome(picture), "PIL image")


# Arrays and tensors -----------------------------------------------------------------------------

WHITE = {"?": 1, "u1": 255, "i1": 255, "u2": 65535, "i2": 255, "u4": 255, "i4": 255, "u8": 255,
         "i8": 255, "f2": 1, "f4": 1, "f8": 1, "g": 1, ">u2": 65535, ">i4": 255, ">f4": 1,
         ">f8": 1}  # fmt: skip
ORDERS = {
    "c": np.ascontiguousarray,
    "fortran": np.asfortranarray,
    "mirrored": lambda array: np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
    "channels-first": lambda array: np.ascontiguousarray(array.T).T,
    "strided": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
    "unaligned": lambda array: np.frombuffer(b"x" + array.tobytes(), array.dtype, offset=1).reshape(
        array.shape
    ),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("dtype", WHITE)
def test_an_array_of_every_kind_and_order(dtype, order):
    white = WHITE[dtype]
    top = min(white, np.iinfo(dtype).max) if np.dtype(dtype).kind in "iu" else white
    array = (np.random.default_rng(0).random((16, 24, 3)) * (top + 0.5)).clip(0, top).astype(dtype)
    given = ORDERS[order](array)
    given.flags.writeable = False
    before = given.copy()
    image = outcome(given)
    assert_pixels(image, array.astype(float) / white * 255)
    image.zero_()  # what is given back is a copy
    assert np.array_equal(given, before)


@pytest.mark.parametrize("shape", [(16, 24), (16, 24, 1), (16, 24, 3), (16, 24, 4)])
def test_an_array_of_every_shape(shape):
    array = np.random.default_rng(0).random(shape)
    expected = array.reshape(16, 24, -1)
    if shape[-1] == 4:
        expected = expected[..., :3] * expected[..., 3:] + 1 - expected[..., 3:]
    assert_pixels(outcome(array), np.broadcast_to(expected, (16, 24, 3)) * 255)


masked = np.ma.masked_array(QUARTERS, mask=QUARTERS > 200)
BAD_ARRAYS = {
    "number": np.array(0.5),
    "line": np.zeros(64),
    "empty": np.zeros((0, 0, 3)),
    "no-channel": np.zeros((16, 24, 0)),
    "two-channels": np.zeros((16, 24, 2)),
    "five-channels": np.zeros((16, 24, 5), bool),
    "channels-first": np.zeros((3, 16, 24)),
    "batch": np.zeros((1, 16, 24, 3)),
    "terabytes": np.broadcast_to(np.float32(0.5), (10**6, 10**6, 3)),
    "nan": np.full((16, 24, 3), np.nan),
    "one-nan": np.where(np.arange(384).reshape(16, 24) == 200, np.nan, 0.5),
    "infinity": np.full((16, 24), np.inf),
    "minus-infinity": np.full((16, 24), -np.inf, np.float16),
    "nan-alpha": np.dstack([np.zeros((16, 24, 3)), np.full((16, 24), np.nan)]),
    "huge": np.full((16, 24), np.finfo("f8").max),
    "huger": np.full((16, 24), np.finfo("g").max),
    "negative": np.full((16, 24), -0.01),
    "bytes-as-floats": QUARTERS.astype(float),
    "negative-integers": np.full((16, 24), -1),
    "lowest": np.full((16, 24), np.iinfo("i8").min),
    "highest": np.full((16, 24), np.iinfo("u8").max),
    "many": np.full((16, 24), 256, np.int16),
    "complex": np.zeros((16, 24), complex),
    "objects": np.zeros((16, 24), object),
    "nones": np.full((16, 24), None),
    "text": np.full((16, 24), "black"),
    "bytes": np.full((16, 24), b"black"),
    "dates": np.zeros((16, 24), "M8[s]"),
    "spans": np.zeros((16, 24), "m8[s]"),
    "records": np.zeros((16, 24), [("red", "u1"), ("green", "u1")]),
    "void": np.zeros((16, 24), "V3"),
    "masked": masked,
}


@pytest.mark.parametrize("name", BAD_ARRAYS)
def test_a_bad_array(name):
    assert_refused(outcome(BAD_ARRAYS[name]), "The array of")


def test_arrays_that_are_more_than_arrays(tmp_path):
    assert_pixels(outcome(np.ma.masked_array(QUARTERS)), QUARTERS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_pixels(outcome(np.matrix(QUARTERS[..., 0])), QUARTERS[..., :1].repeat(3, axis=2))
    np.save(tmp_path / "a.npy", QUARTERS)
    assert_pixels(outcome(np.load(tmp_path / "a.npy", mmap_mode="r")), QUARTERS)


IMAGE = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
TENSORS = {
    "float16": IMAGE.half(),
    "bfloat16": IMAGE.bfloat16(),
    "float64": IMAGE.double(),
    "gradient": IMAGE.clone().requires_grad_(),
    "not-a-leaf": IMAGE.clone().requires_grad_() * 1,
    "channels-last": IMAGE.to(memory_format=torch.channels_last),
    "mirrored": IMAGE.flip(3).flip(3),
    "expanded": IMAGE[:, :1].expand(1, 3, 16, 24),
    "parameter": torch.nn.Parameter(IMAGE),
}
BAD_TENSORS = {
    "bool": IMAGE > 0.5,
    "uint8": (IMAGE * 255).byte(),
    "uint16": (IMAGE * 255).to(torch.uint16),
    "int64": (IMAGE * 255).long(),
    "complex": IMAGE.to(torch.complex64),
    "float8": IMAGE.to(torch.float8_e4m3fn),
    "meta": IMAGE.to("meta"),
    "sparse": IMAGE.to_sparse(),
    "no-batch": IMAGE[0],
    "two-pictures": torch.cat([IMAGE, IMAGE]),
    "grey": IMAGE[:, :1],
    "channels-last-shape": IMAGE.permute(0, 2, 3, 1),
    "number": torch.tensor(0.5),
    "empty": torch.zeros(1, 3, 0, 24),
    "terabytes": torch.tensor(0.5).expand(1, 3, 10**6, 10**6),
    "small": IMAGE[:, :, :15],
    "nan": IMAGE.masked_fill(IMAGE > 0.9, math.nan),
    "infinity": IMAGE.masked_fill(IMAGE > 0.9, math.inf),
    "bytes-as-floats": IMAGE * 255,
    "normalised": (IMAGE - 0.5) / 0.2,
    "huge": torch.full((1, 3, 16, 24), 1e300, dtype=torch.float64),
}


@pytest.mark.parametrize("name", TENSORS)
def test_a_tensor_that_is_an_image(name):
    image = outcome(TENSORS[name])
    assert not image.requires_grad
    assert image.untyped_storage().data_ptr() != TENSORS[name].untyped_storage().data_ptr()
    torch.testing.assert_close(image, TENSORS[name].detach().float())


@pytest.mark.parametrize("name", BAD_TENSORS)
def test_a_tensor_that_is_no_image(tmp_path, name):
    assert_refused(outcome(BAD_TENSORS[name]), "image tensor")
    if name != "small":
        with pytest.raises(InputError) as caught:
            save_image(BAD_TENSORS[name], tmp_path / "a.png")
        sentence(caught)
        assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("image", [None, QUARTERS, IMAGE.byte(), IMAGE.to("meta"), IMAGE[:, :, :1]])
def test_the_network_refuses_what_is_no_image(image):
    extractor = features.FeatureExtractor(["relu2_1"], device="cpu")
    with pytest.raises(InputError) as caught:
        extractor(image)
    sentence(caught)


# Addresses --------------------------------------------------------------------------------------


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        with contextlib.suppress(OSError):  # the caller has hung up
            getattr(self, self.path.strip("/").split("?")[0], self.picture)()

    def log_message(self, *_):
        pass

    def answer(self, content, code=200, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def picture(self):
        self.answer(encoded("png"))

    def html_type(self):
        self.answer(encoded("png"), Content_Type="text/html")

    def page(self):
        self.answer(NO_PICTURES["html"])

    def nothing(self):
        self.answer(b"")

    def missing(self):
        self.answer(b"", 404)

    def cut(self):
        self.answer(encoded("png")[:90], **{"Content-Length": "9999"})

    def large(self):
        self.answer(bytes(2000))

    def bomb(self):
        self.answer(BOMBS["png-400-million"])

    def rubbish(self):
        self.wfile.write(b"rubbish\r\n\r\n")

    def silent(self):
        time.sleep(2)

    def drip(self):
        self.send_response(200)
        self.end_headers()
        for byte in encoded("png")[:20]:
            self.wfile.write(bytes([byte]))
            time.sleep(0.1)

    def drip_headers(self):
        for _ in range(20):
            self.wfile.write(b"H")
            time.sleep(0.1)

    def moved(self):
        self.answer(b"", 302, Location="/picture")

    def loop(self):
        self.answer(b"", 302, Location="/loop")

    def on_to_large(self):
        self.answer(b"", 307, Location="/large")

    def on_to_drip(self):
        time.sleep(0.3)
        self.answer(b"", 308, Location="/drip")

    def on_to_https(self):
        self.answer(b"", 302, Location="https://127.0.0.1:9/cat.png")

    def to_file(self):
        self.answer(b"", 302, Location=f"file://{__file__}")

    def to_ftp(self):
        self.answer(b"", 302, Location="ftp://127.0.0.1/cat.png")

    def to_data(self):
        self.answer(b"", 301, Location="data:image/png;base64,iVBORw0KGgo=")

    def to_nowhere(self):
        self.answer(b"", 302, Location="http://[")


@pytest.fixture(scope="module")
def address():
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True

    with Server(("127.0.0.1", 0), Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture
def short_limits(monkeypatch):
    monkeypatch.setattr(images, "_URL_SECONDS", 0.5)
    monkeypatch.setattr(images, "_URL_BYTES", 1500)


@pytest.mark.parametrize("page", ["picture", "moved", "html_type", "ж é.png?a=b#c", "a%20b"])
def test_an_address_of_a_picture(address, page):
    assert_pixels(outcome(f"{address}/{page}"), QUARTERS)


@pytest.mark.parametrize(
    ("page", "words"),
    [("page", "web page"), ("nothing", "not a picture"), ("missing", "Not Found"), ("cut", "cut"),
     ("large", "larger than"), ("bomb", "80 million"), ("rubbish", "rubbish"), ("silent", ""),
     ("drip", "seconds"), ("drip_headers", "seconds"), ("loop", "infinite loop"),
     ("on_to_large", "larger than"), ("on_to_drip", "seconds"), ("on_to_https", "refused"),
     ("to_file", "not allowed"), ("to_ftp", "only http"), ("to_data", "not allowed"),
     ("to_nowhere", "did not give")],
)  # fmt: skip
def test_an_address_of_no_picture(address, short_limits, page, words):
    began = time.perf_counter()
    assert_refused(outcome(f"{address}/{page}"), f"{address}/{page}", words)
    assert time.perf_counter() - began < 1.5


def test_nothing_is_fetched_that_was_not_asked_for(monkeypatch, tmp_path):
    def fetched(*_):
        raise AssertionError("it was fetched")

    monkeypatch.setattr(urllib.request.OpenerDirector, "open", fetched)
    linked = b"<svg><image href='http://127.0.0.1:9/cat.png'/></svg>"
    (tmp_path / "http:").write_bytes(linked)
    for source in ("cat", tmp_path / "http:", linked, encoded("png"), QUARTERS, "www.python.org"):
        outcome(source)
    save_image(load_image("cat", 64), tmp_path / "a.png", {"content": "http://127.0.0.1:9/"})
    assert read_settings(tmp_path / "a.png") == {"content": "http://127.0.0.1:9/"}


@pytest.mark.parametrize(
    "url",
    ["http://", "http:///x.png", "https://[::1", "http://a b/x.png", "http://\0/", "http://\n/",
     "http://127.0.0.1:99999/", "http://127.0.0.1:x/", "http://127.0.0.1:9/", "HTTP://127.0.0.1:9",
     "http://\ud800/", "javascript://x", "://", "http://" + "x" * 3000, "http://127.0.0.1:9/\udcff"],
    ids=brief,
)  # fmt: skip
def test_a_bad_address(url):
    assert_refused(outcome(url), "did not give a picture")


# Outputs ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in ODD_NAMES if len(name) < 250], ids=brief)
def test_an_odd_name_of_an_output(tmp_path, name):
    path = tmp_path / (name if Path(name).suffix in {".png", ".jpeg"} else f"{name}.png")
    image = load_image(QUARTERS)
    save_image(image, path, {"content": str(path), "odd": "\ud800"})
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    if path.suffix == ".png":
        assert torch.equal(load_image(path), image)
        assert read_settings(path) == {"content": str(path), "odd": "\ud800"}


@pytest.mark.parametrize("name", ["a", "a.", "a.gif", "a.pgn", "a.exe", ".png/", "a.png\0"])
def test_an_output_of_no_format(tmp_path, name):
    with pytest.raises(InputError) as caught:
        save_image(load_image(QUARTERS), f"{tmp_path}/{name}")
    assert_refused(sentence(caught), "Known: .png" if "/" not in name else ".png")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kept", [{1, 2}, {"a": object()}, {"a": IMAGE}, {(1, 2): 3}], ids=brief)
def test_settings_that_are_no_text(tmp_path, kept):
    with pytest.raises(InputError, match="settings cannot be kept"):
        save_image(load_image(QUARTERS), tmp_path / "a.png", kept)
    assert not list(tmp_path.iterdir())


def test_a_picture_that_is_too_wide_for_its_format(tmp_path):
    with pytest.raises(InputError, match="another place or format"):
        save_image(torch.zeros(1, 3, 16, 16384), tmp_path / "a.webp")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), MemoryError()], ids=repr
)
def test_an_interrupted_save_keeps_what_was_there(tmp_path, monkeypatch, error):
    path = tmp_path / "a.png"
    save_image(load_image(QUARTERS), path)
    before = path.read_bytes()

    def half(self, file, **_):
        Path(file).write_bytes(before[:50])
        raise error

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(InputError if isinstance(error, OSError) else type(error)):
        save_image(torch.zeros(1, 3, 16, 16), path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_nothing_is_replaced_silently(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_image(load_image(QUARTERS), "a.png")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")  # as Python has it: once for each line
        for _ in range(3):
            save_image(load_image(QUARTERS), "a.png")
    assert [str(one.message) for one in told] == ["'a.png' was there and is replaced."] * 3
    assert {one.filename for one in told} == {__file__}
    done = transfer.Result(IMAGE, {}, {}, {})
    monkeypatch.setattr(transfer, "style_transfer", lambda **_: done)
    for name in ("stylised.png", "stylised-2.png", "stylised-3.png"):
        assert main([]) == 0
        assert f"Saved '{name}', 24 x 16 pixels.\n" in capsys.readouterr().out
    assert main(["--output", "a.png"]) == 0
    assert "pixels. 'a.png' was there and is replaced.\n" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 4


def test_no_picture_is_replaced_by_what_is_made_of_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_image(load_image(QUARTERS), "mine.png")
    before = Path("mine.png").read_bytes()
    for arguments, name in (
        (["mine.png", "cat"], "content"),
        (["cat", f"{tmp_path}/mine.png"], "style"),
        (["cat", "night_sky", "--checkpoint", "./mine.png"], "checkpoint"),
    ):
        assert main([*arguments, "--output", "mine.png"]) == 2
        assert f"'mine.png' is the {name} itself: choose" in capsys.readouterr().err
    assert Path("mine.png").read_bytes() == before


def test_settings_of_a_file_that_has_none(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded("png"))
    assert read_settings(path) is None
    for text in ("{", "\0", "NaN,"):
        info = PngImagePlugin.PngInfo()
        info.add_itxt("nst_settings", text)
        Image.fromarray(QUARTERS).save(path, pnginfo=info)
        with pytest.raises(InputError, match=r"a\.png"):
            read_settings(path)


# Settings ---------------------------------------------------------------------------------------


NO_NETWORK = types.SimpleNamespace(
    mean=torch.zeros(1), precision="float32", activations_held=lambda pixels: 300
)


@pytest.fixture
def no_network_built(monkeypatch):
    """The settings are looked at, and no network is built."""
    monkeypatch.setattr(transfer, "FeatureExtractor", lambda *_, **__: NO_NETWORK)


WEIGHTS = [f"{name}_weight" for name in ("content", "style", "variation")]
BAD_WEIGHTS = [-1, -1e-300, math.nan, math.inf, -math.inf, 1e13, 10**400, True, "1", None, 1j, [1],
               torch.tensor(1.0), np.ones(2)]  # fmt: skip
BAD_COUNTS = [-1, 0.5, 2.0, math.nan, math.inf, 10**400, True, "2", None, [2], np.ones(2)]


@pytest.mark.parametrize(
    ("name", "value"),
    [*((name, value) for name in WEIGHTS for value in BAD_WEIGHTS),
     *((name, value) for name in ("steps", "stages", "seed") for value in BAD_COUNTS)],
    ids=brief,
)  # fmt: skip
def test_an_absurd_setting(no_network_built, name, value):
    with pytest.raises(InputError) as caught:
        StyleTransfer("cat", "night_sky", size=32, **{name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} is ") and "must be" in message and len(message) < 400


@pytest.mark.parametrize("whole", [np.int8, np.uint64, int])
@pytest.mark.parametrize("number", [np.float16, np.float32, np.int64, Fraction, int])
def test_numbers_of_other_kinds_are_kept_as_plain_ones(no_network_built, whole, number):
    given = {"size": 32, "steps": 3, "stages": 1, "seed": 4}
    weights = {name: number(2) for name in WEIGHTS}
    counts = {name: whole(value) for name, value in given.items()}
    kept = StyleTransfer("cat", "night_sky", **counts, **weights).settings
    expected = given | dict.fromkeys(WEIGHTS, 2.0)
    assert {name: (kept[name], type(kept[name])) for name in expected} == {
        name: (value, type(value)) for name, value in expected.items()
    }


@pytest.mark.parametrize("yes", [True, np.True_])
@pytest.mark.parametrize("name", [*WEIGHTS, "size", "steps", "stages", "seed"])
def test_yes_is_no_number(no_network_built, name, yes):
    with pytest.raises(InputError, match=f"{name} is .*True"):
        StyleTransfer("cat", "night_sky", **{"size": 32, name: yes})


@pytest.mark.parametrize(
    ("given", "near"),
    [
        ({"start": "nois"}, "noise"),
        ({"start": "Content"}, "content"),
        ({"start": "styles"}, "style"),
        ({"start": "catt"}, "cat"),
        ({"start": "xxxxxxxx"}, ""),
        ({"content": "catt"}, "cat"),
        ({"content": "Cat"}, "cat"),
        ({"style": "nightsky"}, "night_sky"),
        ({"optimizer": "LBFGS"}, "lbfgs"),
        ({"optimizer": "adamw"}, "adam"),
        ({"optimizer": np.zeros(2)}, ""),
        ({"network": "VGG-16"}, ""),
        ({"network": "vgg-19"}, "vgg19"),
        ({"network": ["vgg16"]}, "vgg16"),
        ({"pooling": "average"}, ""),
        ({"pooling": "maximum"}, "max"),
        ({"style_layers": ["relu1_1", "relu33"]}, "relu3_3"),
        ({"style_layers": "conv41"}, "conv4_1"),
        ({"content_layers": "relu4"}, "relu4_"),
        ({"content_layers": None}, ""),
        ({"content_layers": 3}, ""),
        ({"content_layers": [None]}, ""),
        ({"content_layers": ["x" * 10_000]}, ""),
    ],
    ids=brief,
)
def test_an_unknown_name(given, near):
    arguments = {"content": "cat", "style": "night_sky", "size": 32, **given}
    with pytest.raises(InputError) as caught:
        StyleTransfer(**arguments)
    assert_refused(sentence(caught), "There is no", f"Did you mean '{near}" if near else "Known: ")


@pytest.mark.parametrize(
    ("name", "near"), [("step", "steps"), ("stile_weight", "style_weight"), ("x", ""), ("self", "")]
)
def test_an_unknown_setting(name, near):
    with pytest.raises(InputError) as caught:
        transfer.style_transfer("cat", "night_sky", **{name: 3})
    assert_refused(sentence(caught), f"no setting '{name}'", f"'{near}'" if near else "Known: size")


@pytest.mark.parametrize(
    "device",
    ["", "gpu", "cuda:-1", "cuda:99", "meta", "hpu", "privateuseone", "\0", 99, -5, 1.5, [], {}],
    ids=brief,
)
def test_a_device_that_this_machine_has_not(device):
    with pytest.raises(InputError) as caught:
        choose_device(device)
    sentence(caught)


# Drawn ------------------------------------------------------------------------------------------


@drawn
@given(
    st.sampled_from(list(FILES)),
    st.lists(st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=4)), max_size=6),
    st.integers(0, 2**16),
    st.binary(max_size=40),
)
def test_drawn_damage_of_a_file(kind, edits, cut, tail):
    content = bytearray(encoded(kind))
    for place, replacement in edits:
        place %= len(content)
        content[place : place + len(replacement)] = replacement
    content = content[: cut % (2 * len(content))] + tail
    outcome(bytes(content))


@drawn
@given(
    st.sampled_from([b"", *(encoded(kind)[:size] for kind in FILES for size in (4, 12, 40))]),
    st.binary(max_size=300),
)
def test_drawn_bytes(start, rest):
    outcome(start + rest)


@drawn
@given(
    st.sampled_from(
        ["?", "u1", "i1", "u2", "i4", "u8", "f2", "f4", ">f8", "c8", "S2", "O"]
    ).flatmap(
        lambda dtype: hnp.arrays(
            np.dtype(dtype),
            st.sampled_from(
                [(16, 17), (17, 16, 1), (16, 16, 3), (16, 18, 4), (3, 16), (16, 16, 2)]
            ),
            elements=st.integers(0, 300) if dtype == "O" else None,
        )
    )
)
def test_drawn_arrays(array):
    result = outcome(array)
    if torch.is_tensor(result):
        white = WHITE[array.dtype.str.lstrip("<|=").replace("b1", "?")]
        pixels = array.astype(float).reshape(*array.shape[:2], -1) / white
        if pixels.shape[2] == 4:
            pixels = pixels[..., :3] * pixels[..., 3:] + 1 - pixels[..., 3:]
        assert_pixels(result, np.broadcast_to(pixels, (*pixels.shape[:2], 3)) * 255)


@drawn
@given(
    st.sampled_from(["", "", "~", "~/", "cat", "http://127.0.0.1:9/", "http://[", "ftp://", "./"]),
    st.text(max_size=300),
)
def test_drawn_names(start, rest):
    name = start + rest
    if not Path("x", name).is_absolute():
        outcome(name)
    with contextlib.suppress(InputError):
        images.check_output(name)


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(),
    st.binary(), st.lists(st.integers(), max_size=3), st.dictionaries(st.text(), st.integers()),
    st.sampled_from([np.zeros(3), torch.zeros(2), object(), print, 10**5000, "noise", "relu1_1"]),
)  # fmt: skip


@drawn
@given(
    st.sampled_from([*WEIGHTS, "size", "steps", "stages", "seed", "optimizer", "start", "content"]),
    anything,
)
def test_drawn_settings(name, value):
    arguments = {"content": "cat", "style": "night_sky", "size": 32, name: value}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "FeatureExtractor", lambda *_, **__: NO_NETWORK)
        try:
            json.dumps(StyleTransfer(**arguments).settings)
        except InputError as error:
            sentence(error)


@drawn
@given(hnp.arrays(np.float32, (16, 17, 3), elements=st.floats(0, 1, width=32)), anything)
def test_drawn_pictures_come_back(tmp_path_factory, pixels, setting):
    image = load_image(pixels)
    path = tmp_path_factory.mktemp("drawn") / "a.png"
    try:
        save_image(image, path, {"setting": setting})
    except InputError as error:
        sentence(error)
        return
    assert_pixels(load_image(path), np.asarray(to_pil(image)))
    assert json.dumps(read_settings(path)) == json.dumps({"setting": setting})
