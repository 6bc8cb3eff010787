"""An evaluation as one CUDA graph: a GPU is faster than Python can tell it what to do."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import torch

from nst_helpers.errors import reason, tell

_TOLERANCE = 1e-2  # relative; convolutions in TF32 carry three digits

Work: TypeAlias = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]


def captured(work: Work, picture: torch.Tensor) -> Work:
    """Return a function that does what `work` does, started by one call on CUDA.

    The hundreds of operations of `work` are recorded as a CUDA graph, which replays them for
    every picture that follows. If the replay of the first picture does not give the numbers that
    `work` gives, or nothing can be recorded, a warning says so and `work` itself is returned. On
    other devices than CUDA it is always `work` itself.

    Args:
        work: a function of a picture that returns a tuple of tensors. It must not read numbers
            back from the device, and must do the same operations for every picture.
        picture: a tensor of the shape and on the device of those that follow.

    Example:
        >>> mean = captured(lambda picture: (picture.mean(),), torch.ones(1, 3, 4, 4))
        >>> mean(torch.zeros(1, 3, 4, 4))
        (tensor(0.),)

    Source: PyTorch's notes on CUDA semantics, section "CUDA Graphs".
    """
    if picture.device.type != "cuda":
        return work
    try:
        return _record(work, picture)
    except RuntimeError as error:
        tell(f"No CUDA graph ({reason(error)}): operations are started one by one, and slower.")
        return work


def _record(work: Work, picture: torch.Tensor) -> Work:
    still = picture.clone()  # a graph reads from the addresses at which it was recorded
    stream, graph = _side_stream(picture.device), torch.cuda.CUDAGraph()
    stream.wait_stream(torch.cuda.current_stream(picture.device))
    with torch.cuda.stream(stream):  # which is left, too, if the recording fails
        for _ in range(3):  # in the first calls, libraries set themselves up
            expected = work(still)
        # What other threads do, such as those of a notebook, does not end a recording.
        with torch.cuda.graph(graph, stream=stream, capture_error_mode="thread_local"):
            results = work(still)
    torch.cuda.current_stream(picture.device).wait_stream(stream)

    def replay(picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        still.copy_(picture)
        graph.replay()
        return tuple(result.clone() for result in results)  # the next replay overwrites them

    for result, wanted in zip(replay(picture), expected, strict=True):
        # A result that is not finite compares as false: the run reports it, not the recording.
        if (result - wanted).norm() > _TOLERANCE * wanted.norm():
            raise RuntimeError("its numbers differ")
    return replay


@lru_cache
def _side_stream(device: torch.device) -> torch.cuda.Stream:
    """Return the one stream for recordings: cuBLAS keeps memory for each stream for ever."""
    return torch.cuda.Stream(device)
