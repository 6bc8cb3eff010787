"""Where the pictures are chosen: one as content above, one or several as style below."""

from collections.abc import Callable

from nst_helpers.studio.canvas import BLACK, WHITE, WIDTH, Canvas, shrink
from nst_helpers.studio.library import Library
from nst_helpers.studio.pointable import InteractiveFigure

_ACROSS, _SIDE, _GAP = 10, 88, 6  # thumbnails in a row, and their pixels
_TOP = 26  # of the thumbnails below the title of their half
_MOST_SHARES = 3
_TITLES = {"content": "content: one picture", "style": "style: one or several"}


class Chooser(InteractiveFigure):
    """Every picture twice: in the upper half to be content, in the lower half to be style.

    Args:
        library: the pictures.
        on_content: called when another content was chosen.

    Attributes:
        content: the name of the content picture.
        styles: `{name: share}` of the style pictures.
    """

    def __init__(self, library: Library, on_content: Callable[[], None]) -> None:
        """Choose the cat and the night sky."""
        self.library, self._on_content = library, on_content
        self.content, self.styles = "cat", {"night_sky": 1}
        self._cursor = 0  # the thumbnail that arrow keys move to and Enter chooses
        super().__init__(
            [],
            "Pictures to choose from: click one in the upper half as content, in the lower "
            "half as style; more clicks give a style a larger share. Arrow keys and Enter do it "
            "too",
        )

    def choose(self, content: str, styles: dict[str, int]) -> None:
        """Take a picture as content, and others with their shares as styles."""
        self.styles = styles
        self.choose_content(content)

    def choose_content(self, name: str) -> None:
        """Take a picture as content."""
        self.content = name
        self.redraw()
        self._on_content()

    def choose_style(self, name: str) -> None:
        """Give a style one share more; after three it is taken out, unless it is the only one."""
        share = (self.styles.get(name, 0) + 1) % (_MOST_SHARES + 1)
        styles = {**self.styles, name: share}
        self.styles = {each: number for each, number in styles.items() if number} or {name: 1}
        self.redraw()

    def point(self, name: tuple[str, str], x: float, y: float, pressed: bool) -> None:
        """Choose the picture that was pressed."""
        if pressed:
            self._choose(*name)

    def move(self, right: int, down: int) -> None:
        """Move the mark, without choosing."""
        last = 2 * len(self.library.pictures) - 1
        self._cursor = min(max(self._cursor + right + _ACROSS * down, 0), last)

    def enter(self) -> None:
        """Choose the picture with the mark."""
        self._choose(*self._thumbnails()[self._cursor])

    def _choose(self, half: str, name: str) -> None:
        if half == "content":
            self.choose_content(name)
        else:
            self.choose_style(name)

    def _thumbnails(self) -> list[tuple[str, str]]:
        return [(half, name) for half in _TITLES for name in self.library.pictures]

    def draw(self) -> tuple[Canvas, str]:
        """Return both halves; the chosen pictures have frames."""
        count = len(self.library.pictures)
        half_height = _TOP + -(-count // _ACROSS) * (_SIDE + _GAP)
        canvas = Canvas(WIDTH, 2 * half_height)
        for number, title in enumerate(_TITLES.values()):
            canvas.write(title, (0, number * half_height + 16), bold=True)
        for number, (half, name) in enumerate(self._thumbnails()):
            row, column = divmod(number % count, _ACROSS)
            corner = (
                column * (_SIDE + _GAP) + 3,
                (number // count) * half_height + _TOP + row * (_SIDE + _GAP),
            )
            self._draw_thumbnail(canvas, corner, half, name)
            if number == self._cursor:
                canvas.ring(corner[0] + _SIDE // 2, corner[1] + _SIDE - 10, 4)
        shares = " and ".join(f"{share} of {name}" for name, share in self.styles.items())
        return canvas, f"Content: {self.content}. Style: {shares}."

    def _draw_thumbnail(
        self, canvas: Canvas, corner: tuple[int, int], half: str, name: str
    ) -> None:
        image = self.library.pictures[name]
        side = min(image.shape[2:])
        top, left = ((length - side) // 2 for length in image.shape[2:])
        square = shrink(image[..., top : top + side, left : left + side], (_SIDE, _SIDE))
        canvas.lay(square, corner, (_SIDE, _SIDE), (half, name))
        share = int(name == self.content) if half == "content" else self.styles.get(name, 0)
        if not share:
            return
        for inside in range(3):
            side = _SIDE - 2 * inside
            canvas.frame((corner[0] + inside, corner[1] + inside, side, side))
        if half == "style":
            x, y = corner[0] + _SIDE - 14, corner[1] + 14
            canvas.pen.ellipse((x - 10, y - 10, x + 10, y + 10), fill=BLACK)
            canvas.write(str(share), (x, y), 13, WHITE, True, "mm")
