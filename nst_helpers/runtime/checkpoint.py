"""A run on disk, from which it goes on after it was killed."""

import hashlib
import os
import time
import zipfile

import torch

from nst_helpers.errors import InputError, reason, shown, tell
from nst_helpers.images import check_place

_FORMAT = "nst_helpers checkpoint 4"
_SECONDS_BETWEEN = 5
_LARGEST_SHARE = 0.05  # of the time may be spent on writing, for the disk may be slow


class Checkpoint:
    """A file that holds where a run stands: always a whole one, for it is written beside.

    Args:
        path: the file; it need not be there yet, but its folder must.
        settings: what the run was made with; only an equal run goes on from the file.
        pictures: by name, the image tensors that it was made with, likewise.

    Raises:
        InputError: the path cannot be written.
    """

    def __init__(self, path, settings, pictures):
        """Look at the path; nothing is read or written."""
        self.path = check_place(path, "cat.checkpoint")
        digests = {f"the {name} picture": _digest(image) for name, image in pictures.items()}
        self.made_with = {**settings, **digests}
        self.due = time.perf_counter() + _SECONDS_BETWEEN

    def read(self, device):
        """Return the dictionary that was written last, its tensors on `device`, or None.

        Raises:
            InputError: the file is damaged, of another kind, or of another run.
        """
        if not os.path.lexists(self.path):
            return None
        remedy = "delete it or name another file"
        try:
            with zipfile.ZipFile(self.path) as archive:
                if damaged := archive.testzip():  # check sums, which torch.load does not look at
                    raise ValueError(f"the check sum of {damaged}")
            # Without weights_only, a file could run any code.
            held = torch.load(self.path, map_location=device, weights_only=True)
            if held["format"] != _FORMAT:
                raise ValueError(f"its format is {shown(held['format'])}")
            made_with, state = held["made with"], held["state"]
        except Exception as error:
            raise InputError(
                f"{shown(self.path)} is no whole checkpoint ({reason(error)}): {remedy}."
            ) from error
        other = [name for name, value in self.made_with.items() if made_with.get(name) != value]
        if other:
            raise InputError(
                f"{shown(self.path)} is the checkpoint of another run, with other values of "
                f"{', '.join(other)}: give the same ones, {remedy}."
            )
        return state

    def write(self, state):
        """Replace the file by one that holds `state`, a dictionary of tensors and numbers."""
        began = time.perf_counter()
        partial = self.path.with_name(f"{self.path.name}.partial")
        try:
            with open(partial, "wb") as file:
                held = {"format": _FORMAT, "made with": self.made_with, "state": state}
                torch.save(held, file)
                file.flush()
                os.fsync(file.fileno())  # or the new name may reach the disk before the content
            os.replace(partial, self.path)
        except (OSError, RuntimeError) as error:  # a full disk ends the checkpoints, not the run
            tell(f"{shown(self.path)} cannot be written ({reason(error)}).")
        now = time.perf_counter()
        self.due = now + max(_SECONDS_BETWEEN, (now - began) / _LARGEST_SHARE)

    def write_when_due(self, state):
        """Write every few seconds."""
        if time.perf_counter() >= self.due:
            self.write(state)


def _digest(image):
    return hashlib.sha256(image.contiguous().numpy()).hexdigest()
