import io

import numpy as np
import pytest
import torch
from PIL import Image

import nst_helpers as nst
from nst_helpers.widgets.canvas import Canvas
from nst_helpers.widgets.denoise import smooth
from nst_helpers.widgets.gram_inspector import (
    cluster,
    relative_grams,
    separating_pairs,
    strongest_patches,
)
from nst_helpers.widgets.positions import cut


def pixel(canvas, x, y):
    return canvas.image.getpixel((x, y))


def test_a_canvas_knows_what_lies_where():
    canvas = Canvas(60, 40)
    canvas.lay(np.array([[0.0, 1.0]]), (10, 20), (40, 10), "map")
    assert pixel(canvas, 12, 25) == (0, 0, 0) and pixel(canvas, 48, 25) == (255, 255, 255)
    assert canvas.find(10, 20) == ("map", 0, 0)
    assert canvas.find(49, 29)[0] == "map"
    assert canvas.find(9, 20) is canvas.find(50, 29) is canvas.find(49, 30) is None
    assert Image.open(io.BytesIO(canvas.png())).size == (60, 40)


def test_a_square_beyond_the_border_is_grey():
    image = torch.zeros(1, 3, 20, 30)
    patch = cut(image, -4, 25, 10)
    assert patch.shape == (1, 3, 10, 10)
    assert patch[0, 0, :4].eq(0.85).all() and patch[0, 0, :, 5:].eq(0.85).all()
    assert patch[0, 0, 4:, :5].eq(0).all()
    assert cut(image, 100, 100, 4).eq(0.85).all()


def test_the_strongest_patch_is_what_the_activation_sees():
    image = torch.zeros(1, 3, 64, 64)
    image[..., 30:34, 40:44] = 1
    maps = nst.FeatureExtractor("relu2_1", device="cpu")(image)["relu2_1"][0]
    grid = torch.zeros_like(maps[0])
    grid[16, 21] = 5  # the field of relu2_1 is 10 pixels, with steps of 2
    (patch,) = strongest_patches(image, grid, "relu2_1")
    assert torch.equal(patch, cut(image, 28, 38, 10))
    assert strongest_patches(image, torch.zeros_like(grid), "relu2_1") == []
    grid[0, 0] = 9  # its field reaches beyond the border
    assert torch.equal(strongest_patches(image, grid, "relu2_1")[0], patch)


def test_relative_grams_forget_how_loud_a_picture_or_a_channel_is():
    maps = [torch.rand(1, 6, 5, 7), torch.rand(1, 6, 5, 7)]
    first, second = (nst.gram_matrix(each)[0] for each in maps)
    a, b = relative_grams(first, second)
    torch.testing.assert_close(a.diagonal() + b.diagonal(), torch.full((6,), 2.0))
    torch.testing.assert_close(relative_grams(9 * first, second)[0], a)
    maps[0][:, 2] = maps[1][:, 2] = 0
    silent = [nst.gram_matrix(each)[0] for each in maps]
    assert all(gram.isfinite().all() for gram in relative_grams(*silent))


def test_clusters_put_blocks_together():
    block = torch.arange(12) % 3  # three groups of four channels, mixed
    similarity = 0.1 + 0.8 * (block[:, None] == block).float() + 0.1 * torch.eye(12)
    order, groups = cluster(similarity, groups=3)
    assert sorted(order) == list(range(12))
    assert groups == [(0, 4), (4, 8), (8, 12)]
    for begin, end in groups:
        assert len({int(block[channel]) for channel in order[begin:end]}) == 1


def test_separating_pairs_name_each_channel_once_and_no_silent_one():
    first, second = torch.eye(8), torch.eye(8)
    first[7, 7] = second[7, 7] = 1e-4
    for matrix, (i, j), number in [
        (first, (1, 2), 0.9),
        (first, (1, 3), 0.8),
        (second, (4, 5), 0.7),
    ]:
        matrix[i, j] = matrix[j, i] = number
    first[6, 7] = first[7, 6] = 0.01  # as much as the silent channel can
    assert separating_pairs(first, second) == [(1, 2), (4, 5)]
    assert separating_pairs(first, second, count=1) == [(1, 2)]
    assert separating_pairs(first, first) == []


@pytest.mark.parametrize("power", [1, 2])
def test_smoothing_finds_the_minimum(power):
    noisy = (
        0.5 + 0.1 * torch.randn(1, 3, 12, 17, generator=torch.Generator().manual_seed(1))
    ).clamp(0, 1)

    def loss(image):
        return nst.content_loss(image, noisy) + 0.05 * nst.variation_loss(image, power)

    smoothed = smooth(noisy, 0.05, power, steps=400)
    assert loss(smoothed) < loss(noisy)
    for seed in range(20):
        way = torch.randn(noisy.shape, generator=torch.Generator().manual_seed(seed))
        assert loss(smoothed) < loss(smoothed + 1e-3 * way)
    for step in (-0.05, 0.05):  # towards the noisy picture and away from it
        assert loss(smoothed) <= loss(smoothed + step * (noisy - smoothed)) + 1e-7
    torch.testing.assert_close(smooth(noisy, 0, power), noisy, atol=1e-5, rtol=0)
    plain = smooth(noisy, 1e6, power, steps=2000)
    assert power == 1 or plain.std(dim=(2, 3)).max() < 1e-3
