"""The sheet that figures are drawn on while a hand moves.

Matplotlib needs 100 to 300 ms for a figure of some pictures, too long to follow a hand; with NumPy
and Pillow a drawing takes 5 to 40 ms.
"""

import io
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from nst_helpers.images import to_pil

WIDTH = 940
BLACK, GREY, PALE, WHITE = (0, 0, 0), (110, 110, 110), (215, 215, 215), (255, 255, 255)
MARK = (255, 210, 0)  # drawn inside a black line, so that it shows on dark and on bright


@cache
def _font(size, bold=False):
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


class Canvas:
    """A white sheet that pictures are laid on, and that knows what lies where.

    Args:
        width, height: in pixels.

    Attributes:
        image: the sheet as a PIL image.
        places: `{name: (left, top, width, height)}` of what was laid on it under a name.

    Example:
        >>> canvas = Canvas(100, 50)
        >>> canvas.lay(np.zeros((2, 4)), (10, 20), (40, 20), name="map")
        >>> canvas.find(30, 25)
        ('map', 0.5, 0.25)
    """

    def __init__(self, width, height):
        """Begin with an empty sheet."""
        self.image = Image.new("RGB", (width, height), WHITE)
        self.pen = ImageDraw.Draw(self.image)
        self.places = {}

    def lay(self, picture, corner, size, name=None, smooth=False):
        """Lay a picture on the sheet, enlarged or shrunk to `size`.

        Args:
            picture: an image tensor, a PIL image, or a grey map `(H, W)` in [0, 1].
            corner: `(left, top)` on the sheet.
            size: `(width, height)` on the sheet.
            name: under which `find` gives it back.
            smooth: interpolate; else every number stays a square.
        """
        if isinstance(picture, torch.Tensor) and picture.ndim == 4:
            picture = to_pil(picture.clamp(0, 1))
        if not isinstance(picture, Image.Image):
            grid = np.asarray(picture, dtype=np.float32)
            picture = Image.fromarray((grid.clip(0, 1) * 255).round().astype(np.uint8))
        method = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
        self.image.paste(picture.resize(size, method).convert("RGB"), corner)
        if name is not None:
            self.places[name] = (*corner, *size)

    def write(self, text, corner, size=13, color=BLACK, bold=False, anchor="ls", within=None):
        """Write a line of text; it is cut off where it is wider than `within` pixels."""
        font = _font(size, bold)
        while within and len(text) > 1 and font.getlength(text) > within:
            text = text[:-2].rstrip() + "…"
        self.pen.text(corner, text, color, font, anchor)

    def frame(self, box, color=MARK):
        """Draw a frame around `(left, top, width, height)` that shows on every ground."""
        left, top, width, height = box
        for grow, line in ((2, BLACK), (1, color)):
            self.pen.rectangle(
                (left - grow, top - grow, left + width - 1 + grow, top + height - 1 + grow),
                outline=line,
            )

    def ring(self, x, y, radius=6):
        """Draw a ring around a point that shows on every ground."""
        for grow, color, line in ((1, BLACK, 4), (0, MARK, 2)):
            r = radius + grow
            self.pen.ellipse((x - r, y - r, x + r, y + r), outline=color, width=line)

    def find(self, x, y):
        """Return the name of what lies at a pixel, and the place in it as shares, or None."""
        for name, (left, top, width, height) in self.places.items():
            if left <= x < left + width and top <= y < top + height:
                return name, (x - left) / width, (y - top) / height
        return None

    def png(self):
        """Return the sheet as the bytes of a PNG."""
        file = io.BytesIO()
        self.image.save(file, "PNG", compress_level=1)
        return file.getvalue()


def scale_bar(canvas, place, marks, low, high):
    """Draw a line of numbers with a bar from 0 to the first mark, and ticks at the others."""
    left, top, width = place

    def at(value):
        return left + (min(max(value, low), high) - low) / (high - low) * width

    canvas.pen.line((left, top, left + width, top), GREY, 1)
    (name, value), *others = marks.items()
    canvas.pen.rectangle(
        (*sorted((at(0), at(value)))[:1], top - 9, max(at(0), at(value)), top + 9), fill=BLACK
    )
    canvas.pen.line((at(0), top - 13, at(0), top + 13), GREY, 2)
    canvas.write("0", (at(0), top + 28), 12, GREY, anchor="ms")
    canvas.write(
        name, (min(max(at(value), left + 50), left + width - 50), top - 16), 12, anchor="ms"
    )
    for other, number in others:
        canvas.pen.line((at(number), top - 13, at(number), top + 13), BLACK, 3)
        canvas.pen.line((at(number), top - 12, at(number), top + 12), MARK, 1)
        canvas.write(
            other, (min(max(at(number), left + 50), left + width - 50), top + 28), 12, anchor="ms"
        )


def shrink(image, size):
    """Return an image tensor of `(width, height)` pixels."""
    return torch.nn.functional.interpolate(
        image, size[::-1], mode="bilinear", antialias=True, align_corners=False
    )


def fit(shape, width, height):
    """Return `(width, height)` of the largest picture of `shape` (rows, columns) in a box.

    Example:
        >>> fit((10, 20), 100, 100)
        (100, 50)
    """
    scale = min(width / shape[1], height / shape[0])
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))
