import json
import re

import pytest

from nst_helpers.__main__ import main
from nst_helpers.course.material import notebooks


def test_the_lessons_are_written_with_the_pictures_that_they_show(tmp_path, capsys):
    folder = tmp_path / "a class"
    assert main(["lessons", str(folder)]) == 0
    assert str(folder) in capsys.readouterr().out
    assert {path.name for path in folder.glob("*.ipynb")} == {path.name for path in notebooks()}
    shown = 0
    for path in folder.glob("*.ipynb"):
        assert path.read_bytes() == (notebooks()[0].parent / path.name).read_bytes()
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            for picture in re.findall(r"pictures/[\w/]+\.\w+", "".join(cell["source"])):
                assert (folder / picture).is_file()
                shown += 1
    assert shown > 10
    assert not list(folder.rglob("*.json"))


@pytest.mark.parametrize(
    ("place", "said"),
    {"taken": "is not empty: name a new folder", "a_file": "cannot be made or read"}.items(),
)
def test_nothing_is_overwritten(place, said, tmp_path, capsys):
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "mine.txt").write_text("kept")
    (tmp_path / "a_file").write_text("kept")
    assert main(["lessons", str(tmp_path / place)]) == 2
    assert said in capsys.readouterr().err
    assert (tmp_path / "taken" / "mine.txt").read_text() == "kept"
    assert len(list(tmp_path.rglob("*"))) == 3


def test_help_names_the_commands_of_the_course(capsys):
    for arguments, said in {("--help",): "lessons", ("lessons", "--help"): "FOLDER"}.items():
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 0 and said in capsys.readouterr().out
