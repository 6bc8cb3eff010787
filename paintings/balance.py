"""Paint the triangle of weights that the package stores, for `widgets.LossBalance`.

    python paintings/balance.py

The pictures are written to `nst_helpers/pictures/balance/`, with the settings that made them and
with the losses of exactly what the files hold. It takes about ten minutes on two cores.
"""

import json
import time

import torch

from nst_helpers.engine import schedule
from nst_helpers.images import load_image
from nst_helpers.widgets.triangle import (
    LOSSES,
    MIDDLE,
    PLACES,
    SIDES,
    STORED,
    Painter,
    key,
    weights_at,
)

CONTENT, STYLE = "coffee", "stained_glass"
SIZE, STEPS = 256, 60
RUN = {"device": "cpu", "precision": "float32"}  # so that every machine paints the same
KEPT = "content_layers style_layers optimizer stages network pooling device precision".split()


def settings():
    """Return what the pictures depend on, besides the code of the engine."""
    painter = Painter(CONTENT, STYLE, SIZE, STEPS, **RUN)
    run = painter.transfer(painter.content, MIDDLE)
    return {
        "content": CONTENT,
        "style": STYLE,
        "size": SIZE,
        "steps": STEPS,
        **{name: run.settings[name] for name in KEPT},
        "low_pass": schedule.low_pass(len(run)),
        "weights": {key(place): weights_at(place) for place in PLACES},
    }


def losses_of(image):
    """Return the losses of an image tensor, not weighted."""
    painter = Painter(CONTENT, STYLE, SIZE, STEPS, **RUN)
    with torch.no_grad():
        losses = painter.transfer(painter.content, MIDDLE).objective(SIZE)(image)
    return {name: float(f"{losses[name]:.6g}") for name in LOSSES}


def paint():
    """Return the pictures of all places, each painted after the one from which it is begun."""
    painter, grid = Painter(CONTENT, STYLE, SIZE, STEPS, **RUN), {}
    for place in PLACES:  # from the content downwards
        started = time.perf_counter()
        grid[place] = painter.paint(place, grid)
        print(f"{key(place)}: {time.perf_counter() - started:.0f} s", flush=True)
    return grid


def write(grid):
    """Write a file for each picture, and a table of settings and losses."""
    STORED.mkdir(exist_ok=True)
    losses = {}
    for place, painted in grid.items():
        image = painted.image
        if place[0] < SIDES:  # else it is the content picture, which the package has
            (STORED / f"{key(place)}.jpg").write_bytes(painted.jpeg)
            image = load_image(painted.jpeg)
        losses[key(place)] = losses_of(image)
    text = json.dumps({"settings": settings(), "losses": losses}, indent=2) + "\n"
    (STORED / "balance.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(paint())
