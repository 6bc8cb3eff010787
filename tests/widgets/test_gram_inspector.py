import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets.gram_inspector import strongest_patches
from nst_helpers.widgets.positions import cut
from pointing import arrow_key, differs, press


@pytest.fixture(scope="module")
def inspector():
    return widgets.GramInspector("tiger_coat", "cat", layer="relu2_1", size=96)


def test_the_inspector_says_the_entry_and_its_rank(inspector):
    inspector.first.value, inspector.second.value = "tiger_coat", "cat"
    inspector.pair = (3, 90)
    maps = inspector.extractor(nst.load_image("tiger_coat", 96))["relu2_1"]
    gram = nst.gram_matrix(maps)[0]
    entries = [gram[i, j].item() for i in range(128) for j in range(i + 1, 128)]
    rank = sorted(entries, reverse=True).index(gram[3, 90].item()) + 1
    assert f"{gram[3, 90]:.3g}, rank {rank:,} of 8,128 in tiger_coat" in inspector.text
    with pytest.raises(nst.InputError):
        inspector.pair = (0, 128)


def test_both_halves_of_the_square_hold_the_same_pair(inspector):
    order = inspector.order
    press(inspector, "matrix", (100.5) / 128, (7.5) / 128)
    assert inspector.pair == (order[7], order[100])
    press(inspector, "matrix", (7.5) / 128, (100.5) / 128)
    assert inspector.pair == (order[7], order[100])
    arrow_key(inspector, -3, 2)
    assert inspector.pair == (order[9], order[97])
    arrow_key(inspector, 0, 500)
    assert set(inspector.pair) == {order[127], order[97]}
    press(inspector, "matrix", 0.3, 0.3)
    assert "on the diagonal" in inspector.text


def test_the_slider_steps_through_the_pairs_that_separate(inspector):
    inspector.pair = (4, 5)
    assert inspector.pair_number.value == 0
    a, b = inspector.relative
    seen = []
    for number in range(1, 6):
        inspector.pair_number.value = number
        assert inspector.pair == inspector.pairs[number - 1]
        seen.append(float((a - b).abs()[inspector.pair]))
    assert seen == sorted(seen, reverse=True)
    assert seen[4] > 5 * (a - b).abs().median()


def test_another_picture_gives_other_matrices(inspector):
    before = inspector.grams[1]
    assert differs(inspector, lambda: setattr(inspector.second, "value", "coffee"))
    assert "in coffee" in inspector.text and not torch.equal(before, inspector.grams[1])
    inspector.first.value = "coffee"  # a picture with itself has no pair that separates
    assert torch.equal(*inspector.grams)
    for bad in ({"layer": "conv1_1"}, {"layer": "x"}, {"pictures": {"a": "cat", "b": "cat"}}):
        with pytest.raises(nst.InputError):
            widgets.GramInspector("tiger_coat", "cat", **bad)


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
