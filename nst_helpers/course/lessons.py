"""`nst lessons`: the lessons themselves, to be opened anywhere."""

import shutil
from pathlib import Path

from nst_helpers.course.material import material, new_folder

_LEFT_OUT = shutil.ignore_patterns(".*", "*.json", "__pycache__")


def write_lessons(folder: str | Path) -> Path:
    """Copy the lessons into a folder, with the pictures that they show.

    Args:
        folder: a path at which nothing is, or an empty folder.

    Returns:
        The folder.

    Raises:
        InputError: if something is there already, or the folder cannot be written.
    """
    path = new_folder(folder)
    shutil.copytree(material("notebooks"), path, ignore=_LEFT_OUT, dirs_exist_ok=True)
    return path
