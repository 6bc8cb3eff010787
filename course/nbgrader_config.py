"""How nbgrader makes copies of the lessons and grades them; read by it in this folder."""

import os

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "style_transfer"

# The stubs of the lessons say themselves where to write; so nothing stands in place of a solution.
c.ClearSolutions.code_stub = {"python": ""}

# Seconds for a cell, and for one output of it. The slowest takes about 15 on two cores.
c.Execute.timeout = 180
c.Execute.iopub_timeout = 60

# What no exercise builds on is not run: grading a lesson takes seconds, not its whole minute.
NOT_GRADED = "not-graded"


def run_each_check(cell, cell_index):
    """Take the tag from an exercise or a check, where only a student can have put it."""
    if "nbgrader" in cell.metadata and NOT_GRADED in cell.metadata.get("tags", []):
        cell.metadata.tags.remove(NOT_GRADED)


c.Execute.skip_cells_with_tag = NOT_GRADED
c.Execute.on_cell_start = run_each_check

# A warning below a check would count as a failure.
os.environ["PYTHONWARNINGS"] = "ignore"
