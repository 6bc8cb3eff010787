"""An evaluation as one CUDA graph: a GPU is faster than Python can tell it what to do."""

from collections.abc import Callable
from typing import TypeAlias

import torch

from nst_helpers.errors import reason, tell

_TOLERANCE = 1e-2  # relative; convolutions in TF32 carry three digits

Work: TypeAlias = Callable[[torch.Tensor], tuple[torch.Tensor, ...]]


def captured(work: Work, picture: torch.Tensor) -> Work:
    """Return a function with the results of `work` that Python starts at once, if on CUDA.

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
    stream = torch.cuda.Stream(picture.device)
    stream.wait_stream(torch.cuda.current_stream(picture.device))
    with torch.cuda.stream(stream):
        for _ in range(3):  # in the first calls, libraries set themselves up
            expected = work(still)
    torch.cuda.current_stream(picture.device).wait_stream(stream)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph, stream=stream):
        results = work(still)

    def replay(picture: torch.Tensor) -> tuple[torch.Tensor, ...]:
        still.copy_(picture)
        graph.replay()
        return tuple(result.clone() for result in results)  # the next replay overwrites them

    for result, wanted in zip(replay(picture), expected, strict=True):
        # A result that is not finite compares as false: the run reports it, not the recording.
        if (result - wanted).norm() > _TOLERANCE * wanted.norm():
            raise RuntimeError("its numbers differ")
    return replay
