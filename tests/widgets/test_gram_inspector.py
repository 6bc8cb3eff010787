import itertools
import math

import numpy as np
import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.engine.patches import cut, strongest_fields
from nst_helpers.widgets import gram_inspector
from nst_helpers.widgets.gram_inspector import MEASURES

LAYER, SIZE, COUNT = "relu2_1", 96, 128
NAMES = "tiger_coat", "cat"


def make(*names, **options):
    return widgets.GramInspector(*(names or NAMES), **{"layer": LAYER, "size": SIZE, **options})


@pytest.fixture(autouse=True)
def few_layers(monkeypatch):
    """A saved page takes its time for each layer that it can show besides."""
    monkeypatch.setattr(gram_inspector, "LAYERS_WITHOUT_A_KERNEL", (LAYER, "relu3_1"))


@pytest.fixture(scope="module")
def maps():
    """Return the features of both pictures as NumPy arrays `(C, h, w)` of float64."""
    extractor = nst.FeatureExtractor(LAYER, device="cpu")
    with torch.no_grad():
        return [extractor(nst.load_image(name, SIZE))[LAYER][0].double().numpy() for name in NAMES]


@pytest.fixture(scope="module")
def drawn(maps):
    """Return for each measure and picture what is drawn, on the scale from -1 to 1."""
    found = {measure: [] for measure in MEASURES}
    for each in maps:
        rows = each.reshape(COUNT, -1)
        gram = rows @ rows.T / rows.shape[1]
        strength = np.sqrt(np.outer(np.diag(gram), np.diag(gram)))
        with np.errstate(invalid="ignore"):
            correlation = np.nan_to_num(np.corrcoef(rows))
        found["Gram"].append(gram / strength)
        found["covariance"].append(np.cov(rows, bias=True) / strength)
        found["correlation"].append(correlation)
    return found


def colour(number):
    """Return red, green and blue of a number from -1 to 1."""
    stops = [(214, 236, 255), (43, 140, 255), (0, 0, 0), (255, 128, 0), (255, 244, 220)]
    return [np.interp(number, (-1, -0.5, 0, 0.5, 1), each) for each in zip(*stops, strict=True)]


# ------------------------------------------------------------------------------ without a browser


def test_the_inspector_says_the_entry_and_its_rank(maps):
    inspector = make()
    inspector.pair = (3, 90)
    for name, each in zip(NAMES, maps, strict=True):
        rows = each.reshape(COUNT, -1)
        gram = rows @ rows.T / rows.shape[1]
        rank = 1 + sum(gram[np.triu_indices(COUNT, 1)] > gram[3, 90] * (1 + 1e-6))
        share = gram[3, 90] / math.sqrt(gram[3, 3] * gram[90, 90])
        words = f"{gram[3, 90]:.3g}, rank {rank:,} of 8,128, drawn as {share:.2f}"
        assert f"n {name} the Gram matrix has {words}" in inspector.text
    inspector.measure = "covariance"
    assert f"cat the covariance is {np.cov(rows[3], rows[90], bias=True)[0, 1]:.3g}, " in (
        inspector.text
    )
    inspector.measure = "correlation"
    assert f"cat the correlation is {np.corrcoef(rows[3], rows[90])[0, 1]:.2f}." in inspector.text
    inspector.measure, inspector.pair = "Gram", (3, 3)
    assert inspector.text.startswith(f"{LAYER}, channel 3. ")
    assert inspector.text.count("on the diagonal, drawn as 1.00") == 2


def test_what_is_not_there_is_refused():
    inspector = make()
    bad = {"pair": (0, 128), "zoom": (5, 5), "layer": "conv1_1", "measure": "x", "second": "dog"}
    for name, value in bad.items():
        with pytest.raises(nst.InputError):
            setattr(inspector, name, value)
    with pytest.raises(nst.InputError):
        make("tiger_coat", "cat", pictures={"a": "cat", "b": "cat"})


def test_the_pairs_that_separate_stand_in_order(drawn, maps):
    inspector = make()
    a, b = drawn["covariance"]
    assert len(inspector.pairs) == 12 and inspector.pair == inspector.pairs[0]
    for number, pairs in enumerate((inspector.pairs[:6], inspector.pairs[6:])):
        more = [(a - b)[pair] if number == 0 else (b - a)[pair] for pair in pairs]
        assert more == sorted(more, reverse=True) and more[-1] > 3 * np.median(abs(a - b))
        channels = [channel for pair in pairs for channel in pair]
        assert len(set(channels)) == 12
        strengths = (maps[number] ** 2).mean(axis=(1, 2))
        assert strengths[channels].min() >= np.quantile(strengths, 0.75) * (1 - 1e-6)
        loud = np.flatnonzero(strengths >= np.quantile(strengths, 0.75) * (1 + 1e-6))
        assert max(((a - b) * (1 - 2 * number))[np.ix_(loud, loud)].flat) <= more[0] + 1e-6


def test_the_first_pair_meets_in_one_picture_only():
    inspector = widgets.GramInspector("tiger_coat", "cat")  # as the lesson shows it
    where_both_fire = []
    for side in inspector.sides:
        i, j = (nst.widgets.figure.unpacked(side.maps)[channel] for channel in inspector.pair)
        where_both_fire.append(float((i * j).sqrt().mean()))
    assert where_both_fire[0] > 4 * where_both_fire[1]
    covariances = [side.entries(*inspector.pair) for side in inspector.sides]
    assert covariances[0][2] > 0.5 and covariances[1][2] < 0.2


def test_another_layer_or_picture_is_looked_at_anew():
    inspector = make()
    inspector.pair, inspector.zoom = (3, 90), (10, 30)
    inspector.layer = "relu1_2"
    assert len(inspector.order) == 64 and inspector.zoom == (0, 64)
    assert inspector.pair == inspector.pairs[0]
    inspector.set_state({"layer": LAYER})  # as a page asks
    inspector.set_state({"pair": [], "zoom": []})
    assert inspector.pair == inspector.pairs[0] and inspector.zoom == (0, COUNT)
    gram = inspector.sides[0].gram
    inspector.second = "tiger_coat"  # a picture with itself has no pair that separates
    assert torch.equal(inspector.sides[1].gram, gram) and inspector.pairs == []
    assert "about as much in both" in inspector.text
    inspector.second = "none"
    assert len(inspector.sides) == 1 and "cat" not in inspector.text.replace("tiger_coat", "")
    assert all(inspector.sides[0].entries(*pair)[2] > 0 for pair in inspector.pairs[:6])
    assert all(inspector.sides[0].entries(*pair)[2] < 0 for pair in inspector.pairs[6:])


def size_of(value):
    if isinstance(value, bytes):
        return len(value)
    if isinstance(value, dict):
        return sum(map(size_of, value.values()))
    return sum(map(size_of, value)) if isinstance(value, list | tuple) else len(str(value)) + 2


@pytest.mark.parametrize("layer", ["relu1_1", "relu2_1", "relu4_1"])
def test_an_answer_is_small(layer):
    """Square pictures; maps that are too large are sent at half their size."""
    inspector = widgets.GramInspector("astronaut", "astronaut", layer=layer)
    assert size_of(inspector.data) < 1.5e6


def test_a_silent_channel_goes_with_no_other():
    pictures = {"black": torch.zeros(1, 3, 64, 64), "cat": "cat"}
    inspector = make("black", "cat", pictures=pictures, layer="relu5_3")
    gram = inspector.sides[0].gram
    silent = [channel for channel in range(512) if gram[channel, channel] == 0]
    inspector.pair = silent[0], silent[1]
    for measure in MEASURES:
        inspector.measure = measure
        sentence = inspector.text.split(";")[0]
        assert "In black" in sentence and sentence.endswith(" 0.00")


def test_the_static_picture_shows_the_same_square(drawn):
    inspector = make()
    inspector.measure, inspector.zoom = "covariance", (20, 50)
    inspector.pair = inspector.order[22], inspector.order[40]
    axes = inspector.draw().axes
    (square,) = (each for each in axes if "above the diagonal" in each.get_title(loc="left"))
    assert LAYER in square.get_title(loc="left")
    numbers = square.images[0].get_array()
    first, second = (
        each[np.ix_(inspector.order[20:50], inspector.order[20:50])] for each in drawn["covariance"]
    )
    np.testing.assert_allclose(numbers, np.triu(first) + np.tril(second, -1), atol=1e-4)
    marks = [tuple(float(v) for v in line.get_xydata()[0]) for line in square.lines]
    assert marks == [(20, 2), (2, 20)]
    pictures = [each.images[0].get_array() for each in axes if each.images and each is not square]
    for name, side in zip(NAMES, inspector.sides, strict=True):
        (laid,) = (each for each in pictures if each.shape[:2] == side.image.shape[2:])
        assert (laid[..., 0] - laid[..., 2]).std() > 0.04, name  # colours, and not one


# ------------------------------------------------------------------------------ in the browser


def cells(shown):
    """Return red, green and blue of each cell, `(rows, columns, 3)`."""
    rows, columns, pixels = shown.pixels(".nst-square canvas")
    return np.array(pixels).reshape(rows, columns, 4)[..., :3]


def square_of(matrices, order):
    first, second = (matrix[np.ix_(order, order)] for matrix in matrices)
    numbers = np.triu(first) + np.tril(second, -1)
    return np.moveaxis(np.array(colour(numbers)), 0, -1)


def measure(shown, name):
    shown.page.get_by_role("radio", name=name).check(force=True)
    shown.wait()


def ring(shown, digit):
    """Return column and row of the middle of a ring, in cells of the square."""
    script = """(ring) => {
      const [mark, square] = [ring, ring.parentElement].map((each) => each.getBoundingClientRect());
      return [(mark.left + mark.width / 2 - square.left) / square.width,
        (mark.top + mark.height / 2 - square.top) / square.height, ring.hidden];
    }"""
    shown.wait()
    x, y, hidden = shown.page.locator(f".nst-cell-{digit}").evaluate(script)
    begin, end = shown.state("zoom") or (0, len(shown.figure.order))
    return None if hidden else tuple(math.floor(v * (end - begin)) for v in (x, y))


def test_the_square_has_both_matrices_in_each_measure(show, drawn):
    shown = show(make())
    order = shown.figure.order
    assert (
        f"{LAYER}: Gram matrix, 128 channels" in shown.page.locator("figcaption").first.inner_text()
    )
    seen = []
    for name, kind in zip(("Gram", "Covariance", "Correlation"), MEASURES, strict=True):
        measure(shown, name)
        shown.agrees()
        seen.append(cells(shown))
        off = abs(seen[-1] - square_of(drawn[kind], order)).max(axis=-1)
        assert off.max() < 5  # a step of the colours
        if kind != "Gram":
            assert shown.state("measure") == kind
    assert all(abs(a - b).mean() > 5 for a, b in itertools.pairwise(seen))


def test_both_cells_of_a_pair_show_it_and_the_keys_move_it(show):
    shown = show(make())
    order = shown.figure.order
    shown.press(".nst-square", 100.5 / COUNT, 7.5 / COUNT)
    assert shown.state("pair") == [order[7], order[100]]
    words = shown.agrees()
    assert ring(shown, 1) == (100, 7) and ring(shown, 2) == (7, 100)
    shown.press(".nst-square", 7.5 / COUNT, 100.5 / COUNT)
    assert shown.state("pair") == [order[7], order[100]] and shown.agrees() == words
    assert ring(shown, 1) == (100, 7) and ring(shown, 2) == (7, 100)
    assert shown.page.locator(".nst-cell-1").inner_text() == "1"
    shown.key(".nst-square", "ArrowLeft", "ArrowDown", "ArrowDown", "Shift+ArrowLeft")
    assert shown.state("pair") == [order[9], order[89]] and ring(shown, 1) == (89, 9)
    shown.agrees()
    shown.press(".nst-square", 0.3, 0.3)
    assert "on the diagonal" in shown.agrees()
    shown.page.mouse.move(2, 2)
    words = shown.words
    shown.hover(".nst-square", 60.5 / COUNT, 20.5 / COUNT)  # only a look
    assert shown.words != words and ring(shown, 1) == (60, 20)
    assert f"channels {order[20]} and {order[60]}." in shown.words
    shown.page.mouse.move(2, 2)
    assert shown.agrees() == words


def test_the_table_and_the_note_have_the_numbers_of_the_matrices(show, maps):
    shown = show(make())
    shown.press(".nst-square", 80.5 / COUNT, 30.5 / COUNT)
    shown.agrees()
    i, j = shown.state("pair")
    table = shown.page.locator(".nst-gram-table td").all_inner_texts()
    note = shown.page.locator(".nst-gram-note").first.inner_text()
    for number, (name, each) in enumerate(zip(NAMES, maps, strict=True)):
        rows = each.reshape(COUNT, -1)
        gram, means = rows @ rows.T / rows.shape[1], rows.mean(axis=1)
        chance = np.outer(means, means)
        rank = 1 + int((gram[np.triu_indices(COUNT, 1)] > gram[i, j] * (1 + 1e-6)).sum())
        read = [float(cell.replace(",", "")) for cell in table[number::2]]
        expected = [gram[i, j], rank, chance[i, j], gram[i, j] - chance[i, j]]
        assert read[:4] == pytest.approx(expected, rel=6e-3, abs=1e-4)
        assert read[1] == rank
        assert read[4] == pytest.approx(np.corrcoef(rows[i], rows[j])[0, 1], abs=6e-3)
        share = np.linalg.norm(chance) / np.linalg.norm(gram)
        assert f"{100 * share:.0f}% in {name}" in note


def test_groups_and_pairs_are_zoomed_into(show, drawn):
    shown = show(make())
    figure = shown.figure
    begin, end = figure.groups[1]
    shown.page.locator(".nst-edge-top button").nth(1).click()
    assert shown.state("zoom") == [begin, end]
    shown.agrees()
    order = figure.order[begin:end]
    assert abs(cells(shown) - square_of(drawn["Gram"], order)).max() < 5
    shown.press(".nst-square", (3.5) / len(order), (1.5) / len(order))
    assert shown.state("pair") == [order[1], order[3]] and ring(shown, 1) == (3, 1)
    shown.key(".nst-square", "Shift+ArrowLeft", "Shift+ArrowUp", "Shift+ArrowUp")  # stays inside
    assert shown.state("pair")[0] == order[0]
    shown.key(".nst-square", "Escape")
    assert shown.state("zoom") == [0, COUNT] and cells(shown).shape == (COUNT, COUNT, 3)
    shown.key(".nst-square", "Enter")
    assert shown.state("zoom") == [begin, end]
    shown.page.get_by_role("button", name="Whole matrix", exact=True).click()
    assert shown.state("zoom") == [0, COUNT]
    left = shown.page.locator(".nst-edge-left button").last
    left.click()
    assert shown.state("zoom") == list(figure.groups[-1])
    shown.agrees()
    assert ring(shown, 1) is None  # the pair is not in this block
    shown.page.get_by_role("button", name="Zoom in").click()  # to where it is
    assert shown.words and ring(shown, 1) is not None


def test_the_list_is_walked(show, drawn):
    shown = show(make())
    pairs = [list(pair) for pair in shown.figure.pairs]
    chips = shown.page.locator(".nst-chips button")
    assert [chip.split("\n")[0] for chip in chips.all_inner_texts()] == [
        f"{i} + {j}" for i, j in pairs
    ]
    assert shown.state("pair") == pairs[0]
    shown.page.get_by_role("button", name="Next").click()
    assert shown.state("pair") == pairs[1]
    shown.agrees()
    assert chips.nth(1).get_attribute("aria-pressed") == "true"
    shown.page.get_by_role("button", name="Previous").click()
    shown.page.get_by_role("button", name="Previous").click()
    assert shown.state("pair") == pairs[-1]
    shown.key("[aria-label='pairs to walk through']", "ArrowRight", "ArrowRight")
    assert shown.state("pair") == pairs[1]
    end = shown.figure.groups[0][1]
    shown.page.locator(".nst-edge-top button").first.click()
    far = next(
        number
        for number, pair in enumerate(pairs)
        if max(map(shown.figure.order.index, pair)) >= end
    )
    chips.nth(far).click()  # beyond the block: the whole square is shown again
    assert shown.state("pair") == pairs[far] and shown.state("zoom") == [0, COUNT]
    shown.agrees()
    measure(shown, "Covariance")
    for number, pair in enumerate(pairs):
        for side in range(2):
            swatch = chips.nth(number).locator(".nst-swatch").nth(side)
            style = swatch.evaluate("(each) => getComputedStyle(each).backgroundColor")
            expected = colour(drawn["covariance"][side][tuple(pair)])
            assert [int(v) for v in style[4:-1].split(",")] == pytest.approx(expected, abs=5)


def test_channels_lie_on_both_pictures_with_their_patches(show, maps):
    shown = show(make())
    i, j = shown.state("pair")
    whites = [max(each[channel].max() for each in maps) for channel in (i, j)]
    for number, (name, each) in enumerate(zip(NAMES, maps, strict=True)):
        side = f".nst-gram-side >> nth={number}"
        rows, columns, pixels = shown.pixels(f"{side} >> .nst-picture canvas")
        assert (rows, columns) == each.shape[1:]
        light = np.array(pixels).reshape(rows, columns, 4)[..., :3]
        roots = [
            np.sqrt(each[channel] / white) for channel, white in zip((i, j), whites, strict=True)
        ]
        expected = roots[0][..., None] * [255, 140, 0] + roots[1][..., None] * [0, 115, 255]
        assert abs(light - expected.clip(0, 255)).max() < 12  # the maps have 256 levels
        assert light.std() > 20
        image = nst.load_image(name, SIZE)
        grids = each[i], each[j], each[i] * each[j]
        for kind, grid in zip(("first", "second", "both"), grids, strict=True):
            fields = strongest_fields(torch.tensor(grid), (10, 2, -4), image.shape[2:])
            size, _, patch = shown.pixels(f"{side} >> .nst-of-{kind} canvas >> nth=0")
            patch = np.array(patch).reshape(size, size, 4)[..., :3]
            top, left = fields[0]
            true = 255 * cut(image, top, left, 10)[0].permute(1, 2, 0).numpy()
            assert size == 10 and abs(patch - true).max() <= 1


def test_other_layers_need_no_kernel_and_other_pictures_do(show):
    shown = show(make())
    shown.press(".nst-square", 0.9, 0.4)
    shown.page.locator(".nst-edge-top button").first.click()
    shown.choose("layer", "relu3_1")
    words = shown.agrees()
    assert words.startswith("relu3_1, channels ") and "of 32,640" in words
    assert (
        "relu3_1: Gram matrix, 256 channels" in shown.page.locator("figcaption").first.inner_text()
    )
    assert cells(shown).shape == (256, 256, 3)
    assert not shown.page.locator("select[name=second]").is_visible()  # no choice without a kernel
    ask = "(name) => { figure.set('second', name); figure.save_changes(); }"
    shown.page.evaluate(ask, "coffee")
    assert "kernel" in shown.words
    shown.page.evaluate(ask, "cat")
    assert shown.words == words


def test_one_picture_has_the_square_for_itself(show, drawn):
    shown = show(make("tiger_coat"))
    assert "cat" not in shown.agrees().replace("tiger_coat", "")
    expected = square_of([drawn["Gram"][0]] * 2, shown.figure.order)
    assert abs(cells(shown) - expected).max() < 5
    assert shown.page.locator(".nst-gram-side").nth(1).is_hidden()
    assert shown.page.locator(".nst-cell b").first.is_hidden()
    assert shown.page.locator(".nst-gram-table td").count() == 5
    shown.page.get_by_role("button", name="Previous").click()
    measure(shown, "Covariance")
    words = shown.agrees()
    assert "drawn as -" in words  # the last pairs are those that exclude each other
