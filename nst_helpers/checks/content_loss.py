"""The exercise on the content loss."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import channels_last, feature_maps
from nst_helpers.checks.mistakes import Mistakes, difference_mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function
from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss


def check_content_loss(function: Callable[[torch.Tensor, torch.Tensor], object]) -> Report:
    """Check a function of two feature maps that returns their content loss.

    Args:
        function: takes features and a target, both `(N, C, H, W)`, and returns a scalar tensor that
            is differentiable in the features.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_content_loss(lambda features, target: (features - target).mean())
        ✗ Not yet. The square is missing, so plus and minus cancel. The content loss is the mean \
of the squared differences.
    """
    return check_function(function, EXERCISE)


def _mistakes(features: torch.Tensor, target: torch.Tensor) -> Mistakes:
    outcomes, factors = difference_mistakes(features, target)
    style = style_loss(gram_matrix(features), gram_matrix(target))
    outcomes |= {"You compared Gram matrices: this is a style loss.": style}
    return Mistakes(outcomes, factors)


EXERCISE = Exercise(
    result="content loss",
    rule="The content loss is the mean of the squared differences.",
    right=content_loss,
    mistakes=_mistakes,
    cases=(
        lambda: (feature_maps(), feature_maps(1)),
        lambda: (channels_last(feature_maps(2)), feature_maps(3)),
    ),
    gradient="needed",
)
