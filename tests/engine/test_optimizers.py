import numpy as np
import torch

from nst_helpers.engine.optimizers import MOVES, PixelAdam, PixelLBFGS


def test_where_the_gradient_shrinks_the_optimiser_walks_on_downhill():
    optimizer = PixelLBFGS(torch.linspace(0.51, 0.6, 3 * 6 * 8).view(1, 3, 6, 8))
    for _ in range(12):
        optimizer.step(0.5 - optimizer.image)  # of a hill: no move has a curvature above zero
    assert all((change == 0).all() for _, change in optimizer.moves)
    assert optimizer.image.mean() > 0.8


def test_a_step_is_that_of_the_two_loops():
    """The method as the book prints it, one move after the other, in float64."""
    generator = torch.Generator().manual_seed(0)
    start, goal, steepness = torch.rand(3, 1, 3, 7, 10, generator=generator, dtype=torch.float64)
    frequency = np.hypot(np.fft.fftfreq(7)[:, None], np.fft.rfftfreq(10))

    def damped(direction):
        spectrum = np.fft.rfft2(direction.view(start.shape)) / (1 + 16 * frequency)
        return torch.from_numpy(np.fft.irfft2(spectrum, s=(7, 10))).flatten()

    optimizer, pairs, before, skipped = PixelLBFGS(0.4 + 0.2 * start, damping=16), [], None, 0
    for _ in range(MOVES + 15):
        image = optimizer.image
        # In the waves some moves meet a gradient that shrinks.
        gradient = steepness * (image - 0.3 - 0.4 * goal) + 2 * torch.sin(60 * image) / 60
        optimizer.step(gradient)
        direction, shares = -gradient.flatten(), []
        if before is not None:
            s, y = ((a - b).flatten() for a, b in zip((image, gradient), before, strict=True))
            if s @ y > 0:
                pairs, pace = [*pairs, (s, y)], 2 * (s @ y) / (y @ damped(y))
            else:
                pairs, skipped = [*pairs, None], skipped + 1
            known = [pair for pair in pairs[-MOVES:] if pair]
            for s, y in reversed(known):
                shares.append((s @ direction) / (s @ y))
                direction = direction - shares[-1] * y
            direction = pace * damped(direction)
            for (s, y), share in zip(known, reversed(shares), strict=True):
                direction = direction + s * (share - (y @ direction) / (s @ y))
            length = direction.square().mean().sqrt()
            expected = image + (direction * min(1, 0.05 / length)).view(start.shape)
            assert 0 < expected.min() and expected.max() < 1  # no bound is met
            assert torch.allclose(optimizer.image, expected, rtol=0, atol=1e-6)
        before = image, gradient
    assert 0 < skipped < MOVES


def test_adam_is_torchs():
    pixels = torch.rand(1, 3, 8, 8)
    ours, theirs = PixelAdam(pixels), pixels.clone()
    adam = torch.optim.Adam([theirs], lr=0.03)
    for _ in range(20):
        gradient = torch.randn(1, 3, 8, 8)
        ours.step(gradient)
        theirs.grad = gradient
        adam.step()
        theirs.clamp_(0, 1)
        torch.testing.assert_close(ours.image, theirs)
