"""The checkers name each mistake, accept every right form, and never raise."""

import sys

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from nst_helpers.checks import (
    check_answer,
    check_content_loss,
    check_cosine,
    check_dot_product,
    check_gram_matrix,
    check_step,
    check_style_loss,
    check_total_loss,
    check_variation_loss,
)
from nst_helpers.checks.runner import as_code, is_close
from nst_helpers.engine import losses


def check_single_gram_matrix(function):
    return check_gram_matrix(function, batch=False)


CHECKERS = [
    check_dot_product,
    check_cosine,
    check_content_loss,
    check_gram_matrix,
    check_single_gram_matrix,
    check_style_loss,
    check_variation_loss,
    check_total_loss,
    check_step,
]


# --- what students write, and the words that must be in the hint ---------------------------------


def dot_overwritten(a, b):
    for x, y in zip(a, b, strict=True):
        total = x * y
    return total


def dot_returned_early(a, b):
    total = 0
    for x, y in zip(a, b, strict=True):
        total += x * y
        return total


def dot_from_one(a, b):
    return sum(a[i] * b[i] for i in range(1, len(a)))


def dot_too_short(a, b):
    return sum(a[i] * b[i] for i in range(len(a) - 1))


def gram_view(features):
    n, c, h, w = features.shape
    flat = features.reshape(n, h * w, c)
    return flat.transpose(1, 2) @ flat / (h * w)


def gram_view_not_normalised(features):
    c, h, w = features.shape
    flat = features.reshape(h * w, c)
    return flat.T @ flat


def gram_channels_last(features):
    n, c, h, w = features.shape
    flat = features.permute(0, 2, 3, 1).reshape(n, c, h * w)
    return torch.bmm(flat, flat.mT) / (h * w)


def gram_from_storage(features):
    """Right in the usual memory order only."""
    n, c, h, w = features.shape
    flat = torch.as_strided(features, (n, c, h * w), (c * h * w, h * w, 1))
    return flat @ flat.mT / (h * w)


def gram_transposed(features):
    flat = features.flatten(2)
    return flat.mT @ flat / flat.shape[2]


def gram_tutorial(features):
    """The matrix of the well-known tutorial: one for the whole batch."""
    n, c, h, w = features.shape
    flat = features.reshape(n * c, h * w)
    return flat @ flat.t() / (h * w)


def gram_joined(features):
    flat = features.transpose(0, 1).reshape(features.shape[1], -1)
    return flat @ flat.T / features[0, 0].numel()


def gram_divided(by):
    def gram(features):
        flat = features.flatten(2)
        return flat @ flat.mT / by(*features.shape)

    return gram


def gram_half_filled(features):
    flat, n = features.flatten(2), features.shape[1]
    gram = torch.zeros(len(flat), n, n)
    for i in range(n):
        for j in range(i, n):
            gram[:, i, j] = (flat[:, i] * flat[:, j]).mean(1)
    return gram


def gram_diagonal(features):
    return features.square().mean((2, 3))


def gram_in_place(features):
    features -= features.mean()
    return losses.gram_matrix(features)


def variation_rolled(image):
    return sum((image - torch.roll(image, 1, d)).pow(2).mean() for d in (2, 3))


def total_by_order(terms, weights):
    return sum(a * b for a, b in zip(terms.values(), weights.values(), strict=True))


def total_overwritten(terms, weights):
    for name in terms:
        total = terms[name] * weights[name]
    return total


def step(
    generated,
    network,
    target,
    learning_rate,
    sign=-1,
    loss=F.mse_loss,
    detach=True,
    clone=True,
    loop=1,
    compare=None,
):
    if clone:
        generated = generated.detach().clone()
    generated.requires_grad_()
    for _ in range(loop):
        compared = network(generated) if compare is None else compare(generated)
        loss(compared, target.detach() if detach else target).backward()
        with torch.no_grad():
            generated = generated + sign * learning_rate * generated.grad
        generated.requires_grad_()
    return generated.detach()


def step_with(**options):
    return lambda *inputs: step(*inputs, **options)


def step_no_rate(generated, network, target, learning_rate):
    return step(generated, network, target, 1)


def step_zeroed_not_detached(generated, network, target, learning_rate):
    generated.requires_grad_()
    generated.grad = None
    F.mse_loss(network(generated), target).backward()
    return generated.detach() - learning_rate * generated.grad


def step_on_weights(generated, network, target, learning_rate):
    optimiser = torch.optim.SGD(network.parameters(), lr=learning_rate)
    F.mse_loss(network(generated), target).backward()
    optimiser.step()
    return generated


def step_in_place(generated, network, target, learning_rate):
    new = step(generated, network, target, learning_rate)
    generated.data.copy_(new)
    return generated


def step_adam(generated, network, target, learning_rate):
    generated = generated.detach().clone().requires_grad_()
    optimiser = torch.optim.Adam([generated], lr=learning_rate, eps=0)
    F.mse_loss(network(generated), target).backward()
    optimiser.step()
    return generated.detach()


def step_attached(generated, network, target, learning_rate):
    pixels = generated.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(F.mse_loss(network(pixels), target), pixels)
    return pixels - learning_rate * gradient


def only_gradient(generated, network, target, learning_rate):
    pixels = generated.detach().requires_grad_()
    return torch.autograd.grad(F.mse_loss(network(pixels), target), pixels)[0]


def without_gradient(function):
    def inner(*inputs):
        with torch.no_grad():
            return function(*inputs)

    return inner


WRONG = [
    (check_dot_product, lambda a, b: a * b, "one by one"),
    (check_dot_product, lambda a, b: a[:, None] * b, "table of 4 x 4"),
    (check_dot_product, lambda a, b: sum(a) * sum(b), "each vector first"),
    (check_dot_product, lambda a, b: (a + b).sum(), "added the numbers instead"),
    (check_dot_product, lambda a, b: a @ a, "second vector is not used"),
    (check_dot_product, lambda a, b: b @ b, "first vector is not used"),
    (check_dot_product, lambda a, b: (a * b).mean(), "mean, not the sum"),
    (check_dot_product, lambda a, b: (a * b).abs().sum(), "signs of the products"),
    (check_dot_product, lambda a, b: abs(a @ b), "sign of the sum"),
    (check_dot_product, dot_overwritten, "Only the last product"),
    (check_dot_product, dot_returned_early, "Only the first product"),
    (check_dot_product, dot_from_one, "counts from 0"),
    (check_dot_product, dot_too_short, "end too early"),
    (check_dot_product, lambda a, b: F.cosine_similarity(a, b, dim=0), "this is the cosine"),
    (check_dot_product, lambda a, b: ((a - b) ** 2).sum(), "squared distance"),
    (check_cosine, lambda a, b: a @ b, "lengths are missing"),
    (check_cosine, lambda a, b: a @ b / ((a @ a) * (b @ b)), "squared lengths"),
    (check_cosine, lambda a, b: a @ b / a.norm(), "length of b"),
    (check_cosine, lambda a, b: a @ b / b.norm(), "length of a"),
    (check_cosine, lambda a, b: a @ b / a.norm() * b.norm(), "x / (y * z)"),
    (check_cosine, lambda a, b: a @ b / (a.norm() + b.norm()), "sum of the lengths"),
    (check_cosine, lambda a, b: a @ b / (a.sum() * b.sum()), "A sum is not a length"),
    (check_cosine, lambda a, b: a @ b / (a.norm(1) * b.norm(1)), "absolute values"),
    (check_cosine, lambda a, b: (a @ b) ** 2 / (a @ a * (b @ b)), "cosine is squared"),
    (check_cosine, lambda a, b: torch.corrcoef(torch.stack([a, b]))[0, 1], "correlation"),
    (check_cosine, lambda a, b: torch.acos(a @ b / a.norm() / b.norm()), "radians"),
    (check_cosine, lambda a, b: (a * b).mean() / a.norm() / b.norm(), "mean of the products"),
    (check_cosine, lambda a, b: 1 - F.cosine_similarity(a, b, 0), "1 minus the cosine"),
    (check_content_loss, lambda f, t: (f - t).mean(), "square is missing"),
    (check_content_loss, lambda f, t: ((f - t) ** 2).sum(), "sum where the mean"),
    (check_content_loss, lambda f, t: ((f - t) ** 2).sum() / 2, "half the sum"),
    (check_content_loss, lambda f, t: ((f - t) ** 2).mean() / 2, "halved"),
    (check_content_loss, lambda f, t: F.l1_loss(f, t), "absolute values"),
    (check_content_loss, lambda f, t: (f - t).mean() ** 2, "squared after the mean"),
    (check_content_loss, lambda f, t: (f**2 - t**2).mean(), "before you subtracted"),
    (check_content_loss, lambda f, t: F.mse_loss(f, t).sqrt(), "root is left in"),
    (check_content_loss, lambda f, t: (f - t).norm(), "root of the sum"),
    (check_content_loss, lambda f, t: (f - t) ** 2, "3 x 4 x 2 x 3 squared differences"),
    (check_content_loss, lambda f, t: (f**2).mean(), "target is not used"),
    (check_content_loss, lambda f, t: ((f - t) ** 2).sum() / len(f), "number of pictures only"),
    (
        check_content_loss,
        lambda f, t: F.mse_loss(losses.gram_matrix(f), losses.gram_matrix(t)),
        "Gram matrices",
    ),
    (check_content_loss, lambda f, t: F.mse_loss(f.detach(), t), "detached the wrong one"),
    (check_content_loss, lambda f, t: F.mse_loss(f, t).detach(), "cut off from the gradient"),
    (check_content_loss, lambda f, t: F.mse_loss(f, t).item(), "cut off from the gradient"),
    (check_content_loss, without_gradient(F.mse_loss), "cut off from the gradient"),
    (check_content_loss, lambda f, t: (f.sub_(t) ** 2).mean(), "changed its input `features`"),
    (check_content_loss, lambda f, t: (t.sub_(f) ** 2).mean(), "changed its input `target`"),
    (check_gram_matrix, gram_transposed, "6 x 6, one row a position: you multiplied Fᵀ F"),
    (check_gram_matrix, gram_view, "mixes channels and positions"),
    (check_gram_matrix, gram_channels_last, "last dimension was the channels"),
    (check_gram_matrix, gram_from_storage, "last dimension was the channels"),
    (check_gram_matrix, gram_tutorial, "one matrix of 12 x 12"),
    (check_gram_matrix, gram_joined, "joined into one"),
    (check_gram_matrix, gram_divided(lambda n, c, h, w: 1), "not divided"),
    (check_gram_matrix, gram_divided(lambda n, c, h, w: (h * w) ** 2), "positions twice"),
    (check_gram_matrix, gram_divided(lambda n, c, h, w: c), "divided by C, the number"),
    (check_gram_matrix, gram_divided(lambda n, c, h, w: c * h * w), "C times H times W"),
    (check_gram_matrix, gram_divided(lambda n, c, h, w: n * h * w), "number of pictures"),
    (check_gram_matrix, gram_half_filled, "Only the upper triangle"),
    (check_gram_matrix, gram_diagonal, "Only the diagonal is there"),
    (check_gram_matrix, lambda f: f @ f.mT / f[0, 0].numel(), "3 x 4 x 2 x 2: make it one row"),
    (check_gram_matrix, lambda f: torch.cov(f[0].flatten(1), correction=0), "shape 4 x 4"),
    (check_gram_matrix, lambda f: losses.gram_matrix(f)[0], "Only the first picture"),
    (check_gram_matrix, gram_in_place, "changed its input `features` in place"),
    (check_single_gram_matrix, lambda f: f.flatten(1).T @ f.flatten(1), "It is not divided"),
    (check_single_gram_matrix, lambda f: f.flatten(1).T @ f.flatten(1) / 6, "6 x 6, one row a"),
    (check_single_gram_matrix, gram_view_not_normalised, "cuts the rows elsewhere"),
    (
        check_single_gram_matrix,
        lambda f: torch.cov(f.flatten(1), correction=0),
        "this is the covariance",
    ),
    (check_single_gram_matrix, lambda f: torch.corrcoef(f.flatten(1)), "it must be"),
    (
        check_single_gram_matrix,
        lambda f: F.normalize(f.flatten(1)) @ F.normalize(f.flatten(1)).T,
        "these are cosines",
    ),
    (check_style_loss, lambda g, t: (g - t).mean(), "square is missing"),
    (check_style_loss, lambda g, t: F.mse_loss(g, t, reduction="sum"), "sum where the mean"),
    (check_style_loss, lambda g, t: F.mse_loss(g, t) / 4, "quarter"),
    (check_style_loss, lambda g, t: F.mse_loss(g @ g.mT, t @ t.mT), "Gram matrices already"),
    (check_style_loss, lambda g, t: (g - t).norm(), "root of the sum"),
    (
        check_style_loss,
        lambda g, t: F.mse_loss(g.diagonal(dim1=1, dim2=2), t.diagonal(dim1=1, dim2=2)),
        "diagonals only",
    ),
    (check_style_loss, lambda g, t: F.mse_loss(g[0], t[0]), "first matrix of the batch"),
    (check_style_loss, lambda g, t: F.mse_loss(g.detach(), t), "detached the wrong one"),
    (check_variation_loss, lambda x: x.diff(dim=3).square().mean(), "upper and lower"),
    (check_variation_loss, lambda x: x.diff(dim=2).square().mean(), "left and right"),
    (check_variation_loss, variation_rolled, "wraps around"),
    (check_variation_loss, lambda x: losses.variation_loss(x, 1), "absolute values"),
    (check_variation_loss, lambda x: x.diff(dim=2).mean() + x.diff(dim=3).mean(), "cancel"),
    (check_variation_loss, lambda x: losses.variation_loss(x) / 2, "halved"),
    (
        check_variation_loss,
        lambda x: x.diff(dim=2).square().sum() + x.diff(dim=3).square().sum(),
        "sum where the mean",
    ),
    (check_variation_loss, lambda x: losses.variation_loss(x).sqrt(), "root is left in"),
    (check_variation_loss, lambda x: x.var(unbiased=False), "variance"),
    (
        check_variation_loss,
        lambda x: (x[:, 1:] - x[:, :-1]).square().mean() + x.diff(dim=2).square().mean(),
        "compared channels",
    ),
    (
        check_variation_loss,
        lambda x: (x[..., 1:, 1:] - x[..., :-1, :-1]).square().mean(),
        "diagonal neighbours",
    ),
    (
        check_variation_loss,
        lambda x: x.diff(dim=2).square().mean() + x.detach().diff(dim=3).square().mean(),
        "a part of the result is cut off",
    ),
    (check_total_loss, lambda t, w: sum(t.values()), "weights are ignored"),
    (
        check_total_loss,
        lambda t, w: (
            t["content"] * w["style"] + t["style"] * w["content"] + t["variation"] * w["variation"]
        ),
        "content and style are swapped",
    ),
    (check_total_loss, total_by_order, "by their order"),
    (check_total_loss, total_overwritten, "Only the variation term"),
    (
        check_total_loss,
        lambda t, w: t["content"] * w["content"] + t["style"] * w["style"],
        "variation term is forgotten",
    ),
    (check_total_loss, lambda t, w: sum(t[n] * w[n] for n in t) / 3, "mean of the terms"),
    (
        check_total_loss,
        lambda t, w: sum(t[n] * w[n] for n in t) / sum(w.values()),
        "sum of the weights",
    ),
    (check_total_loss, lambda t, w: sum(t[n].item() * w[n] for n in t), "cut off"),
    (
        check_total_loss,
        lambda t, w: sum((t[n] if n == "style" else t[n].detach()) * w[n] for n in t),
        "a part of the result is cut off",
    ),
    (check_total_loss, lambda t, w: sum(t.pop(n) * w[n] for n in list(t)), "changed its input"),
    (check_step, step_with(sign=1), "uphill"),
    (check_step, step_no_rate, "learning rate is ignored"),
    (check_step, step_with(clone=False), "gradient of an earlier step"),
    (check_step, step_zeroed_not_detached, "target is not detached"),
    (check_step, step_on_weights, "weights of the network"),
    (check_step, step_in_place, "picture `generated` in place"),
    (check_step, step_adam, "Adam"),
    (check_step, step_attached, "return it with `.detach()`"),
    (check_step, step_with(loss=lambda a, b: (a - b).square().sum()), "sum where the mean"),
    (check_step, step_with(loss=lambda a, b: (a - b).mean()), "square is missing"),
    (check_step, step_with(loss=F.l1_loss), "absolute values"),
    (check_step, step_with(loop=2), "two steps"),
    (check_step, step_with(compare=lambda image: image), "compare `network(generated)`"),
    (check_step, lambda *inputs: inputs[0], "did not move"),
    (check_step, only_gradient, "returned the gradient"),
    (check_step, lambda x, n, t, r: F.mse_loss(n(x), t), "returned the loss"),
    (check_step, lambda *inputs: step(*inputs).clamp(0, 1), "clipped"),
]


@pytest.mark.parametrize(("check", "function", "words"), WRONG)
def test_a_wrong_answer_is_rejected_by_name(check, function, words, capsys):
    report = check(function)
    assert not report
    assert words in report.message
    assert capsys.readouterr().out == report.message + "\n"


def test_there_are_enough_wrong_answers():
    assert len(WRONG) >= 45
    assert {check for check, *_ in WRONG} == set(CHECKERS)


# --- right answers in many forms -----------------------------------------------------------------


def dot_loop(a, b):
    total = 0
    for i in range(len(a)):
        total += a[i].item() * b[i].item()
    return total


def cosine_numpy(a, b):
    a, b = a.numpy(), b.numpy()
    return float(np.dot(a, b) / (np.linalg.norm(a) * np.linalg.norm(b)))


def gram_loop(features):
    n, c = features.shape[:2]
    gram = torch.zeros(n, c, c)
    for p in range(n):
        for i in range(c):
            for j in range(c):
                gram[p, i, j] = (features[p, i] * features[p, j]).mean()
    return gram


def gram_viewed(features):
    n, c, h, w = features.shape
    flat = features.view(n, c, h * w)
    return flat.bmm(flat.transpose(1, 2)) / (h * w)


def gram_numpy(features):
    n, c, h, w = features.shape
    flat = features.numpy().reshape(n, c, h * w)
    return flat @ flat.transpose(0, 2, 1) / (h * w)


def variation_loop(image):
    height, width = image.shape[2:]
    down = [(image[:, :, y + 1] - image[:, :, y]).square().mean() for y in range(height - 1)]
    across = [(image[..., x + 1] - image[..., x]).square().mean() for x in range(width - 1)]
    return sum(down) / len(down) + sum(across) / len(across)


def step_sgd(generated, network, target, learning_rate):
    pixels = generated.clone().detach().requires_grad_()
    optimiser = torch.optim.SGD([pixels], lr=learning_rate)
    optimiser.zero_grad()
    ((network(pixels) - target) ** 2).mean().backward()
    optimiser.step()
    return pixels


def step_autograd(generated, network, target, learning_rate):
    generated = generated.detach().requires_grad_()
    loss = (network(generated) - target).square().mean()
    (gradient,) = torch.autograd.grad(loss, generated)
    return (generated - learning_rate * gradient).detach()


RIGHT = [
    (check_dot_product, torch.dot),
    (check_dot_product, dot_loop),
    (check_dot_product, lambda a, b: (a * b).sum()),
    (check_dot_product, lambda a, b: torch.einsum("i,i->", a, b)),
    (check_dot_product, lambda a, b: np.dot(a.numpy(), b.numpy())),
    (check_cosine, lambda a, b: F.cosine_similarity(a, b, dim=0)),
    (check_cosine, lambda a, b: F.normalize(a, dim=0) @ F.normalize(b, dim=0)),
    (check_cosine, lambda a, b: (a * b).sum() / (a**2).sum().sqrt() / (b**2).sum().sqrt()),
    (check_cosine, cosine_numpy),
    (check_content_loss, losses.content_loss),
    (check_content_loss, F.mse_loss),
    (check_content_loss, lambda f, t: ((f - t.detach()) ** 2).mean()),
    (check_content_loss, lambda f, t: (f - t).pow(2).sum() / f.numel()),
    (check_gram_matrix, losses.gram_matrix),
    (check_gram_matrix, gram_loop),
    (check_gram_matrix, gram_viewed),
    (check_gram_matrix, gram_numpy),
    (check_gram_matrix, lambda f: torch.einsum("nchw,ndhw->ncd", f, f) / f[0, 0].numel()),
    (check_gram_matrix, lambda f: torch.stack([losses.gram_matrix(x[None])[0] for x in f])),
    (check_single_gram_matrix, lambda f: f.flatten(1) @ f.flatten(1).T / f[0].numel()),
    (check_single_gram_matrix, lambda f: torch.einsum("chw,dhw->cd", f, f) / f[0].numel()),
    (check_single_gram_matrix, lambda f: np.tensordot(f, f, [[1, 2], [1, 2]]) / f[0].numel()),
    (check_style_loss, losses.style_loss),
    (check_style_loss, F.mse_loss),
    (check_style_loss, lambda g, t: ((g - t) ** 2).sum() / g.numel()),
    (check_variation_loss, losses.variation_loss),
    (check_variation_loss, lambda x: sum(x.diff(dim=d).square().mean() for d in (2, 3))),
    (check_variation_loss, variation_loop),
    (
        check_variation_loss,
        lambda x: F.mse_loss(x[:, :, 1:], x[:, :, :-1]) + F.mse_loss(x[..., 1:], x[..., :-1]),
    ),
    (check_total_loss, lambda t, w: sum(t[n] * w[n] for n in t)),
    (check_total_loss, lambda t, w: torch.stack([w[n] * t[n] for n in w]).sum()),
    (check_step, step),
    (check_step, step_sgd),
    (check_step, step_autograd),
    (check_step, step_with(detach=False)),
]


@pytest.mark.parametrize(("check", "function"), RIGHT)
def test_a_right_answer_is_accepted(check, function):
    report = check(function)
    assert report, report.message
    assert report.message.startswith("✓ Right.")


def test_a_right_answer_may_get_a_remark():
    assert "For later: " in check_gram_matrix(gram_numpy).message
    flattened = check_content_loss(lambda f, t: (f.view(-1) - t.view(-1)).square().mean())
    assert "`view` stops" in flattened.message
    assert "later" not in check_gram_matrix(losses.gram_matrix).message


@pytest.mark.parametrize("check", CHECKERS)
def test_every_mistake_differs_from_the_right_answer_and_the_others(check, monkeypatch):
    seen = {}
    for module in {checker.__module__ for checker in CHECKERS} - {__name__}:
        target = f"{module}.check_function"
        monkeypatch.setattr(target, lambda function, *rest, **_: seen.update(rest=rest))
    check(None)
    _what, right, mistakes, cases = seen["rest"][:4]
    outcomes = {"": right(*cases[0]())} | mistakes(*cases[0]())[1]
    if check is check_step:  # two mistakes show only in the later cases
        for number, words in [(1, "earlier step"), (2, "not detached")]:
            expected = right(*cases[number]())
            outcomes |= {
                hint: outcome
                for hint, outcome in mistakes(*cases[number]())[1].items()
                if words in hint and not is_close(outcome, expected)
            }
    names = list(outcomes)
    for i, name in enumerate(names):
        for other in names[:i]:
            assert not is_close(outcomes[name], outcomes[other]), (name, other)


# --- whatever a checker is given -----------------------------------------------------------------


class Rude:
    """Raises whatever it is asked."""

    def __getattribute__(self, name):
        raise RuntimeError("leave me alone")

    __repr__ = __str__ = __eq__ = __len__ = __array__ = __getattribute__
    __hash__ = None


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
FUNCTIONS = [
    *(lambda *_, result=result: result for result in RESULTS),
    *(raising(e) for e in [SystemExit(), GeneratorExit(), KeyboardInterrupt(), Mute(), Warning()]),
    lambda: None, endless_recursion, generator, 7, "gram", torch.ones(2), Rude(), print, int,
]  # fmt: skip


@pytest.mark.parametrize("check", CHECKERS)
def test_a_checker_never_raises(check):
    for function in FUNCTIONS:
        report = check(function)
        assert not report
        assert len(report.message) > 20
        assert "\n" not in report.message


@pytest.mark.parametrize("check", CHECKERS)
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


# --- questions -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        (" Style ", "style"), (3, 3), (3.0, 3), (0.333, 1 / 3), (["a", "B"], ["A", "b"]),
        (["b", "a"], {"a", "b"}), (True, True), (torch.tensor(2.0), 2.0), (torch.tensor(3), 3),
        ((2, 3), torch.Size([2, 3])), (np.float32(0.25), 0.25),
    ],
)  # fmt: skip
def test_a_right_choice(answer, right):
    assert check_answer(answer, right)


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("a", "b"), (4, 3), (1, True), (0.5, 1 / 3), ("three", 3.0), (["a"], ["a", "b"]),
        ("ab", {"ab"}), (torch.ones(3), 1.0), (5, {1}), ("3", 3),
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


# --- what is shown -------------------------------------------------------------------------------


def test_a_notebook_shows_the_message_once(monkeypatch, capsys):
    from IPython.core.formatters import DisplayFormatter

    shown = []
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    report = check_dot_product(lambda a, b: a * b)
    assert [data["text/plain"] for data in shown] == [report.message]
    assert shown[0]["text/markdown"].startswith("**✗ Not yet.** You returned")
    assert DisplayFormatter().format(report) == ({}, {})  # nothing more below the cell
    assert repr(report) == "Report(right=False)"
    assert capsys.readouterr().out == ""


def test_code_of_students_cannot_break_the_markdown():
    assert as_code("a `b`\nsecond line") == "`a 'b'`"
    assert len(as_code("x" * 1000)) < 160
