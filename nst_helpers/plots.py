"""Figures of pictures, losses and channels: functions that return Matplotlib figures."""

import io
import math

import numpy as np
import torch
from matplotlib.figure import Figure

_DPI = 100
_LINES = {"content": "--", "style": "-.", "variation": ":", "total": "-"}


def show(figure, alt):
    """Display a figure in a notebook with alternative text, as PNG or JPEG, whichever is smaller.

    Args:
        figure: a Matplotlib figure.
        alt: what there is to see, for a reader who cannot see it; at least a few words.

    Raises:
        ValueError: `alt` is empty.
    """
    from IPython.display import Image, display

    if not alt.strip():
        raise ValueError("Say in alt what there is to see in the figure.")
    files = {}
    for format, options in {"png": {}, "jpeg": {"pil_kwargs": {"quality": 88}}}.items():
        file = io.BytesIO()
        figure.savefig(file, format=format, dpi=_DPI, facecolor="white", **options)
        files[format] = file.getvalue()
    format = min(files, key=lambda name: len(files[name]))
    display(Image(files[format], format=format, alt=alt))


def show_images(images, columns=4, width=9.0):
    """Return a figure of pictures side by side, each under its title.

    Args:
        images: `{title: picture}`; a picture is an image tensor `(1, 3, H, W)` in [0, 1] or a
            grey map `(H, W)`, which is drawn from its smallest value (black) to its largest.
        columns: pictures in a row, at most.
        width: of the figure in inches.
    """
    columns = min(columns, len(images))
    figure, axes = _grid(len(images), columns, width, _shape(next(iter(images.values()))))
    for axis, (title, image) in zip(axes, images.items(), strict=False):
        axis.set_title(title, fontsize=10)
        axis.imshow(_pixels(image), cmap="gray", interpolation="nearest")
    return figure


def plot_losses(history, weights=None, width=8.0):
    """Return a figure of the loss terms over the steps, on a logarithmic scale.

    Args:
        history: `Result.history`, or any `{name: [a number for each step]}` with the names
            `content`, `style`, `variation` or `total`.
        weights: `{name: weight}`; a term is drawn times its weight, so that the curves show what
            each adds to the total. None draws them as they are.
        width: of the figure in inches.
    """
    weights = weights or {}
    figure = Figure(figsize=(width, width * 0.42), layout="constrained")
    axis = figure.subplots()
    for name, line in _LINES.items():
        if name in history:
            values = np.asarray(history[name], dtype=float) * weights.get(name, 1)
            values[values <= 0] = np.nan  # nothing to draw on a logarithmic scale
            weight = 2.2 if name == "total" else 1.6
            axis.plot(values, line, label=name, linewidth=weight)
    sizes = history.get("size", [])
    for step in range(1, len(sizes)):
        if sizes[step] != sizes[step - 1]:
            axis.axvline(step, color="0.6", linewidth=1)
            axis.annotate(
                f"{sizes[step]} pixels",
                (step, 1),
                xycoords=("data", "axes fraction"),
                xytext=(4, -12),
                textcoords="offset points",
                fontsize=9,
            )
    axis.set(yscale="log", xlabel="step", ylabel="weighted loss" if weights else "loss")
    axis.legend()
    axis.grid(alpha=0.3)
    return figure


def plot_channels(features, channels=None, columns=8, width=9.0, scale="page"):
    """Return a figure of the channels of one layer as grey maps.

    Args:
        features: activations `(1, C, H, W)` of one layer.
        channels: which to draw; None takes the first 32.
        columns: maps in a row, at most.
        width: of the figure in inches.
        scale: `"page"` draws all maps between the smallest and the largest activation shown, so
            that they can be compared and a dead channel is plainly dark; `"channel"` stretches
            each to its own range. The figure says which.

    Raises:
        ValueError: `features` is not one picture's layer, or a channel does not exist.
    """
    if features.ndim != 4 or features.shape[0] != 1:
        raise ValueError(f"plot_channels needs features (1, C, H, W), not {tuple(features.shape)}.")
    if scale not in ("page", "channel"):
        raise ValueError(f"scale is {scale!r}; it must be 'page' or 'channel'.")
    count = features.shape[1]
    channels = list(range(min(count, 32))) if channels is None else list(channels)
    for channel in channels:
        if not 0 <= channel < count:
            raise ValueError(f"There is no channel {channel}: this layer has 0 to {count - 1}.")
    maps = features[0, channels].detach().cpu().numpy()
    low, high = float(maps.min()), float(maps.max())
    columns = min(columns, len(channels))
    figure, axes = _grid(len(channels), columns, width, maps.shape[1:])
    for axis, channel, grid in zip(axes, channels, maps, strict=False):
        limits = {"vmin": low, "vmax": high} if scale == "page" else {}
        axis.imshow(grid, cmap="gray", interpolation="nearest", **limits)
        axis.set_title(str(channel), fontsize=8, pad=2)
    said = (
        f"black {low:.2f}, white {high:.2f}, the same for all"
        if scale == "page"
        else "each channel from its own smallest (black) to its own largest value (white)"
    )
    figure.supxlabel(said, fontsize=9)
    return figure


def _grid(count, columns, width, shape):
    """Return a figure with `columns` axes in a row, for pictures of `shape`, without frames."""
    rows = math.ceil(count / columns)
    cell = width / columns
    height = rows * (cell * shape[0] / shape[1] + 0.28) + 0.2
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    return figure, axes


def _shape(image):
    return tuple(image.shape[-2:])


def _pixels(image):
    image = torch.as_tensor(image).detach().cpu()
    return image[0].permute(1, 2, 0).numpy() if image.ndim == 4 else image.numpy()
