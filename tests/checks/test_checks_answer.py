"""The answers to questions: what counts as equal, and which hint is shown."""

import numpy as np
import pytest
import torch
from checkers import Rude

from nst_helpers.checks import check_answer


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
    assert check_answer(answer, right)


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
    assert not check_answer(answer, right)


def test_the_hint_of_a_choice():
    hints = {"a": "That is the content.", 7: "Count again.", "b": "It forgets where."}
    assert check_answer("A", "b", hints).message == "✗ Not yet. That is the content."
    assert check_answer(7, "b", hints).message == "✗ Not yet. Count again."
    assert check_answer("b", "b", hints).message == "✓ Right. It forgets where."
    assert check_answer("c", "b", hints).message == "✗ Not yet. `'c'` is not the answer."
    assert check_answer(None, "b", hints).message.startswith("○ Nothing was returned yet.")
    assert not check_answer("c", "b", hints=3)
