"""What a picture's numbers mean, as its file says, and how they become those of sRGB."""

import io
import struct
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from PIL import ExifTags, Image, ImageCms

from nst_helpers.errors import reason

# Takes pixels of the mode of a picture, and returns them in sRGB.
ToSRGB: TypeAlias = Callable[[Image.Image], Image.Image]

_D50 = (0.9642, 1.0, 0.8249)  # the white of every profile, as X, Y and Z
_BRADFORD = np.array(
    [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]]
)
_D65 = (0.3127, 0.3290)
# The chromaticities x and y of white, red, green and blue.
_SRGB = (*_D65, 0.64, 0.33, 0.30, 0.60, 0.15, 0.06)
_PROPHOTO = (0.3457, 0.3585, 0.7347, 0.2653, 0.1596, 0.8404, 0.0366, 0.0001)
_ADOBE_RGB = (*_D65, 0.64, 0.33, 0.21, 0.71, 0.15, 0.06)
# A curve from numbers to light: an exponent alone, or that of sRGB, which begins as a line.
_SRGB_CURVE = (2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045)
_ADOBE_CURVE = (563 / 256,)
# The codes of ITU-T H.273, which PNG, AVIF and HEIF share.
_CODED_COLOURS = {
    1: _SRGB,
    5: (*_D65, 0.64, 0.33, 0.29, 0.60, 0.15, 0.06),
    6: (*_D65, 0.63, 0.34, 0.31, 0.595, 0.155, 0.07),
    9: (*_D65, 0.708, 0.292, 0.170, 0.797, 0.131, 0.046),  # BT.2020
    12: (*_D65, 0.68, 0.32, 0.265, 0.69, 0.15, 0.06),  # Display P3
}
_CODED_CURVES = {4: (2.2,), 5: (2.8,), 8: (1.0,)}  # of others, viewers take the curve of sRGB
_HDR_CURVES = (16, 18)
_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}  # of profiles, in Pillow's words


def _profile(name: str, chromaticities: tuple[float, ...], curve: tuple[float, ...]) -> bytes:
    """Return an ICC profile (version 4.3) of three colours of light.

    Args:
        name: what programs call it.
        chromaticities: x and y of white, red, green and blue.
        curve: an exponent, or the five parameters of a curve that begins as a line.
    """
    x, y = np.array(chromaticities, float).reshape(4, 2).T
    white, *lights = np.stack([x / y, np.ones(4), (1 - x - y) / y]).T
    lights = np.transpose(lights)
    lights = lights * np.linalg.solve(lights, white)
    # Bradford's adaptation of the eye to another white.
    adapted = np.diag(_BRADFORD @ _D50 / (_BRADFORD @ white)) @ _BRADFORD
    adaptation = np.linalg.solve(_BRADFORD, adapted)

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(65536 * value) for value in values))

    def text(words: str) -> bytes:
        encoded = words.encode("utf-16-be")
        return (
            struct.pack(">4s4x2I2s2s2I", b"mluc", 1, 12, b"en", b"US", len(encoded), 28) + encoded
        )

    light = struct.pack(">4s4xH2x", b"para", 3 if len(curve) > 1 else 0) + fixed(*curve)
    tags = {
        b"desc": text(name),
        b"cprt": text("CC0"),
        b"wtpt": b"XYZ \0\0\0\0" + fixed(*_D50),
        b"chad": b"sf32\0\0\0\0" + fixed(*adaptation.ravel()),
        **dict.fromkeys((b"rTRC", b"gTRC", b"bTRC"), light),
    }
    for tag, column in zip((b"rXYZ", b"gXYZ", b"bXYZ"), (adaptation @ lights).T, strict=True):
        tags[tag] = b"XYZ \0\0\0\0" + fixed(*column)
    table, body, places = b"", b"", {}
    for tag, content in tags.items():
        if content not in places:  # the three curves are one
            places[content] = 128 + 4 + 12 * len(tags) + len(body)
            body += content + bytes(-len(content) % 4)
        table += struct.pack(">4s2I", tag, places[content], len(content))
    body = struct.pack(">I", len(tags)) + table + body
    date = (2000, 1, 1, 0, 0, 0)  # always the same, so that the same picture is the same file
    header = struct.pack(
        ">I4xI12s6H4s", 128 + len(body), 0x04300000, b"mntrRGB XYZ ", *date, b"acsp"
    )
    return (header + bytes(28) + fixed(*_D50)).ljust(128, b"\0") + body


SRGB = _profile("sRGB", _SRGB, _SRGB_CURVE)
PROPHOTO = _profile("ProPhoto RGB", _PROPHOTO, (1.8,))


def to_srgb(picture: Image.Image) -> tuple[ToSRGB | None, str | None]:
    """Return what converts the colours of a picture to sRGB, and what a reader should be told.

    What a file says is looked for in this order: the codes of a PNG, a colour profile, the other
    words of a PNG, the codes of AVIF and HEIF, and the EXIF data of a camera. Rendering is
    perceptual, as `PIL.ImageCms` does it by default, in 8 bits.

    Args:
        picture: as Pillow opened it, decoded or not; `info["cicp"]` and `info["nclx_profile"]`,
            where they are, name its colours and curve by the codes of ITU-T H.273.

    Returns:
        A function from a PIL image of the same kind, or a part of it, to one of mode RGB; None
        where the numbers are sRGB already, or nothing is known. Then the rest of a sentence that
        begins with the picture, about a profile that cannot be used, or None.

    Example:
        >>> to_srgb(Image.new("RGB", (20, 30)))
        (None, None)
        >>> photo = Image.new("RGB", (20, 30), (147, 54, 23))
        >>> photo.info["cicp"] = (12, 13)  # Display P3
        >>> to_srgb(photo)[0](photo).getpixel((0, 0))
        (159, 45, 2)
    """
    if picture.mode == "LAB":  # means the same in every file
        return None, None
    try:
        profile = _meant(picture)
        if profile is None or profile == SRGB:
            return None, None
        return _conversion(profile, picture.mode), None
    except Exception as error:  # of a file by strangers, in several libraries
        return None, (
            f"says in a way that cannot be used what its colours are ({reason(error)}): they are "
            "taken as sRGB and may look dull or wrong. Save it as sRGB to be sure."
        )


def _meant(picture: Image.Image) -> bytes | None:
    """Return the ICC profile that a picture has, or that says the same as its file."""
    info = picture.info
    if "cicp" in info:
        return _coded(*info["cicp"])
    if info.get("icc_profile"):
        return info["icc_profile"]
    if "srgb" in info:
        return SRGB
    if info.get("gamma") or "chromaticity" in info:
        gamma, lights = info.get("gamma") or 1 / 2.2, info.get("chromaticity", _SRGB)
        # Who writes 1 / 2.2 and the lights of sRGB, or none, means its curve, which is near it.
        srgb = abs(2.2 * gamma - 1) < 0.05 and np.allclose(lights, _SRGB, atol=0.002)
        return SRGB if srgb else _profile("PNG", lights, (1 / gamma,))
    if "nclx_profile" in info:
        codes = info["nclx_profile"]
        return _coded(codes["color_primaries"], codes["transfer_characteristics"])
    exif = picture.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    if ExifTags.IFD.Interop in camera:
        camera = {**camera, **exif.get_ifd(ExifTags.IFD.Interop)}
    names_adobe = str(camera.get(ExifTags.Interop.InteropIndex, "")).startswith("R03")
    if names_adobe or camera.get(ExifTags.Base.ColorSpace) == 2:
        return _profile("Adobe RGB (1998)", _ADOBE_RGB, _ADOBE_CURVE)
    return None


def _coded(colours: int, curve: int) -> bytes | None:
    if curve in _HDR_CURVES:
        raise ValueError("it is HDR, with more light than a screen has")
    if colours not in _CODED_COLOURS:
        return None
    return _profile("H.273", _CODED_COLOURS[colours], _CODED_CURVES.get(curve, _SRGB_CURVE))


def _conversion(profile: bytes, mode: str) -> ToSRGB | None:
    """Return what a profile makes of a picture of this mode; None where it changes nothing."""
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    space = source.profile.xcolor_space.strip()
    has = "CMYK" if mode == "CMYK" else "GRAY" if mode[0] in "1LIF" else "RGB"
    if space != has and (space, has) != ("RGB", "GRAY"):
        raise ValueError(f"the profile is for {space}, the picture is {has}")
    into = ImageCms.ImageCmsProfile(io.BytesIO(SRGB))
    # Else LittleCMS reads a curve of grey at 33 places, and dark levels may be off by ten.
    flags = ImageCms.Flags.NOOPTIMIZE if space == "GRAY" else ImageCms.Flags.NONE
    transform = ImageCms.buildTransform(source, into, _MODES[space], "RGB", flags=flags)

    def convert(pixels: Image.Image) -> Image.Image:
        return transform.apply(pixels.convert(_MODES[space]))

    if space == "CMYK":
        return convert
    levels = np.linspace(0, 255, 9 if space == "RGB" else 256).round().astype(np.uint8)
    every = np.stack(np.meshgrid(*[levels] * 3), -1) if space == "RGB" else levels
    before = Image.fromarray(every.reshape(1, -1, 3) if space == "RGB" else levels[None])
    away = np.asarray(before.convert("RGB"), int) - np.asarray(convert(before))
    return convert if np.abs(away).max() > 1 else None  # within a level, it is sRGB itself


def deep_grey(values: np.ndarray[Any, Any], convert: ToSRGB) -> np.ndarray[Any, Any]:
    """Return grey of more than 8 bits in sRGB: the curve is read at 256 levels, and between them.

    Args:
        values: floats in [0, 1], of any shape.
        convert: from `to_srgb`.

    Example:
        >>> photo = Image.new("L", (20, 30))
        >>> photo.info["gamma"] = 1.0
        >>> deep_grey(np.array([0.0, 0.214, 1.0]), to_srgb(photo)[0]).round(2).tolist()
        [0.0, 0.5, 1.0]
    """
    ramp = np.arange(256, dtype=np.uint8)[None]
    curve = np.asarray(convert(Image.fromarray(ramp)))[0, :, 1]
    return np.interp(values, ramp[0] / 255, curve / 255).astype(values.dtype)
