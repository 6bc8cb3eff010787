"""Neural style transfer, small enough to be understood."""

from nst_helpers.engine.features import FeatureExtractor
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.engine.losses import content_loss, gram_matrix, style_loss, variation_loss
from nst_helpers.engine.transfer import Diverged, Result, Step, StyleTransfer, style_transfer
from nst_helpers.errors import InputError
from nst_helpers.gallery import Picture, gallery
from nst_helpers.images import load_image, read_settings, save_image, to_pil
from nst_helpers.runtime.devices import choose_device

__all__ = [
    "LAYER_NAMES",
    "Diverged",
    "FeatureExtractor",
    "InputError",
    "Picture",
    "Result",
    "Step",
    "StyleTransfer",
    "choose_device",
    "content_loss",
    "gallery",
    "gram_matrix",
    "load_image",
    "read_settings",
    "save_image",
    "style_loss",
    "style_transfer",
    "to_pil",
    "variation_loss",
]
