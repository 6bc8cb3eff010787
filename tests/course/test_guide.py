"""The guide is true: its sections, minutes, misconceptions and commands are there."""

import json
import re

import pytest

from nst_helpers.course.commands import COMMANDS
from nst_helpers.course.material import material, notebooks
from nst_helpers.course.questions import questions

GUIDE = (material("course") / "guide.md").read_text(encoding="utf-8")
# All but the studio, which is a page to work with.
LESSONS = [
    path for path in notebooks() if re.match(r"\d\d_", path.name) and path.stem != "08_studio"
]


def text_of(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n\n".join("".join(c["source"]) for c in cells if c["cell_type"] == "markdown")


def chapter(title):
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", GUIDE, flags=re.M | re.S)
    assert found, title
    return found[1]


def table(text):
    """Return the rows of the tables of minutes in a text: `[(minutes, what)]`."""
    return [(int(m), what) for m, what in re.findall(r"^\| (\d+) \| (.+?) \|$", text, flags=re.M)]


@pytest.fixture(params=LESSONS, ids=lambda path: path.stem)
def lesson(request):
    text = text_of(request.param)
    return text, chapter(re.match("# (.+)", text)[1])


def test_each_lesson_has_all_parts(lesson):
    _, said = lesson
    for part in ("**Aims.** ", "**If time runs short.** ", "**On the board.** "):
        assert part in said
    assert said.count("**Ask.** ") >= 4
    assert len(re.findall(r"^\*\*Ask\.\*\* .+?\*", said, flags=re.M | re.S)) == said.count("**Ask.")


def test_the_minutes_are_those_of_the_lesson(lesson):
    text, said = lesson
    rows = table(said)
    assert sum(minutes for minutes, _ in rows) == int(re.search(r"Time:\*\* (\d+)", text)[1])
    sections = re.findall(r"^## (.+)$", text, flags=re.M)
    assert [what for _, what in rows] == ["the beginning", *sections]
    time = dict((what, minutes) for minutes, what in rows)
    for section in re.split(r"^## ", text, flags=re.M)[1:]:
        exercises = map(int, re.findall(r"\*\*Minutes:\*\* (\d+)", section))
        assert sum(exercises) < time[section.splitlines()[0]]


def test_its_headings_are_sections_of_the_lesson(lesson):
    text, said = lesson
    sections = re.findall(r"^## (.+)$", text, flags=re.M)
    assert re.findall(r"^### (.+)$", said, flags=re.M) == sections[:-1]
    named = re.findall(r"\*([^*\n]+)\*", re.search(r"short\.\*\* (.*?)\n\n", said, flags=re.S)[1])
    assert set(named) <= set(sections)


def test_each_misconception_is_known_and_cured(lesson):
    _, said = lesson
    named = re.findall(r"^\*\*Misconception\*\* \(`([\w-]+)`\): .+?\.\s\*\*Cure:\*\*\s", said,
                       flags=re.M | re.S)  # fmt: skip
    assert len(named) == said.count("**Misconception**") == said.count("**Cure:**") >= 5
    assert set(named) <= set(questions().misconceptions)


def test_what_is_quoted_from_a_lesson_is_in_it():
    for path in LESSONS:
        said = chapter(re.match("# (.+)", text_of(path))[1])
        source = path.read_text(encoding="utf-8")
        for layer in re.findall(r"`((?:relu|conv|pool)\d\w*)`", said):
            assert layer in source, layer
        for exercise in re.findall(r"Exercise (\d)", said):
            assert f"### Exercise {exercise}" in source
        for exercise in re.findall(r'Exercise\s+"([^"]+)"', said):
            assert f"### Exercise: {exercise.rstrip('.')}" in source


def test_the_plans_add_up():
    plans = re.split(r"^### ", chapter("Plans"), flags=re.M)[1:]
    assert len(plans) == 4
    for plan in plans:
        length = int(re.search(r"\d+", plan.splitlines()[0])[0])
        tables = re.split(r"^\| minutes \|", plan, flags=re.M)[1:]
        assert tables and all(sum(m for m, _ in table(one)) == length for one in tables), plan


def test_a_lesson_that_is_whole_in_a_plan_has_its_minutes():
    times = {path.stem[:2]: re.search(r"Time:\*\* (\d+)", text_of(path))[1] for path in LESSONS}
    found = re.findall(r"^\| (\d+) \| Lesson (\d\d)(?:, with both exercises)?\. \|$", GUIDE, re.M)
    assert len(found) >= 8
    for minutes, number in found:
        assert times[number] == minutes


def test_what_a_plan_leaves_out_has_the_minutes_of_the_rest():
    found = 0
    for line in GUIDE.splitlines():
        if match := re.fullmatch(r"\| (\d+) \| Lesson (\d\d) without (.+) \|", line):
            path = next(path for path in LESSONS if path.stem.startswith(match[2]))
            rows = table(chapter(re.match("# (.+)", text_of(path))[1]))
            left_out = re.findall(r"\*([^*]+)\*", match[3])
            kept = sum(minutes for minutes, what in rows if what.rstrip(".") not in left_out)
            assert kept == int(match[1]), line
            found += 1
    assert found == 4


def test_every_command_is_one():
    found = re.findall(r"`nst (\w+) ?([^`]*)`", GUIDE)
    assert len(found) >= 9
    others = {"handout", "slides", "print", "book", "bundle"}
    missing = {command for command, _ in found} - set(COMMANDS)
    assert missing <= others
    if missing:
        pytest.skip(f"not there yet: {', '.join(sorted(missing))}")
    for command, rest in found:
        for flag in re.findall(r"--(\w+)", rest):
            assert flag in COMMANDS[command][2]
    named = set(re.findall(r"^\| `nst (\w+)", GUIDE, flags=re.M))
    assert named == set(COMMANDS)


def test_its_links_are_there():
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        assert (material("course") / target).resolve().is_file(), target
