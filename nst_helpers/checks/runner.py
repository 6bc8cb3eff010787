"""Run a student's function, compare its results and name the mistake."""

import inspect
import itertools
import linecache
import sys
import traceback
from dataclasses import dataclass, field

import torch


@dataclass(frozen=True)
class Report:
    """What a checker found: true when the answer is right; `message` is the text that was shown."""

    right: bool
    message: str = field(repr=False)

    def __bool__(self):
        """Return whether the answer is right."""
        return self.right

    def _ipython_display_(self):
        """Show nothing at the end of a cell: the checker has shown its message already."""


_CUT = (
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


class _Fault(Exception):
    """What is wrong, in words for the student; `right` is None where nothing was returned yet."""

    def __init__(self, text, right=False):
        super().__init__(text)
        self.right = right


def check_function(function, what, right, mistakes, cases, gradient=None):
    """Run a student's function on all cases, show the verdict and return it as a `Report`.

    Args:
        function: the student's function.
        what: its result in words.
        right: a correct function of the same arguments.
        mistakes: a function of the same arguments that returns the rule in words; what each
            plausible mistake gives; and factors that come of dividing by a wrong count, alone or on
            top of a mistake.
        cases: functions that make the arguments, new ones at every call.
        gradient: whether the result must be differentiable in the first argument: `"needed"`,
            `"noted"` (a remark where it is not), `"unwanted"` or None.
    """
    try:
        with torch.inference_mode(False):
            notes = _judge(function, right, mistakes, cases, gradient)
        return show_report(
            True, " ".join([f"Your {what} is correct on every input tried.", *notes])
        )
    except _Fault as fault:
        return show_report(fault.right, str(fault))
    except BaseException:
        return show_report(False, "What your function returned cannot be read: return a tensor.")


def _judge(function, right, mistakes, cases, gradient):
    """Raise `_Fault` at the first fault; return remarks on a function that has none."""
    if function is None:
        raise _Fault("Give the checker your function.", right=None)
    if not callable(function):
        raise _Fault(
            f"The checker was given a {type(function).__name__}: give it your function itself, by "
            "its name and without parentheses or arguments."
        )
    notes = []
    for case in cases:
        inputs = case()
        try:
            result = _call(function, inputs)
        except _Fault as fault:
            if case is not cases[0] and "view size is not compatible" in str(fault):
                notes = [_VIEW]
                continue
            raise
        for name, given, fresh in zip(_names(mistakes), inputs, case(), strict=True):
            if not _unchanged(given, fresh):
                raise _Fault(_CHANGED.get(name, _CHANGED_INPUT.format(name=name)))
        expected = right(*case()).detach()
        value = _read(result, expected)
        if not is_close(value, expected):
            raise _Fault(_diagnose(value, expected, mistakes, case))
    if gradient == "unwanted" and isinstance(result, torch.Tensor) and result.grad_fn is not None:
        raise _Fault(
            "The numbers are right, but the new picture still hangs on the computation of this "
            "step, and memory would grow with every step: return it with `.detach()`."
        )
    if gradient in ("needed", "noted") and (cut := _cut_off(function, cases[0], right)):
        if gradient == "needed":
            raise _Fault(f"The number is right, but {cut}")
        notes.append(f"For later: {cut}")
    return notes


def _call(function, inputs):
    try:
        with torch.enable_grad():
            return function(*inputs)
    except KeyboardInterrupt:
        raise _Fault("Your function was interrupted: look for a loop that never ends.") from None
    except BaseException as error:
        ours = sys.stdlib_module_names - {"__main__"} | {"torch", "numpy", "nst_helpers"}
        place = "when it was called"
        for frame, line in traceback.walk_tb(error.__traceback__):
            if str(frame.f_globals.get("__name__")).partition(".")[0] not in ours:
                source = linecache.getline(frame.f_code.co_filename, line)
                place = f"in line {line}" + (f", {as_code(source)}" if source.strip() else "")
        text = as_code(f"{type(error).__name__}: {_text(error)}")
        raise _Fault(f"Your function stopped {place}, with {text}.") from None


def _read(result, expected):
    """Return what the student's function returned as numbers, or raise `_Fault`."""
    if result is None:
        raise _Fault("Write your lines in the function, and end with `return`.", right=None)
    kind = type(result)
    if isinstance(result, torch.Tensor):
        if result.device != expected.device:
            raise _Fault(
                f"Your result is on the device `{result.device}` and the input on "
                f"`{expected.device}`: keep them on one, as with `torch.zeros_like`."
            )
    elif not isinstance(result, (int, float)) and not kind.__module__.startswith("numpy"):
        remedy = "stack them with `torch.stack`" if kind in (list, tuple) else "return a tensor"
        raise _Fault(f"You returned a {kind.__name__}, not a tensor: {remedy}.")
    value = torch.as_tensor(result).detach()
    if value.is_complex() or not value.isfinite().all():
        raise _Fault(
            "Your result holds numbers that are not real and finite (NaN, infinite or complex): "
            "look for a division by 0, a root or a logarithm of a negative number, or "
            "`torch.empty`, which is not filled."
        )
    return value


def _diagnose(value, expected, mistakes, case):
    """Return which mistake, or which two, give the student's numbers; else where they differ."""
    rule, outcomes, scales = mistakes(*case())
    pairs = itertools.product(({"": expected} | outcomes).items(), ({"": 1} | scales).items())
    for (hint, outcome), (scale, factor) in sorted(pairs, key=lambda p: bool(p[0][0] and p[1][0])):
        if is_close(value, outcome.detach() * factor):
            return " ".join(filter(None, [hint, scale, rule])).replace("{shape}", _shape(value))
    if value.shape != expected.shape:
        need = _shape(expected) or "a single number"
        return f"Your result has the shape {_shape(value) or '()'}; it must be {need}. {rule}"
    index = (value - expected).abs().argmax()
    got, want = value.flatten()[index].item(), expected.flatten()[index].item()
    where = f"at {[int(i) for i in torch.unravel_index(index, value.shape)]} " if value.ndim else ""
    small = [
        f"{n} = {x.tolist()}" for n, x in zip(_names(mistakes), case(), strict=True) if _is_short(x)
    ]
    inputs = f" for `{', '.join(small)}`" if small else ""
    return f"Your result {where}is {got:.4g}, and it must be {want:.4g}{inputs}. {rule}"


def _cut_off(function, case, right):
    """Return how the result lost the gradient of the first argument, or None."""
    wanted, inputs = [], []
    for make in (case, case):
        inputs.append(make())
        wanted.append(_tensors(inputs[-1][0]))
        for tensor in _tensors(inputs[-1]):
            tensor.requires_grad_()
    try:
        result = _call(function, inputs[0])
    except _Fault as fault:
        return f"with an input that asks for a gradient: {fault} {_CUT}"
    if not isinstance(result, torch.Tensor) or not result.requires_grad:
        return f"the result is cut off from the gradient. {_CUT}"
    found = torch.autograd.grad(result.sum(), wanted[0], allow_unused=True)
    true = torch.autograd.grad(right(*inputs[1]).sum(), wanted[1])
    if all(gradient is None for gradient in found):
        return "you detached the wrong one: the target may be detached, the first argument not."
    if any(f is None or not is_close(f, t) for f, t in zip(found, true, strict=True)):
        return f"a part of the result is cut off from the gradient. {_CUT}"
    return None


def show_report(right, text):
    """Show a verdict, and return it as a `Report`; `right` is None for nothing returned yet."""
    title = {True: "✓ Right.", False: "✗ Not yet.", None: "○ Nothing was returned yet."}[right]
    message = f"{title} {text}"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(message)
    else:
        from IPython.display import display

        display({"text/plain": message, "text/markdown": f"**{title}** {text}"}, raw=True)
    return Report(bool(right), message)


def _unchanged(given, fresh):
    if isinstance(given, torch.nn.Module):
        given, fresh = dict(given.named_parameters()), dict(fresh.named_parameters())
    if isinstance(fresh, dict):
        return given.keys() == fresh.keys() and all(_unchanged(given[k], fresh[k]) for k in fresh)
    return torch.equal(given, fresh) if isinstance(fresh, torch.Tensor) else given == fresh


def is_close(a, b):
    """Return whether two tensors have one shape and nearly the same numbers."""
    a, b = a.cpu().double(), b.cpu().double()
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-5)


def _tensors(value):
    if isinstance(value, (dict, tuple)):
        parts = value.values() if isinstance(value, dict) else value
        return [tensor for part in parts for tensor in _tensors(part)]
    return [value] if isinstance(value, torch.Tensor) else []


def _names(function):
    return list(inspect.signature(function).parameters)


def _is_short(value):
    return isinstance(value, torch.Tensor) and value.numel() <= 6


def _shape(value):
    return " x ".join(map(str, value.shape))


def _text(value, form=str):
    try:
        return form(value)
    except BaseException:
        return f"an unreadable {type(value).__name__}"


def as_code(value, form=str):
    """Return the first line of a text, not too long, as code in Markdown."""
    line = (_text(value, form).strip().splitlines() or [""])[0].replace("`", "'")
    return f"`{line[:150]}…`" if len(line) > 150 else f"`{line}`"
