"""Code as an audience reads it: what it does for other readers is left out."""

import ast
import re

_WIDTH = 88  # characters, of a call that is put into one line
_FOR_TOOLS = re.compile(r" +# (fmt: skip|noqa\b.*)$", re.M)


def shown_code(source: str) -> str:
    """Return code without its alternative texts, and without remarks to the tools that check it.

    An alternative text is what a call is given as `alt`. A call that fits into one line without it
    is put there.

    Args:
        source: the code of a cell.

    Example:
        >>> print(shown_code('show(\\n    cat,\\n    width=8,\\n    alt="A cat.",\\n)\\na = 1'))
        show(cat, width=8)
        a = 1
    """
    source = _FOR_TOOLS.sub("", source)
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda call: -call.lineno):
        if any(keyword.arg == "alt" for keyword in call.keywords):
            source = _without_alt(source, call)
    return _without_name(source)


def _without_name(source: str) -> str:
    """Return code without the lines that only make an alternative text, named `alt`."""
    page = ast.parse(source)
    names = [node for node in ast.walk(page) if isinstance(node, ast.Name) and node.id == "alt"]
    if any(isinstance(name.ctx, ast.Load) for name in names):
        return source
    places, dropped = {name.lineno for name in names}, set[int]()
    for node in ast.walk(page):
        if isinstance(node, ast.Assign | ast.AugAssign) and node.lineno in places:
            dropped |= {*range(node.lineno, (node.end_lineno or node.lineno) + 1)}
    lines = enumerate(source.splitlines(), 1)
    return "\n".join(line for number, line in lines if number not in dropped)


def _without_alt(source: str, call: ast.Call) -> str:
    """Return code in which a call has no alternative text."""
    (alt,) = [keyword for keyword in call.keywords if keyword.arg == "alt"]
    start, end = _place(source, call.lineno, call.col_offset), _end(source, call)
    first, last = _place(source, alt.lineno, alt.col_offset), _end(source, alt)
    before, after = source[start:first].rstrip(), re.sub(r"^\s*,", "", source[last:end])
    if after.startswith(")"):
        before = before.removesuffix(",")
    text = before + (after.lstrip() if before.endswith("(") else after)
    flat = re.sub(r"\s*\n\s*", " ", text)
    flat = flat.replace("( ", "(").replace(", )", ")")
    indent = start - (source.rfind("\n", 0, start) + 1)
    if "#" not in text and '"""' not in text and indent + len(flat) <= _WIDTH:
        text = flat
    return source[:start] + text + source[end:]


def _end(source: str, node: ast.expr | ast.keyword) -> int:
    assert node.end_lineno is not None and node.end_col_offset is not None
    return _place(source, node.end_lineno, node.end_col_offset)


def _place(source: str, line: int, column: int) -> int:
    """Return where a place lies in code, in characters; columns of Python count bytes."""
    lines = source.splitlines(keepends=True)
    return sum(map(len, lines[: line - 1])) + len(lines[line - 1].encode()[:column].decode())
