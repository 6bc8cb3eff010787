"""What students write for the style loss.

Each wrong function comes with words that its hint must contain.
"""

import torch.nn.functional as F

from nst_helpers.engine import losses

WRONG = [
    (lambda g, t: (g - t).mean(), "square is missing"),
    (lambda g, t: F.mse_loss(g, t) / 4, "quarter"),
    (lambda g, t: F.mse_loss(g @ g.mT, t @ t.mT), "Gram matrices already"),
    (
        lambda g, t: F.mse_loss(g.diagonal(dim1=1, dim2=2), t.diagonal(dim1=1, dim2=2)),
        "diagonals only",
    ),
    (lambda g, t: F.mse_loss(g[0], t[0]), "first matrix of the batch"),
    (lambda g, t: F.mse_loss(g.detach(), t), "detached the wrong one"),
]

RIGHT = [
    losses.style_loss,
    F.mse_loss,
    lambda g, t: ((g - t) ** 2).sum() / g.numel(),
]
