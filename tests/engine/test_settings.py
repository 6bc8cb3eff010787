"""Settings that make no sense, and names that nothing has."""

import contextlib
import math
import re
from fractions import Fraction

import numpy as np
import pytest
import torch

from nst_helpers import StyleTransfer, choose_device
from nst_helpers.engine import features, transfer
from nst_helpers.errors import shown
from outcomes import assert_refused, case, no_network_built, refusal

WEIGHTS = ["content_weight", "style_weight", "variation_weight"]
COUNTS = ["steps", "stages", "seed"]
BAD_WEIGHTS = [-1, -1e-300, math.nan, math.inf, -math.inf, 1e13, 10**400, True, np.True_, "1",
               None, 1j, [1], torch.tensor(1.0), np.ones(2)]  # fmt: skip
BAD_COUNTS = [-1, 0.5, 2.0, math.nan, math.inf, 10**400, True, np.True_, "2", None, [2],
              np.ones(2)]  # fmt: skip


def refused_setting(**setting):
    return refusal(StyleTransfer, **{"content": "cat", "style": "night_sky", "size": 32, **setting})


@pytest.mark.parametrize(
    ("names", "values"),
    [
        (["style_weight"], BAD_WEIGHTS),
        (["steps"], BAD_COUNTS),
        (WEIGHTS + COUNTS, [-1, True, np.True_]),
    ],
    ids=["weight", "count", "each"],
)
def test_an_absurd_setting(names, values):
    with no_network_built():
        for name in names:
            for value in values:
                with case(name, value):
                    message = refused_setting(**{name: value})
                    assert message.startswith(f"{name} is {shown(value)}"), message
                    assert "must be" in message and len(message) < 400, message


@pytest.mark.parametrize(
    ("number", "whole"),
    [(np.float16, int), (np.float32, np.int8), (np.int64, np.uint64), (Fraction, int), (int, int)],
)
def test_numbers_of_other_kinds_are_kept_as_plain_ones(number, whole):
    given = {"size": 32, "steps": 3, "stages": 1, "seed": 4}
    weights = {name: number(2) for name in WEIGHTS}
    counts = {name: whole(value) for name, value in given.items()}
    with no_network_built():
        kept = StyleTransfer("cat", "night_sky", **counts, **weights).settings
    expected = given | dict.fromkeys(WEIGHTS, 2.0)
    assert {name: (kept[name], type(kept[name])) for name in expected} == {
        name: (value, type(value)) for name, value in expected.items()
    }


UNKNOWN = {  # what is given, and the name that the message proposes
    "start": {"nois": "noise", "Content": "content", "styles": "style", "catt": "cat",
              "xxxxxxxx": ""},
    "content": {"catt": "cat", "Cat": "cat"},
    "style": {"nightsky": "night_sky"},
    "optimizer": {"LBFGS": "lbfgs", "adamw": "adam", "sgd": ""},
    "network": {"VGG-16": "vgg16", "vgg-19": "vgg19"},
    "pooling": {"average": "avg", "maximum": "max"},
    "style_layers": {("relu1_1", "relu33"): "relu3_3", "conv41": "conv4_1"},
    "content_layers": {"relu4": "relu4_3", ("x" * 10_000,): ""},
}  # fmt: skip


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_name(name):
    for value, near in UNKNOWN[name].items():
        with case(value):
            message = refused_setting(**{name: value})
            assert_refused(message, "There is no", "Known: ")
            proposed = re.findall("Did you mean '(.*?)'", message)
            assert proposed == ([near] if near else []), message


def test_what_is_no_name():
    for name, value in (
        ("optimizer", np.zeros(2)),
        ("network", ["vgg16"]),
        ("content_layers", None),
        ("content_layers", 3),
        ("content_layers", [None]),
    ):
        with case(name, value):
            assert_refused(refused_setting(**{name: value}), "There is no", "Known: ")


def test_an_unknown_setting():
    proposed = {"step": "'steps'", "stile_weight": "'style_weight'", "x": "Known: size"}
    for name, words in {**proposed, "self": "Known: size"}.items():
        with case(name):
            message = refusal(transfer.style_transfer, "cat", "night_sky", **{name: 3})
            assert_refused(message, f"no setting '{name}'", words)


def test_a_device_that_this_machine_has_not():
    names = ["", "gpu", "cuda:-1", "cuda:99", "meta", "hpu", "privateuseone", "\0"]
    for device in [*names, 99, -5, 1.5, [], {}]:
        with case(device):
            assert_refused(refusal(choose_device, device), "cannot compute on", "use 'cpu'")


def test_the_network_refuses_what_is_no_image():
    extractor = features.FeatureExtractor(["relu2_1"], device="cpu")
    image = torch.zeros(1, 3, 16, 24)
    for value, words in (
        (None, "an image tensor (N, 3, H, W), not NoneType"),
        (image.numpy(), "an image tensor (N, 3, H, W), not "),
        (image.byte(), "floats in [0, 1], not torch.uint8"),
        (image.to("meta"), "not torch.float32 on meta"),
        (image[:, :, :1], "24 x 1 pixels is too small for relu2_1"),
    ):
        with case(value):
            assert_refused(refusal(extractor, value), words)


@contextlib.contextmanager
def default_dtype(dtype):
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


MODES = {
    "no gradients": torch.no_grad,
    "gradients off": lambda: torch.set_grad_enabled(False),
    "inference": torch.inference_mode,
    "float64": lambda: default_dtype(torch.float64),
    "bfloat16": lambda: default_dtype(torch.bfloat16),
    "autocast": lambda: torch.autocast("cpu", torch.bfloat16),
    "meta": lambda: torch.device("meta"),
}


def modes():
    return (
        torch.is_grad_enabled(),
        torch.is_inference_mode_enabled(),
        torch.get_default_dtype(),
        torch.is_autocast_enabled("cpu"),
        torch.get_default_device(),
    )


@pytest.mark.parametrize("mode", MODES)
def test_torchs_own_modes_change_no_picture_and_are_left_as_they_were(mode):
    settings = {"size": 32, "steps": 3, "start": "noise", "device": "cpu", "precision": "float32"}
    usual = [step.image for step in StyleTransfer("cat", "night_sky", **settings)]
    with MODES[mode]():
        before, images = modes(), []
        run = StyleTransfer("cat", "night_sky", **settings)
        assert modes() == before
        for step in run:
            assert modes() == before
            images.append(step.image)
    assert all(torch.equal(*pair) for pair in zip(images, usual, strict=True))
    assert [image.is_inference() for image in images] == [False] * 3
    again = [step.image for step in run]  # what was made in a mode is no stranger outside
    assert all(torch.equal(*pair) for pair in zip(again, usual, strict=True))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16, torch.bfloat16])
def test_a_picture_of_other_floats_has_features(dtype):
    image = torch.rand(1, 3, 32, 32, generator=torch.Generator().manual_seed(0)).to(dtype)
    extractor = features.FeatureExtractor("relu1_1", device="cpu")
    expected = extractor(image.float())["relu1_1"]
    pixels = image.clone().requires_grad_()
    found = extractor(pixels)["relu1_1"]
    assert found.dtype == torch.float32 and torch.equal(found, expected)
    (gradient,) = torch.autograd.grad(found.sum(), pixels)
    assert gradient.dtype == dtype and gradient.abs().sum() > 0


@pytest.mark.parametrize("narrow", [(23, 256), (256, 16), (31, 300), (32, 256)])
def test_a_narrow_picture_that_is_taken_can_be_painted(narrow):
    """Half of it may be too narrow for the network, and then is no stage."""
    strip = torch.rand(1, 3, *narrow, generator=torch.Generator().manual_seed(0))
    for content, style in ((strip, "night_sky"), ("cat", strip)):
        run = StyleTransfer(content, style, size=max(narrow), steps=2, device="cpu")
        assert (len(run.plan) == 1) == (min(narrow) < 32)
        assert len(list(run)) == 2
