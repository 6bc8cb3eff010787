"""A checker answers whatever it is given with a sentence, and never raises."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from attempts_step import step
from checkers import CHECKERS, Rude

from nst_helpers.checks import (
    check_content_loss,
    check_dot_product,
    check_gram_matrix,
    check_step,
    check_total_loss,
    check_variation_loss,
)
from nst_helpers.engine import losses

every_checker = pytest.mark.parametrize("check", [checker.check for checker in CHECKERS])


class Mute(Exception):
    def __str__(self):
        raise ValueError("no text")


def raising(error):
    def function(*_):
        raise error

    return function


def endless_recursion(*inputs):
    return endless_recursion(*inputs)


def generator(*inputs):
    yield inputs


RESULTS = [
    "text", [1.0, 2.0], (torch.ones(1),), {}, object, Rude(), 1j, float("nan"), True, 10**400,
    np.array(["a"]), np.array([None]), np.zeros((0, 3)), torch.tensor(float("inf")),
    torch.zeros(2, device="meta"), torch.zeros(3, 3).to_sparse(), torch.tensor([1j]),
    torch.zeros(0), torch.ones(3, dtype=torch.bool),
]  # fmt: skip
ERRORS = [
    SystemExit(), GeneratorExit(), KeyboardInterrupt(), Mute(), Warning(), ValueError("\ud83d"),
]  # fmt: skip
FUNCTIONS = [
    *(lambda *_, result=result: result for result in RESULTS),
    *map(raising, ERRORS),
    lambda: None, endless_recursion, generator, 7, "gram", torch.ones(2), Rude(), print, int,
]  # fmt: skip


@every_checker
def test_a_checker_never_raises(check):
    for function in FUNCTIONS:
        report = check(function)
        assert not report
        assert len(report.message) > 20
        assert "\n" not in report.message
        assert report.message.encode()  # half a surrogate pair would stop a notebook's output


@every_checker
@pytest.mark.parametrize("stub", [None, lambda *_: None])
def test_an_untouched_stub_is_met_kindly(check, stub):
    assert check(stub).message.startswith("○ Nothing was returned yet.")


def broken(a, b):
    shifted = a + 1
    return shifted @ torch.ones(7)


def test_an_exception_is_named_with_its_line():
    message = check_dot_product(broken).message
    line = broken.__code__.co_firstlineno + 2
    assert f"in line {line}, `return shifted @ torch.ones(7)`" in message
    assert "RuntimeError: " in message
    assert "when it was called, with `TypeError" in check_dot_product(lambda a: a).message


@pytest.mark.parametrize(
    ("result", "words"),
    [
        (float("nan"), "NaN"),
        (torch.zeros((), device="meta"), "device `meta`"),
        ((1, 2), "a tuple, not a tensor"),
        ([1, 2], "torch.stack"),
        (torch.ones(1), "shape 1; it must be a single number"),
        (99.0, "is 99, and it must be -15 for `a = [1.0, -2.0, 3.0, 2.0], b"),
    ],
)
def test_what_else_may_come_back(result, words):
    assert words in check_dot_product(lambda a, b: result).message


def test_a_call_instead_of_a_function():
    assert "without parentheses" in check_gram_matrix(torch.ones(2, 3, 3)).message


def test_an_input_that_was_replaced_is_a_changed_input():
    def total(terms, weights):
        terms["content"] = 0.5
        return sum(terms[name] * weights[name] for name in terms)

    assert "changed its input `losses`" in check_total_loss(total).message


def test_a_checker_leaves_the_state_of_torch_alone():
    torch.manual_seed(3)
    before = torch.get_rng_state()
    with torch.no_grad():
        assert check_content_loss(F.mse_loss)
        assert check_step(step)
        assert not torch.is_grad_enabled()
    with torch.inference_mode():
        assert check_variation_loss(losses.variation_loss)
    assert torch.equal(before, torch.get_rng_state())
