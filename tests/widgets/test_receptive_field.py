import pytest

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.engine.layers import receptive_field
from pointing import arrow_key, differs, press


def test_the_field_is_the_patch_that_was_clicked():
    figure = widgets.ReceptiveField("cat", size=96)
    figure.layer.value = "relu2_2"
    press(figure, "map", 0.5, 0.25)
    rows, columns = figure.maps["relu2_2"].shape
    row, column = int(0.25 * rows), int(0.5 * columns)
    size, step, offset = receptive_field("relu2_2")
    top, left = offset + step * row, offset + step * column
    assert f"row {row}, column {column}: it sees {size} x {size} pixels" in figure.text
    assert f"rows {top} to {top + size - 1} and columns {left} to" in figure.text
    arrow_key(figure, 1, 0)
    assert f"column {column + 1}" in figure.text
    assert differs(figure, lambda: press(figure, ("layer", "relu4_1")))
    assert figure.layer.value == "relu4_1"
    with pytest.raises(nst.InputError):
        widgets.ReceptiveField("no_such_picture")
