import pytest
import torch
from torchvision import models

from nst_helpers import LAYER_NAMES, FeatureExtractor
from nst_helpers.engine.layers import activations_per_pixel, receptive_field

BUILDERS = {"vgg16": models.vgg16, "vgg19": models.vgg19}
every_network = pytest.mark.parametrize("network", list(BUILDERS))


def modules(network):
    """Yield the name and the module of torchvision for each layer."""
    with torch.device("meta"):
        stack = BUILDERS[network](weights=None).features
    return zip(LAYER_NAMES[network], stack, strict=True)


@every_network
def test_layer_names_follow_torchvisions_modules(network):
    kinds = {"conv": torch.nn.Conv2d, "relu": torch.nn.ReLU, "pool": torch.nn.MaxPool2d}
    for name, module in modules(network):
        assert isinstance(module, kinds[name[:4]])


@every_network
def test_the_activations_are_as_many_as_the_network_has(network):
    maps, numbers = torch.zeros(1, 3, 64, 64, device="meta"), {}
    for name, module in modules(network):
        maps = module(maps)
        numbers[name] = maps.numel() / 64**2
        assert activations_per_pixel([name]) == numbers[name]
    assert activations_per_pixel(numbers) == pytest.approx(sum(numbers.values()))


def test_the_activations_are_as_many_as_are_returned():
    names = LAYER_NAMES["vgg16"]
    with torch.no_grad():
        features = FeatureExtractor(names, device="cpu")(torch.zeros(1, 3, 64, 64))
    for name in names:
        assert activations_per_pixel([name]) == features[name].numel() / 64**2


@every_network
def test_the_receptive_field_follows_torchvisions_modules(network):
    size, step, offset = 1, 1, 0
    for name, module in modules(network):
        if not isinstance(module, torch.nn.ReLU):
            kernel, padding = _side(module.kernel_size), _side(module.padding)
            size, offset = size + (kernel - 1) * step, offset - padding * step
            step *= _side(module.stride)
        assert receptive_field(name, network) == (size, step, offset)


def _side(length):
    """Return a length of a module, which has it once or for rows and columns."""
    return length if isinstance(length, int) else length[0]


@pytest.mark.parametrize("layer", ["conv1_1", "pool1", "conv2_1", "relu3_1", "pool3", "conv4_2"])
def test_an_activation_depends_on_its_receptive_field_and_on_nothing_else(layer):
    """By the gradient, where every pixel counts: weights above 0, and means for maxima."""
    size, step, offset = receptive_field(layer)
    side = 128
    maps = image = torch.rand(1, 3, side, side, dtype=torch.float64, requires_grad=True)
    for name, module in modules("vgg16"):
        if isinstance(module, torch.nn.Conv2d):
            weight = torch.full((2, maps.shape[1], 3, 3), 0.05, dtype=torch.float64)
            maps = torch.nn.functional.conv2d(maps, weight, padding=module.padding)
        elif isinstance(module, torch.nn.MaxPool2d):
            maps = torch.nn.functional.avg_pool2d(maps, module.kernel_size, module.stride)
        if name == layer:
            break
    last = maps.shape[2] - 1
    for row, column in ((0, last), (last // 2, last // 3), (last, 1)):
        (gradient,) = torch.autograd.grad(maps[0, 0, row, column], image, retain_graph=True)
        seen = gradient[0].sum(0) != 0
        expected = torch.zeros(side, side, dtype=torch.bool)
        top, left = offset + row * step, offset + column * step
        expected[max(top, 0) : max(top + size, 0), max(left, 0) : max(left + size, 0)] = True
        assert torch.equal(seen, expected)
