"""The interactive figures in JupyterLab, driven in Chromium; the kernel is asked for its state."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from served import wait

FIGURES = {
    "explorer": 'widgets.ChannelExplorer({"cat": "cat", "coffee": "coffee"}, size=96)',
    "field": 'widgets.ReceptiveField("cat", size=96)',
    "vectors": "widgets.Vectors((3, 1), (1, 2))",
    "both": 'widgets.CoOccurrence({"a": ramp, "b": 2 * ramp, "c": 1 - ramp})',
    "inspector": 'widgets.GramInspector("tiger_coat", "cat", layer="relu2_1", size=96)',
    "denoise": 'widgets.Denoise("cat", size=96)',
    "balance": 'widgets.LossBalance("cat", "night_sky", size=48, steps=2)',
}
LESSONS, LESSON = Path(__file__).parents[2] / "notebooks", "05_gram_matrix.ipynb"
SETUP = """import json, torch
from nst_helpers import widgets
ramp = torch.linspace(0, 1, 80).view(8, 10)
"""


def settings(folder, name, values):
    path = folder / f"{name}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values), encoding="utf-8")


def write_notebook(path):
    sources = [SETUP, *(f"{name} = {source}\n{name}" for name, source in FIGURES.items())]
    cells = [
        {
            "cell_type": "code",
            "id": f"cell{number}",
            "metadata": {},
            "source": source,
            "execution_count": None,
            "outputs": [],
        }
        for number, source in enumerate(sources)
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    document = {"cells": cells, "metadata": {"kernelspec": kernel}}
    document |= {"nbformat": 4, "nbformat_minor": 5}
    path.write_text(json.dumps(document), encoding="utf-8")


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    """Start JupyterLab on this machine with a notebook of all figures; yield its address."""
    folder = tmp_path_factory.mktemp("lab")
    environment = dict(os.environ) | {"OMP_NUM_THREADS": "1"}
    for kind in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{kind}"] = str(folder / kind)
    for kind in ("SETTINGS_DIR", "WORKSPACES_DIR"):
        environment[f"JUPYTERLAB_{kind}"] = str(folder / kind)
    environment["IPYTHONDIR"] = str(folder / "ipython")
    settings(
        folder / "SETTINGS_DIR",
        "@jupyterlab/apputils-extension/notification",
        {"fetchNews": "false", "checkForUpdates": False, "doNotDisturbMode": True},
    )
    settings(
        folder / "SETTINGS_DIR",
        "@jupyterlab/notebook-extension/tracker",
        {"windowingMode": "none"},
    )
    if os.environ.get("NST_TEST_DARK"):
        settings(
            folder / "SETTINGS_DIR",
            "@jupyterlab/apputils-extension/themes",
            {"theme": "JupyterLab Dark"},
        )
    (folder / "notebooks").mkdir()
    write_notebook(folder / "notebooks" / "figures.ipynb")
    shutil.copy(LESSONS / LESSON, folder / "notebooks")
    shutil.copytree(LESSONS / "pictures", folder / "notebooks" / "pictures")
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--allow-root", f"--ServerApp.root_dir={folder / 'notebooks'}"]
    command += ["--IdentityProvider.token=secret", "--LabApp.expose_app_in_browser=True"]
    with open(folder / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield wait(lambda: address(folder / "RUNTIME_DIR"))
    finally:
        process.terminate()
        process.wait(300)


def address(folder):
    for path in folder.glob("jpserver-*.json"):
        try:
            return json.loads(path.read_text(encoding="utf-8"))["url"]
        except ValueError:  # not yet written to its end
            return None


class Lab:
    """The page, and the kernel behind it."""

    def __init__(self, page):
        self.page = page

    def ask(self, expression):
        """Return the value of a Python expression in the kernel."""
        script = """async (code) => {
          const kernel = window.jupyterapp.shell.currentWidget.sessionContext.session.kernel;
          const future = kernel.requestExecute({ code, store_history: false });
          let text = "";
          future.onIOPub = (m) => {
            if (m.header.msg_type === "stream") text += m.content.text;
            if (m.header.msg_type === "error") text += JSON.stringify(m.content.evalue);
          };
          await future.done;
          return text;
        }"""
        return json.loads(self.page.evaluate(script, f"print(json.dumps({expression}))"))

    def cell(self, name):
        number = 1 + list(FIGURES).index(name)
        cell = self.page.locator(".jp-Notebook .jp-CodeCell").nth(number)
        cell.scroll_into_view_if_needed()
        return cell

    def words(self, name):
        return self.cell(name).locator(".nst-words").inner_text()

    def settled(self, name, words=""):
        """Wait until the page says what the kernel says, and these words; return all of it."""

        def same():
            said = self.words(name)
            return words in said and said == self.ask(f"{name}.text") and said

        said = wait(same, say=lambda: [self.words(name), self.ask(f"{name}.text")])
        assert self.page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
        return said

    def at(self, name, selector, x, y):
        """Return where a share of an element's width and height lies, once it rests."""
        element = self.cell(name).locator(selector).first

        def resting():  # what stands above may still be drawn, and move it
            element.scroll_into_view_if_needed()
            box = element.bounding_box()
            self.page.wait_for_timeout(100)
            return box == element.bounding_box() and box

        box = wait(resting)
        return box["x"] + x * box["width"], box["y"] + y * box["height"]

    def press(self, name, selector, x=0.5, y=0.5):
        self.page.mouse.click(*self.at(name, selector, x, y))

    def choose(self, name, trait, value):
        self.cell(name).locator(f"select[name={trait}]").select_option(value)

    def slide(self, name, trait, *keys):
        self.cell(name).locator(f"input[name={trait}]").focus()
        for key in keys:
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def lab(server, browser):
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    errors = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(f"{server}lab/tree/figures.ipynb?token=secret&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=300_000)
    page.evaluate(
        """async () => {
          const app = window.jupyterapp, widget = app.shell.currentWidget;
          await app.commands.execute("application:toggle-left-area").catch(() => {});
          await widget.context.ready;
          await widget.sessionContext.ready;
          await widget.sessionContext.session.kernel.info;
          await app.commands.execute("notebook:run-all-cells");
        }"""
    )
    page.wait_for_function(
        f"document.querySelectorAll('.nst-words:not(:empty)').length == {len(FIGURES)}",
        timeout=300_000,
    )
    lab = Lab(page)
    if folder := os.environ.get("NST_TEST_SCREENSHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        for name in FIGURES:
            lab.settled(name)
            lab.cell(name).screenshot(path=f"{folder}/{name}.png")
    yield lab
    page.close()
    assert not errors


@pytest.mark.parametrize("name", FIGURES)
def test_the_first_state_is_drawn_without_a_click(lab, name):
    assert len(lab.settled(name)) > 20
    assert lab.cell(name).locator(".nst-stage").get_attribute("aria-busy") == "false"


def test_python_and_the_page_share_one_state(lab):
    before = lab.settled("vectors")
    assert lab.ask("setattr(vectors, 'a', (0, 2))") is None
    wait(lambda: lab.words("vectors") != before)
    assert lab.settled("vectors").startswith("a · b = 0 × 1 + 2 × 2 = 4.")
    start, end = (lab.at("vectors", ".nst-plane", x / 9, 2.5 / 9) for x in (5.5, 7.5))
    lab.page.mouse.move(*start)
    lab.page.mouse.down()
    lab.page.mouse.move(*end, steps=6)
    lab.page.mouse.up()
    wait(lambda: lab.ask("vectors.b")[0] > 2.8, say=lambda: lab.ask("vectors.b"))
    lab.settled("vectors")


def test_keys_are_the_figures_own_while_it_has_the_focus(lab):
    """Arrow keys would move between cells, and letters change them."""
    cells = lab.page.locator(".jp-Notebook .jp-CodeCell").count()
    lab.cell("vectors").locator(".nst-b").focus()
    b = lab.ask("vectors.b")
    for key in ("ArrowDown", "x", "b", "ArrowRight"):
        lab.page.keyboard.press(key)
    wait(lambda: lab.ask("vectors.b") == pytest.approx([b[0] + 0.1, b[1] - 0.1]))
    assert lab.page.locator(".jp-Notebook .jp-CodeCell").count() == cells


def test_another_picture_and_layer_are_computed_by_the_kernel(lab):
    lab.choose("explorer", "picture", "coffee")
    lab.settled("explorer", "in coffee")
    lab.slide("explorer", "layer", "Home", "ArrowRight", "ArrowRight")
    wait(lambda: lab.ask("explorer.layer") == "relu2_1")
    lab.settled("explorer", "relu2_1, channel ")
    lab.choose("inspector", "second", "coffee")
    lab.settled("inspector", "coffee")
    lab.choose("inspector", "layer", "relu1_2")
    lab.settled("inspector", "relu1_2, channels ")


def test_what_is_pointed_at_is_known_to_python(lab):
    lab.press("inspector", ".nst-square canvas", 0.4, 0.1)
    before = lab.ask("inspector.pair")
    lab.page.keyboard.press("Shift+ArrowLeft")
    wait(lambda: lab.ask("inspector.pair") != before)
    lab.settled("inspector")
    lab.press("field", ".nst-picture", 0.6, 0.7)
    wait(lambda: lab.ask("field.place") == pytest.approx([0.6, 0.7], abs=0.03))
    lab.settled("field")
    lab.cell("both").get_by_role("radio", name="second shuffled").click()
    wait(lambda: lab.ask("both.positions") == "second shuffled")
    lab.settled("both")
    lab.slide("denoise", "noise", "Home", "ArrowRight")
    wait(lambda: lab.ask("denoise.noise") == pytest.approx(0.01))
    lab.settled("denoise")


def test_a_slow_answer_is_waited_for_and_a_stale_one_is_dropped(lab):
    """While the kernel computes one layer, the hand has gone on to others."""
    code = """exec('''
import time
answer, asked = explorer.answer, []
def slow():
    asked.append(explorer.layer)
    time.sleep(0.5)
    return answer()
explorer.answer = slow
''')"""
    assert lab.ask(code) is None
    said = """() => {
      window.said = [];
      const words = document.querySelectorAll(".jp-CodeCell")[1].querySelector(".nst-words");
      new MutationObserver(() => said.push(words.textContent)).observe(words, { childList: true });
    }"""
    lab.cell("explorer")
    lab.page.evaluate(said)
    lab.slide("explorer", "layer", "Home", *["ArrowRight"] * 9)
    wait(lambda: lab.ask("explorer.layer") == "relu4_3")
    lab.settled("explorer", "relu4_3, channel ")
    said, asked = lab.page.evaluate("window.said"), lab.ask("asked")
    assert said[0] == "Computing …" and len(asked) < 10
    named = [words.split(",")[0] for words in said if words.startswith("relu")]
    assert named[-1] == "relu4_3" and len(named) <= len(asked)
    lab.ask("setattr(explorer, 'answer', answer)")


def test_two_views_of_a_figure_are_one(lab):
    """A second output of the same figure shows the same state, and closing it changes nothing."""
    lab.page.evaluate(
        """async () => {
          const { commands, shell } = window.jupyterapp;
          shell.currentWidget.content.activeCellIndex = 3;
          await commands.execute("notebook:copy-cell");
          await commands.execute("notebook:paste-cell-below");
          const copy = shell.currentWidget.content.activeCell;
          copy.model.sharedModel.setSource("vectors");
          await commands.execute("notebook:run-cell");
        }"""
    )
    words = lab.page.locator(".jp-CodeCell").nth(4).locator(".nst-words")
    wait(lambda: words.count() and words.inner_text() == lab.ask("vectors.text"))
    lab.ask("setattr(vectors, 'a', (-1, 2))")
    wait(lambda: "-1 ×" in words.inner_text() and words.inner_text() == lab.words("vectors"))
    lab.page.evaluate("() => window.jupyterapp.commands.execute('notebook:delete-cell')")
    wait(lambda: lab.page.locator(".jp-CodeCell").count() == 1 + len(FIGURES))
    lab.ask("setattr(vectors, 'a', (1, 2))")
    lab.settled("vectors", "a · b = 1 ×")


def test_the_triangle_is_filled_and_painted_on_while_the_kernel_answers(lab):
    def press(place):
        lab.press("balance", f".nst-dot[data-place='{place}']")

    press("141")
    wait(lambda: lab.ask("balance.place") == [1, 4, 1])
    lab.settled("balance", "weigh 1 : 1260 : 10.")
    wait(lambda: lab.ask("len(balance.grid)") == 28)
    # So many steps that the hand below cannot come too late, however slow it is.
    lab.ask("setattr(__import__('sys').modules['nst_helpers.widgets.triangle'], 'ON', 10_000)")
    button = lab.cell("balance").get_by_role("button", name="Paint on")
    button.click()
    wait(lambda: lab.ask("balance.painted_on.get('place')") == [1, 4, 1])
    wait(lambda: "Painting on" in lab.words("balance"))
    press("600")
    wait(lambda: lab.ask("balance.painted_on.get('place')") == [6, 0, 0])
    button.click()
    wait(lambda: not lab.ask("balance.work.alive"))
    assert not lab.settled("balance").startswith("Painting")


def test_a_lesson_says_what_there_is_to_see(server, browser):
    """As it is stored, before anything is run: its figures, and the picture of the inspector."""
    page = browser.new_page()
    page.goto(f"{server}lab/tree/{LESSON}?token=secret&reset")
    page.wait_for_selector(".jp-Notebook .jp-Cell img", timeout=300_000)
    count = 0
    for cell in nbformat.read(LESSONS / LESSON, as_version=4).cells:
        count += cell.source.count("![") if cell.cell_type == "markdown" else 0
        for output in cell.get("outputs", []):
            count += output.get("data", {}).get("text/html", "").count("<img")
    seen = """() => Array.from(document.querySelectorAll(".jp-Notebook img"),
      ({ alt, naturalWidth }) => [alt, naturalWidth])"""

    def all_seen():
        pictures = page.evaluate(seen)
        return len(pictures) == count and all(width for _, width in pictures) and pictures

    pictures = wait(all_seen, say=lambda: page.evaluate(seen))
    page.close()
    assert count > 15 and all(len(alt) > 10 for alt, _ in pictures)
    assert not [alt for alt, _ in pictures if "No description" in alt]
    assert any(alt.startswith("The Gram matrices of two pictures") for alt, _ in pictures)
