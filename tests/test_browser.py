"""The interactive figures in JupyterLab, driven in Chromium; the kernel is asked for its state."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

playwright = pytest.importorskip(
    "playwright.sync_api", reason="no browser tests: playwright is not installed"
)
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="no browser tests: there is no chromium on this machine"
)

FIGURES = {
    "explorer": 'widgets.ChannelExplorer({"cat": "cat", "coffee": "coffee"}, size=96)',
    "field": 'widgets.ReceptiveField("cat", size=96)',
    "vectors": "widgets.Vectors((3, 1), (1, 2))",
    "both": 'widgets.CoOccurrence({"a": ramp, "b": 2 * ramp, "c": 1 - ramp})',
    "inspector": 'widgets.GramInspector("tiger_coat", "cat", layer="relu2_1", size=96)',
    "denoise": 'widgets.Denoise("cat", size=96)',
    "balance": 'widgets.LossBalance("cat", "night_sky", grid, size=48)',
}
SETUP = """import json, torch
from hashlib import sha256
from nst_helpers import widgets
ramp = torch.linspace(0, 1, 80).view(8, 10)
grid = widgets.balance_grid(
    "cat", "night_sky", size=48, steps=2, styles=[1, 1000], variations=[0, 9]
)
"""
OPTIONS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def settings(folder, name, values):
    path = folder / f"{name}.jupyterlab-settings"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(values))


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
    path.write_text(json.dumps(document | {"nbformat": 4, "nbformat_minor": 5}))


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
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", "--port=0"]
    command += ["--allow-root", f"--ServerApp.root_dir={folder / 'notebooks'}"]
    command += ["--IdentityProvider.token=secret", "--LabApp.expose_app_in_browser=True"]
    with open(folder / "log", "w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        yield wait(lambda: address(folder / "RUNTIME_DIR"), 60)
    finally:
        process.terminate()
        process.wait(20)


def address(folder):
    for path in folder.glob("jpserver-*.json"):
        try:
            return json.loads(path.read_text())["url"]
        except ValueError:  # not yet written to its end
            return None


def wait(condition, seconds=20):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.05)
    return found


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

    def shown(self, name):
        """Return the SHA-256 of the picture that the browser shows."""
        image = self.cell(name).locator(".nst-picture img")
        script = """async (image) => {
          const bytes = await (await fetch(image.src)).arrayBuffer();
          const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
          return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
        }"""
        return image.evaluate(script)

    def settled(self, name):
        """Wait until the browser shows what the kernel drew, and return its text."""

        def same():
            text, digest = self.ask(f"[{name}.text, sha256({name}.picture.png).hexdigest()]")
            read = self.cell(name).locator(".nst-picture div").inner_text()
            return text == read and digest == self.shown(name) and text

        text = wait(same)
        assert self.page.locator(".jp-RenderedText[data-mime-type*=stderr]").count() == 0
        return text

    def press(self, name, place, x=0.5, y=0.5):
        """Press the mouse at a place of the picture that the kernel calls `place`."""
        left, top, width, height = self.ask(f"{name}.canvas.places[{place!r}]")
        image = self.cell(name).locator(".nst-picture img")
        image.scroll_into_view_if_needed()
        box = image.bounding_box()
        border = image.evaluate("(image) => image.clientLeft")
        size = self.ask(f"{name}.image.size")
        scale = [
            (box[side] - 2 * border) / n for side, n in zip(("width", "height"), size, strict=True)
        ]
        at = (
            box["x"] + border + (left + x * width) * scale[0],
            box["y"] + border + (top + y * height) * scale[1],
        )
        self.page.mouse.move(*at)
        self.page.mouse.down()
        return at

    def click(self, name, place, x=0.5, y=0.5):
        self.press(name, place, x, y)
        self.page.mouse.up()

    def slide(self, name, number, key="ArrowRight", times=1):
        """Press a key on the handle of the figure's slider `number`."""
        self.cell(name).locator(".noUi-handle").nth(number).focus()
        for _ in range(times):
            self.page.keyboard.press(key)


@pytest.fixture(scope="module")
def lab(server):
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        errors = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server}lab/tree/figures.ipynb?token=secret&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60000)
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
            f"document.querySelectorAll('.nst-picture img').length == {len(FIGURES)}",
            timeout=90000,
        )
        lab = Lab(page)
        if folder := os.environ.get("NST_TEST_SCREENSHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            for name in FIGURES:
                lab.settled(name)
                lab.cell(name).screenshot(path=f"{folder}/{name}.png")
        yield lab
        browser.close()
        assert not errors


@pytest.mark.parametrize("name", FIGURES)
def test_the_first_state_is_drawn_without_a_click(lab, name):
    text = lab.settled(name)
    image = lab.cell(name).locator(".nst-picture img")
    assert text in image.get_attribute("alt")
    size = image.evaluate("(image) => [image.naturalWidth, image.naturalHeight]")
    assert size == lab.ask(f"{name}.image.size")


def test_the_explorer_follows_slider_click_and_keys(lab):
    before, channel = lab.shown("explorer"), lab.ask("explorer.channel.value")
    lab.slide("explorer", 1)  # the handles are those of layer and channel
    wait(lambda: lab.ask("explorer.channel.value") == channel + 1)
    assert f"channel {channel + 1} of" in lab.settled("explorer")
    assert lab.shown("explorer") != before
    lab.click("explorer", "map", 0.8, 0.3)
    wait(lambda: abs(lab.ask("explorer.place")[0] - 0.8) < 0.02)
    x = lab.ask("explorer.place")[0]
    lab.page.keyboard.press("ArrowLeft")  # a press gives the picture the keys
    wait(lambda: lab.ask("explorer.place")[0] < x)
    lab.settled("explorer")
    best = lab.ask("[name for name in explorer.canvas.places if name.startswith('channel ')]")[1]
    lab.click("explorer", best)
    wait(lambda: lab.ask("explorer.channel.value") == int(best.split()[1]))
    lab.cell("explorer").locator("select").select_option("coffee")
    assert "in coffee" in wait(
        lambda: "coffee" in lab.settled("explorer") and lab.settled("explorer")
    )


def test_the_field_follows_the_place_that_is_clicked(lab):
    lab.click("field", "map", 0.6, 0.7)
    rows, columns = lab.ask("list(field.maps[field.layer.value].shape)")
    place = f"row {int(0.7 * rows)}, column {int(0.6 * columns)}"
    wait(lambda: place in lab.settled("field"))
    lab.slide("field", 0, times=2)
    wait(lambda: lab.ask("field.layer.value") == "relu4_2")
    assert "76 x 76 pixels" in lab.settled("field")
    lab.click("field", "relu1_2")
    wait(lambda: "5 x 5 pixels" in lab.settled("field"))


def test_a_vector_is_dragged(lab):
    height = lab.ask("vectors.canvas.places['plane']")[3]
    x, y = lab.press("vectors", "plane", 5.5 / 9, 2.5 / 9)  # the head of b
    lab.page.mouse.move(x, y - 1.2 * height / 9, steps=6)
    lab.page.mouse.up()
    wait(lambda: abs(lab.ask("vectors.b")[1] - 3.2) < 0.15)
    assert lab.ask("vectors.a") == [3, 1]
    lab.cell("vectors").get_by_role("button", name="a", exact=True).click()
    lab.slide("vectors", 0, "ArrowLeft", times=5)
    wait(lambda: abs(lab.ask("vectors.a")[0] - 2.5) < 0.01)
    assert "a · b = 2.5 ×" in lab.settled("vectors")


def test_one_shuffle_loses_what_goes_together(lab):
    lab.cell("both").get_by_role("button", name="second shuffled").click()
    wait(lambda: lab.ask("both.positions.value") == "second shuffled")
    shuffled = lab.settled("both")
    lab.cell("both").get_by_role("button", name="both shuffled alike").click()
    alike = wait(lambda: (text := lab.settled("both")) != shuffled and text)
    assert "cosine is 1.00" in alike and "cosine is 1.00" not in shuffled
    lab.cell("both").locator("select").nth(1).select_option("c")
    wait(lambda: lab.settled("both").startswith("a · c"))


def test_the_inspector_is_pointed_at_and_steps_through_pairs(lab):
    lab.click("inspector", "matrix", 100.5 / 128, 7.5 / 128)
    wait(lambda: lab.ask("inspector.pair == (inspector.order[7], inspector.order[100])"))
    lab.page.keyboard.press("Shift+ArrowLeft")
    wait(lambda: lab.ask("inspector.pair == (inspector.order[7], inspector.order[90])"))
    assert lab.ask("inspector.rank.value") == 0
    lab.slide("inspector", 0, times=3)
    wait(lambda: lab.ask("inspector.pair == inspector.pairs[2]"))
    pair = lab.ask("inspector.pair")
    assert lab.settled("inspector").startswith(f"Channels {pair[0]} and {pair[1]}: ")
    lab.cell("inspector").locator("select").nth(1).select_option("coffee")
    wait(lambda: "in coffee" in lab.settled("inspector"))


def test_denoising_follows_the_weight(lab):
    lab.slide("denoise", 1, "Home")
    wait(lambda: lab.ask("denoise.weight.value") == 0)
    before, error = lab.shown("denoise"), lab.ask("denoise.error")
    lab.slide("denoise", 1, times=6)
    wait(lambda: lab.ask("denoise.weight.value") == 0.5)
    lab.settled("denoise")
    assert lab.ask("denoise.error") < 0.7 * error and lab.shown("denoise") != before


def test_painting_on_goes_on_while_the_kernel_answers(lab):
    button = lab.cell("balance").get_by_role("button", name="Paint on")
    button.click()
    wait(lambda: lab.ask("balance.step.index") > 2)
    lab.slide("balance", 0, "Home")
    wait(lambda: lab.ask("balance.transfer.weights['style']") == 1)
    wait(lambda: lab.ask("balance.step.index") > 2)
    button.click()
    wait(lambda: not lab.ask("balance.thread.is_alive()"))
    assert not lab.settled("balance").startswith("Painting")


def test_a_dozen_rapid_changes_end_in_the_last_state(lab):
    """Twelve keys in a row leave no queue: the last state is shown soon after the last key."""
    lab.slide("inspector", 0, "Home")
    wait(lambda: lab.ask("inspector.rank.value") == 0)
    lab.slide("inspector", 0, times=12)
    began = time.monotonic()
    wait(lambda: lab.ask("inspector.rank.value") == 12, 5)
    assert lab.settled("inspector") == lab.ask("inspector.text")
    assert time.monotonic() - began < 3
