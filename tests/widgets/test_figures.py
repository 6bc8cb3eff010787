"""The interactive figures without a browser: state in, picture and text out."""

import math
import threading
import time
import tracemalloc

import pytest
import torch
from PIL import ImageChops

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.engine.layers import receptive_field
from nst_helpers.widgets.loss_balance import in_triangle
from nst_helpers.widgets.positions import RELU_LAYERS


def differs(figure, change):
    before = figure.image.copy()
    change()
    return ImageChops.difference(before, figure.image).getbbox() is not None


def press(figure, place, x=0.5, y=0.5):
    """Point at a place of the canvas as the browser does."""
    left, top, width, height = figure.canvas.places[place]
    count = figure.picture.point[2] + 1
    figure.picture.point = [int(left + x * width), int(top + y * height), count]


def key(figure, x, y):
    old = figure.picture.moved
    figure.picture.moved = [old[0] + x, old[1] + y]


@pytest.fixture(scope="module")
def explorer():
    return widgets.ChannelExplorer({"cat": "cat", "mine": torch.rand(1, 3, 40, 50)}, size=64)


def test_the_explorer_shows_the_channel_that_its_controls_name(explorer):
    explorer.layer.value, explorer.channel.value = "relu2_1", 5
    image = nst.load_image("cat", 64)
    maps = nst.FeatureExtractor("relu2_1", device="cpu")(image)["relu2_1"][0]
    assert f"relu2_1, channel 5 of 0 to 127: at most {maps[5].max():.1f} in cat" in explorer.text
    assert differs(explorer, lambda: setattr(explorer.channel, "value", 6))
    assert explorer.picture.png == explorer.canvas.png()
    assert explorer.picture.text == explorer.text


def test_a_click_names_the_strongest_channels_and_takes_one(explorer):
    explorer.layer.value = "relu3_1"
    press(explorer, "map", 0.72, 0.31)
    features = explorer.features["relu3_1"]
    row, column = int(0.31 * features.shape[1]), int(0.72 * features.shape[2])
    best = features[:, row, column].argsort(descending=True)[:8].tolist()
    shown = [name for name in explorer.canvas.places if name.startswith("channel ")]
    assert shown == [f"channel {channel}" for channel in best]
    press(explorer, shown[3])
    assert explorer.channel.value == best[3]
    x, y = explorer.place
    key(explorer, 2, -1)
    assert explorer.place[0] > x and explorer.place[1] < y
    key(explorer, -999, 999)
    assert 0 <= explorer.place[0] < 0.1 and 0.9 < explorer.place[1] < 1


def test_the_explorer_keeps_to_the_channels_and_pictures_there_are(explorer):
    explorer.layer.value = "relu5_1"
    explorer.channel.value = 511
    explorer.layer.value = "relu1_1"
    assert explorer.channel.value == 63
    explorer.picture_name.value = "mine"
    assert "in mine" in explorer.text and set(explorer.features) == set(RELU_LAYERS)
    explorer.picture_name.value = "cat"
    for bad in ({}, {"x": "no_such_picture"}):
        with pytest.raises(nst.InputError):
            widgets.ChannelExplorer(bad, size=64)


def test_the_field_is_the_patch_that_was_clicked():
    figure = widgets.ReceptiveField("cat", size=96)
    figure.layer.value = "relu2_2"
    press(figure, "map", 0.5, 0.25)
    rows, columns = figure.maps["relu2_2"].shape
    row, column = int(0.25 * rows), int(0.5 * columns)
    size, step, offset = receptive_field("relu2_2")
    top, left = offset + step * row, offset + step * column
    assert f"row {row}, column {column}: it sees {size} x {size} pixels" in figure.text
    assert f"rows {top} to {top + size - 1} and columns {left} to" in figure.text
    key(figure, 1, 0)
    assert f"column {column + 1}" in figure.text
    assert differs(figure, lambda: press(figure, "relu4_1"))
    assert figure.layer.value == "relu4_1"
    with pytest.raises(nst.InputError):
        widgets.ReceptiveField("no_such_picture")


def test_vectors_are_dragged_slid_and_moved_by_keys():
    figure = widgets.Vectors((3, 1), (1, 2))
    assert figure.text == "a · b = 3 × 1 + 1 × 2 = 5. The cosine is 0.71, the angle 45°."
    press(figure, "plane", (4.5 + 3) / 9, (4.5 - 1) / 9)
    assert figure.chosen.value == "a" and (figure.first.value, figure.second.value) == figure.a
    left, top, width, _ = figure.canvas.places["plane"]
    figure.picture.point = [int(left + 0.5 * width), top + 4, figure.picture.point[2]]  # a drag
    assert figure.chosen.value == "a" and figure.a == pytest.approx((0, 4), abs=0.1)
    figure.a = (2, 0)
    figure.first.value = -2.0
    assert figure.a == (-2, 0) and "= -2." in figure.text
    figure.chosen.value = "b"
    assert (figure.first.value, figure.second.value) == figure.b == (1, 2)
    key(figure, 3, -5)
    assert figure.b == (1.3, 2.5)
    figure.b = (0, 0)
    assert "no angle" in figure.text
    with pytest.raises(ValueError, match="from -4 to 4"):
        figure.a = (5, 0)


def test_co_occurrence_falls_to_chance_only_for_one_shuffle():
    black = torch.zeros(8, 10)
    black[2:5, 3:8] = 1
    figure = widgets.CoOccurrence({"black": black, "yellow": 2 * black, "white": 1 - black})
    assert figure.text == "black · yellow = 30. Chance gives 5.62. The cosine is 1.00."
    figure.positions.value = "second shuffled"
    assert float(figure.text.split("= ")[1].split(".")[0]) < 16
    assert differs(figure, lambda: setattr(figure.positions, "value", "both shuffled alike"))
    assert "= 30." in figure.text
    figure.positions.value = "as they are"
    figure.second.value = "white"
    assert "black · white = 0." in figure.text and "cosine is 0.00" in figure.text
    for bad in ({"a": black}, {"a": black, "b": black[1:]}, {"a": black, "b": -black}):
        with pytest.raises(ValueError, match="maps"):
            widgets.CoOccurrence(bad)


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
    key(inspector, -3, 2)
    assert inspector.pair == (order[9], order[97])
    key(inspector, 0, 500)
    assert set(inspector.pair) == {order[127], order[97]}
    press(inspector, "matrix", 0.3, 0.3)
    assert "on the diagonal" in inspector.text


def test_the_slider_steps_through_the_pairs_that_separate(inspector):
    inspector.pair = (4, 5)
    assert inspector.rank.value == 0
    a, b = inspector.relative
    seen = []
    for rank in range(1, 6):
        inspector.rank.value = rank
        assert inspector.pair == inspector.pairs[rank - 1]
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


def test_denoising_has_a_best_weight_between():
    figure = widgets.Denoise("cat", size=96)
    for power in (1, 2):
        figure.power.value = power
        errors = []
        for weight in (0, 0.1 if power == 1 else 0.5, 50):
            figure.weight.value = weight
            errors.append(figure.error)
        assert errors[1] < min(errors[0], errors[2])
    figure.noise.value = 0.02
    assert "rises" in figure.text
    figure.noise.value = 0
    figure.weight.value = 0
    assert figure.error < 1e-5
    assert differs(figure, lambda: setattr(figure.noise, "value", 0.3))


@pytest.fixture(scope="module")
def balance():
    return widgets.LossBalance("cat", "night_sky", size=48, steps=2)


def wait(condition, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_first_state_is_there_before_the_others(balance):
    assert balance.thread is None and balance.place == (2, 2, 2)
    assert balance.weights() == {"content": 1, "style": 40, "variation": 10}
    assert balance.step is balance.grid[2, 2, 2] and len(balance.grid) < 10
    assert "weigh 1 : 40 : 10." in balance.text


def test_the_triangle_is_pointed_at_and_filled(balance):
    x, y = in_triangle((1, 5, 0))
    press(balance, "triangle", x + 0.01, y - 0.01)
    assert balance.place == (1, 5, 0)
    assert balance.weights() == pytest.approx(
        {"content": 1, "style": 40 * 1000 ** (4 / 6), "variation": 10 * 1000 ** (-1 / 6)}
    )
    wait(lambda: len(balance.grid) == 28)
    balance.thread.join(10)
    assert balance.step is balance.grid[1, 5, 0]
    styles = [balance.grid[n, 6 - n, 0].losses["style"] for n in (6, 3, 0)]
    assert styles == sorted(styles, reverse=True)
    for way, place in (((2, 0), (1, 3, 2)), ((0, -2), (3, 1, 2)), ((99, 99), (0, 0, 6))):
        key(balance, *way)
        assert balance.place == place and balance.step is balance.grid[place]
        assert f"{balance.step.losses['content']:.3g}" in balance.text
    with pytest.raises(nst.InputError):
        balance.place = (3, 3, 3)


def test_painting_on_follows_the_weights_and_stops(balance):
    balance.place = (4, 1, 1)
    start = balance.step
    balance.live.value = True
    thread = balance.thread
    wait(lambda: balance.step is not start and balance.step.index > 2)
    balance.place = (0, 6, 0)  # begins anew from this picture with the new weights
    wait(lambda: balance.transfer.weights == balance.weights() and balance.step.index > 2)
    assert balance.thread is thread and "Painting on with 1 : 40000 : 10." in balance.text
    balance.live.value = False
    thread.join(10)
    assert not thread.is_alive()
    assert all(balance.step is not step for step in balance.grid.values())
    balance.place = (4, 1, 1)
    assert balance.step is balance.grid[4, 1, 1]


def figures():
    return [
        widgets.Vectors(),
        widgets.Denoise("cat", size=64),
        widgets.CoOccurrence({"a": torch.rand(8, 9), "b": torch.rand(8, 9)}),
    ]


def test_what_cannot_show_a_widget_shows_a_picture_and_words(explorer):
    data, metadata = explorer._repr_mimebundle_()
    assert data["image/jpeg"].startswith(b"\xff\xd8")
    assert "application/vnd.jupyter.widget-view+json" in data
    assert len(metadata["image/jpeg"]["alt"].split()) > 6
    assert "run this cell in Jupyter" in data["text/plain"] and len(data["text/plain"]) < 600


def test_every_control_has_a_label(explorer, inspector, balance):
    for figure in [explorer, inspector, balance, *figures()]:
        row, picture = figure.children
        assert all(control.description for control in row.children)
        assert len(row.children) <= 3
        assert len(picture.label.split()) > 5


def test_redrawing_is_quick_and_keeps_no_memory(explorer, inspector):
    """The limit is 200 ms on two cores; the median forgives what else runs on the machine."""
    changes = [
        lambda n: setattr(explorer.channel, "value", n % 60),
        lambda n: setattr(explorer, "place", (n % 9 / 9, 0.4)),
        lambda n: setattr(inspector, "pair", (n % 50, 60)),
    ]
    vectors, denoise, both = figures()
    changes += [
        lambda n: setattr(vectors, "a", (n % 40 / 10, 1)),
        lambda n: setattr(denoise.noise, "value", n % 30 / 100),
        lambda n: setattr(both.positions, "index", n % 3),
    ]
    for change in changes:
        times = []
        change(0)
        for number in range(1, 8):
            began = time.perf_counter()
            change(number)
            times.append(time.perf_counter() - began)
        assert sorted(times)[3] < 0.2
    tracemalloc.start()
    for change in changes:
        change(3)
    before = tracemalloc.get_traced_memory()[0]
    for number in range(20):
        for change in changes:
            change(number)
    assert tracemalloc.get_traced_memory()[0] - before < 3e6
    tracemalloc.stop()
    assert threading.active_count() < 20 and math.isfinite(denoise.error)
