"""Files of pictures: formats, damage, modes and orientations."""

import struct
import zlib

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms, ImageFile

from outcomes import assert_pixels, assert_refused, case, outcome
from picture_cases import (
    FILES,
    QUARTERS,
    assert_quarters,
    chunk,
    encoded,
    png_header,
    png_of,
    saved,
)

# Formats ----------------------------------------------------------------------------------------


def test_the_same_picture_from_every_source(tmp_path):
    pixels = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)
    picture, path = Image.fromarray(pixels), tmp_path / "a.png"
    picture.save(path)
    expected = torch.from_numpy(pixels / np.float32(255)).permute(2, 0, 1)[None]
    sources = [pixels, pixels / 255, picture, path, str(path), path.read_bytes(), expected]
    for source in sources:
        with case(source):
            torch.testing.assert_close(outcome(source), expected)


def test_every_format_is_read(tmp_path):
    for kind in FILES:
        with case(kind):
            (tmp_path / "no_ending").write_bytes(encoded(kind))
            assert_quarters(outcome(tmp_path / "no_ending"))


def test_the_ending_of_a_name_says_nothing(tmp_path):
    for name in ("right.jpeg", "wrong.txt", "wrong.png", "wrong.jpg"):
        with case(name):
            (tmp_path / name).write_bytes(encoded("png" if name == "wrong.jpg" else "jpeg"))
            assert_quarters(outcome(tmp_path / name))


def test_of_several_pictures_the_first():
    first = Image.fromarray(QUARTERS)
    others = [Image.new("RGB", first.size, colour) for colour in ("black", "white")]
    options = {"WEBP": {"lossless": True}, "MPO": {"quality": 95, "subsampling": 0}}
    for kind in ("GIF", "PNG", "WEBP", "TIFF", "MPO"):
        with case(kind):
            several = {"save_all": True, "append_images": others, **options.get(kind, {})}
            assert_quarters(outcome(saved(first, format=kind, **several)))


# Damage -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("share", [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9])
def test_a_file_that_is_cut_off(tmp_path, share):
    for kind in FILES:
        with case(kind):
            content = encoded(kind)
            (tmp_path / "cut").write_bytes(content[: int(share * len(content))])
            assert_refused(outcome(tmp_path / "cut"), "cut'")


def test_only_the_mark_of_the_end_may_be_missing():
    marks = {"png": 4, "png-stored": 4, "gif": 2}  # so many bytes at the end say nothing of pixels
    for kind in FILES:
        for lost in (1, 2, 4, 8):
            with case(kind, lost):
                result = outcome(encoded(kind)[:-lost])
                if lost <= marks.get(kind, 0):
                    assert_quarters(result)
                else:
                    assert_refused(result, "bytes")


@pytest.mark.parametrize("kind", FILES)
def test_files_with_flipped_bits(kind):
    content = encoded(kind)
    for position in np.random.default_rng(1).integers(0, 8 * len(content), 60):
        flipped = bytearray(content)
        flipped[position // 8] ^= 1 << position % 8
        with case(int(position)):
            result = outcome(bytes(flipped))
            if torch.is_tensor(result) and kind.startswith("png"):  # the one with check sums
                assert_pixels(result, QUARTERS)


NO_PICTURES = {
    "nothing": b"",
    "zeros": b"\0" * 1000,
    "text": b"This is my homework.",
    "html": b"<!doctype html><html><body><img src='cat.png'></body></html>",
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


def test_what_is_no_picture(tmp_path):
    path = tmp_path / "holiday.jpg"
    for name, content in NO_PICTURES.items():
        with case(name):
            path.write_bytes(content)
            assert_refused(outcome(path), "holiday.jpg", "is not a picture")
            assert_refused(outcome(content), f"{len(content)} bytes", "is not a picture")


BOMBS = {
    "png-81-million": png_of(9000, 9000),
    "png-90-million": png_of(10_000, 9_000),
    "png-400-million": png_of(20_000, 20_000),
    "png-endless": png_of(2**31 - 1, 2**31 - 1),
    "gif": b"GIF89a" + struct.pack("<HH", 65535, 65535) + b"\0\0\0,\0\0\0\0\xff\xff\xff\xff\0\x08",
    "bmp": b"BM" + struct.pack("<IIIIiiHHIIIIII", 54, 0, 54, 40, 60_000, 60_000, 1, 24, *[0] * 6),
    "webp": b"RIFF\x1e\0\0\0WEBPVP8L\x11\0\0\0\x2f"
    + struct.pack("<I", 16382 | 16382 << 14)  # each side less one, in 14 bits
    + bytes(13),
    "ppm": b"P6 60000 60000 255\n",
}


def test_a_header_that_claims_too_many_pixels_is_not_believed(monkeypatch):
    decoded = []
    monkeypatch.setattr(ImageFile.ImageFile, "load", lambda file: decoded.append(file))
    for name, content in BOMBS.items():
        with case(name):
            assert_refused(outcome(content), "bytes has more than 80 million pixels")
    assert not decoded
    outcome(encoded("bmp"))
    assert decoded, "this test looks at the wrong function"


def test_a_picture_that_does_not_fit_into_the_memory(monkeypatch):
    def crop(*_):
        raise MemoryError

    monkeypatch.setattr(Image.Image, "crop", crop)
    assert_refused(outcome(encoded("png")), "bytes", "does not fit into the memory: make it small")


# Modes ------------------------------------------------------------------------------------------

RED = (200, 30, 40)
GREY = (82, 82, 82)  # the same, by ITU-R 601: 0.299, 0.587, 0.114
MODES = {  # what becomes of a red pixel, and how far it may be off; 1 is dithered
    "1": (np.zeros(3), 255), "L": (GREY, 1), "LA": (GREY, 1), "La": (GREY, 1), "P": (RED, 0),
    "PA": (RED, 0), "RGB": (RED, 0), "RGBA": (RED, 0), "RGBa": (RED, 0), "RGBX": (RED, 0),
    "CMYK": (RED, 1), "YCbCr": (RED, 2), "LAB": (RED, 6), "HSV": (RED, 4),
}  # fmt: skip


def in_mode(mode):
    picture = Image.new("RGB", (24, 16), RED)
    between = {"LA": ["L"], "La": ["L", "LA"], "PA": ["P"], "RGBa": ["RGBA"]}
    for step in [*between.get(mode, []), mode]:
        if step == "LAB":
            srgb, lab = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
            picture = ImageCms.profileToProfile(picture, srgb, lab, outputMode="LAB")
        else:
            picture = picture.quantize(4) if step == "P" else picture.convert(step)
    assert picture.mode == mode
    return picture


def assert_red(image, mode, more=0):
    expected, tolerance = MODES[mode]
    assert_pixels(image, np.broadcast_to(expected, (16, 24, 3)).astype(float), tolerance + more)
    if mode == "1":
        assert set(image.unique().tolist()) == {0, 1}
        assert image.mean() == pytest.approx(GREY[0] / 255, abs=0.1)


def test_a_picture_of_every_mode():
    for mode in MODES:
        with case(mode):
            assert_red(outcome(in_mode(mode)), mode)


def test_a_file_of_every_mode():
    kinds = {"PNG": ["1", "LA", "P", "RGBA"], "JPEG": ["L", "CMYK", "YCbCr"], "GIF": ["P"],
             "WEBP": ["RGBA"], "TIFF": ["RGBA", "CMYK", "LAB"]}  # fmt: skip
    options = {"WEBP": {"lossless": True}, "JPEG": {"quality": 95}}
    for kind, modes in kinds.items():
        for mode in modes:
            with case(kind, mode):
                content = saved(in_mode(mode), format=kind, **options.get(kind, {}))
                assert_red(outcome(content), mode, more=3)


def test_a_picture_of_deep_grey():
    for mode, dtype, white, *kinds in (
        ("I", "i4", 65535, "TIFF"),
        ("I;16", "<u2", 65535, "TIFF", "PNG"),
        ("I;16B", ">u2", 65535, "TIFF"),
        ("F", "f4", 1, "TIFF"),
    ):
        ramp = np.linspace(0, white, 24 * 16).reshape(16, 24).astype(dtype)
        picture = Image.frombytes(mode, (24, 16), ramp.tobytes())
        expected = np.repeat(ramp.astype(float)[..., None] / white * 255, 3, axis=2)
        for source in [picture, *(saved(picture, format=kind) for kind in kinds)]:
            with case(mode, source):
                assert_pixels(outcome(source), expected)


def test_deep_grey_out_of_range():
    for mode in ("I", "F"):
        for value in (-1, 70000):
            with case(mode, value):
                picture = Image.new(mode, (24, 16), value)
                assert_refused(outcome(picture), "PIL image", "scale it first")


def test_what_is_transparent_is_white():
    clear = Image.new("RGBA", (24, 16), (*RED, 0))
    for name, source in {
        "picture": clear,
        "png": saved(clear, format="PNG"),
        "gif": saved(clear, format="GIF"),
        "palette": saved(in_mode("P"), format="PNG", transparency=0),
        "LA": saved(Image.new("LA", (24, 16), (9, 0)), format="PNG"),
    }.items():
        with case(name):
            assert (outcome(source) == 1).all()


# Orientations -----------------------------------------------------------------------------------

TURNED = {  # 1 to 8 are all that there are
    0: QUARTERS, 1: QUARTERS, 2: QUARTERS[:, ::-1], 3: QUARTERS[::-1, ::-1], 4: QUARTERS[::-1],
    5: QUARTERS.transpose(1, 0, 2), 6: np.rot90(QUARTERS, -1),
    7: QUARTERS[::-1, ::-1].transpose(1, 0, 2), 8: np.rot90(QUARTERS), 9: QUARTERS, 65535: QUARTERS,
}  # fmt: skip


def turned(kind, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    return outcome(saved(Image.fromarray(QUARTERS), exif=exif, **FILES[kind]))


def test_every_orientation_is_applied():
    for orientation, expected in TURNED.items():
        with case(orientation):
            assert_quarters(turned("jpeg", orientation), expected)


def test_every_format_that_has_an_orientation():
    for kind in ("jpeg", "png", "webp-lossless", "tiff"):
        with case(kind):
            assert_quarters(turned(kind, 6), TURNED[6])


def test_damaged_exif_is_passed_over():
    for rest in (b"", b"II*\0\xff\xff\xff\xff", b"MM\0*\0\0\0\x08\xff\xff"):
        with case(rest):
            exif = b"Exif\0\0" + rest
            assert_quarters(outcome(saved(Image.fromarray(QUARTERS), exif=exif, **FILES["jpeg"])))
