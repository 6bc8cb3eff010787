"""A lesson as a page of the book: pictures as files, solutions closed, figures alive."""

import base64
import hashlib
import html
import io
import re
from pathlib import Path
from typing import Any

import nbformat
import numpy as np
from PIL import Image

from nst_helpers.course.book_figures import make_figure
from nst_helpers.course.copies import tags
from nst_helpers.course.rendering import choices, living, outputs
from nst_helpers.errors import InputError

_STATIC = "../_static"  # as a lesson's page sees it
_PICTURE = re.compile(r'<img ([^>]*)src="data:image/(\w+);base64,([^"]+)">')
_PAPER = 245  # of 255: a picture whose four corners are as light is a figure on white paper
# The page of the studio needs a kernel for all that it does.
_STUDIO = """This is a picture of it. To paint, [run the notebooks](#run-the-notebooks).

![The studio: a photo and a style at the left with sliders below them; at the right a cat, half
photograph and half painted, over the curves of its losses.](../docs/studio.jpg)"""
_WITHOUT_FIGURE = "<p>Run this cell in Jupyter to use the figure.</p>"


def write_page(lesson: Path, page: Path, static: Path) -> None:
    """Write a lesson as the notebook from which a page of the book is made.

    Args:
        lesson: the notebook.
        page: where to write.
        static: the folder in which it gets one for its pictures and one for its figures.
    """
    for part in ("pictures", "figures"):
        (static / part).mkdir(parents=True, exist_ok=True)
    notebook: Any = nbformat.read(lesson, as_version=4)
    sources: list[str] = []
    asked = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            asked = "**Predict.**" in cell.source
            continue
        sources.append(cell.source)
        if "predict" in tags(cell):  # its buttons need a kernel
            cell.metadata.tags += ["remove-input"]
            cell.outputs = [_output(element) for element in choices(cell, closed=True)]
        elif "solution" in tags(cell):
            _close(cell, "Solution")
        elif asked:
            _close(cell, "What happens?")
            asked = False
        cell.outputs = _without_progress(cell)
        kind = living(cell)
        for output in cell.outputs:
            data = output.get("data", {})
            if "text/html" in data:
                picture = _with_files(data["text/html"], static)
                if kind:
                    path = static / "figures" / f"{lesson.stem}_{kind}.html"
                    picture = _living(sources, path, picture)
                data["text/html"] = picture
    if "voila" in notebook.metadata:
        notebook.cells = [*notebook.cells[:1], nbformat.v4.new_markdown_cell(_STUDIO)]
    nbformat.write(notebook, page)


def _close(cell: Any, words: str) -> None:
    """Close a cell, code and outputs, until a reader presses on the words."""
    cell.metadata.tags = [*tags(cell), "hide-cell"]
    cell.metadata.mystnb = {f"code_prompt_{do}": words for do in ("show", "hide")}


def _output(element: str) -> Any:
    return nbformat.v4.new_output("display_data", {"text/html": element})


def _without_progress(cell: Any) -> list[Any]:
    """Return the outputs of a cell; of one that was drawn on the way, the picture at most."""
    shown = outputs(cell).shown
    kept = [each for each in cell.outputs if each.get("data", {}).get("text/html", "") in shown]
    others = [each for each in cell.outputs if "text/html" not in each.get("data", {})]
    if not kept:
        return others + [_output(element) for element in shown]
    return [each for each in cell.outputs if each in kept or each in others]


def _with_files(element: str, static: Path) -> str:
    """Return HTML with its pictures as files, which are read when a reader comes near them.

    Each is a link to itself, for a screen on which it is too small to read.
    """

    def file(match: re.Match[str]) -> str:
        words, kind, data = match.groups()
        content = base64.b64decode(data)
        name = f"{hashlib.sha256(content).hexdigest()[:16]}.{kind}"
        (static / "pictures" / name).write_bytes(content)
        grey = np.asarray(Image.open(io.BytesIO(content)).convert("L"))
        height, width = grey.shape
        paper = grey[:: max(1, height - 1), :: max(1, width - 1)].min() > _PAPER
        address = f"{_STATIC}/pictures/{name}"
        return (
            f'<a class="whole{" paper" if paper else ""}" href="{address}"><img {words}'
            f'src="{address}" width="{width}" height="{height}" loading="lazy"></a>'
        )

    return _PICTURE.sub(file, element)


def _living(sources: list[str], path: Path, picture: str) -> str:
    """Write a figure as a page of its own; return a frame of it, or where it cannot be, why."""
    try:
        figure = make_figure(sources)
    except InputError:  # such as weights that are not on this machine
        return picture + _WITHOUT_FIGURE
    figure.save_html(path)
    script = Path(__file__).with_name("book_frame.js").read_text(encoding="utf-8")
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("</body>", f"<script>{script}</script>\n</body>"), "utf-8")
    address, title = f"{_STATIC}/figures/{path.name}", html.escape(figure.label)
    return (
        f'<iframe class="figure" src="{address}" title="{title}" loading="lazy"></iframe>'
        f"<noscript>{picture}</noscript>"
    )
