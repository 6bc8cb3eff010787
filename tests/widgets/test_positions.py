import torch

from nst_helpers.widgets.positions import cut


def test_a_square_beyond_the_border_is_grey():
    image = torch.zeros(1, 3, 20, 30)
    patch = cut(image, -4, 25, 10)
    assert patch.shape == (1, 3, 10, 10)
    assert patch[0, 0, :4].eq(0.85).all() and patch[0, 0, :, 5:].eq(0.85).all()
    assert patch[0, 0, 4:, :5].eq(0).all()
    assert cut(image, 100, 100, 4).eq(0.85).all()
