"""The controls that several figures share, and the pictures that they take."""

from collections.abc import Iterable, Mapping
from typing import Any

import ipywidgets

from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery
from nst_helpers.images import ImageSource

SLIDER_LAYOUT = ipywidgets.Layout(width="300px")


def dropdown(label: str, options: Iterable[str], value: str | None = None) -> ipywidgets.Dropdown:
    """Return a dropdown of names; without a value, the first is chosen."""
    options = list(options)
    layout = ipywidgets.Layout(width="220px")
    return ipywidgets.Dropdown(
        options=options, value=value or options[0], description=label, layout=layout
    )


def selection_slider(label: str, options: Iterable[Any], value: Any) -> ipywidgets.SelectionSlider:
    """Return a slider that stops at each of the options."""
    return ipywidgets.SelectionSlider(
        options=options, value=value, description=label, layout=SLIDER_LAYOUT
    )


def toggle_buttons(
    label: str, options: Iterable[str] | Mapping[str, Any], button_width: str
) -> ipywidgets.ToggleButtons:
    """Return a row of buttons of which one is down, at first the first.

    Args:
        label: what they choose.
        options: the words on them, or `{words: value}`.
        button_width: of each, as CSS writes it, such as `"6em"`.
    """
    return ipywidgets.ToggleButtons(
        options=options,
        description=label,
        style={"button_width": button_width},
        layout=ipywidgets.Layout(width="auto"),
    )


def named_pictures(pictures: Mapping[str, ImageSource] | None) -> dict[str, ImageSource]:
    """Return the pictures that a figure lets choose from, by name.

    Args:
        pictures: `{name: anything that load_image takes}`; None takes the gallery.

    Raises:
        InputError: there are none.

    Example:
        >>> named_pictures({"my cat": "cat"})
        {'my cat': 'cat'}
    """
    if pictures is None:
        return {name: name for name in gallery()}
    if not pictures:
        raise InputError("There is no picture to show: name at least one.")
    return {str(name): source for name, source in dict(pictures).items()}
