"""Count the pictures that a sweep paints in an hour, and write them into `docs/sweeps.md`.

uv run python -m benchmarks.throughput
"""

import json
import re
import tempfile
import time
from pathlib import Path

from nst_helpers.runtime.sweep import Sweep

FOLDER = Path(__file__).parents[1] / "docs"
WAYS = [(1, 1), (1, 2), (2, 1)]  # processes, and threads of each
GRID = {"content": "cat", "style": "night_sky", "size": 192, "steps": 12, "precision": "float32"}
RUNS, ROUNDS = 8, 2
_TABLE = re.compile(r"(?<=<!-- measured -->\n\n).*(?=\n\n<!-- end -->)", re.S)


def measure(processes, threads):
    """Return the wall and the processor seconds of a picture, once all processes are at work."""
    weights = list(range(40, 40 + RUNS))
    with tempfile.TemporaryDirectory() as folder:
        grid = {**GRID, "style_weight": weights, "threads": threads}
        for number, _ in enumerate(Sweep(grid, folder, processes=processes), start=1):
            if number == processes:  # as many are finished as there are processes
                began = time.perf_counter(), processor_seconds()
            if number == RUNS - processes + 1:  # and the rest are still at work
                ended = time.perf_counter(), processor_seconds()
    painted = RUNS - 2 * processes + 1
    return [(end - begin) / painted for begin, end in zip(began, ended, strict=True)]


def processor_seconds():
    """Return what the processes of the sweep have computed together."""
    import psutil  # here, as it needs modules of the system that it runs on

    return sum(sum(child.cpu_times()[:2]) for child in psutil.Process().children())


def table(rounds):
    """Return the lines of the page: what each way gives, beside one process with one thread."""
    lines = [
        "| processes | threads of each | pictures an hour | beside the first | processor seconds "
        "of a picture |",
        "|---|---|---|---|---|",
    ]
    for way, (processes, threads) in enumerate(WAYS):
        hourly = " and ".join(f"{3600 / each[way][0]:.0f}" for each in rounds)
        ratios = " and ".join(f"{each[0][0] / each[way][0]:.2f}" for each in rounds)
        seconds = " and ".join(f"{each[way][1]:.1f}" for each in rounds)
        lines.append(f"| {processes} | {threads} | {hourly} | {ratios} | {seconds} |")
    return "\n".join(lines)


def main():
    """Measure, keep the numbers, and write the table."""
    rounds = [[measure(*way) for way in WAYS] for _ in range(ROUNDS)]
    (FOLDER / "sweeps.json").write_text(json.dumps(rounds, indent=1) + "\n", encoding="utf-8")
    write()


def write():
    """Write the table into the page again."""
    rounds = json.loads((FOLDER / "sweeps.json").read_text(encoding="utf-8"))
    page = (FOLDER / "sweeps.md").read_text(encoding="utf-8")
    text = _TABLE.sub(lambda _: table(rounds), page)
    (FOLDER / "sweeps.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
