"""How much the precision matters: runs in each, judged in float64."""

import contextlib
import math
from dataclasses import replace

import torch

from nst_helpers import StyleTransfer, load_image

PAIR = "astronaut", "mosaic"  # the photograph is square
_CHANGED = "float32, one pixel changed"
ON_CPU = ("float32", _CHANGED, "bfloat16")
ON_GPU = ("float32", _CHANGED, "TF32", "bfloat16")


def exactness(device, size, ways, steps=100):
    """Return `gradient_error`, `loss` and `psnr` of a run in each precision, by its name.

    The error is that of the gradient at the run's last picture, relative, and the loss that of
    this picture, both beside float64; `psnr` compares the picture with that of the run in
    float32. One run begins with a pixel that differs by one level of 255: it shows how far two
    runs part in any case. A precision that the device has not is left out.
    """
    content, style = (load_image(picture, size) for picture in PAIR)
    changed = content.clone()
    changed[..., size // 2, size // 2] += 1 / 255
    settings = {"steps": steps, "stages": 1, "device": device}
    runs = {}
    for name in ways:
        precision = "bfloat16" if name == "bfloat16" else "float32"
        start = changed if name == _CHANGED else "content"
        with tf32(name == "TF32"):
            transfer = StyleTransfer(content, style, **settings, precision=precision, start=start)
            if transfer.settings["precision"] != precision:
                continue
            *_, last = transfer
            _, gradient = transfer.objective(size).evaluate(last.image)
        runs[name] = last.image, gradient
    exact = StyleTransfer(content, style, **settings, precision="float32")
    exact.extractor.double()
    exact.content = exact.content.double()
    exact.styles = [replace(style, image=style.image.double()) for style in exact.styles]
    objective = exact.objective(size)
    results = {}
    for name, (image, gradient) in runs.items():
        values, wanted = objective.evaluate(image.double())
        error = (gradient - wanted).norm() / wanted.norm()
        squares = (image - runs["float32"][0]).square().mean().item()
        results[name] = {
            "gradient_error": error.item(),
            "loss": values[-1].item(),
            "psnr": -10 * math.log10(squares) if squares else math.inf,
        }
    return results


@contextlib.contextmanager
def tf32(allowed):
    """Have convolutions on CUDA computed in TF32 or not, inside a `with`."""
    before = torch.backends.cudnn.allow_tf32
    torch.backends.cudnn.allow_tf32 = allowed
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32 = before
