"""What a checker found, and how it is shown in a notebook and in a console."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

_TITLES = {True: "✓ Right.", False: "✗ Not yet.", None: "○ Nothing was returned yet."}

# What a console shows in place of a sign that its encoding lacks.
_PLAIN = {
    "✓ ": "",
    "✗ ": "",
    "○ ": "",
    "ᵀ": "^T",
    "²": "^2",
    "×": "x",
    "−": "-",
    "–": "-",
    "—": "-",
    "→": "->",
    "≤": "<=",
    "≥": ">=",
    "‘": "'",
    "’": "'",
    "“": '"',
    "”": '"',
    "…": "...",
}
_LONGEST_CODE = 150  # characters


@dataclass(frozen=True)
class Report:
    """What a checker found; it counts as true where the answer is right.

    Attributes:
        right: whether the answer is right.
        message: the text for the student, as a notebook shows it.

    Example:
        >>> "right" if Report(False, "✗ Not yet. The square is missing.") else "not yet"
        'not yet'
    """

    right: bool
    message: str = field(repr=False)

    def __bool__(self) -> bool:
        """Return whether the answer is right."""
        return self.right

    def _ipython_display_(self) -> None:
        """Show nothing at the end of a cell: the checker has shown its message already."""


def show_report(right: bool | None, text: str) -> Report:
    """Show a verdict with the text that explains it, and return both as a report.

    A notebook gets Markdown. A console gets the same text, with plain signs in place of those that
    its encoding lacks.

    Args:
        right: whether the answer is right; None where there is no answer yet.
        text: what follows the verdict, on one line.

    Example:
        >>> show_report(True, "That is the answer.")
        ✓ Right. That is the answer.
        Report(right=True)
    """
    title = _TITLES[right]
    message = f"{title} {text}"
    console_text = printable(message, getattr(sys.stdout, "encoding", None) or "utf-8")
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(console_text)
    else:
        from IPython.display import display

        display({"text/plain": console_text, "text/markdown": f"**{title}** {text}"}, raw=True)
    return Report(bool(right), message)


def printable(text: str, encoding: str) -> str:
    """Return a text with plain signs in place of those that an encoding lacks.

    Args:
        text: any text.
        encoding: a name that Python knows, such as `"cp1252"`, usual on Windows.

    Raises:
        LookupError: Python does not know the encoding.

    Example:
        >>> printable("✗ Not yet. The Gram matrix is F Fᵀ…", "cp1252")
        'Not yet. The Gram matrix is F F^T…'
        >>> printable("✗ Not yet. The Gram matrix is F Fᵀ…", "ascii")
        'Not yet. The Gram matrix is F F^T...'
        >>> printable("You returned `'猫'`.", "ascii")
        "You returned `'?'`."
    """
    for sign, plain in _PLAIN.items():
        try:
            sign.encode(encoding)
        except UnicodeEncodeError:
            text = text.replace(sign, plain)
    return text.encode(encoding, errors="replace").decode(encoding)


def as_code(value: object, form: Callable[[Any], str] = str) -> str:
    """Return the first line of a value's text as code in Markdown, at most 150 characters of it.

    Args:
        value: anything; where its text cannot be read, its type is named.
        form: makes the text: `str` or `repr`.

    Example:
        >>> print(as_code("total = 0"), as_code("a", repr), as_code("the `first` line\\nand more"))
        `total = 0` `'a'` `the 'first' line`
    """
    try:
        text = printable(form(value), "utf-8")  # half of a surrogate pair cannot be shown
    except BaseException:  # the student's class may raise anything
        text = f"an unreadable {type(value).__name__}"
    line = (text.strip().splitlines() or [""])[0].replace("`", "'")
    return f"`{line[:_LONGEST_CODE]}…`" if len(line) > _LONGEST_CODE else f"`{line}`"
