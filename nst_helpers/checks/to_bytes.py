"""The exercise on the last line of the loop: from numbers to the bytes of a file."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import numbers
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function


def check_to_bytes(function: Callable[[torch.Tensor], object]) -> Report:
    """Check a function of a picture that returns the numbers from 0 to 255 that a file has.

    Args:
        function: takes a picture `(1, 3, H, W)`, which may leave [0, 1], and returns `(H, W, 3)`,
            whole numbers from 0 to 255.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_to_bytes(lambda picture: (255 * picture[0]).round().clamp(0, 255))
        ✗ Not yet. The colours are still the first dimension, 3 x 4 x 5: a file has them last. \
Clamp to [0, 1], multiply by 255, round, and put the colours last.
    """
    return check_function(function, EXERCISE)


def _to_bytes(picture: torch.Tensor) -> torch.Tensor:
    return (255 * picture[0].clamp(0, 1)).round().to(torch.uint8).permute(1, 2, 0)


def _mistakes(picture: torch.Tensor) -> Mistakes:
    last = picture[0].permute(1, 2, 0)
    inside = last.clamp(0, 1)
    outcomes = {
        "Numbers outside of the range are not clamped, and in a byte 256 becomes 0.": (
            (255 * last).round().int().to(torch.uint8)
        ),
        "Numbers outside of the range are not clamped, and in a byte 256 becomes 0; nor is "
        "anything rounded.": (255 * last).int().to(torch.uint8),
        "Numbers outside of the range are still there.": (255 * last).round(),
        "It is not rounded: a byte cuts off what is behind the point.": (255 * inside).floor(),
        "It is not rounded.": 255 * inside,
        "You multiplied by 256, so white is too much for a byte.": (256 * inside).round(),
        "You rounded before you multiplied: only black and white are left.": 255 * inside.round(),
        "It is not multiplied by 255.": inside,
        "It is not multiplied by 255, and a byte has no numbers between 0 and 1.": inside.floor(),
        "The colours are still the first dimension, {shape}: a file has them last.": (
            (255 * picture[0].clamp(0, 1)).round()
        ),
        "The batch is still there, {shape}: take `picture[0]`.": (
            (255 * picture.clamp(0, 1)).round().permute(0, 2, 3, 1)
        ),
        "Red and blue have changed places.": (255 * inside).round().flip(2),
        "Rows and columns have changed places.": (255 * inside).round().transpose(0, 1),
        "`reshape` and `view` only cut the numbers anew: the colours are mixed. Use `permute`.": (
            (255 * picture[0].clamp(0, 1)).round().reshape(last.shape)
        ),
        "You stretched the picture from its smallest to its largest number.": (
            (255 * (last - last.min()) / (last.max() - last.min())).round()
        ),
    }
    return Mistakes(outcomes, {})


EXERCISE = Exercise(
    result="bytes",
    rule="Clamp to [0, 1], multiply by 255, round, and put the colours last.",
    right=_to_bytes,
    mistakes=_mistakes,
    cases=(
        lambda: (numbers(1, 3, 4, 5) / 2,),
        lambda: (numbers(1, 3, 5, 2, seed=1).abs() / 3.1,),
    ),
    gradient=None,
)
