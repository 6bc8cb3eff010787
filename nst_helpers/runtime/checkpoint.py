"""The state of a run in a file, from which the run goes on after it was killed."""

import hashlib
import os
import time
import zipfile
from typing import Any

import torch

from nst_helpers.errors import InputError, reason, shown, tell
from nst_helpers.files import check_place, written_whole

_FORMAT = "nst_helpers checkpoint 7"
_SECONDS_BETWEEN = 5  # two writes, at the least
_LARGEST_SHARE = 0.05  # of the time of a run may be spent on writing; on a slow disk less often


class Checkpoint:
    """A file with the last state of a run that was written, never one that is half written.

    Args:
        path: of the file, which need not exist yet; its folder must.
        settings: what the run was made with, text, numbers and lists by name. Only a run with
            equal settings, but for the device, goes on from the file.
        pictures: the image tensors `(1, 3, H, W)` on the CPU that the run was made with, by name.
            Only a run with equal pictures goes on from the file.

    Raises:
        InputError: the path cannot be written.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     pictures = {"content": torch.zeros(1, 3, 64, 64)}
        ...     file = Checkpoint(f"{folder}/cat.checkpoint", {"size": 64}, pictures)
        ...     file.write({"step": 7})
        ...     file.read("cpu")
        {'step': 7}
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        settings: dict[str, Any],
        pictures: dict[str, torch.Tensor],
    ) -> None:
        """Check the path; nothing is read or written yet."""
        self.path = check_place(path, "cat.checkpoint")
        digests = {f"the {name} picture": _digest(image) for name, image in pictures.items()}
        self.made_with = {**settings, **digests}
        self.made_with.pop("device", None)  # a run may go on on another one
        self.due = time.perf_counter() + _SECONDS_BETWEEN

    def read(self, device: str | torch.device) -> dict[str, Any] | None:
        """Return the state that was written last, or None where the file does not exist.

        Args:
            device: where the tensors of the state are put.

        Raises:
            InputError: the file is damaged, of another kind, or of another run.
        """
        if not os.path.lexists(self.path):
            return None
        remedy = "delete it or name another file"
        try:
            with zipfile.ZipFile(self.path) as archive:
                if damaged := archive.testzip():  # torch.load ignores the check sums
                    raise ValueError(f"the check sum of {damaged}")
            # Without weights_only, a file from elsewhere could run any code.
            held = torch.load(self.path, map_location=device, weights_only=True)
            if held["format"] != _FORMAT:
                raise ValueError(f"its format is {shown(held['format'])}")
            made_with, state = held["made with"], held["state"]
        except Exception as error:
            raise InputError(
                f"{shown(self.path)} is no whole checkpoint ({reason(error)}): {remedy}."
            ) from error
        other = [name for name, value in self.made_with.items() if made_with.get(name) != value]
        if other == ["steps"]:
            raise InputError(
                f"{shown(self.path)} is of a run of {made_with.get('steps')} steps, whose number "
                f"shapes the run from its beginning: give {made_with.get('steps')} again, or "
                "paint on with the finished picture as start."
            )
        if other:
            raise InputError(
                f"{shown(self.path)} is the checkpoint of another run, with other values of "
                f"{', '.join(other)}: give the same ones, {remedy}."
            )
        return state

    def write(self, state: dict[str, Any]) -> None:
        """Replace the file by one that holds `state`; if that fails, warn and keep the old one.

        Args:
            state: tensors, numbers, text, and lists and dictionaries of them, by name.
        """
        began = time.perf_counter()
        held = {"format": _FORMAT, "made with": self.made_with, "state": state}
        try:
            with written_whole(self.path) as partial, open(partial, "wb") as file:
                torch.save(held, file)
                file.flush()
                os.fsync(file.fileno())  # or the new name may reach the disk before the content
        except (OSError, RuntimeError) as error:  # a full disk ends the checkpoints, not the run
            tell(f"{shown(self.path)} cannot be written ({reason(error)}).")
        now = time.perf_counter()
        self.due = now + max(_SECONDS_BETWEEN, (now - began) / _LARGEST_SHARE)

    def write_when_due(self, state: dict[str, Any]) -> None:
        """Write `state` if it is time to: every 5 seconds, and less often on a slow disk."""
        if time.perf_counter() >= self.due:
            self.write(state)


def _digest(image: torch.Tensor) -> str:
    return hashlib.sha256(image.contiguous().numpy().data).hexdigest()
