import io
import itertools
import math
import sys
import warnings
import weakref
from dataclasses import replace

import pytest
import torch

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
from runs import every_optimizer, make, paint

# From the style itself, one step away is a trillion times worse.
PROVOKED = {"size": 48, "start": "style", "style_weight": 1e12, "steps": 60, "device": "cpu"}


@every_optimizer
def test_the_loss_falls_and_the_picture_is_an_image(optimizer):
    result = paint(optimizer=optimizer, size=48, steps=12)
    totals = result.history["total"]
    assert len(totals) == 12 and result.losses["total"] == min(totals) < 0.5 * totals[0]
    assert result.image.shape == (1, 3, 32, 48)
    assert result.image.min() >= 0 and result.image.max() <= 1


@every_optimizer
def test_the_network_sees_the_two_pictures_and_then_that_of_each_step_once(optimizer):
    painting, seen = make(optimizer=optimizer), []
    painting.extractor.register_forward_pre_hook(lambda _, images: seen.append(images[0].detach()))
    steps = list(painting)
    assert [step.index for step in steps] == list(range(8))
    expected = [painting.content, painting.styles[0].image, *(step.image for step in steps)]
    assert all(torch.equal(*pair) for pair in zip(seen, expected, strict=True))
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
    assert len(StyleTransfer("cat", "night_sky", size=256, steps=3, stages=1).plan) == 1


def test_four_stages_begin_at_a_quarter(three_stages):
    painting = make(size=128, steps=20, stages=4)
    assert painting.plan == [(32, 3), (64, 2), (96, 4), (128, 11)]
    steps = list(itertools.islice(painting, 6))
    assert [max(step.image.shape[2:]) for step in steps] == [32, 32, 32, 64, 64, 96]
    quarter, half = (steps[index].weights["content"] for index in (0, 3))
    assert 1 < quarter == pytest.approx(half / 4)
    assert steps[2].losses["style"] < 0.8 * steps[0].losses["style"]
    assert painting.settings["stages"] == 4 and make().settings["stages"] == 3


def test_content_weighs_more_at_coarse_sizes():
    painting = StyleTransfer("cat", "night_sky", 256, 100, content_weight=2, device="cpu")
    found = [painting.objective(size).weights for size, _ in painting.plan]
    # At half the effect between 2 and 6: the fourth power of 2, of 4/3, and of 1.
    assert [each["content"] for each in found] == pytest.approx([32, 6.32, 2], rel=1e-3)
    assert found[0] == painting.weights | {"content": found[0]["content"]}


@pytest.mark.parametrize(("optimizer", "start"), [("lbfgs", "noise"), ("adam", "content")])
def test_the_same_seed_makes_the_same_picture(three_stages, optimizer, start):
    first, again = (paint(optimizer=optimizer, start=start, seed=3) for _ in range(2))
    assert torch.equal(first.image, again.image) and first.losses == again.losses


def test_another_seed_makes_another_picture():
    first, other = (paint(start="noise", steps=1, seed=seed) for seed in (1, 2))
    assert not torch.equal(first.image, other.image)


# Adam adds a constant to the gradient's size; times 4, whose root is exact, L-BFGS rounds nothing.
@pytest.mark.parametrize(("optimizer", "tolerance"), [("lbfgs", 0), ("adam", 1e-3)])
def test_weights_count_by_their_ratios(optimizer, tolerance):
    def painted(content, style, variation):
        weights = {"content_weight": content, "style_weight": style, "variation_weight": variation}
        settings = {"size": 48, "steps": 8, "start": "noise", "precision": "float32"}
        return paint(optimizer=optimizer, **settings, **weights)

    plain, all_larger = painted(1, 40, 10), painted(4, 160, 40)
    assert (plain.image - all_larger.image).abs().max() <= tolerance
    assert all_larger.losses["total"] == pytest.approx(
        4 * plain.losses["total"], rel=max(tolerance, 1e-6)
    )
    for others in ((4, 40, 10), (1, 160, 10), (1, 40, 40)):
        assert (plain.image - painted(*others).image).abs().max() > 0.01


def test_start_pictures_have_the_shape_of_the_content():
    for start in ("style", "noise", "rocket"):
        assert paint(start=start, size=48, steps=1).image.shape == (1, 3, 32, 48)


def test_the_network_never_changes():
    painting = make()
    before = {name: value.clone() for name, value in painting.extractor.state_dict().items()}
    list(painting)
    for name, value in painting.extractor.state_dict().items():
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
        ({"start": "nois"}, "Did you mean 'noise'"),
        ({"size": 8}, "longer side"),
        ({"device": "cuda:99"}, "cannot compute on the device 'cuda:99'"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(InputError, match=message):
        paint(**settings)


def test_a_run_in_bfloat16_ends_where_one_in_float32_does(bfloat16):
    judge = make(precision="float32").objective(64)
    totals = {}
    for precision in ("float32", "bfloat16"):
        step = min(make(precision=precision, steps=30), key=lambda step: step.losses["total"])
        terms = judge(step.image)
        for name, loss in step.losses.items():
            assert loss == pytest.approx(terms[name].item(), rel=0.01)
        totals[precision] = terms["total"].item()
    assert totals["bfloat16"] == pytest.approx(totals["float32"], rel=0.05)
    assert totals["bfloat16"] < 0.3 * judge(load_image("cat", 64))["total"].item()


@pytest.mark.parametrize("layer", ["relu5_1", "conv1_1"])
def test_the_loss_falls_with_one_layer_at_either_end_of_the_network(bfloat16, layer):
    layers = {"content_layers": layer, "style_layers": layer}
    first, *_, last = make(precision="bfloat16", steps=12, **layers)
    assert last.losses["total"] < first.losses["total"]


@every_optimizer
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


def test_a_run_in_bfloat16_that_is_resumed_is_the_run_bit_for_bit(bfloat16):
    steps = list(make(precision="bfloat16", steps=6))
    again = list(make(precision="bfloat16", steps=6).resume(steps[2]))
    assert len(again) == 3
    for ours, theirs in zip(again, steps[3:], strict=True):
        assert torch.equal(ours.image, theirs.image) and ours.losses == theirs.losses


def test_an_interruption_keeps_the_best_picture(monkeypatch):
    # The content picture itself is the best one; Adam's first steps leave it, whatever the slope.
    settings = {"optimizer": "adam", "style_weight": 0, "variation_weight": 1e-3}
    steps = list(itertools.islice(make(**settings), 5))
    forward, evaluated = FeatureExtractor.forward, itertools.count(1)

    def interrupted(self, image):
        if image.requires_grad and next(evaluated) == 6:  # not of the targets
            raise KeyboardInterrupt
        return forward(self, image)

    monkeypatch.setattr(FeatureExtractor, "forward", interrupted)
    with pytest.warns(UserWarning, match="interrupted. This is the best picture of 5 steps"):
        result = paint(**settings)
    totals = [step.losses["total"] for step in steps]
    assert result.history["total"] == totals
    best = steps[totals.index(min(totals))]
    assert best is not steps[-1] and torch.equal(result.image, best.image)
    assert result.losses == best.losses


def test_an_interruption_at_any_line_returns_what_there_is(monkeypatch, capsys):
    """Line by line through the run, its progress bar and the making of its result."""
    painting = make(steps=3)
    steps = list(painting)
    monkeypatch.setattr(transfer, "StyleTransfer", lambda *_, **__: painting)
    monkeypatch.setattr(StyleTransfer, "resume", lambda *_: iter(steps))
    here = {transfer.__file__, progress.__file__}

    def interrupted_at(line):
        """Return the steps of the result, None where there is none, and the file of that line."""
        lines, before, file = itertools.count(1), sys.gettrace(), None

        def look(frame, event, argument):
            nonlocal file
            if frame.f_code.co_filename not in here:
                return None
            if event == "line" and next(lines) == line:
                file = frame.f_code.co_filename
                raise KeyboardInterrupt
            return look

        with warnings.catch_warnings(record=True, action="always") as warned:
            sys.settrace(look)
            try:
                result = style_transfer("cat", "night_sky")
            except KeyboardInterrupt:
                return None, file
            finally:
                sys.settrace(before)
        totals = result.history["total"]
        assert all(len(values) == len(totals) for values in result.history.values())
        assert result.losses["total"] == min(totals)
        assert ["was interrupted" in str(each.message) for each in warned] == [True] * bool(file)
        return len(totals), file

    ends = []
    for line in itertools.count(1):
        ends.append(interrupted_at(line))
        if ends[-1] == (3, None):  # the run has no such line
            break
    *ends, _ = ends
    # None before the first step is whole.
    assert [end for end, _ in itertools.groupby(number for number, _ in ends)] == [None, 1, 2, 3]


def test_a_loss_that_is_not_finite_stops_the_run(monkeypatch):
    losses = iter([1.0, 1.0, math.nan])
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * 0 + next(losses))
    with pytest.warns(UserWarning, match="Lower variation_weight"):
        assert len(paint().history["total"]) == 2
    monkeypatch.setattr(objective, "variation_loss", lambda image: image.sum() * math.nan)
    with pytest.raises(Diverged):
        paint()


def test_a_loss_that_grows_stops_the_run():
    """Adam goes on there; L-BFGS comes back."""
    black = torch.zeros(1, 3, 32, 48)
    said = "has grown and does not come back: .* Lower style_weight, .* best picture of"
    with pytest.warns(UserWarning, match=said):
        result = style_transfer("cat", black, progress=False, optimizer="adam", **PROVOKED)
    totals = result.history["total"]
    assert 29 <= len(totals) < 60 and result.losses["total"] == min(totals) < totals[-1] / 1000


def test_lbfgs_comes_back_from_a_loss_that_grew():
    black, settings = torch.zeros(1, 3, 32, 48), {**PROVOKED, "style_weight": 1e3}
    totals = [step.losses["total"] for step in StyleTransfer("cat", black, **settings)]
    assert max(totals) > 400 * totals[0] and totals[-1] == pytest.approx(totals[0], rel=0.01)


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


@every_optimizer
@pytest.mark.parametrize("at", [0, 1, 2, 4])
def test_steering_changes_weights_and_no_target(three_stages, monkeypatch, optimizer, at):
    """In a stage and at its end: the steps are those of a run that computes all targets anew."""
    painting, seen, recorded = make(optimizer=optimizer, graph=True), [], []
    painting.extractor.register_forward_pre_hook(lambda _, images: seen.append(images[0].detach()))
    record = transfer.captured
    monkeypatch.setattr(
        transfer, "captured", lambda work, image: recorded.append(work) or record(work, image)
    )
    steps = []
    for step in painting:
        steps.append(step)
        if step.index == at:
            painting.steer(style=7, variation=0)
    sizes = [max(step.image.shape[2:]) for step in steps]
    assert sizes == [32] * 2 + [48] + [64] * 5
    assert len(seen) == len(steps) + 2 * 3  # content and style, at each size once
    # What a graph has recorded has the weights in it.
    again = 3 if sizes[at + 1] > sizes[at] else 4
    assert len(recorded) == len({id(work.__self__) for work in recorded}) == again
    anew = make(optimizer=optimizer, style_weight=7, variation_weight=0)
    expected = anew.resume(replace(steps[at], state={}))
    for ours, theirs in zip(steps[at + 1 :], expected, strict=True):
        assert torch.equal(ours.image, theirs.image)
        assert ours.losses == theirs.losses and ours.weights == theirs.weights
    rest = anew.resume(steps[at + 2])  # which saves what was learned since
    assert all(
        torch.equal(ours.image, theirs.image)
        for ours, theirs in zip(steps[at + 3 :], rest, strict=True)
    )


def test_the_targets_are_freed_with_their_stage_and_their_run(three_stages, monkeypatch):
    targets, before = [], []

    class Watched(objective.Objective):
        def __init__(self, *arguments):
            before.append(sum(target() is not None for target in targets))
            super().__init__(*arguments)
            targets.append(weakref.ref(self.content_targets["relu4_2"]))

    monkeypatch.setattr(transfer, "Objective", Watched)
    painting = make()
    run = iter(painting)
    for step in run:
        painting.steer(style=step.index + 1)
        if step.index == 5:
            break
    assert before == [0, 0, 0]  # none was held while another was computed
    assert [target() is not None for target in targets] == [False, False, True]
    del run
    assert targets[-1]() is None


def test_a_picture_is_made_larger_without_starting_anew(monkeypatch):
    monkeypatch.setattr(schedule, "_LAYOUT_SIZE", 64)
    *_, last = make()
    larger = make(size=128, steps=16)
    assert larger.plan == [(64, 12), (91, 2), (128, 2)]
    steps = list(larger.resume_from(last.image, schedule.steps_up_to(64, larger.plan)))
    assert [step.index for step in steps] == [12, 13, 14, 15]
    assert [max(step.image.shape[2:]) for step in steps] == [91, 91, 128, 128]
    assert torch.equal(steps[0].image, larger._fit(last.image, 91))
    whole = 12 * 64**2 + 2 * 91**2 + 2 * 128**2
    assert steps[0].progress == pytest.approx((12 * 64**2 + 91**2) / whole)
    assert steps[-1].progress == 1 and 0 < steps[0].seconds < steps[-1].seconds


@every_optimizer
def test_a_run_from_a_picture_is_one_whose_memory_was_dropped(three_stages, optimizer):
    whole = list(make(optimizer=optimizer))
    assert [max(step.image.shape[2:]) for step in whole] == [32] * 2 + [48] + [64] * 5
    for done in (1, 2, 3, 5):
        picture = whole[done - 1].image
        ours = list(make(optimizer=optimizer).resume_from(picture, done))
        dropped = make(optimizer=optimizer).resume(replace(whole[done - 1], state={}))
        for step, expected in zip(ours, dropped, strict=True):
            assert step.index == expected.index and step.progress == expected.progress
            assert torch.equal(step.image, expected.image) and step.losses == expected.losses
        # Where a stage begins, a run learns anew in any case.
        if done in (2, 3):
            assert torch.equal(ours[-1].image, whole[-1].image)


def test_a_run_from_a_picture_may_have_all_steps_or_the_last_one():
    painting = make()
    steps = list(painting.resume_from("coffee", 0))
    assert [step.index for step in steps] == list(range(8))
    assert steps[0].image.shape == painting.content.shape
    assert [step.index for step in painting.resume_from("coffee", 7)] == [7]


@pytest.mark.parametrize("done", [-1, 8, 1.5, True, None])
def test_a_run_from_a_picture_refuses_what_it_cannot_use(done):
    with pytest.raises(InputError, match=r"done is .* from 0 to 7"):
        make().resume_from("coffee", done)  # at once, and not with the first step
    with pytest.raises(InputError, match="cofee"):
        make().resume_from("cofee", 3)


def test_the_history_has_the_weights_of_every_total(three_stages):
    """Also at coarse sizes, where the content weighs more, and behind a steering hand."""
    moving = make(steps=12, style_weight=7)
    run, sizes = transfer._Run(), set()
    for step in moving:
        run.add(step)
        sizes.add(max(step.image.shape[2:]))
        if step.index == 9:
            moving.steer(variation=300)
    history = run.end(None, moving.settings).history
    assert len(sizes) >= 2 and len(set(history["content_weight"])) == len(sizes)
    assert history["content_weight"][-1] == 1 and set(history["variation_weight"]) == {10, 300}
    for row in zip(*history.values(), strict=True):
        of = dict(zip(history, row, strict=True))
        total = sum(of[f"{name}_weight"] * of[name] for name in ("content", "style", "variation"))
        assert of["total"] == pytest.approx(total, rel=1e-5)


def test_a_picture_as_start_is_painted_on_and_not_halved_first(three_stages):
    assert make(steps=12, start="noise").settings["stages"] == 3
    result = paint(steps=12)
    more = make(steps=12, start=result.image)
    assert more.plan == [(64, 12)] and more.settings["stages"] == 1
    assert min(step.losses["total"] for step in more) < result.losses["total"]
    assert len(make(steps=12, start=result.image, stages=3).plan) > 1


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
