"""A grid is data: for each setting its values; every combination of them is a run."""

import glob
import hashlib
import inspect
import itertools
import json
import math
import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from nst_helpers.engine.styles import as_list
from nst_helpers.engine.transfer import QUALITIES, StyleTransfer
from nst_helpers.errors import InputError, check_choice, reason, shown
from nst_helpers.files import as_path
from nst_helpers.gallery import gallery
from nst_helpers.images import file_sha256, kept_name, picture_size

Grid: TypeAlias = Mapping[str, Any]

#: The same for all runs of a sweep, because other ones change the digits of a picture.
FIXED = ("device", "precision", "threads")

#: The settings that are pictures.
PICTURES = ("content", "style", "start", "masks")

_MOST_RUNS = 100_000
_STARTS = ("content", "noise", "style")  # of a start, which are no pictures
_DEFAULTS = {
    name: parameter.default
    for name, parameter in inspect.signature(StyleTransfer).parameters.items()
    if parameter.default is not inspect.Parameter.empty and name != "graph"  # the same picture
}
_KNOWN = ("content", "style", "quality", *_DEFAULTS, "threads")
_LONGEST_NAME = 120  # characters; a file's name may have 255 bytes


@dataclass(frozen=True)
class PictureFile:
    """What is known of a picture before it is decoded.

    Attributes:
        width, height: in pixels.
        sha256: of its file, or None for those of the package.
    """

    width: int
    height: int
    sha256: str | None

    def pixels(self, size: int | None) -> float:
        """Return how many pixels it has where its longer side is `size`; None is as it is."""
        scale = size / max(self.width, self.height) if size else 1
        return self.width * self.height * scale**2


@dataclass(frozen=True)
class Plan:
    """What one run is to be made with.

    Attributes:
        values: what the grid says of it, by the names of the settings.
        settings: all that `StyleTransfer` takes, a picture being its gallery name or its path.
        kept: what is written of each picture, by the names of the settings.
        files: the pictures' files by what the settings call them.
    """

    values: dict[str, Any]
    settings: dict[str, Any]
    kept: dict[str, Any]
    files: dict[str, PictureFile]

    def value(self, name: str) -> Any:
        """Return the value of a setting, which is the usual one where the grid says nothing."""
        return self.values.get(name, self.settings.get(name))

    def digest(self, fixed: Mapping[str, Any]) -> str:
        """Return 64 hexadecimal digits that stand for all settings and for the pictures' files.

        Args:
            fixed: the device, precision and number of threads.
        """
        settings = {**self.settings, **self.kept, **fixed}
        text = json.dumps([_plain(settings), self.sha256_by_setting()], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()

    def sha256_by_setting(self) -> dict[str, list[str | None]]:
        """Return the SHA-256 of the pictures' files by the names of the settings."""
        return {
            name: [self.files[source].sha256 for source in _sources(name, self.settings[name])]
            for name in PICTURES
        }

    def file_name(self, digest: str, varied: Iterable[str]) -> str:
        """Return a name for the run's file: what a reader looks for, and the digest's beginning.

        Args:
            digest: that of the run.
            varied: names of the settings that have several values.
        """
        parts = [in_words(name, self.values[name]) for name in ("content", "style")]
        parts += [
            f"{name}-{in_words(name, self.value(name))}"
            for name in varied
            if name not in {"content", "style"}
        ]
        words = re.sub(r"[^\w.+-]+", "_", "-".join(parts))[:_LONGEST_NAME]
        return f"{words}-{digest[:8]}.png"


def read_grid(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the grid of a TOML file.

    Pictures that are no gallery names are looked for beside the file; a name with `*` or `?`
    stands for all the files that it fits, in alphabetical order.

    Args:
        path: of a file such as `content = ["photos/*.jpg"]`, `style = ["night_sky"]`, a setting a
            line.

    Raises:
        InputError: there is no such file, it is no TOML, or nothing fits a name.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     file = Path(folder, "grid.toml")
        ...     _ = file.write_text('content = ["cat"]\\nstyle = "mosaic"\\nsize = [128, 256]\\n')
        ...     read_grid(file)
        {'content': ['cat'], 'style': 'mosaic', 'size': [128, 256]}
    """
    path = as_path(path)
    try:
        grid = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError) as error:
        raise InputError(
            f"The grid {shown(path)} cannot be read ({reason(error)}): it is a TOML file with "
            'lines such as style_weight = [10, 40], content = ["photos/*.jpg"].'
        ) from error
    for name in set(PICTURES) & grid.keys():
        grid[name] = _beside(path.parent, name, grid[name])
    return grid


def _beside(folder: Path, name: str, value: Any) -> Any:
    """Return the pictures of a grid's file, found beside it."""
    if isinstance(value, list):
        found = []
        for each in value:
            placed = _beside(folder, name, each)
            several = isinstance(each, str) and isinstance(placed, list)
            found += placed if several else [placed]
        return found
    if not isinstance(value, str) or value in gallery() or "://" in value:
        return value
    if name == "start" and value in _STARTS:
        return value
    path = folder / as_path(value)
    if not re.search(r"[*?]", value) or path.exists():
        return value if re.fullmatch(r"\w+", value) and not path.exists() else str(path)
    found = sorted(glob.glob(str(path)))
    if not found:
        raise InputError(f"No file fits {shown(value)} of {name}: it is looked for in {folder}.")
    return found


def expand(grids: Grid | Iterable[Grid]) -> list[Plan]:
    """Return a plan for each combination of the values of a grid, or of several grids.

    The last setting changes fastest. What stands twice is planned once.

    Args:
        grids: as in `Sweep`.

    Raises:
        InputError: a setting is unknown or has no value, a picture cannot be used, or there are
            more than 100,000 runs.

    Example:
        >>> plans = expand({"content": "cat", "style": ["mosaic", "night_sky"], "seed": 0})
        >>> [plan.values["style"] for plan in plans]
        ['mosaic', 'night_sky']
    """
    several: list[Any] = [grids] if isinstance(grids, Mapping) else list(grids)
    checked = [_checked(grid) for grid in several]
    number = sum(math.prod(map(len, grid.values())) for grid in checked)
    if not number:
        raise InputError("There is no grid: give settings with their values.")
    if number > _MOST_RUNS:
        raise InputError(
            f"The grid has more than {_MOST_RUNS:,} runs: name fewer values, or make several "
            "sweeps of it."
        )
    files = _check_pictures(checked)
    plans = {}
    for grid in checked:
        for values in itertools.product(*grid.values()):
            plan = _plan(dict(zip(grid, values, strict=True)), files)
            plans.setdefault(plan.digest({}), plan)
    return list(plans.values())


def varied(plans: list[Plan]) -> dict[str, list[Any]]:
    """Return the settings that have several values in some plans, with these values in order.

    Example:
        >>> varied(expand({"content": "cat", "style": ["mosaic", "night_sky"]}))
        {'style': ['mosaic', 'night_sky']}
    """
    axes: dict[str, dict[str, Any]] = {name: {} for plan in plans for name in plan.values}
    for plan in plans:
        for name, values in axes.items():
            values.setdefault(json.dumps(_plain(plan.value(name))), plan.value(name))
    return {name: list(values.values()) for name, values in axes.items() if len(values) > 1}


def in_words(name: str, value: Any) -> str:
    """Return a value as a file's name and the contact sheet have it.

    Args:
        name: of the setting.
        value: one of its values.

    Example:
        >>> in_words("style", ["photos/a wave.jpg", "mosaic"]), in_words("style_weight", 40.0)
        ('a wave+mosaic', '40')
    """
    if isinstance(value, list):
        return "+".join(in_words(name, each) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    return Path(value).stem if name in PICTURES and isinstance(value, str) else str(value)


def _checked(grid: Grid) -> dict[str, list[Any]]:
    """Return the values of each setting of a grid as a list."""
    if not isinstance(grid, Mapping):
        raise InputError(
            f"{shown(grid)} is no grid: give the values of each setting by its name, such as "
            "{'content': ['cat'], 'style': ['mosaic', 'night_sky']}."
        )
    for name in grid:
        check_choice("setting", name, _KNOWN)
    for name in ("content", "style"):
        if name not in grid:
            raise InputError(f"The grid has no {name}: name one picture at least.")
    checked = {name: _values(name, grid[name]) for name in grid}
    for name in FIXED:
        if len(checked.get(name, [])) > 1:
            raise InputError(
                f"The {name} is the same for all runs of a sweep, as it changes their digits: "
                "name one, and make a sweep for each."
            )
    for threads in checked.get("threads", []):
        if threads is not None and (not isinstance(threads, int) or threads < 1):
            raise InputError(f"threads is {shown(threads)}; it must be a whole number from 1.")
    if len(checked.get("seed", [])) > 1 and "noise" not in checked.get("start", []):
        raise InputError(
            f"The grid has {len(checked['seed'])} seeds, and only a start from noise uses them: "
            "add start='noise', or name one seed."
        )
    return checked


def _values(name: str, given: Any) -> list[Any]:
    single = isinstance(given, (str, bytes, os.PathLike, Mapping)) or not isinstance(
        given, Iterable
    )
    if single or (isinstance(given, np.ndarray) and given.ndim == 0):
        return [_value(name, given)]
    values = [_value(name, each) for each in itertools.islice(given, _MOST_RUNS + 1)]
    if not values:
        raise InputError(f"{name} has no values: name one at least, or leave it out.")
    return values


def _value(name: str, given: Any) -> Any:
    """Return a value in the types that JSON has."""
    if isinstance(given, os.PathLike):
        return os.fspath(given)
    if isinstance(given, np.generic):
        return given.item()
    if isinstance(given, (list, tuple)):
        return [_value(name, each) for each in given]
    if given is None or isinstance(given, (str, bool, int, float)):
        return given
    what = "gallery names and paths" if name in PICTURES else "text, numbers and lists"
    raise InputError(
        f"{name} has a value {shown(given)}, which cannot be kept with a picture: use {what}."
    )


def _sources(name: str, value: Any) -> list[str]:
    """Return the pictures that the value of a setting names."""
    sources = [] if value is None else as_list(value)
    return [each for each in sources if name != "start" or each not in _STARTS]


def _check_pictures(grids: list[dict[str, list[Any]]]) -> dict[str, PictureFile]:
    """Return the file of each picture, if all are there and are pictures."""
    files: dict[str, PictureFile] = {}
    for grid in grids:
        for name in PICTURES:
            for place, value in enumerate(grid.get(name, []), start=1):
                for source in _sources(name, value):
                    if not isinstance(source, str) or source not in files:
                        at = f"{name}, value {place} of {len(grid[name])}"
                        files[source] = _check_picture(at, source)
    return files


def _check_picture(at: str, source: Any) -> PictureFile:
    if not isinstance(source, str):
        raise InputError(f"{at}: {shown(source)} is no picture: use a gallery name or a path.")
    if "://" in source:
        raise InputError(
            f"{at}: {shown(source)} is an address, which each run would read again: save the "
            "picture as a file first."
        )
    try:
        return PictureFile(*picture_size(source), file_sha256(source))
    except (InputError, OSError) as error:
        raise InputError(f"{at}: {reason(error)}") from error


def _plan(values: dict[str, Any], files: dict[str, PictureFile]) -> Plan:
    given = {name: value for name, value in values.items() if name not in {"quality", *FIXED}}
    quality = values.get("quality")
    if quality is not None:
        check_choice("quality", quality, list(QUALITIES))
    settings = {**_DEFAULTS, **(QUALITIES[quality] if quality else {}), **given}
    settings = {name: value for name, value in settings.items() if name not in FIXED}
    for name in ("content_layers", "style_layers"):
        settings[name] = as_list(settings[name])
    kept, known = {}, {}
    for name in PICTURES:
        sources = _sources(name, settings[name])
        known |= {source: files[source] for source in sources}
        if sources:
            names = [kept_name(source) for source in sources]
            kept[name] = names if name == "masks" or len(names) > 1 else names[0]
    return Plan(values, settings, kept, known)


def _plain(value: Any) -> Any:
    """Return a value as it is compared: 40 and 40.0 are one, a list of one is what is in it."""
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return _plain(value[0]) if len(value) == 1 else [_plain(each) for each in value]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    return value
