"""A network in bfloat16 beside one in float32, which is the reference."""

import gc
import weakref

import pytest
import torch

from nst_helpers import FeatureExtractor, InputError, StyleTransfer, load_image, style_transfer
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.engine.losses import content_loss, gram_matrix
from nst_helpers.engine.transfer import CONTENT_LAYERS, STYLE_LAYERS
from nst_helpers.runtime import devices, weights
from nst_helpers.runtime.devices import choose_precision

CPU = torch.device("cpu")
SMALL = {"size": 64, "steps": 12, "device": "cpu"}


@pytest.fixture(params=[True, False])
def instructions(request, monkeypatch):
    """A processor that has instructions for bfloat16, and one that has not."""
    found = {"architecture": "x86_64", "avx512_bf16": request.param}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    return request.param


@pytest.fixture
def bfloat16(monkeypatch):
    """Compute in bfloat16 whatever the processor has; some need long for it."""
    monkeypatch.setattr(devices, "_multiplies_bfloat16", lambda device: True)


def make(precision, **settings):
    return StyleTransfer("cat", "night_sky", **{**SMALL, **settings}, precision=precision)


def error(result, expected):
    return ((result.float() - expected).norm() / expected.norm()).item()


# ------------------------------------------------------------------------------ which is taken


def test_the_processor_decides(instructions):
    assert choose_precision(None, CPU) == ("bfloat16" if instructions else "float32")
    assert choose_precision("float32", CPU) == "float32"
    assert make(None).settings["precision"] == ("bfloat16" if instructions else "float32")


def test_without_instructions_a_line_says_that_float32_is_taken(instructions):
    if instructions:
        assert choose_precision("bfloat16", CPU) == "bfloat16"
        return
    with pytest.warns(UserWarning, match="cpu has no instructions for bfloat16: float32") as caught:
        assert make("bfloat16").settings["precision"] == "float32"
    assert len(caught) == 1 and "\n" not in str(caught[0].message)


def test_where_torch_cannot_tell_it_is_float32(monkeypatch):
    monkeypatch.delattr(torch.cpu, "get_capabilities", raising=False)
    assert choose_precision(None, CPU) == "float32"
    monkeypatch.undo()
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert choose_precision(None, CPU) == "float32"


@pytest.mark.parametrize("supported", [True, False])
@pytest.mark.filterwarnings("ignore:.*no instructions")
def test_a_gpu_computes_in_bfloat16_only_when_told(monkeypatch, supported):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: supported)
    cuda = torch.device("cuda")
    assert choose_precision(None, cuda) == "float32"
    assert choose_precision("bfloat16", cuda) == ("bfloat16" if supported else "float32")
    assert choose_precision("bfloat16", torch.device("mps")) == "float32"


@pytest.mark.parametrize("precision", ["float16", "bf16", 16, torch.bfloat16])
def test_another_precision_is_refused(precision):
    for use in (make, lambda p: FeatureExtractor(["relu1_1"], device="cpu", precision=p)):
        with pytest.raises(InputError, match=r"no precision .*Known: float32, bfloat16"):
            use(precision)


# ------------------------------------------------------------------------------ how exact it is


def test_features_of_a_batch(bfloat16):
    images = torch.cat([load_image(name, 64)[..., :40, :] for name in ("cat", "coffee")])
    layers = LAYER_NAMES["vgg16"][: LAYER_NAMES["vgg16"].index("relu5_1") + 1]
    features = FeatureExtractor(layers, device="cpu", precision="bfloat16")(images)
    for name, expected in FeatureExtractor(layers, device="cpu")(images).items():
        assert features[name].dtype == torch.bfloat16 and expected.dtype == torch.float32
        assert features[name].shape == expected.shape
        assert 0 < error(features[name], expected) < 0.02


def test_the_gradient_and_why_the_first_convolution_has_all_digits(bfloat16):
    reference, transfer = (
        StyleTransfer("rocket", "great_wave", **SMALL, precision=precision)  # a smooth dark sky
        for precision in ("float32", "bfloat16")
    )
    image = reference.content
    expected = reference.objective(64).evaluate(image)[1]
    ours = error(transfer.objective(64).evaluate(image)[1], expected)
    assert 0.001 < ours < 0.15
    first = transfer.extractor.blocks[0].conv1_1
    assert torch.equal(first.weight, weights.load_convolutions()["0.weight"])
    first.bfloat16().register_forward_pre_hook(lambda module, inputs: inputs[0].bfloat16())
    assert error(transfer.objective(64).evaluate(image)[1], expected) > 2 * ours


def test_equal_largest_numbers_share_the_gradient_of_a_pooling(bfloat16):
    pool = FeatureExtractor(["pool1"], device="cpu", precision="bfloat16").blocks[0].pool1
    maps = torch.tensor([[1, 1, 7.0], [0, 1, 7], [2, 3, 7], [3, 2, 7], [7, 7, 7]])[None, None]
    maps.requires_grad_()
    pooled = pool(maps)  # of an odd size: the last row and column have no part in it
    assert pooled.tolist() == [[[[1], [3]]]]
    (gradient,) = torch.autograd.grad(pooled, maps, torch.tensor([[[[6.0], [4.0]]]]))
    expected = [[2, 2, 0], [0, 2, 0], [0, 2, 0], [2, 0, 0], [0, 0, 0]]
    assert gradient.tolist() == [[expected]]
    maps = torch.rand(2, 3, 6, 5, requires_grad=True)  # no two are equal: then it is torch's
    weights = torch.rand(2, 3, 3, 2)
    ours, theirs = (
        torch.autograd.grad((layer(maps) * weights).sum(), maps)[0]
        for layer in (pool, torch.nn.MaxPool2d(2))
    )
    torch.testing.assert_close(ours, theirs)


@pytest.mark.parametrize("pooling", ["max", "avg"])
def test_the_pooling_is_the_one_that_was_asked_for(bfloat16, pooling):
    image = load_image("cat", 64)
    features = (
        FeatureExtractor(["relu1_2", "pool1"], pooling=pooling, device="cpu", precision="bfloat16")
    )(image)
    function = getattr(torch.nn.functional, f"{pooling}_pool2d")
    assert torch.equal(features["pool1"], function(features["relu1_2"], 2))


def test_a_gram_matrix_is_summed_in_float32():
    maps = torch.rand(2, 8, 30, 50, generator=torch.Generator().manual_seed(0)).bfloat16()
    wide, narrow = maps.float().requires_grad_(), maps.clone().requires_grad_()
    expected, gram = gram_matrix(wide), gram_matrix(narrow)
    assert gram.dtype == torch.float32 and torch.equal(gram, expected)
    flat = maps.flatten(2)
    assert error(flat @ flat.mT / flat.shape[2], expected) > 1e-3  # summed or kept in bfloat16
    weights = torch.rand(2, 8, 8, generator=torch.Generator().manual_seed(1))
    for result in (expected, gram):
        (result * weights).sum().backward()
    assert narrow.grad.dtype == torch.bfloat16 and 0 < error(narrow.grad, wide.grad) < 0.01


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_gradient_through_a_gram_matrix_has_the_order_of_channels_last(layout):
    maps = torch.rand(2, 3, 4, 5).to(memory_format=layout).requires_grad_()
    (gradient,) = torch.autograd.grad(gram_matrix(maps)[:, 0, 1].sum(), maps)
    assert gradient.is_contiguous(memory_format=torch.channels_last)
    expected = torch.zeros(2, 3, 4, 5)
    expected[:, 0], expected[:, 1] = maps[:, 1].detach() / 20, maps[:, 0].detach() / 20
    torch.testing.assert_close(gradient, expected)


def test_a_content_loss_is_summed_in_float32():
    numbers = torch.rand(1, 4, 30, 50, generator=torch.Generator().manual_seed(2)).bfloat16()
    loss = content_loss(numbers, torch.zeros_like(numbers))
    assert loss.dtype == torch.float32
    assert loss.item() == pytest.approx(numbers.double().square().mean().item(), rel=1e-6)


# ------------------------------------------------------------------------------ whole runs


def test_a_run_ends_where_one_in_float32_does(bfloat16):
    judge = make("float32").objective(64)
    totals = {}
    for precision in ("float32", "bfloat16"):
        *_, step = make(precision, steps=30)
        terms = judge(step.image)
        for name, loss in step.losses.items():
            assert loss == pytest.approx(terms[name].item(), rel=0.01)
        totals[precision] = terms["total"].item()
    assert totals["bfloat16"] == pytest.approx(totals["float32"], rel=0.05)
    assert totals["bfloat16"] < 0.3 * judge(load_image("cat", 64))["total"].item()


@pytest.mark.parametrize("layer", ["relu5_1", "conv1_1"])
def test_every_depth(bfloat16, layer):
    layers = {"content_layers": layer, "style_layers": layer}
    first, *_, last = make("bfloat16", **layers)
    assert last.losses["total"] < first.losses["total"]


def test_a_resumed_run_is_the_run_bit_for_bit(bfloat16):
    steps = list(make("bfloat16"))
    again = list(make("bfloat16").resume(steps[6]))
    assert len(again) == 5
    for ours, theirs in zip(again, steps[7:], strict=True):
        assert torch.equal(ours.image, theirs.image) and ours.losses == theirs.losses


def test_a_checkpoint_of_another_precision_is_refused(bfloat16, tmp_path):
    settings = {**SMALL, "steps": 2, "progress": False, "checkpoint": tmp_path / "cat.checkpoint"}
    style_transfer("cat", "night_sky", **settings, precision="bfloat16")
    with pytest.raises(InputError, match="other values of precision: "):
        style_transfer("cat", "night_sky", **settings, precision="float32")


def test_weights_that_were_rounded_are_not_kept_as_well(bfloat16, monkeypatch):
    found, read = weights._found, []

    def noted(network):
        state = found(network)
        read.extend(map(weakref.ref, state.values()))
        return state

    monkeypatch.setattr(weights, "_found", noted)
    weights._remembered.cache_clear()
    extractor = make("bfloat16").extractor
    gc.collect()
    kept = [weight().shape for weight in read if weight() is not None]
    assert len(read) == 26 and extractor.blocks[0].conv1_1.weight.dtype == torch.float32
    assert kept == [(64, 3, 3, 3), (64,)]


def test_nothing_else_changes_its_type(bfloat16):
    """The pretrained weights are one copy for all extractors of a precision."""
    before = {key: value.clone() for key, value in weights.load_convolutions().items()}
    transfer = make("bfloat16")
    step = next(iter(transfer))
    assert step.image.dtype == torch.float32
    assert {p.dtype for p in transfer.extractor.buffers()} == {torch.float32}
    for key, value in weights.load_convolutions().items():
        assert value.dtype == torch.float32 and torch.equal(value, before[key])
    ours = transfer.extractor.blocks[4].conv5_1.weight
    assert ours.data_ptr() == make("bfloat16").extractor.blocks[4].conv5_1.weight.data_ptr()
    assert torch.equal(ours, before["24.weight"].bfloat16())
    image = torch.rand(1, 3, 48, 64)
    features = FeatureExtractor(CONTENT_LAYERS + STYLE_LAYERS, device="cpu")(image)
    assert {maps.dtype for maps in features.values()} == {torch.float32}
