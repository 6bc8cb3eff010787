import pytest

from nst_helpers import widgets
from pointing import arrow_key, drag, press


def test_vectors_are_dragged_slid_and_moved_by_keys():
    figure = widgets.Vectors((3, 1), (1, 2))
    assert figure.text == "a · b = 3 × 1 + 1 × 2 = 5. The cosine is 0.71, the angle 45°."
    press(figure, "plane", (4.5 + 3) / 9, (4.5 - 1) / 9)
    assert figure.chosen.value == "a" and (figure.first.value, figure.second.value) == figure.a
    drag(figure, "plane", 0.5, 0.01)
    assert figure.chosen.value == "a" and figure.a == pytest.approx((0, 4), abs=0.1)
    figure.a = (2, 0)
    figure.first.value = -2.0
    assert figure.a == (-2, 0) and "= -2." in figure.text
    figure.chosen.value = "b"
    assert (figure.first.value, figure.second.value) == figure.b == (1, 2)
    arrow_key(figure, 3, -5)
    assert figure.b == (1.3, 2.5)
    figure.b = (0, 0)
    assert "no angle" in figure.text
    with pytest.raises(ValueError, match="from -4 to 4"):
        figure.a = (5, 0)
