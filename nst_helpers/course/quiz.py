"""`nst quiz`: the concept test and the quiz, for students and for a learning platform."""

import json
import re
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_helpers.course.material import material, new_folder
from nst_helpers.course.questions import CONCEPT, Question, questions
from nst_helpers.course.sheet import answer_to

_QUIZ = """# Quiz

Questions for each lesson. It needs a running notebook with the package `nst_helpers`: choose
*Run > Run All Cells*, and letters appear. Press the letter of your answer: you are told at once
whether it is right, and if not, which idea may be behind it. Your first answer counts; try on until
you know.

Without buttons, write the letter into the cell: `sheet.ask("01-window", "b")`.
"""
_CONCEPT = """# Concept test

Twelve questions, the same before and after the course. Before it you are not expected to know the
answers: choose what you find most likely, and do not look anything up. Nothing is marked now.

It needs a running notebook with the package `nst_helpers`: choose *Run > Run All Cells*, and
letters appear. Press a letter; the last one counts. Without buttons, write it into the cell:
`sheet.ask("concept-where", "b")`.
"""
_QUIZ_END = """## Your result

For each lesson: how many answers were right at the first attempt, and what to read again."""
_SAVE = """To hand in your answers, write your name between the quotes and run the cell. It makes a
file beside this notebook: a table with your name, your answers, and whether they are right."""
_CONCEPT_END = """## The end

Write your name between the quotes and run the cell: now with `before.csv`, after the course with
`after.csv`. Keep the file beside this notebook."""
_GAIN = """After the course, when both files are there, this shows what has changed, and which
ideas are left."""


def write_quiz(folder: str | Path) -> Path:
    """Write the concept test and the quiz: notebooks, answers, and files for a learning platform.

    The folder `students` has the notebooks, without answers; `teacher` has the answers, and the
    same questions in the format GIFT, which Moodle and others import.

    Args:
        folder: a path at which nothing is, or an empty folder.

    Returns:
        The folder.

    Raises:
        InputError: if something is there already, or the folder cannot be written.
    """
    path = new_folder(folder)
    students, teacher = path / "students", path / "teacher"
    students.mkdir(), teacher.mkdir()
    shutil.copyfile(material("course") / "questions.md", teacher / "answers.md")
    for name, concept in (("quiz", False), ("concept_test", True)):
        asked = questions().part(concept)
        notebook = json.dumps(quiz_notebook(asked, concept), indent=1, ensure_ascii=False) + "\n"
        for file, text in {
            students / f"{name}.ipynb": notebook,
            teacher / f"{name}_gift.txt": gift(asked),
        }.items():
            file.write_text(text, encoding="utf-8", newline="\n")
    return path


def quiz_notebook(asked: Sequence[Question], concept: bool) -> dict[str, Any]:
    """Return a notebook that asks these questions, and in which no answer stands.

    Args:
        asked: the questions, in their order.
        concept: whether they are the concept test, which says nothing until its end.
    """
    kind, used = ("concept", "Sheet, gain") if concept else ("quiz", "Sheet")
    setup = f'from nst_helpers.course.sheet import {used}\n\nsheet = Sheet("{kind}")'
    cells = [
        _cell("markdown", "title", _CONCEPT if concept else _QUIZ),
        _cell("code", "setup", setup),
    ]
    part = CONCEPT
    for number, question in enumerate(asked, start=1):
        heading = f"## {question.part}\n\n" if question.part != part else ""
        part = question.part
        options = zip(question.letters, question.options, strict=True)
        listed = "\n".join(f"- **{letter}** {option}" for letter, option in options)
        text = f"{heading}**{number}.** {question.text}\n\n{listed}"
        cells.append(_cell("markdown", f"{question.name}-text", text))
        cells.append(_cell("code", question.name, f'sheet.ask("{question.name}")'))
    cells.append(_cell("markdown", "end", _CONCEPT_END if concept else _QUIZ_END))
    cells.append(_cell("code", "result", "sheet.result()"))
    if concept:
        cells.append(_cell("code", "save", 'sheet.save("", "before.csv")'))
        cells.append(_cell("markdown", "gain-text", _GAIN))
        cells.append(_cell("code", "gain", 'gain("before.csv", "after.csv")'))
    else:
        cells.append(_cell("markdown", "save-text", _SAVE))
        cells.append(_cell("code", "save", 'sheet.save("", "quiz.csv")'))
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _cell(kind: str, name: str, source: str) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    return cell if kind == "markdown" else {**cell, "execution_count": None, "outputs": []}


def gift(asked: Sequence[Question]) -> str:
    """Return questions in the format GIFT, with what is said to each answer.

    Args:
        asked: the questions; those of each part get a category of their own.

    Example:
        >>> [line[:12] for line in gift([questions().questions["02-two"]]).splitlines()[4:6]]
        ['=5#✓ Right. ', '~6#✗ Not yet']
    """
    lines = []
    part = None
    for question in asked:
        if question.part != part:
            part = question.part
            lines += [f"$CATEGORY: $course$/Style transfer/{part.replace('/', '//')}", ""]
        lines.append(f"::{question.name}::[markdown]{_escaped(question.text)} {{")
        for letter, option in zip(question.letters, question.options, strict=True):
            sign = "=" if letter == question.right else "~"
            lines.append(f"{sign}{_escaped(option)}#{_escaped(answer_to(question, letter))}")
        lines += [f"####{_escaped(f'Read again: {question.again}')}", "}", ""]
    return "\n".join(lines)


def _escaped(text: str) -> str:
    """Return a text in which no sign means anything to GIFT."""
    return re.sub(r"([~=#{}\\])", r"\\\1", text)
