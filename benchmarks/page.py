"""The page with the results: tables, plots, and what limits each case."""

import math
import statistics

from matplotlib.figure import Figure

from nst_helpers.plots import plot_races

_WAYS = {
    "package": "this package",
    "float32": "this package in float32",
    "bfloat16": "this package in bfloat16",
    "plain": "plain loop",
    "peer": "neural-style",
}
_EARLY = 100  # evaluations


def write(results, folder):
    """Write `speed.md` and its plots from what the benchmark kept.

    Args:
        results: the dictionary in `speed.json`; parts that were not run are left out.
        folder: a `Path`.
    """
    parts = ["# How fast is it?", _machine(results["machine"]) if "machine" in results else ""]
    if "pairs" in results:
        _loss_plot(results["pairs"]).savefig(folder / "speed_loss.png", dpi=110)
        parts.append(_pairs(results["pairs"]))
    if "sizes" in results:
        _size_plot(results["sizes"]).savefig(folder / "speed_size.png", dpi=110)
        parts.append(_sizes(results["sizes"]))
    parts.append(_gpu(results.get("gpu")))
    text = "\n\n".join(part for part in parts if part) + "\n"
    (folder / "speed.md").write_text(text, encoding="utf-8")


def _machine(m):
    precisions = "\n".join(
        f"| {name} | {row['seconds']:.2f} s | {row['gflops_peak']:.0f} billion a second "
        f"| {row['share_of_peak']:.0%} |"
        for name, row in m["precisions"].items()
    )
    default = (
        "This\nprocessor has instructions for bfloat16, so the package uses it."
        if "bfloat16" in m["precisions"]
        else "This\nprocessor has no instructions for bfloat16, so the package uses float32."
    )
    return f"""Measured by `uv run --with neural-style==0.5.7 python -m benchmarks`, which writes
this page, on {m["processor"]} with {m["cores"]} cores; torch {m["torch"]}. Seconds
differ from machine to machine, and on a shared machine from run to run; the ratios are from one
run each. All but the last part is measured on the processor alone.

One evaluation (VGG-16 to relu5_1 and back, cat at {m["size"]} pixels) is
{m["gflop_of_an_evaluation"]:.0f} billion floating-point operations. Beside its seconds, the rate at
which torch multiplies two matrices of 2048 x 2048 in the same precision on the same machine, and
the share of it that the evaluation reaches:

| network computed in | an evaluation | matrix product | share |
|---|---|---|---|
{precisions}

Arithmetic is the limit, and only fewer or cheaper evaluations make a picture faster. Above 100%,
torch's convolutions use the processor better than its product of matrices does. {default}

A run of 150 steps takes {m["megabytes_of_a_run"]:.0f} MB above `import torch, torchvision`, and one
of a square photograph {m["megabytes_of_a_square_run"]:.0f} MB, which differs by some megabytes from
run to run. The first picture is there after {m["first_picture_seconds"]:.1f} s, with the network
loaded from its file.

{_exactness(m["exactness"])}"""


def _pairs(pairs):
    rows, fewer = [], []
    ratios = {way: [_ratio(row, way) for row in pairs] for way in ("package", "float32")}
    early = [_early(row) for row in pairs]
    for row, ratio, in_float32, soon in zip(pairs, *ratios.values(), early, strict=True):
        plain, ours = row["plain"], row["package"]
        if ours["reached"]:
            fewer.append(ours["count"] / plain["count"])
        cells = [
            f"{row['content']}, {row['style']}",
            f"{row['loss']:.2f}",
            f"{row['kept']:.2f} → {ours['kept']:.2f}",
            f"{plain['count']}: {plain['curve'][-1][0]:.0f} s",
            _ours(row),
            f"{ratio:.2f}" if ratio else "",
            f"{in_float32:.2f}" if in_float32 else "",
            f"{soon:.2f}",
            _peer(row),
        ]
        rows.append("| " + " | ".join(cells) + " |")
    evaluations = statistics.median(fewer) if fewer else float("nan")
    table = "\n".join(rows)
    in_float32 = ""
    if any("float32" in row for row in pairs):
        in_float32 = (
            "Told to compute in float32, which it does on a processor\nwithout instructions for "
            f"bfloat16, it needs {_spread(ratios['float32'])} of the time.\n"
        )
    return f"""## Until equal quality

The reference is a plain loop: torch's L-BFGS at one size, 256 pixels, clamped in its closure, the
network frozen, in float32, with the same network, pictures and losses; its best picture in 300
evaluations sets the loss to reach, which is judged in float32 whatever a method computes in. The
package is timed until its picture has this loss and keeps the content as well: the correlation of
its blurred edges with those of the photograph is at most 0.03 lower. It is called with
`steps=300`, of which 30 are at half the size and 60 at three quarters of it, and all else at its
defaults. Both times include the loading of the network.

| pictures | loss | content kept | plain loop | this package | time | in float32 | to 100 | peer |
|---|---|---|---|---|---|---|---|---|
{table}

Where the package gets there, it needs {_spread(ratios["package"])} of the time, and
{evaluations:.2f} of the evaluations, of which one at half the size costs about a quarter, one at
three quarters about half. {in_float32}"To 100" asks less: the time to the loss, whatever the
content, that the plain loop has after its first {_EARLY} evaluations, as a share of the time of
these; its median is {statistics.median(early):.2f}.

The peer, `neural-style` 0.5.7, is run as it is, in a process of its own, at the same weights. Its
smoothing is another one and is off, so it is judged by content and style alone, which favours it:
its curve below is of these two, and the loss that it has to reach lies below the grey line, which
is for the others. Its pictures come every 10 evaluations.

![Loss over seconds for each pair of pictures](speed_loss.png)"""


def _ratio(row, way):
    """Return the share of the plain loop's time, or None where the quality is not reached."""
    if way in row and row[way]["reached"]:
        return row[way]["curve"][-1][0] / row["plain"]["curve"][-1][0]
    return None


def _spread(ratios):
    found = [ratio for ratio in ratios if ratio]
    median = statistics.median(found) if found else math.nan
    spread = f"{min(found):.2f} to {max(found):.2f}" if found else "none"
    return f"{median:.2f} (median; {spread}; {len(found)} of {len(ratios)} pairs)"


def _first_below(curve, loss):
    """Return which evaluation first has the loss, counted from 1, and after how many seconds."""
    rows = ((number, seconds) for number, (seconds, value) in enumerate(curve, 1) if value <= loss)
    return next(rows, (None, math.inf))


def _early(row):
    plain = row["plain"]["curve"][:_EARLY]
    _, seconds = _first_below(row["package"]["curve"], min(value for _, value in plain))
    return seconds / plain[-1][0]


def _ours(row):
    ours = row["package"]
    number, seconds = _first_below(ours["curve"], row["loss"])
    if number is None:
        return f"loss not reached after {ours['count']}: {ours['curve'][-1][0]:.0f} s"
    reached = f"{row['coarse'] + number}: {seconds:.0f} s"
    return reached if ours["reached"] else f"content not kept; loss alone {reached}"


def _peer(row):
    if "peer" not in row:
        return "not run"
    peer = row["peer"]
    seconds = f"{10 * peer['count']}: {peer['curve'][-1][0]:.0f} s"
    return seconds if peer["reached"] else f"not reached after {seconds}"


def _sizes(sizes):
    rows = "\n".join(
        f"| {row['size']} | {row['seconds']:.2f} s | {row['seconds'] / row['pixels'] * 1e6:.1f} µs "
        f"| {row['megabytes']:.0f} MB | {row['megabytes'] / row['pixels'] * 1e3:.1f} kB |"
        for row in sizes
    )
    return f"""## Cost against size

The cat in the night sky; the longer side in pixels, and the memory above the imports.

| size | an evaluation | for each pixel | memory of a run | for each pixel |
|---|---|---|---|---|
{rows}

Each run has five steps, of which the last two are timed. Memory grows no faster than the pixels;
the optimiser's forty moves, of which such a run has not many yet, add another 1 kB for each. A
pixel of a large picture takes somewhat longer than one of a small one. From a million pixels on,
the activations of the network are not kept but computed once more on the way back, block by block:
a third more arithmetic, and less memory for each pixel.

![Seconds and memory of an evaluation against the number of pixels](speed_size.png)"""


def _gpu(m):
    done = """## On a GPU

What is done for CUDA: an evaluation is recorded once and replayed as one CUDA graph, which is first
compared with the plain evaluation, and a warning says where there is no graph; the activations are
laid out channels last; the losses are read once a step, after the optimiser's operations, which are
not part of the graph, were started. Convolutions are computed in TF32 where torch does so by
default, and the whole network in bfloat16 where asked to. The tests run all this but TF32 on the
CPU, where a recorder of operations takes the place of the graph."""
    if m is None:
        return f"""{done}

Nothing was measured: there was no GPU at hand. Where there is one, the same command measures it."""
    rows = "\n".join(
        f"| {_WAYS[way]} | {rate:.0f} | {m['rates']['package'] / rate:.1f} |"
        for way, rate in m["rates"].items()
    )
    took = f"after {m['seconds']:.1f} s" if m["reached"] else f"not in {m['seconds']:.1f} s"
    return f"""{done}

Measured on {m["name"]}, {m["size"]} x {m["size"]} pixels:

| | evaluations a second | this package's rate over it |
|---|---|---|
{rows}

The quality of the plain loop is reached {took}, warmed up and loading included. At {m["large"]} x
{m["large"]} an evaluation in bfloat16 runs at {m["share_of_peak"]:.0%} of the rate of a matrix
product in bfloat16. A picture of {m["largest"]} x {m["largest"]} takes {m["gigabytes"]:.0f} GB.

{_exactness(m["exactness"])}"""


def _exactness(runs):
    rows = "\n".join(
        f"| {name} | {row['gradient_error']:.1e} | {row['loss']:.3f} "
        f"| {'' if name == 'float32' else _decibels(row['psnr'])} |"
        for name, row in runs.items()
    )
    return f"""| a run of 100 steps in | error of its last gradient | its last loss | its picture |
|---|---|---|---|
{rows}

The astronaut as a mosaic, at one size. The error is relative to the gradient in float64, in which
the loss is computed too. The last column is the peak signal-to-noise ratio between a run's picture
and that of the run in float32. Two runs part in any case, as the one shows that begins with one
pixel changed by one level of 255; their losses end near each other."""


def _decibels(psnr):
    return "the same" if psnr == math.inf else f"{psnr:.0f} dB"


def _loss_plot(pairs):
    races = {
        f"seconds ({row['content']}, {row['style']})": {
            name: tuple(zip(*row[way]["curve"], strict=True))
            for way, name in _WAYS.items()
            if way in row
        }
        for row in pairs
    }
    figure = plot_races(races, width=10)
    for axes, row in zip(figure.axes, pairs, strict=False):
        axes.axhline(row["loss"], color="0.8", linewidth=0.8)
    return figure


def _size_plot(sizes):
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    for axes, name, unit in zip(
        figure.subplots(1, 2), ("seconds", "megabytes"), ("seconds", "MB"), strict=True
    ):
        axes.loglog([r["pixels"] for r in sizes], [r[name] for r in sizes], "ko-")
        for row in sizes:
            axes.annotate(
                row["size"], (row["pixels"], row[name]), (0, 6), textcoords="offset points",
                ha="right", fontsize=8,
            )  # fmt: skip
        axes.set(xlabel="pixels", ylabel=unit)
        axes.margins(0.12)
    figure.axes[0].set_title("one evaluation", fontsize=10)
    figure.axes[1].set_title("memory of a run", fontsize=10)
    return figure
