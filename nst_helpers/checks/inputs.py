"""Small inputs for the exercises, on which each known mistake differs from the right answer."""

import math

import torch


def numbers(*shape: int, seed: int = 0) -> torch.Tensor:
    """Return numbers between -3 and 3 with one decimal, the same ones at every call.

    They come from a sine, so the random numbers of the student's notebook stay as they are.

    Args:
        shape: the size of each dimension.
        seed: another one gives other numbers.

    Example:
        >>> numbers(4)
        tensor([ 2.5000, -2.3000,  1.2000, -0.9000])
    """
    index = torch.arange(1, 1 + math.prod(shape), dtype=torch.float32)
    return (3 * torch.sin(index.square() + seed)).round(decimals=1).view(shape)


def feature_maps(seed: int = 0) -> torch.Tensor:
    """Return feature maps `(3, 4, 2, 3)`: 3 pictures, 4 channels, 2 rows and 3 columns.

    No two dimensions that students mix up have the same size: rows and columns, or channels and the
    6 positions.

    Args:
        seed: another one gives other numbers.

    Example:
        >>> feature_maps().shape
        torch.Size([3, 4, 2, 3])
    """
    return numbers(3, 4, 2, 3, seed=seed)


def channels_last(maps: torch.Tensor) -> torch.Tensor:
    """Return the same feature maps `(N, C, H, W)` in another order in memory: channels last.

    Example:
        >>> maps = channels_last(feature_maps())
        >>> torch.equal(maps, feature_maps()), maps.is_contiguous()
        (True, False)
    """
    return maps.contiguous(memory_format=torch.channels_last)


# Each makes the two vectors of one call.
VECTOR_CASES = (
    lambda: (torch.tensor([1.0, -2.0, 3.0, 2.0]), torch.tensor([3.0, 1.0, -4.0, -2.0])),
    lambda: (feature_maps()[0, :, 0, 1], feature_maps(1)[1, :, 1, 2]),  # with gaps in memory
    lambda: (-numbers(5), numbers(5).abs()),
)
