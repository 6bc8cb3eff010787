"""What the sliders say instead of numbers.

The weights were chosen by looking at pictures of 256 pixels after 80 steps.
"""

from collections.abc import Mapping

import ipywidgets

CONTENT = {"free": 0.3, "normal": 1.0, "exact": 4.0}
STYLE = {
    "a hint": 0.3,
    "a light touch": 1.0,
    "balanced": 8.0,
    "strong": 40.0,
    "paint over it": 300.0,
}
SMOOTHNESS = {"grainy": 0.0, "fine": 10.0, "smooth": 100.0, "very smooth": 400.0}
PRESETS = {
    "balanced": ("normal", "balanced", "fine"),
    "a light touch": ("normal", "a light touch", "fine"),
    "pastel": ("normal", "balanced", "very smooth"),
    "paint over it": ("free", "paint over it", "fine"),
}
OWN = "my own"  # what the sliders say together when it is none of the presets
SIZES = {f"{pixels} pixels": pixels for pixels in (128, 192, 256, 384, 512)}
STEPS = {str(steps): steps for steps in (20, 40, 80, 150, 300)}


def word_slider(label: str, options: Mapping[str, float], word: str) -> ipywidgets.SelectionSlider:
    """Return a slider that shows words and has numbers as its value.

    Example:
        >>> word_slider("Style", STYLE, "balanced").value
        8.0
    """
    slider = ipywidgets.SelectionSlider(
        options=list(options.items()),
        value=options[word],
        description=label,
        layout=ipywidgets.Layout(width="310px"),
    )
    slider.add_class("nst-slider")
    return slider
