"""The questions of the course, as `questions.md` has them for a teacher."""

import re
from functools import cache
from typing import NamedTuple

from nst_helpers.checks.questions import LETTERS
from nst_helpers.course.material import material
from nst_helpers.errors import InputError

CONCEPT = "Concept test"


class Misconception(NamedTuple):
    """What many believe at first.

    Attributes:
        believed: what is believed.
        so: what is so instead.
        again: the lesson and the section to read again, such as `"02 · A channel is a picture"`.
    """

    believed: str
    so: str
    again: str


class Question(NamedTuple):
    """A question with one right option.

    Attributes:
        name: the number of its lesson, or `concept`, and a word.
        part: the heading under which it stands: `"Concept test"`, or the title of its lesson.
        text: what is asked.
        options: the options, in their order.
        misconceptions: for each option the name of the misconception behind it, or None.
        why: why the right option is right.
        again: the lesson and the section to read again.
    """

    name: str
    part: str
    text: str
    options: list[str]
    misconceptions: list[str | None]
    why: str
    again: str

    @property
    def right(self) -> str:
        """The letter of the right option."""
        return LETTERS[self.misconceptions.index(None)]

    @property
    def letters(self) -> str:
        """The letters of all options."""
        return LETTERS[: len(self.options)]


class Questions(NamedTuple):
    """All questions, and what is behind their wrong options.

    Attributes:
        questions: by name, in the order of the page.
        misconceptions: by name.
    """

    questions: dict[str, Question]
    misconceptions: dict[str, Misconception]

    def part(self, concept: bool) -> list[Question]:
        """Return the questions of the concept test, or those of the lessons."""
        return [q for q in self.questions.values() if (q.part == CONCEPT) == concept]


@cache
def questions() -> Questions:
    """Return the questions of the page that the package carries.

    Example:
        >>> all_questions = questions()
        >>> len(all_questions.part(concept=True)), all_questions.questions["02-two"].options
        (12, ['3', '5', '6', '9'])
    """
    return read_questions((material("course") / "questions.md").read_text(encoding="utf-8"))


def read_questions(page: str) -> Questions:
    """Return the questions of a page in the form of `questions.md`.

    Raises:
        InputError: a part of a question is missing; the message names the question.
    """
    _, *parts = re.split(r"^## ", page, flags=re.M)
    rows = re.findall(r"^\| `([^`]+)` \| (.+) \| (.+) \| (.+) \|$", "".join(parts), flags=re.M)
    misconceptions = {name: Misconception(*row) for name, *row in rows}
    found: dict[str, Question] = {}
    for part in parts:
        heading, *sections = re.split(r"^### ", part, flags=re.M)
        for section in sections:
            question = _question(heading.splitlines()[0].strip(), section)
            for name in question.misconceptions:
                if name and name not in misconceptions:
                    raise InputError(f"{question.name}: the table has no misconception {name}.")
            if question.name in found:
                raise InputError(f"{question.name}: there are two questions of this name.")
            found[question.name] = question
    return Questions(found, misconceptions)


def _question(part: str, section: str) -> Question:
    name = section.splitlines()[0].strip()
    options = re.findall(r"^- \[([ x])\] (.+?)(?: `([\w-]+)`)?$", section, flags=re.M)
    below = re.findall(r"^> (.+)$", section, flags=re.M)
    text = " ".join(re.split(r"^- \[", section, flags=re.M)[0].split("\n")[1:]).strip()
    if not text or len(below) != 2:
        raise InputError(f"{name}: it has no text, or no reason and no section below its options.")
    if [mark for mark, *_ in options].count("x") != 1 or not 3 <= len(options) <= len(LETTERS):
        raise InputError(f"{name}: of at least three options, just one is marked with [x].")
    if any((mark == "x") == bool(behind) for mark, _, behind in options):
        raise InputError(f"{name}: the wrong options, and no other, end with a `misconception`.")
    return Question(
        name, part, text, [o for _, o, _ in options], [m or None for *_, m in options], *below
    )
