import io
import os
import zipfile

import pytest
import torch
from runs import OPTIMIZERS, SMALL, linux, make, paint, python

from nst_helpers import InputError, load_image, style_transfer
from nst_helpers.__main__ import main
from nst_helpers.engine import transfer
from nst_helpers.runtime import checkpoint


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


def test_a_checkpoint_of_another_precision_is_refused(bfloat16, tmp_path):
    settings = {**SMALL, "steps": 2, "progress": False, "checkpoint": tmp_path / "cat.checkpoint"}
    style_transfer("cat", "night_sky", **settings, precision="bfloat16")
    with pytest.raises(InputError, match="other values of precision: "):
        style_transfer("cat", "night_sky", **settings, precision="float32")
