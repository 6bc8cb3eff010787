"""A picture with noise, and what the variation loss makes of it."""

import math
from functools import cache

import ipywidgets
import torch

from nst_helpers.images import load_image
from nst_helpers.widgets.base import InteractiveFigure
from nst_helpers.widgets.canvas import GREY, WIDTH, Canvas, fit
from nst_helpers.widgets.controls import AUTO, WIDE


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

    _WEIGHTS = (0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 50)

    def __init__(self, picture="cat", size=160):
        """Draw the noise, which stays the same but for its strength."""
        self.photo = load_image(picture, size)
        self.grain = torch.randn(self.photo.shape, generator=torch.Generator().manual_seed(6))
        self.noise = ipywidgets.FloatSlider(
            0.1, min=0, max=0.3, step=0.01, description="Noise", layout=WIDE
        )
        self.weight = ipywidgets.SelectionSlider(
            options=self._WEIGHTS, value=0.5, description="Weight", layout=WIDE
        )
        self.power = ipywidgets.ToggleButtons(
            options={"squared": 2, "absolute": 1},
            description="Differences",
            style={"button_width": "6em"},
            layout=AUTO,
        )
        super().__init__(
            [self.noise, self.weight, self.power],
            "A picture with noise, the same denoised, and what was taken away, each with a detail",
        )

    def draw(self):
        """Return the noisy picture, the denoised one and their difference."""
        noisy = (self.photo + self.noise.value * self.grain).clamp(0, 1)
        denoised = smooth(noisy, self.weight.value, self.power.value)
        self.error = float((denoised - self.photo).square().mean().sqrt())
        before = float((noisy - self.photo).square().mean().sqrt())
        goes = "falls" if self.error < before else "rises"
        return draw_denoised(self.photo, noisy, denoised), (
            f"Noise {self.noise.value:.2f}, weight {self.weight.value:g}, {self.power.label} "
            f"differences: the error {goes} from {before:.3f} to {self.error:.3f}."
        )


def smooth(noisy, weight, power=2, steps=60):
    """Return the picture that minimises squared distance plus variation; the network has no part.

    What is minimised is `content_loss(x, noisy) + weight * variation_loss(x, power)`. For power 2
    the minimum is computed exactly, in the basis of cosines in which the variation of each wave is
    its own; for power 1 by steps on the dual problem, as accurate as the eye can see.

    Args:
        noisy: an image tensor `(1, 3, H, W)`.
        weight: 0 or more.
        power: 1 or 2.
        steps: for power 1.

    Returns:
        An image tensor of the same shape in [0, 1].
    """
    rows, columns = noisy.shape[2:]
    # The means of the loss are over fewer differences than there are pixels.
    down, across = weight * rows / (rows - 1), weight * columns / (columns - 1)
    if power == 2:
        (left, up), (right, side) = _waves(rows), _waves(columns)
        strengths = 1 + down * up[:, None] + across * side
        return (left @ ((left.T @ noisy @ right) / strengths) @ right.T).clamp(0, 1)
    if weight == 0:
        return noisy.clamp(0, 1)
    down, across = down / 2, across / 2
    p = q = old_p = old_q = torch.zeros_like(noisy)
    last = 1.0
    for _ in range(steps):
        now = (1 + math.sqrt(1 + 4 * last**2)) / 2
        ahead_p, ahead_q = (v + (last - 1) / now * (v - o) for v, o in ((p, old_p), (q, old_q)))
        old_p, old_q, last = p, q, now
        image = noisy - _back(ahead_p, 2) - _back(ahead_q, 3)
        p = (ahead_p + _ahead(image, 2) / 8).clamp(-down, down)
        q = (ahead_q + _ahead(image, 3) / 8).clamp(-across, across)
    return (noisy - _back(p, 2) - _back(q, 3)).clamp(0, 1)


@cache
def _waves(length):
    """Return the cosine waves of a row of pixels, and the variation of each."""
    chain = 2 * torch.eye(length, dtype=torch.float64)
    chain -= torch.diag(torch.ones(length - 1, dtype=torch.float64), 1)
    chain -= torch.diag(torch.ones(length - 1, dtype=torch.float64), -1)
    chain[0, 0] = chain[-1, -1] = 1
    values, waves = torch.linalg.eigh(chain)
    return waves.float(), values.float().clamp(min=0)


def _ahead(image, axis):
    """Return the differences to the next pixel; 0 at the end."""
    zero = torch.zeros_like(image.narrow(axis, 0, 1))
    return torch.cat([image.diff(dim=axis), zero], axis)


def _back(flow, axis):
    """Return the transpose of `_ahead`."""
    inner = flow.narrow(axis, 0, flow.shape[axis] - 1)
    zero = torch.zeros_like(flow.narrow(axis, 0, 1))
    return torch.cat([zero, inner], axis) - torch.cat([inner, zero], axis)


def draw_denoised(photo, noisy, denoised):
    """Return a picture with noise, denoised, and what was taken away; and a detail of each.

    Args:
        photo, noisy, denoised: image tensors `(1, 3, H, W)` in [0, 1].

    Returns:
        A `Canvas` with the places `noisy`, `denoised` and `taken away`.
    """
    size = fit(photo.shape[2:], 304, 260)
    detail = max(16, min(photo.shape[2:]) // 4)
    top, left = (photo.shape[2] - detail) // 2 - detail // 2, (photo.shape[3] - detail) // 2
    canvas = Canvas(WIDTH, 24 + size[1] + 12 + 200 + 8)
    shown = {
        "noisy": noisy,
        "denoised": denoised,
        "taken away": (noisy - denoised) * 2 + 0.5,
    }
    errors = {
        name: f"error {float((image - photo).square().mean().sqrt()):.3f}"
        for name, image in (("noisy", noisy), ("denoised", denoised))
    }
    for number, (name, image) in enumerate(shown.items()):
        x = number * 318
        canvas.write(name, (x, 16), bold=True)
        said = errors.get(name, "grey: nothing")
        canvas.write(said, (x + size[0], 16), 12, GREY, anchor="rs")
        canvas.lay(image, (x, 24), size, name, smooth=True)
        scale = size[0] / photo.shape[3]
        canvas.frame(
            (round(x + left * scale), round(24 + top * scale), *[round(detail * scale)] * 2)
        )
        close = image[..., top : top + detail, left : left + detail]
        canvas.lay(close, (x, 36 + size[1]), (200, 200))
    return canvas
