"""What each part of the method brings, and what its filter and one step more change."""

from benchmarks import methods
from nst_helpers import StyleTransfer
from nst_helpers.engine import schedule
from nst_helpers.engine.optimizers import PixelLBFGS

STEPS = (40, 150, 300)  # with the filter and without it
MORE_STEPS = (60, 80, 99, 100, 101, 120, 150)  # with it, around the middle of the schedule
MORE_PAIRS = 2


class Unfiltered(StyleTransfer):
    """A transfer whose optimiser starts from the identity instead of the low-pass filter."""

    def make_optimizer(self, image):
        """Return the optimiser of a stage that begins with `image`."""
        return PixelLBFGS(image, low_pass=0)


# From torch's L-BFGS to this package, one change in each; the package itself is the next.
LADDER = {
    "unfiltered": (Unfiltered, {"stages": 1}),
    "one size": (StyleTransfer, {"stages": 1}),
    "two sizes": (StyleTransfer, {"stages": 2}),
}


def climb(content, style, size, steps, loss, share):
    """Return what `methods.reached` says of each rung of the ladder, in float32.

    Args:
        content, style: pictures.
        size: the longer side.
        steps: the most of a run.
        loss, share: to reach, and of the content to keep, as in `methods.reached`.
    """
    objective = methods.objective_of(content, style, size)
    asked = content, style, size, steps
    return {
        name: methods.reached(
            methods.package(*asked, way=way, precision="float32", **settings),
            loss,
            share,
            objective,
        )
        for name, (way, settings) in LADDER.items()
    }


def measure(pairs, size, both=STEPS, more=MORE_STEPS):
    """Yield a dictionary for each run: its settings, its loss, and how much content it kept.

    The loss is that of the run's best picture at the full size, judged in float32.

    Args:
        pairs: of content and style, by name.
        size: the longer side.
        both: numbers of steps to run with the filter and without it.
        more: numbers of steps to run with it for the first two pairs too.
    """
    for number, (content, style) in enumerate(pairs):
        objective = methods.objective_of(content, style, size)
        further = set(more) - set(both) if number < MORE_PAIRS else set()
        runs = [(steps, filtered) for steps in both for filtered in (True, False)]
        for steps, filtered in runs + [(steps, True) for steps in sorted(further)]:
            way = StyleTransfer if filtered else Unfiltered
            pictures = methods.package(content, style, size, steps, way=way)
            _, best, _ = min(pictures, key=lambda row: row[2])
            yield {
                "content": content,
                "style": style,
                "size": size,
                "steps": steps,
                "low_pass": schedule.low_pass(steps) if filtered else 0,
                "loss": methods.total(objective, best),
                "kept": methods.kept(best, objective.content),
            }
