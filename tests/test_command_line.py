import pytest

from nst_helpers import FeatureExtractor, read_settings
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
