import gc
import itertools
import weakref
from pathlib import Path

import pytest
import torch

from nst_helpers import FeatureExtractor, InputError
from nst_helpers.engine import transfer
from nst_helpers.runtime import memory
from runs import SMALL, linux, make, paint, python

# Not by `ru_maxrss`, which a process inherits from the one that started it.
PEAK = r"""
    import re, resource, sys, torch
    from nst_helpers import StyleTransfer
    from nst_helpers.engine import transfer

    transfer.check_room = lambda size, needed, device: print(needed(size))
    size, steps, again, count = map(int, sys.argv[1:5])
    transfer.is_ample = lambda needed, device: not again
    precision, content_layers, *style_layers = sys.argv[5:]
    picture = torch.rand(1, 3, size, size)
    layers = {"content_layers": content_layers, "style_layers": style_layers}
    settings = {"steps": steps, "device": "cpu", "stages": 1, "precision": precision}
    masks = [picture] * count or None
    run = StyleTransfer(picture, [picture] * max(1, count), masks=masks, **settings, **layers)
    pages = open("/proc/self/statm", encoding="utf-8").read().split()[1]
    before = int(pages) * resource.getpagesize()
    list(map(id, run))
    status = open("/proc/self/status", encoding="utf-8").read()
    peak = re.search(r"VmHWM:\s+(\d+)", status)[1]
    print(int(peak) * 1024 - before)
"""

SETS_OF_LAYERS = {
    "usual": (transfer.CONTENT_LAYERS[0], *transfer.STYLE_LAYERS),
    "shallow": ("relu1_1", "relu1_1"),  # where most of the memory goes to the losses
    "whole block": ("relu1_2", "conv1_1", "relu1_1", "conv1_2", "relu1_2"),
}


# Each set of layers, each precision, and activations that are kept and that are computed again;
# where most layers are missing, a smaller size would measure what torch takes once.
@linux
@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:.*no instructions")
@pytest.mark.parametrize(
    ("layers", "size", "precision", "again", "masks"),
    [
        ("usual", 384, "float32", False, 0),
        ("usual", 384, "bfloat16", True, 0),
        ("usual", 384, "float32", True, 3),
        ("shallow", 512, "float32", True, 0),
        ("whole block", 512, "bfloat16", False, 0),
    ],
)
def test_the_estimate_of_memory_is_a_bound(layers, size, precision, again, masks):
    arguments = size, 2, int(again), masks, precision, *SETS_OF_LAYERS[layers]
    printed = python(PEAK, *map(str, arguments))
    estimate, peak = map(float, printed.split())
    print(estimate, peak)
    assert 0.45 * estimate < peak < estimate


def test_a_run_that_does_not_fit_is_refused(monkeypatch):
    monkeypatch.setattr(memory, "available", lambda device: 500 * 2**20)
    with pytest.raises(InputError, match=r"at size 1000 needs about .* GB .* are free on cpu: use"):
        paint(size=1000)
    with pytest.raises(InputError) as refused:
        paint(size=1000)
    largest = int(str(refused.value).split("size=")[1].split()[0])
    make(size=largest, steps=SMALL["steps"])
    with pytest.raises(InputError):
        make(size=int(largest * 1.02), steps=SMALL["steps"])
    monkeypatch.setattr(memory, "available", lambda device: 190 * 2**20)
    with pytest.raises(InputError, match="close other programs"):
        paint()


def test_activations_are_computed_again_where_memory_is_short(monkeypatch):
    """Then the run needs less; the largest size of which a message speaks fits with it."""
    free = 4000 * 2**20
    monkeypatch.setattr(memory, "available", lambda device: free)
    ample = make(size=700, precision="float32")
    assert not ample.extractor.recompute and ample.memory < free / 2
    free = 1.5 * ample.memory
    short = make(size=700, precision="float32")
    assert short.extractor.recompute and short.memory < ample.memory
    free = 0.9 * short.memory
    with pytest.raises(InputError) as refused:
        make(size=700, precision="float32")
    largest = int(str(refused.value).split("size=")[1].split()[0])
    assert make(size=largest, precision="float32").extractor.recompute


def test_a_gpu_counts_what_torch_has_put_aside(monkeypatch):
    values = {"mem_get_info": (1000, 9000), "memory_reserved": 500, "memory_allocated": 200}
    for name, value in values.items():
        monkeypatch.setattr(torch.cuda, name, lambda device, value=value: value)
    assert memory.available(torch.device("cuda")) == 1300
    assert memory.available(torch.device("xpu")) == float("inf")
    assert 2**20 < memory.available(torch.device("cpu")) < 2**50


def test_the_limits_of_control_groups_hold(tmp_path):
    def group(folder, **files):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (tmp_path / folder / name.replace("__", ".")).write_text(f"{text}\n", encoding="utf-8")

    assert list(memory._control_groups(tmp_path)) == []
    group("proc/self", cgroup="0::/user/jupyter\n4:memory:/user\n2:cpu,cpuacct:/")
    unlimited = {"memory__max": "max", "memory__current": 7, "memory__stat": "inactive_file 0"}
    group("sys/fs/cgroup/user/jupyter", **unlimited)
    stat = "anon 1\ninactive_file 30\nfile 9"
    group("sys/fs/cgroup/user", memory__max=100, memory__current=90, memory__stat=stat)
    version_1 = {"memory__limit_in_bytes": 50, "memory__usage_in_bytes": 60}
    stat = "inactive_file 1\ntotal_inactive_file 2"
    group("sys/fs/cgroup/memory", **version_1, memory__stat=stat)
    assert list(memory._control_groups(tmp_path)) == [40, 0]


def test_full_memory_is_said_and_given_back(monkeypatch):
    forward, alive = FeatureExtractor.forward, []

    def full_at(step):
        evaluated = itertools.count()

        def full(self, image):
            features = forward(self, image)
            if image.requires_grad and next(evaluated) == step:  # not for the targets
                alive.append(weakref.ref(image))
                raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB.")
            return features

        monkeypatch.setattr(FeatureExtractor, "forward", full)

    full_at(2)
    with pytest.warns(UserWarning, match="memory of cpu is full at size 64: .* picture of 2 steps"):
        assert len(paint().history["total"]) == 2
    full_at(0)
    with pytest.raises(InputError, match="memory of cpu is full") as kept:
        paint()
    assert [image() for image in alive] == [None, None] and kept
    monkeypatch.setattr(FeatureExtractor, "forward", forward)
    failed = RuntimeError("cuDNN error: CUDNN_STATUS_ALLOC_FAILED")
    with monkeypatch.context() as patch:  # other notebooks may hold the whole GPU
        patch.setattr(FeatureExtractor, "to", lambda *_: (_ for _ in ()).throw(failed))
        with pytest.raises(InputError, match="memory of cpu is full at size 64"):
            make()
    monkeypatch.setattr(FeatureExtractor, "forward", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        paint()
    other = RuntimeError("an illegal memory access was encountered")
    monkeypatch.setattr(FeatureExtractor, "forward", lambda *_: (_ for _ in ()).throw(other))
    with pytest.raises(RuntimeError, match="illegal"):
        paint()


def test_every_wording_of_full_memory_is_known():
    for full in (
        "[enforce fail at alloc_cpu.cpp:127] . DefaultCPUAllocator: can't allocate memory",
        "DefaultCPUAllocator: not enough memory: you tried to allocate 4194304 bytes.",
        "MPS backend out of memory (MPS allocated: 8.00 GB)",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "CUDA error: CUBLAS_STATUS_NOT_INITIALIZED when calling `cublasCreate(handle)`",
        "GET was unable to find an engine to execute this computation",
        "could not create a primitive",
    ):
        with pytest.raises(InputError, match="memory of cpu is full"):
            with memory.explain_full_memory(64, torch.device("cpu")):
                raise RuntimeError(full)
    other = (
        "could not create a primitive descriptor for a convolution forward propagation primitive"
    )
    with pytest.raises(RuntimeError, match="descriptor"):
        with memory.explain_full_memory(64, torch.device("cpu")):
            raise RuntimeError(other)


@pytest.mark.parametrize("kind", ["cuda", "xpu", "mps"])
def test_the_cache_of_every_accelerator_is_emptied(monkeypatch, kind):
    emptied = []
    monkeypatch.setattr(getattr(torch, kind), "empty_cache", lambda: emptied.append(kind))
    with pytest.raises(InputError, match=f"memory of {kind} is full"):
        with memory.explain_full_memory(64, torch.device(kind)):
            raise torch.OutOfMemoryError(f"{kind} out of memory")
    assert emptied == [kind]


@linux
@pytest.mark.slow
def test_memory_that_is_really_full_is_said():
    said = python("""
        import resource
        from nst_helpers import InputError, StyleTransfer
        transfer = StyleTransfer("cat", "night_sky", size=640, steps=2, stages=1, device="cpu")
        pages = open("/proc/self/statm", encoding="utf-8").read().split()[0]
        used = int(pages) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 2**20, resource.RLIM_INFINITY))
        try:
            list(transfer)
        except InputError as error:
            print(error)
    """)
    assert "memory of cpu is full at size 640: use a smaller size" in said


def test_many_runs_take_the_memory_of_one():
    def kept():
        gc.collect()
        tensors = sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
        used = Path("/proc/self/statm")
        pages = used.read_text(encoding="utf-8").split()[1] if used.exists() else 0
        return tensors, int(pages) * 4096

    paint(steps=2)
    tensors, used = kept()
    grown = []
    for _ in range(3):  # what keeps its results grows each time; an allocator, once or twice
        for _ in range(6):
            result = paint(steps=2)
        del result
        tensors_after, used_after = kept()
        assert tensors_after == tensors
        grown.append(used_after - used)
        used = used_after
    assert min(grown) < 12e6  # 2 MB each; the activations of one take 5 MB
