"""Predictions: what a reader expects before a cell shows it, kept until the lesson's end."""

import html
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nst_helpers.checks.questions import LETTERS, digest, questions, read_letter
from nst_helpers.checks.table import table_element
from nst_helpers.errors import InputError, check_choice

if TYPE_CHECKING:
    from nst_helpers.widgets.buttons import Buttons

FILE = Path(__file__).with_name("predictions.json")


class Prediction(NamedTuple):
    """What was predicted.

    Attributes:
        about: what was asked, in a few words.
        options: what could be predicted.
        letter: the letter of the option that was.
        looks: how many looks were taken before, in a room of the museum; None elsewhere.
    """

    about: str
    options: tuple[str, ...]
    letter: str
    looks: int | None = None


MOST_POINTS = 4  # for a bug that is named without a look; each look costs one

# By the name of the question. It lasts as long as the kernel: the next reader of a shared computer
# begins anew.
_kept: dict[str, Prediction] = {}


def keep(question: str, prediction: Prediction) -> None:
    """Keep a prediction, in place of an earlier one."""
    _kept[question] = prediction


def kept(question: str) -> Prediction | None:
    """Return the prediction that is kept, if there is one."""
    return _kept.get(question)


def right_letter(question: str) -> str:
    """Return the letter of the option that it was.

    Args:
        question: its name, which is known.
    """
    known = questions(FILE)[question]
    return next(letter for letter in LETTERS if digest(question, letter) == known.right)


def reason(question: str) -> str:
    """Return why it was so.

    Args:
        question: its name, which is known.
    """
    known = questions(FILE)[question]
    return known.hint(known.right) or ""


def predict(
    question: str, about: str, options: Sequence[str], letter: str | None = None
) -> "Buttons":
    """Ask for a prediction, and keep it until `predictions` shows it beside what it was.

    Args:
        question: its name, such as `"04-alone"`: the number of the lesson and a word.
        about: what is asked, in a few words.
        options: what can be predicted, at most eight.
        letter: the letter of an option, to predict without buttons.

    Raises:
        InputError: there is no such question, or no option of this letter.

    Example:
        >>> predict("04-alone", "yellow alone is shuffled", ["nothing", "less"], "b").said
        'Kept: b. The next cell shows what happens.'
    """
    from nst_helpers.widgets.buttons import Buttons

    check_choice("prediction", question, list(questions(FILE)))
    letters = LETTERS[: len(options)]
    words = [f"{letter}: {option}" for letter, option in zip(letters, options, strict=True)]
    otherwise = "Nothing is predicted yet. Without buttons, write the letter after the options."
    buttons = Buttons(f"{about}:", words, otherwise)

    def choose(change: dict[str, int]) -> None:
        chosen = letters[change["new"]]
        keep(question, Prediction(about, tuple(options), chosen))
        buttons.said = f"Kept: {chosen}. The next cell shows what happens."

    buttons.observe(choose, "chosen")
    earlier = kept(question)
    if letter is None and earlier and earlier.options == tuple(options):
        letter = earlier.letter
    if letter is not None:
        buttons.chosen = letters.index(read_letter(letter, letters))
    return buttons


class Predictions(NamedTuple):
    """What was predicted in a lesson, and what it was.

    Attributes:
        title: a sentence.
        rows: for each prediction what was asked, what was said, what it was, and why.
    """

    title: str
    rows: list[tuple[str, str, str, str]]

    def __repr__(self) -> str:
        """Return the title and four lines for each prediction."""
        rows = [
            f"{about}\n  you said {said}\n  it was {was}\n  {why}"
            for about, said, was, why in self.rows
        ]
        return "\n\n".join([self.title, *rows])

    def _repr_html_(self) -> str:
        """Return the title and a table."""
        heads = "", "you said", "it was", "why"
        return f"<p>{html.escape(self.title)}</p>{table_element(heads, self.rows)}"


def predictions(lesson: str) -> Predictions:
    """Return what was predicted in a lesson beside what it was, and why.

    Args:
        lesson: its number, such as `"04"`.

    Raises:
        InputError: the lesson asks for no prediction.

    Example:
        >>> predictions("07")
        Nothing was predicted in this lesson yet.
    """
    asked = {name: known for name, known in questions(FILE).items() if name.startswith(lesson)}
    if not asked:
        raise InputError(f"No prediction is asked for in lesson {lesson}.")
    rows, agreed, points, rooms = [], 0, 0, 0
    for name, (about, options, letter, looks) in _kept.items():
        if name in asked:
            right = right_letter(name)
            said, was = (f"{one}: {options[LETTERS.index(one)]}" for one in (letter, right))
            agreed += letter == right
            if looks is not None:
                said += f" ({looks} look{'s' if looks != 1 else ''})"
                rooms += 1
                points += MOST_POINTS - looks if letter == right else 0
            rows.append((about, said, was, reason(name)))
    title = f"You predicted {agreed} of {len(rows)} as it was."
    if rooms:
        title += f" In the museum: {points} of {MOST_POINTS * rooms} points."
    if not rows:
        title = "Nothing was predicted in this lesson yet."
    elif len(rows) < len(asked):
        title += f" Not predicted: {len(asked) - len(rows)}."
    return Predictions(title, rows)
