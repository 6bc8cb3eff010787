"""Each picture of the museum is wrong as its room says, and the other bugs do not make it so.

What is measured is what is stored: the pictures, the losses and the numbers of both runs.
"""

import json

import numpy as np
import pytest
from PIL import Image

import nst_helpers as nst
from nst_helpers.museum import bugs
from nst_helpers.museum.rooms import ROOMS, SIZE, STEPS, STORED, bug_of, records
from nst_helpers.museum.source import mend

ROOM_OF = {bug_of(name): name for name in ROOMS}
SAME_PICTURE = {bugs.Stuck, bugs.NetworkMoves}  # of which only a look tells
NO_TRACE = {bugs.NotNormalised, bugs.BlueFirstInside, bugs.InPlace, bugs.RolledVariation}


class Run:
    """A stored run: its picture, its losses and its numbers; and the right one of its room."""

    def __init__(self, name, kind):
        record = records()[name][kind]
        self.levels = np.asarray(Image.open(STORED / record["file"]).convert("RGB")).astype(float)
        self.losses, self.numbers = record["losses"], record["numbers"]
        self.right = self if kind == "right" else Run(name, "right")

    @property
    def light(self):
        return self.levels @ (0.3, 0.59, 0.11)

    @property
    def warmth(self):
        return self.levels[..., 0] - self.levels[..., 2]

    @property
    def greenness(self):
        return self.levels[..., 1] - self.levels[..., [0, 2]].max(axis=2)

    def total(self):
        terms = zip((1, 40, 10), (self.losses[name][-1] for name in self.losses), strict=True)
        return sum(weight * loss for weight, loss in terms)

    def about(self, words):
        (found,) = (values for said, values in self.numbers.items() if words in said)
        return found


def photograph():
    picture = Image.open(nst.gallery()["cat"].path).convert("RGB")
    run = object.__new__(Run)
    run.levels = np.asarray(picture.resize((256, 170), Image.Resampling.LANCZOS)).astype(float)
    return run


PHOTOGRAPH = photograph()


def agreement(run, what):
    """Return the correlation of a picture's lightness or warmth with the photograph's."""
    a, b = (getattr(one, what)[:, :256].ravel() for one in (run, PHOTOGRAPH))
    return np.corrcoef(a, b)[0, 1] if a.std() else 0


def is_the_photograph(run):
    return np.abs(run.levels[:, :256] - PHOTOGRAPH.levels).mean() < 4


def at_its_ends(run):
    return ((run.levels < 40) | (run.levels > 215)).mean()


def specks(run):
    """Return the share of neighbours between which the lightness leaps."""
    return np.mean(np.abs(np.diff(run.light, axis=1)) > 90)


def halves_apart(run):
    left, right = (run.levels[:, first : first + 256] for first in (0, 256))
    return np.abs(left - right).mean() if right.size else None


# What is to be seen in each room; where pictures do not tell, what a look says.
SHOWS = {
    bugs.Stuck: lambda run: is_the_photograph(run) and len({*run.losses["style"]}) == 1,
    bugs.NetworkMoves: lambda run: is_the_photograph(run) and max(run.losses["style"]) > 1e3,
    bugs.To255: lambda run: (run.levels > 250).mean() > 0.9,
    bugs.RootOfZero: lambda run: run.levels.max() == 0,
    bugs.TooFast: lambda run: specks(run) > 0.3 and run.levels.std() > 80
    and abs(agreement(run, "light")) < 0.2,
    bugs.NotClamped: lambda run: 0.004 < specks(run) - specks(run.right) < 0.05
    and run.about("at the end")[1] > 1,
    bugs.BlueFirst: lambda run: agreement(run, "warmth") < -0.3,
    bugs.WrongAxis: lambda run: agreement(run, "light") > 0.95 and not is_the_photograph(run),
    bugs.ProfileIgnored: lambda run: 4 < np.mean(run.right.greenness - run.greenness) < 20
    and abs(run.warmth.mean() - run.right.warmth.mean()) < 12
    and specks(run) < 2 * specks(run.right) + 0.002,
    bugs.WrongReshape: lambda run: run.warmth.mean() > 60,
    bugs.NotDivided: lambda run: run.light.std() > 1.5 * run.right.light.std()
    and agreement(run, "light") > 0.3,
    bugs.AlphaDropped: lambda run: np.mean(run.greenness > 60) > 0.01
    and np.mean(run.greenness > 60) > 3 * np.mean(run.right.greenness > 60)
    and at_its_ends(run) < 0.5,
    bugs.TooSmall: lambda run: 0.5 < agreement(run, "light") < agreement(run.right, "light") - 0.1
    and specks(run) <= specks(run.right) + 0.002,
    bugs.BatchMixed: lambda run: halves_apart(run) is not None
    and halves_apart(run) < 0.5 * halves_apart(run.right),
    bugs.NotNormalised: lambda run: 0 <= run.about("gets it")[0] and run.about("gets it")[1] <= 1,
    bugs.BlueFirstInside: lambda run: run.about("gets it")[2] < run.about("gets it")[4]
    and run.about("was read")[2] > run.about("was read")[4],
    bugs.InPlace: lambda run: any("conv4_2" in said for said in run.numbers)
    and run.about("conv4_2")[0] == 0,
    bugs.RolledVariation: lambda run: 1.05
    < run.losses["variation"][0] / run.right.losses["variation"][0] < 2,
}  # fmt: skip


@pytest.mark.parametrize("name", ROOMS)
def test_a_picture_is_wrong_as_its_room_says(name):
    shows = SHOWS[bug_of(name)]
    assert shows(Run(name, "wrong"))
    assert not shows(Run(name, "right"))


@pytest.mark.parametrize("name", ROOMS)
def test_the_other_bugs_would_not_make_it_so(name):
    shows = SHOWS[bug_of(name)]
    others = {bug: Run(ROOM_OF[bug], "wrong") for bug in ROOMS[name].options}
    assert [bug for bug, run in others.items() if shows(run)] == [bug_of(name)]


def test_two_rooms_have_the_same_picture():
    first, second = (Run(ROOM_OF[bug], "wrong").levels for bug in sorted(SAME_PICTURE, key=str))
    assert np.array_equal(first, second)


@pytest.mark.parametrize("bug", NO_TRACE, ids=lambda bug: bug.__name__)
def test_what_leaves_no_trace_passes_for_right(bug):
    """No measure that finds a wrong picture finds these, by the picture alone."""
    run = Run(ROOM_OF[bug], "wrong")
    by_looking = set(SHOWS) - SAME_PICTURE - NO_TRACE
    assert not [each for each in by_looking if SHOWS[each](run)]
    assert abs(run.light.std() - run.right.light.std()) < 6
    assert agreement(run, "light") > 0.75


def test_the_total_does_not_see_that_the_cat_is_gone():
    run = Run(ROOM_OF[bugs.TooSmall], "wrong")
    assert run.total() == pytest.approx(run.right.total(), rel=0.05)
    assert run.losses["content"][-1] > 1.15 * run.right.losses["content"][-1]


def test_what_a_look_shows_is_in_the_numbers():
    """What the lesson says of a room without a picture of it."""
    steep = Run(ROOM_OF[bugs.Stuck], "wrong").about("steepest")[0]
    assert steep < 1e-7 < Run(ROOM_OF[bugs.Stuck], "right").about("steepest")[0]
    losses = Run(ROOM_OF[bugs.RootOfZero], "wrong").losses["content"]
    assert losses[0] == 0 and not any(losses[1:])
    assert Run(ROOM_OF[bugs.To255], "wrong").about("was read")[1] > 200
    larger = Run(ROOM_OF[bugs.NotDivided], "wrong").about("Gram")[1]
    assert larger > 1e4 * Run(ROOM_OF[bugs.NotDivided], "right").about("Gram")[1]


def test_each_bug_has_its_room_and_the_files_are_those_of_the_rooms():
    assert len(ROOM_OF) == len(ROOMS) >= 14 and set(SHOWS) == set(ROOM_OF)
    kept = records()
    assert list(kept) == list(ROOMS)
    files = {room[kind]["file"] for room in kept.values() for kind in ("wrong", "right")}
    assert {path.name for path in STORED.glob("*.jpg")} == files
    for name, room in kept.items():
        assert room["wrong"]["file"] == f"room_{name[3:]}.jpg"
        assert room["code"] == mend(bug_of(name)), "paint it again"
        for run in (room["wrong"], room["right"]):
            assert run["settings"] == {"size": SIZE, "steps": STEPS}
    assert sum(path.stat().st_size for path in STORED.iterdir()) < 1.5e6
    assert "NaN" not in json.dumps(kept)
