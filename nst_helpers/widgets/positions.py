"""Positions of feature maps, and the patches of the picture that they see.

A place is `(x, y)` in a picture, as shares of its width and height in [0, 1), and so the same in
the maps of all layers. A position is `(row, column)` in the map of one layer.
"""

from collections.abc import Sequence
from functools import cache

import torch

from nst_helpers.engine.layers import LAYER_NAMES, receptive_field

RELU_LAYERS = tuple(name for name in LAYER_NAMES["vgg16"] if name.startswith("relu"))
BEYOND_THE_BORDER = 0.85  # the grey of what a receptive field sees where no picture is

cached_receptive_field = cache(receptive_field)


def position_at(place: Sequence[float], shape: Sequence[int]) -> tuple[int, int]:
    """Return the position in a map of `shape` (rows, columns) in which a place lies.

    Example:
        >>> position_at((0.5, 0.99), (10, 20))
        (9, 10)
    """
    (x, y), (rows, columns) = place, shape
    return _within(int(y * rows), rows), _within(int(x * columns), columns)


def _within(index: int, length: int) -> int:
    return min(max(index, 0), length - 1)


def cut(image: torch.Tensor, top: int, left: int, size: int) -> torch.Tensor:
    """Return a square of a picture; what reaches beyond the border is grey.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        top, left, size: of the square, in pixels; it may begin and end outside the picture.

    Returns:
        An image tensor `(1, 3, size, size)`.

    Example:
        >>> cut(torch.zeros(1, 3, 20, 20), -1, 0, 2)[0, 0]
        tensor([[0.8500, 0.8500],
                [0.0000, 0.0000]])
    """
    patch = torch.full((1, 3, size, size), BEYOND_THE_BORDER)
    rows = slice(max(top, 0), min(top + size, image.shape[2]))
    columns = slice(max(left, 0), min(left + size, image.shape[3]))
    if rows.start < rows.stop and columns.start < columns.stop:
        patch[
            ..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ] = image[..., rows, columns]
    return patch
