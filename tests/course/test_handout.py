"""The class's copies: without the answers, they run to their end, and the answers fit in again."""

import ast
import inspect
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from functools import partial
from pathlib import Path

import nbformat
import pytest
import torch

import nst_helpers
from nst_helpers import checks
from nst_helpers.__main__ import main
from nst_helpers.course.copies import student_copy
from nst_helpers.course.material import material, notebooks
from nst_helpers.course.names import names_given, names_taken

ROOT = Path(__file__).parents[2]
LESSONS = {page.stem: nbformat.read(page, as_version=4) for page in notebooks()}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("handout") / "class"
    assert main(["handout", str(path)]) == 0
    return path


def tags(cell):
    return set(cell.metadata.get("tags", []))


def tagged(notebook, tag):
    return [cell for cell in notebook.cells if tag in tags(cell)]


def lesson(*cells):
    """Return a lesson of code cells, each given as its tags and its source."""
    new = [nbformat.v4.new_code_cell(code, metadata={"tags": kinds}) for kinds, code in cells]
    return nbformat.v4.new_notebook(cells=new)


def test_the_folder_has_the_lessons_and_the_pictures_that_they_show(folder):
    assert {page.stem for page in folder.glob("*.ipynb")} == set(LESSONS)
    shown = set()
    for page in folder.glob("*.ipynb"):
        text = page.read_text(encoding="utf-8")
        for named in re.findall(r"pictures/[\w/{}]+\.\w+", text):
            found = material("notebooks").glob(re.sub(r"\{\w+}", "*", named))
            shown |= {path.relative_to(material("notebooks")).as_posix() for path in found}
        nbformat.validate(json.loads(text))
    files = {page.relative_to(folder).as_posix() for page in folder.rglob("*") if page.is_file()}
    assert {name for name in files if not name.endswith(".ipynb")} == shown and len(shown) > 10


def test_a_picture_named_in_an_f_string_comes_along(tmp_path):
    from nst_helpers.course.copies import save

    code = 'nst.load_image(f"pictures/lessons/{name}_cat.jpg")'
    save(lesson(([], code)), tmp_path / "a lesson" / "a.ipynb")
    copied = {path.name for path in tmp_path.rglob("*.jpg")}
    assert copied == {"noisy_cat.jpg", "smooth_cat.jpg"}


@pytest.mark.parametrize("name", LESSONS)
def test_nothing_is_left_of_a_solution(name, folder):
    original, copy = LESSONS[name], nbformat.read(folder / f"{name}.ipynb", as_version=4)
    assert set(copy.metadata) <= {"kernelspec", "language_info", "title", "voila"}
    for cell in copy.cells:
        assert set(cell.metadata) <= {"tags"} and tags(cell) <= {"setup", "exercise", "check"}
        assert "solution" not in cell.source.casefold()
        assert not cell.get("outputs") and cell.get("execution_count") is None
    text = "\n".join(cell.source for cell in copy.cells)
    code = [cell.source for cell in copy.cells if cell.cell_type == "code"]
    kept = set().union(*(names_given(source) for source in code))
    for solution in tagged(original, "solution"):
        functions = set(re.findall(r"^def (\w+)", solution.source, flags=re.M)) - kept
        assert not any(re.search(rf"\b{name}\b", text) for name in functions)
        assert not any(line in text for line in re.findall("check_answer.*", solution.source))
    for kind in ("exercise", "check"):
        assert [c.source for c in tagged(copy, kind)] == [c.source for c in tagged(original, kind)]


def answers(notebook):
    """Return the functions of a notebook that a checker of the same notebook finds right."""
    scope, found = {"__name__": "lesson", "torch": torch}, set()
    for cell in notebook.cells:
        body = ast.parse(cell.source).body if cell.cell_type == "code" else []
        kinds = (ast.Import, ast.ImportFrom, ast.FunctionDef)
        exec("\n".join(ast.unparse(part) for part in body if isinstance(part, kinds)), scope)
    for check in tagged(notebook, "check"):
        call = ast.parse(check.source, mode="eval").body
        if call.func.id == "check_answer":
            continue
        options = {option.arg: ast.literal_eval(option.value) for option in call.keywords}
        checker = partial(getattr(checks, call.func.id), **options)
        arguments = inspect.signature(scope[call.args[0].id]).parameters
        for name, function in list(scope.items()):
            if inspect.isfunction(function) and function.__module__ == "lesson":
                try:
                    inspect.signature(function).bind(*arguments)
                except TypeError:
                    continue
                if checker(function):
                    found.add(name)
    return found


@pytest.mark.parametrize("name", [name for name in LESSONS if tagged(LESSONS[name], "exercise")])
def test_no_function_of_a_copy_is_an_answer(name):
    assert not answers(student_copy(LESSONS[name]))


def test_an_answer_in_a_lesson_is_found():
    assert answers(LESSONS["03_content"]) == {"content_loss_solution", "content_loss"}
    assert answers(LESSONS["06_variation"]) == {"variation_loss_solution", "variation_loss"}


@pytest.mark.parametrize("name", LESSONS)
def test_the_lesson_comes_back_with_its_solutions(name, folder):
    original, copy = LESSONS[name], nbformat.read(folder / f"{name}.ipynb", as_version=4)
    solutions = iter(tagged(original, "solution"))
    taught = {
        f"{tag.removeprefix('teaches-')} = nst.{tag.removeprefix('teaches-')}": cell.source
        for cell in original.cells
        for tag in tags(cell)
        if tag.startswith("teaches-")
    }
    whole = []
    for cell in copy.cells:
        cell.source = taught.pop(cell.source, cell.source)
        whole.append(cell)
        if "check" in tags(cell):
            whole.append(next(solutions))
    assert not taught and next(solutions, None) is None
    kept = {"setup", "exercise", "check", "solution"}
    assert [(cell.id, cell.cell_type, cell.source, tags(cell) & kept) for cell in whole] == [
        (cell.id, cell.cell_type, cell.source, tags(cell) & kept) for cell in original.cells
    ]


def leaning(notebook):
    """Return the names that cells read and a solution has bound last."""
    last, found = {}, set()
    for cell in notebook.cells:
        source = cell.source if cell.cell_type == "code" else ""
        bound = names_given(source)
        if "solution" not in tags(cell):
            found |= {name for name in names_taken(source) - bound if last.get(name)}
        last |= dict.fromkeys(bound, "solution" in tags(cell))
    return found


def test_nothing_that_comes_later_needs_a_solution():
    found = {name: leaning(lesson) for name, lesson in LESSONS.items()}
    found = {name: names for name, names in found.items() if names}
    assert found == {"07_putting_it_together": {"transfer"}}  # in a copy it is the package's


@pytest.mark.parametrize(
    ("first", "solution", "later", "names"),
    [
        ("", "def a(): ...", "a()", {"a"}),
        ("a = 1", "def a(): ...", "def b(): return a()", {"a"}),
        ("a = 1", "a = 2", "a = 3\nprint(a)", set()),
        ("a = 1", "def b(a): return a", "print(a)", set()),
    ],
)
def test_what_needs_a_solution_is_found(first, solution, later, names):
    assert leaning(lesson(([], first), (["solution"], solution), ([], later))) == names


@pytest.mark.slow
def test_where_no_loop_is_written_lesson_07_runs_the_package_s():
    """All else in a copy is what the lesson runs, too."""
    scope = {}
    for cell in student_copy(LESSONS["07_putting_it_together"]).cells:
        if cell.cell_type == "code":
            names = names_given(cell.source) | names_taken(cell.source)
            if "setup" in tags(cell) or "transfer" in names:
                exec(cell.source, scope)
    assert len(scope["steps"]) == 64 and len(scope["ours"]) == 6


@pytest.mark.parametrize("flag", [[], ["--nbgrader"]], ids=["copies", "course"])
def test_nothing_is_overwritten(flag, tmp_path, capsys):
    (tmp_path / "mine.txt").write_text("kept")
    assert main(["handout", str(tmp_path), *flag]) == 2
    assert "is not empty: name a new folder" in capsys.readouterr().err
    assert len(list(tmp_path.iterdir())) == 1


def test_an_installed_package_writes_lessons_and_copies(tmp_path):
    """It is laid out as a wheel is, by the table of `pyproject.toml`, away from the repository."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    site = tmp_path / "site"
    without = shutil.ignore_patterns("__pycache__", ".*")
    for source, place in {name: name for name in wheel["packages"]}.items() | (
        wheel["force-include"].items()
    ):
        shutil.copytree(ROOT / source, site / place, ignore=without, dirs_exist_ok=True)
    program = (
        "import nst_helpers; from nst_helpers.__main__ import main; print(nst_helpers.__file__)\n"
        "for words in ('lessons a', 'handout b', 'handout c --nbgrader'): main(words.split())"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": str(site)},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    assert str(site) in done.stdout
    for name in LESSONS:
        assert (tmp_path / "a" / f"{name}.ipynb").read_bytes() == (
            material("notebooks") / f"{name}.ipynb"
        ).read_bytes()
        assert (tmp_path / "b" / f"{name}.ipynb").is_file()
    assert (tmp_path / "c" / "nbgrader_config.py").is_file()
    assert Path(nst_helpers.__file__).parent.parent == ROOT
