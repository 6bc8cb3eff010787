"""Positions of feature maps, and the places of a picture in which they lie.

A place is `(x, y)` in a picture, as shares of its width and height in [0, 1), and so the same in
the maps of all layers. A position is `(row, column)` in the map of one layer.
"""

from collections.abc import Sequence
from functools import cache

from nst_helpers.engine.layers import LAYER_NAMES, receptive_field

RELU_LAYERS = tuple(name for name in LAYER_NAMES["vgg16"] if name.startswith("relu"))

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
