"""The exercise of the style loss."""

from nst_helpers.checks.inputs import feature_maps, numbers
from nst_helpers.checks.mistakes import difference_mistakes, mean_square
from nst_helpers.checks.runner import check_function
from nst_helpers.engine.losses import gram_matrix, style_loss


def check_style_loss(function):
    """Check a function of two Gram matrices that returns their style loss.

    Args:
        function: takes Gram matrices and a target `(N, C, C)` and returns a scalar tensor.

    Example:
        >>> report = check_style_loss(lambda gram, target: None)
        ○ Nothing was returned yet. Write your lines in the function, and end with `return`.
    """
    cases = [
        lambda: (gram_matrix(feature_maps()), gram_matrix(feature_maps(1))),
        lambda: (gram_matrix(numbers(1, 4, 3, 5, seed=2)), gram_matrix(numbers(1, 4, 2, 2))),
    ]
    table = _style_loss_mistakes
    return check_function(function, "style loss", style_loss, table, cases, gradient="needed")


def _style_loss_mistakes(gram, target):
    rule = "The style loss is the mean of the squared differences of two Gram matrices."
    mistakes, scales = difference_mistakes(gram, target)
    mistakes |= {
        "You compared the diagonals only.": mean_square((gram - target).diagonal(dim1=1, dim2=2)),
        "You multiplied once more: the inputs are Gram matrices already.": mean_square(
            gram @ gram.mT - target @ target.mT
        ),
        "Only the first matrix of the batch is compared.": mean_square(gram[0] - target[0]),
    }
    return rule, mistakes, scales
