"""Addresses of pictures, asked of a server on this machine."""

import base64
import contextlib
import http.server
import os
import socket
import threading

import pytest

from nst_helpers import gallery, images, load_image, read_settings, save_image
from outcomes import assert_pixels, assert_refused, case, outcome
from picture_cases import QUARTERS, encoded, png_of

NO_PICTURE = ("did not give a picture", "save the picture and give its path")
TOO_LARGE = ("larger than", "save a smaller copy")


def redirect(url, code=302):
    return code, {"Location": url}, b""


DATA = f"data:image/png;base64,{base64.b64encode(encoded('png')).decode()}"
ANSWERS = {  # to every other page the answer is the picture, too
    "html_type": (200, {"Content-Type": "text/html"}, encoded("png")),
    "page": (200, {}, b"<!doctype html><html><body><img src='cat.png'></body></html>"),
    "nothing": (200, {}, b""),
    "missing": (404, {}, encoded("png")),
    "cut": (200, {"Content-Length": "9999"}, encoded("png")[:90]),
    "large": (200, {}, bytes(2000)),
    "bomb": (200, {}, png_of(20_000, 20_000)),
    "moved": redirect("/picture"),
    "loop": redirect("/loop"),
    **{f"slow_{turn}": redirect(f"/slow_{turn + 1}") for turn in range(6)},
    "on_to_large": redirect("/large", 307),
    "slow_on_to_drip": redirect("/drip", 308),
    "on_to_https": redirect("https://127.0.0.1:9/cat.png"),
    "to_file": redirect(gallery()["cat"].path.as_uri()),
    "to_ftp": redirect("ftp://127.0.0.1:9/cat.png"),
    "to_data": redirect(DATA, 301),
    "to_nowhere": redirect("http://["),
}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page = self.path.strip("/")
        with contextlib.suppress(OSError):  # the caller has hung up
            if page == "rubbish":
                self.wfile.write(b"rubbish\r\n\r\n")
            elif page == "silent":
                self.drip([b""] * 200)
            elif page == "drip_headers":
                self.drip([b"H"] * 200)
            elif page == "drip":
                self.drip([b"HTTP/1.0 200 OK\r\n\r\n", *[b"x"] * 200])
            elif not page.startswith("slow") or not self.server.over.wait(0.3):
                self.answer(*ANSWERS.get(page, (200, {}, encoded("png"))))

    def drip(self, parts):
        """Give one part after the other for 20 seconds; who waits for the end is noted."""
        for part in parts:
            self.wfile.write(part)
            if self.server.over.wait(0.1):
                return
        self.server.waited_for.append(self.path)

    def answer(self, code, headers, content):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.waited_for, server.over = [], threading.Event()
        server.address = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
        before = threading.enumerate()
        yield server
        server.over.set()
        for thread in set(threading.enumerate()) - set(before):  # of those who were given up
            thread.join(10)
        server.shutdown()


@pytest.fixture
def limits(monkeypatch):
    """Return a function that sets how long an address may take, and how much it may give."""

    def set_limits(seconds=30, size=1500):
        monkeypatch.setattr(images, "_URL_SECONDS", seconds)
        monkeypatch.setattr(images, "_URL_BYTES", size)

    return set_limits


@pytest.fixture
def connected(monkeypatch):
    """Return a list of what this process connects to from now on."""
    addresses, connect = [], socket.socket.connect

    def noting(self, address):
        addresses.append(address)
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", noting)
    return addresses


def test_an_address_of_a_picture(server):
    for page in ("picture", "moved", "html_type", "ж é.png?a=b#c", "a%20b"):
        with case(page):
            assert_pixels(outcome(f"{server.address}/{page}"), QUARTERS)


@pytest.mark.parametrize(
    ("page", "words"),
    [
        ("page", ["is not a picture", "web page"]),
        ("nothing", ["is not a picture"]),
        ("missing", NO_PICTURE),
        ("cut", ["save"]),  # not given at all, or given and then found to be damaged
        ("large", TOO_LARGE),
        ("bomb", ["80 million"]),
        ("rubbish", NO_PICTURE),
        ("loop", NO_PICTURE),
        ("on_to_large", TOO_LARGE),
        ("on_to_https", NO_PICTURE),
    ],
)
def test_an_address_of_no_picture(server, limits, page, words):
    limits()
    assert_refused(outcome(f"{server.address}/{page}"), f"{server.address}/{page}", *words)


@pytest.mark.parametrize("page", ["silent", "drip", "drip_headers", "slow_on_to_drip"])
def test_an_address_that_never_ends_is_given_up(server, limits, page):
    limits(seconds=0.5)
    assert_refused(outcome(f"{server.address}/{page}"), f"{server.address}/{page}", *NO_PICTURE)
    assert not server.waited_for


def test_the_limit_of_time_is_one_for_all_redirects(server, limits):
    limits(seconds=0.5)
    assert_refused(outcome(f"{server.address}/slow_0"), *NO_PICTURE)


@pytest.mark.parametrize("page", ["to_file", "to_ftp", "to_data", "to_nowhere"])
def test_a_redirect_leads_to_the_web_only(server, connected, page):
    assert_refused(outcome(f"{server.address}/{page}"), f"{server.address}/{page}", *NO_PICTURE)
    assert {port for _, port in connected} == {server.server_port}


BAD_ADDRESSES = ["http://", "http:///x.png", "https://[::1", "http://a b/x.png", "http://\0/",
                 "http://\n/", "http://127.0.0.1:99999/", "http://127.0.0.1:x/",
                 "http://127.0.0.1:9/", "HTTP://127.0.0.1:9", "http://\ud800/", "javascript://x",
                 "://", "http://" + "x" * 3000, "http://127.0.0.1:9/\udcff",
                 "ftp://127.0.0.1/cat.png", gallery()["cat"].path.as_uri()]  # fmt: skip


def test_a_bad_address(limits):
    limits(seconds=5)  # to look up what is no name
    for url in BAD_ADDRESSES:
        with case(url):
            assert_refused(outcome(url), *NO_PICTURE)


def test_nothing_is_fetched_that_was_not_asked_for(tmp_path, connected):
    linked = b"<svg><image href='http://127.0.0.1:9/cat.png'/></svg>"
    for source in ("cat", encoded("png"), QUARTERS):
        with case(source):
            save_image(outcome(source), tmp_path / "a.png", {"content": "http://127.0.0.1:9/"})
            assert read_settings(tmp_path / "a.png") == {"content": "http://127.0.0.1:9/"}
            load_image(tmp_path / "a.png")
            (tmp_path / "a.png").unlink()
    assert_refused(outcome(linked), "is an SVG drawing")
    assert_refused(outcome("www.python.org"), "There is no file")
    if os.name != "nt":  # where no name has a colon
        (tmp_path / "http:").write_bytes(linked)
        assert_refused(outcome(tmp_path / "http:"), "is an SVG drawing")
    assert not connected
    outcome("http://127.0.0.1:9/cat.png")
    assert connected == [("127.0.0.1", 9)], "this test looks at the wrong function"
