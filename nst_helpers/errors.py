"""The one exception that this package raises for input it cannot use."""

import contextlib
import difflib
import math
import os
import warnings
from collections.abc import Collection
from numbers import Real


class InputError(ValueError):
    """Something that was given cannot be used; the message names it, the problem and a remedy."""


def shown(given: object) -> str:
    """Return a value as messages quote it: its `repr` in one line.

    Of one longer than 160 characters, the middle is left out. A path is quoted as its text.

    Example:
        >>> print(shown("a" * 200), shown("two\\nlines"))
        'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa ... aaaaaaaaaaaaaaaaaa' 'two\\nlines'
    """
    try:
        text = " ".join(repr(str(given) if isinstance(given, os.PathLike) else given).split("\n"))
    except Exception:  # such as an integer of more digits than Python writes
        text = f"<{type(given).__name__}>"
    return text if len(text) <= 160 else f"{text[:49]} ... {text[-19:]}"


def reason(error: BaseException) -> str:
    """Return the first line of an error's message, or the name of its type, to quote in another.

    Example:
        >>> reason(OSError("disk full\\nsee the manual")), reason(KeyError())
        ('disk full', 'KeyError')
    """
    return (str(error).strip() or type(error).__name__).splitlines()[0][:200]


def tell(message: str) -> None:
    """Warn with `message`, in the name of the code that called the function that calls this one.

    Python shows a warning once for each line of code; this one is shown every time, unless the
    user has set a filter against it.

    Example:
        >>> with warnings.catch_warnings(record=True) as told:
        ...     tell("float32 is used.")
        >>> [str(warning.message) for warning in told]
        ['float32 is used.']
    """
    with warnings.catch_warnings():
        warnings.simplefilter("always", append=True)  # after the filters that a user has set
        warnings.warn(message, stacklevel=3)


def check_choice(what: str, given: object, known: Collection[str]) -> None:
    """Check that a name is one of those that are known.

    Args:
        what: the kind of name, for the message, such as `"network"`.
        given: the name.
        known: all that are allowed.

    Raises:
        InputError: it is not one of them; the message suggests the nearest.

    Example:
        >>> check_choice("network", "vgg61", ["vgg16"])  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        nst_helpers.errors.InputError: There is no network 'vgg61'. Did you mean ...
    """
    if isinstance(given, str) and given in known:
        return
    near = difflib.get_close_matches(shown(given).strip("'").lower(), known, n=1)
    hint = f"Did you mean {near[0]!r}? " if near else ""
    raise InputError(f"There is no {what} {shown(given)}. {hint}Known: {', '.join(known)}.")


def check_number(name: str, given: object, low: float, high: float) -> float:
    """Return a number as a float, if it is one and in range.

    Args:
        name: of the setting, for the message.
        given: an int, a float or a number of NumPy.
        low, high: the range, both ends included.

    Raises:
        InputError: it is no number, or out of range.

    Example:
        >>> check_number("style_scale", 2, 0.1, 4)
        2.0
    """
    number = math.nan
    if isinstance(given, Real) and not isinstance(given, bool):
        with contextlib.suppress(OverflowError):  # an int can be larger than any float
            number = float(given)
    if not low <= number <= high:
        raise InputError(f"{name} is {shown(given)}; it must be a number from {low:g} to {high:g}.")
    return number
