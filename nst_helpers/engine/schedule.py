"""At which sizes a run is painted, for how many steps each, and what changes with their number.

All of this departs from the paper, which has one size. A run of few steps must hurry: it reaches a
lower loss when large forms may move fast and the coarse stage may give up some content. A long
run gets to that loss in any case, and keeps more of the content when it takes its time. Between
the two, everything here goes over smoothly.
"""

_HALFWAY = 100  # steps
_MOST_COARSE_STEPS, _MOST_MIDDLE_STEPS = 30, 60  # more cost content, or time
_SMALLEST_COARSE_SIZE = 128  # below it, style repaints the picture and the content is lost


def leisure(steps: int) -> float:
    """Return how little a run has to hurry: from 0 for a few steps to 1 for a few hundred.

    Example:
        >>> [round(leisure(steps), 2) for steps in (40, 100, 150, 300)]
        [0.02, 0.5, 0.84, 0.99]
    """
    return steps**4 / (steps**4 + _HALFWAY**4)


def content_emphasis(shrinkage: float, steps: int) -> float:
    """Return how many times its weight the content has at a coarse size.

    Without it, the style's large forms repaint the content before a fine stage can defend it.

    Args:
        shrinkage: the full size divided by the coarse one, 1 or more.
        steps: of the whole run.

    Example:
        >>> content_emphasis(1, 150)
        1.0
        >>> round(content_emphasis(2, 40), 1), round(content_emphasis(2, 300), 1)
        (4.3, 61.9)
    """
    return shrinkage ** (2 + 4 * leisure(steps))


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

    Half the size has a quarter of the steps, at most 30; three quarters of the size have up to a
    fifth, at most 60, and none in a short run.

    Args:
        longer_side: of the generated picture, in pixels.
        steps: of the whole run.
        stages: the most sizes, 1 to 3. A picture whose longer side is below 256
            pixels has only its own size.
        smallest: the longer side at which the network can just be computed; a narrow picture has
            only its own size too, where half of it would be less.

    Example:
        >>> plan(256, 40), plan(256, 150)
        ([(128, 10), (256, 30)], [(128, 30), (192, 30), (256, 90)])
    """
    half = longer_side // 2
    if stages == 1 or half < max(_SMALLEST_COARSE_SIZE, smallest) or steps < 2:
        return [(longer_side, steps)]
    coarse = min(max(1, steps // 4), _MOST_COARSE_STEPS)
    middle = min(round(2 * leisure(steps) * (steps // 5)), steps // 5, _MOST_MIDDLE_STEPS)
    if stages == 2 or not middle:
        return [(half, coarse), (longer_side, steps - coarse)]
    return [(half, coarse), (longer_side * 3 // 4, middle), (longer_side, steps - coarse - middle)]
