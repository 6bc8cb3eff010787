"""The layers of VGG by their names, and which pixels each of them sees."""

from collections.abc import Iterable

from nst_helpers.errors import check_choice

_CONVOLUTIONS = {"vgg16": (2, 2, 3, 3, 3), "vgg19": (2, 2, 4, 4, 4)}  # in each block


def _layer_names(blocks: tuple[int, ...]) -> tuple[str, ...]:
    names = []
    for block, convolutions in enumerate(blocks, start=1):
        for number in range(1, convolutions + 1):
            names += [f"conv{block}_{number}", f"relu{block}_{number}"]
        names.append(f"pool{block}")
    return tuple(names)


#: The layers of each network in order, by their names in Gatys et al.; the position of a name
#: is its index in torchvision's `features`.
LAYER_NAMES = {network: _layer_names(blocks) for network, blocks in _CONVOLUTIONS.items()}


def activations_per_pixel(layers: Iterable[str]) -> float:
    """Return how many numbers these layers have together for each pixel of the picture.

    Example:
        >>> activations_per_pixel(["relu1_1"]), activations_per_pixel(["relu2_1", "pool2"])
        (64.0, 40.0)

    Source: Simonyan and Zisserman (2015), table 1, for the channels of the five blocks.
    """
    numbers = 0.0
    for layer in layers:
        block = int(layer[4])  # as in relu4_2
        halvings = block if layer.startswith("pool") else block - 1
        numbers += min(64 * 2 ** (block - 1), 512) / 4**halvings
    return numbers


def receptive_field(layer: str, network: str = "vgg16") -> tuple[int, int, int]:
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
    size, step, offset = 1, 1, 0
    for name in names[: names.index(layer) + 1]:
        if name.startswith("conv"):  # 3 x 3, with a border of zeros
            size += 2 * step
            offset -= step
        elif name.startswith("pool"):  # 2 x 2, two apart; a ReLU sees one number
            size += step
            step *= 2
    return size, step, offset


def as_names(layers: str | Iterable[str]) -> tuple[str, ...]:
    """Return one or several names of layers as a tuple; whether they exist is not looked at."""
    several = isinstance(layers, Iterable) and not isinstance(layers, str)
    return tuple(layers) if several else (layers,)
