"""Positions of feature maps, and the patches of the picture that they see."""

from functools import cache

import torch

from nst_helpers.engine.layers import LAYER_NAMES, receptive_field

RELU_LAYERS = tuple(name for name in LAYER_NAMES["vgg16"] if name.startswith("relu"))
cached_receptive_field = cache(receptive_field)


def position_at(place, shape):
    """Return `(row, column)` of a place `(x, y)` in [0, 1)."""
    return tuple(
        min(max(int(share * length), 0), length - 1)
        for share, length in zip(reversed(place), shape, strict=True)
    )


def neighbour(place, x, y, shape):
    """Return the place so many cells further, in the middle of its cell."""
    row, column = position_at(place, shape)
    cells = (column + x, shape[1]), (row + y, shape[0])
    return tuple((min(max(cell, 0), length - 1) + 0.5) / length for cell, length in cells)


def cut(image, top, left, size):
    """Return a square of a picture; what reaches beyond the border is grey.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        top, left, size: of the square, in pixels.
    """
    patch = torch.full((1, 3, size, size), 0.85)
    rows = slice(max(top, 0), min(top + size, image.shape[2]))
    columns = slice(max(left, 0), min(left + size, image.shape[3]))
    if rows.start < rows.stop and columns.start < columns.stop:
        patch[
            ..., rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
        ] = image[..., rows, columns]
    return patch
