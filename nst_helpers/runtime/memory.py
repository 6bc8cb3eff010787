"""The memory of a run: estimated before it starts, and freed if it was not enough."""

import contextlib
import ctypes
import math
import re
import traceback
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import torch

from nst_helpers.errors import InputError

_FIXED = 192 * 2**20  # bytes that torch takes once, whatever the size
_MARGIN = 1.2  # times what was measured; on another machine the libraries may need more
_AMPLE = 0.5  # of what is free; other programs need some too
_LARGEST_LAYER = 64  # activations for each pixel, those of conv1_1


def estimate(
    pixels: float,
    style_pixels: float,
    held: float,
    returned: float,
    compared: float,
    pictures: float,
    precision: str,
) -> float:
    """Return how many bytes a run needs beside the network, rather too many than too few.

    Args:
        pixels: of the generated picture, height times width.
        style_pixels: of the style picture, height times width.
        held: activations for each pixel that are kept until the gradient is computed.
        returned: activations for each pixel of all layers that have a loss.
        compared: activations for each pixel of the layers that have a content loss.
        pictures: how many pictures the optimiser keeps.
        precision: of the activations, `"float32"` or `"bfloat16"`.

    Example:
        >>> round(estimate(256**2, 256**2, 292, 72, 8, 80, "float32") / 2**20)
        448
    """
    layer = 4 * _LARGEST_LAYER  # its input, its output and their gradients
    targets = 4.5 * compared  # with the differences from them, as measured; always in float32
    size = 2 if precision == "bfloat16" else 4
    # Ten pictures of three colours, besides the optimiser's, are those of the step itself.
    run = size * (held + layer) + 4 * (targets + 3 * (pictures + 10))
    style = size * (returned + layer)  # before the run, and without a gradient
    return _MARGIN * max(pixels * run, style_pixels * style) + _FIXED


def available(device: torch.device) -> float:
    """Return how many bytes are free for a run on a device; infinity where this is not known.

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


def _machine() -> int:
    import psutil  # here, because it slows the import of the package by a twentieth of a second

    return psutil.virtual_memory().available


def _control_groups(root: str | Path = "/") -> Iterator[int]:
    """Yield how many bytes are free in each of the control groups that limit this process."""
    lines: list[str] = []
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
            # Where there is no limit, "max" stands for the number, which int refuses. In a
            # container, only the last of these folders may exist.
            with contextlib.suppress(OSError, ValueError):
                if cached := re.search(rf"^{idle} (\d+)$", _text(at, "memory.stat"), re.M):
                    yield max(0, int(_text(at, limit)) - int(_text(at, used)) + int(cached[1]))


def _text(*parts: str | Path) -> str:
    # The name of a control group is that of a folder: any bytes.
    return Path(*parts).read_text(encoding="utf-8", errors="surrogateescape")


def is_ample(needed: float, device: torch.device) -> bool:
    """Return whether a run may take so many bytes without a thought: half of those that are free.

    Example:
        >>> is_ample(1e3, torch.device("cpu")), is_ample(1e18, torch.device("cpu"))
        (True, False)
    """
    return needed <= _AMPLE * available(device)


def check_room(size: int, needed: Callable[[int], float], device: torch.device) -> None:
    """Check that a run fits into the memory that is free.

    Args:
        size: the longer side that was asked for, in pixels.
        needed: a function of a size, which returns the bytes of a run.
        device: where it would run.

    Raises:
        InputError: it does not fit; the message names the largest size that does.

    Example:
        >>> check_room(64, lambda size: size * 1e4, torch.device("cpu"))
    """
    free = available(device)
    if needed(size) > free:
        # A hundredth less, since a side is a whole number of pixels.
        fitting = (side for side in range(size - 1, 63, -1) if needed(side) <= 0.99 * free)
        largest = next(fitting, None)
        remedy = f"use size={largest} or less" if largest else "close other programs or notebooks"
        raise InputError(
            f"A run at size {size} needs about {needed(size) / 1e9:.1f} GB of memory, and "
            f"{free / 1e9:.1f} GB are free on {device}: {remedy}."
        )


@contextlib.contextmanager
def explain_full_memory(size: int, device: torch.device) -> Generator[None, None, None]:
    """Free the memory that was taken inside a `with`, if there was not enough of it.

    Args:
        size: the longer side of the picture in pixels, for the message.
        device: the one whose memory is used.

    Raises:
        InputError: in place of torch's error, which is a `RuntimeError` of many wordings.

    Example:
        >>> with explain_full_memory(256, torch.device("cpu")):
        ...     taken = torch.zeros(1, 3, 256, 256)
    """
    try:
        yield
    except RuntimeError as error:  # only CUDA has a class of its own for it, a subclass
        # Those of the second line are from cuDNN and cuBLAS, the last is from oneDNN on the CPU,
        # which speaks of "a primitive descriptor for ..." where it does not support an operation.
        full = (
            "out of memory|not enough memory|allocate memory|"
            "ALLOC_FAILED|STATUS_NOT_INITIALIZED|unable to find an engine|"
            "could not create a primitive$"
        )
        if not re.search(full, str(error)):
            raise
        # A notebook keeps the last error, whose frames hold every tensor of the run.
        traceback.clear_frames(error.__traceback__)
        if device.type != "cpu":
            with contextlib.suppress(RuntimeError):  # after a recording that failed
                torch.get_device_module(device).empty_cache()
        raise InputError(
            f"The memory of {device} is full at size {size}: use a smaller size, or close other "
            "programs or notebooks."
        ) from None


def give_back() -> None:
    """Give memory that is not used any more back to the system, where the C library keeps it.

    Linux's library keeps a quarter of a gigabyte after a run of 512 pixels, and of each process.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):  # other systems have none
        ctypes.CDLL(None).malloc_trim(0)
