"""The book: its pages before they are built, and all of them in a browser."""

import base64
import functools
import http.server
import io
import json
import os
import re
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat
import pytest
from PIL import Image

from nst_helpers import widgets
from nst_helpers.__main__ import main
from nst_helpers.course.material import material, notebooks
from nst_helpers.errors import InputError
from nst_helpers.markup import figure_element
from nst_helpers.plots import Plot
from served import findings

pytest.importorskip("jupyter_book", reason="the course extra is not installed")
pytest.importorskip("sphinx-mathjax-offline", reason="the course extra is not installed")

from nst_helpers.course import book, book_pages

BOOK = material("course") / "book"
SIZES = {"light": (1280, 800), "dark": (390, 844)}
# Of each kind of page one, whose contrast is measured: on a page with much code it takes a minute.
EXAMPLES = {"index.html", "notebooks/appendix_receptive_fields.html", "docs/speed.html"}
EXAMPLES |= {"reference/5_checks.html", "search.html"}


def page(tmp_path, *cells):
    """Write a lesson of cells; return the notebook that the book has of it, and its static."""
    lesson, result, static = (tmp_path / name for name in ("a.ipynb", "b.ipynb", "static"))
    nbformat.write(nbformat.v4.new_notebook(cells=list(cells)), lesson)
    book_pages.write_page(lesson, result, static)
    return nbformat.read(result, as_version=4), static


def shown(source, text, alt="Grey."):
    file = io.BytesIO()
    Image.new("RGB", (30, 20)).save(file, "JPEG")
    picture = base64.b64encode(file.getvalue()).decode()
    element = f'<img alt="{alt}" src="data:image/jpeg;base64,{picture}">'
    data = {"text/html": element, "text/plain": text}
    output = nbformat.v4.new_output("display_data", data=data)
    return nbformat.v4.new_code_cell(source, outputs=[output]), file.getvalue()


def test_a_picture_is_a_file_with_its_text_and_size(tmp_path):
    cell, content = shown("1", "<Figure>", alt="A cat called &quot;Tom&quot;.")
    notebook, static = page(tmp_path, cell)
    element = notebook.cells[0].outputs[0].data["text/html"]
    assert 'alt="A cat called &quot;Tom&quot;." src="../_static/pictures/' in element
    assert 'width="30" height="20" loading="lazy"' in element and "base64" not in element
    (file,) = (static / "pictures").iterdir()
    assert file.name in element and file.read_bytes() == content


def test_a_picture_opens_at_its_full_size_and_paper_is_known(tmp_path):
    cell, _ = shown("1", "<Figure>")
    white = figure_element(Plot(1, 1), "Nothing.")
    cell.outputs += [nbformat.v4.new_output("display_data", {"text/html": white})]
    notebook, _ = page(tmp_path, cell)
    elements = [output.data["text/html"] for output in notebook.cells[0].outputs]
    for element in elements:
        address, source = re.search('href="([^"]+)".* src="([^"]+)"', element).groups()
        assert address == source
    assert ['class="whole paper"' in element for element in elements] == [False, True]


def test_bars_of_progress_are_left_out(tmp_path):
    def cell(*elements):
        outputs = [
            nbformat.v4.new_output("stream", text=element)
            if element == "text"
            else nbformat.v4.new_output("display_data", {"text/html": element})
            for element in elements
        ]
        return nbformat.v4.new_code_cell("1", outputs=outputs)

    bar, drawn = "<progress></progress> 3 of 3", '<img alt="So far." src="data:,">'
    cells = [cell(bar), cell(drawn + bar), cell(bar, "<p>a</p>", "text", drawn + bar, "<p>b</p>")]
    notebook, _ = page(tmp_path, *cells)
    kept = [
        [output.get("text") or output.data["text/html"] for output in each.outputs]
        for each in notebook.cells
    ]
    assert kept == [[], [drawn], ["<p>a</p>", "text", "<p>b</p>"]]


def test_solutions_are_closed(tmp_path):
    new = nbformat.v4.new_code_cell
    tags = {"tags": ["solution"]}
    notebook, _ = page(tmp_path, new("1"), new("2", metadata=tags))
    open_, closed = notebook.cells
    assert not open_.metadata and closed.metadata.tags == ["solution", "hide-cell"]
    assert set(closed.metadata.mystnb.values()) == {"Solution"}


def test_what_a_prediction_asks_for_is_closed(tmp_path):
    code, text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell
    offered, _ = shown("predict('a')", "a", alt="none")
    offered.metadata.tags = ["predict"]
    offered.outputs[0].data["text/html"] = "<ul><li>a: more</li></ul><p>Nothing yet.</p>"
    cells = [code("1"), text("So. **Predict.** More?"), offered, code("2"), code("3"), text("So.")]
    notebook, _ = page(tmp_path, *cells, code("4"))
    closed = [
        cell.source for cell in notebook.cells if "hide-cell" in cell.metadata.get("tags", [])
    ]
    assert closed == ["2"]
    assert notebook.cells[2].outputs[0].data["text/html"] == "<ul><li>a: more</li></ul>"


def test_a_figure_is_framed_alive_and_its_picture_is_for_those_without_scripts(tmp_path):
    cell, _ = shown("widgets.Vectors(a, (1, 2))", "Vectors: run this cell")
    code = nbformat.v4.new_code_cell("from nst_helpers import widgets\na = 3, 1")
    notebook, static = page(tmp_path, code, cell)
    element = notebook.cells[1].outputs[0].data["text/html"]
    assert '<iframe class="figure" src="../_static/figures/a_Vectors.html" title="' in element
    assert re.search("<noscript><a [^>]*><img alt=.*</noscript>", element)
    text = (static / "figures" / "a_Vectors.html").read_text(encoding="utf-8")
    assert "[3.0, 1.0]" in text and "postMessage" in text


def test_without_weights_a_figure_is_its_picture_and_a_sentence(tmp_path, monkeypatch):
    def missing(sources):
        raise InputError("There are no weights.")

    monkeypatch.setattr(book_pages, "make_figure", missing)
    cell, _ = shown("widgets.ChannelExplorer()", "ChannelExplorer: run this cell")
    notebook, static = page(tmp_path, cell)
    element = notebook.cells[0].outputs[0].data["text/html"]
    assert "<img" in element and "<iframe" not in element and "Run this cell in Jupyter" in element
    assert not list((static / "figures").iterdir())


def test_the_start_page_has_all_lessons_by_their_names():
    text = (BOOK / "index.md").read_text(encoding="utf-8")
    cards = dict(
        re.findall(r":::\{grid-item-card\} (.*)\n(?::img.*\n)*:link: notebooks/(.*)", text)
    )
    titles = {}
    for path in notebooks():
        cell = nbformat.read(path, as_version=4).cells[0].source
        titles[re.search("# .* · (.*)", cell)[1]] = path.stem
        card = text.partition(f":link: notebooks/{path.stem}")[2].partition(":::\n")[0]
        if path.stem[0].isdigit():
            assert f"**{path.stem[:2]}**" in card
            minutes = re.search(r"(\d+ minutes) to read", cell)
            assert minutes is None or minutes[1] in card, path.stem
    assert cards == titles


@pytest.mark.slow
def test_a_mistake_in_a_page_is_an_error(tmp_path, monkeypatch, capsys):
    def collect(source):
        source.mkdir()
        (source / "_config.yml").write_text("title: A book\nexecute: {execute_notebooks: 'off'}\n")
        (source / "_toc.yml").write_text("format: jb-book\nroot: index\n")
        (source / "index.md").write_text("# A book\n\n[Where?](nowhere.md)\n")

    monkeypatch.setattr(book, "_collect", collect)
    assert main(["book", str(tmp_path / "book")]) == 2
    assert "nowhere" in capsys.readouterr().err
    assert not list((tmp_path / "book").iterdir())


class Links(HTMLParser):
    """The addresses in a page, and the places in it to which one can link."""

    def __init__(self, path):
        super().__init__()
        self.addresses, self.places = [], {""}
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        given = dict(attributes)
        self.places.add(given.get("id") or "")
        names = (
            ("src", "href") if tag in {"script", "img", "link", "iframe", "source"} else ("href",)
        )
        for name in names:
            if name in given:
                self.addresses.append((tag, given[name]))


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """Build the book; give its folder. `NST_TEST_BOOK` may name one that is built already."""
    if built := os.environ.get("NST_TEST_BOOK"):
        return Path(built)
    folder = tmp_path_factory.mktemp("book") / "site"
    assert main(["book", str(folder)]) == 0
    return folder


@pytest.fixture(scope="module")
def address(site):
    """Serve the book on this machine; give its address."""

    class Silent(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            pass

    handler = functools.partial(Silent, directory=str(site))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def pages(site):
    return [path for path in site.rglob("*.html") if "_static" not in path.parts]


@pytest.mark.slow
def test_the_book_has_all_and_its_links_lead_there(site):
    found = {path.relative_to(site).as_posix(): Links(path) for path in pages(site)}
    wanted = [f"notebooks/{path.stem}" for path in notebooks()]
    wanted += [f"course/{path.stem}" for path in material("course").glob("guide.md")]
    wanted += ["index", "search", "docs/gallery", "docs/speed", "docs/sweeps"]
    assert {f"{name}.html" for name in wanted} | {
        f"reference/{path.stem}.html" for path in (BOOK / "reference").iterdir()
    } == set(found)
    for name, links in found.items():
        for tag, link in links.addresses:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                assert tag == "a" and parts.scheme in {"https", "mailto"}, (name, link)
                continue
            target = (site / name).parent / unquote(parts.path) if parts.path else site / name
            assert target.is_file(), (name, link)
            if tag == "a" and (target := target.resolve()).suffix == ".html":
                place = target.relative_to(site.resolve()).as_posix()
                assert parts.fragment in found[place].places, (name, link)


@pytest.mark.slow
def test_the_reference_has_the_public_names_with_shapes_and_sources(site):
    text = "".join(path.read_text(encoding="utf-8") for path in site.glob("reference/*.html"))
    for name in ("gram_matrix", "StyleTransfer", "load_image", "plots.show_images"):
        assert f'id="nst_helpers.{name}"' in text
    for name in widgets.__all__:
        assert f'id="nst_helpers.widgets.{name}"' in text
    for words in ("(N, C, H, W)", "Gatys, Ecker and Bethge (2016), equation 3", "in pixels"):
        assert words in re.sub("<.*?>", "", text)


RENDERED = """async () => {
  for (const image of document.images) image.loading = "eager";
  await Promise.all(Array.from(document.images, (image) => image.decode().catch(() => {})));
  await window.MathJax?.startup?.promise;
  const walk = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const raw = [];
  while (walk.nextNode()) {
    const { parentElement, data } = walk.currentNode;
    const other = parentElement.closest("pre, code, script, noscript");
    if (/\\$|\\\\\\(/.test(data) && !other) raw.push(data);
  }
  const images = [...document.images];
  return {
    missing: images.filter((image) => !image.naturalWidth).map((image) => image.src),
    wordless: images.filter((image) => image.alt.length < 5).map((image) => image.src),
    wrong: Array.from(document.querySelectorAll("merror, mjx-merror"), (node) => node.textContent),
    formulas: [document.querySelectorAll("main .math").length,
      document.querySelectorAll("main mjx-container").length],
    raw,
    wider: document.documentElement.scrollWidth - window.innerWidth,
  };
}"""


@pytest.mark.parametrize("theme", SIZES)
def test_every_page_is_whole(theme, site, address, browser):
    """Pictures, formulas, width, hosts and what axe finds, in both themes and at both widths."""
    width, height = SIZES[theme]
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=theme, reduced_motion="reduce"
    )
    view, wrong, found = context.new_page(), [], {}
    view.on(
        "request",
        lambda one: (
            one.url.startswith((address, f"blob:{address}", "data:")) or wrong.append(one.url)
        ),
    )
    # A page that is left while its icon is on its way does not get it.
    view.on("requestfailed", lambda one: "ABORTED" in one.failure or wrong.append(one.url))
    view.on("response", lambda one: one.status < 400 or wrong.append(one.url))
    view.on("pageerror", lambda error: wrong.append(str(error)))
    formulas = 0
    for path in pages(site):
        name = path.relative_to(site).as_posix()
        view.goto(address + name)
        assert view.evaluate("document.documentElement.dataset.theme") == theme
        rendered = view.evaluate(RENDERED)
        marked, drawn = rendered.pop("formulas")
        formulas += drawn
        assert marked <= drawn
        rendered["wider"] = max(0, rendered["wider"])
        if theme == "dark" or name in EXAMPLES:
            contrast = {"color-contrast": {"enabled": name in EXAMPLES}}
            rendered["axe"] = findings(view, "iframe", rules=contrast, preload=False)
        found |= {(name, what): value for what, value in rendered.items() if value}
    context.close()
    assert not found and not wrong
    assert formulas > 30


@pytest.mark.parametrize("theme", SIZES)
def test_figures_live_without_a_kernel_and_are_as_tall_as_they_need(theme, site, browser):
    """From the files, without a server."""
    width, height = SIZES[theme]
    view = browser.new_page(viewport={"width": width, "height": height}, color_scheme=theme)
    view.route("http*://**", lambda route: route.abort())
    kinds, said = [], []
    for path in sorted((site / "notebooks").glob("*.html")):
        if "<iframe" not in path.read_text(encoding="utf-8"):
            continue
        view.goto(path.as_uri())
        for element in view.locator("iframe.figure").all():
            assert len(element.get_attribute("title")) > 20
            element.scroll_into_view_if_needed()
            frame = element.element_handle().content_frame()
            frame.wait_for_function("window.figure !== undefined")
            frame.wait_for_function("document.documentElement.scrollHeight <= innerHeight + 1")
            assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
            ground = frame.evaluate("getComputedStyle(document.body).backgroundColor")
            assert (ground == "rgb(255, 255, 255)") == (theme == "light")
            around = "(one) => getComputedStyle(one.parentElement).backgroundColor"
            assert element.evaluate(around) == "rgba(0, 0, 0, 0)"
            kinds.append(frame.evaluate("figure.get('kind')"))
            assert element.bounding_box()["height"] < (1200 if width > 1000 else 2400), kinds
            said.append(frame.locator(".nst-words").inner_text())
            if kinds[-1] == "vectors":
                frame.locator(".nst-b").press("ArrowRight")
                changed = "(said) => document.querySelector('.nst-words').textContent !== said"
                frame.wait_for_function(changed, arg=said[-1])
    view.close()
    assert len(set(kinds)) == len(widgets.__all__) and all(said)


def test_solutions_are_closed_in_the_book_until_a_reader_opens_them(site, browser):
    view = browser.new_page()
    for lesson in notebooks():
        cells = json.loads(lesson.read_text(encoding="utf-8"))["cells"]
        solutions = [cell for cell in cells if "solution" in cell["metadata"].get("tags", [])]
        view.goto((site / "notebooks" / f"{lesson.stem}.html").as_uri())
        closed = view.locator("details:not([open]) > summary", has_text="Solution")
        assert closed.count() == len(solutions)
        for cell in solutions[:1]:
            code = view.get_by_text(cell["source"][-1].strip()).last
            assert not code.is_visible()
            closed.first.click()
            assert view.locator("details[open] pre").first.is_visible()
    view.close()


def test_search_finds_the_gram_matrix(address, browser):
    view = browser.new_page()
    view.goto(f"{address}search.html?q=Gram+matrix")
    view.wait_for_selector("#search-results a")
    found = view.locator("#search-results a").evaluate_all("(all) => all.map((one) => one.href)")
    view.close()
    assert any("05_gram_matrix.html" in link for link in found)


def test_the_contents_of_a_page_follow_its_reader(site, browser):
    view = browser.new_page(viewport={"width": 1280, "height": 800})
    here = view.locator(".bd-sidebar-secondary .here")
    view.goto((site / "notebooks" / "05_gram_matrix.html").as_uri())
    for words in ("Growing a texture", "Styles as matrices", "What a Gram matrix cannot know"):
        heading = view.locator(".bd-article h2", has_text=words)
        heading.evaluate("(heading) => window.scrollTo(0, heading.offsetTop + 300)")
        marked = "(words) => document.querySelector('.here')?.textContent.trim() === words"
        view.wait_for_function(marked, arg=words)
        assert here.count() == 1
    view.goto((site / "reference" / "2_engine.html").as_uri())
    view.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    here.wait_for()
    view.wait_for_function("document.querySelector('.here').getBoundingClientRect().bottom < 800")
    cut = "(all) => all.filter((one) => one.scrollWidth > one.clientWidth + 1).length"
    assert view.locator(".bd-sidebar-secondary a").evaluate_all(cut) == 0
    view.close()


def test_a_figure_can_be_read_on_a_phone(site, browser):
    view = browser.new_page(viewport={"width": 390, "height": 844})
    view.goto((site / "notebooks" / "04_correlation.html").as_uri())
    for figure in view.locator(".whole:visible").all()[:3]:
        picture, shown = figure.get_attribute("href"), figure.bounding_box()["width"]
        assert Image.open(site / "notebooks" / picture).width > 1.5 * shown
        after = "(link) => getComputedStyle(link, '::after').content"
        assert "full size" in figure.evaluate(after)
    view.locator(".whole:visible").first.click()
    view.wait_for_url(re.compile(r"_static/pictures/\w+\.(png|jpeg)$"))
    view.close()


def test_white_paper_is_dimmed_in_the_dark_and_a_picture_is_not(site, browser):
    view = browser.new_page(color_scheme="dark")
    view.goto((site / "notebooks" / "04_correlation.html").as_uri())
    filters = "(all) => Array.from(all, (image) => getComputedStyle(image).filter)"
    assert set(view.locator(".paper img").evaluate_all(filters)) == {"brightness(0.8)"}
    alone = view.locator(".bd-article img:not(.paper img)")
    assert set(alone.evaluate_all(filters)) == {"none"}
    view.close()
