"""The exercise on the variation loss."""

from collections.abc import Callable

import torch

from nst_helpers.checks.inputs import channels_last, feature_maps, numbers
from nst_helpers.checks.mistakes import Mistakes, mean_square
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function
from nst_helpers.engine.losses import variation_loss


def check_variation_loss(function: Callable[[torch.Tensor], object]) -> Report:
    """Check a function of pictures that returns their variation loss, with squared differences.

    Args:
        function: takes pictures `(N, C, H, W)` and returns a scalar tensor that is differentiable
            in them.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_variation_loss(lambda image: image.diff(dim=2).square().mean())
        ✗ Not yet. The differences of left and right neighbours are missing. The variation loss is \
the mean squared difference of vertical neighbours plus that of horizontal neighbours.
    """
    return check_function(function, EXERCISE)


def _mistakes(image: torch.Tensor) -> Mistakes:
    down, across = image.diff(dim=2), image.diff(dim=3)
    both = torch.cat([down.flatten(), across.flatten()])
    down_rolled, across_rolled = (image - image.roll(1, dims=axis) for axis in (2, 3))
    rolled = mean_square(down_rolled) + mean_square(across_rolled)
    outcomes = {
        "The differences of left and right neighbours are missing.": mean_square(down),
        "The differences of upper and lower neighbours are missing.": mean_square(across),
        "`torch.roll` wraps around: it compares the last row with the first.": rolled,
        "`torch.roll` wraps around, and the sum is taken where the mean is meant.": (
            rolled * image.numel()
        ),
        "You took the sum where the mean is meant.": both.square().sum(),
        "You took one mean over both directions: each has its own.": mean_square(both),
        "You divided by the number of pixels, not of differences.": (
            both.square().sum() / image.numel()
        ),
        "You took absolute values in place of squares.": down.abs().mean() + across.abs().mean(),
        "The square is missing, so plus and minus cancel.": down.mean() + across.mean(),
        "You squared after the mean, so plus and minus cancel.": (
            down.mean().square() + across.mean().square()
        ),
        "The root is left in.": variation_loss(image).sqrt(),
        "A root is left in for each direction.": (
            mean_square(down).sqrt() + mean_square(across).sqrt()
        ),
        "You subtracted one direction from the other.": mean_square(down) - mean_square(across),
        "You compared diagonal neighbours.": mean_square(image[..., 1:, 1:] - image[..., :-1, :-1]),
        "You compared channels: height and width are the last two dimensions.": (
            mean_square(image.diff(dim=1)) + mean_square(down)
        ),
        "This is the variance: no neighbours are compared.": image.var(correction=0),
    }
    return Mistakes(outcomes, {"You halved it: the two directions are added.": 1 / 2})


EXERCISE = Exercise(
    result="variation loss",
    rule=(
        "The variation loss is the mean squared difference of vertical neighbours plus that of "
        "horizontal neighbours."
    ),
    right=variation_loss,
    mistakes=_mistakes,
    cases=(
        lambda: (numbers(2, 3, 4, 6),),
        lambda: (channels_last(feature_maps(1)),),
        lambda: (feature_maps(2)[:1],),
    ),
    gradient="needed",
)
