"""A picture with noise, and what the variation loss makes of it."""

import math
from typing import Any, NamedTuple

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure as Drawing
from matplotlib.patches import Rectangle
from scipy import fft

from nst_helpers.errors import InputError
from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import Choice, Figure

_WEIGHTS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50)
_MOST_NOISE = 0.3
_GRAIN_STEP = 1 / 32  # of the noise, so that a page gets it in bytes
_TAKEN = 0.25  # what is white where it was taken away
_FAR = 1000  # times a weight; as squared differences it makes a very smooth picture
_POWERS = {2: "squared", 1: "absolute"}


class Denoise(Figure):
    """A picture with noise, and what the variation loss makes of it, live.

    Shown is the picture that minimises the squared distance to the noisy one plus `weight` times
    the variation loss; and the same of a test picture with an edge, a thin line and a ramp.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side in pixels, at most 400.

    Attributes:
        subject: `"picture"` or `"edge"`.
        noise: the standard deviation of the noise, from 0 to 0.3 in steps of 0.01.
        weight: one of 0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10 and 50.
        power: 2 for squared and 1 for absolute differences.
        place: `(x, y)` of the detail, as shares of the picture's width and height in [0, 1); of
            the edge it is the row that is drawn as a line.
        error: how far the denoised picture is from the clean one, as a root mean square.

    Raises:
        InputError: the picture cannot be used, or there is no such noise or weight.

    Example:
        >>> denoise = Denoise("cat", size=64)
        >>> denoise.noise, denoise.weight = 0.2, 0
        >>> before = denoise.error
        >>> denoise.weight = 0.5
        >>> denoise.error < before
        True
    """

    _module = "denoise"
    _esm, _css = page.script(_module), page.style(_module)

    subject = Choice("picture").tag(sync=True)
    noise = traitlets.Float(0.1).tag(sync=True)
    weight = Choice(0.5).tag(sync=True)
    power = Choice(2).tag(sync=True)
    place = traitlets.Tuple(traitlets.Float(), traitlets.Float()).tag(sync=True)

    def __init__(self, picture: ImageSource = "cat", size: int = 160) -> None:
        """Draw the noise once: the slider changes only its strength."""
        photo = load_image(picture, size)
        if photo.numel() > 3 * 400 * 400:
            raise InputError("Denoise needs a picture of at most 400 pixels: give a smaller size.")
        self._photos = {"picture": _in_levels(photo), "edge": _in_levels(edge())}
        self._grains = {name: _grain(photo) for name, photo in self._photos.items()}
        self._found: tuple[tuple[Any, ...], Denoised] | None = None
        super().__init__(
            "A picture with noise, the same denoised, and what was taken away, each with a detail; "
            "and a curve of the error against the weight. Choose noise, weight and differences; "
            "point at a picture for another detail",
            {"subject": list(self._photos), "weight": _WEIGHTS, "power": list(_POWERS)},
            place=(0.5, 0.5),
            data={name: self._sent(name) for name in self._photos},
        )

    def _sent(self, name: str) -> dict[str, Any]:
        levels = (self._photos[name] * 255).round().to(torch.uint8)
        steps = (self._grains[name] / _GRAIN_STEP).round().to(torch.int8)
        return {
            "shape": list(levels.shape[1:]),
            "photo": levels.numpy().tobytes(),
            "grain": steps.numpy().tobytes(),
        }

    @traitlets.validate("noise")
    def _in_range(self, proposal: dict[str, Any]) -> float:
        if not 0 <= proposal["value"] <= _MOST_NOISE:
            raise InputError(f"{proposal['value']} is no noise here: use a number from 0 to 0.3.")
        return round(float(proposal["value"]), 2)

    @traitlets.validate("place")
    def _in_picture(self, proposal: dict[str, Any]) -> tuple[float, float]:
        if not all(0 <= share < 1 for share in proposal["value"]):
            raise InputError(f"{proposal['value']} is no place: use two shares from 0 to below 1.")
        x, y = proposal["value"]
        return float(x), float(y)

    @property
    def error(self) -> float:
        """How far the denoised picture is from the clean one, as a root mean square."""
        return self.pictures().error

    @property
    def text(self) -> str:
        """The state, and the errors of the noisy and the denoised picture."""
        pictures = self.pictures()
        error_before = _error(pictures.noisy, pictures.clean)
        goes = "falls" if pictures.error < error_before else "rises"
        before, after = f"{error_before:.3f}", f"{pictures.error:.3f}"
        change = f"stays {before}" if before == after else f"{goes} from {before} to {after}"
        return (
            f"{self.subject.capitalize()} with noise {self.noise:.2f}, weight {self.weight:g}, "
            f"{_POWERS[self.power]} differences: the error {change}."
        )

    def pictures(self) -> "Denoised":
        """Return the clean, the noisy and the denoised picture of the present state."""
        state = self.subject, self.noise, self.weight, self.power
        if self._found is None or self._found[0] != state:
            self._found = state, self._denoised(self.weight)
        return self._found[1]

    def _denoised(self, weight: float) -> "Denoised":
        clean = self._photos[self.subject]
        noisy = (clean + self.noise * self._grains[self.subject]).clamp(0, 1)
        denoised = remove_noise(noisy, weight, self.power)
        return Denoised(clean, noisy, denoised, _error(denoised, clean))

    def draw(self) -> Drawing:
        """Return the three pictures, a detail or a profile of each, and the curve of errors."""
        pictures = self.pictures()
        clean, noisy, denoised = (image[0] for image in pictures[:3])
        shown = {
            f"noisy, error {_error(noisy, clean):.3f}": noisy,
            f"denoised, error {pictures.error:.3f}": denoised,
            f"taken away: black −{_TAKEN}, grey 0, white +{_TAKEN}": (noisy - denoised)
            / (2 * _TAKEN)
            + 0.5,
        }
        rows, columns = clean.shape[1:]
        top, left, height, width = self._part()
        drawing = Drawing(figsize=(9.4, 3.1 * rows / columns + 3.9), layout="constrained")
        grid = drawing.add_gridspec(3, 3, height_ratios=[3.1 * rows / columns, 1.55, 1.7])
        for number, (title, image) in enumerate(shown.items()):
            axes, below = (drawing.add_subplot(grid[row, number]) for row in (0, 1))
            axes.set_title(title, fontsize=9)
            _draw_image(axes, image)
            frame = {"fill": False, "edgecolor": "#ffd200", "linewidth": 1.5}
            axes.add_patch(Rectangle((left - 0.5, top - 0.5), width, height, **frame))
            if self.subject == "edge":
                below.axhline(0.5, color="0.8") if number == 2 else below.plot(
                    clean[0, top].numpy(), color="0.5", linestyle=":"
                )
                below.plot(image[0, top].numpy(), color="black", linewidth=1, drawstyle="steps-mid")
                below.set(ylim=(0, 1), xlim=(-0.5, columns - 0.5), xticks=[], yticks=[])
            else:
                _draw_image(below, image[:, top : top + height, left : left + width])
        self._draw_curve(drawing.add_subplot(grid[2, :]))
        drawing.suptitle(self.text, fontsize=11, x=0.01, ha="left")
        return drawing

    def _part(self) -> tuple[int, int, int, int]:
        """Return top, left, height and width in pixels of what is shown of a picture below it."""
        rows, columns = self._photos[self.subject].shape[2:]
        row, column = int(self.place[1] * rows), int(self.place[0] * columns)
        if self.subject == "edge":
            return row, 0, 1, columns
        height = max(8, rows // 5)
        width = min(columns, 2 * height)
        top = min(max(row - height // 2, 0), rows - height)
        return top, min(max(column - width // 2, 0), columns - width), height, width

    def _draw_curve(self, axes: Axes) -> None:
        errors = [self._denoised(weight).error for weight in _WEIGHTS]
        places = [0.003, *_WEIGHTS[1:]]  # 0 has no logarithm
        axes.semilogx(places, errors, "k-o", markersize=3)
        axes.plot(
            places[_WEIGHTS.index(self.weight)], self.error, "o", color="tab:blue", markersize=9
        )
        clean, noisy = self.pictures()[:2]
        axes.axhline(_error(noisy, clean), color="0.5", linestyle=":")
        axes.set_xticks(places, [f"{weight:g}" for weight in _WEIGHTS])
        axes.minorticks_off()
        axes.set(ylim=(0, 1.15 * max(errors)), xlabel="weight", ylabel="error")
        best = min(range(len(_WEIGHTS)), key=errors.__getitem__)
        axes.set_title(
            f"smallest error {errors[best]:.3f} at weight {_WEIGHTS[best]:g}", fontsize=9
        )


class Denoised(NamedTuple):
    """Three pictures, image tensors of float64, and the error of the last.

    Attributes:
        clean, noisy, denoised: `(1, 3, H, W)`, of the edge `(1, 1, H, W)`, in [0, 1].
        error: the root mean square of the differences of the denoised and the clean picture.
    """

    clean: torch.Tensor
    noisy: torch.Tensor
    denoised: torch.Tensor
    error: float


def edge() -> torch.Tensor:
    """Return a test picture: a jump to a bright field with a thin dark line, and a ramp down.

    Returns:
        `(1, 1, 64, 96)` in [0, 1], all rows alike.

    Example:
        >>> edge()[0, 0, 0, [23, 24, 36, 48, 71]]
        tensor([0.2000, 0.8000, 0.2000, 0.8000, 0.2000])
    """
    row = torch.full((96,), 0.2)
    row[24:48] = 0.8
    row[36] = 0.2
    row[48:72] = torch.linspace(0.8, 0.2, 24)
    return row.expand(1, 1, 64, -1)


def _in_levels(photo: torch.Tensor) -> torch.Tensor:
    """Return a picture in 256 levels, as a page gets it."""
    return (photo.double() * 255).round() / 255


def _grain(photo: torch.Tensor) -> torch.Tensor:
    """Return noise of strength 1, always the same, in steps that a page gets as bytes."""
    grain = torch.randn(photo.shape, generator=torch.Generator().manual_seed(6))
    return ((grain / _GRAIN_STEP).round().clamp(-127, 127) * _GRAIN_STEP).double()


def _draw_image(axes: Axes, image: torch.Tensor) -> None:
    pixels = image.expand(3, -1, -1).permute(1, 2, 0).clamp(0, 1).numpy()
    axes.imshow(pixels, interpolation="nearest")
    axes.set_axis_off()


def _error(image: torch.Tensor, photo: torch.Tensor) -> float:
    """Return the root mean square of the differences of two pictures."""
    return float((image - photo).square().mean().sqrt())


def remove_noise(
    noisy: torch.Tensor, weight: float, power: int = 2, steps: int = 60
) -> torch.Tensor:
    """Return the picture that minimises squared distance plus variation; no network is needed.

    What is minimised is `content_loss(x, noisy) + weight * variation_loss(x, power)`. For power 2
    the minimum is computed exactly; for power 1 by steps, closely enough that no eye sees a
    difference.

    Args:
        noisy: an image tensor `(1, 3, H, W)` in [0, 1].
        weight: 0 or more.
        power: 2 for squared and 1 for absolute differences.
        steps: how many, for power 1.

    Returns:
        An image tensor of the same shape in [0, 1].

    Example:
        >>> noisy = torch.rand(1, 3, 20, 30)
        >>> bool(remove_noise(noisy, weight=1).std() < noisy.std())
        True
    """
    if weight == 0:
        return noisy
    rows, columns = noisy.shape[2:]
    # The variation loss is a mean over differences, and there are fewer of them than pixels.
    down, across = weight * rows / (rows - 1), weight * columns / (columns - 1)
    if power == 2:
        denoised = _remove_squared(noisy, down, across)
    else:
        denoised = _remove_absolute(noisy, down / 2, across / 2, steps)
    return denoised.clamp(0, 1)


def _remove_squared(noisy: torch.Tensor, down: float, across: float) -> torch.Tensor:
    """Return the exact minimum for squared differences.

    Cosine waves are the eigenvectors of the squared differences between neighbours, so each wave
    of the picture is weakened by a factor of its own.
    """
    rows, columns = noisy.shape[2:]
    waves = fft.dctn(noisy.double().numpy(), type=2, norm="ortho", axes=(2, 3))
    factors = 1 + down * _variation(rows)[:, None] + across * _variation(columns)
    image = fft.idctn(waves / factors.numpy(), type=2, norm="ortho", axes=(2, 3))
    return torch.from_numpy(image).to(noisy.dtype)


def _variation(length: int) -> torch.Tensor:
    """Return the sum of squared differences of each cosine wave in a row of so many pixels."""
    return 2 - 2 * torch.cos(torch.arange(length, dtype=torch.float64) * math.pi / length)


def _remove_absolute(noisy: torch.Tensor, down: float, across: float, steps: int) -> torch.Tensor:
    """Return nearly the minimum for absolute differences, by accelerated steps on the dual.

    The minimum is the noisy picture less what a flow of brightness brings to each pixel; between
    rows the flow is at most `down`, between columns at most `across`. Each step moves the flow
    along the differences of the present picture and cuts it off at these limits. The first flow
    is that of a very smooth picture: from none at all, large weights would need a hundred times
    as many steps.

    Source: Beck and Teboulle (2009), "Fast gradient-based algorithms for constrained total
    variation image denoising and deblurring problems".
    """
    smooth = _remove_squared(noisy, _FAR * down, _FAR * across)
    p = (_FAR * down * _differences(smooth, 2)).clamp(-down, down)  # the flow between rows
    q = (_FAR * across * _differences(smooth, 3)).clamp(-across, across)  # and between columns
    ahead_p, ahead_q, now = p, q, 1.0
    for _ in range(steps):
        image = noisy - _inflow(ahead_p, 2) - _inflow(ahead_q, 3)
        old_p, p = p, (ahead_p + _differences(image, 2) / 8).clamp(-down, down)
        old_q, q = q, (ahead_q + _differences(image, 3) / 8).clamp(-across, across)
        after = (1 + math.sqrt(1 + 4 * now**2)) / 2
        momentum, now = (now - 1) / after, after
        ahead_p, ahead_q = p + momentum * (p - old_p), q + momentum * (q - old_q)
    return noisy - _inflow(p, 2) - _inflow(q, 3)


def _differences(image: torch.Tensor, axis: int) -> torch.Tensor:
    """Return the differences to the next pixel along an axis; 0 at the end."""
    zero = torch.zeros_like(image.narrow(axis, 0, 1))
    return torch.cat([image.diff(dim=axis), zero], axis)


def _inflow(flow: torch.Tensor, axis: int) -> torch.Tensor:
    """Return the transpose of `_differences`: what flows into each pixel less what flows out."""
    inner = flow.narrow(axis, 0, flow.shape[axis] - 1)
    zero = torch.zeros_like(flow.narrow(axis, 0, 1))
    return torch.cat([zero, inner], axis) - torch.cat([inner, zero], axis)
