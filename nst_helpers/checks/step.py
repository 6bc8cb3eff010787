"""The exercise of one step of gradient descent."""

import torch

from nst_helpers.checks.inputs import numbers
from nst_helpers.checks.runner import check_function
from nst_helpers.engine.losses import content_loss


def check_step(function):
    """Check a function that moves a picture by one step of plain gradient descent.

    Args:
        function: takes the generated picture, a network, a target and a learning rate; returns a
            new picture, one step lower on `((network(generated) - target) ** 2).mean()`.

    Example:
        >>> report = check_step(lambda generated, network, target, learning_rate: generated)
        ✗ Not yet. The picture did not move. One step is `generated - learning_rate * gradient`, \
with the gradient of the mean squared difference.
    """
    cases = [_plain_step, _second_step, _attached_step]
    return check_function(function, "step", _descend, _step_mistakes, cases, gradient="unwanted")


class _Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(numbers(3, 3, 3, 3) / 8)

    def forward(self, image):
        return torch.nn.functional.conv2d(image, self.weight, padding=1).tanh()


def _plain_step():
    return numbers(1, 3, 4, 5), _Network(), numbers(1, 3, 4, 5, seed=1), 20.0


def _second_step():
    generated, *others = _plain_step()
    generated.requires_grad_().grad = numbers(1, 3, 4, 5, seed=2) / 10  # left from the first
    return generated, *others


def _attached_step():
    generated, network, _, learning_rate = _plain_step()
    generated.requires_grad_()
    return generated, network, network(0.5 * generated), learning_rate


def _gradient(generated, network, target, loss=content_loss):
    pixels = generated.detach().requires_grad_()
    return torch.autograd.grad(loss(network(pixels), target.detach()), pixels)[0]


def _descend(generated, network, target, learning_rate):
    return generated.detach() - learning_rate * _gradient(generated, network, target)


def _step_mistakes(generated, network, target, learning_rate):
    rule = (
        "One step is `generated - learning_rate * gradient`, with the gradient of the mean "
        "squared difference."
    )
    gradient = _gradient(generated, network, target)
    change = learning_rate * gradient
    left = 0 if generated.grad is None else generated.grad
    through = gradient
    if target.requires_grad:
        loss = content_loss(network(generated), target)
        through = torch.autograd.grad(loss, generated)[0]
    absolute = _gradient(generated, network, target, torch.nn.functional.l1_loss)
    signed = _gradient(generated, network, target, lambda output, target: (output - target).mean())
    pixels = _gradient(generated, lambda image: image, target)
    mistakes = {
        "The picture did not move.": generated,
        "You went uphill: descent subtracts the gradient.": generated + change,
        "The learning rate is ignored.": generated - gradient,
        "The learning rate is ignored, and you went uphill.": generated + gradient,
        "`.grad` still held the gradient of an earlier step, and yours was added to it: set it to "
        "zero, or start from `generated.detach().clone()`.": generated
        - learning_rate * (gradient + left),
        "The target is not detached: it was computed from this picture, and the gradient ran "
        "through it, too. Use `target.detach()`.": generated - learning_rate * through,
        "You took the sum where the mean is meant.": generated - change * target.numel(),
        "The square is missing.": generated - learning_rate * signed,
        "You took absolute values in place of squares.": generated - learning_rate * absolute,
        "You compared the picture with the target: compare `network(generated)`.": (
            generated - learning_rate * pixels
        ),
        "Each pixel moved by the learning rate, whatever its gradient: this is Adam's first "
        "step, or a sign.": generated - learning_rate * gradient.sign(),
        "You scaled the gradient to length 1.": generated - change / gradient.norm(),
        "You clipped the picture to [0, 1]: leave that out here.": (generated - change).clamp(0, 1),
        "You made two steps.": _descend(generated - change, network, target, learning_rate),
        "You returned the gradient, not the new picture.": gradient,
        "You returned the change, not the new picture.": -change,
        "You returned the loss, not the new picture.": content_loss(network(generated), target),
    }
    return rule, mistakes, {}
