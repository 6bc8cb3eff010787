"""Files from the web, by http and https only, with limits of time and size."""

import queue
import threading
import time
from collections.abc import Iterator

from nst_helpers.errors import InputError, reason, shown

_MOST_REDIRECTS = 20


def stream(url: str, seconds_of_silence: float) -> Iterator[tuple[bytes, int | None]]:
    """Yield the file at an address piece by piece, each with the size of the whole file.

    Args:
        url: an http or https address; redirects to others of these two are followed. Spaces and
            letters outside ASCII may stand in it.
        seconds_of_silence: how long the server may send nothing at all. There is no limit for
            the whole, nor for looking up the name of the server.

    Yields:
        `(piece, size)`; the size is in bytes, or None where the server does not tell it.

    Raises:
        ConnectionError: the address cannot be used, the server cannot be reached, falls silent
            or has no such file, or the file ends too early. The message is a reason in one line.
    """
    import httpx  # here, for it takes a tenth of a second, and pictures are seldom fetched

    try:
        # A file that was compressed for the way would have two sizes, of which one is no limit.
        headers = {"User-Agent": "nst_helpers", "Accept-Encoding": "identity"}
        with httpx.Client(headers=headers, timeout=seconds_of_silence) as client:
            request = client.build_request("GET", url)
            # Redirects are followed by hand: httpx would read their bodies without a limit.
            for _ in range(_MOST_REDIRECTS + 1):
                if request.url.scheme not in {"http", "https"}:
                    raise ValueError("only http and https are followed")
                answer = client.send(request, stream=True)
                try:
                    if answer.next_request is None:
                        if not answer.is_success:
                            raise ValueError(f"{answer.status_code} {answer.reason_phrase}")
                        size = answer.headers.get("Content-Length")
                        for piece in answer.iter_raw():
                            yield piece, size and int(size)
                        return
                finally:
                    answer.close()
                request = answer.next_request
            raise ValueError(f"more than {_MOST_REDIRECTS} redirects")
    except Exception as error:  # besides httpx's own errors, those of Unicode and of the settings
        raise ConnectionError(reason(error)) from error


def fetch_picture(url: str, most_bytes: int, most_seconds: float) -> bytes:
    """Return the picture file at an address; nobody looks yet whether it is a picture.

    Args:
        url: as in `stream`.
        most_bytes: a larger file is refused.
        most_seconds: for everything it takes, from looking up the name of the server to the last
            byte.

    Raises:
        InputError: the address gives no file, or passes one of the limits.
    """
    answers: queue.SimpleQueue[bytes | OSError] = queue.SimpleQueue()
    deadline = time.monotonic() + most_seconds
    late = TimeoutError(f"it takes longer than {most_seconds:g} seconds")

    def fetch():
        content = bytearray()
        try:
            for piece, _ in stream(url, most_seconds):
                if time.monotonic() > deadline:
                    raise late
                content += piece
                if len(content) > most_bytes:
                    break
            answers.put(bytes(content))
        except OSError as error:
            answers.put(error)

    # In a thread, because httpx limits each wait, but not the sum of them, nor the search for
    # the name. A daemon, because Python would otherwise wait for it at its end.
    threading.Thread(target=fetch, daemon=True).start()
    try:
        answer = answers.get(timeout=most_seconds)
    except queue.Empty:
        answer = late
    if isinstance(answer, OSError):
        raise InputError(
            f"{shown(url)} did not give a picture ({reason(answer)}): "
            "check the address and the connection, or save the picture and give its path."
        ) from answer
    if len(answer) > most_bytes:
        raise InputError(
            f"{shown(url)} is larger than {most_bytes / 10**6:g} MB: save a smaller copy."
        )
    return answer
