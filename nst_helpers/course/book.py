"""`nst book`: the lessons as a site, to be read without installing anything."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import jupyter_book

from nst_helpers.course.book_pages import write_page
from nst_helpers.course.material import material, new_folder, notebooks
from nst_helpers.course.rendering import copy_mathjax
from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery

_PACKAGE = Path(__file__).parents[2]
_PAGES = shutil.ignore_patterns("*.ipynb", "*.json", ".*")
_ELSEWHERE = re.compile(r"\[([^\]]*)\]\((?:\.\./)?README\.md[^)]*\)")  # a link out of the book
_BUILD = f"from {jupyter_book.__name__}.cli.main import main; main()"


def write_book(folder: str | Path) -> Path:
    """Build a site of the lessons, the texts and the reference, which needs no other files.

    Nothing is fetched, and no lesson is run: the site shows the outputs that are stored. Only its
    interactive figures are computed anew.

    Args:
        folder: a path at which nothing is, or an empty folder.

    Returns:
        The folder; `index.html` in it is the start page.

    Raises:
        InputError: if something is there already, the folder cannot be written, or a page has a
            mistake.
    """
    path = new_folder(folder)
    with tempfile.TemporaryDirectory() as temporary:
        source, output = Path(temporary, "source"), Path(temporary, "output")
        _collect(source)
        _build(source, output)
        shutil.copytree(output / "_build" / "html", path, dirs_exist_ok=True)
    return path


def _collect(source: Path) -> None:
    """Put all that Jupyter Book makes pages of into one folder, where the links between it hold."""
    shutil.copytree(material("course") / "book", source)
    for part in ("notebooks", "docs"):
        shutil.copytree(material(part), source / part, ignore=_PAGES)
    # Of the texts for a teacher, those with answers stay out: students read the book too.
    (source / "course").mkdir()
    guide = (material("course") / "guide.md").read_text(encoding="utf-8")
    (source / "course" / "guide.md").write_text(_ELSEWHERE.sub(r"\1", guide), encoding="utf-8")
    # Beside `_static`, since Jupyter Book would load each script that lies in it, on each page.
    extra = source / "extra" / "_static"
    for lesson in notebooks():
        write_page(lesson, source / "notebooks" / lesson.name, extra)
    (source / "pictures").mkdir()
    for name in ("cat", "night_sky", "tiger_in_the_snow"):  # of the start page
        picture = gallery()[name].path
        shutil.copy(picture, source / "pictures" / f"{name}{picture.suffix}")
    (extra / "mathjax").mkdir()
    copy_mathjax(extra / "mathjax", "chtml")


def _build(source: Path, output: Path) -> None:
    command = ["build", str(source), "--path-output", str(output), "-W", "--keep-going", "-q"]
    path = os.pathsep.join([str(_PACKAGE), os.environ.get("PYTHONPATH", "")])  # for the reference
    done = subprocess.run(
        [sys.executable, "-c", _BUILD, *command],
        env=os.environ | {"PYTHONPATH": path, "NO_COLOR": "1"},
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode:
        raise InputError(f"The book cannot be built:\n{done.stderr.strip() or done.stdout}")
