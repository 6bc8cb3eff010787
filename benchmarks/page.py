"""The page with the results: tables, plots, and what limits each case."""

import itertools
import math
import statistics
from collections import Counter

from matplotlib.figure import Figure

from nst_helpers.engine.schedule import content_emphasis
from nst_helpers.plots import plot_races

_WAYS = {
    "package": "this package",
    "float32": "this package in float32",
    "graph": "this package with a graph",
    "bfloat16": "this package in bfloat16",
    "bfloat16_graph": "this package in bfloat16 with a graph",
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
    if "others" in results:
        parts.append(_others(results["others"]))
    if "ladder" in results:
        parts.append(_ladder(results["pairs"], results["ladder"]))
    if "ablation" in results:
        parts += [_filter(results["ablation"]), _one_step_more(results["ablation"])]
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
    rows, less = [], []
    early = [_early(row) for row in pairs]
    for row, soon in zip(pairs, early, strict=True):
        if row["package"]["reached"]:
            less.append(row["package"]["work"] / row["plain"]["work"])
        rows.append(_row(row, f"{soon:.2f}", _peer(row)))
    work = statistics.median(less) if less else math.nan
    first = pairs[0]["plain"]
    took, _ = first["curve"][-1]
    table = "\n".join(rows)
    in_float32 = ""
    if any("float32" in row for row in pairs):
        in_float32 = (
            "Told to compute in float32, which it does on a processor\nwithout instructions for "
            f"bfloat16, it needs {_spread(pairs, 'float32')} of the time.\n"
        )
    return f"""## Until equal quality

The reference is a plain loop: torch's L-BFGS at one size, 256 pixels, clamped in its closure, the
network frozen, in float32, with the same network, pictures and losses; its best picture in 300
evaluations sets the loss to reach, which is judged in float32 whatever a method computes in. The
package is timed until its picture has this loss and keeps the content as well: the correlation of
its blurred edges with those of the photograph is at most 0.03 lower. It is called with
`steps=300`, of which 30 are at half the size and 60 at three quarters of it, and all else at its
defaults. Both times include setting up the network.

Of two shares of the content kept, the first is the plain loop's. "{first["count"]}: {took:.0f} s"
is {first["count"]} evaluations in {took:.0f} seconds. The columns "time", "in float32" and "to 100"
are shares of the plain loop's time.

| pictures | loss | content kept | plain loop | this package | time | in float32 | to 100 | peer |
|---|---|---|---|---|---|---|---|---|
{table}

Where the package gets there, it needs {_spread(pairs, "package")} of the time, and
{work:.2f} of the evaluations, of which one at half the size counts as a quarter.
{in_float32}"To 100" asks less: the time to the loss, whatever the content, that the plain loop has
after its first {_EARLY} evaluations, as a share of the time of these; each method computes the loss
itself. Its median is {statistics.median(early):.2f}.

The peer, `neural-style` 0.5.7, is run as it is, in a process of its own, at the same weights. Its
time begins with its first step. Its smoothing is another one and is off, so it is judged by content
and style alone, which favours it: its curve below is of these two, and the loss that it has to
reach lies below the grey line, which is for the others. Its pictures come every 10 evaluations.

![Loss over seconds for each pair of pictures](speed_loss.png)"""


def _others(pairs):
    table = "\n".join(map(_row, pairs))
    in_float32 = ""
    if any("float32" in row for row in pairs):
        in_float32 = f";\nin float32, {_spread(pairs, 'float32')}"
    return f"""### On pictures that were not used for tuning

The constants of the package were tuned on the six pairs above. These six were looked at only when
that was done: calm and busy photographs, upright, wide and square, and paintings of other hands and
other seeds. Some are no gallery pictures, but come with scikit-image; "upright" is the middle of a
wide one.

| pictures | loss | content kept | plain loop | this package | time | in float32 |
|---|---|---|---|---|---|---|
{table}

Where the package gets there, it needs {_spread(pairs, "package")} of the time{in_float32}."""


def _row(pair, *more):
    """Return a pair's line of a table, with further cells at its end."""
    plain, ours = pair["plain"], pair["package"]
    ratios = [_ratio(pair, way) for way in ("package", "float32")]
    cells = [
        f"{pair['content']}, {pair['style']}",
        f"{pair['loss']:.2f}",
        f"{pair['kept']:.2f} → {ours['kept']:.2f}",
        f"{plain['count']}: {plain['curve'][-1][0]:.0f} s",
        _ours(pair),
        *(f"{ratio:.2f}" if ratio else "" for ratio in ratios),
        *more,
    ]
    return "| " + " | ".join(cells) + " |"


def _ratio(row, way):
    """Return the share of the plain loop's time, or None where the quality is not reached."""
    if way in row and row[way]["reached"]:
        return row[way]["curve"][-1][0] / row["plain"]["curve"][-1][0]
    return None


def _spread(pairs, way):
    found = [ratio for ratio in (_ratio(row, way) for row in pairs) if ratio]
    median = statistics.median(found) if found else math.nan
    spread = f"{min(found):.2f} to {max(found):.2f}" if found else "none"
    return f"{median:.2f} (median; {spread}; {len(found)} of {len(pairs)} pairs)"


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


_RUNGS = {
    "plain": "torch's L-BFGS at one size, the plain loop",
    "unfiltered": "`PixelLBFGS` without its filter",
    "one size": "the filter",
    "two sizes": "30 steps at half the size",
    "three sizes": "60 steps at three quarters: this package in float32",
    "package": "the network in bfloat16: this package on this processor",
}


def _ladder(pairs, rungs):
    """Return the table of what each part brings; some rungs lie with the pairs."""
    lines = []
    found = [{**pair, **own} for pair, own in zip(pairs, rungs, strict=False)]
    for row in found:
        row["three sizes"] = row.get("float32", row["package"])
    default = any("float32" in row for row in found)
    for rung, name in _RUNGS.items():
        if rung != "package" or default:
            works = [row[rung]["work"] if row[rung]["reached"] else math.inf for row in found]
            median = statistics.median(works)
            cells = [_work(row[rung], row["loss"]) for row in found]
            share = f"{median:.0f}" if median < math.inf else "not reached"
            lines.append(f"| {name} | {share} | " + " | ".join(cells) + " |")
    heads = " | ".join(f"{row['content']}, {row['style']}" for row in found)
    more = content_emphasis(128, 256, steps=300)
    table = "\n".join(lines)
    cheaper = " An evaluation in\nbfloat16 takes less time than one in float32." if default else ""
    return f"""## What each part brings

The same quality again. Each line adds one part of the method to those above it. `PixelLBFGS` brings
three changes at once: no line search, pixels that are clamped after each step, and the doubled γ.
With each smaller size the content also weighs more there, at half the size {more:.0f} times as
much. The numbers are not times but work, in evaluations of the full size; one of half the pixels
counts as half of one.

| | median | {heads} |
|---|---|{"---|" * len(found)}
{table}

"Content not kept" is said where only the loss was reached. In the median, a pair that does not get
there counts as infinitely much work.{cheaper}"""


def _work(run, loss):
    if run["reached"]:
        return f"{run['work']:.0f}"
    number, _ = _first_below(run["curve"], loss)
    return "content not kept" if number else f"not in {run['work']:.0f}"


def _filter(runs):
    with_it = {_place(run): run for run in runs if run["low_pass"]}
    without = {_place(run): run for run in runs if not run["low_pass"]}
    places = [place for place in without if place in with_it]
    steps = sorted({number for number, _ in places})
    totals, pairs, lower, fuller, higher = [], {}, 0, 0, []
    for number in steps:
        both = [(with_it[place], without[place]) for place in places if place[0] == number]
        ratios = [a["loss"] / b["loss"] for a, b in both]
        shares = [
            statistics.median(run["kept"] for run in runs) for runs in zip(*both, strict=True)
        ]
        gains = sum(ratio < 1 for ratio in ratios), sum(a["kept"] > b["kept"] for a, b in both)
        lower, fuller = lower + gains[0], fuller + gains[1]
        cells = [
            f"{number}",
            f"{both[0][0]['low_pass']:.0f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})",
            f"{gains[0]} of {len(both)}",
            *(f"{share:.2f}" for share in shares),
            f"{gains[1]} of {len(both)}",
        ]
        totals.append("| " + " | ".join(cells) + " |")
        for a, b in both:
            loss, kept = (f"{a[name]:.2f}, {b[name]:.2f}" for name in ("loss", "kept"))
            pairs.setdefault(_place(a)[1], []).append(f"{loss} | {kept}")
            if a["loss"] >= b["loss"]:
                higher.append(f"{_place(a)[1]} at {number} steps")
    rows = "\n".join(f"| {pair} | {' | '.join(cells)} |" for pair, cells in pairs.items())
    totals = "\n".join(totals)
    heads = "".join(f" loss, {number} steps | kept |" for number in steps)
    size = runs[0]["size"]
    but = f", but not that of {'; '.join(higher)}" if higher else ""
    return f"""## With the filter and without it

The optimiser, `PixelLBFGS`, begins with a low-pass filter, which is weaker in longer runs. Each
pair is painted at {size} pixels with the package's defaults, and once more with a strength of 0.
All else is the same: stages, weights, no line search and the doubled γ. The loss is that of a run's
best picture at the full size, judged in float32; the content kept is measured as above. Given is
the median of the pairs, and of the ratio also the smallest and the largest.

| steps | strength | loss with / without | lower with | content kept with | without | more with |
|---|---|---|---|---|---|---|
{totals}

Of {len(places)} losses, {lower} are lower with the filter{but}.
More of the content is kept with it {fuller} times: a short run without it is still near the
photograph, where it began, and so keeps much of it. In a long run the filter lowers the loss a
little, and most pairs keep less of the content with it.

The pairs, in each cell with the filter and without it:

| pictures |{heads}
|---|{"---|---|" * len(steps)}
{rows}"""


def _one_step_more(runs):
    runs = {_place(run): run for run in runs if run["low_pass"]}
    counts = Counter(pair for _, pair in runs)
    pairs = [pair for pair, count in counts.items() if count == max(counts.values())]
    steps = sorted(number for number, pair in runs if pair == pairs[0])
    found = [[runs[number, pair] for pair in pairs] for number in steps]
    table = "\n".join(
        f"| {number} | {row[0]['low_pass']:.0f} | "
        + " | ".join(f"{run['loss']:.2f} | {run['kept']:.2f}" for run in row)
        + " |"
        for number, row in zip(steps, found, strict=True)
    )
    heads = "".join(f" {pair}: loss | kept |" for pair in pairs)
    neighbours = [
        (a, b)
        for rows in itertools.pairwise(found)
        for a, b in zip(*rows, strict=True)
        if b["steps"] == a["steps"] + 1
    ]
    loss = max((abs(b["loss"] / a["loss"] - 1) for a, b in neighbours), default=math.nan)
    kept = max((abs(b["kept"] - a["kept"]) for a, b in neighbours), default=math.nan)
    return f"""## One step more

The strength of the filter, the stages and the weight of the content in them depend on the number of
steps (`nst_helpers/engine/schedule.py`) and go over smoothly from a short run to a long one. Where
one step is added in this table, the loss changes by at most {loss:.1%}, and the content kept by at
most {kept:.3f}; two runs part in any case, as the table of precisions shows.

| steps | strength |{heads}
|---|---|{"---|---|" * len(pairs)}
{table}"""


def _place(run):
    return run["steps"], f"{run['content']}, {run['style']}"


def _sizes(sizes):
    again = {True: ", computed again", False: ""}
    rows = "\n".join(
        f"| {row['size']}{again[row.get('recompute', False)]} | {row['seconds']:.2f} s "
        f"| {row['seconds'] / row['pixels'] * 1e6:.1f} µs "
        f"| {row['megabytes']:.0f} MB | {row['megabytes'] / row['pixels'] * 1e3:.1f} kB |"
        for row in sizes
    )
    return f"""## Cost against size

The cat in the night sky; the longer side in pixels, and the memory above the imports.

| size | an evaluation | for each pixel | memory of a run | for each pixel |
|---|---|---|---|---|
{rows}

Each run has five steps, of which the last two are timed. Memory grows no faster than the pixels;
the optimiser's forty moves, of which such a run has not many yet, add another 0.5 kB for each. A
pixel of a large picture takes somewhat longer than one of a small one. Where a run would need more
than half of the memory that is free, the activations of the network are not kept but computed again
on the way back, block by block: a third more arithmetic, and less memory. The last line shows it.

![Seconds and memory of an evaluation against the number of pixels](speed_size.png)"""


def _gpu(m):
    done = """## On a GPU

What is done for CUDA: the activations are laid out channels last; the losses are read once a step,
after the optimiser's operations were started. Convolutions are computed in TF32 where torch does so
by default, and the whole network in bfloat16 where asked to. With `graph=True`, an evaluation is
recorded once and replayed as one CUDA graph, which is first compared with the plain evaluation, and
a warning says where there is no graph."""
    if m is None:
        return f"""{done} The tests run all this but TF32 on the
CPU, where a recorder of operations takes the place of the graph.

Nothing was measured, and nothing has run on a GPU: there was none at hand. So the default is the
plain way, and the graph is an option. Where there is a GPU, these two commands test and measure it,
with the results that matter most first. Besides the package they need pytest, SciPy and Matplotlib:

    python -m pytest -o addopts= -m cuda tests/runtime/test_cuda.py
    python -m benchmarks --only gpu"""
    package = m["rates"]["package"]
    rows = "\n".join(
        f"| {_WAYS[way]} | {rate:.0f} | {package / rate:.1f} | {_reached_by(way, m)} |"
        for way, rate in m["rates"].items()
    )
    rest = ""  # of what was measured before the time was up
    if "share_of_peak" in m:
        shares = " and ".join(f"{share:.0%} ({way})" for way, share in m["share_of_peak"].items())
        rest += f"""At {m["large"]} x {m["large"]} a step in bfloat16 runs at {shares} of the rate
of a matrix product in bfloat16. """
    if "frames" in m:
        rest += f"""Each picture of {m["size"]} pixels made a JPEG, as the studio does,
{m["frames"]:.0f} are painted in a second. """
    if "gigabytes" in m:
        rest += f"""A picture of {m["largest"]} x {m["largest"]}, whose activations are computed
again on the way back, takes {m["gigabytes"]:.0f} GB."""
    if "exactness" in m:
        rest += f"\n\n{_exactness(m['exactness'])}"
    return f"""{done}

Measured on {m["name"]}, {m["size"]} x {m["size"]} pixels, torch {m["torch"]}. Where nothing else is
said, the network is in float32, its convolutions in TF32. The last column is the time until the
quality of the plain loop, warmed up and loading included:

| | evaluations a second | this package's rate over it | equal quality |
|---|---|---|---|
{rows}

{rest}"""


def _reached_by(way, measured):
    run = measured.get("until_equal_quality", {}).get(way)
    if run is None:
        return ""
    return f"{'' if run['reached'] else 'not in '}{run['seconds']:.1f} s"


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
        kept = [row for row in sizes if not row.get("recompute")]
        axes.loglog([r["pixels"] for r in kept], [r[name] for r in kept], "ko-")
        for row in kept:
            axes.annotate(
                row["size"], (row["pixels"], row[name]), (0, 6), textcoords="offset points",
                ha="right", fontsize=8,
            )  # fmt: skip
        axes.set(xlabel="pixels", ylabel=unit)
        axes.margins(0.12)
    figure.axes[0].set_title("one evaluation", fontsize=10)
    figure.axes[1].set_title("memory of a run", fontsize=10)
    return figure
