"""What students write for one step of gradient descent.

Each wrong function comes with words that its hint must contain.
"""

import torch
import torch.nn.functional as F


def step(
    generated,
    network,
    target,
    learning_rate,
    sign=-1,
    loss=F.mse_loss,
    detach=True,
    clone=True,
    loop=1,
    compare=None,
):
    if clone:
        generated = generated.detach().clone()
    generated.requires_grad_()
    for _ in range(loop):
        compared = network(generated) if compare is None else compare(generated)
        loss(compared, target.detach() if detach else target).backward()
        with torch.no_grad():
            generated = generated + sign * learning_rate * generated.grad
        generated.requires_grad_()
    return generated.detach()


def step_with(**options):
    return lambda *inputs: step(*inputs, **options)


def step_no_rate(generated, network, target, learning_rate):
    return step(generated, network, target, 1)


def step_zeroed_not_detached(generated, network, target, learning_rate):
    generated.requires_grad_()
    generated.grad = None
    F.mse_loss(network(generated), target).backward()
    return generated.detach() - learning_rate * generated.grad


def step_on_weights(generated, network, target, learning_rate):
    optimiser = torch.optim.SGD(network.parameters(), lr=learning_rate)
    F.mse_loss(network(generated), target).backward()
    optimiser.step()
    return generated


def step_in_place(generated, network, target, learning_rate):
    new = step(generated, network, target, learning_rate)
    generated.data.copy_(new)
    return generated


def step_adam(generated, network, target, learning_rate):
    generated = generated.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([generated], lr=learning_rate, eps=0)
    F.mse_loss(network(generated), target).backward()
    optimiser.step()
    return generated.detach()


def step_attached(generated, network, target, learning_rate):
    pixels = generated.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(F.mse_loss(network(pixels), target), pixels)
    return pixels - learning_rate * gradient


def only_gradient(generated, network, target, learning_rate):
    pixels = generated.detach().requires_grad_()
    return torch.autograd.grad(F.mse_loss(network(pixels), target), pixels)[0]


def step_sgd(generated, network, target, learning_rate):
    pixels = generated.clone().detach().requires_grad_()
    optimiser = torch.optim.SGD([pixels], lr=learning_rate)
    optimiser.zero_grad()
    ((network(pixels) - target) ** 2).mean().backward()
    optimiser.step()
    return pixels


def step_autograd(generated, network, target, learning_rate):
    generated = generated.detach().requires_grad_()
    loss = (network(generated) - target).square().mean()
    (gradient,) = torch.autograd.grad(loss, generated)
    return (generated - learning_rate * gradient).detach()


WRONG = [
    (step_with(sign=1), "uphill"),
    (step_no_rate, "learning rate is ignored"),
    (step_with(clone=False), "gradient of an earlier step"),
    (step_zeroed_not_detached, "target is not detached"),
    (step_on_weights, "weights of the network"),
    (step_in_place, "picture `generated` in place"),
    (step_adam, "Adam"),
    (step_attached, "return it with `.detach()`"),
    (step_with(loss=lambda a, b: (a - b).square().sum()), "sum where the mean"),
    (step_with(loss=lambda a, b: (a - b).mean()), "square is missing"),
    (step_with(loss=F.l1_loss), "absolute values"),
    (step_with(loop=2), "two steps"),
    (step_with(compare=lambda image: image), "compare `network(generated)`"),
    (lambda *inputs: inputs[0], "did not move"),
    (only_gradient, "returned the gradient"),
    (lambda x, n, t, r: F.mse_loss(n(x), t), "returned the loss"),
    (lambda *inputs: step(*inputs).clamp(0, 1), "clipped"),
]

RIGHT = [
    step,
    step_sgd,
    step_autograd,
    step_with(detach=False),
]
