"""What students write for the dot product.

Each wrong function comes with words that its hint must contain.
"""

import numpy as np
import torch
import torch.nn.functional as F


def dot_overwritten(a, b):
    for x, y in zip(a, b, strict=True):
        total = x * y
    return total


def dot_returned_early(a, b):
    total = 0
    for x, y in zip(a, b, strict=True):
        total += x * y
        return total


def dot_from_one(a, b):
    return sum(a[i] * b[i] for i in range(1, len(a)))


def dot_too_short(a, b):
    return sum(a[i] * b[i] for i in range(len(a) - 1))


def dot_loop(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i].item() * b[i].item()
    return total


WRONG = [
    (lambda a, b: a * b, "one by one"),
    (lambda a, b: a[:, None] * b, "table of 4 x 4"),
    (lambda a, b: sum(a) * sum(b), "each vector first"),
    (lambda a, b: (a + b).sum(), "added the numbers instead"),
    (lambda a, b: a @ a, "second vector is not used"),
    (lambda a, b: b @ b, "first vector is not used"),
    (lambda a, b: (a * b).mean(), "mean, not the sum"),
    (lambda a, b: (a * b).abs().sum(), "signs of the products"),
    (lambda a, b: abs(a @ b), "sign of the sum"),
    (dot_overwritten, "Only the last product"),
    (dot_returned_early, "Only the first product"),
    (dot_from_one, "counts from 0"),
    (dot_too_short, "end too early"),
    (lambda a, b: F.cosine_similarity(a, b, dim=0), "this is the cosine"),
    (lambda a, b: ((a - b) ** 2).sum(), "squared distance"),
]

RIGHT = [
    torch.dot,
    dot_loop,
    lambda a, b: (a * b).sum(),
    lambda a, b: torch.einsum("i,i->", a, b),
    lambda a, b: np.dot(a.numpy(), b.numpy()),
]
