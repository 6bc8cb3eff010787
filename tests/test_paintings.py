import importlib
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "nst_helpers" / "pictures"
TABLE = json.loads((PICTURES / "pictures.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def studio():
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(ROOT / "paintings")  # as Python does for a program in that folder
        return importlib.import_module("paint")


def pixels(image):
    return np.asarray(image.convert("RGB"), float)


def colour_shares(picture):
    """Return where a picture (0 to 255) is black, where yellow and where white."""
    red, blue = picture[..., 0], picture[..., 2]
    black = picture.max(axis=2) < 80
    yellow = (red - blue > 75) & ~black
    return black, yellow, (blue > 140) & (red - blue < 50)


def test_table_and_files_and_hands_agree(studio):
    assert list(TABLE) == list(studio.PAINTINGS)
    assert len(TABLE) >= 9
    assert {entry["file"] for entry in TABLE.values()} == {
        file.name for file in PICTURES.glob("*.jpg")
    }
    for name, entry in TABLE.items():
        hand, seed = studio.PAINTINGS[name]
        assert entry == {
            "file": f"{name}.jpg",
            "alt": studio.DESCRIPTIONS[name],
            "hand": hand.__name__,
            "seed": seed,
        }


@pytest.mark.parametrize("name", TABLE)
def test_stored_picture_is_small_enough_readable_and_described(name):
    file = PICTURES / TABLE[name]["file"]
    assert file.stat().st_size <= 420_000
    with Image.open(file) as image:
        image.load()
        assert image.mode == "RGB"
        assert sorted(image.size) == [819, 1024]
        assert pixels(image).std() > 25
    alt = TABLE[name]["alt"]
    assert 40 < len(alt) < 200 and alt[0].isupper() and alt.endswith(".")


def test_texture_covers_the_whole_canvas():
    for name, entry in TABLE.items():
        with Image.open(PICTURES / entry["file"]) as image:
            grey = np.asarray(image.convert("L"), float)
        tiles = grey[: 32 * (grey.shape[0] // 32), : 32 * (grey.shape[1] // 32)]
        tiles = tiles.reshape(tiles.shape[0] // 32, 32, -1, 32).std(axis=(1, 3))
        assert tiles.min() > 2, name


@pytest.mark.parametrize("name", ["great_wave", "woven_cloth"])
def test_same_seed_same_pixels_and_another_seed_another_picture(studio, name):
    first, again, other = (pixels(studio.paint(name, seed, 128)) for seed in (5, 5, 6))
    assert first.shape == (102, 128, 3)
    assert np.array_equal(first, again)
    assert np.abs(first - other).mean() > 5


def test_brush_grows_with_the_size(studio):
    small = studio.paint("great_wave", 5, 160)
    large = studio.paint("great_wave", 5, 480).resize(small.size, Image.Resampling.BOX)
    other = studio.paint("great_wave", 6, 160)
    apart = np.abs(pixels(small) - pixels(large)).mean()
    assert apart < 0.6 * np.abs(pixels(small) - pixels(other)).mean()


def test_repainting_gives_the_stored_picture(studio):
    with Image.open(PICTURES / "great_wave.jpg") as stored:
        assert np.abs(pixels(studio.paint("great_wave")) - pixels(stored)).mean() < 4


def test_tiger_has_three_colours_in_their_places():
    with Image.open(PICTURES / "tiger_coat.jpg") as image:
        black, yellow, white = colour_shares(pixels(image))
    assert (black | yellow | white).mean() > 0.93
    assert black[:480].mean() > 0.15 and yellow[:480].mean() > 0.6 and white[:480].mean() < 0.05
    assert black[608:].mean() > 0.03 and white[608:].mean() > 0.7 and yellow[608:].mean() < 0.02


def test_the_snow_is_not_as_white_as_the_tiger():
    """In the lesson, the white of the animal and the snow are two channels."""
    with Image.open(PICTURES / "tiger_in_the_snow.jpg") as image:
        picture = pixels(image) / 255
    colours = np.array([(0.1, 0.1, 0.1), (0.9, 0.6, 0.1), (0.95, 0.9, 0.8), (0.8, 0.9, 1)])
    nearest = ((picture[..., None, :] - colours) ** 2).sum(axis=-1).argmin(axis=-1)
    shares = np.bincount(nearest.ravel()) / nearest.size
    assert 0.6 < shares[3] < 0.75 and shares[:3].min() > 0.05
    assert (nearest[:140] == 3).mean() > 0.99 and (nearest[-80:] == 3).mean() > 0.99


def test_command_line_paints_one_picture(studio, tmp_path, capsys):
    output = tmp_path / "mine.jpg"
    options = ["great_wave", "--seed", "3", "--size", "96", "--output", str(output)]
    assert studio.main(options) == 0
    with Image.open(output) as image:
        assert image.size == (96, 77)
    assert capsys.readouterr().out == f"{output}: 96 x 77 pixels.\n"


@pytest.mark.parametrize("name", ["mine.jpg", "mine.png"])
def test_nothing_is_replaced_silently_or_by_half(studio, tmp_path, capsys, monkeypatch, name):
    monkeypatch.setattr(studio, "paint", lambda *_: Image.new("RGB", (64, 48), "red"))
    output = tmp_path / name
    output.write_text("before", encoding="utf-8")
    options = ["great_wave", "--output", str(output)]
    (tmp_path / "folder.png").mkdir()
    assert studio.main([*options[:2], f"{tmp_path}/folder.png"]) == 2
    assert "folder.png' is a folder; give the name of a file.\n" in capsys.readouterr().err
    (tmp_path / "folder.png").rmdir()
    with monkeypatch.context() as patch:
        full = OSError(28, "No space left on device")
        patch.setattr(Path, "write_bytes", lambda *_: (_ for _ in ()).throw(full))
        assert studio.main(options) == 2
    assert capsys.readouterr().err == f"{str(output)!r} cannot be written: {full.strerror}.\n"
    assert output.read_text(encoding="utf-8") == "before"
    assert studio.main(options) == 0
    assert "pixels. It was there and is replaced.\n" in capsys.readouterr().out
    assert Image.open(output).size == (64, 48) and list(tmp_path.iterdir()) == [output]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["mona_lisa"], "There is no painting named 'mona_lisa'; choose one of night_sky"),
        (["night_sky", "--size", "9"], "The size must be from 64 to 2048 pixels, and 9 is not."),
        (["night_sky", "--seed", "-1"], "The seed must be 0 or more, and -1 is not."),
        (["night_sky", "--output", "a.gif"], "The output must end in .jpg or .png"),
        (["night_sky", "--output", "no/such/folder/a.jpg"], "There is no folder"),
        (["--size", "300"], "need the name of one painting"),
    ],
)
def test_command_line_says_what_is_wrong_in_one_sentence(studio, capsys, arguments, words):
    assert studio.main(arguments) == 2
    message = capsys.readouterr().err
    assert words in message and message.count("\n") == 1


def test_command_line_wants_whole_numbers(studio, capsys):
    with pytest.raises(SystemExit) as left:
        studio.main(["night_sky", "--size", "big"])
    assert left.value.code == 2
    assert capsys.readouterr().err == "Argument --size: invalid int value: 'big'.\n"
