"""`nst handout`: what a class works on, without the answers."""

from pathlib import Path

from nst_helpers.course.copies import read, save, student_copy
from nst_helpers.course.grading import write_assignments
from nst_helpers.course.material import new_folder, notebooks


def write_handout(folder: str | Path, nbgrader: bool = False) -> Path:
    """Write the class's copies of the lessons and appendices, with the pictures that they show.

    A copy has no solution, no output and no other answer, and it runs to its end as it is. The
    package itself can compute what the exercises ask for, and brings the lessons with their
    solutions along (`nst lessons`): a copy does not show the answers, it cannot hide them from
    somebody who looks for them.

    Args:
        folder: a path at which nothing is, or an empty folder.
        nbgrader: write a course folder for nbgrader instead, with the solutions, for the teacher:
            see `write_assignments`.

    Returns:
        The folder.

    Raises:
        InputError: if something is there already, or the folder cannot be written.
    """
    path = new_folder(folder)
    if nbgrader:
        write_assignments(path)
    else:
        for page in notebooks():
            save(student_copy(read(page)), path / page.name)
    return path
