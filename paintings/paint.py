"""Paint the pictures of the gallery.

    python paintings/paint.py                              repaints every stored picture
    python paintings/paint.py night_sky --seed 7 --size 640 --output mine.jpg

Each painter's hand is a function in a file of its own beside this one, and both have its name. It
takes a seed and the long side in pixels, and returns the red, green and blue of every pixel as
numbers from 0 to 1. What the hands share is in `materials.py` and `canvas.py`.
"""

import argparse
import io
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile

from cubist_guitar import cubist_guitar
from engraving import engraving
from fauve_harbour import fauve_harbour
from great_wave import great_wave
from materials import SIZE
from mosaic import mosaic
from night_sky import night_sky
from pointillist import pointillist
from stained_glass import stained_glass
from tiger_coat import tiger_coat
from tiger_in_the_snow import tiger_in_the_snow
from woven_cloth import woven_cloth

LARGEST_FILE = 420_000  # bytes
ImageFile.MAXBLOCK = 1 << 22  # room for a whole picture, which an optimised JPEG file needs
PICTURES = Path(__file__).resolve().parent.parent / "nst_helpers" / "pictures"

PAINTINGS = {
    "night_sky": (night_sky, 1),
    "night_sky_2": (night_sky, 3),
    "great_wave": (great_wave, 1),
    "tiger_coat": (tiger_coat, 1),
    "tiger_in_the_snow": (tiger_in_the_snow, 1),
    "stained_glass": (stained_glass, 1),
    "pointillist": (pointillist, 1),
    "pointillist_2": (pointillist, 3),
    "engraving": (engraving, 1),
    "engraving_2": (engraving, 3),
    "mosaic": (mosaic, 1),
    "mosaic_2": (mosaic, 2),
    "woven_cloth": (woven_cloth, 1),
    "fauve_harbour": (fauve_harbour, 1),
    "cubist_guitar": (cubist_guitar, 7),
}

DESCRIPTIONS = {  # what there is to see in the stored picture: its alternative text
    "night_sky": "A blue night sky whirls in thick strokes around yellow stars and an orange moon, "
    "over a village among hills and a dark cypress on the right.",
    "night_sky_2": "Thick blue strokes whirl around yellow stars and an orange moon on the right, "
    "over a village among hills, with a dark cypress on the left.",
    "great_wave": "A great dark blue wave striped with cream curls over a boat, with claws of "
    "white foam, before a red sun in a cream sky and a mountain with snow.",
    "tiger_coat": "The flank of a tiger: black stripes over yellow-orange fur, with a white belly "
    "below and a few small white spots.",
    "tiger_in_the_snow": "A tiger with black stripes, yellow-orange fur and a white belly walks "
    "through bluish snow and looks at us; firs in mist behind it.",
    "stained_glass": "A rose window of red, gold, violet and blue glass in black lead lines, above "
    "a row of pointed windows.",
    "pointillist": "A river bank at sunset in small dots of colour: sailing boats, strollers with "
    "parasols, and trees on the right.",
    "pointillist_2": "A river at sunset in small dots of colour: sailing boats, strollers on a "
    "green bank, and trees on the left.",
    "engraving": "An engraving in black lines on cream paper: a lighthouse on a cliff on the "
    "right, a sun with rays, round clouds, and ships on the sea.",
    "engraving_2": "An engraving in black lines on cream paper: a lighthouse on a cliff on the "
    "left, a sun with rays, round clouds, and ships on the sea.",
    "mosaic": "A mosaic of small stones: an octopus and five fish, a large orange one above "
    "a large red one, in blue waves within a braided border.",
    "mosaic_2": "A mosaic of small stones: an octopus and five fish, a large red one above "
    "a large golden one, in blue waves within a braided border.",
    "woven_cloth": "A woven cloth of fine threads: red, green and blue medallions edged in "
    "cream on dark blue.",
    "fauve_harbour": "A harbour in violent colours and broad strokes: sailing boats on blue-green "
    "water, red-roofed houses, a yellow and turquoise sky.",
    "cubist_guitar": "A guitar, a green bottle, music and a newspaper on a table, in slanting "
    "facets of brown, grey and ochre.",
}


def paint(name, seed=None, size=SIZE):
    """Paint one picture of the gallery and return it as a Pillow image.

    The same name, seed and size give the same picture; without a seed it is the stored one's.
    """
    hand, stored_seed = PAINTINGS[name]
    picture = hand(stored_seed if seed is None else seed, size)
    return Image.fromarray((255 * np.clip(picture, 0, 1) + 0.5).astype(np.uint8))


def as_jpeg(image, largest=LARGEST_FILE):
    """Return the image as the bytes of the best JPEG file that is no larger than `largest`."""
    for quality in range(95, 20, -1):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality, subsampling=0, optimize=True)
        if file.tell() <= largest:
            break
    return file.getvalue()


def repaint_gallery():
    """Paint all stored pictures and write them, with the table that describes them."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    table = {}
    for name, (hand, seed) in PAINTINGS.items():
        started = time.perf_counter()
        data = as_jpeg(paint(name))
        (PICTURES / f"{name}.jpg").write_bytes(data)
        table[name] = {
            "file": f"{name}.jpg",
            "alt": DESCRIPTIONS[name],
            "hand": hand.__name__,
            "seed": seed,
        }
        print(f"{name}: {len(data) / 1000:.0f} kB, {time.perf_counter() - started:.1f} s")
    text = json.dumps(table, indent=2, ensure_ascii=False)
    (PICTURES / "pictures.json").write_text(text + "\n", encoding="utf-8")


class Reader(argparse.ArgumentParser):
    """A reader of the command line that says in one sentence what is wrong."""

    def error(self, message):
        """Leave with the message as a sentence, without the usage."""
        self.exit(2, f"{message[0].upper()}{message[1:]}.\n")


def main(arguments=None):
    """Read the command line and paint; return 0, or 2 after a sentence about what is wrong."""
    reader = Reader(description="Paint the pictures of the gallery.")
    reader.add_argument(
        "name", nargs="?", help="one of: " + ", ".join(PAINTINGS) + "; without it, all"
    )
    reader.add_argument("--seed", type=int, help="another seed, another composition")
    reader.add_argument("--size", type=int, default=SIZE, help="long side in pixels")
    reader.add_argument("--output", type=Path, help="file to write (a .jpg or .png)")
    chosen = reader.parse_args(arguments)
    output = chosen.output or Path(f"{chosen.name}.jpg")
    problem = None
    if chosen.name is None:
        if chosen.seed is not None or chosen.output is not None or chosen.size != SIZE:
            problem = "--seed, --size and --output need the name of one painting before them."
    elif chosen.name not in PAINTINGS:
        problem = (
            f"There is no painting named {chosen.name!r}; choose one of {', '.join(PAINTINGS)}."
        )
    elif not 64 <= chosen.size <= 2048:
        problem = f"The size must be from 64 to 2048 pixels, and {chosen.size} is not."
    elif chosen.seed is not None and chosen.seed < 0:
        problem = f"The seed must be 0 or more, and {chosen.seed} is not."
    elif output.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        problem = f"The output must end in .jpg or .png, and {output.name!r} does not."
    elif output.is_dir():
        problem = f"{str(output)!r} is a folder; give the name of a file."
    elif not output.parent.is_dir():
        problem = f"There is no folder {str(output.parent)!r} to write to."
    elif not os.access(output.parent, os.W_OK):
        problem = f"The folder {str(output.parent)!r} cannot be written to."
    if problem:
        print(problem, file=sys.stderr)
        return 2
    if chosen.name is None:
        repaint_gallery()
        return 0
    image = paint(chosen.name, chosen.seed, chosen.size)
    if output.suffix.lower() == ".png":
        file = io.BytesIO()
        image.save(file, "PNG")
        data = file.getvalue()
    else:
        data = as_jpeg(image, LARGEST_FILE * max(1, chosen.size / SIZE) ** 2)
    replaced = " It was there and is replaced." if output.exists() else ""
    partial = output.with_name(f".{output.name}.partial")
    try:
        partial.write_bytes(data)
        partial.replace(output)  # in one step: a picture is never half there
    except OSError as error:
        print(f"{str(output)!r} cannot be written: {error.strerror}.", file=sys.stderr)
        return 2
    finally:
        partial.unlink(missing_ok=True)
    print(f"{output}: {image.width} x {image.height} pixels.{replaced}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
