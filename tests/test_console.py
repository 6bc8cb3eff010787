"""The command line; what it refuses is in the tests of bad input."""

import inspect
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from nst_helpers import StyleTransfer
from nst_helpers.__main__ import main

ROOT = Path(__file__).parent.parent


def test_a_console_need_not_know_the_letters_of_a_name(tmp_path):
    """That of Windows in Western Europe has no Cyrillic ones: what it lacks is written \\u0436."""
    done = subprocess.run(
        [sys.executable, "-m", "nst_helpers", "--size=32", "--steps=1", "--output", "ж.png"],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT),
            "PYTHONIOENCODING": "cp1252",
            "PYTHONUTF8": "0",
        },
        capture_output=True,
        text=True,
        encoding="cp1252",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert r"Saved '\u0436.png'" in done.stdout
    assert (tmp_path / "ж.png").is_file()


def test_its_defaults_are_those_of_the_function(monkeypatch, tmp_path):
    given = {}

    def style_transfer(**settings):
        given.update(settings)
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("nst_helpers.engine.transfer.style_transfer", style_transfer)
    assert main([]) == 130
    settings = inspect.signature(StyleTransfer).parameters
    shared = given.keys() & settings.keys() - {"content", "style", "size"}
    assert {"style_scale", "style_weight", "optimizer", "network", "seed", "device"} <= shared
    assert {name: given[name] for name in shared} == {
        name: settings[name].default for name in shared
    }


def test_it_is_called_nst(capsys):
    with pytest.raises(SystemExit):
        main(["--help"])
    assert capsys.readouterr().out.startswith("usage: nst ")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["scripts"] == {"nst": "nst_helpers.__main__:main"}
