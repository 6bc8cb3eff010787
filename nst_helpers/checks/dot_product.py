"""The exercise of the dot product."""

import torch

from nst_helpers.checks.cosine import cosine_of
from nst_helpers.checks.inputs import VECTORS
from nst_helpers.checks.runner import check_function


def check_dot_product(function):
    """Check a function of two vectors that returns their dot product.

    Args:
        function: takes two 1-D tensors of one length and returns a number.

    Example:
        >>> report = check_dot_product(lambda a, b: a * b)
        ✗ Not yet. You returned the products one by one. The dot product is the sum of \
the products, number by number.
        >>> bool(report)
        False
    """
    return check_function(function, "dot product", torch.dot, _dot_product_mistakes, VECTORS)


def _dot_product_mistakes(a, b):
    rule = "The dot product is the sum of the products, number by number."
    mistakes = {
        "You returned the products one by one.": a * b,
        "You made a table of {shape}, every number times every other.": torch.outer(a, b),
        "You added up each vector first, then multiplied the sums.": a.sum() * b.sum(),
        "You added the numbers instead of multiplying them.": (a + b).sum(),
        "The second vector is not used: this is a with itself.": a @ a,
        "The first vector is not used: this is b with itself.": b @ b,
        "The signs of the products are lost.": (a * b).abs().sum(),
        "The sign of the sum is lost: it may be negative.": (a @ b).abs(),
        "You divided by the lengths: this is the cosine.": cosine_of(a, b),
        "You subtracted: this is a squared distance.": (a - b).square().sum(),
        "Only the first product is there: is `return` inside the loop?": a[0] * b[0],
        "Only the last product is there: add with `+=` in the loop.": a[-1] * b[-1],
        "The last product is missing: does the loop end too early?": a[:-1] @ b[:-1],
        "The first product is missing: Python counts from 0.": a[1:] @ b[1:],
    }
    return rule, mistakes, {"You took the mean, not the sum.": 1 / len(a)}
