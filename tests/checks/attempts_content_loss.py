"""What students write for the content loss.

Each wrong function comes with words that its hint must contain.
"""

import torch
import torch.nn.functional as F

from nst_helpers.engine import losses


def without_gradient(function):
    def inner(*inputs):
        with torch.no_grad():
            return function(*inputs)

    return inner


WRONG = [
    (lambda f, t: (f - t).mean(), "square is missing"),
    (lambda f, t: ((f - t) ** 2).sum(), "sum where the mean"),
    (lambda f, t: ((f - t) ** 2).sum() / 2, "half the sum"),
    (lambda f, t: ((f - t) ** 2).mean() / 2, "halved"),
    (lambda f, t: F.l1_loss(f, t), "absolute values"),
    (lambda f, t: (f - t).mean() ** 2, "squared after the mean"),
    (lambda f, t: (f**2 - t**2).mean(), "before you subtracted"),
    (lambda f, t: F.mse_loss(f, t).sqrt(), "root is left in"),
    (lambda f, t: (f - t).norm(), "root of the sum"),
    (lambda f, t: (f - t) ** 2, "3 x 4 x 2 x 3 squared differences"),
    (lambda f, t: (f**2).mean(), "target is not used"),
    (lambda f, t: ((f - t) ** 2).sum() / len(f), "number of pictures only"),
    (lambda f, t: F.mse_loss(losses.gram_matrix(f), losses.gram_matrix(t)), "Gram matrices"),
    (lambda f, t: F.mse_loss(f.detach(), t), "detached the wrong one"),
    (lambda f, t: F.mse_loss(f, t).detach(), "cut off from the gradient"),
    (lambda f, t: F.mse_loss(f, t).item(), "cut off from the gradient"),
    (without_gradient(F.mse_loss), "cut off from the gradient"),
    (lambda f, t: (f.sub_(t) ** 2).mean(), "changed its input `features`"),
    (lambda f, t: (t.sub_(f) ** 2).mean(), "changed its input `target`"),
]

RIGHT = [
    losses.content_loss,
    F.mse_loss,
    lambda f, t: ((f - t.detach()) ** 2).mean(),
    lambda f, t: (f - t).pow(2).sum() / f.numel(),
]
