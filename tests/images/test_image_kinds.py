"""Kinds of files: those of phones, cameras and scanners, and those that are not read."""

import io
import struct
import sys
import warnings

import numpy as np
import pytest
from PIL import Image

from nst_helpers import images
from nst_helpers.images import picture_size, read_settings
from outcomes import assert_pixels, assert_refused, case, outcome, refusal
from picture_cases import QUARTERS, encoded, saved, tiff_of
from profiles import DISPLAY_P3, of_light, srgb_light

SMALL = np.zeros((16, 32), np.uint8)


def assert_plain(image, colour, tolerance=1.0):
    assert_pixels(image, np.full((16, 32, 3), colour, float), tolerance)


# Phones -----------------------------------------------------------------------------------------


def heic(picture, **options):
    pillow_heif = pytest.importorskip("pillow_heif")
    if not pillow_heif.libheif_info()["encoders"]:
        pytest.skip("this pillow-heif cannot write")
    file = io.BytesIO()
    pillow_heif.from_pillow(picture).save(file, quality=100, chroma=444, **options)
    return file.getvalue()


def test_a_heic_is_read_with_its_size_colours_and_orientation(tmp_path):
    content = heic(Image.fromarray(QUARTERS))
    (tmp_path / "phone.jpg").write_bytes(content)
    for source in (content, tmp_path / "phone.jpg", io.BytesIO(content)):
        assert_pixels(outcome(source), QUARTERS.astype(float), tolerance=8, every=8)
    assert picture_size(content) == (64, 32) and read_settings(content) is None
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = heic(Image.fromarray(QUARTERS), exif=exif.tobytes())
    assert picture_size(turned) == (32, 64)
    assert_pixels(outcome(turned), np.rot90(QUARTERS, -1).astype(float), tolerance=8, every=8)
    assert_refused(outcome(content[: len(content) // 2]), "bytes")


def test_a_heic_says_what_its_colours_are():
    in_p3 = Image.new("RGB", (32, 16), (151, 52, 24))
    assert_plain(outcome(heic(in_p3)), (151, 52, 24), 4)
    coded = heic(in_p3, color_primaries=12, transfer_characteristic=13)
    assert_plain(outcome(coded), (164, 42, 4), 5)
    in_p3.info["icc_profile"] = of_light(DISPLAY_P3, srgb_light)
    assert_plain(outcome(heic(in_p3)), (164, 42, 4), 5)


def heif_head(major, *brands):
    brands = b"".join([major, bytes(4), *brands])
    return struct.pack(">I", 8 + len(brands)) + b"ftyp" + brands + bytes(40)


@pytest.mark.parametrize("brands", [[b"heic", b"mif1"], [b"mif1", b"heic"], [b"heix"]])
def test_without_its_package_a_heic_names_it(brands, monkeypatch):
    monkeypatch.setitem(sys.modules, "pillow_heif", None)  # as if it was not installed
    for call in (outcome, lambda source: refusal(picture_size, source)):
        words = call(heif_head(*brands))
        assert_refused(words, "HEIC", "`pip install pillow-heif`", "as JPEG")
    assert_pixels(outcome(encoded("png")), QUARTERS.astype(float))


def test_a_photograph_with_more_pictures_behind_it_is_decoded_smaller(monkeypatch):
    """A telephone's JPEG with a map of brightness is an MPO, and as large as any."""
    monkeypatch.setattr(images, "_LARGE", 500)
    picture = Image.new("RGB", (256, 128), (200, 30, 40))
    content = saved(picture, format="MPO", save_all=True, append_images=[Image.new("L", (64, 32))])
    with images._identify(io.BytesIO(content), "The photograph") as opened:
        images._draft(opened, 32)
        assert opened.format == "MPO" and opened.size == (64, 32)
    assert_plain(outcome(content, 32), (200, 30, 40), 3)


# What is not read -------------------------------------------------------------------------------

RGB = {258: [8, 8, 8], 262: 2, 277: 3}
NAMED = {
    "JPEG XL": [b"\xff\x0a\xfa\x1f" + bytes(20), b"\0\0\0\x0cJXL \r\n\x87\n" + bytes(300)],
    "SVG": [
        b"<svg xmlns='http://www.w3.org/2000/svg' width='64' height='64'/>",
        b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- by hand -->\n<svg\nviewBox='0 0 9 9'></svg>",
        b"<!DOCTYPE svg PUBLIC '-//W3C//DTD SVG 1.1//EN' 'svg11.dtd'>\n<svg></svg>",
    ],
    "DNG": [tiff_of({**RGB, 50706: b"\1\4\0\0"}, bytes(3 * 512), order=order) for order in "<>"],
    "NEF": [
        tiff_of({**RGB, 254: 1}, bytes(3 * 512)),
        tiff_of({258: 16, 262: 32803, 277: 1}, bytes(2 * 512)),
    ],
    "CR2": [b"II*\0\x10\0\0\0CR\2\0" + bytes(300)],
    "CR3": [heif_head(b"crx ", b"isom")],
    "RAF": [b"FUJIFILMCCD-RAW 0201" + bytes(300)],
    "ORF": [b"IIRO\x08\0\0\0" + bytes(300)],
    "RW2": [b"IIU\0\x18\0\0\0" + bytes(300)],
}


def test_what_is_not_read_is_named(tmp_path):
    for name, contents in NAMED.items():
        for content in contents:
            with case(name, content):
                (tmp_path / "holiday.jpg").write_bytes(content)
                for source in (tmp_path / "holiday.jpg", content):
                    assert_refused(outcome(source), name, "PNG")
                assert_refused(refusal(picture_size, content), name)


def test_a_page_of_the_web_is_no_drawing():
    for content in (b"<html><svg></svg></html>", b"<?xml version='1.0'?><html><svg/></html>"):
        assert_refused(outcome(content), "is not a picture")


# Scans ------------------------------------------------------------------------------------------


def wide(*numbers, order="<"):
    return struct.pack(f"{order}{len(numbers)}H", *numbers) * 512


def palette(*colours):
    levels = np.zeros((3, 256), int)
    levels[:, : len(colours)] = np.transpose(colours)
    return (levels * 257).ravel().tolist()


WHITE_IS_ZERO, BLACK_IS_ZERO, YCBCR = {262: 0, 277: 1}, {262: 1, 277: 1}, {262: 6, 277: 3}
TIFFS = {
    "white is 0": (tiff_of({**WHITE_IS_ZERO, 258: 8}, bytes([40]) * 512), 215),
    "white is 0, 1 bit": (tiff_of({**WHITE_IS_ZERO, 258: 1}, bytes(64)), 255),
    "white is 0, 16 bits": (tiff_of({**WHITE_IS_ZERO, 258: 16}, wide(40 * 257)), 215),
    "white is 0, floats": (
        tiff_of({**WHITE_IS_ZERO, 258: 32, 339: 3}, struct.pack("<f", 0.25) * 512),
        0.75 * 255,
    ),
    "black is 0, 12 bits": (
        tiff_of({**BLACK_IS_ZERO, 258: 12}, bytes([0xAB, 0xCA, 0xBC]) * 256),
        0xABC / 4095 * 255,
    ),
    "black is 0, 16 bits": (tiff_of({**BLACK_IS_ZERO, 258: 16}, wide(40 * 257)), 40),
    "black is 0, Motorola": (
        tiff_of({**BLACK_IS_ZERO, 258: 16}, wide(40 * 257, order=">"), order=">"),
        40,
    ),
    "RGB": (tiff_of(RGB, bytes([200, 30, 40]) * 512), (200, 30, 40)),
    "RGB, 16 bits": (
        tiff_of({**RGB, 258: [16] * 3}, wide(200 * 257, 30 * 257, 40 * 257)),
        (200, 30, 40),
    ),
    "RGB, planes": (
        tiff_of({**RGB, 284: 2}, *(bytes([level]) * 512 for level in (200, 30, 40))),
        (200, 30, 40),
    ),
    "RGB, planes of 16 bits": (  # whose low bytes are others
        tiff_of({**RGB, 258: [16] * 3, 284: 2}, *(wide(256 * n + 99) for n in (200, 30, 40))),
        (200, 30, 40),
    ),
    "palette": (
        tiff_of({262: 3, 277: 1, 258: 8, 320: palette((9, 9, 9), (200, 30, 40))}, b"\1" * 512),
        (200, 30, 40),
    ),
    "inks": (
        tiff_of({262: 5, 277: 4, 258: [8] * 4}, bytes([0, 255, 102, 51]) * 512),
        (204, 0, 122.4),
    ),
    "YCbCr": (  # full red, by ITU-R 601
        tiff_of({**YCBCR, 258: [8] * 3, 530: [1, 1]}, bytes([76, 85, 255]) * 512),
        (254, 0, 0),
    ),
    "YCbCr, four to one": (
        tiff_of({**YCBCR, 258: [8] * 3}, bytes([76, 76, 76, 76, 85, 255]) * 128),
        (254, 0, 0),
    ),
    "Lab": (tiff_of({262: 8, 277: 3, 258: [8] * 3}, bytes([137, 0, 0]) * 512), 128),
}


def test_every_meaning_that_a_tiff_gives_to_numbers(tmp_path):
    for name, (content, expected) in TIFFS.items():
        with case(name):
            (tmp_path / "scan.tiff").write_bytes(content)
            assert_plain(outcome(tmp_path / "scan.tiff"), expected, 1.6)
            assert_plain(outcome(content), expected, 1.6)


def test_a_tiff_that_cannot_be_read_says_why():
    for tags, pixels in (
        ({262: 8, 277: 3, 258: [16] * 3}, wide(1, 2, 3)),
        ({262: 9, 277: 3, 258: [8] * 3}, bytes(3 * 512)),
        ({262: 2, 277: 3, 258: [32] * 3, 339: [3] * 3}, bytes(12 * 512)),
    ):
        with case(tags):
            words = outcome(tiff_of(tags, pixels))
            assert_refused(words, f"photometric interpretation {tags[262]}", "save it as PNG")


def test_a_scan_with_a_profile():
    """Of 16 bits, Pillow gives the upper 8, which are then converted."""
    profile = of_light(DISPLAY_P3, srgb_light)
    content = tiff_of({**RGB, 258: [16] * 3, 34675: profile}, wide(151 * 257, 52 * 257, 24 * 257))
    assert_plain(outcome(content), (164, 42, 4), 2)


# Shapes -----------------------------------------------------------------------------------------


def told_by(source, size):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        image = images.load_image(source, size)
    assert {one.filename for one in told} <= {__file__}
    return image, [str(one.message) for one in told]


def test_a_long_and_thin_picture_says_how_little_is_left():
    screenshot = Image.new("RGB", (120, 2520), (200, 30, 40))
    image, (words,) = told_by(screenshot, 512)
    assert image.shape == (1, 3, 512, 24) and "has 24 pixels" in words and "size 2688" in words
    image, told = told_by(screenshot, 2688)
    assert image.shape == (1, 3, 2688, 128) and not told
    assert_pixels(image, np.full((2688, 128, 3), (200, 30, 40), float), 0.01)


def test_a_tiny_picture_says_how_much_it_is_enlarged():
    image, (words,) = told_by(Image.new("RGB", (40, 30), (200, 30, 40)), 480)
    assert "is 40 x 30 pixels and is enlarged 12 times" in words and "blurred" in words
    assert_pixels(image, np.full((360, 480, 3), (200, 30, 40), float), 0.01)


def test_usual_pictures_are_taken_in_silence():
    for source, size in (("cat", 64), ("cat", 1024), ("night_sky", 24), (QUARTERS, None),
                         (QUARTERS, 255), (Image.new("RGB", (2000, 260)), 512)):  # fmt: skip
        with case(source, size):
            assert not told_by(source, size)[1]
