"""Without a GPU, a recorder stands in for CUDA's graphs: it too replays operations, not Python."""

import collections
import contextlib
import itertools
from types import SimpleNamespace

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from nst_helpers import StyleTransfer
from nst_helpers.engine import schedule, transfer
from nst_helpers.engine.optimizers import PixelLBFGS
from nst_helpers.runtime import graphs
from runs import make

CUDA = SimpleNamespace(device=torch.device("cuda"))  # all that is asked of a picture before


class NoReadBack(TorchDispatchMode):
    """Refuses what makes Python wait for the numbers on a GPU."""

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        aten = torch.ops.aten
        waiting = (aten._local_scalar_dense, aten.nonzero, aten.masked_select, aten.equal)
        assert function.overloadpacket not in waiting, function
        return function(*args, **(kwargs or {}))


class Recorder(NoReadBack):
    """Keeps each operation with the tensors that it read and wrote, and can repeat them."""

    def __init__(self):
        super().__init__()
        self.operations, self.replays = [], 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        result = super().__torch_dispatch__(function, types, args, kwargs)
        self.operations.append((function, args, kwargs or {}, result))
        return result

    @torch.no_grad()
    def replay(self):
        self.replays += 1
        for function, args, kwargs, result in self.operations:
            for new, place in zip(
                tree_leaves(function(*args, **kwargs)), tree_leaves(result), strict=True
            ):
                if isinstance(new, torch.Tensor) and new.data_ptr() != place.data_ptr():
                    place.copy_(new)  # where it was recorded


@pytest.fixture
def recorders(monkeypatch):
    """Put recorders in the place of CUDA's graphs, and return the list of those in use."""
    made = []

    class Stream:
        def wait_stream(self, other):
            pass

    def make():
        made.append(Recorder())
        return made[-1]

    for name, stand_in in {
        "Stream": lambda device: Stream(),
        "current_stream": lambda device: Stream(),
        "stream": lambda stream: contextlib.nullcontext(),
        "CUDAGraph": make,
        "graph": lambda graph, stream, capture_error_mode: graph,
    }.items():
        monkeypatch.setattr(torch.cuda, name, stand_in)
    return made


def test_python_never_waits_inside_a_step():
    transfer = StyleTransfer("cat", "night_sky", size=64, device="cpu")
    objective, optimizer = transfer.objective(64), PixelLBFGS(transfer.content)
    with NoReadBack():
        for _ in range(4):
            values, gradient = objective.evaluate(optimizer.image)
            optimizer.step(gradient)
        with pytest.raises(AssertionError, match="scalar"):
            values[-1].item()


@pytest.mark.parametrize(("precision", "recomputed"), [("float32", True), ("bfloat16", False)])
def test_a_recorded_run_is_the_run_bit_for_bit(
    recorders, bfloat16, monkeypatch, precision, recomputed
):
    if recomputed:  # as where memory is short: activations are computed once more on the way back
        monkeypatch.setattr(transfer, "is_ample", lambda needed, device: False)
    monkeypatch.setattr(schedule, "_SMALLEST_COARSE_SIZE", 32)
    painting = make(precision=precision)
    plain = list(painting)
    monkeypatch.setattr(transfer, "captured", graphs._record)
    assert list(painting) and not recorders  # which is asked for, or does not happen
    recorded = list(make(precision=precision, graph=True))
    # One for each size, replayed for each of its steps, and once to be compared.
    sizes = collections.Counter(max(step.image.shape[2:]) for step in plain)
    assert sizes == {32: 2, 64: 6}
    assert [recorder.replays for recorder in recorders] == [1 + 2, 1 + 6]
    for ours, theirs in zip(recorded, plain, strict=True):
        assert torch.equal(ours.image, theirs.image)
        assert ours.losses == theirs.losses


def test_results_stay_when_the_next_picture_comes(recorders):
    double = graphs._record(lambda picture: (2 * picture, picture.sum()), torch.ones(1, 3, 2, 2))
    first, first_sum = double(torch.full((1, 3, 2, 2), 3.0))
    double(torch.full((1, 3, 2, 2), 5.0))
    assert first.unique().tolist() == [6] and first_sum == 36


def test_a_recording_with_other_numbers_is_not_used(recorders):
    different = itertools.count(1)
    with pytest.raises(RuntimeError, match="numbers differ"):
        graphs._record(lambda picture: (next(different) * picture,), torch.ones(1, 3, 2, 2))


def test_a_recording_of_a_loss_that_is_not_finite_is_used(recorders):
    """The run reports it."""
    work = graphs._record(lambda picture: (picture / 0,), torch.ones(1, 3, 2, 2))
    assert work(torch.ones(1, 3, 2, 2))[0].isinf().all()


def test_all_recordings_share_a_stream(recorders, monkeypatch):
    """A new one each time would keep memory of its own for ever."""
    made, stream = [], torch.cuda.Stream
    monkeypatch.setattr(torch.cuda, "Stream", lambda device: made.append(device) or stream(device))
    graphs._side_stream.cache_clear()
    for _ in range(3):
        graphs._record(lambda picture: (2 * picture,), torch.ones(1, 3, 2, 2))
    graphs._side_stream.cache_clear()
    assert len(made) == 1


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("CUDA error: operation not permitted when stream is capturing\nmore"),
        torch.OutOfMemoryError("CUDA out of memory."),
    ],
)
def test_without_a_graph_the_run_goes_on_and_says_so_in_one_line(monkeypatch, error):
    def fail(work, picture):
        raise error

    monkeypatch.setattr(graphs, "_record", fail)
    work = object()
    with pytest.warns(UserWarning, match="No CUDA graph .*started one by one") as caught:
        assert graphs.captured(work, CUDA) is work
    assert len(caught) == 1 and "\n" not in str(caught[0].message)


def test_elsewhere_nothing_is_recorded(recorders):
    work = object()
    assert graphs.captured(work, torch.ones(1, 3, 2, 2)) is work and not recorders
