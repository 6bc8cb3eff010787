"""The questions that are answered by a word, a number, a list or a set."""

import math
from collections.abc import Mapping
from typing import Any

from nst_helpers.checks.questions import digest, plain, questions
from nst_helpers.checks.report import Report, as_code, show_report
from nst_helpers.errors import check_choice


def check_answer(question: str, answer: object) -> Report:
    """Check the answer to a question of the lessons, which is not written in the call.

    Capitals do not matter, nor what stands around a word, as in `"(c)"`. A number may be written as
    text.

    Args:
        question: its name, such as `"04-table"`: the number of the lesson and a word.
        answer: what the student chose; None means not answered yet.

    Returns:
        A report, true where the answer is right. Nothing is raised for an answer: one that cannot
        be compared is not right.

    Raises:
        InputError: there is no question of that name; the message suggests the nearest.

    Example:
        >>> report = check_answer("04-table", None)
        ○ Nothing was returned yet. Write your answer in place of `None`.
    """
    known = questions()
    check_choice("question", question, list(known))
    if answer is None:
        return _unanswered()
    try:
        found = digest(question, answer)
    except BaseException:  # the answer may be of a class that raises anything
        return _incomparable(answer)
    return _verdict(answer, found == known[question].right, known[question].hint(found))


def compare_answer(answer: object, right: object, hints: Mapping[Any, str] | None = None) -> Report:
    """Check the answer to a question of your own, where the right answer may stand in the call.

    Besides words and numbers, as `check_answer` takes them, it compares lists and sets. A float may
    be 1 % off, a whole number must be exact, and the order matters unless `right` is a set.

    Args:
        answer: what the student chose; None means not answered yet.
        right: the right answer.
        hints: `{answer: text}`, shown after that answer; one for `right` explains why it is right.

    Returns:
        A report, true where the answer is right. Nothing is raised: an answer that cannot be
        compared is not right.

    Example:
        >>> report = compare_answer("B", "a", hints={"b": "Look at the shape again."})
        ✗ Not yet. Look at the shape again.
    """
    if answer is None:
        return _unanswered()
    try:
        correct = _agree(answer, right)
        known = [text for given, text in dict(hints or {}).items() if _agree(answer, given)]
    except BaseException:  # the answer may be of a class that raises anything
        return _incomparable(answer)
    return _verdict(answer, correct, str(known[0]) if known else None)


def _unanswered() -> Report:
    return show_report(None, "Write your answer in place of `None`.")


def _incomparable(answer: object) -> Report:
    return show_report(False, f"A {type(answer).__name__} cannot be compared with the answer.")


def _verdict(answer: object, correct: bool, hint: str | None) -> Report:
    text = "That is the answer." if correct else f"{as_code(answer, repr)} is not the answer."
    return show_report(correct, hint or text)


def _agree(answer: Any, right: Any) -> bool:
    if isinstance(right, (set, frozenset)):
        return len(answer) == len(right) and all(any(_agree(a, r) for a in answer) for r in right)
    if isinstance(right, (list, tuple)):
        return len(answer) == len(right) and all(map(_agree, answer, right))
    if isinstance(right, float):
        return math.isclose(_as_number(plain(answer)), right, rel_tol=0.01)
    return plain(answer) == plain(right)


def _as_number(text: str) -> float:
    """Return the number that a text is, or one that equals no other."""
    try:
        return float(text)
    except ValueError:
        return math.nan
