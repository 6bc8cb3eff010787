"""The pictures that come with the package: names, licences and where the files lie."""

import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from PIL import Image

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
        "A white cup of espresso on its saucer, with a spoon, on a wooden table.",
    ),
    "rocket": (
        "rocket.jpg",
        "public domain",
        "Launch of the DSCOVR mission, SpaceX",
        "A rocket on its launch pad between towers and trees, lighting up the evening.",
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
        kind: `"photograph"` or `"painting"`.
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
def _all_pictures() -> dict[str, Picture]:
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


def gallery() -> dict[str, Picture]:
    """Return the pictures that come with the package, by name: photographs, then paintings.

    Example:
        >>> gallery()["cat"].kind
        'photograph'
    """
    return dict(_all_pictures())
