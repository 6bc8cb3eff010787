"""The exercise on the cosine of the angle between two vectors."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import VECTOR_CASES
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function


def check_cosine(function: Callable[[torch.Tensor, torch.Tensor], object]) -> Report:
    """Check a function of two vectors that returns the cosine of the angle between them.

    Args:
        function: takes two tensors `(N,)` and returns a number.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_cosine(lambda a, b: a @ b / a.norm() / b.norm())
        ✓ Right. Your cosine is correct on every input tried.
    """
    return check_function(function, EXERCISE)


def _cosine(a: torch.Tensor, b: torch.Tensor) -> torch.Tensor:
    return a @ b / (a.norm() * b.norm())


def _mistakes(a: torch.Tensor, b: torch.Tensor) -> Mistakes:
    dot, a_length, b_length, cosine = a @ b, a.norm(), b.norm(), _cosine(a, b)
    outcomes = {
        "The lengths are missing: this is the dot product.": dot,
        "You did not divide by the length of b.": dot / a_length,
        "You did not divide by the length of a.": dot / b_length,
        "You divided by squared lengths: a length is a root.": cosine / (a_length * b_length),
        "`x / y * z` divides by y only: write `x / (y * z)`.": dot / a_length * b_length,
        "You divided by the sum of the lengths.": dot / (a_length + b_length),
        "You took the root of the lengths.": dot / (a_length * b_length).sqrt(),
        "A sum is not a length: square, add, then take the root.": dot / (a.sum() * b.sum()),
        "You added absolute values for a length: square them, and take the root of the sum.": (
            dot / (a.abs().sum() * b.abs().sum())
        ),
        "The cosine is squared.": cosine.square(),
        "The sign is lost: a cosine goes from -1 to 1.": cosine.abs(),
        "You subtracted the means: this is the correlation.": _cosine(a - a.mean(), b - b.mean()),
        "This is the angle in radians, not its cosine.": cosine.acos(),
        "This is the angle in degrees, not its cosine.": cosine.acos().rad2deg(),
        "This is 1 minus the cosine, a distance.": 1 - cosine,
    }
    return Mistakes(outcomes, {"You took the mean of the products, not their sum.": 1 / len(a)})


EXERCISE = Exercise(
    result="cosine",
    rule="The cosine is the dot product divided by the product of the two lengths.",
    right=_cosine,
    mistakes=_mistakes,
    cases=VECTOR_CASES,
)
