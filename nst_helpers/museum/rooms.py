"""The rooms of the museum: in each hangs a picture that a bug made, and the bug is to be named.

Which of a room's options it is, and why, is stored like the predictions of the lessons: a glance
does not read it.
"""

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from nst_helpers.checks.predictions import right_letter
from nst_helpers.checks.questions import LETTERS
from nst_helpers.errors import check_choice
from nst_helpers.gallery import gallery
from nst_helpers.museum import bugs
from nst_helpers.museum.files import cut_out, wide_gamut
from nst_helpers.museum.loop import File, Loop

PHOTOGRAPH, PAINTING, OTHER_PAINTING = "cat", "night_sky", "mosaic"
STORED = Path(__file__).parents[1] / "pictures" / "museum"
SIZE, STEPS = 256, 48  # of the stored pictures


class Room(NamedTuple):
    """A room.

    Attributes:
        options: the bugs among which is to be chosen.
        alt: what there is to see.
        right_alt: what there is to see in the right picture.
        painting: returns the file of the painting, given its path; None takes it as it is.
        pictures: how many are painted at once, each after a painting of its own.
    """

    options: tuple[type[Loop], ...]
    alt: str
    right_alt: str = "The cat in brush strokes, with whirls and stars of the night sky in its fur."
    painting: Callable[[str], File] | None = None
    pictures: int = 1


# Each is in one of four rooms, and shows in no picture.
_UNSEEN = bugs.NotNormalised, bugs.BlueFirstInside, bugs.InPlace, bugs.RolledVariation

ROOMS = {
    "10-01": Room(
        (bugs.NetworkMoves, bugs.Stuck, bugs.To255, bugs.TooSmall),
        "The photograph of a tabby cat, without any paint.",
    ),
    "10-02": Room(
        (bugs.Stuck, bugs.NotNormalised, bugs.NetworkMoves, bugs.NotClamped),
        "The photograph of a tabby cat, without any paint.",
    ),
    "10-03": Room(
        (bugs.NotClamped, bugs.To255, bugs.RootOfZero, bugs.NotNormalised),
        "A white picture, with a faint ring where an eye of the cat would be.",
    ),
    "10-04": Room(
        (bugs.To255, bugs.TooFast, bugs.NotDivided, bugs.RootOfZero),
        "A picture that is black all over.",
    ),
    "10-05": Room(
        (bugs.TooFast, bugs.NotClamped, bugs.RootOfZero, bugs.NotDivided),
        "A grid of specks in pure green, magenta, black and white, and no cat.",
    ),
    "10-06": Room(
        (bugs.TooFast, bugs.RolledVariation, bugs.WrongReshape, bugs.NotClamped),
        "The painted cat; in its eyes and on its nose are single pixels of pure colours.",
    ),
    "10-07": Room(
        (bugs.ProfileIgnored, bugs.BlueFirst, bugs.BlueFirstInside, bugs.WrongAxis),
        "The painted cat with a grey-blue face, a blue nose and blue stars.",
    ),
    "10-08": Room(
        (bugs.ProfileIgnored, bugs.NotDivided, bugs.WrongAxis, bugs.AlphaDropped),
        "A cat as soft as in the photograph, with tints of blue and yellow, and no brush strokes.",
    ),
    "10-09": Room(
        (bugs.ProfileIgnored, bugs.BlueFirst, bugs.NotClamped, bugs.WrongAxis),
        "The painted cat, with a purple tint all over.",
        painting=wide_gamut,
    ),
    "10-10": Room(
        (bugs.BatchMixed, bugs.NotDivided, bugs.BlueFirst, bugs.WrongReshape),
        "The cat in reds and pinks, its fur made of small dots, its whiskers as in the photograph.",
    ),
    "10-11": Room(
        (bugs.NotClamped, bugs.NotDivided, bugs.WrongReshape, bugs.TooFast),
        "The cat in harsh strokes of pure blue, green, white and black.",
    ),
    "10-12": Room(
        (bugs.AlphaDropped, bugs.ProfileIgnored, bugs.TooSmall, bugs.RolledVariation),
        "The painted cat with bright green spots in its fur, its eyes and the corners.",
        painting=cut_out,
    ),
    "10-13": Room(
        (bugs.NotDivided, bugs.TooSmall, bugs.WrongAxis, bugs.BatchMixed),
        "Whirls and yellow stars; only one eye of the cat is still plain.",
    ),
    "10-14": Room(
        (bugs.WrongReshape, bugs.TooSmall, bugs.BatchMixed, bugs.NotDivided),
        "Twice the same painted cat, with whirls and stars, and with small stones at the edges.",
        "A cat in brush strokes with stars; beside it the same cat in small stones with dark gaps.",
        pictures=2,
    ),
    "10-15": Room(
        _UNSEEN,
        "The painted cat, brown, with whirls and stars.",
    ),
    "10-16": Room(
        _UNSEEN,
        "The painted cat, rather blue, with whirls and stars.",
    ),
    "10-17": Room(
        _UNSEEN,
        "The painted cat, with blue shadows, whirls and stars.",
    ),
    "10-18": Room(
        _UNSEEN,
        "The painted cat, with whirls and stars.",
    ),
}


def bug_of(name: str) -> type[Loop]:
    """Return the bug that made the picture of a room.

    Args:
        name: of the room, such as `"10-01"`.

    Raises:
        InputError: there is no such room.
    """
    check_choice("room", name, list(ROOMS))
    return ROOMS[name].options[LETTERS.index(right_letter(name))]


def loop(name: str, kind: type[Loop], size: int = SIZE, steps: int = STEPS) -> Loop:
    """Return a loop, with the bug of a room or without one, and with the files of the room.

    Args:
        name: of the room.
        kind: a bug, or the loop without it.
        size: the longer side of the picture in pixels.
        steps: of the optimiser.
    """
    room, paths = ROOMS[name], {each: str(gallery()[each].path) for each in gallery()}
    painting = (room.painting or str)(paths[PAINTING])
    paintings = [painting, paths[OTHER_PAINTING]][: room.pictures]
    return kind([paths[PHOTOGRAPH]] * room.pictures, paintings, size, steps)


@cache
def records() -> dict[str, Any]:
    """Return what is stored of each room: the losses and the numbers of both runs.

    Example:
        >>> list(records()["10-01"]["wrong"])
        ['file', 'settings', 'losses', 'numbers']
    """
    return json.loads((STORED / "results.json").read_text(encoding="utf-8"))
