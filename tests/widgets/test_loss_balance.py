import base64
import itertools
import json
import threading
import time

import numpy as np
import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets import loss_balance, triangle

CORNERS = {"content": "600", "style": "060", "variation": "006"}


@pytest.fixture(scope="module")
def balance():
    return widgets.LossBalance("cat", "night_sky", size=48, steps=2)


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def settled(balance, place):
    """Go to a place, and wait until all pictures are there."""
    balance.place = place
    wait(lambda: len(balance.grid) == 28)
    balance.work.wait(300)


def test_the_stored_triangle_is_complete_and_nothing_is_computed(monkeypatch):
    def fail(*_, **__):
        raise AssertionError("no network is needed")

    monkeypatch.setattr(triangle, "StyleTransfer", fail)
    threads = threading.active_count()
    balance = widgets.LossBalance("coffee", "stained_glass")
    assert set(balance.grid) == set(triangle.PLACES)
    for place in ((6, 0, 0), (0, 6, 0), (0, 0, 6), (2, 2, 2)):
        balance.place = place
        assert balance.shown is balance.grid[place]
        assert balance.shown.image.shape == (1, 3, 171, 256)
        sent = getattr(balance, "picture_" + "".join(map(str, place)))
        assert sent["jpeg"] == balance.shown.jpeg and sent["losses"] == balance.shown.losses
    assert balance.work is None and threading.active_count() == threads
    assert torch.equal(balance.grid[6, 0, 0].image, nst.load_image("coffee", 256))
    state = balance.get_state()
    jpegs = [state[name]["jpeg"] for name in state if name.startswith("picture_")]
    assert len(jpegs) == 28 and sum(map(len, [*jpegs, balance.data["style"]])) < 1_500_000


def test_the_first_state_is_there_before_the_others(balance):
    assert balance.work is None and balance.place == (2, 2, 2)
    assert balance.weights() == {"content": 1, "style": 40, "variation": 10}
    assert balance.shown is balance.grid[2, 2, 2] and len(balance.grid) < 10
    assert "weigh 1 : 40 : 10." in balance.text
    assert balance.picture_060 == {} and balance.picture_222["place"] == [2, 2, 2]


def test_the_triangle_is_filled_and_each_picture_is_sent_once(balance):
    sent = []

    def hear(change):
        sent.append(change["name"])

    balance.observe(hear)
    painted = len(balance.grid)
    balance.place = (1, 5, 0)
    assert balance.weights() == pytest.approx(
        {"content": 1, "style": 40 * 1000 ** (4 / 6), "variation": 10 * 1000 ** (-1 / 6)}
    )
    wait(lambda: len(balance.grid) == 28)
    balance.work.wait(300)
    balance.unobserve(hear)
    pictures = [name for name in sent if name.startswith("picture_")]
    assert len(pictures) == len(set(pictures)) == 28 - painted
    assert set(sent) == {"place", *pictures}
    assert balance.shown is balance.grid[1, 5, 0]
    styles = [balance.grid[n, 6 - n, 0].losses["style"] for n in (6, 3, 0)]
    assert styles == sorted(styles, reverse=True)
    assert f"content {balance.shown.losses['content']:.3g}" in balance.text
    for wrong in ((3, 3, 3), (7, -1, 0)):
        with pytest.raises(nst.InputError, match="three whole numbers of 0 or more, 6 together"):
            balance.place = wrong


def test_a_place_that_is_not_painted_shows_where_it_will_begin():
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)
    balance._begin = lambda: None
    balance.place = (0, 3, 3)  # from (1, 2, 3), (2, 2, 2), of which the last is painted
    assert balance.shown is balance.grid[2, 2, 2]
    assert balance.text.startswith("To be painted next: 1 : 1260 : 316. The losses")


def test_painting_on_follows_the_weights_and_stops(balance, monkeypatch):
    settled(balance, (4, 1, 1))
    # So many steps that none of the waits below can miss the painting, however slow they are.
    monkeypatch.setattr(triangle, "ON", 10_000)
    monkeypatch.setattr(loss_balance, "_BETWEEN", 0.1)
    start, sent = balance.shown, []

    def hear(change):
        sent.append((time.monotonic(), change["name"]))

    balance.observe(hear)
    balance.live = True
    work = balance.work
    wait(lambda: len(sent) > 3 and balance.shown.place == (4, 1, 1))
    assert balance.shown is not start and balance.text.startswith("Painting on with 1 : 1.26 : ")
    before = balance.shown
    balance.place = (0, 6, 0)  # begins anew from this picture with the new weights
    wait(lambda: balance.shown.place == (0, 6, 0))
    assert "Painting on with 1 : 40000 : 10." in balance.text
    assert before.losses["content"] > 0 and balance.work is work
    wait(lambda: balance.painted_on.get("place") == [0, 6, 0])
    balance.live = False
    work.wait(300)
    balance.unobserve(hear)
    assert work.state == "finished"
    assert {name for _, name in sent} == {"live", "place", "painted_on"}  # the others stay there
    times = [at for at, name in sent if name == "painted_on"][:-1]  # the last is sent at once
    assert all(after - before > 0.09 for before, after in itertools.pairwise(times))
    assert balance.shown not in balance.grid.values()
    assert balance.painted_on["losses"] == balance.shown.losses
    assert balance.painted_on["jpeg"] == balance.shown.jpeg
    balance.place = (4, 1, 1)
    assert balance.shown is balance.grid[4, 1, 1] and balance.painted_on == {}


def test_painting_on_rests_until_the_weights_change(balance, monkeypatch):
    settled(balance, (4, 1, 1))
    monkeypatch.setattr(triangle, "ON", 3)
    taken, take = [], balance._take
    monkeypatch.setattr(balance, "_take", lambda run: (taken.append(run.step), take(run)))
    balance.live = True
    wait(lambda: len(taken) == 3 and balance.painted_on["losses"] == taken[-1][1].losses)
    time.sleep(0.2)
    assert len(taken) == 3 and balance.work.alive
    assert balance.shown is taken[-1][1] and balance.shown is not balance.grid[4, 1, 1]
    balance.place = (6, 0, 0)  # from the picture that was reached, not from a stored one
    wait(lambda: len(taken) == 6)
    assert balance.shown.place == (6, 0, 0) and balance.shown.losses["content"] > 0.001
    balance.live = False
    balance.work.wait(300)
    assert balance.work.state == "finished"


def test_a_change_while_the_work_ends_is_not_lost(balance, monkeypatch):
    monkeypatch.setattr(triangle, "ON", 3)
    wait(lambda: balance.work is None or not balance.work.alive)
    paint, begun = balance._paint, []

    def ending(last):
        begun.append(last)
        # The first has looked just before the change, and ends.
        return iter(()) if len(begun) == 1 else paint(last)

    monkeypatch.setattr(balance, "_paint", ending)
    start = balance.shown
    balance.live = True
    wait(lambda: balance.shown is not start)
    balance.live = False
    balance.work.wait(300)
    assert len(begun) == 2 and balance.shown is not start


def test_a_failure_is_said_in_words(monkeypatch):
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)
    finished = len(balance.grid)

    def fail(place, grid):
        raise nst.InputError("the paint is used up")

    with monkeypatch.context() as patch:
        patch.setattr(balance.painter, "paint", fail)
        balance.place = (6, 0, 0)
        balance.work.wait(300)
    assert balance.work.state == "failed" and len(balance.grid) == finished
    assert balance.text == balance.problem == "Painting ended: the paint is used up"
    balance.place = (0, 3, 3)  # the next change tries again
    assert balance.problem == ""
    wait(lambda: (0, 3, 3) in balance.grid)
    balance.close()
    balance.work.wait(300)
    assert balance.work.state == "finished"


def test_a_failure_while_painting_on_ends_it(monkeypatch):
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)

    def fail(picture, place):
        raise nst.InputError("the brush is broken")

    monkeypatch.setattr(balance.painter, "on", fail)
    balance.live = True
    balance.work.wait(300)
    assert not balance.live and balance.text == "Painting ended: the brush is broken"


def test_closing_ends_the_work(monkeypatch):
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)
    monkeypatch.setattr(triangle, "ON", 10_000)
    start = balance.shown
    balance.live = True
    wait(lambda: balance.shown is not start)
    balance.close()
    balance.work.wait(300)
    assert not balance.work.alive and len(balance.grid) < 28


def test_the_static_picture_has_the_picture_and_the_triangle():
    balance = widgets.LossBalance("coffee", "stained_glass")
    balance.place = (0, 6, 0)
    left, right = balance.draw().axes
    assert np.array_equal(left.images[0].get_array(), nst.to_pil(balance.shown.image))
    assert left.get_title() == "content : style : variation\n1 : 40000 : 10"
    (words,) = (text.get_text() for text in left.texts)
    kept = json.loads((triangle.STORED / "balance.json").read_text(encoding="utf-8"))["losses"][
        "060"
    ]
    assert words.endswith("\n".join(f"{name} {kept[name]:.3g}" for name in triangle.LOSSES))
    # The content picture is that of its corner, so 28 and the style picture.
    assert len(right.images) == 29
    middles = {}
    for image, place in zip(right.images, triangle.PLACES, strict=False):
        x0, x1, y0, y1 = image.get_extent()
        middles[triangle.key(place)] = (x0 + x1) / 2, (y0 + y1) / 2
        assert np.array_equal(image.get_array(), nst.to_pil(balance.grid[place].image))
    content, style, variation = (middles[corner] for corner in CORNERS.values())
    assert style[0] < content[0] < variation[0] and right.yaxis_inverted()
    assert content[1] < style[1] == pytest.approx(variation[1])
    frame = right.patches[-1]
    assert (frame.get_x() + frame.get_width() / 2, frame.get_y() + frame.get_height() / 2) == (
        pytest.approx(style)
    )


# ------------------------------------------------------------------------------ in the page


@pytest.fixture(scope="module")
def coffee():
    return widgets.LossBalance("coffee", "stained_glass")


def bytes_of(shown, address):
    """Return the bytes behind the address of a picture in the page."""
    script = """async (address) => {
      const bytes = new Uint8Array(await (await fetch(address)).arrayBuffer());
      let text = "";
      for (const byte of bytes) text += String.fromCharCode(byte);
      return btoa(text);
    }"""
    return base64.b64decode(shown.page.evaluate(script, address))


def large(shown):
    """Return the bytes of the large picture."""
    shown.page.evaluate("() => new Promise((done) => setTimeout(done, 50))")
    image = shown.page.locator(".nst-layers .nst-shown")
    assert image.count() == 1
    return bytes_of(shown, image.get_attribute("src"))


def middle(shown, selector):
    box = shown.page.locator(selector).bounding_box()
    return np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])


def dot(place):
    return f".nst-dot[data-place='{triangle.key(place)}'] image"


def press(shown, place):
    shown.page.mouse.click(*middle(shown, dot(place)))


def numbers(shown):
    return shown.page.locator(".nst-number").all_inner_texts()


def test_every_dot_is_the_picture_of_its_place_and_lies_there(show, coffee):
    shown = show(coffee)
    corners = {
        name: middle(shown, f".nst-dot[data-place='{at}'] image") for name, at in CORNERS.items()
    }
    assert corners["style"][0] < corners["content"][0] < corners["variation"][0]
    assert corners["content"][1] < corners["style"][1] == pytest.approx(corners["variation"][1])
    for place in triangle.PLACES:
        between = sum(near / 6 * at for near, at in zip(place, corners.values(), strict=True))
        assert middle(shown, dot(place)) == pytest.approx(between, abs=0.5), place
        address = shown.page.locator(dot(place)).get_attribute("href")
        assert bytes_of(shown, address) == coffee.grid[place].jpeg, place
    style = shown.page.locator("image.nst-style").get_attribute("href")
    assert bytes_of(shown, style) == coffee.data["style"]
    words = {
        text.text_content(): middle(shown, f".nst-triangle text >> nth={number}")
        for number, text in enumerate(shown.page.locator(".nst-triangle text").all())
    }
    for name, corner in corners.items():
        others = [far for other, far in corners.items() if other != name]
        far = np.hypot(*(words[name] - corner))
        assert all(far < np.hypot(*(words[name] - other)) for other in others)


def test_a_press_shows_the_picture_the_losses_and_the_frame(show, coffee):
    coffee.place = (2, 2, 2)
    shown = show(coffee)
    largest = {
        name: max(painted.losses[name] for painted in coffee.grid.values())
        for name in triangle.LOSSES
    }
    for place in ((2, 2, 2), (1, 4, 1), (6, 0, 0), (0, 0, 6)):
        press(shown, place)
        assert shown.words and tuple(shown.state("place")) == place
        losses = coffee.grid[place].losses
        assert large(shown) == coffee.grid[place].jpeg
        assert [float(number) for number in numbers(shown)] == [
            pytest.approx(losses[name], rel=5.1e-3) for name in triangle.LOSSES
        ]
        assert shown.agrees() == coffee.text and coffee.place == place
        frame = shown.page.locator(".nst-chosen .nst-inner").bounding_box()
        inside = shown.page.locator(dot(place)).bounding_box()
        assert [*frame.values()] == pytest.approx([*inside.values()], abs=5)
        shown.page.wait_for_timeout(300)  # bars move
        for name in triangle.LOSSES:
            row = shown.page.locator(f"tr[data-loss={name}]")
            bar, full = (
                row.locator(part).bounding_box()["width"]
                for part in (".nst-loss span", ".nst-loss")
            )
            assert bar / full == pytest.approx(losses[name] / largest[name], abs=0.01)
    ratio = shown.page.locator(".nst-ratio").inner_text()
    assert ratio == "1 : 40 : 10000"


def test_the_path_of_losses_is_the_way_that_was_gone(show, coffee):
    coffee.place = (2, 2, 2)
    shown = show(coffee)
    way = [(2, 2, 2), (3, 1, 2), (4, 0, 2), (6, 0, 0), (0, 6, 0)]
    for place in way[1:]:
        press(shown, place)
        shown.words  # noqa: B018 - waits for the next frame
    for name in triangle.LOSSES:
        points = shown.page.locator(f"tr[data-loss={name}] polyline").get_attribute("points")
        x, y = np.array([point.split(",") for point in points.split()], float).T
        assert len(x) == len(way) and np.ptp(np.diff(x)) < 1e-9 and x[0] < x[1]
        losses = [painted.losses[name] for painted in coffee.grid.values()]
        low, high = np.log(min(filter(None, losses))), np.log(max(losses))
        along = np.log([max(coffee.grid[place].losses[name], np.exp(low)) for place in way])
        assert y == pytest.approx(26 - 22 * (along - low) / (high - low), abs=0.01)
    points = shown.page.locator(".nst-way").get_attribute("points").split()
    assert len(points) == len(way)
    for _ in range(4):
        for place in way:
            press(shown, place)
            shown.words  # noqa: B018
    points = shown.page.locator("tr[data-loss=style] polyline").get_attribute("points")
    assert len(points.split()) == 12


def test_drag_hover_and_keys(show, coffee):
    coffee.place = (2, 2, 2)
    shown = show(coffee)
    shown.page.mouse.move(*middle(shown, dot((1, 5, 0))))
    assert shown.words and shown.state("place") == [2, 2, 2]
    assert middle(shown, ".nst-hover") == pytest.approx(middle(shown, dot((1, 5, 0))), abs=0.5)
    shown.page.mouse.move(*middle(shown, dot((3, 3, 0))))
    shown.page.mouse.down()
    x, y = middle(shown, dot((0, 1, 5)))
    shown.page.mouse.move(x + 3, y - 4, steps=6)
    shown.page.mouse.up()
    assert shown.state("place") == [0, 1, 5]
    shown.agrees()
    shown.page.mouse.move(0, 0)
    assert shown.words and not shown.page.locator(".nst-hover").is_visible()
    for key, place in (
        ("ArrowLeft", [0, 2, 4]),
        ("ArrowUp", [1, 1, 4]),
        ("ArrowRight", [1, 0, 5]),
        ("ArrowUp", [2, 0, 4]),
        ("ArrowDown", [1, 1, 4]),
        ("Shift+ArrowLeft", [1, 5, 0]),
        ("Shift+ArrowUp", [6, 0, 0]),
        ("ArrowRight", [6, 0, 0]),
        ("Shift+ArrowDown", [0, 6, 0]),
    ):
        shown.key(".nst-triangle", key)
        assert shown.state("place") == place
        shown.agrees()
        assert large(shown) == coffee.grid[tuple(place)].jpeg


def test_pictures_fade_unless_nothing_may_move(show, coffee):
    script = "(image) => [getComputedStyle(image).transitionDuration, image.style.opacity]"
    layer = ".nst-layers .nst-shown"
    assert show(coffee).page.locator(layer).evaluate(script)[0] == "0.25s"
    still = show(coffee, reduced_motion="reduce")
    assert still.page.locator(layer).evaluate(script)[0] == "0s"
    opacity = "(image) => getComputedStyle(image).opacity"
    press(still, (0, 6, 0))
    assert still.words and still.page.locator(layer).evaluate(opacity) == "1"
    gone = still.page.locator(".nst-layers img:not(.nst-shown)")
    assert {image.evaluate(opacity) for image in gone.all()} == {"0"}


def test_without_a_kernel_nothing_is_painted_on_and_the_button_says_why(show, coffee):
    shown = show(coffee)
    button = shown.page.get_by_role("button", name="Paint on")
    assert button.is_disabled() and "kernel" in button.get_attribute("title")


def test_a_place_that_is_not_painted_is_an_empty_dot(show):
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=2)
    balance._begin = lambda: None
    shown = show(balance)
    images = shown.page.locator(".nst-dot image")
    assert images.count() == len(balance.grid)
    assert shown.page.locator(".nst-dot circle").count() == 28 - len(balance.grid)
    shown.page.mouse.click(*middle(shown, ".nst-dot[data-place='033'] circle"))
    assert shown.agrees().startswith("To be painted next: 1 : 1260 : 316.")
    assert large(shown) == balance.grid[2, 2, 2].jpeg
    assert shown.page.locator(".nst-layers.nst-waiting").count() == 1
    before = [image.get_attribute("href") for image in images.all()]
    arrive = """() => {
      figure.set("picture_033", { ...figure.get("picture_600"), place: [0, 3, 3] });
      figure.save_changes();
    }"""
    shown.page.evaluate(arrive)
    assert shown.words.startswith("Content, style and variation weigh 1 : 1260 : 316.")
    assert large(shown) == balance.grid[6, 0, 0].jpeg
    assert shown.page.locator(".nst-layers.nst-waiting").count() == 0
    assert {image.get_attribute("href") for image in images.all()} > set(before)


def test_what_is_painted_on_is_shown_until_the_place_moves(show, balance, monkeypatch):
    settled(balance, (1, 4, 1))
    monkeypatch.setattr(triangle, "ON", 3)
    balance.live = True
    wait(lambda: balance.shown.jpeg != balance.grid[1, 4, 1].jpeg)  # its first step is the start
    balance.live = False
    balance.work.wait(300)
    shown = show(balance)
    assert shown.agrees().startswith("Content, style and variation weigh 1 : 1260 : 10.")
    assert large(shown) == balance.shown.jpeg != balance.grid[1, 4, 1].jpeg
    paint = """(loss) => {
      figure.set("live", true);
      figure.set("painted_on", {
        jpeg: figure.get("picture_600").jpeg, place: [1, 4, 1],
        losses: { content: loss, style: loss, variation: loss },
      });
      figure.save_changes();
    }"""
    for loss in (0.5, 0.25):  # one step of the path, whose losses change
        shown.page.evaluate(paint, loss)
        assert shown.words == (
            "Painting on with 1 : 1260 : 10. The losses, not weighted: "
            f"content {loss}, style {loss}, variation {loss}."
        )
        points = shown.page.locator("tr[data-loss=style] polyline").get_attribute("points")
        assert len(points.split()) == 1
    press(shown, (2, 2, 2))
    assert shown.words and large(shown) == balance.grid[6, 0, 0].jpeg  # until the first new step
    shown.page.evaluate("() => { figure.set('live', false); figure.save_changes(); }")
    assert shown.words and large(shown) == balance.grid[2, 2, 2].jpeg
