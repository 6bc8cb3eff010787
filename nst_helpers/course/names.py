"""Which cells of a lesson need which: by the names that they take from others, and give to them.

A cell needs those earlier ones that give, or change, a name that it takes.
"""

import ast
import builtins
import symtable
from collections.abc import Collection, Iterator, Sequence

_FUNCTIONS = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda


def needed_cells(sources: Sequence[str], ends: Collection[int]) -> list[int]:
    """Return the places of some cells, and of those that they need, directly or not.

    Args:
        sources: the code of the cells.
        ends: the places of the cells that are needed in any case, from 0.

    Example:
        >>> needed_cells(["a = 1", "b = 2", "c = b", "b = a", "a + 1"], {4})
        [0, 4]
    """
    needed: list[int] = []
    wanted: set[str] = set()
    for place in reversed(range(len(sources))):
        given = names_given(sources[place])
        if place in ends or given & wanted:
            needed.insert(0, place)
            wanted = wanted - given | names_taken(sources[place])
    return needed


def names_taken(source: str) -> set[str]:
    """Return the names from outside that code reads or changes, in its functions too.

    Example:
        >>> names_taken("def twice(a): return 2 * a + b")
        {'b'}
    """
    cell, *inner = _scopes(source)
    read = {one.get_name() for one in cell.get_symbols() if one.is_referenced()}
    for scope in inner:
        read |= {
            one.get_name() for one in scope.get_symbols() if one.is_global() and one.is_referenced()
        }
    return (read | _changed(ast.parse(source))) - set(dir(builtins))


def names_given(source: str) -> set[str]:
    """Return the names that code gives a value, or changes the value of.

    Example:
        >>> names_given("def twice(a): return 2 * a + b")
        {'twice'}
    """
    cell, *inner = _scopes(source)
    given = {one.get_name() for one in cell.get_symbols() if one.is_assigned() or one.is_imported()}
    for scope in inner:
        declared = (one for one in scope.get_symbols() if one.is_declared_global())
        given |= {one.get_name() for one in declared if one.is_assigned()}
    return given | _changed(ast.parse(source))


def _scopes(source: str) -> list[symtable.SymbolTable]:
    """Return the table of a cell, and those of its functions and classes."""
    scopes = [symtable.symtable(source, "cell", "exec")]
    for scope in scopes:  # grows on the way
        scopes += scope.get_children()
    return scopes


def _changed(node: ast.AST, local: frozenset[str] = frozenset()) -> set[str]:
    """Return the names of which code changes a part, as in `a.b = 1` and `a[0] += 1`, or all.

    Args:
        node: the code.
        local: names that mean something else here, since a function around has its own.
    """
    changed = {name for name in _targets(node) if name not in local}
    if isinstance(node, _FUNCTIONS):
        local = local | _own(node)
    return changed.union(*(_changed(child, local) for child in ast.iter_child_nodes(node)))


def _targets(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.AugAssign):
        node = node.target
    elif not isinstance(node, ast.Attribute | ast.Subscript):
        return
    elif not isinstance(node.ctx, ast.Store):
        return
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _own(function: ast.AST) -> set[str]:
    """Return the arguments of a function and the names that it gives a value."""
    parts = [*ast.walk(function)]
    names = [part for part in parts if isinstance(part, ast.Name)]
    stored = {name.id for name in names if isinstance(name.ctx, ast.Store)}
    arguments = {part.arg for part in parts if isinstance(part, ast.arg)}
    return stored | arguments
