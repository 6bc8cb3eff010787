"""The lessons with exercises as the assignments of a course that nbgrader hands out and grades.

A check that a student edits is restored before it grades, a checker that is defined anew is
imported again, a tag lets no check be skipped, and a check that is deleted gives no points.

What nothing here prevents: an answer runs in the same Python as its check. It can change the
package, torch or Jupyter itself; look for the right function in the frames that called it; call
`nst.gram_matrix`, or read the solutions that the installed package carries. A question of four
letters can be tried four times. So points say that a student has got there, and not how: whoever
grades for a mark reads the answers, which are a few lines each, and gives no marks by them alone.
"""

import ast
import re
import shutil
from pathlib import Path

from nbformat import NotebookNode

from nst_helpers.course.copies import read, save, student_copy, tags
from nst_helpers.course.material import material, notebooks
from nst_helpers.course.names import needed_cells

_GRADED = {"setup", "exercise", "check", "solution"}


def write_assignments(folder: Path) -> None:
    """Write `source/LESSON/LESSON.ipynb` for each lesson with exercises, and nbgrader's settings.

    In that folder, which holds the solutions and is the teacher's:

        nbgrader generate_assignment LESSON    # release/LESSON is what the class gets
        nbgrader autograde LESSON              # of submitted/STUDENT/LESSON/LESSON.ipynb
        nbgrader generate_feedback LESSON      # feedback/STUDENT/LESSON/LESSON.html

    Args:
        folder: an empty folder.
    """
    for page in notebooks():
        lesson = read(page)
        if any("exercise" in tags(cell) for cell in lesson.cells):
            save(assignment(lesson), folder / "source" / page.stem / page.name)
    shutil.copy(material("course") / "nbgrader_config.py", folder)


def assignment(lesson: NotebookNode) -> NotebookNode:
    """Return the copy of a lesson that nbgrader hands out and grades, with marked solutions.

    An exercise counts as many points as it has minutes. Its check imports the checker anew and
    asserts it, and cannot be edited. A solution stands in the cell of its stub. What no exercise
    builds on is tagged `not-graded`, and is not run when answers are graded.

    Args:
        lesson: a notebook of the lessons, which stays as it is.
    """
    copy = student_copy(lesson)
    cells = {cell.id: cell for cell in copy.cells}
    for task, stub, check, solution in zip(*(lesson.cells[n:] for n in range(4)), strict=False):
        if "exercise" in tags(stub):
            cells[stub.id].source = _answered(stub.source, check.source, solution.source)
            cells[stub.id].metadata.nbgrader = _graded(stub, solution=True)
            checker = check.source.partition("(")[0]
            cells[
                check.id
            ].source = f"from nst_helpers.checks import {checker}\n\nassert {check.source}"
            minutes = int(re.findall(r"\*\*Minutes:\*\* (\d+)", task.source)[0])
            cells[check.id].metadata.nbgrader = _graded(check, grade=True, points=minutes)
            cells[check.id].metadata.tags.append("raises-exception")  # later cells run all the same
    needed = graded_cells(lesson)
    for cell in copy.cells:
        if cell.cell_type == "markdown":  # other notebooks are not in this assignment
            cell.source = re.sub(r"\[([^]]+)\]\(\w+\.ipynb\)", r"\1", cell.source)
        elif cell.id not in needed:
            cell.metadata["tags"] = ["not-graded"]
    return copy


def graded_cells(lesson: NotebookNode) -> set[str]:
    """Return the ids of the exercises with their checks and solutions, and of what they build on.

    Args:
        lesson: a notebook of the lessons.
    """
    cells = [cell for cell in lesson.cells if cell.cell_type == "code"]
    ends = {place for place, cell in enumerate(cells) if {*tags(cell)} & _GRADED}
    return {cells[place].id for place in needed_cells([cell.source for cell in cells], ends)}


def _graded(cell: NotebookNode, **given: int) -> NotebookNode:
    """Return what nbgrader has to know of a cell."""
    known = {"grade": False, "solution": False, "task": False, "schema_version": 3}
    return NotebookNode(known | {"grade_id": cell.id, "locked": "grade" in given} | given)


def _answered(stub: str, check: str, solution: str) -> str:
    """Return a stub that is followed by its solution, between the marks of nbgrader.

    Where the solution asserts the check of its own answer, it gives that answer the name that the
    stub has.
    """
    asked = _call(ast.parse(check, mode="eval").body)
    lines = solution.splitlines()
    for statement in ast.parse(solution).body:
        call = _call(statement.test) if isinstance(statement, ast.Assert) else None
        if call and asked and ast.dump(call.func) == ast.dump(asked.func):
            (pair,) = [
                (name, answer)
                for name, answer in zip(asked.args, call.args, strict=True)
                if ast.dump(name) != ast.dump(answer)
            ]
            named, answer = ast.unparse(pair[0]), ast.get_source_segment(solution, pair[1])
            lines[statement.lineno - 1 : statement.end_lineno] = [f"{named} = {answer}"]
    return "\n".join([stub, "### BEGIN SOLUTION", *lines, "### END SOLUTION"])


def _call(code: ast.expr) -> ast.Call | None:
    return code if isinstance(code, ast.Call) else None
