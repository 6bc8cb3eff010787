"""Runs in processes of this machine.

They are started as programs of their own, which do not read the caller's program again: so a sweep
works in a notebook, and in a script without `if __name__ == "__main__":`.
"""

import contextlib
import os
import pickle
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import torch

from nst_helpers.errors import InputError, reason, shown
from nst_helpers.runtime.memory import available, give_back
from nst_helpers.runtime.sweep.grid import Plan
from nst_helpers.runtime.sweep.painter import Outcome, facts, needed, paint

_PROCESS = 500e6  # bytes that one takes besides its run: Python, torch and the network


class Here:
    """This machine, where runs are painted in processes.

    Args:
        processes: how many runs are painted at once; None is as many as there are cores, if their
            memory suffices. On an accelerator it is one.

    Raises:
        InputError: the number cannot be used.

    Example:
        >>> len(Here(1).facts())
        1
    """

    def __init__(self, processes: int | None) -> None:
        """Start nothing yet."""
        whole = isinstance(processes, int) and not isinstance(processes, bool)
        if processes is not None and not (whole and 1 <= processes <= 1000):
            raise InputError(
                f"processes is {shown(processes)}; it must be a whole number from 1 to 1000."
            )
        self._processes = processes

    def facts(self) -> list[dict[str, Any]]:
        """Return what `painter.facts` says of this machine."""
        return [facts()]

    def needed(self, plans: list[Plan], fixed: dict[str, Any]) -> list[float]:
        """Return how many bytes each of some runs needs, after a check of their settings."""
        return needed(plans, fixed, {})

    def threads(self, facts: list[dict[str, Any]], memory: float, runs: int) -> int:
        """Return how many cores there are for each of the processes."""
        cores = facts[0]["threads"]
        return max(1, cores // self._fitting(facts[0]["device"], cores, memory, runs))

    def paint(
        self, plans: list[Plan], fixed: dict[str, Any], memory: float
    ) -> Iterator[tuple[Plan, Outcome]]:
        """Yield each run as soon as it is painted, with its plan.

        The processes end with the iterator; and by themselves, if this program is killed.

        Raises:
            InputError: the processes do not start.
        """
        if not plans:
            return
        most = max(1, facts()["threads"] // fixed["threads"])
        crew = _Crew(fixed)
        pool = ThreadPoolExecutor(self._fitting(fixed["device"], most, memory, len(plans)))
        try:
            futures = {pool.submit(crew.paint, plan): plan for plan in plans}
            for future in as_completed(futures):
                yield futures.pop(future), future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            crew.end()
            pool.shutdown(wait=True)

    def _fitting(self, device, most, memory, runs):
        """Return how many processes there are to be: at most so many, and one for each run."""
        if self._processes:
            return min(self._processes, runs)
        if device != "cpu":
            return 1
        give_back()  # what the check of the settings took
        fit = int(available(torch.device(device)) // (memory + _PROCESS))
        return max(1, min(most, runs, fit))


class _Crew:
    """The processes, each of which is asked by one thread."""

    def __init__(self, fixed):
        self.fixed = fixed
        self.running = set()
        self.begun = self.ended = False
        self.lock = threading.Lock()
        self.own = threading.local()

    def paint(self, plan):
        process: Any = getattr(self.own, "process", None)
        if process is None:
            process = self._start()
            if process.stdout.read(1) != b".":
                code = self._end(process)
                if self.begun:  # others paint, so it was ended from outside
                    return _ended(code)
                raise InputError(
                    "The processes of the sweep do not start: what they wrote to the error stream "
                    "says why."
                )
            self.own.process, self.begun = process, True
        try:
            pickle.dump((plan, self.fixed), process.stdin)
            process.stdin.flush()
            return pickle.load(process.stdout)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError):
            self.own.process = None  # another one takes the next run
            return _ended(self._end(process))

    def end(self):
        with self.lock:
            self.ended, running = True, list(self.running)
        for process in running:
            self._end(process)

    def _start(self) -> Any:
        with self.lock:  # after the end, none is started
            if self.ended:
                raise InputError("The sweep has ended.")
            process: Any = subprocess.Popen(
                [sys.executable, "-c", f"import {__name__} as processes; processes.serve()"],
                env=os.environ
                | {
                    "OMP_NUM_THREADS": str(self.fixed["threads"]),
                    "PYTHONPATH": os.pathsep.join(path or os.getcwd() for path in sys.path),
                },
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                # Ctrl-C is for this program, which ends them.
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
            )
            self.running.add(process)
        return process

    def _end(self, process) -> int:
        """Kill a process, wait for its end and return its exit code."""
        with self.lock:
            self.running.discard(process)
        process.kill()
        code = process.wait()
        with contextlib.suppress(OSError):
            process.stdin.close()
        process.stdout.close()
        return code


def _ended(code):
    return Outcome(
        failure=f"Its process ended (exit code {code}), as the system ends one where the memory is "
        "full: ask for fewer processes or smaller pictures."
    )


def serve() -> None:
    """Paint what arrives at the standard input, until it ends: then this process ends too."""
    replies = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what is printed is no reply
    asked: queue.SimpleQueue[tuple[Plan, dict[str, Any]]] = queue.SimpleQueue()

    def listen() -> None:
        with contextlib.suppress(EOFError):
            while True:
                asked.put(pickle.load(sys.stdin.buffer))
        os._exit(0)  # in the middle of a run, if need be: nobody waits for it

    threading.Thread(target=listen, daemon=True).start()
    replies.write(b".")
    replies.flush()
    while True:
        plan, fixed = asked.get()
        try:
            outcome = paint(plan, fixed, {})
        except Exception as error:
            outcome = Outcome(failure=f"{type(error).__name__}: {reason(error)}")
        pickle.dump(outcome, replies)
        replies.flush()
