"""Two Gram matrices compared: as shares, in an order that shows groups, and where they differ."""

import itertools

import numpy as np
import torch
from scipy.cluster import hierarchy


def relative_grams(first: torch.Tensor, second: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return two Gram matrices, each entry as a share that can be compared within and between.

    First each matrix is divided by its mean diagonal, so that a strong picture is not larger all
    over. Then every entry is divided by the strength of its two channels, the root of their
    entries on the diagonal (the mean of both matrices), so that loud channels do not outshine
    all others.

    Args:
        first, second: Gram matrices `(C, C)` of one layer.

    Returns:
        Two matrices `(C, C)` of numbers from 0 to 2; a channel that is silent in both has zeros.

    Example:
        >>> gram = torch.tensor([[4.0, 1.0], [1.0, 1.0]])
        >>> relative_grams(gram, 9 * gram)[1]
        tensor([[1.0000, 0.5000],
                [0.5000, 1.0000]])
    """
    grams = [gram / gram.diagonal().mean().clamp(min=1e-12) for gram in (first, second)]
    strength = ((grams[0].diagonal() + grams[1].diagonal()) / 2).sqrt()
    scale = torch.outer(strength, strength)
    a, b = ((gram / scale.clamp(min=1e-12)).where(scale > 1e-9, 0.0) for gram in grams)
    return a, b


def cluster(similarity: torch.Tensor, groups: int = 8) -> tuple[list[int], list[tuple[int, int]]]:
    """Return an order of channels in which similar ones are neighbours, and its groups.

    Args:
        similarity: a symmetric matrix `(C, C)`, such as cosines, for 2 channels or more.
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


def separating_pairs(
    first: torch.Tensor, second: torch.Tensor, count: int = 20
) -> list[tuple[int, int]]:
    """Return the pairs of channels in which two Gram matrices differ most, each channel once.

    Compared are the shares of `relative_grams`, and only between channels that are stronger than
    half of all: a channel that is nearly silent would win by accident.

    Args:
        first, second: Gram matrices `(C, C)` of one layer.
        count: how many pairs, at most.

    Returns:
        A list of pairs `(i, j)` with `i < j`, the largest difference first.

    Example:
        >>> first, second = torch.eye(5), torch.eye(5)
        >>> first[0, 3] = first[3, 0] = 0.9
        >>> second[1, 2] = second[2, 1] = 0.8
        >>> separating_pairs(first, second)
        [(0, 3), (1, 2)]
    """
    a, b = relative_grams(first, second)
    strengths = [gram.diagonal() / gram.diagonal().mean() for gram in (first, second)]
    strength = strengths[0] + strengths[1]
    loud = strength >= strength.median()
    difference = torch.triu((a - b).abs() * torch.outer(loud, loud), 1)
    pairs, used = [], set()
    for entry in difference.flatten().argsort(descending=True).tolist():
        pair = divmod(entry, len(difference))
        if len(pairs) == count or difference[pair] == 0:
            break
        if not used & set(pair):
            pairs.append(pair)
            used |= set(pair)
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
