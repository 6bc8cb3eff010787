"""Gram matrices on one scale, in an order that shows groups, and the pairs that separate two."""

import itertools

import numpy as np
import torch
from scipy.cluster import hierarchy

MEASURES = ("Gram", "covariance", "correlation")
_CONSTANT = 1e-6  # a variance that is a smaller share of the mean square is an error of rounding


def measured(gram: torch.Tensor, means: torch.Tensor, measure: str) -> torch.Tensor:
    """Return how each pair of channels goes together, on a scale from -1 to 1.

    For the Gram matrix and the covariance, an entry is divided by the strength of its two channels,
    the root of their entries on the diagonal of the Gram matrix; for the correlation, by their
    standard deviations. So loud and quiet channels can be seen side by side.

    Args:
        gram: a Gram matrix `(C, C)`.
        means: the channels' averages `(C,)`.
        measure: one of `MEASURES`.

    Returns:
        A matrix `(C, C)` of float64; a channel that is silent has zeros, and with the correlation
        one that never varies, too.

    Example:
        >>> gram, means = torch.tensor([[4.0, 1.0], [1.0, 1.0]]), torch.tensor([1.0, 0.5])
        >>> [measured(gram, means, measure)[0, 1].item() for measure in ("Gram", "covariance")]
        [0.5, 0.25]
    """
    gram, means = gram.double(), means.double()
    varying = gram - torch.outer(means, means)
    squares = gram.diagonal()
    if measure == "correlation":
        variances = varying.diagonal()
        squares = variances.where(variances > _CONSTANT * gram.diagonal(), 0.0)
    lengths = torch.outer(squares, squares).sqrt()
    entries = gram if measure == "Gram" else varying
    return (entries / lengths.where(lengths > 0, 1.0)).where(lengths > 0, 0.0).clamp(-1, 1)


def cluster(similarity: torch.Tensor, groups: int = 8) -> tuple[list[int], list[tuple[int, int]]]:
    """Return an order of channels in which similar ones are neighbours, and its groups.

    Args:
        similarity: a symmetric matrix `(C, C)`, such as correlations, for 2 channels or more.
        groups: how many, at most.

    Returns:
        A list of the C channels, and a list of `(begin, end)` in it.

    Example:
        >>> alike = torch.tensor([[1.0, 0.1, 0.9], [0.1, 1.0, 0.2], [0.9, 0.2, 1.0]])
        >>> order, groups = cluster(alike, groups=2)
        >>> abs(order.index(0) - order.index(2)), len(groups)
        (1, 2)
    """
    # Two channels are alike where their rows are: where they are similar to the same channels.
    rows = similarity.double().cpu().numpy()
    tree = hierarchy.linkage(rows, "ward", optimal_ordering=True)
    order = hierarchy.leaves_list(tree)
    numbers = hierarchy.fcluster(tree, groups, "maxclust")[order]
    changes = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(order)]
    return order.tolist(), list(itertools.pairwise(changes))


def loud_channels(gram: torch.Tensor) -> torch.Tensor:
    """Return which channels are at least as strong as three quarters of all.

    Args:
        gram: a Gram matrix `(C, C)`.

    Example:
        >>> loud_channels(torch.diag(torch.tensor([0.0, 3.0, 5.0, 4.0, 9.0])))
        tensor([False, False,  True, False,  True])
    """
    return gram.diagonal() >= gram.diagonal().quantile(0.75)


def separating_pairs(
    first: torch.Tensor, second: torch.Tensor, loud: torch.Tensor, count: int = 6
) -> list[tuple[int, int]]:
    """Return the pairs of channels that go together in one picture, and less in another.

    Each channel comes once, and only loud ones: two that are nearly silent would win by accident.

    Args:
        first: how each pair goes together in the one picture, `(C, C)`, see `measured`.
        second: the same in the other.
        loud: which channels take part, `(C,)`: those that are loud in the one picture.
        count: how many pairs, at most.

    Returns:
        A list of pairs `(i, j)` with `i < j`, the largest difference first.

    Example:
        >>> first, second = torch.eye(5), torch.eye(5)
        >>> first[0, 3] = first[3, 0] = 0.9
        >>> second[1, 2] = second[2, 1] = 0.8
        >>> loud = torch.ones(5, dtype=torch.bool)
        >>> separating_pairs(first, second, loud), separating_pairs(second, first, loud)
        ([(0, 3)], [(1, 2)])
    """
    together = (first >= 0) & torch.outer(loud, loud)
    left = torch.triu((first - second) * together, 1)
    pairs: list[tuple[int, int]] = []
    while len(pairs) < count and left.max() > 0:
        i, j = divmod(int(left.argmax()), len(left))
        pairs.append((i, j))
        for channel in (i, j):
            left[channel] = left[:, channel] = 0
    return pairs


def rank_of_pair(gram: torch.Tensor, pair: tuple[int, int]) -> int:
    """Return the rank of a pair's entry among all pairs of different channels, 1 for the largest.

    Args:
        gram: a Gram matrix `(C, C)`.
        pair: two channels.

    Example:
        >>> gram = torch.tensor([[9.0, 2.0, 5.0], [2.0, 9.0, 7.0], [5.0, 7.0, 9.0]])
        >>> rank_of_pair(gram, (0, 2))
        2
    """
    upper = gram[tuple(torch.triu_indices(*gram.shape, offset=1))]
    return int((upper > gram[pair]).sum()) + 1
