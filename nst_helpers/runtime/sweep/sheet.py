"""A contact sheet: small pictures of all runs, in rows and columns that say what differs."""

import math
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont, ImageOps

from nst_helpers.files import written_whole
from nst_helpers.runtime.sweep.grid import Plan, in_words, varied

_NARROWEST, _WIDEST = 130, 200  # pixels, the width of a small picture
_GAP, _LINE, _LETTERS = 10, 20, 15
_MOST_COLUMNS, _MOST_ROWS = 10, 20  # on one page
_SECONDS_BETWEEN = 2  # two writes, at the least
_TALLEST = 1.5  # times its width
_GREY, _INK = "#e8e8e8", "#222222"


class ContactSheet:
    """Pages of small pictures, which fill as the runs are finished.

    The last setting with two to ten values makes the columns, and what the other settings are, the
    rows. Where there is none, the pictures follow each other, each with its values under it.

    Args:
        plans: of all runs.
        folder: where the pages are written, as `contact_sheet.jpg`, or `contact_sheet_1.jpg` and
            so on where there are more than twenty rows.
        common: what all runs have in common, in words, for the end of each page.

    Attributes:
        pages: the paths of the pages.
    """

    def __init__(self, plans: Sequence[Plan], folder: Path, common: Sequence[str]) -> None:
        """Lay out the pages; nothing is drawn yet."""
        axes = varied(list(plans))
        fitting = [name for name, values in axes.items() if len(values) <= _MOST_COLUMNS]
        self._across = fitting[-1] if fitting and len(axes) > 1 else None
        self._down = [name for name in axes if name != self._across]
        heads = [_words(self._across, value) for value in axes.get(self._across or "", [])]
        self._heads, self._common = heads, common
        rows: dict[tuple[str, ...], dict[int, Plan]] = {}
        square = min(_MOST_COLUMNS, math.ceil(math.sqrt(len(plans))))
        for number, plan in enumerate(plans):
            if self._across:
                column = heads.index(_words(self._across, plan.value(self._across)))
                rows.setdefault(self._lines(plan), {})[column] = plan
            else:
                rows.setdefault((str(number // square),), {})[number % square] = plan
        cells = list(rows.values())
        pages = [cells[at : at + _MOST_ROWS] for at in range(0, len(cells), _MOST_ROWS)]
        self._wide = len(heads) or square
        self._left = self._width_of_words(rows) if self._across else _GAP
        tallest = max(map(_height, plans))
        wide = max(_NARROWEST, min(_WIDEST, max(map(_width, plans))))
        self._box = wide, math.ceil(wide * min(_TALLEST, tallest))
        below = 0 if self._across else len(self._down) * _LINE
        self._step = self._box[0] + _GAP, self._box[1] + _GAP + below
        if self._across:  # the words of a row need their height
            self._step = self._step[0], max(self._step[1], len(self._down) * _LINE + _GAP)
        numbers = [f"_{n}" for n in range(1, len(pages) + 1)] if len(pages) > 1 else [""]
        self.pages = [folder / f"contact_sheet{number}.jpg" for number in numbers]
        self._pages: list[list[dict[int, Plan]]] = pages
        self._places = {
            id(plan): (page, row, column)
            for page, part in enumerate(pages)
            for row, cells in enumerate(part)
            for column, plan in cells.items()
        }
        self._missing = [sum(map(len, part)) for part in pages]
        self._drawn: dict[int, Image.Image] = {}
        self._due = 0.0

    def add(self, plan: Plan, picture: Image.Image | None) -> None:
        """Draw the picture of a run; or, where there is none, that it failed.

        Args:
            plan: one of those of the sheet.
            picture: what was painted, of any size, or None.
        """
        page, row, column = self._places[id(plan)]
        if page not in self._drawn:
            self._drawn[page] = self._empty(page)
        x, y = self._corner(row, column)
        if picture:
            small = ImageOps.contain(picture.convert("RGB"), self._box, Image.Resampling.LANCZOS)
            self._drawn[page].paste("white", self._field(row, column))
            self._drawn[page].paste(small, (x, y))
        else:
            _write(self._drawn[page], (x + _GAP, y + _GAP), ["failed"])
        self._missing[page] -= 1
        if not self._missing[page]:
            self._save(page)
            del self._drawn[page]
        elif time.monotonic() >= self._due:
            self.save()

    def save(self) -> None:
        """Write the pages that are not full yet."""
        for page in self._drawn:
            self._save(page)
        self._due = time.monotonic() + _SECONDS_BETWEEN

    def _save(self, page):
        with written_whole(self.pages[page]) as partial:
            self._drawn[page].save(partial, "JPEG", quality=88)

    def _empty(self, page):
        """Return a page with its words, and a grey field for each run."""
        part = self._pages[page]
        end = self._corner(len(part), self._wide)
        common = _wrapped(self._common, end[0] - 2 * _GAP)
        image = Image.new("RGB", (end[0], end[1] + len(common) * _LINE + _GAP), "white")
        for column, head in enumerate(self._heads):
            _write(image, (self._corner(0, column)[0], _GAP), [head], self._box[0])
        for row, cells in enumerate(part):
            for column, plan in cells.items():
                image.paste(_GREY, self._field(row, column))
                if not self._across:
                    x, y = self._corner(row, column)
                    _write(image, (x, y + self._box[1] + 2), self._lines(plan), self._box[0])
            if self._across:
                first = next(iter(cells.values()))
                _write(image, (_GAP, self._corner(row, 0)[1]), self._lines(first))
        _write(image, (_GAP, end[1]), common, end[0] - 2 * _GAP)
        return image

    def _corner(self, row, column):
        top = _GAP + (_LINE + 4 if self._heads else 0)
        return self._left + column * self._step[0], top + row * self._step[1]

    def _field(self, row, column):
        x, y = self._corner(row, column)
        return x, y, x + self._box[0], y + self._box[1]

    def _lines(self, plan):
        return tuple(_words(name, plan.value(name)) for name in self._down)

    def _width_of_words(self, rows):
        lines = [line for row in rows for line in row]
        return 2 * _GAP + math.ceil(max(map(_font().getlength, lines), default=0))


def _words(name: str | None, value: Any) -> str:
    return "" if name is None else f"{name} {'-' if value is None else in_words(name, value)}"


def _height(plan: Plan) -> float:
    """Return the height of a run's picture, where its width is 1."""
    content = plan.files[plan.settings["content"]]
    return content.height / content.width


def _width(plan: Plan) -> int:
    content, size = plan.files[plan.settings["content"]], plan.settings["size"]
    longer = max(content.width, content.height)
    return round(content.width * (size or longer) / longer)


def _font() -> Any:
    return ImageFont.load_default(_LETTERS)


def _wrapped(parts: Sequence[str], width: float) -> list[str]:
    """Return lines of words with commas between them, each as wide as it may be."""
    lines = [""]
    for number, part in enumerate(parts):
        word = part if number == len(parts) - 1 else f"{part},"
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and _font().getlength(longer) > width:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def _write(
    image: Image.Image, place: tuple[int, int], lines: Sequence[str], width: float = math.inf
) -> None:
    """Write lines under each other, each cut where it would be too wide."""
    font = _font()
    for number, line in enumerate(lines):
        while line and font.getlength(line) > width:
            line = f"{line[:-2]}…" if len(line) > 2 else ""
        at = place[0], place[1] + number * _LINE
        ImageDraw.Draw(image).text(at, line, _INK, font)
