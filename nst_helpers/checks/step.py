"""The exercise on one step of gradient descent."""

from collections.abc import Callable

import torch
from torch.nn.functional import conv2d, l1_loss

from nst_helpers.checks.inputs import numbers
from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Exercise, check_function
from nst_helpers.engine.losses import content_loss


def check_step(
    function: Callable[[torch.Tensor, torch.nn.Module, torch.Tensor, float], object],
) -> Report:
    """Check a function that moves a picture by one step of plain gradient descent.

    Args:
        function: takes the generated picture `(N, C, H, W)`, a network, a target of the shape that
            the network returns, and a learning rate; returns a new picture, one step lower on
            `((network(generated) - target) ** 2).mean()` and detached from the computation.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> report = check_step(lambda generated, network, target, learning_rate: generated)
        ✗ Not yet. The picture did not move. One step is `generated - learning_rate * gradient`, \
with the gradient of the mean squared difference.
    """
    return check_function(function, EXERCISE)


def _gradient(
    generated: torch.Tensor,
    network: Callable[[torch.Tensor], torch.Tensor],
    target: torch.Tensor,
    loss: Callable[[torch.Tensor, torch.Tensor], torch.Tensor] = content_loss,
) -> torch.Tensor:
    pixels = generated.detach().requires_grad_()
    return torch.autograd.grad(loss(network(pixels), target.detach()), pixels)[0]


def _descend(
    generated: torch.Tensor, network: torch.nn.Module, target: torch.Tensor, learning_rate: float
) -> torch.Tensor:
    return generated.detach() - learning_rate * _gradient(generated, network, target)


def _mean_difference(output: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    return (output - target).mean()


def _mistakes(
    generated: torch.Tensor, network: torch.nn.Module, target: torch.Tensor, learning_rate: float
) -> Mistakes:
    def moved(gradient: torch.Tensor) -> torch.Tensor:
        return generated - learning_rate * gradient

    gradient = _gradient(generated, network, target)
    change = learning_rate * gradient
    accumulated = gradient if generated.grad is None else gradient + generated.grad
    through_target = gradient
    if target.requires_grad:
        loss = content_loss(network(generated), target)
        through_target = torch.autograd.grad(loss, generated)[0]
    outcomes = {
        "The picture did not move.": generated,
        "You went uphill: descent subtracts the gradient.": generated + change,
        "The learning rate is ignored.": generated - gradient,
        "The learning rate is ignored, and you went uphill.": generated + gradient,
        "`.grad` still held the gradient of an earlier step, and yours was added to it: set it to "
        "zero, or start from `generated.detach().clone()`.": moved(accumulated),
        "The target is not detached: it was computed from this picture, and the gradient ran "
        "through it, too. Use `target.detach()`.": moved(through_target),
        "You took the sum where the mean is meant.": generated - change * target.numel(),
        "The square is missing.": moved(_gradient(generated, network, target, _mean_difference)),
        "You took absolute values in place of squares.": moved(
            _gradient(generated, network, target, l1_loss)
        ),
        "You compared the picture with the target: compare `network(generated)`.": moved(
            _gradient(generated, lambda image: image, target)
        ),
        "Each pixel moved by the learning rate, whatever its gradient: this is Adam's first "
        "step, or a sign.": moved(gradient.sign()),
        "You scaled the gradient to length 1.": moved(gradient / gradient.norm()),
        "You clipped the picture to [0, 1]: leave that out here.": (generated - change).clamp(0, 1),
        "You made two steps.": _descend(generated - change, network, target, learning_rate),
        "You returned the gradient, not the new picture.": gradient,
        "You returned the change, not the new picture.": -change,
        "You returned the loss, not the new picture.": content_loss(network(generated), target),
    }
    return Mistakes(outcomes, {})


class _Network(torch.nn.Module):
    """One convolution and a tanh: small, and not linear."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = torch.nn.Parameter(numbers(3, 3, 3, 3) / 8)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        return conv2d(image, self.weight, padding=1).tanh()


_Inputs = tuple[torch.Tensor, torch.nn.Module, torch.Tensor, float]


def _first_step() -> _Inputs:
    return numbers(1, 3, 4, 5), _Network(), numbers(1, 3, 4, 5, seed=1), 20.0


def _later_step() -> _Inputs:
    """Return a picture whose `.grad` still holds the gradient of an earlier step."""
    generated, network, target, learning_rate = _first_step()
    generated.requires_grad_().grad = numbers(1, 3, 4, 5, seed=2) / 10
    return generated, network, target, learning_rate


def _attached_target() -> _Inputs:
    """Return a target that was computed from the picture, so gradients run through it too."""
    generated, network, _, learning_rate = _first_step()
    generated.requires_grad_()
    return generated, network, network(0.5 * generated), learning_rate


EXERCISE = Exercise(
    result="step",
    rule=(
        "One step is `generated - learning_rate * gradient`, with the gradient of the mean "
        "squared difference."
    ),
    right=_descend,
    mistakes=_mistakes,
    cases=(_first_step, _later_step, _attached_target),
    gradient="unwanted",
)
