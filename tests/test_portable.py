"""What can be seen from here of other systems: Windows and its shell, and macOS."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# What Python has on Linux and macOS only.
UNIX = {"curses", "fcntl", "grp", "posix", "pty", "pwd", "readline", "resource", "syslog"}
UNIX |= {"termios", "tty"}
CODE = [
    path
    for folder in ("nst_helpers", "benchmarks", "paintings", "tests")
    for path in sorted((ROOT / folder).rglob("*.py"))
]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def imported_at_once(tree):
    """Yield the modules that a file imports as soon as it is imported itself."""
    for node in tree:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module.partition(".")[0]
        elif not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from imported_at_once(ast.iter_child_nodes(node))


def test_nothing_is_imported_that_windows_lacks():
    assert set(imported_at_once(ast.parse("class A:\n  if b:\n    import pwd").body)) == {"pwd"}
    for path in CODE:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        assert not UNIX & set(imported_at_once(tree.body)), path


def test_the_benchmarks_can_be_imported_on_windows():
    modules = [f"benchmarks.{path.stem}" for path in (ROOT / "benchmarks").glob("[!_]*.py")]
    code = f"""
import importlib, sys
sys.modules.update(dict.fromkeys({UNIX - {"posix"}}))
for name in {["benchmarks.__main__", *modules]}:
    importlib.import_module(name)
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr


def commands(page):
    """Yield each command of a page, and whether the line before says that it is for Unix only."""
    said = ""
    for line in page.splitlines():
        if line.startswith("    "):
            yield line.strip(), "macOS and Linux" in said
        elif line.strip():
            said = line
            yield from (
                (inline, "macOS and Linux" in line) for inline in re.findall("`(.+?)`", line)
            )


OF_UNIX = re.compile(r"&&|\|\||^\. |^(export|source) |^[A-Z_]+=\S* \S")


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_commands_work_in_every_shell(path):
    for command in ("a && b", "export A=b", "A=b c", ". env/bin/activate"):
        assert OF_UNIX.search(command)
    assert not OF_UNIX.search('$env:A = "b"')
    page = re.sub(r"^```text\n.*?^```\n", "", path.read_text(encoding="utf-8"), flags=re.S | re.M)
    assert "```" not in page  # commands are indented, one a line
    for command, unix in commands(page):
        assert unix or not OF_UNIX.search(command), command
    assert "macOS and Linux" not in page or "$env:" in page or "PowerShell" in page
