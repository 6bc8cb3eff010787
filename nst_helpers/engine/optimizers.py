"""Optimisers for pixels: bounded, and one evaluation a step.

An optimiser is its attributes: tensors and numbers, which a step replaces and never changes. So
`dict(vars(optimizer))` is where it stands, and costs nothing to keep.
"""

from functools import lru_cache

import torch

MOVES = 40  # the curvature is estimated from so many of the last ones
_FIRST_MOVE = 0.01  # root mean square of the first step, in which the curvature is not yet known
_LARGEST_MOVE = 0.05  # root mean square; a longer step has left the region the curvature is from
_BOLDNESS = 2  # most directions are flatter than that of the last move; with 4 the loss swings


class PixelLBFGS:
    """Moves a picture down its gradient, scaled by the curvature of the last moves.

    Departures from the common method. No line search, which pays for a step with several
    evaluations, but a bound on the length of a step. Pixels are clamped to [0, 1] after every
    step, so that what is evaluated is a picture that can be saved. And the curvature that is
    assumed before any is known is not the same for all directions: it is low for coarse forms and
    high for fine ones, as it is for the losses of a network that looks for edges. So coarse forms
    and colours, which move slowly otherwise, arrive first.

    Args:
        image: the picture to start from, `(N, C, H, W)`, values in [0, 1].
        damping: while no curvature is known, the coarsest forms go `1 + damping / 2` times as far
            as stripes one pixel wide. With less, a long run ends better and keeps more of the
            picture that it began with; a short one is still noisy.

    Example:
        >>> optimizer = PixelLBFGS(torch.full((1, 3, 8, 8), 0.5))
        >>> for _ in range(20):
        ...     optimizer.step(2 * (optimizer.image - 0.25))  # the gradient of a squared distance
        >>> optimizer.image.mean()
        tensor(0.2500)

    Source: Nocedal and Wright (2006), algorithm 7.4, whose matrix H0 is a filter of spatial
    frequencies here; Olah, Mordvintsev and Schubert (2017), "Feature Visualization", scale the
    gradient by frequency in the same spirit.
    """

    def __init__(self, image, damping=64):
        """Keep a copy of the picture; no move is known yet."""
        self.image = image.detach().clone()
        self.damping = damping
        self.moves = []  # of each the move and the change of the gradient, their product made 1
        self.last = None  # the last picture and its gradient
        self.pace = None  # how far to go along a filtered gradient

    def step(self, gradient):
        """Replace `image` by the next picture; `gradient` belongs to the present one."""
        # A pixel at its bound that is pushed further out cannot move: it is left out.
        stuck = ((self.image <= 0) & (gradient > 0)) | ((self.image >= 1) & (gradient < 0))
        gradient = gradient.masked_fill(stuck, 0)
        if self.last is None:
            rms = self._coarse_first(gradient, stuck).square().mean().sqrt()
            self.pace = _FIRST_MOVE / rms.clamp_min(torch.finfo(rms.dtype).tiny)
        else:
            self._learn(self.image - self.last[0], gradient - self.last[1], stuck)
        self.last = self.image, gradient
        self.image = (self.image + self._direction(gradient, stuck)).clamp(0, 1)

    def _learn(self, move, change, stuck):
        # No branch: for one, the processor would have to wait for a GPU.
        dot = (move * change).sum()
        good = dot > 1e-8 * move.norm() * change.norm()  # the gradient grew along the move
        curvature = (change * self._coarse_first(change, stuck)).sum() / dot
        self.pace = torch.where(good, _BOLDNESS / curvature, self.pace)
        scale = torch.where(good, dot.rsqrt(), 0)  # a pair of zeros teaches nothing
        pair = torch.stack([move, change]).mul_(scale)  # one tensor: less scattered memory
        self.moves = [*self.moves, pair.flatten(1)][-MOVES:]

    def _direction(self, gradient, stuck):
        direction, shares = -gradient.flatten(), []
        for move, change in reversed(self.moves):
            shares.append(move @ direction)
            direction = torch.addcmul(direction, change, shares[-1], value=-1)
        direction = self._coarse_first(direction.view_as(gradient), stuck).flatten() * self.pace
        for (move, change), share in zip(self.moves, reversed(shares), strict=True):
            direction = torch.addcmul(direction, move, share - change @ direction)
        direction = direction.view_as(gradient)
        return direction * (_LARGEST_MOVE / direction.square().mean().sqrt()).clamp(max=1)

    def _coarse_first(self, direction, stuck):
        """Return a direction with its high spatial frequencies damped; stuck pixels stay."""
        size = direction.shape[-2:]
        spectrum = torch.fft.rfft2(direction.masked_fill(stuck, 0))
        spectrum = spectrum / (1 + self.damping * _frequencies(size, direction.device))
        return torch.fft.irfft2(spectrum, s=size).masked_fill(stuck, 0)


@lru_cache(maxsize=8)
def _frequencies(size, device):
    """Return the spatial frequency of each coefficient of `rfft2`, in cycles a pixel."""
    vertical = torch.fft.fftfreq(size[0], device=device)[:, None]
    return torch.hypot(vertical, torch.fft.rfftfreq(size[1], device=device))


class PixelAdam:
    """Adam, which scales each pixel's move by its own gradients: common, slower for a picture.

    Args:
        image: the picture to start from, any shape, values in [0, 1].
        learning_rate: about the largest move of a pixel in one step.

    Source: Kingma and Ba (2015), algorithm 1; its constants.
    """

    def __init__(self, image, learning_rate=0.03):
        """Keep a copy of the picture."""
        self.image = image.detach().clone()
        self.learning_rate = learning_rate
        self.steps = 0
        self.mean = self.square = torch.zeros_like(self.image)  # of the gradients, decaying

    def step(self, gradient):
        """Replace `image` by the next picture; `gradient` belongs to the present one."""
        self.steps += 1
        self.mean = 0.9 * self.mean + 0.1 * gradient
        self.square = 0.999 * self.square + 0.001 * gradient.square()
        mean = self.mean / (1 - 0.9**self.steps)  # both began at 0, and are too small at first
        square = self.square / (1 - 0.999**self.steps)
        self.image = (self.image - self.learning_rate * mean / (square.sqrt() + 1e-8)).clamp(0, 1)
