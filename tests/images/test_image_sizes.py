"""Shapes of pictures, and the size that is asked for."""

import io
import math

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image, ImageOps

from nst_helpers import images
from nst_helpers.errors import shown
from nst_helpers.images import picture_size
from outcomes import assert_pixels, assert_refused, case, outcome
from picture_cases import QUARTERS, saved
from runs import linux, python

RED = (200, 30, 40)


def test_size_is_the_longer_side_and_shrinking_is_antialiased():
    checks = np.indices((64, 96)).sum(0) % 2 * 1.0
    image = outcome(checks, size=48)
    assert image.shape == (1, 3, 32, 48)
    assert image.std() < 0.1  # a picture that skips pixels keeps the contrast


@pytest.mark.parametrize(
    ("shape", "as_it_is", "at_64", "at_16384"),
    [
        ((1, 1), "1 x 1", (64, 64), "80 million"),
        ((1, 5000), "1 x 5000", "1 x 64", "3 x 16384"),
        ((20000, 2), "20000 x 2", "64 x 1", "16384 x 2"),
        ((15, 40), "15 x 40", (24, 64), "80 million"),
        ((16, 16), (16, 16), (64, 64), "80 million"),
        ((3000, 17), (3000, 17), "64 x 1", (16384, 93)),
    ],
)
def test_an_extreme_shape(shape, as_it_is, at_64, at_16384):
    for size, expected in {None: as_it_is, 64: at_64, 16384: at_16384}.items():
        with case(size):
            result = outcome(Image.new("RGB", shape, RED), size)
            if expected == "80 million":
                assert_refused(result, "size 16384", "80 million")
            elif isinstance(expected, str):
                assert_refused(result, f"{expected} pixels", "crop")
            else:
                assert_pixels(result, np.full((*expected[::-1], 3), RED, float), 0.01)


def test_a_picture_without_pixels():
    for empty in ((0, 0), (0, 20), (20, 0)):
        with case(empty):
            assert_refused(outcome(Image.new("RGB", empty)), "PIL image", "shape")


BAD_SIZES = [0, -1, 15, 16385, 10**30, 10**5000, 2.5, 64.0, math.nan, math.inf, True, np.True_,
             "64", b"64", type(None), [64], (64, 64), {}, np.zeros(3), np.float32(64),
             torch.tensor(64), 1j]  # fmt: skip


def test_an_absurd_size():
    for size in BAD_SIZES:
        with case(size):
            assert_refused(
                outcome(QUARTERS, size), f"size is {shown(size)}", "whole number from 16 to 16384"
            )


def test_a_whole_number_of_numpy_is_a_size():
    assert outcome(QUARTERS, np.int64(32)).shape == (1, 3, 16, 32)


def test_a_large_picture_is_averaged_before_it_is_resized():
    """What is much larger than what is asked for loses nothing but what nobody can see."""
    rows, columns = np.indices((2403, 3001))
    waves = [60 * np.sin(rows / 90) + 60 * np.cos(columns / length) for length in (140, 170, 200)]
    array = (127.5 + np.stack(waves, -1)).round().astype(np.uint8)
    for size in (64, 250):
        whole, seen = outcome(array, size), outcome(Image.fromarray(array), size)
        assert (whole - seen).abs().max() < 0.006
    pixels = np.arange(15, dtype=np.float32).reshape(1, 3, 5)
    assert images._averaged(pixels, np.array([0, 2, 3]), 1)[0, :, 0].tolist() == [2.5, 10]
    assert images._averaged(pixels, np.array([0, 3, 5]), 2)[0, 1].tolist() == [6, 8.5]


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_large_photograph_stands_upright(turn, monkeypatch):
    monkeypatch.setattr(images, "_LARGE", 500)  # so that it is read in bands, and averaged
    picture = Image.fromarray(QUARTERS)
    exif = picture.getexif()
    exif[ExifTags.Base.Orientation] = turn
    content = saved(picture, format="PNG", exif=exif)
    with Image.open(io.BytesIO(content)) as opened:
        expected = np.asarray(ImageOps.exif_transpose(opened))
    assert picture_size(content) == expected.shape[1::-1]
    assert_pixels(outcome(content), expected.astype(float), 1e-3)
    assert_pixels(outcome(content, 32), expected[::2, ::2].astype(float), tolerance=8, every=8)


@pytest.mark.parametrize("compression", ["raw", "tiff_lzw"])
def test_a_turned_tiff_on_the_disk_stands_upright(tmp_path, compression):
    """Pillow forgets to turn a plain TIFF that it maps into memory."""
    for mode in ("L", "RGB"):
        picture = Image.fromarray(QUARTERS[:, :40]).convert(mode)
        for turn in range(1, 9):
            exif = picture.getexif()
            exif[ExifTags.Base.Orientation] = turn
            content = saved(picture, format="TIFF", exif=exif, compression=compression)
            (tmp_path / "a.tiff").write_bytes(content)
            upright = outcome(content)
            assert (max(upright.shape[2:]) == upright.shape[2]) == (turn >= 5)
            assert torch.equal(outcome(tmp_path / "a.tiff"), upright)
            assert picture_size(tmp_path / "a.tiff") == tuple(upright.shape[:1:-1])


MEMORY = """
import sys
import torch
from PIL import Image
from nst_helpers import load_image
def kilobytes(name):
    return int(open("/proc/self/status").read().split(name)[1].split()[0])
Image.new("RGB", (12000, 9000 if sys.argv[1] == "jpg" else 4000), (9, 99, 199)).save(
    f"{sys.argv[2]}/large.{sys.argv[1]}")
load_image(f"{sys.argv[2]}/large.{sys.argv[1]}", 64)
open("/proc/self/clear_refs", "w").write("5")  # the peak is counted from here
before = kilobytes("VmRSS:")
image = load_image(f"{sys.argv[2]}/large.{sys.argv[1]}", 256)
assert max(image.shape) == 256
assert (image[0, :, 5, 5] * 255 - torch.tensor([9.0, 99.0, 199.0])).abs().max() < 2
print((kilobytes("VmHWM:") - before) / 1000)
"""


@linux
@pytest.mark.slow
@pytest.mark.parametrize(("kind", "bound"), [("jpg", 150), ("png", 300)])
def test_a_photograph_of_a_telephone_needs_little_memory(kind, bound, tmp_path):
    """A hundred million pixels as JPEG, nearly fifty as PNG: the bound that load_image states."""
    assert float(python(MEMORY, kind, str(tmp_path))) < bound
