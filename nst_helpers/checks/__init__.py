"""Checkers for the exercises, which name the mistake they find; and the reader's predictions."""

from nst_helpers.checks.answer import check_answer, compare_answer
from nst_helpers.checks.content_loss import check_content_loss
from nst_helpers.checks.cosine import check_cosine
from nst_helpers.checks.dot_product import check_dot_product
from nst_helpers.checks.gram_matrix import check_gram_matrix
from nst_helpers.checks.match_moments import check_match_moments
from nst_helpers.checks.predictions import predict, predictions
from nst_helpers.checks.report import Report
from nst_helpers.checks.step import check_step
from nst_helpers.checks.style_loss import check_style_loss
from nst_helpers.checks.to_bytes import check_to_bytes
from nst_helpers.checks.total_loss import check_total_loss
from nst_helpers.checks.transfer import check_transfer
from nst_helpers.checks.variation_loss import check_variation_loss

__all__ = [
    "Report",
    "check_answer",
    "check_content_loss",
    "check_cosine",
    "check_dot_product",
    "check_gram_matrix",
    "check_match_moments",
    "check_step",
    "check_style_loss",
    "check_to_bytes",
    "check_total_loss",
    "check_transfer",
    "check_variation_loss",
    "compare_answer",
    "predict",
    "predictions",
]
