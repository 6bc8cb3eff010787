"""The one exception that this package raises for input it cannot use."""

import difflib


class InputError(ValueError):
    """What was given cannot be used; the message names it, the problem and the remedy."""


def check_choice(what, given, known):
    """Raise `InputError`, with the nearest known name, unless `given` is one of `known`."""
    if given in known:
        return
    near = difflib.get_close_matches(str(given), known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise InputError(f"There is no {what} {given!r}. {hint}Known: {', '.join(known)}.")
