"""The commands of the course: `nst lessons FOLDER` and the others, all of which fill a folder."""

import argparse
import sys
from collections.abc import Sequence
from importlib import import_module

from nst_helpers.errors import InputError, shown

# command: (its function, in the module of the same name; what it does; its flags)
COMMANDS: dict[str, tuple[str, str, dict[str, str]]] = {
    "lessons": ("write_lessons", "Write the lessons, with their outputs and pictures.", {}),
    "handout": (
        "write_handout",
        "Write the class's copies of the lessons: no solutions, and no outputs.",
        {"nbgrader": "a course folder for nbgrader instead, the teacher's own, with solutions"},
    ),
    "quiz": ("write_quiz", "Write the concept test, the quiz, and files for Moodle.", {}),
    "slides": ("write_slides", "Write every lesson as a talk for the browser; takes a minute.", {}),
    "print": ("write_print", "Write every lesson and a worksheet as PDF.", {}),
    "book": ("write_book", "Build a site of the lessons, for any browser; takes a minute.", {}),
    "bundle": (
        "write_bundle",
        "Write the project with all that it installs, for machines without internet.",
        {},
    ),
}


def main(arguments: Sequence[str]) -> int:
    """Run a command of the course; return 0, or 2 for input that cannot be used.

    Args:
        arguments: the name of the command, then what stands after it on the command line.
    """
    command, *rest = arguments
    function, does, flags = COMMANDS[command]
    parser = argparse.ArgumentParser(prog=f"nst {command}", description=does)
    parser.add_argument("folder", metavar="FOLDER", help="where to: a new folder, or an empty one")
    for flag, meaning in flags.items():
        parser.add_argument(f"--{flag}", action="store_true", help=meaning)
    settings = vars(parser.parse_args(rest))
    try:
        module = import_module(f"nst_helpers.course.{command}")
        path = getattr(module, function)(**settings)
    except ModuleNotFoundError as missing:
        print(
            f"error: {missing.name} is not installed: pip install '.[course]', in the folder of "
            "the project, adds what the commands of the course need.",
            file=sys.stderr,
        )
        return 2
    except InputError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"Written to {shown(path)}.")
    return 0
