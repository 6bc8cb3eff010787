"""Where to compute, in which precision, and in which of torch's modes."""

import contextlib
from collections.abc import Iterator

import torch

from nst_helpers.errors import InputError, check_choice, shown, tell

PRECISIONS = ("float32", "bfloat16")


def choose_device(device: str | int | torch.device | None = None) -> torch.device:
    """Return the device to compute on: the accelerator that torch was built for, else the CPU.

    Args:
        device: a name such as `"cpu"` or `"cuda:1"`, the number of an accelerator, or a
            `torch.device`; None takes the accelerator, such as CUDA or MPS, if there is one.

    Raises:
        InputError: this machine has no such device.

    Example:
        >>> choose_device("cpu")
        device(type='cpu')
    """
    if device is None:
        accelerator = torch.accelerator.current_accelerator(check_available=True)
        return accelerator or torch.device("cpu")
    try:
        chosen = torch.device(device)
        with contextlib.suppress(torch.OutOfMemoryError):  # a run says how much is free
            torch.empty(1, device=chosen)
        if chosen.type == "meta":
            raise RuntimeError("it holds no numbers")
    except (RuntimeError, AssertionError, TypeError, ImportError) as error:
        raise InputError(
            f"This machine cannot compute on the device {shown(device)}: use "
            f"{str(choose_device())!r}, or leave the device out."
        ) from error
    return chosen


def choose_precision(precision: str | None, device: torch.device) -> str:
    """Return the floating-point type to compute the network in: `"float32"` or `"bfloat16"`.

    A bfloat16 has the range of a float32, eight of its 24 binary digits, and half its bytes. A
    processor with instructions for bfloat16 multiplies twice as many a second; any other needs
    far longer than for float32.

    Args:
        precision: one of the two, or None, which takes bfloat16 on a CPU that has instructions
            for it, and float32 everywhere else: whether bfloat16 pays there is not measured.
        device: where the network is computed. If bfloat16 is asked for and the device has no
            instructions for it, a warning says so and float32 is taken.

    Raises:
        InputError: an unknown precision.

    Example:
        >>> choose_precision("float32", torch.device("cpu"))
        'float32'
    """
    if precision is None:
        fast = device.type == "cpu" and _multiplies_bfloat16(device)
        return "bfloat16" if fast else "float32"
    check_choice("precision", precision, PRECISIONS)
    if precision == "bfloat16" and not _multiplies_bfloat16(device):
        tell(f"{device} has no instructions for bfloat16: float32 is used, which is faster there.")
        return "float32"
    return precision


def _multiplies_bfloat16(device: torch.device) -> bool:
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    # Releases that have no such function cannot tell.
    capabilities: dict[str, bool] = getattr(torch.cpu, "get_capabilities", dict)()
    return capabilities.get("avx512_bf16", False)


@contextlib.contextmanager
def usual_torch() -> Iterator[None]:
    """Have torch compute as it does by default, and afterwards as the caller has set it again.

    Gradients can be recorded, new tensors are float32 on the CPU, and nothing is cast on its way.
    It is also a decorator.

    Example:
        >>> with torch.no_grad(), usual_torch():
        ...     torch.ones(1, requires_grad=True).exp().requires_grad
        True
    """
    device, dtype = torch.get_default_device(), torch.get_default_dtype()
    accelerator = torch.accelerator.current_accelerator()
    with contextlib.ExitStack() as modes:
        modes.enter_context(torch.inference_mode(False))
        modes.enter_context(torch.enable_grad())
        for kind in {"cpu", accelerator.type if accelerator else "cpu"}:
            if torch.is_autocast_enabled(kind):
                modes.enter_context(torch.autocast(kind, enabled=False))
        if device.type != "cpu":
            modes.enter_context(torch.device("cpu"))
        if dtype != torch.float32:  # for all threads, so not where there is no need
            modes.callback(torch.set_default_dtype, dtype)
            torch.set_default_dtype(torch.float32)
        yield
