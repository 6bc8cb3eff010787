import itertools

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
        ((512, 150), [(256, 30), (384, 30), (512, 90)]),
        ((540, 40), [(270, 10), (540, 30)]),  # hardly larger
        ((768, 80), [(256, 17), (384, 5), (512, 48), (768, 10)]),
        ((2048, 40, 2), [(256, 5), (512, 15), (724, 5), (1024, 5), (1448, 5), (2048, 5)]),
        ((1024, 150, 1), [(1024, 150)]),
        ((1024, 7), [(1024, 7)]),
        ((1024, 40, 3, 300), [(512, 30), (724, 5), (1024, 5)]),
        ((1024, 40, 3, 600), [(1024, 40)]),
    ],
)
def test_the_stages_of_a_run(run, expected):
    assert schedule.plan(*run) == expected


def test_the_stages_have_all_steps_and_grow():
    for steps, longer_side in itertools.product(range(1, 400), (400, 1000, 4096)):
        sizes, counts = zip(*schedule.plan(longer_side, steps), strict=True)
        assert sum(counts) == steps and min(counts) >= 1
        assert sorted(set(sizes)) == list(sizes) and sizes[-1] == longer_side


def test_a_run_may_begin_at_a_quarter_and_the_rest_of_it_is_the_same():
    for steps, longer_side in itertools.product(range(1, 400), (512, 700, 4096)):
        plain, early = (schedule.plan(longer_side, steps, stages) for stages in (3, 4))
        if len(plain) == 1:
            assert early == plain
            continue
        (half, coarse), *rest = plain
        (first, one), *others = early
        assert others[-len(rest) :] == rest
        if len(early) == len(plain):
            assert early == plain and coarse == 1
        else:
            assert first == half // 2 and others[0] == (half, coarse - one)
            assert 0 < one < coarse
    # No quarter where it would be too small, or where the network cannot be computed.
    for longer_side, steps, smallest in ((511, 300, 0), (256, 100, 0), (512, 100, 129)):
        plain, early = (schedule.plan(longer_side, steps, stages, smallest) for stages in (3, 4))
        assert len(plain) == 3 and early == plain


def test_the_content_weighs_less_at_a_quarter_than_at_half_and_never_too_little():
    for steps, longer_side in itertools.product((1, 40, 100, 300), (512, 515, 1024, 3000)):
        sizes = [size for size, _ in schedule.plan(longer_side, 300, stages=4)]
        quarter, half = (schedule.content_emphasis(s, longer_side, steps) for s in sizes[:2])
        assert 1 <= quarter and quarter == pytest.approx(half / 4, rel=0.05)
    # Of an odd size, half is a little less than half, and no quarter.
    assert schedule.content_emphasis(128, 257, 100) == (257 / 128) ** 4


def test_the_steps_up_to_a_size():
    stages = [(256, 28), (384, 22), (512, 64), (724, 18)]
    found = [schedule.steps_up_to(size, stages) for size in (255, 256, 383, 512, 723, 724, 9999)]
    assert found == [0, 28, 28, 114, 114, 132, 132]


def test_a_large_picture_grows_slowly_from_the_layout():
    for longer_side in range(564, 8000, 50):
        sizes = [size for size, _ in schedule.plan(longer_side, 400)]
        assert sizes[:3] == [256, 384, 512]
        assert all(fine / coarse < 1.53 for coarse, fine in itertools.pairwise(sizes[2:]))
        emphases = [schedule.content_emphasis(size, longer_side, 400) for size in sizes]
        assert emphases[0] > emphases[1] > 1 == emphases[2] == emphases[-1]


def test_one_step_more_is_another_run_by_a_little():
    """No number of steps has a cliff: a user who adds one gets nearly the same picture."""
    for steps in range(20, 400):
        for rule in (lambda n: schedule.content_emphasis(128, 256, n), schedule.low_pass):
            assert rule(steps + 1) / rule(steps) == pytest.approx(1, abs=0.03)
        before, after = (dict(schedule.plan(256, n)) for n in (steps, steps + 1))
        assert all(abs(after.get(size, 0) - before.get(size, 0)) <= 2 for size in (128, 192, 256))


def test_the_ends_of_the_rules():
    assert schedule.content_emphasis(128, 256, 1) == pytest.approx(4, rel=1e-6)
    assert schedule.content_emphasis(128, 256, 10_000) == pytest.approx(64, rel=1e-6)
    assert schedule.content_emphasis(256, 256, 50) == 1
    assert schedule.content_emphasis(128, 512, 1) == pytest.approx(1, rel=1e-6)
    assert schedule.content_emphasis(128, 512, 10_000) == pytest.approx(16, rel=1e-6)
    assert schedule.low_pass(1) == pytest.approx(64) and schedule.low_pass(10_000) == (
        pytest.approx(16)
    )
