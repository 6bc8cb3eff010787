"""The memory of a run: estimated before it, and given back when there was not enough."""

import contextlib
import math
import os
import re
import traceback
from pathlib import Path

import torch

from nst_helpers.errors import InputError
from nst_helpers.vgg import LAYER_NAMES, RECOMPUTED_FROM

_BESIDE = 256 * 2**20  # what torch takes once, whatever the size
_CHANNELS = {"1": 64, "2": 128, "3": 256, "4": 512, "5": 512}  # of the layers of each block


def estimate(layer, network, pixels, style_pixels, kept, precision="float32"):
    """Return about how many bytes a run needs beside the network, a bound from above.

    Args:
        layer: the deepest one that is computed, of `network`.
        pixels: of the generated picture, height times width.
        style_pixels: of the style picture, likewise.
        kept: how many pictures the optimiser keeps.
        precision: of the activations.

    Example:
        >>> round(estimate("relu5_1", "vgg16", 256 * 256, 256 * 256, kept=200) / 2**20)
        694
    """
    names = LAYER_NAMES[network]
    names = names[: names.index(layer) + 1]
    floats = sum(_floats(name) for name in names)
    if pixels >= RECOMPUTED_FROM:  # then the first block is there as a whole, and little else
        floats *= 0.6
    if precision == "bfloat16":
        floats *= 0.5
    # Every activation is kept for the gradient; the convolutions and the gradients of the layers
    # at hand take as much again, at most. For the style picture no gradient is needed.
    run = pixels * (2 * floats + 3 * (kept + 10))
    return 4 * max(run, style_pixels * floats) + _BESIDE


def _floats(layer):
    """Return how many numbers a layer holds for each pixel of the picture."""
    block = re.search(r"\d", layer)[0]
    halvings = int(block) if layer.startswith("pool") else int(block) - 1
    return _CHANNELS[block] / 4**halvings


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
        return min([_machine(), *_control_groups()])
    return math.inf


def _machine():
    try:
        return 1024 * int(re.search(r"MemAvailable: *(\d+) kB", _text("/proc/meminfo"))[1])
    except (OSError, TypeError):
        pass
    try:  # of macOS all memory, which is a bound too; Windows has no such function
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, ValueError, OSError):
        return math.inf


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
    return Path(*parts).read_text()


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
