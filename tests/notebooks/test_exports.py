"""A lesson as nbconvert shows it: what its pictures say to a reader who cannot see them."""

import re
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
import torch
from nbconvert import HTMLExporter, SlidesExporter

from nst_helpers import plots

ROOT = Path(__file__).parents[2]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


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
    page, _ = exporter().from_notebook_node(notebook)
    stored = []
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            stored += re.findall(r"!\[([^]]*)\]", cell.source)
        for output in cell.get("outputs", []):
            stored += Pictures(output.get("data", {}).get("text/html", "")).texts
    shown = [" ".join(text.split()) for text in Pictures(page).texts if text]
    assert shown == [" ".join(text.split()) for text in stored] and shown
    assert unsaid(page) == [] and "No description has been provided" not in page
