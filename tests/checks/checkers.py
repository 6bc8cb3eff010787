"""The checkers of functions, each with its exercise and with what students write."""

from collections.abc import Callable
from typing import NamedTuple

import attempts_content_loss
import attempts_cosine
import attempts_dot_product
import attempts_gram_matrix
import attempts_match_moments
import attempts_single_gram_matrix
import attempts_step
import attempts_style_loss
import attempts_to_bytes
import attempts_total_loss
import attempts_transfer
import attempts_variation_loss

from nst_helpers import checks
from nst_helpers.checks import (
    content_loss,
    cosine,
    dot_product,
    gram_matrix,
    match_moments,
    step,
    style_loss,
    to_bytes,
    total_loss,
    variation_loss,
)
from nst_helpers.checks.runner import Exercise


class Checker(NamedTuple):
    check: Callable
    exercise: Exercise | None  # what a checker of its own kind has not
    wrong: list
    right: list


def check_single_gram_matrix(function):
    return checks.check_gram_matrix(function, batch=False)


CHECKERS = [
    Checker(check, exercise, attempts.WRONG, attempts.RIGHT)
    for check, exercise, attempts in [
        (checks.check_dot_product, dot_product.EXERCISE, attempts_dot_product),
        (checks.check_cosine, cosine.EXERCISE, attempts_cosine),
        (checks.check_content_loss, content_loss.EXERCISE, attempts_content_loss),
        (checks.check_gram_matrix, gram_matrix.BATCH_EXERCISE, attempts_gram_matrix),
        (check_single_gram_matrix, gram_matrix.SINGLE_EXERCISE, attempts_single_gram_matrix),
        (checks.check_style_loss, style_loss.EXERCISE, attempts_style_loss),
        (checks.check_variation_loss, variation_loss.EXERCISE, attempts_variation_loss),
        (checks.check_total_loss, total_loss.EXERCISE, attempts_total_loss),
        (checks.check_to_bytes, to_bytes.EXERCISE, attempts_to_bytes),
        (checks.check_match_moments, match_moments.EXERCISE, attempts_match_moments),
        (checks.check_step, step.EXERCISE, attempts_step),
    ]
]
CHECKERS.append(
    Checker(checks.check_transfer, None, attempts_transfer.WRONG, attempts_transfer.RIGHT)
)


class Rude:
    """Raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError("leave me alone")

    __repr__ = __str__ = __eq__ = __len__ = __array__ = __getattribute__
    __hash__ = None
