import io
import os
import zipfile

import pytest
import torch

from nst_helpers import InputError, load_image, style_transfer
from nst_helpers.__main__ import main
from nst_helpers.engine import transfer
from nst_helpers.runtime import checkpoint
from runs import SMALL, linux, make, paint, python


# At the end of the first stage, and in the last one.
@pytest.mark.parametrize(("optimizer", "steps"), [("lbfgs", 2), ("adam", 7)])
def test_an_interrupted_run_goes_on_to_the_same_end(
    three_stages, monkeypatch, tmp_path, capsys, optimizer, steps
):
    whole = paint(optimizer=optimizer)
    file = tmp_path / "run.checkpoint"
    update = transfer.ProgressBar.update

    def interrupted(bar, step):
        update(bar, step)
        if step.index + 1 == steps:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(transfer.ProgressBar, "update", interrupted)
        with pytest.warns(UserWarning, match=f"best picture of {steps} steps"):
            style_transfer("cat", "night_sky", checkpoint=file, optimizer=optimizer, **SMALL)
    for _ in range(2):  # the second finds that nothing is left to do
        capsys.readouterr()
        result = paint(optimizer=optimizer, checkpoint=file)
        assert torch.equal(result.image, whole.image) and result.losses == whole.losses
        assert result.history["total"] == whole.history["total"]
        assert result.history["size"] == whole.history["size"]
        assert result.history["seconds"] == sorted(result.history["seconds"])
    assert "after step 8" in capsys.readouterr().out


KILLED = """
    import io, os, signal
    from pathlib import Path
    import torch
    from nst_helpers import FeatureExtractor, __main__
    from nst_helpers.runtime import checkpoint

    checkpoint._SECONDS_BETWEEN, checkpoint._LARGEST_SHARE = 0, float("inf")  # after each step
    forward, save, fsync, replace = FeatureExtractor.forward, torch.save, os.fsync, os.replace
    command = "cat night_sky --size 48 --steps 9 --device cpu --checkpoint run.checkpoint --output"

    def paint(output, moment=lambda: None):
        child = os.fork()
        if not child:
            moment()
            os._exit(__main__.main([*command.split(), output]))
        return os.waitpid(child, 0)[1]

    def die():
        os.kill(os.getpid(), signal.SIGKILL)

    def second(work, dying):
        # Does what `work` does, and the second time what `dying` does.
        calls = []
        return lambda *given: (calls.append(1), (dying if len(calls) == 2 else work)(*given))[1]

    def while_the_network_computes():
        def last(self, image):
            if image.requires_grad and Path("run.checkpoint").exists():
                die()
            return forward(self, image)
        FeatureExtractor.forward = last

    def when_half_of_it_is_written():
        def half(held, file):
            whole = io.BytesIO()
            save(held, whole)
            file.write(whole.getvalue()[: whole.tell() // 2])
            file.flush()
            die()
        torch.save = second(save, half)

    def when_all_of_it_is_written():
        os.fsync = second(fsync, lambda file: die())

    def when_it_has_its_name():
        os.replace = second(replace, lambda *names: (replace(*names), die()))

    def steps_kept():
        made_with = torch.load("run.checkpoint", weights_only=True)["made with"]
        held = checkpoint.Checkpoint("run.checkpoint", made_with, {}).read("cpu")
        assert len(held["rows"]) == held["last"]["index"] + 1
        return len(held["rows"])

    assert paint("whole.png") == 0 and not Path("run.checkpoint").exists()
    for moment, kept in (
        (while_the_network_computes, 1),
        (when_half_of_it_is_written, 2),
        (when_all_of_it_is_written, 3),
        (when_it_has_its_name, 5),
    ):
        assert paint("killed.png", moment) == signal.SIGKILL
        assert steps_kept() == kept, moment
    assert paint("killed.png") == 0
    assert Path("whole.png").read_bytes() == Path("killed.png").read_bytes()
    print(sorted(os.listdir()))
"""


@linux
@pytest.mark.slow
def test_a_run_that_is_killed_goes_on(tmp_path, monkeypatch):
    """Killed at four moments, three of them while a checkpoint is written."""
    monkeypatch.chdir(tmp_path)
    printed = python(KILLED)
    assert "Going on from 'run.checkpoint' after step 5" in printed
    assert printed.splitlines()[-1] == "['killed.png', 'whole.png']"


def test_what_is_no_checkpoint_of_this_run_is_refused(tmp_path):
    file = tmp_path / "run.checkpoint"
    paint(steps=2, checkpoint=file)
    whole = file.read_bytes()
    refused = [
        ({"style_weight": 2.0, "seed": 4}, "other values of style_weight, seed: "),
        (
            {"start": torch.zeros(1, 3, 20, 20)},
            "other values of start, stages, the start picture: ",
        ),
    ]
    for settings, message in refused:
        with pytest.raises(InputError, match=f"another run, with {message}"):
            paint(**{"steps": 2, "checkpoint": file, **settings})
    with pytest.raises(InputError, match=r"a run of 2 steps.*with the finished picture as start"):
        paint(steps=3, checkpoint=file)
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
    return {"content": content, "style 1": make().styles[0].image, "start": content}


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


def test_a_checkpoint_of_another_precision_is_refused(bfloat16, tmp_path):
    settings = {**SMALL, "steps": 2, "progress": False, "checkpoint": tmp_path / "cat.checkpoint"}
    style_transfer("cat", "night_sky", **settings, precision="bfloat16")
    with pytest.raises(InputError, match="other values of precision: "):
        style_transfer("cat", "night_sky", **settings, precision="float32")


def test_a_checkpoint_of_another_device_is_taken(tmp_path):
    file = tmp_path / "run.checkpoint"
    checkpoint.Checkpoint(file, {"device": "cuda", "size": 64}, {}).write({"step": 7})
    assert checkpoint.Checkpoint(file, {"device": "cpu", "size": 64}, {}).read("cpu")["step"] == 7
