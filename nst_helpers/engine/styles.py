"""What the style is: one picture or several, how much there is of each, and where it goes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch

from nst_helpers.engine.luminance import luminance
from nst_helpers.errors import InputError, check_number
from nst_helpers.images import ImageSource, load_image, resample


@dataclass(frozen=True)
class Style:
    """One of the styles of a run.

    Attributes:
        image: the style picture `(1, 3, H, W)` in [0, 1], of any shape.
        share: of this style among all, from 0 to 1.
        mask: where it goes, `(1, 1, H, W)` in [0, 1] over the generated picture, of any size; None
            is everywhere.
    """

    image: torch.Tensor
    share: float = 1.0
    mask: torch.Tensor | None = None


def load_styles(
    pictures: Sequence[ImageSource],
    size: int,
    shares: Sequence[float] | None,
    masks: Sequence[ImageSource] | None,
    content: torch.Tensor,
) -> list[Style]:
    """Return the styles of a run.

    Args:
        pictures: the style pictures, anything that `load_image` takes.
        size: of each, its longer side in pixels.
        shares: how much there is of each, or None for as much of each.
        masks: where each goes, pictures in the shape of the content; of two styles, one mask is
            enough. None is everywhere.
        content: the content picture `(1, 3, H, W)`.

    Raises:
        InputError: a picture, a share or a mask cannot be used, or their numbers differ.

    Example:
        >>> content = torch.zeros(1, 3, 64, 64)
        >>> [style.share for style in load_styles(["cat", "coffee"], 64, [3, 1], None, content)]
        [0.75, 0.25]
    """
    if not pictures:
        raise InputError("The list of styles is empty: give at least one.")
    loaded = [load_image(picture, size) for picture in pictures]
    checked = _checked_shares(shares, len(pictures), masks)
    places = [None] * len(pictures) if masks is None else _load_masks(masks, len(pictures), content)
    return [Style(*parts) for parts in zip(loaded, checked, places, strict=True)]


def _checked_shares(shares, count, masks):
    """Return how much there is of each style, as numbers whose sum is 1."""
    if shares is None:
        return [1 / count] * count
    if masks is not None:
        raise InputError("style_shares and masks exclude each other: a mask says where, not half.")
    shares = [check_number("A share of a style", share, 0, 1e6) for share in as_list(shares)]
    if len(shares) != count or not any(shares):
        raise InputError(
            f"style_shares has {len(shares)} numbers for {count} styles: give one for each, not "
            "all of them 0."
        )
    return [share / sum(shares) for share in shares]


def _load_masks(sources, count, content):
    masks = [_load_mask(source, number, content) for number, source in enumerate(sources, start=1)]
    if len(masks) == 1 and count == 2:
        masks.append(1 - masks[0])
    if len(masks) != count:
        raise InputError(f"There are {len(masks)} masks for {count} styles: give a mask for each.")
    if empty := [number for number, mask in enumerate(masks, start=1) if mask.mean() < 1e-4]:
        raise InputError(
            f"Style {empty[0]} goes nowhere, because its mask is black: paint it white where the "
            "style belongs."
        )
    return masks


def _load_mask(source, number, content):
    mask = load_image(source)
    wanted, has = (picture.shape[3] / picture.shape[2] for picture in (content, mask))
    if not 0.95 < has / wanted < 1.05:
        raise InputError(
            f"Mask {number} is {mask.shape[3]} x {mask.shape[2]} pixels, and the content "
            f"{content.shape[3]} x {content.shape[2]}: a mask needs the shape of the content."
        )
    height, width = content.shape[2:]
    return luminance(resample(mask, (height, width)))


def as_list(given: Any) -> list[Any]:
    """Return one or several things as a list.

    Example:
        >>> as_list("cat"), as_list(("cat", "coffee"))
        (['cat'], ['cat', 'coffee'])
    """
    return list(given) if isinstance(given, (list, tuple)) else [given]
