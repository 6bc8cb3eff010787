"""The light of a picture and its colours: a style may change the one and leave the other."""

import torch


def luminance(image: torch.Tensor) -> torch.Tensor:
    """Return how light each pixel is, as a picture of one channel.

    Args:
        image: `(N, 3, H, W)`, RGB in [0, 1]; or `(N, 1, H, W)`, which is returned as it is.

    Returns:
        `(N, 1, H, W)` in [0, 1].

    Example:
        >>> luminance(torch.ones(1, 3, 2, 2))[0, 0, 0]
        tensor([1., 1.])

    Source: the Y of YIQ, as Gatys et al. (2017), "Controlling Perceptual Factors in Neural Style
    Transfer", section 5, have it.
    """
    if image.shape[1] == 1:
        return image
    red, green, blue = image.split(1, dim=1)
    return 0.299 * red + 0.587 * green + 0.114 * blue


def with_luminance(image: torch.Tensor, light: torch.Tensor) -> torch.Tensor:
    """Return a picture with its own colours and another light.

    In YIQ, what is added to Y is added to red, green and blue alike. A colour that this makes
    lighter than white or darker than black is cut off there.

    Args:
        image: `(1, 3, H, W)`, RGB in [0, 1].
        light: `(1, 1, H, W)` in [0, 1].

    Example:
        >>> picture = with_luminance(torch.rand(1, 3, 2, 2), torch.ones(1, 1, 2, 2))
        >>> bool(picture.min() >= 0 and picture.max() <= 1)
        True
    """
    return (image + light - luminance(image)).clamp(0, 1)


def matched(light: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    """Return `light` with the mean and the standard deviation of `other`, cut off at 0 and 1.

    A dark style could not be laid on a light content otherwise, whose colours fix how light it is.

    Args:
        light, other: `(1, 1, H, W)` in [0, 1], of any two sizes.

    Example:
        >>> matched(torch.tensor([[[[0.0, 0.2]]]]), torch.tensor([[[[0.4, 0.8]]]]))
        tensor([[[[0.4000, 0.8000]]]])

    Source: Gatys et al. (2017), section 5.2, "Luminance-only transfer".
    """
    deviation = light.std().clamp_min(1e-6)  # a plain picture has none
    return ((light - light.mean()) / deviation * other.std() + other.mean()).clamp(0, 1)
