"""The command line: `nst CONTENT STYLE --output out.png`; `python -m nst_helpers` is the same."""

import argparse
import contextlib
import inspect
import sys
import tempfile
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_helpers.course import commands
from nst_helpers.engine import transfer
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.engine.styles import as_list
from nst_helpers.errors import InputError, shown
from nst_helpers.files import as_path, claim, same_file
from nst_helpers.images import check_output, read_settings, save_image
from nst_helpers.runtime.devices import choose_device, choose_precision
from nst_helpers.runtime.sweep import command as sweep

_OUTPUT = "stylised.png"
_QUALITY = "good"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nst",
        description="Paint a content picture in the manner of a style picture.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
        epilog="For many pictures there is sweep; for a class there are "
        f"{', '.join(commands.COMMANDS)}; each with --help.",
    )
    settings = inspect.signature(transfer.StyleTransfer).parameters

    def add(name: str, **options: Any) -> None:
        """Add the option of a setting, with the setting's own default."""
        parser.add_argument(
            f"--{name.replace('_', '-')}", default=settings[name].default, **options
        )

    picture = "gallery name, path or URL"
    parser.add_argument("content", nargs="?", default="cat", help=picture)
    parser.add_argument(
        "style", nargs="*", default=["night_sky"], help=f"{picture}; or several, to be mixed"
    )
    parser.add_argument(
        "--output",
        metavar="FILE",
        default=argparse.SUPPRESS,
        help=f"where to save the picture, instead of {_OUTPUT} or the next name that is free",
    )
    parser.add_argument(
        "--quality",
        choices=transfer.QUALITIES,
        default=argparse.SUPPRESS,
        help=f"{_presets()}; {_QUALITY} if nothing is said",
    )
    parser.add_argument(
        "--size", type=int, default=argparse.SUPPRESS, help="longer side in pixels, if not that"
    )
    parser.add_argument(
        "--steps",
        type=int,
        default=argparse.SUPPRESS,
        help="evaluations of the network and its gradient, all sizes together, if not those",
    )
    for loss in ("content", "style", "variation"):
        add(f"{loss}_weight", type=float, help=f"factor of the {loss} loss")
    add(
        "style_scale", type=float, help="how large the strokes are: 2 doubles them, 0.5 halves them"
    )
    add("style_shares", type=_numbers, help="of several styles, such as 2,1; else as much of each")
    parser.add_argument(
        "--mask",
        dest="masks",
        action="append",
        metavar="PICTURE",
        help="where a style goes: white in a picture of the content's shape; once for each style",
    )
    parser.add_argument(
        "--keep-colours", action="store_true", help="those of the content; the style is its light"
    )
    add(
        "optimizer",
        help="adam, or lbfgs, which departs from the paper's in four ways: bounded steps and no "
        "line search, clamped pixels, a low-pass first guess, twice the scale",
    )
    add("network", help=" or ".join(LAYER_NAMES))
    add("device", help="such as cpu or cuda; by default an accelerator, if there is one")
    add(
        "seed",
        type=int,
        help="of random numbers; a start from the content picture, as here, uses none",
    )
    parser.add_argument(
        "--like",
        metavar="PNG",
        help="take the pictures and settings of a PNG that this command or the studio has saved; "
        "options given besides take precedence",
    )
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="written every few seconds; after a crash, the same command resumes from it",
    )
    return parser


def _presets() -> str:
    return "; ".join(
        f"{name}: {preset['size']} pixels, {preset['steps']} steps"
        for name, preset in transfer.QUALITIES.items()
    )


def _numbers(text: str) -> list[float]:
    return [float(number) for number in text.split(",")]


def _kept(path: str) -> dict[str, Any]:
    """Return what a PNG says of how it was made, as settings of `style_transfer`."""
    kept = read_settings(path)
    if not isinstance(kept, dict):
        raise InputError(f"{shown(path)} carries no settings: use a PNG that was saved by nst.")
    if styles := kept.get("styles"):  # of the studio
        kept |= {"style": list(styles), "style_shares": list(styles.values())}
    if "style" in kept:
        kept["style"] = as_list(kept["style"])
    known = inspect.signature(transfer.StyleTransfer).parameters
    machine = {"device", "precision"}
    return {name: kept[name] for name in kept if name in known and name not in machine}


def settings_of(arguments: Sequence[str]) -> dict[str, Any]:
    """Return what a command asks for, by the names of its options.

    Raises:
        InputError: the PNG that `--like` names carries no settings.

    Example:
        >>> settings_of(["cat", "mosaic", "--quality", "draft"])["quality"]
        'draft'
    """
    parser = _parser()
    settings = vars(parser.parse_args(arguments))
    if not settings["like"]:
        return {"quality": _QUALITY, **settings}
    kept = _kept(settings["like"])
    if "quality" in settings:  # given besides, so it takes precedence
        named = transfer.QUALITIES[settings["quality"]]
        kept = {name: kept[name] for name in kept if name not in named}
    parser.set_defaults(**kept)
    return vars(parser.parse_args(arguments))


def _save_free(result: transfer.Result, wanted: Path) -> Path:
    """Save a picture under a name that no file has, and return it."""
    path = claim(wanted)
    try:
        with warnings.catch_warnings(action="ignore"):  # that the claimed file is replaced
            save_image(result.image, path, result.settings)
    except BaseException:
        path.unlink(missing_ok=True)
        raise
    return path


def _save(result: transfer.Result, output: str | None) -> tuple[str, list[str]]:
    """Save a picture where it is wanted; return that place, and what is to be said of it."""
    if output is None:
        return str(_save_free(result, Path(_OUTPUT))), []
    with warnings.catch_warnings(record=True, action="always") as replaced:
        save_image(result.image, output, result.settings)
    return output, [str(note.message) for note in replaced]


def _save_elsewhere(result: transfer.Result, output: str | None) -> Path | None:
    """Save a picture that its own place did not take: smaller, or in another folder."""
    wanted = as_path(output or _OUTPUT)
    folders = [Path.home(), Path(tempfile.gettempdir())]
    for other in (wanted.with_suffix(".jpg"), *(folder / wanted.name for folder in folders)):
        with contextlib.suppress(InputError, OSError):
            return _save_free(result, other)
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 for input that cannot be used, 1 for a full disk."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console need not know the letters of a file's name
            stream.reconfigure(errors="backslashreplace")
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    if arguments and arguments[0] in commands.COMMANDS:
        return commands.main(arguments)
    if arguments[:1] == ["sweep"]:
        return sweep.main(arguments[1:])
    try:
        settings = settings_of(arguments)
        output, checkpoint = settings.pop("output", None), settings["checkpoint"]
        check_output(output or _OUTPUT)  # before the computing, not after it
        inputs = {
            "content": [settings["content"]],
            "style": settings["style"],
            "mask": settings["masks"] or [],
            "checkpoint": [checkpoint],
            "picture with the settings": [settings["like"]],
        }
        for what, files in inputs.items():
            if output and any(file and same_file(file, output) for file in files):
                raise InputError(f"{shown(output)} is the {what} itself: choose another output.")
        settings.pop("like")
        device = choose_device(settings["device"])
        print(f"Computing on {device} in {choose_precision(None, device)}.")
        result = transfer.style_transfer(**settings)
    except (InputError, transfer.Diverged) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted before a picture was saved", file=sys.stderr)
        return 130
    again = f"The same command goes on from {shown(checkpoint)}." if checkpoint else ""
    try:
        place, notes = _save(result, output)
    except (InputError, OSError) as error:
        other = _save_elsewhere(result, output)
        kept = f"The picture is saved as {shown(other)}." if other else "The picture is lost."
        print(f"error: {error}", kept, again, file=sys.stderr)
        return 1
    height, width = result.image.shape[2:]
    if checkpoint and len(result.history["total"]) == result.settings["steps"]:
        as_path(checkpoint).unlink(missing_ok=True)  # not before the picture is safe
    elif checkpoint:
        notes.append(again)
    print(f"Saved {shown(place)}, {width} x {height} pixels.", *notes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
