import math
import warnings

import numpy as np
import pytest
import torch

from nst_helpers import (
    Diverged,
    FeatureExtractor,
    InputError,
    StyleTransfer,
    content_loss,
    gram_matrix,
    load_image,
    read_settings,
    style_loss,
    style_transfer,
    variation_loss,
)
from nst_helpers.__main__ import main
from nst_helpers.engine import objective, schedule, transfer
from nst_helpers.engine.optimizers import MOVES, PixelLBFGS

SMALL = {"size": 48, "steps": 12, "device": "cpu"}


def run(**settings):
    return style_transfer("cat", "night_sky", progress=False, **{**SMALL, **settings})


@pytest.mark.parametrize("optimizer", ["lbfgs", "adam"])
def test_the_loss_falls_and_the_picture_is_an_image(optimizer):
    result = run(optimizer=optimizer)
    totals = result.history["total"]
    assert len(totals) == 12 and result.losses["total"] == min(totals) < 0.5 * totals[0]
    assert result.image.shape == (1, 3, 32, 48)
    assert result.image.min() >= 0 and result.image.max() <= 1


def test_the_losses_are_those_of_the_picture_that_is_returned():
    result = run(precision="float32")
    extractor = FeatureExtractor(transfer.STYLE_LAYERS + transfer.CONTENT_LAYERS, device="cpu")
    got = extractor(result.image)
    content = extractor(load_image("cat", 48))["relu4_2"]
    style = extractor(load_image("night_sky", 48))
    expected = {
        "content": content_loss(got["relu4_2"], content) / content.square().mean(),
        "variation": variation_loss(result.image),
        "style": 0,
    }
    for name in transfer.STYLE_LAYERS:
        target = gram_matrix(style[name])
        loss = style_loss(gram_matrix(got[name]), target)
        expected["style"] += loss / target.square().mean() / len(transfer.STYLE_LAYERS)
    for name, value in expected.items():
        assert result.losses[name] == pytest.approx(float(value), rel=1e-4)
    weights = (result.settings[f"{name}_weight"] for name in expected)
    total = sum(weight * float(v) for weight, v in zip(weights, expected.values(), strict=True))
    assert result.losses["total"] == pytest.approx(total, rel=1e-4)


def test_steps_are_evaluations(monkeypatch):
    calls = []
    forward = FeatureExtractor.forward
    monkeypatch.setattr(
        FeatureExtractor, "forward", lambda self, image: calls.append(1) or forward(self, image)
    )
    steps = list(StyleTransfer("cat", "night_sky", **SMALL))
    assert [step.index for step in steps] == list(range(12))
    assert len(calls) == 12 + 2  # and one for each target
    assert steps[-1].progress == pytest.approx(1)


def test_where_the_gradient_shrinks_the_optimiser_walks_on_downhill():
    optimizer = PixelLBFGS(torch.linspace(0.51, 0.6, 3 * 6 * 8).view(1, 3, 6, 8))
    for _ in range(12):
        optimizer.step(0.5 - optimizer.image)  # of a hill: no move has a curvature above zero
    assert all((change == 0).all() for _, change in optimizer.moves)
    assert optimizer.image.mean() > 0.8


def test_a_step_is_that_of_the_two_loops():
    """The method as the book prints it, one move after the other, in float64."""
    generator = torch.Generator().manual_seed(0)
    start, goal, steepness = torch.rand(3, 1, 3, 7, 10, generator=generator, dtype=torch.float64)
    frequency = np.hypot(np.fft.fftfreq(7)[:, None], np.fft.rfftfreq(10))

    def damped(direction):
        spectrum = np.fft.rfft2(direction.view(start.shape)) / (1 + 16 * frequency)
        return torch.from_numpy(np.fft.irfft2(spectrum, s=(7, 10))).flatten()

    optimizer, pairs, before, skipped = PixelLBFGS(0.4 + 0.2 * start, damping=16), [], None, 0
    for _ in range(MOVES + 15):
        image = optimizer.image
        # In the waves some moves meet a gradient that shrinks.
        gradient = steepness * (image - 0.3 - 0.4 * goal) + 2 * torch.sin(60 * image) / 60
        optimizer.step(gradient)
        direction, shares = -gradient.flatten(), []
        if before is not None:
            s, y = ((a - b).flatten() for a, b in zip((image, gradient), before, strict=True))
            if s @ y > 0:
                pairs, pace = [*pairs, (s, y)], 2 * (s @ y) / (y @ damped(y))
            else:
                pairs, skipped = [*pairs, None], skipped + 1
            known = [pair for pair in pairs[-MOVES:] if pair]
            for s, y in reversed(known):
                shares.append((s @ direction) / (s @ y))
                direction = direction - shares[-1] * y
            direction = pace * damped(direction)
            for (s, y), share in zip(known, reversed(shares), strict=True):
                direction = direction + s * (share - (y @ direction) / (s @ y))
            length = direction.square().mean().sqrt()
            expected = image + (direction * min(1, 0.05 / length)).view(start.shape)
            assert 0 < expected.min() and expected.max() < 1  # no bound is met
            assert torch.allclose(optimizer.image, expected, rtol=0, atol=1e-6)
        before = image, gradient
    assert 0 < skipped < MOVES


def test_a_long_run_is_damped_less():
    optimizers = [
        StyleTransfer("cat", "night_sky", size=32, steps=steps)._optimizer(torch.zeros(1, 3, 4, 4))
        for steps in (99, 100)
    ]
    assert [optimizer.damping for optimizer in optimizers] == [64, 16]


def test_coarse_to_fine():
    transfer = StyleTransfer("cat", "night_sky", size=256, steps=3, device="cpu")
    assert [max(step.image.shape[2:]) for step in transfer] == [128, 256, 256]
    assert len(StyleTransfer("cat", "night_sky", size=256, steps=3, stages=1).stages) == 1


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ((255, 300), [(255, 300)]),  # half of it would be too small
        ((256, 1), [(256, 1)]),
        ((256, 2), [(128, 1), (256, 1)]),
        ((256, 99), [(128, 24), (256, 75)]),
        ((256, 100), [(128, 25), (192, 20), (256, 55)]),
        ((257, 1000), [(128, 30), (192, 60), (257, 910)]),
        ((256, 300, 2), [(128, 30), (256, 270)]),
        ((256, 300, 1), [(256, 300)]),
    ],
)
def test_the_stages_of_a_run(run, expected):
    assert schedule.plan(*run) == expected


@pytest.mark.parametrize(("steps", "weights"), [(99, [8, 2]), (100, [128, 11.24, 2])])
def test_content_weighs_more_at_coarse_sizes(steps, weights):
    painting = StyleTransfer("cat", "night_sky", 256, steps, content_weight=2, device="cpu")
    found = [painting.objective(size).weights for size, _ in painting.stages]
    assert [each["content"] for each in found] == pytest.approx(weights, rel=1e-3)
    assert found[0] == painting.weights | {"content": weights[0]}


def test_the_same_seed_makes_the_same_picture_and_weights_count_by_their_ratios():
    first, again = run(start="noise", seed=1), run(start="noise", seed=1)
    assert torch.equal(first.image, again.image)
    assert not torch.equal(first.image, run(start="noise", seed=2).image)


def test_start_pictures_have_the_shape_of_the_content():
    for start in ("style", "noise", "rocket"):
        assert run(start=start, steps=1).image.shape == (1, 3, 32, 48)


def test_the_network_never_changes():
    transfer = StyleTransfer("cat", "night_sky", **SMALL)
    before = {name: value.clone() for name, value in transfer.extractor.state_dict().items()}
    list(transfer)
    for name, value in transfer.extractor.state_dict().items():
        assert torch.equal(value, before[name])


def test_an_interruption_keeps_the_best_picture(monkeypatch):
    forward, calls = FeatureExtractor.forward, []

    def interrupted(self, image):
        calls.append(1)
        if len(calls) == 8:
            raise KeyboardInterrupt
        return forward(self, image)

    monkeypatch.setattr(FeatureExtractor, "forward", interrupted)
    with pytest.warns(UserWarning, match="best picture of 5 steps"):
        result = run()
    assert len(result.history["total"]) == 5


def test_a_loss_that_is_not_finite_stops_the_run(monkeypatch):
    losses = iter([1.0, 1.0, math.nan])
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * 0 + next(losses))
    with pytest.warns(UserWarning, match="Lower variation_weight"):
        assert len(run().history["total"]) == 2
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * math.nan)
    with pytest.raises(Diverged):
        run()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"steps": 0}, "steps"),
        ({"steps": 1.5}, "steps"),
        ({"content_weight": -1}, "content_weight"),
        ({"style_weight": math.nan}, "style_weight"),
        ({"content_weight": 0, "style_weight": 0, "variation_weight": 0}, "nothing to minimise"),
        ({"optimizer": "sgd"}, "optimizer"),
        ({"style_layers": ["relu9_1"]}, "relu9_1"),
        ({"start": "nois"}, "noise|nois"),
        ({"size": 8}, "longer side"),
        ({"device": "cuda:99"}, "cpu"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(InputError, match=message):
        run(**settings)


def test_the_command_line_repeats_its_bytes(tmp_path, capsys):
    arguments = ["cat", "great_wave", "--size", "48", "--steps", "3", "--device", "cpu"]
    for name in ("a.png", "b.png"):
        assert main([*arguments, "--output", str(tmp_path / name)]) == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    settings = read_settings(tmp_path / "a.png")
    assert settings["style"] == "great_wave" and settings["steps"] == 3
    printed = capsys.readouterr()
    assert "Computing on cpu in " in printed.out and "total" in printed.err


def test_the_command_line_says_what_is_wrong_before_computing(tmp_path, capsys):
    assert main(["--output", str(tmp_path / "no" / "a.png")]) == 2
    assert "does not exist" in capsys.readouterr().err
    with warnings.catch_warnings():
        assert main(["no_cat", "--output", str(tmp_path / "a.png")]) == 2
    assert "error: " in capsys.readouterr().err and not list(tmp_path.iterdir())
