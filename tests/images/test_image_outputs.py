"""Pictures that are saved, with the settings that are kept in them."""

import errno
import subprocess
import sys
import tempfile
import threading
import warnings
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, PngImagePlugin

from nst_helpers import InputError, load_image, read_settings, save_image, to_pil
from nst_helpers.__main__ import main
from nst_helpers.engine import transfer
from outcomes import assert_refused, case, refusal
from picture_cases import QUARTERS, encoded

IMAGE = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))


def test_round_trip_with_settings(tmp_path):
    image = load_image(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    save_image(image, tmp_path / "a.png", {"size": 3, "content": "é"})
    assert torch.equal(load_image(tmp_path / "a.png"), image)
    assert read_settings(tmp_path / "a.png") == {"size": 3, "content": "é"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert to_pil(image).size == (30, 20)


@pytest.mark.parametrize(("ending", "off"), [("png", 0), ("webp", 0), ("tiff", 0), ("jpg", 16)])
def test_how_exact_a_format_is(tmp_path, ending, off):
    image = load_image(np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8))
    save_image(image, tmp_path / f"a.{ending}")
    away = (load_image(tmp_path / f"a.{ending}") - image).abs().max() * 255
    assert away <= off + 1e-3


def test_settings_that_are_no_text(tmp_path):
    for kept in ({1, 2}, {"a": object()}, {"a": IMAGE}, {(1, 2): 3}):
        with case(kept):
            words = refusal(save_image, IMAGE, tmp_path / "a.png", kept)
            assert_refused(words, "settings cannot be kept")
            assert not list(tmp_path.iterdir())


def test_settings_of_a_file_that_has_none(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(encoded("png"))
    assert read_settings(path) is None
    for text in ("{", "\0", "NaN,"):
        with case(text):
            info = PngImagePlugin.PngInfo()
            info.add_itxt("nst_settings", text)
            Image.fromarray(QUARTERS).save(path, pnginfo=info)
            assert_refused(refusal(read_settings, path), "a.png", "damaged")


def test_a_picture_that_is_too_wide_for_its_format(tmp_path):
    words = refusal(save_image, torch.zeros(1, 3, 16, 16384), tmp_path / "a.webp")
    assert_refused(words, "another place or format")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), KeyboardInterrupt(), MemoryError()], ids=repr
)
def test_an_interrupted_save_keeps_what_was_there(tmp_path, monkeypatch, error):
    path = tmp_path / "a.png"
    save_image(load_image(QUARTERS), path)
    before = path.read_bytes()

    def half(self, file, **_):
        Path(file).write_bytes(before[:50])
        raise error

    monkeypatch.setattr(Image.Image, "save", half)
    with pytest.raises(InputError if isinstance(error, OSError) else type(error)):
        save_image(torch.zeros(1, 3, 16, 16), path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_nothing_is_replaced_silently(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_image(load_image(QUARTERS), "a.png")
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")  # as Python has it: once for each line
        for _ in range(3):
            save_image(load_image(QUARTERS), "a.png")
    assert [str(one.message) for one in told] == ["'a.png' was there and is replaced."] * 3
    assert {one.filename for one in told} == {__file__}
    done = transfer.Result(IMAGE, {}, {}, {})
    monkeypatch.setattr(transfer, "style_transfer", lambda **_: done)
    for name in ("stylised.png", "stylised-2.png", "stylised-3.png"):
        assert main([]) == 0
        assert f"Saved '{name}', 24 x 16 pixels.\n" in capsys.readouterr().out
    assert main(["--output", "a.png"]) == 0
    assert "pixels. 'a.png' was there and is replaced.\n" in capsys.readouterr().out
    assert len(list(tmp_path.iterdir())) == 4


def test_no_picture_is_replaced_by_what_is_made_of_it(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    save_image(load_image(QUARTERS), "mine.png", {"content": "cat", "style": "mosaic"})
    before = Path("mine.png").read_bytes()
    for arguments, name in (
        (["mine.png", "cat"], "content"),
        (["cat", f"{tmp_path}/mine.png"], "style"),
        (["cat", "night_sky", "--checkpoint", "./mine.png"], "checkpoint"),
        (["--like", "mine.png"], "picture with the settings"),
    ):
        assert main([*arguments, "--output", "mine.png"]) == 2
        assert f"'mine.png' is the {name} itself: choose" in capsys.readouterr().err
    assert Path("mine.png").read_bytes() == before


def test_an_original_is_known_behind_every_link(tmp_path, monkeypatch, capsys):
    """What would be replaced is a file, whatever leads to it."""
    monkeypatch.chdir(tmp_path)
    Path("photos").mkdir()
    save_image(load_image(QUARTERS), "photos/mine.png")
    before = Path("photos/mine.png").read_bytes()
    Path("linked.png").symlink_to("photos/mine.png")
    Path("folder").symlink_to("photos")
    Path("hard.png").hardlink_to("photos/mine.png")
    for content in ("linked.png", "folder/mine.png", "hard.png", "./folder/../photos/mine.png"):
        with case(content):
            assert main([content, "cat", "--output", "photos/mine.png"]) == 2
            assert "is the content itself: choose" in capsys.readouterr().err
    for output in ("linked.png", "folder/mine.png", "hard.png"):
        with case(output):
            assert main(["cat", "photos/mine.png", "--output", output]) == 2
            assert main(["cat", "--checkpoint", "photos/mine.png", "--output", output]) == 2
    assert Path("photos/mine.png").read_bytes() == before and Path("linked.png").is_symlink()


@pytest.mark.filterwarnings("ignore")  # they are caught for all threads, or none
def test_runs_that_end_at_once_keep_both_pictures(tmp_path, monkeypatch):
    """The name is chosen when the picture is there, and nobody else gets it then."""
    monkeypatch.chdir(tmp_path)
    together = threading.Barrier(4)

    def style_transfer(**_):
        together.wait(60)
        return transfer.Result(IMAGE, {}, {}, {})

    monkeypatch.setattr(transfer, "style_transfer", style_transfer)
    threads = [threading.Thread(target=main, args=([],)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    names = {path.name for path in tmp_path.iterdir()}
    assert names == {"stylised.png", *(f"stylised-{number}.png" for number in (2, 3, 4))}
    for name in names:
        assert load_image(name).shape == IMAGE.shape


@pytest.mark.parametrize("full", ["the disk for a PNG", "the folder", "everything"])
def test_a_finished_picture_is_saved_somewhere(tmp_path, monkeypatch, capsys, full):
    for name in ("work", "home", "tmp"):
        (tmp_path / name).mkdir()
    monkeypatch.chdir(tmp_path / "work")
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path / "tmp"))
    monkeypatch.setattr(transfer, "style_transfer", lambda **_: transfer.Result(IMAGE, {}, {}, {}))
    save, tried = Image.Image.save, []

    def nearly_full(self, file, **options):
        tried.append(Path(file))
        here = Path(file).absolute().parent == tmp_path / "work"
        if full == "everything" or (here and (full == "the folder" or file.suffix == ".png")):
            Path(file).write_bytes(b"half")
            raise OSError(errno.ENOSPC, "No space left on device")
        save(self, file, **options)

    monkeypatch.setattr(Image.Image, "save", nearly_full)
    expected = {"the disk for a PNG": "work/a.jpg", "the folder": "home/a.png"}.get(full)
    for arguments in (["--output", "a.png"], ["--output", "a.png", "--checkpoint", "run"]):
        assert main(arguments) == 1
        said = capsys.readouterr().err
        assert "'a.png' cannot be written" in said and "No space left" in said
        assert ("goes on from 'run'" in said) == ("run" in arguments)
        assert ("The picture is saved as " in said) == bool(expected)
    left = [str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*.*")]
    assert sorted(left) == sorted([expected, expected.replace(".", "-2.")] if expected else [])
    if expected:
        assert load_image(tmp_path / expected).shape == IMAGE.shape
    else:
        assert len(tried) >= 4 and "The picture is lost." in said


def test_what_a_killed_program_left_is_removed(tmp_path):
    leave = (
        "import os, sys; from pathlib import Path; from nst_helpers.files import written_whole\n"
        "with written_whole(Path(sys.argv[1])) as partial:\n"
        "    partial.write_text('half'); os._exit(9)"
    )
    for name in ("a.png", "b.png"):
        subprocess.run([sys.executable, "-c", leave, tmp_path / name], check=False)
    assert len(list(tmp_path.iterdir())) == 2
    save_image(IMAGE, tmp_path / "a.png")
    assert len(list(tmp_path.glob(".*"))) == 1 and (tmp_path / "a.png").exists()
