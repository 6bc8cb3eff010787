"""A room of the museum in Chromium, with a model that a test can read."""

import json

import pytest
from test_buttons import PAGE

from nst_helpers.widgets.room import Room

LOOKS = {"the losses": "<p>They <em>fall</em>.</p>", "some numbers": "<p>0 to 1</p>"}


@pytest.fixture
def page(browser, tmp_path):
    picture = '<img alt="White." src="data:,">'
    room = Room("What is it?", picture, ["a: <b>this</b>", "b: that"], LOOKS, "Say.")
    room.taken = [1]
    shown = {"picture", "looks", "taken", "figures", "label", "options", "chosen", "said"}
    state = {name: getattr(room, name) for name in shown}
    style, script = (str(text) for text in (Room._css, Room._esm))
    text = PAGE.replace("STYLE", style).replace("STATE", json.dumps(state).replace("</", "<\\/"))
    text = text.replace("SCRIPT", script.replace("export default { render };", ""))
    (tmp_path / "room.html").write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 800})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "room.html").as_uri())
    yield page
    page.close()
    assert not errors


def test_what_is_not_looked_at_is_not_in_the_page(page):
    assert page.get_by_role("group").get_attribute("aria-label") == "What is it?"
    assert page.get_by_role("img").get_attribute("alt") == "White."
    assert page.locator(".nst-shown").inner_text() == "0 to 1"
    assert "fall" not in page.content().partition("<script")[0]
    look = page.get_by_role("button", name="the losses")
    assert look.get_attribute("aria-pressed") == "false"
    look.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[model.get('taken'), model.saved, model.heard]") == [[1, 0], 1, 0]
    page.evaluate(f"model.set('figures', {json.dumps(list(LOOKS.values()))})")  # as Python does
    assert page.locator(".nst-shown").inner_text().split("\n") == ["0 to 1", "", "They fall."]
    look.click()
    assert page.evaluate("[model.get('taken'), model.saved]") == [[1, 0], 1]


def test_a_bug_is_named_and_what_is_said_is_shown(page):
    option = page.get_by_role("button", name="a: <b>this</b>")  # words, and not a page
    option.click()
    assert page.evaluate("[model.get('chosen'), model.saved]") == [0, 1]
    assert option.get_attribute("aria-pressed") == "true"
    page.evaluate("model.set('said', '✓ Yes.')")
    assert page.get_by_role("status").inner_text() == "✓ Yes."
    page.evaluate("end(); model.set('said', 'Later.')")
    assert page.get_by_role("status").inner_text() == "✓ Yes."


def test_it_fits_a_narrow_page(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    assert not [one for one in found if one["impact"] in ("serious", "critical")], found


def test_without_a_widget_the_looks_are_closed():
    room = Room("What is it?", "<img>", ["this", "that"], LOOKS, "Say.")
    data, _ = room._repr_mimebundle_()
    assert data["text/html"].startswith("<img><details><summary>Look: the losses</summary><p>They")
    assert data["text/plain"].endswith("Say.") and "fall" not in data["text/plain"]
