"""The rules by which a lesson becomes a talk: from headings, tags and outputs, not by hand.

- Each heading begins a slide. A cell of text is one slide, or several where it is long.
- A figure has a slide of its own, with one sentence of what to notice; what else its paragraph
  says is for the speaker. A short paragraph just before the figure stands above it. Figures between
  which nothing is said share a slide, for what is said then is said of all of them.
- What is said of "the numbers" stands with the printed lines, where these lie on their own slide.
- A figure that the slide must show smaller than the notebook does lies below it once more, larger:
  row by row, if it has rows. Rows of a tall figure stand side by side.
- What leads to the next figure is not said of the last: a paragraph that begins with "Now" or ends
  with a colon, a last sentence that begins with "Now" or "Here", and, after a picture in a cell of
  text, the paragraph before a question.
- A question to the class is a slide. What answers it repeats it, and says more than one sentence. A
  figure and printed lines of which nothing is said repeat it, too.
- An interactive figure is where the class tries: its slide says how to open the figure. What there
  is to find stands on the next slide.
- Code is on the slide if it is the point: if the lesson teaches it, or if it is short and draws
  nothing. Else it lies on a slide below. It is shown without alternative texts, and not beside what
  the class is to do first with a pencil.
- An exercise is a slide with the task. Its solution lies below.
- A room of the museum is a slide with its picture and its bugs. The mend lies below.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, NamedTuple

from nst_helpers.course.copies import tags
from nst_helpers.course.notes import speaker_notes
from nst_helpers.course.panels import picture_rows, picture_size
from nst_helpers.course.rendering import choices, code, living, mends, outputs, printed, prose
from nst_helpers.course.shown_code import shown_code

_WORDS = 70  # of the text of a slide
_ASKED = 95  # of a text that ends with a question to the class
_LEAD = 40  # of a paragraph above a figure
_ANSWER = 45  # of what answers a question below a figure
_AGAIN = 30  # of a question that is repeated; of a longer one, the last sentence is
_SENTENCE = 8  # of what stands below a figure: a shorter sentence takes the next one with it
_BESIDE = 2  # printed lines that stand below a figure; more of them lie with its code
_LINES, _PRINTED = 10, 15  # of code on a slide that the lesson does not teach; if it prints
_WIDE, _HIGH = 1208, 440  # pixels that a figure has above its words
_BROAD, _TALL = 860, 680  # and beside them
_PENCIL = re.compile(r"\b(pencil|on paper)\b")
_LEADS = re.compile(r"(?<=[.?!)]) ((?:Now|Here) [^.?!]*[.:])$")
_BRACKETED = re.compile(r"^\([^()]*[.?!]\) ")
_OF_PRINT = re.compile(r"(The|These) (printed )?(numbers|lines)\b")
_KINDS = {  # of a block of text, by how it begins
    "heading": r"#+ ",
    "picture": r"!\[",
    "table": r"\|",
    "formula": r"\$\$",
    "code": r"```|    ",
    "list": r"([-*]|\d+\.) ",
    "ask": r"\*\*(Predict|Try)\.\*\*",
    "detail": r"\*\*(Needs|Time|Expected|Minutes):\*\*",
}
_BELONGS = {"table", "formula", "code", "list", "detail"}  # to what stands before it
_ALT = re.compile('alt="([^"]*)"')
_SENTENCE_END = re.compile(r"(?<!\bal)[.?!][*\")]*(?=\s+[*\"`$(]*[A-Z0-9])|$")


class Block(NamedTuple):
    """A heading, a paragraph, a list, ... of a cell of text."""

    kind: str
    text: str

    @property
    def words(self) -> int:
        """How much room it takes, in words; the lines of a list, a table or code take more."""
        lines = self.text.count("\n") + 1 if self.kind in _BELONGS else 0
        return len(self.text.split()) + 3 * lines


@dataclass
class Slide:
    """A slide, from top to bottom in HTML; what the speaker knows; and the slides below it.

    Attributes:
        asked: the question that it answers.
        living: the interactive figure of which it shows a picture, such as `"Vectors"`.
        page: the address at which this figure lives, if it does.
    """

    kind: str
    title: str = ""
    section: str = ""
    asked: str = ""
    lead: str = ""
    body: str = ""
    caption: str = ""
    notes: str = ""
    living: str = ""
    page: str = ""
    below: list["Slide"] = field(default_factory=list)


def blocks(markdown: str) -> Iterator[Block]:
    """Split the text of a cell into paragraphs, lists, formulas and so on.

    Args:
        markdown: the source of the cell.

    Example:
        >>> list(blocks("Look. **Predict.** What?"))
        [Block(kind='text', text='Look.'), Block(kind='ask', text='**Predict.** What?')]
    """
    lines: list[str] = []
    fenced = False
    for line in [*markdown.splitlines(), ""]:
        fenced ^= line.startswith("```")
        if line.strip() or fenced:
            lines.append(line)
        elif lines:
            for text in re.split(r"(?<=\S) (?=\*\*(?:Predict|Try)\.\*\*)", "\n".join(lines)):
                kinds = (kind for kind, start in _KINDS.items() if re.match(start, text))
                kind = next(kinds, "text")
                yield Block("picture" if kind == "table" and "![" in text else kind, text)
            lines = []


def first_sentence(paragraph: str) -> tuple[str, str]:
    """Return what stands below a figure, and the rest of its paragraph.

    Args:
        paragraph: Markdown.

    Example:
        >>> first_sentence("Coarser. Deep channels wait for something (rare), as Li et al. (2017) "
        ...     "say. Mostly it is not there.")[1]
        'Mostly it is not there.'
    """
    for end in _SENTENCE_END.finditer(paragraph):
        sentence, rest = paragraph[: end.end()], paragraph[end.end() :]
        whole = all(sentence.count(mark) % 2 == 0 for mark in ("**", "`", "$"))
        whole &= sentence.count("(") == sentence.count(")")
        if whole and len(sentence.split()) >= _SENTENCE:
            return sentence, rest.strip()
    return paragraph, ""


def question(markdown: str) -> str:
    """Return a question as it is repeated where it is answered: as a whole, or its last sentence.

    Args:
        markdown: the paragraph that asks the class.

    Example:
        >>> question("**Predict.** Three runs, as before. Which is the longest?")
        'Three runs, as before. Which is the longest?'
    """
    text = re.sub(r"^\*\*\w+\.\*\* ", "", markdown)
    ends = [end.end() for end in _SENTENCE_END.finditer(text) if end.end() < len(text)]
    last = text[ends[-1] :].strip() if ends else text
    tried = markdown.startswith("**Try.**")  # where it is repeated
    no_question = markdown.startswith("**Predict.**") and "?" not in last
    return text if tried or no_question or len(text.split()) <= _AGAIN else last


def slides_of(cells: list[Any]) -> list[Slide]:
    """Return the slides of a lesson, its title first.

    Args:
        cells: of the lesson, as `read_cells` returns them.
    """
    talk = _Talk()
    for cell in cells:
        if cell.cell_type == "markdown":
            talk.read(cell.source)
        elif cell.cell_type == "code":
            talk.run(cell)
    talk.flush()
    for slide in talk.slides:
        if slide.kind == "figure" and not slide.lead + slide.caption + slide.living:
            alts = dict.fromkeys(_ALT.findall(slide.body))
            slide.caption = prose(" ".join(first_sentence(alt)[0] for alt in alts))
    first, *others = talk.slides
    notes = speaker_notes(first.title, [slide.title for slide in others])
    first.notes = prose(notes.lesson) + first.notes
    for slide in others:
        slide.notes = prose(notes.headings.pop(slide.title, "")) + slide.notes
    return talk.slides


class _Talk:
    """The slides so far, and the text that waits for its slide."""

    def __init__(self) -> None:
        self.slides: list[Slide] = []
        self.section = ""
        self.heading = Block("heading", "")
        self.waiting: list[Block] = []
        self.figure: Slide | None = None  # of which nothing has been said yet
        self.printed: Slide | None = None  # the lines of the last cell that stand alone
        self.asked = ""  # what the class is thinking about
        self.rooms: list[Slide] = []  # whose bugs are not mended yet

    def read(self, markdown: str) -> None:
        """Take a cell of text."""
        self.flush()
        parts = [*blocks(markdown)]
        pictured = False
        for block, after in pairwise([*parts, Block("end", "")]):
            if block.kind == "heading":
                self.flush()
                self.heading = block
                self.asked = self.asked if self.slides and self.slides[-1].living else ""
            elif block.kind == "picture" and pictured and self.figure:
                self.figure.body += prose(block.text)
                continue
            elif block.kind == "picture":
                self.show("figure", prose(block.text))
                pictured = True
                continue
            elif block.kind == "code" and self.figure:
                self.figure.below.append(Slide("code", "The code", body=_together([block])))
                continue
            elif pictured and after.kind == "ask":
                self.waiting.append(block)
            elif block is parts[0] and self.printed and _OF_PRINT.match(block.text):
                self.printed.caption = prose(block.text)
                continue
            elif self.figure and self.notice(block, after):
                continue
            else:
                self.waiting.append(block)
            self.figure = None
        if parts and parts[-1].kind != "picture":
            self.figure = None
        self.printed = None

    def notice(self, block: Block, after: Block) -> bool:
        """Put what a paragraph says of the last figure in its place; return if it says anything."""
        figure, aside = self.figure, block.text.startswith("(") and block.text.endswith(")")
        assert figure
        leading = _LEADS.search(block.text) if after.kind in {"picture", "end"} else None
        text = block.text[: leading.start()] if leading else block.text
        bracketed = "" if aside else "".join(_BRACKETED.findall(text))
        text = text.removeprefix(bracketed)
        sentence, rest = ("", text) if aside else first_sentence(text)
        if block.kind != "text" or sentence.startswith("Now ") or sentence.endswith(":"):
            return False
        if figure.living and not aside:
            return False
        while figure.asked and rest and not aside:
            more, last = first_sentence(rest)
            leads_away = more.startswith("(") or more.endswith(":") or "?" in more
            if leads_away or len(f"{sentence} {more}".split()) > _ANSWER:
                break
            sentence, rest = f"{sentence} {more}", last
        figure.caption = prose(sentence) if sentence else ""
        figure.notes += prose(bracketed)
        self.asked = "" if sentence else self.asked
        if leading:
            self.waiting.append(Block("text", leading[1]))
        if rest and (after.kind in _BELONGS or (after.kind == "ask" and "?" in rest)):
            self.waiting.append(Block("text", rest))
        else:
            figure.notes += prose(rest)
        self.figure = figure if aside else None
        return True

    def run(self, cell: Any) -> None:
        """Take a code cell."""
        self.printed = None
        shown, text = outputs(cell)
        source = shown_code(cell.source)
        below = Slide("code", "The code", body=code(source))
        if "setup" in tags(cell) or "check" in tags(cell):
            return
        if "predict" in tags(cell):
            questions = choices(cell)
            if not questions and self.waiting:  # what leads to predictions, which a talk has not
                self.slides[-1].notes += _together(self.waiting)
                self.waiting = []
            self.ask(questions)
        elif self.rooms:
            for slide, mend in zip(self.rooms, mends(cell), strict=True):
                slide.below.append(Slide("code", "The code and its mend", body=mend))
            self.rooms, self.figure = [], None
        elif "exercise" in tags(cell):
            self.add("exercise", _together(self.waiting) + code(source))
            self.waiting = []
        elif "solution" in tags(cell):
            self.slides[-1].below.append(Slide("code", "A solution", body=code(source)))
        elif shown:
            few = text.count("\n") <= _BESIDE
            body = "".join(map(_side_by_side, shown))
            self.show("figure", body + (printed(text) if few else ""))
            self.slides[-1].below += [*_larger(shown), below]
            if not few:
                self.printed = Slide("printed", "Printed", body=printed(text))
                self.slides[-1].below.append(self.printed)
            self.slides[-1].living = living(cell)
        elif _is_the_point(cell, source, text):
            self.show("code", code(source) + printed(text))
            self.asked = "" if text else self.asked
        elif text:
            self.show("printed", printed(text))
            self.printed = self.slides[-1]
            self.slides[-1].below.append(below)
        else:
            self.flush()
            self.slides[-1].below.append(below)

    def ask(self, questions: list[str]) -> None:
        """Take the answers to choose from; with a picture, they have a slide of their own."""
        for element in questions:
            picture, question, answers = element.partition("<p>")
            if picture:
                self.show("figure", f"{picture}<div>{question}{answers}</div>")
                self.rooms.append(self.slides[-1])
            else:
                self.waiting.append(Block("list", element))

    def show(self, kind: str, body: str) -> None:
        """Add a slide of a figure or of code, below the short paragraph that leads to it."""
        lead, below = "", []
        if len(self.waiting) > 1 and self.waiting[-1].kind == "code":  # a command that makes it
            below = [Slide("code", "The code", body=_together([self.waiting.pop()]))]
        last = self.waiting[-1] if self.waiting else None
        if last and kind != "figure" and _PENCIL.search(last.text):
            self.waiting[-1] = Block("ask", last.text)
        elif last and last.kind == "text" and last.words <= _LEAD:
            lead = prose(self.waiting.pop().text)
        self.flush()
        self.add(kind, body, lead)
        self.slides[-1].asked = prose(self.asked) if self.asked else ""
        self.slides[-1].below = below
        self.figure = self.slides[-1] if kind == "figure" else None

    def add(self, kind: str, body: str, lead: str = "") -> None:
        """Add a slide, with the heading above it if it is the first below it."""
        marks, _, title = self.heading.text.partition(" ")
        self.heading = Block("heading", "")
        if marks == "##":
            self.section = title
        kind = "title" if marks == "#" else kind
        section = "" if title == self.section else self.section
        self.slides.append(Slide(kind, title, section, "", lead, body))
        self.figure = None

    def flush(self) -> None:
        """Make slides of the text that waits."""
        for group in _groups(self.waiting, whole=self.heading.text.startswith("# ")):
            asks = [question(block.text) for block in group if block.kind == "ask"]
            tried = self.slides and self.slides[-1].living and not asks
            self.add("ask" if asks else "text", _together(group))
            if tried:
                self.slides[-1].asked, self.asked = prose(self.asked), ""
            self.asked = asks[-1] if asks else self.asked
        self.waiting = []


def _together(some: list[Block]) -> str:
    """Return blocks as HTML, each in an element of its kind."""
    return "".join(f'<div class="{block.kind}">{prose(block.text)}</div>' for block in some)


def _is_the_point(cell: Any, source: str, text: str) -> bool:
    """Return whether code belongs on a slide, and not below it."""
    teaches = any(tag.startswith("teaches-") for tag in tags(cell))
    return teaches or len(source.splitlines()) <= (_PRINTED if text else _LINES)


def _larger(shown: list[str]) -> list[Slide]:
    """Return the slides below figures that are shown smaller than they are: each, row by row."""
    widths, heights = zip(*map(picture_size, shown), strict=True)
    width, height = max(widths), sum(heights)
    if (width <= _WIDE and height <= _HIGH) or (width <= _BROAD and height <= _TALL):
        return []
    rows = [row for element in shown for row in picture_rows(element) or [element]]
    return [Slide("larger", "Larger", body=row) for row in rows]


def _side_by_side(element: str) -> str:
    """Return a figure as it is, or the rows of a tall one side by side, where these are larger."""
    width, height = picture_size(element)
    rows = picture_rows(element) if height > width else []
    across = len(rows) * width
    if rows and min(_WIDE / across, _HIGH * len(rows) / height) > min(
        _BROAD / width, _TALL / height
    ):
        return f'<div class="rows">{"".join(rows)}</div>'
    return element


def _groups(some: list[Block], whole: bool) -> Iterator[list[Block]]:
    """Yield the blocks of each slide: what belongs together, and as much as there is room for."""
    group: list[Block] = []
    for block in some:
        room = _ASKED if block.kind == "ask" else _WORDS
        full = sum(each.words for each in group) + block.words > room
        belongs = block.kind in _BELONGS or (group and group[-1].text.endswith(":"))
        if group and full and not belongs and not whole:
            yield group
            group = []
        group.append(block)
    if group:
        yield group
