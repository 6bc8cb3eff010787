"""A bug is one line, and its mend is the loop of lesson 07."""

import io
from itertools import pairwise

import numpy as np
import pytest
import torch
from PIL import Image

import nst_helpers as nst
from nst_helpers.colours import PROPHOTO
from nst_helpers.museum import bugs
from nst_helpers.museum.loop import Loop, in_srgb, on_white
from nst_helpers.museum.rooms import ROOMS, bug_of, loop
from nst_helpers.museum.source import mend

CAT, SKY = (str(nst.gallery()[name].path) for name in ("cat", "night_sky"))


@pytest.mark.parametrize("name", ROOMS)
def test_a_bug_is_mended_in_one_line(name):
    lines = mend(bug_of(name))
    marks = "".join(line[0] for line in lines)
    assert marks.strip() in {"-+", "+"}
    assert not any("\n" in line or len(line) > 100 for line in lines)


def test_bugs_are_told_apart_by_their_names():
    every = {bug for room in ROOMS.values() for bug in room.options}
    assert every == {bug_of(name) for name in ROOMS}
    assert len({str(bug.__doc__) for bug in every}) == len(every)
    for room in ROOMS.values():
        assert len(set(room.options)) == 4


def files_of(picture, **options):
    file = io.BytesIO()
    picture.save(file, "PNG", **options)
    file.seek(0)
    return file


def test_a_file_is_read_as_load_image_reads_it():
    cut = loop("10-12", Loop).styles[0]
    wide = loop("10-09", Loop).styles[0]
    both = files_of(Image.open(loop("10-12", Loop).styles[0]), icc_profile=PROPHOTO)
    for file in (CAT, cut, wide, both):
        with torch.no_grad():
            mine = Loop([], [], 8, 1)
            found = mine.numbers(mine.open(file))
        if file is not CAT:
            file.seek(0)
        wanted = nst.load_image(file)
        assert found.shape == wanted.shape
        assert (found - wanted).abs().max() < 2.5 / 255
    assert in_srgb(on_white(Image.new("L", (2, 2), 9))).getpixel((0, 0)) == (9, 9, 9)


def test_its_losses_are_those_of_the_package():
    generator = torch.Generator().manual_seed(0)
    maps = torch.rand(2, 3, 4, 5, generator=generator)
    mine = Loop([], [], 8, 1)
    torch.testing.assert_close(mine.gram(maps), nst.gram_matrix(maps))
    torch.testing.assert_close(mine.variation_loss(maps), nst.variation_loss(maps))
    relative = nst.content_loss(maps, 2 * maps) / (2 * maps).square().mean()
    torch.testing.assert_close(mine.error(maps, 2 * maps), relative)


def test_not_to_divide_leaves_no_trace_where_both_sizes_are_equal():
    """A relative error does not know by what both matrices are too large."""
    maps = torch.rand(2, 1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    errors = [
        kind.error(kind, *(kind.gram(kind, each) for each in maps))
        for kind in (Loop, bugs.NotDivided)
    ]
    torch.testing.assert_close(*errors)


def moved(maps):
    order = torch.randperm(maps[0, 0].numel(), generator=torch.Generator().manual_seed(1))
    return maps.flatten(2)[..., order].view_as(maps)


def test_only_the_wrong_reshape_minds_where_things_are():
    maps = torch.rand(1, 3, 4, 5, generator=torch.Generator().manual_seed(0))
    for kind in (Loop, bugs.NotDivided, bugs.BatchMixed, bugs.WrongReshape):
        mine = kind([], [], 8, 1)
        first, second = (mine.gram(each) for each in (maps, moved(maps)))
        assert torch.equal(first, first.mT)
        assert torch.allclose(first, second) == (kind is not bugs.WrongReshape)


def test_the_loop_paints_without_a_guard():
    painting = Loop([CAT], [SKY], size=64, steps=4).paint()
    assert painting.picture.shape == (43, 64, 3) and painting.picture.dtype == torch.uint8
    style = painting.losses["style"]
    assert len(style) == 4 and style[0] > style[-1]
    assert painting.losses["content"][0] == 0
    low, high, *means = painting.numbers["the picture at the end"]
    assert 0 <= low < high <= 1 and len(means) == 3


@pytest.mark.parametrize(
    ("bug", "like"),
    [
        (bugs.NetworkMoves, "unchanged"),
        (bugs.Stuck, "unchanged"),
        (bugs.To255, "white"),
        (bugs.RootOfZero, "black"),
    ],
)
def test_a_small_run_shows_it_too(bug, like):
    levels = np.asarray(bug([CAT], [SKY], size=64, steps=3).paint().picture, dtype=int)
    photograph = np.asarray(Image.open(CAT).resize((64, 43), Image.Resampling.LANCZOS), dtype=int)
    found = {
        "unchanged": np.abs(levels - photograph).max() <= 1,
        "white": (levels == 255).mean() > 0.9,
        "black": levels.max() == 0,
    }
    assert [name for name, so in found.items() if so] == [like]


def test_detaching_matters_only_where_something_asks_for_a_gradient():
    class Attached(Loop):
        def content_target(self, network, pixels, content):
            maps = self.features(network, content)
            return {name: maps[name] for name in self.content_layers}

    kinds = Loop, Attached, bugs.Retaining, bugs.NotDetached
    pictures = [kind([CAT], [SKY], size=64, steps=4).paint().picture for kind in kinds]
    same = [torch.equal(first, second) for first, second in pairwise(pictures)]
    assert same == [True, True, False]
