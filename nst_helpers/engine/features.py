"""The features of a picture: the activations of chosen layers of a network that never changes."""

from collections import OrderedDict
from collections.abc import Iterable
from itertools import pairwise

import torch
from torch.utils.checkpoint import checkpoint as recomputed

from nst_helpers.engine.layers import LAYER_NAMES, activations_per_pixel, as_names
from nst_helpers.errors import InputError, check_choice
from nst_helpers.runtime.devices import choose_device, choose_precision, usual_torch
from nst_helpers.runtime.weights import BUILDERS, load_convolutions

# What torchvision's weights were trained with: pixels in [0, 1], then these, by channel.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


class FeatureExtractor(torch.nn.Module):
    """The activations of chosen VGG layers; the network is frozen and normalises the picture.

    Called on an image `(N, 3, H, W)`, RGB in [0, 1], it returns `{layer: (N, C, H', W')}` in the
    order of the network. Nothing deeper than the deepest layer asked for is built or computed.

    Args:
        layers: names from `LAYER_NAMES[network]`, such as `["relu1_1", "conv4_2"]`.
        network: `"vgg16"`, or `"vgg19"` as in the paper.
        pooling: `"max"` as VGG was trained, or `"avg"`, with which the paper made its pictures.
        device: where to compute; None takes an accelerator where there is one, else the CPU.
        precision: as in `choose_precision`; in `"bfloat16"` the activations are of it too.

    Attributes:
        recompute: compute the activations a second time for the gradient, block by block, and keep
            none: a third more arithmetic and less memory, for the same numbers. False at first.

    Raises:
        InputError: an unknown layer, network, pooling, device or precision, no weights on this
            machine, or (when called) a tensor that is not an image or is too small for the
            deepest layer.

    Example:
        >>> features = FeatureExtractor(["relu1_1"], device="cpu")(torch.zeros(1, 3, 32, 48))
        >>> features["relu1_1"].shape
        torch.Size([1, 64, 32, 48])

    Source: Simonyan and Zisserman (2015), table 1; Gatys, Ecker and Bethge (2016), section 2.
    """

    @usual_torch()
    def __init__(
        self,
        layers: str | Iterable[str],
        network: str = "vgg16",
        pooling: str = "max",
        device: str | torch.device | None = None,
        precision: str | None = "float32",
    ) -> None:
        """Build the network up to the deepest of `layers` and load its weights."""
        super().__init__()
        check_choice("network", network, list(LAYER_NAMES))
        check_choice("pooling", pooling, ["max", "avg"])
        names = LAYER_NAMES[network]
        layers = as_names(layers)
        for layer in layers:
            check_choice(f"{network} layer", layer, names)
        if not layers:
            raise InputError(f"No layer was asked for: name at least one of {', '.join(names)}.")
        self.layers = tuple(name for name in names if name in layers)
        device = choose_device(device)
        self.precision, self.recompute = choose_precision(precision, device), False

        depth = names.index(self.layers[-1]) + 1
        self.smallest_side = 2 ** sum(name.startswith("pool") for name in names[:depth])
        with torch.device("meta"):  # no memory for the classifier, which is never used
            stack = BUILDERS[network][0](weights=None).features[:depth]
            if self.precision == "bfloat16":
                stack[0] = _FirstConv2d(3, 64, kernel_size=3, padding=1)
        weights = load_convolutions(network, self.precision, stack.state_dict())
        stack.load_state_dict(weights, assign=True)
        for index, module in enumerate(stack):
            if isinstance(module, torch.nn.ReLU):  # in place, unless the convolution is asked for
                module.inplace = names[index - 1] not in self.layers
            if isinstance(module, torch.nn.MaxPool2d) and pooling == "avg":
                stack[index] = torch.nn.AvgPool2d(2)
            elif isinstance(module, torch.nn.MaxPool2d) and self.precision == "bfloat16":
                stack[index] = _MaxPool2d(2)
        ends = [n for n in range(1, depth + 1) if names[n - 1].startswith("pool") or n == depth]
        self.blocks = torch.nn.ModuleList(
            _Block(OrderedDict(zip(names[first:end], stack[first:end], strict=True)), self.layers)
            for first, end in pairwise([0, *ends])
        )
        self.register_buffer("mean", torch.tensor(IMAGENET_MEAN).view(3, 1, 1), persistent=False)
        self.register_buffer("std", torch.tensor(IMAGENET_STD).view(3, 1, 1), persistent=False)
        if device.type == "mps":  # where channels last has given wrong gradients
            self.to(memory_format=torch.contiguous_format)
        # Gradients are wanted for the pixels only; keeping them for the weights costs time.
        self.eval().requires_grad_(False).to(device)

    @property
    def device(self) -> torch.device:
        """Where the network computes."""
        return self.mean.device

    def forward(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return `{layer: activations}` for an image `(N, 3, H, W)` in [0, 1]."""
        if not isinstance(image, torch.Tensor) or image.ndim != 4 or image.shape[1] != 3:
            shape = tuple(image.shape) if hasattr(image, "shape") else type(image).__name__
            raise InputError(
                f"The network needs an image tensor (N, 3, H, W), not {shape}: "
                "load_image makes one from a file or an array."
            )
        if image.is_meta or not image.is_floating_point():
            raise InputError(
                f"The network needs floats in [0, 1], not {image.dtype} on {image.device}: "
                "use image.float(), and divide bytes by 255."
            )
        if min(image.shape[2:]) < self.smallest_side:
            raise InputError(
                f"A picture of {image.shape[3]} x {image.shape[2]} pixels is too small for "
                f"{self.layers[-1]}, which needs at least {self.smallest_side} on each side: "
                "use a larger picture or a shallower layer."
            )
        activations = (image.to(self.device, torch.float32) - self.mean) / self.std
        features = {}
        for block in self.blocks:
            if self.recompute and activations.requires_grad:
                activations, found = recomputed(
                    block, activations, use_reentrant=False, preserve_rng_state=False
                )
            else:
                activations, found = block(activations)
            features.update(found)
        return features

    def activations_held(self) -> float:
        """Return how many activations for each pixel are kept until the gradient is computed."""
        names = [name for block in self.blocks for name, _ in block.named_children()]
        # A ReLU writes over the convolution before it, unless that one is asked for.
        stored = [n for n in names if n[:4] != "relu" or f"conv{n[4:]}" in self.layers]
        if not self.recompute:
            return activations_per_pixel(stored)
        # Then what is kept is the end of each block, what is asked for, and one block at a time,
        # of which the first is the largest.
        first = activations_per_pixel(name for name in stored if name[4:6] == "1_")
        pools = activations_per_pixel(name for name in stored if name[:4] == "pool")
        return pools + max(activations_per_pixel(self.layers), first)


class _Block(torch.nn.Sequential):
    """Modules by the names of layers; called, it returns the last output and those asked for."""

    def __init__(self, modules, layers):
        super().__init__(modules)
        self.layers = layers

    def forward(self, activations):
        found = {}
        for name, module in self.named_children():
            activations = module(activations)
            if name in self.layers:
                found[name] = activations
        return activations, found


class _FirstConv2d(torch.nn.Conv2d):
    """Computes in float32 and returns bfloat16.

    Its kernels take small differences of large numbers, and need all the digits.
    """

    def forward(self, image):
        return super().forward(image).bfloat16()


class _MaxPool2d(torch.nn.MaxPool2d):
    """Max pooling that shares a gradient among equal largest numbers.

    With eight binary digits, many neighbours are equal where a picture is smooth. Torch's pooling
    gives the first of them the whole gradient, and so draws a grid there.
    """

    def forward(self, maps):
        return _SharedMaximum.apply(maps)


class _SharedMaximum(torch.autograd.Function):
    @staticmethod
    def forward(ctx, maps):
        pooled = torch.nn.functional.max_pool2d(maps, 2)
        ctx.save_for_backward(maps, pooled)
        return pooled

    @staticmethod
    def backward(ctx, gradient):
        maps, pooled = ctx.saved_tensors
        height, width = (2 * side for side in pooled.shape[2:])
        # 1 where a number is the largest, 0 where it is smaller; with `==` it takes twice as long.
        # In place, since a map of all pixels is large.
        largest = _doubled(pooled)
        torch.sub(maps[..., :height, :width], largest, out=largest).sign_().add_(1)
        ties = 4 * torch.nn.functional.avg_pool2d(largest, 2)
        shared = largest.mul_(_doubled(gradient / ties))
        odd = [
            0,
            maps.shape[3] - width,
            0,
            maps.shape[2] - height,
        ]  # rows and columns left over
        return torch.nn.functional.pad(shared, odd) if any(odd) else shared


def _doubled(maps):
    return torch.nn.functional.interpolate(maps, scale_factor=2)
