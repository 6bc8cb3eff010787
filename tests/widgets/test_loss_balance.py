import time

import pytest

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets.loss_balance import in_triangle
from pointing import arrow_key, press


@pytest.fixture(scope="module")
def balance():
    return widgets.LossBalance("cat", "night_sky", size=48, steps=2)


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_the_first_state_is_there_before_the_others(balance):
    assert balance.work is None and balance.place == (2, 2, 2)
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
    balance.work.wait(300)
    assert balance.step is balance.grid[1, 5, 0]
    styles = [balance.grid[n, 6 - n, 0].losses["style"] for n in (6, 3, 0)]
    assert styles == sorted(styles, reverse=True)
    for way, place in (((2, 0), (1, 3, 2)), ((0, -2), (3, 1, 2)), ((99, 99), (0, 0, 6))):
        arrow_key(balance, *way)
        assert balance.place == place and balance.step is balance.grid[place]
        assert f"{balance.step.losses['content']:.3g}" in balance.text
    with pytest.raises(nst.InputError):
        balance.place = (3, 3, 3)


def test_painting_on_follows_the_weights_and_stops(balance, monkeypatch):
    balance.place = (4, 1, 1)
    wait(lambda: len(balance.grid) == 28)
    balance.work.wait(300)
    # So many steps that none of the waits below can miss the painting, however slow they are.
    monkeypatch.setattr(balance, "_ON", 10_000)
    start, texts = balance.step, []
    balance.picture.observe(lambda change: texts.append(change["new"]), "text")
    balance.live.value = True
    work = balance.work
    wait(lambda: balance.step is not start and balance.step.index > 2)
    balance.place = (0, 6, 0)  # begins anew from this picture with the new weights
    wait(lambda: balance.step.state["weights"] == balance.weights() and balance.step.index > 2)
    assert balance.work is work
    assert any("Painting on with 1 : 40000 : 10." in text for text in texts)
    balance.live.value = False
    work.wait(300)
    assert work.state == "finished"
    assert all(balance.step is not step for step in balance.grid.values())
    balance.place = (4, 1, 1)
    assert balance.step is balance.grid[4, 1, 1]


def test_painting_on_ends_by_itself(balance, monkeypatch):
    balance.place = (4, 1, 1)
    wait(lambda: len(balance.grid) == 28)
    balance.work.wait(300)
    monkeypatch.setattr(balance, "_ON", 3)
    balance.live.value = True
    balance.work.wait(300)
    assert balance.step.index == 2 and not balance.live.value
    assert balance.step is not balance.grid[4, 1, 1]


def test_a_change_while_the_work_ends_is_not_lost(balance, monkeypatch):
    monkeypatch.setattr(balance, "_ON", 3)
    wait(lambda: balance.work is None or not balance.work.alive)
    paint, begun = balance._paint, []

    def ending(last):
        begun.append(last)
        # The first has looked just before the change, and ends.
        return iter(()) if len(begun) == 1 else paint(last)

    monkeypatch.setattr(balance, "_paint", ending)
    start = balance.step
    balance.live.value = True
    wait(lambda: not balance.live.value)
    balance.work.wait(300)
    assert len(begun) == 2 and balance.step is not start


def test_a_failure_is_said_in_words():
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)
    texts, finished = [], len(balance.grid)
    balance.picture.observe(lambda change: texts.append(change["new"]), "text")

    def fail(place):
        raise nst.InputError("the paint is used up")

    painted, balance._painted = balance._painted, fail
    balance.place = (6, 0, 0)
    balance.work.wait(300)
    assert balance.work.state == "failed" and len(balance.grid) == finished
    assert balance.picture.text == texts[-1] == "Painting ended: the paint is used up"
    balance._painted = painted
    balance.place = (0, 3, 3)  # the next change tries again
    wait(lambda: (0, 3, 3) in balance.grid)
    balance.close()
    balance.work.wait(300)
    assert balance.work.state == "finished"


def test_closing_ends_the_work(monkeypatch):
    balance = widgets.LossBalance("cat", "night_sky", size=32, steps=1)
    monkeypatch.setattr(balance, "_ON", 10_000)
    start = balance.step
    balance.live.value = True
    wait(lambda: balance.step is not start)
    balance.close()
    balance.work.wait(300)
    assert not balance.work.alive and len(balance.grid) < 28
