"""Time the package, and write the page: `uv run --with neural-style python -m benchmarks`."""

import argparse
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import methods
from benchmarks.page import write

PAIRS = [
    ("cat", "night_sky"),
    ("astronaut", "mosaic"),
    ("rocket", "great_wave"),
    ("coffee", "stained_glass"),
    ("cat", "engraving"),
    ("astronaut", "pointillist"),
]
SIZES = (128, 192, 256, 384, 512, 768, 1024, 2048)
FOLDER = Path(__file__).parents[1] / "docs"


def main():
    """Run what the command line asks for; results are kept after every part."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", choices=["pairs", "machine", "sizes", "page"])
    parser.add_argument("--pairs", type=int, default=len(PAIRS), metavar="N")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--evaluations", type=int, default=300, help="of the reference")
    parser.add_argument("--without-peer", action="store_true", help="leave neural-style out")
    options = parser.parse_args()
    results = Results(FOLDER / "speed.json")
    parts = {"machine": machine, "sizes": sizes, "pairs": pairs}
    for name, part in parts.items():
        if options.only in (None, name):
            part(results, options)
    write(results.values, FOLDER)


class Results:
    """A dictionary in a file, which is written whenever a value is set."""

    def __init__(self, path):
        """Read what earlier runs left."""
        self.path = path
        self.values = json.loads(path.read_text()) if path.is_file() else {}

    def __setitem__(self, key, value):
        """Keep a value."""
        self.values[key] = value
        self.path.write_text(json.dumps(self.values, indent=1) + "\n")


# -------------------------------------------------------------------------- until equal quality


def pairs(results, options):
    """Measure the seconds until the quality of the plain loop, pair after pair."""
    rows = []
    for content, style in PAIRS[: options.pairs]:
        rows.append(pair(content, style, options))
        results["pairs"] = rows
        print(json.dumps(rows[-1]), flush=True)


def pair(content, style, options):
    """Return the evaluations and seconds of each method for one pair, as a dictionary."""
    objective = methods.Objective(content, style, options.size)
    asked = (content, style, options.size, options.evaluations)

    def judged(pictures, smooth=True):
        rows = []
        for number, (seconds, image) in enumerate(pictures, 1):
            with torch.no_grad():
                terms = objective(image)
            loss = terms["total"]
            if not smooth:
                loss = loss - objective.weights["variation"] * terms["variation"]
            rows.append((number, seconds, loss.item(), methods.kept(image, objective.content)))
        return rows

    plain = list(methods.plain(objective, *asked))
    package = list(methods.package(objective, *asked))
    coarse = options.evaluations - len(package)
    row = {"content": content, "style": style, "coarse_evaluations": coarse}
    reference = judged(plain)
    best = min(reference, key=lambda r: r[2])
    row["reference"] = {"loss": best[2], "kept": best[3]}
    row["plain"] = reached(reference, best[2], best[3])
    ours = judged(package)
    row["package"] = reached(ours, best[2], best[3])
    row["package"]["evaluations"] = coarse + row["package"].pop("number")
    row["plain"]["evaluations"] = row["plain"].pop("number")
    row["curves"] = {
        "plain": [(round(s, 2), round(loss, 4)) for _, s, loss, _ in reference],
        "package": [(round(s, 2), round(loss, 4)) for _, s, loss, _ in ours],
    }
    if not options.without_peer:
        bare = min(judged(plain, smooth=False), key=lambda r: r[2])
        theirs = judged(methods.neural_style(objective, *asked), smooth=False)
        row["peer"] = reached(theirs, bare[2], bare[3])
        row["peer"]["evaluations"] = 10 * row["peer"].pop("number")
        row["curves"]["peer"] = [(round(s, 2), round(loss, 4)) for _, s, loss, _ in theirs]
    return row


def reached(rows, loss, content):
    """Return where a method first has the loss and keeps the content, or its best end."""
    good = [row for row in rows if row[2] <= loss and row[3] >= content - 0.03]
    number, seconds, value, share = good[0] if good else min(rows, key=lambda row: row[2])
    return {
        "reached": bool(good),
        "number": number,
        "seconds": seconds,
        "loss": value,
        "kept": share,
        "whole_seconds": rows[-1][1],
    }


# -------------------------------------------------------------------------- the machine


def machine(results, options):
    """Measure one evaluation against the peak of a matrix product, in alternation."""
    objective = methods.Objective("cat", "night_sky", options.size)
    image = objective.content.clone().requires_grad_()

    def evaluate():
        torch.autograd.grad(objective(image)["total"], image)

    with FlopCounterMode(display=False) as counter:
        evaluate()
    a, b = torch.rand(2, 2048, 2048)
    evaluations, products = [], []
    for _ in range(12):
        evaluations.append(_seconds(evaluate))
        products.append(_seconds(lambda: a @ b))
    peak = 2 * 2048**3 / statistics.median(products)
    rate = counter.get_total_flops() / statistics.median(evaluations)
    run = _process("256")
    results["machine"] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "gflop_of_an_evaluation": counter.get_total_flops() / 1e9,
        "seconds_of_an_evaluation": statistics.median(evaluations),
        "gflops_peak": peak / 1e9,
        "share_of_peak": rate / peak,
        "first_picture_seconds": run["first"],
        "megabytes_of_a_run": run["megabytes"],
    }
    print(json.dumps(results.values["machine"]), flush=True)


def sizes(results, options):
    """Measure time and memory of an evaluation at several sizes, each in a new process."""
    rows = []
    for size in SIZES:
        rows.append({"size": size, **_process(size, 5 if size <= 512 else 3)})
        results["sizes"] = rows
        print(json.dumps(rows[-1]), flush=True)


def _process(size, steps=30):
    code = "import sys, benchmarks.__main__ as b; b.one_run(*map(int, sys.argv[1:]))"
    done = subprocess.run(
        [sys.executable, "-c", code, str(size), str(steps)], capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def one_run(size, steps):
    """Print the seconds of an evaluation and the memory above the imports, as JSON."""
    import torchvision  # noqa: F401, its memory is not counted

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    times = [began]
    for step in methods.StyleTransfer("cat", "night_sky", size=size, steps=steps):
        times.append(time.perf_counter())
    taken = [b - a for a, b in zip(times[-3:], times[-2:], strict=False)]
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = {
        "first": times[1] - began,
        "seconds": statistics.median(taken),
        "megabytes": (after - before) / 1024,
        "pixels": step.image.shape[2] * step.image.shape[3],
    }
    print(json.dumps(result))


def _seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
