import copy

import numpy as np
import pytest
import torch

from nst_helpers.engine import optimizers
from nst_helpers.engine.optimizers import MEMORY, PixelAdam, PixelLBFGS

KINDS = pytest.mark.parametrize("kind", [PixelLBFGS, PixelAdam])


def test_where_the_gradient_shrinks_the_optimiser_walks_on_downhill():
    optimizer = PixelLBFGS(torch.linspace(0.51, 0.6, 3 * 6 * 8).view(1, 3, 6, 8))
    for _ in range(12):
        optimizer.step(0.5 - optimizer.image)  # of a hill: no move has a curvature above zero
    assert all((pair == 0).all() for pair, _ in optimizer.pairs)
    assert optimizer.image.mean() > 0.8


@pytest.mark.parametrize(("kept_in", "bound"), [(torch.float64, 1e-6), (torch.float16, 1e-4)])
def test_a_step_is_that_of_the_two_loops(monkeypatch, kept_in, bound):
    """The method as the book prints it, one move after the other, in float64."""
    monkeypatch.setattr(optimizers, "_KEPT_IN", kept_in)
    generator = torch.Generator().manual_seed(0)
    start, goal, steepness = torch.rand(3, 1, 3, 7, 10, generator=generator, dtype=torch.float64)
    frequency = np.hypot(np.fft.fftfreq(7)[:, None], np.fft.rfftfreq(10))

    def filtered(direction):
        spectrum = np.fft.rfft2(direction.view(start.shape)) / (1 + 16 * frequency)
        return torch.from_numpy(np.fft.irfft2(spectrum, s=(7, 10))).flatten()

    optimizer, pairs, before, skipped = PixelLBFGS(0.4 + 0.2 * start, low_pass=16), [], None, 0
    for _ in range(MEMORY + 15):
        image = optimizer.image
        # In the waves some moves meet a gradient that shrinks.
        gradient = steepness * (image - 0.3 - 0.4 * goal) + 2 * torch.sin(60 * image) / 60
        optimizer.step(gradient)
        q, alphas = -gradient.flatten(), []
        if before is not None:
            s, y = ((a - b).flatten() for a, b in zip((image, gradient), before, strict=True))
            if s @ y > 0:
                pairs, gamma = [*pairs, (s, y)], 2 * (s @ y) / (y @ filtered(y))
            else:
                pairs, skipped = [*pairs, None], skipped + 1
            known = [pair for pair in pairs[-MEMORY:] if pair]
            for s, y in reversed(known):
                alphas.append((s @ q) / (s @ y))
                q = q - alphas[-1] * y
            r = gamma * filtered(q)
            for (s, y), alpha in zip(known, reversed(alphas), strict=True):
                beta = (y @ r) / (s @ y)
                r = r + s * (alpha - beta)
            length = r.square().mean().sqrt()
            expected = image + (r * min(1, 0.05 / length)).view(start.shape)
            assert 0 < expected.min() and expected.max() < 1  # no bound is met
            assert torch.allclose(optimizer.image, expected, rtol=0, atol=bound)
        before = image, gradient
    assert skipped < MEMORY and (skipped or kept_in == torch.float16)


@pytest.mark.parametrize("unit", [1e-9, 1e-3, 1e3, 1e9])
def test_the_unit_of_the_loss_changes_nothing(unit):
    """Also where half precision could not hold a move and the change of its gradient."""
    generator = torch.Generator().manual_seed(3)
    start, goal, steepness = torch.rand(3, 1, 3, 8, 8, generator=generator)
    images = []
    for factor in (1, unit):
        optimizer = PixelLBFGS(start)
        for _ in range(30):
            optimizer.step(factor * (0.1 + steepness) * (optimizer.image - goal))
        images.append(optimizer.image)
    assert (images[0] - goal).abs().max() < 1e-3
    assert torch.allclose(*images, atol=1e-3)


def test_moves_take_half_the_memory_of_pictures():
    optimizer = PixelLBFGS(torch.rand(1, 3, 8, 8, generator=torch.Generator().manual_seed(4)))
    for _ in range(MEMORY + 2):
        optimizer.step(optimizer.image - 0.5)
    kept = sum(pair.numel() * pair.element_size() for pair, _ in optimizer.pairs)
    assert kept == MEMORY * optimizer.image.numel() * 4


def test_coarse_forms_move_further_by_the_strength_of_the_filter():
    plain = torch.ones(1, 3, 8, 8)
    stripes = plain * torch.tensor([1.0, -1.0]).repeat(4)
    moves = []
    for gradient in (plain, stripes):  # of length 1 both, and half of the sum in each
        optimizer = PixelLBFGS(torch.full((1, 3, 8, 8), 0.5), low_pass=6)
        optimizer.step(plain + stripes)
        moves.append(-((optimizer.image - 0.5) * gradient).mean())
    assert moves[0] / moves[1] == pytest.approx(1 + 6 / 2, rel=1e-4)


def test_a_pixel_at_its_bound_takes_no_part():
    start = torch.full((1, 3, 6, 6), 0.5)
    start[..., 2, 3] = 1
    gradient = torch.ones_like(start)
    images = []
    for push in (-1, -50):
        gradient[..., 2, 3] = push
        optimizer = PixelLBFGS(start)
        optimizer.step(gradient)
        images.append(optimizer.image)
    assert (images[0][..., 2, 3] == 1).all() and (images[0][..., 2, 2] < 0.5).all()
    assert torch.equal(*images)  # how hard it is pushed is nothing to the others


def test_no_step_is_longer_than_the_longest():
    optimizer = PixelLBFGS(torch.rand(1, 3, 9, 7, generator=torch.Generator().manual_seed(2)))
    for number in range(12):
        before = optimizer.image
        optimizer.step((before - 0.5) * 10.0**number)
        assert (optimizer.image - before).square().mean().sqrt() <= 0.05 + 1e-6


@KINDS
def test_an_optimiser_goes_on_from_the_state_of_another(kind):
    """Also where the other one has gone on meanwhile: what it gave does not change."""
    generator = torch.Generator().manual_seed(1)
    gradients = torch.randn(9, 1, 3, 8, 8, generator=generator)
    first = kind(torch.rand(1, 3, 8, 8, generator=generator))
    for gradient in gradients[:4]:
        first.step(gradient)
    state = first.state_dict()
    kept = copy.deepcopy(state)
    for gradient in gradients[4:]:
        first.step(gradient)
    for known in (state, kept):
        second = kind(torch.zeros(1, 3, 8, 8))
        second.load_state_dict(known)
        for gradient in gradients[4:]:
            second.step(gradient)
        assert torch.equal(second.image, first.image)


@KINDS
def test_a_picture_that_was_given_out_does_not_change(kind):
    optimizer = kind(torch.full((1, 3, 4, 4), 0.5))
    given = optimizer.image
    optimizer.step(torch.ones(1, 3, 4, 4))
    assert (given == 0.5).all() and (optimizer.image < 0.5).all()


def test_adam_stays_within_the_bounds():
    optimizer = PixelAdam(torch.tensor([0.01, 0.5, 0.99]), learning_rate=0.03)
    optimizer.step(torch.tensor([2.0, 0.0, -2.0]))
    assert optimizer.image.tolist() == [0, 0.5, 1]
