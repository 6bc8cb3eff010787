"""What happens where a run is painted: in another process, or on another machine."""

import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import torch

from nst_helpers.engine.transfer import Diverged, StyleTransfer, style_transfer
from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource, png_bytes
from nst_helpers.runtime.devices import choose_device, choose_precision
from nst_helpers.runtime.sweep.grid import PICTURES, Plan
from nst_helpers.runtime.weights import given_networks

DIGEST = "sweep_sha256"  # in a picture's settings: what it was painted for


@dataclass(frozen=True)
class Outcome:
    """What has become of a run.

    Attributes:
        png: the bytes of the picture's file, with its settings; or None where there is none.
        failure: why there is none, in a sentence.
        seconds: that it took.
        notes: what the run said besides.
    """

    png: bytes | None = None
    failure: str | None = None
    seconds: float = 0.0
    notes: tuple[str, ...] = ()


def facts() -> dict[str, Any]:
    """Return what differs from machine to machine, and changes the digits of a picture.

    Example:
        >>> sorted(facts())
        ['device', 'given', 'precision', 'threads', 'torch']
    """
    device = choose_device()
    return {
        "device": device.type,
        "precision": choose_precision(None, device),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "given": given_networks(),
    }


def needed(
    plans: Iterable[Plan], fixed: Mapping[str, Any], sources: Mapping[str, ImageSource]
) -> list[float]:
    """Return how many bytes each of some runs needs, after a check of their settings.

    Args:
        plans: of the runs.
        fixed: the device, precision and number of threads of the sweep.
        sources: the pictures' files by what the plans call them; what is missing is read here.

    Raises:
        InputError: a setting cannot be used.
    """
    with warnings.catch_warnings(action="ignore"):  # each run says it again
        return [StyleTransfer(**_settings(plan, fixed, sources)).memory for plan in plans]


def paint(plan: Plan, fixed: Mapping[str, Any], sources: Mapping[str, ImageSource]) -> Outcome:
    """Return the picture of a run, or why there is none.

    Args:
        plan: of the run.
        fixed: the device, precision and number of threads of the sweep.
        sources: the pictures' files by what the plan calls them; what is missing is read here.

    Raises:
        RuntimeError: something else than the settings went wrong.
    """
    told: list[warnings.WarningMessage] = []
    try:
        with warnings.catch_warnings(record=True, action="always") as told:
            return _paint(plan, fixed, sources, told)
    except (InputError, Diverged, OSError, MemoryError) as error:
        return Outcome(failure=str(error) or "The memory is full.", notes=_said(told))


def _paint(plan, fixed, sources, told):
    device, precision = choose_device(fixed["device"]), fixed["precision"]
    if choose_precision(precision, device) != precision:
        raise InputError(
            f"The sweep computes in {precision}, for which this machine has no instructions: add "
            "precision='float32' to the grid."
        )
    if device.type == "cpu":
        torch.set_num_threads(fixed["threads"])
    result = style_transfer(progress=False, **_settings(plan, fixed, sources))
    steps = len(result.history["total"])
    if steps < result.settings["steps"]:
        raise InputError(_said(told)[-1])  # in which it was told why it ended
    for name, digests in plan.sha256_by_setting().items():
        kept = result.settings.get(f"{name}_sha256", [])
        if any(digests) and ([kept] if isinstance(kept, str) else kept) != digests:
            if name != "start":
                raise InputError(f"The file of {name} has changed since the sweep began.")
    settings = {**result.settings, **plan.kept, "losses": result.losses}
    settings[DIGEST] = plan.digest(fixed)
    return Outcome(
        png_bytes(result.image, settings),
        seconds=result.history["seconds"][-1],
        notes=_said(told),
    )


def _settings(plan, fixed, sources) -> dict[str, Any]:
    """Return what `StyleTransfer` is to be made with."""
    found = {name: _found(plan.settings[name], sources) for name in PICTURES}
    machine = {"device": fixed["device"], "precision": fixed["precision"]}
    return {**plan.settings, **found, **machine}


def _found(value, sources) -> Any:
    if isinstance(value, list):
        return [_found(each, sources) for each in value]
    return sources.get(value, value)


def _said(told):
    """Return what users are warned of, each once."""
    return tuple(dict.fromkeys(str(w.message) for w in told if w.category is UserWarning))
