"""The command line: `nst CONTENT STYLE --output out.png`; `python -m nst_helpers` is the same."""

import argparse
import inspect
import itertools
import os
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nst_helpers.engine import transfer
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.errors import InputError, shown
from nst_helpers.images import check_output, save_image
from nst_helpers.runtime.devices import choose_device, choose_precision


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="nst",
        description="Paint a content picture in the manner of a style picture.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    settings = inspect.signature(transfer.StyleTransfer).parameters

    def add(name: str, **options: Any) -> None:
        """Add the option of a setting, with the setting's own default."""
        parser.add_argument(
            f"--{name.replace('_', '-')}", default=settings[name].default, **options
        )

    picture = "gallery name, path or URL"
    parser.add_argument("content", nargs="?", default="cat", help=picture)
    parser.add_argument("style", nargs="?", default="night_sky", help=picture)
    parser.add_argument(
        "--output",
        default=argparse.SUPPRESS,
        help="where to save the picture, instead of stylised.png or the next name that is free",
    )
    parser.add_argument(
        "--size",
        type=int,
        default=256,
        help="longer side in pixels; not the picture's own by default, which is slow without a GPU",
    )
    add("steps", type=int, help="evaluations of the network and its gradient, all sizes together")
    for loss in ("content", "style", "variation"):
        add(f"{loss}_weight", type=float, help=f"factor of the {loss} loss")
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
        "--checkpoint",
        metavar="FILE",
        help="written every few seconds; after a crash, the same command goes on from it",
    )
    return parser


def _free_name(name: str) -> Path:
    """Return a name that no file has: `name`, else with -2, -3, ... before its ending."""
    path = Path(name)
    for number in itertools.count(2):
        if not os.path.lexists(path):
            break
        path = Path(name).with_stem(f"{Path(name).stem}-{number}")
    return path


def _same_place(name: str | os.PathLike, other: str | os.PathLike) -> bool:
    first, second = (os.path.abspath(os.path.expanduser(place)) for place in (name, other))
    return first == second


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; return 0, or 2 where the input cannot be used."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a console need not know the letters of a file's name
            stream.reconfigure(errors="backslashreplace")
    settings = vars(_parser().parse_args(arguments))
    try:
        output = settings.pop("output") if "output" in settings else _free_name("stylised.png")
        check_output(output)  # before the computing, not after it
        for name in ("content", "style", "checkpoint"):
            if settings[name] and _same_place(settings[name], output):
                raise InputError(f"{shown(output)} is the {name} itself: choose another output.")
        device = choose_device(settings["device"])
        print(f"Computing on {device} in {choose_precision(None, device)}.")
        result = transfer.style_transfer(**settings)
        with warnings.catch_warnings(record=True, action="always") as replaced:
            save_image(result.image, output, result.settings)
    except (InputError, transfer.Diverged) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("error: interrupted before a picture was saved", file=sys.stderr)
        return 130
    height, width = result.image.shape[2:]
    notes = [str(note.message) for note in replaced]
    if checkpoint := settings["checkpoint"]:
        if len(result.history["total"]) == settings["steps"]:
            Path(checkpoint).expanduser().unlink(missing_ok=True)  # not before the picture is safe
        else:
            notes.append(f"The same command goes on from {shown(checkpoint)}.")
    print(f"Saved {shown(output)}, {width} x {height} pixels.", *notes)
    return 0


if __name__ == "__main__":
    sys.exit(main())
