import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import yaml
from voila.app import Voila

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "nst_helpers"

# What each part of the package imports, in the order of the house: each only what stands above it.
ARROWS = {
    "errors": set(),
    "markup": set(),
    "files": {"errors"},
    "gallery": {"errors"},
    "web": {"errors"},
    "colours": {"errors"},
    "formats": {"errors"},
    "images": {"colours", "errors", "files", "formats", "gallery", "web"},
    "runtime": {"errors", "files", "images", "markup", "web"},
    "engine": {"errors", "gallery", "images", "runtime"},
    "sweep": {"engine", "errors", "files", "gallery", "images", "runtime"},
    "plots": {"markup"},
    "widgets": {"engine", "errors", "gallery", "images", "markup", "runtime"},
    "checks": {"engine", "errors", "widgets"},
    "museum": {
        "checks",
        "colours",
        "engine",
        "errors",
        "gallery",
        "images",
        "markup",
        "plots",
        "widgets",
    },
    "onepass": {"errors", "images"},
    "studio": {"engine", "errors", "gallery", "images", "markup", "runtime", "widgets"},
    "course": {"checks", "errors", "files", "gallery", "markup", "widgets"},
    "__init__": {"engine", "errors", "gallery", "images", "runtime"},
    "__main__": {"course", "engine", "errors", "files", "images", "runtime", "sweep"},
}
# The same inside the engine, in the order in which it is to be read.
ENGINE = {
    "losses": set(),
    "luminance": set(),
    "styles": {"luminance"},
    "layers": set(),
    "features": {"layers"},
    "objective": {"features", "losses", "luminance", "styles"},
    "schedule": set(),
    "optimizers": set(),
    "transfer": {
        "features",
        "layers",
        "luminance",
        "objective",
        "optimizers",
        "schedule",
        "styles",
    },
    "patches": {"layers"},
}


def imports(path):
    """Yield the modules of the package that a file imports, as `("engine", "losses")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            assert not any(alias.name.startswith("nst_helpers") for alias in node.names), path
        if isinstance(node, ast.ImportFrom) and node.module.partition(".")[0] == "nst_helpers":
            for alias in node.names:
                parts = *node.module.split(".")[1:], alias.name
                folder = PACKAGE.joinpath(*parts)
                yield parts if folder.is_dir() or folder.with_suffix(".py").exists() else parts[:-1]


def part_of(parts):
    """Return the part of the package that a module belongs to: a sweep is more than a machine."""
    return "sweep" if parts[:2] == ("runtime", "sweep") else parts[0]


def test_imports_point_one_way():
    found = {}
    for path in PACKAGE.rglob("*.py"):
        part = part_of(path.relative_to(PACKAGE).with_suffix("").parts)
        found.setdefault(part, set()).update({part_of(parts) for parts in imports(path)} - {part})
    assert found == ARROWS
    above = set()
    for part, arrows in ARROWS.items():
        assert arrows <= above, part
        above.add(part)


def test_the_engine_is_read_from_top_to_bottom():
    found = {
        path.stem: {name for folder, *name in imports(path) if folder == "engine" for name in name}
        for path in (PACKAGE / "engine").glob("[!_]*.py")
    }
    assert found == ENGINE
    above = set()
    for module, arrows in ENGINE.items():
        assert arrows <= above, module
        above.add(module)


def test_conda_installs_what_pyproject_lists():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    conda = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    python, pip, packages = conda["dependencies"]
    assert python == f"python{project['requires-python']}" and pip == "pip"
    assert packages == {"pip": ["-e .[lab,course,phone,onepass,test]"]}
    assert set(project["optional-dependencies"]) == {
        "lab",
        "course",
        "grading",
        "phone",
        "cluster",
        "onepass",
        "test",
    }


def test_nothing_opens_jupyter_or_voila_to_others():
    told = [ROOT / "README.md", ROOT / "environment.yml", ROOT / "pyproject.toml"]
    told += [*(ROOT / "notebooks").glob("*.ipynb"), *(ROOT / ".ci").iterdir()]
    told += (ROOT / "nst_helpers").rglob("*.py")
    off = r"(token|password)['\"\\]*\s*[=:]|no[-_]auth|allow_(origin|remote|unauth)|disable_check"
    off += "|voila --token"  # it would take what follows for the token
    assert re.search(off, "\"--IdentityProvider.token=''\"") and re.search(off, "--no-auth")
    for path in told:
        assert not re.search(off, path.read_text(encoding="utf-8"), re.I), path
    assert Voila.ip.default_value == "localhost"


def test_lint_and_format():
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "."],
            cwd=ROOT,
            capture_output=True,
            encoding="utf-8",
        )
        assert done.returncode == 0, done.stdout + done.stderr


def program(name):
    """Return the path of a command-line tool that is installed beside this Python."""
    return Path(sys.executable).with_name(f"{name}.exe" if sys.platform == "win32" else name)


def test_what_ci_runs_is_what_people_are_told():
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    script = [" ".join(line.split()) for line in script.replace("\\\n", "").splitlines()]
    for page, commands in {
        "README.md": ["pip install uv", "uv run pytest"],
        "CONTRIBUTING.md": [line for line in script if line.startswith("uv run --")],
    }.items():
        told = (ROOT / page).read_text(encoding="utf-8").splitlines()
        assert commands
        for command in commands:
            assert command in script and f"    {command}" in told, command


def test_what_runs_before_a_commit_is_the_projects_own():
    text = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    (repository,) = yaml.safe_load(text)["repos"]
    assert repository["repo"] == "local"
    for hook in repository["hooks"]:
        uv, run, name, *_ = hook["entry"].split()
        assert (uv, run, hook["language"]) == ("uv", "run", "system")
        assert program(name).exists(), name
        re.compile(hook.get("files", ""))


def test_types_agree():
    done = subprocess.run(
        [program("pyrefly"), "check", "--python-interpreter-path", sys.executable],
        cwd=ROOT,
        capture_output=True,
        text=True,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stdout + done.stderr


def without_hints(tree, where=""):
    """Yield the names of a file's public functions and methods that lack a hint."""
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from without_hints(node, f"{where}{node.name}.")
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            continue
        if node.name.startswith("_") and node.name != "__init__":
            continue
        given = node.args
        parameters = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        hints = [one.annotation for one in parameters if one and one.arg not in {"self", "cls"}]
        if not all(hints) or (node.returns is None and node.name != "__init__"):
            yield where + node.name


def test_what_is_public_has_hints():
    source = "class A:\n  def b(self, c: int): ...\n  def _d(self, e): ...\ndef f(g) -> None: ..."
    assert list(without_hints(ast.parse(source))) == ["A.b", "f"]
    lacking = {
        str(path.relative_to(ROOT)): names
        for path in sorted(PACKAGE.rglob("*.py"))
        if (names := list(without_hints(ast.parse(path.read_text(encoding="utf-8")))))
    }
    assert not lacking, lacking
