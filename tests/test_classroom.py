import os
import subprocess
import sys
from pathlib import Path

import pytest

from runs import linux


@linux
@pytest.mark.slow
def test_students_at_once_get_the_same(tmp_path):
    """Two of them; more by hand, see classroom.py."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("classroom.py")), "2"],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    assert "All 2 results are equal" in done.stdout, done.stderr
