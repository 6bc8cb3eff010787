"""Grow the textures that lesson 05 compares: each from the same painting, by another statistic.

    python paintings/textures.py              grows what is not there yet
    python paintings/textures.py covariance   grows these again

A texture begins as noise and goes downhill on one loss. What it is grown by, and how far it came,
is kept in `results.json` beside the pictures. Each takes about a minute and a half on an idle core.
"""

import sys

import torch

import nst_helpers as nst
from exhibition import LARGEST_FILE, PICTURES, one_by_one, update
from nst_helpers.engine import schedule
from nst_helpers.engine.optimizers import PixelLBFGS
from nst_helpers.engine.transfer import STYLE_LAYERS
from nst_helpers.images import resample, resize
from paint import as_jpeg

FOLDER = PICTURES / "textures"
COMMON = {"painting": "night_sky", "size": 256, "steps": 400, "pooling": "avg"}
_NEARLY_NOTHING = 1e-3  # of the mean variance: a channel that hardly varies has no correlation

# file name: in what it differs from the first
TEXTURES = {
    "gram": {"measure": "Gram", "seed": 0, "padding": "zeros"},
    "gram_again": {"measure": "Gram", "seed": 1, "padding": "zeros"},
    "covariance": {"measure": "covariance", "seed": 0, "padding": "zeros"},
    "correlation": {"measure": "correlation", "seed": 0, "padding": "zeros"},
    "wrapped": {"measure": "Gram", "seed": 0, "padding": "circular"},
}


def statistic(maps, measure):
    """Return the Gram matrices, covariances or correlations `(N, C, C)` of activations.

    Example:
        >>> maps = torch.tensor([[1.0, 3.0], [5.0, 5.0]]).view(1, 2, 1, 2)
        >>> [statistic(maps, measure)[0, 0, 0].item() for measure in ("Gram", "covariance")]
        [5.0, 1.0]
    """
    if measure != "Gram":
        maps = maps.float()
        maps = maps - maps.mean(dim=(2, 3), keepdim=True)
    if measure == "correlation":
        variances = maps.square().mean(dim=(2, 3), keepdim=True)
        maps = maps * (variances + _NEARLY_NOTHING * variances.mean()).rsqrt()
    return nst.gram_matrix(maps)


def network(padding):
    """Return the package's network, whose convolutions see `padding` beyond the frame."""
    extractor = nst.FeatureExtractor(STYLE_LAYERS, pooling=COMMON["pooling"], precision=None)
    for module in extractor.modules():
        if isinstance(module, torch.nn.Conv2d):
            module.padding_mode = padding
    return extractor


def losses(extractor, painting, measure):
    """Return a function of a picture: the mean of the layers' relative errors, as in a transfer."""
    with torch.no_grad():
        targets = {n: statistic(maps, measure) for n, maps in extractor(painting).items()}

    def loss(image):
        maps = extractor(image)
        errors = [
            nst.style_loss(statistic(maps[name], measure), target) / target.square().mean()
            for name, target in targets.items()
        ]
        return torch.stack(errors).mean()

    return loss


def grow(measure, seed, padding):
    """Return the texture and its loss after each step, from coarse to fine as in a transfer."""
    painting = nst.load_image(COMMON["painting"], COMMON["size"])
    extractor, history = network(padding), []
    image = torch.rand(painting.shape, generator=torch.Generator().manual_seed(seed))
    for size, steps in schedule.plan(COMMON["size"], COMMON["steps"]):
        style = resize(painting, size)
        loss = losses(extractor, style, measure)
        start = resample(image, tuple(style.shape[2:]))
        optimizer = PixelLBFGS(start, schedule.low_pass(COMMON["steps"]))
        found = []
        for _ in range(steps):
            pixels = optimizer.image.clone().requires_grad_()
            value = loss(pixels)
            optimizer.step(torch.autograd.grad(value, pixels)[0])
            found.append((value.item(), pixels.detach()))
        history += [value for value, _ in found]
        image = min(found, key=lambda pair: pair[0])[1]
    return image, history


def paint(name):
    """Grow one texture, write its JPEG, and return what is kept of it."""
    image, history = grow(**TEXTURES[name])
    picture = nst.to_pil(image)
    (FOLDER / f"{name}.jpg").write_bytes(as_jpeg(picture, LARGEST_FILE))
    measures = {}
    with torch.no_grad():
        painting = nst.load_image(COMMON["painting"], COMMON["size"])
        for measure in ("Gram", "covariance", "correlation"):
            error = losses(network(TEXTURES[name]["padding"]), painting, measure)(image)
            measures[measure] = float(f"{error:.3g}")
    earlier = history[-COMMON["steps"] // 5]
    return {
        "differs": TEXTURES[name],
        "settings": {**COMMON, **TEXTURES[name], "layers": list(STYLE_LAYERS)},
        "shape": picture.size,
        "losses": measures,
        "fell_in_the_last_fifth": float(f"{1 - min(history) / earlier:.2g}"),
    }


if __name__ == "__main__":
    update(FOLDER, TEXTURES, "differs", one_by_one(paint), sys.argv[1:])
