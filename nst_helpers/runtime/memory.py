"""The memory of a run: estimated before it, and given back when there was not enough."""

import contextlib
import math
import re
import traceback
from pathlib import Path

import torch

from nst_helpers.errors import InputError

_BESIDE = 192 * 2**20  # what torch takes once, whatever the size
_MARGIN = 1.2  # over what was measured; another machine's libraries may need other scratch space
_LARGEST_LAYER = 64  # activations for each pixel, those of conv1_1


def estimate(pixels, style_pixels, held, returned, compared, pictures, precision):
    """Return about how many bytes a run needs beside the network, a bound from above.

    Args:
        pixels: of the generated picture, height times width.
        style_pixels: of the style picture, likewise.
        held: activations for each pixel that are kept until the gradient is computed.
        returned: activations for each pixel of all layers that have a loss.
        compared: activations for each pixel of the layers that have a content loss.
        pictures: how many pictures the optimiser keeps.
        precision: of the activations.

    Example:
        >>> round(estimate(256**2, 256**2, 292, 72, 8, 80, "float32") / 2**20)
        448
    """
    at_hand = 4 * _LARGEST_LAYER  # while the gradient passes through one layer
    differences = 4.5 * compared  # from the targets, and the targets; in float32
    size = 2 if precision == "bfloat16" else 4
    run = size * (held + at_hand) + 4 * (differences + 3 * (pictures + 10))
    style = size * (returned + at_hand)  # for which no gradient is needed
    return _MARGIN * max(pixels * run, style_pixels * style) + _BESIDE


def available(device):
    """Return how many bytes are free for a run on `device`; infinity where nobody knows.

    On the CPU the limits of control groups hold too, in which JupyterHub and containers run.

    Example:
        >>> available(torch.device("cpu")) > 0
        True
    """
    if device.type == "cuda":
        cached = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
        return torch.cuda.mem_get_info(device)[0] + cached
    if device.type in {"cpu", "mps"}:  # which share one memory
        return min([_machine(), *_control_groups()])  # psutil knows no control groups
    return math.inf


def _machine():
    import psutil  # here, for few callers come so far, and it takes as long as a small library

    return psutil.virtual_memory().available


def _control_groups(root="/"):
    """Yield what is free in each of the control groups that limit this process."""
    lines = []
    with contextlib.suppress(OSError):
        lines = _text(root, "proc/self/cgroup").splitlines()
    for _, controllers, group in (line.split(":", 2) for line in lines):
        folder, limit, used, idle = "", "memory.max", "memory.current", "inactive_file"
        if controllers:  # version 1
            folder, limit, used = "memory", "memory.limit_in_bytes", "memory.usage_in_bytes"
            idle = "total_inactive_file"
        if controllers and "memory" not in controllers.split(","):
            continue
        path = Path(group.lstrip("/"))
        for part in [path, *path.parents]:
            at = Path(root, "sys/fs/cgroup", folder, part)
            # "max" is no number: no limit. A container may see the last folder only.
            with contextlib.suppress(OSError, ValueError, TypeError):
                cached = int(re.search(rf"^{idle} (\d+)$", _text(at, "memory.stat"), re.M)[1])
                yield max(0, int(_text(at, limit)) - int(_text(at, used)) + cached)


def _text(*parts):
    # The name of a control group is that of a folder: any bytes.
    return Path(*parts).read_text(encoding="utf-8", errors="surrogateescape")


def check_room(size, needed, device):
    """Raise `InputError`, with the largest size that fits, where a run needs more than is free.

    Args:
        size: the longer side that was asked for, in pixels.
        needed: a function that returns the bytes of a run with so many times the pixels.
        device: where it would run.
    """
    free = available(device)
    if needed(1) > free:
        fitting = (side for side in range(size - 1, 63, -1) if needed((side / size) ** 2) <= free)
        largest = next(fitting, None)
        remedy = f"use size={largest} or less" if largest else "close other programs or notebooks"
        raise InputError(
            f"A run at size {size} needs about {needed(1) / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free on {device}: {remedy}."
        )


@contextlib.contextmanager
def given_back(size, device):
    """Turn an error that tells of full memory into an `InputError`, and free what was taken."""
    try:
        yield
    except RuntimeError as error:  # CUDA's has a class of its own, which is one; others have not
        full = (
            "out of memory|not enough memory|allocate memory|ALLOC_FAILED"  # cuDNN's and cuBLAS's
        )
        if not re.search(full, str(error)):
            raise
        # A notebook keeps the last error, and with it every tensor of the run.
        traceback.clear_frames(error.__traceback__)
        if device.type != "cpu":
            torch.get_device_module(device).empty_cache()
        raise InputError(
            f"The memory of {device} is full at size {size}: use a smaller size, or close other "
            "programs or notebooks."
        ) from None
