import io

import pytest
import torch
from PIL import Image

from nst_helpers import plots


def drawn(figure):
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file)


def test_pictures_stand_under_their_titles():
    figure = plots.show_images({"a": torch.rand(1, 3, 20, 30), "b": torch.rand(20, 30)})
    assert [axis.get_title() for axis in figure.axes] == ["a", "b"]
    assert figure.axes[0].images[0].get_array().shape == (20, 30, 3)
    assert drawn(figure).width > 100


def test_loss_curves_are_weighted():
    figure = plots.plot_losses({"content": [1, 2], "total": [3, 4]}, {"content": 10})
    lines = {line.get_label(): list(line.get_ydata()) for line in figure.axes[0].lines}
    assert lines == {"content": [10, 20], "total": [3, 4]}


def test_channels_share_one_scale_unless_asked():
    features = torch.stack([torch.zeros(4, 6), torch.rand(4, 6) * 9])[None]
    for scale, limits in {"page": (0, features.max().item()), "channel": (0, 0)}.items():
        axis = plots.plot_channels(features, scale=scale).axes[0]
        assert axis.images[0].get_clim() == pytest.approx(limits)
    for bad in ({"channels": [2]}, {"scale": "x"}):
        with pytest.raises(ValueError, match=r"channel|scale"):
            plots.plot_channels(features, **bad)
