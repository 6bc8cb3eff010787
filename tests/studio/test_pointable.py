"""The figures of the studio, which are drawn in the kernel: state in, picture and text out."""

import numpy as np

from nst_helpers.studio.canvas import Canvas
from nst_helpers.studio.pointable import InteractiveFigure
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
