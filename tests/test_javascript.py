"""The scripts and styles of the package, which are files of their own."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
FOLDERS = [ROOT / "nst_helpers", ROOT / "course"]
SCRIPTS = sorted(path for folder in FOLDERS for path in folder.rglob("*.js"))
TESTS = sorted((ROOT / "tests").rglob("*.test.js"))
STYLES = sorted(path for folder in FOLDERS for path in folder.rglob("*.css"))
NODE = shutil.which("node")


def run(*command):
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8")


@pytest.mark.skipif(not NODE, reason="node is not installed")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_a_module_that_can_be_read(path, tmp_path):
    module = shutil.copy(path, tmp_path / f"{path.stem}.mjs")
    done = run(NODE, "--check", module)
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not NODE, reason="node is not installed")
def test_functions_without_a_page(tmp_path):
    """Node runs the tests beside the modules that they import."""
    for path in (*SCRIPTS, *TESTS):
        shutil.copy(path, tmp_path)
    (tmp_path / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    done = run(NODE, "--test", *(tmp_path / path.name for path in TESTS))
    assert done.returncode == 0, done.stdout + done.stderr


def lint(*paths):
    """Return the linter's run; it is a program of its own, and needs no node."""
    program = Path(sys.executable).with_name("oxlint.exe" if sys.platform == "win32" else "oxlint")
    return run(program, "--config", ROOT / ".oxlintrc.json", "--deny-warnings", *paths)


def test_the_linter_finds_a_name_that_is_not_there(tmp_path):
    script = tmp_path / "a.js"
    script.write_text(
        "export default { render({ el }) { el.title = titel; } };\n", encoding="utf-8"
    )
    assert "titel" in lint(script).stdout
    script.write_text("export default { render({ el }) { el.title = 'a'; } };\n", encoding="utf-8")
    assert lint(script).returncode == 0


@pytest.mark.skipif(not SCRIPTS, reason="there are no scripts")
def test_scripts_are_linted():
    done = lint(*SCRIPTS, *TESTS)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.name)
def test_a_style_closes_its_blocks(path):
    text = path.read_text(encoding="utf-8")
    assert text.count("{") == text.count("}") and text.count("/*") == text.count("*/")
