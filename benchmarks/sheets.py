"""Sheets of pictures beside peers, with the names hidden: which would you hang?

uv run --with neural-style==0.5.7 python -m benchmarks.sheets FOLDER

For each pair a sheet of three pictures of 512 pixels in a random order: this package's default, a
plain loop of torch's L-BFGS, and the package `neural-style` at its own defaults, each after the
seconds that the first one needs. `key.json` in the same folder says which is which. It takes half
an hour on two cores.
"""

import json
import random
import sys
import time
from pathlib import Path

from PIL import Image

from benchmarks import methods
from benchmarks.pairs import CHOOSING
from nst_helpers import load_image, style_transfer, to_pil

SIZE = 512


def pictures(content, style):
    """Yield the name and the picture of each way, of equal seconds."""
    began = time.perf_counter()
    settings = {"quality": "good", "device": "cpu"}  # as the other two
    yield "this package", style_transfer(content, style, progress=False, **settings).image
    seconds = time.perf_counter() - began
    last = None
    for at, image, _ in methods.plain(content, style, SIZE, 10_000):
        if at > seconds:
            break
        last = image
    yield "plain loop", last
    photo, painting = load_image(content, SIZE), load_image(style, SIZE)
    yield "neural-style", methods.neural_style_as_it_is(photo, painting, SIZE, seconds)
    print(f"{content}, {style}: {seconds:.0f} s each", flush=True)


def sheet(images):
    """Return pictures side by side, as a PIL image."""
    gap, width = 12, images[0].shape[3]
    page = Image.new("RGB", ((width + gap) * len(images) - gap, images[0].shape[2]), "white")
    for number, image in enumerate(images):
        page.paste(to_pil(image), (number * (width + gap), 0))
    return page


def main(folder):
    """Write the sheets and the key into a folder."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    chance, key = random.Random(), {}
    for number, (content, style) in enumerate(CHOOSING, start=1):
        ways = list(pictures(content, style))
        chance.shuffle(ways)
        name = f"{number}_{content}_{style}.png"
        sheet([image for _, image in ways]).save(folder / name)
        key[name] = [way for way, _ in ways]
        (folder / "key.json").write_text(json.dumps(key, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
