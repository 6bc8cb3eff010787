"""What nbgrader makes of the lessons, and the points that it gives."""

import os
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from nst_helpers.__main__ import main
from nst_helpers.course.copies import student_copy
from nst_helpers.course.grading import assignment, graded_cells
from nst_helpers.course.material import notebooks

LESSONS = {page.stem: nbformat.read(page, as_version=4) for page in notebooks()}
ASSIGNMENTS = [name for name in LESSONS if name[0].isdigit() and name != "08_studio"]
LESSON = "05_gram_matrix"  # the one whose exercises are graded here


def graded(notebook):
    return {
        cell.metadata.nbgrader.grade_id: cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader")
    }


def kind(cell):
    return next(name for name in ("grade", "solution") if cell.metadata.nbgrader[name])


def test_a_course_has_each_lesson_with_exercises_and_its_pictures(tmp_path):
    assert main(["handout", str(tmp_path / "course"), "--nbgrader"]) == 0
    source = tmp_path / "course" / "source"
    assert sorted(path.name for path in source.iterdir()) == ASSIGNMENTS
    assert all((source / name / f"{name}.ipynb").is_file() for name in ASSIGNMENTS)
    assert (source / "06_variation" / "pictures" / "lessons" / "smooth_cat.jpg").is_file()
    assert (tmp_path / "course" / "nbgrader_config.py").is_file()


@pytest.mark.parametrize("name", ASSIGNMENTS)
def test_an_assignment_is_the_copy_with_solutions_and_points(name):
    lesson, made = LESSONS[name], assignment(LESSONS[name])
    nbformat.validate(made)
    copy = {cell.id: cell.source for cell in student_copy(lesson).cells}
    assert [cell.id for cell in made.cells] == list(copy)
    text = "\n".join(cell.source for cell in made.cells)
    assert ".ipynb)" not in text
    cells = graded(made)
    assert [kind(cell) for cell in cells.values()] == ["solution", "grade"] * (len(cells) // 2)
    assert len(cells) >= 4
    for cell in cells.values():
        known = cell.metadata.nbgrader
        assert known.locked == known.grade
        if known.grade:
            checker, _, asserted = cell.source.split("\n")
            assert asserted == f"assert {copy[cell.id]}"
            assert checker == f"from nst_helpers.checks import {copy[cell.id].partition('(')[0]}"
            assert 3 <= known.points <= 15
        else:
            stub, solution = cell.source.split("\n### BEGIN SOLUTION\n")
            assert stub == copy[cell.id] and solution.endswith("\n### END SOLUTION")
            assert "check_" not in solution


def test_points_are_the_minutes_of_an_exercise():
    points = [
        cell.metadata.nbgrader.points
        for cell in graded(assignment(LESSONS["07_putting_it_together"])).values()
        if kind(cell) == "grade"
    ]
    assert points == [8, 15, 3]


def test_only_what_exercises_build_on_is_run_to_grade_them():
    needed = graded_cells(LESSONS["07_putting_it_together"])
    sources = [cell.source for cell in LESSONS["07_putting_it_together"].cells if cell.id in needed]
    assert any("def three_losses" in source for source in sources)
    assert not any("plots.show_images" in source for source in sources)


CHECKS = ["exercise-gram-check", "exercise-loss-check", "exercise-brighter-check"]
STUBS = [name.replace("check", "stub") for name in CHECKS]
RIGHT = [
    "def my_gram(features):\n"
    "    rows = features.flatten(start_dim=1)\n"
    "    warnings.warn('of a library', stacklevel=1)\n"
    "    return rows @ rows.T / rows.shape[1]",
    "def my_style_loss(gram, target):\n    return (gram - target).square().mean()",
    'answer = "(C)"',
]
WRONG = [
    "def my_gram(features):\n    return features @ features.mT",
    "def my_style_loss(gram, target):\n    return (gram - target).abs().mean()",
    'answer = "a"',
]


def filled(notebook, answers):
    """Return a submission with these answers."""
    submission = deepcopy(notebook)
    for stub, source in zip(STUBS, answers, strict=True):
        graded(submission)[stub].source = source
    helper = nbformat.v4.new_code_cell("import warnings")  # a cell of the student's own
    submission.cells.insert(submission.cells.index(graded(submission)[STUBS[0]]), helper)
    return submission


def cheating(notebook):
    """Redefine a checker before the first exercise; have one check skipped, and edit one."""
    submission = filled(notebook, WRONG)
    code = "check_gram_matrix = check_style_loss = check_answer = lambda *given, **options: True"
    submission.cells.insert(1, nbformat.v4.new_code_cell(code))
    setup = next(cell for cell in submission.cells if "import torch" in cell.source)
    setup.source += f"\n{code}"
    checks = [graded(submission)[name] for name in CHECKS]
    checks[1].metadata.tags += ["not-graded", "skip-execution"]
    checks[2].source = "assert True"
    checks[2].metadata.nbgrader.points = 100
    return submission


SUBMISSIONS = {
    "empty": (deepcopy, 0),
    "right": (lambda notebook: filled(notebook, RIGHT), 12),
    "partly": (lambda notebook: filled(notebook, [*WRONG[:2], RIGHT[2]]), 3),
    "cheating": (cheating, 0),
}


@pytest.mark.slow
def test_only_right_answers_get_all_points(tmp_path):
    """The three commands of a teacher, word for word."""
    pytest.importorskip("nbgrader")
    from nbgrader.api import Gradebook

    course = tmp_path / "course"
    main(["handout", str(course), "--nbgrader"])
    run(course, "generate_assignment")
    page = Path(LESSON, f"{LESSON}.ipynb")
    release = nbformat.read(course / "release" / page, as_version=4)
    original = student_copy(LESSONS[LESSON])
    for cell, kept in zip(release.cells, original.cells, strict=True):
        if "check" in kept.metadata.get("tags", []):
            assert cell.source.endswith(f"\nassert {kept.source}")
        elif cell.cell_type == "code":
            assert cell.source.rstrip() == kept.source
    for student, (fill, _) in SUBMISSIONS.items():
        place = course / "submitted" / student / page
        place.parent.mkdir(parents=True)
        nbformat.write(fill(release), place)
    run(course, "autograde")
    run(course, "generate_feedback")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        scores = {one.student.id: one.score for one in gradebook.assignment_submissions(LESSON)}
    assert scores == {student: points for student, (_, points) in SUBMISSIONS.items()}
    for student, (_, points) in SUBMISSIONS.items():
        feedback = (course / "feedback" / student / page).with_suffix(".html")
        assert f"Score: {points}.0 / 12.0" in feedback.read_text(encoding="utf-8")


def run(course, command):
    """Run a command of nbgrader on the lesson, in the folder of the course, as `uv run` does."""
    folders = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    settings = {"PATH": folders, "JUPYTER_CONFIG_DIR": str(course / ".jupyter")}
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", command, LESSON],
        cwd=course,
        env=os.environ | settings | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
