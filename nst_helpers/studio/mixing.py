"""Several styles in one picture, and the colours of the photograph in the painted one."""

from collections.abc import Iterable, Sequence

import torch
from PIL import Image

from nst_helpers.images import load_image, to_pil
from nst_helpers.studio.canvas import shrink


def mix_styles(pictures: Sequence[torch.Tensor], shares: Iterable[float]) -> torch.Tensor:
    """Return one picture whose Gram matrices are about the mixture of those of several.

    A Gram matrix is a mean over positions. So strips of the pictures side by side, as wide as
    their shares, have the mean of their Gram matrices, but for the seams.

    Args:
        pictures: image tensors `(1, 3, H, W)` in [0, 1].
        shares: a positive number for each.

    Returns:
        An image tensor; of one picture, the picture itself.

    Example:
        >>> black, white = torch.zeros(1, 3, 20, 40), torch.ones(1, 3, 20, 40)
        >>> mix_styles([black, white], [1, 3]).mean()
        tensor(0.7500)
    """
    if len(pictures) == 1:
        return pictures[0]
    shares = list(shares)
    total = sum(shares)
    height = min(picture.shape[2] for picture in pictures)
    strips, width = [], min(p.shape[3] * height // p.shape[2] for p in pictures)
    for picture, share in zip(pictures, shares, strict=True):
        wide = max(1, round(width * share / total))
        scaled = shrink(picture, (max(wide, picture.shape[3] * height // picture.shape[2]), height))
        left = (scaled.shape[3] - wide) // 2
        strips.append(scaled[..., left : left + wide].clamp(0, 1))
    return torch.cat(strips, dim=3)


def keep_colours(image: torch.Tensor, photo: torch.Tensor) -> torch.Tensor:
    """Return a picture with the lightness of `image` and the colours of `photo`.

    Args:
        image, photo: image tensors `(1, 3, H, W)` in [0, 1] of one shape.

    Example:
        >>> grey = torch.full((1, 3, 20, 20), 0.5)
        >>> keep_colours(torch.rand(1, 3, 20, 20), grey)[0].std(dim=0).max() < 0.01
        tensor(True)
    """
    light, *_ = to_pil(image).convert("YCbCr").split()
    _, *colours = to_pil(photo).convert("YCbCr").split()
    return load_image(Image.merge("YCbCr", (light, *colours)).convert("RGB"))
