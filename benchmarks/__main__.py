"""Time the package, and write `docs/speed.md`.

uv run --with neural-style==0.5.7 python -m benchmarks
"""

import argparse
import json
import math
import os
import platform
import re
import statistics
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import ablation, gpu, methods
from benchmarks.exactness import ON_CPU, exactness
from benchmarks.page import write
from benchmarks.pairs import CHOOSING, OTHERS, picture
from nst_helpers.runtime.devices import choose_precision

SIZES = (128, 192, 256, 384, 512, 768, 1024, 2048)
FOLDER = Path(__file__).parents[1] / "docs"


def main():
    """Run what the command line asks for; results are kept after every part."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks", description=__doc__.splitlines()[0]
    )
    parts = {
        "machine": machine,
        "sizes": sizes,
        "gpu": on_gpu,
        "pairs": partial(pairs, CHOOSING, "pairs"),
        "others": partial(pairs, OTHERS, "others"),
        "ladder": ladder,
        "ablation": with_and_without,
    }
    parser.add_argument("--only", choices=[*parts, "page"])
    parser.add_argument("--pairs", type=int, default=len(CHOOSING), metavar="N")
    parser.add_argument("--size", type=int, default=256)
    parser.add_argument("--evaluations", type=int, default=300, help="of the reference")
    parser.add_argument(
        "--peers", type=int, default=len(CHOOSING), metavar="N", help="pairs for neural-style too"
    )
    options = parser.parse_args()
    results = Results(FOLDER / "speed.json")
    for name, part in parts.items():
        if options.only in (None, name):
            part(results, options)
    write(results.values, FOLDER)


class Results:
    """A dictionary in a file, which is written whenever a value is set."""

    def __init__(self, path):
        """Read what earlier runs left."""
        self.path = path
        self.values = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}

    def __setitem__(self, key, value):
        """Keep a value."""
        self.values[key] = value
        self.path.write_text(json.dumps(self.values) + "\n", encoding="utf-8")


# -------------------------------------------------------------------------- until equal quality


def pairs(which, name, results, options):
    """Measure the seconds until the quality of the plain loop, pair after pair."""
    rows = []
    for number, (content, style) in enumerate(which[: options.pairs]):
        peer = which is CHOOSING and number < options.peers
        rows.append(pair(content, style, options, peer))
        results[name] = rows
        print(summary(rows[-1]), flush=True)


def summary(row):
    """Return one line for a pair."""
    ways = ", ".join(
        f"{way} {'' if row[way]['reached'] else 'not '}in {row[way]['count']} evaluations, "
        f"{row[way]['curve'][-1][0]:.1f} s"
        for way in ("plain", "package", "float32", "peer")
        if way in row
    )
    return f"{row['content']}, {row['style']}: loss {row['loss']:.3f}: {ways}"


def pair(content, style, options, peer):
    """Return the evaluations and seconds of each method for one pair, as a dictionary."""
    pictures = picture(content), picture(style)
    objective = methods.objective_of(*pictures, options.size)
    asked = (*pictures, options.size, options.evaluations)
    plain = list(methods.plain(*asked))
    _, best, loss = min(plain, key=lambda row: row[2])
    share = methods.kept(best, objective.content)
    row = {
        "content": content,
        "style": style,
        "loss": loss,
        "kept": share,
        "plain": methods.reached(plain, loss, share, objective),
    }
    for way, precision in _precisions().items():
        made = methods.package(*asked, precision=precision)
        row[way] = methods.reached(made, loss, share, objective)
        row["coarse"] = sum(value == math.inf for _, value in row[way]["curve"])
        row[way]["curve"] = row[way]["curve"][row["coarse"] :]
    if peer:
        bare = methods.bare(objective, best)
        peers = methods.neural_style(objective, options.evaluations)
        row["peer"] = methods.reached(peers, bare, share, objective, methods.bare)
    return row


def ladder(results, options):
    """Measure how much work each part of the method saves, on the pairs measured before."""
    rows = []
    for row in results.values["pairs"][: options.pairs]:
        names = {name: row[name] for name in ("content", "style")}
        pictures = map(picture, names.values())
        quality = row["loss"], row["kept"]
        rungs = ablation.climb(*pictures, options.size, options.evaluations, *quality)
        rows.append({**names, **rungs})
        results["ladder"] = rows
        print(names, {way: round(rungs[way]["work"]) for way in rungs}, flush=True)


def _precisions():
    """Return what the package is measured in: its default, and float32 where that is another."""
    default = choose_precision(None, torch.device("cpu"))
    return {"package": default, **({} if default == "float32" else {"float32": "float32"})}


def with_and_without(results, options):
    """Measure the package with its filter and without it, and with one step more."""
    rows = []
    for row in ablation.measure(CHOOSING[: options.pairs], options.size):
        rows.append(row)
        results["ablation"] = rows
        print(json.dumps(row), flush=True)


# -------------------------------------------------------------------------- the machine


def machine(results, options):
    """Measure one evaluation against the peak of a matrix product, in alternation."""
    work, matrices = {}, {}
    for precision in sorted(set(_precisions().values()), reverse=True):
        objective = methods.objective_of("cat", "night_sky", options.size, precision=precision)
        work[precision] = partial(objective.evaluate, objective.content)
        matrices[precision] = torch.rand(2, 2048, 2048).to(getattr(torch, precision))
    with FlopCounterMode(display=False) as counter:  # which cannot count in `evaluate`
        objective(objective.content.clone().requires_grad_())["total"].backward()
    evaluations, products = ({precision: [] for precision in work} for _ in range(2))
    for _ in range(12):
        for precision, (a, b) in matrices.items():
            evaluations[precision].append(_seconds(work[precision]))
            products[precision].append(_seconds(lambda a=a, b=b: a @ b))
    rows = {}
    for precision in work:
        peak = 2 * 2048**3 / statistics.median(products[precision])
        seconds = statistics.median(evaluations[precision])
        share = counter.get_total_flops() / seconds / peak
        rows[precision] = {"seconds": seconds, "gflops_peak": peak / 1e9, "share_of_peak": share}
    # With as many steps as by default. The second photograph is square.
    run, square = (_process(options.size, 150, *pair) for pair in CHOOSING[:2])
    results["machine"] = {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "torch": torch.__version__,
        "size": options.size,
        "gflop_of_an_evaluation": counter.get_total_flops() / 1e9,
        "precisions": rows,
        "exactness": exactness("cpu", options.size, ON_CPU),
        "first_picture_seconds": run["first"],
        "megabytes_of_a_run": run["megabytes"],
        "megabytes_of_a_square_run": square["megabytes"],
    }
    print(json.dumps(results.values["machine"]), flush=True)


def sizes(results, options):
    """Measure time and memory of an evaluation at several sizes, each in a new process."""
    rows = []
    for size, recompute in [*((size, False) for size in SIZES), (SIZES[-1], True)]:
        run = _process(size, 5, *CHOOSING[0], recompute)  # its last two steps are timed
        rows.append({"size": size, "recompute": recompute, **run})
        results["sizes"] = rows
        print(json.dumps(rows[-1]), flush=True)


def on_gpu(results, options):
    """Measure what is asked of a GPU, where CUDA has one; all other parts run on the CPU."""
    if torch.cuda.is_available():
        found = {}
        for name, value in gpu.measure("cuda", peer=options.peers > 0):
            found[name] = value
            results["gpu"] = found
            print(json.dumps({name: value}), flush=True)
    else:
        print("No GPU that CUDA can use: its part is left out.")


def _process(*arguments):
    code = f"import benchmarks.__main__ as b; b.one_run{arguments}"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8")
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return json.loads(done.stdout.splitlines()[-1])


def one_run(size, steps, content, style, recompute=False):
    """Print the seconds of an evaluation and the memory above the imports, as JSON."""
    import torchvision  # noqa: F401, its memory is not counted

    before = _peak()
    began = time.perf_counter()
    times = [began]
    transfer = methods.StyleTransfer(content, style, size=size, steps=steps, device="cpu")
    transfer.extractor.recompute = recompute
    for _ in transfer:
        times.append(time.perf_counter())
    taken = [b - a for a, b in zip(times[-3:], times[-2:], strict=False)]
    result = {
        "first": times[1] - began,
        "seconds": statistics.median(taken),
        "megabytes": _peak() - before,
        "pixels": math.prod(transfer.content.shape[2:]),
    }
    print(json.dumps(result))


def _peak():
    """Return the most megabytes that this process has had; a child inherits `ru_maxrss`."""
    try:
        status = Path("/proc/self/status").read_text(encoding="utf-8")
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) / 1024
    except OSError:
        import resource  # which Windows lacks

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _seconds(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _processor():
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
