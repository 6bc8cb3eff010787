"""The exercise on the whole loop of style transfer.

The other checkers compare numbers. Two loops that are right may give two pictures, since their
learning rates or their optimisers differ; so this one watches the loop at work. It looks at the
gradient that each step of the optimiser gets, and at what becomes of the losses.
"""

from collections.abc import Callable
from functools import cache, partial
from typing import Any, NamedTuple

import torch
from torch.nn.modules.module import register_module_forward_pre_hook
from torch.optim.optimizer import register_optimizer_step_pre_hook

from nst_helpers.checks.report import Report
from nst_helpers.checks.runner import Fault, call_safely, check_callable, show_verdict
from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.objective import Objective
from nst_helpers.engine.transfer import StyleTransfer

_SIZE, _STEPS = 64, 10
_NAMES = "content", "style", "variation"
_WEIGHTS = {"variation": 10.0, "content": 1.0, "style": 40.0}  # not in the order of the losses
_WATCHED = 3  # steps whose gradients are looked at
_NEAR = 0.3  # share by which a gradient may be off: the student's network may have fewer digits

_RULE = (
    "In each step, the total is the sum of each loss times the weight of the same name, and its "
    "gradient moves the pixels, which begin as a copy of the content picture."
)
# What PyTorch says where a loop stops, and what to do about it.
_REMEDIES = {
    "does not require grad": "The total is cut off from the pixels: they need `requires_grad_()`, "
    "the total needs the losses as tensors, without `.item()`, `.detach()` or `torch.no_grad()`, "
    "and a picture is clamped in place, with `clamp_`.",
    "has no attribute 'backward'": "The total is a plain number, from which no gradient leads back "
    "to the pixels: keep `.item()` and `float()` away from the losses.",
    "leaf Variable": "Clamp inside `with torch.no_grad():`.",
    "non-leaf": "First copy, then ask for the gradient: `content.clone().requires_grad_()`.",
    "second time": "Each step needs the losses of the present pixels: compute them inside the "
    "loop, and clamp the pixels in place, with `clamp_`, inside `with torch.no_grad():`.",
}


def check_transfer(
    function: Callable[[torch.Tensor, torch.Tensor, dict[str, float], int], object],
) -> Report:
    """Check a function that makes a picture with the loop of style transfer.

    Args:
        function: takes a content picture, a style picture, `{"content": weight, "style": weight,
            "variation": weight}` and the number of steps; yields the picture of each step, or
            returns a list of them, or the last one. The losses are those of the package. Any
            optimiser and any sensible learning rate will do.

    Returns:
        A report, true where the function is right. No error of the function is raised: the report
        names it. It takes some seconds.

    Example:
        >>> report = check_transfer(lambda content, style, weights, steps: content)
        ✗ Not yet. The picture did not move: no optimiser has made a step, and nothing else \
changed the pixels.
    """
    return show_verdict(partial(_judge, function))


class _Case(NamedTuple):
    """Two small pictures, and the losses between them."""

    content: torch.Tensor
    style: torch.Tensor
    objective: Objective
    reached: float  # the total of the package's picture after as many steps

    def losses(self, image: torch.Tensor) -> dict[str, float]:
        with torch.no_grad():
            return {name: loss.item() for name, loss in self.objective(image).items()}

    def gradients(self, image: torch.Tensor) -> torch.Tensor:
        """Return the gradients of the three losses, not weighted, in the rows of a matrix."""
        pixels = image.detach().clone().requires_grad_()
        losses = self.objective(pixels)
        rows = [
            torch.autograd.grad(losses[name], pixels, retain_graph=True)[0].flatten()
            for name in _NAMES
        ]
        return torch.stack(rows)


@cache
def _case() -> _Case:
    settings: dict[str, Any] = {"size": _SIZE, "stages": 1, "precision": "float32"}
    photo = StyleTransfer("cat", "night_sky", **settings).content
    photo = (2 * photo - 0.5).clamp(0, 1)  # of strong contrast: many pixels are near 0 or 1
    painting = StyleTransfer(photo, "night_sky", start="style", **settings).start  # in its shape
    transfer = StyleTransfer(photo, painting, optimizer="adam", steps=_STEPS, **settings)
    *_, last = transfer
    device = transfer.extractor.device
    return _Case(
        photo.to(device), painting.to(device), transfer.objective(_SIZE), last.losses["total"]
    )


def _judge(function: Any) -> str:
    """Return praise for a loop that is right; raise `Fault` for the first thing wrong."""
    check_callable(function)
    case = _case()
    with _Watch(case) as watch:
        pictures = _run(function, case, _WEIGHTS)
    watch.check_network()
    watch.check_optimizer()
    # Of a function that returns its last picture only, one step shows where it begins.
    first = pictures[0] if len(pictures) > 1 else _run(function, case, _WEIGHTS, steps=1)[0]
    watch.check_start(first)
    seen = watch.check_gradients()
    _check_reached(pictures, case, watch)
    if not seen:
        _check_each_loss(function, case)
    reached = case.losses(pictures[-1])["total"]
    return (
        f"Your loop is correct: in {_STEPS} steps on small pictures the total fell from "
        f"{case.losses(case.content)['total']:.0f} to {reached:.0f}. The package's loop with Adam "
        f"got to {case.reached:.0f}."
    )


def _run(
    function: Any, case: _Case, weights: dict[str, float], steps: int = _STEPS
) -> list[torch.Tensor]:
    """Return the pictures of a run, once they are found to be pictures."""
    content, style, weights = case.content.clone(), case.style.clone(), dict(weights)
    try:
        found = call_safely(
            lambda *inputs: _collected(function(*inputs)), (content, style, weights, steps)
        )
    except Fault as fault:
        remedies = [text for words, text in _REMEDIES.items() if words in str(fault)]
        raise Fault(" ".join([str(fault), *remedies[:1]])) from None
    if found is None:
        text = "Write the loop in the function, with a `yield` for the picture of each step."
        raise Fault(text, right=None)
    for name, given, kept in (("content", content, case.content), ("style", style, case.style)):
        if not torch.equal(given.detach(), kept):
            raise Fault(
                f"Your function changed the {name} picture itself, and the caller still needs it: "
                "let the pixels begin as `content.clone()`."
            )
    if len(found) not in (1, steps, steps + 1):
        many = "more" if len(found) > steps else f"{len(found)}"
        raise Fault(f"For `steps={steps}` there came {many} pictures: yield one in each step.")
    return [_read(picture, case, kept) for picture, kept in found]


def _collected(result: Any) -> list[tuple[Any, Any]] | None:
    """Return what came, each with a copy of what it was when it came."""
    if result is None:
        return None
    if isinstance(result, torch.Tensor):
        result = [result]
    found = []
    for item in result:
        if isinstance(item, (tuple, list)) and item:
            item = item[0]  # a picture with its losses
        found.append((item, item.detach().clone() if isinstance(item, torch.Tensor) else None))
        if len(found) > _STEPS + 1:
            break
    return found


def _read(picture: Any, case: _Case, kept: Any) -> torch.Tensor:
    if not isinstance(picture, torch.Tensor):
        raise Fault(f"Your function gave a {type(picture).__name__} where a picture must come.")
    if picture.shape != case.content.shape:
        raise Fault(
            f"Your picture has the shape {tuple(picture.shape)}, and the content picture "
            f"{tuple(case.content.shape)}: use the arguments of your function, not the variables "
            "of the notebook."
        )
    if not torch.equal(picture.detach(), kept):
        raise Fault(
            "The pictures that you gave change afterwards, because all of them are the same "
            "tensor: give a copy, `pixels.detach().clone()`."
        )
    if picture.grad_fn is not None:
        raise Fault(
            "Your pictures still hang on the computation, and memory would grow with every step: "
            "give `pixels.detach().clone()`."
        )
    if not kept.isfinite().all():
        raise Fault("Your picture has numbers that are not finite: is the learning rate too large?")
    if kept.min() < -1e-4 or kept.max() > 1 + 1e-4:
        raise Fault(
            f"The pixels go from {kept.min():.2f} to {kept.max():.2f}, beyond what a picture can "
            "show: after each step, clamp them to [0, 1], inside `with torch.no_grad():`."
        )
    return kept.to(case.content.device, torch.float32)


class _Watch:
    """Looks on while a loop runs: which networks compute, and what the optimiser is given."""

    def __init__(self, case: _Case) -> None:
        self.case = case
        self.networks: dict[FeatureExtractor, torch.Tensor] = {}
        self.optimizers: set[torch.optim.Optimizer] = set()
        self.steps: list[tuple[torch.Tensor, torch.Tensor | None]] = []  # pixels and gradients

    def __enter__(self) -> "_Watch":
        self.hooks = [
            register_module_forward_pre_hook(self._before_network),
            register_optimizer_step_pre_hook(self._before_step),
        ]
        return self

    def __exit__(self, *_: object) -> None:
        for hook in self.hooks:
            hook.remove()

    def _before_network(self, module: torch.nn.Module, _: object) -> None:
        if isinstance(module, FeatureExtractor) and module not in self.networks:
            self.networks[module] = _sums(module)

    def _before_step(self, optimizer: torch.optim.Optimizer, *_: object) -> None:
        self.optimizers.add(optimizer)
        if len(self.steps) < _WATCHED and (pixels := self._pixels(optimizer)):
            gradient = pixels[0].grad
            kept = None if gradient is None else gradient.detach().clone()
            self.steps.append((pixels[0].detach().clone(), kept))

    def _pixels(self, optimizer: torch.optim.Optimizer) -> list[torch.Tensor]:
        given = [tensor for group in optimizer.param_groups for tensor in group["params"]]
        return [tensor for tensor in given if tensor.shape == self.case.content.shape]

    def check_network(self) -> None:
        if any(not torch.equal(_sums(network), sums) for network, sums in self.networks.items()):
            raise Fault(
                "Your loop changed the weights of the network. In style transfer the network stays "
                "as it is: give the optimiser the pixels only, and build the network anew before "
                "you go on."
            )

    def check_optimizer(self) -> None:
        if any(not self._pixels(optimizer) for optimizer in self.optimizers):
            raise Fault(
                "The optimiser was not given the picture. In style transfer the pixels move, and "
                "the network stays as it is: `torch.optim.Adam([pixels], lr=0.03)`."
            )
        if len(self.steps) > 1 and all(gradient is None for _, gradient in self.steps):
            raise Fault(
                "The pixels have no gradient when `optimizer.step()` needs it: call "
                "`total.backward()` between `optimizer.zero_grad()` and `optimizer.step()`."
            )

    def check_start(self, first: torch.Tensor) -> None:
        first = self.steps[0][0] if self.steps else first
        far = (first - self.case.content).abs().mean().item()
        if far > (0.02 if self.steps else 0.2):
            like = (first - self.case.style).abs().mean() < 0.1
            start = "the style picture" if like else "something else"
            raise Fault(
                f"Your loop begins with {start}; here it begins with a copy of the content "
                "picture, `content.clone()`."
            )
        if any(torch.equal(self.steps[0][0], pixels) for pixels, _ in self.steps[1:]):
            raise Fault(
                "Each step begins with the same pixels again: make the pixels and the optimiser "
                "once, before the loop."
            )

    def check_gradients(self) -> bool:
        """Compare the gradient of each step with those of the three losses at the same pixels.

        Returns:
            Whether there were such gradients to see, and all were right.
        """
        if any(isinstance(optimizer, torch.optim.LBFGS) for optimizer in self.optimizers):
            return False  # it computes its gradients inside the step
        weights = torch.tensor([_WEIGHTS[name] for name in _NAMES], device=self.case.content.device)
        added = torch.zeros_like(self.case.content).flatten()
        for number, (pixels, gradient) in enumerate(self.steps):
            rows = self.case.gradients(pixels)
            right = weights @ rows
            added = added + right
            if gradient is None or number == 0:  # in the first step the content pulls nowhere
                continue
            given = gradient.to(right).flatten()
            if not _is_near(given, right) and _is_near(given, added):
                raise Fault(
                    "In each step the gradients of all steps before are still there, and the new "
                    "one is added to them: call `optimizer.zero_grad()` before `total.backward()`."
                )
            self._check_parts(given, rows, weights)
        return len(self.steps) > 1

    def _check_parts(self, given: torch.Tensor, rows: torch.Tensor, weights: torch.Tensor) -> None:
        """Find how much of each loss is in a gradient, and raise `Fault` unless it is right."""
        scale = rows.norm(dim=1, keepdim=True).clamp_min(1e-12)
        parts = torch.linalg.lstsq((rows / scale).T.cpu(), given[:, None].cpu()).solution[:, 0]
        parts = parts.to(weights) / scale[:, 0]
        if not _is_near(parts @ rows, given):
            raise Fault(
                "The gradient that moves the pixels is not that of the three losses: is `P` of the "
                "content picture and `A` of the style picture, and are the losses those of the "
                f"present pixels? {_RULE}"
            )
        shares = parts / weights
        found = dict(zip(_NAMES, parts.tolist(), strict=True))
        if shares[1] < 0 and shares[2] < 0:
            raise Fault("You went uphill: the gradient is that of the total with a minus sign.")
        swapped, in_order = weights[[1, 0, 2]], torch.tensor([*_WEIGHTS.values()]).to(weights)
        for others, mistake in (
            (swapped, "The weights of content and style are swapped."),
            (in_order, "Losses and weights are paired by their order: pair them by name."),
            (torch.ones_like(weights), "The weights are ignored."),
        ):
            if ((parts / others - 1).abs() < _NEAR).all():
                raise Fault(f"{mistake} {_RULE}")
        for name, share in zip(_NAMES, shares.tolist(), strict=True):
            if abs(share) < 0.1 * shares.abs().max():
                raise Fault(
                    f"The {name} loss does not move the pixels: it is missing in the total, or it "
                    "is cut off from them by `.item()`, `.detach()` or `torch.no_grad()`."
                )
        if shares.max() > (1 + 2 * _NEAR) * shares.min():
            said = ", ".join(f"{name} {found[name]:.3g}" for name in _NAMES)
            wanted = ", ".join(f"{name} {_WEIGHTS[name]:g}" for name in _NAMES)
            raise Fault(
                f"The losses count {said} times in the gradient; with these weights it must be "
                f"{wanted}. {_RULE}"
            )


def _check_reached(pictures: list[torch.Tensor], case: _Case, watch: _Watch) -> None:
    """Raise `Fault` unless the total fell about as far as in the package's own loop."""
    first, last = case.losses(case.content)["total"], case.losses(pictures[-1])["total"]
    if torch.equal(pictures[-1], case.content):
        doing = "an optimiser made steps, but it moved something else than the pixels that you gave"
        if not watch.optimizers:
            doing = "no optimiser has made a step, and nothing else changed the pixels"
        raise Fault(f"The picture did not move: {doing}.")
    if last > first:
        raise Fault(
            f"The total rose from {first:.0f} to {last:.0f}: you went uphill, or the learning rate "
            "is too large."
        )
    if last > first - 0.25 * (first - case.reached):
        raise Fault(
            f"In {_STEPS} steps the total only fell from {first:.0f} to {last:.0f}, and the "
            f"package's loop with Adam gets to {case.reached:.0f}: is the learning rate too small, "
            "or much too large? With Adam, 0.03 is a good one."
        )


def _check_each_loss(function: Any, case: _Case) -> None:
    """Raise `Fault` unless each loss falls where it alone weighs, and the content holds on."""
    nothing = dict.fromkeys(_WEIGHTS, 0.0)
    first = case.losses(case.content)
    pulls = dict(zip(_NAMES, case.gradients(case.content).norm(dim=1).tolist(), strict=True))
    for name in ("style", "variation"):
        weight = _WEIGHTS["style"] * pulls["style"] / pulls[name]  # as strong as the style was
        last = case.losses(_run(function, case, {**nothing, name: weight})[-1])
        if last[name] > 0.8 * first[name]:
            raise Fault(
                f"In a run in which only the {name} has a weight, the {name} loss did not fall: "
                f"{first[name]:.2g} before, {last[name]:.2g} after {_STEPS} steps. {_RULE}"
            )
    free = case.losses(_run(function, case, {**_WEIGHTS, "content": 0.0})[-1])["content"]
    held = case.losses(_run(function, case, {**_WEIGHTS, "content": 30.0})[-1])["content"]
    if held > 0.8 * free:
        raise Fault(
            f"The weight of the content changes nothing: the content loss is {free:.2g} without it "
            f"and {held:.2g} with a large one. {_RULE}"
        )


def _is_near(a: torch.Tensor, b: torch.Tensor) -> bool:
    return bool((a - b).norm() <= _NEAR * b.norm())


def _sums(network: torch.nn.Module) -> torch.Tensor:
    """Return a number for each tensor of weights, which changes when the tensor does."""
    return torch.stack([weights.detach().cpu().double().sum() for weights in network.parameters()])
