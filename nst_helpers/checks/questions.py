"""The questions of the lessons: their answers are hashed, and their hints encoded.

This hides the answers from a glance, in a lesson and in `questions.json`. It does not protect them:
four letters are soon tried, and the folded solutions have them too.
"""

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nst_helpers.errors import check_choice

FILE = Path(__file__).with_name("questions.json")
LETTERS = "abcdefgh"  # of the options among which a reader chooses
_AROUND = " \t\n()[]{}<>.,:;!?'\"`*_"  # what may stand around a word, as in "(c)" or "**c**"


class Question(NamedTuple):
    """A question whose answers are known by their digests only.

    Attributes:
        right: the digest of the right answer.
        hints: an encoded hint for each digest of an answer that has one.
    """

    right: str
    hints: dict[str, str]

    def hint(self, found: str) -> str | None:
        """Return the hint for the answer of a digest, or None."""
        hidden = self.hints.get(found)
        return None if hidden is None else base64.b64decode(hidden).decode("utf-8")


@cache
def questions(file: Path = FILE) -> dict[str, Question]:
    """Return all questions of the lessons, by name.

    Args:
        file: where they are stored.

    Example:
        >>> "04-table" in questions()
        True
    """
    stored = json.loads(file.read_text(encoding="utf-8"))
    return {name: Question(**question) for name, question in stored.items()}


def plain(answer: Any) -> str:
    """Return an answer as text that is the same for all ways to write it.

    Args:
        answer: a word, a letter or a number, which may be text or a tensor.

    Raises:
        Exception: it is something else; its class decides what is raised.

    Example:
        >>> plain(" (C)"), plain("10"), plain(10)
        ('c', '10.0', '10.0')
    """
    if not isinstance(answer, (str, bool)):
        return repr(float(answer))
    text = str(answer)
    try:
        return repr(float(text))
    except ValueError:
        return text.strip(_AROUND).casefold() or text


def read_letter(given: object, letters: str) -> str:
    """Return a letter that a reader gave as one of those that are known.

    Args:
        given: such as `"b"`, `" B"` or `"(b)"`.
        letters: those of the options.

    Raises:
        InputError: it is none of them.

    Example:
        >>> read_letter("(B)", "abc")
        'b'
    """
    letter = str(given).strip(" ()").lower()
    check_choice("letter", letter, list(letters))
    return letter


def digest(name: str, answer: Any) -> str:
    """Return the SHA-256 of an answer, salted with the name of its question.

    Example:
        >>> digest("00-example", "(A)") == digest("00-example", "a") != digest("00-other", "a")
        True
    """
    return hashlib.sha256(f"{name}: {plain(answer)}".encode(errors="replace")).hexdigest()


def hide(name: str, right: object, hints: Mapping[Any, str]) -> Question:
    """Return a question as it is stored.

    Args:
        name: the number of the lesson and a word that does not give the answer, as in `"04-table"`.
        right: the right answer, a word or a whole number.
        hints: `{answer: text}`, shown after that answer; one for `right` explains why it is right.

    Example:
        >>> question = hide("00-example", "a", {"b": "Look at the shape again."})
        >>> question.hint(digest("00-example", "B"))
        'Look at the shape again.'
    """
    hidden = {
        digest(name, answer): base64.b64encode(text.encode("utf-8")).decode()
        for answer, text in hints.items()
    }
    return Question(digest(name, right), dict(sorted(hidden.items())))
