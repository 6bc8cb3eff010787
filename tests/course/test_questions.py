"""The questions of the course: their form, and what the commands make of them."""

import csv
import json
import re
from collections import Counter

import pytest
import torch

import nst_helpers as nst
from nst_helpers.__main__ import main
from nst_helpers.course.material import notebooks
from nst_helpers.course.questions import questions, read_questions
from nst_helpers.course.quiz import gift, write_quiz
from nst_helpers.course.sheet import COLUMNS, Sheet, gain
from nst_helpers.engine.layers import receptive_field
from nst_helpers.errors import InputError

ALL = questions()
EVERY = list(ALL.questions.values())
CONCEPT, LESSONS = ALL.part(concept=True), ALL.part(concept=False)


def headings():
    """Return all sections of the lessons, as questions name them."""
    found = set()
    for path in notebooks():
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "markdown":
                for heading in re.findall(r"^#{2,3} (.+)$", "".join(cell["source"]), flags=re.M):
                    found.add(f"{path.name[:2]} · {heading}")
    return found


def test_there_are_enough_for_each_lesson():
    assert len(CONCEPT) == 12 and len(LESSONS) >= 40
    count = Counter(question.name[:2] for question in LESSONS)
    lessons = [p for p in notebooks() if re.match(r"\d\d_", p.name) and p.stem != "08_studio"]
    assert set(count) == {path.stem[:2] for path in lessons}
    assert all(5 <= number <= 7 for number in count.values())
    for question in LESSONS:
        assert question.part.startswith(question.name[:2])
    titles = [re.match("# (.+)", _first(path))[1] for path in lessons]
    assert list(dict.fromkeys(question.part for question in LESSONS)) == titles


def _first(path):
    return "".join(json.loads(path.read_text(encoding="utf-8"))["cells"][0]["source"])


def test_what_is_to_be_read_again_is_there():
    known = headings()
    for question in EVERY:
        assert question.again in known, question.name
    for name, misconception in ALL.misconceptions.items():
        assert misconception.again in known, name


def test_every_wrong_option_has_a_misconception_with_a_cure():
    used = {name for question in EVERY for name in question.misconceptions} - {None}
    assert used == set(ALL.misconceptions)
    for question in EVERY:
        assert len(question.options) == len(set(question.options)) == 4
        assert len({*question.misconceptions}) == 4, question.name
        assert question.text.endswith("?") and question.why.endswith(".")
    for believed, so, _ in ALL.misconceptions.values():
        assert believed.endswith(".") and so.endswith(".") and believed != so


def told_apart(asked):
    """Yield how somebody who knows nothing could find the right options of these questions."""
    places = Counter(question.right for question in asked)
    if max(places.values()) > 0.4 * len(asked) or min(places[x] for x in "abcd") < len(asked) / 8:
        yield "by their place"
    wordy = [q for q in asked if not all(re.fullmatch(r"[\d.]+", text) for text in q.options)]
    extremes = Counter()
    for question in wordy:
        lengths = [len(text) for text in question.options]
        right = len(question.options["abcd".index(question.right)])
        extremes["longest"] += right == max(lengths)
        extremes["shortest"] += right == min(lengths)
    if max(extremes.values()) > 0.42 * len(wordy):
        yield "by their length"


def test_the_right_option_cannot_be_told_by_its_form():
    assert not list(told_apart(EVERY))
    first = [q._replace(options=_turned(q.options, q), misconceptions=_turned(q.misconceptions, q))
             for q in EVERY]  # fmt: skip
    assert list(told_apart(first)) == ["by their place"]
    wordy = [
        q._replace(options=[text + " indeed" * (text is _right(q)) for text in q.options])
        for q in EVERY
    ]
    assert list(told_apart(wordy)) == ["by their length"]


def _right(question):
    return question.options["abcd".index(question.right)]


def _turned(items, question):
    place = "abcd".index(question.right)
    return items[place:] + items[:place]


PAGE = """
## Misconceptions

| `one` | It is so. | It is not so. | 01 · Here |

## Concept test

### concept-a

Is it?

- [x] Yes
- [ ] No `one`
- [ ] Perhaps `one`

> Because.
>
> 01 · Here
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("- [x] Yes", "- [ ] Yes", "concept-a: of at least three options, just one"),
        ("- [ ] No `one`\n", "", "concept-a: of at least three options, just one"),
        ("- [ ] No `one`", "- [ ] No", "concept-a: the wrong options, and no other"),
        ("- [ ] No `one`", "- [ ] No `two`", "concept-a: the table has no misconception two"),
        ("> Because.\n", "", "concept-a: it has no text, or no reason"),
        ("Is it?", "", "concept-a: it has no text, or no reason"),
        ("> 01 · Here\n", "> 01 · Here\n" + "### concept-a\nWhat?\n- [x] a\n- [ ] b `one`\n"
         "- [ ] c `one`\n> So.\n> 01 · Here\n", "concept-a: there are two questions"),
    ],
)  # fmt: skip
def test_a_page_with_a_mistake_names_the_question(old, new, said):
    assert read_questions(PAGE).questions["concept-a"].right == "a"
    assert old in PAGE
    with pytest.raises(InputError, match=re.escape(said)):
        read_questions(PAGE.replace(old, new))


def parsed(text):
    """Return the questions of a GIFT file: `{name: (text, [(right, option, said)], general)}`.

    A strict reader of that part of the format which is used here.
    """
    plain = r"(?:[^~=#{}\\]|\\[~=#{}\\])"
    answer = rf"([=~])({plain}+)#({plain}+)\n"
    question = rf"::([\w-]+)::\[markdown\]({plain}+) \{{\n((?:{answer})+)####({plain}+)\n\}}\n"
    rest, found = re.sub(r"^\$CATEGORY: \$course\$/[^\n]+\n\n", "", text, flags=re.M), {}
    while rest.strip():
        match = re.match(question, rest.lstrip("\n"))
        assert match, rest[:200]
        rest = rest.lstrip("\n")[match.end() :]
        answers = [(sign == "=", _plain(option), _plain(said))
                   for sign, option, said in re.findall(answer, match[3])]  # fmt: skip
        found[match[1]] = (_plain(match[2]), answers, _plain(match[7]))
    return found


def _plain(text):
    return re.sub(r"\\(.)", r"\1", text)


def test_a_learning_platform_gets_the_same_questions():
    for asked in (CONCEPT, LESSONS):
        found = parsed(gift(asked))
        assert list(found) == [question.name for question in asked]
        for question in asked:
            text, answers, general = found[question.name]
            assert text == question.text and question.again in general
            assert [option for _, option, _ in answers] == question.options
            assert ["abcd"[n] for n, (right, *_) in enumerate(answers) if right] == [question.right]
            for behind, (_, _, said) in zip(question.misconceptions, answers, strict=True):
                told = question.why if behind is None else ALL.misconceptions[behind].so
                assert told in said
    strange = EVERY[0]._replace(text="Is {a = b} ~ c: #1 \\ 2?")
    assert parsed(gift([strange]))[strange.name][0] == strange.text


def test_the_students_folder_has_no_answer(tmp_path, capsys):
    assert main(["quiz", str(tmp_path / "class")]) == 0
    assert "class" in capsys.readouterr().out
    students = list((tmp_path / "class" / "students").iterdir())
    assert sorted(path.name for path in students) == ["concept_test.ipynb", "quiz.ipynb"]
    for path, asked in zip(sorted(students), (CONCEPT, LESSONS), strict=True):
        text = path.read_text(encoding="utf-8")
        for question in asked:
            assert f'sheet.ask(\\"{question.name}\\")' in text
            assert question.why not in text
        assert not [name for name in ALL.misconceptions if f"{name}`" in text]
        cells = json.loads(text)["cells"]
        assert len({cell["id"] for cell in cells}) == len(cells)
        assert not any(cell.get("outputs") for cell in cells)
    teacher = sorted(path.name for path in (tmp_path / "class" / "teacher").iterdir())
    assert teacher == ["answers.md", "concept_test_gift.txt", "quiz_gift.txt"]


def test_both_notebooks_run_and_without_answers_write_nothing(tmp_path, monkeypatch):
    write_quiz(tmp_path / "class")
    monkeypatch.chdir(tmp_path)
    for path in (tmp_path / "class" / "students").iterdir():
        scope, shown = {}, []
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            if cell["cell_type"] == "code":
                *_, last = cell["source"].strip().splitlines()
                if "=" in last.partition("(")[0]:
                    exec(cell["source"], scope)
                else:
                    shown.append(repr(eval(last, scope)))
        assert "Write your name" in "".join(shown)
    assert [path.name for path in tmp_path.iterdir()] == ["class"]


def test_the_quiz_marks_at_once_and_the_first_answer_counts():
    sheet, asked = Sheet("quiz"), ALL.questions["04-silent"]
    wrong = next(letter for letter in "abcd" if letter != asked.right)
    behind = ALL.misconceptions[asked.misconceptions["abcd".index(wrong)]]
    buttons = sheet.ask("04-silent")
    assert buttons.said == "" and sheet.answers == {}
    buttons.chosen = "abcd".index(wrong)  # as the page does
    assert behind.believed in buttons.said and behind.so in buttons.said
    assert asked.why not in buttons.said and buttons.marks["abcd".index(wrong)] == "wrong"
    buttons.chosen = "abcd".index(asked.right)
    assert asked.why in buttons.said and sorted(buttons.marks) == ["", "", "right", "wrong"]
    assert sheet.answers == {"04-silent": wrong}
    assert sheet.ask("04-silent", f"({asked.right.upper()})").said.startswith("✓")
    assert sheet.answers == {"04-silent": wrong}
    for mistake in (("04-silence", None), ("04-silent", "e"), ("04-silent", 3)):
        with pytest.raises(InputError):
            sheet.ask(*mistake)


def test_the_result_names_each_lesson_and_what_to_read_again():
    sheet = Sheet("quiz")
    for question in LESSONS:
        if question.name != "07-gpu":
            wrong = question.name in ("05-dabs", "05-sizes")
            sheet.ask(question.name, "abcd"[("abcd".index(question.right) + wrong) % 4])
    table = sheet.result()
    assert table.title == f"{len(LESSONS) - 3} of {len(LESSONS)} were right at the first attempt."
    rows = {name[:2]: (right.replace("\u00a0", " "), again) for name, right, again in table.rows}
    assert rows["01"] == ("6 of 6", "–")
    again = "05 · From pairs of channels to a matrix; 05 · Growing a texture"
    assert rows["05"] == ("5 of 7", again)
    assert rows["07"] == ("6 of 7, 1 open", "–")
    assert "05 · Growing a texture" in table._repr_html_()


def test_the_sheet_is_a_table_that_is_not_overwritten(tmp_path):
    sheet = Sheet("quiz")
    sheet.ask("02-two", "d"), sheet.ask("02-two", "b"), sheet.ask("04-chance", "c")
    assert "Write your name" in sheet.save(" ", tmp_path / "quiz.csv").title
    assert not list(tmp_path.iterdir())
    sheet.save('Ada "A", Lovelace', tmp_path / "quiz.csv")
    with open(tmp_path / "quiz.csv", encoding="utf-8", newline="") as file:
        rows = {row["question"]: row for row in csv.DictReader(file)}
    assert list(rows) == [question.name for question in LESSONS]
    assert list(rows["02-two"]) == list(COLUMNS)
    assert list(rows["02-two"].values()) == ['Ada "A", Lovelace', "02-two", "d", "0",
                                             "fields-multiply"]  # fmt: skip
    assert list(rows["04-chance"].values())[2:] == ["c", "1", ""]
    assert list(rows["07-gpu"].values())[2:] == ["", "", ""]
    with pytest.raises(InputError, match="is there already"):
        sheet.save("Ada", tmp_path / "quiz.csv")
    with pytest.raises(InputError, match="cannot be written"):
        sheet.save("Ada", tmp_path / "nowhere" / "quiz.csv")


def test_the_concept_test_says_nothing_and_shows_the_gain_at_the_end(tmp_path):
    before, after = Sheet("concept"), Sheet("concept")
    for number, question in enumerate(CONCEPT):
        wrong = "abcd"[("abcd".index(question.right) + 1) % 4]
        said = before.ask(question.name, question.right if number < 4 else wrong).said
        assert said == f"Kept: {before.answers[question.name]}. You may change it."
        after.ask(question.name, wrong)
        after.ask(question.name, question.right if number < 10 else wrong)  # the last one counts
    assert before.result().title == "12 of 12 questions are answered."
    files = tmp_path / "before.csv", tmp_path / "after.csv"
    before.save("Ada", files[0])
    assert gain(*files).title.startswith("Not there yet") and "before" not in gain(*files).title
    after.save("Ada", files[1])
    table = gain(*files)
    assert table.title == "Right before: 33%. Right after: 83%. Gain: 75% of what was left."
    left = {row[0]: row[1:3] for row in table.rows if row[2] != "0"}
    for question in CONCEPT[10:]:
        wrong = ("abcd".index(question.right) + 1) % 4
        believed = ALL.misconceptions[question.misconceptions[wrong]].believed
        assert left.pop(believed)[1] == "1"
    assert not left
    (tmp_path / "other.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(InputError, match="no answers of the concept test"):
        gain(files[0], tmp_path / "other.csv")


def right_option(name):
    question = ALL.questions[name]
    return question.options["abcd".index(question.right)]


def test_the_numbers_in_the_questions_are_computed_so():
    """What a question says of the package itself; the lessons assert the rest."""
    losses, weights = torch.tensor([3, 0.05, 0.1]), torch.tensor([1, 40, 10])
    terms = (losses * weights).tolist()
    assert terms == pytest.approx([3, 2, 1]) and "3 of 6" in right_option("01-sum")
    assert right_option("02-two") == str(receptive_field("conv1_2")[0])
    off = nst.content_loss(torch.tensor([2.0, -2.0]), torch.zeros(2))
    assert right_option("03-loss") == f"{off:.0f}"
    first, second = torch.full((80,), 0.5), torch.full((80,), 0.2)  # chance, for even channels
    assert right_option("04-chance") == f"{first @ second:.0f}"
    maps = torch.rand(1, 3, 4, 5)
    louder = maps * torch.tensor([3.0, 1, 1])[None, :, None, None]
    ratio = nst.gram_matrix(louder) / nst.gram_matrix(maps)
    assert ratio[0, 0].tolist() == pytest.approx([9, 3, 3]) and "9" in right_option("05-triple")
    assert nst.variation_loss(torch.tensor([1.0, 0, 0]).view(1, 3, 1, 1).expand(1, 3, 4, 4)) == 0
    assert right_option("06-plain").startswith("0")
    jump, ramp = torch.tensor([0.0] * 6 + [1.0] * 5), torch.linspace(0, 1, 11)
    assert jump.diff().square().sum() == pytest.approx(10 * ramp.diff().square().sum())
    ramp_cost = ALL.questions["concept-edge"].why
    assert "0.1" in ramp_cost and ramp.diff().square().sum() == pytest.approx(0.1)
