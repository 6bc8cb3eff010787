import numpy as np
import pytest
import torch

from nst_helpers import content_loss, gram_matrix, style_loss, variation_loss
from runs import relative_error

torch.manual_seed(0)


MAPS = torch.randn(2, 3, 4, 5, dtype=torch.float64)  # N > 1, H != W, C != H * W


def test_content_loss_by_hand():
    features = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    target = torch.tensor([[1.0, 0.0], [3.0, 1.0]])
    assert content_loss(features, target).item() == (4 + 9) / 4


def test_gram_matrix_by_hand():
    maps = torch.tensor([[1.0, 2.0, 0.0], [0.0, 3.0, 1.0]]).view(1, 2, 1, 3)
    assert gram_matrix(maps, normalize=False).tolist() == [[[5, 6], [6, 10]]]
    torch.testing.assert_close(gram_matrix(maps) * 3, torch.tensor([[[5.0, 6.0], [6.0, 10.0]]]))


def test_gram_matrix_equals_a_numpy_loop():
    maps = MAPS.numpy()
    expected = np.zeros((2, 3, 3))
    for n in range(2):
        for i in range(3):
            for j in range(3):
                expected[n, i, j] = np.mean(maps[n, i] * maps[n, j])
    np.testing.assert_allclose(gram_matrix(MAPS).numpy(), expected, rtol=1e-12)


def gram_properties(function):
    gram = function(MAPS)
    assert gram.shape == (2, 3, 3)
    torch.testing.assert_close(gram, gram.transpose(1, 2))
    assert torch.linalg.eigvalsh(gram).min() > -1e-12
    order = torch.randperm(20, generator=torch.Generator().manual_seed(1))
    shuffled = MAPS.flatten(2)[..., order].view_as(MAPS)
    torch.testing.assert_close(function(shuffled), gram)
    torch.testing.assert_close(function(MAPS.to(memory_format=torch.channels_last)), gram)
    torch.testing.assert_close(function(MAPS[1:]), gram[1:])
    torch.testing.assert_close(function(torch.cat([MAPS, MAPS], dim=3)), gram)
    torch.testing.assert_close(function(2 * MAPS), 4 * gram)


def test_gram_matrix_properties():
    gram_properties(gram_matrix)


def product(flat):
    return flat @ flat.transpose(-1, -2) / 20


WRONG_GRAMS = {
    "positions for channels": lambda x: product(x.flatten(2).transpose(1, 2)),
    "transposed reshape": lambda x: product(x.permute(0, 2, 3, 1).reshape(x.shape[0], 3, -1)),
    "batch mixed into one matrix": lambda x: product(x.reshape(x.shape[0] * 3, -1))[None],
    "batch summed": lambda x: gram_matrix(x).sum(0, keepdim=True).expand(len(x), 3, 3),
    "not normalised": lambda x: gram_matrix(x, normalize=False),
    "diagonal only": lambda x: torch.diag_embed(gram_matrix(x).diagonal(dim1=1, dim2=2).sqrt()),
}


@pytest.mark.parametrize("name", WRONG_GRAMS)
def test_wrong_gram_matrices_are_caught(name):
    with pytest.raises((AssertionError, RuntimeError)):
        gram_properties(WRONG_GRAMS[name])


def test_style_loss_is_four_times_the_papers():
    first, second = MAPS[:1], MAPS[1:]
    channels, positions = 3, 20
    difference = gram_matrix(first, normalize=False) - gram_matrix(second, normalize=False)
    paper = difference.square().sum() / (4 * channels**2 * positions**2)
    ours = style_loss(gram_matrix(first), gram_matrix(second))
    torch.testing.assert_close(ours, 4 * paper)


def variation_by_hand(function):
    grid = torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]]).view(1, 1, 2, 3)
    vertical, horizontal = (4 + 1 + 1) / 3, (1 + 4 + 0 + 0) / 4
    assert function(grid).item() == pytest.approx(vertical + horizontal)
    assert function(torch.ones(2, 3, 4, 5)).item() == 0


def test_variation_loss_by_hand():
    variation_by_hand(variation_loss)
    grid = torch.tensor([[0.0, 1.0, 3.0], [2.0, 2.0, 2.0]]).view(1, 1, 2, 3)
    assert variation_loss(grid, power=1).item() == pytest.approx((2 + 1 + 1) / 3 + 3 / 4)


WRONG_VARIATIONS = {
    "vertical only": lambda x: x.diff(dim=2).square().mean(),
    "horizontal only": lambda x: x.diff(dim=3).square().mean(),
    "not squared": lambda x: variation_loss(x, power=1),
    "sum for mean": lambda x: x.diff(dim=2).square().sum() + x.diff(dim=3).square().sum(),
    "wrapped around": lambda x: sum((x - x.roll(1, d)).square().mean() for d in (2, 3)),
}


@pytest.mark.parametrize("name", WRONG_VARIATIONS)
def test_wrong_variation_losses_are_caught(name):
    with pytest.raises(AssertionError):
        variation_by_hand(WRONG_VARIATIONS[name])


@pytest.mark.parametrize(
    "function",
    [
        lambda x: content_loss(x, torch.zeros_like(x)),
        lambda x: style_loss(gram_matrix(x), torch.ones(2, 3, 3, dtype=x.dtype)),
        lambda x: gram_matrix(x)[0, 1, 2],  # one cell: a gradient that is not symmetric
        variation_loss,
        lambda x: variation_loss(x, power=1),
    ],
)
def test_gradients_are_those_of_differences(function):
    assert torch.autograd.gradcheck(function, MAPS.clone().requires_grad_())


def test_gram_matrices_can_be_differentiated_twice():
    assert torch.autograd.gradgradcheck(gram_matrix, MAPS.clone().requires_grad_())


@pytest.mark.parametrize(
    ("function", "arguments", "message"),
    [
        (
            content_loss,
            (torch.zeros(2), torch.zeros(3)),
            "compares two maps of one shape",
        ),
        (gram_matrix, (torch.zeros(2, 3),), "gram_matrix needs features"),
        (
            style_loss,
            (torch.zeros(1, 2, 2), torch.zeros(1, 3, 3)),
            "compares two Gram matrices",
        ),
        (variation_loss, (torch.zeros(1, 3, 1, 5),), "H and W at least 2"),
        (variation_loss, (torch.zeros(1, 3, 4, 5), 0), "power must be at least 1"),
    ],
)
def test_bad_shapes_are_said(function, arguments, message):
    with pytest.raises(ValueError, match=message):
        function(*arguments)


def test_a_gram_matrix_is_summed_in_float32():
    maps = torch.rand(2, 8, 30, 50, generator=torch.Generator().manual_seed(0)).bfloat16()
    wide, narrow = maps.float().requires_grad_(), maps.clone().requires_grad_()
    expected, gram = gram_matrix(wide), gram_matrix(narrow)
    assert gram.dtype == torch.float32 and torch.equal(gram, expected)
    flat = maps.flatten(2)
    assert (
        relative_error(flat @ flat.mT / flat.shape[2], expected) > 1e-3
    )  # summed or kept in bfloat16
    weights = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(1))
    for result in (expected, gram):
        (result * weights).sum().backward()
    assert narrow.grad.dtype == torch.bfloat16 and 0 < relative_error(narrow.grad, wide.grad) < 0.01


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_gradient_through_a_gram_matrix_has_the_order_of_channels_last(layout):
    maps = torch.rand(2, 3, 4, 5).to(memory_format=layout).requires_grad_()
    (gradient,) = torch.autograd.grad(gram_matrix(maps)[:, 0, 1].sum(), maps)
    assert gradient.is_contiguous(memory_format=torch.channels_last)
    expected = torch.zeros(2, 3, 4, 5)
    expected[:, 0], expected[:, 1] = maps[:, 1].detach() / 20, maps[:, 0].detach() / 20
    torch.testing.assert_close(gradient, expected)


def test_a_content_loss_is_summed_in_float32():
    numbers = torch.rand(1, 4, 30, 50, generator=torch.Generator().manual_seed(2)).bfloat16()
    loss = content_loss(numbers, torch.zeros_like(numbers))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(numbers.double().square().mean().item(), rel=1e-6)
