"""The line before the processor: where many processes share a machine, their runs take turns."""

import contextlib
import math
import os
import stat
import sys
import tempfile
import threading
import time
from pathlib import Path
from statistics import fmean
from types import TracebackType
from typing import BinaryIO, NamedTuple

from filelock import FileLock

_SECONDS_AT_THE_DOOR = 5  # at most; another process is there for less than a millisecond
_SECONDS_BETWEEN = 1  # two writes of a ticket, at the least


class Waiting(NamedTuple):
    """How long a run has to wait.

    Attributes:
        ahead: how many runs must end before this one paints; 0 if it may paint now.
        seconds: until it may paint, or None where no run ahead has said how long it takes.
    """

    ahead: int
    seconds: float | None


class Line:
    """The runs that want to paint on this machine, in the order in which they joined.

    Each process has a `Line` of its own; those with the same folder are the same line.

    Args:
        folder: where the line is kept; None takes one of the user's own in the folder for temporary
            files. Where it cannot be written, or is open to other users, there is no line, and
            every run may paint at once.
        at_once: how many runs paint at the same time; None is one, and two with 8 cores or more.

    Example:
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     line = Line(Path(folder), at_once=1)
        ...     with line.join(40) as first, line.join(30) as second, line.join() as third:
        ...         print(first.look(), third.look())
        Waiting(ahead=0, seconds=0.0) Waiting(ahead=2, seconds=70.0)
    """

    def __init__(self, folder: Path | None = None, at_once: int | None = None) -> None:
        """Name the folder; nothing is written yet."""
        user = "" if sys.platform == "win32" else f"-{os.getuid()}"
        self.folder = folder or Path(tempfile.gettempdir(), f"nst-line{user}")
        self.at_once = at_once or (2 if (os.cpu_count() or 1) >= 8 else 1)

    def join(self, seconds: float | None = None) -> "Place":
        """Return a place at the end of the line.

        Args:
            seconds: what the run will take, if that is known.
        """
        # The numbers grow and none is used twice. Behind the door a ticket gets its number and its
        # lock before there is another. So whoever finds one with a smaller number than its own
        # unlocked knows that the run has gone, and may remove it without coming to the door.
        try:
            self._make_folder()
            with FileLock(self.folder / "door", timeout=_SECONDS_AT_THE_DOOR):
                number = max([time.time_ns(), *(last + 1 for last in self._numbers())])
                ticket = open(self.folder / str(number), "xb", buffering=0)
                place = Place(self, number, ticket)
                if not _lock(ticket):  # here, no file can be locked
                    place.leave()
                elif seconds is not None:
                    place.expect(seconds)
                return place
        except (OSError, NotImplementedError):
            return Place(self, 0, None)

    def _numbers(self):
        """Return the numbers of all tickets, from the first in the line to the last."""
        return sorted(int(name) for name in os.listdir(self.folder) if name.isdecimal())

    def _read(self, number):
        """Return what stands on a ticket, or None if nobody holds it; then it is removed."""
        path = self.folder / str(number)
        try:
            with open(path, "r+b", buffering=0) as ticket:
                if not _lock(ticket):
                    return ticket.read(64)
        except OSError:
            return None
        _remove(path)
        return None

    def _make_folder(self):
        self.folder.mkdir(mode=0o700, exist_ok=True)
        found = os.lstat(self.folder)
        if sys.platform != "win32" and not (
            stat.S_ISDIR(found.st_mode)
            and found.st_uid == os.getuid()
            and stat.S_IMODE(found.st_mode) & 0o077 == 0
        ):
            raise PermissionError(f"{self.folder} is open to others")


class Place:
    """The place of one run in a line; also a context manager, which leaves the line at its end.

    `Line.join` makes it. It is free again once the process has ended, however it ended; children
    that the process forked must have ended too.
    """

    def __init__(self, line: Line, number: int, ticket: BinaryIO | None) -> None:
        """Hold a ticket that is open and locked, or None where there is no line."""
        self._line, self._number, self._ticket = line, number, ticket
        self._due = -math.inf
        self._guard = threading.Lock()  # a run may still expect while the page leaves
        self._known: dict[int, bytes] = {}  # what stood on the tickets ahead

    def look(self) -> Waiting:
        """Return how many runs are ahead, and for how long; quick enough for twice a second."""
        if self._ticket is None:
            return Waiting(0, 0.0)
        at_once = self._line.at_once
        try:
            ahead = [number for number in self._line._numbers() if number < self._number]
        except OSError:
            return Waiting(0, 0.0)
        if len(ahead) < at_once:
            return Waiting(0, 0.0)
        # Only those who paint change what stands on their tickets. And as each run looks after the
        # one before it, every run that died is noticed.
        again = {*ahead[:at_once], ahead[-1]}
        known = {
            number: self._line._read(number)
            if number in again or number not in self._known
            else self._known[number]
            for number in ahead
        }
        self._known = {number: text for number, text in known.items() if text is not None}
        runs = len(self._known)
        if runs < at_once:
            return Waiting(0, 0.0)
        told = [seconds for text in self._known.values() if (seconds := _seconds(text)) is not None]
        return Waiting(runs + 1 - at_once, fmean(told) * runs / at_once if told else None)

    def expect(self, seconds: float) -> None:
        """Say how long this run still takes; of many calls in a second, one is written."""
        with self._guard:
            if self._ticket is not None and time.monotonic() >= self._due:
                self._due = time.monotonic() + _SECONDS_BETWEEN
                with contextlib.suppress(OSError):  # a full disk does not end the run
                    self._ticket.seek(0)
                    self._ticket.write(f"{seconds:.1f}\n".encode())

    def leave(self) -> None:
        """Leave the line, if that has not happened yet; who joins again does so at the end."""
        with self._guard:
            if self._ticket is not None:
                self._ticket.close()
                self._ticket = None
                _remove(self._line.folder / str(self._number))

    def __enter__(self) -> "Place":
        """Return this place."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Leave the line."""
        self.leave()


def _lock(ticket: BinaryIO) -> bool:
    """Lock a file until it is closed, at the latest by the death of the process.

    Not by `filelock`, which may empty the file.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            ticket.seek(4096)  # what is locked cannot be read, so it lies behind the text
            msvcrt.locking(ticket.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(ticket, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        ticket.seek(0)
    return True


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # another one may remove it just now
        path.unlink()


def _seconds(text: bytes) -> float | None:
    """Return the seconds on the first line of a ticket, or None if there is no whole line of them.

    Example:
        >>> _seconds(b"12.5\\n"), _seconds(b"12"), _seconds(b"nan\\n")
        (12.5, None, None)
    """
    line, end, _ = text.partition(b"\n")
    try:
        seconds = float(line)
    except ValueError:
        return None
    return seconds if end and 0 <= seconds < math.inf else None
