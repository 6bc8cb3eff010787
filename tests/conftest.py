import os
import shutil
import tempfile
import threading
from pathlib import Path

import offline
import pytest


def pytest_configure(config):
    """Have the kernels of notebooks, which are processes of their own, stay offline too."""
    folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
    config.add_cleanup(folder.cleanup)
    startup = Path(folder.name, "profile_default", "startup")
    startup.mkdir(parents=True)
    shutil.copy(offline.__file__, startup)
    os.environ["IPYTHONDIR"] = folder.name


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
