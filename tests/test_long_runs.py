"""Nothing is lost: interruptions, kills, losses that grow, and memory that is full."""

import io
import os
import subprocess
import sys
import textwrap
import zipfile

import pytest
import torch

from nst_helpers import (
    InputError,
    StyleTransfer,
    checkpoint,
    load_image,
    style_transfer,
    transfer,
)
from nst_helpers.__main__ import main
from nst_helpers.optimizers import PixelAdam

SMALL = {"size": 64, "steps": 8, "device": "cpu"}
OPTIMIZERS = pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])


@pytest.fixture
def two_stages(monkeypatch):
    """At 64 pixels there is a coarse stage of 32 too."""
    monkeypatch.setattr(transfer, "_SMALLEST_COARSE_SIZE", 32)


def make(**settings):
    return StyleTransfer("cat", "night_sky", **{**SMALL, **settings})


def paint(**settings):
    return style_transfer("cat", "night_sky", progress=False, **{**SMALL, **settings})


def python(code, **environment):
    """Run code in another process, and return what it prints."""
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(code)],
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@OPTIMIZERS
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_same_seed_makes_the_same_picture(two_stages, optimizer, start):
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
def test_a_step_that_was_saved_goes_on_to_the_same_end(two_stages, optimizer):
    whole = list(make(optimizer=optimizer))
    assert [max(step.image.shape[2:]) for step in whole] == [32] * 4 + [64] * 4
    for at in (0, 2, 3, 5, 7):  # in the coarse stage, at its end, in the fine stage, at the end
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
@pytest.mark.parametrize("evaluations", [3, 7])  # in the coarse and in the fine stage
def test_an_interrupted_run_goes_on_to_the_same_end(
    two_stages, monkeypatch, tmp_path, capsys, optimizer, evaluations
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
    monkeypatch.undo()
    monkeypatch.setattr(transfer, "_SMALLEST_COARSE_SIZE", 32)
    for _ in range(2):  # the second finds that nothing is left to do
        capsys.readouterr()
        result = paint(optimizer=optimizer, checkpoint=file)
        assert torch.equal(result.image, whole.image) and result.losses == whole.losses
        assert result.history["total"] == whole.history["total"]
        assert result.history["size"] == whole.history["size"]
        assert result.history["seconds"] == sorted(result.history["seconds"])
    assert "after step 8" in capsys.readouterr().out


KILLED = """
    import os, random, signal, sys, time
    from pathlib import Path
    from nst_helpers import __main__, checkpoint

    checkpoint._SECONDS_BETWEEN = 0.1
    file, pictures = Path("run.checkpoint"), []

    def begin(output):
        child = os.fork()
        if not child:
            arguments = "cat night_sky --size 48 --steps 40 --device cpu --checkpoint".split()
            os._exit(__main__.main([*arguments, str(file), "--output", output]))
        return child

    def whole():  # reads with the settings that are in the file
        if not file.exists():
            return 0
        import torch
        made_with = torch.load(file, weights_only=True)["made with"]
        held = checkpoint.Checkpoint(file, made_with, {}).read("cpu")
        assert len(held["rows"]) == held["last"]["index"] + 1
        return len(held["rows"])

    assert os.waitpid(begin("whole.png"), 0)[1] == 0 and not file.exists()
    random.seed(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    steps, kills, started = 0, 0, 0
    while kills < 5:
        child = begin("killed.png")
        time.sleep(random.uniform(0.2, 1.2))
        if os.waitpid(child, os.WNOHANG)[0]:
            break
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        kills += 1
        assert steps <= whole() and not Path("killed.png").exists()
        steps = whole()
    else:
        assert os.waitpid(begin("killed.png"), 0)[1] == 0
    assert Path("whole.png").read_bytes() == Path("killed.png").read_bytes()
    print("kills", kills, "steps kept", steps, sorted(os.listdir()))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs POSIX")
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
