"""The exercise on giving feature maps the means and standard deviations of others."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import feature_maps, numbers
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function


def check_match_moments(
    function: Callable[[torch.Tensor, torch.Tensor], object],
) -> Report:
    """Check a function that gives each channel the mean and the standard deviation of another.

    Args:
        function: takes the feature maps `F`, `(N, C, H, W)`, and `S`, of as many pictures and
            channels and of any height and width; returns maps of the shape of `F`, in which each
            channel has the mean and the deviation that the same channel has in `S`.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_match_moments(lambda F, S: F)
        ✗ Not yet. Nothing has changed. Subtract the mean of `F`, divide by its deviation, \
multiply by the deviation of `S`, and add the mean of `S`: for each channel of each picture.

    Source: Huang and Belongie (2017), equation 8, adaptive instance normalisation.
    """
    return check_function(function, EXERCISE)


def _moments(maps: torch.Tensor, dim: tuple[int, ...] = (2, 3)) -> tuple[torch.Tensor, ...]:
    mean = maps.mean(dim=dim, keepdim=True)
    return mean, maps.std(dim=dim, keepdim=True, correction=0)


def _matched(F: torch.Tensor, S: torch.Tensor, dim: tuple[int, ...] = (2, 3)) -> torch.Tensor:
    (mean, deviation), (wanted, spread) = _moments(F, dim), _moments(S, dim)
    return spread * (F - mean) / (deviation + 1e-6) + wanted


def _mistakes(F: torch.Tensor, S: torch.Tensor) -> Mistakes:
    (mean, deviation), (wanted, spread) = _moments(F), _moments(S)
    deviation = deviation + 1e-6
    centred = F - mean
    outcomes = {
        "Nothing has changed.": F,
        "These are the maps `S` themselves, and not those of `F`.": S,
        "The deviation of `F` is left in: divide by it.": spread * centred + wanted,
        "The mean of `F` is left in: subtract it first.": spread * F / deviation + wanted,
        "The mean of `S` is not added.": spread * centred / deviation,
        "The deviation of `S` is missing.": centred / deviation + wanted,
        "The means are right, the deviations are still those of `F`.": centred + wanted,
        "The deviations are right, the means are not.": spread * F / deviation,
        "Neither mean nor deviation of `S` is used.": centred / deviation,
        "`F` and `S` have changed places.": deviation * (F - wanted) / (spread + 1e-6) + mean,
        "You multiplied after you added: the mean of `S` is scaled, too.": (
            spread * (centred / deviation + wanted)
        ),
        "You took variances: the deviation is the root of the variance.": (
            spread.square() * centred / deviation.square() + wanted
        ),
        "All channels have one mean and one deviation: each needs its own, over `dim=(2, 3)`.": (
            _matched(F, S, (1, 2, 3))
        ),
        "All pictures of the batch have one mean and one deviation: each needs its own, over "
        "`dim=(2, 3)`.": _matched(F, S, (0, 2, 3)),
    }
    return Mistakes(outcomes, {})


def _silent() -> tuple[torch.Tensor, torch.Tensor]:
    """Return maps of which a channel is 0 everywhere, as happens after a ReLU."""
    F = feature_maps(2)
    F[:, 1] = 0
    return F, feature_maps(3)


EXERCISE = Exercise(
    result="match",
    rule=(
        "Subtract the mean of `F`, divide by its deviation, multiply by the deviation of `S`, and "
        "add the mean of `S`: for each channel of each picture."
    ),
    right=_matched,
    mistakes=_mistakes,
    cases=(
        # As many positions in both, so that `std` with and without the correction agree.
        lambda: (feature_maps(), numbers(3, 4, 3, 2, seed=1)),
        lambda: (numbers(2, 3, 2, 4, seed=4), 2 + numbers(2, 3, 4, 2, seed=5)),
        _silent,
    ),
)
