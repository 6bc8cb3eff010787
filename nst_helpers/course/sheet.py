"""The sheet of a student: what was answered to the quiz or to the concept test, and what is right.

The notebooks of `nst quiz` use it. A glance at them shows no answer; whoever looks into the package
finds them all.
"""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nst_helpers.checks.questions import LETTERS, read_letter
from nst_helpers.checks.table import Table
from nst_helpers.course.questions import Question, questions
from nst_helpers.errors import InputError, check_choice, shown
from nst_helpers.files import as_path

if TYPE_CHECKING:
    from nst_helpers.widgets.buttons import Buttons

COLUMNS = ("name", "question", "choice", "right", "misconception")


class Sheet:
    """The answers of one student.

    Args:
        kind: `"quiz"`, where each answer is marked at once and the first one counts; `"concept"`,
            the test before and after the course, where nothing is said and the last one counts.

    Attributes:
        answers: the letter that counts, for each question that was answered.

    Raises:
        InputError: there is no such kind.

    Example:
        >>> sheet = Sheet("quiz")
        >>> sheet.ask("04-silent", "a").said.partition(".")[0]
        '✗ Not yet'
        >>> sheet.answers
        {'04-silent': 'a'}
    """

    def __init__(self, kind: str) -> None:
        """Begin with no answer."""
        check_choice("kind", kind, ["quiz", "concept"])
        self.marks_at_once = kind == "quiz"
        self.questions = {q.name: q for q in questions().part(concept=kind == "concept")}
        self.answers: dict[str, str] = {}

    def ask(self, question: str, answer: str | None = None) -> "Buttons":
        """Return a row of buttons for a question's letters.

        Args:
            question: its name, such as `"01-window"`.
            answer: a letter, to answer without buttons.

        Raises:
            InputError: there is no such question, or it has no such letter.
        """
        from nst_helpers.widgets.buttons import Buttons

        check_choice("question", question, list(self.questions))
        asked = self.questions[question]
        label = "The answer:"
        otherwise = f'Or write the letter: sheet.ask("{question}", "{asked.letters[0]}")'
        buttons = Buttons(label, asked.letters, otherwise)
        buttons.observe(lambda change: self._answered(buttons, asked, change["new"]), "chosen")
        letter = self.answers.get(question, "")
        if answer is not None:
            letter = read_letter(answer, asked.letters)
        if letter:
            buttons.chosen = LETTERS.index(letter)
        return buttons

    def _answered(self, buttons: "Buttons", asked: Question, chosen: int) -> None:
        letter = LETTERS[chosen]
        if not self.marks_at_once:
            self.answers[asked.name] = letter
            buttons.said = f"Kept: {letter}. You may change it."
            return
        self.answers.setdefault(asked.name, letter)
        marks = list(buttons.marks)
        marks[chosen] = "right" if letter == asked.right else "wrong"
        buttons.marks, buttons.said = marks, answer_to(asked, letter)

    def result(self) -> Table:
        """Return how many answers of each lesson are right, and what to read again."""
        asked, said = list(self.questions.values()), self.answers
        if not self.marks_at_once:
            return Table(f"{len(said)} of {len(asked)} questions are answered.", (), ())
        rows = []
        for part in dict.fromkeys(q.part for q in asked):
            of_part = [q for q in asked if q.part == part]
            wrong = [q for q in of_part if said.get(q.name, q.right) != q.right]
            again = dict.fromkeys(q.again for q in wrong)
            right = sum(said.get(q.name) == q.right for q in of_part)
            open_ones = sum(q.name not in said for q in of_part)
            number = f"{right} of {len(of_part)}" + (f", {open_ones} open" if open_ones else "")
            rows.append((part, number.replace(" ", "\u00a0"), "; ".join(again) or "–"))
        right = sum(said.get(q.name) == q.right for q in asked)
        title = f"{right} of {len(asked)} were right at the first attempt."
        return Table(title, ("lesson", "right", "to read again"), rows)

    def rows(self, name: str) -> list[dict[str, str]]:
        """Return a row for each question, with the keys of `COLUMNS`; one not answered is empty."""
        rows = []
        for asked in self.questions.values():
            letter = self.answers.get(asked.name, "")
            behind = asked.misconceptions[LETTERS.index(letter)] if letter else ""
            right = str(int(letter == asked.right)) if letter else ""
            values = (name, asked.name, letter, right, behind or "")
            rows.append(dict(zip(COLUMNS, values, strict=True)))
        return rows

    def save(self, name: str, path: str | Path) -> Table:
        """Write the sheet as a table that every spreadsheet opens (CSV), and say so.

        Args:
            name: of the student; without a name nothing is written.
            path: of the file; one that is there already is not overwritten.

        Raises:
            InputError: it cannot be written there.
        """
        if not name.strip():
            return Table("Write your name between the quotes, and run this cell again.", (), ())
        file = as_path(path)
        try:
            with open(file, "x", encoding="utf-8", newline="") as table:
                writer = csv.DictWriter(table, COLUMNS)
                writer.writeheader()
                writer.writerows(self.rows(name))
        except FileExistsError:
            raise InputError(f"{shown(file)} is there already: choose another name.") from None
        except OSError as error:
            raise InputError(f"{shown(file)} cannot be written: {error.strerror}.") from None
        return Table(f"Written to {shown(file)}.", (), ())


def answer_to(asked: Question, letter: str) -> str:
    """Return what is said to an answer: why it is right, or which misconception is behind it.

    Example:
        >>> answer_to(questions().questions["02-two"], "b").partition(".")[0]
        '✓ Right'
    """
    behind = asked.misconceptions[LETTERS.index(letter)]
    if behind is None:
        return f"✓ Right. {asked.why}"
    believed, so, again = questions().misconceptions[behind]
    return f"✗ Not yet. Behind this may be the idea: “{believed}” But: {so} (Read again: {again})"


def gain(before: str | Path, after: str | Path) -> Table:
    """Return what has changed between the two concept tests of a student, or of a class.

    The gain is the share of what could still be won that was won (Hake, 1998).

    Args:
        before, after: the files of `Sheet.save`; those of a class may be put one below the other.

    Raises:
        InputError: a file cannot be read, or has no answer.
    """
    missing = [shown(path) for path in map(as_path, (before, after)) if not path.exists()]
    if missing:
        return Table(f"Not there yet: {' and '.join(missing)}.", (), ())
    first, second = _read(before), _read(after)
    shares = [sum(row["right"] == "1" for row in rows) / len(rows) for rows in (first, second)]
    title = f"Right before: {shares[0]:.0%}. Right after: {shares[1]:.0%}."
    if shares[0] < 1:
        title += f" Gain: {(shares[1] - shares[0]) / (1 - shares[0]):.0%} of what was left."
    rows = []
    for name, known in questions().misconceptions.items():
        counts = [sum(row["misconception"] == name for row in rows) for rows in (first, second)]
        if any(counts):
            rows.append((known.believed, *map(str, counts), known.again if counts[1] else "–"))
    rows.sort(key=lambda row: -int(row[2]))
    return Table(title, ("chosen idea", "before", "after", "to read again"), rows)


def _read(path: str | Path) -> list[dict[str, Any]]:
    file = as_path(path)
    try:
        with open(file, encoding="utf-8-sig", newline="") as table:
            rows: Iterable[dict[str, Any]] = list(csv.DictReader(table))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise InputError(f"{shown(file)} cannot be read as a sheet.") from None
    rows = [row for row in rows if row.get("question") in questions().questions]
    if not any(row.get("choice") for row in rows) or not {*COLUMNS} <= rows[0].keys():
        raise InputError(f"{shown(file)} has no answers of the concept test.")
    return rows
