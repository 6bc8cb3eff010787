"""The sheet that figures are drawn on while a hand moves.

Matplotlib needs 100 to 300 ms for a figure of some pictures, too long to follow a hand; with NumPy
and Pillow a drawing takes 5 to 40 ms.
"""

import io
from collections.abc import Hashable, Sequence
from functools import cache
from pathlib import Path

import matplotlib
import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFont

from nst_helpers.images import to_pil

Color = tuple[int, int, int]  # red, green and blue, from 0 to 255
Box = tuple[float, float, float, float]  # left, top, width and height in pixels

WIDTH = 940  # of every figure, in pixels
TITLE = 16  # where the line stands on which titles are written, from the top
TOP = 24  # of what lies below a title
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
GREY, PALE, FAINT = (110, 110, 110), (215, 215, 215), (238, 238, 238)
MARK = (255, 210, 0)  # drawn inside a black line, so that it shows on dark and on bright


@cache
def _font(size: int, bold: bool = False) -> ImageFont.FreeTypeFont:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return ImageFont.truetype(str(Path(matplotlib.get_data_path()) / "fonts" / "ttf" / name), size)


class Canvas:
    """A white sheet that pictures are laid on, and that knows what lies where.

    Args:
        width, height: in pixels.

    Attributes:
        image: the sheet as a PIL image.
        pen: Pillow's `ImageDraw` of the sheet, for lines and shapes.
        places: `{name: (left, top, width, height)}` of what was laid on it under a name. A name
            is a word such as `"map"`, or a tuple such as `("channel", 7)`.

    Example:
        >>> canvas = Canvas(100, 50)
        >>> canvas.lay(np.zeros((2, 4)), (10, 20), (40, 20), name=("channel", 7))
        >>> canvas.find(30, 25)
        (('channel', 7), 0.5, 0.25)
    """

    def __init__(self, width: int, height: int) -> None:
        """Begin with an empty sheet."""
        self.image = Image.new("RGB", (width, height), WHITE)
        self.pen = ImageDraw.Draw(self.image)
        self.places: dict[Hashable, Box] = {}

    def lay(
        self,
        picture: torch.Tensor | np.ndarray | Image.Image,
        corner: tuple[int, int],
        size: tuple[int, int],
        name: Hashable = None,
        smooth: bool = False,
    ) -> None:
        """Lay a picture on the sheet, enlarged or shrunk to `size`.

        Args:
            picture: an image tensor, a PIL image, or a grey map `(H, W)` in [0, 1].
            corner: `(left, top)` on the sheet.
            size: `(width, height)` on the sheet.
            name: what `find` calls it; None for what cannot be pointed at.
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

    def write(
        self,
        text: str,
        corner: tuple[float, float],
        size: int = 13,
        color: Color = BLACK,
        bold: bool = False,
        anchor: str = "ls",
        within: float | None = None,
    ) -> None:
        """Write a line of text.

        Args:
            text: a single line.
            corner: `(x, y)` of the text's anchor.
            size: of the letters, in pixels.
            color: of the letters.
            bold: whether they are bold.
            anchor: two letters of Pillow, such as `"ls"` for the left end of the line that the
                letters stand on, `"rs"` for its right end and `"mm"` for the middle.
            within: the text is cut off where it is wider than so many pixels.
        """
        font = _font(size, bold)
        while within and len(text) > 1 and font.getlength(text) > within:
            text = text[:-2].rstrip() + "…"
        self.pen.text(corner, text, color, font, anchor)

    def frame(self, box: Box, color: Color = MARK) -> None:
        """Draw a frame around `(left, top, width, height)` that shows on every ground."""
        left, top, width, height = box
        for grow, line in ((2, BLACK), (1, color)):
            self.pen.rectangle(
                (left - grow, top - grow, left + width - 1 + grow, top + height - 1 + grow),
                outline=line,
            )

    def ring(self, x: float, y: float, radius: float = 6) -> None:
        """Draw a ring around a pixel that shows on every ground."""
        for grow, color, line in ((1, BLACK, 4), (0, MARK, 2)):
            r = radius + grow
            self.pen.ellipse((x - r, y - r, x + r, y + r), outline=color, width=line)

    def find(self, x: float, y: float) -> tuple[Hashable, float, float] | None:
        """Return what lies at a pixel.

        Returns:
            Its name, and where in it the pixel lies as shares of its width and height in [0, 1);
            None where nothing with a name lies.
        """
        for name, (left, top, width, height) in self.places.items():
            if left <= x < left + width and top <= y < top + height:
                return name, (x - left) / width, (y - top) / height
        return None

    def png(self) -> bytes:
        """Return the sheet as the bytes of a PNG."""
        file = io.BytesIO()
        self.image.save(file, "PNG", compress_level=1)
        return file.getvalue()


def shrink(image: torch.Tensor, size: Sequence[int]) -> torch.Tensor:
    """Return an image tensor of another size, antialiased.

    Args:
        image: `(1, 3, H, W)`.
        size: `(width, height)` in pixels.

    Example:
        >>> shrink(torch.rand(1, 3, 20, 40), (10, 5)).shape
        torch.Size([1, 3, 5, 10])
    """
    return torch.nn.functional.interpolate(
        image, size[::-1], mode="bilinear", antialias=True, align_corners=False
    )


def fit(shape: Sequence[int], width: int, height: int) -> tuple[int, int]:
    """Return `(width, height)` of the largest picture of `shape` (rows, columns) in a box.

    Example:
        >>> fit((10, 20), 100, 100)
        (100, 50)
    """
    scale = min(width / shape[1], height / shape[0])
    return max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale))
