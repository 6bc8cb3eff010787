"""What students write for the Gram matrices of a batch.

Each wrong function comes with words that its hint must contain.
"""

import torch

from nst_helpers.engine import losses


def gram_view(features):
    n, c, h, w = features.shape
    flat = features.reshape(n, h * w, c)
    return flat.transpose(1, 2) @ flat / (h * w)


def gram_channels_last(features):
    n, c, h, w = features.shape
    flat = features.permute(0, 2, 3, 1).reshape(n, c, h * w)
    return torch.bmm(flat, flat.mT) / (h * w)


def gram_from_storage(features):
    """Right in the usual memory order only."""
    n, c, h, w = features.shape
    flat = torch.as_strided(features, (n, c, h * w), (c * h * w, h * w, 1))
    return flat @ flat.mT / (h * w)


def gram_transposed(features):
    flat = features.flatten(2)
    return flat.mT @ flat / flat.shape[2]


def gram_tutorial(features):
    """The matrix of the well-known tutorial: one for the whole batch."""
    n, c, h, w = features.shape
    flat = features.reshape(n * c, h * w)
    return flat @ flat.t() / (h * w)


def gram_joined(features):
    flat = features.transpose(0, 1).reshape(features.shape[1], -1)
    return flat @ flat.T / features[0, 0].numel()


def gram_divided(by):
    def gram(features):
        flat = features.flatten(2)
        return flat @ flat.mT / by(*features.shape)

    return gram


def gram_half_filled(features):
    flat, n = features.flatten(2), features.shape[1]
    gram = torch.zeros(len(flat), n, n)
    for i in range(n):
        for j in range(i, n):
            gram[:, i, j] = (flat[:, i] * flat[:, j]).mean(1)
    return gram


def gram_diagonal(features):
    return features.square().mean((2, 3))


def gram_in_place(features):
    features -= features.mean()
    return losses.gram_matrix(features)


def gram_loop(features):
    n, c = features.shape[:2]
    gram = torch.zeros(n, c, c)
    for p in range(n):
        for i in range(c):
            for j in range(c):
                gram[p, i, j] = (features[p, i] * features[p, j]).mean()
    return gram


def gram_viewed(features):
    n, c, h, w = features.shape
    flat = features.view(n, c, h * w)
    return flat.bmm(flat.transpose(1, 2)) / (h * w)


def gram_numpy(features):
    n, c, h, w = features.shape
    flat = features.numpy().reshape(n, c, h * w)
    return flat @ flat.transpose(0, 2, 1) / (h * w)


WRONG = [
    (gram_transposed, "6 x 6, one row a position: you multiplied Fᵀ F"),
    (gram_view, "mixes channels and positions"),
    (gram_channels_last, "cut with the channels as the last"),
    (gram_from_storage, "cut with the channels as the last"),
    (gram_tutorial, "one matrix of 12 x 12"),
    (gram_joined, "joined into one"),
    (gram_divided(lambda n, c, h, w: 1), "not divided"),
    (gram_divided(lambda n, c, h, w: (h * w) ** 2), "positions twice"),
    (gram_divided(lambda n, c, h, w: c), "divided by C, the number"),
    (gram_divided(lambda n, c, h, w: c * h * w), "C times H times W"),
    (gram_divided(lambda n, c, h, w: n * h * w), "number of pictures"),
    (gram_half_filled, "Only the upper triangle"),
    (gram_diagonal, "Only the diagonal is there"),
    (lambda f: f @ f.mT / f[0, 0].numel(), "3 x 4 x 2 x 2: make it one row"),
    (lambda f: torch.cov(f[0].flatten(1), correction=0), "shape 4 x 4"),
    (lambda f: losses.gram_matrix(f)[0], "Only the first picture"),
    (gram_in_place, "changed its input `features` in place"),
]

RIGHT = [
    losses.gram_matrix,
    gram_loop,
    gram_viewed,
    gram_numpy,
    lambda f: torch.einsum("nchw,ndhw->ncd", f, f) / f[0, 0].numel(),
    lambda f: torch.stack([losses.gram_matrix(x[None])[0] for x in f]),
]
