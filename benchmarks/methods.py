"""Three ways to the same picture: this package, a plain loop, and the package `neural-style`."""

import math
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import torch
from torch.nn.functional import conv2d, pad

from nst_helpers import (
    StyleTransfer,
    content_loss,
    gram_matrix,
    load_image,
    save_image,
    style_loss,
    variation_loss,
)
from nst_helpers.images import resize
from nst_helpers.vgg import IMAGENET_MEAN, IMAGENET_STD, LAYER_NAMES, load_convolutions


class Objective:
    """The losses of `nst_helpers` at its default weights, written once more and by themselves.

    Called on a picture it returns the three terms and their weighted sum, as tensors.
    """

    def __init__(self, content, style, size):
        """Compute the targets."""
        transfer = StyleTransfer(content, style, size=size)
        self.content, self.style = transfer.content, resize(transfer.style, size)
        self.weights, self.network = transfer.weights, transfer.extractor
        with torch.no_grad():
            self.content_target = self.network(self.content)["relu4_2"]
            features = self.network(self.style)
        self.style_targets = {name: gram_matrix(features[name]) for name in transfer.style_layers}
        self.content_factor = 1 / self.content_target.square().mean().item()
        self.style_factors = {
            name: 1 / (target.square().mean().item() * len(self.style_targets))
            for name, target in self.style_targets.items()
        }

    def __call__(self, image):
        """Return `{name: scalar}` for `image`."""
        features = self.network(image)
        terms = {
            "content": self.content_factor * content_loss(features["relu4_2"], self.content_target),
            "style": sum(
                factor * style_loss(gram_matrix(features[name]), self.style_targets[name])
                for name, factor in self.style_factors.items()
            ),
            "variation": variation_loss(image),
        }
        terms["total"] = sum(weight * terms[name] for name, weight in self.weights.items())
        return terms


def package(objective, content, style, size, steps):
    """Yield `(seconds, picture, loss)` of each evaluation of this package at its defaults.

    The loss is that at the full size, and infinite before.
    """
    began = time.perf_counter()
    for step in StyleTransfer(content, style, size=size, steps=steps):
        fine = max(step.image.shape[2:]) == size
        loss = step.losses["total"] if fine else math.inf
        yield time.perf_counter() - began, step.image, loss


def plain(objective, content, style, size, steps):
    """Yield `(seconds, picture, loss)` of torch's L-BFGS at one size, clamped in its closure.

    This is the loop of the well-known tutorial, with the network frozen.
    """
    began = time.perf_counter()
    objective = Objective(content, style, size)
    image = objective.content.clone().requires_grad_()
    optimizer, made = torch.optim.LBFGS([image]), []

    def closure():
        with torch.no_grad():
            image.clamp_(0, 1)
        optimizer.zero_grad()
        loss = objective(image)["total"]
        loss.backward()
        made.append((time.perf_counter() - began, image.detach().clone(), loss.item()))
        return loss

    while len(made) < steps:
        optimizer.step(closure)  # up to 25 evaluations
    yield from made[:steps]


def neural_style(objective, content, style, size, steps, every=10):
    """Yield `(seconds, picture, loss)` of the package `neural-style`, as it is, in a process.

    The same network and objective, but for the variation loss, which is another one there and is
    switched off. That package has one weight for all style layers, where this one has a factor
    for each. A network of convolutions and ReLUs lets a scale pass through: so the factors are
    put into the weights of the network that it is given.

    So its loss is that of content and style alone. Time begins where its optimisation does.
    Pictures come every ten evaluations.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        save_image(objective.content, folder / "content.png")
        save_image(objective.style, folder / "style.png")
        torch.save(scaled_weights(objective), folder / "vgg16.pth")
        command = (
            f"-m neural_style.neural_style -gpu c -image_size {size} -init image -tv_weight 0 "
            f"-content_weight 1 -style_weight 1 -num_iterations {steps} -save_iter {every} "
            "-print_iter 0 -disable_check -model_file vgg16.pth -content_image content.png "
            "-style_image style.png -output_image out.png"
        )
        run = subprocess.Popen(
            [sys.executable, "-u", *command.split()],
            cwd=folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for line in run.stdout:
            if "Running optimization" in line:
                began = time.time()
        if run.wait():
            raise RuntimeError(f"neural-style failed:\n{run.stderr.read()[-2000:]}")
        for count in range(every, steps + 1, every):
            file = folder / ("out.png" if count == steps else f"out_{count}.png")
            image = load_image(file)
            yield file.stat().st_mtime - began, image, bare(objective, image)


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
        name: (objective.weights["style"] * factor * target.shape[1] ** 2) ** 0.25
        for (name, factor), target in zip(
            objective.style_factors.items(), objective.style_targets.values(), strict=True
        )
    }
    scales["relu4_2"] = (objective.weights["content"] * objective.content_factor) ** 0.5
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
    grey = _blurred(image.mean(1, keepdim=True), 1.0)
    across = grey[..., 1:-1, 2:] - grey[..., 1:-1, :-2]
    down = grey[..., 2:, 1:-1] - grey[..., :-2, 1:-1]
    return _blurred(torch.hypot(across, down), 2.0)


def _blurred(image, sigma):
    reach = int(3 * sigma)
    bell = torch.exp(-(torch.arange(-reach, reach + 1.0) ** 2) / (2 * sigma**2))
    bell = bell / bell.sum()
    image = pad(image, [reach] * 4, mode="replicate")
    return conv2d(conv2d(image, bell.view(1, 1, 1, -1)), bell.view(1, 1, -1, 1))
