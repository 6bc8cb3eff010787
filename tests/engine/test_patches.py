import torch

from nst_helpers import FeatureExtractor
from nst_helpers.engine.patches import cut, strongest_fields, strongest_patches


def test_a_square_beyond_the_border_is_grey():
    image = torch.zeros(1, 3, 20, 30)
    patch = cut(image, -4, 25, 10)
    assert patch.shape == (1, 3, 10, 10)
    assert patch[0, 0, :4].eq(0.85).all() and patch[0, 0, :, 5:].eq(0.85).all()
    assert patch[0, 0, 4:, :5].eq(0).all()
    assert cut(image, 100, 100, 4).eq(0.85).all()


def test_the_strongest_fields_lie_inside_the_picture_and_apart():
    grid = torch.zeros(32, 32)
    grid[16, 21] = 5  # the field of relu2_1 is 10 pixels, with steps of 2
    field = 10, 2, -4
    assert strongest_fields(grid, field, (64, 64)) == [(28, 38)]
    assert strongest_fields(torch.zeros_like(grid), field, (64, 64)) == []
    grid[0, 0] = 9  # its field reaches beyond the border
    grid[17, 22] = 4  # its field lies on the first one
    grid[16, 25] = 3
    assert strongest_fields(grid, field, (64, 64)) == [(28, 38), (28, 46)]


def test_the_strongest_patch_is_what_the_activation_sees():
    """The patch alone, in a grey picture, gives the same activation."""
    generator = torch.Generator().manual_seed(0)
    image = torch.rand(1, 3, 48, 64, generator=generator)
    network = FeatureExtractor("relu2_1", device="cpu")
    channel = network(image)["relu2_1"][0, 3]
    found = strongest_patches(image, channel, "relu2_1", count=3)
    assert [value for value, _ in found] == sorted((value for value, _ in found), reverse=True)
    for value, patch in found:
        alone = torch.full_like(image, 0.5)
        alone[..., 20:30, 20:30] = patch
        again = network(alone)["relu2_1"][0, 3, 12, 12]  # sees the pixels from 2 * 12 - 4 on
        assert value > 0 and abs(again - value) < 1e-3 * value


def test_a_field_larger_than_the_picture_is_shown_with_grey_around_it():
    image = torch.zeros(1, 3, 16, 16)
    channel = torch.ones(2, 2)
    [(_, patch), *_] = strongest_patches(image, channel, "relu4_2")
    assert patch.shape == (1, 3, 76, 76) and patch[0, 0, 0, 0] == torch.tensor(0.85)
