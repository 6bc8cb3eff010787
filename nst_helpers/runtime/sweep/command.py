"""`nst sweep GRID FOLDER`: the runs of a grid that stands in a file."""

import argparse
import sys
import warnings
from collections.abc import Sequence

from nst_helpers.errors import InputError, shown
from nst_helpers.runtime.progress import track
from nst_helpers.runtime.sweep.grid import read_grid
from nst_helpers.runtime.sweep.sweep import Sweep

_EXAMPLE = """\
A grid is a TOML file, with a setting a line:

    content = ["cat", "photos/*.jpg"]
    style = ["night_sky", "mosaic"]
    style_weight = [10, 40, 160]
    size = 256

Each combination is a PNG in the folder; what is there already is not painted again.
"""


def main(arguments: Sequence[str]) -> int:
    """Run the command; return 0, 1 where a run failed, or 2 for input that cannot be used.

    Args:
        arguments: what stands after `nst sweep` on the command line.
    """
    parser = argparse.ArgumentParser(
        prog="nst sweep",
        description="Paint every combination of the values of a grid.",
        epilog=_EXAMPLE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("grid", metavar="GRID", help="a TOML file")
    parser.add_argument("folder", metavar="FOLDER", help="where the pictures are kept")
    parser.add_argument(
        "--processes",
        type=int,
        metavar="NUMBER",
        help="runs at once on this machine; if nothing is said, as many as cores and memory allow",
    )
    parser.add_argument(
        "--scheduler",
        metavar="ADDRESS",
        help="of a Dask scheduler whose workers paint instead, such as tcp://10.0.0.1:8786",
    )
    settings = vars(parser.parse_args(arguments))
    painted = found = 0
    sweep = None
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show
            sweep = Sweep(read_grid(settings.pop("grid")), **settings)
            fixed = ", ".join(f"{name} {value}" for name, value in sweep.fixed.items())
            print(f"{len(sweep)} runs, all with {fixed}.", flush=True)
            for run in track(sweep):
                painted, found = painted + bool(run.seconds), found + (not run.seconds)
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        kept = painted + found
        of = f" of {len(sweep)}" if sweep else ""
        print(
            f"Interrupted: {kept}{of} runs are finished, and the same command goes on.",
            file=sys.stderr,
        )
        return 130
    print(f"{painted} painted, {found} found, {len(sweep.failures)} failed:", shown(sweep.folder))
    print("Side by side:", *[shown(page) for page in sweep.sheets])
    return 1 if sweep.failures else 0


def _show(message, *_, **__):
    print(f"\n{message}", file=sys.stderr)
