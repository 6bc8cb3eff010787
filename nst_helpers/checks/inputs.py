"""Small inputs, on which every named mistake differs from the right answer."""

import math

import torch


def numbers(*shape, seed=0):
    """Return reproducible numbers between -3 and 3 with one decimal; no generator is touched."""
    index = torch.arange(1, 1 + math.prod(shape), dtype=torch.float32)
    return (3 * torch.sin(index.square() + seed)).round(decimals=1).view(shape)


def feature_maps(seed=0):
    """Return feature maps `(3, 4, 2, 3)`."""
    return numbers(3, 4, 2, 3, seed=seed)  # N > 2, H != W, C != H * W


def channels_last(maps):
    """Return the same maps in another order in memory: channels last."""
    return maps.contiguous(memory_format=torch.channels_last)


VECTORS = [
    lambda: (torch.tensor([1.0, -2.0, 3.0, 2.0]), torch.tensor([3.0, 1.0, -4.0, -2.0])),
    lambda: (
        feature_maps()[0, :, 0, 1],
        feature_maps(1)[1, :, 1, 2],
    ),  # every sixth number in memory
    lambda: (-numbers(5), numbers(5).abs()),
]
