import pytest
import torch

from nst_helpers import (
    FeatureExtractor,
    StyleTransfer,
    content_loss,
    gram_matrix,
    load_image,
    style_loss,
    variation_loss,
)
from nst_helpers.engine import transfer
from nst_helpers.runtime import weights
from runs import paint, relative_error

SMALL = {"size": 64, "steps": 12, "device": "cpu"}


def test_the_losses_are_those_of_the_picture_that_is_returned():
    result = paint(size=48, steps=12, precision="float32")
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


def test_the_gradient_and_why_the_first_convolution_has_all_digits(bfloat16):
    reference, transfer = (
        StyleTransfer("rocket", "great_wave", **SMALL, precision=precision)  # a smooth dark sky
        for precision in ("float32", "bfloat16")
    )
    image = reference.content
    expected = reference.objective(64).evaluate(image)[1]
    ours = relative_error(transfer.objective(64).evaluate(image)[1], expected)
    assert 0.001 < ours < 0.15
    first = transfer.extractor.blocks[0].conv1_1
    assert torch.equal(first.weight, weights.load_convolutions()["0.weight"])
    first.bfloat16().register_forward_pre_hook(lambda module, inputs: inputs[0].bfloat16())
    assert relative_error(transfer.objective(64).evaluate(image)[1], expected) > 2 * ours
