"""The figures of a lesson as pictures: how large they are, and the rows of panels in them."""

import base64
import html
import io
import re
from itertools import pairwise
from typing import Any

import numpy as np
from PIL import Image

from nst_helpers.markup import picture_element

_PICTURE = re.compile(r'<img alt="([^"]*)" src="data:image/(\w+);base64,([^"]+)">')
_WHITE = 245  # of 255: JPEG leaves traces beside what is drawn
_PRINT, _PANEL = 30, 70  # pixels: what is lower is print, or too low for a panel
_APART = 15  # pixels between the last row and what is printed for all
_PART = 460  # pixels of height, at most, of rows that stay together


def picture_size(element: str) -> tuple[int, int]:
    """Return the width and height in pixels of a figure in a page, (0, 0) where there is none.

    Args:
        element: HTML that holds the picture itself.

    Example:
        >>> from nst_helpers.markup import image_element
        >>> picture_size(image_element(Image.new("RGB", (40, 30)), "Black."))
        (40, 30)
    """
    found = _PICTURE.search(element)
    return _read(found).size if found else (0, 0)


def picture_rows(element: str) -> list[str]:
    """Return the rows of panels of a figure as figures, each with the print that is for all below.

    A figure is cut where it is white from left to right; between two panels, where this white is
    broadest. Low rows stay together.

    Args:
        element: HTML that holds the picture itself.

    Returns:
        Two elements or more, or none where the figure has no rows.
    """
    found = _PICTURE.search(element)
    if not found:
        return []
    picture = _read(found)
    strips = _strips(np.asarray(picture.convert("L")).min(1) < _WHITE)
    panels = [number for number, (start, end) in enumerate(strips) if end - start > _PRINT]
    if len(panels) < 2 or min(strips[number][1] - strips[number][0] for number in panels) < _PANEL:
        return []
    ends = [(one, other) for (_, one), (other, _) in pairwise(strips)]  # of the white between
    white = [max(ends[one:other], key=_length) for one, other in pairwise(panels)]
    foot = max(ends[panels[-1] :], key=_length, default=(0, 0))
    foot = foot if _length(foot) > _APART else (strips[-1][1], picture.height)
    edges = [(0, strips[0][0]), *white, foot]
    rows = [(above[1], below[0]) for above, below in pairwise(edges)]
    parts: list[tuple[int, int]] = []
    for start, end in rows:
        if parts and end - parts[-1][0] <= _PART:
            start, _ = parts.pop()
        parts.append((start, end))
    if len(parts) < 2:
        return []
    return [_part(picture, part, foot[1], found[1], found[2]) for part in parts]


def _part(picture: Image.Image, rows: tuple[int, int], foot: int, alt: str, kind: str) -> str:
    """Return some rows of pixels as an element, above the foot of the figure."""
    start, end = rows
    gap, below = 12, picture.height - foot
    part = Image.new("RGB", (picture.width, end - start + 2 * gap + below), "white")
    part.paste(picture.crop((0, start, picture.width, end)), (0, gap))
    part.paste(picture.crop((0, foot, picture.width, picture.height)), (0, part.height - below))
    file = io.BytesIO()
    part.save(file, kind, quality=92)
    return picture_element(file.getvalue(), kind, html.unescape(alt))


def _length(ends: tuple[int, int]) -> int:
    return ends[1] - ends[0]


def _strips(drawn: np.ndarray[Any, Any]) -> list[tuple[int, int]]:
    """Return the first row and the row after the last of each run of rows in which is drawn."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], drawn, [False]]).astype(int)))
    return [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]


def _read(found: re.Match[str]) -> Image.Image:
    return Image.open(io.BytesIO(base64.b64decode(found[3]))).convert("RGB")
