"""`nst slides`: every lesson as a talk in the browser, which needs no network."""

from pathlib import Path

from nst_helpers.course.deck import slides_of
from nst_helpers.course.material import new_folder, notebooks
from nst_helpers.course.rendering import (
    HERE,
    copy_assets,
    copy_pictures,
    installed,
    read_cells,
    templates,
)

_REVEAL = {"dist/reveal.js", "dist/reveal.css", "plugin/notes/notes.js"}
_STUDIO = "08_studio"  # a page to paint on, not a lesson to talk about


def write_slides(folder: str | Path) -> Path:
    """Write every lesson as a talk, and a page that lists them.

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
    page, talks = templates.get_template("slides.html.j2"), {}
    for lesson in notebooks():
        if lesson.stem == _STUDIO:
            continue
        slides = slides_of(read_cells(lesson))
        text = page.render(slides=slides, title=slides[0].title)
        (path / f"{lesson.stem}.html").write_text(text, encoding="utf-8")
        copy_pictures(text, path)
        talks[f"{lesson.stem}.html"] = slides
    index = templates.get_template("slides_index.html.j2").render(talks=talks)
    (path / "index.html").write_text(index, encoding="utf-8")
    return path / "index.html"
