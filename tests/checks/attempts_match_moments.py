"""What students write for the means and deviations of a style.

Each wrong function comes with words that its hint must contain.
"""

import torch
from torch.nn.functional import instance_norm


def mean(maps):
    return maps.mean(dim=(2, 3), keepdim=True)


def deviation(maps):
    return maps.std(dim=(2, 3), keepdim=True) + 1e-6


def in_loops(F, S):
    made = torch.empty_like(F)
    for n in range(F.shape[0]):
        for c in range(F.shape[1]):
            f, s = F[n, c], S[n, c]
            made[n, c] = (f - f.mean()) / (f.std() + 1e-6) * s.std() + s.mean()
    return made


def flattened(F, S):
    f, s = F.flatten(2), S.flatten(2)
    normal = (f - f.mean(2, keepdim=True)) / (f.var(2, keepdim=True, correction=0) + 1e-9).sqrt()
    made = normal * s.std(2, keepdim=True, correction=0) + s.mean(2, keepdim=True)
    return made.view_as(F)


def of_all_channels(F, S):
    return (F - F.mean((1, 2, 3), True)) / F.std((1, 2, 3), keepdim=True, correction=0) * S.std(
        (1, 2, 3), keepdim=True, correction=0
    ) + S.mean((1, 2, 3), True)


def of_the_batch(F, S):
    return (F - F.mean((0, 2, 3), True)) / F.std((0, 2, 3), keepdim=True, correction=0) * S.std(
        (0, 2, 3), keepdim=True, correction=0
    ) + S.mean((0, 2, 3), True)


def in_place(F, S):
    F -= mean(F)
    return F / deviation(F) * deviation(S) + mean(S)


WRONG = [
    (lambda F, S: F, "Nothing has changed"),
    (lambda F, S: S, "not those of `F`"),
    (lambda F, S: (F - mean(F)) * S.std((2, 3), keepdim=True, correction=0) + mean(S), "divide by"),
    (lambda F, S: F / deviation(F) * deviation(S) + mean(S), "subtract it first"),
    (lambda F, S: (F - mean(F)) / deviation(F) * deviation(S), "is not added"),
    (
        lambda F, S: (F - mean(F)) / F.std((2, 3), keepdim=True, correction=0) + mean(S),
        "deviation of `S` is missing",
    ),
    (lambda F, S: F - mean(F) + mean(S), "still those of `F`"),
    (lambda F, S: F / deviation(F) * deviation(S), "means are not"),
    (lambda F, S: instance_norm(F, eps=1e-12), "Neither"),
    (lambda F, S: (F - mean(S)) / deviation(S) * deviation(F) + mean(F), "changed places"),
    (
        lambda F, S: (
            ((F - mean(F)) / F.std((2, 3), keepdim=True, correction=0) + mean(S))
            * S.std((2, 3), keepdim=True, correction=0)
        ),
        "multiplied after",
    ),
    (
        lambda F, S: (
            (F - mean(F)) / F.var((2, 3), keepdim=True) * S.var((2, 3), keepdim=True) + mean(S)
        ),
        "variances",
    ),
    (of_all_channels, "All channels have one"),
    (of_the_batch, "All pictures of the batch"),
    (in_place, "in place"),
    (
        lambda F, S: (F - mean(F)) / F.std((2, 3), keepdim=True) * deviation(S) + mean(S),
        "division by 0",
    ),
]

RIGHT = [
    lambda F, S: (F - mean(F)) / deviation(F) * deviation(S) + mean(S),
    lambda F, S: instance_norm(F, eps=1e-12) * S.std((2, 3), keepdim=True, correction=0) + mean(S),
    in_loops,
    flattened,
]
