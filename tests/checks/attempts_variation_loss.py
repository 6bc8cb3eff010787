"""What students write for the variation loss.

Each wrong function comes with words that its hint must contain.
"""

import torch
import torch.nn.functional as F

from nst_helpers.engine import losses


def variation_rolled(image):
    return sum((image - torch.roll(image, 1, d)).pow(2).mean() for d in (2, 3))


def variation_loop(image):
    height, width = image.shape[2:]
    down = [(image[:, :, y + 1] - image[:, :, y]).square().mean() for y in range(height - 1)]
    across = [(image[..., x + 1] - image[..., x]).square().mean() for x in range(width - 1)]
    return sum(down) / len(down) + sum(across) / len(across)


WRONG = [
    (lambda x: x.diff(dim=3).square().mean(), "upper and lower"),
    (lambda x: x.diff(dim=2).square().mean(), "left and right"),
    (variation_rolled, "wraps around"),
    (lambda x: losses.variation_loss(x, 1), "absolute values"),
    (lambda x: x.diff(dim=2).mean() + x.diff(dim=3).mean(), "cancel"),
    (lambda x: losses.variation_loss(x) / 2, "halved"),
    (lambda x: x.diff(dim=2).square().sum() + x.diff(dim=3).square().sum(), "sum where the mean"),
    (lambda x: losses.variation_loss(x).sqrt(), "root is left in"),
    (lambda x: x.var(unbiased=False), "variance"),
    (
        lambda x: (x[:, 1:] - x[:, :-1]).square().mean() + x.diff(dim=2).square().mean(),
        "compared channels",
    ),
    (lambda x: (x[..., 1:, 1:] - x[..., :-1, :-1]).square().mean(), "diagonal neighbours"),
    (
        lambda x: x.diff(dim=2).square().mean() + x.detach().diff(dim=3).square().mean(),
        "a part of the result is cut off",
    ),
]

RIGHT = [
    losses.variation_loss,
    lambda x: sum(x.diff(dim=d).square().mean() for d in (2, 3)),
    variation_loop,
    lambda x: F.mse_loss(x[:, :, 1:], x[:, :, :-1]) + F.mse_loss(x[..., 1:], x[..., :-1]),
]
