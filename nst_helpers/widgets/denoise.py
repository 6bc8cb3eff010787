"""A picture with noise, and what the variation loss makes of it."""

import math

import ipywidgets
import torch
from scipy import fft

from nst_helpers.images import ImageSource, load_image
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, TITLE, TOP, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import (
    SLIDER_LAYOUT,
    selection_slider,
    toggle_buttons,
)

_WEIGHTS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50)
_DETAIL = 200  # the side of the enlarged details in pixels


class Denoise(InteractiveFigure):
    """A picture with noise, and what the variation loss makes of it, live.

    Shown is the picture that minimises the squared distance to the noisy one plus `weight` times
    the variation loss.

    Args:
        picture: anything that `load_image` takes.
        size: the longer side in pixels.

    Attributes:
        noise: a control, the standard deviation of the noise.
        weight: a control.
        power: a control, 2 for squared and 1 for absolute differences.
        error: how far the denoised picture is from the clean one, as a root mean square.

    Raises:
        InputError: the picture cannot be used.

    Example:
        >>> denoise = Denoise("cat", size=64)
        >>> denoise.noise.value, denoise.weight.value = 0.2, 0
        >>> before = denoise.error
        >>> denoise.weight.value = 0.5
        >>> denoise.error < before
        True
    """

    def __init__(self, picture: ImageSource = "cat", size: int = 160) -> None:
        """Draw the noise once: the slider changes only its strength."""
        self.photo = load_image(picture, size)
        self.grain = torch.randn(self.photo.shape, generator=torch.Generator().manual_seed(6))
        self.noise = ipywidgets.FloatSlider(
            0.1, min=0, max=0.3, step=0.01, description="Noise", layout=SLIDER_LAYOUT
        )
        self.weight = selection_slider("Weight", _WEIGHTS, 0.5)
        self.power = toggle_buttons("Differences", {"squared": 2, "absolute": 1}, "6em")
        super().__init__(
            [self.noise, self.weight, self.power],
            "A picture with noise, the same denoised, and what was taken away, each with a detail",
        )

    def draw(self) -> tuple[Canvas, str]:
        """Return the noisy picture, the denoised one and their difference."""
        noisy = (self.photo + self.noise.value * self.grain).clamp(0, 1)
        denoised = remove_noise(noisy, self.weight.value, self.power.value)
        before, self.error = _error(noisy, self.photo), _error(denoised, self.photo)
        goes = "falls" if self.error < before else "rises"
        return draw_denoised(self.photo, noisy, denoised), (
            f"Noise {self.noise.value:.2f}, weight {self.weight.value:g}, {self.power.label} "
            f"differences: the error {goes} from {before:.3f} to {self.error:.3f}."
        )


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
    rows, columns = noisy.shape[2:]
    # The variation loss is a mean over differences, and there are fewer of them than pixels.
    down, across = weight * rows / (rows - 1), weight * columns / (columns - 1)
    if power == 2:
        denoised = _remove_squared(noisy, down, across)
    elif weight == 0:
        denoised = noisy
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
    along the differences of the present picture and cuts it off at these limits.

    Source: Beck and Teboulle (2009), "Fast gradient-based algorithms for constrained total
    variation image denoising and deblurring problems".
    """
    p = q = old_p = old_q = torch.zeros_like(noisy)  # the flow between rows and between columns
    last = 1.0
    for _ in range(steps):
        now = (1 + math.sqrt(1 + 4 * last**2)) / 2
        ahead_p, ahead_q = (v + (last - 1) / now * (v - o) for v, o in ((p, old_p), (q, old_q)))
        old_p, old_q, last = p, q, now
        image = noisy - _inflow(ahead_p, 2) - _inflow(ahead_q, 3)
        p = (ahead_p + _differences(image, 2) / 8).clamp(-down, down)
        q = (ahead_q + _differences(image, 3) / 8).clamp(-across, across)
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


def draw_denoised(photo: torch.Tensor, noisy: torch.Tensor, denoised: torch.Tensor) -> Canvas:
    """Return a picture with noise, denoised, and what was taken away; and a detail of each.

    Args:
        photo, noisy, denoised: image tensors `(1, 3, H, W)` in [0, 1].

    Returns:
        A `Canvas` with the places `"noisy"`, `"denoised"` and `"taken away"`.
    """
    rows, columns = photo.shape[2:]
    size = fit((rows, columns), 304, 260)
    side = max(16, min(rows, columns) // 4)  # of the detail in the picture
    top, left = (rows - side) // 2 - side // 2, (columns - side) // 2
    scale = size[0] / columns
    canvas = Canvas(WIDTH, TOP + size[1] + 12 + _DETAIL + 8)
    shown = {
        "noisy": (noisy, f"error {_error(noisy, photo):.3f}"),
        "denoised": (denoised, f"error {_error(denoised, photo):.3f}"),
        "taken away": ((noisy - denoised) * 2 + 0.5, "grey: nothing"),
    }
    for number, (name, (image, remark)) in enumerate(shown.items()):
        x = number * 318
        canvas.write(name, (x, TITLE), bold=True)
        canvas.write(remark, (x + size[0], TITLE), 12, GREY, anchor="rs")
        canvas.lay(image, (x, TOP), size, name, smooth=True)
        corner = round(x + left * scale), round(TOP + top * scale)
        canvas.frame((*corner, round(side * scale), round(side * scale)))
        detail = image[..., top : top + side, left : left + side]
        canvas.lay(detail, (x, TOP + size[1] + 12), (_DETAIL, _DETAIL))
    return canvas
