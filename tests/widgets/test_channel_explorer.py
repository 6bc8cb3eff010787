import numpy as np
import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets import channel_explorer
from nst_helpers.widgets.figure import unpacked

SIZE = 80
FIRST = {"picture": "cat", "layer": "relu2_2", "compared": -1, "place": (0.3, 0.4)}


@pytest.fixture(scope="module")
def pictures():
    photographs = {name: name for name in ("cat", "coffee", "great_wave", "mosaic")}
    return {**photographs, "mine": torch.rand(1, 3, 64, 40, generator=torch.manual_seed(0))}


@pytest.fixture(scope="module")
def made(pictures):
    explorer = widgets.ChannelExplorer(pictures, size=SIZE)
    return explorer, explorer.channel


@pytest.fixture
def explorer(made):
    """One figure, in its first state again."""
    explorer, channel = made
    with explorer.hold_trait_notifications():
        explorer.set_trait("channel", channel)
        for name, value in FIRST.items():
            explorer.set_trait(name, value)
    return explorer


@pytest.fixture(scope="module")
def maps():
    """The cat's activations, computed beside the figure."""
    layers = ["relu1_1", "relu2_1", "relu2_2", "relu3_1", "relu5_1"]
    network = nst.FeatureExtractor(layers, device="cpu")
    return {layer: found[0] for layer, found in network(nst.load_image("cat", SIZE)).items()}


def at(maps, x, y):
    return maps[:, int(y * maps.shape[1]), int(x * maps.shape[2])]


def bytes_in(value):
    if isinstance(value, dict | list):
        return sum(map(bytes_in, value.values() if isinstance(value, dict) else value))
    return len(value) if isinstance(value, bytes | str) else 20  # digits of a number


def test_it_opens_on_the_strongest_channel_at_the_ring(explorer, maps):
    assert explorer.layer == "relu2_2" and explorer.picture == "cat"
    assert explorer.channel == int(at(maps["relu2_2"], 0.3, 0.4).argmax())
    assert explorer.shown.shape == nst.load_image("cat", SIZE).shape


def test_the_words_say_the_numbers_of_the_channel(explorer, maps):
    explorer.layer, explorer.channel, explorer.place = "relu2_1", 5, (0.72, 0.31)
    grid, here = maps["relu2_1"][5], at(maps["relu2_1"], 0.72, 0.31)
    assert explorer.text.startswith(f"relu2_1, channel 5 of 0 to 127: at most {grid.max():.1f} in")
    zeros = float((grid == 0).float().mean())
    assert abs(100 * zeros - float(explorer.text.split("zero at ")[1].split("%")[0])) <= 0.51
    said = explorer.text.split("At the ring it is ")[1]
    assert float(said.split(";")[0]) == pytest.approx(float(here[5]), abs=0.11)
    assert f"channel {int(here.argmax())} with" in said
    explorer.compared = 8
    together = float(((grid > 0) & (maps["relu2_1"][8] > 0)).float().mean())
    said = explorer.text.split("Channel 8, in blue, is ")[1]
    assert float(said.split(" ")[0]) == pytest.approx(float(here[8]), abs=0.11)
    assert abs(100 * together - float(said.split("zero at ")[1].split("%")[0])) <= 0.51
    explorer.compared = 5
    assert "choose another channel" in explorer.text


def test_what_is_sent_is_what_the_network_computed(explorer, maps):
    for layer in ("relu2_2", "relu1_1", "relu5_1"):
        explorer.layer = layer
        sent, true = unpacked(explorer.data["maps"]), maps[layer]
        assert explorer.data["of"] == ["cat", layer]
        assert torch.equal(sent == 0, true == 0)
        largest = true.amax((1, 2))
        assert torch.allclose(sent.amax((1, 2)), largest)  # nothing is cut off
        assert ((sent - true).abs() <= largest[:, None, None] / 255 + 1e-6).all()
        white = explorer.data["white"]
        assert float((true > white).float().mean()) == pytest.approx(0.005, abs=0.001)


def test_channels_stay_within_the_layer_and_come_with_its_numbers(explorer, monkeypatch):
    explorer.layer = "relu5_1"
    explorer.channel, explorer.compared = 511, 400
    messages = []
    monkeypatch.setattr(
        explorer,
        "send_state",
        lambda key: messages.append({*([key] if isinstance(key, str) else key)}),
    )
    explorer.layer = "relu1_1"
    assert (explorer.channel, explorer.compared) == (63, -1)
    assert any({"data", "channel", "compared"} <= set(keys) for keys in messages)
    assert sum("channel" in keys for keys in messages) == 1
    for name, number in (("channel", 64), ("channel", -1), ("compared", 64), ("compared", -2)):
        with pytest.raises(nst.InputError, match=f"no channel {number}: choose one from 0 to 63"):
            setattr(explorer, name, number)
    assert (explorer.channel, explorer.compared) == (63, -1)


def test_pictures_change_and_bad_ones_are_refused(explorer):
    explorer.picture = "mine"
    assert "in mine" in explorer.text and explorer.data["ratio"] == 40 / 64
    others = [other["name"] for other in explorer.data["others"]]
    assert others == ["cat", "coffee", "great_wave", "mosaic"]
    with pytest.raises(nst.InputError, match="picture"):
        explorer.picture = "dog"
    for bad in ({}, {"x": "no_such_picture"}):
        with pytest.raises(nst.InputError):
            widgets.ChannelExplorer(bad, size=64)


def test_the_row_shows_the_largest_activation_of_each_picture(explorer, pictures):
    network = nst.FeatureExtractor("relu2_2", device="cpu")
    for other in explorer.data["others"]:
        true = network(nst.load_image(pictures[other["name"]], SIZE))["relu2_2"][0]
        largest = np.frombuffer(other["largest"], "<f4")
        assert np.allclose(largest, true.amax((1, 2)), rtol=1e-4)
        small = unpacked(other["maps"])
        assert small.shape[0] == 128 and max(small.shape[1:]) == 24
        rows, columns = (-(-a // b) for a, b in zip(true.shape[1:], small.shape[1:], strict=True))
        for corner in (np.s_[:, :rows, :columns], np.s_[:, -rows:, :columns]):
            mean = true[corner].mean((1, 2))
            mine = small[:, 0 if corner[1].start is None else -1, 0]
            assert ((mine - mean).abs() <= small.amax((1, 2)) / 255 + 1e-6).all()


def test_a_square_picture_and_its_row_fit_into_a_message():
    explorer = widgets.ChannelExplorer({str(number): "astronaut" for number in range(7)})
    assert len(explorer.data["others"]) == 6
    for answer in (explorer.data, *explorer.answers()):
        assert bytes_in(answer) <= 1.5e6


def test_the_static_picture_shows_the_channel(explorer):
    grid = unpacked(explorer.data["maps"])[explorer.channel]
    drawn = [axes.images[0].get_array() for part in explorer.draw().subfigs for axes in part.axes]
    assert np.allclose(drawn[1], grid) and len(drawn) == 2 + 8 + 4
    assert drawn[0].shape == (*nst.load_image("cat", 480).shape[2:], 3)


def grid_of(shown, selector, number=0):
    """Return the pixels of a canvas, `(rows, columns, 4)`."""
    rows, columns, pixels = shown.pixels(selector, number)
    return np.array(pixels, float).reshape(rows, columns, 4)


def place_of(shown, selector):
    style = shown.page.locator(selector).first.evaluate("ring => [ring.style.left, ring.style.top]")
    return [float(share.rstrip("%")) / 100 for share in style]


def strongest(shown):
    assert shown.words  # it waits until the last change is drawn
    words = shown.page.locator(".nst-strongest button").all_inner_texts()
    return [(int(line.split(":")[0]), float(line.split(":")[1])) for line in words]


def assert_strongest(shown, here):
    """Compare what the page lists with activations of all channels at a position."""
    channels, numbers = zip(*strongest(shown), strict=True)
    assert sorted(numbers, reverse=True) == list(numbers)
    assert list(numbers) == pytest.approx([float(here[channel]) for channel in channels], abs=0.2)
    eighth = float(here.sort(descending=True).values[7])
    assert all(float(here[channel]) > eighth - 0.2 for channel in channels)
    assert channels[0] == int(here.argmax())


def test_a_place_is_hovered_over_and_kept(show, explorer, maps):
    shown, layer = show(explorer), maps["relu2_2"]
    kept = shown.agrees()
    assert_strongest(shown, at(layer, 0.3, 0.4))
    shown.hover(".nst-over", 0.72, 0.31)
    assert shown.words != kept and shown.state("place") == [0.3, 0.4]
    assert_strongest(shown, at(layer, 0.72, 0.31))
    rows, columns = layer.shape[1:]
    ring = (int(0.72 * columns) + 0.5) / columns, (int(0.31 * rows) + 0.5) / rows
    for part in (".nst-over .nst-ring", ".nst-alone .nst-ring"):
        assert place_of(shown, part) == pytest.approx(ring, abs=1e-4)
    shown.hover(".nst-words")
    assert shown.words == kept
    shown.press(".nst-alone .nst-picture", 0.9, 0.2)
    assert shown.state("place") == pytest.approx([0.9, 0.2], abs=0.01)
    shown.agrees()
    assert_strongest(shown, at(layer, *shown.state("place")))
    number = strongest(shown)[3][0]
    shown.page.locator(".nst-strongest button").nth(3).click()
    assert f"channel {number} of" in shown.agrees() and shown.state("channel") == number
    x, y = shown.state("place")
    shown.key(".nst-over", "ArrowLeft", "ArrowDown", "Enter")
    left, down = shown.state("place")
    assert 0 < x - left < 2 / columns and 0 < down - y < 2 / rows
    assert shown.state("channel") == strongest(shown)[0][0]
    shown.agrees()
    shown.key(".nst-over", *["Shift+ArrowRight"] * 9, *["Shift+ArrowUp"] * 9)
    assert shown.state("place") == pytest.approx([1 - 0.5 / columns, 0.5 / rows])
    shown.agrees()


def test_the_light_over_the_picture_and_the_map_are_the_channel(show, explorer):
    explorer.channel = 7
    shown = show(explorer)
    share = (unpacked(explorer.data["maps"])[7] / explorer.data["white"]).clamp(max=1).numpy()
    assert share.shape[0] != share.shape[1] and share.std() > 0.1
    assert np.abs(grid_of(shown, "canvas.nst-map")[..., 0] - 255 * share).max() <= 1
    light = grid_of(shown, "canvas.nst-light")
    assert np.abs(light[..., 3] - 255 * (0.78 - 0.53 * share)).max() <= 1
    assert np.abs(light[..., 0] - 255 * share).max() <= 4  # rounded once more by its alpha
    row = [unpacked(other["maps"])[7] / explorer.data["white"] for other in explorer.data["others"]]
    for number, small in enumerate(row):
        drawn = grid_of(shown, ".nst-others canvas", number)
        assert np.abs(drawn[..., 3] - 255 * (0.78 - 0.53 * small.clamp(max=1).numpy())).max() <= 1
    shown.slide("channel", 9)
    shown.agrees()
    assert np.abs(grid_of(shown, "canvas.nst-map")[..., 0] - 255 * share).max() > 50
    words = shown.page.locator(".nst-others button").all_inner_texts()
    largest = [np.frombuffer(other["largest"], "<f4")[9] for other in explorer.data["others"]]
    assert [float(line.split(":")[1]) for line in words[:4]] == pytest.approx(largest, abs=0.06)
    assert words[1].startswith("great_wave")


def test_two_channels_are_compared_in_orange_and_blue(show, explorer):
    shown = show(explorer)
    first = shown.state("channel")
    shown.click(f"Keep channel {first} to compare")
    assert "choose another channel" in shown.agrees() and shown.state("compared") == first
    shown.page.locator(".nst-strongest button").nth(1).click()
    assert f"Channel {first}, in blue, is" in shown.agrees()
    second = shown.state("channel")
    maps = unpacked(explorer.data["maps"]) / explorer.data["white"]
    orange, blue = (maps[number].clamp(max=1).numpy() for number in (second, first))
    drawn = grid_of(shown, "canvas.nst-light")
    assert np.abs(drawn[..., 3] - 255 * (0.78 - 0.53 * np.maximum(orange, blue))).max() <= 1
    assert np.abs(drawn[..., 0] - 255 * orange).max() <= 4
    assert np.abs(drawn[..., 2] - 255 * blue).max() <= 4
    alone = [grid_of(shown, "canvas.nst-map", number) for number in (0, 1)]
    assert np.abs(alone[0][..., 0] - 255 * orange).max() <= 1 and not alone[0][..., 2].any()
    assert np.abs(alone[1][..., 2] - 255 * blue).max() <= 1 and not alone[1][..., 0].any()
    numbers = shown.page.locator(".nst-alone figcaption span").all_inner_texts()
    row, column = (int(share * side) for share, side in zip((0.4, 0.3), orange.shape, strict=True))
    grid = unpacked(explorer.data["maps"])[:, row, column]
    assert numbers == [f"{n}: {grid[n]:.1f} at the ring" for n in (second, first)]
    shown.page.keyboard.press("Escape")
    assert shown.state("compared") == -1
    assert "blue" not in shown.agrees() and not shown.page.get_by_text("white: both").count()
    assert shown.page.locator("canvas.nst-map").nth(1).is_hidden()
    shown.key(".nst-title button", "Enter")
    assert shown.state("compared") == second
    shown.key(".nst-over", "Escape")
    assert shown.state("compared") == -1


def test_a_page_without_a_kernel_offers_what_it_can_show(show, explorer):
    shown = show(explorer)
    assert shown.page.locator("select[name=picture] option").all_inner_texts() == ["cat"]
    assert shown.page.locator(".nst-others button").first.is_disabled()
    assert shown.page.locator(".nst-others button:visible").count() == 4
    layers = ["relu1_1", "relu2_1", "relu2_2", "relu3_1", "relu4_1", "relu5_1"]
    assert shown.page.evaluate("figure.get('options').layer") == layers
    shown.slide("layer", 5)
    shown.slide("channel", 500)
    assert "relu5_1, channel 500 of 0 to 511" in shown.agrees()
    shown.slide("layer", 0)
    assert "relu1_1, channel 63 of 0 to 63" in shown.words and shown.state("channel") == 63
    shown.agrees()
    assert explorer.options["picture"] == ["cat", "coffee", "great_wave", "mosaic", "mine"]


def test_the_static_picture_lies_under_the_same_light_as_the_page():
    picture, share = torch.full((1, 3, 4, 6), 0.5), torch.tensor([[0.0, 0.5, 1.0]])
    seen = channel_explorer._lit(picture, share.repeat(2, 1).repeat_interleave(2, 1))
    expected = [0.5 * (1 - cover) + lit * cover for lit, cover in ((0, 0.78), (1, 0.25))]
    assert seen[0, [0, -1], 0].tolist() == pytest.approx(expected, abs=1e-6)
