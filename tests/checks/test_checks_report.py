"""What is shown: in a notebook, in a console, and in a console that lacks some signs."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter

from nst_helpers.checks import check_dot_product
from nst_helpers.checks.report import as_code, show_report

ROOT = Path(__file__).parents[2]
EACH_VERDICT = """
from nst_helpers.checks import compare_answer, check_gram_matrix
check_gram_matrix(lambda f: None, batch=False)
check_gram_matrix(lambda f: f.flatten(1).T @ f.flatten(1) / 6, batch=False)
check_gram_matrix(lambda f: f.flatten(1) @ f.flatten(1).T / f[0].numel(), batch=False)
compare_answer("\\u732b", "dog")
compare_answer("caf\\xe9", "dog")
report = compare_answer("dog", "dog", hints={"dog": "\\u201cDog\\u201d is 1\\u202f/\\u202f3."})
"""


@pytest.mark.slow
@pytest.mark.parametrize("shell", [[], ["-m", "IPython"]], ids=["python", "ipython"])
def test_a_windows_console_gets_every_verdict(shell):
    ran = subprocess.run(
        [sys.executable, *shell, "-c", EACH_VERDICT],
        env={**os.environ, "PYTHONIOENCODING": "cp1252", "PYTHONUTF8": "0"},
        cwd=ROOT,
        capture_output=True,
    )
    assert ran.returncode == 0, ran.stderr.decode(errors="replace")
    assert ran.stdout.decode("cp1252").splitlines() == [
        "Nothing was returned yet. Write your lines in the function, and end with `return`.",
        "Not yet. Your matrix is 6 x 6, one row a position: you multiplied F^T F. The Gram matrix "
        "is F F^T, one row a channel, divided by the number of positions (H times W).",
        "Right. Your Gram matrix is correct on every input tried.",
        "Not yet. `'?'` is not the answer.",
        "Not yet. `'café'` is not the answer.",
        "Right. “Dog” is 1?/?3.",
    ]


@pytest.mark.parametrize(
    ("encoding", "shown"),
    [
        ("utf-8", "✗ Not yet. Fᵀ F is 猫…"),
        ("cp1252", "Not yet. F^T F is ?…"),
        ("cp932", "Not yet. F^T F is 猫…"),
        ("ascii", "Not yet. F^T F is ?..."),
    ],
)
def test_a_console_gets_the_signs_that_it_has(encoding, shown, monkeypatch):
    console = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    monkeypatch.setattr(sys, "stdout", console)
    report = show_report(False, "Fᵀ F is 猫…")
    console.flush()
    assert console.buffer.getvalue().decode(encoding).splitlines() == [shown]
    assert report.message == "✗ Not yet. Fᵀ F is 猫…"


def test_a_notebook_shows_the_message_once(monkeypatch, capsys):
    shown = []
    monkeypatch.setattr(sys.modules["IPython"], "get_ipython", lambda: object())
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    report = check_dot_product(lambda a, b: a * b)
    assert [data["text/plain"] for data in shown] == [report.message]
    assert shown[0]["text/markdown"].startswith("**✗ Not yet.** You returned")
    assert DisplayFormatter().format(report) == ({}, {})  # nothing more below the cell
    assert repr(report) == "Report(right=False)"
    assert capsys.readouterr().out == ""


def test_code_of_students_cannot_break_the_markdown():
    assert as_code("a `b`\nsecond line") == "`a 'b'`"
    assert len(as_code("x" * 1000)) < 160
