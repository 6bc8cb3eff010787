"""Nothing is lost: interruptions, kills, losses that grow, and memory that is full."""

import gc
import io
import os
import subprocess
import sys
import textwrap
import warnings
import weakref
import zipfile
from pathlib import Path

import pytest
import torch

from nst_helpers import (
    Diverged,
    FeatureExtractor,
    InputError,
    StyleTransfer,
    load_image,
    style_transfer,
)
from nst_helpers.__main__ import main
from nst_helpers.engine import features, schedule, transfer
from nst_helpers.engine.optimizers import PixelAdam
from nst_helpers.runtime import checkpoint, devices, memory, progress, weights

SMALL = {"size": 64, "steps": 8, "device": "cpu"}
linux = pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
PRECISIONS = sorted({"float32", devices.choose_precision(None, torch.device("cpu"))})
OPTIMIZERS = pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])


@pytest.fixture
def three_stages(monkeypatch):
    """Eight steps at 64 pixels are a long run, with stages of 32 and 48 pixels."""
    monkeypatch.setattr(schedule, "_SMALLEST_COARSE_SIZE", 32)
    monkeypatch.setattr(schedule, "LONG", 8)


def make(**settings):
    return StyleTransfer("cat", "night_sky", **{**SMALL, **settings})


def paint(**settings):
    return style_transfer("cat", "night_sky", progress=False, **{**SMALL, **settings})


def python(code, *arguments):
    """Run code in another process, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code), *arguments],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@OPTIMIZERS
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_same_seed_makes_the_same_picture(three_stages, optimizer, start):
    first, again = (paint(optimizer=optimizer, start=start, seed=3) for _ in range(2))
    assert torch.equal(first.image, again.image) and first.losses == again.losses


def test_adam_is_torchs():
    pixels = torch.rand(1, 3, 8, 8)
    ours, theirs = PixelAdam(pixels), pixels.clone()
    adam = torch.optim.Adam([theirs], lr=0.03)
    for _ in range(20):
        gradient = torch.randn(1, 3, 8, 8)
        ours.step(gradient)
        theirs.grad = gradient
        adam.step()
        theirs.clamp_(0, 1)
        torch.testing.assert_close(ours.image, theirs)


@OPTIMIZERS
def test_a_step_that_was_saved_goes_on_to_the_same_end(three_stages, optimizer):
    whole = list(make(optimizer=optimizer))
    assert [max(step.image.shape[2:]) for step in whole] == [32] * 2 + [48] + [64] * 5
    for at in (0, 1, 2, 5, 7):  # in each stage, at its end, at the end of all
        file = io.BytesIO()
        torch.save(vars(whole[at]), file)
        saved = transfer.Step(**torch.load(io.BytesIO(file.getvalue()), weights_only=True))
        rest = list(make(optimizer=optimizer).resume(saved))
        assert len(rest) == 7 - at
        for step, expected in zip(rest, whole[at + 1 :], strict=True):
            assert torch.equal(step.image, expected.image)
            assert step.losses == expected.losses and step.progress == expected.progress
            assert step.index == expected.index and step.seconds > saved.seconds


@OPTIMIZERS
@pytest.mark.parametrize("evaluations", [2, 7])  # at the end of the first and in the last stage
def test_an_interrupted_run_goes_on_to_the_same_end(
    three_stages, monkeypatch, tmp_path, capsys, optimizer, evaluations
):
    whole = paint(optimizer=optimizer)
    file = tmp_path / "run.checkpoint"
    step, calls = transfer.ProgressBar.update, []

    def interrupted(bar, now):
        step(bar, now)
        calls.append(now)
        if len(calls) == evaluations:
            raise KeyboardInterrupt

    monkeypatch.setattr(transfer.ProgressBar, "update", interrupted)
    with pytest.warns(UserWarning, match=f"best picture of {evaluations} steps"):
        style_transfer("cat", "night_sky", checkpoint=file, optimizer=optimizer, **SMALL)
    monkeypatch.setattr(transfer.ProgressBar, "update", step)
    for _ in range(2):  # the second finds that nothing is left to do
        capsys.readouterr()
        result = paint(optimizer=optimizer, checkpoint=file)
        assert torch.equal(result.image, whole.image) and result.losses == whole.losses
        assert result.history["total"] == whole.history["total"]
        assert result.history["size"] == whole.history["size"]
        assert result.history["seconds"] == sorted(result.history["seconds"])
    assert "after step 8" in capsys.readouterr().out


def test_the_command_line_is_interrupted(tmp_path, monkeypatch, capsys):
    def stop(*_):
        raise KeyboardInterrupt

    file, picture = tmp_path / "run.checkpoint", tmp_path / "a.png"
    command = (
        f"cat night_sky --size 48 --steps 3 --device cpu --checkpoint {file} --output {picture}"
    )
    with monkeypatch.context() as patch:
        patch.setattr(FeatureExtractor, "forward", stop)
        assert main(command.split()) == 130 and not picture.exists()
        assert "interrupted before a picture was saved" in capsys.readouterr().err
    with monkeypatch.context() as patch:
        patch.setattr(transfer.ProgressBar, "update", stop)
        with pytest.warns(UserWarning, match="interrupted. This is the best picture of 1 steps"):
            assert main(command.split()) == 0
        assert f"The same command goes on from '{file}'" in capsys.readouterr().out
    assert picture.exists() and file.exists()
    assert main(command.split()) == 0 and not file.exists()


KILLED = """
    import os, random, signal, time
    from pathlib import Path
    from nst_helpers import __main__
    from nst_helpers.runtime import checkpoint

    checkpoint._SECONDS_BETWEEN = 0.1
    file = Path("run.checkpoint")

    def begin(output):
        child = os.fork()
        if not child:
            arguments = "cat night_sky --size 48 --steps 40 --device cpu --checkpoint".split()
            os._exit(__main__.main([*arguments, str(file), "--output", output]))
        return child

    def written():
        return file.stat().st_mtime_ns if file.exists() else 0

    def whole():  # reads with the settings that are in the file
        if not file.exists():
            return 0
        import torch
        made_with = torch.load(file, weights_only=True)["made with"]
        held = checkpoint.Checkpoint(file, made_with, {}).read("cpu")
        assert len(held["rows"]) == held["last"]["index"] + 1
        return len(held["rows"])

    assert os.waitpid(begin("whole.png"), 0)[1] == 0 and not file.exists()
    steps = kills = 0
    while kills < 5:
        child = begin("killed.png")
        before = written()
        while kills and written() == before and os.path.exists(f"/proc/{child}/exe"):
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.4))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        if Path("killed.png").exists():  # it was as good as finished
            file.unlink(missing_ok=True)
            break
        assert steps <= whole()
        steps = whole()
    else:
        assert os.waitpid(begin("killed.png"), 0)[1] == 0
    assert Path("whole.png").read_bytes() == Path("killed.png").read_bytes()
    print("kills", kills, "steps kept", steps, sorted(os.listdir()))
"""


@linux
def test_a_run_that_is_killed_goes_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    printed = python(KILLED)
    assert "Going on from 'run.checkpoint' after step" in printed
    assert printed.splitlines()[-1].endswith("['killed.png', 'whole.png']")


def test_what_is_no_checkpoint_of_this_run_is_refused(tmp_path):
    file = tmp_path / "run.checkpoint"
    paint(steps=2, checkpoint=file)
    whole = file.read_bytes()
    refused = [
        ({"steps": 3}, "other values of steps: "),
        ({"style_weight": 2.0, "seed": 4}, "other values of style_weight, seed: "),
        ({"start": torch.zeros(1, 3, 20, 20)}, "other values of start, the start picture: "),
    ]
    for settings, message in refused:
        with pytest.raises(InputError, match=f"another run, with {message}"):
            paint(**{"steps": 2, "checkpoint": file, **settings})
    with pytest.raises(InputError, match=r"other values of the content picture, the start pict"):
        negative = 1 - load_image("cat")
        transfer.Checkpoint(file, make(steps=2).settings, pictures(negative)).read("cpu")

    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 4
    other = io.BytesIO()
    torch.save({"a": 1}, other)
    archive = io.BytesIO()
    zipfile.ZipFile(archive, "w").close()
    torn = [whole[: len(whole) * share // 10] for share in range(10)]
    for damaged in [*torn, bytes(flipped), b"text", other.getvalue(), archive.getvalue()]:
        file.write_bytes(damaged)
        with pytest.raises(InputError, match=r"no whole checkpoint .*: delete it"):
            paint(steps=2, checkpoint=file)
    file.write_bytes(whole)
    assert len(paint(steps=2, checkpoint=file).history["total"]) == 2


def pictures(content):
    return {"content": content, "style": make().style, "start": content}


def test_a_checkpoint_runs_no_code(tmp_path):
    class Malice:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    file = tmp_path / "run.checkpoint"
    torch.save({"format": Malice()}, file)
    with pytest.raises(InputError, match="no whole checkpoint"):
        paint(checkpoint=file)
    assert not (tmp_path / "ran").exists()


def test_a_checkpoint_that_cannot_be_written(tmp_path, monkeypatch, capsys):
    for path, message in ((tmp_path, "is a folder"), (tmp_path / "no" / "file", "does not exist")):
        assert main(["--checkpoint", str(path), "--output", str(tmp_path / "a.png")]) == 2
        assert message in capsys.readouterr().err
    whole = paint()
    file = tmp_path / "run.checkpoint"
    file.write_bytes(b"before")
    monkeypatch.setattr(checkpoint.Checkpoint, "read", lambda *_: None)
    monkeypatch.setattr(torch, "save", lambda *_: (_ for _ in ()).throw(OSError(28, "disk full")))
    with pytest.warns(UserWarning, match=r"cannot be written .*disk full"):
        assert torch.equal(paint(checkpoint=file).image, whole.image)
    assert file.read_bytes() == b"before"


def test_the_disk_is_not_busy_all_the_time(tmp_path, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(checkpoint.time, "perf_counter", lambda: clock[0])
    file = checkpoint.Checkpoint(tmp_path / "run.checkpoint", {}, {})
    written, save = [], torch.save

    def slow(*arguments):
        written.append(clock[0])
        clock[0] += 2
        save(*arguments)

    monkeypatch.setattr(torch, "save", slow)
    for clock[0] in range(120):
        file.write_when_due({})
    assert written == [5, 47, 89]  # 2 seconds of each 42


def test_an_interruption_at_any_line_returns_what_there_is(monkeypatch, capsys):
    """Line by line through the run and its progress bar, for the first steps and the end."""
    steps = list(make(steps=3))
    fake = make(steps=3)
    monkeypatch.setattr(transfer, "StyleTransfer", lambda *_, **__: fake)
    monkeypatch.setattr(StyleTransfer, "resume", lambda *_: iter(steps))
    here = {transfer.__file__, progress.__file__}
    ends = set()
    for at in range(1000):
        lines = 0

        def look(frame, event, argument, at=at):
            nonlocal lines
            if frame.f_code.co_filename not in here:
                return None
            if event == "line":
                lines += 1
                if lines == at:
                    raise KeyboardInterrupt
            return look

        with warnings.catch_warnings(record=True, action="always") as warned:
            sys.settrace(look)
            try:
                result = style_transfer("cat", "night_sky")
            except KeyboardInterrupt:
                ends.add(None)  # before the first step, or a second time while it was ending
                continue
            finally:
                sys.settrace(None)
        totals = result.history["total"]
        ends.add(len(totals))
        assert all(len(values) == len(totals) for values in result.history.values())
        assert result.losses["total"] == min(totals)
        assert bool(warned) == (lines >= at > 0) or "was interrupted" in str(warned[0].message)
        if lines < at:
            break
    assert ends == {None, 1, 2, 3}


def test_the_stop_button_of_a_notebook(monkeypatch):
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    manager, client = start_new_kernel(kernel_name="python3")
    said = []

    def execute(code, *press):
        pressed = list(press)

        def output(message):
            kind, content = message["msg_type"], message["content"]
            said.append(str(content.get("text") or content.get("data") or content.get("evalue")))
            if kind == "update_display_data" and pressed:
                pressed.pop()()

        return client.execute_interactive(code, timeout=60, output_hook=output)["content"]

    try:
        execute("from nst_helpers import style_transfer")
        code = "result = style_transfer('cat', 'night_sky', size=64, steps=100_000, device='cpu')"
        assert execute(code, manager.interrupt_kernel)["status"] == "ok"
        assert execute("print(len(result.history['total']), result.image.shape)")["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "The run was interrupted. This is the best picture" in "".join(said)
    assert "<img alt=" in "".join(said) and "torch.Size([1, 3, 43, 64])" in "".join(said)


PROVOKED = {"size": 48, "start": "style", "style_weight": 1e12, "steps": 60, "device": "cpu"}


def test_a_loss_that_grows_stops_the_run():
    """From the style itself, one step away is a trillion times worse, and Adam goes on there."""
    black = torch.zeros(1, 3, 32, 48)
    said = "has grown and does not come back: .* Lower style_weight, .* best picture of"
    with pytest.warns(UserWarning, match=said):
        result = style_transfer("cat", black, progress=False, optimizer="adam", **PROVOKED)
    totals = result.history["total"]
    assert 29 <= len(totals) < 60 and result.losses["total"] == min(totals) < totals[-1] / 1000


def test_lbfgs_comes_back_from_a_loss_that_grew():
    steps = StyleTransfer("cat", torch.zeros(1, 3, 32, 48), **{**PROVOKED, "steps": 16})
    totals = [step.losses["total"] for step in steps]
    assert max(totals) > 1e9 * totals[0] and totals[-1] == pytest.approx(totals[0])


def test_a_loss_that_overflows_is_said_to(monkeypatch):
    load = weights.load_convolutions

    def larger(*which):
        return {name: 1e4 * value for name, value in load(*which).items()}

    monkeypatch.setattr(features, "load_convolutions", larger)
    with pytest.raises(Diverged, match=r"no longer a finite number: .* Lower style_weight"):
        paint()


def test_the_term_that_counts_most_is_named():
    weights = {"content": 1.0, "style": 40.0, "variation": 10.0}
    good = {"content": 3.0, "style": 0.1, "variation": 0.1, "total": 8.0}
    nan = dict.fromkeys(good, float("nan"))
    for now, before, name in (
        (good, good, "style"),
        ({**good, "content": 5.0}, nan, "content"),
        ({**good, "variation": float("inf")}, good, "variation"),
        (nan, {**good, "variation": 2.0}, "variation"),
    ):
        assert f"Lower {name}_weight" in transfer._advice(now, before, weights)


# Not by `ru_maxrss`, which a process inherits from the one that started it.
PEAK = r"""
    import re, resource, sys, torch
    from nst_helpers import StyleTransfer
    from nst_helpers.engine import features, transfer

    transfer.check_room = lambda size, needed, device: print(needed(1))
    size, steps, features.RECOMPUTED_FROM = map(int, sys.argv[1:4])
    precision, content_layers, *style_layers = sys.argv[4:]
    picture = torch.rand(1, 3, size, size)
    layers = {"content_layers": content_layers, "style_layers": style_layers}
    settings = {"steps": steps, "device": "cpu", "stages": 1, "precision": precision}
    run = StyleTransfer(picture, picture, **settings, **layers)
    before = int(open("/proc/self/statm").read().split()[1]) * resource.getpagesize()
    list(map(id, run))
    peak = re.search(r"VmHWM:\s+(\d+)", open("/proc/self/status").read())[1]
    print(int(peak) * 1024 - before)
"""


SETS_OF_LAYERS = {
    "usual": (transfer.CONTENT_LAYERS[0], *transfer.STYLE_LAYERS),
    "shallow": ("relu1_1", "relu1_1"),  # where most of the memory goes to the losses
    "whole block": ("relu1_2", "conv1_1", "relu1_1", "conv1_2", "relu1_2"),
}


@linux
@pytest.mark.parametrize("recomputed_from", [512**2, 512**2 + 1])
@pytest.mark.parametrize("precision", PRECISIONS)
@pytest.mark.parametrize("layers", SETS_OF_LAYERS.values(), ids=SETS_OF_LAYERS)
def test_the_estimate_of_memory_is_a_bound(recomputed_from, precision, layers):
    printed = python(PEAK, "512", "2", str(recomputed_from), precision, *layers)
    estimate, peak = map(float, printed.split())
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


def test_the_largest_size_fits_where_activations_are_computed_again(monkeypatch):
    """Just below that size a picture needs more memory than just above it."""
    monkeypatch.setattr(features, "RECOMPUTED_FROM", 600 * 400)
    monkeypatch.setattr(memory, "available", lambda device: 900 * 2**20)
    with pytest.raises(InputError) as refused:
        make(size=700, precision="float32")
    largest = int(str(refused.value).split("size=")[1].split()[0])
    make(size=largest, precision="float32")


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
            (tmp_path / folder / name.replace("__", ".")).write_text(f"{text}\n")

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
    forward, calls, alive = FeatureExtractor.forward, [], []

    def full(self, image):
        calls.append(1)
        features = forward(self, image)
        if len(calls) == 5:
            alive.append(weakref.ref(image))
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20 MiB.")
        return features

    monkeypatch.setattr(FeatureExtractor, "forward", full)
    with pytest.warns(UserWarning, match="memory of cpu is full at size 64: .* picture of 2 steps"):
        assert len(paint().history["total"]) == 2
    calls[:] = [1, 1]
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


@pytest.mark.parametrize("kind", ["cuda", "xpu", "mps"])
def test_the_cache_of_every_accelerator_is_emptied(monkeypatch, kind):
    emptied = []
    monkeypatch.setattr(getattr(torch, kind), "empty_cache", lambda: emptied.append(kind))
    with pytest.raises(InputError, match=f"memory of {kind} is full"):
        with memory.given_back(64, torch.device(kind)):
            raise torch.OutOfMemoryError(f"{kind} out of memory")
    assert emptied == [kind]


@linux
def test_memory_that_is_really_full_is_said():
    said = python("""
        import resource
        from nst_helpers import InputError, StyleTransfer
        transfer = StyleTransfer("cat", "night_sky", size=640, steps=2, stages=1, device="cpu")
        used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
        resource.setrlimit(resource.RLIMIT_AS, (used + 150 * 2**20, resource.RLIM_INFINITY))
        try:
            list(transfer)
        except InputError as error:
            print(error)
    """)
    assert "memory of cpu is full at size 640: use a smaller size" in said


def test_twenty_runs_take_the_memory_of_one():
    def kept():
        gc.collect()
        tensors = sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())
        used = Path("/proc/self/statm")
        return tensors, int(used.read_text().split()[1]) * 4096 if used.exists() else 0

    paint(steps=2)
    tensors, used = kept()
    for _ in range(20):
        result = paint(steps=2)
    del result
    tensors_after, used_after = kept()
    assert tensors_after == tensors
    assert used_after - used < 40e6  # one network is 60 MB


@linux
def test_students_at_once_get_the_same(tmp_path):
    """Three of them; more by hand, see classroom.py."""
    done = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("classroom.py")), "3"],
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert "All 3 results are equal" in done.stdout, done.stderr
