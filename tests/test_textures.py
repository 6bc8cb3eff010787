"""The textures that lesson 05 compares: they are what the program grows, and say what is said."""

import json

import pytest
import torch
from PIL import Image

import nst_helpers as nst
import textures
from nst_helpers.engine.objective import Objective
from nst_helpers.engine.styles import Style
from nst_helpers.engine.transfer import STYLE_LAYERS

TABLE = json.loads((textures.FOLDER / "results.json").read_text(encoding="utf-8"))


def test_each_texture_is_that_of_the_program():
    assert list(TABLE) == list(textures.TEXTURES)
    for name, kept in TABLE.items():
        assert kept["differs"] == textures.TEXTURES[name]
        expected = {**textures.COMMON, **kept["differs"], "layers": list(STYLE_LAYERS)}
        assert kept["settings"] == expected
        file = textures.FOLDER / f"{name}.jpg"
        with Image.open(file) as picture:
            assert list(picture.size) == kept["shape"] and max(picture.size) == 256
        assert file.stat().st_size <= 250_000
    assert {path.stem for path in textures.FOLDER.glob("*.jpg")} == set(TABLE)


def test_the_lesson_says_what_was_measured():
    gram, again, covariance, correlation = (
        TABLE[name]["losses"] for name in ("gram", "gram_again", "covariance", "correlation")
    )
    for each in (gram, again):  # by its own measure, each is about twice as near as the other
        assert 1.6 < each["covariance"] / covariance["covariance"] < 2.4
        assert 1.6 < covariance["Gram"] / each["Gram"] < 2.4
        assert correlation["Gram"] > 10 * each["Gram"]  # it does not know how much
    assert all(kept["fell_in_the_last_fifth"] < 0.1 for kept in TABLE.values())


@pytest.mark.parametrize(
    ("measure", "expected"),
    [
        ("Gram", [[5, 10], [10, 25]]),
        ("covariance", [[1, 0], [0, 0]]),
        ("correlation", [[1, 0], [0, 0]]),
    ],
)
def test_a_statistic_by_hand(measure, expected):
    maps = torch.tensor([[1.0, 3.0], [5.0, 5.0]]).view(1, 2, 1, 2)
    found = textures.statistic(maps, measure)
    torch.testing.assert_close(found, torch.tensor([expected]).float(), rtol=1e-3, atol=1e-6)


def test_the_loss_is_that_of_a_transfer():
    painting, picture = nst.load_image("night_sky", 64), nst.load_image("cat", 64)
    extractor = textures.network("zeros")
    weights = {"content": 0, "style": 1, "variation": 0}
    objective = Objective(extractor, picture, [Style(painting)], ["relu1_1"], STYLE_LAYERS, weights)
    loss = textures.losses(extractor, painting, "Gram")(picture)
    torch.testing.assert_close(loss, objective(picture)["style"])


def test_beyond_the_frame_there_are_zeros_or_the_opposite_side():
    painting = nst.load_image("night_sky", 64)[:, :, :48]
    rolled = painting.roll((16, 32), dims=(2, 3))
    same = [
        float(textures.losses(textures.network(padding), painting, "Gram")(rolled))
        for padding in ("zeros", "circular")
    ]
    assert same[0] > 0.01 and same[1] < 1e-4
