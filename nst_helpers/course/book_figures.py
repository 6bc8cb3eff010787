"""The interactive figures of a lesson, computed anew so that they live in a page without a kernel.

A stored output is a still picture. The figure itself is made by its cell and by those earlier cells
that make what it uses: the names that they give and take tell which. No other cell is run.
"""

import ast
import builtins
import contextlib
import io
import symtable
from collections.abc import Sequence
from typing import Any

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
    *needed, last = needed_cells(sources)
    *before, shown = ast.parse(last).body
    assert isinstance(shown, ast.Expr)
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()):
        exec("\n".join([*needed, *map(ast.unparse, before)]), names)
        return eval(ast.unparse(shown), names)


def needed_cells(sources: Sequence[str]) -> list[str]:
    """Return the last of some cells, and before it those that it needs, directly or not.

    Example:
        >>> needed_cells(["a = 1", "b = 2", "c = b", "b = a", "a + 1"])
        ['a = 1', 'a + 1']
    """
    *earlier, last = sources
    needed, wanted = [last], _taken(last)
    for source in reversed(earlier):
        if given := _given(source) & wanted:
            needed.insert(0, source)
            wanted = wanted - given | _taken(source)
    return needed


def _taken(source: str) -> set[str]:
    """Return the names from outside that code reads or changes."""
    table = symtable.symtable(source, "cell", "exec")
    within = [table]
    for inner in within:  # grows on the way
        within += inner.get_children()
    read = {
        symbol.get_name()
        for part in within
        for symbol in part.get_symbols()
        if symbol.is_referenced() and (part is table or symbol.is_global())
    }
    return (read | _changed(source)) - set(dir(builtins))


def _given(source: str) -> set[str]:
    """Return the names that code gives a value, or changes the value of."""
    symbols = symtable.symtable(source, "cell", "exec").get_symbols()
    assigned = {one.get_name() for one in symbols if one.is_assigned() or one.is_imported()}
    return assigned | _changed(source)


def _changed(source: str) -> set[str]:
    """Return the names of which code changes a part, as in `a.b = 1` and `a[0] += 1`, or all."""
    changed = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.AugAssign):
            node = node.target
        elif not isinstance(node, ast.Attribute | ast.Subscript):
            continue
        elif not isinstance(node.ctx, ast.Store):
            continue
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name):
            changed.add(node.id)
    return changed
