import itertools
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from nst_helpers.runtime import turns
from nst_helpers.runtime.turns import Line, Waiting

# Processes of the tests import the module alone, without torch.
BEGIN = """
import sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from turns import Line
line = Line(Path(sys.argv[2]), at_once=int(sys.argv[3]))
def wait(place):
    while place.look().ahead:
        time.sleep(0.002)
"""


def process(folder, code, *given, at_once=1):
    """Start a process that runs `code` with a `line`."""
    where = [str(Path(turns.__file__).parent), str(folder), str(at_once)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    command = [sys.executable, "-c", BEGIN + code, *where, *map(str, given)]
    return subprocess.Popen(command, text=True, **pipes)


def done(process):
    """Return what a process prints before it ends."""
    printed, _ = process.communicate(timeout=300)
    assert process.returncode == 0
    return printed


def end(place):
    """What the death of the process does to a place: its ticket stays, its lock does not."""
    place._ticket.close()


def ahead(*places):
    return [place.look().ahead for place in places]


def tickets(folder):
    return [path.name for path in folder.iterdir() if path.name.isdecimal()]


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "line"


def test_one_paints_and_the_others_see_their_place(folder):
    one, two, three = places = [Line(folder, 1).join() for _ in range(3)]
    assert ahead(*places) == [0, 1, 2]
    one.leave()
    assert ahead(two, three) == [0, 1]
    two.leave()
    assert ahead(three) == [0]


def test_two_paint_at_once(folder):
    places = [Line(folder, 2).join() for _ in range(4)]
    assert ahead(*places) == [0, 0, 1, 2]
    places[1].leave()
    assert ahead(places[0], *places[2:]) == [0, 0, 1]


@pytest.mark.parametrize("cores, at_once", [(None, 1), (2, 1), (7, 1), (8, 2), (64, 2)])
def test_how_many_paint_at_once(monkeypatch, cores, at_once):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    assert Line().at_once == at_once


@pytest.mark.parametrize("clock", [[5, 5, 5], [9, 5, 1]], ids=["the same moment", "set back"])
def test_the_order_is_that_of_joining_whatever_the_clock_says(folder, monkeypatch, clock):
    moments = iter(clock)
    monkeypatch.setattr("nst_helpers.runtime.turns.time.time_ns", lambda: next(moments))
    assert ahead(*[Line(folder, 1).join() for _ in clock]) == [0, 1, 2]


def test_who_was_paused_joins_at_the_end(folder):
    line = Line(folder, 1)
    one, two, three = (line.join() for _ in range(3))
    one.leave()
    again = line.join()
    assert ahead(two, three, again) == [0, 1, 2]


def test_to_leave_twice_takes_nobody_elses_place(folder):
    line = Line(folder, 1)
    with line.join() as one:
        one.leave()
        two, three = line.join(), line.join()
        one.leave()
    assert ahead(two, three) == [0, 1]
    assert one.look() == Waiting(0, 0.0)
    one.expect(3)


def test_a_context_leaves_after_an_error(folder):
    line = Line(folder, 1)
    with pytest.raises(ValueError), line.join():
        raise ValueError
    assert ahead(line.join()) == [0]


def test_seconds_to_wait(folder):
    line = Line(folder, 1)
    one, two, three = line.join(40), line.join(30), line.join()
    assert one.look() == (0, 0) and two.look() == (1, 40) and three.look() == (2, 70)
    two.leave()
    assert three.look() == (1, 40)


def test_who_does_not_know_counts_as_the_mean_of_those_who_do(folder):
    line = Line(folder, 1)
    places = [line.join(seconds) for seconds in (40, None, 20, None, 1000)]
    assert places[1].look() == (1, 40)
    assert places[2].look() == (2, 80)
    assert places[4].look() == (4, 120)


def test_two_who_paint_halve_the_seconds(folder):
    line = Line(folder, 2)
    places = [line.join(seconds) for seconds in (40, 30, None, 5)]
    assert places[1].look() == (0, 0)
    assert places[2].look() == (1, 35)
    assert places[3].look() == (2, 52.5)


def test_nobody_knows(folder):
    line = Line(folder, 1)
    places = [line.join(), line.join(), line.join(7)]
    assert places[2].look() == (2, None)


def test_the_seconds_follow_who_paints(folder, monkeypatch):
    line = Line(folder, 1)
    one, two = line.join(1000), line.join()
    now = 10**9
    monkeypatch.setattr("nst_helpers.runtime.turns.time.monotonic", lambda: now)
    one.expect(9.5)
    assert two.look() == (1, 9.5)
    one.expect(9)
    assert two.look() == (1, 9.5)  # once a second is enough
    now += 1
    one.expect(8)
    assert two.look() == (1, 8)


def test_who_died_is_passed_over_wherever_it_stood(folder):
    line = Line(folder, 1)
    for dead in itertools.chain(*(itertools.combinations(range(4), n) for n in (1, 2, 3, 4))):
        places = [line.join(10) for _ in range(5)]
        assert places[4].look() == (4, 40)
        for number in dead:
            end(places[number])
        alive = [place for number, place in enumerate(places) if number not in dead]
        for _ in range(2):  # each looks after the one before it
            ahead(*alive)
        assert ahead(*alive) == list(range(len(alive))), dead
        for place in alive:
            place.leave()
        assert tickets(folder) == []


def test_one_of_two_painters_dies_while_the_other_only_paints(folder):
    line = Line(folder, 2)
    places = [line.join() for _ in range(5)]
    assert ahead(*places[2:]) == [1, 2, 3]
    end(places[0])
    assert ahead(*places[2:]) == [0, 1, 2]


def test_who_waits_opens_few_tickets(folder, monkeypatch):
    line = Line(folder, 2)
    places = [line.join(10) for _ in range(20)]
    assert places[19].look() == (18, 95)
    opened, read = [], Line._read
    monkeypatch.setattr(Line, "_read", lambda line, number: opened.append(1) or read(line, number))
    assert places[19].look() == (18, 95) and len(opened) == 3
    assert ahead(*places[:2]) == [0, 0] and len(opened) == 3


def test_files_that_are_no_tickets_stop_nobody(folder):
    line = Line(folder, 1)
    line.join().leave()
    (folder / "5").write_bytes(b"\xff\x00 half a tick")
    (folder / "6").touch()
    (folder / "7").mkdir()
    (folder / "٣").touch()
    (folder / "notes.txt").touch()
    one, two = line.join(30), line.join()
    for _ in range(3):
        assert one.look().ahead == 0
    assert two.look() == (1, 30)


@pytest.mark.parametrize("text", [b"", b"1", b"\xff\n", b"soon\n", b"nan\n", b"-3\n", b"inf\n"])
def test_a_damaged_ticket_holds_its_place_and_knows_nothing(folder, text):
    line = Line(folder, 1)
    line.join(40)
    places = [line.join(seconds) for seconds in (40, 30, None)]
    (folder / str(places[1]._number)).write_bytes(text)
    assert places[2].look() == (2, 80)


def test_the_folder_goes_while_runs_wait(folder):
    line = Line(folder, 1)
    one, two = line.join(), line.join()
    shutil.rmtree(folder)
    assert ahead(one, two) == [0, 0]
    one.expect(3)
    one.leave()
    assert ahead(line.join(), line.join()) == [0, 1]


def nobody_waits(folder):
    line = Line(folder, 1)
    with line.join(3) as one, line.join() as two:
        one.expect(2)
        return (one.look(), two.look()) == (Waiting(0, 0.0), Waiting(0, 0.0))


def test_without_a_folder_everyone_paints(tmp_path):
    (tmp_path / "file").touch()
    assert nobody_waits(tmp_path / "file") and nobody_waits(tmp_path / "file" / "line")
    assert nobody_waits(tmp_path / "none" / "line")


@pytest.mark.skipif(sys.platform == "win32", reason="its temporary files are the user's own")
def test_a_folder_that_others_may_use_is_not_used(folder, monkeypatch):
    assert not nobody_waits(folder) and folder.stat().st_mode & 0o777 == 0o700
    beside = folder.with_name("link")
    beside.symlink_to(folder)
    assert nobody_waits(beside)
    monkeypatch.setattr(os, "getuid", lambda: folder.stat().st_uid + 1)
    assert nobody_waits(folder)
    monkeypatch.undo()
    folder.chmod(0o755)
    assert nobody_waits(folder)


def test_where_files_cannot_be_locked_everyone_paints(folder, monkeypatch):
    monkeypatch.setattr(turns, "_lock", lambda ticket: False)
    assert nobody_waits(folder) and tickets(folder) == []


def test_each_user_has_a_line(monkeypatch, tmp_path):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert Line().folder == Line().folder and Line().folder.parent == tmp_path
    if sys.platform != "win32":
        mine = Line().folder
        monkeypatch.setattr(os, "getuid", lambda: 12345)
        assert Line().folder != mine


def test_processes_paint_in_the_order_in_which_they_joined(folder):
    first = Line(folder, 1).join()
    waiting = []
    for number in range(4):
        waiting.append(
            process(
                folder,
                "place = line.join()\n"
                "print('joined', flush=True)\n"
                "wait(place)\n"
                "with open(sys.argv[4], 'a') as file: file.write(sys.argv[5])\n"
                "place.leave()\n"
                "assert 'torch' not in sys.modules\n",
                folder / "painted",
                number,
            )
        )
        assert waiting[-1].stdout.readline() == "joined\n"
    assert not (folder / "painted").exists()
    first.leave()
    for one in waiting:
        done(one)
    assert (folder / "painted").read_text() == "0123"


def test_a_killed_process_frees_its_place(folder):
    killed = process(folder, "place = line.join(50); print('joined', flush=True); input()")
    assert killed.stdout.readline() == "joined\n"
    mine = Line(folder, 1).join()
    assert mine.look() == (1, 50)
    killed.kill()
    killed.communicate(timeout=300)
    assert mine.look() == (0, 0)
    assert tickets(folder) == [str(mine._number)]


@pytest.mark.parametrize("at_once", [1, 2])
def test_never_do_more_paint_than_may(folder, at_once):
    code = """
import os, random, turns
lock = turns._lock
def late(ticket):
    if "x" in ticket.mode:  # a new one: time enough for others to come between
        time.sleep(random.random() / 100)
    return lock(ticket)
turns._lock = late
print("ready", flush=True)
input()
for turn in range(8):
    place = line.join()
    wait(place)
    began = time.monotonic()
    place.expect(turn)
    time.sleep(0.005)
    print(began, time.monotonic(), flush=True)
    if turn == 7:
        os._exit(0)  # without leaving
    place.leave()
"""
    painters = [process(folder, code, at_once=at_once) for _ in range(8)]
    for one in painters:
        assert one.stdout.readline() == "ready\n"
    for one in painters:
        print(file=one.stdin, flush=True)
    lines = [line.split() for one in painters for line in done(one).splitlines()]
    assert len(lines) == 64
    changes = [(float(began), 1) for began, _ in lines] + [(float(ended), -1) for _, ended in lines]
    assert max(itertools.accumulate(change for _, change in sorted(changes))) <= at_once
