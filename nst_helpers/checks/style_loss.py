"""The exercise on the style loss."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import feature_maps, numbers
from nst_helpers.checks.mistakes import Mistakes, difference_mistakes, mean_square
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function
from nst_helpers.engine.losses import gram_matrix, style_loss


def check_style_loss(function: Callable[[torch.Tensor, torch.Tensor], object]) -> Report:
    """Check a function of two Gram matrices that returns their style loss.

    Args:
        function: takes Gram matrices and a target, both `(N, C, C)`, and returns a scalar tensor
            that is differentiable in the Gram matrices.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_style_loss(lambda gram, target: None)
        ○ Nothing was returned yet. Write your lines in the function, and end with `return`.
    """
    return check_function(function, EXERCISE)


def _mistakes(gram: torch.Tensor, target: torch.Tensor) -> Mistakes:
    outcomes, factors = difference_mistakes(gram, target)
    outcomes |= {
        "You compared the diagonals only.": mean_square((gram - target).diagonal(dim1=1, dim2=2)),
        "You multiplied once more: the inputs are Gram matrices already.": mean_square(
            gram @ gram.mT - target @ target.mT
        ),
        "Only the first matrix of the batch is compared.": mean_square(gram[0] - target[0]),
    }
    return Mistakes(outcomes, factors)


EXERCISE = Exercise(
    result="style loss",
    rule="The style loss is the mean of the squared differences of two Gram matrices.",
    right=style_loss,
    mistakes=_mistakes,
    cases=(
        lambda: (gram_matrix(feature_maps()), gram_matrix(feature_maps(1))),
        lambda: (gram_matrix(numbers(1, 4, 3, 5, seed=2)), gram_matrix(numbers(1, 4, 2, 2))),
    ),
    gradient="needed",
)
