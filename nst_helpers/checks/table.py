"""A table that a notebook shows as such, and a console as lines."""

import html
from collections.abc import Sequence
from typing import NamedTuple


class Table(NamedTuple):
    """A table with a title.

    Attributes:
        title: a sentence.
        heads: of the columns.
        rows: of texts.
    """

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __repr__(self) -> str:
        """Return the title and one line for each row."""
        return "\n".join([self.title, *(" | ".join(row) for row in self.rows)])

    def _repr_html_(self) -> str:
        """Return the table with its title."""
        return f"<p>{html.escape(self.title)}</p>{table_element(self.heads, self.rows)}"


def table_element(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table as HTML, or nothing where it has no rows.

    Args:
        heads: of the columns.
        rows: of texts.

    Example:
        >>> table_element(["a"], []), table_element(["a"], [["b"]]).count("<tr>")
        ('', 2)
    """

    def row(tag: str, texts: Sequence[str]) -> str:
        scope = ' scope="col"' if tag == "th" else ""
        start = f'<{tag}{scope} style="text-align: left; vertical-align: top">'
        return f"<tr>{''.join(f'{start}{html.escape(text)}</{tag}>' for text in texts)}</tr>"

    body = "".join([row("th", heads), *(row("td", texts) for texts in rows)])
    return f"<table>{body}</table>" if rows else ""
