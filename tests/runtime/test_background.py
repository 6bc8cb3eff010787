import itertools
import threading

from nst_helpers.runtime.background import BackgroundRun


def numbers(last):
    """Steps without an end: 0, 1, 2, ..."""
    return itertools.count(0 if last is None else last + 1)


def begin(resume, on_change=lambda run: None):
    run = BackgroundRun(resume, on_change)
    run.start()
    return run


def test_every_step_is_told_and_the_end_as_well():
    told = []
    run = begin(lambda last: iter("abc"), lambda run: told.append((run.step, run.state)))
    run.wait(300)
    assert told == [("a", "running"), ("b", "running"), ("c", "running"), ("c", "finished")]
    assert not run.alive and run.error is None


def test_a_pause_holds_and_no_step_is_lost_or_taken_twice():
    seen, paused = [], threading.Event()

    def look(run):
        seen.append(run.step)
        if run.step == 5 and not paused.is_set():
            run.pause()
            paused.set()
        if run.step == 9:
            run.stop()

    run = begin(numbers, look)
    assert paused.wait(300) and run.state == "paused" and run.alive
    run.go_on()
    run.wait(300)
    assert run.state == "stopped" and seen == [*range(10), 9]


def test_a_run_is_stopped_while_it_is_paused():
    held = threading.Event()
    run = begin(numbers, lambda run: (run.pause(), held.set()))
    assert held.wait(300)
    run.stop()
    run.wait(300)
    assert run.state == "stopped" and run.step == 0


def test_a_run_that_is_to_stop_is_not_held():
    run = begin(numbers, lambda run: (run.stop(), run.pause()))
    run.wait(300)
    assert run.state == "stopped" and not run.alive
    run.pause()
    assert run.state == "stopped"


def test_a_failure_is_kept_in_words():
    def failing(last):
        yield 1
        raise ValueError("no paint left")

    run = begin(failing)
    run.wait(300)
    assert (run.state, run.error, run.step) == ("failed", "no paint left", 1)
