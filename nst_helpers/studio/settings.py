"""What can be chosen on the page, in words, and settings that were kept with a picture."""

from collections.abc import Mapping
from typing import Any

from nst_helpers.engine.styles import as_list
from nst_helpers.engine.transfer import CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
from nst_helpers.errors import InputError, check_number

WEIGHTS = ("content_weight", "style_weight", "variation_weight")

#: What the page begins with.
DEFAULTS: dict[str, Any] = {
    "content": "cat",
    "styles": {"night_sky": 1},
    "content_weight": CONTENT_WEIGHT,
    "style_weight": STYLE_WEIGHT,
    "variation_weight": VARIATION_WEIGHT,
    "style_scale": 1.0,
    "size": 512,
    "steps": 100,
    "keep_colours": False,
    "pooling": "avg",
    "stages": 4,
}

#: `{setting: [(word, value), ...]}`; "normal" is what the lessons and the command line use.
OPTIONS = {
    "content_weight": [("loosely", 0.3), ("normal", CONTENT_WEIGHT), ("closely", 4.0)],
    "style_weight": [
        ("a hint", 1.0),
        ("light", 8.0),
        ("normal", STYLE_WEIGHT),
        ("strong", 200.0),
        ("very strong", 1000.0),
    ],
    "variation_weight": [
        ("grainy", 0.0),
        ("normal", VARIATION_WEIGHT),
        ("smooth", 100.0),
        ("very smooth", 400.0),
    ],
    "style_scale": [("fine", 0.5), ("normal", 1.0), ("broad", 1.5), ("very broad", 2.0)],
    "size": [("256", 256), ("512", 512), ("1024", 1024)],
    "steps": [("quick", 50), ("normal", 100), ("thorough", 200)],
}

#: `{name: {weight: value}}`
PRESETS = {
    name: dict(zip(WEIGHTS, weights, strict=True))
    for name, weights in {
        "Balanced": (CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT),
        "Light": (CONTENT_WEIGHT, 8.0, VARIATION_WEIGHT),
        "Pastel": (CONTENT_WEIGHT, STYLE_WEIGHT, 400.0),
        "Bold": (0.3, 200.0, VARIATION_WEIGHT),
    }.items()
}

_LIMITS = {
    **dict.fromkeys(WEIGHTS, (0, 1e12)),
    "style_scale": (0.1, 4),
    "size": (16, 16384),
    "steps": (1, 1_000_000),
    "stages": (1, 4),
}
# Settings of the command line that have no control here, and what the page always uses.
_USUAL = {
    "masks": None,
    "network": "vgg16",
    "optimizer": "lbfgs",
    "start": "content",
}


def checked(settings: Any) -> dict[str, Any]:
    """Return settings as the studio keeps them, whoever wrote them.

    Args:
        settings: those of a run of the studio or of `Result`; what is missing is as usual.

    Raises:
        InputError: they are none, or cannot be used.

    Example:
        >>> kept = checked({"content": "cat", "style": "mosaic", "style_weight": 8.0})
        >>> kept["styles"], kept["style_weight"], kept["content_weight"]
        ({'mosaic': 1.0}, 8.0, 1.0)
    """
    try:
        known: dict[str, Any] = {**DEFAULTS, "uploads": {}, **_of_command_line(settings)}
        kept = {name: known[name] for name in DEFAULTS}
        for name, (low, high) in _LIMITS.items():
            kept[name] = check_number(name, known[name], low, high)
        for name in ("size", "steps", "stages"):
            kept[name] = int(kept[name])
        kept["styles"] = {
            str(name): check_number("A share", share, 1e-6, 1e6)
            for name, share in known["styles"].items()
        }
        kept["uploads"] = {str(name): str(kind) for name, kind in known["uploads"].items()}
        done = known.get("steps_done", kept["steps"])
        kept["steps_done"] = int(check_number("steps_done", done, 1, kept["steps"]))
    except (
        ArithmeticError,
        AttributeError,
        InputError,
        LookupError,
        TypeError,
        ValueError,
    ) as error:
        raise InputError(_FOREIGN) from error
    usable = isinstance(kept["content"], str) and kept["styles"]
    usable = usable and isinstance(kept["keep_colours"], bool) and kept["pooling"] in ("avg", "max")
    if not usable:
        raise InputError(_FOREIGN)
    return kept


_FOREIGN = "There are no settings of a painting in it."


def left_out(settings: Mapping[str, Any]) -> list[str]:
    """Return the names of those settings that the studio does not have.

    Example:
        >>> left_out({"size": 512, "optimizer": "adam"})
        ['optimizer']
    """
    return [name for name, usual in _USUAL.items() if settings.get(name, usual) != usual]


def _of_command_line(settings: Any) -> dict[str, Any]:
    """Return settings with their styles and the hashes of pictures as the studio has them."""
    if "styles" in settings:
        return settings
    names = as_list(settings["style"])
    hashes = as_list(settings.get("style_sha256") or [None] * len(names))
    shares = settings.get("style_shares") or [1] * len(names)
    files = zip(
        [settings["content"], *names], [settings.get("content_sha256"), *hashes], strict=True
    )
    return {
        **settings,
        "styles": {
            name: round(share / min(shares), 6) for name, share in zip(names, shares, strict=True)
        },
        "uploads": {name: digest for name, digest in files if digest},
    }
