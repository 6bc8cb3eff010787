"""Checkers for the exercises: each runs a student's function and names the mistake it finds."""

import inspect
import itertools
import linecache
import math
import sys
import traceback
from dataclasses import dataclass, field

import torch

from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss, variation_loss


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
        ✗ Not yet. You returned the products one by one. The dot product is the sum of \
the products, number by number.
        >>> bool(report)
        False
    """
    return _check(function, "dot product", torch.dot, _dot_product_mistakes, _VECTORS)


def check_cosine(function):
    """Check a function of two vectors that returns the cosine of the angle between them.

    Args:
        function: takes two 1-D tensors of one length and returns a number.

    Example:
        >>> report = check_cosine(lambda a, b: a @ b / a.norm() / b.norm())
        ✓ Right. Your cosine is correct on every input tried.
    """
    return _check(function, "cosine", _cosine, _cosine_mistakes, _VECTORS)


def check_content_loss(function):
    """Check a function of two feature maps that returns their content loss.

    Args:
        function: takes features and a target `(N, C, H, W)` and returns a scalar tensor.

    Example:
        >>> report = check_content_loss(lambda features, target: (features - target).mean())
        ✗ Not yet. The square is missing, so plus and minus cancel. The content loss is the mean \
of the squared differences.
    """
    cases = [lambda: (_maps(), _maps(1)), lambda: (_channels_last(_maps(2)), _maps(3))]
    table = _content_loss_mistakes
    return _check(function, "content loss", content_loss, table, cases, gradient="needed")


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
    cases = [lambda m=m: (m() if batch else m()[0],) for m in maps]
    right = gram_matrix if batch else lambda features: gram_matrix(features[None])[0]
    return _check(function, "Gram matrix", right, _gram_matrix_mistakes, cases, gradient="noted")


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
    table = _style_loss_mistakes
    return _check(function, "style loss", style_loss, table, cases, gradient="needed")


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
    table = _variation_loss_mistakes
    return _check(function, "variation loss", variation_loss, table, cases, gradient="needed")


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
    cases = [_terms_and_weights, lambda: _terms_and_weights(content=0.0)]
    return _check(function, "total loss", _total, _total_loss_mistakes, cases, gradient="needed")


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
    cases = [_plain_step, _second_step, _attached_step]
    return _check(function, "step", _descend, _step_mistakes, cases, gradient="unwanted")


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


def _check(function, what, right, mistakes, cases, gradient=None):
    """Run a student's function on all cases, show the verdict and return it as a `Report`.

    Args:
        function: the student's function.
        what: its result in words.
        right: a correct function of the same arguments.
        mistakes: a function of the same arguments, one of those at the end of this file.
        cases: functions that make the arguments, new ones at every call.
        gradient: whether the result must be differentiable in the first argument: `"needed"`,
            `"noted"` (a remark where it is not), `"unwanted"` or None.
    """
    try:
        with torch.inference_mode(False):
            notes = _judge(function, right, mistakes, cases, gradient)
        return _report(True, " ".join([f"Your {what} is correct on every input tried.", *notes]))
    except _Fault as fault:
        return _report(fault.right, str(fault))
    except BaseException:
        return _report(False, "What your function returned cannot be read: return a tensor.")


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
        if not _close(value, expected):
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


def _diagnose(value, expected, mistakes, case):
    """Return which mistake, or which two, give the student's numbers; else where they differ."""
    rule, outcomes, scales = mistakes(*case())
    pairs = itertools.product(({"": expected} | outcomes).items(), ({"": 1} | scales).items())
    for (hint, outcome), (scale, factor) in sorted(pairs, key=lambda p: bool(p[0][0] and p[1][0])):
        if _close(value, outcome.detach() * factor):
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
    return _numbers(3, 4, 2, 3, seed=seed)  # N > 2, H != W, C != H * W


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
    lambda: (torch.tensor([1.0, -2.0, 3.0, 2.0]), torch.tensor([3.0, 1.0, -4.0, -2.0])),
    lambda: (_maps()[0, :, 0, 1], _maps(1)[1, :, 1, 2]),  # every sixth number in memory
    lambda: (-_numbers(5), _numbers(5).abs()),
]


# --- the right answers that are not in losses.py -----------------------------------------------


def _cosine(a, b):
    return a @ b / (a.norm() * b.norm())


def _mean_square(values):
    return values.square().mean()


def _total(losses, weights):
    return sum(losses[name] * weights[name] for name in losses)


def _gradient(generated, network, target, loss=content_loss):
    pixels = generated.detach().requires_grad_()
    return torch.autograd.grad(loss(network(pixels), target.detach()), pixels)[0]


def _descend(generated, network, target, learning_rate):
    return generated.detach() - learning_rate * _gradient(generated, network, target)


# --- what students write instead -----------------------------------------------------------------
# For the inputs of an exercise: the rule; what each plausible mistake gives; factors that come of
# dividing by a wrong count, alone or on top of a mistake.


def _dot_product_mistakes(a, b):
    rule = "The dot product is the sum of the products, number by number."
    mistakes = {
        "You returned the products one by one.": a * b,
        "You made a table of {shape}, every number times every other.": torch.outer(a, b),
        "You added up each vector first, then multiplied the sums.": a.sum() * b.sum(),
        "You added the numbers instead of multiplying them.": (a + b).sum(),
        "The second vector is not used: this is a with itself.": a @ a,
        "The first vector is not used: this is b with itself.": b @ b,
        "The signs of the products are lost.": (a * b).abs().sum(),
        "The sign of the sum is lost: it may be negative.": (a @ b).abs(),
        "You divided by the lengths: this is the cosine.": _cosine(a, b),
        "You subtracted: this is a squared distance.": (a - b).square().sum(),
        "Only the first product is there: is `return` inside the loop?": a[0] * b[0],
        "Only the last product is there: add with `+=` in the loop.": a[-1] * b[-1],
        "The last product is missing: does the loop end too early?": a[:-1] @ b[:-1],
        "The first product is missing: Python counts from 0.": a[1:] @ b[1:],
    }
    return rule, mistakes, {"You took the mean, not the sum.": 1 / len(a)}


def _cosine_mistakes(a, b):
    rule = "The cosine is the dot product divided by the product of the two lengths."
    dot, a_length, b_length, cosine = a @ b, a.norm(), b.norm(), _cosine(a, b)
    mistakes = {
        "The lengths are missing: this is the dot product.": dot,
        "You did not divide by the length of b.": dot / a_length,
        "You did not divide by the length of a.": dot / b_length,
        "You divided by squared lengths: a length is a root.": cosine / (a_length * b_length),
        "`x / y * z` divides by y only: write `x / (y * z)`.": dot / a_length * b_length,
        "You divided by the sum of the lengths.": dot / (a_length + b_length),
        "You took the root of the lengths.": dot / (a_length * b_length).sqrt(),
        "A sum is not a length: square, add, then take the root.": dot / (a.sum() * b.sum()),
        "You added absolute values for a length: square them, and take the root of the sum.": (
            dot / (a.abs().sum() * b.abs().sum())
        ),
        "The cosine is squared.": cosine.square(),
        "The sign is lost: a cosine goes from -1 to 1.": cosine.abs(),
        "You subtracted the means: this is the correlation.": _cosine(a - a.mean(), b - b.mean()),
        "This is the angle in radians, not its cosine.": cosine.acos(),
        "This is the angle in degrees, not its cosine.": cosine.acos().rad2deg(),
        "This is 1 minus the cosine, a distance.": 1 - cosine,
    }
    return rule, mistakes, {"You took the mean of the products, not their sum.": 1 / len(a)}


def _difference_mistakes(a, b):
    return {
        "The square is missing, so plus and minus cancel.": (a - b).mean(),
        "You took absolute values in place of squares.": (a - b).abs().mean(),
        "You squared after the mean, so plus and minus cancel.": (a - b).mean().square(),
        "You squared each before you subtracted.": (a.square() - b.square()).mean(),
        "The root is left in.": _mean_square(a - b).sqrt(),
        "This is a length (a norm): the root of the sum.": (a - b).norm(),
        "You returned {shape} squared differences: a loss is one number.": (a - b).square(),
        "You added the two instead of subtracting.": _mean_square(a + b),
        "The target is not used.": _mean_square(a),
    }, {
        "You took the sum where the mean is meant.": a.numel(),
        "You halved it.": 1 / 2,
        "You took half the sum, as the paper does; here it is the mean.": a.numel() / 2,
        "You took a quarter, as the paper does; here it is the mean.": 1 / 4,
        "You divided by the number of pictures only.": a.numel() / len(a),
    }


def _content_loss_mistakes(features, target):
    rule = "The content loss is the mean of the squared differences."
    mistakes, scales = _difference_mistakes(features, target)
    style = style_loss(gram_matrix(features), gram_matrix(target))
    return rule, mistakes | {"You compared Gram matrices: this is a style loss.": style}, scales


def _style_loss_mistakes(gram, target):
    rule = "The style loss is the mean of the squared differences of two Gram matrices."
    mistakes, scales = _difference_mistakes(gram, target)
    mistakes |= {
        "You compared the diagonals only.": _mean_square((gram - target).diagonal(dim1=1, dim2=2)),
        "You multiplied once more: the inputs are Gram matrices already.": _mean_square(
            gram @ gram.mT - target @ target.mT
        ),
        "Only the first matrix of the batch is compared.": _mean_square(gram[0] - target[0]),
    }
    return rule, mistakes, scales


def _gram_matrix_mistakes(features):
    rule = (
        "The Gram matrix is F Fᵀ, one row a channel, divided by the number of positions "
        "(H times W)."
    )
    single = features.ndim == 3
    features = features[None] if single else features
    pictures, channels, height, width = features.shape
    positions = height * width
    flat = features.flatten(start_dim=2)
    gram, mean = gram_matrix(features), flat.mean(dim=2, keepdim=True)
    mixed = features.reshape(pictures, positions, channels)  # view(H * W, C): no transpose
    in_memory = features.permute(0, 2, 3, 1).reshape(flat.shape)  # channels last, cut into C rows
    mistakes = {
        "Your matrix is {shape}, one row a position: you multiplied Fᵀ F.": (
            flat.mT @ flat / positions
        ),
        "`view(H * W, C)` cuts the rows elsewhere and mixes channels and positions.": (
            mixed.mT @ mixed / positions
        ),
        "Your matrix is {shape}, one row a position, and channels and positions are mixed.": (
            mixed @ mixed.mT / positions
        ),
        "Your rows mix channels and positions: the last dimension was the channels.": (
            in_memory @ in_memory.mT / positions
        ),
        "Only the diagonal is there: each channel with itself.": flat.square().mean(dim=2),
        "Only the diagonal is filled.": flat.square().mean(dim=2).diag_embed(),
        "Only the upper triangle is filled.": gram.triu(),
        "Only the lower triangle is filled.": gram.tril(),
        "You added up each channel before you multiplied: what fires together is lost.": (
            mean @ mean.mT
        ),
        "You subtracted the means: this is the covariance.": gram - mean @ mean.mT,
        "You divided by the lengths of the channels: these are cosines.": (
            gram / (flat.norm(dim=2, keepdim=True) @ flat.norm(dim=2, keepdim=True).mT)
        ),
        "The signs are lost: a dot product may be negative.": gram.abs(),
        "Each channel is multiplied with itself, {shape}: make it one row first.": (
            features @ features.mT / positions
        ),
        "Each number is multiplied with itself only, {shape}.": features.square() / positions,
    }
    if single:
        mistakes = {hint: outcome[0] for hint, outcome in mistakes.items()}
    else:
        rows, joined = flat.flatten(end_dim=1), flat.transpose(0, 1).flatten(start_dim=1)
        mistakes |= {
            "The batch became one matrix of {shape}: each picture has its own Gram matrix.": (
                rows @ rows.mT / positions
            ),
            "The pictures of the batch are joined into one: each has its own Gram matrix.": (
                joined @ joined.mT / positions
            ),
            "You took the mean over the batch: each picture has its own Gram matrix.": gram.mean(0),
            "Only the first picture of the batch is used.": gram[0],
        }
    scales = {
        "It is not divided by the number of positions.": positions,
        "It is divided by the number of positions twice.": 1 / positions,
        "It is divided by C, the number of channels.": positions / channels,
        "It is divided by C, too: by C times H times W.": 1 / channels,
        "It is divided by the number of pictures, too.": 1 / pictures,
    }
    return rule, mistakes, scales


def _variation_loss_mistakes(image):
    rule = (
        "The variation loss is the mean squared difference of vertical neighbours plus that of "
        "horizontal neighbours."
    )
    down, across = image.diff(dim=2), image.diff(dim=3)
    both = torch.cat([down.flatten(), across.flatten()])
    rolled = [image - image.roll(1, dims=axis) for axis in (2, 3)]
    mistakes = {
        "The differences of left and right neighbours are missing.": _mean_square(down),
        "The differences of upper and lower neighbours are missing.": _mean_square(across),
        "`torch.roll` wraps around: it compares the last row with the first.": (
            sum(map(_mean_square, rolled))
        ),
        "`torch.roll` wraps around, and the sum is taken where the mean is meant.": (
            sum(map(_mean_square, rolled)) * image.numel()
        ),
        "You took the sum where the mean is meant.": both.square().sum(),
        "You took one mean over both directions: each has its own.": _mean_square(both),
        "You divided by the number of pixels, not of differences.": (
            both.square().sum() / image.numel()
        ),
        "You took absolute values in place of squares.": down.abs().mean() + across.abs().mean(),
        "The square is missing, so plus and minus cancel.": down.mean() + across.mean(),
        "You squared after the mean, so plus and minus cancel.": (
            down.mean().square() + across.mean().square()
        ),
        "The root is left in.": variation_loss(image).sqrt(),
        "A root is left in for each direction.": (
            _mean_square(down).sqrt() + _mean_square(across).sqrt()
        ),
        "You subtracted one direction from the other.": _mean_square(down) - _mean_square(across),
        "You compared diagonal neighbours.": _mean_square(
            image[..., 1:, 1:] - image[..., :-1, :-1]
        ),
        "You compared channels: height and width are the last two dimensions.": (
            _mean_square(image.diff(dim=1)) + _mean_square(down)
        ),
        "This is the variance: no neighbours are compared.": image.var(correction=0),
    }
    return rule, mistakes, {"You halved it: the two directions are added.": 1 / 2}


def _total_loss_mistakes(losses, weights):
    rule = "The total is the sum of each loss times the weight of the same name."
    terms = {name: losses[name] * weights[name] for name in losses}
    all_losses, all_weights, total = (
        sum(losses.values()),
        sum(weights.values()),
        sum(terms.values()),
    )
    swapped = weights | {"content": weights["style"], "style": weights["content"]}
    mistakes = {
        "The weights are ignored.": all_losses,
        "The weights of content and style are swapped.": _total(losses, swapped),
        "Losses and weights are paired by their order in the dicts: pair them by name.": (
            sum(map(torch.mul, losses.values(), weights.values()))
        ),
        **{f"The {name} term is forgotten.": total - term for name, term in terms.items()},
        **{
            f"Only the {name} term is left: add with `+=` in a loop, and return after it.": term
            for name, term in terms.items()
        },
        "You added the weights instead of multiplying.": all_losses + all_weights,
        "You multiplied two sums: each loss has its own weight.": all_losses * all_weights,
    }
    scales = {
        "You took the mean of the terms.": 1 / len(losses),
        "You divided by the sum of the weights.": 1 / all_weights,
    }
    return rule, mistakes, scales


def _step_mistakes(generated, network, target, learning_rate):
    rule = (
        "One step is `generated - learning_rate * gradient`, with the gradient of the mean "
        "squared difference."
    )
    gradient = _gradient(generated, network, target)
    change = learning_rate * gradient
    left = 0 if generated.grad is None else generated.grad
    through = gradient
    if target.requires_grad:
        loss = content_loss(network(generated), target)
        through = torch.autograd.grad(loss, generated)[0]
    absolute = _gradient(generated, network, target, torch.nn.functional.l1_loss)
    signed = _gradient(generated, network, target, lambda output, target: (output - target).mean())
    pixels = _gradient(generated, lambda image: image, target)
    mistakes = {
        "The picture did not move.": generated,
        "You went uphill: descent subtracts the gradient.": generated + change,
        "The learning rate is ignored.": generated - gradient,
        "The learning rate is ignored, and you went uphill.": generated + gradient,
        "`.grad` still held the gradient of an earlier step, and yours was added to it: set it to "
        "zero, or start from `generated.detach().clone()`.": generated
        - learning_rate * (gradient + left),
        "The target is not detached: it was computed from this picture, and the gradient ran "
        "through it, too. Use `target.detach()`.": generated - learning_rate * through,
        "You took the sum where the mean is meant.": generated - change * target.numel(),
        "The square is missing.": generated - learning_rate * signed,
        "You took absolute values in place of squares.": generated - learning_rate * absolute,
        "You compared the picture with the target: compare `network(generated)`.": (
            generated - learning_rate * pixels
        ),
        "Each pixel moved by the learning rate, whatever its gradient: this is Adam's first "
        "step, or a sign.": generated - learning_rate * gradient.sign(),
        "You scaled the gradient to length 1.": generated - change / gradient.norm(),
        "You clipped the picture to [0, 1]: leave that out here.": (generated - change).clamp(0, 1),
        "You made two steps.": _descend(generated - change, network, target, learning_rate),
        "You returned the gradient, not the new picture.": gradient,
        "You returned the change, not the new picture.": -change,
        "You returned the loss, not the new picture.": content_loss(network(generated), target),
    }
    return rule, mistakes, {}
