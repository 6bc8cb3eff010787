import torch
from torchvision import models

from nst_helpers import LAYER_NAMES


def test_layer_names_follow_torchvisions_modules():
    kinds = {"conv": torch.nn.Conv2d, "relu": torch.nn.ReLU, "pool": torch.nn.MaxPool2d}
    for network, build in {"vgg16": models.vgg16, "vgg19": models.vgg19}.items():
        with torch.device("meta"):
            stack = build(weights=None).features
        assert len(stack) == len(LAYER_NAMES[network])
        for name, module in zip(LAYER_NAMES[network], stack, strict=True):
            assert isinstance(module, kinds[name[:4]])
