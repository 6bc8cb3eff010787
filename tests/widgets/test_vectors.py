import math

import pytest

from nst_helpers import widgets


def test_vectors_say_their_product():
    figure = widgets.Vectors((3, 1), (1, 2))
    assert figure.text == "a · b = 3 × 1 + 1 × 2 = 5. The cosine is 0.71, the angle 45°."
    figure.b = (0, 0)
    assert "no angle" in figure.text
    with pytest.raises(ValueError, match="from -4 to 4"):
        figure.a = (5, 0)


def test_the_rectangle_is_as_large_as_the_dot_product():
    figure = widgets.Vectors((3, 1), (-2, 2))
    (area,) = (patch.get_path().vertices for patch in figure.draw().axes[0].patches[:1])
    x, y = area[:-1].T if (area[0] == area[-1]).all() else area.T
    size = abs(sum(x[i - 1] * y[i] - x[i] * y[i - 1] for i in range(len(x)))) / 2
    assert size == pytest.approx(4)


def test_a_vector_is_dragged_and_moved_by_keys(show):
    shown = show(widgets.Vectors((3, 1), (1, 2)))
    assert shown.agrees().startswith("a · b = 3 × 1 + 1 × 2 = 5.")
    shown.drag(".nst-plane", (5.5 / 9, 2.5 / 9), (5.5 / 9, 1.3 / 9))
    assert shown.state("b") == pytest.approx([1, 3.2], abs=0.11) and shown.state("a") == [3, 1]
    shown.agrees()
    shown.key(".nst-a", "ArrowLeft", "ArrowLeft", "Shift+ArrowDown")
    assert shown.state("a") == [2.8, 0]
    shown.agrees()
    numbers = shown.page.locator(".nst-products td").all_inner_texts()
    b = shown.state("b")
    assert numbers[1:4] == ["2.8", "1", f"{2.8 * b[0]:.2f}"]
    assert numbers[4:7] == ["0", f"{b[1]:g}", "0.00"] and f"{2.8 * b[0]:.2f}" in numbers


def test_locked_arrows_keep_their_length_and_the_area_its_sign(show):
    shown = show(widgets.Vectors((3, 0), (0, 2)))
    shown.click("Same length")
    assert math.hypot(*shown.state("b")) == pytest.approx(3, abs=2e-3)  # at once
    shown.drag(".nst-plane", (4.5 / 9, 2.5 / 9), (1.5 / 9, 2.5 / 9))
    assert math.hypot(*shown.state("b")) == pytest.approx(3, abs=2e-3)
    assert shown.state("b")[0] < 0 and "nst-negative" in shown.page.locator(
        ".nst-area"
    ).get_attribute("class")
    corners = shown.page.locator(".nst-area").get_attribute("points").split()
    points = [tuple(map(float, corner.split(","))) for corner in corners]
    area = (
        sum(points[i - 1][0] * points[i][1] - points[i][0] * points[i - 1][1] for i in range(4))
        / 2
        / 50**2
    )
    assert abs(area) == pytest.approx(3 * abs(shown.state("b")[0]), rel=1e-3)
    shown.agrees()
