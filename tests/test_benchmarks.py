import json
import types
from functools import partial

import pytest
import torch

from benchmarks import __main__ as main
from benchmarks import ablation, gpu, methods, page
from benchmarks.__main__ import summary
from nst_helpers import StyleTransfer, gram_matrix, load_image
from nst_helpers.engine import schedule
from nst_helpers.engine.features import FeatureExtractor


@pytest.fixture(scope="module")
def objective():
    return methods.objective_of("cat", "night_sky", 64)


def test_the_objective_is_that_of_the_package(objective):
    for step in StyleTransfer("cat", "night_sky", size=64, steps=3, precision="float32"):
        terms = objective(step.image)
        for name, loss in step.losses.items():
            assert terms[name].item() == pytest.approx(loss, rel=1e-4, abs=1e-9)


def test_the_plain_loop_counts_evaluations_and_its_loss_falls(objective):
    made = list(methods.plain("cat", "night_sky", 64, 12))
    assert len(made) == 12 and made[-1][2] < made[0][2]
    for _, image, loss in made[::4]:
        assert objective(image)["total"].item() == pytest.approx(loss, rel=1e-4)
        assert image.min() >= 0 and image.max() <= 1


def test_the_package_has_no_loss_at_the_coarse_size(objective):
    made = list(methods.package("cat", "night_sky", 256, 4))
    assert [max(image.shape[2:]) for _, image, _ in made] == [128, 256, 256, 256]
    assert [loss == float("inf") for *_, loss in made] == [True, False, False, False]


def test_scaled_weights_carry_the_factors(objective):
    """Plain differences of that network's activations are the weighted losses of the package."""
    state = methods.scaled_weights(objective)
    theirs = FeatureExtractor(objective.extractor.layers, device="cpu")
    for name, module in theirs.named_modules():
        if "conv" in name:
            index = methods.LAYER_NAMES["vgg16"].index(name.split(".")[-1])
            module.weight = torch.nn.Parameter(state[f"features.{index}.weight"])
            module.bias = torch.nn.Parameter(state[f"features.{index}.bias"])
    theirs.mean, theirs.std = torch.zeros(3, 1, 1), torch.ones(3, 1, 1)

    def fed(image):
        mean = torch.tensor([103.939, 116.779, 123.68]).view(3, 1, 1)
        return theirs(256 * image.flip(1) - mean)

    image = load_image("coffee", 64)[..., : objective.content.shape[2], :]
    with torch.no_grad():
        got, content, style = fed(image), fed(objective.content), fed(objective.styles[0].image)
        got_style = sum(
            (
                gram_matrix(got[name]) / got[name].shape[1]
                - gram_matrix(style[name]) / style[name].shape[1]
            )
            .square()
            .mean()
            for name in (term.layer for term in objective.style_terms)
        )
        got_content = (got["relu4_2"] - content["relu4_2"]).square().mean()
        expected = objective(image)
    assert got_content.item() == pytest.approx(expected["content"].item(), rel=0.02)
    assert got_style.item() == pytest.approx(40 * expected["style"].item(), rel=0.02)


def test_kept_is_a_correlation_of_edges():
    cat, noise = load_image("cat", 128), torch.rand(1, 3, 85, 128)
    assert methods.kept(cat, cat) == pytest.approx(1)
    assert methods.kept(0.3 + 0.5 * cat, cat) == pytest.approx(1)  # paler
    assert methods.kept(1 - cat, cat) == pytest.approx(1)  # a negative has the same edges
    assert abs(methods.kept(noise, cat)) < 0.2
    assert methods.kept(cat.flip(-1), cat) < 0.8


def test_a_loss_counts_as_the_objective_judges_it(objective):
    pictures = [(1.0, objective.content, 0.0), (2.0, objective.content, 0.0)]
    claimed = methods.reached(pictures, 1e-3, 1, objective)
    assert not claimed["reached"] and claimed["count"] == claimed["work"] == 2
    loss = methods.total(objective, objective.content)
    assert methods.reached(pictures, loss, 1, objective)["count"] == 1
    bare = methods.bare(objective, objective.content)
    assert bare < loss and not methods.reached(pictures, bare, 1, objective)["reached"]
    assert methods.reached(pictures, bare, 1, objective, methods.bare)["reached"]


def test_the_page_names_the_precision_that_is_the_default(tmp_path):
    precision = {"seconds": 0.25, "gflops_peak": 200.0, "share_of_peak": 0.9}
    machine = dict.fromkeys(("processor", "cores", "torch", "size"), 2)
    numbers = "gflop_of_an_evaluation", "megabytes_of_a_run", "megabytes_of_a_square_run"
    machine |= dict.fromkeys(numbers, 50.0)
    machine |= {"first_picture_seconds": 0.5, "precisions": {"float32": precision}}
    runs = {"float32": float("inf"), "TF32": float("inf"), "bfloat16": 20.0}
    machine["exactness"] = {
        k: {"gradient_error": 0.1, "loss": 2, "psnr": v} for k, v in runs.items()
    }
    page.write({"machine": machine}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| float32 | 0.25 s | 200 billion a second | 90% |" in text
    assert "no instructions for bfloat16, so the package uses float32" in text
    assert (
        "| float32 | 1.0e-01 | 2.000 |  |" in text
        and "| bfloat16 | 1.0e-01 | 2.000 | 20 dB |" in text
    )
    assert "| TF32 | 1.0e-01 | 2.000 | the same |" in text
    machine["precisions"]["bfloat16"] = precision
    page.write({"machine": machine}, tmp_path)
    assert "has instructions for bfloat16, so the package uses it" in (
        (tmp_path / "speed.md").read_text(encoding="utf-8")
    )


def test_the_part_for_the_machine_runs(monkeypatch, tmp_path):
    run = {"first": 0.5, "megabytes": 50.0}
    monkeypatch.setattr(main, "_process", lambda *_: run)
    monkeypatch.setattr(main, "exactness", lambda *_: {})
    results = main.Results(tmp_path / "speed.json")
    main.machine(results, types.SimpleNamespace(size=32))
    found = results.values["machine"]
    assert list(found["precisions"]) == sorted(set(main._precisions().values()), reverse=True)
    assert all(row["share_of_peak"] > 0 for row in found["precisions"].values())
    assert found["gflop_of_an_evaluation"] > 0 and found["megabytes_of_a_run"] == 50


def test_the_page_says_what_was_not_reached(tmp_path):
    way = {"reached": True, "count": 4, "work": 4.0, "kept": 0.5, "curve": [[1.0, 9.0], [2.0, 3.0]]}
    row = {"content": "cat", "style": "mosaic", "loss": 3.0, "kept": 0.5, "plain": way}
    row["coarse"], ours = 1, {**way, "count": 3, "curve": [[0.5, 8.0], [1.0, 3.0]]}
    other, never = {**ours, "reached": False}, {**ours, "reached": False, "curve": [[1.0, 8.0]]}
    pairs = [
        {**row, "package": ours, "float32": {**ours, "curve": [[0.5, 3.0]]}},
        {**row, "package": other, "peer": way},
        {**row, "package": never},
    ]
    sizes = [{"size": 128, "seconds": 1.0, "pixels": 16384, "megabytes": 10.0, "first": 1.0}]
    page.write({"pairs": pairs, "others": pairs[:2], "sizes": sizes}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| 3: 1 s | 0.50 | 0.25 | 0.50 | not run |" in text
    assert "| content not kept; loss alone 3: 1 s |  |  | 0.50 | 40: 2 s |" in text
    assert "| loss not reached after 3: 1 s |  |  | inf | not run |" in text
    assert "it needs 0.50 (median; 0.50 to 0.50; 1 of 3 pairs) of the time" in text
    assert "it needs 0.25 (median; 0.25 to 0.25; 1 of 3 pairs) of the time" in text
    others = text.split("### On pictures that were not used for tuning")[1]
    assert "cat, mosaic | 3.00 | 0.50 → 0.50 | 4: 2 s | 3: 1 s | 0.50 | 0.25 |" in others
    assert "0.50 (median; 0.50 to 0.50; 1 of 2 pairs) of the time;\nin float32, 0.25" in others
    assert "| 128 | 1.00 s | 61.0 µs | 10 MB | 0.6 kB |" in text
    assert (tmp_path / "speed_loss.png").stat().st_size > 5000
    assert "not in 3 evaluations, 1.0 s" in summary(pairs[1])


def test_the_part_for_a_gpu_runs_on_the_cpu_too(tmp_path, monkeypatch):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("nst_helpers.runtime.devices._multiplies_bfloat16", lambda device: True)
    results = gpu.measure("cpu", size=32, large=48, largest=64, evaluations=24, peer=False)
    found = dict(results)
    ours = {"package", "graph", "bfloat16", "bfloat16_graph"}
    assert set(found["rates"]) == set(found["until_equal_quality"]) == {"plain", *ours}
    assert min(found["rates"].values()) > 0 < found["frames"]
    assert 0 < min(found["share_of_peak"].values())
    assert all(run["seconds"] > 0 for run in found["until_equal_quality"].values())
    float32, changed, tf32, bfloat16 = found["exactness"].values()
    assert tf32 == float32  # there is no TF32 here, and a run repeats itself
    errors = sorted(run["gradient_error"] for run in (float32, changed))
    assert 1e-9 < errors[0] < 1e-3 and errors[1] < 1e-2  # a pooling may change its mind
    assert tf32["psnr"] == float("inf")
    assert changed["psnr"] < 60 and bfloat16["psnr"] < 60
    assert bfloat16["gradient_error"] > 10 * float32["gradient_error"]
    for row in (changed, bfloat16):
        assert row["loss"] == pytest.approx(float32["loss"], rel=0.1)
    page.write({"gpu": found}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| plain loop |" in text and "Nothing was measured" not in text
    assert "at one size" in text and "a step in bfloat16" in text
    begun = {name: found[name] for name in ("name", "torch", "size", "rates")}
    page.write({"gpu": begun}, tmp_path)  # what there is where the time was up
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| plain loop |" in text and "at one size" not in text
    page.write({}, tmp_path)
    assert "Nothing was measured" in (tmp_path / "speed.md").read_text(encoding="utf-8")


def test_each_rung_of_the_ladder_changes_one_thing(monkeypatch, tmp_path):
    seen = []

    def package(content, style, size, steps, way, **settings):
        seen.append((way, settings.pop("stages"), settings))
        large = load_image(content, size)
        return [(1.0, large[..., ::2, ::2], float("inf")), (2.0, large, 1.0)]

    monkeypatch.setattr(methods, "package", package)
    results = main.Results(tmp_path / "speed.json")
    results["pairs"] = [{"content": "cat", "style": "mosaic", "loss": 0.0, "kept": 0.5}]
    options = types.SimpleNamespace(size=32, evaluations=5, pairs=6)
    main.ladder(results, options)
    in_float32 = {"precision": "float32"}
    assert seen == [
        (ablation.Unfiltered, 1, in_float32),
        (StyleTransfer, 1, in_float32),
        (StyleTransfer, 2, in_float32),
    ]
    (row,) = results.values["ladder"]
    assert row["two sizes"]["work"] == pytest.approx(1.25, abs=0.02)  # the cat is 21 pixels high


def test_the_page_shows_the_ladder(tmp_path):
    def way(work, reached=True, last=1.0):
        curve = [[1.0, 9.0], [2.0, last]]
        return {"work": work, "reached": reached, "count": 2, "kept": 0.5, "curve": curve}

    def row(style, plain, package, unfiltered, one, two, **more):
        names = {"content": "cat", "style": style}
        pair = {**names, "loss": 1.0, "kept": 0.5, "coarse": 0, "plain": way(plain)}
        pair |= {"package": way(package), **more}
        return pair, {**names, "unfiltered": unfiltered, "one size": one, "two sizes": two}

    lost, short = way(290.0, False), way(300.0, False, last=2.0)
    pairs, rungs = zip(
        row("mosaic", 300.0, 170.2, short, way(260.0), way(200.0)),
        row("waves", 280.0, 150.0, way(270.0), lost, way(220.0)),
        strict=True,
    )
    page.write({"pairs": pairs, "ladder": rungs}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    table = text.split("## What each part brings")[1].split("## On a GPU")[0]
    assert "| | median | cat, mosaic | cat, waves |" in table
    assert "| 290 | 300 | 280 |" in table
    assert "| not reached | not in 300 | 270 |" in table
    assert "| not reached | 260 | content not kept |" in table
    assert "| 210 | 200 | 220 |" in table
    assert "this package in float32 | 160 | 170 | 150 |" in table and "bfloat16" not in table
    pairs[0]["float32"] = pairs[1]["float32"] = way(100.0)
    page.write({"pairs": pairs, "ladder": rungs}, tmp_path)
    table = (tmp_path / "speed.md").read_text(encoding="utf-8").split("part brings")[1]
    assert "this package in float32 | 100 | 100 | 100 |" in table
    assert "this package on this processor | 160 | 170 | 150 |" in table


def test_a_way_that_a_gpu_does_not_have_is_left_out(monkeypatch, capsys):
    monkeypatch.setattr("nst_helpers.runtime.devices._multiplies_bfloat16", lambda device: False)
    assert gpu._does("cpu", 32, {"precision": "float32"}) and not capsys.readouterr().out
    assert not gpu._does("cpu", 32, {"precision": "bfloat16"})
    assert "float32 is used" in capsys.readouterr().out


def test_the_clock_stands_still_while_a_picture_is_looked_at(monkeypatch):
    clock = types.SimpleNamespace(now=0.0)
    monkeypatch.setattr("time.perf_counter", lambda: clock.now)
    times = []
    for seconds, *_ in methods.package("cat", "night_sky", 32, 3):
        times.append(seconds)
        clock.now += 10
    assert times == [0, 0, 0]


def test_the_part_for_the_filter_runs_and_its_runs_differ_in_the_filter_alone(
    monkeypatch, tmp_path
):
    def runs(low_pass):
        monkeypatch.setattr(schedule, "low_pass", low_pass)
        results = main.Results(tmp_path / "speed.json")
        main.with_and_without(results, types.SimpleNamespace(size=32, pairs=1))
        return json.loads(results.path.read_text(encoding="utf-8"))["ablation"]

    quick = partial(ablation.measure, both=(3,), more=(2, 3, 4))
    monkeypatch.setattr(ablation, "measure", quick)
    found = runs(schedule.low_pass)
    strengths = [(run["steps"], round(run["low_pass"])) for run in found]
    assert strengths == [(3, 64), (3, 0), (2, 64), (4, 64)]
    filtered, unfiltered, *_ = found
    assert abs(filtered["loss"] / unfiltered["loss"] - 1) > 0.01
    page.write({"ablation": found}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| 3 | 64 | " in text and "| 4 | 64 | " in text
    off = runs(lambda steps: 0)
    assert off[0] == off[1] == unfiltered


def test_without_the_filter_the_stages_are_the_same():
    both = [way("cat", "night_sky", size=256) for way in (StyleTransfer, ablation.Unfiltered)]
    assert both[0].plan == both[1].plan and len(both[0].plan) == 3
    assert both[0].settings == both[1].settings
    a, b = (vars(way.make_optimizer(way.content)) for way in both)
    assert a.pop("low_pass") == schedule.low_pass(150) and b.pop("low_pass") == 0
    assert a.pop("image").equal(b.pop("image")) and a == b


def test_the_page_shows_runs_with_the_filter_and_without_it(tmp_path):
    def run(style, steps, low_pass, loss, kept):
        run = {"content": "cat", "style": style, "size": 256, "steps": steps}
        return {**run, "low_pass": low_pass, "loss": loss, "kept": kept}

    runs = [
        run("mosaic", 40, 62.0, 2.0, 0.5),
        run("mosaic", 40, 0, 4.0, 0.75),
        run("waves", 40, 62.0, 3.0, 0.75),
        run("waves", 40, 0, 2.0, 0.25),
        run("mosaic", 99, 32.4, 1.5, 0.5),
        run("mosaic", 100, 32.0, 1.2, 0.625),
    ]
    page.write({"ablation": runs}, tmp_path)
    text = (tmp_path / "speed.md").read_text(encoding="utf-8")
    assert "| 40 | 62 | 1.00 (0.50 to 1.50) | 1 of 2 | 0.62 | 0.50 | 1 of 2 |" in text
    assert "1 are lower with the filter, but not that of cat, waves at 40 steps." in text
    assert "| cat, mosaic | 2.00, 4.00 | 0.50, 0.75 |" in text
    assert "| cat, waves | 3.00, 2.00 | 0.75, 0.25 |" in text
    assert "| steps | strength | cat, mosaic: loss | kept |" in text
    rows = "| 40 | 62 | 2.00 | 0.50 |", "| 99 | 32 | 1.50 | 0.50 |", "| 100 | 32 | 1.20 | 0.62 |"
    assert "\n".join(rows) in text
    assert "the loss changes by at most 20.0%, and the content kept by at\nmost 0.125;" in text
