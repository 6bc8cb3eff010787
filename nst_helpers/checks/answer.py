"""The questions that are answered by a word, a number, a list or a set."""

import math
import string
from collections.abc import Mapping
from typing import Any

from nst_helpers.checks.report import Report, as_code, show_report


def check_answer(answer: object, right: object, hints: Mapping[Any, str] | None = None) -> Report:
    """Check the answer to a question: a word, a number, a list or a set.

    Capitals of words do not matter, nor what stands around them, as in `"(c)"`. A number may be
    written as text; a float may be 1 % off, a whole number must be exact, and the order matters
    unless `right` is a set.

    Args:
        answer: what the student chose; None means not answered yet.
        right: the right answer.
        hints: `{answer: text}`, shown after that answer; one for `right` explains why it is right.

    Returns:
        A report, true where the answer is right. Nothing is raised: an answer that cannot be
        compared is not right.

    Example:
        >>> report = check_answer("B", "a", hints={"b": "Look at the shape again."})
        ✗ Not yet. Look at the shape again.
    """
    if answer is None:
        return show_report(None, "Write your answer in place of `None`.")
    try:
        correct = _agree(answer, right)
        known = [text for given, text in dict(hints or {}).items() if _agree(answer, given)]
    except BaseException:  # the answer may be of a class that raises anything
        kind = type(answer).__name__
        return show_report(False, f"A {kind} cannot be compared with the answer.")
    text = "That is the answer." if correct else f"{as_code(answer, repr)} is not the answer."
    return show_report(correct, str(known[0]) if known else text)


def _agree(answer: Any, right: Any) -> bool:
    if isinstance(answer, str) and isinstance(right, str):
        signs = " \t\n" + (string.punctuation if right.isalnum() else "")
        return answer.strip(signs).casefold() == right.strip().casefold()
    if isinstance(right, (set, frozenset)):
        return len(answer) == len(right) and all(any(_agree(a, r) for a in answer) for r in right)
    if isinstance(right, (list, tuple)):
        return len(answer) == len(right) and all(map(_agree, answer, right))
    if isinstance(answer, bool) or isinstance(right, bool):
        return answer is right
    if isinstance(answer, str) and isinstance(right, (int, float)):
        answer = _as_number(answer)
    if isinstance(right, float):
        return math.isclose(answer, right, rel_tol=0.01)
    return bool(answer == right)


def _as_number(text: str) -> float:
    """Return the number that a text is, or one that equals no other."""
    try:
        return float(text)
    except ValueError:
        return math.nan
