"""The triangle of weights, and the pictures of it that come with the package."""

import importlib
import inspect
import json
from pathlib import Path

import pytest
import torch

import nst_helpers as nst
from nst_helpers.widgets import triangle

TABLE = json.loads((triangle.STORED / "balance.json").read_text(encoding="utf-8"))
SETTINGS = TABLE["settings"]


def test_weights_grow_a_thousandfold_from_the_middle_to_a_corner():
    defaults = inspect.signature(nst.StyleTransfer).parameters
    middle = {name: defaults[f"{name}_weight"].default for name in triangle.LOSSES}
    assert triangle.weights_at((2, 2, 2)) == middle == {"content": 1, "style": 40, "variation": 10}
    for number, name in enumerate(triangle.LOSSES):
        weights = triangle.weights_at(tuple(6 * (number == other) for other in range(3)))
        grown = {loss: weights[loss] / middle[loss] for loss in weights}
        others = [grown[loss] for loss in weights if loss != name]
        assert others[0] == pytest.approx(others[1])
        assert grown[name] / others[0] == pytest.approx(1000)


def test_each_place_is_begun_from_one_beside_it():
    assert len(set(triangle.PLACES)) == 28
    for number, place in enumerate(triangle.PLACES):
        assert sum(place) == 6 and min(place) >= 0
        if place[0] < 6:
            before = triangle.nearer(place)
            assert before in triangle.PLACES[:number] and before[0] == place[0] + 1
            assert sorted(a - b for a, b in zip(place, before, strict=True)) == [-1, 0, 1]


def test_what_is_stored_was_made_with_the_settings_of_this_code(monkeypatch):
    monkeypatch.syspath_prepend(Path(__file__).parents[2] / "paintings")
    program = importlib.import_module("balance")
    assert json.loads(json.dumps(program.settings())) == SETTINGS
    assert SETTINGS["weights"] == {
        triangle.key(place): triangle.weights_at(place) for place in triangle.PLACES
    }


def test_the_losses_are_those_of_the_stored_files():
    painter, grid = triangle.stored("coffee", "stained_glass")
    run = nst.StyleTransfer(
        "coffee", "stained_glass", size=256, device="cpu", precision="float32", stages=1
    )
    assert torch.equal(painter.content, run.content) and torch.equal(
        painter.style, run.styles[0].image
    )
    objective = run.objective(256)
    for place in ((2, 2, 2), (0, 0, 6), (6, 0, 0)):
        image = nst.load_image("coffee", 256)
        if place[0] < 6:
            image = nst.load_image(triangle.STORED / f"{triangle.key(place)}.jpg")
        with torch.no_grad():
            losses = objective(image)
        for name, loss in grid[place].losses.items():
            assert loss == pytest.approx(float(losses[name]), rel=5e-3, abs=1e-6), (place, name)


def test_the_stored_triangle_is_small_and_tells_its_story():
    files = {file.name: file.stat().st_size for file in triangle.STORED.iterdir()}
    places = [triangle.key(place) for place in triangle.PLACES]
    assert set(files) == {"balance.json", *(f"{place}.jpg" for place in places[1:])}
    assert sum(files.values()) < 900_000
    assert list(TABLE["losses"]) == places
    losses = {place: TABLE["losses"][place] for place in places}
    to_the_style = [losses[f"{6 - n}{n}0"] for n in range(7)]
    style = [each["style"] for each in to_the_style]
    content = [each["content"] for each in to_the_style]
    assert style == sorted(style, reverse=True) and style[-1] < style[0] / 20
    assert content == sorted(content) and content[0] == 0
    smooth = [losses[f"{6 - n}0{n}"]["variation"] for n in range(2, 7)]
    assert smooth == sorted(smooth, reverse=True) and smooth[-1] < smooth[0] / 20


def test_only_the_stored_pair_is_stored():
    for other in (
        ("cat", "stained_glass"),
        ("coffee", "mosaic"),
        ("coffee", "stained_glass", 96),
        ("coffee", "stained_glass", None, 5),
        (torch.rand(1, 3, 32, 32), "stained_glass"),
    ):
        assert triangle.stored(*other) is None
    assert len(triangle.stored("coffee", "stained_glass", 256, 60)[1]) == 28
