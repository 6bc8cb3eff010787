from nst_helpers.runtime import progress


def test_a_notebook_shows_how_many_items_are_done(monkeypatch):
    shown = []

    class Handle:
        update = shown.append

    monkeypatch.setattr(progress, "_in_notebook", lambda: True)
    monkeypatch.setattr("IPython.display.display", lambda *_, **__: Handle)
    states = [(item, shown[-1].data.split("</progress> ")[1]) for item in progress.track("ab")]
    assert states == [("a", "0 of 2"), ("b", "1 of 2")]
    assert shown[-1].data.endswith("2 of 2") and 'value="2"' in shown[-1].data


def test_a_terminal_shows_a_bar(capsys):
    assert list(progress.track([1, 2])) == [1, 2]
    assert "2/2" in capsys.readouterr().err
