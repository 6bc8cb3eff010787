"""What the page tells the kernel: that it is open, and the files that are given to it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import anywidget
import traitlets

MOST_BYTES = 50_000_000  # of one file


class Link(anywidget.AnyWidget):
    """Buttons to choose files, which can be dropped on the page as well, and a heartbeat.

    A file comes as messages `{"name": ..., "use": ..., "last": ...}`, each with some of its bytes,
    because a server may end the connection at a message of more than 10 MB. It is to be used as a
    `"picture"`, or carries the settings of a `"run"`.

    Args:
        uses: `{use: function of a file's name and bytes}`, called when a file is complete. Of a
            file that is larger than `MOST_BYTES`, some bytes more than these are given.

    Attributes:
        beat: counts while the page is open.
        left: counts how often it was closed.
    """

    _esm = Path(__file__).with_name("link.js")
    _css = Path(__file__).with_name("link.css")
    beat = traitlets.Int(0).tag(sync=True)
    left = traitlets.Int(0).tag(sync=True)

    def __init__(self, uses: dict[str, Callable[[str, bytes], None]]) -> None:
        """Wait for files."""
        super().__init__()
        self._uses = uses
        self._parts: dict[tuple[str, str], bytearray] = {}
        self.on_msg(self._receive)

    def _receive(self, _: Any, message: dict[str, Any], buffers: list[bytes]) -> None:
        file = message["use"], message["name"]
        data = self._parts.setdefault(file, bytearray())
        if len(data) <= MOST_BYTES:  # the rest of a file that is too large is not kept
            data += buffers[0]
        if message["last"]:
            self._uses[message["use"]](message["name"], bytes(self._parts.pop(file)))
