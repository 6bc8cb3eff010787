import html
import re
import shutil
from pathlib import Path

import pytest
import torch
from torch.nn.functional import conv1d

import nst_helpers as nst
from nst_helpers.__main__ import main
from nst_helpers.course.browser import find_browser, print_page
from nst_helpers.course.copies import tags
from nst_helpers.course.material import material, notebooks
from nst_helpers.course.print import worksheet
from nst_helpers.course.rendering import prose, read_cells
from nst_helpers.errors import InputError
from pages import CHROMIUM

LESSONS = [path for path in notebooks() if "studio" not in path.name]
SHEET = (material("course") / "worksheet.md").read_text(encoding="utf-8")
ANSWERS = re.findall(r"^::: answer \d+\n(.*?)^:::$", SHEET, re.M | re.S)
TEXT_WIDTH = round(174 / 25.4 * 96)  # of A4 without its margins, in pixels


def words(page):
    return re.sub(r"\W+", " ", html.unescape(re.sub("<[^>]*>", "", page))).strip()


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """Write the pages that are printed, where there is no browser to print them."""
    folder = tmp_path_factory.mktemp("paper") / "of a class"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NST_BROWSER", "no-such-browser")
        assert main(["print", str(folder)]) == 2
    assert not list(folder.glob("*.pdf"))
    return {path.stem: path for path in (folder / "pages").glob("*.html")}


def test_pages_are_written_where_there_is_no_browser(monkeypatch, tmp_path, pages, capsys):
    names = {path.stem for path in LESSONS}
    assert set(pages) == names | {"solutions", "worksheet", "worksheet_answers"}
    monkeypatch.setattr("nst_helpers.course.print._documents", lambda: {"a": ("A", ["<p>a</p>"])})
    monkeypatch.setenv("NST_BROWSER", "no-such-browser")
    assert main(["print", str(tmp_path / "new")]) == 2
    said = capsys.readouterr().err
    assert "'no-such-browser', which NST_BROWSER names, was not found" in said
    assert "printed in any browser" in said and (tmp_path / "new/pages/a.html").is_file()


def test_a_browser_is_found_by_name_or_by_setting(monkeypatch, tmp_path):
    for name in ("msedge", "mine"):
        program = tmp_path / name
        program.touch(0o755)
    monkeypatch.setattr("nst_helpers.course.browser._PLACES", [])
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("NST_BROWSER", raising=False)
    assert find_browser() == shutil.which("msedge")
    monkeypatch.setenv("NST_BROWSER", str(tmp_path / "mine"))
    assert find_browser() == str(tmp_path / "mine")
    monkeypatch.delenv("NST_BROWSER")
    (tmp_path / "msedge").unlink()
    with pytest.raises(InputError, match="Chromium, Chrome or Edge was not found"):
        find_browser()
    (tmp_path / "page.html").write_text("a")
    with pytest.raises(InputError, match="made no PDF of"):  # it cannot be run
        print_page(tmp_path / "page.html", tmp_path / "page.pdf", str(tmp_path / "mine"))


def test_lessons_are_printed_without_solutions_which_have_a_file_of_their_own(pages):
    solutions = words(pages["solutions"].read_text(encoding="utf-8"))
    for path in LESSONS:
        page = words(pages[path.stem].read_text(encoding="utf-8"))
        exercises = 0
        for cell in read_cells(path):
            source = words(html.escape(cell.source))
            if "solution" in tags(cell):
                assert source not in page and source in solutions
            elif not {"check", "predict"} & {*tags(cell)} and cell.cell_type == "code":
                assert source in page
                exercises += "exercise" in tags(cell)
        room = pages[path.stem].read_text(encoding="utf-8").count('<div class="lines">')
        assert room == exercises


def test_the_worksheet_has_room_in_place_of_its_answers():
    asked, answered = words(worksheet(SHEET)), words(worksheet(SHEET, answers=True))
    for answer in ANSWERS:
        assert words(prose(answer)) in answered and words(prose(answer)) not in asked
    assert len(ANSWERS) == worksheet(SHEET).count('<div class="lines">') == 10
    assert ":::" not in worksheet(SHEET) and "answer" not in asked


def test_the_points_add_up():
    total = int(re.search(r"of (\d+) \|", SHEET)[1])
    questions = [int(points) for points in re.findall(r"^### .*\((\d+) points\)$", SHEET, re.M)]
    parts = [sum(map(int, re.findall(r"\((\d+) points\)", answer))) for answer in ANSWERS]
    grouped = [*parts[:2], sum(parts[2:5]), *parts[5:]]
    assert questions == grouped and sum(questions) == total


def matrix(numbers):
    rows = r" \\ ".join(" & ".join(f"{float(number):g}" for number in row) for row in numbers)
    return rf"\begin{{pmatrix}} {rows} \end{{pmatrix}}"


def row(numbers):
    return f"({', '.join(f'{float(number):g}' for number in numbers)})"


def sum_of_squares(differences):
    squares = [number for number in differences.flatten().square().tolist() if number]
    return " + ".join(f"{square:g}" for square in squares), differences.numel()


def test_every_number_of_the_answers_is_what_the_package_computes():
    given = {
        name: torch.tensor([[float(n) for n in line.split("&")] for line in rows.split(r"\\")])
        for name, rows in re.findall(
            r"(\w) = \\begin{pmatrix} (.*?) \\end", SHEET.split("### 6")[0]
        )
        if name in "FAPQ"
    }
    F, A = given["F"], given["A"]
    a, b = F

    def gram(channels, normalize=True):
        return nst.gram_matrix(channels.view(1, 2, 1, 3), normalize)[0]

    def style(first, second):
        return nst.style_loss(first[None], second[None])

    def products(b):
        return [f"{x:g} \\cdot {y:g}" for x, y in zip(a.tolist(), b.tolist(), strict=True)]

    assert f"$a = {row(a)}$ and $b = {row(b)}$" in SHEET
    order = torch.tensor([1, 2, 0])  # 2, 3, 1
    alike, alone = F[:, order], torch.stack([a, b[order]])
    louder = torch.stack([a, 2 * b])
    assert torch.equal(gram(alike), gram(F))
    whole = gram(F, normalize=False)
    added = " + ".join(f"{product:g}" for product in (a * b[order]).tolist())
    expected = [
        rf"a \cdot b = {' + '.join(products(b))} = {a @ b:g}",
        "a",
        f"F F^T = {matrix(whole)}",
        f"G = {matrix(gram(F))}",
        *(f"{number:g}" for number in (whole[0, 0], whole[0, 1], whole[1, 1])),
        f"b = {row(b[order])}",
        rf"a \cdot b = {added} = {a @ b[order]:g}",
        f"G = {matrix(gram(alone))}",
        f"G = {matrix(gram(louder))}",
    ]
    assert torch.equal(gram(alone).diagonal(), gram(F).diagonal())
    assert torch.equal(gram(louder) / gram(F), torch.tensor([[1.0, 2.0], [2.0, 4.0]]))

    differences = (gram(F) - A).flatten()
    squares = " + ".join(f"{square:g}" for square in differences.square().tolist())
    expected += [row(differences)[1:-1], f"({squares}) / 4 = {style(gram(F), A):g}"]
    assert torch.linalg.eigvalsh(A).min() > 0  # some channels have this matrix
    for name in "PQ":
        picture, expected = given[name], [*expected, name]
        for along in (0, 1):
            squares, count = sum_of_squares(picture.diff(dim=along))
            mean = picture.diff(dim=along).square().mean()
            expected.append(f"({squares}) / {count} = {mean:g}" if squares else "0")
        expected.append(f"{nst.variation_loss(picture[None, None]):g}")
    pixels = torch.tensor([3.0, 3, 3, 1, 1, 3])
    assert f"$({', '.join(f'{pixel:g}' for pixel in pixels)})$" in SHEET
    channel = conv1d(pixels[None, None], torch.tensor([[[1.0, -1.0]]]))[0, 0]
    expected += [row(channel), row(channel.relu())]
    assert re.findall(r"\$([^$]+)\$", "".join(ANSWERS)) == expected


CUT = """(width) => {
  const found = [];
  for (const part of document.querySelectorAll("main *")) {
    const box = part.getBoundingClientRect();
    if (!box.width || part.closest("mjx-math, mjx-assistive-mml")) continue;
    const cut = part.clientWidth && part.scrollWidth > part.clientWidth + 1;
    if ((cut && part.tagName !== "IMG") || box.right > width + 1)
      found.push(part.outerHTML.slice(0, 100));
  }
  for (const image of document.images)
    if (!image.naturalWidth || !image.alt) found.push(`missing: ${image.alt}`);
  for (const formula of document.querySelectorAll("mjx-merror")) found.push(formula.textContent);
  if (document.querySelector("main").innerText.match(/\\$[^$\\n]+\\$/)) found.push("dollars");
  return found;
}"""


def test_nothing_is_wider_than_the_paper(browser, pages):
    page = browser.new_page(viewport={"width": TEXT_WIDTH, "height": 900})
    page.emulate_media(media="print")
    trouble = []
    page.on("request", lambda one: one.url[:4] == "http" and trouble.append(one.url))
    page.on("requestfailed", lambda one: trouble.append(one.url[:200]))
    formulas = 0
    for name, path in pages.items():
        page.goto(path.as_uri())
        page.wait_for_function("window.MathJax?.startup?.promise")
        page.evaluate("MathJax.startup.promise")
        assert page.evaluate(CUT, TEXT_WIDTH) == [], name
        formulas += page.locator("mjx-container").count()
    assert formulas > 100 and not trouble
    # Without the style that wraps code, its longest lines would be found.
    page.goto(pages["06_variation"].as_uri())
    page.add_style_tag(content="pre { white-space: pre !important; font-size: 10.5pt }")
    assert page.evaluate(CUT, TEXT_WIDTH)
    page.close()


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed")
def test_a_browser_prints(pages, tmp_path, monkeypatch):
    counts = {}
    monkeypatch.chdir(pages["worksheet"].parent)
    for name in ("appendix_receptive_fields", "worksheet", "worksheet_answers"):
        page = pages[name].relative_to(Path.cwd())  # as on the command line
        print_page(page, tmp_path / "sheet.pdf", find_browser())
        pdf = (tmp_path / "sheet.pdf").read_bytes()
        assert pdf.startswith(b"%PDF") and re.search(rb"/MediaBox \[0 0 59[45][.\d]* 84[12]", pdf)
        counts[name] = len(re.findall(rb"/Type /Page\b", pdf))
        (tmp_path / "sheet.pdf").unlink()
    assert counts["worksheet"] == counts["worksheet_answers"] == 2
    assert counts["appendix_receptive_fields"] > 2
