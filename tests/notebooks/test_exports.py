"""A lesson as a page and as slides: the solutions are closed until a reader opens them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import torch
from nbconvert import HTMLExporter, SlidesExporter

from nst_helpers import plots

ROOT = Path(__file__).parents[2]
TEMPLATE = ROOT / "course" / "solutions_closed.html.j2"
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))
ANSWERED, ASKED = 'assert check_answer("04-table", "b")', 'check_answer("04-table", answer)'


class Seen(HTMLParser):
    """The text of a page, apart: what is seen at once, and what a closed part holds."""

    def __init__(self, page):
        super().__init__()
        self.closed, self.depth, self.text, self.hidden = 0, 0, "", ""
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "details":
            assert "open" not in dict(attributes)
            self.closed += 1
            self.depth += 1

    def handle_endtag(self, tag):
        self.depth -= tag == "details"

    def handle_data(self, data):
        if self.depth:
            self.hidden += data
        else:
            self.text += data


def export(exporter, notebook, template):
    return Seen(exporter(template_file=str(template)).from_notebook_node(notebook)[0])


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_an_export_closes_the_solutions(exporter):
    cell = nbformat.v4.new_code_cell
    output = nbformat.v4.new_output("stream", text="All three move alike.")
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell(ASKED, metadata={"tags": ["check"]}),
            cell(ANSWERED, metadata={"tags": ["solution"]}, outputs=[output]),
            cell("print('and on')"),
            nbformat.v4.new_markdown_cell("The next section"),
        ]
    )
    page = export(exporter, notebook, TEMPLATE)
    assert (page.closed, page.depth) == (1, 0)
    assert ANSWERED in page.hidden and "move alike" in page.hidden and "Solution" in page.hidden
    assert ANSWERED not in page.text and "move alike" not in page.text
    assert ASKED in page.text and "and on" in page.text and "next section" in page.text
    assert ANSWERED in export(exporter, notebook, "index.html.j2").text  # as without the template


def test_the_solutions_of_a_lesson_are_closed():
    path = ROOT / "notebooks" / "06_variation.ipynb"
    notebook = nbformat.read(path, as_version=4)
    page = export(HTMLExporter, notebook, TEMPLATE)
    solutions = [cell for cell in notebook.cells if "solution" in cell.metadata.get("tags", [])]
    assert page.closed == len(solutions) == 2
    for cell in solutions:
        last = cell.source.splitlines()[-1]
        assert last in page.hidden and last not in page.text


@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
def test_an_export_says_what_there_is_to_see(exporter, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", shown.append)
    plots.plot_numbers({"a": torch.eye(2)}, alt="Ones on a diagonal.")._ipython_display_()
    output = nbformat.v4.new_output("display_data", data={"text/html": shown[0].data})
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1", outputs=[output])])
    page, _ = exporter().from_notebook_node(notebook)
    assert '<img alt="Ones on a diagonal."' in page


class Pictures(HTMLParser):
    """The alternative texts of a page's pictures; None where there is none."""

    def __init__(self, page):
        super().__init__()
        self.texts = []
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        if tag == "img":
            self.texts.append(dict(attributes).get("alt"))


def unsaid(page):
    """Return the texts of a page's pictures that tell a reader nothing."""
    nothing = r"No description.*|<?(figure|plot|image|picture)\b.*|\S*\.\w{3,4}|"
    return [
        text
        for text in Pictures(page).texts
        if text is None or re.fullmatch(nothing, text, re.IGNORECASE)
    ]


@pytest.mark.parametrize(
    "attributes",
    ["", "alt=''", "alt='No description has been provided'", "alt='cat.jpg'", "alt='<Figure>'"],
)
def test_a_picture_without_words_is_noticed(attributes):
    assert len(unsaid(f"<img src='a.jpg' {attributes}><img alt='A cat, painted.'>")) == 1


@pytest.mark.slow
@pytest.mark.parametrize("exporter", [HTMLExporter, SlidesExporter])
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_picture_of_a_lesson_says_what_there_is_to_see(path, exporter):
    """In the page that readers get: of outputs, of interactive figures and of the text."""
    notebook = nbformat.read(path, as_version=4)
    page, _ = exporter(template_file=str(TEMPLATE)).from_notebook_node(notebook)
    stored = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            stored += re.findall(r"!\[([^]]*)\]", cell.source)
        for output in cell.get("outputs", []):
            stored += Pictures(output.get("data", {}).get("text/html", "")).texts
    shown = [" ".join(text.split()) for text in Pictures(page).texts if text]
    assert shown == [" ".join(text.split()) for text in stored] and shown
    assert unsaid(page) == [] and "No description has been provided" not in page
