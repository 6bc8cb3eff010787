"""The exercise of the total loss."""

import torch

from nst_helpers.checks.runner import check_function


def check_total_loss(function):
    """Check a function of losses and their weights that returns the weighted sum.

    Args:
        function: takes two dicts with the keys `"content"`, `"style"` and `"variation"`, scalar
            tensors and numbers, and returns a scalar tensor.

    Example:
        >>> report = check_total_loss(lambda losses, weights: sum(losses.values()))
        ✗ Not yet. The weights are ignored. The total is the sum of each loss times the weight of \
the same name.
    """
    cases = [_terms_and_weights, lambda: _terms_and_weights(content=0.0)]
    return check_function(
        function, "total loss", _total, _total_loss_mistakes, cases, gradient="needed"
    )


def _terms_and_weights(content=4.0):
    losses = {"content": 0.5, "style": 3.0, "variation": 0.7}
    weights = {"variation": 10.0, "content": content, "style": 7.0}  # in another order
    return {name: torch.tensor(value) for name, value in losses.items()}, weights


def _total(losses, weights):
    return sum(losses[name] * weights[name] for name in losses)


def _total_loss_mistakes(losses, weights):
    rule = "The total is the sum of each loss times the weight of the same name."
    terms = {name: losses[name] * weights[name] for name in losses}
    all_losses, all_weights, total = (
        sum(losses.values()),
        sum(weights.values()),
        sum(terms.values()),
    )
    swapped = weights | {"content": weights["style"], "style": weights["content"]}
    mistakes = {
        "The weights are ignored.": all_losses,
        "The weights of content and style are swapped.": _total(losses, swapped),
        "Losses and weights are paired by their order in the dicts: pair them by name.": (
            sum(map(torch.mul, losses.values(), weights.values()))
        ),
        **{f"The {name} term is forgotten.": total - term for name, term in terms.items()},
        **{
            f"Only the {name} term is left: add with `+=` in a loop, and return after it.": term
            for name, term in terms.items()
        },
        "You added the weights instead of multiplying.": all_losses + all_weights,
        "You multiplied two sums: each loss has its own weight.": all_losses * all_weights,
    }
    scales = {
        "You took the mean of the terms.": 1 / len(losses),
        "You divided by the sum of the weights.": 1 / all_weights,
    }
    return rule, mistakes, scales
