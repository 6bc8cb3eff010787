import time

import pytest
from pointing import arrow_key, press

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets.loss_balance import in_triangle


@pytest.fixture(scope="module")
def balance():
    return widgets.LossBalance("cat", "night_sky", size=48, steps=2)


def wait(condition, seconds=300):
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
    balance.thread.join(300)
    assert balance.step is balance.grid[1, 5, 0]
    styles = [balance.grid[n, 6 - n, 0].losses["style"] for n in (6, 3, 0)]
    assert styles == sorted(styles, reverse=True)
    for way, place in (((2, 0), (1, 3, 2)), ((0, -2), (3, 1, 2)), ((99, 99), (0, 0, 6))):
        arrow_key(balance, *way)
        assert balance.place == place and balance.step is balance.grid[place]
        assert f"{balance.step.losses['content']:.3g}" in balance.text
    with pytest.raises(nst.InputError):
        balance.place = (3, 3, 3)


def test_painting_on_follows_the_weights_and_stops(balance):
    balance.place = (4, 1, 1)
    wait(lambda: len(balance.grid) == 28)
    balance.thread.join(300)
    # So many steps that none of the waits below can miss the painting, however slow they are.
    balance.transfer = nst.StyleTransfer("cat", "night_sky", size=48, steps=10_000, stages=1)
    start, texts = balance.step, []
    balance.picture.observe(lambda change: texts.append(change["new"]), "text")
    balance.live.value = True
    thread = balance.thread
    wait(lambda: balance.step is not start and balance.step.index > 2)
    balance.place = (0, 6, 0)  # begins anew from this picture with the new weights
    wait(lambda: balance.transfer.weights == balance.weights() and balance.step.index > 2)
    assert balance.thread is thread
    assert any("Painting on with 1 : 40000 : 10." in text for text in texts)
    balance.live.value = False
    thread.join(300)
    assert not thread.is_alive()
    assert all(balance.step is not step for step in balance.grid.values())
    balance.place = (4, 1, 1)
    assert balance.step is balance.grid[4, 1, 1]
