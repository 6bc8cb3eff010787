"""Each mistake is named, each right form is accepted, and no two mistakes are confused."""

import attempts_gram_matrix
import pytest
from checkers import CHECKERS

from nst_helpers import checks
from nst_helpers.checks.runner import is_close
from nst_helpers.engine import losses

WRONG = [(checker.check, *attempt) for checker in CHECKERS for attempt in checker.wrong]
RIGHT = [(checker.check, attempt) for checker in CHECKERS for attempt in checker.right]


@pytest.mark.parametrize(("check", "function", "words"), WRONG)
def test_a_wrong_answer_is_rejected_by_name(check, function, words, capsys):
    report = check(function)
    assert not report
    assert words in report.message
    assert capsys.readouterr().out == report.message + "\n"


def test_there_are_enough_wrong_answers_and_each_checker_has_some():
    assert len(WRONG) >= 85
    assert all(checker.wrong and checker.right for checker in CHECKERS)
    of_functions = {name for name in checks.__all__ if name.startswith("check_")} - {"check_answer"}
    assert of_functions <= {checker.check.__name__ for checker in CHECKERS}


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_answer_is_accepted(check, function):
    report = check(function)
    assert report, report.message
    assert report.message.startswith("✓ Right.")


def test_a_right_answer_may_get_a_remark():
    assert "For later: " in checks.check_gram_matrix(attempts_gram_matrix.gram_numpy).message
    flattened = checks.check_content_loss(lambda f, t: (f.view(-1) - t.view(-1)).square().mean())
    assert "`view` stops" in flattened.message
    assert "later" not in checks.check_gram_matrix(losses.gram_matrix).message


@pytest.mark.parametrize(
    "exercise",
    [checker.exercise for checker in CHECKERS if checker.exercise],
    ids=[checker.check.__name__ for checker in CHECKERS if checker.exercise],
)
def test_every_mistake_differs_from_the_right_answer_and_the_others(exercise):
    """A mistake is named in the first case that shows it, so there no other may give the same."""
    unseen = set(exercise.mistakes(*exercise.cases[0]()).outcomes)
    for case in exercise.cases:
        expected = exercise.right(*case())
        outcomes = exercise.mistakes(*case()).outcomes
        shown = {hint for hint in unseen if not is_close(outcomes[hint], expected)}
        for hint in shown:
            for other in outcomes.keys() - {hint}:
                assert not is_close(outcomes[hint], outcomes[other]), (hint, other)
        unseen -= shown
    assert not unseen
