"""The interactive figures of the lessons."""

from nst_helpers.widgets.channel_explorer import ChannelExplorer
from nst_helpers.widgets.co_occurrence import CoOccurrence
from nst_helpers.widgets.denoise import Denoise
from nst_helpers.widgets.gram_inspector import GramInspector
from nst_helpers.widgets.loss_balance import LossBalance
from nst_helpers.widgets.receptive_field import ReceptiveField
from nst_helpers.widgets.vectors import Vectors

__all__ = [
    "ChannelExplorer",
    "CoOccurrence",
    "Denoise",
    "GramInspector",
    "LossBalance",
    "ReceptiveField",
    "Vectors",
]
