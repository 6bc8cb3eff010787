import pytest
import torch

from nst_helpers import images, load_image


def test_resampling_is_that_of_resize_and_keeps_what_has_the_shape():
    image = load_image("cat", 64)
    smaller = images.resize(image, 32)
    assert torch.equal(images.resample(image, smaller.shape[2:]), smaller)
    assert images.resample(image, image.shape[2:]) is image
    assert images.resample(image, tuple(image.shape[2:])) is image
    assert images.resize(image, 64) is image


@pytest.mark.parametrize("shape", [(1, 1), (64, 16), (90, 130)])
def test_an_edge_stays_in_range_and_passes_a_gradient(shape):
    image = torch.zeros(1, 3, 32, 48)
    image[..., 24:] = 1
    image.requires_grad_()
    resampled = images.resample(image, shape)
    assert resampled.shape == (1, 3, *shape)
    assert resampled.min() >= 0 and resampled.max() <= 1
    resampled.sum().backward()
    assert image.grad.abs().sum() > 0


def test_shrinking_is_antialiased():
    stripes = torch.zeros(1, 3, 64, 64)
    stripes[..., ::2] = 1
    middle = images.resample(stripes, (16, 16))[..., 4:-4]
    torch.testing.assert_close(middle, torch.full_like(middle, 0.5), atol=0.02, rtol=0)
