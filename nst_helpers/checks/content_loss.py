"""The exercise of the content loss."""

from nst_helpers.checks.inputs import channels_last, feature_maps
from nst_helpers.checks.mistakes import difference_mistakes
from nst_helpers.checks.runner import check_function
from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss


def check_content_loss(function):
    """Check a function of two feature maps that returns their content loss.

    Args:
        function: takes features and a target `(N, C, H, W)` and returns a scalar tensor.

    Example:
        >>> report = check_content_loss(lambda features, target: (features - target).mean())
        ✗ Not yet. The square is missing, so plus and minus cancel. The content loss is the mean \
of the squared differences.
    """
    cases = [
        lambda: (feature_maps(), feature_maps(1)),
        lambda: (channels_last(feature_maps(2)), feature_maps(3)),
    ]
    table = _content_loss_mistakes
    return check_function(function, "content loss", content_loss, table, cases, gradient="needed")


def _content_loss_mistakes(features, target):
    rule = "The content loss is the mean of the squared differences."
    mistakes, scales = difference_mistakes(features, target)
    style = style_loss(gram_matrix(features), gram_matrix(target))
    return rule, mistakes | {"You compared Gram matrices: this is a style loss.": style}, scales
