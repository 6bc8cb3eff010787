"""The pictures that are known by a name: what they are, their licences, and where they lie."""

import importlib.util
import json
import os
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

from PIL import Image

from nst_helpers.errors import InputError, reason, shown, tell

_ENDINGS = {".jpg", ".jpeg", ".png", ".webp", ".tif", ".tiff", ".avif"}
_PAINTINGS = Path(__file__).parent / "pictures"

# name: (file in the scikit-image wheel, licence, source, alternative text)
_PHOTOGRAPHS = {
    "cat": (
        "chelsea.png",
        "CC0 1.0",
        "Chelsea, photographed by Stéfan van der Walt",
        "The face of a ginger tabby cat, looking to the left of the camera.",
    ),
    "astronaut": (
        "astronaut.png",
        "public domain",
        "Eileen Collins, NASA Great Images database",
        "A smiling astronaut in an orange suit before a flag and a model of a space shuttle.",
    ),
    "coffee": (
        "coffee.png",
        "CC0 1.0",
        "Pikolo Espresso Bar, photographed by Rachel Michetti",
        "A red cup of espresso, white inside, on its red saucer with a spoon, on a wooden table.",
    ),
    "rocket": (
        "rocket.jpg",
        "public domain",
        "Launch of the DSCOVR mission, SpaceX",
        "A white rocket on its launch pad between four towers, lit by lamps in the blue evening.",
    ),
    "galaxies": (
        "hubble_deep_field.jpg",
        "public domain",
        "Hubble eXtreme Deep Field, NASA and ESA",
        "Hundreds of small orange, white and blue galaxies scattered over a black sky.",
    ),
}


@dataclass(frozen=True)
class Picture:
    """One picture of the gallery, which `load_image` loads by its name.

    Attributes:
        name: a short one, such as `"cat"`.
        kind: `"photograph"` or `"painting"` of the package, or `"yours"` of `NST_GALLERY`.
        size: `(width, height)` in pixels.
        licence: under which it may be used.
        source: who made it, or how it was made.
        alt: what there is to see, for a reader who cannot see it.
        path: of the file.
    """

    name: str
    kind: str
    size: tuple[int, int]
    licence: str
    source: str
    alt: str
    path: Path


def _picture(name: str, kind: str, path: Path, licence: str, source: str, alt: str) -> Picture:
    with Image.open(path) as file:
        return Picture(name, kind, file.size, licence, source, alt, path)


@cache
def _own_pictures() -> dict[str, Picture]:
    skimage = importlib.util.find_spec("skimage")  # without importing it
    assert skimage and skimage.submodule_search_locations, "this package depends on scikit-image"
    scikit_image = Path(skimage.submodule_search_locations[0])
    pictures = [
        _picture(name, "photograph", scikit_image / "data" / file, licence, source, alt)
        for name, (file, licence, source, alt) in _PHOTOGRAPHS.items()
    ]
    paintings = json.loads((_PAINTINGS / "pictures.json").read_text(encoding="utf-8"))
    for name, entry in paintings.items():
        source = f"paintings/paint.py, {entry['hand']}, seed {entry['seed']}"
        path = _PAINTINGS / entry["file"]
        pictures.append(_picture(name, "painting", path, "CC0 1.0", source, entry["alt"]))
    return {picture.name: picture for picture in pictures}


def _your_pictures(folder: str) -> dict[str, Picture]:
    """Return the pictures of a folder by the names of their files, with what is said of them."""
    try:
        files = sorted(Path(folder).expanduser().iterdir())
    except OSError as error:
        raise InputError(
            f"NST_GALLERY is {shown(folder)}, which cannot be listed ({reason(error)}): set it to "
            "a folder with pictures, or unset it."
        ) from error
    changed = tuple((file, file.stat().st_mtime_ns) for file in files if file.is_file())
    return _read_folder(changed)


@lru_cache(maxsize=1)
def _read_folder(files: tuple[tuple[Path, int], ...]) -> dict[str, Picture]:
    pictures = {}
    for path, _ in files:
        if path.suffix.lower() not in _ENDINGS:
            continue
        name = path.stem.lower().replace(" ", "_")
        if name in _own_pictures() or name in pictures:
            tell(f"There is another picture of the name {name!r}: {shown(path)} is left out.")
            continue
        try:
            said = _said_of(path)
            pictures[name] = _picture(name, "yours", path, **said)
        except Exception as error:
            tell(f"{shown(path)} is left out, because it cannot be read ({reason(error)}).")
    return pictures


def _said_of(path: Path) -> dict[str, str]:
    """Return what the text file beside a picture says of it, in lines such as `licence: CC0`."""
    said = {"licence": "not said", "source": path.name, "alt": path.stem.replace("_", " ")}
    text = path.with_suffix(".txt")
    lines = text.read_text(encoding="utf-8").splitlines() if text.is_file() else []
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip().lower() in said and value.strip():
            said[name.strip().lower()] = value.strip()
    return said


def gallery() -> dict[str, Picture]:
    """Return the pictures that are known by a name: photographs, paintings, then your own.

    Your own are those in the folder that the environment variable `NST_GALLERY` names. The name of
    each is that of its file, such as `starry_night` for `Starry Night.jpg`; a text file beside it,
    `Starry Night.txt`, may say `licence: ...`, `source: ...` and `alt: ...`, each in a line.

    Raises:
        InputError: `NST_GALLERY` names no folder that can be listed.

    Example:
        >>> gallery()["cat"].kind
        'photograph'
    """
    folder = os.environ.get("NST_GALLERY")
    return {**_own_pictures(), **(_your_pictures(folder) if folder else {})}
