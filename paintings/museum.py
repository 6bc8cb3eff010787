"""Paint the pictures of the museum: of each room, the wrong one and the right one.

    python paintings/museum.py                paints what is not there yet
    python paintings/museum.py 10-03 10-07    paints these again

They are written to `nst_helpers/pictures/museum/`, with the losses of each run and some numbers of
it. A run takes a quarter of a minute on an idle core, and there are about thirty.
"""

import json
import math
import sys
import time

from PIL import Image

from nst_helpers.museum.rooms import ROOMS, SIZE, STEPS, STORED, bug_of, loop
from nst_helpers.museum.source import mend
from paint import as_jpeg

LARGEST_FILE = 28_000  # bytes


def known(values):
    """Return numbers with three digits, and None for what is not a number: JSON has no NaN."""
    return [None if math.isnan(each) else float(f"{each:.3g}") for each in values]


def paint(name, kind, file):
    """Run a loop in a room, write its picture, and return what is kept of the run."""
    began = time.perf_counter()
    painting = loop(name, kind).paint()
    picture = Image.fromarray(painting.picture.numpy())
    (STORED / file).write_bytes(as_jpeg(picture, LARGEST_FILE))
    print(f"{file}: {time.perf_counter() - began:.0f} s", flush=True)
    losses = {loss: known(values) for loss, values in painting.losses.items()}
    numbers = {about: known(values) for about, values in painting.numbers.items()}
    settings = {"size": SIZE, "steps": STEPS}
    return {"file": file, "settings": settings, "losses": losses, "numbers": numbers}


def main(names):
    """Paint the rooms that are named, or those that are missing; keep a table after each."""
    STORED.mkdir(exist_ok=True)
    table = STORED / "results.json"
    kept = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    right = {}  # rooms with the same loop and the same files have the same right picture
    for name, room in ROOMS.items():
        bug = bug_of(name)
        mended = bug.__mro__[1]
        key = mended, room.painting, room.pictures
        if name in kept and name not in names:
            right[key] = kept[name]["right"]
        elif name in (names or ROOMS):
            if key not in right:
                file = f"right_{name[3:]}.jpg"
                right[key] = paint(name, mended, file)
            wrong = f"room_{name[3:]}.jpg"
            kept[name] = {
                "code": mend(bug),
                "wrong": paint(name, bug, wrong),
                "right": right[key],
            }
            kept = {each: kept[each] for each in ROOMS if each in kept}
            table.write_text(json.dumps(kept) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
