"""The studio in a browser, as voila serves it: what a visitor sees and does."""

import json
import os
import re
import signal
from base64 import urlsafe_b64encode
from contextlib import contextmanager

import psutil
import pytest
from PIL import Image

from nst_helpers import read_settings
from nst_helpers.studio.settings import DEFAULTS
from served import findings, served_by, voila, wait  # noqa: F401

OPEN = "#nst-page:not(.nst-opening) .nst-start"
SMALL = {"size": 64, "steps": 12}
LONG = {"size": 128, "steps": 3000}


def link(**settings):
    text = json.dumps({**DEFAULTS, **settings}).encode()
    return f"#painting={urlsafe_b64encode(text).decode().rstrip('=')}"


class Visit:
    """A page of the studio, and what a hand does there."""

    def __init__(self, page, address):
        self.page, self.errors = page, []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.goto(address, wait_until="commit")

    def load(self, address):
        self.page.goto(address, wait_until="commit")
        self.is_open()

    def is_open(self):
        self.page.wait_for_selector(OPEN, timeout=300_000)

    def settle(self):
        self.page.evaluate(
            "new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))"
        )

    def says(self, words):
        notice = self.page.locator(".nst-notice")
        wait(lambda: words in notice.inner_text(), say=notice.inner_text)

    def has_size(self, size):
        """Wait for the settings of a link, whose size is none of those that are offered."""
        shown = self.page.locator("fieldset[name=size] output")
        wait(lambda: shown.inner_text() == str(size), say=shown.inner_text)

    def button(self, name):
        return self.page.locator(".nst-stage").get_by_role("button", name=name, exact=True)

    @property
    def doing(self):
        return " ".join(self.page.locator(".nst-doing").inner_text().split())

    def doing_is(self, words):
        wait(lambda: re.search(words, self.doing), say=lambda: self.doing)

    def paint(self):
        self.page.locator(".nst-start").click()
        self.settle()
        self.doing_is(r"\d%|Finished")

    def paint_to_its_end(self):
        self.page.locator(".nst-start").click()
        self.settle()
        self.doing_is("Finished")
        self.button("Download film (GIF)").wait_for(timeout=300_000)

    def card(self, role):
        return self.page.locator(".nst-card").nth(["content", "style"].index(role))

    def choose(self, role, title):
        self.card(role).click()
        tray = self.page.locator(".nst-tray:visible")
        tray.locator(".nst-tile > button:first-child", has_text=re.compile(f"^{title}$")).click()

    def give(self, label, path):
        self.page.locator(".nst-file", has_text=label).locator("input").set_input_files(path)

    def download(self, name):
        with self.page.expect_download() as download:
            self.button(name).click()
        return download.value.path()

    def photo(self, path, color, size=(90, 60)):
        Image.new("RGB", size, color).save(path)
        return path


@pytest.fixture(scope="module")
def visits(voila, browser):  # noqa: F811
    """Open pages, each in a browser of its own unless a context is given."""
    opened = []

    def visit(mark="", context=None, count=None):
        new = [
            Visit(
                (
                    context or browser.new_context(viewport={"width": 1280, "height": 800})
                ).new_page(),
                voila + mark,
            )
            for _ in range(count or 1)
        ]
        opened.extend(new)
        for each in new:
            each.is_open()
        return new if count else new[0]

    yield visit
    for each in opened:
        if not each.page.is_closed():
            each.page.close()
        assert not each.errors


@pytest.fixture(scope="module")
def at_home(visits):
    """A page that all tests use that leave it as they found it, but for its paintings."""
    visit = visits(link(**SMALL))
    visit.has_size(64)
    return visit


def test_a_painting_from_choice_to_download(at_home):
    visit = at_home
    visit.choose("content", "coffee")
    visit.choose("style", "mosaic")
    visit.paint_to_its_end()
    assert "coffee in the style of mosaic" in visit.doing
    settings = read_settings(visit.download("Download picture"))
    assert (settings["content"], settings["styles"]) == ("coffee", {"mosaic": 1})
    assert Image.open(visit.download("Download film (GIF)")).format == "GIF"


def test_whatever_is_shown_belongs_to_one_painting(at_home):
    """An earlier painting comes with its own sentence, curves, photo and files."""
    visit = at_home
    facts = []
    for content, style in (("cat", "stained glass"), ("astronaut", "great wave")):
        visit.choose("content", content)
        visit.choose("style", style)
        visit.paint_to_its_end()
        facts.append(
            (
                f"{content} in the style of {style}",
                read_settings(visit.download("Download picture")),
            )
        )
    curves = visit.page.locator(".nst-curves svg").nth(1)
    seen = {curves.get_attribute("aria-label")}
    for number in (1, 0):
        words, settings = facts[number]
        visit.page.locator(".nst-runs button", has_text=f"{words}, 64").first.click()
        visit.doing_is(words)
        assert read_settings(visit.download("Download picture")) == settings
        shown = visit.page.locator(".nst-canvas img").nth(1)
        assert words in shown.get_attribute("alt")
        assert shown.evaluate("(image) => image.naturalWidth") == SMALL["size"]
        seen.add(curves.get_attribute("aria-label"))
    assert len(seen) == 2
    visit.page.get_by_role("radio", name="Before / after").check()
    other = visit.page.get_by_label("Compare with")
    options = other.locator("option").all_inner_texts()
    assert options[0] == "the photo" and any(facts[1][0] in option for option in options)
    assert not any(facts[0][0] in option for option in options[1:])
    other.select_option(index=1)
    assert not visit.page.get_by_role("radio", name="Before / after").is_enabled()  # other shapes
    captions = visit.page.locator(".nst-canvas figcaption")
    texts = captions.all_inner_texts()
    assert re.fullmatch(r"\d+ · great wave", texts[0]) and "stained glass" in texts[1]
    places = [(390, 844, False), (640, 400, True), (1280, 800, True)]
    for width, height, beside in places:
        visit.page.set_viewport_size({"width": width, "height": height})
        left, right, *below = (
            part.nth(n).bounding_box()
            for part in (visit.page.locator(".nst-canvas img"), captions)
            for n in (0, 1)
        )
        assert (left["x"] + left["width"] <= right["x"]) is beside
        for picture, caption in zip((left, right), below, strict=True):
            assert caption["x"] >= picture["x"] - 1
            assert abs(caption["y"] - picture["y"] - picture["height"]) < 12
    other.select_option(index=0)
    assert visit.page.get_by_role("radio", name="Before / after").is_enabled()
    visit.page.get_by_role("radio", name="Painting").check()


def test_the_picture_that_is_seen_is_the_one_that_is_downloaded(at_home):
    visit = at_home
    visit.page.get_by_label("Keep the colours of the photo").check()
    visit.paint_to_its_end()
    seen = visit.page.evaluate(
        """async () => {
          const image = document.querySelectorAll(".nst-canvas img")[1];
          const bytes = new Uint8Array(await (await fetch(image.src)).arrayBuffer());
          return [...bytes];
        }"""
    )
    file = visit.download("Download picture")
    assert file.read_bytes() == bytes(seen) and read_settings(file)["keep_colours"] is True
    visit.page.get_by_label("Keep the colours of the photo").uncheck()


def test_a_file_is_taken_for_what_it_is_given_for(at_home, tmp_path):
    visit = at_home
    visit.paint_to_its_end()
    painted = visit.doing
    visit.card("style").click()
    visit.give("Add a painting", visit.photo(tmp_path / "art.png", "red"))
    wait(lambda: "art" in visit.card("style").inner_text())
    assert "art" not in visit.card("content").inner_text()
    assert not visit.page.locator(".nst-tray:visible").count()
    drop(visit.page, "content", "mine.png")
    wait(lambda: "mine" in visit.card("content").inner_text())
    assert "art" in visit.card("style").inner_text()
    # The painting that was finished stays, with its words, until the next one begins.
    assert visit.doing == painted and visit.page.locator(".nst-curves").is_visible()
    file = visit.download("Download picture")
    visit.choose("content", "cat")
    visit.choose("style", "night sky")
    drop(visit.page, "painting", "kept.png", file.read_bytes())
    visit.says("The settings of this painting are now in the panel.")
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"no picture at all")
    visit.card("content").click()
    visit.give("Add a photo", bad)
    visit.says("bad.png was not added: it is not a picture, or it is damaged.")
    # In the tray, which stays open; closing the message gives the focus back.
    assert visit.page.locator(".nst-tray:visible [role=alert]").count()
    visit.page.get_by_label("Close this message").click()
    assert visit.page.evaluate("document.activeElement.className") == "nst-card"
    assert not visit.page.locator(".nst-notice-box:visible").count()
    visit.page.locator(".nst-studio h1").click()
    assert not visit.page.locator(".nst-tray:visible").count()


def drop(page, use, name, data=None):
    """Drag a file over the page, and drop it on one of the places that then appear."""
    page.evaluate(
        """async ([use, name, data]) => {
          const files = new DataTransfer();
          let blob = data && new Blob([new Uint8Array(data)]);
          if (!blob) {
            const canvas = new OffscreenCanvas(90, 60);
            canvas.getContext("2d").fillRect(0, 0, 50, 60);
            blob = await canvas.convertToBlob();
          }
          files.items.add(new File([blob], name));
          const options = { dataTransfer: files, bubbles: true, cancelable: true };
          document.querySelector(".nst-card").dispatchEvent(new DragEvent("dragover", options));
          const place = document.querySelector(`.nst-drop [data-use=${use}]`);
          if (place.getBoundingClientRect().height < 50) throw Error("no place to be seen");
          for (const kind of ["dragover", "drop"])
            if (place.dispatchEvent(new DragEvent(kind, options))) throw Error("not taken");
          if (!document.querySelector(".nst-drop").hidden) throw Error("it stays");
        }""",
        [use, name, list(data) if data else None],
    )


def test_nothing_is_said_that_is_not_known_yet(at_home):
    visit = at_home
    visit.page.evaluate(
        """() => {
          window.said = [];
          const doing = document.querySelector(".nst-doing strong");
          new MutationObserver(() => said.push(doing.textContent))
            .observe(doing, { childList: true, characterData: true, subtree: true });
        }"""
    )
    visit.paint_to_its_end()
    said = visit.page.evaluate("window.said")
    assert "Getting ready …" in said and said[-1].startswith("Finished in")
    assert not [words for words in said if re.search(r"about 0 s|\b0%, about|NaN|null", words)]


def test_the_focus_stays_with_the_hand(at_home):
    visit = at_home
    focused = "document.activeElement.className + document.activeElement.textContent"
    visit.card("content").focus()
    visit.page.keyboard.press("Enter")
    tile = visit.page.locator(".nst-tray:visible .nst-tile button", has_text="galaxies").first
    tile.focus()
    visit.page.keyboard.press("Enter")
    visit.settle()
    assert "galaxies" in visit.page.evaluate(focused) and "nst-card" in visit.page.evaluate(focused)
    assert not visit.page.locator(".nst-tray:visible").count()
    visit.page.locator("input[name=style_weight]").focus()
    visit.page.keyboard.press("ArrowRight")
    slider = visit.page.locator("input[name=style_weight]")
    visit.settle()
    assert slider.get_attribute("aria-valuetext") == "strong"
    pressed = visit.page.locator(".nst-presets button[aria-pressed=true]")
    assert pressed.count() == 0  # no preset is like this, and none says so
    visit.page.get_by_role("button", name="Balanced").click()
    visit.settle()
    assert pressed.inner_text() == "Balanced" and slider.get_attribute("aria-valuetext") == "normal"


def test_styles_are_mixed(at_home):
    visit = at_home
    visit.choose("style", "mosaic")
    visit.card("style").click()
    hint = visit.page.locator(".nst-tray:visible > small")
    assert "+ to mix it in (up to four)" in hint.inner_text()
    for more in ("engraving", "galaxies", "great wave"):
        visit.page.get_by_role("button", name=f"Mix {more} in", exact=True).click()
    assert hint.inner_text() == "Four is the most. Take one out first."
    for one in ("galaxies", "great wave"):
        visit.page.get_by_role("button", name=f"Take {one} out").click()
    share = visit.page.get_by_label("Share of mosaic")
    assert share.input_value() == "50"  # of 100: the knob stands where its share is
    share.focus()
    visit.page.keyboard.press("ArrowLeft")
    visit.settle()
    assert share.get_attribute("aria-valuetext") == "49%"
    assert visit.page.get_by_label("Share of engraving").input_value() == "51"
    assert (
        visit.page.evaluate("document.activeElement.getAttribute('aria-label')")
        == "Share of mosaic"
    )
    visit.page.keyboard.press("Escape")
    visit.paint_to_its_end()
    assert read_settings(visit.download("Download picture"))["styles"] == {
        "mosaic": 49,
        "engraving": 51,
    }
    visit.page.get_by_role("button", name="Take engraving out").click()
    visit.settle()
    assert "engraving" not in visit.card("style").inner_text()


@contextmanager
def standing_still(kernels):
    """Stop the processes: whatever answers now, answers without them."""
    for kernel in kernels:
        kernel.send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        for kernel in kernels:
            kernel.send_signal(signal.SIGCONT)


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="processes cannot be stopped here")
def test_choosing_and_looking_need_no_kernel(at_home, voila):  # noqa: F811
    """However busy the processor is, the page answers by itself."""
    visit = at_home
    visit.paint_to_its_end()
    with standing_still(served_by(voila).children(recursive=True)):
        visit.choose("content", "astronaut")
        visit.choose("style", "woven cloth")
        visit.settle()
        assert "astronaut" in visit.card("content").inner_text()
        assert "woven cloth" in visit.card("style").inner_text()
        visit.page.get_by_role("button", name="Pastel").click()
        visit.page.get_by_role("radio", name="Before / after").check()
        visit.page.locator(".nst-handle").focus()
        visit.page.keyboard.press("End")
        visit.settle()
        assert visit.page.locator(".nst-handle").get_attribute("aria-valuenow") == "100"
        for run in visit.page.locator(".nst-runs button").all()[:2]:
            run.click()
            visit.settle()
            assert run.get_attribute("aria-pressed") == "true"
        assert read_settings(visit.download("Download picture"))["size"] == 64
        visit.page.locator(".nst-start").click()
        visit.settle()
        assert visit.page.locator(".nst-start").inner_text() == "Painting …"
    visit.doing_is("Finished")
    visit.page.get_by_role("radio", name="Painting").check()
    visit.page.get_by_role("button", name="Balanced").click()
    assert "astronaut in the style of woven cloth" in visit.doing


def test_all_can_be_done_with_the_keyboard(at_home):
    """From the first choice to the download, by Tab, arrows and Enter."""
    visit = at_home
    page = visit.page
    page.evaluate("() => { document.activeElement.blur(); scrollTo(0, 0); }")
    page.locator(".nst-studio h1").click()

    def tab_to(words, most=60):
        for _ in range(most):
            page.keyboard.press("Tab")
            name = page.evaluate(
                """() => {
                  const { activeElement: active } = document;
                  return active.getAttribute("aria-label") ?? active.innerText ?? "";
                }"""
            )
            if re.search(words, name):
                outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
                return outline
        raise AssertionError(words)

    assert tab_to("^Photo") == "solid"
    page.keyboard.press("Enter")
    tab_to("^rocket$")
    page.keyboard.press("Enter")
    tab_to("^Style")
    page.keyboard.press("Enter")
    tab_to("^cubist guitar$")
    page.keyboard.press("Enter")
    tab_to("^Paint$")
    page.keyboard.press("Enter")
    visit.doing_is("Finished.*rocket in the style of cubist guitar")
    visit.button("Download film (GIF)").wait_for()
    tab_to("^Download picture$")
    with page.expect_download():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_has_no_serious_objection(at_home, scheme):
    visit = at_home
    visit.page.emulate_media(color_scheme=scheme)
    visit.page.wait_for_timeout(300)
    visit.paint_to_its_end()
    assert not findings(visit.page)
    visit.page.get_by_role("radio", name="Before / after").check()
    visit.card("style").click()
    visit.page.get_by_role("button", name="Mix stained glass in").click()
    assert not findings(visit.page)
    visit.choose("content", "cat")
    visit.page.get_by_role("radio", name="Painting").check()
    visit.page.get_by_role("button", name="Take stained glass out").click()
    visit.page.emulate_media(color_scheme="light")


def test_a_link_carries_all_settings(at_home):
    visit = at_home
    visit.page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visit.choose("content", "coffee")
    visit.paint_to_its_end()
    visit.button("Copy link").click()
    visit.says("Link copied. It holds all settings.")
    visit.page.locator("input[name=style_weight]").press("ArrowRight")
    assert not visit.page.locator(".nst-notice-box:visible").count()
    address = visit.page.evaluate("navigator.clipboard.readText()")
    visit.choose("content", "cat")
    visit.page.goto("about:blank")
    visit.load(address)
    visit.says("The settings of this link are now in the panel.")
    assert "coffee" in visit.card("content").inner_text()
    assert visit.page.locator("fieldset[name=size] output").inner_text() == "64"


def test_a_closed_page_loses_nothing(visits, tmp_path):
    """Paintings, with pictures that were added, are there again, and can be gone on from."""
    first = visits(link(**SMALL))
    first.has_size(64)
    first.card("content").click()
    first.give("Add a photo", first.photo(tmp_path / "mine.png", "red"))
    wait(lambda: "mine" in first.card("content").inner_text())
    first.paint_to_its_end()
    context = first.page.context
    first.page.close(run_before_unload=True)

    again = visits(context=context)
    run = again.page.locator(".nst-runs button", has_text="mine in the style of")
    wait(run.count)
    run.click()
    again.doing_is("Finished.*mine in the style of")
    assert read_settings(again.download("Download picture"))["content"] == "mine.png"
    assert again.page.locator(".nst-curves").is_visible()
    again.button("Copy its settings").click()
    again.says("The settings of painting 1 are now in the panel.")
    assert "mine" in again.card("content").inner_text()
    again.button("Paint it larger (128)").click()
    again.doing_is("Finished")
    again.button("Download film (GIF)").wait_for()
    assert Image.open(again.download("Download picture")).size == (128, 85)
    assert again.page.locator(".nst-runs li").count() == 2
    focused = "document.activeElement.textContent"
    again.button("Delete").press("Enter")
    assert again.page.get_by_role("alertdialog", name="Delete this painting?").is_visible()
    assert again.page.evaluate(focused) == "Keep it"
    again.page.keyboard.press("Escape")
    again.settle()
    assert again.page.evaluate(focused) == "Delete"
    again.page.keyboard.press("Enter")
    again.page.keyboard.press("Tab")
    again.page.keyboard.press("Enter")
    again.says("The painting is deleted.")
    assert again.page.locator(".nst-runs li").count() == 1
    assert again.page.evaluate(focused) == "Download picture"
    again.page.close()


def test_a_painting_on_its_way_survives_a_reload(visits):
    """The browser asks whether to leave; who does finds it, and can go on with it."""
    visit = visits(link(**LONG))
    visit.has_size(128)
    asked = []
    visit.page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    visit.paint()
    kept = visit.page.locator(".nst-runs button")
    wait(kept.count)
    visit.page.wait_for_timeout(5000)  # it is kept every four seconds
    visit.page.evaluate("history.replaceState(null, '', location.pathname)")
    visit.page.reload(wait_until="commit")
    visit.is_open()
    assert asked == ["beforeunload"]
    wait(lambda: kept.count() == 1 and "not finished" in kept.inner_text())
    wait(lambda: visit.page.locator("fieldset[name=steps] output").inner_text() == "3000")
    kept.click()
    visit.doing_is("Stopped at")
    visit.button("Continue painting").click()
    visit.doing_is(r"\d%, about")
    visit.button("Stop").click()
    visit.button("Download film (GIF)").wait_for(timeout=300_000)
    wait(lambda: kept.count() == 1)  # the same painting, further on
    visit.page.close()


def test_a_painting_on_its_way_is_steered_paused_and_stopped(visits):
    visit = visits(link(**LONG))
    visit.has_size(128)
    visit.paint()
    assert visit.page.locator(".nst-start").is_disabled()
    visit.page.locator("input[name=style_weight]").focus()
    visit.page.keyboard.press("End")
    visit.button("Pause").click()
    visit.doing_is("Paused at")
    assert visit.page.locator(".nst-start").inner_text() == "Paused"
    visit.button("Resume").click()
    visit.doing_is(r"\d%, about")
    # In the dark, and while it paints.
    visit.page.emulate_media(color_scheme="dark")
    assert not findings(visit.page)
    visit.button("Stop").click()
    visit.doing_is("Stopped at")
    visit.button("Download film (GIF)").wait_for()
    assert read_settings(visit.download("Download picture"))["style_weight"] == 1000
    assert visit.button("Continue painting").is_enabled()
    # While the next one is painted, this one is looked at.
    visit.paint()
    assert "for the next painting" in visit.card("style").inner_text()
    visit.page.locator(".nst-runs button", has_text="not finished").click()
    visit.doing_is("Stopped at")
    meanwhile = visit.page.locator(".nst-meanwhile")
    assert re.search(r"Painting cat in the style of night sky: \d+%", meanwhile.inner_text())
    later = visit.page.locator(".nst-stage button:disabled")
    assert later.all_inner_texts() == ["Continue painting\nafter this painting"]
    visit.button("Stop").click()
    wait(meanwhile.is_hidden)
    assert later.count() == 0
    visit.page.close()


SCREENS = {
    "desktop": (1280, 800),
    "zoomed to 200 %": (640, 400),
    "phone": (390, 844),
    "notebook on a phone": (306, 844),
}


@pytest.mark.parametrize("screen", SCREENS)
def test_it_fits_the_screen(at_home, screen):
    visit = at_home
    width, height = SCREENS[screen]
    visit.page.set_viewport_size({"width": width, "height": height})
    visit.paint_to_its_end()
    visit.card("style").click()
    visit.settle()
    assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
    visit.page.keyboard.press("Escape")
    studio = "document.querySelector('.nst-studio')"
    assert visit.page.evaluate(f"{studio}.scrollWidth <= {studio}.clientWidth")
    small = visit.page.evaluate(
        """() => [...document.querySelectorAll(".nst-studio button, .nst-studio select, .nst-file")]
          .filter((each) => each.checkVisibility())
          .map((each) => [each.textContent, each.getBoundingClientRect()])
          .filter(([, { width, height }]) => width < 34 || height < 34).map(([text]) => text)"""
    )
    assert not small
    canvas, card = visit.page.locator(".nst-canvas"), visit.card("content")
    if width >= 900:
        assert canvas.bounding_box()["x"] > card.bounding_box()["x"] + card.bounding_box()["width"]
        visit.page.locator(".nst-check").scroll_into_view_if_needed()
        box = canvas.bounding_box()
        assert box["y"] >= 0 and box["y"] + box["height"] <= height  # always in view
    else:
        assert canvas.bounding_box()["y"] < card.bounding_box()["y"]
        assert canvas.bounding_box()["height"] <= height
    if folder := os.environ.get("NST_TEST_SCREENSHOTS"):
        visit.page.screenshot(path=f"{folder}/studio_{screen.split()[0]}.png", full_page=True)
    visit.page.set_viewport_size({"width": 1280, "height": 800})


def test_a_class_takes_turns_and_its_memory_comes_back(visits, voila):  # noqa: F811
    """Six pages paint at once; when they are closed, their processes are gone."""
    server = served_by(voila)
    before = {process.pid for process in server.children(recursive=True)}
    pages = visits(link(size=64, steps=60), count=6)
    for visit in pages:
        visit.page.locator(".nst-start").click()
    waited, most = set(), 0
    while not all("Finished" in visit.doing for visit in pages):
        pages[0].page.wait_for_timeout(200)
        doing = [visit.doing for visit in pages]
        most = max(most, sum(bool(re.search("%, about|Getting", words)) for words in doing))
        waited |= {place for place, words in enumerate(doing) if "ahead of yours" in words}
    assert len(waited) >= 4
    memory = [process.memory_full_info().uss for process in server.children(recursive=True)]
    print(f"{len(memory)} kernels, {sum(memory) / 1e9:.1f} GB of their own")
    for visit in pages:
        visit.page.close(run_before_unload=True)
    wait(lambda: {process.pid for process in server.children(recursive=True)} <= before)
    assert psutil.pid_exists(server.pid)
