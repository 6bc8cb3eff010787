import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from voila.app import Voila

ROOT = Path(__file__).parent.parent
ALLOWED = {
    "errors": set(),
    "gallery": set(),
    "images": {"errors", "gallery"},
    "engine.losses": set(),
    "engine.optimizers": set(),
    "engine.layers": {"errors", "runtime.weights"},
    "engine.features": {"engine.layers", "errors", "runtime.devices", "runtime.weights"},
    "runtime.devices": {"errors"},
    "runtime.weights": {"errors", "runtime.devices"},
    "graphs": {"errors"},
    "progress": {"images"},
    "checkpoint": {"errors", "images"},
    "memory": {"engine.features", "engine.layers", "errors"},
    "transfer": {
        *("checkpoint", "engine.features", "engine.layers", "engine.losses", "engine.optimizers"),
        *("errors", "gallery", "graphs", "images", "memory", "progress", "runtime.devices"),
    },
    "plots": {"engine.losses", "images"},
    "panels": {"engine.layers", "images", "plots"},
    "widgets": {
        *("engine.features", "engine.layers", "engine.losses", "errors", "gallery", "images"),
        *("panels", "transfer"),
    },
    "studio": {"errors", "gallery", "images", "panels", "transfer", "widgets"},
}


def test_imports_point_one_way():
    for module, allowed in ALLOWED.items():
        path = ROOT / "nst_helpers" / f"{module.replace('.', '/')}.py"
        tree = ast.parse(path.read_text())
        imported = {
            name.removeprefix("nst_helpers.")
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module.startswith("nst_helpers")
            for name in (
                [alias.name for alias in node.names]
                if node.module == "nst_helpers"
                else [node.module]
            )
        }
        assert imported <= allowed, module


def test_conda_installs_what_pyproject_lists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    python, pip, packages = yaml.safe_load((ROOT / "environment.yml").read_text())["dependencies"]
    assert python == f"python{project['requires-python']}" and pip == "pip"
    assert packages == {"pip": ["-e .[test]"]} and "test" in project["optional-dependencies"]


def test_nothing_opens_jupyter_or_voila_to_others():
    told = [ROOT / "README.md", ROOT / "environment.yml", ROOT / "pyproject.toml"]
    told += [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / ".ci").iterdir()]
    told += (ROOT / "nst_helpers").glob("*.py")
    off = r"(token|password)['\"\\]*\s*[=:]|no[-_]auth|allow_(origin|remote|unauth)|disable_check"
    off += "|voila --token"  # it would take what follows for the token
    assert re.search(off, "\"--IdentityProvider.token=''\"") and re.search(off, "--no-auth")
    for path in told:
        assert not re.search(off, path.read_text(encoding="utf-8"), re.I), path
    assert Voila.ip.default_value == "localhost"


def test_lint_and_format():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."], cwd=ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stdout + done.stderr
