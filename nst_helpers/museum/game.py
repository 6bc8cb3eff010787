"""The game of the museum: look at a picture, name the bug with few looks, see it mended."""

import html
import io
from typing import NamedTuple

import torch
from PIL import Image

from nst_helpers import plots
from nst_helpers.checks.predictions import (
    MOST_POINTS,
    Prediction,
    keep,
    kept,
    reason,
    right_letter,
)
from nst_helpers.checks.questions import LETTERS, read_letter
from nst_helpers.errors import check_choice
from nst_helpers.images import load_image
from nst_helpers.markup import image_element, picture_element
from nst_helpers.museum.loop import Loop
from nst_helpers.museum.rooms import ROOMS, STORED, bug_of, loop, records
from nst_helpers.museum.source import mend as mended_lines
from nst_helpers.widgets.room import Room

_RUNS = "wrong", "right"
_DETAIL = 40  # pixels, of the square that is enlarged
_LIVE_SIZE, _LIVE_STEPS = 96, 12
_taken: dict[str, list[int]] = {}  # the looks in each room, as long as the kernel lasts


def visit(name: str, letter: str | None = None) -> Room:
    """Enter a room of the museum: a picture, three looks that cost a point each, and four bugs.

    The first naming counts; looks after it cost nothing.

    Args:
        name: of the room, such as `"10-01"`.
        letter: of the bug, to name it without buttons.

    Raises:
        InputError: there is no such room, or no bug of this letter.

    Example:
        >>> room = visit("10-01")
        >>> room.looks
        ['beside the right one', 'the losses', 'some numbers']
    """
    check_choice("room", name, list(ROOMS))
    words = [title(bug) for bug in ROOMS[name].options]
    letters = LETTERS[: len(words)]
    about = f"Room {int(name[3:])}"
    file = STORED / records()[name]["wrong"]["file"]
    room = Room(
        f"{about}. What went wrong?",
        _sized(picture_element(file.read_bytes(), "jpeg", ROOMS[name].alt), 512),
        [f"{each}: {word}" for each, word in zip(letters, words, strict=True)],
        _looks(name),
        f'Nothing is predicted yet. Without buttons, add the letter: visit("{name}", "a").',
    )

    def say(named: Prediction) -> None:
        right = named.letter == right_letter(name)
        looks = named.looks or 0
        verdict = f"✓ Yes: {MOST_POINTS - looks} points." if right else "✗ No."
        room.said = f"{verdict} It is {right_letter(name)}. {reason(name)}"

    def choose(change: dict[str, int]) -> None:
        named = kept(name)
        if named is None:
            named = Prediction(about, tuple(words), letters[change["new"]], len(room.taken))
            keep(name, named)
        room.chosen = letters.index(named.letter)
        say(named)

    room.observe(choose, "chosen")
    room.observe(lambda change: _taken.update({name: change["new"]}), "taken")
    room.taken = _taken.get(name, [])
    if letter is not None:
        letter = read_letter(letter, letters)
    if named := kept(name):
        letter = named.letter
    if letter is not None:
        room.chosen = letters.index(letter)
    return room


def pictures(name: str) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the picture of a room and the right one, `(1, 3, H, W)` in [0, 1].

    Args:
        name: of the room.

    Raises:
        InputError: there is no such room.

    Example:
        >>> [tuple(picture.shape) for picture in pictures("10-04")]
        [(1, 3, 170, 256), (1, 3, 170, 256)]
    """
    check_choice("room", name, list(ROOMS))
    wrong, right = (load_image(STORED / records()[name][kind]["file"]) for kind in _RUNS)
    return wrong, right


def title(bug: type[Loop]) -> str:
    """Return what a bug is called."""
    return str(bug.__doc__).partition(".\n")[0].rstrip(".")


class Mended(NamedTuple):
    """A bug, its mend, and what a small run makes with each.

    Attributes:
        name: of the room.
        code: the lines of the part that is wrong, with the line that mends it, as `mend` of
            `source` has them.
        wrong, right: the pictures `(H, W, 3)` of the two runs, in bytes.
    """

    name: str
    code: list[str]
    wrong: torch.Tensor
    right: torch.Tensor

    def __repr__(self) -> str:
        """Return what it was, and the code."""
        heading = f"Room {int(self.name[3:])}: {title(bug_of(self.name))}."
        return "\n".join([heading, *self.code])

    def _repr_html_(self) -> str:
        """Return the same with both pictures; open where the bug has been named."""
        number, said = int(self.name[3:]), title(bug_of(self.name))
        is_open = " open" if kept(self.name) else ""
        alt = f"Room {number} once more, {{}}, {_LIVE_STEPS} steps with {_LIVE_SIZE} pixels."
        pictures = "".join(
            _figure(caption, image_element(_pil(picture), alt.format(caption)), 240)
            for caption, picture in (("as it was", self.wrong), ("mended", self.right))
        )
        colours = {"- ": "rgba(200, 60, 40, .25)", "+ ": "rgba(40, 150, 60, .25)"}
        code = "".join(
            f'<span style="display: block; background: {colours.get(line[:2], "none")}">'
            f"{html.escape(line)}</span>"
            for line in self.code
        )
        return (
            f"<details{is_open}><summary>Room {number}: the code and its mend</summary>"
            f"<p><strong>{html.escape(said)}.</strong></p>"
            f'<pre style="line-height: 1.3">{code}</pre>{_row(pictures)}</details>'
        )


class Workshop(list[Mended]):
    """Several mended bugs, shown one below the other."""

    def __repr__(self) -> str:
        """Return what each of them says."""
        return "\n\n".join(map(repr, self))

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self)


def mend(*names: str) -> Workshop:
    """Run the loops of some rooms as they were and mended, and show the line that was wrong.

    Args:
        names: of the rooms.

    Raises:
        InputError: there is no such room.
    """
    for name in names:
        check_choice("room", name, list(ROOMS))
    return Workshop(_mended(name) for name in names)


def _mended(name: str) -> Mended:
    bug = bug_of(name)
    pictures = [
        loop(name, kind, _LIVE_SIZE, _LIVE_STEPS).paint().picture for kind in (bug, bug.__mro__[1])
    ]
    return Mended(name, mended_lines(bug), *pictures)


def _looks(name: str) -> dict[str, str]:
    """Return what the looks of a room show, as HTML."""
    room, record = ROOMS[name], records()[name]
    wrong, right = (record[kind] for kind in _RUNS)
    return {
        "beside the right one": _beside(wrong["file"], right["file"], room.right_alt),
        "the losses": _losses(wrong["losses"], right["losses"]),
        "some numbers": _table(wrong["numbers"], right["numbers"]),
    }


def _beside(wrong: str, right: str, alt: str) -> str:
    """Return the right picture, and of both the square in which they differ most, enlarged."""
    pictures = [Image.open(STORED / file).convert("RGB") for file in (wrong, right)]
    levels = [torch.frombuffer(bytearray(each.tobytes()), dtype=torch.uint8) for each in pictures]
    width, height = pictures[0].size
    apart = (levels[0].int() - levels[1].int()).abs().view(height, width, 3).float().mean(dim=2)
    means = torch.nn.functional.avg_pool2d(apart[None], _DETAIL, stride=8)[0]
    top, left = (8 * int(place) for place in divmod(int(means.argmax()), means.shape[1]))
    details = [each.crop((left, top, left + _DETAIL, top + _DETAIL)) for each in pictures]
    where = f"The square at row {top}, column {left}, enlarged"
    return _row(
        _figure("the right picture", image_element(pictures[1], alt, 65), 400)
        + _figure("this one, enlarged", image_element(details[0], f"{where}, here.", 90), 200)
        + _figure(
            "the right one, enlarged", image_element(details[1], f"{where}, in the right one."), 200
        )
    )


def _losses(wrong: dict[str, list[float | None]], right: dict[str, list[float | None]]) -> str:
    figure = plots.Plot(7.2, 2.1)
    said = []
    for axis, name in zip(figure.subplots(1, 3), wrong, strict=True):
        ends = []
        for run, line, label in ((right, "0.6", "right"), (wrong, "black", "here")):
            values = [float("nan") if each is None else each for each in run[name]]
            axis.plot(values, color=line, linewidth=3 if label == "right" else 1.4, label=label)
            ends.append(f"from {values[0]:.3g} to {values[-1]:.3g}")
        if max(abs(each or 0) for each in (*wrong[name], *right[name])) > 100:
            axis.set_yscale("symlog", linthresh=1)
        axis.set_title(name, fontsize=9)
        axis.tick_params(labelsize=7)
        said.append(f"{name} {ends[1]} here, {ends[0]} in the right run")
    figure.axes[0].legend(fontsize=7)
    figure.alt = f"Curves of the losses over the steps: {'; '.join(said)}."
    file = io.BytesIO()
    figure.savefig(file, format="png", dpi=100, facecolor="white")
    drawn = Image.open(file).convert("RGB").quantize(16)  # a fifth of the size
    file = io.BytesIO()
    drawn.save(file, "PNG", optimize=True)
    return picture_element(file.getvalue(), "png", figure.alt)


def _table(wrong: dict[str, list[float | None]], right: dict[str, list[float | None]]) -> str:
    cells = "".join(
        f'<tr><th scope="row" style="text-align: left">{html.escape(about)}</th>'
        f"<td>{_numbers(wrong[about])}</td><td>{_numbers(right[about])}</td></tr>"
        for about in wrong
    )
    heads = '<th scope="col">here</th><th scope="col">in the right run</th>'
    return f"<table><tr><td></td>{heads}</tr>{cells}</table>"


def _numbers(values: list[float | None]) -> str:
    words = ["NaN" if each is None else f"{each:.3g}" for each in values]
    if len(words) == 1:
        return words[0]
    low, high, *means = words
    mean = f"mean {means[0]}" if len(means) == 1 else f"means of its colours {', '.join(means)}"
    return f"{low} to {high}, {mean}"


def _row(figures: str) -> str:
    return f'<div style="display: flex; flex-wrap: wrap; gap: 12px; margin: 8px 0">{figures}</div>'


def _figure(caption: str, element: str, width: int) -> str:
    return (
        f'<figure style="margin: 0">{_sized(element, width)}'
        f"<figcaption>{caption}</figcaption></figure>"
    )


def _sized(element: str, width: int) -> str:
    """Return an image in so many pixels of the page, its own pixels visible."""
    style = f"width: {width}px; max-width: 100%; height: auto; image-rendering: pixelated"
    return element.replace("<img ", f'<img style="{style}" ', 1)


def _pil(picture: torch.Tensor) -> Image.Image:
    return Image.fromarray(picture.numpy())
