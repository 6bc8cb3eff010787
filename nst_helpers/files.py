"""Places on the disk: paths that people give, and files that are written whole or not at all."""

import contextlib
import hashlib
import itertools
import os
import platform
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nst_helpers.errors import InputError, reason, shown


def as_path(given: Any) -> Path:
    """Return what was given as a `Path`; `~` is the home folder, unless a file has that name.

    Raises:
        InputError: it is no path.

    Example:
        >>> as_path("cat.png").name
        'cat.png'
    """
    try:
        path = Path(given)
        return path if os.path.lexists(path) else path.expanduser()
    except (TypeError, ValueError, RuntimeError) as error:
        raise InputError(f"{shown(given)} is not a path ({reason(error)}): name a file.") from error


def check_place(path: str | os.PathLike[str], example: str) -> Path:
    """Return `path` as a `Path`, if a file can be written there; `~` is the home folder.

    Args:
        path: of a file that need not exist.
        example: the name of a file, for the message that a folder gets.

    Raises:
        InputError: it is a folder, or its folder does not exist or cannot be written.

    Example:
        >>> check_place("run.checkpoint", "cat.checkpoint").name
        'run.checkpoint'
    """
    path = as_path(path)
    if os.path.isdir(path):
        raise InputError(f"{shown(path)} is a folder: name a file in it, such as {example}.")
    if not os.path.isdir(path.parent):
        raise InputError(
            f"The folder {shown(path.parent)} does not exist: create it, or choose another."
        )
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"The folder {shown(path.parent)} cannot be written: choose another.")
    return path


def same_file(first: str | os.PathLike[str], second: str | os.PathLike[str]) -> bool:
    """Return whether two paths lead to one file, by links, linked folders or another spelling.

    Args:
        first, second: of files that need not exist.

    Example:
        >>> same_file("cat.png", "./cat.png")
        True
    """
    first, second = as_path(first), as_path(second)
    with contextlib.suppress(OSError, ValueError):
        if os.path.realpath(first) == os.path.realpath(second):
            return True
        return os.path.samefile(first, second)
    return False


def claim(path: Path) -> Path:
    """Make an empty file under a name that no file has, which is then nobody else's.

    Args:
        path: the name that is wanted; else it gets -2, -3, ... before its ending.

    Raises:
        OSError: there can be no such file.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     [claim(Path(folder, "cat.png")).name for _ in range(2)]
        ['cat.png', 'cat-2.png']
    """
    for number in itertools.count(2):
        try:
            path.touch(exist_ok=False)
            return path
        except FileExistsError:
            stem = path.stem if number == 2 else path.stem.rpartition("-")[0]
            path = path.with_stem(f"{stem}-{number}")
    raise AssertionError  # there is always a next number


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give another name beside `path` to write to; at the end it takes the place of `path`.

    So a full disk, an interruption or another program leaves what was there, and never half a file.
    What a program left that was killed is removed.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with written_whole(Path(folder, "a.txt")) as partial:
        ...         _ = partial.write_text("all of it")
        ...     [path.name for path in Path(folder).iterdir()]
        ['a.txt']
    """
    import psutil  # here, because it slows the import of the package by a twentieth of a second

    # Short, as the name may be as long as a name can be; and this machine's, whose programs are
    # known to run or not.
    mine = hashlib.sha256(f"{platform.node()}/{path.name}".encode(errors="replace")).hexdigest()[
        :12
    ]
    for left in path.parent.glob(f".{mine}-*"):
        if not psutil.pid_exists(int(left.stem.split("-")[1])):
            left.unlink(missing_ok=True)
    partial = path.with_name(f".{mine}-{os.getpid()}-{threading.get_ident()}{path.suffix}")
    try:
        yield partial
        os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)
