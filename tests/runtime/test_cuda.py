"""What only a GPU can show; elsewhere all of this is skipped.

On a machine with few packages: `python -m pytest -o addopts= -m cuda tests/runtime/test_cuda.py`.
"""

import itertools
import warnings

import pytest
import torch

from benchmarks.exactness import tf32
from nst_helpers import Diverged, InputError, StyleTransfer, style_transfer
from nst_helpers.engine import transfer
from nst_helpers.runtime import memory
from runs import SMALL, make, paint, relative_error

pytestmark = [
    pytest.mark.cuda,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU that CUDA can use"),
]
ON = {"device": "cuda"}
# The errors of a gradient beside float64 that the page of times has for the CPU, with some room.
BOUNDS = {"float32": 5e-3, "TF32": 0.15, "bfloat16": 0.3}


@pytest.mark.parametrize("name", list(BOUNDS))
def test_an_evaluation_is_that_of_the_cpu(name):
    precision = "bfloat16" if name == "bfloat16" else "float32"
    with tf32(name == "TF32"):
        painting = make(size=128, precision=precision, **ON)
        image = painting.content.flip(3)  # another picture than its target
        losses, gradient = painting.objective(128).evaluate(image.cuda())
    expected = make(size=128, precision="float32").objective(128).evaluate(image)
    assert relative_error(gradient.cpu(), expected[1]) < BOUNDS[name]
    assert relative_error(losses.cpu(), expected[0]) < BOUNDS[name] / 10


@pytest.mark.parametrize(
    "settings",
    [{}, {"optimizer": "adam"}, {"keep_colours": True}, {"pooling": "avg"}, {"start": "noise"}],
)
def test_a_run_ends_where_that_of_the_cpu_does(settings):
    settings = {**settings, "size": 128, "steps": 60, "precision": "float32"}
    ours, theirs = paint(**settings, **ON), paint(**settings)
    assert ours.losses["total"] == pytest.approx(theirs.losses["total"], rel=0.05)
    assert ours.image.device.type == "cpu" and ours.settings["device"] == "cuda"
    first = ours.history["total"][0], theirs.history["total"][0]
    assert first[0] == pytest.approx(first[1], rel=1e-2)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("settings", [{}, {"keep_colours": True}, {"size": 1024}])
def test_a_graph_gives_the_numbers_of_the_plain_way(recwarn, precision, settings):
    settings = {"steps": 12, "stages": 1, "precision": precision, **ON, **settings}
    plain, recorded = (list(make(graph=graph, **settings)) for graph in (False, True))
    assert not [warning for warning in recwarn if "No CUDA graph" in str(warning.message)]
    for ours, theirs in zip(recorded[:3], plain[:3], strict=True):
        assert ours.losses == pytest.approx(theirs.losses, rel=1e-2)
    assert recorded[-1].losses["total"] == pytest.approx(plain[-1].losses["total"], rel=0.05)
    assert not torch.equal(recorded[0].image, recorded[-1].image)  # a replay overwrites nothing


def test_steering_reaches_a_graph():
    painting = make(graph=True, **ON)
    steps = []
    for step in painting:
        steps.append(step)
        if step.index == 3:
            painting.steer(style=0, variation=0)
    for step in steps[4:]:
        assert step.losses["total"] == pytest.approx(step.losses["content"], rel=1e-4)


@pytest.mark.parametrize("graph", [False, True])
def test_a_loss_that_is_not_a_number_stops_the_run(monkeypatch, graph):
    variation_loss = "nst_helpers.engine.objective.variation_loss"
    monkeypatch.setattr(variation_loss, lambda image: image.sum() * float("nan"))
    with pytest.raises(Diverged, match="no longer a finite number"):
        paint(graph=graph, **ON)


@pytest.mark.parametrize("graph", [False, True])
def test_a_memory_that_is_full_is_said_and_freed(monkeypatch, graph):
    paint(**ON)  # what the libraries take once
    torch.cuda.empty_cache()
    before = torch.cuda.memory_allocated()
    total = torch.cuda.mem_get_info()[1]
    monkeypatch.setattr(memory, "available", lambda device: float("inf"))  # it is found too late
    captured = transfer.captured

    def leave(room):
        torch.cuda.set_per_process_memory_fraction((torch.cuda.memory_reserved() + room) / total)

    def captured_without_room(work, picture):
        leave(2**26)
        return captured(work, picture)

    monkeypatch.setattr(transfer, "captured", captured_without_room)
    try:
        if not graph:
            leave(2**28)
        with pytest.raises(InputError, match=r"memory of cuda.* is full at size 1024"):
            with warnings.catch_warnings(record=True) as told:
                for _ in make(size=1024, stages=1, graph=graph, **ON):
                    pass
        assert any("No CUDA graph" in str(each.message) for each in told) == graph
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert torch.cuda.memory_allocated() < before + 2**26
    paint(**ON)


def test_a_run_that_cannot_fit_is_refused():
    taken = torch.empty(torch.cuda.mem_get_info()[0] - 2**30, dtype=torch.uint8, **ON)
    with pytest.raises(InputError, match=r"GB are free on cuda.*use size="):
        make(size=2048, **ON)
    del taken
    torch.cuda.empty_cache()


@pytest.mark.parametrize("size", [256, 512, 1024])
@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_the_estimate_of_memory_holds(size, precision):
    painting = make(size=size, steps=25, stages=1, precision=precision, **ON)
    torch.cuda.reset_peak_memory_stats()
    before = torch.cuda.memory_allocated()
    for _ in painting:
        pass
    assert torch.cuda.max_memory_allocated() - before <= painting.memory


def test_runs_one_after_the_other_keep_nothing():
    taken = []
    for _ in range(3):
        paint(graph=True, **ON)
        taken.append(torch.cuda.memory_allocated())
    assert taken[2] <= taken[1]


@pytest.mark.parametrize("order", [("cuda", "cpu"), ("cpu", "cuda")])
def test_a_run_goes_on_on_another_device(tmp_path, monkeypatch, order):
    settings = {**SMALL, "precision": "float32", "progress": False}
    settings["checkpoint"] = tmp_path / "run.checkpoint"
    first, second = ({**settings, "device": device} for device in order)
    resume = StyleTransfer.resume
    with monkeypatch.context() as stopped:
        stopped.setattr(
            StyleTransfer, "resume", lambda self, last: itertools.islice(resume(self, last), 6)
        )
        style_transfer("cat", "night_sky", **first)
    result = style_transfer("cat", "night_sky", **second)
    whole = style_transfer("cat", "night_sky", **{**second, "checkpoint": None})
    assert len(result.history["total"]) == 8 and result.settings["device"] == order[1]
    assert result.history["total"] == pytest.approx(whole.history["total"], rel=0.02)
