"""The painting of the museum as other people's files have it."""

import io

import numpy as np
from PIL import Image, ImageCms

from nst_helpers.colours import PROPHOTO, SRGB

GREEN = 0, 177, 64  # of a screen before which people are filmed


def cut_out(path: str) -> io.BytesIO:
    """Return a picture as a PNG of which only an ellipse is opaque, and the rest green beneath.

    Programs that cut things out make a background transparent and leave its colour in the file.

    Example:
        >>> from nst_helpers import gallery
        >>> Image.open(cut_out(gallery()["night_sky"].path)).getpixel((0, 0))
        (0, 177, 64, 0)
    """
    picture = Image.open(path).convert("RGB")
    rows, columns = (np.linspace(-1, 1, side) for side in picture.size[::-1])
    inside = np.hypot(rows[:, None], columns) < 0.94
    levels = np.where(inside[..., None], np.asarray(picture), GREEN)
    levels = np.dstack([levels, 255 * inside])
    return _png(Image.fromarray(levels.astype(np.uint8), "RGBA"))


def wide_gamut(path: str) -> io.BytesIO:
    """Return a picture as a PNG in ProPhoto RGB, whose numbers are duller for the same colours.

    Example:
        >>> from nst_helpers import gallery
        >>> "icc_profile" in Image.open(wide_gamut(gallery()["night_sky"].path)).info
        True
    """
    picture = Image.open(path).convert("RGB")
    own, other = (ImageCms.ImageCmsProfile(io.BytesIO(each)) for each in (SRGB, PROPHOTO))
    converted = ImageCms.profileToProfile(picture, own, other)
    assert converted is not None
    return _png(converted, icc_profile=PROPHOTO)


def _png(picture: Image.Image, **options: bytes) -> io.BytesIO:
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    file.seek(0)
    return file
