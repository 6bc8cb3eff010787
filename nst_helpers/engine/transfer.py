"""The optimisation: pixels move, the network does not."""

import contextlib
import inspect
import itertools
import math
import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import partial
from numbers import Integral
from typing import Any

import torch

from nst_helpers.engine import schedule
from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.layers import activations_per_pixel, as_names
from nst_helpers.engine.luminance import luminance, with_luminance
from nst_helpers.engine.objective import Objective
from nst_helpers.engine.optimizers import MEMORY, PixelAdam, PixelLBFGS
from nst_helpers.engine.styles import as_list, load_styles
from nst_helpers.errors import InputError, check_choice, check_number, shown, tell
from nst_helpers.gallery import gallery
from nst_helpers.images import (
    SMALLEST_SIDE,
    ImageSource,
    file_sha256,
    kept_name,
    load_image,
    resample,
    resize,
)
from nst_helpers.runtime.checkpoint import Checkpoint
from nst_helpers.runtime.devices import choose_device, usual_torch
from nst_helpers.runtime.graphs import captured
from nst_helpers.runtime.memory import check_room, estimate, explain_full_memory, is_ample
from nst_helpers.runtime.progress import ProgressBar

CONTENT_LAYERS = ("relu4_2",)
STYLE_LAYERS = ("relu1_1", "relu2_1", "relu3_1", "relu4_1", "relu5_1")

# Chosen by looking at pictures of 256 pixels, and looked at again at 512.
CONTENT_WEIGHT = 1.0
STYLE_WEIGHT = 40.0
VARIATION_WEIGHT = 10.0

#: What `quality` stands for; on two cores, "gallery" takes up to ten minutes.
QUALITIES = {
    "draft": {"size": 256, "steps": 60, "pooling": "avg"},
    "good": {"size": 512, "steps": 150, "pooling": "avg"},
    "gallery": {"size": 1024, "steps": 150, "pooling": "avg"},
}

_STARTS = ("content", "noise", "style")
_GROWTH, _PATIENCE = 1000, 30  # so many times the first loss, for so many steps, is a lost run
_LARGEST_WEIGHT = 1e12  # the other losses are beyond the digits of float32 long before


class Diverged(RuntimeError):
    """The loss is no longer a finite number, or has grown and does not come back."""


@dataclass(frozen=True)
class Step:
    """One evaluation of the network and of the gradient.

    Attributes:
        index: 0 for the first step.
        image: the picture `(1, 3, H, W)` in [0, 1] that was evaluated.
        losses: `content`, `style` and `variation`, as `Objective` has them, and `total`, the
            weighted sum that is minimised; all of exactly this picture, or with `keep_colours` of
            how light it is.
        weights: those of the sum. At a coarse size the content weighs more, so that totals of
            different sizes cannot be compared.
        seconds: since the start of the run.
        progress: the share of the whole work that is done, in (0, 1].
        state: where the run stands after the step, in tensors and numbers; `resume` needs it.
    """

    index: int
    image: torch.Tensor
    losses: dict[str, float]
    weights: dict[str, float]
    seconds: float
    progress: float
    state: dict = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class Result:
    """What `style_transfer` returns.

    Attributes:
        image: the picture with the lowest total loss at the largest size that the run reached,
            which is the full size unless it ended early; `(1, 3, H, W)` in [0, 1].
        losses: the loss terms of exactly this picture.
        history: for every step, by name: the loss terms, `content_weight`, `style_weight` and
            `variation_weight`, which make `total` of them, `seconds`, and `size`, the longer side.
        settings: what made the picture, ready for `save_image`.
    """

    image: torch.Tensor
    losses: dict[str, float]
    history: dict[str, list[float]] = field(repr=False)
    settings: dict


class StyleTransfer:
    """Neural style transfer as an iterable of steps; each iteration starts anew.

    A picture of 256 pixels or more is first optimised at half its size, where a step costs a
    quarter, then at its full size; a longer run has a stage at three quarters between. The coarse
    stages lay out the large forms. With `stages=4`, a picture of 512 pixels or more begins at a
    quarter of its size, so that something is seen at once. Gatys et al. optimise at one size;
    `schedule` has this departure and its numbers.

    The same weights keep less of the content in a small picture. The lightness of the cat under the
    night sky correlates with that of the photograph by 0.55, 0.70, 0.75 and 0.79 at 64, 128, 192
    and 256 pixels.

    The same settings give the same picture on the same CPU with the same number of threads. Other
    threads add numbers in another order, and what differs in the last digit grows: after 25
    steps at 128 pixels, pictures of one thread and of two differ by ten of 256 levels on average.

    A step holds its picture and what the optimiser has learned: nearly three gigabytes together in
    300 steps at 512 pixels. Look at each and let it go, or keep what you need of it.

    Args:
        content: the content picture, anything that `load_image` takes.
        style: the style picture, anything that `load_image` takes, of any shape; or a list of
            several.
        size: the longer side of the generated picture in pixels. None keeps the size of the
            content picture.
        steps: evaluations of network and gradient, all stages together.
        content_weight, style_weight, variation_weight: factors of the three losses, 0 to 1e12.
        content_layers, style_layers: names of layers; each layer's loss is relative to
            its target, and the layers are averaged.
        style_scale: how large the strokes are: the longer side of a style picture is so many
            times that of the generated picture, 0.1 to 4.
        style_shares: a number for each of several styles, how much of it there is; None is as
            much of each.
        masks: where each style goes, a picture for each in the shape of the content: white where
            it is painted, black where it is not. Of two styles, one mask is enough; the second
            goes where the first does not.
        keep_colours: change how light the content's pixels are, and leave their colours.
        start: the first picture: `"content"`, `"noise"`, `"style"` (the first of several), or a
            picture.
        optimizer: `"lbfgs"`, the method that the paper uses, with the four departures that
            `PixelLBFGS` names; or `"adam"`.
        stages: the most sizes: 1 for the full size only, 2 for half and full size, 3 to allow
            the one between, 4 to allow a quarter too. None is 1 where `start` is a picture, which
            a coarse size would spoil, and 3 otherwise.
        network, pooling, device: as in `FeatureExtractor`.
        precision: as in `choose_precision`.
        graph: on CUDA, whether an evaluation is recorded once and replayed as a CUDA graph, which
            may be faster for small pictures. Neither way has run on a GPU yet; the default is the
            plain one. Elsewhere it changes nothing.
        seed: of the noise.

    Attributes:
        memory: how many bytes a run needs beside the network, by estimate.

    Raises:
        InputError: a picture or a setting cannot be used.
        Diverged: (while iterating) the loss is no longer finite, or has grown without end.

    Example:
        >>> transfer = StyleTransfer("cat", "night_sky", size=64, steps=2)
        >>> [step.index for step in transfer]
        [0, 1]

    Source: Gatys, Ecker and Bethge (2016), section 2, and equation 7 for the sum of the losses;
    Gatys et al. (2017), "Controlling Perceptual Factors in Neural Style Transfer", for scale, masks
    and colours.
    """

    @usual_torch()
    def __init__(
        self,
        content: ImageSource,
        style: ImageSource | Sequence[ImageSource],
        size: int | None = None,
        steps: int = 150,
        content_weight: float = CONTENT_WEIGHT,
        style_weight: float = STYLE_WEIGHT,
        variation_weight: float = VARIATION_WEIGHT,
        content_layers: str | Iterable[str] = CONTENT_LAYERS,
        style_layers: str | Iterable[str] = STYLE_LAYERS,
        style_scale: float = 1.0,
        style_shares: Sequence[float] | None = None,
        masks: Sequence[ImageSource] | None = None,
        keep_colours: bool = False,
        start: ImageSource = "content",
        optimizer: str = "lbfgs",
        stages: int | None = None,
        network: str = "vgg16",
        pooling: str = "max",
        device: str | torch.device | None = None,
        precision: str | None = None,
        graph: bool = False,
        seed: int = 0,
    ) -> None:
        """Check every setting and load the network; nothing is computed yet."""
        weights = {"content": content_weight, "style": style_weight, "variation": variation_weight}
        self.weights = _checked_weights(weights)
        steps = _checked_count("steps", steps, 1, 1_000_000)
        if stages is None:
            stages = 3 if isinstance(start, str) and start in _STARTS else 1
        stages = _checked_count("stages", stages, 1, 4)
        seed = _checked_count("seed", seed, 0, 2**63 - 1)
        check_choice("optimizer", optimizer, ["lbfgs", "adam"])
        content_layers, style_layers = as_names(content_layers), as_names(style_layers)
        self.content = load_image(content, size)
        longer_side = max(self.content.shape[2:])
        self.style_scale = check_number("style_scale", style_scale, 0.1, 4)
        self.keep_colours = bool(keep_colours)
        given = as_list(style)
        masks = None if masks is None else as_list(masks)
        style_side = round(longer_side * self.style_scale)
        self.styles = load_styles(given, style_side, style_shares, masks, self.content)
        self.start = self._start_picture(start, seed)
        layers, device = content_layers + style_layers, choose_device(device)
        with explain_full_memory(longer_side, device):
            self.extractor = FeatureExtractor(layers, network, pooling, device, precision)
        self.content_layers, self.style_layers = content_layers, style_layers
        self.optimizer, self.graph = optimizer, bool(graph)
        shorter = [min(p.shape[2:]) for p in (self.content, *(s.image for s in self.styles))]
        smallest = math.ceil(self.extractor.smallest_side * longer_side / min(shorter))
        self.plan = schedule.plan(longer_side, steps, stages, smallest)
        self._check_memory(partial(schedule.plan, steps=steps, stages=stages, smallest=smallest))
        several = len(given) > 1
        self.settings = {
            "content": kept_name(content),
            "style": [kept_name(picture) for picture in given] if several else kept_name(given[0]),
            "size": longer_side,
            "steps": steps,
            **_as_settings(self.weights),
            "content_layers": list(content_layers),
            "style_layers": list(style_layers),
            "style_scale": self.style_scale,
            "style_shares": [each.share for each in self.styles] if several else None,
            "masks": masks and [kept_name(mask) for mask in masks],
            "keep_colours": self.keep_colours,
            "start": kept_name(start),
            "optimizer": optimizer,
            "stages": stages,
            "network": network,
            "pooling": pooling,
            "device": self.extractor.device.type,
            "precision": self.extractor.precision,
            "seed": seed,
        }
        for name, pictures in (("content", [content]), ("style", given), ("masks", masks or [])):
            digests = [file_sha256(picture) for picture in pictures]
            if any(digests):
                self.settings[f"{name}_sha256"] = digests if len(digests) > 1 else digests[0]

    def __len__(self) -> int:
        """Return the number of steps."""
        return sum(steps for _, steps in self.plan)

    def __iter__(self) -> Iterator[Step]:
        """Yield a `Step` for each evaluation, just after it was made."""
        return self.resume(None)

    def resume(self, last: Step | None) -> Iterator[Step]:
        """Yield the steps after `last`, a `Step` of this or an equal transfer; None begins.

        On the CPU they are the same bit for bit as those of an iteration that went on.

        Example:
            >>> transfer = StyleTransfer("cat", "night_sky", size=64, steps=3)
            >>> first = next(iter(transfer))
            >>> [step.index for step in transfer.resume(first)]
            [1, 2]
        """
        sizes = [size for size, steps in self.plan for _ in range(steps)]
        work = list(itertools.accumulate(size**2 for size in sizes))
        done, image, state = (last.index + 1, last.image, last.state) if last else (0, None, {})
        began = time.perf_counter() - (last.seconds if last else 0)
        objective = None
        while done < len(sizes):
            size, left = sizes[done], sizes[done:].count(sizes[done])
            if image is not None and max(image.shape[2:]) != size:
                # A new stage begins with the last picture, has its own targets, and learns anew.
                state, objective = {}, None
            start = self._fit(self.start if image is None else image, size)
            weights = self.weights  # read once: others may be set while a stage begins
            with explain_full_memory(size, self.extractor.device):
                with usual_torch():
                    objective = self._objective(size, weights, objective)
                stage = self._stage(objective, weights, start, state, left)
                for image, losses, used, state in stage:
                    seconds = time.perf_counter() - began
                    share = work[done] / work[-1]
                    yield Step(done, image, losses, used, seconds, share, state)
                    done += 1
                    if self.weights != weights:
                        stage.close()  # which ends the loop

    def resume_from(self, image: ImageSource, done: int) -> Iterator[Step]:
        """Yield the steps that are left, beginning with a picture, as if `done` had been taken.

        A finished picture is so made larger without starting anew: the steps at sizes up to its
        own count as taken. The first step evaluates the picture, the optimiser learns anew, and
        `progress` counts the skipped steps as done.

        Args:
            image: anything that `load_image` takes, of any size; it gets the size and the shape
                of the first step.
            done: how many steps count as taken, from 0 to one less than there are.

        Raises:
            InputError: the picture or the number cannot be used.

        Example:
            >>> from nst_helpers.engine.schedule import steps_up_to
            >>> *_, last = StyleTransfer("cat", "night_sky", size=64, steps=2)
            >>> larger = StyleTransfer("cat", "night_sky", size=256, steps=5)
            >>> larger.plan, steps_up_to(128, larger.plan)
            ([(128, 1), (256, 4)], 1)
            >>> [max(step.image.shape) for step in larger.resume_from(last.image, 1)]
            [256, 256, 256, 256]
        """
        done = _checked_count("done", done, 0, len(self) - 1)
        return self.resume(Step(done - 1, load_image(image), {}, {}, seconds=0.0, progress=0.0))

    def steer(self, **weights: float) -> None:
        """Give the losses other weights, from the next step on, also while a run is on its way.

        What the optimiser has learned belongs to the old weights and is forgotten. The targets do
        not depend on the weights and are kept.

        Args:
            weights: new ones by the names of the losses: `content`, `style`, `variation`.

        Raises:
            InputError: a name or a weight cannot be used; then nothing is changed.

        Example:
            >>> transfer = StyleTransfer("cat", "night_sky", size=64, steps=3)
            >>> for step in transfer:
            ...     transfer.steer(style=1000)
            >>> transfer.settings["style_weight"]
            1000.0
        """
        for name in weights:
            check_choice("loss", name, list(self.weights))
        checked = _checked_weights({**self.weights, **weights})
        self.settings = {**self.settings, **_as_settings(checked)}
        self.weights = checked

    def _stage(self, objective, weights, start, state, steps):
        """Yield `(image, losses, weights, state)` of one size, `steps` times."""
        with usual_torch():
            start = start.to(self.extractor.device)
            optimizer = self.make_optimizer(luminance(start) if self.keep_colours else start)
            content = objective.content.to(self.extractor.device)
            if state.get("weights") == weights:
                optimizer.load_state_dict(state["optimizer"])
            else:
                state = {}
            evaluate = objective.evaluate
            if self.graph:
                evaluate = captured(evaluate, optimizer.image)
        watch = state.get("watch", {})
        for _ in range(steps):
            with usual_torch():  # not around the loop: between two steps, torch is the caller's
                image = optimizer.image
                values, gradient = evaluate(image)
                optimizer.step(gradient)
            # Read at once, and last: until here, Python need not wait for a GPU.
            losses = dict(zip(objective.names, values.tolist(), strict=True))
            watch = _watched(losses, watch, objective.weights)
            known = {"optimizer": optimizer.state_dict(), "watch": watch, "weights": weights}
            if self.keep_colours:
                image = with_luminance(content, image)
            yield image, losses, dict(objective.weights), known

    def objective(self, size: int) -> Objective:
        """Return the `Objective` that a stage minimises, `size` being the longer side.

        Example:
            >>> transfer = StyleTransfer("cat", "night_sky", size=64, device="cpu")
            >>> transfer.objective(64)(transfer.content)["content"]
            tensor(0.)
        """
        return self._objective(size, self.weights)

    def _objective(self, size, weights, kept=None):
        """Return the `Objective` of a size; one that was `kept` of it lends its targets."""
        emphasis = schedule.content_emphasis(size, self.plan[-1][0], len(self))
        weights = {**weights, "content": weights["content"] * emphasis}
        if kept:
            return kept.with_weights(weights)
        scaled = max(SMALLEST_SIDE, round(size * self.style_scale))
        return Objective(
            self.extractor,
            self._fit(self.content, size),
            [replace(style, image=resize(style.image, scaled)) for style in self.styles],
            self.content_layers,
            self.style_layers,
            weights,
            self.keep_colours,
        )

    def _check_memory(self, plan):
        """Save memory where there is little, and refuse a run that does not fit.

        A full memory may end the notebook, not only the run.
        """
        longer_side = max(self.content.shape[2:])
        area = math.prod(self.content.shape[2:])
        style_area = max(math.prod(style.image.shape[2:]) for style in self.styles)
        layers = set(self.content_layers), {*self.content_layers, *self.style_layers}
        compared, returned = map(activations_per_pixel, layers)
        masks = sum(style.mask is not None for style in self.styles)
        masked = masks * activations_per_pixel(self.style_layers)

        def stage(size, steps):
            share = (size / longer_side) ** 2
            return estimate(
                area * share,
                style_area * share,
                held=self.extractor.activations_held() + masked,
                returned=returned,
                compared=compared,
                # A move is two pictures in half precision.
                pictures=min(steps, MEMORY) if self.optimizer == "lbfgs" else 2,
                precision=self.extractor.precision,
            )

        def needed(size):
            return max(itertools.starmap(stage, plan(size)))

        self.extractor.recompute = not is_ample(needed(longer_side), self.extractor.device)
        self.memory = needed(longer_side)
        check_room(longer_side, needed, self.extractor.device)

    def make_optimizer(self, image: torch.Tensor) -> PixelLBFGS | PixelAdam:
        """Return the optimiser of a stage that begins with `image`."""
        if self.optimizer == "adam":
            return PixelAdam(image)
        return PixelLBFGS(image, schedule.low_pass(len(self)))

    def _fit(self, image, size):
        """Return `image` in the shape that the content picture has at this size."""
        *_, height, width = resize(self.content, size).shape
        return resample(image, (height, width))

    def _start_picture(self, start, seed):
        if isinstance(start, str) and start == "content":
            return self.content
        if isinstance(start, str) and start == "noise":
            generator = torch.Generator().manual_seed(seed)
            return torch.rand(self.content.shape, generator=generator)
        if isinstance(start, str) and start.isidentifier() and not os.path.exists(start):
            check_choice("start or gallery picture", start, [*_STARTS, *gallery()])
        first = self.styles[0].image
        picture = first if isinstance(start, str) and start == "style" else load_image(start)
        return self._fit(picture, max(self.content.shape[2:]))


def style_transfer(
    content: ImageSource,
    style: ImageSource | Sequence[ImageSource],
    progress: bool = True,
    checkpoint: str | os.PathLike[str] | None = None,
    quality: str | None = None,
    **settings: Any,
) -> Result:
    """Paint the content picture in the manner of the style picture.

    An interruption (the stop button of a notebook, Ctrl-C), a loss that grows and memory that is
    full end the run early, with a warning and the best picture so far.

    Args:
        content, style: anything that `load_image` takes; or a list of several styles.
        progress: show a bar with the losses and the time left; in a notebook, the picture too.
        checkpoint: a file, written every few seconds; where it is there already, the run goes on
            from it.
        quality: `"draft"`, `"good"` or `"gallery"`, a name for the settings in `QUALITIES`; those
            that are given besides take precedence.
        settings: `size`, `steps`, weights and all else that `StyleTransfer` takes.

    Returns:
        A `Result`: the picture, its losses, the history and the settings.

    Raises:
        InputError: a picture, a setting or the checkpoint cannot be used.
        Diverged: already the first loss was not finite.

    Example:
        >>> result = style_transfer("cat", "night_sky", size=64, steps=2, progress=False)
        >>> result.image.shape
        torch.Size([1, 3, 43, 64])
    """
    if quality is not None:
        check_choice("quality", quality, list(QUALITIES))
        settings = {**QUALITIES[quality], **settings}
    known = list(inspect.signature(StyleTransfer).parameters)[2:]  # without the two pictures
    for name in settings:
        check_choice("setting", name, known)
    transfer = StyleTransfer(content, style, **settings)
    run, file = _Run(), None
    if checkpoint is not None:
        pictures = {"content": transfer.content, "start": transfer.start}
        for number, each in enumerate(transfer.styles, start=1):
            pictures[f"style {number}"] = each.image
            if each.mask is not None:
                pictures[f"mask {number}"] = each.mask
        file = Checkpoint(checkpoint, transfer.settings, pictures)
        run = _Run(file.read(transfer.extractor.device))
        if last := run.last_and_best[0]:
            print(f"Going on from {shown(checkpoint)} after step {last.index + 1}.")
    try:
        with ProgressBar(len(transfer)) if progress else contextlib.nullcontext() as bar:
            for step in transfer.resume(run.last_and_best[0]):
                run.add(step)
                if bar:
                    bar.update(step)
                if file:
                    file.write_when_due(run.state_dict())
        return run.end(file, transfer.settings)  # an interruption here loses nothing
    except (KeyboardInterrupt, Diverged, InputError) as stopped:
        last, _ = run.last_and_best
        if last is None:
            raise
        reason = str(stopped) or "The run was interrupted."
        tell(f"{reason} This is the best picture of {last.index + 1} steps.")
    return run.end(file, transfer.settings)


class _Run:
    """What is kept of a run: its last step, its best step, and a row of its history for each."""

    def __init__(self, state: dict[str, Any] | None = None) -> None:
        state = state or {"last": None, "best": None, "rows": []}
        # In one tuple, replaced at once: an interruption finds both steps, or none.
        self.last_and_best = tuple(state[name] and Step(**state[name]) for name in ("last", "best"))
        self.rows = state["rows"]

    def state_dict(self):
        last, best = map(_as_dict, self.last_and_best)
        return {"last": last, "best": best, "rows": self.rows}

    def add(self, step):
        _, best = self.last_and_best
        size = max(step.image.shape[2:])
        # A new stage begins anew: a coarse picture is never better than a fine one.
        coarser = best is None or max(best.image.shape[2:]) < size
        if coarser or step.losses["total"] < best.losses["total"]:
            best = replace(step, state={})  # whose memory would be as much as the run needs
        row = {**step.losses, **_as_settings(step.weights), "seconds": step.seconds, "size": size}
        self.rows[step.index :] = [row]
        self.last_and_best = step, best

    def end(self, file, settings):
        """Write the checkpoint, if there is one, and return the `Result`."""
        if file:
            file.write(self.state_dict())
        last, best = self.last_and_best
        rows = self.rows[: last.index + 1]
        history = {name: [row[name] for row in rows] for name in rows[0]}
        if settings["device"] == "cpu":
            settings = {**settings, "threads": torch.get_num_threads()}
        return Result(best.image.cpu(), best.losses, history, settings)


def _as_dict(step):
    return {each.name: getattr(step, each.name) for each in fields(step)}


def _watched(losses, watch, weights):
    """Return `watch`, which remembers the losses of a stage, with those of another step.

    Raises:
        Diverged: a loss is not finite, or the total has been too large for too long.
    """
    before, first = watch.get("before", losses), watch.get("first", losses["total"])
    if not all(math.isfinite(loss) for loss in losses.values()):
        advice = _advice(losses, before, weights)
        raise Diverged(f"The loss is no longer a finite number: {advice}")
    astray = watch.get("astray", 0) + 1 if losses["total"] > _GROWTH * first else 0
    if astray == _PATIENCE:
        advice = _advice(losses, before, weights)
        raise Diverged(f"The loss has grown and does not come back: {advice}")
    return {"before": losses, "first": first, "astray": astray}


def _advice(losses, before, weights):
    """Return the losses in words, and which weight to lower; `before` are the last good ones."""
    judged = losses if any(math.isfinite(losses[name]) for name in weights) else before
    shares = {name: weight * judged[name] for name, weight in weights.items()}
    largest = max(shares, key=lambda name: (not math.isfinite(shares[name]), shares[name]))
    values = ", ".join(f"{name} {value:.3g}" for name, value in losses.items())
    return f"{values}. Lower {largest}_weight, whose share is the largest, or use another start."


def _checked_weights(weights):
    """Return the weights as floats, of which one at least is not 0."""
    checked = {
        name: check_number(f"{name}_weight", weight, 0, _LARGEST_WEIGHT)
        for name, weight in weights.items()
    }
    if not any(checked.values()):
        raise InputError("All three weights are 0, so there is nothing to minimise: raise one.")
    return checked


def _checked_count(name, value, low, high):
    """Return a whole number as an int, so that NumPy's numbers can be kept with the picture."""
    whole = isinstance(value, Integral) and not isinstance(value, bool)
    if not whole or not low <= int(value) <= high:
        raise InputError(
            f"{name} is {shown(value)}; it must be a whole number from {low} to {high}."
        )
    return int(value)


def _as_settings(weights):
    return {f"{name}_weight": weight for name, weight in weights.items()}
