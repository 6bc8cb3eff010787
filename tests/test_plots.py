import base64
import io
import re

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


def test_races_have_a_panel_each():
    curves = {"slow": ([1, 2, 4], [9, 8, 7]), "fast": ([1, 2], [9, 3])}
    figure = plots.plot_races({name: curves for name in "abcd"})
    panels, unused = figure.axes[:4], figure.axes[4:]
    assert [axis.get_xlabel() for axis in panels] == list("abcd")
    assert [axis.axison for axis in unused] == [False, False]
    for axis in panels:
        lines = {line.get_label(): line.get_xydata().T.tolist() for line in axis.lines}
        assert lines == {who: [list(part) for part in curve] for who, curve in curves.items()}


def test_no_curve_of_a_race_is_left_out_in_silence():
    curve = [1, 2], [9, 3]
    figure = plots.plot_races({"seconds": dict.fromkeys("abcd", curve)})
    assert len({line.get_linestyle() for line in figure.axes[0].lines}) == 4
    with pytest.raises(ValueError, match="at most 4 curves"):
        plots.plot_races({"seconds": dict.fromkeys("abcde", curve)})


def test_channels_share_one_scale_unless_asked():
    features = torch.stack([torch.zeros(4, 6), torch.rand(4, 6) * 9])[None]
    for scale, limits in {"page": (0, features.max().item()), "channel": (0, 0)}.items():
        axis = plots.plot_channels(features, scale=scale).axes[0]
        assert axis.images[0].get_clim() == pytest.approx(limits)
    for bad in ({"channels": [2]}, {"scale": "x"}):
        with pytest.raises(ValueError, match=r"channel|scale"):
            plots.plot_channels(features, **bad)


def texts(axis):
    return [text.get_text() for text in axis.texts]


def test_a_highlighted_picture_is_orange_where_the_channel_is_active():
    grid = torch.zeros(2, 3)
    grid[0, 0] = 5
    pale, orange = pytest.approx([0.9] * 3), pytest.approx([1, 0.45, 0])
    lit = plots.highlight(torch.ones(1, 3, 20, 30), grid)
    assert lit.shape == (1, 3, 20, 30)
    assert lit[0, :, 0, 0].tolist() == orange and lit[0, :, -1, -1].tolist() == pale
    half = plots.highlight(torch.ones(1, 3, 4, 6), grid, largest=10)
    assert half[0, 2].min() == pytest.approx(0.45)
    dead = plots.highlight(torch.ones(1, 3, 4, 6), torch.zeros(2, 3))
    assert dead[0, :, 1, 1].tolist() == pale


def test_grids_and_tables_hold_their_numbers():
    figure = plots.plot_numbers({"two": torch.tensor([[1.0, -2.0]]), "one": torch.tensor([[3.0]])})
    assert texts(figure.axes[0]) == ["two", "1", "-2", "one", "3"]
    assert "0 is drawn black, 3 white, below 0 blue" in figure.get_supxlabel()
    two, one = (image.get_array() for image in figure.axes[0].images)
    assert one[0, 0].tolist() == [1, 1, 1] and two[0, 0].tolist() == pytest.approx([1 / 3] * 3)
    assert two[0, 1, 2] > two[0, 1, 0] + 0.3  # below zero: blue
    figure = plots.plot_tables({"t": torch.tensor([[1.0, 0.25], [0.25, 0.0]])}, ["a", "b"])
    assert texts(figure.axes[0]) == ["1.00", "0.25", "0.25", "0"]
    assert [tick.get_text() for tick in figure.axes[0].get_yticklabels()] == ["a", "b"]
    figure = plots.plot_tables({"t": torch.eye(2)}, ["a", "b"], limits=(-1, 1))
    assert figure.axes[0].images[0].get_clim() == (-1, 1) and "-1" in figure.get_supxlabel()


@pytest.mark.parametrize(("scale", "largest"), [("page", [4, 4, 4, 4]), ("column", [3, 4, 3, 4])])
def test_maps_say_their_scale(scale, largest):
    maps = {name: torch.full((2, 3), float(name)) for name in "1234"}
    figure = plots.plot_maps(maps, columns=2, scale=scale)
    assert [axis.images[0].get_clim()[1] for axis in figure.axes] == largest
    assert "scale" in figure.get_supxlabel().lower()
    with pytest.raises(ValueError, match="scale"):
        plots.plot_maps(maps, scale="x")


def test_arrows_show_their_angle():
    pairs = {"t": (torch.tensor([2.0, 0.0]), torch.tensor([1.0, 1.0]))}
    assert "45°" in texts(plots.plot_arrows(pairs).axes[0])
    bar, drop, *_ = plots.plot_arrows({"": ([2.0, 0.0], [1.0, 3.0])}).axes[0].lines
    assert bar.get_xydata().tolist() == [[0, 0], [1, 0]]  # the shadow, below the foot of a line
    assert drop.get_xydata().tolist() == [[1, 3], [1, 0]]


def test_points_stand_at_the_activations():
    pair = torch.tensor([[1.0, 2.0]]), torch.tensor([[3.0, 5.0]])
    figure = plots.plot_pairs({"t": pair}, {"t": ("black", "yellow")})
    axis = figure.axes[0]
    assert axis.collections[0].get_offsets().tolist() == [[1, 3], [2, 5]]
    assert (axis.get_xlabel(), axis.get_ylabel()) == ("black", "yellow")


def test_clouds_share_one_scale():
    clouds = {name: torch.tensor([[0.0, 1.0], [2.0, float(k)]]) for k, name in enumerate("abcd")}
    figure = plots.plot_clouds(clouds, ("black", "yellow"))
    panels, unused = figure.axes[:4], figure.axes[4:]
    assert [axis.get_title() for axis in panels] == list("abcd")
    for axis, cloud in zip(panels, clouds.values(), strict=True):
        assert axis.collections[0].get_offsets().tolist() == cloud.tolist()
        assert axis.get_xlim() == panels[0].get_xlim() and axis.get_ylim() == panels[0].get_ylim()
    assert (panels[3].get_xlabel(), panels[3].get_ylabel()) == ("black", "yellow")
    assert [axis.axison for axis in unused] == [False, False]


def test_the_network_is_drawn_with_every_convolution_and_pooling():
    shapes = {"input": (3, 32, 48), "conv1_1": (64, 32, 48), "relu1_1": (64, 32, 48)}
    figure = plots.plot_network(shapes | {"pool1": (64, 16, 24), "conv2_1": (128, 16, 24)})
    said = texts(figure.axes[0])
    assert [name for name in said if "\n" not in name] == ["input", "conv1_1", "pool1", "conv2_1"]
    assert "block 2\n24 x 16\n128 channels" in said


def test_boxes_are_drawn_where_they_lie():
    figure = plots.plot_boxes(torch.rand(1, 3, 40, 60), {"field": (-2, 5, 10)})
    axis = figure.axes[0]
    assert {patch.get_bbox().bounds for patch in axis.patches} == {(4.5, -2.5, 10, 10)}
    assert axis.get_ylim()[1] < -2 and "field" in texts(axis)


def test_answers_stand_below_their_pictures():
    pictures = {"cat": torch.rand(1, 3, 8, 10), "dog": torch.rand(1, 3, 8, 10)}
    axis = plots.plot_answers(pictures, {"x": [100.0, 3.2], "y": [50, 140]}).axes[0]
    assert texts(axis) == ["100", "3", "50", "140", "cat", "dog"]
    assert axis.images[0].get_clim() == (0, 100) and len(axis.images) == 3
    assert [label.get_text() for label in axis.get_yticklabels()] == ["x", "y"]


FIGURES = {
    "show_images": [{"a": torch.rand(1, 3, 20, 30)}],
    "plot_losses": [{"total": [2.0, 1.0]}],
    "plot_races": [{"seconds": {"Adam": ([1, 2], [9, 5])}}],
    "plot_curves": [{"noise": ([1, 2], [9, 5])}, ("step", "noise")],
    "plot_channels": [torch.rand(1, 2, 4, 4)],
    "plot_numbers": [{"a": torch.eye(2)}],
    "plot_network": [{"input": (3, 32, 48), "conv1_1": (64, 32, 48)}],
    "plot_method": [torch.rand(1, 3, 20, 30)] * 3,
    "plot_boxes": [torch.rand(1, 3, 40, 60), {"ear": (5, 10, 16)}],
    "plot_maps": [{"a": torch.eye(2)}],
    "plot_tables": [{"a": torch.eye(2)}, ["red", "green"]],
    "plot_arrows": [{"a": ([2.0, 0.0], [0.0, 1.0])}],
    "plot_pairs": [{"a": (torch.eye(2), torch.ones(2, 2))}, {"a": ("x", "y")}],
    "plot_clouds": [{"a": torch.rand(5, 2)}, ("black", "yellow")],
    "plot_answers": [{"a": torch.rand(1, 3, 4, 5)}, {"x": [1.0]}],
}


def test_every_figure_takes_alternative_text_and_shows_it(monkeypatch):
    public = vars(plots).items()
    assert set(FIGURES) == {name for name, _ in public if name.startswith(("plot_", "show_"))}
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    for name, given in FIGURES.items():
        getattr(plots, name)(*given, alt=f'"{name}" & more')._ipython_display_()
        begin, kind, file = re.split(r" src=.data:image/(png|jpeg);base64,", shown.pop().data)
        assert begin == f'<img alt="&quot;{name}&quot; &amp; more"'
        assert Image.open(io.BytesIO(base64.b64decode(file))).format.lower() == kind


def test_the_method_is_drawn_with_its_pictures_and_its_way_back():
    pictures = [torch.full((1, 3, 20, 30), level) for level in (0.1, 0.5, 0.9)]
    figure = plots.plot_method(*pictures)
    (axis,) = figure.axes
    places = {float(image.get_array().mean()): image.get_extent() for image in axis.images}
    heights = {round(level, 1): (low + high) / 2 for level, (_, _, low, high) in places.items()}
    assert heights[0.5] > heights[0.9] > heights[0.1]  # style, generated, content
    words = [text.get_text() for text in axis.texts]
    for name in ("style loss", "content loss", "variation loss", "generated image"):
        assert name in words
    back = axis.lines[-1].get_xydata()
    assert back[0][0] > 85 and back[-1][0] < 5 and back[-1][1] == pytest.approx(heights[0.9])
    low, high = axis.get_ylim()
    assert all(low <= y <= high for line in axis.lines for _, y in line.get_xydata())


def test_the_method_is_drawn_without_what_is_not_yet_taught():
    picture = torch.rand(1, 3, 20, 30)
    alone = texts(plots.plot_method(picture, None, picture, variation=False).axes[0])
    assert "content loss" in alone and "content image" in alone
    assert not any("style" in text or "variation" in text for text in alone)
    texture = texts(plots.plot_method(None, picture, picture, variation=False).axes[0])
    assert "style loss" in texture and not any("content" in text for text in texture)


def test_curves_have_their_scales_and_levels():
    curves = {"few": ([1, 2], torch.tensor([3.0, 4.0])), "many": (range(20), range(1, 21))}
    figure = plots.plot_curves(curves, ("step", "noise"), levels={"painting": 2.0}, alt="Two.")
    axis = figure.axes[0]
    assert [line.get_marker() for line in axis.lines[:2]] == ["o", ""]
    assert axis.lines[0].get_ydata().tolist() == [3, 4] and axis.get_ylim()[0] == 0
    assert axis.lines[2].get_ydata() == [2, 2]
    assert [text.get_text() for text in axis.get_legend().get_texts()] == [
        "few",
        "many",
        "painting",
    ]
    assert (axis.get_xlabel(), axis.get_ylabel(), figure.alt) == ("step", "noise", "Two.")
    scales = plots.plot_curves(curves, ("step", "noise"), log="xy").axes[0]
    assert (scales.get_xscale(), scales.get_yscale()) == ("log", "log")
    assert drawn(figure).width > 100
    with pytest.raises(ValueError, match="at most 5 curves"):
        plots.plot_curves(dict.fromkeys("abcdef", ([1], [1])), ("", ""))
