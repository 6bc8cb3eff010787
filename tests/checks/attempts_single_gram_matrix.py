"""What students write for the Gram matrix of one picture.

Each wrong function comes with words that its hint must contain.
"""

import numpy as np
import torch
import torch.nn.functional as F


def gram_view_not_normalised(features):
    c, h, w = features.shape
    flat = features.reshape(h * w, c)
    return flat.T @ flat


WRONG = [
    (lambda f: f.flatten(1).T @ f.flatten(1), "It is not divided"),
    (gram_view_not_normalised, "cuts the rows elsewhere"),
    (lambda f: torch.cov(f.flatten(1), correction=0), "this is the covariance"),
    (lambda f: torch.corrcoef(f.flatten(1)), "it must be"),
    (lambda f: F.normalize(f.flatten(1)) @ F.normalize(f.flatten(1)).T, "these are cosines"),
]

RIGHT = [
    lambda f: f.flatten(1) @ f.flatten(1).T / f[0].numel(),
    lambda f: torch.einsum("chw,dhw->cd", f, f) / f[0].numel(),
    lambda f: np.tensordot(f, f, [[1, 2], [1, 2]]) / f[0].numel(),
]
