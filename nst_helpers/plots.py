"""Figures of pictures, losses and channels: functions that return Matplotlib figures.

All of them take `alt`, the alternative text of the figure, and all figures show themselves in a
notebook.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Polygon, Rectangle
from matplotlib.ticker import LogLocator

from nst_helpers.markup import figure_element

_LINES = {"content": "--", "style": "-.", "variation": ":", "total": "-"}

Array: TypeAlias = torch.Tensor | np.ndarray[Any, Any]


class Plot(Figure):
    """A Matplotlib figure with alternative text, which shows itself in a notebook.

    It is shown where it is the last value of a cell, or given to `display`.

    Args:
        width, height: in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = Plot(6, 3, alt="A line that rises.")
        >>> figure.subplots().plot([0, 1])
        [<matplotlib.lines.Line2D object at ...>]
        >>> figure.alt
        'A line that rises.'
    """

    def __init__(self, width: float, height: float, alt: str = "") -> None:
        """Make an empty figure, whose parts make room for one another."""
        super().__init__(figsize=(width, height), layout="constrained")
        self.alt = alt

    def _ipython_display_(self) -> None:
        from IPython.display import HTML, display

        display(HTML(figure_element(self, self.alt)))


def show_images(
    images: Mapping[str, Array], columns: int = 4, width: float = 9.0, alt: str = ""
) -> Plot:
    """Return a figure of pictures side by side, each under its title.

    Args:
        images: `{title: picture}`; a picture is an image tensor `(1, 3, H, W)` in [0, 1] or a
            grey map `(H, W)`, which is drawn from its smallest value (black) to its largest.
        columns: pictures in a row, at most.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = show_images({"grey": torch.full((1, 3, 20, 30), 0.5)})
        >>> figure.axes[0].get_title()
        'grey'
    """
    columns = min(columns, len(images))
    figure, axes = _grid(len(images), columns, width, _shape(next(iter(images.values()))), alt)
    for axis, (title, image) in zip(axes, images.items(), strict=False):
        axis.set_title(title, fontsize=10)
        axis.imshow(_pixels(image), cmap="gray", interpolation="nearest")
    return figure


def plot_losses(
    history: Mapping[str, Sequence[float]],
    weights: Mapping[str, float | Sequence[float]] | None = None,
    width: float = 8.0,
    alt: str = "",
) -> Plot:
    """Return a figure of the loss terms over the steps, on a logarithmic scale.

    Args:
        history: `Result.history`, or any `{name: [a number for each step]}` with the names
            `content`, `style`, `variation` or `total`. Where the numbers of `size` change, a
            line marks the step.
        weights: `{name: weight}`, or a weight for each step; a term is drawn times its weight, so
            that the curves show what each adds to the total. None draws them as they are.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_losses({"content": [3, 2], "total": [30, 20]}, {"content": 10})
        >>> figure.axes[0].get_ylabel()
        'weighted loss'
    """
    weights = weights or {}
    figure = Plot(width, width * 0.42, alt)
    axis = figure.subplots()
    for name, line in _LINES.items():
        if name in history:
            values = np.asarray(history[name], dtype=float) * np.asarray(weights.get(name, 1))
            values[values <= 0] = np.nan  # nothing to draw on a logarithmic scale
            axis.plot(values, line, label=name, linewidth=2.2 if name == "total" else 1.6)
    sizes = history.get("size", [])
    changes = [step for step in range(1, len(sizes)) if sizes[step] != sizes[step - 1]]
    for number, step in enumerate(changes):
        axis.axvline(step, color="0.6", linewidth=1)
        axis.annotate(
            f"{sizes[step]} pixels",
            (step, 1),
            xycoords=("data", "axes fraction"),
            xytext=(4, -12 - 13 * (number % 2)),  # a short stage has no room for its words
            textcoords="offset points",
            fontsize=9,
        )
    axis.set(yscale="log", xlabel="step", ylabel="weighted loss" if weights else "loss")
    axis.legend()
    axis.grid(alpha=0.3)
    return figure


def plot_curves(
    curves: Mapping[str, tuple[Sequence[float] | Array, Sequence[float] | Array]],
    labels: tuple[str, str],
    log: str = "",
    levels: Mapping[str, float] | None = None,
    width: float = 8.0,
    alt: str = "",
) -> Plot:
    """Return a figure of at most five curves in one frame, which differ in their lines.

    Args:
        curves: `{name: (positions, values)}`. Curves of at most eight points show the points.
        labels: of the horizontal and of the vertical axis.
        log: the axes whose scale is logarithmic, `"x"`, `"y"` or `"xy"`. A scale of values that
            is not begins with 0.
        levels: `{name: value}`, at most three, drawn as thin grey lines from left to right.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Raises:
        ValueError: there are more than five curves, which lines could not tell apart.

    Example:
        >>> figure = plot_curves({"noise": ([1, 2, 3], [4, 2, 1])}, ("step", "noise"), log="y")
        >>> figure.axes[0].get_yscale()
        'log'
    """
    styles = ("black", "-", 1.6), ("black", "--", 1.6), ("0.55", "-", 3.0)
    styles = *styles, ("black", ":", 2.0), ("0.55", "-.", 2.0)
    if len(curves) > len(styles):
        raise ValueError(f"plot_curves draws at most {len(styles)} curves: leave some out.")
    figure = Plot(width, width * 0.42, alt)
    axis = figure.subplots()
    axis.set(xlabel=labels[0], ylabel=labels[1])
    for (name, curve), (color, line, thick) in zip(curves.items(), styles, strict=False):
        x, y = (np.asarray(values, dtype=float) for values in curve)
        marker = "o" if len(x) <= 8 else ""
        axis.plot(x, y, color=color, linestyle=line, linewidth=thick, marker=marker, label=name)
    for scale, set_scale in (("x", axis.set_xscale), ("y", axis.set_yscale)):
        set_scale("log" if scale in log else "linear")
    for (name, level), line in zip((levels or {}).items(), ("-", ":", "--"), strict=False):
        axis.axhline(level, color="0.6", linestyle=line, linewidth=1, label=name)
    if "y" not in log:
        axis.set_ylim(bottom=0)
    axis.legend(fontsize=9, handlelength=3)
    axis.grid(alpha=0.2)
    return figure


def plot_races(
    races: Mapping[str, Mapping[str, tuple[Sequence[float], Sequence[float]]]],
    columns: int = 3,
    width: float = 9.0,
    alt: str = "",
) -> Plot:
    """Return a figure of curves of the total loss, with a panel for each comparison of them.

    Args:
        races: `{name of the horizontal axis: {name of the curve: (positions, losses)}}`, at most
            four curves in a panel; their names are written into the first panel. The scale of
            the losses is logarithmic.
        columns: panels in a row, at most.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Raises:
        ValueError: a panel has more than four curves, which lines could not tell apart.

    Example:
        >>> figure = plot_races({"seconds": {"L-BFGS": ([1, 2], [9, 3]), "Adam": ([1, 2], [9, 5])}})
        >>> figure.axes[0].get_xlabel()
        'seconds'
    """
    lines = "k-", "k--", "k:", "k-."
    if any(len(race) > len(lines) for race in races.values()):
        raise ValueError(
            f"plot_races draws at most {len(lines)} curves in a panel: leave some out."
        )
    columns = min(columns, len(races))
    rows = -(-len(races) // columns)
    figure = Plot(width, rows * min(3.0, width / columns), alt)
    places = figure.subplots(rows, columns, squeeze=False).flatten()
    for axis, (name, race) in zip(places, races.items(), strict=False):
        for (who, (positions, losses)), line in zip(race.items(), lines, strict=False):
            axis.semilogy(positions, losses, line, label=who)
        axis.set(xlabel=name, ylabel="total loss")
        axis.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.yaxis.set_major_formatter("{x:g}")
        axis.yaxis.set_minor_formatter("")
    places[0].legend()
    for unused in places[len(races) :]:
        unused.set_axis_off()
    return figure


def plot_channels(
    features: torch.Tensor,
    channels: Iterable[int] | None = None,
    columns: int = 8,
    width: float = 9.0,
    scale: str = "page",
    alt: str = "",
) -> Plot:
    """Return a figure of the channels of one layer as grey maps.

    Args:
        features: activations `(1, C, H, W)` of one layer.
        channels: the numbers of those to draw, from 0; None takes the first 32.
        columns: maps in a row, at most.
        width: of the figure in inches.
        scale: `"page"` draws all maps between the smallest and the largest activation shown, so
            that they can be compared and a dead channel is plainly dark; `"channel"` stretches
            each to its own range. The figure says which.
        alt: what there is to see, for a reader who cannot see it.

    Raises:
        ValueError: `features` is not one picture's layer, a channel does not exist, or the scale
            is another one.

    Example:
        >>> figure = plot_channels(torch.rand(1, 64, 8, 8), [3, 5])
        >>> [axis.get_title() for axis in figure.axes]
        ['3', '5']
    """
    if features.ndim != 4 or features.shape[0] != 1:
        raise ValueError(f"plot_channels needs features (1, C, H, W), not {tuple(features.shape)}.")
    if scale not in ("page", "channel"):
        raise ValueError(f"scale is {scale!r}; it must be 'page' or 'channel'.")
    count = features.shape[1]
    chosen = list(range(min(count, 32)) if channels is None else channels)
    for channel in chosen:
        if not 0 <= channel < count:
            raise ValueError(f"There is no channel {channel}: this layer has 0 to {count - 1}.")
    maps = features[0, chosen].detach().cpu().numpy()
    low, high = float(maps.min()), float(maps.max())
    columns = min(columns, len(chosen))
    figure, axes = _grid(len(chosen), columns, width, maps.shape[1:], alt)
    for axis, channel, grid in zip(axes, chosen, maps, strict=False):
        least, most = (low, high) if scale == "page" else (None, None)
        axis.imshow(grid, cmap="gray", interpolation="nearest", vmin=least, vmax=most)
        axis.set_title(str(channel), fontsize=8, pad=2)
    said = (
        f"black {low:.2f}, white {high:.2f}, the same for all"
        if scale == "page"
        else "each channel from its own smallest (black) to its own largest value (white)"
    )
    figure.supxlabel(said, fontsize=9)
    return figure


def highlight(
    image: torch.Tensor, grid: torch.Tensor, largest: float | None = None
) -> torch.Tensor:
    """Return a picture in pale grey, which is orange where a channel is active.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        grid: activations of one channel, `(h, w)`, none below 0; it is enlarged to the picture.
        largest: the activation at which the orange is full; None takes the channel's own largest.
            Give one number for several pictures to compare them.

    Returns:
        An image tensor `(1, 3, H, W)` in [0, 1].

    Example:
        >>> lit = highlight(torch.ones(1, 3, 20, 30), torch.tensor([[0.0, 1.0]]))
        >>> lit[0, :, 0, 0], lit[0, :, 0, -1]
        (tensor([0.9000, 0.9000, 0.9000]), tensor([1.0000, 0.4500, 0.0000]))
    """
    brightest = float(grid.max() if largest is None else largest) or 1.0
    light = torch.nn.functional.interpolate(
        grid[None, None].detach().to(image.device) / brightest, image.shape[2:], mode="bilinear"
    )
    grey = image.mean(1, keepdim=True).expand_as(image)
    orange = image.new_tensor([1.0, 0.45, 0.0]).view(3, 1, 1) * (0.3 + 0.7 * grey)
    return torch.lerp(0.5 + 0.4 * grey, orange, light.clamp(0, 1))


def plot_numbers(
    grids: Mapping[str, Array], decimals: int = 0, width: float = 9.0, alt: str = ""
) -> Plot:
    """Return a figure of small grids side by side, each cell shaded and with its number in it.

    All grids have one scale, which the figure says: zero is black, as in maps of activations; the
    brighter a cell, the larger its number; numbers below zero are blue instead of grey.

    Args:
        grids: `{title: (H, W)}`, a few rows and columns each.
        decimals: shown of each number.
        width: of the figure in inches, at most.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_numbers({"before": torch.eye(2), "after": torch.ones(1, 2)})
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['before', '1', '0', '0', '1', 'after', '1', '1']
        >>> figure.get_supxlabel()
        'One scale for all: 0 is drawn black, 1 white.'
    """
    arrays = {title: torch.as_tensor(grid).detach().cpu().numpy() for title, grid in grids.items()}
    tallest = max(len(array) for array in arrays.values())
    across = sum(array.shape[1] for array in arrays.values()) + 0.8 * (len(arrays) - 1)
    cell = min(0.7, width / across)
    figure = Plot(cell * across, cell * tallest + 0.75, alt)
    axis = figure.subplots()
    axis.set_axis_off()
    low, high = _extremes(list(arrays.values()))
    most = max(high, -low) or 1.0
    longest = max(len(f"{number:.{decimals}f}") for number in (low, high))
    size = 72 * cell * min(0.4, 1.3 / longest)
    left = 0.0
    for title, array in arrays.items():
        rows, columns = array.shape
        top = (tallest - rows) / 2
        colors = _signed_colors(array / most)
        axis.imshow(colors, extent=(left, left + columns, top + rows, top))
        axis.add_patch(Rectangle((left, top), columns, rows, fill=False, ec="0.5", linewidth=0.8))
        axis.text(left + columns / 2, top - 0.15, title, ha="center", va="bottom", fontsize=12)
        for (row, column), number in np.ndenumerate(array):
            text = f"{number:.{decimals}f}"
            text = text.lstrip("-") if float(text) == 0 else text
            color = "black" if colors[row, column] @ (0.3, 0.6, 0.1) > 0.45 else "white"
            place = (left + column + 0.5, top + row + 0.5)
            axis.text(*place, text, ha="center", va="center", color=color, fontsize=size)
        left += columns + 0.8
    axis.set(xlim=(-0.05, left - 0.75), ylim=(tallest + 0.05, -0.8))
    said = f"0 is drawn black, {most:.{decimals}f} white."
    if low < 0:
        said = f"0 is drawn black, {most:.{decimals}f} white, below 0 blue."
    figure.supxlabel(f"One scale for all: {said}", fontsize=10)
    return figure


def plot_network(
    shapes: Mapping[str, tuple[int, int, int]], width: float = 9.0, alt: str = ""
) -> Plot:
    """Return a figure of a network as a row of slabs, one for each convolution and pooling.

    A slab is as high as its feature map and, on a compressed scale, as thick as it has channels.
    A pooling is hatched; the ReLU after a convolution changes no shape and is not drawn apart.

    Args:
        shapes: `{layer name: (C, H, W)}` in the order of the network, the names as in
            `LAYER_NAMES`; `input` may come first.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> shapes = {"input": (3, 64, 64), "conv1_1": (64, 64, 64), "pool1": (64, 32, 32)}
        >>> plot_network(shapes).axes[0].texts[-1].get_text()
        'pool1'
    """
    figure = Plot(width, width * 0.38, alt)
    axis = figure.subplots()
    axis.set_axis_off()
    tallest = max(shape[1] for shape in shapes.values())
    x, block = 0.0, ""
    for name, (count, rows, columns) in shapes.items():
        if name.startswith("relu"):
            continue
        height, pool = rows / tallest, name.startswith("pool")
        thick = 0.03 if pool else 0.02 + 0.0009 * count**0.8
        _draw_slab(axis, x, height, thick, hatched=pool)
        axis.text(
            x + thick / 2, -height / 2 - 0.04, name, rotation=90, size=8, ha="center", va="top"
        )
        title = name if name == "input" else f"block {name[4]}"
        if title != block and not pool:
            text = f"{title}\n{columns} x {rows}\n{count} channels"
            axis.text(x, 0.8, text, fontsize=8.5, va="baseline", linespacing=1.3)
            block = title
        x += thick + 0.2 * height + 0.05
        if pool or name == "input":
            x += 0.22
    axis.set(xlim=(-0.03, x), ylim=(-0.85, 1.2))
    return figure


def plot_method(
    content: Array | None,
    style: Array | None,
    generated: Array,
    variation: bool = True,
    width: float = 9.0,
    alt: str = "",
) -> Plot:
    """Return a drawing of the method: the pictures, the network, the losses, the way back.

    Args:
        content, style, generated: image tensors `(1, 3, H, W)` in [0, 1]; without the content or
            the style, its loss is left out.
        variation: draw the variation loss too.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_method(*[torch.rand(1, 3, 20, 30)] * 3)
        >>> figure.axes[0].texts[0].get_text()
        'style image'

    Source: Gatys, Ecker and Bethge (2016), figure 2.
    """
    low, high = 0 if content is not None else 14, 56 if style is not None else 41
    figure = Plot(width, width * (high - low) / 100, alt)
    figure.set_layout_engine("none")  # everything has its place
    axis = figure.add_axes((0, 0, 1, 1), xlim=(0, 100), ylim=(low, high))
    axis.set_axis_off()

    def words(x: float, y: float, text: str, **options: Any) -> None:
        settings: dict[str, Any] = {"ha": "center", "va": "center", "fontsize": 10, **options}
        axis.text(x, y, text, **settings)

    def arrow(*points: tuple[float, float], color: str = "0.35", head: str = "-|>") -> None:
        """Draw a line through points that ends in a head."""
        axis.plot(*zip(*points, strict=True), color=color, linewidth=1.5)
        arrowprops = {"arrowstyle": head, "color": color, "shrinkA": 0, "shrinkB": 0}
        axis.annotate("", points[-1], points[-2], arrowprops=arrowprops)

    rows = {"style image": (45, style), "generated image": (28, generated)}
    rows["content image"] = 11, content
    blocks = [(27 + 7 * block, 8 * 0.72**block) for block in range(5)]
    for name, (y, image) in rows.items():
        if image is None:
            continue
        pixels = _pixels(image)
        tall = min(11.0, 16 * pixels.shape[0] / pixels.shape[1])
        wide = tall * pixels.shape[1] / pixels.shape[0]
        box = (12 - wide / 2, 12 + wide / 2, y - tall / 2, y + tall / 2)
        axis.imshow(pixels, extent=box, interpolation="bicubic")
        words(12, y + tall / 2 + 1.6, name, fontweight="bold" if y == 28 else "normal")
        arrow((12 + wide / 2 + 0.5, y), (25.5, y))
        for number, (x, side) in enumerate(blocks, start=1):
            corner, thick = (x - 1, y - side / 2), 1.6 + 0.5 * number
            axis.add_patch(Rectangle(corner, thick, side, facecolor="0.88", edgecolor="0.3"))
            words(x + thick / 2 - 1, y, str(number), fontsize=8, color="0.3")
    said = "VGG-16, five blocks of layers: the same for all pictures, and never changed"
    words(25.5, 53 if style is not None else 37, said, ha="left")

    total = []
    if content is not None:
        x, side = blocks[3]
        arrow((x + 0.5, 11 + side / 2 + 0.6), (x + 0.5, 28 - side / 2 - 0.6), head="<|-|>")
        arrow((50, 18.5), (64.5, 18.5))
        total.append(("content", 18.5, r"\alpha", "feature maps\nof one layer"))
    if style is not None:
        for x, side in blocks:
            arrow((x + 0.5, 45 - side / 2 - 0.6), (x + 0.5, 28 + side / 2 + 0.6), head="<|-|>")
        arrow((57, 37.5), (64.5, 37.5))
        total.append(("style", 37.5, r"\beta", "Gram matrices\nof five layers"))
    if variation:
        arrow((17, 22), (17, 21), (62, 21), (62, 28), (64.5, 28))
        total.append(("variation", 28, r"\gamma", "neighbouring pixels"))
    for name, y, _, of in total:
        words(72, y + 1, f"{name} loss", fontweight="bold")
        words(72, y - 1.6, of, fontsize=8, color="0.3")
        arrow((79.5, y), (84.5, 28 + (y - 28) / 4))
    terms = [f"${factor} L_{{{name}}}$" for name, _, factor, _ in total]
    words(91.5, 28, "\n".join(["total loss", *terms]).replace("$\n$", "$\n$+ "))
    orange = "#d95f02"
    arrow((91.5, 22.5), (91.5, low + 2.2), (1.5, low + 2.2), (1.5, 28), (3.4, 28), color=orange)
    said = "gradient: how should each pixel change, to make the loss smaller?"
    words(60, low + 3.8, said, color=orange)
    axis.set_aspect("equal")
    return figure


def plot_boxes(
    image: torch.Tensor,
    boxes: Mapping[str, tuple[float, float, float]],
    width: float = 6.0,
    alt: str = "",
) -> Plot:
    """Return a figure of a picture with squares drawn on it, each with its name.

    Args:
        image: an image tensor `(1, 3, H, W)` in [0, 1].
        boxes: `{name: (top, left, side)}` in pixels; a square may reach beyond the picture.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_boxes(torch.ones(1, 3, 40, 60), {"ear": (5, 10, 16)})
        >>> figure.axes[0].texts[0].get_text()
        'ear'
    """
    rows, columns = _shape(image)
    figure = Plot(width, width / 1.25 * rows / columns + 0.2, alt)
    axis = figure.subplots()
    axis.set_axis_off()
    axis.imshow(_pixels(image))
    between = rows / (len(boxes) + 1)
    for number, (name, (top, left, side)) in enumerate(boxes.items(), start=1):
        label, edge = (columns * 1.03, number * between), (left + side, top + side / 2)
        axis.text(*label, name, va="center", fontsize=9)
        for color, line in (("black", 3.0), ("white", 1.2)):
            square = Rectangle((left - 0.5, top - 0.5), side, side, fill=False, edgecolor=color)
            square.set_linewidth(line)
            axis.add_patch(square)
            axis.plot(*zip(edge, (columns - 1, label[1]), strict=True), color=color, linewidth=line)
    # Each square with all of it, also where it reaches beyond the picture.
    bottom = max(rows, *(top + side for top, _, side in boxes.values()))
    highest = min(0, *(top for top, _, _ in boxes.values()))
    leftmost = min(0, *(left for _, left, _ in boxes.values()))
    axis.set(xlim=(leftmost - 1, columns * 1.25), ylim=(bottom + 1, highest - 1))
    return figure


def plot_maps(
    maps: Mapping[str, Array],
    columns: int = 3,
    width: float = 9.0,
    numbers: bool = False,
    scale: str = "page",
    alt: str = "",
) -> Plot:
    """Return a figure of grey maps, each under its title.

    Args:
        maps: `{title: map (H, W)}`.
        columns: maps in a row, at most.
        width: of the figure in inches.
        numbers: write every value into its square, for maps of at most a hundred positions.
        scale: `"page"` draws all maps between the smallest and the largest value of all;
            `"column"` gives each column of the figure a scale of its own. The figure says which.
        alt: what there is to see, for a reader who cannot see it.

    Raises:
        ValueError: the scale is another one.

    Example:
        >>> plot_maps({"edges": torch.eye(4)}).get_supxlabel()
        'One scale for all: 0.00 is drawn black, 1.00 white.'
    """
    if scale not in ("page", "column"):
        raise ValueError(f"scale is {scale!r}; it must be 'page' or 'column'.")
    grids = [torch.as_tensor(grid).detach().cpu().numpy() for grid in maps.values()]
    columns = min(columns, len(grids))
    figure, axes = _grid(len(grids), columns, width, grids[0].shape, alt)
    figure.set_figheight(figure.get_figheight() + 0.3)
    for index, (axis, title, grid) in enumerate(zip(axes, maps, grids, strict=False)):
        shared = grids[index % columns :: columns] if scale == "column" else grids
        low, high = _extremes(shared)
        axis.imshow(grid, cmap="gray", interpolation="nearest", vmin=low, vmax=high)
        axis.set_title(title, fontsize=10)
        if numbers:
            size = min(11.0, 22 * width / columns / grid.shape[1])  # as large as a square allows
            _write_numbers(axis, grid, low, high, "{:.2f}", size)
    said = "Scale of each column: its smallest number is drawn black, its largest white."
    if scale == "page":
        low, high = _extremes(grids)
        said = f"One scale for all: {low:.2f} is drawn black, {high:.2f} white."
    figure.supxlabel(said, fontsize=9)
    return figure


def plot_tables(
    tables: Mapping[str, Array],
    names: Sequence[str],
    columns: int = 4,
    width: float = 9.0,
    decimals: int = 2,
    limits: tuple[float, float] | None = None,
    alt: str = "",
) -> Plot:
    """Return a figure of square tables with their numbers, such as Gram matrices.

    Args:
        tables: `{title: matrix (C, C)}`.
        names: of the C rows and columns.
        columns: tables in a row, at most.
        width: of the figure in inches.
        decimals: of the numbers.
        limits: the numbers drawn black and white in all tables; None takes each table's own.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_tables({"Gram matrix": torch.eye(2)}, ["red", "green"])
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['1.00', '0', '0', '1.00']
    """
    columns = min(columns, len(tables))
    rows, cell = math.ceil(len(tables) / columns), width / columns
    figure = Plot(width, rows * (cell + 0.1), alt)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes[len(tables) :]:
        axis.set_axis_off()
    for axis, (title, table) in zip(axes, tables.items(), strict=False):
        grid = torch.as_tensor(table).detach().cpu().numpy()
        low, high = limits or _extremes([grid])
        axis.imshow(grid, cmap="gray", vmin=low, vmax=high)
        axis.set_title(title, fontsize=10)
        axis.set_xticks(range(len(names)), names, fontsize=9)
        axis.set_yticks(range(len(names)), names, fontsize=9, rotation=90, va="center")
        _write_numbers(axis, grid, low, high, f"{{:.{decimals}f}}", 10)
    if limits:
        figure.supxlabel(f"{limits[0]:g} is drawn black, {limits[1]:g} white.", fontsize=9)
    return figure


def plot_arrows(
    pairs: Mapping[str, tuple[Sequence[float] | Array, Sequence[float] | Array]],
    width: float = 9.0,
    alt: str = "",
) -> Plot:
    """Return a figure of pairs of arrows from the origin, their angle and the shadow of b on a.

    Args:
        pairs: `{title: (a, b)}`; a and b are vectors of two numbers, 0 or greater. The shadow is
            the projection of b: a grey bar along a, below the foot of a thin line from b.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_arrows({"apart": ([2.0, 0.0], [0.0, 1.0])})
        >>> figure.axes[0].texts[-1].get_text()
        '90°'
    """
    across, up = (max(float(v[i]) for pair in pairs.values() for v in pair) + 0.5 for i in (0, 1))
    figure = Plot(width, width / len(pairs) * up / across + 0.8, alt)
    axes = figure.subplots(1, len(pairs), squeeze=False, sharex=True, sharey=True).ravel()
    for axis, (title, pair) in zip(axes, pairs.items(), strict=True):
        a, b = (np.asarray(vector, dtype=float) for vector in pair)
        foot = a * (a @ b) / (a @ a)
        axis.plot(*zip((0, 0), foot, strict=True), color="0.75", linewidth=7, solid_capstyle="butt")
        axis.plot(*zip(b, foot, strict=True), color="0.4", linewidth=1)
        turns = []
        for vector, name, style in zip(pair, "ab", ("-", "--"), strict=True):
            x, y = (float(number) for number in vector)
            turns.append(math.atan2(y, x))
            arrow = {"arrowstyle": "-|>", "linewidth": 2, "linestyle": style, "color": "black"}
            arrow |= {"shrinkA": 0, "shrinkB": 0, "mutation_scale": 14}
            axis.annotate("", (x, y), (0, 0), arrowprops=arrow)
            higher = 0.3 if name == "b" and np.allclose(a, b) else 0.1  # or one hides the other
            axis.text(x + 0.08, y + higher, name, fontsize=12, weight="bold")
        arc = np.linspace(min(turns), max(turns), 40)
        axis.plot(0.6 * np.cos(arc), 0.6 * np.sin(arc), color="0.4", linewidth=1)
        angle = math.degrees(abs(turns[0] - turns[1]))
        middle = sum(turns) / 2 if angle > 25 else max(turns) + 0.35
        axis.text(0.95 * math.cos(middle), 0.95 * math.sin(middle), f"{angle:.0f}°", ha="center")
        axis.set(xlim=(-0.1, across), ylim=(-0.1, up), aspect="equal", xlabel="position 1")
        axis.set_title(title, fontsize=10)
        axis.grid(alpha=0.3)
    axes[0].set_ylabel("position 2")
    return figure


def plot_pairs(
    pairs: Mapping[str, tuple[Array, Array]],
    labels: Mapping[str, tuple[str, str]],
    width: float = 9.0,
    alt: str = "",
) -> Plot:
    """Return a figure with one point for each position: one channel across, the other up.

    Args:
        pairs: `{title: (a, b)}`; a and b are two maps of one shape.
        labels: `{title: (name of a, name of b)}`.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> maps = {"relu1_1": (torch.eye(4), torch.ones(4, 4))}
        >>> figure = plot_pairs(maps, {"relu1_1": ("channel 3", "channel 5")})
        >>> figure.axes[0].get_xlabel()
        'channel 3'
    """
    figure = Plot(width, width / len(pairs) + 0.2, alt)
    axes = figure.subplots(1, len(pairs), squeeze=False).ravel()
    for axis, (title, (a, b)) in zip(axes, pairs.items(), strict=True):
        a, b = (torch.as_tensor(grid).detach().cpu().flatten().numpy() for grid in (a, b))
        axis.scatter(a, b, s=14, color="black", alpha=max(0.1, min(0.6, 60 / a.size)), linewidths=0)
        axis.axvline(a.mean(), color="0.5", linestyle=":")
        axis.axhline(b.mean(), color="0.5", linestyle=":")
        axis.set(xlabel=labels[title][0], ylabel=labels[title][1])
        axis.set_title(title, fontsize=10)
    return figure


def plot_clouds(
    clouds: Mapping[str, Array],
    names: tuple[str, str],
    columns: int = 3,
    width: float = 7.0,
    alt: str = "",
) -> Plot:
    """Return a figure of clouds of points in the plane of two channels, all on one scale.

    Args:
        clouds: `{title: points (N, 2)}`.
        names: of the two channels, across and up.
        columns: clouds in a row, at most.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_clouds({"target": torch.rand(5, 2)}, ("black", "yellow"))
        >>> figure.axes[0].get_ylabel()
        'yellow'
    """
    arrays = {
        title: torch.as_tensor(cloud).detach().cpu().numpy() for title, cloud in clouds.items()
    }
    columns = min(columns, len(arrays))
    rows = -(-len(arrays) // columns)
    figure = Plot(width, rows * (width / columns + 0.2), alt)
    axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True)
    for axis, (title, cloud) in zip(axes.flat, arrays.items(), strict=False):
        axis.scatter(cloud[:, 0], cloud[:, 1], s=8, color="black", alpha=0.7, linewidths=0)
        axis.set_title(title, fontsize=10)
        axis.set_aspect("equal")
    for axis in axes.flat[len(arrays) :]:
        axis.set_axis_off()
    axes[-1, 0].set(xlabel=names[0], ylabel=names[1])
    return figure


def plot_answers(
    pictures: Mapping[str, Array],
    answers: Mapping[str, Sequence[float]],
    width: float = 9.0,
    alt: str = "",
) -> Plot:
    """Return a figure of a table: above each column a picture, in each row what one channel says.

    Args:
        pictures: `{title: image tensor (1, 3, H, W)}`, all of one shape.
        answers: `{name of the row: [a number for each picture]}`; the shades of a row go from 0,
            black, to the largest of the first column, white, in all rows.
        width: of the figure in inches.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> figure = plot_answers({"cat": torch.rand(1, 3, 4, 5)}, {"relu1_1, 7": [100]})
        >>> [text.get_text() for text in figure.axes[0].texts]
        ['100', 'cat']
    """
    grid = np.array([[float(number) for number in row] for row in answers.values()])
    rows, columns = grid.shape
    tall, wide = _shape(next(iter(pictures.values())))
    high = 2.4 * tall / wide  # of a picture, in rows: a column is about as wide as 2.4 of them
    figure = Plot(width, width / (columns + 2.2) / 2.4 * (rows + high + 0.8), alt)
    axis = figure.subplots()
    largest = float(grid[:, 0].max())
    axis.imshow(grid.clip(0, largest), cmap="gray", vmin=0, vmax=largest)
    _write_numbers(axis, grid, 0, largest, "{:.0f}", 12)
    for column, (title, picture) in enumerate(pictures.items()):
        box = (column - 0.46, column + 0.46, -0.6, -0.6 - high)
        axis.imshow(_pixels(picture), extent=box, interpolation="bilinear")
        axis.text(column, -0.75 - high, title, ha="center", va="bottom", fontsize=10)
    axis.set(xlim=(-0.5, columns - 0.5), ylim=(rows - 0.5, -1.4 - high), aspect="auto", xticks=[])
    axis.set_yticks(range(rows), list(answers), fontsize=10)
    axis.tick_params(length=0)
    axis.spines[:].set_visible(False)
    figure.supxlabel(f"0 is drawn black, {largest:.0f} and more white.", fontsize=9)
    return figure


def _signed_colors(grid: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return colours (H, W, 3) of numbers from -1, light blue, over 0, black, to 1, white."""
    ends = np.where(grid[..., None] < 0, (0.45, 0.7, 1.0), (1.0, 1.0, 1.0))
    return np.abs(grid)[..., None].clip(0, 1) * ends


def _extremes(grids: Sequence[np.ndarray[Any, Any]]) -> tuple[float, float]:
    return min(float(grid.min()) for grid in grids), max(float(grid.max()) for grid in grids)


def _write_numbers(
    axis: Axes, grid: np.ndarray[Any, Any], low: float, high: float, form: str, size: float
) -> None:
    """Write each number of a grid into its square; `low` is drawn black and `high` white."""
    middle = (low + high) / 2
    for (row, column), number in np.ndenumerate(grid):
        color = "black" if number > middle else "white"
        text = form.format(number)
        text = "0" if float(text) == 0 else text
        axis.text(column, row, text, ha="center", va="center", fontsize=size, color=color)


def _draw_slab(axis: Axes, x: float, height: float, thick: float, hatched: bool) -> None:
    """Draw a box of side `height`, seen from the side, `thick` from left to right."""
    low, high, back = -height / 2, height / 2, 0.2 * height
    right, far = x + thick, x + thick + back
    faces = {
        "0.8": [(right, low), (far, low + back), (far, high + back), (right, high)],
        "1.0": [(x, high), (right, high), (far, high + back), (x + back, high + back)],
        "0.9": [(x, low), (right, low), (right, high), (x, high)],
    }
    for shade, corners in faces.items():
        face = Polygon(corners, facecolor=shade, edgecolor="black", linewidth=0.8)
        face.set_hatch("/////" if hatched else "")
        axis.add_patch(face)


def _grid(
    count: int, columns: int, width: float, shape: Sequence[int], alt: str
) -> tuple[Plot, np.ndarray[Any, Any]]:
    """Return a figure and its axes, `columns` in a row, for pictures of `shape` without frames."""
    rows = math.ceil(count / columns)
    cell = width / columns
    height = rows * (cell * shape[0] / shape[1] + 0.28) + 0.2
    figure = Plot(width, height, alt)
    axes = figure.subplots(rows, columns, squeeze=False).ravel()
    for axis in axes:
        axis.set_axis_off()
    return figure, axes


def _shape(image: Array) -> tuple[int, ...]:
    return tuple(image.shape[-2:])


def _pixels(image: Array) -> np.ndarray[Any, Any]:
    """Return an image tensor as `(H, W, 3)`, a grey map as `(H, W)`."""
    tensor = torch.as_tensor(image).detach().cpu()
    return tensor[0].permute(1, 2, 0).numpy() if tensor.ndim == 4 else tensor.numpy()
