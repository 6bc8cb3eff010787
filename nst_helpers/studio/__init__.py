"""The studio: style transfer of one's own pictures on a page, without code."""

from nst_helpers.studio.page import Studio

__all__ = ["Studio"]
