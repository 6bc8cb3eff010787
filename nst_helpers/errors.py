"""The one exception that this package raises for input it cannot use."""

import difflib
import os
import warnings


class InputError(ValueError):
    """What was given cannot be used; the message names it, the problem and the remedy."""


def shown(given):
    """Return how a message names what was given: quoted, in one line, the middle of it left out.

    Example:
        >>> print(shown("a" * 200), shown("two\\nlines"))
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ... aaaaaaaaaaaaaaaaaa' 'two\\nlines'
    """
    try:
        text = " ".join(repr(str(given) if isinstance(given, os.PathLike) else given).split("\n"))
    except Exception:  # such as an integer of more digits than Python writes
        text = f"<{type(given).__name__}>"
    return text if len(text) <= 160 else f"{text[:49]} ... {text[-19:]}"


def reason(error):
    """Return what an error of another library says, in one line, for use in a message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def tell(message):
    """Warn whoever called the caller: every time, where Python warns once for each line."""
    with warnings.catch_warnings():
        warnings.simplefilter("always", append=True)  # after the filters that a user has set
        warnings.warn(message, stacklevel=3)


def check_choice(what, given, known):
    """Raise `InputError`, with the nearest known name, unless `given` is one of `known`."""
    if isinstance(given, str) and given in known:
        return
    near = difflib.get_close_matches(shown(given).strip("'").lower(), known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise InputError(f"There is no {what} {shown(given)}. {hint}Known: {', '.join(known)}.")
