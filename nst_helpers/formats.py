"""Files of pictures: what kind they are, how they are opened, and which cannot be read."""

import contextlib
import importlib
import io
import re
import struct
import threading
import warnings
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from PIL import Image, ImageFile, TiffImagePlugin, UnidentifiedImageError

from nst_helpers.errors import InputError

# Pillow knows more formats, but some start other programs and others are seldom tested.
_FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "TIFF", "BMP", "PPM", "AVIF")
_HEIF_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"}
_JPEG_XL = (
    "is a JPEG XL picture, which is not read here: open it in a picture viewer and save it as PNG "
    "or JPEG."
)
_SVG = (
    "is an SVG drawing, which has no pixels: open it in a browser or a drawing program and export "
    "it as PNG."
)
_RAW = (
    "is a raw file of a camera ({}), of which only a small preview could be read here: develop it "
    "in the camera's program or a photo editor, and save it as JPEG or PNG."
)
_BEGINNINGS = {
    rb"\xff\x0a|\0\0\0\x0cJXL \r\n\x87\n": _JPEG_XL,
    rb"(\xef\xbb\xbf)?\s*(<[?!][^>]*>\s*)*<(svg:)?svg[\s>/]": _SVG,
    rb"FUJIFILMCCD-RAW": _RAW.format("RAF"),
    rb"....ftypcrx ": _RAW.format("CR3"),
    rb"II\*\0....CR": _RAW.format("CR2"),
    rb"IIR[OS]|MMOR": _RAW.format("ORF"),
    rb"IIU\0": _RAW.format("RW2"),
}
# Tags and their values, by their names in the specifications of TIFF and DNG.
_NEW_SUBFILE_TYPE, _IMAGE_WIDTH, _BITS_PER_SAMPLE, _COMPRESSION = 254, 256, 258, 259
_PHOTOMETRIC, _PLANAR_CONFIGURATION, _DNG_VERSION = 262, 284, 50706
_WHITE_IS_ZERO, _YCBCR, _COLOUR_FILTER_ARRAY, _LINEAR_RAW = 0, 6, 32803, 34892
_BY_LIBTIFF = threading.Lock()


def open_picture(file: Path | io.BytesIO) -> ImageFile.ImageFile:
    """Return a file as a PIL image that is verified, and not yet decoded.

    Where a PNG names its colours by the codes of ITU-T H.273, they are its `info["cicp"]`, and
    those of AVIF and HEIF its `info["nclx_profile"]`.

    Args:
        file: a path, or a file in memory.

    Raises:
        InputError: it is of a kind that is known and not read here; the message is the rest of a
            sentence that begins with what the picture is called.
        Exception: it is no picture, or a damaged one.

    Example:
        >>> open_picture(io.BytesIO(b"<svg/>"))
        Traceback (most recent call last):
        nst_helpers.errors.InputError: is an SVG drawing, which has no pixels: open it in a \
browser or a drawing program and export it as PNG.
    """
    in_memory = isinstance(file, io.BytesIO)
    with contextlib.nullcontext(file) if in_memory else open(file, "rb") as opened:
        opened.seek(0)
        head = opened.read(4096)
        tags, codes = _tiff_tags(opened, head), _codes(opened, head)
        opened.seek(0)
    for beginning, words in _BEGINNINGS.items():
        if re.match(beginning, head, re.DOTALL):
            raise InputError(words)
    if _DNG_VERSION in tags:
        raise InputError(_RAW.format("DNG"))
    thumbnail = tags.get(_NEW_SUBFILE_TYPE, 0) & 1
    if thumbnail or tags.get(_PHOTOMETRIC) in (_COLOUR_FILTER_ARRAY, _LINEAR_RAW):
        raise InputError(_RAW.format("such as NEF or ARW"))
    picture = _heif(file) if _is_heif(head) else _by_pillow(file, tags)
    picture.filename = ""  # else Pillow maps a plain file, and a turned TIFF stays turned
    picture.info.update(codes)
    return picture


def grey_as_meant(picture: Image.Image, floats: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return the deep grey of a TIFF by its tags: of 12 bits only, or with 0 for white.

    Args:
        picture: the TIFF; any other picture says nothing.
        floats: its pixels, where 1 is the largest number of 16 bits, or 1 in a file of floats.

    Example:
        >>> grey_as_meant(Image.new("I;16", (20, 30)), np.array([0.25]))
        array([0.25])
    """
    tags = getattr(picture, "tag_v2", {})
    if tags.get(_BITS_PER_SAMPLE) == (12,):
        floats = floats * np.float32(65535 / 4095)
    return 1 - floats if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO else floats


def _by_pillow(file: Path | io.BytesIO, tags: dict[int, Any]) -> ImageFile.ImageFile:
    try:
        with Image.open(file, formats=_FORMATS) as picture:
            picture.verify()  # the check sums of PNG, which decoding ignores
    except UnidentifiedImageError as error:
        if _IMAGE_WIDTH not in tags:
            raise
        bits = " + ".join(map(str, tags.get(_BITS_PER_SAMPLE, ())))
        raise InputError(
            "is a TIFF with pixels of a kind that is not read here (photometric interpretation "
            f"{tags.get(_PHOTOMETRIC)}, {bits} bits): save it as PNG, or as TIFF in RGB with 8 or "
            "16 bits."
        ) from error
    planes = tags.get(_PLANAR_CONFIGURATION) == 2 and max(tags.get(_BITS_PER_SAMPLE, (1,))) > 8
    if tags.get(_COMPRESSION) == 1 and (planes or tags.get(_PHOTOMETRIC) == _YCBCR):
        plugin: Any = TiffImagePlugin
        with _BY_LIBTIFF:  # Pillow's own decoder takes these for something else
            before, plugin.READ_LIBTIFF = plugin.READ_LIBTIFF, True
            try:
                return Image.open(file, formats=_FORMATS)
            finally:
                plugin.READ_LIBTIFF = before
    return Image.open(file, formats=_FORMATS)


def _is_heif(head: bytes) -> bool:
    """Return whether a file is HEIF with pictures in HEVC, unlike AVIF, which begins like it."""
    brands = {head[start : start + 4] for start in range(8, head[3], 4)}
    return head[4:8] == b"ftyp" and bool(brands & _HEIF_BRANDS)


def _heif(file: Path | io.BytesIO) -> ImageFile.ImageFile:
    try:
        pillow_heif = importlib.import_module("pillow_heif")
    except ImportError as error:
        raise InputError(
            "is a HEIC picture, as iPhones make them, and the package that reads it is missing: "
            "run `pip install pillow-heif`, or save the picture as JPEG."
        ) from error
    return pillow_heif.HeifImageFile(file)


def _tiff_tags(file: BinaryIO, head: bytes) -> dict[int, Any]:
    """Return the tags of the first picture of a TIFF, also of one that Pillow cannot open."""
    if head[:4] not in (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"):
        return {}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tags = TiffImagePlugin.ImageFileDirectory_v2(head[: 16 if b"+" in head[:4] else 8])
            file.seek(tags.next)
            tags.load(file)
            return dict(tags)
    except Exception:  # damaged: who decodes it says so
        return {}


def _codes(file: BinaryIO, head: bytes) -> dict[str, Any]:
    """Return the codes of the colours of a PNG or an AVIF, which Pillow passes over, as `info`."""
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        codes = _part(file, 8, b"cICP", counted=0, after=4)
        return {"cicp": tuple(codes[:2])} if len(codes) == 4 else {}
    if head[4:8] == b"ftyp":
        _, _, codes = _part(file, 0, b"meta", counted=8, after=0).partition(b"colrnclx")
        if len(codes) >= 4:
            names = "color_primaries", "transfer_characteristics"
            return {"nclx_profile": dict(zip(names, struct.unpack(">HH", codes[:4]), strict=True))}
    return {}


def _part(file: BinaryIO, start: int, name: bytes, counted: int, after: int) -> bytes:
    """Return what the first part of a file with this name holds, or nothing.

    Each part begins with its length, of which `counted` bytes are its head, and its name; `after`
    bytes follow it.
    """
    file.seek(start)
    while len(head := file.read(8)) == 8:
        length, kind = struct.unpack(">I4s", head)
        if length < counted:
            break
        if kind == name:
            return file.read(length - counted)
        file.seek(length - counted + after, io.SEEK_CUR)
    return b""
