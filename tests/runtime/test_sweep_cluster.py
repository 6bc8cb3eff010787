"""Sweeps on a cluster: a real scheduler and workers of Dask, each a process, on this machine."""

import os
import socket
import subprocess
import sys
import time
from contextlib import contextmanager

import psutil
import pytest

pytest.importorskip("distributed", reason="the extra 'cluster' is not installed")
import cloudpickle
from distributed import Client

from nst_helpers import load_image, save_image
from nst_helpers.errors import InputError
from nst_helpers.runtime.sweep import Sweep, cluster

pytestmark = pytest.mark.slow
cloudpickle.register_pickle_by_value(sys.modules[__name__])  # the workers do not have this file

GRID = {
    "style": ["mosaic", "night_sky"],
    "style_weight": [10, 40, 80],
    "size": 64,
    "steps": 40,
    "content_layers": "relu1_1",
    "style_layers": "relu1_1",
}


class Dask:
    """A scheduler and its workers."""

    def __init__(self, folder):
        self.folder, self.running = folder, {}
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.start("scheduler", "--host", "127.0.0.1", "--port", str(port))

    def start(self, kind, *options, name=None):
        name = name or kind
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *options, "--no-dashboard"]
        with open(self.folder / f"{name}.log", "w", encoding="utf-8") as log:
            # Without weights of its own: what it computes with must have been sent.
            environment = os.environ | {"NST_WEIGHTS": str(self.folder / "none.pth")}
            process = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        self.running[name] = process

    def add_worker(self, name):
        options = "--no-nanny", "--nthreads", "1", "--local-directory", str(self.folder)
        self.start("worker", self.address, "--name", name, *options, name=name)

    def client(self):
        return Client(self.address, set_as_default=False)

    def painted(self):
        """Return how many runs each worker has painted, by its name."""
        with self.client() as client:
            return client.run(count)

    def end(self):
        for process in self.running.values():
            process.kill()
            process.wait()


def count(dask_worker):
    from nst_helpers.runtime.sweep import painter

    return dask_worker.name, len(getattr(painter, "PAINTED", []))


def watch(dask_worker):
    """Have a worker count what it paints."""
    from nst_helpers.runtime.sweep import painter

    painter.PAINTED, paint = [], painter._paint

    def counted(plan, *rest):
        painted = paint(plan, *rest)
        painter.PAINTED.append(plan)
        return painted

    painter._paint = counted


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    """Three workers, which count what they paint."""
    cluster_of_three = Dask(tmp_path_factory.mktemp("dask"))
    try:
        for number in range(3):
            cluster_of_three.add_worker(f"worker {number}")
        with cluster_of_three.client() as client:
            client.wait_for_workers(3, timeout=120)
            client.run(watch)
        yield cluster_of_three
    finally:
        cluster_of_three.end()


@contextmanager
def no_process_left():
    yield
    assert not [each for each in psutil.Process().children() if "serve()" in str(each.cmdline())]


def test_a_worker_is_killed_and_another_comes_late(dask, tmp_path):
    picture = tmp_path / "mine.png"
    save_image(load_image("cat", size=80), picture)
    grid = {**GRID, "content": [picture, "coffee"], "threads": 1}
    spread = Sweep(grid, tmp_path / "spread", scheduler=dask.address)
    runs, killed = [], None
    for run in spread:
        runs.append(run)
        if len(runs) == 2:
            before = dict(dask.painted().values())
            killed = dask.running["worker 0"]
            killed.kill()
            dask.add_worker("late")
    assert len(runs) == 12 and not spread.failures and killed.wait() == -9
    after = dict(dask.painted().values())
    assert set(after) >= {"worker 1", "worker 2"}
    # What the killed one had painted came back before; at most one result was on its way.
    finished = before["worker 0"] + after["worker 1"] + after["worker 2"]
    assert finished <= 13
    with no_process_left():
        alone = list(Sweep(grid, tmp_path / "alone", processes=1))
    assert len(alone) == 12
    for run in alone:
        assert run.path.read_bytes() == (tmp_path / "spread" / run.path.name).read_bytes()


def test_a_client_that_comes_back_finds_what_was_done(dask, tmp_path):
    folder, grid = (
        tmp_path / "made",
        {**GRID, "content": "astronaut", "style_weight": [10, 20, 40, 80]},
    )
    program = "from nst_helpers.runtime.sweep import Sweep\n"
    program += f"for run in Sweep({grid}, {str(folder)!r}, scheduler={dask.address!r}):\n"
    program += "    print(run.path, flush=True)"
    command = [sys.executable, "-c", program]
    client = subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8")
    client.stdout.readline()
    client.kill()
    client.communicate()
    had = {path: path.read_bytes() for path in folder.glob("*.png")}
    assert 1 <= len(had) < 8
    names = {name for name in dict(dask.painted().values())}

    def painted():
        return sum(number for name, number in dask.painted().values() if name in names)

    base = painted()
    end = time.monotonic() + 60
    while painted() == base:  # nobody asks, and they go on
        assert time.monotonic() < end
        time.sleep(0.5)
    runs = list(Sweep(grid, folder, scheduler=dask.address))
    assert len(runs) == 8 and sum(run.seconds is None for run in runs) == len(had)
    assert all(path.read_bytes() == content for path, content in had.items())
    with dask.client() as again:
        assert not again.list_datasets()


def test_what_a_run_says_comes_back(dask, tmp_path):
    weights = {"style_weight": [40, 0], "content_weight": [1, 0], "variation_weight": [10, 0]}
    grid = {**GRID, **weights, "content": "cat", "style": "mosaic", "steps": 2, "size": 24}
    partly = Sweep(grid, tmp_path, scheduler=dask.address)
    with pytest.warns(UserWarning, match="All three weights are 0"):
        runs = list(partly)
    assert len(runs) == 7 and len(partly.failures) == 1
    with pytest.raises(InputError, match="There is no vgg16 layer"):
        Sweep({**grid, "style_layers": "relu9_9"}, tmp_path, scheduler=dask.address)


def test_a_scheduler_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.setattr(cluster, "_SECONDS_TO_CONNECT", 1)
    for address in ("tcp://127.0.0.1:9", "nonsense://"):
        with pytest.raises(InputError, match="does not answer"):
            Sweep({**GRID, "content": "cat"}, tmp_path, scheduler=address)
