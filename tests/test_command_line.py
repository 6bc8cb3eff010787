import pytest
import torch

from nst_helpers import FeatureExtractor, read_settings, save_image
from nst_helpers.__main__ import main
from nst_helpers.engine import transfer


def test_the_command_line_repeats_its_bytes(tmp_path, capsys):
    arguments = ["cat", "great_wave", "--size", "48", "--steps", "3", "--device", "cpu"]
    for name in ("a.png", "b.png"):
        assert main([*arguments, "--output", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    settings = read_settings(tmp_path / "a.png")
    assert settings["style"] == "great_wave" and settings["steps"] == 3
    printed = capsys.readouterr()
    assert "Computing on cpu in " in printed.out and "total" in printed.err


def test_the_command_line_says_what_is_wrong_before_computing(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(FeatureExtractor, "forward", lambda *_: pytest.fail("it computed"))
    assert main(["--output", str(tmp_path / "no" / "a.png")]) == 2
    assert "does not exist" in capsys.readouterr().err
    assert main(["no_cat", "--output", str(tmp_path / "a.png")]) == 2
    assert "error: " in capsys.readouterr().err and not list(tmp_path.iterdir())


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


def test_the_command_line_mixes_masks_and_keeps_colours(tmp_path, capsys):
    mask = torch.zeros(1, 3, 43, 64)
    mask[..., :20] = 1
    save_image(mask, tmp_path / "left.png")
    rest = ["--size", "64", "--steps", "3", "--device", "cpu"]
    both = ["coffee", "great_wave", "mosaic"]
    cases = {
        "shares": ([*both, "--style-shares", "3,1"], {"style_shares": [0.75, 0.25]}),
        "mask": (
            [*both, "--mask", str(tmp_path / "left.png"), "--style-scale", "0.5"],
            {"masks": ["left.png"], "style_scale": 0.5, "style": ["great_wave", "mosaic"]},
        ),
        "colours": (["coffee", "mosaic", "--keep-colours"], {"keep_colours": True}),
    }
    for name, (arguments, kept) in cases.items():
        output = tmp_path / f"{name}.png"
        assert main([*arguments, *rest, "--output", str(output)]) == 0
        settings = read_settings(output)
        assert kept.items() <= settings.items()
    again = tmp_path / "again.png"
    like = ["--like", str(tmp_path / "shares.png"), "--device", "cpu", "--output", str(again)]
    assert main(like) == 0
    assert again.read_bytes() == (tmp_path / "shares.png").read_bytes()
    assert main([*both, "--mask", str(again), *rest, "--output", str(again)]) == 2
    assert "is the mask itself" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main([*both, "--style-shares", "3;1"])


def test_quality_is_a_name_for_size_and_steps(tmp_path, monkeypatch):
    asked = []

    def note(**settings):
        asked.append(settings)
        raise transfer.InputError("noted: go on")

    monkeypatch.setattr(transfer, "style_transfer", note)
    small = tmp_path / "small.png"
    kept = {"content": "cat", "size": 30, "steps": 7, "pooling": "max"}
    save_image(torch.rand(1, 3, 20, 30), small, kept)
    for arguments, expected in (
        ([], {"quality": "good"}),
        (["--quality", "gallery"], {"quality": "gallery"}),
        (["--quality", "draft", "--size", "64"], {"quality": "draft", "size": 64}),
        (["--like", str(small)], {"size": 30, "steps": 7, "pooling": "max"}),
        (["--like", str(small), "--quality", "draft"], {"quality": "draft"}),
    ):
        assert main(arguments) == 2
        names = {"quality", "size", "steps", "pooling"}
        found = {name: asked[-1][name] for name in names & asked[-1].keys()}
        assert found == expected
