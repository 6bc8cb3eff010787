"""Figures as saved pages in Chromium: what a reader's hand does, and what the page then says."""

import base64
import json
import shutil

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
NEXT_FRAME = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
OF_THE_PAGE = {"data", "options", "asks", "kind", "label", "problem"}


class Shown:
    """A figure's saved page, open in a browser."""

    def __init__(self, figure, browser, folder, **options):
        self.figure, self.errors = figure, []
        path = folder / "figure.html"
        figure.save_html(path)
        self.page = browser.new_page(viewport={"width": 1100, "height": 900}, **options)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.route("http*://**", lambda route: route.abort())
        self.page.goto(path.as_uri())
        self.page.wait_for_function("window.figure !== undefined")

    def wait(self):
        """Wait until the page has drawn the last change."""
        self.page.evaluate(NEXT_FRAME)

    @property
    def words(self):
        """What the page says, once it has drawn the last change."""
        self.wait()
        assert not self.errors
        return self.page.locator(".nst-words").inner_text()

    def state(self, name):
        return json.loads(self.page.evaluate(f"JSON.stringify(figure.get({name!r}))"))

    def agrees(self):
        """Give Python the page's state; assert that both say the same, and return the words."""
        words = self.words
        with self.figure.hold_trait_notifications():  # what belongs together is checked together
            for name in self.figure.keys:
                mine = getattr(self.figure, name)
                if (
                    name.startswith("_")
                    or name in OF_THE_PAGE
                    or name in {"layout", "tabbable", "tooltip"}
                    or self.figure.trait_metadata(name, "computed")
                ):
                    continue
                value = self.state(name)
                setattr(self.figure, name, tuple(value) if isinstance(mine, tuple) else value)
        assert words == self.figure.text
        return words

    def at(self, selector, x, y):
        """Return where a share of an element's width and height lies, in pixels of the page."""
        element = self.page.locator(selector).first
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def press(self, selector, x=0.5, y=0.5):
        self.page.mouse.click(*self.at(selector, x, y))
        self.wait()

    def hover(self, selector, x=0.5, y=0.5):
        self.page.mouse.move(*self.at(selector, x, y))
        self.wait()

    def drag(self, selector, start, end):
        self.page.mouse.move(*self.at(selector, *start))
        self.page.mouse.down()
        self.page.mouse.move(*self.at(selector, *end), steps=5)
        self.page.mouse.up()
        self.wait()

    def key(self, selector, *keys):
        self.page.locator(selector).first.focus()
        for key in keys:
            self.page.keyboard.press(key)
        self.wait()

    def slide(self, name, value):
        """Move a slider to a value, as its handle counts."""
        script = """(slider, value) => {
          slider.value = value;
          slider.dispatchEvent(new Event("input", { bubbles: true }));
        }"""
        self.page.locator(f"input[name={name}]").evaluate(script, value)
        self.wait()

    def choose(self, name, value):
        self.page.locator(f"select[name={name}]").select_option(value)
        self.wait()

    def click(self, words):
        self.page.get_by_text(words, exact=True).click()
        self.wait()

    def pixels(self, selector, number=0):
        """Return the rows and columns of a canvas, and red, green, blue, alpha of each pixel."""
        script = """(canvas) => {
          const pen = canvas.getContext("2d");
          const { data } = pen.getImageData(0, 0, canvas.width, canvas.height);
          const letters = Array.from(data, (level) => String.fromCharCode(level));
          return [canvas.height, canvas.width, btoa(letters.join(""))];
        }"""
        self.wait()
        element = self.page.locator(selector).nth(number)
        rows, columns, text = element.evaluate(script)
        return rows, columns, list(base64.b64decode(text))


@pytest.fixture(scope="session")
def browser():
    driver = pytest.importorskip(
        "playwright.sync_api", reason="no browser tests: playwright is not installed"
    )
    if CHROMIUM is None:
        pytest.skip("no browser tests: there is no chromium on this machine")
    with driver.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()


@pytest.fixture
def show(browser, tmp_path):
    """Return a function that opens a figure's saved page, as a `Shown`."""
    opened = []

    def show(figure, **options):
        opened.append(Shown(figure, browser, tmp_path, **options))
        return opened[-1]

    yield show
    for shown in opened:
        shown.page.close()
        assert not shown.errors
