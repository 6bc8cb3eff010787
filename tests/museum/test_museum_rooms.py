"""Each picture of the museum is wrong as its room says, and the other bugs would not make it so.

What is measured is what is stored: the pictures, the losses and the numbers of both runs.
"""

import numpy as np
from PIL import Image

import nst_helpers as nst
from nst_helpers.museum import bugs
from nst_helpers.museum.rooms import ROOMS, STORED, bug_of, records

GREY = np.array([0.3, 0.59, 0.11])


class Run:
    """A stored run: its picture, its losses and its numbers; and the right one of its room."""

    def __init__(self, name, kind):
        record = records()[name][kind]
        self.levels = np.asarray(Image.open(STORED / record["file"]).convert("RGB")).astype(float)
        self.losses, self.numbers = record["losses"], record["numbers"]
        self.right = self if kind == "right" else Run(name, "right")

    @property
    def light(self):
        return self.levels @ GREY

    @property
    def warmth(self):
        return self.levels[..., 0] - self.levels[..., 2]

    def numbers_of(self, words):
        (found,) = (values for about, values in self.numbers.items() if words in about)
        return found

    @property
    def apart(self):
        """How far the picture is from the right one, in levels."""
        return np.abs(self.levels - self.right.levels).mean()


def photograph():
    picture = Image.open(nst.gallery()["cat"].path).convert("RGB")
    return np.asarray(picture.resize((256, 170), Image.Resampling.LANCZOS)).astype(float)


PHOTOGRAPH = photograph()


def correlation(a, b):
    return np.corrcoef(a.ravel(), b.ravel())[0, 1]


def halves(run):
    return np.split(run.levels, 2, axis=1)


def like_the_photograph(run):
    return run.levels.shape == PHOTOGRAPH.shape and np.abs(run.levels - PHOTOGRAPH).mean() < 4


def finite(values):
    return all(value is not None for value in values)


# What a picture shows, and where pictures are alike, what a look shows.
SHOWS = {
    bugs.Stuck: lambda run: like_the_photograph(run) and len(set(run.losses["style"])) == 1,
    bugs.NetworkMoves: lambda run: (
        like_the_photograph(run) and len(set(map(str, run.losses["style"]))) > 10
    ),
    bugs.To255: lambda run: (run.levels > 250).mean() > 0.9,
    bugs.RootOfZero: lambda run: run.levels.max() == 0 and not finite(run.losses["style"]),
    bugs.TooFast: lambda run: (
        ((run.levels < 40) | (run.levels > 215)).mean() > 0.8 and run.levels.std() > 100
    ),
    bugs.NotClamped: lambda run: 0.001 < specks(run) < 0.1,
    bugs.BlueFirst: lambda run: (
        run.levels.shape == PHOTOGRAPH.shape
        and correlation(run.warmth, PHOTOGRAPH[..., 0] - PHOTOGRAPH[..., 2]) < -0.2
    ),
}


def specks(run):
    """Return the share of pixels that leap against all four neighbours."""
    light = run.light
    middle = light[1:-1, 1:-1]
    around = light[:-2, 1:-1], light[2:, 1:-1], light[1:-1, :-2], light[1:-1, 2:]
    return np.mean([np.abs(middle - each) > 90 for each in around])


if __name__ == "__main__":  # to choose thresholds: what each measure says of each run
    for name in ROOMS:
        if name not in records():
            continue
        run = Run(name, "wrong")
        line = [
            f"{specks(run):.4f}",
            f"apart {run.apart:.1f}",
            f"std {run.light.std():.0f}/{run.right.light.std():.0f}",
        ]
        line += [f"light {run.light.mean():.0f}/{run.right.light.mean():.0f}"]
        sat = lambda r: (r.levels.max(2) - r.levels.min(2)).mean()
        line += [f"sat {sat(run):.0f}/{sat(run.right):.0f}"]
        line += [f"rgb {run.levels.mean((0, 1)).round()}/{run.right.levels.mean((0, 1)).round()}"]
        if run.levels.shape == PHOTOGRAPH.shape:
            line += [
                f"lc {correlation(run.light, PHOTOGRAPH @ GREY):.3f}/{correlation(run.right.light, PHOTOGRAPH @ GREY):.3f}"
            ]
            line += [
                f"wc {correlation(run.warmth, PHOTOGRAPH[..., 0] - PHOTOGRAPH[..., 2]):.3f}/{correlation(run.right.warmth, PHOTOGRAPH[..., 0] - PHOTOGRAPH[..., 2]):.3f}"
            ]
            a = np.abs(run.levels - run.right.levels).mean((0, 2))
            line += [f"edge {a[[0, -1]].mean():.1f} in {a[8:-8].mean():.1f}"]
        print(name, bug_of(name).__name__, *line)
        print(
            "   ",
            {k: (v[0], v[-1]) for k, v in run.losses.items()},
            {k: (v[0], v[-1]) for k, v in run.right.losses.items()},
        )
        for k in run.numbers:
            print("      ", k, run.numbers[k], run.right.numbers.get(k))
