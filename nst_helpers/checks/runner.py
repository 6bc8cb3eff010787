"""Run a student's function, compare its results with the right ones and name the mistake."""

import inspect
import itertools
import linecache
import sys
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import torch

from nst_helpers.checks.mistakes import Mistakes
from nst_helpers.checks.report import Report, as_code, show_report

_KEEP_GRADIENT = (
    "Without it no pixel can be changed: keep `.detach()`, `.item()`, `.numpy()`, `float()`, "
    "`torch.tensor()` and `torch.no_grad()` away from the computation."
)
_VIEW = (
    "One remark: `view` stops where the numbers lie in another order in memory (channels last); "
    "`flatten` and `reshape` always work."
)
_CHANGED = {
    "generated": "Your function changed the picture `generated` in place: return a new one.",
    "network": "Your function changed the weights of the network. In style transfer the network "
    "stays as it is: the pixels are what moves.",
}
_CHANGED_INPUT = (
    "Your function changed its input `{name}` in place, and the caller still needs it: make a new "
    "tensor, or `clone()` it first."
)
_LIBRARIES = sys.stdlib_module_names | {"torch", "numpy", "nst_helpers"}


@dataclass(frozen=True)
class Exercise:
    """What a student's function has to return, and the mistakes that are known by name.

    `right` and `mistakes` take the same arguments as the student's function.

    Attributes:
        result: what is returned, in words, such as `"dot product"`.
        rule: the sentence that ends each hint and says how the result is computed.
        right: returns the right result.
        mistakes: returns the known mistakes. The names of its parameters are those that messages
            use for the arguments.
        cases: each makes the arguments of one call, new ones every time, for a function may change
            them. In the first case, numbers lie in memory in the usual order, which `view` needs.
        gradient: whether the result must be differentiable in the first argument: `"needed"`,
            `"noted"` (right without it, with a remark), `"unwanted"` (it must be detached), or None
            for either.

    Example:
        >>> double = Exercise(
        ...     result="double",
        ...     rule="The double is the number times 2.",
        ...     right=lambda number: 2 * number,
        ...     mistakes=lambda number: Mistakes({"This is the square.": number**2}, {}),
        ...     cases=[lambda: (torch.tensor(5.0),)],
        ... )
        >>> report = check_function(lambda number: number * number, double)
        ✗ Not yet. This is the square. The double is the number times 2.
    """

    result: str
    rule: str
    right: Callable[..., torch.Tensor]
    mistakes: Callable[..., Mistakes]
    cases: Sequence[Callable[[], tuple[Any, ...]]]
    gradient: Literal["needed", "noted", "unwanted"] | None = None


class Fault(Exception):
    """What is wrong, in words for the student; `right` is None where nothing was returned yet.

    Example:
        >>> Fault("The square is missing.").right
        False
    """

    def __init__(self, text: str, right: bool | None = False) -> None:
        """Keep the verdict beside the words."""
        super().__init__(text)
        self.right = right


def check_function(function: object, exercise: Exercise) -> Report:
    """Run a student's function on all cases of an exercise, show the verdict and return it.

    Args:
        function: the student's function; anything else is answered with a message, too.
        exercise: what the function has to return.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it.

    Example:
        >>> from nst_helpers.checks.dot_product import EXERCISE
        >>> report = check_function(lambda a, b: (a * b).sum(), EXERCISE)
        ✓ Right. Your dot product is correct on every input tried.
    """

    def judge() -> str:
        remarks = _judge(function, exercise)
        return " ".join([f"Your {exercise.result} is correct on every input tried.", *remarks])

    return show_verdict(judge)


def show_verdict(judge: Callable[[], str]) -> Report:
    """Show what a judge finds, and return it as a report.

    Args:
        judge: returns praise for a function that is right, and raises `Fault` for one that is not.

    Example:
        >>> show_verdict(lambda: "Your dot product is correct.")
        ✓ Right. Your dot product is correct.
        Report(right=True)
    """
    try:
        with torch.inference_mode(False):
            praise = judge()
    except Fault as fault:
        return show_report(fault.right, str(fault))
    except BaseException:  # what was returned may be of a class that raises anything
        return show_report(False, "What your function returned cannot be read: return a tensor.")
    return show_report(True, praise)


def check_callable(function: object) -> None:
    """Raise `Fault` unless the student gave a function.

    Example:
        >>> check_callable(print)
    """
    if function is None:
        raise Fault("Give the checker your function.", right=None)
    if not callable(function):
        raise Fault(
            f"The checker was given a {type(function).__name__}: give it your function itself, by "
            "its name and without parentheses or arguments."
        )


def _judge(function: Any, exercise: Exercise) -> list[str]:
    """Return remarks on a function that is right; raise `Fault` for the first thing wrong."""
    check_callable(function)
    remarks, result = [], None
    for number, case in enumerate(exercise.cases):
        given = case()
        try:
            result = call_safely(function, given)
        except Fault as fault:
            if number > 0 and "view size is not compatible" in str(fault):
                remarks = [_VIEW]  # it was right on the first case: a pitfall, not a mistake
                continue
            raise
        for name, argument, fresh in zip(_names(exercise), given, case(), strict=True):
            if not _unchanged(argument, fresh):
                raise Fault(_CHANGED.get(name, _CHANGED_INPUT.format(name=name)))
        expected = exercise.right(*case()).detach()
        value = _read(result, expected)
        if not is_close(value, expected):
            raise Fault(_diagnose(value, expected, exercise, case()))
    if exercise.gradient == "unwanted" and getattr(result, "grad_fn", None) is not None:
        raise Fault(
            "The numbers are right, but the new picture still hangs on the computation of this "
            "step, and memory would grow with every step: return it with `.detach()`."
        )
    if exercise.gradient in ("needed", "noted") and (cut := _cut_off(function, exercise)):
        if exercise.gradient == "needed":
            raise Fault(f"The number is right, but {cut}")
        remarks.append(f"For later: {cut}")
    return remarks


def call_safely(function: Callable[..., Any], arguments: tuple[Any, ...]) -> Any:
    """Return what the function returns; raise `Fault` with the line in which it stopped.

    Example:
        >>> call_safely(max, (3, 5))
        5
    """
    try:
        with torch.enable_grad():
            return function(*arguments)
    except KeyboardInterrupt:
        raise Fault("Your function was interrupted: look for a loop that never ends.") from None
    except BaseException as error:  # such as SystemExit, which would end the notebook's kernel
        place = "when it was called"
        for frame, line in traceback.walk_tb(error.__traceback__):
            if str(frame.f_globals.get("__name__")).partition(".")[0] not in _LIBRARIES:
                source = linecache.getline(frame.f_code.co_filename, line)
                place = f"in line {line}" + (f", {as_code(source)}" if source.strip() else "")
        kind = type(error).__name__
        text = as_code(error, lambda error: f"{kind}: {error}")
        raise Fault(f"Your function stopped {place}, with {text}.") from None


def _read(result: object, expected: torch.Tensor) -> torch.Tensor:
    """Return the student's result as a tensor of real numbers, or raise `Fault`."""
    if result is None:
        raise Fault("Write your lines in the function, and end with `return`.", right=None)
    kind = type(result)
    if isinstance(result, torch.Tensor):
        if result.device != expected.device:
            raise Fault(
                f"Your result is on the device `{result.device}` and the input on "
                f"`{expected.device}`: keep them on one, as with `torch.zeros_like`."
            )
    elif not isinstance(result, (int, float)) and not kind.__module__.startswith("numpy"):
        remedy = "stack them with `torch.stack`" if kind in (list, tuple) else "return a tensor"
        raise Fault(f"You returned a {kind.__name__}, not a tensor: {remedy}.")
    value = torch.as_tensor(result).detach()
    if value.is_complex() or not value.isfinite().all():
        raise Fault(
            "Your result holds numbers that are not real and finite (NaN, infinite or complex): "
            "look for a division by 0, a root or a logarithm of a negative number, or "
            "`torch.empty`, which is not filled."
        )
    return value


def _diagnose(
    value: torch.Tensor, expected: torch.Tensor, exercise: Exercise, arguments: tuple[Any, ...]
) -> str:
    """Return which mistake, or which two, give the student's result; else how it differs."""
    mistakes = exercise.mistakes(*arguments)
    outcomes = {"": expected} | mistakes.outcomes
    factors = {"": 1.0} | mistakes.factors
    pairs = sorted(itertools.product(outcomes, factors), key=all)  # one mistake before two
    for pair in pairs:
        outcome, factor = outcomes[pair[0]].detach(), factors[pair[1]]
        if is_close(value, outcome * factor):
            hint = " ".join(part for part in (*pair, exercise.rule) if part)
            return hint.replace("{shape}", _shape(value))
    if value.shape != expected.shape:
        wanted = _shape(expected) or "a single number"
        shape = _shape(value) or "()"
        return f"Your result has the shape {shape}; it must be {wanted}. {exercise.rule}"
    index = (value - expected).abs().argmax()
    got, wanted = (f"{tensor.flatten()[index].item():.4g}" for tensor in (value, expected))
    where = f"at {[int(i) for i in torch.unravel_index(index, value.shape)]} " if value.ndim else ""
    short = [
        f"{name} = {argument.tolist()}"
        for name, argument in zip(_names(exercise), arguments, strict=True)
        if isinstance(argument, torch.Tensor) and argument.numel() <= 6
    ]
    inputs = f" for `{', '.join(short)}`" if short else ""
    return f"Your result {where}is {got}, and it must be {wanted}{inputs}. {exercise.rule}"


def _cut_off(function: Callable[..., Any], exercise: Exercise) -> str | None:
    """Return how the result lost the gradient of the first argument, or None."""
    given, fresh = exercise.cases[0](), exercise.cases[0]()
    for tensor in _tensors(given) + _tensors(fresh):
        tensor.requires_grad_()
    sources = _tensors(given[0])  # before the call, which may take entries out of a dict
    try:
        result = call_safely(function, given)
    except Fault as fault:
        return f"with an input that asks for a gradient: {fault} {_KEEP_GRADIENT}"
    if not isinstance(result, torch.Tensor) or not result.requires_grad:
        return f"the result is cut off from the gradient. {_KEEP_GRADIENT}"
    found = torch.autograd.grad(result.sum(), sources, allow_unused=True)
    true = torch.autograd.grad(exercise.right(*fresh).sum(), _tensors(fresh[0]))
    if all(gradient is None for gradient in found):
        return "you detached the wrong one: the target may be detached, the first argument not."
    if any(f is None or not is_close(f, t) for f, t in zip(found, true, strict=True)):
        return f"a part of the result is cut off from the gradient. {_KEEP_GRADIENT}"
    return None


def _unchanged(argument: Any, fresh: Any) -> bool:
    """Return whether an argument still equals a fresh one after the student's function ran."""
    if isinstance(argument, torch.nn.Module):
        argument, fresh = dict(argument.named_parameters()), dict(fresh.named_parameters())
    if isinstance(fresh, dict):
        return argument.keys() == fresh.keys() and all(
            _unchanged(argument[key], fresh[key]) for key in fresh
        )
    if isinstance(fresh, torch.Tensor):
        return isinstance(argument, torch.Tensor) and torch.equal(argument, fresh)
    return bool(argument == fresh)


def is_close(a: torch.Tensor, b: torch.Tensor) -> bool:
    """Return whether two tensors have one shape and nearly the same numbers.

    Example:
        >>> is_close(torch.tensor([1.0]), torch.tensor([1.00001]))
        True
        >>> is_close(torch.tensor([1.0]), torch.tensor(1.0))
        False
    """
    a, b = a.cpu().double(), b.cpu().double()
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-5)


def _tensors(value: Any) -> list[torch.Tensor]:
    """Return the tensors in a tuple or the values of a dict, however deep."""
    if isinstance(value, (dict, tuple)):
        parts = value.values() if isinstance(value, dict) else value
        return [tensor for part in parts for tensor in _tensors(part)]
    return [value] if isinstance(value, torch.Tensor) else []


def _names(exercise: Exercise) -> list[str]:
    """Return the names of the arguments of a student's function."""
    return list(inspect.signature(exercise.mistakes).parameters)


def _shape(value: torch.Tensor) -> str:
    return " x ".join(map(str, value.shape))
