"""What a figure is in the browser: one script of its modules, and a page that needs no kernel."""

import base64
import html
import json
import re
import zlib
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent

_IMPORT = re.compile(r'^import \{([^}]*)\} from "\.(?:\./widgets)?/(\w+)\.js";$', re.M)
_EXPORT = re.compile(r"^export (?=(?:async )?(?:function|const|class) (\w+))", re.M)


@cache
def script(name: str, folder: Path | None = None) -> str:
    """Return a module and all that it imports as one script, for a page that can load no others.

    Each imported module becomes a function that is called once, so that no name meets another.

    Args:
        name: of a file, without `.js`. It and what it imports write one import a statement,
            `import { a, b } from "./c.js";`, and export where they declare.
        folder: of the file, if it is not the one of the interactive figures; what it imports lies
            beside it, or in `../widgets`.

    Example:
        >>> "export function" in script("vectors"), "export default" in script("vectors")
        (False, True)
    """
    folder = folder or FOLDER
    before = _before(name, folder)
    return "\n".join([*(_wrapped(module, folder) for module in before), _linked(name, folder)])


@cache
def style(name: str) -> str:
    """Return the styles that all figures share, and those of one, which hold in it alone.

    A notebook has those of many figures at once, in any order.
    """
    common, own = (
        (FOLDER / f"{part}.css").read_text(encoding="utf-8") for part in ("figure", name)
    )
    return f"{common}\n.nst-{name} {{\n{own}}}\n"


def _source(name: str, folder: Path) -> str:
    beside = folder / f"{name}.js"
    return (beside if beside.is_file() else FOLDER / f"{name}.js").read_text(encoding="utf-8")


def _before(name: str, folder: Path) -> list[str]:
    """Return the modules that must run before `name`, each after those that it imports."""
    found: dict[str, None] = {}
    for _, other in _IMPORT.findall(_source(name, folder)):
        found.update(dict.fromkeys([*_before(other, folder), other]))
    return list(found)


def _linked(name: str, folder: Path) -> str:
    return _IMPORT.sub(r"const {\1} = modules_\2;", _source(name, folder))


def _wrapped(name: str, folder: Path) -> str:
    body = _linked(name, folder)
    returned = f"return {{ {', '.join(_EXPORT.findall(body))} }};"
    return f"const modules_{name} = (() => {{\n{_EXPORT.sub('', body)}\n{returned}\n}})();"


def page(name: str, title: str, state: dict[str, Any], answers: list[dict[str, Any]]) -> str:
    """Return a page with one figure, which works from a file, without a kernel and a network.

    Args:
        name: of the figure's module.
        title: of the page.
        state: `{trait: value}`, what the figure shows first.
        answers: what the figure can show besides, each as its `data` would be.
    """
    text = json.dumps({"state": state, "answers": answers}, default=_packed, ensure_ascii=False)
    return _PAGE.format(
        title=html.escape(title),
        style=style(name),
        content=text.replace("<", "\\u003c"),
        offline=_wrapped("offline", FOLDER),
        script=script(name).replace("export default ", "const view = "),
    )


def _packed(value: bytes) -> dict[str, str]:
    return {"deflated": base64.b64encode(zlib.compress(value, 9)).decode()}


_PAGE = """<!DOCTYPE html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
{style}
</style>
<body class="nst-page">
<main>
<h1>{title}</h1>
<div></div>
</main>
<script type="application/json">{content}</script>
<script type="module">
{offline}
{script}
window.figure = await modules_offline.start(view, document.querySelector("main div"),
  document.querySelector("script[type='application/json']").textContent);
</script>
</body>
</html>
"""
