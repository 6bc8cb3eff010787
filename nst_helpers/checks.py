"""Checkers for the exercises: each runs a student's function and names the mistake it finds."""

import itertools
import linecache
import math
import sys
import traceback
from dataclasses import dataclass, field

import torch

from nst_helpers.losses import content_loss, gram_matrix, style_loss, variation_loss


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


def check_dot_product(function):
    """Check a function of two vectors that returns their dot product.

    Args:
        function: takes two 1-D tensors of one length and returns a number.

    Example:
        >>> report = check_dot_product(lambda a, b: a * b)
        ✗ Not yet. You returned the products one by one. The dot product is their sum.
        >>> bool(report)
        False
    """
    return _check(function, ["a", "b"], _VECTORS, torch.dot, "dot product", **_DOT)


def check_cosine(function):
    """Check a function of two vectors that returns the cosine of the angle between them.

    Args:
        function: takes two 1-D tensors of one length and returns a number.

    Example:
        >>> report = check_cosine(lambda a, b: a @ b / a.norm() / b.norm())
        ✓ Right. Your cosine is correct on every input that was tried.
    """
    return _check(function, ["a", "b"], _VECTORS, _cosine, "cosine", **_COSINE)


def check_content_loss(function):
    """Check a function of two feature maps that returns their content loss.

    Args:
        function: takes features and a target `(N, C, H, W)` and returns a scalar tensor.

    Example:
        >>> report = check_content_loss(lambda features, target: (features - target).mean())
        ✗ Not yet. The square is missing, so plus and minus cancel. The content loss is the mean of \
the squared differences.
    """
    cases = [lambda: (_maps(), _maps(1)), lambda: (_channels_last(_maps(2)), _maps(3))]
    names = ["features", "target"]
    return _check(function, names, cases, content_loss, "content loss", "needed", **_CONTENT)


def check_gram_matrix(function, batch=True):
    """Check a function of feature maps that returns Gram matrices divided by the positions.

    Args:
        function: takes features `(N, C, H, W)` and returns `(N, C, C)`.
        batch: False for a function of one feature map: `(C, H, W)` to `(C, C)`.

    Example:
        >>> def gram_matrix(features):
        ...     flat = features.flatten(start_dim=1)
        ...     return flat.T @ flat / flat.shape[1]
        >>> report = check_gram_matrix(gram_matrix, batch=False)
        ✗ Not yet. Your matrix is 6 x 6, one row a position: you multiplied Fᵀ F. The Gram matrix \
is F Fᵀ, one row a channel, divided by the number of positions (H times W).
    """
    maps = [_maps, lambda: _channels_last(_maps(1)), lambda: _numbers(1, 4, 2, 5, seed=2)]
    if batch:
        cases, right, table = [lambda m=m: (m(),) for m in maps], gram_matrix, _GRAM
    else:
        cases = [lambda m=m: (m()[0],) for m in maps]
        right, table = _single(gram_matrix), dict(_GRAM, mistakes=_SINGLE)
    return _check(function, ["features"], cases, right, "Gram matrix", "noted", **table)


def check_style_loss(function):
    """Check a function of two Gram matrices that returns their style loss.

    Args:
        function: takes Gram matrices and a target `(N, C, C)` and returns a scalar tensor.

    Example:
        >>> report = check_style_loss(lambda gram, target: None)
        ○ Nothing was returned yet. Write your lines in the function, and end with `return`.
    """
    cases = [
        lambda: (gram_matrix(_maps()), gram_matrix(_maps(1))),
        lambda: (gram_matrix(_numbers(1, 4, 3, 5, seed=2)), gram_matrix(_numbers(1, 4, 2, 2))),
    ]
    names = ["gram", "target"]
    return _check(function, names, cases, style_loss, "style loss", "needed", **_STYLE)


def check_variation_loss(function):
    """Check a function of pictures that returns their variation loss, with squared differences.

    Args:
        function: takes pictures `(N, C, H, W)` and returns a scalar tensor.

    Example:
        >>> report = check_variation_loss(lambda image: image.diff(dim=2).square().mean())
        ✗ Not yet. The differences of left and right neighbours are missing. The variation loss is \
the mean squared difference of vertical neighbours plus that of horizontal neighbours.
    """
    maps = [lambda: _numbers(2, 3, 4, 6), lambda: _channels_last(_maps(1)), lambda: _maps(2)[:1]]
    cases = [lambda m=m: (m(),) for m in maps]
    name = "variation loss"
    return _check(function, ["image"], cases, variation_loss, name, "needed", **_VARIATION)


def check_total_loss(function):
    """Check a function of losses and their weights that returns the weighted sum.

    Args:
        function: takes two dicts with the keys `"content"`, `"style"` and `"variation"`, scalar
            tensors and numbers, and returns a scalar tensor.

    Example:
        >>> report = check_total_loss(lambda losses, weights: sum(losses.values()))
        ✗ Not yet. The weights are ignored. The total is the sum of each loss times the weight of \
the same name.
    """
    names = ["losses", "weights"]
    cases = [_terms_and_weights, lambda: _terms_and_weights(content=0.0)]
    return _check(function, names, cases, _total, "total loss", "needed", **_TOTAL)


def check_step(function):
    """Check a function that moves a picture by one step of plain gradient descent.

    Args:
        function: takes the generated picture, a network, a target and a learning rate; returns a
            new picture, one step lower on `((network(generated) - target) ** 2).mean()`.

    Example:
        >>> report = check_step(lambda generated, network, target, learning_rate: generated)
        ✗ Not yet. The picture did not move. One step is `generated - learning_rate * gradient`, \
with the gradient of the mean squared difference.
    """
    names = ["generated", "network", "target", "learning_rate"]
    cases = [_plain_step, _second_step, _attached_step]
    return _check(function, names, cases, _descend, "step", "unwanted", **_STEP)


def check_answer(answer, right, hints=None):
    """Check the answer to a question: a word, a number, a list or a set.

    Case and outer spaces of words do not matter, a float may be 1 % off, a whole number must be
    exact, and the order matters unless `right` is a set.

    Args:
        answer: what the student chose; None means not answered yet.
        right: the right answer.
        hints: `{answer: text}`, shown after that answer; one for `right` explains why.

    Example:
        >>> report = check_answer("B", "a", hints={"b": "Look at the shape again."})
        ✗ Not yet. Look at the shape again.
    """
    if answer is None:
        return _report(None, "Write your answer in place of `None`.")
    try:
        correct = _agree(answer, right)
        known = [text for given, text in dict(hints or {}).items() if _agree(answer, given)]
    except BaseException:
        return _report(False, f"A {type(answer).__name__} cannot be compared with the answer.")
    text = "That is the answer." if correct else f"{_code(answer, repr)} is not the answer."
    return _report(correct, str(known[0]) if known else text)


# --- the runner ---------------------------------------------------------------------------------


class _Fault(Exception):
    """What is wrong, in words for the student; `right` is None where nothing was returned yet."""

    def __init__(self, text, right=False):
        super().__init__(text)
        self.right = right


def _check(function, names, cases, right, what, gradient=None, **table):
    """Run `function` on all cases, show the verdict and return it as a `Report`."""
    try:
        with torch.inference_mode(False):
            notes = _judge(function, names, cases, right, what, gradient, table)
        text = f"Your {what} is correct on every input that was tried."
        return _report(True, " ".join([text, *notes]))
    except _Fault as fault:
        return _report(fault.right, str(fault))
    except BaseException:
        return _report(False, "What your function returned cannot be read: return a tensor.")


def _judge(function, names, cases, right, what, gradient, table):
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
        for name, given, fresh in zip(names, inputs, case(), strict=True):
            if not _unchanged(given, fresh):
                raise _Fault(_CHANGED.get(name, _CHANGED[None]).replace("{name}", name))
        expected = right(*case()).detach()
        value = _read(result, expected)
        if not _close(value, expected):
            raise _Fault(_diagnose(value, expected, names, case, right, **table))
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
                place = f"in line {line}" + (f", {_code(source)}" if source.strip() else "")
        text = _code(f"{type(error).__name__}: {_text(error)}")
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


def _diagnose(value, expected, names, case, right, rule, mistakes, scales=None):
    """Return which mistake, or which two, give the student's numbers; else where they differ."""
    options = {"": right} | mistakes
    factors = {"": lambda *_: 1} | (scales or {})
    pairs = itertools.product(options.items(), factors.items())
    for (hint, wrong), (scale, factor) in sorted(pairs, key=lambda p: bool(p[0][0] and p[1][0])):
        try:
            outcome = torch.as_tensor(wrong(*case())).detach() * factor(*case())
        except (RuntimeError, IndexError):  # this mistake is impossible with such an input
            continue
        if _close(value, outcome):
            hint = f"{hint} {scale}".strip().replace("{shape}", _shape(value))
            return f"{hint} {rule}"
    if value.shape != expected.shape:
        need = _shape(expected) or "a single number"
        return f"Your result has the shape {_shape(value) or '()'}; it must be {need}. {rule}"
    index = (value - expected).abs().argmax()
    got, want = value.flatten()[index].item(), expected.flatten()[index].item()
    where = f"at {[int(i) for i in torch.unravel_index(index, value.shape)]} " if value.ndim else ""
    small = [f"{n} = {x.tolist()}" for n, x in zip(names, case(), strict=True) if _is_short(x)]
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
    if any(f is None or not _close(f, t) for f, t in zip(found, true, strict=True)):
        return f"a part of the result is cut off from the gradient. {_CUT}"
    return None


def _report(right, text):
    title = {True: "✓ Right.", False: "✗ Not yet.", None: "○ Nothing was returned yet."}[right]
    message = f"{title} {text}"
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None:
        print(message)
    else:
        from IPython.display import display

        display({"text/plain": message, "text/markdown": f"**{title}** {text}"}, raw=True)
    return Report(bool(right), message)


def _agree(answer, right):
    if isinstance(answer, str) and isinstance(right, str):
        return answer.strip().casefold() == right.strip().casefold()
    if isinstance(right, (set, frozenset)):
        return len(answer) == len(right) and all(any(_agree(a, r) for a in answer) for r in right)
    if isinstance(right, (list, tuple)):
        return len(answer) == len(right) and all(map(_agree, answer, right))
    if isinstance(answer, bool) or isinstance(right, bool):
        return answer is right
    if isinstance(right, float) and not isinstance(answer, str):
        return math.isclose(answer, right, rel_tol=0.01)
    return bool(answer == right)


def _unchanged(given, fresh):
    if isinstance(given, torch.nn.Module):
        given, fresh = dict(given.named_parameters()), dict(fresh.named_parameters())
    if isinstance(fresh, dict):
        return given.keys() == fresh.keys() and all(_unchanged(given[k], fresh[k]) for k in fresh)
    return torch.equal(given, fresh) if isinstance(fresh, torch.Tensor) else given == fresh


def _close(a, b):
    a, b = a.cpu().double(), b.cpu().double()
    return a.shape == b.shape and torch.allclose(a, b, rtol=1e-4, atol=1e-5)


def _tensors(value):
    if isinstance(value, (dict, tuple)):
        parts = value.values() if isinstance(value, dict) else value
        return [tensor for part in parts for tensor in _tensors(part)]
    return [value] if isinstance(value, torch.Tensor) else []


def _is_short(value):
    return isinstance(value, torch.Tensor) and value.numel() <= 6


def _shape(value):
    return " x ".join(map(str, value.shape))


def _text(value, form=str):
    try:
        return form(value)
    except BaseException:
        return f"an unreadable {type(value).__name__}"


def _code(value, form=str):
    """Return a text as code in Markdown: its first line, not too long."""
    line = (_text(value, form).strip().splitlines() or [""])[0].replace("`", "'")
    return f"`{line[:150]}…`" if len(line) > 150 else f"`{line}`"


# --- small inputs, on which every mistake below differs from the right answer --------------------


def _numbers(*shape, seed=0):
    """Return reproducible numbers between -3 and 3 with one decimal; no generator is touched."""
    index = torch.arange(1, 1 + math.prod(shape), dtype=torch.float32)
    return (3 * torch.sin(index.square() + seed)).round(decimals=1).view(shape)


def _maps(seed=0):
    return _numbers(2, 3, 2, 3, seed=seed)  # N > 1, H != W, C != H * W


def _channels_last(maps):
    return maps.contiguous(memory_format=torch.channels_last)


def _terms_and_weights(content=4.0):
    losses = {"content": 0.5, "style": 3.0, "variation": 0.7}
    weights = {"variation": 10.0, "content": content, "style": 7.0}  # in another order
    return {name: torch.tensor(value) for name, value in losses.items()}, weights


class _Network(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(_numbers(3, 3, 3, 3) / 8)

    def forward(self, image):
        return torch.nn.functional.conv2d(image, self.weight, padding=1).tanh()


def _plain_step():
    return _numbers(1, 3, 4, 5), _Network(), _numbers(1, 3, 4, 5, seed=1), 20.0


def _second_step():
    generated, *others = _plain_step()
    generated.requires_grad_().grad = _numbers(1, 3, 4, 5, seed=2) / 10  # left from the first
    return generated, *others


def _attached_step():
    generated, network, _, learning_rate = _plain_step()
    generated.requires_grad_()
    return generated, network, network(0.5 * generated), learning_rate


_VECTORS = [
    lambda: (torch.tensor([1.0, -2.0, 3.0, 2.0]), torch.tensor([2.0, 1.0, -1.0, 4.0])),
    lambda: (_maps()[0, :, 0, 1], _maps(1)[1, :, 1, 2]),  # every sixth number in memory
    lambda: (-_numbers(5), _numbers(5).abs()),
]


# --- the right answers, and what students write instead: {hint: wrong implementation} ------------

_CUT = (
    "Without it no pixel can be changed: keep `.detach()`, `.item()`, `.numpy()`, `float()`, "
    "`torch.tensor()` and `torch.no_grad()` away from the computation."
)
_VIEW = (
    "One remark: `view` stops where the numbers lie in another order in memory (channels last); "
    "`flatten` and `reshape` always work."
)
_CHANGED = {
    None: "Your function changed its input `{name}` in place: the caller still needs it. Make a "
    "new tensor instead, or `clone()` it first.",
    "generated": "Your function changed the picture `generated` in place: return a new one.",
    "network": "Your function changed the weights of the network. In style transfer the network "
    "stays as it is: the pixels are what moves.",
}


def _cosine(a, b):
    return a @ b / (a.norm() * b.norm())


_DOT = {
    "rule": "The dot product is the sum of the products, number by number.",
    "mistakes": {
        "You returned the products one by one.": lambda a, b: a * b,
        "You returned a table of {shape}: every number times every other.": torch.outer,
        "You added up each vector first, and multiplied the sums.": lambda a, b: a.sum() * b.sum(),
        "You added the numbers instead of multiplying them.": lambda a, b: (a + b).sum(),
        "The second vector is not used: this is a with itself.": lambda a, b: a @ a,
        "The first vector is not used: this is b with itself.": lambda a, b: b @ b,
        "The signs are lost (an absolute value?): products may cancel.": lambda a, b: (
            a.abs() @ b.abs()
        ),
        "The sign of the sum is lost: a dot product may be negative.": lambda a, b: (a @ b).abs(),
        "The products are squared.": lambda a, b: (a * b).square().sum(),
        "You divided by the lengths: this is the cosine.": _cosine,
        "You subtracted: this is a squared distance.": lambda a, b: (a - b).square().sum(),
        "Only the first product is there: is `return` inside the loop?": lambda a, b: a[0] * b[0],
        "Only the last product is there: add with `+=` in the loop.": lambda a, b: a[-1] * b[-1],
        "The last product is missing: does the loop end early?": lambda a, b: a[:-1] @ b[:-1],
        "The first product is missing: Python counts from 0.": lambda a, b: a[1:] @ b[1:],
        "The products are multiplied with each other.": lambda a, b: (a * b).prod(),
    },
    "scales": {"You took the mean where the sum is meant.": lambda a, b: 1 / len(a)},
}
_DOT["rule"] = "The dot product is their sum."
