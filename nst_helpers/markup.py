"""Pictures as HTML, whose alternative text reaches the page wherever a notebook is shown."""

import base64
import html
import io
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:  # the command line shows pictures without Matplotlib
    from matplotlib.figure import Figure

_JPEG = {"quality": 88}


def picture_element(file: bytes, kind: str, alt: str) -> str:
    """Return a picture file as an HTML element that needs no other file.

    Jupyter's own way to show a picture keeps its alternative text in the notebook's metadata, from
    where neither JupyterLab nor the exporters take it into the page.

    Args:
        file: the bytes of a picture file.
        kind: `"png"` or `"jpeg"`.
        alt: what there is to see, for a reader who cannot see it.

    Example:
        >>> picture_element(b"...", "png", 'A cat called "Tom"')
        '<img alt="A cat called &quot;Tom&quot;" src="data:image/png;base64,Li4u">'
    """
    data = base64.b64encode(file).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/{kind};base64,{data}">'


def image_element(image: Image.Image, alt: str, quality: int = 85) -> str:
    """Return a PIL image as an HTML element, as JPEG.

    Args:
        image: in RGB.
        alt: what there is to see in it.
        quality: of the JPEG, from 1 to 100.

    Example:
        >>> image_element(Image.new("RGB", (2, 2)), "Black.")[:41]
        '<img alt="Black." src="data:image/jpeg;ba'
    """
    file = io.BytesIO()
    image.save(file, "JPEG", quality=quality)
    return picture_element(file.getvalue(), "jpeg", alt)


def figure_element(figure: "Figure", alt: str) -> str:
    """Return a figure as an HTML element, as PNG or as JPEG, whichever is smaller.

    Args:
        figure: a Matplotlib figure.
        alt: what there is to see in it.

    Example:
        >>> from matplotlib.figure import Figure
        >>> figure_element(Figure(figsize=(1, 1)), "Nothing.")[:40]
        '<img alt="Nothing." src="data:image/png;'
    """
    files: dict[str, bytes] = {}
    for kind, options in {"png": {}, "jpeg": _JPEG}.items():
        file = io.BytesIO()
        figure.savefig(
            file,
            format=kind,
            dpi=100,
            facecolor="white",
            bbox_inches="tight",
            pil_kwargs=options,
        )
        files[kind] = file.getvalue()
    smaller = min(files, key=lambda kind: len(files[kind]))
    return picture_element(files[smaller], smaller, alt)
