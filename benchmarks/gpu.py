"""What a GPU is asked for: its rate, what it reaches, what it holds, and how exact it is."""

import math
import time

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import methods
from benchmarks.exactness import ON_GPU, PAIR, exactness
from nst_helpers import StyleTransfer


def measure(device, size=512, large=1024, largest=4096, evaluations=300, peer=True):
    """Return a dictionary of results; rates are those of the second half of a run.

    Args:
        device: `"cuda"`; on another one, memory is not measured.
        size: of rates and of the run until equal quality.
        large: of the share of the peak.
        largest: of the run whose memory is measured.
        evaluations: of the plain loop, whose best picture sets the quality.
        peer: whether `neural-style` is there, to be run too.
    """
    objective = methods.objective_of(*PAIR, size, device)
    plain = list(methods.plain(*PAIR, size, evaluations, device))
    _, best, loss = min(plain, key=lambda row: row[2])
    share = methods.kept(best, objective.content)
    rates = {"plain": _rate([seconds for seconds, *_ in plain])}
    for way, precision in (("bfloat16", "bfloat16"), ("package", None)):  # which warms up
        pictures = methods.package(*PAIR, size, evaluations, device, precision)
        rates[way] = _rate([seconds for seconds, *_ in pictures])
    pictures = methods.package(*PAIR, size, evaluations, device)
    package = methods.reached(pictures, loss, share, objective)
    results = {
        "name": torch.cuda.get_device_name(device) if torch.cuda.is_available() else device,
        "size": size,
        "rates": rates,
        "reached": package["reached"],
        "seconds": package["curve"][-1][0],
        "large": large,
        **_share_of_peak(device, large, steps=evaluations // 5),
        "largest": largest,
        "gigabytes": _gigabytes(device, largest),
        "exactness": exactness(device, size, ON_GPU, steps=evaluations // 3),
    }
    if peer:
        pictures = methods.neural_style(objective, evaluations)
        rate = _rate([seconds for seconds, *_ in pictures])
        results["rates"]["peer"] = 10 * rate  # a picture every ten
    return results


def _rate(times):
    """Return how many came in a second, in the second half of a run."""
    half = times[len(times) // 2 :]
    return (len(half) - 1) / (half[-1] - half[0])


def _share_of_peak(device, size, steps):
    settings = {"stages": 1, "device": device, "precision": "bfloat16"}
    transfer = StyleTransfer(*PAIR, size=size, steps=steps, **settings)
    rate = _rate([step.seconds for step in transfer])
    # Counted at half the size, where no activation is computed twice to save memory.
    objective = transfer.objective(size // 2)
    image = objective.content.to(device, copy=True).requires_grad_()
    with FlopCounterMode(display=False) as counter:
        objective(image)["total"].backward()
    a, b = torch.rand(2, 8 * size, 8 * size, device=device).to(torch.bfloat16)
    times = []
    for _ in range(12):
        times.append(time.perf_counter())
        (a @ b)[0, 0].item()  # waits for the product
    peak = 2 * (8 * size) ** 3 * _rate(times)
    return {"large_rate": rate, "share_of_peak": 4 * rate * counter.get_total_flops() / peak}


def _gigabytes(device, size):
    if torch.device(device).type != "cuda":
        return math.nan
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_reserved(device)
    for _ in StyleTransfer(*PAIR, size=size, steps=25, stages=1, device=device):
        pass
    return (torch.cuda.max_memory_reserved(device) - before) / 1e9
