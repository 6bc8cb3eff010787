"""The exercise on the Gram matrix, for one picture or for a batch of them."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import channels_last, feature_maps, numbers
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function
from nst_helpers.engine.losses import gram_matrix


def check_gram_matrix(function: Callable[[torch.Tensor], object], batch: bool = True) -> Report:
    """Check a function of feature maps that returns Gram matrices divided by the positions.

    Args:
        function: takes features `(N, C, H, W)` and returns `(N, C, C)`. Where it is not
            differentiable, the report says so in a remark.
        batch: False for a function of the feature maps of one picture: `(C, H, W)` to `(C, C)`.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> def gram_matrix(features):
        ...     flat = features.flatten(start_dim=1)
        ...     return flat.T @ flat / flat.shape[1]
        >>> report = check_gram_matrix(gram_matrix, batch=False)
        ✗ Not yet. Your matrix is 6 x 6, one row a position: you multiplied Fᵀ F. The Gram matrix \
is F Fᵀ, one row a channel, divided by the number of positions (H times W).
    """
    return check_function(function, BATCH_EXERCISE if batch else SINGLE_EXERCISE)


def _gram_of_one(features: torch.Tensor) -> torch.Tensor:
    return gram_matrix(features[None])[0]


def _shared_mistakes(features: torch.Tensor) -> Mistakes:
    """Return the mistakes, as a batch of matrices, that are made in both forms of the exercise."""
    pictures, channels, height, width = features.shape
    positions = height * width
    flat = features.flatten(start_dim=2)
    gram, mean = gram_matrix(features), flat.mean(dim=2, keepdim=True)
    lengths = flat.norm(dim=2, keepdim=True)
    viewed = features.reshape(pictures, positions, channels)  # as by `view(H * W, C)`
    moved = features.permute(0, 2, 3, 1).reshape(flat.shape)  # channels last, then cut into C rows
    outcomes = {
        "Your matrix is {shape}, one row a position: you multiplied Fᵀ F.": (
            flat.mT @ flat / positions
        ),
        "`view(H * W, C)` cuts the rows elsewhere and mixes channels and positions.": (
            viewed.mT @ viewed / positions
        ),
        "Your matrix is {shape}, one row a position, and channels and positions are mixed.": (
            viewed @ viewed.mT / positions
        ),
        "Your rows mix channels and positions: they were cut with the channels as the last "
        "dimension.": moved @ moved.mT / positions,
        "Only the diagonal is there: each channel with itself.": flat.square().mean(dim=2),
        "Only the diagonal is filled.": flat.square().mean(dim=2).diag_embed(),
        "Only the upper triangle is filled.": gram.triu(),
        "Only the lower triangle is filled.": gram.tril(),
        "You added up each channel before you multiplied: what fires together is lost.": (
            mean @ mean.mT
        ),
        "You subtracted the means: this is the covariance.": gram - mean @ mean.mT,
        "You divided by the lengths of the channels: these are cosines.": (
            gram / (lengths @ lengths.mT)
        ),
        "The signs are lost: a dot product may be negative.": gram.abs(),
        "Each channel is multiplied with itself, {shape}: make it one row first.": (
            features @ features.mT / positions
        ),
        "Each number is multiplied with itself only, {shape}.": features.square() / positions,
    }
    factors = {
        "It is not divided by the number of positions.": positions,
        "It is divided by the number of positions twice.": 1 / positions,
        "It is divided by C, the number of channels.": positions / channels,
        "It is divided by C, too: by C times H times W.": 1 / channels,
    }
    return Mistakes(outcomes, factors)


def _single_mistakes(features: torch.Tensor) -> Mistakes:
    outcomes, factors = _shared_mistakes(features[None])
    return Mistakes({text: outcome[0] for text, outcome in outcomes.items()}, factors)


def _batch_mistakes(features: torch.Tensor) -> Mistakes:
    outcomes, factors = _shared_mistakes(features)
    gram, flat = gram_matrix(features), features.flatten(start_dim=2)
    pictures, _, positions = flat.shape
    stacked = flat.flatten(end_dim=1)  # (N * C, H * W)
    joined = flat.transpose(0, 1).flatten(start_dim=1)  # (C, N * H * W)
    outcomes |= {
        "The batch became one matrix of {shape}: each picture has its own Gram matrix.": (
            stacked @ stacked.mT / positions
        ),
        "The pictures of the batch are joined into one: each has its own Gram matrix.": (
            joined @ joined.mT / positions
        ),
        "You took the mean over the batch: each picture has its own Gram matrix.": gram.mean(0),
        "Only the first picture of the batch is used.": gram[0],
    }
    factors |= {"It is divided by the number of pictures, too.": 1 / pictures}
    return Mistakes(outcomes, factors)


_RULE = (
    "The Gram matrix is F Fᵀ, one row a channel, divided by the number of positions (H times W)."
)

SINGLE_EXERCISE = Exercise(
    result="Gram matrix",
    rule=_RULE,
    right=_gram_of_one,
    mistakes=_single_mistakes,
    cases=(
        lambda: (feature_maps()[0],),
        lambda: (channels_last(feature_maps(1))[0],),
        lambda: (numbers(4, 2, 5, seed=2),),
    ),
    gradient="noted",
)

BATCH_EXERCISE = Exercise(
    result="Gram matrix",
    rule=_RULE,
    right=gram_matrix,
    mistakes=_batch_mistakes,
    cases=(
        lambda: (feature_maps(),),
        lambda: (channels_last(feature_maps(1)),),
        lambda: (numbers(1, 4, 2, 5, seed=2),),
    ),
    gradient="noted",
)
