"""What the teacher's guide says of a lesson, for the one who speaks."""

import re
from collections.abc import Collection
from typing import NamedTuple

from nst_helpers.course.material import material


class Notes(NamedTuple):
    """Notes in Markdown: of a lesson as a whole, and of its headings."""

    lesson: str
    headings: dict[str, str]


def speaker_notes(title: str, headings: Collection[str], guide: str | None = None) -> Notes:
    """Return what the guide says of a lesson; nothing where it says nothing.

    The guide has a section for each lesson, `## 05 · How can a matrix describe a style?`. What
    stands in it below `### Growing a texture` belongs to this heading of the lesson.

    Args:
        title: of the lesson, as in its first line.
        headings: of the lesson.
        guide: the guide itself, if not `course/guide.md`.

    Example:
        >>> guide = "## 01 · Title\\nAims.\\n### Board\\nDraw.\\n### Weights\\nAsk.\\n## 02\\nMore."
        >>> speaker_notes("01 · What is it?", ["Weights"], guide)
        Notes(lesson='Aims.\\n### Board\\nDraw.', headings={'Weights': 'Ask.'})
    """
    if guide is None:
        guide = (material("course") / "guide.md").read_text(encoding="utf-8")
    for name, section in _sections(guide, "##").items():
        number = re.match(r"\d+(?= ·)", name)
        if name == title or (number and title.startswith(f"{number[0]} ·")):
            parts = _sections(section, "###")
            own = {name: text for name, text in parts.items() if name in headings}
            rest = (f"### {name}\n{text}" for name, text in parts.items() if name not in headings)
            opening = section.split("\n### ")[0].strip()
            return Notes("\n".join([opening, *rest]).strip(), own)
    return Notes("", {})


def _sections(markdown: str, marks: str) -> dict[str, str]:
    """Return what stands below each heading of one depth."""
    parts = re.split(rf"^{marks} +(.+)$", f"\n{markdown}", flags=re.M)
    return {name.strip(): text.strip() for name, text in zip(parts[1::2], parts[2::2], strict=True)}
