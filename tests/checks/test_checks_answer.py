"""The answers to questions: what counts as equal, and which hint is shown."""

import base64
import json
import re

import numpy as np
import pytest
import torch
from checkers import Rude

import question
from nst_helpers.checks import answer as answers
from nst_helpers.checks import check_answer, compare_answer
from nst_helpers.checks.questions import FILE, hide, questions
from nst_helpers.errors import InputError


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (" Style ", "style"), (3, 3), (3.0, 3), (0.333, 1 / 3), (["a", "B"], ["A", "b"]),
        (["b", "a"], {"a", "b"}), (True, True), (torch.tensor(2.0), 2.0), (torch.tensor(3), 3),
        ((2, 3), torch.Size([2, 3])), (np.float32(0.25), 0.25), ("3", 3), (" 64 ", 64),
        ("0.333", 1 / 3), ("c)", "c"), ("(C)", "c"), ("'c'.", "c"), ("c:", "c"), (["b."], {"b"}),
    ],
)  # fmt: skip
def test_a_right_choice(answer, right):
    assert compare_answer(answer, right)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("a", "b"), (4, 3), (1, True), (0.5, 1 / 3), ("three", 3.0), (["a"], ["a", "b"]),
        ("ab", {"ab"}), (torch.ones(3), 1.0), (5, {1}), ("4", 3), ("", 3), ("a) b", "b"),
        (")", "c"), ("nan", float("nan")), (3, "3x"), ("a b", "ab"),
        pytest.param(Rude(), 1, id="rude"), pytest.param(1, Rude(), id="right"),
    ],
)  # fmt: skip
def test_a_wrong_choice(answer, right):
    assert not compare_answer(answer, right)


def test_the_hint_of_a_choice():
    hints = {"a": "That is the content.", 7: "Count again.", "b": "It forgets where."}
    assert compare_answer("A", "b", hints).message == "✗ Not yet. That is the content."
    assert compare_answer(7, "b", hints).message == "✗ Not yet. Count again."
    assert compare_answer("b", "b", hints).message == "✓ Right. It forgets where."
    assert compare_answer("c", "b", hints).message == "✗ Not yet. `'c'` is not the answer."
    assert compare_answer(None, "b", hints).message.startswith("○ Nothing was returned yet.")
    assert not compare_answer("c", "b", hints=3)


HINTS = {"a": "That is the content.", 7: "Count again.", "b": "It forgets where.", "d": "Sí, 猫."}


@pytest.fixture
def asked(monkeypatch):
    """Ask two questions that are no lesson's: the answers are b and 10."""
    known = {"00-word": hide("00-word", "b", HINTS), "00-number": hide("00-number", 10, HINTS)}
    monkeypatch.setattr(answers, "questions", lambda: known)


@pytest.mark.parametrize("answer", ["b", "B", "(b)", "b)", " 'b'. ", "**b**", "b:", np.str_("b")])
def test_a_hidden_word_is_found_however_it_is_written(asked, answer):
    assert check_answer("00-word", answer).message == "✓ Right. It forgets where."


@pytest.mark.parametrize(
    "answer", [10, 10.0, "10", " 10 ", "1e1", torch.tensor(10), torch.tensor([10.0]), np.int8(10)]
)
def test_a_hidden_number_is_found_however_it_is_written(asked, answer):
    assert check_answer("00-number", answer).message == "✓ Right. That is the answer."


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("A", "That is the content."), ("7.0", "Count again."), ("d", "Sí, 猫."),
        ("c", "`'c'` is not the answer."), ("", "`''` is not the answer."),
        (")", "`')'` is not the answer."), (True, "`True` is not the answer."),
        ("a) b", "is not the answer."), (10, "`10` is not the answer."), 
        ("\ud800", "is not the answer."),
        (float("nan"), "`nan` is not"), (["b"], "A list cannot be compared"),
        ({"b"}, "A set cannot be compared"), (lambda: "b", "A function cannot be compared"),
        (torch.ones(3), "A Tensor cannot be compared"), 
        pytest.param(10**400, "cannot be compared", id="huge"),
        pytest.param(Rude(), "A Rude cannot be compared", id="rude"),
    ],
)  # fmt: skip
def test_a_wrong_answer_to_a_hidden_question_gets_its_hint(asked, answer, words):
    report = check_answer("00-word", answer)
    assert not report and words in report.message


def test_a_hidden_whole_number_is_exact_and_none_is_no_answer(asked):
    assert not check_answer("00-number", 10.001) and not check_answer("00-number", True)
    assert check_answer("00-number", None).message.startswith("○ Nothing was returned yet.")


@pytest.mark.parametrize("name", ["04-tabel", "b", None, 4, ["x"]])
def test_a_question_that_is_not_known(name):
    with pytest.raises(InputError, match=r"There is no question .*Known: .*04-table") as error:
        check_answer(name, "b")
    assert (name == "04-tabel") == ("Did you mean '04-table'?" in str(error.value))


def test_what_is_stored_of_a_question_does_not_read_as_its_answer():
    text = FILE.read_text(encoding="utf-8")
    for name, known in questions().items():
        assert re.fullmatch(r"\d\d-[a-z]+", name)
        assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in (known.right, *known.hints))
        assert known.right in known.hints, f"{name} does not say why"
        assert list(known.hints) == sorted(known.hints)  # their order says nothing
        for digest in known.hints:
            hint = known.hint(digest)
            assert re.search(r"^[A-Z].*[.?]$", hint) and len(hint) <= 160
            assert not any(part in text for part in hint.split(" ") if len(part) > 8)


def test_the_program_writes_a_question(tmp_path):
    file = tmp_path / "questions.json"
    question.write("00-number", "10", {"7": "Count again."}, file)
    question.write("00-number", "10", {"10": "Yes."}, file)
    question.write("00-a", "b", {}, file)
    stored = json.loads(file.read_text(encoding="utf-8"))
    assert list(stored) == ["00-a", "00-number"]
    assert stored["00-number"] == hide("00-number", 10, {10: "Yes."})._asdict()
    assert base64.b64decode(*stored["00-number"]["hints"].values()) == b"Yes."
