import os
import shutil
import tempfile
import threading
from pathlib import Path

import pytest

import offline
from pages import browser, show  # noqa: F401

# Where others use the cores too, threads of torch that spin while they wait take minutes for a
# second's work. Read when torch is imported, here and in the kernels of notebooks.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_configure(config):
    """Have the kernels of notebooks, which are processes of their own, stay offline too."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    shutil.copy(offline.__file__, startup)
    os.environ["IPYTHONDIR"] = folder.name


def pytest_collection_modifyitems(items):
    """What runs the lessons, or a browser, is slow; and what is slow comes last."""
    for item in items:
        if item.path.suffix == ".ipynb" or "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)
    items.sort(key=lambda item: item.get_closest_marker("slow") is not None)


def pytest_sessionfinish():
    """Wait for pictures that are still painted: Python would abort at its end."""
    for thread in threading.enumerate():
        if thread.name == "nst":
            thread.join(120)


@pytest.fixture
def three_stages(monkeypatch):
    """Eight steps at 64 pixels are a long run, with stages of 32 and 48 pixels."""
    monkeypatch.setattr("nst_helpers.engine.schedule._SMALLEST_COARSE_SIZE", 32)
    monkeypatch.setattr("nst_helpers.engine.schedule._HALFWAY", 8)


@pytest.fixture
def bfloat16(monkeypatch):
    """Compute in bfloat16 whatever the processor has; some need long for it."""
    monkeypatch.setattr("nst_helpers.runtime.devices._multiplies_bfloat16", lambda device: True)
