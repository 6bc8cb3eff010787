"""The command line: `python -m nst_helpers CONTENT STYLE --output out.png`."""

import argparse
import sys

from nst_helpers import transfer
from nst_helpers.errors import InputError
from nst_helpers.images import check_output, save_image
from nst_helpers.vgg import LAYER_NAMES, choose_device


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m nst_helpers",
        description="Paint a content picture in the manner of a style picture.",
        formatter_class=argparse.ArgumentDefaultsHelpFormatter,
    )
    picture = "gallery name, path or URL"
    parser.add_argument("content", nargs="?", default="cat", help=picture)
    parser.add_argument("style", nargs="?", default="night_sky", help=picture)
    parser.add_argument("--output", default="stylised.png", help="where to save the picture")
    parser.add_argument("--size", type=int, default=256, help="longer side in pixels")
    parser.add_argument("--steps", type=int, default=150, help="evaluations of the network")
    parser.add_argument("--content-weight", type=float, default=transfer.CONTENT_WEIGHT)
    parser.add_argument("--style-weight", type=float, default=transfer.STYLE_WEIGHT)
    parser.add_argument("--variation-weight", type=float, default=transfer.VARIATION_WEIGHT)
    parser.add_argument("--optimizer", default="lbfgs", help="lbfgs or adam")
    parser.add_argument("--network", default="vgg16", help=" or ".join(LAYER_NAMES))
    parser.add_argument("--device", help="such as cpu or cuda; None takes the fastest")
    parser.add_argument("--seed", type=int, default=0)
    return parser


def main(arguments=None):
    """Run the command line; return 0, or 2 where the input cannot be used."""
    settings = vars(_parser().parse_args(arguments))
    output = settings.pop("output")
    try:
        check_output(output)  # before the computing, not after it
        device = choose_device(settings["device"])
        print(f"Computing on {device}.")
        result = transfer.style_transfer(**settings)
        save_image(result.image, output, result.settings)
    except (InputError, transfer.Diverged) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    height, width = result.image.shape[2:]
    print(f"Saved {output}, {width} x {height} pixels.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
