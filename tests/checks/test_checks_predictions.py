"""What a reader predicts is kept, and shown beside what it was."""

import json
import sys

import pytest

from nst_helpers.checks import predict, predictions
from nst_helpers.checks import predictions as module_function
from nst_helpers.checks.predictions import FILE
from nst_helpers.checks.questions import digest, questions
from nst_helpers.errors import InputError

OPTIONS = ["grows", "falls", "stays"]


@pytest.fixture(autouse=True)
def nothing_kept(monkeypatch):
    monkeypatch.setattr(sys.modules[module_function.__module__], "_kept", {})


def test_what_was_said_stands_beside_what_it_was_and_why():
    assert predictions("04").title == "Nothing was predicted in this lesson yet."
    assert predictions("04").rows == [] and "<table" not in predictions("04")._repr_html_()
    buttons = predict("04-alone", "one shuffled", OPTIONS)
    assert buttons.said == "" and buttons.chosen == -1
    buttons.chosen = 2  # as the page does
    assert buttons.said.startswith("Kept: c.")
    predict("04-alike", "both <alike>", OPTIONS, " (C) ")
    table = predictions("04")
    assert table.title == "You predicted 1 of 2 as it was."
    (about, said, was, why), (_, *alike) = table.rows
    assert (about, said, was) == ("one shuffled", "c: stays", "b: falls")
    assert "by chance" in why and alike[:2] == ["c: stays", "c: stays"]
    assert "both &lt;alike&gt;" in table._repr_html_() and "you said c: stays" in repr(table)
    assert predictions("05").rows == []


def test_it_may_be_changed_and_is_there_when_the_cell_runs_again():
    predict("04-alone", "one shuffled", OPTIONS, "a")
    predict("04-alone", "one shuffled", OPTIONS, "b")
    assert predict("04-alone", "one shuffled", OPTIONS).chosen == 1
    assert predict("04-alone", "one shuffled", ["other", "words"]).chosen == -1
    table = predictions("04")
    assert table.title == "You predicted 1 of 1 as it was. Not predicted: 1."


@pytest.mark.parametrize(
    "mistake",
    [("04-alon", "", OPTIONS), ("04-alone", "", OPTIONS, "d"), ("04-alone", "", OPTIONS, 2)],
)
def test_a_mistake_is_named_and_nothing_is_kept(mistake):
    with pytest.raises(InputError):
        predict(*mistake)
    assert predictions("04").rows == []
    with pytest.raises(InputError):
        predictions("99")


def test_without_a_widget_the_options_can_be_read():
    data, _ = predict("04-alone", "one <shuffled>", OPTIONS)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    for option in ("a: grows", "b: falls", "c: stays"):
        assert option in data["text/plain"] and f"<li>{option}</li>" in data["text/html"]
    assert "one &lt;shuffled&gt;" in data["text/html"]


def test_the_file_shows_no_answer_at_a_glance():
    text = FILE.read_text(encoding="utf-8")
    for name, known in questions(FILE).items():
        right = [one for one in "abcdefgh" if digest(name, one) == known.right]
        assert len(right) == 1 and known.hint(known.right) and set(known.hints) == {known.right}
        assert known.hint(known.right) not in text
        assert set(json.loads(text)[name]) == {"right", "hints"}
