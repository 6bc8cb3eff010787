"""A sweep: the runs of a grid, of which each is a file."""

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from PIL import Image

from nst_helpers.engine.styles import as_list
from nst_helpers.errors import InputError, reason, shown, tell
from nst_helpers.files import as_path, claim, written_whole
from nst_helpers.images import read_settings
from nst_helpers.runtime.sweep.grid import FIXED, Grid, Plan, expand, in_words, varied
from nst_helpers.runtime.sweep.painter import DIGEST, Outcome
from nst_helpers.runtime.sweep.processes import Here
from nst_helpers.runtime.sweep.sheet import ContactSheet

_BYTES_A_PIXEL = 3  # of a PNG at most; painted pictures have about two


@dataclass(frozen=True)
class Run:
    """A run that is finished.

    Attributes:
        values: what the grid says of it, by the names of the settings.
        path: of its PNG.
        settings: all that made it, as in `Result`.
        losses: of exactly this picture.
        seconds: that it took, or None where it was finished before.
    """

    values: dict[str, Any]
    path: Path
    settings: dict[str, Any]
    losses: dict[str, float]
    seconds: float | None


class Machines(Protocol):
    """Where the runs of a sweep are painted."""

    def facts(self) -> list[dict[str, Any]]:
        """Return what `painter.facts` says of each machine."""
        ...

    def needed(self, plans: list[Plan], fixed: dict[str, Any]) -> list[float]:
        """Return how many bytes each of some runs needs, after a check of their settings."""
        ...

    def threads(self, facts: list[dict[str, Any]], memory: float, runs: int) -> int:
        """Return with how many threads each run is best computed."""
        ...

    def paint(
        self, plans: list[Plan], fixed: dict[str, Any], memory: float
    ) -> Iterator[tuple[Plan, Outcome]]:
        """Yield each run as soon as it is painted."""
        ...


class Sweep:
    """Every combination of the values of a grid, as an iterable of finished runs.

    Each run is a PNG in the folder, which carries its settings. A run whose file is there is not
    painted again: so a sweep that was stopped goes on, and one with more values paints only those
    that are new. Two runs are the same if all their settings are, and the content of their
    pictures' files; the file's name is for readers. A contact sheet, `contact_sheet.jpg`, fills as
    the pictures come.

    The device, the precision and the number of threads change the digits of a picture. So they are
    the same for all runs, and `sweep.json` in the folder keeps them for those that follow. Unless
    the grid names them they are what the machines have in common.

    A run that fails is told as a warning and kept in `failures`, and the others go on.

    Args:
        grid: the values of each setting by its name, a list of several or a single one:
            `content`, `style`, `quality` and all else that `style_transfer` takes, and `threads`.
            A value that is itself a list stands in a list of values, such as two styles that are
            mixed. Pictures are gallery names or paths. Several grids, in a list, are one sweep of
            the runs of all.
        folder: where the pictures are kept; it is made if it is not there.
        processes: how many runs are painted at once on this machine; None is as many as there are
            cores, if their memory suffices.
        scheduler: the address of a Dask scheduler, whose workers paint instead of this machine; the
            extra `cluster` installs what this needs.

    Attributes:
        folder: the folder.
        runs: what each run is to be made with, a `Plan` for each.
        fixed: the device, the precision and the number of threads.
        failures: why a run failed, by the name that its file would have.
        sheets: the paths of the contact sheet's pages.

    Raises:
        InputError: a setting or a picture of the grid cannot be used, there are more than 100,000
            runs, the folder cannot be written or has no room for them, or the scheduler does not
            answer. While iterating: a picture cannot be written.

    Example:
        >>> folder = tempfile.TemporaryDirectory()
        >>> grid = {"content": "cat", "style": ["mosaic", "night_sky"], "size": 32, "steps": 2}
        >>> sweep = Sweep(grid, folder.name, processes=1)
        >>> [run.settings["style"] for run in sweep]
        ['mosaic', 'night_sky']
        >>> [run.seconds for run in sweep]  # they are there now
        [None, None]
        >>> folder.cleanup()
    """

    def __init__(
        self,
        grid: Grid | Iterable[Grid],
        folder: str | os.PathLike[str],
        processes: int | None = None,
        scheduler: str | None = None,
    ) -> None:
        """Check the grid, the folder and the machines; nothing is painted yet."""
        self.runs = expand(grid)
        self._axes = varied(self.runs)
        self.folder = _made(folder)
        self._machines = _machines(processes, scheduler)
        kept, asked = _kept(self.folder), self.runs[0].values
        named = {name: asked[name] for name in FIXED if asked.get(name) is not None}
        facts = self._machines.facts()
        common = {name: _common([each[name] for each in facts]) for name in ("device", "precision")}
        fixed = {"device": common["device"] or "cpu", "precision": common["precision"] or "float32"}
        self.fixed: dict[str, Any] = {**fixed, **kept, **named}
        self._memory = self._most_memory()
        if "threads" not in self.fixed:
            self.fixed["threads"] = self._machines.threads(facts, self._memory, len(self.runs))
        self._digests = [plan.digest(self.fixed) for plan in self.runs]
        self._check_room()
        _keep(self.folder, self.fixed)
        self.failures: dict[str, str] = {}
        self._sheet = self._new_sheet()
        self.sheets = self._sheet.pages

    def __len__(self) -> int:
        """Return the number of runs."""
        return len(self.runs)

    def __iter__(self) -> Iterator[Run]:
        """Yield each finished run: first those that were there, then the others as they come."""
        self._sheet, self.failures = self._new_sheet(), {}
        digests = {id(plan): digest for plan, digest in zip(self.runs, self._digests, strict=True)}
        files, left, told = self._files(), [], set()
        try:
            for plan in self.runs:
                digest = digests[id(plan)]
                for path in files.get(digest[:8], []):
                    if settings := _settings_for(path, digest):
                        with Image.open(path) as picture:
                            self._draw(plan, picture)
                        yield _run(plan, path, settings, None)
                        break
                else:
                    left.append(plan)
            for plan, outcome in self._machines.paint(left, self.fixed, self._memory):
                for note in outcome.notes:
                    if note not in told and outcome.png:
                        told.add(note)
                        tell(note)
                path = self.folder / plan.file_name(digests[id(plan)], self._axes)
                if outcome.png is None:
                    self.failures[path.name] = str(outcome.failure)
                    tell(f"{path.name}: {outcome.failure}")
                    self._draw(plan, None)
                    continue
                self._write(path, outcome.png)
                self._draw(plan, Image.open(io.BytesIO(outcome.png)))
                settings = read_settings(outcome.png)
                assert settings
                yield _run(plan, path, settings, outcome.seconds)
        finally:
            with _told_if_full(self._sheet.pages[0]):
                self._sheet.save()

    def _new_sheet(self):
        first = self.runs[0].values
        same = [n for n in first if n not in self._axes and n not in FIXED]
        words = [f"{name} {in_words(name, first[name])}" for name in same]
        words += [self.fixed["device"], self.fixed["precision"]]
        if self.fixed["device"] == "cpu":
            words.append(f"threads {self.fixed['threads']}")
        return ContactSheet(self.runs, self.folder, words)

    def _draw(self, plan, picture):
        with _told_if_full(self._sheet.pages[0]):
            self._sheet.add(plan, picture)

    def _most_memory(self):
        """Return how many bytes the greediest run needs, after a check of every value."""
        examples = _examples(self.runs, self._axes)
        needed = self._machines.needed(list(examples.values()), self.fixed)
        bytes_of = dict(zip(examples, needed, strict=True))
        # Each value was seen in one run. The greediest values of all settings may meet in another.
        worst = {
            name: max((n for n in bytes_of if n[0] == name), key=lambda n: bytes_of[n])[1]
            for name in self._axes
            if any(n[0] == name for n in bytes_of)
        }
        meeting = next(
            (p for p in self.runs if all(str(p.value(n)) == v for n, v in worst.items())), None
        )
        more = self._machines.needed([meeting], self.fixed) if meeting and len(worst) > 1 else []
        return max([*bytes_of.values(), *more])

    def _check_room(self):
        """Refuse a sweep whose pictures do not fit onto the disk."""
        files = self._files()
        wanted = sum(
            _BYTES_A_PIXEL * _pixels(plan, "content")
            for plan, digest in zip(self.runs, self._digests, strict=True)
            if digest[:8] not in files
        )
        free = shutil.disk_usage(self.folder).free
        if wanted > free:
            raise InputError(
                f"The pictures need up to {wanted / 1e9:.3g} GB, and {free / 1e9:.3g} GB are free "
                f"in {shown(self.folder)}: make room, or name another folder."
            )

    def _files(self):
        """Return the pictures of the folder by the digits at the end of their names."""
        files: dict[str, list[Path]] = {}
        for path in sorted(self.folder.glob("*.png")):
            files.setdefault(path.stem[-8:], []).append(path)
        return files

    def _write(self, path, png):
        try:
            if path.exists():  # damaged, or somebody else's
                other = claim(path.with_stem(f"other-{path.stem[:-9]}"))
                os.replace(path, other)
                tell(f"{path.name} was no finished run of this sweep; it is now {other.name}.")
            with written_whole(path) as new:
                new.write_bytes(png)
        except OSError as error:
            elsewhere = _saved_elsewhere(path.name, png)
            kept = f"It is kept as {shown(elsewhere)}: move it" if elsewhere else "Make room"
            raise InputError(
                f"{shown(path)} cannot be written ({reason(error)}), and the sweep stops; what is "
                f"finished is kept. {kept}, and start the sweep again, which then goes on."
            ) from error


def _machines(processes: int | None, scheduler: str | None) -> Machines:
    if scheduler is None:
        return Here(processes)
    try:
        from nst_helpers.runtime.sweep.cluster import Cluster
    except ModuleNotFoundError as missing:
        raise InputError(
            f"{missing.name} is not installed, which a sweep with a scheduler needs: "
            "pip install '.[cluster]', in the folder of the project, adds it."
        ) from missing
    return Cluster(scheduler)


def _made(folder: str | os.PathLike[str]) -> Path:
    """Return the folder of a sweep, made if need be."""
    path = as_path(folder)
    if path.exists() and not path.is_dir():
        raise InputError(f"{shown(path)} is a file: name a folder, which need not exist.")
    try:
        path.mkdir(parents=True, exist_ok=True)
        return path.resolve()
    except OSError as error:
        raise InputError(
            f"The folder {shown(path)} cannot be made ({reason(error)}): name another."
        ) from error


def _kept(folder: Path) -> dict[str, Any]:
    """Return the device, precision and threads of the runs that a folder has."""
    path = folder / "sweep.json"
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        return {name: kept[name] for name in FIXED}
    except FileNotFoundError:
        return {}
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputError(
            f"{shown(path)} is damaged ({reason(error)}): delete it, or use a new folder."
        ) from error


def _keep(folder: Path, fixed: dict[str, Any]) -> None:
    try:
        with written_whole(folder / "sweep.json") as new:
            new.write_text(json.dumps(fixed, indent=1) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(
            f"The folder {shown(folder)} cannot be written ({reason(error)}): make room, or name "
            "another."
        ) from error


def _common(values: list[Any]) -> Any:
    return values[0] if len(set(values)) == 1 else None


def _examples(plans: list[Plan], axes: dict[str, list[Any]]) -> dict[tuple[str, str], Plan]:
    """Return a run for each value of each setting, and of the pictures for the largest."""
    found: dict[tuple[str, str], Plan] = {("", ""): plans[0]}
    for name in axes:
        if name in {"content", "style"}:
            continue
        for plan in plans:
            found.setdefault((name, str(plan.value(name))), plan)
    for name in {"content", "style"} & axes.keys():
        plan = max(plans, key=partial(_pixels, name=name))
        found[name, str(plan.value(name))] = plan
    return found


def _pixels(plan: Plan, name: str) -> float:
    """Return how many pixels the content or the first style of a run has, at the run's size."""
    source = as_list(plan.settings[name])[0]
    return plan.files[source].pixels(plan.settings["size"])


def _saved_elsewhere(name: str, png: bytes) -> Path | None:
    """Save a picture that its own folder did not take."""
    for folder in (Path.home(), Path(tempfile.gettempdir())):
        with contextlib.suppress(OSError):
            with written_whole(folder / name) as new:
                new.write_bytes(png)
            return folder / name
    return None


@contextlib.contextmanager
def _told_if_full(path: Path) -> Iterator[None]:
    """Have a contact sheet that cannot be written stop nothing: the pictures are what counts."""
    try:
        yield
    except OSError as error:
        tell(f"{shown(path)} cannot be written ({reason(error)}).")


def _settings_for(path: Path, digest: str) -> dict[str, Any] | None:
    """Return the settings of a picture, if it is whole and was painted for this."""
    try:
        settings = read_settings(path)
    except InputError as error:
        tell(f"{error} It is painted again.")
        return None
    return settings if settings and settings.get(DIGEST) == digest else None


def _run(plan: Plan, path: Path, settings: dict[str, Any], seconds: float | None) -> Run:
    losses = settings["losses"]
    made = {name: settings[name] for name in settings if name not in {"losses", DIGEST}}
    return Run(plan.values, path, made, losses, seconds)
