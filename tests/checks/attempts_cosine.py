"""What students write for the cosine.

Each wrong function comes with words that its hint must contain.
"""

import numpy as np
import torch
import torch.nn.functional as F


def cosine_numpy(a, b):
    a, b = a.numpy(), b.numpy()
    return float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))


WRONG = [
    (lambda a, b: a @ b, "lengths are missing"),
    (lambda a, b: a @ b / ((a @ a) * (b @ b)), "squared lengths"),
    (lambda a, b: a @ b / a.norm(), "length of b"),
    (lambda a, b: a @ b / b.norm(), "length of a"),
    (lambda a, b: a @ b / a.norm() * b.norm(), "x / (y * z)"),
    (lambda a, b: a @ b / (a.norm() + b.norm()), "sum of the lengths"),
    (lambda a, b: a @ b / (a.sum() * b.sum()), "A sum is not a length"),
    (lambda a, b: a @ b / (a.norm(1) * b.norm(1)), "absolute values"),
    (lambda a, b: (a @ b) ** 2 / (a @ a * (b @ b)), "cosine is squared"),
    (lambda a, b: torch.corrcoef(torch.stack([a, b]))[0, 1], "correlation"),
    (lambda a, b: torch.acos(a @ b / a.norm() / b.norm()), "radians"),
    (lambda a, b: (a * b).mean() / a.norm() / b.norm(), "mean of the products"),
    (lambda a, b: 1 - F.cosine_similarity(a, b, 0), "1 minus the cosine"),
]

RIGHT = [
    lambda a, b: F.cosine_similarity(a, b, dim=0),
    lambda a, b: F.normalize(a, dim=0) @ F.normalize(b, dim=0),
    lambda a, b: (a * b).sum() / (a**2).sum().sqrt() / (b**2).sum().sqrt(),
    cosine_numpy,
]
