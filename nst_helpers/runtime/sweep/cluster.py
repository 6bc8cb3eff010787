"""Runs on many machines, through Dask: a scheduler and its workers, of which each paints one.

The pictures and the weights go to each worker once, and what is painted comes back; the workers
read and write no files. A worker that is lost loses the run that it was at, which another begins
anew. What is asked for stays known to the scheduler: if this program is killed, the workers go on,
and one that asks for the same finds it done.
"""

import contextlib
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

from distributed import (  # pyrefly: ignore[missing-import]
    Client,
    Future,
    KilledWorker,
    Worker,
    WorkerPlugin,
    as_completed,
)

from nst_helpers.errors import InputError, reason, shown, tell
from nst_helpers.files import as_path
from nst_helpers.gallery import gallery
from nst_helpers.runtime.sweep.grid import Plan
from nst_helpers.runtime.sweep.painter import Outcome, facts, needed, paint
from nst_helpers.runtime.weights import give_weights, load_convolutions

_SECONDS_TO_CONNECT = 20
_RETRIES = 2  # of a run that fails for another reason than its settings
_TURN = "nst"  # what a worker has one of, so that it paints one picture at a time


class Cluster:
    """The workers of a Dask scheduler.

    Args:
        scheduler: its address, such as `tcp://10.0.0.1:8786`.
    """

    def __init__(self, scheduler: str) -> None:
        """Connect to nothing yet."""
        self._scheduler = scheduler

    def facts(self) -> list[dict[str, Any]]:
        """Return what `painter.facts` says of each worker, once there is one.

        Raises:
            InputError: the scheduler does not answer, or a worker does not have this package.
        """
        with self._client() as client:
            if not client.nthreads():
                tell(f"The scheduler {shown(self._scheduler)} has no workers yet; one is awaited.")
                client.wait_for_workers(1)
            said = self._facts(client)
        if len(versions := sorted({each["torch"] for each in said})) > 1:
            tell(f"The workers have torch {' and '.join(versions)}, whose digits may differ.")
        return said

    def needed(self, plans: list[Plan], fixed: dict[str, Any]) -> list[float]:
        """Return how many bytes each of some runs needs, after a check on a worker."""
        with self._client() as client:
            self._give_weights(client, plans)
            sources = {name: data for plan in plans for name, data in _files(plan).items()}
            return client.submit(needed, plans, fixed, sources, pure=False).result()

    def threads(self, facts: list[dict[str, Any]], memory: float, runs: int) -> int:
        """Return how many threads each worker has at the least."""
        return min(each["threads"] for each in facts)

    def paint(
        self, plans: list[Plan], fixed: dict[str, Any], memory: float
    ) -> Iterator[tuple[Plan, Outcome]]:
        """Yield each run as soon as it is painted, with its plan.

        With the iterator, all runs end that are not finished.
        """
        if not plans:
            return
        with self._client() as client:
            self._give_weights(client, plans)
            yield from _Work(client, plans, fixed)

    def _facts(self, client):
        try:
            threads = client.nthreads()
            return [
                {**said, "threads": threads.get(worker, 1)}
                for worker, said in client.run(facts).items()
            ]
        except (ImportError, AttributeError) as error:
            raise InputError(
                f"The workers cannot use this package ({reason(error)}): install the same version "
                "of it where they run."
            ) from error

    def _give_weights(self, client, plans):
        """Have all workers, and those that come later, compute with the weights of this machine."""
        given = [set(each["given"]) for each in self._facts(client)]
        for network in sorted({plan.settings["network"] for plan in plans}):
            if not all(network in networks for networks in given):
                client.register_plugin(_Preparation(network))

    @contextlib.contextmanager
    def _client(self):
        try:
            client = Client(self._scheduler, timeout=_SECONDS_TO_CONNECT, set_as_default=False)
        except (OSError, ValueError) as error:
            raise InputError(
                f"The scheduler {shown(self._scheduler)} does not answer ({reason(error)}): start "
                "it with 'dask scheduler', which prints its address."
            ) from error
        try:
            yield client
        finally:
            client.close()


class _Preparation(WorkerPlugin):
    """Gives a worker the weights of a network, and one turn to paint."""

    def __init__(self, network):
        self.name = f"nst-{network}"
        self.network, self.weights = network, load_convolutions(network)

    async def setup(self, worker: Worker) -> None:
        give_weights(self.network, self.weights)
        await worker.set_resources(**{_TURN: 1})


class _Work:
    """The runs that are asked for, as an iterable of those that are done."""

    def __init__(self, client, plans, fixed):
        self.client, self.fixed = client, fixed
        self.pictures: dict[str, Future] = {}
        self.plans = {f"nst-{plan.digest(fixed)}": plan for plan in plans}

    def __iter__(self):
        # What the scheduler knows already, from a client that was killed, it does not begin anew.
        futures = {}
        for key, plan in self.plans.items():
            try:
                futures[key] = self.ask(key)
            except OSError as error:  # a picture is not there any more
                yield plan, Outcome(failure=reason(error))
        self.client.publish_dataset(override=True, **futures)  # so that they outlive this client
        try:
            for future in as_completed(futures.values(), loop=self.client.loop):
                outcome = _outcome(future)
                # Before it is written: who is killed just then has one run to repeat, and else the
                # cluster would keep a picture for which nobody asks again.
                self.client.unpublish_dataset(future.key)
                del futures[future.key]
                yield self.plans[future.key], outcome
        finally:
            unfinished = {key: future for key, future in futures.items() if not future.done()}
            if unfinished:
                self.client.unpublish_dataset(list(unfinished))
                self.client.cancel(list(unfinished.values()))

    def ask(self, key):
        """Have a run painted; return its future."""
        plan = self.plans[key]
        for name, data in _files(plan, without=self.pictures).items():
            # A task, and no scattered data, which would be lost with the worker that has it.
            self.pictures[name] = self.client.submit(
                bytes, data, key=f"nst-picture-{plan.files[name].sha256}"
            )
        pictures = {name: self.pictures[name] for name in plan.files if name in self.pictures}
        return self.client.submit(
            paint,
            plan,
            self.fixed,
            pictures,
            key=key,
            retries=_RETRIES,
            resources={_TURN: 1},
        )


def _outcome(future: Future) -> Outcome:
    try:
        return future.result()
    except KilledWorker as error:
        return Outcome(failure=f"Several workers ended while they painted it: {reason(error)}")
    except (Exception, CancelledError) as error:
        return Outcome(failure=f"{type(error).__name__}: {reason(error)}")


def _files(plan: Plan, without: Any = ()) -> dict[str, bytes]:
    """Return the content of the pictures' files that a worker does not have."""
    return {
        name: _path(name).read_bytes()
        for name, file in plan.files.items()
        if file.sha256 and name not in without
    }


def _path(name: str) -> Path:
    known = gallery().get(name)
    return known.path if known else as_path(name)
