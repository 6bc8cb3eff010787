import pytest

from nst_helpers.engine import schedule


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ((255, 300), [(255, 300)]),  # half of it would be too small
        ((256, 1), [(256, 1)]),
        ((256, 2), [(128, 1), (256, 1)]),
        ((256, 40), [(128, 10), (256, 30)]),
        ((256, 99), [(128, 24), (192, 19), (256, 56)]),
        ((256, 100), [(128, 25), (192, 20), (256, 55)]),
        ((257, 1000), [(128, 30), (192, 60), (257, 910)]),
        ((256, 300, 2), [(128, 30), (256, 270)]),
        ((256, 300, 1), [(256, 300)]),
        ((256, 40, 3, 128), [(128, 10), (256, 30)]),
        ((256, 40, 3, 129), [(256, 40)]),  # narrow: half of it would be less than the network needs
    ],
)
def test_the_stages_of_a_run(run, expected):
    assert schedule.plan(*run) == expected


def test_the_stages_have_all_steps_and_grow():
    for steps in range(1, 400):
        sizes, counts = zip(*schedule.plan(400, steps), strict=True)
        assert sum(counts) == steps and min(counts) >= 1
        assert sorted(set(sizes)) == list(sizes) and sizes[-1] == 400


def test_one_step_more_is_another_run_by_a_little():
    """No number of steps has a cliff: a user who adds one gets nearly the same picture."""
    for steps in range(20, 400):
        for rule in (lambda n: schedule.content_emphasis(2, n), schedule.low_pass):
            assert rule(steps + 1) / rule(steps) == pytest.approx(1, abs=0.03)
        before, after = (dict(schedule.plan(256, n)) for n in (steps, steps + 1))
        assert all(abs(after.get(size, 0) - before.get(size, 0)) <= 2 for size in (128, 192, 256))


def test_the_ends_of_the_rules():
    assert schedule.content_emphasis(2, 1) == pytest.approx(4, rel=1e-6)
    assert schedule.content_emphasis(2, 10_000) == pytest.approx(64, rel=1e-6)
    assert schedule.content_emphasis(1, 50) == 1
    assert schedule.low_pass(1) == pytest.approx(64) and schedule.low_pass(10_000) == (
        pytest.approx(16)
    )
