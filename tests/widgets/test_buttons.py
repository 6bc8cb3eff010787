"""The buttons of predictions and of the quiz, in Chromium, with a model that a test can read."""

import json

import pytest

from nst_helpers.widgets.buttons import Buttons

PAGE = """<!DOCTYPE html><html lang="en"><title>Buttons</title><style>STYLE</style>
<main id="here"></main>
<script type="module">
SCRIPT
const state = STATE, listeners = new Set();
window.model = {
  saved: 0, heard: 0,
  get: (name) => state[name],
  set(name, value) { state[name] = value; for (const hear of listeners) hear(); },
  save_changes() { this.saved += 1; },
  on: (_, hear) => listeners.add(hear),
  off: (_, hear) => listeners.delete(hear),
};
document.addEventListener("keydown", () => { window.model.heard += 1; });
window.end = render({ model: window.model, el: document.getElementById("here") });
</script></html>"""


@pytest.fixture
def page(browser, tmp_path):
    buttons = Buttons("which one?", ["a: the <b>rose</b>", "b: the leaf"], "Write it.")
    state = {name: getattr(buttons, name) for name in ("label", "options", "chosen", "marks")}
    state["said"] = ""
    style, script = (str(text) for text in (Buttons._css, Buttons._esm))
    text = PAGE.replace("STYLE", style).replace("STATE", json.dumps(state))
    text = text.replace("SCRIPT", script.replace("export default { render };", ""))
    (tmp_path / "buttons.html").write_text(text, encoding="utf-8")
    page = browser.new_page(viewport={"width": 390, "height": 600})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto((tmp_path / "buttons.html").as_uri())
    yield page
    page.close()
    assert not errors


def test_what_is_pressed_is_known_and_what_is_said_is_shown(page):
    first, second = page.locator("button").all()
    assert first.inner_text() == "a: the <b>rose</b>"  # words, and not a page
    assert page.locator("[aria-pressed=true]").count() == 0
    second.click()
    assert page.evaluate("[model.get('chosen'), model.saved]") == [1, 1]
    assert second.get_attribute("aria-pressed") == "true"
    first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("[model.get('chosen'), model.saved]") == [0, 2]
    assert page.evaluate("model.heard") == 0  # to Jupyter, a letter or Enter is a command
    page.evaluate("model.set('marks', ['wrong', '']); model.set('said', 'Not yet.')")
    assert first.inner_text().startswith("✗ ") and page.get_by_role("status").inner_text() == (
        "Not yet."
    )
    page.evaluate("end(); model.set('said', 'Later.')")
    assert page.get_by_role("status").inner_text() == "Not yet."


def test_it_fits_a_narrow_page_and_is_named(page):
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.get_by_role("group").get_attribute("aria-label") == "which one?"
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    found = axe.Axe().run(page).response["violations"]
    assert not [one for one in found if one["impact"] in ("serious", "critical")], found
