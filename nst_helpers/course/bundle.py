"""`nst bundle`: the project with all that it installs, to be used where there is no internet."""

import os
import platform
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from string import Template

from nst_helpers.course.material import new_folder
from nst_helpers.errors import InputError, shown

_HERE = Path(__file__).parent
PROJECT = _HERE.parent.parent
# uv builds the project itself where it is unpacked, so that its files can be edited there.
_BUILDING = ["editables", "uv"]


def write_bundle(folder: str | Path) -> Path:
    """Write the project and all packages it needs, so that its commands need no internet.

    The packages, some gigabytes, are downloaded as the wheels of this machine's system and Python.
    `START_HERE.md` in the folder says what another machine needs and what to type there.

    Args:
        folder: a path outside of the project at which nothing is, or an empty folder.

    Returns:
        The folder.

    Raises:
        InputError: if the package is not used from the project's own folder, or from one that this
            wrote; the folder cannot be written or lies in the project; or uv is missing or fails.
    """
    if not (PROJECT / "pyproject.toml").is_file():
        raise InputError(
            "An installed package does not have the tests and the list of what to install: run "
            "'uv run nst bundle FOLDER' in the project's own folder."
        )
    if (PROJECT / "START_HERE.md").is_file():
        raise InputError("This folder was written by 'nst bundle' itself: copy it as it is.")
    path = new_folder(folder).resolve()
    if path.is_relative_to(PROJECT):
        raise InputError(f"{shown(path)} is in the project: name a folder outside, such as ../nst.")
    _copy_project(path)
    _download_wheels(path / "wheels")
    cut_off(path)
    return path


def cut_off(path: Path) -> None:
    """Have uv take all packages of a copy of the project from its folder `wheels`.

    Args:
        path: the copy, in which `pyproject.toml` is changed and `uv.lock` and
            `START_HERE.md` are written.

    Raises:
        InputError: if a package that the project needs on this machine is not there.
    """
    settings = path / "pyproject.toml"
    text = settings.read_text(encoding="utf-8")
    alone = Template((_HERE / "bundle.toml").read_text(encoding="utf-8"))
    # A function, since a pattern's replacement would read the backslashes.
    text = re.sub(r"(?m)^\[tool\.uv\]\n", lambda _: alone.substitute(_machine()), text)
    settings.write_text(text, encoding="utf-8")
    _uv("lock", folder=path)
    page = Template((_HERE / "bundle.md").read_text(encoding="utf-8"))
    size = sum(file.stat().st_size for file in path.rglob("*") if file.is_file()) / 1e9
    (path / "START_HERE.md").write_text(
        page.substitute(_machine(), size=f"{size:.1f}"), encoding="utf-8"
    )


def _machine() -> dict[str, str]:
    """Return what another machine must have in common with this one, in the words of uv."""
    return {
        "python": platform.python_version(),
        "minor": f"{sys.version_info.major}.{sys.version_info.minor}",
        "next": f"{sys.version_info.major}.{sys.version_info.minor + 1}",
        "system": sys.platform,
        "processor": platform.machine(),
        "name": platform.system().replace("Darwin", "macOS"),
    }


def _copy_project(path: Path) -> None:
    """Copy what belongs to the project: what a source distribution of it holds."""
    with tempfile.TemporaryDirectory() as folder:
        _uv("build", "--sdist", "--out-dir", folder, folder=PROJECT)
        (archive,) = Path(folder).glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(folder, filter="data")
        (copy,) = Path(folder).glob("*/")
        (copy / "PKG-INFO").unlink()
        shutil.copytree(copy, path, dirs_exist_ok=True)


def _download_wheels(path: Path) -> None:
    """Download the packages of `uv.lock` for this machine, and what uv builds the project with."""
    pip = ["tool", "run", "--python", sys.executable, "pip", "wheel", "--wheel-dir", str(path)]
    with tempfile.TemporaryDirectory() as folder:
        locked = Path(folder) / "locked.txt"
        locked.write_text(needed(), encoding="utf-8")
        _uv(*pip, "--no-deps", "--requirement", str(locked), folder=PROJECT)
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    _uv(*pip, *project["build-system"]["requires"], *_BUILDING, folder=PROJECT)


def needed() -> str:
    """Return the packages of `uv.lock`, as pip reads them, in the versions that uv installs."""
    what = ["--all-extras", "--no-emit-project", "--format", "requirements.txt"]
    return _uv("export", *what, folder=PROJECT)


def _uv(*arguments: str, folder: Path) -> str:
    """Run uv in a folder and return what it prints; raise `InputError` where it fails."""
    program = os.environ.get("UV") or shutil.which("uv")
    if not program:
        raise InputError("uv is not installed, which fills the folder: pip install uv adds it.")
    done = subprocess.run(
        [program, *arguments, "--quiet"] if arguments[0] != "tool" else [program, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    if done.returncode:
        said = " ".join(done.stderr.split())[-400:]
        raise InputError(f"uv {arguments[0]} failed, and the folder is not complete: {said}")
    return done.stdout
