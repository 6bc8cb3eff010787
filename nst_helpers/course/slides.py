"""`nst slides`: every lesson as a talk in the browser, which needs no network."""

from pathlib import Path
from typing import Any

from nst_helpers.course.book_figures import make_figure
from nst_helpers.course.deck import Slide, slides_of
from nst_helpers.course.material import new_folder, notebooks
from nst_helpers.course.rendering import (
    HERE,
    copy_assets,
    copy_pictures,
    installed,
    living,
    read_cells,
    templates,
)
from nst_helpers.errors import InputError

_REVEAL = {"dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"}
_STUDIO = "08_studio"  # a page to paint on, not a lesson to talk about


def write_slides(folder: str | Path) -> Path:
    """Write every lesson as a talk, and a page that lists them.

    No lesson is run. Only its interactive figures are computed anew, as pages on which they live.

    Args:
        folder: a path at which nothing is, or an empty folder.

    Returns:
        The page, `index.html`.

    Raises:
        InputError: if something is there already, or the folder cannot be written.
    """
    reveal = [installed("sphinx_revealjs", f"_static/revealjs/{file}") for file in _REVEAL]
    path = new_folder(folder)
    copy_assets(path, "svg", *reveal, HERE / "slides.css", HERE / "slides.js")
    (path / "figures").mkdir()
    page, talks = templates.get_template("slides.html.j2"), {}
    for lesson in notebooks():
        if lesson.stem == _STUDIO:
            continue
        cells = read_cells(lesson)
        slides = slides_of(cells)
        _write_figures(cells, slides, path / "figures", lesson.stem)
        text = page.render(slides=slides, title=slides[0].title, lesson=lesson.name)
        (path / f"{lesson.stem}.html").write_text(text, encoding="utf-8")
        copy_pictures(text, path)
        talks[f"{lesson.stem}.html"] = slides
    index = templates.get_template("slides_index.html.j2").render(talks=talks)
    (path / "index.html").write_text(index, encoding="utf-8")
    return path / "index.html"


def _write_figures(cells: list[Any], slides: list[Slide], folder: Path, lesson: str) -> None:
    """Write the interactive figures of a lesson as pages, and name these on their slides."""
    pictures = {slide.living: slide for slide in slides if slide.living}
    sources: list[str] = []
    for cell in cells:
        if cell.cell_type != "code":
            continue
        sources.append(cell.source)
        if kind := living(cell):
            path = folder / f"{lesson}_{kind}.html"
            try:
                make_figure(sources).save_html(path)
            except InputError:  # such as weights that are not on this machine
                continue
            pictures[kind].page = f"{folder.name}/{path.name}"
