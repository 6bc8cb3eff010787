import pytest

from nst_helpers.runtime import progress


def test_a_notebook_shows_how_many_items_are_done(monkeypatch):
    shown = []

    class Handle:
        update = shown.append

    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: Handle)
    states = [(item, shown[-1].data.split("</progress> ")[1]) for item in progress.track("ab")]
    assert states == [("a", "0 of 2"), ("b", "1 of 2, 0 s left")]
    assert shown[-1].data.endswith("2 of 2") and 'value="2"' in shown[-1].data


def test_items_that_know_their_number_are_taken_one_by_one(capsys):
    class Numbered:
        taken = 0

        def __len__(self):
            return 2

        def __iter__(self):
            for number in range(2):
                Numbered.taken += 1
                yield number

    assert [Numbered.taken for _ in progress.track(Numbered())] == [1, 2]


def test_a_terminal_shows_a_bar(capsys):
    assert list(progress.track([1, 2])) == [1, 2]
    assert "2/2" in capsys.readouterr().err


@pytest.mark.slow
def test_the_stop_button_of_a_notebook(monkeypatch):
    from jupyter_client.manager import start_new_kernel

    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    manager, client = start_new_kernel(startup_timeout=240, kernel_name="python3")
    said = []

    def execute(code, *press):
        pressed = list(press)

        def output(message):
            kind, content = message["msg_type"], message["content"]
            said.append(str(content.get("text") or content.get("data") or content.get("evalue")))
            if kind == "update_display_data" and pressed:
                pressed.pop()()

        return client.execute_interactive(code, timeout=240, output_hook=output)["content"]

    try:
        execute("from nst_helpers import style_transfer")
        code = "result = style_transfer('cat', 'night_sky', size=64, steps=100_000, device='cpu')"
        assert execute(code, manager.interrupt_kernel)["status"] == "ok"
        assert execute("print(len(result.history['total']), result.image.shape)")["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
    assert "The run was interrupted. This is the best picture" in "".join(said)
    assert "<img alt=" in "".join(said) and "torch.Size([1, 3, 43, 64])" in "".join(said)
