import numpy as np
import pytest
import torch

from nst_helpers import widgets
from nst_helpers.errors import InputError

ROWS, COLUMNS = 5, 8
ORANGE, BLUE = np.array([255, 140, 0]), np.array([0, 115, 255])
CENTRES = """(canvas, [rows, columns]) => {
  const [pen, centres] = [canvas.getContext("2d"), []];
  for (let row = 0; row < rows; row++) for (let column = 0; column < columns; column++) {
    const [x, y] = [(column + 0.5) * canvas.width / columns, (row + 0.5) * canvas.height / rows];
    centres.push([...pen.getImageData(x, y, 1, 1).data.slice(0, 3)]);
  }
  return centres;
}"""

FLIGHT = """async (words) => {
  const seen = { ".nst-one": [], ".nst-other": [] };
  const press = (word) => [...document.querySelectorAll("fieldset label")]
    .find((label) => label.innerText === word).querySelector("input").click();
  for (const word of words) {
    press(word);
    const until = performance.now() + (word === words.at(-1) ? 1600 : 300);
    while (performance.now() < until) {
      await new Promise(requestAnimationFrame);
      for (const kind in seen) {
        seen[kind].push(document.querySelector(`${kind} canvas`).toDataURL());
      }
    }
  }
  return seen;
}"""


def maps_of_a_corner():
    """Return maps that no flip and no transposition leaves as they are, and one that is flat."""
    generator = torch.Generator().manual_seed(1)
    black = torch.zeros(ROWS, COLUMNS)
    black[0, :3], black[1:4, 7] = torch.tensor([4.0, 3.0, 2.0]), 1
    yellow = 0.5 * black + 0.3 * torch.rand(black.shape, generator=generator)
    white = torch.rand(black.shape, generator=generator)
    return {"black": black, "yellow": yellow, "white": white, "flat": torch.ones_like(black)}


def blocks():
    """Return a picture whose every block has a grey of its own, and these greys."""
    grey = torch.linspace(0, 1, ROWS * COLUMNS).view(ROWS, COLUMNS)
    return grey.repeat_interleave(10, 0).repeat_interleave(10, 1).expand(1, 3, -1, -1), grey.numpy()


def centres(shown, kind):
    """Return red, green, blue at the middle of each position of a panel's canvas."""
    canvas = shown.page.locator(f"{kind} canvas")
    return np.array(canvas.evaluate(CENTRES, [ROWS, COLUMNS])).reshape(ROWS, COLUMNS, 3)


def pick(shown, words):
    shown.page.get_by_role("radio", name=words, exact=True).click()


def expected(figure, below=0.0):
    """Return what the overlay must be, from the maps alone."""
    first, second = (
        figure.maps[name].numpy()[..., None] / float(figure.maps[name].max())
        for name in (figure.first, figure.second)
    )
    grey = np.broadcast_to(np.asarray(below, dtype=float), (ROWS, COLUMNS))[..., None]
    order = figure._permutation.numpy()

    def shuffle(grid):
        return grid.reshape(ROWS * COLUMNS, 1)[order].reshape(ROWS, COLUMNS, 1)

    if figure.positions != "as they are":
        second = shuffle(second)
    if figure.positions == "both shuffled alike":
        first, grey = shuffle(first), shuffle(grey)
    return (first * ORANGE + second * BLUE + 0.28 * 255 * grey).clip(0, 255)


def test_co_occurrence_falls_to_chance_only_for_one_shuffle():
    black = torch.zeros(8, 10)
    black[2:5, 3:8] = 1
    maps = {"black": black, "yellow": 2 * black, "white": 1 - black}
    figure = widgets.CoOccurrence(maps)
    as_it_was = "black · yellow = 30. Chance gives 5.62. The cosine is 1.00, the correlation 1.00."
    assert figure.text == as_it_was
    figure.positions = "second shuffled"
    shuffled = float(figure.text.split("= ")[1].split(". ")[0])
    assert shuffled < 16 and "Chance gives 5.62" in figure.text
    figure.positions = "both shuffled alike"
    assert figure.text == as_it_was
    assert not np.array_equal(figure.arranged()[0], black)
    figure.positions = "as they are"
    figure.second = "white"
    assert "black · white = 0." in figure.text and "the correlation -1.00" in figure.text


def test_its_numbers_are_those_of_numpy():
    figure = widgets.CoOccurrence(maps_of_a_corner(), first="black", second="white")
    black, white = (figure.maps[name].double().numpy().ravel() for name in ("black", "white"))
    cosine = black @ white / np.linalg.norm(black) / np.linalg.norm(white)
    correlation = np.corrcoef(black, white)[0, 1]
    assert figure.text == (
        f"black · white = {black @ white:.3g}. "
        f"Chance gives {black.size * black.mean() * white.mean():.3g}. "
        f"The cosine is {cosine:.2f}, the correlation {correlation:.2f}."
    )
    figure.second = "flat"
    assert "there is no correlation" in figure.text


def test_it_opens_on_the_pair_with_the_largest_correlation():
    maps = maps_of_a_corner()
    turned = {name: maps[name] for name in ("flat", "white", "yellow", "black")}
    figure = widgets.CoOccurrence(turned)
    assert (figure.first, figure.second) == ("yellow", "black")
    figure = widgets.CoOccurrence(maps, second="black")
    assert (figure.first, figure.second) == ("yellow", "black")
    figure = widgets.CoOccurrence(maps, first="yellow")
    assert (figure.first, figure.second) == ("yellow", "black")
    figure = widgets.CoOccurrence(maps, first="flat", second="white")
    assert (figure.first, figure.second) == ("flat", "white")
    assert widgets.CoOccurrence(maps, first="white", second="white").second == "white"
    same = {"a": torch.ones(2, 2), "b": torch.ones(2, 2)}
    assert widgets.CoOccurrence(same).second == "b"


def test_what_cannot_be_used_is_said():
    black = torch.ones(8, 10)
    for bad in (
        {"a": black},
        {"a": black, "b": black[1:]},
        {"a": black, "b": -black},
        {"a": black, "b": black / 0},
        {"a": torch.ones(0, 3), "b": torch.ones(0, 3)},
    ):
        with pytest.raises(ValueError, match="maps"):
            widgets.CoOccurrence(bad)
    with pytest.raises(InputError, match=r"2\.1 MB"):
        widgets.CoOccurrence({str(name): torch.ones(32, 32) for name in range(512)})
    with pytest.raises(InputError, match="the maps are of"):
        widgets.CoOccurrence({"a": black, "b": black}, torch.zeros(1, 3, 100, 80))
    for names in ({"first": "c"}, {"second": "c"}, {"first": "a", "second": "c"}):
        with pytest.raises(InputError, match="no map 'c'"):
            widgets.CoOccurrence({"a": black, "b": black}, **names)
    figure = widgets.CoOccurrence({"a": black, "b": black})
    with pytest.raises(InputError, match="both shuffled alike"):
        figure.positions = "all shuffled"


def test_the_static_picture_has_the_numbers_of_the_page():
    picture, greys = blocks()
    figure = widgets.CoOccurrence(maps_of_a_corner(), picture)
    for positions in figure.options["positions"]:
        figure.positions = positions
        large, *small, bar = figure.draw().axes
        shown = np.asarray(large.images[0].get_array())
        block = shown.shape[0] // ROWS
        middle = shown[block // 2 :: block, block // 2 :: block]
        np.testing.assert_allclose(255 * middle, expected(figure, greys), atol=6)
        first, second = figure.arranged()
        for axes, numbers in zip(small, (first, second, first * second), strict=True):
            panel = np.asarray(axes.images[0].get_array()).max(axis=2)
            np.testing.assert_allclose(panel, numbers / numbers.max(), atol=1e-6)
        widths = [patch.get_width() for patch in bar.patches]
        assert widths[1] / widths[0] == pytest.approx(
            (first * second).sum() / np.linalg.norm(first) / np.linalg.norm(second)
        )


def test_both_maps_lie_over_the_picture_and_meet_in_white(show):
    picture, greys = blocks()
    figure = widgets.CoOccurrence(maps_of_a_corner(), picture)
    shown = show(figure, reduced_motion="reduce")
    assert shown.agrees() == figure.text
    shown.page.wait_for_timeout(100)  # the picture is decoded
    for words in ("as they are", "second shuffled", "both shuffled alike"):
        pick(shown, words)
        shown.agrees()
        np.testing.assert_allclose(centres(shown, ".nst-both"), expected(figure, greys), atol=6)
        first, second = figure.arranged()
        product = first * second
        for kind, numbers, colour in (
            (".nst-one", first, ORANGE),
            (".nst-other", second, BLUE),
            (".nst-product", product, 255),
        ):
            share = numbers[..., None] / numbers.max()
            np.testing.assert_allclose(centres(shown, kind), share * colour * np.ones(3), atol=1)


def test_the_bar_ends_at_the_dot_product(show):
    figure = widgets.CoOccurrence(maps_of_a_corner())
    shown = show(figure, reduced_motion="reduce")
    for first, second, words in (
        ("black", "yellow", "as they are"),
        ("black", "white", "second shuffled"),
        ("yellow", "yellow", "both shuffled alike"),
        ("black", "flat", "as they are"),
    ):
        shown.choose("first", first)
        shown.choose("second", second)
        pick(shown, words)
        shown.agrees()
        a, b = (grid.ravel() for grid in figure.arranged())
        largest = np.linalg.norm(a) * np.linalg.norm(b)
        box = {
            part: shown.page.locator(f".nst-{part}").bounding_box()
            for part in ("track", "fill", "chance")
        }
        width = box["track"]["width"] - 2  # without its border
        assert box["fill"]["width"] / width == pytest.approx(a @ b / largest, abs=0.003)
        mark = box["chance"]["x"] + box["chance"]["width"] / 2 - box["track"]["x"] - 1
        assert mark / width == pytest.approx(a.sum() * b.sum() / a.size / largest, abs=0.003)
        numbers = shown.page.locator(".nst-measure td").all_inner_texts()
        found = "none" if second == "flat" else f"{np.corrcoef(a, b)[0, 1]:.2f}"
        assert numbers == [f"{a @ b / largest:.2f}", found]
        assert shown.page.locator(".nst-above").inner_text() == f"dot product {a @ b:.3g}"


def test_a_position_is_read_by_hand_and_by_keys(show):
    figure = widgets.CoOccurrence(maps_of_a_corner())
    shown = show(figure, reduced_motion="reduce")
    reading = shown.page.locator(".nst-reading")

    def reads(row, column):
        assert shown.words == figure.text
        a, b = (float(grid[row, column]) for grid in figure.arranged())
        start = f"Row {row}, column {column}: "
        assert reading.inner_text() == f"{start}{a:.3g} × {b:.3g} = {a * b:.3g}"
        for kind in (".nst-both", ".nst-product"):
            frame = shown.page.locator(f"{kind} .nst-frame").bounding_box()
            canvas = shown.page.locator(f"{kind} canvas").bounding_box()
            middle = frame["x"] + frame["width"] / 2 - canvas["x"]
            assert middle / canvas["width"] == pytest.approx((column + 0.5) / COLUMNS, abs=0.005)
            middle = frame["y"] + frame["height"] / 2 - canvas["y"]
            assert middle / canvas["height"] == pytest.approx((row + 0.5) / ROWS, abs=0.005)

    assert reading.inner_text().startswith("Point at")
    shown.hover(".nst-both canvas", 2.5 / COLUMNS, 0.5 / ROWS)
    reads(0, 2)
    pick(shown, "second shuffled")
    shown.agrees()
    shown.hover(".nst-one canvas", 7.5 / COLUMNS, 1.5 / ROWS)
    reads(1, 7)
    shown.key(".nst-both .nst-picture", "ArrowLeft", "ArrowDown")
    reads(2, 6)
    shown.key(".nst-both .nst-picture", "Shift+ArrowRight")
    reads(2, 7)
    shown.key(".nst-both .nst-picture", "Escape")
    assert shown.words == figure.text
    assert reading.inner_text().startswith("Point at")


def test_squares_fly_to_their_new_places(show):
    figure = widgets.CoOccurrence(maps_of_a_corner(), first="black", second="yellow")
    shown = show(figure)
    seen = shown.page.evaluate(FLIGHT, ["second shuffled"])
    assert len(set(seen[".nst-other"])) > 5 and len(set(seen[".nst-one"])) == 1
    shown.agrees()
    np.testing.assert_allclose(centres(shown, ".nst-both"), expected(figure), atol=1)
    shown.page.evaluate(FLIGHT, ["as they are", "both shuffled alike"])  # turned on its way home
    shown.agrees()
    np.testing.assert_allclose(centres(shown, ".nst-both"), expected(figure), atol=1)
    shown.choose("second", "white")
    shown.agrees()
    np.testing.assert_allclose(centres(shown, ".nst-both"), expected(figure), atol=1)


def test_nothing_flies_where_nothing_is_to_move(show):
    figure = widgets.CoOccurrence(maps_of_a_corner())
    shown = show(figure, reduced_motion="reduce")
    seen = shown.page.evaluate(FLIGHT, ["both shuffled alike"])
    assert len(set(seen[".nst-other"])) <= 2  # before and after
    shown.agrees()
    np.testing.assert_allclose(centres(shown, ".nst-both"), expected(figure), atol=1)


def test_a_tap_keeps_what_it_found(show):
    """A finger that is lifted leaves the figure, and its reading stays."""
    maps = {name: torch.rand(6, 8, generator=torch.Generator().manual_seed(i))
            for i, name in enumerate("abc")}  # fmt: skip
    shown = show(widgets.CoOccurrence(maps), has_touch=True)
    shown.page.touchscreen.tap(*shown.at(".nst-overlay canvas", 2.5 / 8, 4.5 / 6))
    assert shown.words
    assert "Row 4, column 2: " in shown.page.locator(".nst-stage").inner_text()
