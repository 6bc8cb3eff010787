"""The exercise on the total loss."""

from collections.abc import Callable

import torch

from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function


def check_total_loss(
    function: Callable[[dict[str, torch.Tensor], dict[str, float]], object],
) -> Report:
    """Check a function of losses and their weights that returns the weighted sum.

    Args:
        function: takes two dicts with the keys `"content"`, `"style"` and `"variation"`, the first
            of scalar tensors and the second of numbers, and returns a scalar tensor that is
            differentiable in the losses.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_total_loss(lambda losses, weights: sum(losses.values()))
        ✗ Not yet. The weights are ignored. The total is the sum of each loss times the weight of \
the same name.
    """
    return check_function(function, EXERCISE)


def _total(losses: dict[str, torch.Tensor], weights: dict[str, float]) -> torch.Tensor:
    return torch.stack([losses[name] * weights[name] for name in losses]).sum()


def _mistakes(losses: dict[str, torch.Tensor], weights: dict[str, float]) -> Mistakes:
    terms = {name: losses[name] * weights[name] for name in losses}
    total = _total(losses, weights)
    sum_of_losses, sum_of_weights = torch.stack([*losses.values()]).sum(), sum(weights.values())
    swapped = weights | {"content": weights["style"], "style": weights["content"]}
    in_order = dict(zip(losses, weights.values(), strict=True))
    outcomes = {
        "The weights are ignored.": sum_of_losses,
        "The weights of content and style are swapped.": _total(losses, swapped),
        "Losses and weights are paired by their order in the dicts: pair them by name.": (
            _total(losses, in_order)
        ),
        **{f"The {name} term is forgotten.": total - term for name, term in terms.items()},
        **{
            f"Only the {name} term is left: add with `+=` in a loop, and return after it.": term
            for name, term in terms.items()
        },
        "You added the weights instead of multiplying.": sum_of_losses + sum_of_weights,
        "You multiplied two sums: each loss has its own weight.": sum_of_losses * sum_of_weights,
    }
    factors = {
        "You took the mean of the terms.": 1 / len(losses),
        "You divided by the sum of the weights.": 1 / sum_of_weights,
    }
    return Mistakes(outcomes, factors)


def _losses_and_weights(
    content_weight: float = 4.0,
) -> tuple[dict[str, torch.Tensor], dict[str, float]]:
    """Return losses and weights whose keys are in different orders."""
    losses = {
        "content": torch.tensor(0.5),
        "style": torch.tensor(3.0),
        "variation": torch.tensor(0.7),
    }
    return losses, {"variation": 10.0, "content": content_weight, "style": 7.0}


EXERCISE = Exercise(
    result="total loss",
    rule="The total is the sum of each loss times the weight of the same name.",
    right=_total,
    mistakes=_mistakes,
    cases=(_losses_and_weights, lambda: _losses_and_weights(content_weight=0.0)),
    gradient="needed",
)
