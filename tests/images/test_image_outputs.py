"""Pictures that are saved, with the settings that are kept in them."""

import errno
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
    save_image(load_image(QUARTERS), "mine.png")
    before = Path("mine.png").read_bytes()
    for arguments, name in (
        (["mine.png", "cat"], "content"),
        (["cat", f"{tmp_path}/mine.png"], "style"),
        (["cat", "night_sky", "--checkpoint", "./mine.png"], "checkpoint"),
    ):
        assert main([*arguments, "--output", "mine.png"]) == 2
        assert f"'mine.png' is the {name} itself: choose" in capsys.readouterr().err
    assert Path("mine.png").read_bytes() == before
