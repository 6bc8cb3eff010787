"""The pictures that can be chosen: those of the gallery, and those that were added."""

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from PIL import Image

from nst_helpers.errors import InputError
from nst_helpers.gallery import gallery
from nst_helpers.images import SMALLEST_SIDE, ImageSource, load_image, picture_size, to_pil
from nst_helpers.widgets.figure import jpeg

MOST_BYTES = 50_000_000  # of one file
LARGEST_SIDE = 2048  # pixels; larger pictures are kept at this size
_MOST_UPLOADS, _LONGEST_NAME = 24, 200
_THUMBNAIL, _PHOTO = 320, 1024  # pixels


@dataclass(frozen=True)
class Upload:
    """A picture that was added.

    Attributes:
        digest: SHA-256 of its file, by which it is known whatever it is called.
        image: in RGB, its longer side at most `LARGEST_SIDE` pixels.
        size: `(width, height)` of the file in pixels.
        thumbnail: a small JPEG.
    """

    digest: str
    image: Image.Image
    size: tuple[int, int]
    thumbnail: bytes


class Library:
    """Pictures by name; one that was added is known by its content, whatever it is called.

    Attributes:
        uploads: `{name: Upload}`.

    Example:
        >>> library = Library()
        >>> library.entries()[0]["title"], library.source("night_sky_2")
        ('cat', 'night_sky_2')
    """

    def __init__(self) -> None:
        """Look at the gallery."""
        self.uploads: dict[str, Upload] = {}
        self._gallery = gallery()

    def __contains__(self, name: object) -> bool:
        """Return whether there is a picture of that name."""
        return name in self._gallery or name in self.uploads

    def entries(self) -> list[dict[str, Any]]:
        """Return what a page says of each picture: name, title, kind, size, text and digest."""
        kept = [
            _entry(name, name.replace("_", " "), picture.kind, picture.size, picture.alt)
            for name, picture in self._gallery.items()
        ]
        added = [
            _entry(name, name, "upload", upload.size, f"Your picture {name}.", upload.digest)
            for name, upload in self.uploads.items()
        ]
        return kept + added

    def thumbnails(self) -> dict[str, bytes]:
        """Return a small JPEG of each picture, of which nothing is cut off."""
        kept = {name: _thumbnail(name) for name in self._gallery}
        return kept | {name: upload.thumbnail for name, upload in self.uploads.items()}

    def photo(self, name: str) -> bytes:
        """Return a JPEG of a picture, large enough for an easel."""
        return _small(self.source(name), min(_PHOTO, max(self.shape(name))))

    def source(self, name: str) -> ImageSource:
        """Return what `load_image` loads the picture from."""
        return self.uploads[name].image if name in self.uploads else name

    def shape(self, name: str) -> tuple[int, int]:
        """Return the width and height of a picture in pixels."""
        return (self.uploads.get(name) or self._gallery[name]).size

    def add(self, name: str, data: bytes) -> str:
        """Take a picture; return its name here.

        Args:
            name: of the file, never used as a path. Where another picture has it, a number is
                put behind it.
            data: the bytes of the file.

        Raises:
            InputError: the file is too large, too small or no picture, or there are too many; the
                message is the rest of a sentence that begins with what was not done.
        """
        digest = hashlib.sha256(small_enough(data)).hexdigest()
        for known, upload in self.uploads.items():
            if upload.digest == digest:
                return known
        if len(self.uploads) >= _MOST_UPLOADS:
            raise InputError(
                f"there are {_MOST_UPLOADS} already. Load the page again, or run the cell again, "
                "to begin anew."
            )
        with readable(data):
            size = picture_size(data)
            if min(size) < SMALLEST_SIDE:
                raise InputError(
                    f"it is too small. A picture needs at least {SMALLEST_SIDE} pixels on each "
                    "side."
                )
            image = to_pil(load_image(data, min(LARGEST_SIDE, max(size))))
        names = (f"{name} ({number})" for number in itertools.count(2))
        name = next(free for free in itertools.chain([name], names) if free not in self)
        thumbnail = _small(image, min(_THUMBNAIL, max(size)))
        self.uploads[name] = Upload(digest, image, size, thumbnail)
        return name

    def digests(self, names: Iterable[str]) -> dict[str, str]:
        """Return `{name: SHA-256}` of those that were added."""
        wanted = set(names)
        return {name: each.digest for name, each in self.uploads.items() if name in wanted}

    def find(self, names: Iterable[str], digests: Mapping[str, str]) -> dict[str, str | None]:
        """Return `{name: what the same picture is called here}`, or None where it is not here.

        Args:
            names: in the library that they come from.
            digests: what `digests` of that library returned for them.
        """
        here = {name: name for name in self._gallery}
        here |= {upload.digest: name for name, upload in self.uploads.items()}
        return {name: here.get(digests.get(name, name)) for name in names}


def _entry(
    name: str, title: str, kind: str, size: tuple[int, int], alt: str, digest: str = ""
) -> dict[str, Any]:
    width, height = size
    return {
        "name": name,
        "title": title,
        "kind": kind,
        "width": width,
        "height": height,
        "alt": alt,
        "digest": digest,
    }


@cache
def _thumbnail(name: str) -> bytes:
    return _small(name, _THUMBNAIL)


def _small(source: ImageSource, side: int) -> bytes:
    return jpeg(load_image(source, side), 85)


def small_enough(data: bytes) -> bytes:
    """Return the bytes of a file.

    Raises:
        InputError: there are more than 50 MB of them; the message is the rest of a sentence.
    """
    if len(data) > MOST_BYTES:
        raise InputError(
            f"it has more than {MOST_BYTES // 10**6} MB. Make the picture smaller, or save it as "
            "JPEG."
        )
    return data


@contextmanager
def readable(data: bytes) -> Iterator[None]:
    """Have what is wrong with a file said to somebody who chose it on the page.

    Raises:
        InputError: that of the block; the message is the rest of a sentence.

    Example:
        >>> with readable(b"no picture"):
        ...     picture_size(b"no picture")
        Traceback (most recent call last):
        nst_helpers.errors.InputError: it is not a picture, or it is damaged. Choose a PNG or JPEG \
file.
    """
    try:
        yield
    except InputError as error:
        words = str(error).replace(f"The picture of {len(data)} bytes", "it", 1)
        if "damaged" in words:
            words = "it is not a picture, or it is damaged. Choose a PNG or JPEG file."
        raise InputError(words) from error


def plain_name(name: str) -> str:
    """Return the name of a file as one line that can be shown, of at most 200 letters.

    Example:
        >>> plain_name("a\\nb.png"), len(plain_name("a" * 5000))
        ('a?b.png', 200)
    """
    name = "".join(letter if letter.isprintable() else "?" for letter in name).strip() or "picture"
    return name[:_LONGEST_NAME]
