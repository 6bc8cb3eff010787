"""Where the lessons and the texts of the course are, in an installed package and in a checkout."""

from pathlib import Path

from nst_helpers.errors import InputError, shown
from nst_helpers.files import as_path

_PACKAGE = Path(__file__).parent.parent


def material(folder: str) -> Path:
    """Return one of the folders that an installation carries with the package.

    Args:
        folder: `"notebooks"`, the lessons with their pictures; `"course"`, what a teacher needs;
            `"docs"`, the other pages.

    Example:
        >>> (material("notebooks") / "01_style_transfer.ipynb").is_file()
        True
    """
    installed = _PACKAGE / "material" / folder
    return installed if installed.is_dir() else _PACKAGE.parent / folder


def notebooks() -> list[Path]:
    """Return all notebooks in the order of the course: the lessons, then the appendices.

    Example:
        >>> notebooks()[0].name, notebooks()[-1].name
        ('01_style_transfer.ipynb', 'appendix_receptive_fields.ipynb')
    """
    return sorted(material("notebooks").glob("*.ipynb"))


def new_folder(folder: str | Path) -> Path:
    """Make the folder that a command writes into, and return it.

    Args:
        folder: a path at which nothing is, or an empty folder.

    Raises:
        InputError: if something is there that could be overwritten, or the folder cannot be made.
    """
    path = as_path(folder)
    try:
        path.mkdir(parents=True, exist_ok=True)
        taken = any(path.iterdir())
    except OSError as error:
        raise InputError(f"{shown(path)} cannot be made or read: {error.strerror}.") from None
    if taken:
        raise InputError(f"{shown(path)} is not empty: name a new folder, so that nothing is lost.")
    return path
