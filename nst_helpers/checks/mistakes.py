"""How mistakes are named, and those that several exercises share."""

from typing import NamedTuple

import torch


class Mistakes(NamedTuple):
    """What known mistakes give for the arguments of one call.

    A student's result has a known mistake where it equals an outcome, the right result times a
    factor, or an outcome times a factor. In the text, `{shape}` stands for the shape of the
    student's result.

    Attributes:
        outcomes: what is returned by mistake, by the text that names the mistake.
        factors: numbers by which a result is too large, most of them a wrong count in a mean, by
            the text that names the mistake.

    Example:
        >>> half = Mistakes({"The sign is lost.": torch.tensor(3.0)}, {"You halved it.": 1 / 2})
        >>> half.factors["You halved it."]
        0.5
    """

    outcomes: dict[str, torch.Tensor]
    factors: dict[str, float]


def mean_square(values: torch.Tensor) -> torch.Tensor:
    """Return the mean of the squares, a scalar tensor, of numbers in any shape.

    Example:
        >>> mean_square(torch.tensor([1.0, -3.0]))
        tensor(5.)
    """
    return values.square().mean()


def difference_mistakes(values: torch.Tensor, target: torch.Tensor) -> Mistakes:
    """Return the known mistakes in a mean squared difference.

    Args:
        values: the first argument of the loss, a batch in any shape.
        target: what it is compared with, the same shape.

    Example:
        >>> mistakes = difference_mistakes(torch.tensor([5.0, 2.0]), torch.tensor([1.0, 4.0]))
        >>> mistakes.outcomes["The square is missing, so plus and minus cancel."]
        tensor(1.)
    """
    difference = values - target
    outcomes = {
        "The square is missing, so plus and minus cancel.": difference.mean(),
        "You took absolute values in place of squares.": difference.abs().mean(),
        "You squared after the mean, so plus and minus cancel.": difference.mean().square(),
        "You squared each before you subtracted.": (values.square() - target.square()).mean(),
        "The root is left in.": mean_square(difference).sqrt(),
        "This is a length (a norm): the root of the sum.": difference.norm(),
        "You returned {shape} squared differences: a loss is one number.": difference.square(),
        "You added the two instead of subtracting.": mean_square(values + target),
        "The target is not used.": mean_square(values),
    }
    count = values.numel()
    factors = {
        "You took the sum where the mean is meant.": count,
        "You halved it.": 1 / 2,
        "You took half the sum, as the paper does; here it is the mean.": count / 2,
        "You took a quarter, as the paper does; here it is the mean.": 1 / 4,
        "You divided by the number of pictures only.": count / len(values),
    }
    return Mistakes(outcomes, factors)
