"""What a file says of its colours: profiles, the words of formats, and cameras."""

import io
import warnings

import numpy as np
import pytest
import torch
from PIL import ExifTags, Image, ImageCms, features

from nst_helpers import images, load_image, save_image
from outcomes import assert_pixels, case, outcome
from picture_cases import QUARTERS, chunk, saved
from profiles import ADOBE_RGB, DISPLAY_P3, PROPHOTO, SRGB, of_grey, of_inks, of_light, srgb_light

P3 = of_light(DISPLAY_P3, srgb_light)
ADOBE = of_light(ADOBE_RGB, lambda level: level ** (563 / 256))
LINEAR_GREY = of_grey(lambda level: level)
# One orange in several spaces, as `PIL.ImageCms` converts it.
ORANGE, IN_P3, IN_ADOBE, IN_PROPHOTO = (164, 42, 4), (151, 52, 24), (141, 46, 16), (106, 52, 20)


def plain(colour, mode="RGB"):
    return Image.new(mode, (32, 16), colour)


def assert_plain(image, colour, tolerance=1.0):
    assert_pixels(image, np.full((16, 32, 3), colour, float), tolerance)


def of_light_level(light):
    """Return the number of sRGB, of 255, for light in [0, 1]."""
    low = light <= 0.0031308
    return 255 * np.where(low, 12.92 * light, 1.055 * np.maximum(light, 1e-9) ** (1 / 2.4) - 0.055)


def png_with(picture, *chunks):
    """Return a picture as PNG with more chunks behind its header."""
    content = saved(picture, format="PNG")
    return content[:33] + b"".join(chunk(*one) for one in chunks) + content[33:]


def told_by(source, size=None):
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always")
        load_image(source, size)
    assert {one.filename for one in told} <= {__file__}
    return [str(one.message) for one in told]


# Profiles ---------------------------------------------------------------------------------------

FORMATS = {
    "PNG": {},
    "JPEG": {"quality": 100, "subsampling": 0},
    "WEBP": {"lossless": True},
    "TIFF": {},
    "AVIF": {"quality": 100, "subsampling": "4:4:4"},
}


def test_a_profile_is_applied_in_every_format():
    for kind, options in FORMATS.items():
        if kind != "AVIF" or features.check("avif"):
            with case(kind):
                content = saved(plain(IN_P3), format=kind, icc_profile=P3, **options)
                assert_plain(outcome(content), ORANGE, 3)


def test_every_space_of_light_and_every_mode():
    prophoto = of_light(PROPHOTO, lambda level: level**1.8)
    for colour, profile in ((IN_P3, P3), (IN_ADOBE, ADOBE), (IN_PROPHOTO, prophoto)):
        picture = plain(colour)
        picture.info["icc_profile"] = profile
        for mode in ("RGB", "RGBA", "RGBX", "P"):
            with case(colour, mode):
                converted = picture.quantize(2) if mode == "P" else picture.convert(mode)
                assert converted.info["icc_profile"]
                assert_plain(outcome(converted), ORANGE, 2)


def test_what_is_transparent_lies_on_the_white_of_srgb():
    half = saved(plain((*IN_P3, 102), "RGBA"), format="PNG", icc_profile=P3)
    assert_plain(outcome(half), 0.4 * np.array(ORANGE) + 0.6 * 255, 2)
    clear = saved(plain((*IN_P3, 0), "RGBA"), format="PNG", icc_profile=P3)
    assert (outcome(clear) == 1).all()


def test_grey_by_its_profile():
    expected = of_light_level(np.array(55 / 255))
    assert_plain(outcome(saved(plain(55, "L"), format="PNG", icc_profile=LINEAR_GREY)), expected)
    clear = plain((55, 255), "LA")
    assert_plain(outcome(saved(clear, format="PNG", icc_profile=LINEAR_GREY)), expected)
    grey = saved(plain(55, "L"), format="JPEG", icc_profile=ADOBE)  # a profile of light for grey
    assert_plain(outcome(grey), of_light_level(np.array((55 / 255) ** (563 / 256))), 2)


def test_deep_grey_by_its_profile():
    light = np.linspace(0, 1, 32 * 16).reshape(16, 32)
    numbers = Image.fromarray((light * 65535).round().astype(np.uint16))
    for kind in ("PNG", "TIFF"):
        with case(kind):
            image = outcome(saved(numbers, format=kind, icc_profile=LINEAR_GREY))
            assert_pixels(image, np.repeat(of_light_level(light)[..., None], 3, 2), 1.5)
            assert len(image.unique()) > 400  # it is not brought down to 8 bits


def test_inks_with_and_without_a_profile():
    def lab(cyan, magenta, yellow, black):
        return 100 - 90 * max(black, (cyan + magenta + yellow) / 3), 0, 60 * yellow

    profile = of_inks(lab)
    for colour in ((0, 0, 0, 0), (0, 0, 255, 0), (0, 0, 0, 255), (90, 20, 60, 10)):
        picture = plain(colour, "CMYK")
        right = ImageCms.profileToProfile(
            picture, io.BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        ).getpixel((0, 0))
        for kind in ("TIFF", "JPEG"):
            with case(colour, kind):
                options = {"quality": 100} if kind == "JPEG" else {}
                assert_plain(outcome(saved(picture, format=kind, **options, icc_profile=profile)),
                             right, 3)  # fmt: skip
                assert_plain(outcome(saved(picture, format=kind, **options)),
                             picture.convert("RGB").getpixel((0, 0)), 3)  # fmt: skip


def test_bands_have_no_seams_and_one_transform(monkeypatch):
    built = []
    build = ImageCms.buildTransform
    monkeypatch.setattr(images, "_LARGE", 500)
    monkeypatch.setattr(
        ImageCms, "buildTransform", lambda *a, **b: built.append(a) or build(*a, **b)
    )
    pixels = np.random.default_rng(0).integers(0, 256, (96, 128, 3), dtype=np.uint8)
    picture = Image.fromarray(pixels)
    right = ImageCms.profileToProfile(
        picture, io.BytesIO(P3), ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
    built.clear()
    image = outcome(saved(picture, format="PNG", icc_profile=P3))
    assert_pixels(image, np.asarray(right, float), 2)
    assert len(built) == 1


def test_a_large_jpeg_keeps_its_profile_when_it_is_decoded_smaller(monkeypatch):
    monkeypatch.setattr(images, "_LARGE", 500)
    picture = Image.new("RGB", (256, 128), IN_P3)
    content = saved(picture, format="JPEG", quality=100, icc_profile=P3)
    assert_plain(outcome(content, 32), ORANGE, 3)


def test_srgb_is_left_as_it_is():
    """Also where a profile says it, which others wrote with small differences."""
    pixels = np.random.default_rng(0).integers(0, 256, (16, 32, 3), dtype=np.uint8)
    theirs = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    nearly = of_light(np.multiply(SRGB, 0.995), srgb_light)
    for profile in (theirs, of_light(SRGB, srgb_light), nearly):
        image = outcome(saved(Image.fromarray(pixels), format="PNG", icc_profile=profile))
        assert_pixels(image, pixels.astype(float))


@pytest.mark.parametrize("profile", [b"", b"no profile", P3[:200], P3[:16] + b"5CLR" + P3[20:]])
def test_a_broken_profile_is_told_of_once(profile, monkeypatch):
    monkeypatch.setattr(images, "_LARGE", 500)  # in several bands
    content = saved(Image.fromarray(QUARTERS), format="JPEG", icc_profile=profile)
    told = told_by(content)
    assert len(told) == bool(profile)
    assert all("cannot be used" in one and "Save it as sRGB" in one for one in told)
    picture = Image.fromarray(QUARTERS)
    picture.info["icc_profile"] = profile
    assert_pixels(outcome(picture), QUARTERS.astype(float))


def test_a_profile_for_other_numbers_is_told_of():
    for picture, profile in ((plain(ORANGE), LINEAR_GREY), (plain((0, 0, 0, 9), "CMYK"), P3)):
        picture.info["icc_profile"] = profile
        (words,) = told_by(picture)
        assert "the profile is for" in words


# What formats and cameras say -------------------------------------------------------------------


def big(*numbers):
    return b"".join(round(number).to_bytes(4, "big") for number in numbers)


def gamma(value):
    return b"gAMA", big(100_000 * value)


ADOBE_LIGHTS = b"cHRM", big(31270, 32900, 64000, 33000, 21000, 71000, 15000, 6000)


def test_what_a_png_says_in_words_of_its_own():
    linear = of_light_level(np.array(IN_P3) / 255)
    for colour, expected, *chunks in (
        (IN_P3, linear, gamma(1)),
        (IN_P3, IN_P3, gamma(1 / 2.2)),
        (IN_P3, IN_P3, (b"sRGB", b"\0"), gamma(1)),
        (IN_ADOBE, ORANGE, gamma(256 / 563), ADOBE_LIGHTS),
        (IN_P3, ORANGE, (b"cICP", b"\x0c\x0d\0\1")),
        (IN_P3, IN_P3, (b"cICP", b"\x01\x0d\0\1")),
        (IN_P3, ORANGE, (b"cICP", b"\x0c\x0d\0\1"), gamma(1)),
    ):
        with case(expected, chunks):
            assert_plain(outcome(png_with(plain(colour), *chunks)), expected, 2)


def test_the_first_word_of_a_png_counts():
    content = saved(plain(IN_P3), format="PNG", icc_profile=P3)
    content = content[:33] + chunk(*gamma(1)) + content[33:]
    assert_plain(outcome(content), ORANGE, 2)  # the profile, and not the curve as well
    content = saved(plain(IN_P3), format="PNG", icc_profile=LINEAR_GREY)
    content = content[:33] + chunk(b"cICP", b"\x0c\x0d\0\1") + content[33:]
    assert_plain(outcome(content), ORANGE, 2)
    assert not told_by(content)


@pytest.mark.skipif(not features.check("avif"), reason="needs AVIF")
def test_what_an_avif_says_in_codes():
    content = saved(plain(IN_P3), format="AVIF", quality=100, subsampling="4:4:4")
    assert_plain(outcome(content), IN_P3, 3)
    place = content.index(b"colrnclx") + 8
    coded = content[:place] + b"\0\x0c\0\x0d" + content[place + 4 :]
    assert_plain(outcome(coded), ORANGE, 3)
    hdr = content[:place] + b"\0\x09\0\x10" + content[place + 4 :]
    (words,) = told_by(hdr)
    assert "HDR" in words


@pytest.mark.parametrize("space", [1, 2, 65535])
@pytest.mark.parametrize("rule", [None, "R98", "R03"])
def test_what_a_camera_says(space, rule):
    exif = Image.Exif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.ColorSpace] = space
    if rule:
        camera[ExifTags.IFD.Interop] = {1: rule}
    adobe = space == 2 or rule == "R03"
    for profile in (None, P3):
        content = saved(plain(IN_ADOBE), format="JPEG", quality=100, exif=exif, icc_profile=profile)
        picture = plain(IN_ADOBE)
        picture.info["icc_profile"] = P3
        by_profile = outcome(picture)[0, :, 0, 0].numpy() * 255
        assert_plain(outcome(content), by_profile if profile else ORANGE if adobe else IN_ADOBE, 3)


# What is saved ----------------------------------------------------------------------------------


def load_profile(content):
    return Image.open(io.BytesIO(content)).info["icc_profile"]


def test_what_is_saved_says_that_it_is_srgb(tmp_path):
    image = load_image(QUARTERS)
    right = ImageCms.createProfile("sRGB")
    every = Image.fromarray(np.arange(256 * 48, dtype=np.uint8).reshape(-1, 64, 3))
    for ending in ("png", "jpg", "jpeg", "webp", "tiff"):
        with case(ending):
            for name in ("a", "b"):
                save_image(image, tmp_path / f"{name}.{ending}")
            content = (tmp_path / f"a.{ending}").read_bytes()
            assert content == (tmp_path / f"b.{ending}").read_bytes()
            profile = load_profile(content)
            assert len(profile) < 1000
            assert profile[24:36] == np.array([2000, 1, 1, 0, 0, 0], ">u2").tobytes()  # no clock
            opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            assert "sRGB" in ImageCms.getProfileDescription(opened)
            same = ImageCms.profileToProfile(every, opened, right)
            assert np.abs(np.asarray(same, int) - np.asarray(every)).max() <= 1
            assert not told_by(content)


def test_a_picture_is_converted_once(tmp_path):
    first = outcome(saved(plain(IN_P3), format="PNG", icc_profile=P3))
    save_image(first, tmp_path / "a.png", {"content": "phone.jpg"})
    again = outcome(tmp_path / "a.png")
    assert torch.equal(again, first) and images.read_settings(tmp_path / "a.png")
