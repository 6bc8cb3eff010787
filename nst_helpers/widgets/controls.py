"""The controls that several figures share."""

import ipywidgets

from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery

WIDE = ipywidgets.Layout(width="300px")
WIDER = ipywidgets.Layout(width="440px")
AUTO = ipywidgets.Layout(width="auto")
LONG = {"description_width": "initial"}


def dropdown(label, options, value=None):
    """Return a dropdown of names; without a value, the first is chosen."""
    options = list(options)
    layout = ipywidgets.Layout(width="220px")
    return ipywidgets.Dropdown(
        options=options, value=value or options[0], description=label, layout=layout
    )


def named_pictures(pictures):
    """Return `{name: anything that load_image takes}`; None takes the gallery."""
    if pictures is None:
        return {name: name for name in gallery()}
    if not pictures:
        raise InputError("There is no picture to show: name at least one.")
    return {str(name): source for name, source in dict(pictures).items()}
