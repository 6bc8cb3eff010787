"""What a channel looks for: the patches of a picture that its strongest activations see."""

import math
from collections.abc import Sequence

import torch

from nst_helpers.engine.layers import receptive_field

BEYOND_THE_BORDER = 0.85  # the grey of what a receptive field sees where no picture is


def strongest_patches(
    image: torch.Tensor, channel: torch.Tensor, layer: str, count: int = 2
) -> list[tuple[float, torch.Tensor]]:
    """Return the patches of a picture that the strongest activations of a channel see.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        channel: one channel `(h, w)` of the layer, computed from the picture.
        layer: a name from `LAYER_NAMES["vgg16"]`.
        count: how many, at most; they do not lie on one another by more than half.

    Returns:
        A list of `(activation, image tensor (1, 3, size, size))`, strongest first; only patches
        that lie wholly inside the picture, if there are any.

    Raises:
        InputError: an unknown layer.

    Example:
        >>> image = torch.rand(1, 3, 8, 8)
        >>> channel = torch.zeros(8, 8)
        >>> channel[4, 5] = 7
        >>> [(activation, patch)] = strongest_patches(image, channel, "relu1_1")
        >>> activation, torch.equal(patch, image[:, :, 3:6, 4:7])
        (7.0, True)

    Source: Zeiler and Fergus (2014), "Visualizing and Understanding Convolutional Networks", who
    show such patches beside each channel.
    """
    field = receptive_field(layer)
    size, step, offset = field
    found = []
    for top, left in strongest_fields(channel, field, image.shape[2:], count):
        activation = channel[(top - offset) // step, (left - offset) // step]
        found.append((float(activation), cut(image, top, left, size)))
    return found


def strongest_fields(
    grid: torch.Tensor, field: tuple[int, int, int], shape: Sequence[int], count: int = 2
) -> list[tuple[int, int]]:
    """Return the places in a picture that the strongest activations of a channel see.

    Args:
        grid: one channel `(h, w)`.
        field: what a position sees: its size in pixels, the step from one to the next, and where
            the first begins.
        shape: height and width of the picture.
        count: how many, at most; the fields do not lie on one another by more than half.

    Returns:
        A list of `(top, left)` in pixels, strongest first; only fields that lie wholly inside the
        picture, if there are any.

    Example:
        >>> strongest_fields(torch.tensor([[9.0, 0.0, 5.0, 7.0]]), (3, 2, 0), (3, 9))
        [(0, 0), (0, 6)]
    """
    size, step, offset = field
    grid = grid.cpu()
    rows, columns = (offset + step * torch.arange(length) for length in grid.shape)
    inside = (rows >= 0) & (rows + size <= shape[0])
    inside = inside[:, None] & (columns >= 0) & (columns + size <= shape[1])
    left = grid.where(inside, 0.0) if inside.any() else grid.clone()
    fields, apart = [], max(1, math.ceil(size / 2 / step))
    for _ in range(count):
        row, column = divmod(int(left.argmax()), grid.shape[1])
        if left[row, column] <= 0:
            break
        fields.append((int(rows[row]), int(columns[column])))
        left[max(row - apart, 0) : row + apart + 1, max(column - apart, 0) : column + apart + 1] = 0
    return fields


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
