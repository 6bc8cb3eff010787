"""The studio without a browser."""

import base64
import hashlib
import io
import re
import tempfile
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

import nst_helpers as nst
from nst_helpers.__main__ import main
from nst_helpers.studio import Studio, library, link, words
from nst_helpers.studio import page as module
from pointing import press


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def finish(page):
    page.run.wait(300)
    assert not page.run.alive


def upload(page, name, content, use="picture"):
    """Send a file as the page does, in two parts."""
    half = len(content) // 2
    for part, last in ((content[:half], False), (content[half:], True)):
        page.link._handle_custom_msg({"name": name, "use": use, "last": last}, [part])


def restore(page, name, content):
    upload(page, name, content, "run")


def file(image):
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def page():
    page = Studio()
    page.size.value, page.steps.value = 128, 20
    for name, image in page.library.pictures.items():
        page.library.pictures[name] = nst.load_image(image, 64)
    yield page
    page.end()
    if page.run:
        page.run.wait(300)


def test_a_run_from_start_to_download(page):
    page.chooser.choose_content("coffee")
    page.chooser.choose_style("great_wave")
    assert page.chooser.styles == {"night_sky": 1, "great_wave": 1}
    page.start.click()
    first = page.run
    page.start.click()
    assert page.run is first and "A run is on its way" in page.easel.text
    finish(page)
    assert first.state == "finished" and len(first.history["total"]) == 20
    assert "Finished after 20 steps" in page.easel.text and page.estimate() > 0
    links = dict(re.findall(r'download="(.*?)" href="data:[^,]*,(.*?)"', page.links.value))
    picture = Image.open(io.BytesIO(base64.b64decode(links["picture.png"])))
    film = Image.open(io.BytesIO(base64.b64decode(links["film.gif"])))
    assert max(picture.size) == 128 and film.n_frames > 5
    other = Studio()
    restore(other, "picture.png", base64.b64decode(links["picture.png"]))
    assert other.chooser.content == "coffee" and other.chooser.styles == page.chooser.styles
    assert other.settings() == page.settings()


def test_weights_move_in_flight_and_a_pause_holds(page):
    page.steps.value = 80
    page.start.click()
    wait(lambda: page.run.step is not None)
    page.strength.value = words.STYLE["paint over it"]
    wait(lambda: page.run.transfer.weights["style"] == words.STYLE["paint over it"])
    page.pause.click()
    assert page.run.state == "paused" and page.pause.description == "Go on"
    steps = len(page.run.history["total"]) + 1  # the present step is still finished
    time.sleep(1)
    assert len(page.run.history["total"]) <= steps
    page.pause.click()
    wait(lambda: len(page.run.history["total"]) > steps)
    page.stop.click()
    finish(page)
    assert page.run.state == "stopped" and page.sheet.runs and not page.start.disabled
    assert page.sheet.runs[-1][0]["style_weight"] == words.STYLE["paint over it"]
    image = page.image
    page.chooser.choose_content("rocket")
    press(page.sheet, 0)
    assert page.chooser.content == "cat" and page.image is image


def test_errors_are_sentences(page):
    upload(page, "broken.png", b"no picture")
    assert "broken.png: " in page.easel.text and "not a picture" in page.easel.text
    restore(page, "plain.png", file(Image.new("RGB", (40, 30))))
    assert "carries no settings" in page.easel.text
    upload(page, "mine.png", file(Image.new("RGB", (90, 60), "red")))
    assert (
        page.chooser.content == "mine.png" and page.easel.photo is page.library.pictures["mine.png"]
    )
    assert "mine.png: 90 x 60 pixels, nothing cut off, used at 90 x 60." in page.easel.text
    page.size.value = 192
    assert "A run paints mine.png (90 x 60) at 192 x 128." in page.easel.text
    unusable = {**page.settings(), "size": -1}, {"content": "cat", "style": "mosaic"}, [1]
    for settings in unusable:
        data = save(page.easel.photo, settings)
        restore(page, "foreign.png", data)
        assert "foreign.png carries no settings of this studio." in page.easel.text
    assert page.chooser.content == "mine.png" and page.size.value == 192


def save(image, settings):
    with tempfile.TemporaryDirectory() as folder:
        nst.save_image(image, f"{folder}/picture.png", settings)
        return Path(f"{folder}/picture.png").read_bytes()


def test_a_run_of_an_uploaded_picture_is_restored_with_the_picture(page):
    red, blue = (file(Image.new("RGB", (90, 60), color)) for color in ("red", "blue"))
    upload(page, "image.png", blue)
    page.link._handle_custom_msg({"name": "image.png", "use": "picture", "last": False}, [red[:50]])
    assert page.chooser.content == "image.png"
    page.link._handle_custom_msg({"name": "image.png", "use": "picture", "last": True}, [red[50:]])
    assert page.chooser.content == "image.png (2)" and "used at 90 x 60" in page.easel.text
    page.chooser.styles = {"image.png": 2, "mosaic": 1}
    page.start.click()
    finish(page)
    data, settings = page.png(page.sheet.runs[-1][0]), page.settings()
    painted, names = page.image, list(page.library.pictures)
    upload(page, "again.png", red)
    assert list(page.library.pictures) == names  # known already
    page.chooser.choose_content("cat")
    page.chooser.choose_style("rocket")
    press(page.sheet, 0)
    assert page.settings() == settings and page.image is painted

    other = Studio()
    restore(other, "picture.png", data)
    assert "Upload image.png, image.png (2): then this run is restored." in other.easel.text
    upload(other, "blue.png", blue)
    assert other.chooser.content == "blue.png" and "restored" not in other.easel.text
    upload(other, "red.png", red)
    assert other.chooser.content == "red.png" and other.chooser.styles == {
        "blue.png": 2,
        "mosaic": 1,
    }
    assert "red.png: 90 x 60" in other.easel.text and "are restored" in other.easel.text


def test_the_first_run_has_an_estimate_when_the_page_is_open(page):
    assert page.estimate() is None and " in about " not in page.easel.text
    page.link.beat = 1
    wait(lambda: page.estimate() is not None)
    short = page.estimate()
    wait(lambda: " in about " in page.easel.text)
    page.size.value = 512
    assert page.estimate() > 8 * short


def test_what_is_chosen_during_a_run_is_for_the_next(page):
    page.steps.value = 300
    page.start.click()
    wait(lambda: page.run.step is not None)
    photo = page.easel.photo
    page.chooser.choose_content("rocket")
    assert page.easel.photo is photo and page.chooser.content == "rocket"
    page.load(page.settings())
    assert "A run is on its way" in page.easel.text
    page.stop.click()
    finish(page)
    assert page.sheet.runs[-1][0]["content"] == "cat" and page.easel.photo is photo


def test_uploads_have_limits(page, monkeypatch):
    def images_loaded(*_):
        raise AssertionError("it was read")

    before = list(page.library.pictures)
    small = file(Image.new("RGB", (40, 30)))
    with monkeypatch.context() as patch:
        patch.setattr(library, "load_image", images_loaded)
        upload(page, "big.png", bytes(50_000_001))
        assert "big.png: The file has more than 50 MB: make" in page.easel.text
        patch.setattr(module, "read_settings", images_loaded)
        restore(page, "big.png", bytes(50_000_001))
        assert "big.png: The file has more than 50 MB" in page.easel.text
    upload(page, "bomb.png", file(Image.new("1", (9000, 9000))))
    assert "bomb.png: " in page.easel.text and "80 million pixels" in page.easel.text
    assert list(page.library.pictures) == before and page.chooser.content == "cat"
    page.library.uploads = {str(number): "" for number in range(23)}
    upload(page, "last.png", small)
    upload(page, "more.png", small)
    assert (
        page.chooser.content == "last.png"
        and "more.png: It is one more than the 24 uploads" in page.easel.text
    )
    page.library.uploads = {}
    monkeypatch.setattr(link, "MOST_BYTES", 10)
    monkeypatch.setattr(library, "MOST_BYTES", 10)
    for held in (8, 16, 16):
        page.link._receive(None, {"name": "drop.png", "use": "picture", "last": False}, [bytes(8)])
        assert len(page.link._parts["picture", "drop.png"]) == held
    page.link._receive(None, {"name": "drop.png", "use": "picture", "last": True}, [bytes(8)])
    assert "drop.png: The file has more than" in page.easel.text and not page.link._parts


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("/cat.png", "/cat.png"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("a\nb\0\x1b[31m\u202egnp.exe", "a?b??[31m?gnp.exe"),
        ("\ud800.png", "?.png"),
        ("", "picture"),
        ("x" * 5000 + ".png", "x" * 35 + "….png"),
        ("cat", "cat (2)"),
        ("night_sky", "night_sky (2)"),
    ],
    ids=range(9),
)
def test_a_name_is_shown_and_no_path(page, tmp_path, monkeypatch, given, shown):
    monkeypatch.chdir(tmp_path)
    gallery = dict(page.library.pictures)
    upload(page, given, file(Image.new("RGB", (40, 30), "red")))
    assert page.chooser.content == shown and shown in page.easel.text and shown in page.chooser.text
    assert all(page.library.pictures[name] is gallery[name] for name in gallery)
    assert not list(tmp_path.iterdir())
    upload(page, given, file(Image.new("RGB", (40, 30), "red")))
    assert len(page.library.pictures) == len(gallery) + 1  # the same picture again
    upload(page, given, file(Image.new("RGB", (40, 30), "blue")))
    assert len(page.library.pictures) == len(gallery) + 2


def test_settings_that_are_not_the_studios_change_nothing(page, tmp_path):
    before = page.settings()
    damaged = [
        {name: value for name, value in before.items() if name != "steps"},
        *({**before, name: "x"} for name in ("styles", "size", "steps", "keep_colours")),
        *({**before, "styles": styles} for styles in ({}, {"cat": 0}, {"cat": 1e9}, {"cat": []})),
        *({**before, "content": content} for content in (3, [], {}, None)),
        {**before, "content_weight": -1},
        "cat",
    ]
    for settings in damaged:
        nst.save_image(torch.zeros(1, 3, 16, 16), tmp_path / "a.png", settings)
        restore(page, "a\nb.png", (tmp_path / "a.png").read_bytes())
        assert "a?b.png carries no settings of this studio." in page.easel.text
        assert page.settings() == before
        (tmp_path / "a.png").unlink()


def test_what_the_command_line_saved_is_opened_here_and_the_other_way_round(page, tmp_path, capsys):
    mine = tmp_path / "mine.png"
    Image.new("RGB", (90, 60), "green").save(mine)
    made = tmp_path / "made.png"
    run = [str(mine), "mosaic", "--size=32", "--steps=1", "--style-weight=40", "--seed=3"]
    assert main([*run, "--output", str(made)]) == 0
    assert str(tmp_path) not in str(nst.read_settings(made))
    page.chooser.choose("cat", {"night_sky": 2})
    restore(page, "made.png", made.read_bytes())
    assert "Upload mine.png: then this run is restored." in page.easel.text
    upload(page, "renamed.png", mine.read_bytes())
    assert "restored. The nearest that there is here: size 128 for 32, steps 20 for 1." in (
        page.easel.text
    )
    assert "does not have is left out: pooling." in page.easel.text
    assert page.chooser.content == "renamed.png" and page.chooser.styles == {"mosaic": 1}
    assert page.strength.value == 40

    kept = tmp_path / "studio.png"
    kept.write_bytes(save(page.easel.photo, {**page.settings(), "size": 32, "steps": 2}))
    again = tmp_path / "again.png"
    assert main(["--like", str(kept), str(mine), "--steps=1", "--output", str(again)]) == 0
    settings = nst.read_settings(again)
    assert (settings["style"], settings["style_weight"], settings["size"]) == ("mosaic", 40, 32)
    assert settings["content"] == "mine.png" and settings["steps"] == 1  # what is given comes first
    assert settings["content_sha256"] == hashlib.sha256(mine.read_bytes()).hexdigest()
    repeated = tmp_path / "repeated.png"
    assert main(["--like", str(made), str(mine), "--output", str(repeated)]) == 0
    assert repeated.read_bytes() == made.read_bytes()
    capsys.readouterr()
    kept.write_bytes(save(page.easel.photo, {**page.settings(), "styles": {"cat": 1, "mosaic": 2}}))
    mixed = tmp_path / "mixed.png"
    small = ["--size=32", "--steps=1", "--style-scale=2", "--output", str(mixed)]
    assert main(["--like", str(kept), str(mine), *small]) == 0
    settings = nst.read_settings(mixed)
    assert settings["style"] == ["cat", "mosaic"] and settings["style_shares"] == [1 / 3, 2 / 3]
    restore(page, "mixed.png", mixed.read_bytes())
    assert "does not have is left out: style_scale." in page.easel.text
    assert page.chooser.styles == {"cat": 1, "mosaic": 2}
    assert main(["--like", str(mine)]) == 2
    assert "no settings" in capsys.readouterr().err
    page.library.uploads.pop("renamed.png")
    page.library.pictures.pop("renamed.png")
    page.chooser.choose("cat", {"night_sky": 1})


def test_a_failure_ends_the_run_with_a_sentence(page, monkeypatch):
    def broken(self, last):
        raise nst.Diverged("The loss is no longer a finite number.")
        yield

    monkeypatch.setattr(nst.StyleTransfer, "resume", broken)
    page.start.click()
    finish(page)
    assert "The run ended: The loss is no longer a finite number." in page.easel.text
    assert not page.start.disabled


def test_closing_the_page_stops_the_work(page, monkeypatch):
    page.steps.value = 300
    page.start.click()
    page.link.left = 1
    finish(page)
    assert page.run.state == "stopped"
    monkeypatch.setattr(module, "_SECONDS_WITHOUT_PAGE", 0.5)
    page.link.beat = 1  # and then no more
    page.start.click()
    finish(page)
    assert page.run.state == "stopped"


def test_keyboard_and_mouse_choose(page):
    page.chooser.picture.moved = [1, 0]
    page.chooser.picture.entered = 1
    assert page.chooser.content == list(page.library.pictures)[1]
    for _ in range(4):
        press(page.chooser, ("style", "mosaic"))
    assert "mosaic" not in page.chooser.styles  # three shares, and out again
    press(page.easel, "easel", 0.5)
    assert page.easel.divider == pytest.approx(0.5, abs=0.01)
    page.easel.picture.moved = [-5, 0]
    assert page.easel.divider == pytest.approx(0.4, abs=0.01)


def test_a_preset_is_left_and_taken_again(page):
    for name, preset in words.PRESETS.items():
        page.preset.value = name
        assert tuple(slider.label for slider in page._sliders.values()) == preset
        assert page.preset.value == name
    page.keep.index = (page.keep.index + 1) % 3
    assert page.preset.value == "my own"
    page.preset.value = name
    assert page.keep.label == preset[0]


def test_a_preset_steers_a_run_once(page, monkeypatch):
    steered, steer = [], nst.StyleTransfer.steer

    def noted(self, **weights):
        steered.append(weights)
        steer(self, **weights)

    monkeypatch.setattr(nst.StyleTransfer, "steer", noted)
    page.steps.value = 300
    page.start.click()
    page.preset.value = "paint over it"
    assert steered == [{"content": 0.3, "style": 300.0, "variation": 10.0}]
    assert page.preset.value == "paint over it" and page.run.settings["style_weight"] == 300


def test_styles_and_colours_are_those_of_the_engine(page):
    page.chooser.choose("coffee", {"mosaic": 3, "engraving": 1})
    page.colours.value = True
    page.start.click()
    asked = page.run.transfer.settings
    assert asked["style_shares"] == [0.75, 0.25] and asked["keep_colours"]
    finish(page)
    links = dict(re.findall(r'download="(.*?)" href="data:[^,]*,(.*?)"', page.links.value))
    saved = nst.load_image(base64.b64decode(links["picture.png"]))
    assert (saved - page.image).abs().max() < 0.003  # what is downloaded is what is seen
    photo = nst.load_image(page.easel.photo, 128)
    light = torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)
    tints = [image - (light * image).sum(1, keepdim=True) for image in (saved, photo)]
    assert (tints[0] - tints[1]).abs().mean() < 0.02
    page.colours.value = False  # of the next run; the picture stays as it was painted
    assert (nst.load_image(page.png({})) - saved).abs().max() < 0.003
