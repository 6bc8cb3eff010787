"""What all interactive figures have in common: Python computes numbers, the browser draws.

A figure is a widget. Its traits are its state, which Python and the page read and set alike: the
names of pictures, a layer, a channel, a place. The page computes what it draws from the state and
from `data`, the numbers that Python has computed for the traits named in `asks`. So pointing needs
no kernel, and only another picture or layer does.
"""

import io
import math
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import anywidget
import numpy as np
import torch
import traitlets
from matplotlib.figure import Figure as Drawing

from nst_helpers.errors import InputError, check_choice
from nst_helpers.gallery import gallery
from nst_helpers.images import ImageSource, to_pil
from nst_helpers.markup import picture_element
from nst_helpers.widgets import page

# Of two maps in one picture, as in colours.js; where both are, it is white.
ORANGE, BLUE = (255, 140, 0), (0, 115, 255)


class Choice(traitlets.TraitType):
    """A trait whose value is one of the figure's `options` of the same name."""

    def validate(self, obj: Any, value: Any) -> Any:
        """Return the value; raise `InputError` where it is no option."""
        options = obj.options[self.name]
        if value not in options:
            known = [str(option) for option in options]
            check_choice(str(self.name).replace("_", " "), value, known)
        return value


class Figure(anywidget.AnyWidget):
    """An interactive figure.

    A subclass names its script and its styles (`_module`, `_esm`, `_css`) and its state (traits),
    and writes `text` and `draw`, and `answer` where the page needs numbers.

    Args:
        label: what the figure is, for a reader who cannot see it: one sentence, then what can be
            done with it.
        options: `{trait: values}` of each `Choice`, in the order in which they are offered.
        state: the first values of the other traits.

    Attributes:
        data: what `answer` returned last, and under `"of"` the values of `asks` it belongs to.
        problem: why the last question has no answer, in words; else empty.
        text: what the figure shows, in words.

    Example:
        >>> from nst_helpers.widgets import Vectors
        >>> figure = Vectors((2, 0), (0, 1))
        >>> figure.a, figure.text
        ((2.0, 0.0), 'a · b = 2 × 0 + 0 × 1 = 0. The cosine is 0.00, the angle 90°.')
    """

    _module: ClassVar[str]
    _asks: ClassVar[tuple[str, ...]] = ()
    # ipywidgets 7, which Colab has, shows a widget by this and would leave out the picture.
    _ipython_display_ = None

    kind = traitlets.Unicode().tag(sync=True)
    label = traitlets.Unicode().tag(sync=True)
    options = traitlets.Dict().tag(sync=True)
    asks = traitlets.List(traitlets.Unicode()).tag(sync=True)
    data = traitlets.Dict().tag(sync=True)
    problem = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, label: str, options: Mapping[str, Iterable[Any]] | None = None, **state: Any
    ) -> None:
        """Compute what the first state needs, and only then be sent to a page."""
        choices = {name: list(values) for name, values in (options or {}).items()}
        super().__init__(
            options=choices, kind=self._module, label=label, asks=list(self._asks), **state
        )
        if self._asks:
            self.data = self._answered()
            self.observe(self._asked, list(self._asks))

    def answer(self) -> dict[str, Any]:
        """Return the numbers that the page needs for the present values of `asks`.

        Numbers, lists, text and bytes, and dictionaries of these: see `packed` and `jpeg`. Together
        at most 1.5 MB.
        """
        return {}

    @property
    def text(self) -> str:
        """What the figure shows, in the words that the page says too."""
        raise NotImplementedError

    def draw(self) -> Drawing:
        """Return a static picture of the present state, with the numbers that the page shows."""
        raise NotImplementedError

    def answers(self) -> list[dict[str, Any]]:
        """Return what a page without a kernel can show besides the present state, as `data` is."""
        return []

    def save_html(self, path: str | Path) -> None:
        """Save the figure as one file that works without a kernel, a server and the internet.

        Args:
            path: of the file; its folder must exist.

        Raises:
            InputError: it cannot be written there.
        """
        answers = self.answers()
        state = {name: getattr(self, name) for name in self.keys if not name.startswith("_")}
        state.pop("layout"), state.pop("tabbable"), state.pop("tooltip")
        state["options"] = self._answered_options([self.data, *answers])
        text = page.page(self._module, self.label.split(". ")[0], state, answers)
        try:
            Path(path).write_text(text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {error}. Choose another place.") from error

    def _answered_options(self, answers: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
        """Return those options that one of the answers belongs to."""
        options = dict(self.options)
        for number, name in enumerate(self._asks):
            if name in options:
                known = [answer["of"][number] for answer in answers]
                options[name] = [value for value in options[name] if value in known]
        return options

    def _answered(self) -> dict[str, Any]:
        return {**self.answer(), "of": [getattr(self, name) for name in self._asks]}

    def _asked(self, change: dict[str, Any]) -> None:
        """Answer a question; what cannot be answered is said in the page, as it may have asked."""
        with self.hold_sync():
            try:
                self.data, self.problem = self._answered(), ""
            except InputError as error:
                self.problem = str(error)

    def __repr__(self) -> str:
        """Return what a reader sees where no widget can be shown."""
        return f"{type(self).__name__}: run this cell in Jupyter to use it. {self.text}"

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the widget, and for all who cannot show it, a static picture with its text."""
        file = io.BytesIO()
        self.draw().savefig(file, format="jpeg", dpi=110, pil_kwargs={"quality": 88})
        data, metadata = super()._repr_mimebundle_() or ({}, {})
        what = self.label.split(". ")[0]  # the rest says what to do with it
        picture = picture_element(file.getvalue(), "jpeg", f"{what}. {self.text}")
        return {**data, "text/html": picture}, metadata


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


def packed(maps: torch.Tensor | np.ndarray[Any, Any], white: Sequence[float]) -> dict[str, Any]:
    """Return maps without negative numbers as bytes: a number is `byte / 255 * white`.

    Args:
        maps: `(C, H, W)`, none negative.
        white: for each of the C maps the number that 255 stands for; what is larger is cut off.

    Example:
        >>> packed(torch.tensor([[[0.0, 1.0, 2.0]]]), [2.0])
        {'shape': [1, 1, 3], 'white': [2.0], 'bytes': b'\\x00\\x80\\xff'}
    """
    scale = torch.as_tensor(white, dtype=torch.float32).clamp(min=1e-12)[:, None, None]
    grey = (torch.as_tensor(maps) / scale).clamp(0, 1).mul(255).round().to(torch.uint8)
    return {
        "shape": list(grey.shape),
        "white": [float(number) for number in white],
        "bytes": grey.numpy().tobytes(),
    }


def unpacked(maps: Mapping[str, Any]) -> torch.Tensor:
    """Return the numbers of `packed` maps as the page has them, `(C, H, W)` of float32.

    Example:
        >>> unpacked({"shape": [1, 1, 2], "white": [2.0], "bytes": bytes([0, 255])})
        tensor([[[0., 2.]]])
    """
    grey = torch.frombuffer(bytearray(maps["bytes"]), dtype=torch.uint8).view(*maps["shape"])
    return grey / 255 * torch.tensor(maps["white"])[:, None, None]


def floats(numbers: torch.Tensor) -> bytes:
    """Return numbers as bytes of float32, row by row.

    Example:
        >>> len(floats(torch.zeros(2, 3)))
        24
    """
    return numbers.detach().float().cpu().contiguous().numpy().astype("<f4").tobytes()


def jpeg(image: torch.Tensor, quality: int = 90, **options: Any) -> bytes:
    """Return an image tensor `(1, 3, H, W)` in [0, 1] as the bytes of a JPEG.

    Args:
        image: the picture.
        quality: from 1 to 100.
        options: what else Pillow takes for a JPEG.
    """
    file = io.BytesIO()
    to_pil(image.clamp(0, 1)).save(file, "JPEG", quality=quality, **options)
    return file.getvalue()


def png(image: torch.Tensor) -> bytes:
    """Return an image tensor `(1, 3, H, W)` in [0, 1] as the bytes of a PNG, in 256 levels."""
    file = io.BytesIO()
    to_pil(image.clamp(0, 1)).save(file, "PNG")
    return file.getvalue()


def percent(share: float) -> str:
    """Return a share as a whole percentage, as the page writes it.

    Example:
        >>> percent(0.125), percent(0.256)
        ('13%', '26%')
    """
    return f"{math.floor(share * 100 + 0.5)}%"


def significant(number: float, digits: int = 3) -> str:
    """Return a number with so many significant digits, as the page writes it.

    Example:
        >>> significant(1234.5), significant(0.01234), significant(2.0)
        ('1,230', '0.0123', '2')
    """
    rounded = float(f"{number:.{digits}g}")
    if not rounded or not math.isfinite(rounded):
        return f"{rounded:g}"
    places = max(0, digits - 1 - math.floor(math.log10(abs(rounded))))
    text = f"{rounded:,.{places}f}"
    return text.rstrip("0").rstrip(".") if places else text
