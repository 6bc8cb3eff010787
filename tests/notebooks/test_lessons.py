"""The lessons keep the form in which they are written, and teach what the helpers compute."""

import html
import itertools
import json
import re
from functools import cache
from pathlib import Path
from statistics import median

import pytest
import torch

import nst_helpers as nst
from nst_helpers.checks.predictions import FILE as PREDICTIONS
from nst_helpers.checks.questions import questions

ROOT = Path(__file__).parents[2]
STUDIO = "08_studio.ipynb"  # a page to work with, not a lesson
LESSONS = sorted(set((ROOT / "notebooks").glob("[0-9]*.ipynb")) - {ROOT / "notebooks" / STUDIO})
APPENDICES = sorted((ROOT / "notebooks").glob("appendix_*.ipynb"))  # what a lesson has no room for
ASKS = r'(?:predict|visit)\(\s*"([^"]+)"'  # for a prediction, or in a room of the museum
TAUGHT = {"content_loss", "gram_matrix", "style_loss", "variation_loss"}


def pytest_generate_tests(metafunc):
    if "path" in metafunc.fixturenames:
        metafunc.parametrize("path", LESSONS, ids=lambda path: path.stem)
    if "page" in metafunc.fixturenames:
        metafunc.parametrize("page", LESSONS + APPENDICES, ids=lambda page: page.stem)


@cache
def cells(path, kind=None):
    notebook = json.loads(path.read_text(encoding="utf-8"))
    return [cell for cell in notebook["cells"] if kind in (None, cell["cell_type"])]


def source(cell):
    return "".join(cell["source"])


def tags(cell):
    return cell["metadata"].get("tags", [])


def tagged(path, tag):
    return [cell for cell in cells(path, "code") if tag in tags(cell)]


def bullets(text):
    return re.findall(r"^- ", text, flags=re.M)


def pictures(cell):
    """Return the alternative text of each picture that a cell shows.

    It has to stand in the page: nobody shows that of a picture's metadata.
    """
    shown = [output.get("data", {}) for output in cell["outputs"]]
    assert not any(kind.startswith("image/") for data in shown for kind in data), source(cell)
    elements = re.findall(
        "<img [^>]*>", "".join(h for data in shown for h in data.get("text/html", []))
    )
    return [html.unescape(re.search('alt="([^"]*)"', element)[1]) for element in elements]


def words(text):
    """Count the words of prose: no formulas, tables, images or targets of links."""
    text = re.sub(r"\$\$.*?\$\$|\$[^$]*\$|^\|.*$", " ", text, flags=re.S | re.M)
    text = re.sub(r"\]\([^)]*\)", "]", text)
    return len(re.findall(r"\w[\w'’.-]*", text))


def test_the_title_promises(path):
    title = source(cells(path)[0])
    assert re.match(rf"# {path.stem[:2]} · .+\?\n", title)
    assert "you can" in title
    assert 2 <= len(bullets(title)) <= 4
    assert re.search(r"^\*\*Needs:\*\* ", title, flags=re.M)
    time = re.search(r"^\*\*Time:\*\* (\d+) minutes .* (\d+) seconds", title, flags=re.M)
    assert int(time[2]) <= 60
    assert words(title) <= 150


def test_the_takeaways_answer_the_title(path):
    takeaways = [cell for cell in cells(path, "markdown") if "## Takeaways" in source(cell)]
    assert takeaways == [cells(path)[-1]]
    text = source(takeaways[0])
    assert len(bullets(text)) == len(bullets(source(cells(path)[0])))
    assert re.search(r"^\*\*In the paper:\*\* ", text, flags=re.M)
    assert re.search(r"^\*\*Next:\*\* ", text, flags=re.M)
    assert words(text) <= 180


def test_it_starts_with_one_setup_and_a_picture(path):
    setup, *others = cells(path, "code")
    assert tagged(path, "setup") == [setup]
    assert not re.search(r"^(def |class |[!%]|.*pip install)", source(setup), flags=re.M)
    assert not any(re.search(r"^(import|from) ", source(cell), flags=re.M) for cell in others)
    assert any(pictures(cell) for cell in cells(path, "code")[:3])


def test_it_fits_into_an_hour(path):
    assert len(cells(path)) <= 60


def test_it_has_three_to_five_sections(path):
    headings = re.findall(r"^## (.+)$", "\n".join(map(source, cells(path, "markdown"))), flags=re.M)
    assert headings[-1] == "Takeaways"
    assert 3 <= len(headings) - 1 <= 5


def test_cells_are_short_and_introduced(page):
    everything = cells(page)
    for cell in everything[1:-1]:
        if cell["cell_type"] == "markdown":
            assert words(source(cell)) <= 100, source(cell)
    code = [source(cell).strip().splitlines() for cell in cells(page, "code")]
    assert max(map(len, code)) <= 25
    assert median(map(len, code)) <= 9
    for before, cell in itertools.pairwise(everything):
        alone = {"check", "solution", "setup", "predict"} & set(tags(cell))
        if cell["cell_type"] == "code" and not alone and "predict" not in tags(before):
            assert before["cell_type"] == "markdown", source(cell)


def test_the_reader_predicts(path):
    asked = [i for i, cell in enumerate(cells(path)) if "**Predict.**" in source(cell)]
    assert len(asked) >= 2
    for i in asked:
        assert cells(path)[i]["cell_type"] == "markdown"
        shown = [cell for cell in cells(path)[i + 1 : i + 3] if "predict" not in tags(cell)]
        assert shown[0]["cell_type"] == "code"


def test_predictions_are_kept_and_shown_at_the_end(path):
    *asked, last = tagged(path, "predict")
    names = [name for cell in asked for name in re.findall(ASKS, source(cell))]
    known = [name for name in questions(PREDICTIONS) if name.startswith(path.stem[:2])]
    assert len(names) >= 2 and sorted(names) == sorted(known)
    assert last == cells(path)[-2] and source(last) == f'predictions("{path.stem[:2]}")'
    everything = cells(path)
    for cell in asked:
        assert "**Predict.**" in source(everything[everything.index(cell) - 1])
        assert json.dumps(cell["outputs"]).count("Nothing is predicted yet") >= 2
    assert "Nothing was predicted" in json.dumps(last["outputs"])
    for name in names:
        known = questions(PREDICTIONS)[name]
        assert known.hint(known.right) not in path.read_text(encoding="utf-8")


def test_exercises_have_stub_check_and_solution(path):
    everything = cells(path)
    tasks = [i for i, cell in enumerate(everything) if source(cell).startswith("### Exercise")]
    assert len(tasks) >= 2
    for i in tasks:
        assert "**Expected:**" in source(everything[i])
        assert re.search(r"\*\*Minutes:\*\* \d", source(everything[i]))
        stub, check, solution = everything[i + 1 : i + 4]
        assert [tags(stub), tags(check), tags(solution)] == [["exercise"], ["check"], ["solution"]]
        assert "assert check_" in source(solution)
        assert "Nothing was returned yet" in json.dumps(check["outputs"])
    for tag in ("exercise", "check", "solution"):
        assert len(tagged(path, tag)) == len(tasks)
    code = [cell for cell in tagged(path, "exercise") if "def " in source(cell)]
    assert 0 < len(code) < len(tasks)  # one to write, and one to predict or explain


def is_one_call(code):
    """Return whether code is the call of a checker, and has no word of an answer."""
    question = r'check_answer\("\d\d-[a-z]+", answer\)'
    function = r"check_(?!answer\()\w+\(\w+(, \w+=(True|False))?\)"
    return re.fullmatch(f"{question}|{function}", code) is not None


def shown_text(cell):
    """Return what a cell has printed and shown, without its figures."""
    texts = [
        output.get("text", [])
        + [text for kind, text in output.get("data", {}).items() if kind.startswith("text/")]
        for output in cell["outputs"]
    ]
    return re.sub(r"<img [^>]*>", "", json.dumps(texts, ensure_ascii=False))


def given_away(cell):
    """Yield how a code cell gives an answer away before it is asked for."""
    kind = set(tags(cell))
    stored = shown_text(cell)
    if "check" in kind and not is_one_call(source(cell)):
        yield "the check has more than its call"
    if "check" in kind and re.search("Right|Not yet", stored):
        yield "the check was stored with an answer"
    if "solution" in kind:
        if cell["metadata"].get("jupyter") != {"outputs_hidden": True, "source_hidden": True}:
            yield "the solution is open"
        if cell["outputs"]:
            yield "the solution has outputs"
    elif "check_" in source(cell) and "check" not in kind and "setup" not in kind:
        yield "a checker is called elsewhere"
    if "check" not in kind and re.search(r"\byour\b", stored, re.I):
        yield "what is not the reader's is called yours"


def test_no_answer_is_given_away(page):
    for cell in cells(page, "code"):
        assert not list(given_away(cell)), source(cell)


def code_cell(tag, code, *printed, **jupyter):
    outputs = [{"output_type": "stream", "name": "stdout", "text": [text]} for text in printed]
    metadata = {"tags": [tag]} | ({"jupyter": jupyter} if jupyter else {})
    return {"cell_type": "code", "metadata": metadata, "source": [code], "outputs": outputs}


CLOSED = {"source_hidden": True, "outputs_hidden": True}


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (code_cell("check", 'check_answer("04-table", answer)', "Nothing yet"), None),
        (code_cell("check", "check_gram_matrix(my_gram, batch=False)"), None),
        (code_cell("check", 'check_answer(answer, "c")'), "more than its call"),
        (code_cell("check", 'check_answer("04-table", "c")'), "more than its call"),
        (code_cell("check", 'check_answer("c", answer)'), "more than its call"),
        (code_cell("check", 'hints = {}\ncheck_answer("04-table", answer)'), "more than its call"),
        (code_cell("check", 'compare_answer(answer, "c")'), "more than its call"),
        (code_cell("check", "check_cosine(lambda a, b: a @ b)"), "more than its call"),
        (code_cell("check", 'check_cosine(cosine, rule="a @ b")'), "more than its call"),
        (code_cell("check", "check_cosine(cosine)  # a @ b"), "more than its call"),
        (code_cell("check", "check_cosine(cosine)", "✓ Right."), "stored with an answer"),
        (code_cell("solution", 'assert check_answer("04-table", "b")', **CLOSED), None),
        (code_cell("solution", "a = 1", source_hidden=True), "open"),
        (code_cell("solution", "a = 1", source_hidden=True, outputs_hidden=False), "open"),
        (code_cell("solution", "a = 1"), "open"),
        (code_cell("solution", "a = 1", "All move alike.", **CLOSED), "has outputs"),
        (code_cell("solution", "a = 1", "Your cosine is right", **CLOSED), "called yours"),
        (code_cell("demo", "a = 1", "Your cosine is right"), "called yours"),
        (code_cell("demo", 'check_answer("04-table", "b")'), "called elsewhere"),
    ],
)
def test_an_answer_given_away_is_found(cell, fault):
    found = list(given_away(cell))
    assert any(fault in one for one in found) if fault else not found


@pytest.mark.skipif(len(LESSONS) < 7, reason="not all lessons are there")
def test_each_question_is_asked_in_its_lesson():
    asked = [
        (lesson.stem[:2], name)
        for lesson in LESSONS
        for cell in tagged(lesson, "check")
        for name in re.findall(r'check_answer\("([^"]*)"', source(cell))
    ]
    assert sorted(name for _, name in asked) == sorted(questions())
    assert all(name.startswith(f"{number}-") for number, name in asked)


def test_the_stored_outputs_are_those_of_one_clean_run(page):
    code = cells(page, "code")
    assert [cell["execution_count"] for cell in code] == list(range(1, len(code) + 1))
    for cell in code:
        for output in cell["outputs"]:
            assert output["output_type"] != "error"
            assert output.get("name") != "stderr", output
        printed = any(output.get("name") == "stdout" for output in cell["outputs"])
        decided = {"NBVAL_CHECK_OUTPUT", "nbval-ignore-output"} & set(tags(cell))
        assert not printed or decided, source(cell)


def test_every_figure_has_alternative_text(page):
    alternatives = [alt for cell in cells(page, "code") for alt in pictures(cell)]
    assert len(alternatives) >= (4 if page in LESSONS else 1)
    assert all(len(alt.split()) >= 6 for alt in alternatives), alternatives


def test_an_interactive_figure_is_stored_as_a_picture(page):
    """Stored without its kernel, a widget shows nothing, and hides the picture beside it."""
    for cell in cells(page, "code"):
        kinds = {kind for output in cell["outputs"] for kind in output.get("data", {})}
        assert "application/vnd.jupyter.widget-view+json" not in kinds, source(cell)
        if "\nwidgets." in "\n" + source(cell):
            assert pictures(cell), source(cell)


def test_it_is_small_and_free_of_machine_paths(page):
    assert page.stat().st_size <= 2e6
    text = page.read_text(encoding="utf-8")
    assert not re.search(r"/home/|/Users/|/root/|/tmp/|/work/|[A-Z]:\\\\|site-packages", text)


def test_what_is_taught_is_what_the_helpers_compute(page):
    for cell in cells(page, "code"):
        for tag in tags(cell):
            if tag.startswith("teaches-"):
                name = tag.removeprefix("teaches-")
                scope = {"torch": torch}
                exec(source(cell), scope)
                same_as_the_helper(scope[name], getattr(nst, name))


def same_as_the_helper(taught, helper):
    generator = torch.Generator().manual_seed(0)
    maps = [torch.rand(2, 3, 4, 5, generator=generator, dtype=torch.float64) for _ in range(2)]
    name = helper.__name__
    if name == "gram_matrix":
        inputs = [(maps[0],), (maps[0][:, :, ::2],)]
    elif name == "variation_loss":
        inputs = [(maps[0],), (maps[0], 1), (maps[0], 2)]
    else:
        inputs = [maps if name == "content_loss" else [nst.gram_matrix(one) for one in maps]]
    for given in inputs:
        torch.testing.assert_close(taught(*given), helper(*given))


def test_the_readme_asks_its_question(page):
    question = re.match(r"# (?:\d\d|Appendix) · (.+)\n", source(cells(page)[0]))[1]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"notebooks/{page.name}" in readme
    assert question in readme


@pytest.mark.skipif(len(LESSONS) < 7, reason="not all lessons are there")
def test_every_function_is_taught_once(path):
    every = [
        tag for page in LESSONS + APPENDICES for cell in cells(page, "code") for tag in tags(cell)
    ]
    assert sorted(tag for tag in every if tag.startswith("teaches-")) == sorted(
        f"teaches-{name}" for name in TAUGHT
    )
