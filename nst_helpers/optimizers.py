"""Optimisers for pixels: bounded, and one evaluation a step.

An optimiser is its attributes: tensors and numbers, which a step replaces and never changes. So
`dict(vars(optimizer))` is where it stands, and costs nothing to keep.
"""

import torch

MOVES = 100  # the curvature is estimated from so many of the last ones
_FIRST_MOVE = 0.01  # root mean square of the first step, in which the curvature is not yet known
_LARGEST_MOVE = 0.05  # root mean square; a longer step has left the region the curvature is from


class PixelLBFGS:
    """Moves a picture down its gradient, scaled by the curvature of the last moves.

    Departures from the common method: no line search, which pays for a step with several
    evaluations, but a bound on the length of a step; and pixels are clamped to [0, 1] after every
    step, so that what is evaluated is a picture that can be saved.

    Args:
        image: the picture to start from, any shape, values in [0, 1].

    Source: Nocedal and Wright (2006), algorithm 7.4.
    """

    def __init__(self, image):
        """Keep a copy of the picture; no move is known yet."""
        self.image = image.detach().clone()
        self.moves = []  # (move, change of the gradient, 1 / their dot product)
        self.last = None

    def step(self, gradient):
        """Replace `image` by the next picture; `gradient` belongs to the present one."""
        # A pixel at its bound that is pushed further out cannot move: it is left out.
        outward = ((self.image <= 0) & (gradient > 0)) | ((self.image >= 1) & (gradient < 0))
        gradient = gradient.masked_fill(outward, 0)
        if self.last is not None:
            move, change = self.image - self.last[0], gradient - self.last[1]
            dot = (move * change).sum()
            if dot > 1e-8 * move.norm() * change.norm():
                self.moves = [*self.moves, (move, change, 1 / dot)][-MOVES:]
        self.last = self.image, gradient
        direction = self._direction(gradient)
        self.image = (self.image + direction).clamp(0, 1)

    def _direction(self, gradient):
        direction = -gradient
        rms = direction.square().mean().sqrt().clamp_min(torch.finfo(gradient.dtype).tiny)
        if not self.moves:
            return direction * (_FIRST_MOVE / rms)
        shares = []
        for move, change, inverse in reversed(self.moves):
            shares.append(inverse * (move * direction).sum())
            direction = direction - shares[-1] * change
        _, change, inverse = self.moves[-1]
        direction = direction / (inverse * change.square().sum())
        for (move, change, inverse), share in zip(self.moves, reversed(shares), strict=True):
            direction = direction + move * (share - inverse * (change * direction).sum())
        return direction * (_LARGEST_MOVE / direction.square().mean().sqrt()).clamp(max=1)


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
