import numpy as np
import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.engine.layers import receptive_field
from nst_helpers.engine.patches import cut
from nst_helpers.widgets.figure import unpacked
from nst_helpers.widgets.positions import RELU_LAYERS
from nst_helpers.widgets.receptive_field import (
    effective_weight,
    field_of,
    middle_share,
    same_place,
)

SIZE = 96  # the cat has then 64 rows and 96 columns


@pytest.fixture(scope="module")
def made():
    def quick(image, layer):
        """The gradients of the fifth block alone need as long as all tests here together."""
        if not layer.startswith("relu5"):
            return effective_weight(image, layer)
        side = receptive_field(layer)[0]
        return torch.linspace(0, 1, side)[:, None] * torch.linspace(1, 2, side)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("nst_helpers.widgets.receptive_field.effective_weight", quick)
        yield widgets.ReceptiveField("cat", size=SIZE)


@pytest.fixture
def field(made):
    made.layer, made.place = "relu3_3", (0.3, 0.42)
    return made


def test_the_words_say_which_pixels_are_seen(field):
    field.layer, field.place = "relu2_2", (0.5, 0.25)
    rows, columns = field.maps["relu2_2"].shape
    row, column = int(0.25 * rows), int(0.5 * columns)
    size, step, offset = receptive_field("relu2_2")
    top, left = offset + step * row, offset + step * column
    assert f"row {row}, column {column}: it sees {size} × {size} pixels" in field.text
    assert f"rows {top} to {top + size - 1} and columns {left} to" in field.text
    assert f"picture of {rows * 2} rows and {columns * 2} columns" in field.text
    assert "Grey" not in field.text
    for place in ((0, 0.5), (0.5, 0), (0.99, 0.5), (0.5, 0.99)):
        field.place = place
        assert "Grey is beyond the border" in field.text


def test_bad_pictures_and_layers_are_refused(field):
    with pytest.raises(nst.InputError):
        widgets.ReceptiveField("no_such_picture")
    with pytest.raises(nst.InputError, match="layer"):
        field.layer = "relu9_1"
    assert field.layer == "relu3_3"


def test_the_weight_is_the_networks_gradient():
    """The same activations' gradients, computed one by one from the whole picture."""
    image, layer = nst.load_image("cat", SIZE), "relu2_2"
    pixels = image.clone().requires_grad_()
    maps = nst.FeatureExtractor(layer, device="cpu")(pixels)[layer][0].mean(0)
    size, step, offset = receptive_field(layer)
    total = torch.zeros(size, size)
    for row in (int(share * (64 - 16)) // 2 for share in (0.125, 0.375, 0.625, 0.875)):
        for column in (int(share * (96 - 16)) // 2 for share in (0.125, 0.375, 0.625, 0.875)):
            at = row - offset // step, column - offset // step
            (gradient,) = torch.autograd.grad(maps[at], pixels, retain_graph=True)
            left, top, _ = field_of(layer, at)
            assert left >= 0 and top >= 0 and left + size <= 96 and top + size <= 64
            total += gradient.abs().sum((0, 1))[top : top + size, left : left + size]
    assert torch.allclose(effective_weight(image, layer), total / 16, rtol=1e-3, atol=1e-7)
    assert not torch.allclose(total, total.T, rtol=0.1)


def test_the_share_of_the_middle_is_that_of_the_weight(field):
    weight = torch.zeros(8, 8)
    weight[2:6, 2:6] = 1
    assert middle_share(weight) == 1 and middle_share(weight.roll(2, 0)) == 0.5
    assert middle_share(torch.ones(3, 3)) == pytest.approx(0.25)
    weight = torch.zeros(3, 3)
    weight[1, 1], weight[0, 1] = 3, 1  # a quarter of the second is in the square
    assert middle_share(weight) == pytest.approx((3 + 0.25) / 4)
    weight = effective_weight(field.shown, "relu3_3")
    side = torch.arange(40)
    inside = ((side >= 10) & (side < 30)).float()
    share = float((weight * inside * inside[:, None]).sum() / weight.sum())
    assert 0.6 < share < 0.8 and f"has {share:.0%} of the weight" in field.text
    light = unpacked(field.data["weights"]["relu3_3"])[0]
    assert light.shape == (40, 40) and light.argmax() // 40 in range(12, 28)
    square = weight[18:23, 9:14].mean()  # each number is the mean of a square around it
    assert float(light[20, 11]) == pytest.approx(float(square), abs=float(light.max()) / 255)


def test_weights_come_when_a_layer_is_first_chosen():
    figure = widgets.ReceptiveField("cat", size=64)
    assert list(figure.data["weights"]) == ["relu3_3"]
    figure.layer = "relu1_2"
    figure.layer = "relu3_3"
    assert list(figure.data["weights"]) == ["relu3_3", "relu1_2"]
    assert unpacked(figure.data["weights"]["relu1_2"]).shape == (1, 5, 5)


def centre(layer, position):
    left, top, side = field_of(layer, position)
    return np.array([left + side / 2, top + side / 2])


def test_the_same_place_has_the_nearest_centre(field):
    for layer, position in (("relu3_3", (5, 9)), ("relu1_1", (63, 0)), ("relu5_3", (3, 4))):
        for name, found in same_place(field.maps, layer, position).items():
            rows, columns = field.maps[name].shape
            far = {
                (row, column): np.abs(centre(name, (row, column)) - centre(layer, position)).sum()
                for row in range(rows)
                for column in range(columns)
            }
            assert far[found] == min(far.values())


def test_the_static_picture_has_the_frame_where_the_field_is(field):
    upper = field.draw().subfigs[0].axes
    left, top, side = field_of("relu3_3", (int(0.42 * 16), int(0.3 * 24)))
    frame = upper[1].patches[-1]
    assert frame.get_xy() == (left - 0.5, top - 0.5)
    assert (frame.get_width(), frame.get_height()) == (side, side)
    assert np.allclose(
        upper[2].images[0].get_array(), cut(field.shown, top, left, side)[0].permute(1, 2, 0)
    )


def pixels(shown, selector):
    rows, columns, numbers = shown.pixels(selector)
    return np.array(numbers, float).reshape(rows, columns, 4)


def box_in(shown, selector):
    """Return where an element lies on the picture, in the picture's pixels."""
    script = """(element) => {
      const [inner, outer] = [element, element.parentElement].map((e) => e.getBoundingClientRect());
      return [(inner.left - outer.left) / outer.width, (inner.top - outer.top) / outer.height,
        inner.width / outer.width, inner.height / outer.height];
    }"""
    shares = shown.page.locator(selector).first.evaluate(script)
    return np.array(shares) * [96, 64, 96, 64]


def assert_shows(shown, field):
    """Compare the frames and the patches of the page with the arithmetic, after `agrees`."""
    maps, layer = field.maps, field.layer
    rows, columns = maps[layer].shape
    (x, y) = field.place
    position = int(y * rows), int(x * columns)
    left, top, side = field_of(layer, position)
    shown.page.wait_for_timeout(0 if still(shown) else 400)
    assert box_in(shown, ".nst-field") == pytest.approx([left, top, side, side], abs=0.05)
    assert box_in(shown, ".nst-cell")[:2] == pytest.approx(
        [position[1] * 96 / columns, position[0] * 64 / rows], abs=0.05
    )
    others = same_place(maps, layer, position)
    script = """(frames) => frames.map((frame) => [frame.hidden,
      ...["left", "top", "width", "height"].map((side) => parseFloat(frame.style[side]))])"""
    thin = shown.page.locator(".nst-thin").evaluate_all(script)
    assert [hidden for hidden, *_ in thin] == [name == layer for name in RELU_LAYERS]
    for (hidden, *shares), (name, other) in zip(thin, others.items(), strict=True):
        far, high, wide = field_of(name, other)
        found = np.array(shares) / 100 * [96, 64, 96, 64]
        assert hidden or list(found) == pytest.approx([far, high, wide, wide], abs=1e-3)
    true = (cut(field.shown, top, left, side)[0] * 255).round().permute(1, 2, 0).numpy()
    for panel in (".nst-seen canvas", ".nst-lit canvas"):
        assert np.abs(pixels(shown, panel)[..., :3] - true).max() <= 1
    light = unpacked(field.data["weights"][layer])[0].numpy()
    weight = pixels(shown, ".nst-weight")
    assert np.abs(weight[..., 3] - 255 * (1 - light / light.max())).max() <= 1
    assert (np.abs(weight[..., :3] - 128)[weight[..., 3] > 200] <= 1).all()


def still(shown):
    return not shown.page.locator(".nst-growing").count()


def test_the_field_in_the_page_is_that_of_the_place(show, field):
    shown = show(field)
    shown.agrees()
    assert_shows(shown, field)
    grey = (field.maps["relu3_3"] / field.maps["relu3_3"].max()).numpy()
    assert np.abs(pixels(shown, ".nst-of-map canvas")[..., 0] - 255 * grey).max() <= 1
    picture = (field.shown[0] * 255).round().permute(1, 2, 0).numpy()
    assert np.array_equal(pixels(shown, ".nst-of-picture canvas")[..., :3], picture)

    kept = shown.words
    shown.hover(".nst-of-picture .nst-picture", 0.9, 0.15)
    assert shown.words != kept and "Grey" in shown.words and shown.state("place") == [0.3, 0.42]
    shown.hover(".nst-words")
    assert shown.words == kept
    shown.press(".nst-of-picture .nst-picture", 0.9, 0.15)
    assert shown.state("place") == pytest.approx([0.9, 0.15], abs=0.01)
    assert "Grey" in shown.agrees()
    assert_shows(shown, field)
    shown.press(".nst-of-map .nst-picture", 0.1, 0.8)
    assert shown.state("place") == pytest.approx([0.1, 0.8], abs=0.01)
    shown.agrees()
    assert_shows(shown, field)

    shown.key(".nst-of-map .nst-picture", "ArrowRight", "ArrowUp")
    row, column = int(0.8 * 16) - 1, int(0.1 * 24) + 1
    assert f"row {row}, column {column}:" in shown.agrees()
    shown.key(".nst-of-picture .nst-picture", "Shift+ArrowLeft", "Shift+ArrowDown")
    assert "row 15, column 0:" in shown.agrees()
    assert_shows(shown, field)


def test_the_field_grows_layer_by_layer(show, field):
    shown = show(field)
    assert still(shown)
    sides = []
    for number, layer in ((0, "relu1_1"), (3, "relu2_2"), (7, "relu4_1"), (12, "relu5_3")):
        shown.slide("layer", number)
        assert shown.agrees().startswith(f"{layer}, ") and not still(shown)
        assert_shows(shown, field)
        sides.append(box_in(shown, ".nst-field")[2])
    assert sides == pytest.approx([3, 14, 60, 196], abs=0.1)
    shown.page.locator(".nst-of-layers button").nth(1).click()
    assert shown.agrees().startswith("relu1_2, ")
    assert_shows(shown, field)
    shown.drag(".nst-of-picture .nst-picture", (0.5, 0.5), (0.7, 0.6))
    shown.agrees()
    assert still(shown)
    assert_shows(shown, field)
    patches = same_place(field.maps, "relu1_2", (int(0.6 * 64), int(0.7 * 96)))
    left, top, side = field_of("relu4_3", patches["relu4_3"])
    true = (cut(field.shown, top, left, side)[0, 0] * 255).round().numpy()
    small = pixels(shown, ".nst-of-layers button:nth-child(10) canvas")
    assert np.abs(small[..., 0] - true).max() <= 1


def test_the_page_does_not_wait_for_the_weights(show, field):
    shown = show(field)
    shown.page.evaluate("""() => {
      figure.set("data", { ...figure.get("data"), weights: {}, shares: {} });
      figure.state.layer = "relu4_1";
      for (const listener of figure.listeners) listener();
    }""")
    assert "60 × 60 pixels" in shown.words and "weight" not in shown.words
    assert shown.page.locator(".nst-weight").is_hidden()
    assert "computing" in shown.page.locator(".nst-lit figcaption").inner_text()
