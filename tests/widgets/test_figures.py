"""What all interactive figures do, in Python and in their pages."""

import base64
import re
import sys
import threading
import tracemalloc
from types import SimpleNamespace

import ipywidgets
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from nst_helpers import widgets
from nst_helpers.widgets.figure import Figure

MAPS = np.random.default_rng(0).random((3, 8, 9)).astype("float32")
MAKE = {
    "ChannelExplorer": lambda: widgets.ChannelExplorer({"cat": "cat", "coffee": "coffee"}, size=64),
    "ReceptiveField": lambda: widgets.ReceptiveField("cat", size=64),
    "Vectors": widgets.Vectors,
    "CoOccurrence": lambda: widgets.CoOccurrence(dict(zip("abc", MAPS, strict=True)), "cat"),
    "GramInspector": lambda: widgets.GramInspector("tiger_coat", "cat", "relu1_2", size=64),
    "Denoise": lambda: widgets.Denoise("cat", size=64),
    "LossBalance": lambda: widgets.LossBalance("coffee", "stained_glass"),
}
# What a hand changes without asking the kernel: a trait and its values.
MOVES = {
    "ChannelExplorer": ("place", [(n / 9, 0.4) for n in range(9)]),
    "ReceptiveField": ("place", [(n / 9, 0.4) for n in range(9)]),
    "Vectors": ("a", [(n / 4, 1) for n in range(-9, 9)]),
    "CoOccurrence": ("positions", ["second shuffled", "both shuffled alike", "as they are"]),
    "GramInspector": ("pair", [(n, 60) for n in range(20)]),
    "Denoise": ("noise", [n / 100 for n in range(0, 30, 5)]),
    "LossBalance": ("place", [(n, 6 - n, 0) for n in range(7)]),
}


@pytest.fixture(scope="module")
def figures():
    return {name: make() for name, make in MAKE.items()}


def size_of(data):
    """Return about how many bytes a message with `data` has."""
    if isinstance(data, dict):
        return sum(len(str(key)) + size_of(value) for key, value in data.items())
    if isinstance(data, (list, tuple)):
        return sum(map(size_of, data))
    return len(data) if isinstance(data, bytes) else len(str(data))


def test_the_package_names_every_figure():
    assert set(MAKE) == set(MOVES) == set(widgets.__all__)
    assert all(issubclass(getattr(widgets, name), Figure) for name in MAKE)


@pytest.mark.parametrize("name", MAKE)
def test_what_cannot_show_a_widget_shows_a_picture_and_words(figures, name):
    data, _ = figures[name]._repr_mimebundle_()
    alt, picture = re.fullmatch(
        r'<img alt="(.*)" src="data:image/jpeg;base64,(.*)">', data["text/html"]
    ).groups()
    assert base64.b64decode(picture).startswith(b"\xff\xd8") and len(picture) < 333_000
    assert "application/vnd.jupyter.widget-view+json" in data
    assert len(alt.split()) > 6
    assert "run this cell in Jupyter" in data["text/plain"]
    assert len(data["text/plain"]) < 600


def test_with_ipywidgets_7_the_picture_is_shown_too(monkeypatch):
    """Its widgets have a method of their own that IPython prefers; it shows the widget alone."""
    alone = lambda self, **_: None  # noqa: E731
    monkeypatch.setattr(ipywidgets.Widget, "_ipython_display_", alone, raising=False)
    data, _ = DisplayFormatter().format(widgets.Vectors())
    assert "application/vnd.jupyter.widget-view+json" in data and "<img alt=" in data["text/html"]


def test_in_colab_the_figure_says_what_draws_it(monkeypatch):
    """A widget that is not Colab's own is drawn by a script that each output has to name."""
    colab = SimpleNamespace(
        enable_custom_widget_manager=lambda: None,
        _widgets=SimpleNamespace(_installed_url="manager.js"),
    )
    monkeypatch.setitem(sys.modules, "google.colab.output", colab)
    _, metadata = widgets.Vectors()._repr_mimebundle_()
    assert "manager.js" in str(metadata["application/vnd.jupyter.widget-view+json"])


@pytest.mark.parametrize("name", MAKE)
def test_a_hand_asks_nothing_of_the_kernel_and_what_is_sent_is_small(figures, name):
    figure, sent = figures[name], []
    assert size_of(figure.data) <= 1.5e6
    figure.observe(lambda change: sent.append(change["new"]), "data")
    trait, values = MOVES[name]
    threads = threading.active_count()
    said = []
    for value in values:
        setattr(figure, trait, value)
        said.append(figure.text)
    assert not sent and len(set(said)) > len(values) / 2
    assert threading.active_count() <= threads


def test_moves_keep_no_memory_in_python(figures):
    def move(count):
        for name, (trait, values) in MOVES.items():
            for number in range(count):
                setattr(figures[name], trait, values[number % len(values)])

    tracemalloc.start()
    move(20)
    before = tracemalloc.get_traced_memory()[0]
    move(100)
    assert tracemalloc.get_traced_memory()[0] - before < 1e6
    tracemalloc.stop()


@pytest.mark.parametrize("name", MAKE)
def test_the_page_says_what_python_says_and_every_control_has_its_name(figures, name, show):
    shown = show(figures[name])
    shown.agrees()
    page = shown.page
    assert page.get_by_role("group", name=figures[name].label).count() == 1
    nameless = """() => Array.from(
      document.querySelectorAll("select, input, button, [tabindex='0']")
    ).filter((control) => control.checkVisibility()).filter((control) => {
      const words = (control.labels?.[0]?.textContent ?? "") + control.textContent
        + (control.getAttribute("aria-label") ?? "") + (control.getAttribute("title") ?? "");
      return !words.trim();
    }).map((control) => control.outerHTML)"""
    assert page.evaluate(nameless) == []
    assert page.locator(".nst-words[role=status]").inner_text() == figures[name].text


CUT_OFF = """() => [...document.querySelectorAll("svg text")].filter((text) => {
  const own = text.getBoundingClientRect();
  const all = text.closest("svg").getBoundingClientRect();
  const room = getComputedStyle(text).textAnchor === "start" ? 3 : -1;
  return own.width && (own.left < all.left - 1 || own.right > all.right - room);
}).map((text) => text.textContent)"""


@pytest.mark.parametrize("name", MAKE)
def test_it_fits_a_telephone_and_both_themes(figures, name, show):
    """Also twice as large on a common screen, which is as narrow."""
    shown = show(figures[name], color_scheme="dark")
    for width in (360, 550, 1000):
        shown.page.set_viewport_size({"width": width, "height": 800})
        assert shown.words  # after the next frame
        assert shown.page.evaluate("document.documentElement.scrollWidth") <= width
        assert shown.page.evaluate(CUT_OFF) == []
    color = "getComputedStyle(document.querySelector('.nst-words')).color"
    dark, light = shown.page.evaluate(color), None
    shown.page.emulate_media(color_scheme="light")
    light = shown.page.evaluate(color)
    assert sum(map(int, re.findall(r"\d+", dark)[:3])) > sum(
        map(int, re.findall(r"\d+", light)[:3])
    )


@pytest.mark.parametrize("name", MAKE)
def test_an_hour_of_moves_keeps_no_memory_in_the_page(figures, name, show):
    page = show(figures[name], reduced_motion="reduce").page
    client = page.context.new_cdp_session(page)
    move = """async ([trait, values, count]) => {
      const frame = () => new Promise((done) => requestAnimationFrame(done));
      for (let i = 0; i < count; i++) {
        figure.set(trait, values[i % values.length]);
        figure.save_changes();
        await frame();
      }
      await new Promise((done) => setTimeout(done, 300));
    }"""

    def held():
        client.send("HeapProfiler.collectGarbage")
        counters = client.send("Memory.getDOMCounters")
        heap = client.send("Runtime.getHeapUsage")["usedSize"]
        return heap, counters["nodes"], counters["jsEventListeners"]

    # Code is compiled and errors are remembered, so memory may grow for a while; a leak never
    # stops growing. 100 bytes a move would be 20 MB in an hour of them.
    page.evaluate(move, [*MOVES[name], 80])
    before = first = held()
    for _batch in range(16):
        page.evaluate(move, [*MOVES[name], 80])
        after = held()
        if after[0] - before[0] < 80 * 100:
            break
        before = after
    else:
        pytest.fail("the page keeps more with every move")
    assert after[1] <= first[1] + 20 and after[2] <= first[2]
