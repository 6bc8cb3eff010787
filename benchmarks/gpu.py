"""What a GPU is asked for: its rate, what it reaches, what it holds, and how exact it is."""

import io
import math
import time
import warnings
from importlib.util import find_spec

import torch
from torch.utils.flop_counter import FlopCounterMode

from benchmarks import methods
from benchmarks.exactness import ON_GPU, PAIR, exactness
from nst_helpers import InputError, StyleTransfer, to_pil


def measure(device, size=512, large=1024, largest=4096, evaluations=300, peer=True):
    """Yield results by name, as `(name, value)`, those first that matter most.

    Args:
        device: `"cuda"`; on another one, memory is not measured.
        size: of rates and of the run until equal quality.
        large: of the share of the peak.
        largest: of the run whose memory is measured.
        evaluations: of the plain loop, whose best picture sets the quality.
        peer: whether to run `neural-style` too, if it is there.
    """
    yield "name", torch.cuda.get_device_name(device) if torch.cuda.is_available() else device
    yield "torch", torch.__version__
    yield "size", size
    ways = {
        "package": {},
        "graph": {"graph": True},
        "bfloat16": {"precision": "bfloat16"},
        "bfloat16_graph": {"precision": "bfloat16", "graph": True},
    }
    ways = {way: settings for way, settings in ways.items() if _does(device, size, settings)}
    rates = {}
    for way, settings in ways.items():
        rates[way] = _rate_of(device, size, evaluations, **settings)
        yield "rates", rates
    objective = methods.objective_of(*PAIR, size, device)
    plain = list(methods.plain(*PAIR, size, evaluations, device))
    _, best, loss = min(plain, key=lambda row: row[2])
    share = methods.kept(best, objective.content)
    rates["plain"] = _rate([seconds for seconds, *_ in plain])
    yield "rates", rates
    reached = {"plain": _until(plain, loss, share, objective)}
    for way, settings in ways.items():
        pictures = methods.package(*PAIR, size, evaluations, device=device, **settings)
        reached[way] = _until(pictures, loss, share, objective)
        yield "until_equal_quality", reached
    yield "large", large
    if "bfloat16" in ways:
        yield "share_of_peak", _share_of_peak(device, large, steps=evaluations // 5)
    yield "frames", _frames(device, size, evaluations)
    yield "exactness", exactness(device, size, ON_GPU, steps=evaluations // 3)
    if peer and find_spec("neural_style"):
        every = max(10, evaluations // 12)  # each picture is a file, which takes time
        pictures = methods.neural_style(objective, evaluations, every)
        rates["peer"] = every * _rate([seconds for seconds, *_ in pictures])
        yield "rates", rates
    yield "largest", largest
    yield "gigabytes", _gigabytes(device, largest)


def _does(device, size, settings):
    """Return whether a device does what the settings ask for; if not, say what it does."""
    with warnings.catch_warnings(record=True, action="always") as told:
        for _ in StyleTransfer(*PAIR, size=size, steps=2, stages=1, device=device, **settings):
            pass
    notes = [str(each.message) for each in told]
    other = [note for note in notes if "No CUDA graph" in note or "no instructions" in note]
    print(*other, sep="\n", end="\n" if other else "", flush=True)
    return not other


def _until(pictures, loss, share, objective):
    run = methods.reached(pictures, loss, share, objective)
    return {"reached": run["reached"], "seconds": run["curve"][-1][0]}


def _rate(times):
    """Return how many came in a second, in the second half of a run."""
    half = times[len(times) // 2 :]
    return (len(half) - 1) / (half[-1] - half[0])


def _rate_of(device, size, steps, **settings):
    pictures = methods.package(*PAIR, size, steps, device=device, stages=1, **settings)
    return _rate([seconds for seconds, *_ in pictures])


def _frames(device, size, steps):
    """Return how many pictures a second the studio could show, each as the JPEG that it sends."""
    transfer, times = StyleTransfer(*PAIR, size=size, steps=steps, stages=1, device=device), []
    for step in transfer:
        to_pil(step.image).save(io.BytesIO(), "JPEG", quality=85)
        times.append(step.seconds)
    return _rate(times)


def _share_of_peak(device, size, steps):
    settings = {"stages": 1, "device": device, "precision": "bfloat16"}
    rates = {}
    for way, graph in (("plain way", False), ("graph", True)):
        transfer = StyleTransfer(*PAIR, size=size, steps=steps, graph=graph, **settings)
        rates[way] = _rate([step.seconds for step in transfer])
    transfer.extractor.recompute = False  # what is computed twice to save memory, counts once
    # Counted at half the size, which takes less memory.
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
    return {way: 4 * rate * counter.get_total_flops() / peak for way, rate in rates.items()}


def _gigabytes(device, size):
    """Return the memory of a run whose activations are computed again on the way back."""
    if torch.device(device).type != "cuda":
        return math.nan
    torch.cuda.empty_cache()
    torch.cuda.reset_peak_memory_stats(device)
    before = torch.cuda.memory_reserved(device)
    try:
        transfer = StyleTransfer(*PAIR, size=size, steps=25, stages=1, device=device)
    except InputError as error:  # a smaller GPU
        print(error, flush=True)
        return math.nan
    transfer.extractor.recompute = True
    for _ in transfer:
        pass
    return (torch.cuda.max_memory_reserved(device) - before) / 1e9
