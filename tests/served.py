"""The studio as a page of its own, served by voila."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import tomllib
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

ROOT = Path(__file__).parent.parent


def wait(condition, seconds=300, say=lambda: ""):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"it took too long {say()}"
        time.sleep(0.05)
    return found


def install(prefix, **culling):
    """Copy what an installation would, with other limits for kernels whose page is gone."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    shared = project["tool"]["hatch"]["build"]["targets"]["wheel"]["shared-data"]
    for source, target in shared.items():
        (prefix / target).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copy
        copy(ROOT / source, prefix / target)
    path = prefix / "etc" / "jupyter" / "voila.json"
    settings = json.loads(path.read_text(encoding="utf-8"))
    assert culling.keys() <= settings["MappingKernelManager"].keys()
    settings["MappingKernelManager"] |= culling
    path.write_text(json.dumps(settings), encoding="utf-8")
    return {
        "JUPYTER_PATH": str(prefix / "share" / "jupyter"),
        "JUPYTER_CONFIG_PATH": str(prefix / "etc" / "jupyter"),
    }


@contextmanager
def serve(notebooks, folder, **culling):
    """Start voila for a notebook or a folder of them; give its address."""
    environment = dict(os.environ) | {"OMP_NUM_THREADS": "1", "IPYTHONDIR": str(folder)}
    environment["TMPDIR"] = str(folder)  # where visitors stand in line
    for kind in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{kind}"] = str(folder / kind)
    environment |= install(folder / "prefix", **culling)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "voila", str(notebooks), "--no-browser", f"--port={port}"]
    with open(folder / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--Voila.ip=127.0.0.1"], env=environment, stdout=log, stderr=log
        )

    def listens():
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait(listens)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(300)


def findings(page, outside=None, **options):
    """Return what axe finds that is serious or critical, outside of an element."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    context = {"exclude": [[outside]]} if outside else None
    found = axe.run(page, context, options or None).response["violations"]
    return [
        (one["id"], [node["html"][:120] for node in one["nodes"]])
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]


def served_by(address):
    """Return the process that answers at an address, as psutil has it."""
    port = int(address.rstrip("/").rpartition(":")[2])
    children = psutil.Process().children(recursive=True)
    return next(child for child in children if f"--port={port}" in child.cmdline())


@pytest.fixture(scope="module")
def voila(tmp_path_factory):
    """Serve the studio as a page; yield its address."""
    notebook = ROOT / "notebooks" / "08_studio.ipynb"
    with serve(notebook, tmp_path_factory.mktemp("voila")) as address:
        yield address
