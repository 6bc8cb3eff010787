import pytest

from nst_helpers.engine import schedule


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ((255, 300), [(255, 300)]),  # half of it would be too small
        ((256, 1), [(256, 1)]),
        ((256, 2), [(128, 1), (256, 1)]),
        ((256, 99), [(128, 24), (256, 75)]),
        ((256, 100), [(128, 25), (192, 20), (256, 55)]),
        ((257, 1000), [(128, 30), (192, 60), (257, 910)]),
        ((256, 300, 2), [(128, 30), (256, 270)]),
        ((256, 300, 1), [(256, 300)]),
    ],
)
def test_the_stages_of_a_run(run, expected):
    assert schedule.plan(*run) == expected
