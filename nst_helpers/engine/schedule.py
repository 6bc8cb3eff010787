"""At which sizes a run is painted, and how many steps each takes."""

LONG = 100  # steps; from there on a run need not hurry, which would cost content
_MOST_COARSE_STEPS, _MOST_MIDDLE_STEPS = 30, 60  # more lost content, or time
_SMALLEST_COARSE_SIZE = 128  # below it, style repaints the picture and the content is lost


def plan(longer_side, steps, stages=3):
    """Return the stages of a run as `(longer side, steps)`, the coarsest one first.

    Args:
        longer_side: of the generated picture, in pixels.
        steps: of the whole run.
        stages: the most sizes, 1 to 3; a small picture has only its own, and a short run no size
            between.

    Example:
        >>> plan(256, 60), plan(256, 150)
        ([(128, 15), (256, 45)], [(128, 30), (192, 30), (256, 90)])
    """
    half = longer_side // 2
    if stages == 1 or half < _SMALLEST_COARSE_SIZE or steps < 2:
        return [(longer_side, steps)]
    coarse = min(max(1, steps // 4), _MOST_COARSE_STEPS)
    if stages == 2 or steps < LONG:
        return [(half, coarse), (longer_side, steps - coarse)]
    middle = min(steps // 5, _MOST_MIDDLE_STEPS)
    return [(half, coarse), (longer_side * 3 // 4, middle), (longer_side, steps - coarse - middle)]
