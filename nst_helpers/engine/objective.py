"""What is minimised: three losses of a generated picture, as one number and its gradient."""

from collections.abc import Iterable, Mapping

import torch

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss, variation_loss


class Objective:
    """What is minimised: the losses of a generated picture against two others.

    Called on a picture `(1, 3, H, W)` of the content's shape, it returns the terms as scalar
    tensors: `content` and `style`, relative errors that are means over their layers, `variation`,
    and `total`, the weighted sum of the three.

    Args:
        extractor: a `FeatureExtractor` of all the layers.
        content, style: image tensors `(1, 3, H, W)` in [0, 1].
        content_layers, style_layers: names of layers.
        weights: `{term: weight}`.

    Source: Gatys, Ecker and Bethge (2016), equation 7, with a third term.
    """

    names = ("content", "style", "variation", "total")

    def __init__(
        self,
        extractor: FeatureExtractor,
        content: torch.Tensor,
        style: torch.Tensor,
        content_layers: Iterable[str],
        style_layers: Iterable[str],
        weights: Mapping[str, float],
    ) -> None:
        """Compute the targets, once."""
        self.extractor, self.weights = extractor, weights
        self.content, self.style = content, style
        with torch.no_grad():
            content_features, style_features = extractor(content), extractor(style)
        self.content_targets = {name: content_features[name] for name in content_layers}
        self.style_targets = {name: gram_matrix(style_features[name]) for name in style_layers}
        self.style_factors = _factors(self.style_targets)
        self.content_factors = _factors(self.content_targets)

    def __call__(self, image: torch.Tensor) -> dict[str, torch.Tensor]:
        """Return `{term: scalar tensor}`."""
        features = self.extractor(image)
        content_losses = {
            name: content_loss(features[name], target)
            for name, target in self.content_targets.items()
        }
        style_losses = {
            name: style_loss(gram_matrix(features[name]), target)
            for name, target in self.style_targets.items()
        }
        terms = {
            "content": _weighted_sum(self.content_factors, content_losses),
            "style": _weighted_sum(self.style_factors, style_losses),
            "variation": variation_loss(image),
        }
        return {**terms, "total": _weighted_sum(self.weights, terms)}

    def evaluate(self, image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the values of `terms`, in one tensor, and the gradient of the total."""
        pixels = image.clone().requires_grad_()
        terms = self(pixels)
        (gradient,) = torch.autograd.grad(terms["total"], pixels)
        return torch.stack([terms[name] for name in self.names]).detach(), gradient


def _weighted_sum(weights: Mapping[str, float], losses: Mapping[str, torch.Tensor]) -> torch.Tensor:
    first, *others = (weight * losses[name] for name, weight in weights.items())
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
