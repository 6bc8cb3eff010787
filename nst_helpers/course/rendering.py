"""What slides and printed pages have in common: the parts of a lesson as HTML, and their files."""

import html
import re
import shutil
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from nst_helpers import widgets
from nst_helpers.course.material import material

HERE = Path(__file__).parent
templates = Environment(loader=FileSystemLoader(HERE), undefined=StrictUndefined, trim_blocks=True)
_PUNCTUATED = re.compile(r"(?<!\$)\$[^$\n]+\$[.,;:?!)]+")  # a line must not end before the stop
_LICENCE = "MathJax: Apache License 2.0, https://www.mathjax.org\n"  # others name it themselves


class Outputs(NamedTuple):
    """What a code cell has shown: pictures and tables as HTML, and printed text."""

    shown: list[str]
    printed: str


def prose(markdown: str) -> str:
    """Return Markdown as HTML; its formulas are left to MathJax.

    Args:
        markdown: the source of a cell, or a part of it.

    Example:
        >>> prose("A **channel** is one row of $F$ here.").strip()
        '<p>A <strong>channel</strong> is one row of $F$ here.</p>'
    """
    renderer = IPythonRenderer(escape=False, exclude_anchor_links=True)
    page = MarkdownWithMath(renderer=renderer).render(markdown)
    return _PUNCTUATED.sub(r'<span class="joined">\g<0></span>', page)


def code(source: str) -> str:
    """Return Python as HTML, in the colours of `code.css`.

    Args:
        source: some lines of code.

    Example:
        >>> code("a = 1")[:28]
        '<div class="highlight"><pre>'
    """
    return highlight(source, PythonLexer(), HtmlFormatter())


def printed(text: str) -> str:
    """Return what a cell has printed, as HTML.

    Args:
        text: some lines.

    Example:
        >>> printed("1 < 2")
        '<pre class="printed">1 &lt; 2</pre>'
    """
    return f'<pre class="printed">{html.escape(text.rstrip())}</pre>' if text.strip() else ""


def outputs(cell: Any) -> Outputs:
    """Return what a code cell has shown; what it drew on the way only if there is nothing else.

    Args:
        cell: a code cell, as nbformat reads it.
    """
    text = "".join(each.text for each in cell.outputs if each.output_type == "stream")
    drawn = [each.data["text/html"] for each in cell.outputs if "text/html" in each.get("data", {})]
    final = [element for element in drawn if "<progress" not in element]
    on_the_way = [re.findall("<img[^>]*>", element)[:1] for element in drawn]
    return Outputs(final or next((each for each in on_the_way[::-1] if each), []), text)


def read_cells(lesson: Path) -> list[Any]:
    """Return the cells of a lesson, as nbformat reads them.

    Args:
        lesson: a notebook.
    """
    notebook: Any = nbformat.read(lesson, as_version=4)
    return notebook.cells


def living(cell: Any) -> str:
    """Return which interactive figure a cell shows, such as `"Vectors"`, or nothing.

    Args:
        cell: a code cell, as nbformat reads it.
    """
    texts = [output.get("data", {}).get("text/plain", "") for output in cell.outputs]
    kinds = [text.partition(":")[0] for text in texts]
    return next((kind for kind in kinds if kind in widgets.__all__), "")


def choices(cell: Any, closed: bool = False) -> list[str]:
    """Return the answers among which a reader chooses when a cell asks for a prediction, as HTML.

    In a room of the museum, the picture that the question is about stands before them.

    Args:
        cell: a code cell, as nbformat reads it.
        closed: keep what is closed until a reader opens it, the looks of a room.
    """
    shown = [element for element in outputs(cell).shown if "<li>" in element]
    asked = [element[: element.index("</ul>") + len("</ul>")] for element in shown]
    return asked if closed else [re.sub("<details>.*?</details>", "", one) for one in asked]


def mends(cell: Any) -> list[str]:
    """Return the code of each bug that a cell has mended, as HTML without its pictures.

    Args:
        cell: a code cell, as nbformat reads it.
    """
    text = "".join(outputs(cell).shown)
    parts = re.findall("<details><summary>.*?</summary>(.*?)</details>", text, re.S)
    return [re.sub("<div .*</div>", "", part, flags=re.S) for part in parts]


def copy_assets(folder: Path, formulas: str, *files: Path) -> None:
    """Put what pages need beside them, into `assets`: MathJax, the colours of code, and files.

    Args:
        folder: of the pages.
        formulas: what MathJax makes of them: `"svg"`, drawings that need nothing else, or
            `"chtml"`, text in fonts, which a printer knows best.
        files: style sheets and scripts besides.
    """
    assets = folder / "assets"
    assets.mkdir()
    copy_mathjax(assets, formulas)
    for path in (HERE / "formulas.js", *files):
        shutil.copy(path, assets)
    colours = HtmlFormatter(style="default").get_style_defs(".highlight")
    (assets / "code.css").write_text(colours, encoding="utf-8")
    (assets / "licences.txt").write_text(_LICENCE, encoding="utf-8")


def copy_mathjax(folder: Path, formulas: str) -> None:
    """Put MathJax into a folder.

    Args:
        folder: it is there.
        formulas: as `copy_assets` takes it.
    """
    mathjax = installed("sphinx-mathjax-offline", "static/mathjax")
    shutil.copy(mathjax / f"tex-{formulas}.js", folder)
    if formulas == "chtml":
        fonts = Path("output/chtml/fonts/woff-v2")
        shutil.copytree(mathjax / fonts, folder / fonts)


def copy_pictures(page: str, folder: Path) -> None:
    """Put the picture files that a page shows beside it.

    Args:
        page: the HTML of the page.
        folder: where the page is.
    """
    for picture in re.findall(r'src="(pictures/[^"]+)"', page):
        (folder / picture).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(material("notebooks") / picture, folder / picture)


def installed(package: str, file: str) -> Path:
    """Return a file that an installed package carries.

    Args:
        package: the name of its folder.
        file: a path inside it.

    Raises:
        ModuleNotFoundError: the package is not installed.
    """
    found = find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed", name=package)
    return Path(found.origin).parent / file
