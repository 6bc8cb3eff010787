import contextlib
import hashlib
import http.server
import socketserver
import subprocess
import sys
import threading
import time

import pytest

from nst_helpers import InputError, web
from nst_helpers.runtime import weights


class Answers(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.server.asked.append((self.path, self.headers["User-Agent"]))
        with contextlib.suppress(OSError):  # the caller has hung up
            getattr(self, self.path.strip("/").split("?")[0], self.file)()

    def log_message(self, *_):
        pass

    def answer(self, content, code=200, **headers):
        self.send_response(code)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(content)

    def file(self):
        self.answer(b"whole", Content_Length="5")

    def cut(self):
        self.answer(b"who", Content_Length="5")

    def empty(self):
        self.answer(b"", 204)

    def zipped(self):
        self.answer(b"\x1f\x8b", Content_Encoding="gzip")

    def moved(self):
        self.answer(bytes(10**6), 302, Location="/file")

    def on_to_endless(self):
        self.send_response(302)
        self.send_header("Location", "/file")
        self.end_headers()
        self.server.sent = 0
        for _ in range(1000):
            self.wfile.write(bytes(10**6))
            self.server.sent += 1

    def loop(self):
        self.answer(b"", 302, Location="/loop")

    def away(self):
        scheme = self.path.split("?")[1]
        self.answer(b"", 302, Location=f"{scheme}://127.0.0.1:{self.server.server_port}/file")

    def drip(self):
        self.send_response(200)
        self.end_headers()
        for _ in range(30):
            self.wfile.write(b"x")
            time.sleep(0.1)


@pytest.fixture
def server():
    class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
        daemon_threads = True
        asked = ()

    with Server(("127.0.0.1", 0), Answers) as server:
        server.asked, server.address = [], f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def fetch(url, most_bytes=100, most_seconds=10):
    return web.fetch_picture(url, most_bytes, most_seconds)


@pytest.mark.parametrize(
    "page", ["file", "moved", "ж é.png?a=b c#d", "a%20b", "a|b^c", "away?http"]
)
def test_a_file_comes_whole(server, page):
    assert fetch(f"{server.address}/{page}") == b"whole"
    assert {agent for _, agent in server.asked} == {"nst_helpers"}
    assert all(path.isascii() and " " not in path for path, _ in server.asked)


def test_pieces_tell_the_size_of_the_whole(server):
    assert list(web.stream(f"{server.address}/file", 10)) == [(b"whole", 5)]
    assert list(web.stream(f"{server.address}/zipped", 10)) == [(b"\x1f\x8b", None)]
    assert list(web.stream(f"{server.address}/empty", 10)) == []


@pytest.mark.parametrize(
    ("page", "words"),
    [("cut", "complete"), ("loop", "more than 20 redirects"), ("away?ftp", "only http and https"),
     ("away?file", "only http and https"), ("away?ws", "only http and https")],
)  # fmt: skip
def test_an_answer_that_is_refused(server, page, words):
    with pytest.raises(InputError, match=words) as caught:
        fetch(f"{server.address}/{page}")
    assert "save the picture and give its path" in str(caught.value)


@pytest.mark.parametrize("scheme", ["ws", "wss", "ftp", "file", "javascript", ""])
def test_an_address_that_is_not_of_the_web(server, scheme):
    with pytest.raises(InputError, match="only http and https"):
        fetch(f"{scheme}{server.address.removeprefix('http')}/file")
    assert not server.asked


def test_the_body_of_a_redirect_is_not_read(server):
    assert fetch(f"{server.address}/on_to_endless") == b"whole"
    assert server.sent < 50


@pytest.mark.parametrize(("most", "fits"), [(4, False), (5, True)])
def test_the_limit_of_bytes(server, most, fits):
    with contextlib.nullcontext() if fits else pytest.raises(InputError, match="larger than"):
        assert fetch(f"{server.address}/file", most_bytes=most) == b"whole"


def test_the_limit_of_time_is_for_the_whole_and_ends_the_thread(server):
    fetch(f"{server.address}/file")  # the first one imports httpx
    with pytest.raises(InputError, match=r"longer than 0\.5 seconds"):
        fetch(f"{server.address}/drip", most_seconds=0.5)
    until = time.monotonic() + 2
    while any("fetch" in thread.name for thread in threading.enumerate()):
        assert time.monotonic() < until, "the thread goes on reading"
        time.sleep(0.05)


@pytest.mark.parametrize("proxy", ["ftp://127.0.0.1:9", "socks5://127.0.0.1:9", "http://["])
def test_a_proxy_that_cannot_be_used_is_said(server, monkeypatch, proxy):
    monkeypatch.setenv("HTTP_PROXY", proxy)
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(InputError, match="did not give a picture"):
        fetch(f"{server.address}/file")


def test_the_package_does_not_import_httpx_before_it_is_needed():
    code = "import sys, nst_helpers; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_download_is_kept_once_it_is_whole_and_shows_how_far_it_is(server, tmp_path, capsys):
    place, digits = tmp_path / "a.pth", hashlib.sha256(b"whole").hexdigest()[:8]
    place.write_bytes(b"damaged")
    for page, wrong, words in [("cut", digits, "complete"), ("file", "0" * 8, "invalid hash")]:
        with pytest.raises(OSError, match=words):
            weights._download_to(place, f"{server.address}/{page}", wrong)
        assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"damaged"]
    capsys.readouterr()
    weights._download_to(place, f"{server.address}/moved", digits)
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [b"whole"]
    told = capsys.readouterr()
    assert "a.pth: 100%" in told.err and "5.00/5.00" in told.err and not told.out


def test_an_interrupted_download_leaves_nothing(server, tmp_path, monkeypatch):
    def interrupted(url, seconds):
        yield b"who", 5
        raise KeyboardInterrupt

    monkeypatch.setattr(weights, "stream", interrupted)
    with pytest.raises(KeyboardInterrupt):
        weights._download_to(tmp_path / "a.pth", server.address, "0" * 8)
    assert not list(tmp_path.iterdir())
