"""Optimisers for pixels: what they evaluate is a picture, and each step costs one evaluation.

L-BFGS is written here, because torch's needs more evaluations for the same loss: see the plain loop
in `docs/speed.md`. Adam is torch's.

`state_dict` says where an optimiser stands, as tensors and numbers that no later step changes, and
`load_state_dict` puts another one of the same kind there.
"""

import copy
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import torch

MEMORY = 40  # so many of the last moves tell of the curvature; the book's m
_KEPT_IN = torch.float16  # half of a picture's precision and bytes
_FIRST_MOVE = 0.01  # root mean square of the first step, when no curvature is known
_LONGEST_MOVE = 0.05  # root mean square; what is known of the curvature holds no further
_BOLDNESS = 2  # most directions are flatter than that of the last move; with 4 the loss swings


class PixelLBFGS:
    """L-BFGS for the pixels of a picture: down the gradient, scaled by what the last moves taught.

    It departs in four ways from the method in the book:

    1. There is no line search, which may need several evaluations for one step. Instead no step
       is longer than 0.05, as a root mean square over the pixels; and a move along which the
       gradient did not grow, which the conditions of a line search exclude, teaches nothing.
    2. Pixels are clamped to [0, 1] after each step, so that what is evaluated is a picture that
       can be saved. Where a pixel at its bound is pushed further out, its gradient counts as 0.
    3. H⁰, the first guess of the inverse Hessian, is γ times a low-pass filter K, and not γ times
       the identity: coarse forms move further than fine ones. The losses of a network that looks
       for edges are flat for coarse forms and steep for fine ones, so that coarse forms and colours
       would arrive last. The page of times, `docs/speed.md`, shows runs with K and without it.
    4. γ is 2 sᵀy / yᵀKy; were K the identity, this would be twice the γ of the book.
    5. The moves are kept in half precision, which halves their memory. Its range is short, so s is
       divided by √γ and y multiplied by it: then both are about equally large.

    Args:
        image: the picture to start from, `(N, C, H, W)`, values in [0, 1].
        low_pass: how much further H⁰ moves coarse forms than fine ones: a plain colour goes
            `1 + low_pass / 2` times as far as stripes of one pixel; 0 is the identity of the book.

    Example:
        >>> optimizer = PixelLBFGS(torch.full((1, 3, 8, 8), 0.5))
        >>> for _ in range(20):
        ...     optimizer.step(2 * (optimizer.image - 0.25))  # the gradient of a squared distance
        >>> optimizer.image.mean()
        tensor(0.2500)

    Source: Nocedal and Wright (2006), algorithms 7.4 and 7.5 and equation 7.20, whose s, y, α and γ
    have these names here. Olah, Mordvintsev and Schubert (2017), "Feature Visualization", scale
    gradients by frequency for the same reason.
    """

    def __init__(self, image: torch.Tensor, low_pass: float = 64) -> None:
        """Keep a copy of the picture; nothing is known of the curvature yet."""
        self.image = image.detach().clone()
        self.low_pass = low_pass
        self.pairs: list[tuple[torch.Tensor, torch.Tensor]] = []  # s and y of a move; its γ
        self.last: tuple[torch.Tensor, torch.Tensor] | None = None  # a picture and its gradient
        self.gamma: torch.Tensor | None = None

    def state_dict(self) -> dict[str, Any]:
        """Return where the optimiser stands: its picture and what it has learned."""
        return {"image": self.image, "pairs": self.pairs, "last": self.last, "gamma": self.gamma}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where `state_dict` of another optimiser was."""
        self.image, self.pairs = state["image"], state["pairs"]
        self.last, self.gamma = state["last"], state["gamma"]

    def step(self, gradient: torch.Tensor) -> None:
        """Replace `image` by the next picture; `gradient` belongs to the present one."""
        stuck = ((self.image <= 0) & (gradient > 0)) | ((self.image >= 1) & (gradient < 0))
        gradient = gradient.masked_fill(stuck, 0)
        if self.last is None:
            rms = self._filtered(gradient, stuck).square().mean().sqrt()
            self.gamma = _FIRST_MOVE / rms.clamp_min(torch.finfo(rms.dtype).tiny)
        else:
            self._learn(self.image - self.last[0], gradient - self.last[1], stuck)
        self.last = self.image, gradient
        self.image = (self.image + self._direction(gradient, stuck)).clamp(0, 1)

    def _learn(self, s, y, stuck):
        """Set γ by the move `s` and the change of the gradient `y`, and keep them.

        They are kept as s / √γ and y √γ, both divided by √(sᵀy), so that the book's ρ is 1.
        """
        # Without an `if`: to decide one, Python would have to wait for a GPU.
        product = (s * y).sum()
        convex = product > 1e-8 * s.norm() * y.norm()  # the gradient grew along the move
        gamma = _BOLDNESS * product / (y * self._filtered(y, stuck)).sum()
        assert self.gamma is not None  # the first step has set it
        self.gamma = torch.where(convex, gamma, self.gamma)
        scale = torch.where(convex, product.rsqrt(), 0)  # a pair of zeros changes no direction
        root = self.gamma.sqrt()
        # In one tensor, so that memory is not scattered.
        pair = torch.stack([s * (scale / root), y * (scale * root)]).flatten(1).to(_KEPT_IN)
        self.pairs = [*self.pairs, (pair, self.gamma)][-MEMORY:]

    def _direction(self, gradient, stuck):
        """Return `-H gradient` by the two loops of the book, at most the longest move."""
        q, alphas = -gradient.flatten(), []
        for pair, _ in reversed(self.pairs):
            s, y = pair.to(q.dtype)
            alphas.append(s @ q)
            q = torch.addcmul(q, y, alphas[-1], value=-1)
        r = self.gamma * self._filtered(q.view_as(gradient), stuck).flatten()
        for (pair, gamma), alpha in zip(self.pairs, reversed(alphas), strict=True):
            s, y = pair.to(r.dtype)
            beta = y @ r
            r = torch.addcmul(r, s, gamma * alpha - beta)
        direction = r.view_as(gradient)
        return direction * (_LONGEST_MOVE / direction.square().mean().sqrt()).clamp(max=1)

    def _filtered(self, direction, stuck):
        """Return K times a direction: high spatial frequencies are damped, stuck pixels are 0."""
        size = direction.shape[-2:]
        spectrum = torch.fft.rfft2(direction.masked_fill(stuck, 0))
        spectrum = spectrum / (1 + self.low_pass * _frequencies(size, direction.device))
        return torch.fft.irfft2(spectrum, s=size).masked_fill(stuck, 0)


@lru_cache(maxsize=8)
def _frequencies(size, device):
    """Return the spatial frequency of each coefficient of `rfft2`, in cycles per pixel."""
    vertical = torch.fft.fftfreq(size[0], device=device)[:, None]
    return torch.hypot(vertical, torch.fft.rfftfreq(size[1], device=device))


class PixelAdam:
    """Torch's Adam for the pixels of a picture, which are clamped to [0, 1] after each step.

    Args:
        image: the picture to start from, any shape, values in [0, 1].
        learning_rate: about the largest move of a pixel in one step.

    Example:
        >>> optimizer = PixelAdam(torch.full((1, 3, 8, 8), 0.5))
        >>> optimizer.step(torch.ones(1, 3, 8, 8))
        >>> optimizer.image.mean()  # the first step moves each pixel by the learning rate
        tensor(0.4700)

    Source: Kingma and Ba (2015), algorithm 1; its constants, but for the learning rate.
    """

    def __init__(self, image: torch.Tensor, learning_rate: float = 0.03) -> None:
        """Keep a copy of the picture."""
        self.image = image.detach().clone()
        self._pixels = self.image.clone()  # torch changes it in place
        self._adam = torch.optim.Adam([self._pixels], lr=learning_rate)

    def state_dict(self) -> dict[str, Any]:
        """Return where the optimiser stands: its picture and the state of torch's Adam."""
        return {"image": self.image, "adam": copy.deepcopy(self._adam.state_dict()["state"])}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from where `state_dict` of another optimiser was."""
        self.image = state["image"]
        self._pixels.copy_(self.image)
        known = copy.deepcopy(state["adam"])
        self._adam.load_state_dict({**self._adam.state_dict(), "state": known})

    def step(self, gradient: torch.Tensor) -> None:
        """Replace `image` by the next picture; `gradient` belongs to the present one."""
        self._pixels.grad = gradient
        self._adam.step()
        self._pixels.clamp_(0, 1)
        self.image = self._pixels.clone()
