"""The game: looks cost points, the first naming counts, and nothing is given away before."""

import html
import sys

import pytest
import torch

from nst_helpers.checks import predictions
from nst_helpers.checks.predictions import reason, right_letter
from nst_helpers.errors import InputError
from nst_helpers.museum import game, mend, pictures, visit
from nst_helpers.museum.rooms import ROOMS, bug_of


@pytest.fixture(autouse=True)
def nobody_was_here(monkeypatch):
    monkeypatch.setattr(sys.modules[predictions.__module__], "_kept", {})
    monkeypatch.setattr(game, "_taken", {})


def other(name):
    return next(letter for letter in "abcd" if letter != right_letter(name))


def test_a_bug_named_without_a_look_has_all_points():
    room = visit("10-01")
    assert room.said == "" and room.figures == ["", "", ""]
    room.chosen = "abcd".index(right_letter("10-01"))  # as the page does
    assert room.said.startswith("✓ Yes: 4 points") and room.said.endswith(reason("10-01"))
    assert "4 of 4 points" in predictions("10").title


def test_each_look_costs_a_point_and_is_remembered():
    room = visit("10-06")
    room.taken = [1]
    assert "Curves of the losses" in room.figures[1] and room.figures[0] == room.figures[2] == ""
    room = visit("10-06")
    assert room.taken == [1]
    room.taken = [1, 2]
    room.chosen = "abcd".index(right_letter("10-06"))
    assert room.said.startswith("✓ Yes: 2 points")
    room.taken = [1, 2, 0]  # after the naming it costs nothing
    visit("10-07", other("10-07"))
    table = predictions("10")
    assert "2 of 8 points" in table.title and "Not predicted: 16" in table.title
    assert "(2 looks)" in table.rows[0][1] and "(0 looks)" in table.rows[1][1]
    assert table.rows[0][3] == reason("10-06")


def test_the_first_naming_counts():
    room = visit("10-01", other("10-01"))
    assert room.said.startswith("✗ No")
    room.chosen = "abcd".index(right_letter("10-01"))
    assert room.said.startswith("✗ No") and room.chosen == "abcd".index(other("10-01"))
    assert visit("10-01", right_letter("10-01")).said.startswith("✗ No")
    assert "0 of 4 points" in predictions("10").title


@pytest.mark.parametrize("name", ROOMS)
def test_a_room_gives_nothing_away(name):
    data, _ = visit(name)._repr_mimebundle_()
    page = data["text/html"]
    for words in (reason(name), bug_of(name).__name__, "room_", "✓"):
        assert words not in page and words not in data["text/plain"], words
    assert page.count("<details>") == 3 and " open" not in page
    assert page.count("<li>") == 4 and page.count('alt="') == 5
    assert all(html.escape(game.title(bug)) in page for bug in ROOMS[name].options)
    known = {word for word in game.title(bug_of(name)).lower().split() if len(word) > 6}
    assert not known & set(ROOMS[name].alt.lower().split())


def test_a_mistake_is_named():
    for wrong in (lambda: visit("10-1"), lambda: visit("10-01", "e"), lambda: mend("11-01"),
                  lambda: pictures("cat")):  # fmt: skip
        with pytest.raises(InputError):
            wrong()


def test_the_mend_is_closed_until_the_bug_is_named(monkeypatch):
    monkeypatch.setattr(game, "_LIVE_SIZE", 32)
    monkeypatch.setattr(game, "_LIVE_STEPS", 1)
    (mended,) = mend("10-04")
    assert mended.wrong.shape == mended.right.shape == (21, 32, 3)
    assert mended.wrong.dtype == torch.uint8
    closed = mended._repr_html_()
    assert closed.startswith("<details><summary>Room 4")
    visit("10-04", "a")
    assert mended._repr_html_().startswith("<details open>")
    for said in (closed, repr(mended)):
        assert game.title(bug_of("10-04")) in said and reason("10-04") not in said
        assert ".sqrt()" in said


def test_both_pictures_of_a_room_can_be_had():
    wrong, right = pictures("10-04")
    assert wrong.shape == right.shape == (1, 3, 170, 256)
    assert wrong.max() == 0 < right.mean()
