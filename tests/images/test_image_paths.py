"""Names and paths, of pictures that are read and of those that are saved."""

import hashlib
import io
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from nst_helpers import gallery, load_image, read_settings, save_image
from nst_helpers.errors import shown
from nst_helpers.images import file_sha256, kept_name
from outcomes import assert_pixels, assert_refused, case, outcome, refusal
from picture_cases import ODD_NAMES, QUARTERS, encoded


def test_the_gallery_is_whole():
    pictures = gallery()
    kinds = [picture.kind for picture in pictures.values()]
    assert kinds.count("painting") >= 8 and kinds.count("photograph") >= 4
    for name, picture in pictures.items():
        with case(name):
            assert outcome(name).shape == (1, 3, picture.size[1], picture.size[0])
            assert picture.licence and picture.source and len(picture.alt.split()) >= 5
            if picture.kind == "painting":
                assert picture.path.stat().st_size <= 420_000


@pytest.mark.parametrize("kind", [str, Path])
def test_an_odd_name_of_a_picture(tmp_path, kind):
    for name in ODD_NAMES:
        with case(name):
            path = tmp_path / name
            assert_refused(outcome(kind(path)), "There is no file")
            path.write_bytes(encoded("png"))
            assert_pixels(outcome(kind(path)), QUARTERS)
            path.unlink()


def test_an_odd_name_of_an_output(tmp_path):
    image = load_image(QUARTERS)
    for name in (name for name in ODD_NAMES if len(name) < 250):  # with an ending it is too long
        with case(name):
            path = tmp_path / (name if Path(name).suffix in {".png", ".jpeg"} else f"{name}.png")
            save_image(image, path, {"content": str(path), "odd": "\ud800"})
            assert [file.name for file in tmp_path.iterdir()] == [path.name]
            if path.suffix == ".png":
                assert torch.equal(load_image(path), image)
                assert read_settings(path) == {"content": str(path), "odd": "\ud800"}
            path.unlink()


class BytesPath(os.PathLike):
    def __fspath__(self):
        return b"cat.png"


BAD_PATHS = [
    *("", "~", "..", "/dev/zero", BytesPath(), f"{__file__}/x.png", "~no-user-of-this-name/x.png"),
    *("x" * 300 + ".png", "x/" * 5000 + "x.png"),
    *("a\0b.png", "\0", "~\0", "~\ud800/x.png", "\udcff\ud800.png"),
    *(gallery()["cat"].path.as_uri(), "ftp://127.0.0.1/cat.png", "https:/example.org/cat.png"),
    "data:image/png;base64,iVBORw0KGgo=",
]


def test_a_bad_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    image = load_image(QUARTERS)
    for path in BAD_PATHS:
        with case(path):
            assert_refused(outcome(path), shown(path))
            assert_refused(refusal(read_settings, path), shown(path))
            refusal(save_image, image, path)
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
def test_files_that_are_none(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere")
    (tmp_path / "folder.png").mkdir()
    for name in ("pipe", "loop", "dangling", "folder.png"):
        with case(name):
            assert_refused(outcome(tmp_path / name), name)
            assert_refused(refusal(read_settings, tmp_path / name), name)


def test_a_file_that_may_not_be_read(tmp_path, monkeypatch):
    path = tmp_path / "secret.png"
    path.write_bytes(encoded("png"))
    path.chmod(0)
    if os.access(path, os.R_OK):  # an administrator may read all, and so does Windows

        def forbidden(*_, **__):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Image, "open", forbidden)
    assert_refused(outcome(path), "secret.png", "may not be read")


def test_a_folder_that_may_not_be_written(tmp_path, monkeypatch):
    tmp_path.chmod(0o500)
    if os.access(tmp_path, os.W_OK):  # likewise
        monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    words = refusal(save_image, load_image(QUARTERS), tmp_path / "a.png")
    tmp_path.chmod(0o700)
    assert_refused(words, "cannot be written: choose another")


def test_a_missing_folder_is_said(tmp_path):
    words = refusal(save_image, load_image(QUARTERS), tmp_path / "no" / "a.png")
    assert_refused(words, "does not exist")


def test_an_output_of_no_format(tmp_path):
    for name in ("a", "a.", "a.gif", "a.pgn", "a.exe", ".png/", "a.png\0"):
        with case(name):
            words = refusal(save_image, load_image(QUARTERS), f"{tmp_path}/{name}")
            assert_refused(words, "There is no picture format", "Known: .png")
            assert not list(tmp_path.iterdir())


def test_what_is_kept_of_a_picture_names_no_folder_and_no_secret(tmp_path):
    (tmp_path / "é 1.png").write_bytes(encoded("png"))
    opened = Image.open(tmp_path / "é 1.png")
    address = "https://me:secret@example.org/private/caf%C3%A9.jpg?token=secret#secret"
    names = {
        "cat": "cat",
        str(tmp_path / "é 1.png"): "é 1.png",
        tmp_path / "é 1.png": "é 1.png",
        address: "café.jpg",
        "https://example.org/?token=secret": "example.org",
        b"bytes": "a file in memory (not kept)",
    }
    for source, name in names.items():
        assert kept_name(source) == name
    for source in (opened, np.zeros((20, 20)), torch.zeros(1, 3, 20, 20)):
        assert kept_name(source).endswith(" (not kept)") and file_sha256(source) is None
    digest = hashlib.sha256(encoded("png")).hexdigest()
    assert file_sha256(tmp_path / "é 1.png") == file_sha256(encoded("png")) == digest
    assert file_sha256("cat") is file_sha256(address) is None


def test_things_that_are_no_pictures():
    things = [None, 3, 2.5, object(), [[0, 1]], {}, (), np.uint8(3), print, [b"x", b"y"]]
    for thing in things:
        with case(thing):
            assert_refused(outcome(thing), type(thing).__name__, "give a gallery name")


def test_files_in_memory_and_open_ones(tmp_path):
    """The forms in which libraries and upload widgets hand over a file."""
    content = encoded("png")
    (tmp_path / "a.png").write_bytes(content)
    used = io.BytesIO()
    Image.fromarray(QUARTERS).save(used, "PNG")  # which leaves it at its end
    upload = {"name": "a.png", "type": "image/png", "content": memoryview(content)}  # ipywidgets
    forms = [bytearray(content), memoryview(content), io.BytesIO(content), used, (upload,), upload,
             [io.BytesIO(content)]]  # fmt: skip
    for form in forms:
        with case(form):
            assert_pixels(outcome(form), QUARTERS)
            assert_pixels(outcome(form), QUARTERS)  # a second time too
            assert file_sha256(form) == hashlib.sha256(content).hexdigest() or form is used
    with open(tmp_path / "a.png", "rb") as file:
        assert_pixels(outcome(file), QUARTERS)
    assert_refused(outcome(file), "cannot be read", "open it again")
    assert_refused(outcome(io.StringIO("text")), "text, not bytes", "open it with mode 'rb'")
    assert_refused(outcome(io.BytesIO()), "picture of 0 bytes")


def test_a_name_with_a_tilde_may_be_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("~", "~nobody", "~x.png"):
        Path(name).write_bytes(encoded("png"))
        assert_pixels(outcome(name), QUARTERS)
    with pytest.warns(UserWarning, match=r"'~x.png' was there and is replaced"):
        save_image(load_image(QUARTERS), "~x.png")
    assert [path.name for path in tmp_path.iterdir() if path.suffix] == ["~x.png"]


def test_a_closed_picture(tmp_path):
    (tmp_path / "a.png").write_bytes(encoded("png"))
    with Image.open(tmp_path / "a.png") as picture:
        pass
    assert_refused(outcome(picture), "PIL image")
