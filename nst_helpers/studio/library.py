"""The pictures that can be chosen: those of the gallery, and those that were uploaded."""

import hashlib
import itertools
from collections.abc import Iterable, Mapping

from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery
from nst_helpers.images import load_image, picture_size
from nst_helpers.studio.link import MOST_BYTES

_LARGEST_SIDE = 512  # pixels; larger pictures are kept at this size
_MOST_UPLOADS, _LONGEST_NAME = 24, 40


class Library:
    """Pictures by name; an upload is known by its content, whatever it is called.

    Attributes:
        pictures: `{name: image tensor}`, those of the gallery first.
        uploads: `{name: SHA-256 of the file}`.

    Example:
        >>> Library().pictures["cat"].shape
        torch.Size([1, 3, 341, 512])
    """

    def __init__(self) -> None:
        """Load the gallery."""
        self.pictures = {name: load_image(name, _LARGEST_SIDE) for name in gallery()}
        self.uploads: dict[str, str] = {}

    def add(self, name: str, data: bytes) -> tuple[str, tuple[int, int]]:
        """Take an upload; return its name here, and its own width and height in pixels.

        Args:
            name: of the file, never used as a path. Where another picture has it, a number is
                put behind it.
            data: the bytes of the file.

        Raises:
            InputError: the file is too large or no picture, or there are too many of them.
        """
        if len(self.uploads) >= _MOST_UPLOADS:
            raise InputError(
                f"It is one more than the {_MOST_UPLOADS} uploads of a session, and was not "
                "taken: run the cell or load the page again to begin anew."
            )
        size = picture_size(small_enough(data))
        image = load_image(data, min(_LARGEST_SIDE, max(size)))
        name = self._register(name, hashlib.sha256(data).hexdigest())
        self.pictures[name] = image
        return name, size

    def _register(self, name: str, digest: str) -> str:
        for known, other in self.uploads.items():
            if other == digest:
                return known
        names = (f"{name} ({number})" for number in itertools.count(2))
        name = next(free for free in itertools.chain([name], names) if free not in self.pictures)
        self.uploads[name] = digest
        return name

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """Return `{name: SHA-256}` of those that were uploaded."""
        wanted = set(names)
        return {name: digest for name, digest in self.uploads.items() if name in wanted}

    def find(self, names: Iterable[str], digests: Mapping[str, str]) -> dict[str, str | None]:
        """Return `{name: what the same picture is called here}`, or None where it is not here.

        Args:
            names: in the library that they come from.
            digests: what `digests` of that library returned for them.
        """
        here = {name: name for name in self.pictures}
        here |= {digest: name for name, digest in self.uploads.items()}
        return {name: here.get(digests.get(name, name)) for name in names}


def small_enough(data: bytes) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: there are more than 50 MB of them.
    """
    if len(data) > MOST_BYTES:
        raise InputError(
            f"The file has more than {MOST_BYTES // 10**6} MB: make the picture smaller, or save "
            "it as JPEG."
        )
    return data


def plain_name(name: str) -> str:
    """Return the name of a file as one short line that can be shown.

    Example:
        >>> plain_name("a" * 200 + "\\n.png")
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa….png'
    """
    name = "".join(letter if letter.isprintable() else "?" for letter in name).strip() or "picture"
    short = len(name) <= _LONGEST_NAME
    return name if short else f"{name[: _LONGEST_NAME - 5]}…{name[-4:]}"
