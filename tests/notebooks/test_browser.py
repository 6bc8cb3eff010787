"""The interactive figures in JupyterLab, driven in Chromium; the kernel is asked for its state."""

import json
import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from PIL import Image

from nst_helpers import read_settings
from nst_helpers.widgets.loss_balance import in_triangle

FIGURES = {
    "explorer": 'widgets.ChannelExplorer({"cat": "cat", "coffee": "coffee"}, size=96)',
    "field": 'widgets.ReceptiveField("cat", size=96)',
    "vectors": "widgets.Vectors((3, 1), (1, 2))",
    "both": 'widgets.CoOccurrence({"a": ramp, "b": 2 * ramp, "c": 1 - ramp})',
    "inspector": 'widgets.GramInspector("tiger_coat", "cat", layer="relu2_1", size=96)',
    "denoise": 'widgets.Denoise("cat", size=96)',
    "balance": 'widgets.LossBalance("cat", "night_sky", size=48, steps=2)',
}
SETUP = """import json, torch
from hashlib import sha256
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


def wait(condition, seconds=300, say=lambda: ""):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, f"it took too long {say()}"
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
        size = self.ask(f"{name}.image.size")
        image = self.cell(name).locator(".nst-picture img")
        border = image.evaluate("(image) => image.clientLeft")

        def resting():  # what stands above may still be drawn, and move it
            image.scroll_into_view_if_needed()
            box = image.bounding_box()
            self.page.wait_for_timeout(100)
            return box == image.bounding_box() and box

        box = wait(resting)
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
        f"document.querySelectorAll('.nst-picture img').length == {len(FIGURES)}",
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
    text = lab.settled(name)
    image = lab.cell(name).locator(".nst-picture img")
    assert text in image.get_attribute("alt")
    size = "(image) => [image.naturalWidth, image.naturalHeight]"
    wait(lambda: image.evaluate(size) == lab.ask(f"{name}.image.size"))


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
    best = lab.ask("[name[1] for name in explorer.canvas.places if name[0] == 'channel']")[1]
    lab.click("explorer", ("channel", best))
    wait(lambda: lab.ask("explorer.channel.value") == best)
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
    lab.click("field", ("layer", "relu1_2"))
    wait(lambda: "5 x 5 pixels" in lab.settled("field"))


def test_a_vector_is_dragged(lab):
    height = lab.ask("vectors.canvas.places['plane']")[3]
    x, y = lab.press("vectors", "plane", 5.5 / 9, 2.5 / 9)  # the head of b
    lab.page.mouse.move(x, y - 1.2 * height / 9, steps=6)
    lab.page.mouse.up()
    wait(lambda: abs(lab.ask("vectors.b")[1] - 3.2) < 0.15, say=lambda: lab.ask("vectors.b"))
    assert lab.ask("vectors.a") == [3, 1]
    lab.cell("vectors").get_by_role("button", name="a", exact=True).click()
    wait(lambda: lab.ask("vectors.chosen.value") == "a")
    lab.settled("vectors")  # the sliders have taken the numbers of a
    lab.slide("vectors", 0, "ArrowLeft", times=5)
    wait(lambda: abs(lab.ask("vectors.a")[0] - 2.5) < 0.01, say=lambda: lab.ask("vectors.a"))
    assert "a · b = 2.5 ×" in lab.settled("vectors")


def test_a_picture_is_pointed_at_while_the_next_one_loads(lab):
    lab.cell("vectors").locator(".nst-picture img").evaluate(
        """async (image) => {
          const same = await (await fetch(image.src)).blob();
          const { x, y, width, height } = image.getBoundingClientRect();
          image.src = URL.createObjectURL(same);
          await Promise.resolve();
          if (image.naturalWidth) throw Error("nothing is loading");
          const place = { clientX: x + width / 2, clientY: y + height / 2, buttons: 1 };
          image.dispatchEvent(new PointerEvent("pointermove", place));
        }"""
    )
    middle = [length / 2 for length in lab.ask("vectors.image.size")]
    wait(lambda: lab.ask("vectors.picture.pointed[:2]") == pytest.approx(middle, abs=2))


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
    assert lab.ask("inspector.pair_number.value") == 0
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


def test_the_triangle_is_filled_and_painted_on_while_the_kernel_answers(lab):
    lab.click("balance", "triangle", *in_triangle((1, 4, 1)))
    wait(lambda: lab.ask("balance.place") == [1, 4, 1])
    wait(lambda: "weigh 1 : 1260 : 10." in lab.settled("balance"))
    wait(lambda: lab.ask("len(balance.grid)") == 28)
    button = lab.cell("balance").get_by_role("button", name="Paint on")
    button.click()
    wait(lambda: lab.ask("balance.step.index") > 2)
    lab.click("balance", "triangle", *in_triangle((6, 0, 0)))
    wait(lambda: lab.ask("balance.step.state['weights']['style']") < 1)
    wait(lambda: lab.ask("balance.step.index") > 2)
    button.click()
    wait(lambda: not lab.ask("balance.work.alive"))
    assert not lab.settled("balance").startswith("Painting")


def test_a_dozen_rapid_changes_end_in_the_last_state(lab):
    """Twelve keys in a row leave no queue: each draws at most once, and the last is shown."""
    lab.slide("inspector", 0, "Home")
    wait(lambda: lab.ask("inspector.pair_number.value") == 0)
    lab.settled("inspector")
    lab.ask("[drawn := [], inspector.picture.observe(drawn.append, 'png')][0]")
    lab.slide("inspector", 0, times=12)
    wait(lambda: lab.ask("inspector.pair_number.value") == 12)
    assert lab.settled("inspector") == lab.ask("inspector.text")
    assert lab.ask("len(drawn)") <= 12


@pytest.fixture(scope="module")
def voila(tmp_path_factory):
    """Start the studio as a page with voila; yield its address."""
    folder = tmp_path_factory.mktemp("voila")
    environment = dict(os.environ) | {"OMP_NUM_THREADS": "1", "IPYTHONDIR": str(folder)}
    for kind in ("CONFIG_DIR", "DATA_DIR", "RUNTIME_DIR"):
        environment[f"JUPYTER_{kind}"] = str(folder / kind)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    notebook = Path(__file__).parents[2] / "notebooks" / "08_studio.ipynb"
    command = [sys.executable, "-m", "voila", str(notebook), "--no-browser", f"--port={port}"]
    with open(folder / "log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [*command, "--Voila.ip=127.0.0.1"], env=environment, stdout=log, stderr=log
        )

    def listens():
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", port)) == 0

    try:
        wait(listens)
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(300)


@pytest.fixture(scope="module")
def studio(voila, browser):
    page = browser.new_page(viewport={"width": 1100, "height": 1500})
    page.goto(voila, wait_until="commit")  # it also asks for fonts from elsewhere
    page.wait_for_selector(".nst-picture img", timeout=300_000)
    yield page
    page.close()


def says(page, number, words):
    """Wait until the text below picture `number` (chooser, easel, sheet) holds the words."""
    text = page.locator(".nst-picture div").nth(number)
    wait(lambda: words in text.inner_text(), say=text.inner_text)


def drop(page, *pictures):
    """Drop pictures `(name, colour, width, height)` on the page."""
    page.evaluate(
        """async (pictures) => {
          const files = new DataTransfer();
          for (const [name, color, width, height] of pictures) {
            const canvas = new OffscreenCanvas(width, height);
            const pen = canvas.getContext("2d");
            pen.fillStyle = color;
            pen.fillRect(0, 0, width, height);
            const noise = pen.getImageData(0, 0, width, height);
            if (width > 1000) noise.data.forEach((_, i) => (noise.data[i] |= Math.random() * 256));
            pen.putImageData(noise, 0, 0);
            files.items.add(new File([await canvas.convertToBlob()], name));
          }
          const options = { dataTransfer: files, bubbles: true, cancelable: true };
          const place = document.querySelector(".nst-picture img");
          for (const kind of ["dragover", "drop"])
            if (place.dispatchEvent(new DragEvent(kind, options))) throw Error("not taken");
        }""",
        pictures,
    )


def test_files_are_dropped_on_the_page(studio):
    drop(studio, ["red.png", "red", 90, 60], ["large.png", "black", 2400, 1800])
    says(studio, 0, "Content: large.png.")
    says(studio, 1, "large.png: 2400 x 1800 pixels, nothing cut off, used at 512 x 384.")
    drop(studio, ["other.png", "red", 90, 60])
    says(studio, 0, "Content: red.png.")  # known by its content


def test_the_studio_from_upload_to_download(studio, tmp_path):
    page = studio

    def give(words, path):
        with page.expect_file_chooser() as chooser:
            page.locator(".nst-files label", has_text=words).click()
        chooser.value.set_files(path)

    says(page, 0, "Style: 1 of night_sky.")
    bad, mine = tmp_path / "bad.png", tmp_path / "mine.png"
    bad.write_bytes(b"no picture at all")
    Image.linear_gradient("L").resize((90, 60)).save(mine)
    give("Choose your pictures", bad)
    says(page, 1, "bad.png: ")
    give("Choose your pictures", mine)
    says(page, 0, "Content: mine.png.")
    says(page, 1, "mine.png: 90 x 60 pixels, nothing cut off, used at 90 x 60.")
    # The pace was measured when the page was opened.
    says(page, 1, "A run paints mine.png (90 x 60) at 256 x 171, in about ")
    for slider, key in ((3, "Home"), (4, "End")):  # the smallest size, the most steps
        page.locator(".noUi-handle").nth(slider).focus()
        page.keyboard.press(key)
    button = page.get_by_role("button", name="Start")
    button.click()
    says(page, 1, "Painting")
    assert button.is_disabled()  # a second start cannot even be asked for
    page.get_by_role("button", name="Pause").click()
    says(page, 1, "Paused")
    page.locator(".noUi-handle").nth(1).focus()
    page.keyboard.press("End")  # the weight of the style, in flight
    page.get_by_role("button", name="Go on").click()
    says(page, 1, "Painting")
    if folder := os.environ.get("NST_TEST_SCREENSHOTS"):
        page.wait_for_timeout(5000)
        page.screenshot(path=f"{folder}/studio.png", full_page=True)
    page.get_by_role("button", name="Stop").click()
    says(page, 1, "Stopped after")
    says(page, 2, "Click a run")
    with page.expect_download() as download:
        page.get_by_text("Download the picture (PNG)").click()
    painted = tmp_path / "painted.png"
    download.value.save_as(painted)
    settings = read_settings(painted)
    assert settings["content"] == "mine.png" and settings["style_weight"] == 300
    with page.expect_download() as download:
        page.get_by_text("Download the film (GIF)").click()
    assert Image.open(download.value.path()).format == "GIF"
    give("Restore a run", mine)
    says(page, 1, "mine.png carries no settings")
    give("Restore a run", painted)
    says(page, 1, "The settings are restored.")
    assert page.locator(".jp-RenderedText[data-mime-type*=error]").count() == 0
