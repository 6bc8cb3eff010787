"""At which sizes a run is painted, for how many steps each, and what changes with their number.

All of this departs from the paper, which has one size. A run of few steps must hurry: it reaches a
lower loss when large forms may move fast and the coarse stage may give up some content. A long
run gets to that loss in any case, and keeps more of the content when it takes its time. Between
the two, everything here goes over smoothly.

A run that is looked at from its beginning may start one stage earlier, at a quarter of the size,
where a step costs a sixteenth: after about a second, there is a picture with colours and strokes of
the style. By the rule of the half, the content would weigh 256 times as much there in 100 steps,
and nothing of the style would show; so it has a quarter of its weight at half the size. The price
is seen in numbers rather than in pictures: three pairs of 512 pixels, 100 steps and average pooling
ended with a total loss 1 to 3 % higher, and the correlation of their lightness with that of the
photograph was 0.04 to 0.06 lower.

A large picture is laid out at 512 pixels, then enlarged and refined. At 1024, the network sees no
form that is larger than an eighth of the picture, and a step costs four times as much.
"""

import math

_HALFWAY = 100  # steps
_MOST_COARSE_STEPS, _MOST_MIDDLE_STEPS = 30, 60  # more cost content, or time
_SMALLEST_COARSE_SIZE = 128  # below it, style repaints the picture and the content is lost
_LAYOUT_SIZE = 512  # of a large picture
_REFINING_SHARE = 8  # of the steps for each size that refines: one in so many


def leisure(steps: int) -> float:
    """Return how little a run has to hurry: from 0 for a few steps to 1 for a few hundred.

    Example:
        >>> [round(leisure(steps), 2) for steps in (40, 100, 150, 300)]
        [0.02, 0.5, 0.84, 0.99]
    """
    return steps**4 / (steps**4 + _HALFWAY**4)


def content_emphasis(size: int, longer_side: int, steps: int) -> float:
    """Return how many times its weight the content has at a coarse size.

    Without it, the style's large forms repaint the content before a fine stage can defend it. At a
    quarter of the size it is a quarter of what it is at half, or nothing of the style would show.

    Args:
        size: of the stage, its longer side in pixels.
        longer_side: of the generated picture.
        steps: of the whole run.

    Example:
        >>> content_emphasis(256, 256, 150), content_emphasis(724, 1024, 150)
        (1.0, 1.0)
        >>> round(content_emphasis(128, 256, 40), 1), round(content_emphasis(128, 256, 300), 1)
        (4.3, 61.9)
        >>> content_emphasis(256, 512, 100), content_emphasis(128, 512, 100)
        (16.0, 4.0)
    """
    shrinkage = max(1.0, _sizes(longer_side)[0] / size)
    power = 2 + 4 * leisure(steps)
    if shrinkage > 3:  # a quarter; half of an odd number may be less than half
        return (shrinkage / 2) ** power / 4
    return shrinkage**power


def low_pass(steps: int) -> float:
    """Return the strength of the low-pass filter of `PixelLBFGS`, from 64 down to 16.

    A strong one helps a run of few steps, whose coarse forms would still be on their way at its
    end. In a long one, it keeps less of the content.

    Example:
        >>> [round(low_pass(steps)) for steps in (40, 100, 150, 300)]
        [62, 32, 20, 16]
    """
    return 64 / 4 ** leisure(steps)


def plan(longer_side: int, steps: int, stages: int = 3, smallest: int = 0) -> list[tuple[int, int]]:
    """Return the stages of a run as `(longer side, steps)`, the coarsest one first.

    A picture of up to 512 pixels is laid out: half the size has a quarter of the steps, at most 30;
    three quarters of the size have up to a fifth, at most 60, and none in a short run. With four
    stages, three fifths of the steps at half the size are taken at a quarter. A larger picture is
    laid out so at 512, then refined at sizes that grow by half at most, with an eighth of the steps
    each, and at least half of them left for the layout.

    Args:
        longer_side: of the generated picture, in pixels.
        steps: of the whole run.
        stages: the most sizes of the layout, 1 to 4; with 1, a large picture has its full size
            only. A picture whose longer side is below 256 pixels has only its own size, and one
            below 512 no quarter.
        smallest: the longer side at which the network can just be computed; a narrow picture has
            no half or no quarter where it would be less.

    Example:
        >>> plan(256, 40), plan(256, 150)
        ([(128, 10), (256, 30)], [(128, 30), (192, 30), (256, 90)])
        >>> plan(1024, 150)
        [(256, 28), (384, 22), (512, 64), (724, 18), (1024, 18)]
        >>> plan(512, 100, stages=4)
        [(128, 15), (256, 10), (384, 20), (512, 55)]
    """
    layout, *finer = _sizes(longer_side)
    share = steps // max(_REFINING_SHARE, 2 * len(finer))
    if stages == 1 or layout < smallest or (finer and not share):
        return [(longer_side, steps)]
    left = steps - share * len(finer)
    return [*_layout(layout, left, stages, smallest), *((size, share) for size in finer)]


def steps_up_to(size: int, stages: list[tuple[int, int]]) -> int:
    """Return how many steps of a run are at sizes up to one.

    Args:
        size: a longer side in pixels.
        stages: what `plan` returns.

    Example:
        >>> steps_up_to(512, plan(1024, 150)), steps_up_to(100, plan(1024, 150))
        (114, 0)
    """
    return sum(steps for longer_side, steps in stages if longer_side <= size)


def _sizes(longer_side):
    """Return the size of the layout, and those at which it is refined."""
    doublings = math.log2(longer_side / _LAYOUT_SIZE)
    count = max(0, math.ceil(2 * doublings - 0.2))  # 10 % more than a size need no other one
    growth = (longer_side / _LAYOUT_SIZE) ** (1 / count) if count else 1
    finer = [round(_LAYOUT_SIZE * growth**number) for number in range(1, count + 1)]
    return [_LAYOUT_SIZE if count else longer_side, *finer]


def _layout(longer_side, steps, stages, smallest):
    half = longer_side // 2
    if half < max(_SMALLEST_COARSE_SIZE, smallest) or steps < 2:
        return [(longer_side, steps)]
    coarse = min(max(1, steps // 4), _MOST_COARSE_STEPS)
    first = middle = 0
    if stages > 2:
        middle = min(round(2 * leisure(steps) * (steps // 5)), steps // 5, _MOST_MIDDLE_STEPS)
    quarter = longer_side // 4
    if stages > 3 and quarter >= max(_SMALLEST_COARSE_SIZE, smallest):
        first = coarse * 3 // 5
    sizes = [
        (quarter, first),
        (half, coarse - first),
        (longer_side * 3 // 4, middle),
        (longer_side, steps - coarse - middle),
    ]
    return [(size, count) for size, count in sizes if count]
