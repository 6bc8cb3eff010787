"""The copy of a lesson that a class works on: its exercises, without the answers."""

import re
import shutil
from pathlib import Path
from typing import Any, cast

import nbformat
from nbformat import NotebookNode

from nst_helpers.course.material import material

_TAGS = ("setup", "exercise", "check")
_METADATA = ("kernelspec", "language_info", "title", "voila")  # the last two are the studio's


def read(page: Path) -> NotebookNode:
    """Return the notebook of a file."""
    return cast(NotebookNode, nbformat.read(page, as_version=4))


def tags(cell: Any) -> list[str]:
    """Return the tags of a cell.

    Args:
        cell: as nbformat reads it.
    """
    return cell.metadata.get("tags", [])


def student_copy(lesson: NotebookNode) -> NotebookNode:
    """Return a lesson without its answers, and without outputs.

    A solution is left out. What the lesson writes once an exercise has asked for it, tagged
    `teaches-NAME`, becomes the package's own: `NAME = nst.NAME`. No cell keeps an output, for a
    lesson asks its reader to predict before the next cell shows; nor any metadata but the tags of
    an exercise.

    Args:
        lesson: a notebook of the lessons, which stays as it is.

    Example:
        >>> from nst_helpers.course.material import notebooks
        >>> copy = student_copy(read(notebooks()[4]))
        >>> [cell.source for cell in copy.cells if "nst.gram_matrix" in cell.source][0]
        'gram_matrix = nst.gram_matrix'
    """
    kept = {name: lesson.metadata[name] for name in _METADATA if name in lesson.metadata}
    copy = nbformat.v4.new_notebook(metadata=kept)
    for cell in lesson.cells:
        if "solution" in tags(cell):
            continue
        kept_tags = [tag for tag in tags(cell) if tag in _TAGS]
        metadata = {"tags": kept_tags} if kept_tags else {}
        if cell.cell_type == "markdown":
            new = nbformat.v4.new_markdown_cell(cell.source, id=cell.id, metadata=metadata)
        else:
            new = nbformat.v4.new_code_cell(_source(cell), id=cell.id, metadata=metadata)
        copy.cells.append(new)
    return copy


def _source(cell: NotebookNode) -> str:
    taught = [tag.removeprefix("teaches-") for tag in tags(cell) if tag.startswith("teaches-")]
    return "\n".join(f"{name} = nst.{name}" for name in taught) or cell.source


def save(notebook: NotebookNode, path: Path) -> None:
    """Write a notebook, and beside it the pictures of the lessons that it shows.

    Args:
        notebook: a lesson or a copy of one.
        path: the new file; its folder is made where it is missing.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    lessons = material("notebooks")
    for cell in notebook.cells:
        for name in re.findall(r"pictures/[\w/{}]+\.\w+", cell.source):
            for picture in lessons.glob(re.sub(r"{\w+}", "*", name)):  # a name made in an f-string
                place = path.parent / picture.relative_to(lessons)
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(picture, place)
