"""The losses of neural style transfer: pure functions of tensors, safe for batches."""

import torch


def content_loss(features: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference between two feature maps.

    Args:
        features: activations of the generated image, any shape, usually `(N, C, H, W)`.
        target: activations of the content image, the same shape.

    Returns:
        A scalar tensor, 0 where the maps are equal; differentiable in both arguments.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import torch
        >>> content_loss(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 4.0]))
        tensor(2.)

    Source: Gatys, Ecker and Bethge (2016), equation 1. The paper takes half the *sum*; the mean
    makes a weight mean the same for every picture size and layer.
    """
    if features.shape != target.shape:
        raise ValueError(
            f"content_loss compares two maps of one shape, not {tuple(features.shape)} and "
            f"{tuple(target.shape)}: resize the pictures to one size first."
        )
    return _at_least_float32(features - target).square().mean()


def gram_matrix(features: torch.Tensor, normalize: bool = True) -> torch.Tensor:
    """Dot products of all pairs of channels: `G = F Fᵀ`, one matrix for each picture of a batch.

    Args:
        features: activations `(N, C, H, W)`.
        normalize: divide by the number of positions `H * W`, so that pictures of different
            sizes can be compared.

    Returns:
        Gram matrices `(N, C, C)`: symmetric and positive semi-definite; in float32 for features
        in bfloat16.

    Raises:
        ValueError: `features` has not four dimensions.

    Example:
        >>> import torch
        >>> maps = torch.tensor([[1.0, 2.0, 0.0], [0.0, 3.0, 1.0]])  # two channels, three positions
        >>> gram_matrix(maps.view(1, 2, 1, 3), normalize=False)
        tensor([[[ 5.,  6.],
                 [ 6., 10.]]])

    Source: Gatys, Ecker and Bethge (2016), equation 3, which does not divide.
    """
    if features.ndim != 4:
        raise ValueError(
            f"gram_matrix needs features (N, C, H, W), not {tuple(features.shape)}: "
            "add a batch dimension with features[None]."
        )
    flat = features.flatten(start_dim=2)
    gram = _Gram.apply(flat)
    return gram / flat.shape[2] if normalize else gram


_PART = 2**14  # positions that are multiplied at once


class _Gram(torch.autograd.Function):
    """`F Fᵀ`, whose gradient is one product; autograd would compute two, for F and for Fᵀ."""

    @staticmethod
    def forward(ctx, flat):
        ctx.save_for_backward(flat)
        # In parts, because a float32 copy of all activations could be the largest tensor of a run.
        parts = map(_at_least_float32, flat.split(_PART, dim=2))
        return sum(part @ part.mT for part in parts)

    @staticmethod
    def backward(ctx, gradient):
        (flat,) = ctx.saved_tensors
        # Multiplied as Fᵀ and transposed back, so that the result is channels last in memory.
        return (flat.mT @ (gradient + gradient.mT).to(flat.dtype)).mT


def _at_least_float32(numbers):
    """Return numbers in float32 at least: a sum in bfloat16 has two digits."""
    return numbers.to(torch.promote_types(numbers.dtype, torch.float32))


def style_loss(gram: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """Mean squared difference between two Gram matrices.

    Args:
        gram: Gram matrices of the generated image, `(N, C, C)`, as `gram_matrix` returns them.
        target: Gram matrices of the style image, the same shape.

    Returns:
        A scalar tensor, 0 where the matrices are equal.

    Raises:
        ValueError: the shapes differ.

    Example:
        >>> import torch
        >>> style_loss(torch.tensor([[[5.0, 6.0], [6.0, 10.0]]]), torch.zeros(1, 2, 2))
        tensor(49.2500)

    Source: Gatys, Ecker and Bethge (2016), equation 4. For Gram matrices divided by the number
    of positions, and pictures of the same size, this is exactly 4 times the paper's `E_l`.
    """
    if gram.shape != target.shape:
        raise ValueError(
            f"style_loss compares two Gram matrices of one shape, not {tuple(gram.shape)} and "
            f"{tuple(target.shape)}: take both from the same layer."
        )
    return (gram - target).square().mean()


def variation_loss(image: torch.Tensor, power: float = 2) -> torch.Tensor:
    """Mean over neighbouring pixels of `abs(difference) ** power`, vertical plus horizontal.

    Args:
        image: pictures `(N, C, H, W)`, at least two pixels high and wide.
        power: 2 punishes large differences most; 1 is (anisotropic) total variation.

    Returns:
        A scalar tensor, 0 for a plain colour.

    Raises:
        ValueError: the picture has no neighbours in one direction, or `power` is below 1.

    Example:
        >>> import torch
        >>> variation_loss(torch.tensor([[[[0.0, 1.0], [0.0, 3.0]]]]))
        tensor(7.)

    Source: Mahendran and Vedaldi (2015), section 3, with absolute differences along each axis.
    """
    if image.ndim != 4 or min(image.shape[2:]) < 2:
        raise ValueError(
            f"variation_loss needs pictures (N, C, H, W) with H and W at least 2, "
            f"not {tuple(image.shape)}."
        )
    if not power >= 1:
        raise ValueError(f"power must be at least 1, not {power}: use 2 or 1.")
    vertical = image[..., 1:, :] - image[..., :-1, :]
    horizontal = image[..., :, 1:] - image[..., :, :-1]
    return vertical.abs().pow(power).mean() + horizontal.abs().pow(power).mean()
