"""Predictions: what a reader expects before a cell shows it, kept until the lesson's end."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nst_helpers.checks.questions import digest, questions
from nst_helpers.errors import InputError, check_choice

if TYPE_CHECKING:
    from nst_helpers.widgets.buttons import Buttons

FILE = Path(__file__).with_name("predictions.json")
_LETTERS = "abcdefgh"


class Prediction(NamedTuple):
    """What was predicted.

    Attributes:
        options: what could be predicted.
        letter: the letter of the option that was.
    """

    options: tuple[str, ...]
    letter: str


# By the name of the question. It lasts as long as the kernel: the next reader of a shared computer
# begins anew.
_kept: dict[str, Prediction] = {}


def predict(question: str, options: Sequence[str], letter: str | None = None) -> "Buttons":
    """Ask for a prediction, and keep it until `predictions` shows it beside what it was.

    Args:
        question: its name, such as `"04-shuffle"`: the number of the lesson and a word.
        options: what can be predicted, at most eight.
        letter: the letter of an option, to predict without buttons.

    Raises:
        InputError: there is no such question, or no option of this letter.

    Example:
        >>> predict("04-shuffle", ["nothing", "it grows", "it falls"], "c").said
        'Kept: c. The next cell shows what happens.'
    """
    from nst_helpers.widgets.buttons import Buttons

    check_choice("prediction", question, list(questions(FILE)))
    letters = _LETTERS[: len(options)]
    words = [f"{letter}: {option}" for letter, option in zip(letters, options, strict=True)]
    buttons = Buttons("What do you predict?", words, "Nothing is predicted yet: choose one.")

    def keep(change: dict[str, int]) -> None:
        chosen = letters[change["new"]]
        _kept[question] = Prediction(tuple(options), chosen)
        buttons.said = f"Kept: {chosen}. The next cell shows what happens."

    buttons.observe(keep, "chosen")
    kept = _kept.get(question)
    if letter is None and kept and kept.options == tuple(options):
        letter = kept.letter
    if letter is not None:
        letter = str(letter).strip(" ()").lower()
        check_choice("letter", letter, list(letters))
        buttons.chosen = letters.index(letter)
    return buttons


class Predictions(NamedTuple):
    """What was predicted in a lesson, and what it was.

    Attributes:
        title: a sentence.
        rows: for each prediction what was said, what it was, and why.
    """

    title: str
    rows: list[tuple[str, str, str]]

    def __repr__(self) -> str:
        """Return the title and three lines for each prediction."""
        rows = [f"You said: {said}\nIt was: {was}\n{why}" for said, was, why in self.rows]
        return "\n\n".join([self.title, *rows])

    def _repr_html_(self) -> str:
        """Return the title and a table."""
        head = "".join(f'<th scope="col">{name}</th>' for name in ("you said", "it was", "why"))
        rows = "".join(
            f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>"
            for row in self.rows
        )
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        table = table.replace("<td>", '<td style="text-align: left">')
        return f"<p>{html.escape(self.title)}</p>{table}"


def predictions(lesson: str) -> Predictions:
    """Return what was predicted in a lesson beside what it was, and why.

    Args:
        lesson: its number, such as `"04"`.

    Raises:
        InputError: the lesson asks for no prediction.

    Example:
        >>> predictions("07")
        Predictions: none was made in this lesson.
    """
    asked = {name: known for name, known in questions(FILE).items() if name.startswith(lesson)}
    if not asked:
        raise InputError(f"No prediction is asked for in lesson {lesson}.")
    rows = []
    for name, known in asked.items():
        if name not in _kept:
            continue
        options, letter = _kept[name]
        right = next(one for one in _LETTERS if digest(name, one) == known.right)
        said, was = (f"{one}: {options[_LETTERS.index(one)]}" for one in (letter, right))
        rows.append((f"{'✓' if letter == right else '✗'} {said}", was, known.hint(known.right)))
    agreed = sum(said.startswith("✓") for said, *_ in rows)
    title = f"Predictions: {agreed} of {len(rows)} came true."
    if not rows:
        title = "Predictions: none was made in this lesson."
    elif len(rows) < len(asked):
        title += f" {len(asked) - len(rows)} more could be made."
    return Predictions(title, rows)
