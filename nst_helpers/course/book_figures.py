"""The interactive figures of a lesson, computed anew so that they live in a page without a kernel.

A stored output is a still picture. The figure itself is made by its cell and by those earlier cells
that make what it uses: the names that they give and take tell which. No other cell is run.
"""

import ast
import contextlib
import io
from collections.abc import Sequence
from typing import Any

from nst_helpers.course.names import needed_cells
from nst_helpers.widgets.figure import Figure


def make_figure(sources: Sequence[str]) -> Figure:
    """Return the figure that the last of some cells shows.

    Args:
        sources: the code of a lesson's cells up to the figure's own.

    Raises:
        InputError: something is missing on this machine, such as the weights of the network.

    Example:
        >>> package = "from nst_helpers import widgets"
        >>> make_figure([package, "1 / 0", "a = 2, 0", "widgets.Vectors(a, a)"]).a
        (2.0, 0.0)
    """
    last = len(sources) - 1
    needed = [sources[place] for place in needed_cells(sources, {last}) if place != last]
    *before, shown = ast.parse(sources[last]).body
    assert isinstance(shown, ast.Expr)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join([*needed, *map(ast.unparse, before)]), names)
        return eval(ast.unparse(shown), names)
