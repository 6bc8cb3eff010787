"""The code of a bug beside the code that mends it."""

import ast
import difflib
import inspect

from nst_helpers.museum.loop import Loop


def mend(bug: type[Loop]) -> list[str]:
    """Return the part of the loop that a bug has, line by line, with what mends it.

    A line begins with `"- "` where it is wrong, with `"+ "` where it is mended, else with two
    spaces. Hints and docstrings are left out.

    Args:
        bug: a class that changes one part of the class above it.

    Example:
        >>> from nst_helpers.museum.bugs import NotNormalised
        >>> print("\\n".join(mend(NotNormalised)))
          def prepare(self, picture):
        -     return picture
        +     return (picture - MEAN) / STD
    """
    (part,) = (name for name in vars(bug) if name in dir(bug.__mro__[1]) and name[:2] != "__")
    above = next(each for each in bug.__mro__[1:] if part in vars(each))
    lines = difflib.ndiff(_lines(bug, part), _lines(above, part))
    return [line for line in lines if line[0] != "?"]


def _lines(loop: type[Loop], part: str) -> list[str]:
    """Return the lines in which a class defines one of its parts."""
    (defined,) = ast.parse(inspect.getsource(loop)).body
    assert isinstance(defined, ast.ClassDef)
    for node in defined.body:
        if isinstance(node, ast.FunctionDef) and node.name == part:
            node.returns = None
            for argument in node.args.args:
                argument.annotation = None
            if ast.get_docstring(node):
                del node.body[0]
            return ast.unparse(node).splitlines()
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == part:
            return [ast.unparse(node)]
    raise LookupError(part)
