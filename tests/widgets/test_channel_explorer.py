import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets.positions import RELU_LAYERS
from pointing import arrow_key, differs, press


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
    shown = [name for name in explorer.canvas.places if name[0] == "channel"]
    assert shown == [("channel", channel) for channel in best]
    press(explorer, shown[3])
    assert explorer.channel.value == best[3]
    x, y = explorer.place
    arrow_key(explorer, 2, -1)
    assert explorer.place[0] > x and explorer.place[1] < y
    arrow_key(explorer, -999, 999)
    assert 0 <= explorer.place[0] < 0.1 and 0.9 < explorer.place[1] < 1
    press(explorer, "picture", 0.4, 0.6)
    assert explorer.place == pytest.approx((0.4, 0.6), abs=0.02)


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
