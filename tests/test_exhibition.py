"""The page of results: each picture is what its command makes, and fit to be shown."""

import json
import re
import shlex
from functools import partial

from PIL import Image

import exhibition
import nst_helpers
import textures
from nst_helpers import StyleTransfer, __main__, gallery
from nst_helpers.engine import transfer

MACHINE = {"device", "precision", "threads"}
TABLE = json.loads((exhibition.FOLDER / "results.json").read_text(encoding="utf-8"))
LESSONS = json.loads((exhibition.LESSONS_FOLDER / "results.json").read_text(encoding="utf-8"))


def without_machine(settings):
    return {key: settings[key] for key in settings if key not in MACHINE}


def meant(arguments, monkeypatch):
    """Return the settings that a command stands for."""
    asked = {}

    def note(**settings):
        asked.update(settings)
        raise transfer.InputError("noted: go on")

    with monkeypatch.context() as patch:
        patch.setattr(transfer, "style_transfer", note)
        patch.chdir(exhibition.ROOT)
        assert __main__.main(shlex.split(arguments)) == 2
        settings = transfer.QUALITIES[asked.pop("quality")] | asked
        del settings["checkpoint"]
        return StyleTransfer(**settings).settings


def test_each_result_is_that_of_its_command(monkeypatch, capsys):
    assert list(TABLE) == list(exhibition.RESULTS) and len(TABLE) >= 12
    for name, (_, arguments) in exhibition.RESULTS.items():
        expected, kept = meant(arguments, monkeypatch), TABLE[name]["settings"]
        assert TABLE[name]["arguments"] == arguments
        assert without_machine(kept) == without_machine(expected)


def test_a_sweep_paints_what_the_commands_would(monkeypatch, tmp_path, capsys):
    commands = {
        "one": "cat mosaic --size 32 --steps 2 --quality draft",
        "two": "coffee mosaic night_sky --style-shares 2,1 --keep-colours --size 32 --steps 2",
    }
    results = {name: (name, command) for name, command in commands.items()}
    monkeypatch.setattr(exhibition, "RESULTS", results)
    monkeypatch.setattr(exhibition, "FOLDER", tmp_path)
    monkeypatch.setattr(exhibition, "Sweep", partial(exhibition.Sweep, processes=1))
    table = exhibition.update(tmp_path, commands, "arguments", exhibition.paint, [])
    assert list(table) == list(commands)
    for name, command in commands.items():
        expected = json.loads(json.dumps(meant(command, monkeypatch)))
        assert without_machine(table[name]["settings"]) == without_machine(expected)
        with Image.open(tmp_path / f"{name}.jpg") as picture:
            assert list(picture.size) == table[name]["shape"] and max(picture.size) == 32
    again = exhibition.update(tmp_path, commands, "arguments", lambda due: iter(due), [])
    assert again == table  # nothing was due


def test_each_result_of_a_lesson_is_that_of_its_call(monkeypatch):
    assert set(LESSONS) == set(exhibition.LESSONS)
    monkeypatch.setattr(nst_helpers, "style_transfer", StyleTransfer)
    for name, call in exhibition.LESSONS.items():
        expected, kept = eval(call, {"nst": nst_helpers}).settings, LESSONS[name]["settings"]
        assert LESSONS[name]["call"] == call
        expected = json.loads(json.dumps(expected))
        assert without_machine(kept) == without_machine(expected)
        file = exhibition.LESSONS_FOLDER / f"{name}.jpg"
        with Image.open(file) as picture:
            assert list(picture.size) == LESSONS[name]["shape"] and max(picture.size) >= 512
        assert file.stat().st_size <= 250_000
    assert {path.stem for path in exhibition.LESSONS_FOLDER.glob("*.jpg")} == set(LESSONS)


def test_a_lesson_shows_a_result_with_what_makes_it():
    makers = {f"gallery/{name}": f"nst {result['arguments']}" for name, result in TABLE.items()}
    makers |= {f"lessons/{name}": result["call"] for name, result in LESSONS.items()}
    makers |= {f"textures/{name}": "paintings/textures.py" for name in textures.TEXTURES}
    shown = []
    for path in (exhibition.ROOT / "notebooks").glob("*.ipynb"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            for alt, name in re.findall(r"!\[([^]]*)\]\(pictures/([\w/]+)\.jpg\)", text):
                assert len(alt.split()) >= 6 and makers[name] in text, text
                shown.append(name)
    assert {name for name in makers if name.startswith("lessons/")} <= set(shown)


def test_the_results_are_large_and_the_files_small():
    for name, result in TABLE.items():
        file = exhibition.FOLDER / f"{name}.jpg"
        with Image.open(file) as picture:
            assert list(picture.size) == result["shape"] and max(picture.size) >= 768
        assert file.stat().st_size <= 250_000
    assert {path.stem for path in exhibition.FOLDER.glob("*.jpg")} == set(TABLE)


def test_all_hands_and_several_photographs_are_there():
    hands = {name.removesuffix("_2") for name, p in gallery().items() if p.kind == "painting"}
    used = [result["settings"][of] for result in TABLE.values() for of in ("style", "content")]
    assert hands <= {name for each in used for name in ([each] if isinstance(each, str) else each)}
    assert len({result["settings"]["content"] for result in TABLE.values()}) >= 4


def test_the_page_is_what_the_program_writes():
    page = exhibition.PAGE.read_text(encoding="utf-8")
    assert page == exhibition.page(TABLE)
    for name, result in TABLE.items():
        assert f"    uv run nst {result['arguments']}\n" in page
        assert f"/gallery/{name}.jpg)" in page


def test_a_jpeg_is_as_good_as_its_size_allows():
    smooth = exhibition.as_jpeg(Image.linear_gradient("L").convert("RGB"), exhibition.LARGEST_FILE)
    noise = exhibition.as_jpeg(
        Image.effect_noise((600, 500), 60).convert("RGB"), exhibition.LARGEST_FILE
    )
    assert len(smooth) < len(noise) <= exhibition.LARGEST_FILE
