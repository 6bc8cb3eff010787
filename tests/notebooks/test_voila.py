"""The page around the studio, as voila serves it: what a visitor sees, first and then."""

import json
import re
from urllib.parse import urlsplit

import httpx
import pytest

from served import ROOT, findings, serve, voila, wait  # noqa: F401

OPEN = "#nst-page:not(.nst-opening)"


@pytest.fixture(scope="module")
def visit(voila, browser):  # noqa: F811
    """Open the page; return it with the requests it made, and how it looked before it was open."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(voila, wait_until="commit")
    page.wait_for_selector("#nst-skeleton")
    first = {
        "status": page.get_by_role("status").inner_text(),
        "skeleton": page.locator("#nst-skeleton").is_visible(),
        "open": page.locator(OPEN).count(),
        "findings": findings(page),
    }
    page.wait_for_load_state("load", timeout=300_000)
    page.wait_for_selector(OPEN, timeout=300_000)
    yield page, asked, first
    page.close()
    assert not errors


def test_the_first_sight_says_what_is_coming_and_goes(visit):
    page, _, first = visit
    assert "neural network" in first["status"] and "ten seconds" in first["status"]
    assert first["skeleton"] and not first["open"]
    assert not page.locator("#nst-skeleton").is_visible()
    assert not page.locator("#nst-notice").is_visible()
    box = page.locator(".jp-OutputArea-output > .lm-Widget").bounding_box()
    inside = page.evaluate("document.documentElement.getBoundingClientRect().width")
    assert box["width"] == inside - 2 * 16 and box["height"] > 200


def test_nothing_is_asked_of_other_hosts(visit):
    _, asked, _ = visit
    hosts = {urlsplit(url).hostname for url in asked if url.startswith("http")}
    assert hosts == {"127.0.0.1"}


def test_the_page_has_a_title_a_language_and_one_main_part(visit):
    page, _, _ = visit
    assert page.title() == "Studio: paint with a neural network"
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("main").count() == 1 and page.locator("main #nst-output").count() == 1
    assert "nst_helpers" not in page.locator("body").inner_text()  # no code
    assert page.locator("text=uv run voila").count() == 0  # nor text for JupyterLab


def test_axe_has_no_serious_objection(visit):
    page, _, first = visit
    assert not first["findings"]
    assert not findings(page, outside="#nst-output")


def test_dark_and_light_follow_the_visitors_system(visit):
    page, _, _ = visit
    names = ["layout-color0", "ui-font-color1", "border-color1", "brand-color1"]
    seen = {}
    for scheme in ("dark", "light"):
        page.emulate_media(color_scheme=scheme)
        seen[scheme] = page.evaluate(
            """(names) => names.map((name) => {
              const probe = document.createElement("p");
              probe.style.background = `var(--jp-${name})`;
              document.querySelector("#nst-output").append(probe);
              const { backgroundColor } = getComputedStyle(probe);
              probe.remove();
              return backgroundColor;
            })""",
            names,
        )
        body = page.evaluate("getComputedStyle(document.body).backgroundColor")
        assert body == seen[scheme][0]
        light = str(scheme == "light").lower()
        page.wait_for_function(f"document.body.dataset.jpThemeLight == '{light}'")
    assert seen["dark"][0] == "rgb(17, 17, 17)" and seen["light"][0] == "rgb(255, 255, 255)"
    for dark, light in zip(seen["dark"], seen["light"], strict=True):
        assert dark != light and "rgba(0, 0, 0, 0)" not in (dark, light)


@pytest.mark.parametrize("width, columns", [(1280, 2), (899, 1), (390, 1)])
def test_the_skeleton_has_the_columns_of_the_studio(browser, width, columns):
    page = browser.new_page(viewport={"width": width, "height": 844})
    style = (ROOT / "nst_helpers/studio/voila/template/studio.css").read_text(encoding="utf-8")
    parts = "<div><i></i><b></b></div><div><i></i><b></b></div>"
    page.set_content(f"<style>{style}</style><div id=nst-skeleton>{parts}</div>")
    lefts = [page.locator("#nst-skeleton > div").nth(n).bounding_box()["x"] for n in (0, 1)]
    assert len(set(lefts)) == columns
    tops = [page.locator("#nst-skeleton > div").nth(n).bounding_box()["y"] for n in (0, 1)]
    assert tops[0] == tops[1] if columns == 2 else tops[0] > tops[1]  # the painting comes first
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    moves = "getComputedStyle(document.querySelector('#nst-skeleton')).animationName != 'none'"
    assert page.evaluate(moves)
    page.emulate_media(reduced_motion="reduce")
    assert not page.evaluate(moves)
    page.close()


def test_a_session_that_has_ended_says_so(visit):
    page, _, _ = visit
    notice = page.locator("#nst-notice")
    page.evaluate("window.dispatchEvent(new Event('online'))")
    page.wait_for_timeout(500)
    assert not notice.is_visible()
    page.route("**/api/kernels/*", lambda route: route.fulfill(status=404))
    page.evaluate("window.dispatchEvent(new Event('online'))")
    wait(notice.is_visible)
    assert "has ended" in notice.inner_text()
    assert not findings(page, outside="#nst-output")


def test_closing_the_page_ends_its_kernel(voila, browser):  # noqa: F811
    context = browser.new_context()  # with no cookies of others
    page = context.new_page()
    page.goto(voila)
    page.wait_for_selector(OPEN, timeout=300_000)
    kernel = json.loads(page.locator("#jupyter-config-data").inner_text())["kernelId"]
    assert httpx.get(f"{voila}api/kernels/{kernel}").status_code == 200
    page.close(run_before_unload=True)
    wait(lambda: httpx.get(f"{voila}api/kernels/{kernel}").status_code == 404, seconds=60)
    context.close()


def test_a_page_that_does_not_open_offers_to_load_again(voila, browser):  # noqa: F811
    page = browser.new_page()
    page.clock.install()
    page.route("**/voila.js", lambda route: route.abort())
    page.goto(voila, wait_until="commit")
    notice = page.locator("#nst-notice")
    page.wait_for_selector("#nst-output", state="attached")
    page.clock.run_for(16_000)
    assert "is opening" in notice.inner_text() and "Still opening" in notice.inner_text()
    page.wait_for_function("document.readyState != 'loading'", timeout=300_000)
    page.clock.run_for(59_000)
    assert "is opening" in notice.inner_text()
    page.clock.run_for(2_000)
    assert "did not open" in notice.inner_text()
    assert not page.locator("#nst-skeleton").is_visible()
    with page.expect_request(voila):
        page.get_by_role("button", name="Load again").click()
    page.close()


# The renderer of widgets looks for a model each 100 ms for two seconds. Its first nap lasts longer.
LONG_NAP = """
  const real = window.setTimeout;
  window.setTimeout = (called, delay) => real(called, delay === 100 ? 8000 : delay);
"""


def test_a_model_that_comes_late_is_shown(voila, browser):  # noqa: F811
    page = browser.new_page()
    page.add_init_script(LONG_NAP)
    told = []
    page.on("console", lambda message: told.append(message.text))
    page.goto(voila, wait_until="commit")
    page.wait_for_selector(OPEN, timeout=300_000)
    assert any("widget model not found" in text for text in told)
    assert page.locator(".nst-start").is_visible()
    page.close()


@pytest.fixture(scope="module")
def others(tmp_path_factory):
    """Serve two small notebooks, with a short patience for pages that are gone."""
    folder = tmp_path_factory.mktemp("others")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, source, more in (
        ("plain", "'hello'", {}),
        ("broken", "1 / 0", {"title": "Broken", "voila": {"studio": True}}),
    ):
        cell = {"cell_type": "code", "id": name, "metadata": {}, "source": source}
        cell |= {"execution_count": None, "outputs": []}
        document = {"cells": [cell], "metadata": {"kernelspec": kernel} | more}
        document |= {"nbformat": 4, "nbformat_minor": 5}
        (folder / "notebooks").mkdir(exist_ok=True)
        path = folder / "notebooks" / f"{name}.ipynb"
        path.write_text(json.dumps(document), encoding="utf-8")
    limits = {"cull_idle_timeout": 2, "cull_interval": 1}
    with serve(folder / "notebooks", folder, **limits) as address:
        yield address


def test_a_cell_that_fails_is_told_at_once(others, browser):
    page = browser.new_page()
    page.goto(f"{others}voila/render/broken.ipynb")
    assert "did not open" in page.get_by_role("status").inner_text()
    page.close()


def test_other_notebooks_look_as_voila_shows_them(others):
    page = httpx.get(f"{others}voila/render/plain.ipynb", timeout=300).text
    assert 'id="rendered_cells"' in page and "nst-page" not in page
    assert httpx.get(others).status_code == 200  # the list of notebooks


def test_a_kernel_whose_page_is_gone_ends(others):
    page = httpx.get(f"{others}voila/render/plain.ipynb", timeout=300).text
    kernel = re.search(r'"kernelId": "([^"]+)"', page)[1]
    wait(lambda: httpx.get(f"{others}api/kernels/{kernel}").status_code == 404)


def test_it_ends_after_ten_minutes():
    text = (ROOT / "nst_helpers/studio/voila/voila.json").read_text(encoding="utf-8")
    assert json.loads(text)["MappingKernelManager"]["cull_idle_timeout"] == 600
