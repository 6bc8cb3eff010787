"""A museum of failures: loops with one wrong line, and the pictures that they make."""

from nst_helpers.museum import bugs
from nst_helpers.museum.game import mend, pictures, visit
from nst_helpers.museum.loop import Loop

__all__ = ["Loop", "bugs", "mend", "pictures", "visit"]
