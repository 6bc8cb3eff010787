"""The exercise of the Gram matrix."""

from nst_helpers.checks.inputs import channels_last, feature_maps, numbers
from nst_helpers.checks.runner import check_function
from nst_helpers.engine.losses import gram_matrix


def check_gram_matrix(function, batch=True):
    """Check a function of feature maps that returns Gram matrices divided by the positions.

    Args:
        function: takes features `(N, C, H, W)` and returns `(N, C, C)`.
        batch: False for a function of one feature map: `(C, H, W)` to `(C, C)`.

    Example:
        >>> def gram_matrix(features):
        ...     flat = features.flatten(start_dim=1)
        ...     return flat.T @ flat / flat.shape[1]
        >>> report = check_gram_matrix(gram_matrix, batch=False)
        ✗ Not yet. Your matrix is 6 x 6, one row a position: you multiplied Fᵀ F. The Gram matrix \
is F Fᵀ, one row a channel, divided by the number of positions (H times W).
    """
    maps = [
        feature_maps,
        lambda: channels_last(feature_maps(1)),
        lambda: numbers(1, 4, 2, 5, seed=2),
    ]
    cases = [lambda m=m: (m() if batch else m()[0],) for m in maps]
    right = gram_matrix if batch else lambda features: gram_matrix(features[None])[0]
    return check_function(
        function, "Gram matrix", right, _gram_matrix_mistakes, cases, gradient="noted"
    )


def _gram_matrix_mistakes(features):
    rule = (
        "The Gram matrix is F Fᵀ, one row a channel, divided by the number of positions "
        "(H times W)."
    )
    single = features.ndim == 3
    features = features[None] if single else features
    pictures, channels, height, width = features.shape
    positions = height * width
    flat = features.flatten(start_dim=2)
    gram, mean = gram_matrix(features), flat.mean(dim=2, keepdim=True)
    mixed = features.reshape(pictures, positions, channels)  # view(H * W, C): no transpose
    in_memory = features.permute(0, 2, 3, 1).reshape(flat.shape)  # channels last, cut into C rows
    mistakes = {
        "Your matrix is {shape}, one row a position: you multiplied Fᵀ F.": (
            flat.mT @ flat / positions
        ),
        "`view(H * W, C)` cuts the rows elsewhere and mixes channels and positions.": (
            mixed.mT @ mixed / positions
        ),
        "Your matrix is {shape}, one row a position, and channels and positions are mixed.": (
            mixed @ mixed.mT / positions
        ),
        "Your rows mix channels and positions: the last dimension was the channels.": (
            in_memory @ in_memory.mT / positions
        ),
        "Only the diagonal is there: each channel with itself.": flat.square().mean(dim=2),
        "Only the diagonal is filled.": flat.square().mean(dim=2).diag_embed(),
        "Only the upper triangle is filled.": gram.triu(),
        "Only the lower triangle is filled.": gram.tril(),
        "You added up each channel before you multiplied: what fires together is lost.": (
            mean @ mean.mT
        ),
        "You subtracted the means: this is the covariance.": gram - mean @ mean.mT,
        "You divided by the lengths of the channels: these are cosines.": (
            gram / (flat.norm(dim=2, keepdim=True) @ flat.norm(dim=2, keepdim=True).mT)
        ),
        "The signs are lost: a dot product may be negative.": gram.abs(),
        "Each channel is multiplied with itself, {shape}: make it one row first.": (
            features @ features.mT / positions
        ),
        "Each number is multiplied with itself only, {shape}.": features.square() / positions,
    }
    if single:
        mistakes = {hint: outcome[0] for hint, outcome in mistakes.items()}
    else:
        rows, joined = flat.flatten(end_dim=1), flat.transpose(0, 1).flatten(start_dim=1)
        mistakes |= {
            "The batch became one matrix of {shape}: each picture has its own Gram matrix.": (
                rows @ rows.mT / positions
            ),
            "The pictures of the batch are joined into one: each has its own Gram matrix.": (
                joined @ joined.mT / positions
            ),
            "You took the mean over the batch: each picture has its own Gram matrix.": gram.mean(0),
            "Only the first picture of the batch is used.": gram[0],
        }
    scales = {
        "It is not divided by the number of positions.": positions,
        "It is divided by the number of positions twice.": 1 / positions,
        "It is divided by C, the number of channels.": positions / channels,
        "It is divided by C, too: by C times H times W.": 1 / channels,
        "It is divided by the number of pictures, too.": 1 / pictures,
    }
    return rule, mistakes, scales
