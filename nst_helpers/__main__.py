"""The command line: `python -m nst_helpers CONTENT STYLE --output out.png`."""

import argparse
import itertools
import os
import sys
import warnings
from pathlib import Path

from nst_helpers.engine import transfer
from nst_helpers.engine.layers import LAYER_NAMES
from nst_helpers.errors import InputError, shown
from nst_helpers.images import check_output, save_image
from nst_helpers.runtime.devices import choose_device, choose_precision


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m nst_helpers",
        description="Paint a content picture in the manner of a style picture.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    picture = "gallery name, path or URL"
    parser.add_argument("content", nargs="?", default="cat", help=picture)
    parser.add_argument("style", nargs="?", default="night_sky", help=picture)
    parser.add_argument(
        "--output",
        default=argparse.SUPPRESS,
        help="where to save the picture, instead of stylised.png or the next name that is free",
    )
    parser.add_argument("--size", type=int, default=256, help="longer side in pixels")
    parser.add_argument("--steps", type=int, default=150, help="evaluations of the network")
    parser.add_argument("--content-weight", type=float, default=transfer.CONTENT_WEIGHT)
    parser.add_argument("--style-weight", type=float, default=transfer.STYLE_WEIGHT)
    parser.add_argument("--variation-weight", type=float, default=transfer.VARIATION_WEIGHT)
    parser.add_argument("--optimizer", default="lbfgs", help="lbfgs or adam")
    parser.add_argument("--network", default="vgg16", help=" or ".join(LAYER_NAMES))
    parser.add_argument("--device", help="such as cpu or cuda; None takes the fastest")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--checkpoint",
        metavar="FILE",
        help="written every few seconds; after a crash, the same command goes on from it",
    )
    return parser


def _free_name(name):
    """Return a name that no file has: `name`, else with -2, -3, ... before its ending."""
    path = Path(name)
    for number in itertools.count(2):
        if not os.path.lexists(path):
            return path
        path = Path(name).with_stem(f"{Path(name).stem}-{number}")


def _same_place(name, other):
    first, second = (os.path.abspath(os.path.expanduser(place)) for place in (name, other))
    return first == second


def main(arguments=None):
    """Run the command line; return 0, or 2 where the input cannot be used."""
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
