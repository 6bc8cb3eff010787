"""What is minimised: three losses of a generated picture, as one number and its gradient."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import torch

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss, variation_loss
from nst_helpers.engine.luminance import luminance, matched
from nst_helpers.engine.styles import Style


class Objective:
    """What is minimised: the losses of a generated picture against others.

    Called on a picture `(1, 3, H, W)` of the content's shape, it returns the terms as scalar
    tensors: `content` and `style`, relative errors that are means over their layers, `variation`,
    and `total`, the weighted sum of the three.

    Styles without masks are mixed: the target of a layer is the mean of their Gram matrices,
    weighted by their shares. Each style with a mask has a loss of its own, whose weight is the area
    of the mask, so that a small area is not painted more strongly than a large one.

    Args:
        extractor: a `FeatureExtractor` of all the layers.
        content: an image tensor `(1, 3, H, W)` in [0, 1].
        styles: the styles; all of them have masks, or none has.
        content_layers, style_layers: names of layers.
        weights: `{term: weight}`.
        luminance_only: compare how light pictures are, and not their colours. The styles get the
            mean and the contrast of the content, and a picture may be `(1, 1, H, W)`.

    Attributes:
        style_terms: what the style loss is the sum of, a `StyleTerm` for each layer and mask.

    Source: Gatys, Ecker and Bethge (2016), equation 7, with a third term; for masks and luminance
    Gatys et al. (2017), "Controlling Perceptual Factors in Neural Style Transfer", sections 4 and
    5.
    """

    names = ("content", "style", "variation", "total")

    def __init__(
        self,
        extractor: FeatureExtractor,
        content: torch.Tensor,
        styles: Sequence[Style],
        content_layers: Iterable[str],
        style_layers: Iterable[str],
        weights: Mapping[str, float],
        luminance_only: bool = False,
    ) -> None:
        """Compute the targets, once."""
        self.extractor, self.weights, self.luminance_only = extractor, weights, luminance_only
        self.content, self.styles = content, styles
        style_layers = list(style_layers)
        with torch.no_grad():
            features = self._features(content)
        grams = [self._gram_matrices(style.image, style_layers) for style in styles]
        if styles[0].mask is None:
            shares = [style.share for style in styles]
            mixed = {
                name: _sum(share * gram[name] for share, gram in zip(shares, grams, strict=True))
                for name in style_layers
            }
            masks, targets = [None], [mixed]
        else:
            masks, targets = [style.mask for style in styles], grams
        self.content_targets = {name: features[name] for name in content_layers}
        self.content_factors = _factors(self.content_targets)
        areas = _areas(masks)
        self.style_terms = [
            StyleTerm(name, target[name], area * factor, _guide(mask, features[name]))
            for mask, target, area in zip(masks, targets, areas, strict=True)
            for name, factor in _factors(target).items()
        ]

    def __call__(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return `{term: scalar tensor}`."""
        features = self._features(image)
        content_losses = {
            name: content_loss(features[name], target)
            for name, target in self.content_targets.items()
        }
        terms = {
            "content": _weighted_sum(self.content_factors, content_losses),
            "style": _sum(term.loss(features[term.layer]) for term in self.style_terms),
            "variation": variation_loss(luminance(image) if self.luminance_only else image),
        }
        return {**terms, "total": _weighted_sum(self.weights, terms)}

    def evaluate(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the values of `terms`, in one tensor, and the gradient of the total."""
        pixels = image.to(self.extractor.device, copy=True).requires_grad_()
        terms = self(pixels)
        (gradient,) = torch.autograd.grad(terms["total"], pixels)
        return torch.stack([terms[name] for name in self.names]).detach(), gradient

    def with_weights(self, weights: Mapping[str, float]) -> "Objective":
        """Return this objective with other weights; the two share their targets.

        Args:
            weights: `{term: weight}`.

        Example:
            >>> from nst_helpers import StyleTransfer
            >>> whole = StyleTransfer("cat", "night_sky", size=64).objective(64)
            >>> part = whole.with_weights({"content": 0, "style": 1, "variation": 0})
            >>> terms = part(whole.content)
            >>> bool(terms["total"] == terms["style"])
            True
        """
        other = copy.copy(self)
        other.weights = weights
        return other

    def _features(self, image):
        light = luminance(image).expand(-1, 3, -1, -1) if self.luminance_only else image
        return self.extractor(light)

    def _gram_matrices(self, style, layers):
        if self.luminance_only:
            style = matched(luminance(style), luminance(self.content))
        with torch.no_grad():
            features = self._features(style)
            return {name: gram_matrix(features[name]) for name in layers}


@dataclass(frozen=True)
class StyleTerm:
    """What one layer contributes to the style loss.

    Attributes:
        layer: its name.
        target: the Gram matrix `(1, C, C)` that is wanted.
        factor: of the squared error.
        guide: what the activations are multiplied by, `(1, 1, H', W')`, or None.
    """

    layer: str
    target: torch.Tensor
    factor: float
    guide: torch.Tensor | None = None

    def loss(self, features: torch.Tensor) -> torch.Tensor:
        """Return the loss of activations `(1, C, H', W')`, with its factor."""
        guided = features if self.guide is None else features * self.guide
        return self.factor * style_loss(gram_matrix(guided), self.target)


def _guide(mask, features):
    """Return what makes a Gram matrix one of the masked positions: its square has a mean of 1."""
    if mask is None:
        return None
    shares = torch.nn.functional.adaptive_avg_pool2d(mask.to(features.device), features.shape[2:])
    return (shares / shares.mean()).sqrt().to(features.dtype)


def _areas(masks):
    """Return the area of each mask as a share of all of them together."""
    areas = [1.0 if mask is None else mask.mean().item() for mask in masks]
    return [area / sum(areas) for area in areas]


def _weighted_sum(weights: Mapping[str, float], losses: Mapping[str, torch.Tensor]) -> torch.Tensor:
    return _sum(weight * losses[name] for name, weight in weights.items())


def _sum(tensors: Iterable[torch.Tensor]) -> torch.Tensor:
    first, *others = tensors
    return sum(others, first)


def _factors(targets):
    """Return what the loss of each layer is multiplied by, to be relative to its target.

    A picture without any activations has a loss of 1, all layers together.

    Departure from the paper, whose network is scaled so that the mean activation of every channel
    is 1: torchvision's is not, and a layer of large activations would drown the others. Dividing
    by the target's own mean square makes every layer's loss a relative error.
    """
    tiny = 1e-12  # a black picture may have no activations at all
    return {
        name: 1 / (max(content_loss(target, torch.zeros_like(target)).item(), tiny) * len(targets))
        for name, target in targets.items()
    }
