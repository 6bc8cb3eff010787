"""The exercise on the dot product of two vectors."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import VECTOR_CASES
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function


def check_dot_product(function: Callable[[torch.Tensor, torch.Tensor], object]) -> Report:
    """Check a function of two vectors that returns their dot product.

    Args:
        function: takes two tensors `(N,)` and returns a number.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_dot_product(lambda a, b: a * b)
        ✗ Not yet. You returned the products one by one. The dot product is the sum of \
the products, number by number.
        >>> bool(report)
        False
    """
    return check_function(function, EXERCISE)


def _mistakes(a: torch.Tensor, b: torch.Tensor) -> Mistakes:
    cosine = torch.nn.functional.cosine_similarity(a, b, dim=0)
    outcomes = {
        "You returned the products one by one.": a * b,
        "You made a table of {shape}, every number times every other.": torch.outer(a, b),
        "You added up each vector first, then multiplied the sums.": a.sum() * b.sum(),
        "You added the numbers instead of multiplying them.": (a + b).sum(),
        "The second vector is not used: this is a with itself.": a @ a,
        "The first vector is not used: this is b with itself.": b @ b,
        "The signs of the products are lost.": (a * b).abs().sum(),
        "The sign of the sum is lost: it may be negative.": (a @ b).abs(),
        "You divided by the lengths: this is the cosine.": cosine,
        "You subtracted: this is a squared distance.": (a - b).square().sum(),
        "Only the first product is there: is `return` inside the loop?": a[0] * b[0],
        "Only the last product is there: add with `+=` in the loop.": a[-1] * b[-1],
        "The last product is missing: does the loop end too early?": a[:-1] @ b[:-1],
        "The first product is missing: Python counts from 0.": a[1:] @ b[1:],
    }
    return Mistakes(outcomes, {"You took the mean, not the sum.": 1 / len(a)})


EXERCISE = Exercise(
    result="dot product",
    rule="The dot product is the sum of the products, number by number.",
    right=torch.dot,
    mistakes=_mistakes,
    cases=VECTOR_CASES,
)
