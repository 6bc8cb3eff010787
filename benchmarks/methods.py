"""Three ways to the same picture: this package, a plain loop, and the package `neural-style`."""

import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from nst_helpers import StyleTransfer, load_image, save_image
from nst_helpers.engine.features import IMAGENET_MEAN, IMAGENET_STD
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.runtime.weights import load_convolutions


def objective_of(content, style, size, device="cpu", precision="float32"):
    """Return the `Objective` of this package at its default weights."""
    transfer = StyleTransfer(content, style, size=size, device=device, precision=precision)
    return transfer.objective(size)


def package(content, style, size, steps, way=StyleTransfer, **settings):
    """Yield `(seconds, picture, loss)` of each evaluation of this package at its defaults.

    The loss is that at the full size, and infinite before. The clock stands still while a picture
    is looked at. `way` may be a class derived from `StyleTransfer`; the settings are further ones
    of it, on the processor unless they say more.
    """
    began = time.perf_counter()
    settings = {"size": size, "steps": steps, "device": "cpu", **settings}
    for step in way(content, style, **settings):
        fine = max(step.image.shape[2:]) == size
        loss = step.losses["total"] if fine else math.inf
        now = time.perf_counter()
        yield now - began, step.image, loss
        began += time.perf_counter() - now


def plain(content, style, size, steps, device="cpu"):
    """Yield `(seconds, picture, loss)` of torch's L-BFGS at one size, clamped in its closure.

    This is the loop of the well-known tutorial, in float32, with the network frozen.
    """
    began = time.perf_counter()
    objective = objective_of(content, style, size, device)
    image = objective.content.to(device, copy=True).requires_grad_()
    optimizer, made = torch.optim.LBFGS([image]), []

    def closure():
        with torch.no_grad():
            image.clamp_(0, 1)
        optimizer.zero_grad()
        loss = objective(image)["total"]
        loss.backward()
        value = loss.item()  # waits for a GPU
        made.append((time.perf_counter() - began, image.detach().clone(), value))
        return loss

    done = 0
    while done < steps:
        optimizer.step(closure)  # up to 25 evaluations
        yield from made[: steps - done]
        done += len(made)
        made.clear()


def neural_style(objective, steps, every=10):
    """Yield `(seconds, picture, loss)` of the package `neural-style`, as it is, in a process.

    The same network and objective, but for the variation loss, which is another one there and is
    switched off. That package has one weight for all style layers, where this one has a factor
    for each. A network of convolutions and ReLUs lets a scale pass through: so the factors are
    put into the weights of the network that it is given.

    So its loss is that of content and style alone. Time begins where its optimisation does.
    """
    side = max(objective.content.shape[2:])
    gpu = "c" if objective.extractor.device.type == "cpu" else "0 -backend cudnn"
    options = (
        f"-gpu {gpu} -image_size {side} -init image -tv_weight 0 -content_weight 1 -style_weight 1 "
        f"-num_iterations {steps} -save_iter {every}"
    )
    pictures = objective.content, objective.styles[0].image
    with tempfile.TemporaryDirectory() as folder:
        run, began = _begun(Path(folder), *pictures, scaled_weights(objective), options)
        _, errors = run.communicate()
        if run.returncode:
            raise RuntimeError(f"neural-style failed:\n{errors[-2000:]}")
        for count in range(every, steps + 1, every):
            file = Path(folder, "out.png" if count == steps else f"out_{count}.png")
            image = load_image(file)
            yield file.stat().st_mtime - began, image, bare(objective, image)


def neural_style_as_it_is(content, style, size, seconds):
    """Return what the package `neural-style` makes at its own defaults in so many seconds.

    The network is VGG-16 as the Caffe model has it, since its default, VGG-19, is in no package.
    Its pictures come every ten evaluations; time begins where its optimisation does.
    """
    # As large activations as pictures from 0 to 255 give, for which its weights are made.
    weights = _for_caffe_pictures(dict.fromkeys(LAYER_NAMES["vgg16"], 255 * IMAGENET_STD[1]))
    options = f"-gpu c -image_size {size} -num_iterations 100000 -save_iter 10 -seed 0"
    with tempfile.TemporaryDirectory() as folder:
        run, _ = _begun(Path(folder), content, style, weights, options)
        time.sleep(seconds)
        run.kill()
        run.communicate()
        files = sorted(Path(folder).glob("out_*.png"), key=lambda file: file.stat().st_mtime)
        return load_image(files[-2])  # the last may be half written


def _begun(folder, content, style, weights, options):
    """Return the process of `neural-style`, and when its optimisation has begun."""
    save_image(content, folder / "content.png")
    save_image(style, folder / "style.png")
    torch.save(weights, folder / "vgg16.pth")
    command = (
        f"-u -m neural_style.neural_style {options} -print_iter 0 -disable_check -model_file "
        "vgg16.pth -content_image content.png -style_image style.png -output_image out.png"
    )
    run = subprocess.Popen(
        [sys.executable, *command.split()],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    for line in run.stdout:
        if "Running optimization" in line:
            return run, time.time()
    raise RuntimeError(f"neural-style failed:\n{run.stderr.read()[-2000:]}")


def total(objective, image):
    """Return the weighted loss."""
    with torch.no_grad():
        return objective(image)["total"].item()


def bare(objective, image):
    """Return the weighted loss of content and style alone."""
    with torch.no_grad():
        terms = objective(image)
    return (terms["total"] - objective.weights["variation"] * terms["variation"]).item()


def scaled_weights(objective):
    """Return VGG-16 for pictures in BGR from 0 to 256 less a mean, as `neural-style` feeds it.

    Every style layer's activations are scaled so that the plain mean squared difference of Gram
    matrices, which that package divides by the number of channels too, is the loss of this
    package with its factor and weight; the content layer's likewise.
    """
    scales = {
        term.layer: (objective.weights["style"] * term.factor * term.target.shape[1] ** 2) ** 0.25
        for term in objective.style_terms
    }
    scales["relu4_2"] = (objective.weights["content"] * objective.content_factors["relu4_2"]) ** 0.5
    return _for_caffe_pictures(scales)


def _for_caffe_pictures(scales):
    """Return VGG-16 for pictures in BGR from 0 to 256 less a mean, some layers' outputs scaled."""
    weights, names = load_convolutions("vgg16"), LAYER_NAMES["vgg16"]
    state, before = {}, 1.0
    for index, name in enumerate(names):
        if name.startswith("conv"):
            scale = scales.get(name.replace("conv", "relu"), before)
            state[f"features.{index}.weight"] = weights[f"{index}.weight"] * (scale / before)
            state[f"features.{index}.bias"] = weights[f"{index}.bias"] * scale
            before = scale
    mean, std = (torch.tensor(v).view(3, 1, 1) for v in (IMAGENET_MEAN, IMAGENET_STD))
    theirs = torch.tensor([123.68, 116.779, 103.939]).view(3, 1, 1)
    first = state["features.0.weight"]
    state["features.0.bias"] = state["features.0.bias"] + (
        first * ((theirs / 256 - mean) / std)
    ).sum((1, 2, 3))
    state["features.0.weight"] = (first / (256 * std)).flip(1)
    return state


def reached(pictures, loss, share, objective, judge=total):
    """Return where a method first has the loss and keeps the content, or where it ends.

    Its `work` is the number of its evaluations, of which one of fewer pixels counts as much less.

    Args:
        pictures: `(seconds, picture, loss)` of each evaluation.
        loss: to reach.
        share: of the content that the reference keeps, which may be missed by 0.03.
        objective: of all methods, in float32; its content picture is to be kept.
        judge: computes the loss that counts, of the objective and a picture; a method that
            computes in another precision has its own.
    """
    curve, work, good = [], 0, False
    for seconds, image, value in pictures:
        curve.append((round(seconds, 3), value))
        work += image.numel() / objective.content.numel()
        good = (
            value <= loss * 1.001
            and judge(objective, image) <= loss
            and kept(image, objective.content) >= share - 0.03
        )
        if good:
            break
    end = kept(image, objective.content)
    return {"reached": good, "count": len(curve), "work": work, "kept": end, "curve": curve}


def kept(image, content):
    """Return how much of the content is kept: the correlation of blurred edges, at most 1.

    Example:
        >>> cat = load_image("cat", 128)
        >>> round(kept(cat, cat), 3), kept(cat, load_image("coffee", 128)[..., :85, :]) < 0.5
        (1.0, True)
    """
    maps = torch.stack([_edges(image).flatten(), _edges(content).flatten()])
    return torch.corrcoef(maps)[0, 1].item()


def _edges(image):
    grey = _blurred(image.mean(1)[0].cpu().numpy(), 1)
    across = grey[1:-1, 2:] - grey[1:-1, :-2]
    down = grey[2:, 1:-1] - grey[:-2, 1:-1]
    return torch.from_numpy(_blurred(np.hypot(across, down), 2))


def _blurred(grid, sigma):
    return gaussian_filter(grid, sigma, mode="nearest", truncate=3)
