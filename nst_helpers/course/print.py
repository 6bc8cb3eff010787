"""`nst print`: every lesson on paper, its solutions apart, and a worksheet for an exam."""

import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

from nst_helpers.course.browser import find_browser, print_page
from nst_helpers.course.copies import tags
from nst_helpers.course.material import material, new_folder, notebooks
from nst_helpers.course.rendering import (
    HERE,
    choices,
    code,
    copy_assets,
    copy_pictures,
    outputs,
    printed,
    prose,
    read_cells,
    templates,
)
from nst_helpers.errors import InputError, shown

_ANSWER = re.compile(r"^::: answer (\d+)\n(.*?)^:::$", re.M | re.S)


def write_print(folder: str | Path) -> Path:
    """Write a PDF of each lesson, one of all solutions, a worksheet and its answers.

    Args:
        folder: a path at which nothing is, or an empty folder. The pages that are printed are
            written there too, into `pages`.

    Returns:
        The folder.

    Raises:
        InputError: if something is there already, or no browser is found or it makes no PDF; the
            pages are written all the same.
    """
    path = new_folder(folder)
    pages = path / "pages"
    pages.mkdir()
    copy_assets(pages, "chtml", HERE / "print.css")
    template = templates.get_template("print.html.j2")
    for name, (title, parts) in _documents().items():
        page = template.render(title=title, body="".join(parts), kind=name)
        (pages / f"{name}.html").write_text(page, encoding="utf-8")
        copy_pictures(page, pages)
    try:
        browser = find_browser()
        for page in sorted(pages.glob("*.html")):
            print_page(page, path / f"{page.stem}.pdf", browser)
    except InputError as error:
        advice = f"The pages in {shown(pages)} can be opened and printed in any browser."
        raise InputError(f"{error} {advice}") from None
    return path


def _documents() -> dict[str, tuple[str, list[str]]]:
    """Return what is printed: of each name its title, and its parts in HTML."""
    documents = {}
    solutions: list[str] = []
    for lesson in notebooks():
        cells = read_cells(lesson)
        title = cells[0].source.partition("\n")[0].removeprefix("# ")
        solved = list(_solutions(cells))
        solutions += [f"<h1>{title}</h1>", *solved] if solved else []
        if any(cell.cell_type == "code" for cell in cells[2:]):  # the studio has nothing to read
            documents[lesson.stem] = (title, list(_lesson(cells)))
    documents["solutions"] = ("Solutions of the exercises", solutions)
    sheet = (material("course") / "worksheet.md").read_text(encoding="utf-8")
    title = sheet.partition("\n")[0].removeprefix("# ")
    documents["worksheet"] = (title, [worksheet(sheet)])
    answers = sheet.replace(title, f"{title}: answers", 1)
    documents["worksheet_answers"] = (f"{title}: answers", [worksheet(answers, answers=True)])
    return documents


def _lesson(cells: list[Any]) -> Iterator[str]:
    """Yield a lesson's cells: no check, no solution, and room for an answer to each exercise."""
    for cell, after in pairwise([*cells, cells[-1]]):
        if "exercise" in tags(after):
            yield f'<section class="exercise">{prose(cell.source)}'
        elif cell.cell_type == "markdown":
            yield prose(cell.source)
        elif "exercise" in tags(cell):
            yield f"{code(cell.source)}{_lines(4)}</section>"
        elif "predict" in tags(cell):
            yield from choices(cell)
        elif not {"check", "solution"} & {*tags(cell)}:
            shown, text = outputs(cell)
            yield code(cell.source) + printed(text)
            for element in shown:  # on paper, nothing can be opened
                yield f"<figure>{element.replace('<details>', '<details open>')}</figure>"


def _solutions(cells: list[Any]) -> Iterator[str]:
    """Yield the heading and the solution of each exercise."""
    heading = ""
    for cell in cells:
        if cell.cell_type == "markdown":
            heading = next(iter(re.findall("^### .+", cell.source, re.M)), heading)
        elif "solution" in tags(cell):
            yield prose(heading) + code(cell.source)


def worksheet(source: str, answers: bool = False) -> str:
    """Return a worksheet as HTML, with lines to write on, or with the answers in their place.

    Args:
        source: Markdown. An answer stands between a line `::: answer 3`, the lines to write on,
            and a line `:::`.
        answers: show them.

    Example:
        >>> worksheet("What is 1 + 1?\\n\\n::: answer 1\\nIt is 2.\\n:::").count("2")
        0
    """
    parts = _ANSWER.split(source)
    texts, lines, given = parts[::3], parts[1::3], parts[2::3]
    page = prose(texts[0])
    for count, answer, text in zip(lines, given, texts[1:], strict=True):
        shown = f'<div class="answer">{prose(answer)}</div>'
        page += (shown if answers else _lines(int(count))) + prose(text)
    return page


def _lines(count: int) -> str:
    """Return lines to write on."""
    return f'<div class="lines">{"<p></p>" * count}</div>'
