import pytest
import torch

from nst_helpers import LAYER_NAMES, FeatureExtractor, InputError, StyleTransfer, load_image
from nst_helpers.engine import features
from nst_helpers.runtime import weights
from runs import relative_error


def test_features_equal_a_walk_through_the_layers():
    image = load_image("cat", size=64)
    names = LAYER_NAMES["vgg16"]
    found = FeatureExtractor(names, device="cpu")(image)
    kernels = weights.load_convolutions("vgg16")
    value = (image - torch.tensor(features.IMAGENET_MEAN).view(3, 1, 1)) / torch.tensor(
        features.IMAGENET_STD
    ).view(3, 1, 1)
    for index, name in enumerate(names):
        if name.startswith("conv"):
            weight, bias = kernels[f"{index}.weight"], kernels[f"{index}.bias"]
            value = torch.nn.functional.conv2d(value, weight, bias, padding=1)
        elif name.startswith("relu"):
            value = value.clamp_min(0)
        else:
            value = torch.nn.functional.max_pool2d(value, 2)
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-3)
    assert found["conv1_1"].min() < 0 <= found["relu1_1"].min()


def test_only_what_is_asked_for_is_built_and_nothing_learns():
    extractor = FeatureExtractor(["conv2_1"])
    assert sum(isinstance(m, torch.nn.Conv2d) for m in extractor.modules()) == 3
    assert not any(weight.requires_grad for weight in extractor.parameters())
    image = torch.rand(2, 3, 32, 48, requires_grad=True)
    features = extractor(image)
    assert list(features) == ["conv2_1"] and features["conv2_1"].shape == (2, 128, 16, 24)
    features["conv2_1"].sum().backward()
    assert image.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["relu5_7"],), "Did you mean 'relu5_3'"),
        ((["relu1_1"], "vgg61"), "Did you mean 'vgg19'"),
        ((["relu1_1"], "vgg16", "min"), "pooling"),
        (([],), "No layer"),
        ((["relu1_1"], "vgg16", "max", "gpu9"), "device"),
    ],
)
def test_bad_arguments_are_refused(arguments, message):
    with pytest.raises(InputError, match=message):
        FeatureExtractor(*arguments)


def test_bad_pictures_are_refused():
    extractor = FeatureExtractor(["relu2_1"])
    for bad in (torch.zeros(3, 9, 9), torch.zeros(1, 1, 9, 9), None):
        with pytest.raises(InputError, match="needs an image tensor"):
            extractor(bad)
    with pytest.raises(InputError, match="9 x 1 pixels is too small for relu2_1"):
        extractor(torch.zeros(1, 3, 1, 9))


def test_activations_that_are_computed_again_give_the_same_gradient_and_are_not_kept():
    extractor = FeatureExtractor(["conv1_2", "relu2_1", "pool2", "relu3_1"], device="cpu")

    def gradient():
        """Return the features, the gradient, and how many numbers were kept for it."""
        kept = {}

        def keep(tensor):
            kept[tensor.data_ptr()] = tensor.numel()
            return tensor

        image = load_image("cat", 48).requires_grad_()
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            maps = extractor(image)
        sum(each.square().mean() for each in maps.values()).backward()
        return maps, image.grad, sum(kept.values())

    maps, expected, numbers = gradient()
    extractor.recompute = True
    again, got, fewer = gradient()
    assert torch.equal(got, expected) and fewer < numbers / 4
    assert list(again) == list(maps)
    assert all(torch.equal(again[name], maps[name]) for name in maps)


def test_the_order_in_memory_changes_no_number():
    painting = StyleTransfer("cat", "night_sky", size=64, device="cpu", precision="float32")
    picture = painting._fit(painting.styles[0].image, 64)
    relu = painting.extractor(painting.content)["relu1_1"]
    assert relu.is_contiguous(memory_format=torch.channels_last)
    expected = painting.objective(64).evaluate(picture)
    painting.extractor.to(memory_format=torch.contiguous_format)
    assert painting.extractor(painting.content)["relu1_1"].is_contiguous()
    for ours, theirs in zip(painting.objective(64).evaluate(picture), expected, strict=True):
        assert (ours - theirs).norm() < 1e-4 * theirs.norm()


def test_features_in_bfloat16_are_near_those_in_float32(bfloat16):
    images = torch.cat([load_image(name, 64)[..., :40, :] for name in ("cat", "coffee")])
    layers = LAYER_NAMES["vgg16"][: LAYER_NAMES["vgg16"].index("relu5_1") + 1]
    features = FeatureExtractor(layers, device="cpu", precision="bfloat16")(images)
    for name, expected in FeatureExtractor(layers, device="cpu")(images).items():
        assert features[name].dtype == torch.bfloat16 and expected.dtype == torch.float32
        assert features[name].shape == expected.shape
        assert 0 < relative_error(features[name], expected) < 0.02


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


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("pooling", ["max", "avg"])
def test_the_pooling_is_the_one_that_was_asked_for(bfloat16, pooling, precision):
    extractor = FeatureExtractor(["relu1_2", "pool1"], "vgg16", pooling, "cpu", precision)
    features = extractor(load_image("cat", 64))
    function = getattr(torch.nn.functional, f"{pooling}_pool2d")
    assert torch.equal(features["pool1"], function(features["relu1_2"], 2))
