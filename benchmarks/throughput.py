"""Count the pictures that a sweep paints in an hour, and write them into `docs/sweeps.md`.

uv run python -m benchmarks.throughput
"""

import contextlib
import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from nst_helpers.runtime.sweep import Sweep

FOLDER = Path(__file__).parents[1] / "docs"
WAYS = [(1, 1), (1, 2), (2, 1)]  # processes, and threads of each
GRID = {"content": "cat", "style": "night_sky", "size": 192, "steps": 12, "precision": "float32"}
RUNS = 8
OTHER_WORK = """
import torch
torch.set_num_threads(1)
a, b = torch.rand(2, 1024, 1024)
while True:
    a @ b
"""
_TABLE = re.compile(r"(?<=<!-- measured -->\n\n).*(?=\n\n<!-- end -->)", re.S)


def measure(processes, threads):
    """Return the seconds of a picture, once all processes are at work."""
    weights = list(range(40, 40 + RUNS))
    with tempfile.TemporaryDirectory() as folder:
        grid = {**GRID, "style_weight": weights, "threads": threads}
        for number, _ in enumerate(Sweep(grid, folder, processes=processes), start=1):
            if number == processes:  # as many are finished as there are processes
                began = time.perf_counter()
            if number == RUNS - processes + 1:  # and the rest are still at work
                ended = time.perf_counter()
    return (ended - began) / (RUNS - 2 * processes + 1)


@contextlib.contextmanager
def other_work():
    """Keep one core busy meanwhile, as another program would."""
    program = subprocess.Popen([sys.executable, "-c", OTHER_WORK])
    try:
        yield
    finally:
        program.kill()
        program.wait()


def table(measured):
    """Return the lines of the page: what each way gives, beside one process with one thread."""
    lines = [
        "| other load | processes | threads of each | pictures an hour | relative to the first |",
        "|---|---|---|---|---|",
    ]
    for beside, ways in measured.items():
        for (processes, threads), seconds in zip(WAYS, ways, strict=True):
            lines.append(
                f"| {beside} | {processes} | {threads} | {3600 / seconds:.0f} "
                f"| {ways[0] / seconds:.2f} |"
            )
    return "\n".join(lines)


def main():
    """Measure, keep the numbers, and write the table."""
    measured = {"nothing": [measure(*way) for way in WAYS]}
    with other_work():
        measured["a busy program"] = [measure(*way) for way in WAYS]
    (FOLDER / "sweeps.json").write_text(json.dumps(measured, indent=1) + "\n", encoding="utf-8")
    write()


def write():
    """Write the table into the page again."""
    measured = json.loads((FOLDER / "sweeps.json").read_text(encoding="utf-8"))
    page = (FOLDER / "sweeps.md").read_text(encoding="utf-8")
    text = _TABLE.sub(lambda _: table(measured), page)
    (FOLDER / "sweeps.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
