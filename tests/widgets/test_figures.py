"""What all interactive figures do, without a browser: state in, picture and text out."""

import math
import threading
import tracemalloc

import numpy as np
import pytest
import torch

from nst_helpers import widgets
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import Canvas
from pointing import arrow_key, drag, enter_key, press


class Heard(InteractiveFigure):
    """Two places and no control; it keeps what it was told."""

    def __init__(self):
        self.told, self.drawings = [], 0
        super().__init__([], "Two places. Point at them")

    def draw(self):
        self.drawings += 1
        canvas = Canvas(40, 20)
        canvas.lay(np.zeros((2, 2)), (0, 0), (20, 20), ("style", "mosaic"))
        canvas.lay(np.ones((2, 2)), (20, 0), (10, 20), ("channel", 7))
        return canvas, f"told {len(self.told)} times"

    def point(self, name, x, y, pressed):
        self.told.append((name, x, y, pressed))

    def move(self, right, down):
        self.told.append((right, down))

    def enter(self):
        self.told.append("enter")


def test_a_figure_without_controls_answers_pointer_arrows_and_enter():
    figure = Heard()
    assert figure.children == (figure.picture,)
    answers = [
        (lambda: press(figure, ("channel", 7)), (("channel", 7), 0.5, 0.5, True)),
        (lambda: drag(figure, ("channel", 7), 0.1, 0.2), (("channel", 7), 0.1, 0.2, False)),
        (lambda: press(figure, ("style", "mosaic")), (("style", "mosaic"), 0.5, 0.5, True)),
        (lambda: arrow_key(figure, 3, -10), (3, -10)),
        (lambda: enter_key(figure), "enter"),
    ]
    for number, (answer, told) in enumerate(answers, 1):
        answer()
        assert figure.told[-1] == told
        assert len(figure.told) == number and figure.drawings == number + 1
        assert figure.picture.text == f"told {number} times"


def test_a_drag_answers_only_where_it_began():
    figure = Heard()
    press(figure, ("channel", 7))
    drag(figure, ("style", "mosaic"))
    assert len(figure.told) == 1
    figure.picture.pointed = [35, 10, 2]  # a press beside both
    drag(figure, ("channel", 7))
    assert len(figure.told) == 1


def test_a_figure_need_not_answer():
    figure = widgets.CoOccurrence({"a": torch.rand(8, 9), "b": torch.rand(8, 9)})
    text, png = figure.text, figure.picture.png
    press(figure, "product")
    arrow_key(figure, 1, 1)
    enter_key(figure)
    assert (figure.text, figure.picture.png) == (text, png)


@pytest.fixture(scope="module")
def figures():
    return {
        "explorer": widgets.ChannelExplorer({"cat": "cat"}, size=64),
        "field": widgets.ReceptiveField("cat", size=64),
        "vectors": widgets.Vectors(),
        "both": widgets.CoOccurrence({"a": torch.rand(8, 9), "b": torch.rand(8, 9)}),
        "inspector": widgets.GramInspector("tiger_coat", "cat", layer="relu1_2", size=64),
        "denoise": widgets.Denoise("cat", size=64),
        "balance": widgets.LossBalance("cat", "night_sky", size=32, steps=1),
    }


def test_the_package_names_every_figure(figures):
    assert {type(figure).__name__ for figure in figures.values()} == set(widgets.__all__)


def test_what_cannot_show_a_widget_shows_a_picture_and_words(figures):
    for figure in figures.values():
        data, metadata = figure._repr_mimebundle_()
        assert data["image/jpeg"].startswith(b"\xff\xd8")
        assert "application/vnd.jupyter.widget-view+json" in data
        assert len(metadata["image/jpeg"]["alt"].split()) > 6
        assert "run this cell in Jupyter" in data["text/plain"]
        assert len(data["text/plain"]) < 600


def test_every_control_has_a_label(figures):
    for figure in figures.values():
        row, picture = figure.children
        assert all(control.description for control in row.children)
        assert len(row.children) <= 3
        assert len(picture.label.split()) > 5


def test_redrawing_keeps_no_memory_and_no_thread(figures):
    explorer, inspector = figures["explorer"], figures["inspector"]
    changes = [
        lambda n: setattr(explorer.channel, "value", n % 60),
        lambda n: setattr(explorer, "place", (n % 9 / 9, 0.4)),
        lambda n: setattr(figures["field"], "place", (n % 9 / 9, 0.4)),
        lambda n: setattr(inspector, "pair", (n % 50, 60)),
        lambda n: setattr(figures["vectors"], "a", (n % 40 / 10, 1)),
        lambda n: setattr(figures["denoise"].noise, "value", n % 30 / 100),
        lambda n: setattr(figures["both"].positions, "index", n % 3),
    ]
    tracemalloc.start()
    for number in range(2):
        for change in changes:
            change(number)
    before, threads = tracemalloc.get_traced_memory()[0], threading.active_count()
    for number in range(20):
        for change in changes:
            change(number)
    assert tracemalloc.get_traced_memory()[0] - before < 3e6
    tracemalloc.stop()
    assert threading.active_count() <= threads and math.isfinite(figures["denoise"].error)
