"""Sweeps on this machine. A picture is tiny, and its network ends at the first layers."""

import contextlib
import gc
import json
import os
import re
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest
import torch
from PIL import Image

from benchmarks import throughput
from nst_helpers import __main__, load_image, read_settings, save_image
from nst_helpers.engine import transfer
from nst_helpers.errors import InputError
from nst_helpers.images import png_bytes
from nst_helpers.runtime.sweep import Sweep, processes, read_grid, sheet, sweep
from nst_helpers.runtime.sweep.grid import expand, varied
from nst_helpers.runtime.sweep.painter import paint
from nst_helpers.runtime.weights import load_convolutions

SMALL = {"size": 24, "steps": 2, "content_layers": "relu1_1", "style_layers": "relu1_1"}
GRID = {"content": ["cat", "coffee"], "style": ["mosaic"], "style_weight": [10, 40], **SMALL}


class Inside(processes.Here):
    """Paints in this process, which is started already, and keeps what it painted."""

    def __init__(self, *_):
        super().__init__(1)
        self.painted = []

    def paint(self, plans, fixed, memory):
        for plan in plans:
            self.painted.append(plan.values)
            yield plan, paint(plan, fixed, {})


@pytest.fixture
def inside(monkeypatch):
    """Have sweeps paint in this process; return where."""
    place = Inside()
    monkeypatch.setattr(sweep, "Here", lambda *_: place)
    return place


def children():
    found = []
    for each in psutil.Process().children():
        with contextlib.suppress(psutil.Error):  # of another test, and has just ended
            if "serve()" in " ".join(each.cmdline()):
                found.append(each)
    return found


def bytes_of(folder):
    return {path.name: path.read_bytes() for path in Path(folder).glob("*.png")}


def test_processes_paint_what_this_one_paints(tmp_path, monkeypatch):
    made = list(Sweep(GRID, tmp_path / "two", processes=2))
    assert len(made) == 4 and not children()
    assert {(run.settings["content"], run.settings["style_weight"]) for run in made} == {
        (content, weight) for content in GRID["content"] for weight in (10, 40)
    }
    monkeypatch.setattr(sweep, "Here", Inside)
    grid = {**GRID, "threads": made[0].settings["threads"]}
    list(Sweep(grid, tmp_path / "one"))
    assert bytes_of(tmp_path / "one") == bytes_of(tmp_path / "two")
    for run in made:
        settings = read_settings(run.path)
        assert settings.items() >= run.settings.items() and settings["losses"] == run.losses
        assert run.seconds > 0 and max(load_image(run.path).shape) == 24


def test_what_is_finished_is_skipped(tmp_path, inside):
    picture = tmp_path / "a.png"
    save_image(load_image("cat", size=40), picture)
    grid, folder = {**GRID, "content": [picture, "coffee"]}, tmp_path / "made"
    first = iter(Sweep(grid, folder))
    [next(first) for _ in range(2)]
    first.close()
    before = bytes_of(folder)
    assert len(before) == 2 and len(inside.painted) == 2
    runs = list(Sweep(grid, folder))
    assert [run.seconds is None for run in runs] == [True, True, False, False]
    assert before.items() <= bytes_of(folder).items() and len(inside.painted) == 4
    # More values, another order, and equal numbers of another type: only what is new is painted.
    one = {**grid, "content": picture}
    wider = {**one, "style_weight": [160, 40.0, 10], "seed": 0}
    assert len(list(Sweep(wider, folder))) == 3 and len(inside.painted) == 5
    # A setting that the name does not have, another number of threads, and a picture that changed.
    one["style_weight"] = 10
    for number, changed in enumerate([{"pooling": "avg"}, {"threads": 7}, {}], start=6):
        if not changed:
            picture.unlink()
            save_image(load_image("cat", size=41), picture)
        assert len(list(Sweep({**one, **changed}, folder))) == 1 and len(inside.painted) == number
    assert len(bytes_of(folder)) == 8


def test_a_name_alone_finishes_nothing(tmp_path, inside):
    grid = {**GRID, "content": "cat", "style_weight": [10]}
    (run,) = Sweep(grid, tmp_path)
    whole = run.path.read_bytes()
    others = {
        "half a file": whole[: len(whole) // 2],
        "a picture without settings": b"",
        "the picture of another run": b"",
    }
    save_image(load_image("cat", 24), tmp_path / "x.png")
    others["a picture without settings"] = (tmp_path / "x.png").read_bytes()
    another = {**run.settings, "sweep_sha256": "0" * 64}
    save_image(load_image("cat", 24), tmp_path / "y.png", another)
    others["the picture of another run"] = (tmp_path / "y.png").read_bytes()
    for number, content in enumerate(others.values(), start=2):
        run.path.write_bytes(content)
        with pytest.warns(UserWarning, match="it is now other-"):
            (again,) = Sweep(grid, tmp_path)
        assert len(inside.painted) == number and again.path.read_bytes() == whole
        assert content in bytes_of(tmp_path).values()  # nothing is lost


def test_device_precision_and_threads_stay(tmp_path, inside, monkeypatch):
    machine = {"device": "cpu", "precision": "bfloat16", "threads": 3, "torch": "", "given": []}
    monkeypatch.setattr(inside, "facts", lambda: [machine])
    monkeypatch.setattr("nst_helpers.runtime.devices._multiplies_bfloat16", lambda device: True)
    grid = {**GRID, "content": "cat", "style_weight": 10}
    first = Sweep(grid, tmp_path)
    assert first.fixed == {"device": "cpu", "precision": "bfloat16", "threads": 3}
    (run,) = first
    assert run.settings["precision"] == "bfloat16" and run.settings["threads"] == 3
    machine |= {"precision": "float32", "threads": 1}  # another computer, or the same and full
    assert Sweep(grid, tmp_path).fixed == first.fixed
    monkeypatch.setattr("nst_helpers.runtime.devices._multiplies_bfloat16", lambda device: False)
    wider = Sweep({**grid, "style_weight": [10, 40]}, tmp_path)
    with pytest.warns(UserWarning, match="computes in bfloat16, for which this machine"):
        assert len(list(wider)) == 1 and len(wider.failures) == 1
    both = [dict(machine, precision=precision) for precision in ("float32", "bfloat16")]
    monkeypatch.setattr(inside, "facts", lambda: both)
    assert Sweep(grid, tmp_path / "new").fixed["precision"] == "float32"


def test_a_run_that_fails_is_told_and_the_others_go_on(tmp_path, inside):
    last = tmp_path / "gone.png"
    save_image(load_image("cat", size=40), last)
    weights = {"style_weight": [40, 0], "content_weight": [1, 0], "variation_weight": [10, 0]}
    several = Sweep({**GRID, "content": ["cat", last], **weights}, tmp_path / "made")
    last.unlink()
    with pytest.warns(UserWarning) as told:
        runs = list(several)
    assert len(runs) == 7 == len(bytes_of(tmp_path / "made")) and len(several.failures) == 9
    reasons = list(several.failures.values())
    assert sum("There is no file" in reason for reason in reasons) == 7
    assert sum("All three weights are 0" in reason for reason in reasons) == 2
    said = [str(each.message) for each in told]
    assert all(f"{name}: {reason}" in said for name, reason in several.failures.items())


def test_a_run_that_diverges_or_ends_early_is_no_finished_run(tmp_path, inside, monkeypatch):
    monkeypatch.setattr(transfer, "_GROWTH", 1e-9)
    failing = Sweep({**SMALL, "content": "cat", "style": "mosaic", "start": "style"}, tmp_path)
    for step in (1, 2):  # in the first there is no picture yet, in the second there is one
        monkeypatch.setattr(transfer, "_PATIENCE", step)
        with pytest.warns(UserWarning, match="does not come back"):
            assert not list(failing)
        assert len(failing.failures) == 1 and not bytes_of(tmp_path)


REFUSED = {
    "style_weight has no values": {"style_weight": []},
    "There is no setting 'style_wait'. Did you mean 'style_weight'?": {"style_wait": [1]},
    "There is no setting 'graph'": {"graph": [True]},
    "There is no setting 'progress'": {"progress": [True]},
    "The grid has more than 100,000 runs": {"style_weight": range(5_000_000)},
    "content, value 317 of 400: There is no file": {"content": ["cat"] * 316 + ["no/c.png"] * 84},
    "content, value 1 of 1: 'http://a/b.png' is an address": {"content": "http://a/b.png"},
    "content has a value .*cannot be kept with a picture": {"content": [torch.ones(1, 3, 20, 20)]},
    "content, value 1 of 1: 3 is no picture": {"content": 3},
    "content_weight is -1.0; it must be a number": {"content_weight": [1.0, -1.0]},
    "There is no vgg16 layer 'relu9_9'": {"style_layers": [["relu1_1"], ["relu9_9"]]},
    "There is no quality 'best'": {"quality": ["draft", "best"]},
    "style_weight is 'much'": {"style_weight": ["much"]},
    "3 seeds, and only a start from noise": {"seed": [1, 2, 3]},
    "The precision is the same for all runs": {"precision": ["float32", "bfloat16"]},
    "threads is 0; it must be": {"threads": 0},
}


@pytest.mark.parametrize("sentence", REFUSED)
def test_a_grid_that_cannot_be_used_is_refused_before(sentence, tmp_path, inside):
    began = time.monotonic()
    with pytest.raises(InputError, match=sentence) as refused:
        Sweep({**GRID, **REFUSED[sentence]}, tmp_path)
    assert str(refused.value).count("\n") == 0 and not bytes_of(tmp_path)
    assert time.monotonic() - began < 20


def test_no_grid_is_refused(tmp_path):
    for grid, sentence in {
        (): "There is no grid",
        ("cat",): "'cat' is no grid",
        ((),): "is no grid",
    }.items():
        with pytest.raises(InputError, match=sentence):
            Sweep(list(grid), tmp_path)
    for missing in ("content", "style"):
        with pytest.raises(InputError, match=f"The grid has no {missing}"):
            Sweep({name: GRID[name] for name in GRID if name != missing}, tmp_path)
    for number in (0, -1, 2.5, True, "2"):
        with pytest.raises(InputError, match="processes is"):
            Sweep(GRID, tmp_path, processes=number)


def test_a_folder_that_cannot_be_used_is_refused(tmp_path, inside, monkeypatch):
    (tmp_path / "file").write_text("mine", encoding="utf-8")
    with pytest.raises(InputError, match="is a file: name a folder"):
        Sweep(GRID, tmp_path / "file")
    with pytest.raises(InputError, match="cannot be made"):
        Sweep(GRID, tmp_path / "file" / "inside")
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "sweep.json").write_text("{", encoding="utf-8")
    with pytest.raises(InputError, match="is damaged"):
        Sweep(GRID, tmp_path / "damaged")
    disk = type("Disk", (), {"free": 2 * 3 * 24 * 30})
    with monkeypatch.context() as patch:
        patch.setattr(sweep.shutil, "disk_usage", lambda _: disk)
        with pytest.raises(InputError, match="make room, or name another folder"):
            Sweep(GRID, tmp_path / "full")
        assert not bytes_of(tmp_path / "full")
    monkeypatch.setattr(Path, "write_text", denied)
    with pytest.raises(InputError, match="cannot be written"):
        Sweep(GRID, tmp_path / "read only")


def denied(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_gets_full_loses_nothing(tmp_path, inside, monkeypatch):
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.setattr(Path, "home", lambda: home)
    folder, full = tmp_path / "made", False
    write = Path.write_bytes

    def written(path, content):
        if full and path.parent == folder:
            raise OSError(28, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", written)
    runs = iter(Sweep(GRID, folder))
    next(runs)
    full = True
    with pytest.raises(InputError, match=r"No space left on device.*move it, and start the sweep"):
        next(runs)
    assert len(bytes_of(folder)) == 1 and len(bytes_of(home)) == 1
    full = False
    (kept,) = home.glob("*.png")
    kept.rename(folder / kept.name)
    assert [run.seconds is None for run in Sweep(GRID, folder)] == [True, True, False, False]
    assert len(inside.painted) == 4


def test_a_grid_in_a_file(tmp_path):
    for name in ("b 2.png", "a.png", "c.jpg"):
        save_image(load_image("cat", size=24), tmp_path / name)
    file = tmp_path / "grid.toml"
    text = 'content = ["cat", "*.png"]\nstyle = "mosaic"\nstart = ["noise", "c.jpg"]\nsize = 24'
    file.write_text(text, encoding="utf-8-sig")
    grid = read_grid(file)
    found = ["cat", str(tmp_path / "a.png"), str(tmp_path / "b 2.png")]
    assert grid["content"] == found and grid["start"] == ["noise", str(tmp_path / "c.jpg")]
    assert len(expand(grid)) == 6
    file.write_text('content = "no/*.png"\nstyle = "mosaic"', encoding="utf-8")
    with pytest.raises(InputError, match=r"No file fits 'no/\*.png' of content"):
        read_grid(file)
    for text in ("content = [", "content: cat"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(InputError, match=r"cannot be read .* it is a TOML file"):
            read_grid(file)
    with pytest.raises(InputError, match="cannot be read"):
        read_grid(tmp_path / "none.toml")


def test_a_list_of_grids_is_one_sweep():
    common = {"content": "cat", "style": "mosaic", **SMALL}
    more = [{"content_weight": 16}, {"content_weight": [16, 1]}]
    plans = expand([common, *({**common, **each} for each in more)])
    assert [plan.settings["content_weight"] for plan in plans] == [1.0, 16]
    assert varied(plans) == {"content_weight": [1.0, 16]}
    both = {**common, "style": [["mosaic", "night_sky"]], "style_shares": [[2, 1]]}
    (plan,) = expand(both)
    assert plan.settings["style"] == ["mosaic", "night_sky"]
    assert plan.file_name("0123456789", []) == "cat-mosaic+night_sky-01234567.png"


def test_the_sheet_has_each_picture_in_its_row_and_column(tmp_path):
    plans = expand({**GRID, "size": 200, "style": ["mosaic", "night_sky"]})
    page = sheet.ContactSheet(plans, tmp_path, ["all alike"])
    shades = {id(plan): 20 + 25 * number for number, plan in enumerate(plans)}
    for plan in reversed(plans):
        page.add(plan, Image.new("RGB", (200, 133), (shades[id(plan)], 0, 0)))
    (path,) = page.pages
    drawn = Image.open(path)
    reds = [
        [drawn.getpixel((x, y))[0] for x in (drawn.width - 300, drawn.width - 100)]
        for y in range(100, drawn.height - 40, 144)
    ]
    for row, (low, high) in enumerate(reds):
        assert abs(low - 20 - 50 * row) < 6 and abs(high - low - 25) < 6, reds
    assert len(reds) == 4


def test_a_long_sheet_has_pages_and_a_failure_is_named(tmp_path):
    plans = expand({"content": "cat", "style": "mosaic", "style_weight": range(1, 211)})
    page = sheet.ContactSheet(plans, tmp_path, [])
    assert [path.name for path in page.pages] == ["contact_sheet_1.jpg", "contact_sheet_2.jpg"]
    page.add(plans[0], None)
    page.save()
    assert not page.pages[1].exists()
    blank = sheet.ContactSheet(plans, tmp_path / "..", [])._empty(0)
    assert Image.open(page.pages[0]).convert("L").resize(blank.size) != blank.convert("L")


def test_as_many_processes_as_memory_allows(monkeypatch):
    here = processes.Here(None)
    monkeypatch.setattr(processes, "available", lambda device: 10e9)
    several = [{"device": "cpu", "threads": 8}]
    assert here.threads(several, 1e9, 100) == 1  # six processes, and two cores are idle
    assert here.threads(several, 4.5e9, 100) == 4
    assert here.threads(several, 4.5e9, 1) == 8
    assert here.threads(several, 40e9, 100) == 8
    assert processes.Here(2).threads(several, 1e9, 100) == 4
    assert here.threads([{"device": "cuda", "threads": 8}], 1e9, 100) == 8


def test_the_greediest_run_is_estimated(tmp_path, inside):
    grid = {**GRID, "style_weight": 40, "size": [24, 96], "style_scale": [4.0, 1.0]}
    greediest = Sweep(grid, tmp_path)
    largest = {**grid, "size": 96, "style_scale": 4.0}
    assert greediest._memory == Sweep(largest, tmp_path / "other")._memory
    assert greediest._memory > Sweep({**largest, "size": 24}, tmp_path / "third")._memory


@pytest.mark.slow
def test_a_process_that_is_killed_loses_its_own_run(tmp_path):
    long = Sweep({**GRID, "style_weight": [10, 20, 40], "steps": 60}, tmp_path, processes=2)
    runs = iter(long)
    next(runs)
    victim, *_ = children()
    victim.kill()
    with pytest.warns(UserWarning, match="Its process ended"):
        rest = list(runs)
    assert len(rest) + 1 + len(long.failures) == 6 and 1 <= len(long.failures) <= 2
    assert not children()
    assert len(list(long)) == 6  # what failed is tried again


@pytest.mark.slow
def test_a_process_that_does_not_start_loses_a_run_and_one_that_never_does_the_sweep(
    tmp_path, monkeypatch
):
    waiting = f"""
import pathlib, time
while not list(pathlib.Path({str(tmp_path)!r}).glob("*.png")):
    time.sleep(0.1)
"""
    usual, programs = subprocess.Popen, [None, waiting]

    def started(command, **options):
        other = programs.pop(0) if programs else None
        return usual([sys.executable, "-c", other] if other else command, **options)

    monkeypatch.setattr(subprocess, "Popen", started)
    partly = Sweep(GRID, tmp_path, processes=2)
    with pytest.warns(UserWarning, match="Its process ended"):
        assert len(list(partly)) == 3
    assert len(partly.failures) == 1
    programs.extend(["pass"] * 2)
    with pytest.raises(InputError, match="do not start"):
        list(partly)
    assert not children()


@pytest.mark.slow
def test_leaving_the_loop_ends_the_processes(tmp_path):
    for _ in Sweep({**GRID, "steps": 400}, tmp_path, processes=2):
        break
    gc.collect()
    assert not children()
    assert len(bytes_of(tmp_path)) == 1
    assert all(not path.name.startswith(".") for path in tmp_path.iterdir())


def script(tmp_path, text):
    """Write a program without `if __name__ == "__main__":` and start it."""
    path = tmp_path / "program.py"
    path.write_text(text, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(path)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


# What is started in the background, as tests may be, ignores Ctrl-C unless it says otherwise.
ENDLESS = f"""
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
from nst_helpers.runtime.sweep import Sweep
grid = {GRID | {"steps": 3000, "style_weight": list(range(1, 40))}}
for run in Sweep({{**grid, "steps": [2, 100_000]}}, FOLDER, processes=2):
    print(run.path, flush=True)
"""


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals as Unix has them")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL], ids=lambda number: number.name)
def test_an_end_from_outside_leaves_whole_files_and_no_process(number, tmp_path):
    folder = tmp_path / "made"
    program = script(tmp_path, ENDLESS.replace("FOLDER", repr(str(folder))))
    assert program.stdout.readline().strip().startswith(str(folder))
    started = psutil.Process(program.pid).children()
    assert len(started) == 2
    os.kill(program.pid, number)
    program.communicate(timeout=60)
    psutil.wait_procs(started, timeout=30)
    assert not any(each.is_running() for each in started)
    files = list(folder.glob("*.png"))
    assert files
    for path in files:
        assert read_settings(path)["steps"] == 2
    assert not [path for path in folder.iterdir() if path.name.startswith(".")]


def test_the_command(tmp_path, capsys, inside, monkeypatch):
    file, folder = tmp_path / "grid.toml", tmp_path / "made"
    lines = [f"{name} = {json.dumps(value)}" for name, value in GRID.items()]
    file.write_text("\n".join(lines), encoding="utf-8")
    assert __main__.main(["sweep", str(file), str(folder)]) == 0
    said = capsys.readouterr()
    assert "4 runs, all with device cpu" in said.out and "4/4" in said.err
    assert "4 painted, 0 found, 0 failed" in said.out
    assert (folder / "contact_sheet.jpg").exists()
    assert __main__.main(["sweep", str(file), str(folder)]) == 0
    assert "0 painted, 4 found, 0 failed" in capsys.readouterr().out
    assert __main__.main(["sweep", str(tmp_path / "no.toml"), str(folder)]) == 2
    assert "error: The grid " in capsys.readouterr().err

    def interrupted(*_):
        yield from ()
        raise KeyboardInterrupt

    file.write_text("\n".join([*lines, "keep_colours = [true, false]"]), encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setattr(inside, "paint", interrupted)
        assert __main__.main(["sweep", str(file), str(folder)]) == 130
    assert "4 of 8 runs are finished, and the same command goes on" in capsys.readouterr().err
    picture = tmp_path / "b.png"
    save_image(load_image("cat", 24), picture)
    file.write_text("\n".join([*lines[1:], 'content = "b.png"']), encoding="utf-8")

    def without(plans, fixed, memory):
        picture.unlink()
        return Inside().paint(plans, fixed, memory)

    monkeypatch.setattr(inside, "paint", without)
    assert __main__.main(["sweep", str(file), str(folder)]) == 1
    said = capsys.readouterr()
    assert "0 painted, 0 found, 2 failed" in said.out and "There is no file" in said.err


@pytest.mark.slow
def test_a_sweep_in_a_notebook(tmp_path):
    import nbformat
    from nbclient import NotebookClient

    cell = f"""
from nst_helpers.runtime.progress import track
from nst_helpers.runtime.sweep import Sweep
print(len([run.path for run in track(Sweep({GRID}, {str(tmp_path / "made")!r}, processes=2))]))
"""
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell)])
    NotebookClient(book, timeout=300, kernel_name="python3").execute()
    outputs = book.cells[0].outputs
    assert any(output.get("text") == "4\n" for output in outputs)
    assert any("4 of 4" in str(output.get("data")) for output in outputs)


def test_the_plan_of_the_page_adds_up():
    page = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    runs, workers, photograph, minutes = 1000, 100, 2e6, 5
    weights = 4 * sum(each.numel() for each in load_convolutions("vgg16").values())
    painted = torch.rand(1, 3, 341, 512, generator=torch.Generator().manual_seed(0))
    smooth = torch.nn.functional.avg_pool2d(painted, 3, 1, 1)  # noise, as a painting has some
    assert 1.5 < len(png_bytes(smooth)) / (341 * 512) < 3
    result = 2 * 341 * 512
    sent = [runs * photograph, runs * photograph, workers * weights, runs * result]
    for row, gigabytes in zip(
        ("to the scheduler", "to workers", "weights", "results"), sent, strict=True
    ):
        (line,) = (each for each in page.splitlines() if each[:1] == "|" and row in each)
        assert f"| {gigabytes / 1e9:.1f}" in line or f"| {gigabytes / 1e9:.2f} GB" in line
    assert f"| {sum(sent) * 8 / 1e9:.0f} s for all of it" in page
    assert f"| {runs // workers * minutes} minutes |" in page and "in 10 waves on 100" in page


def test_the_page_has_what_was_measured():
    folder = Path(__file__).parents[2] / "docs"
    measured = json.loads((folder / "sweeps.json").read_text(encoding="utf-8"))
    assert throughput.table(measured) in (folder / "sweeps.md").read_text(encoding="utf-8")
    one, threads, several = measured["nothing"]  # as the text says
    assert 0.9 < several / threads < 1.1 and several < one
    _, threads, several = measured["a busy program"]
    assert several < threads / 2


def test_the_pages_own_lines_work(tmp_path, inside):
    page = (Path(__file__).parents[2] / "docs" / "sweeps.md").read_text(encoding="utf-8")
    example = re.search(r"a setting a line:\n\n(.*?)\n\n[A-Z]", page, re.S)[1]
    (tmp_path / "photos").mkdir()
    save_image(load_image("cat", size=24), tmp_path / "photos" / "a.jpg")
    (tmp_path / "grid.toml").write_text(textwrap.dedent(example), encoding="utf-8")
    assert len(expand(read_grid(tmp_path / "grid.toml"))) == 2 * 2 * 3
    for value in re.findall(r"`(style\w* = .*?)`", page):
        (tmp_path / "grid.toml").write_text(f"{value}\n", encoding="utf-8")
        grid = {"content": "cat", "style": "mosaic", **read_grid(tmp_path / "grid.toml")}
        assert len(expand(grid)) == (1 if value.startswith("style =") else 2)
