import io

import numpy as np
import pytest
from PIL import Image

from nst_helpers.studio.canvas import BLACK, WHITE, Canvas


@pytest.mark.parametrize("name", ["map", ("channel", 7), ("style", "mosaic")])
def test_a_canvas_knows_what_lies_where(name):
    canvas = Canvas(60, 40)
    canvas.lay(np.array([[0.0, 1.0]]), (10, 20), (40, 10), name)
    assert canvas.image.getpixel((12, 25)) == BLACK and canvas.image.getpixel((48, 25)) == WHITE
    assert canvas.find(10, 20) == (name, 0, 0)
    assert canvas.find(49, 29)[0] == name
    assert canvas.find(9, 20) is canvas.find(50, 29) is canvas.find(49, 30) is None
    assert Image.open(io.BytesIO(canvas.png())).size == (60, 40)


def test_what_has_no_name_is_not_found():
    canvas = Canvas(60, 40)
    canvas.lay(np.zeros((2, 2)), (0, 0), (60, 40))
    assert canvas.find(30, 20) is None
