"""Small runs, which many tests make."""

import os
import subprocess
import sys
import textwrap

import pytest

from nst_helpers import StyleTransfer, style_transfer

SMALL = {"size": 64, "steps": 8, "device": "cpu"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
every_optimizer = pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])


def make(**settings):
    return StyleTransfer("cat", "night_sky", **{**SMALL, **settings})


def paint(**settings):
    return style_transfer("cat", "night_sky", progress=False, **{**SMALL, **settings})


def python(code, *arguments):
    """Run code in another process, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def relative_error(result, expected):
    return ((result.float() - expected).norm() / expected.norm()).item()
