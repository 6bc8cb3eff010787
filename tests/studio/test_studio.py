"""The studio without a browser: what the page sends, and what it is told."""

import hashlib
import io
import tempfile
import time
from pathlib import Path

import pytest
import torch
from PIL import Image

import nst_helpers as nst
from nst_helpers.__main__ import main
from nst_helpers.engine.transfer import CONTENT_WEIGHT, STYLE_WEIGHT, VARIATION_WEIGHT
from nst_helpers.runtime.turns import Line
from nst_helpers.studio import Studio, library, settings
from nst_helpers.studio import page as module


def wait(condition, seconds=300):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def finish(studio):
    studio.painting.wait(300)
    assert not studio.painting.alive


def tell(studio, do, *files, **message):
    """Send a message as the page does."""
    studio._handle_custom_msg({"do": do, **message}, list(files))


def give(studio, name, content, use="content"):
    """Send a file as the page does, in two parts."""
    half = len(content) // 2
    for part, last in ((content[:half], False), (content[half:], True)):
        tell(studio, "file", part, key=f"key of {name}", name=name, use=use, last=last)


def file(image):
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def color(name, size=(90, 60)):
    return file(Image.new("RGB", size, name))


def save(image, kept):
    with tempfile.TemporaryDirectory() as folder:
        nst.save_image(image, f"{folder}/picture.png", kept)
        return Path(f"{folder}/picture.png").read_bytes()


def kept(studio):
    """Return `(what is said of it, its PNG, its film, the photo)` of the painting kept last."""
    messages = [(m["keep"], *files) for m, files in studio.told if "keep" in m]
    return messages[-1]


def choose(studio, **changes):
    studio.choices = {**studio.choices, **changes}


@pytest.fixture
def new(tmp_path):
    """Make studios that paint small pictures and whose messages to the page are kept."""
    made = []

    def studio():
        studio = Studio()
        Studio._open_ones.clear()  # as if each had a kernel of its own
        studio.told = []
        studio.send = lambda message, files=(): studio.told.append((message, list(files)))
        studio._line = Line(tmp_path / "line", at_once=1)
        choose(studio, size=64, steps=8)
        made.append(studio)
        return studio

    yield studio
    for studio in made:
        studio.stop()
        if studio.painting:
            studio.painting.wait(300)


@pytest.fixture
def studio(new):
    return new()


def test_a_run_from_start_to_what_is_kept(studio, new):
    choose(studio, content="coffee", styles={"night_sky": 1, "great_wave": 2}, keep_colours=True)
    tell(studio, "paint", choices=studio.choices)
    first = studio.painting
    tell(studio, "paint", choices=studio.choices)
    assert studio.painting is first and "A painting is on its way" in studio.said
    assert studio.told[-1][0]["wrong"]
    finish(studio)
    assert studio.run["state"] == "finished" and studio.run["share"] == 1
    assert len(studio.history["total"]) == len(studio.history["size"]) == studio.run["steps"] == 8
    said, png, film, photo = kept(studio)
    assert said["id"] == studio.run["id"] and said["history"] == studio.history
    picture, moving = Image.open(io.BytesIO(png)), Image.open(io.BytesIO(film))
    assert max(picture.size) == 64 and moving.n_frames > 5
    assert Image.open(io.BytesIO(photo)).format == "JPEG"
    other = new()
    give(other, "picture.png", png, "painting")
    assert other.choices == studio.choices
    assert other.said == "The settings of this painting are now in the panel."
    assert other.told[-1][0]["wrong"] is False


def test_what_is_kept_is_what_is_seen(studio):
    """Also with the colours of the photo."""
    for keep in (False, True):
        choose(studio, keep_colours=keep)
        studio.paint()
        finish(studio)
        png = nst.load_image(kept(studio)[1])
        shown = nst.load_image(studio.painted)
        assert (png - shown).abs().mean() < 0.04  # a JPEG
        assert (png - studio.painting.step.image).abs().max() < 1 / 255


def test_weights_move_in_flight_and_a_pause_holds(studio):
    choose(studio, steps=300)
    studio.paint()
    wait(lambda: studio.painting.step is not None)
    choose(studio, style_weight=1000.0)
    wait(lambda: studio.painting.transfer.weights["style"] == 1000)
    tell(studio, "pause")
    assert studio.run["state"] == "paused"
    steps = len(studio.painting.history["total"]) + 1  # the present step is still finished
    time.sleep(0.5)
    assert len(studio.painting.history["total"]) <= steps
    tell(studio, "go on")
    wait(lambda: len(studio.painting.history["total"]) > steps)
    tell(studio, "stop")
    finish(studio)
    said, png, *_ = kept(studio)
    assert said["state"] == "stopped" and said["settings"]["style_weight"] == 1000
    assert nst.read_settings(png)["steps_done"] == said["steps"] < 300


def test_what_is_chosen_during_a_run_is_for_the_next(studio):
    choose(studio, steps=300)
    studio.paint()
    before = studio.before
    choose(studio, content="rocket", size=96, steps=20)
    assert studio.photo["of"] == "rocket" and studio.before == before
    tell(studio, "stop")
    finish(studio)
    assert kept(studio)[0]["settings"]["content"] == "cat" and kept(studio)[3] == before
    assert kept(studio)[0]["settings"]["size"] == 64


def test_a_file_is_what_it_is_given_for(studio):
    give(studio, "face.png", color("red"))
    assert studio.choices["content"] == "face.png" and studio.photo["of"] == "face.png"
    give(studio, "art.png", color("blue"), "style")
    assert studio.choices["content"] == "face.png" and studio.choices["styles"] == {"art.png": 1}
    give(studio, "third.png", color("green"), "tray")
    assert studio.choices["content"] == "face.png" and studio.choices["styles"] == {"art.png": 1}
    added = [picture for picture in studio.pictures if picture["kind"] == "upload"]
    assert [(each["name"], each["width"], each["height"]) for each in added] == [
        (name, 90, 60) for name in ("face.png", "art.png", "third.png")
    ]
    assert set(studio.thumbnails) == {picture["name"] for picture in studio.pictures}
    assert {
        "added": {"key": "key of art.png", "digest": hashlib.sha256(color("blue")).hexdigest()}
    } in [message for message, _ in studio.told]


def test_a_new_photo_leaves_the_painting_that_is_shown(studio):
    studio.paint()
    finish(studio)
    shown = studio.run, studio.painted, studio.before, studio.history
    give(studio, "mine.png", color("red"))
    choose(studio, styles={"mosaic": 1})
    assert shown == (studio.run, studio.painted, studio.before, studio.history)


def test_a_painting_that_is_opened_is_shown(studio):
    choose(studio, size=512, steps=100)  # 15 at 128 pixels, 10 at 256, 20 at 384, 55 at 512
    settings = {**studio.choices, "content": "coffee", "steps_done": 50}
    data = save(nst.load_image("coffee", 64), settings)
    give(studio, "saved.png", data, "painting")
    message = next(message for message, _ in studio.told if "keep" in message)
    said, png, film, _ = kept(studio)
    assert message["show"] and png == data and film == b""
    before, work = 15 * 1 + 10 * 4 + 20 * 9 + 5 * 16, 15 * 1 + 10 * 4 + 20 * 9 + 55 * 16
    assert said["state"] == "stopped" and said["share"] == pytest.approx(before / work)
    assert said["settings"]["content"] == studio.choices["content"] == "coffee"


def test_going_on_needs_the_same_pictures(studio, new):
    """Another picture of the same name is none."""
    give(studio, "image.png", color("blue"))
    studio.paint()
    finish(studio)
    other = new()
    give(other, "image.png", color("red"))
    give(other, "painting.png", kept(studio)[1], "larger")
    assert other.painting is None
    needs = 'This painting needs the picture "image.png". Add it under Photo, then try again.'
    assert other.said == needs


def test_a_film_that_fails_loses_no_painting(studio, monkeypatch):
    def broken(self, last):
        raise MemoryError

    monkeypatch.setattr("nst_helpers.studio.run.Film.gif", broken)
    monkeypatch.setattr("threading.excepthook", lambda _: None)
    studio.paint()
    studio.painting.wait(300)
    assert studio.run["state"] == "finished" and kept(studio)[0]["state"] == "finished"


def test_files_that_broke_off_are_forgotten(studio):
    for number in range(9):
        tell(studio, "file", b"x", key=str(number), name="a.png", use="content", last=False)
    assert list(studio._parts) == ["5", "6", "7", "8"]


def test_a_studio_that_is_made_again_closes_the_last_one(studio):
    Studio._open_ones.add(studio)
    choose(studio, steps=3000)
    studio.paint()
    Studio().close()
    finish(studio)
    assert studio.run["state"] == "stopped" and studio.comm is None


def test_errors_are_sentences(studio):
    give(studio, "broken.png", b"no picture")
    damaged = "it is not a picture, or it is damaged. Choose a PNG or JPEG file."
    assert studio.said == f"broken.png was not added: {damaged}"
    give(studio, "broken.png", b"no picture", "painting")
    assert studio.said == f"broken.png was not opened: {damaged}"
    half = color("red", (300, 200))
    give(studio, "half.png", half[: len(half) // 2])
    assert studio.said == f"half.png was not added: {damaged}"
    give(studio, "drawing.svg", b"<svg/>")
    assert studio.said.startswith("drawing.svg was not added: it is an SVG drawing, which")
    for size in ((1, 1), (90, 15)):
        give(studio, "dot.png", color("red", size))
        small = "it is too small. A picture needs at least 16 pixels on each side."
        assert studio.said == f"dot.png was not added: {small}"
    for size in ((1, 1), (90, 60)):
        give(studio, "plain.png", color("red", size), "painting")
        assert studio.said == (
            "plain.png was not made in this studio, so it has no settings to open. To paint it, "
            "choose Photo, then Add a photo."
        )
    assert all(message["wrong"] for message, _ in studio.told)
    choose(studio, content="gone.png")
    studio.paint()
    assert studio.said == "There is no picture gone.png here. Choose another."
    assert studio.painting is None
    tell(studio, "restore", settings={"size": 3})
    assert studio.said == "There are no settings of a painting in it."


def test_settings_with_added_pictures_wait_for_them(studio, new):
    give(studio, "image.png", color("blue"), "style")
    give(studio, "image.png", color("red"))
    assert studio.choices["content"] == "image.png (2)"
    choose(studio, styles={"image.png": 2, "mosaic": 1})
    studio.paint()
    finish(studio)
    names = [picture["name"] for picture in studio.pictures]
    give(studio, "again.png", color("red"))
    assert [picture["name"] for picture in studio.pictures] == names  # known already

    other = new()
    give(other, "picture.png", kept(studio)[1], "painting")
    assert other.said == (
        'This painting needs the pictures "image.png" and "image.png (2)". Add them under Photo, '
        "and its settings will load."
    )
    give(other, "blue.png", color("blue"), "tray")
    assert other.choices["content"] == "cat"
    give(other, "red.png", color("red"), "tray")
    assert other.choices["content"] == "red.png" and "now in the panel" in other.said
    assert other.choices["styles"] == {"blue.png": 2, "mosaic": 1}


def test_the_first_run_has_an_estimate_when_the_page_is_open(studio):
    choose(studio, size=256, steps=100)
    assert studio.estimate == 0
    studio.beat = 1
    assert studio.answered == 1
    wait(lambda: studio.estimate > 0)
    short = studio.estimate
    choose(studio, size=512)
    assert 3 * short < studio.estimate < 5 * short


def test_there_is_no_time_left_before_there_is_a_pace(studio):
    choose(studio, steps=300)
    studio.paint()
    assert studio.run["left"] is None and studio.run["steps"] == 0
    wait(lambda: studio.run["steps"] > 2)
    assert studio.run["left"] > 0 and 0 < studio.run["share"] < 1


def test_a_larger_painting_goes_on_from_this_one(studio):
    choose(studio, size=128, steps=10)
    studio.paint()
    finish(studio)
    png = kept(studio)[1]
    give(studio, "larger", png, "larger")
    finish(studio)
    said, larger, *_ = kept(studio)
    assert said["settings"]["size"] == 256 and Image.open(io.BytesIO(larger)).width == 256
    assert said["history"]["size"] == [256] * said["steps"] and said["steps"] < 10
    assert studio.run["share"] == 1 and said["steps"] > 0
    assert studio.choices["size"] == 256  # what the panel shows is what was painted
    assert nst.read_settings(larger)["steps_done"] == 10  # also those that count as taken
    photo = nst.load_image(kept(studio)[3])
    small, anew, result = (
        nst.images.resample(p, (42, 64))
        for p in (nst.load_image(png), photo, nst.load_image(larger))
    )
    assert (result - small).abs().mean() < (result - anew).abs().mean()


def test_only_a_weight_that_is_moved_steers(studio):
    """A run may have other weights than the controls: it goes on from an earlier painting."""
    choose(studio, steps=400, style_weight=8.0)
    studio.paint()
    wait(lambda: studio.painting.step)
    studio.stop()
    finish(studio)
    choose(studio, style_weight=40.0)
    give(studio, "go on", kept(studio)[1], "go on")
    choose(studio, content="rocket", size=128)
    assert studio.painting.settings["style_weight"] == 8
    choose(studio, content_weight=4.0)
    assert studio.painting.settings["style_weight"] == 8
    assert studio.painting.settings["content_weight"] == 4


def test_a_painting_that_was_stopped_goes_on(studio, new):
    choose(studio, steps=400)
    studio.paint()
    wait(lambda: studio.painting.step and studio.painting.step.index > 5)
    studio.stop()
    finish(studio)
    done = kept(studio)[0]["settings"]["steps_done"]
    other = new()
    give(other, "go on", kept(studio)[1], "go on")
    wait(lambda: other.painting.step and other.run["steps"] > 2)
    assert other.painting.step.index >= done and other.run["share"] > done / 400
    assert other.run["settings"]["steps"] == 400


def test_runs_take_turns(studio, new):
    other = new()
    choose(studio, steps=2000)
    studio.paint()
    wait(lambda: studio.run["steps"] > 2)
    other.paint()
    wait(lambda: other.run["ahead"] == 1)
    assert other.run["steps"] == 0 and other.painting.transfer is None
    wait(lambda: other.run["wait"])
    tell(studio, "pause")
    finish(other)  # it had its turn
    assert other.run["state"] == "finished" and other.run["ahead"] == 0
    tell(studio, "go on")
    steps = studio.run["steps"]
    wait(lambda: studio.run["steps"] > steps)


def test_who_waits_can_stop(studio, new):
    other = new()
    choose(studio, steps=2000)
    studio.paint()
    other.paint()
    wait(lambda: other.run["ahead"] == 1)
    tell(other, "stop")
    finish(other)
    assert other.run["state"] == "stopped" and not [m for m, _ in other.told if "keep" in m]


def test_what_a_run_needed_is_let_go(studio):
    studio.paint()
    finish(studio)
    assert studio.painting.transfer is None and studio.painting.step.state == {}


def test_a_painting_is_kept_while_it_is_painted(studio, monkeypatch):
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_KEEPINGS", 0)
    choose(studio, steps=2000)
    studio.paint()
    wait(lambda: any("keep" in message for message, _ in studio.told))
    said, png, film, _ = kept(studio)
    assert said["state"] == "running" and film == b"" and said["steps"] > 0
    assert nst.read_settings(png)["size"] == 64


def test_what_was_kept_is_told_to_a_page_that_comes_later(studio):
    studio.paint()
    finish(studio)
    first = kept(studio)
    studio.told.clear()
    tell(studio, "keep")
    assert kept(studio) == first
    studio.told.clear()
    tell(studio, "forget")
    tell(studio, "keep")
    assert not studio.told and studio.run == {} and studio.painted == b""


def test_files_have_limits(studio, monkeypatch):
    def images_loaded(*_):
        raise AssertionError("it was read")

    before = list(studio.library.uploads)
    with monkeypatch.context() as patch:
        patch.setattr(library, "load_image", images_loaded)
        give(studio, "big.png", bytes(50_000_001))
        assert studio.said == (
            "big.png was not added: it has more than 50 MB. Make the picture smaller, or save it "
            "as JPEG."
        )
        patch.setattr(module, "read_settings", images_loaded)
        give(studio, "big.png", bytes(50_000_001), "painting")
        assert studio.said.startswith("big.png was not opened: it has more than 50 MB")
    give(studio, "bomb.png", file(Image.new("1", (9000, 9000))))
    assert (
        studio.said.startswith("bomb.png was not added: it has")
        and "80 million pixels" in studio.said
    )
    assert list(studio.library.uploads) == before and studio.choices["content"] == "cat"
    one = library.Upload("", Image.new("RGB", (9, 9)), (9, 9), b"")
    studio.library.uploads = {str(number): one for number in range(24)}
    give(studio, "more.png", color("red"))
    assert studio.said.startswith("more.png was not added: there are 24 already.")
    studio.library.uploads = {}
    monkeypatch.setattr(module, "MOST_BYTES", 10)
    monkeypatch.setattr(library, "MOST_BYTES", 10)
    for held in (8, 16, 16):
        tell(studio, "file", bytes(8), key="k", name="drop.png", use="content", last=False)
        assert len(studio._parts["k"]) == held
    tell(studio, "file", bytes(8), key="k", name="drop.png", use="content", last=True)
    assert "drop.png was not added: it has more than" in studio.said and not studio._parts


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("../../etc/passwd", "../../etc/passwd"),
        ("/cat.png", "/cat.png"),
        ("<img src=x onerror=alert(1)>.png", "<img src=x onerror=alert(1)>.png"),
        ("a\nb\0\x1b[31m\u202egnp.exe", "a?b??[31m?gnp.exe"),
        ("\ud800.png", "?.png"),
        ("", "picture"),
        ("x" * 5000 + ".png", "x" * 200),
        ("cat", "cat (2)"),
        ("night_sky", "night_sky (2)"),
    ],
    ids=range(9),
)
def test_a_name_is_shown_and_no_path(studio, tmp_path, monkeypatch, given, shown):
    monkeypatch.chdir(tmp_path)
    before = list(tmp_path.iterdir())
    give(studio, given, color("red", (40, 30)))
    assert studio.choices["content"] == shown
    assert list(tmp_path.iterdir()) == before
    give(studio, given, color("red", (40, 30)))
    assert len(studio.library.uploads) == 1  # the same picture again
    give(studio, given, color("blue", (40, 30)))
    assert len(studio.library.uploads) == 2


def test_settings_that_are_not_the_studios_change_nothing(studio):
    before = dict(studio.choices)
    damaged = [
        *({**before, name: "x"} for name in ("styles", "size", "steps", "keep_colours")),
        *({**before, "styles": styles} for styles in ({}, {"cat": 0}, {"cat": 1e99}, {"cat": []})),
        *({**before, "content": content} for content in (3, [], {}, None)),
        {**before, "content_weight": -1.5},
        {**before, "uploads": 3},
        {**before, "steps_done": 0},
        {"content": "cat"},
        {"content": "cat", "style": ["mosaic", "cat"], "style_shares": [0, 1]},
        {"size": 64},
        [1],
        "cat",
        None,
    ]
    for wrong in damaged:
        data = save(torch.zeros(1, 3, 16, 16), wrong)
        give(studio, "a\nb.png", data, "painting")
        assert studio.said.startswith("a?b.png was not made in this studio"), wrong
        tell(studio, "restore", settings=wrong, quiet=True)
        assert studio.said.startswith("a?b.png")
        tell(studio, "restore", settings=wrong)
        assert studio.said.startswith("There are no settings of a painting"), wrong
        assert studio.choices == before


def test_what_the_command_line_saved_is_opened_here_and_the_other_way_round(
    studio, tmp_path, capsys
):
    mine = tmp_path / "mine.png"
    Image.new("RGB", (90, 60), "green").save(mine)
    made = tmp_path / "made.png"
    run = [str(mine), "mosaic", "--size=32", "--steps=1", "--style-weight=41", "--seed=3"]
    assert main([*run, "--optimizer=adam", "--output", str(made)]) == 0
    assert str(tmp_path) not in str(nst.read_settings(made))
    choose(studio, styles={"night_sky": 2})
    give(studio, "made.png", made.read_bytes(), "painting")
    assert 'needs the picture "mine.png". Add it under Photo' in studio.said
    give(studio, "renamed.png", mine.read_bytes(), "tray")
    assert "What it does not have is left out: optimizer." in studio.said
    assert studio.choices["content"] == "renamed.png" and studio.choices["styles"] == {"mosaic": 1}
    assert [studio.choices[name] for name in ("style_weight", "size", "steps")] == [41, 32, 1]

    here = tmp_path / "studio.png"
    here.write_bytes(save(torch.zeros(1, 3, 16, 16), {**studio.choices, "steps": 2}))
    again = tmp_path / "again.png"
    assert main(["--like", str(here), str(mine), "--steps=1", "--output", str(again)]) == 0
    repeated = nst.read_settings(again)
    assert (repeated["style"], repeated["style_weight"], repeated["size"]) == ("mosaic", 41, 32)
    assert repeated["content"] == "mine.png" and repeated["steps"] == 1  # what is given comes first
    assert repeated["content_sha256"] == hashlib.sha256(mine.read_bytes()).hexdigest()
    assert (repeated["pooling"], repeated["stages"]) == (studio.choices["pooling"], 3)
    third = tmp_path / "third.png"
    assert main(["--like", str(made), str(mine), "--output", str(third)]) == 0
    assert third.read_bytes() == made.read_bytes()

    choose(studio, styles={"cat": 1, "mosaic": 2}, style_scale=2.0)
    here.write_bytes(save(torch.zeros(1, 3, 16, 16), studio.choices))
    mixed = tmp_path / "mixed.png"
    assert main(["--like", str(here), str(mine), "--output", str(mixed)]) == 0
    repeated = nst.read_settings(mixed)
    assert repeated["style"] == ["cat", "mosaic"] and repeated["style_shares"] == [1 / 3, 2 / 3]
    choose(studio, styles={"cat": 1}, style_scale=1.0)
    give(studio, "mixed.png", mixed.read_bytes(), "painting")
    assert studio.choices["styles"] == {"cat": 1, "mosaic": 2}
    assert studio.choices["style_scale"] == 2
    assert main(["--like", str(mine)]) == 2
    assert "no settings" in capsys.readouterr().err


def test_the_command_line_paints_what_the_studio_painted(studio, tmp_path):
    choose(studio, size=128, steps=6, styles={"mosaic": 1, "coffee": 3}, style_scale=0.5)
    studio.paint()
    finish(studio)
    here = tmp_path / "here.png"
    here.write_bytes(kept(studio)[1])
    again = tmp_path / "again.png"
    assert main(["--like", str(here), "--output", str(again)]) == 0
    best, last = nst.load_image(again), nst.load_image(here)
    assert (best - last).abs().mean() < 0.03  # it keeps the best step, and the studio the last


def test_a_failure_ends_the_run_with_a_sentence(studio, monkeypatch):
    def broken(self, last):
        raise nst.Diverged("The loss is no longer a finite number.")
        yield

    monkeypatch.setattr(nst.StyleTransfer, "resume", broken)
    studio.paint()
    finish(studio)
    assert studio.run["state"] == "failed" and not studio.busy
    assert studio.run["problem"] == "The loss is no longer a finite number."


def test_a_setting_that_cannot_be_painted_ends_the_run_with_a_sentence(studio):
    choose(studio, size=8)
    studio.paint()
    finish(studio)
    assert studio.run["state"] == "failed" and "16" in studio.run["problem"]


def test_a_page_that_is_gone_ends_the_work_and_one_that_is_loaded_again_does_not(
    studio, monkeypatch
):
    choose(studio, steps=5000)
    monkeypatch.setattr(module, "_SECONDS_WITHOUT_PAGE", 2)
    monkeypatch.setattr(module, "_SECONDS_TO_COME_BACK", 1)
    studio.beat = 1
    studio.paint()
    studio.left = 1
    studio.beat = 2  # it is there again
    steps = studio.run["steps"]
    wait(lambda: studio.run["steps"] > steps)
    assert studio.busy
    finish(studio)  # and beats no more
    assert studio.run["state"] == "stopped" and kept(studio)[0]["state"] == "stopped"


def test_normal_is_what_the_lessons_use():
    normal = {
        name: dict(words)["normal"] for name, words in settings.OPTIONS.items() if name[0] != "s"
    }
    assert normal == {"content_weight": CONTENT_WEIGHT, "variation_weight": VARIATION_WEIGHT}
    assert dict(settings.OPTIONS["style_weight"])["normal"] == STYLE_WEIGHT
    for name, options in settings.OPTIONS.items():
        values = [value for _, value in options]
        assert settings.DEFAULTS[name] in values and values == sorted(values)
    for preset in settings.PRESETS.values():
        for name, value in preset.items():
            assert value in [number for _, number in settings.OPTIONS[name]]
    balanced = settings.PRESETS["Balanced"]
    assert balanced.items() <= settings.DEFAULTS.items()


def test_without_a_browser_there_is_a_picture_of_what_is_chosen(studio):
    data, _ = studio._repr_mimebundle_()
    assert data["text/html"].startswith(
        '<img alt="What the studio begins with. The face of a ginger'
    )
    assert "application/vnd.jupyter.widget-view+json" in data
