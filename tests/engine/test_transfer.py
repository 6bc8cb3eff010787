import io
import itertools
import math
import sys
import warnings

import pytest
import torch
from runs import OPTIMIZERS, make, paint

from nst_helpers import (
    Diverged,
    FeatureExtractor,
    InputError,
    StyleTransfer,
    load_image,
    style_transfer,
)
from nst_helpers.engine import features, objective, schedule, transfer
from nst_helpers.engine.optimizers import PixelLBFGS
from nst_helpers.runtime import progress, weights

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


@pytest.mark.parametrize("steps", [20, 300])
def test_the_filter_is_that_of_the_schedule(steps):
    last = next(iter(StyleTransfer("cat", "night_sky", size=32, steps=steps, device="cpu")))
    painting = StyleTransfer("cat", "night_sky", size=32, steps=steps, device="cpu")
    optimizer = PixelLBFGS(painting.content, schedule.low_pass(steps))
    optimizer.step(painting.objective(32).evaluate(painting.content)[1])
    assert torch.equal(last.state["optimizer"]["image"], optimizer.image)


def test_coarse_to_fine():
    transfer = StyleTransfer("cat", "night_sky", size=256, steps=3, device="cpu")
    assert [max(step.image.shape[2:]) for step in transfer] == [128, 256, 256]
    assert len(StyleTransfer("cat", "night_sky", size=256, steps=3, stages=1).stages) == 1


def test_content_weighs_more_at_coarse_sizes():
    painting = StyleTransfer("cat", "night_sky", 256, 100, content_weight=2, device="cpu")
    found = [painting.objective(size).weights for size, _ in painting.stages]
    # At half the effect between 2 and 6: the fourth power of 2, of 4/3, and of 1.
    assert [each["content"] for each in found] == pytest.approx([32, 6.32, 2], rel=1e-3)
    assert found[0] == painting.weights | {"content": found[0]["content"]}


def test_the_same_seed_makes_the_same_picture_and_weights_count_by_their_ratios():
    first, again = run(start="noise", seed=1), run(start="noise", seed=1)
    assert torch.equal(first.image, again.image)
    assert not torch.equal(first.image, run(start="noise", seed=2).image)


@OPTIMIZERS
@pytest.mark.parametrize("start", ["content", "noise"])
def test_the_same_seed_makes_the_same_picture(three_stages, optimizer, start):
    first, again = (paint(optimizer=optimizer, start=start, seed=3) for _ in range(2))
    assert torch.equal(first.image, again.image) and first.losses == again.losses


def test_start_pictures_have_the_shape_of_the_content():
    for start in ("style", "noise", "rocket"):
        assert run(start=start, steps=1).image.shape == (1, 3, 32, 48)


def test_the_network_never_changes():
    transfer = StyleTransfer("cat", "night_sky", **SMALL)
    before = {name: value.clone() for name, value in transfer.extractor.state_dict().items()}
    list(transfer)
    for name, value in transfer.extractor.state_dict().items():
        assert torch.equal(value, before[name])


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


def test_a_run_ends_where_one_in_float32_does(bfloat16):
    judge = make(precision="float32").objective(64)
    totals = {}
    for precision in ("float32", "bfloat16"):
        *_, step = make(precision=precision, steps=30)
        terms = judge(step.image)
        for name, loss in step.losses.items():
            assert loss == pytest.approx(terms[name].item(), rel=0.01)
        totals[precision] = terms["total"].item()
    assert totals["bfloat16"] == pytest.approx(totals["float32"], rel=0.05)
    assert totals["bfloat16"] < 0.3 * judge(load_image("cat", 64))["total"].item()


@pytest.mark.parametrize("layer", ["relu5_1", "conv1_1"])
def test_every_depth(bfloat16, layer):
    layers = {"content_layers": layer, "style_layers": layer}
    first, *_, last = make(precision="bfloat16", steps=12, **layers)
    assert last.losses["total"] < first.losses["total"]


@OPTIMIZERS
def test_a_step_that_was_saved_goes_on_to_the_same_end(three_stages, optimizer):
    whole = list(make(optimizer=optimizer))
    assert [max(step.image.shape[2:]) for step in whole] == [32] * 2 + [48] + [64] * 5
    for at in (0, 1, 2, 5, 7):  # in each stage, at its end, at the end of all
        file = io.BytesIO()
        torch.save(vars(whole[at]), file)
        saved = transfer.Step(**torch.load(io.BytesIO(file.getvalue()), weights_only=True))
        rest = list(make(optimizer=optimizer).resume(saved))
        assert len(rest) == 7 - at
        for step, expected in zip(rest, whole[at + 1 :], strict=True):
            assert torch.equal(step.image, expected.image)
            assert step.losses == expected.losses and step.progress == expected.progress
            assert step.index == expected.index and step.seconds > saved.seconds


def test_a_resumed_run_is_the_run_bit_for_bit(bfloat16):
    steps = list(make(precision="bfloat16", steps=12))
    again = list(make(precision="bfloat16", steps=12).resume(steps[6]))
    assert len(again) == 5
    for ours, theirs in zip(again, steps[7:], strict=True):
        assert torch.equal(ours.image, theirs.image) and ours.losses == theirs.losses


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


def test_an_interruption_at_any_line_returns_what_there_is(monkeypatch, capsys):
    """Line by line through the run and its progress bar, for the first steps and the end."""
    steps = list(make(steps=3))
    fake = make(steps=3)
    monkeypatch.setattr(transfer, "StyleTransfer", lambda *_, **__: fake)
    monkeypatch.setattr(StyleTransfer, "resume", lambda *_: iter(steps))
    here = {transfer.__file__, progress.__file__}
    ends = set()
    for at in range(1000):
        lines = 0

        def look(frame, event, argument, at=at):
            nonlocal lines
            if frame.f_code.co_filename not in here:
                return None
            if event == "line":
                lines += 1
                if lines == at:
                    raise KeyboardInterrupt
            return look

        with warnings.catch_warnings(record=True, action="always") as warned:
            sys.settrace(look)
            try:
                result = style_transfer("cat", "night_sky")
            except KeyboardInterrupt:
                ends.add(None)  # before the first step, or a second time while it was ending
                continue
            finally:
                sys.settrace(None)
        totals = result.history["total"]
        ends.add(len(totals))
        assert all(len(values) == len(totals) for values in result.history.values())
        assert result.losses["total"] == min(totals)
        assert bool(warned) == (lines >= at > 0) or "was interrupted" in str(warned[0].message)
        if lines < at:
            break
    assert ends == {None, 1, 2, 3}


def test_a_loss_that_is_not_finite_stops_the_run(monkeypatch):
    losses = iter([1.0, 1.0, math.nan])
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * 0 + next(losses))
    with pytest.warns(UserWarning, match="Lower variation_weight"):
        assert len(run().history["total"]) == 2
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * math.nan)
    with pytest.raises(Diverged):
        run()


PROVOKED = {"size": 48, "start": "style", "style_weight": 1e12, "steps": 60, "device": "cpu"}


def test_a_loss_that_grows_stops_the_run():
    """From the style itself, one step away is a trillion times worse, and Adam goes on there."""
    black = torch.zeros(1, 3, 32, 48)
    said = "has grown and does not come back: .* Lower style_weight, .* best picture of"
    with pytest.warns(UserWarning, match=said):
        result = style_transfer("cat", black, progress=False, optimizer="adam", **PROVOKED)
    totals = result.history["total"]
    assert 29 <= len(totals) < 60 and result.losses["total"] == min(totals) < totals[-1] / 1000


def test_lbfgs_comes_back_from_a_loss_that_grew():
    steps = StyleTransfer("cat", torch.zeros(1, 3, 32, 48), **{**PROVOKED, "steps": 16})
    totals = [step.losses["total"] for step in steps]
    assert max(totals) > 1e9 * totals[0] and totals[-1] == pytest.approx(totals[0])


def test_a_loss_that_overflows_is_said_to(monkeypatch):
    load = weights.load_convolutions

    def larger(*which):
        return {name: 1e4 * value for name, value in load(*which).items()}

    monkeypatch.setattr(features, "load_convolutions", larger)
    with pytest.raises(Diverged, match=r"no longer a finite number: .* Lower style_weight"):
        paint()


def test_the_term_that_counts_most_is_named():
    weights = {"content": 1.0, "style": 40.0, "variation": 10.0}
    good = {"content": 3.0, "style": 0.1, "variation": 0.1, "total": 8.0}
    nan = dict.fromkeys(good, float("nan"))
    for now, before, name in (
        (good, good, "style"),
        ({**good, "content": 5.0}, nan, "content"),
        ({**good, "variation": float("inf")}, good, "variation"),
        (nan, {**good, "variation": 2.0}, "variation"),
    ):
        assert f"Lower {name}_weight" in transfer._advice(now, before, weights)


def test_steering_goes_on_with_other_weights():
    painting, seen = make(steps=6), []
    for step in painting:
        seen.append(step)
        if step.index == 2:
            painting.steer(content=0, style=7)
    assert [step.index for step in seen] == list(range(6))
    totals = [{"content": 1.0, "style": 40.0, "variation": 10.0}] * 3
    totals += [{"content": 0.0, "style": 7.0, "variation": 10.0}] * 3
    for step, factors in zip(seen, totals, strict=True):
        total = sum(factor * step.losses[name] for name, factor in factors.items())
        assert step.losses["total"] == pytest.approx(total, rel=1e-5)
    assert painting.settings["style_weight"] == 7 and painting.settings["content_weight"] == 0
    # What was learned of the old weights is forgotten: from there it is a run from this picture.
    assert torch.equal(seen[3].image, seen[2].image)
    fresh = make(steps=6, start=seen[2].image, content_weight=0, style_weight=7)
    again = list(itertools.islice(fresh, 3))
    assert torch.equal(seen[5].image, again[2].image)


def test_a_saved_step_of_other_weights_teaches_nothing():
    painting = make(steps=6)
    last = list(itertools.islice(painting, 3))[-1]
    painting.steer(style=7)
    resumed = next(painting.resume(last))
    assert (
        torch.equal(resumed.image, last.image) and resumed.losses["total"] != last.losses["total"]
    )


@pytest.mark.parametrize("weights", [{"style": -1}, {"stlye": 3}, {"style": 3, "content": "x"}])
def test_steering_refuses_what_it_cannot_use_and_changes_nothing(weights):
    painting = make()
    before = dict(painting.weights), dict(painting.settings)
    with pytest.raises(InputError):
        painting.steer(**weights)
    assert (painting.weights, painting.settings) == before
