import os
import shutil
import tempfile
import threading
from pathlib import Path

import offline


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
