import html
import json
import re

from nbformat.v4 import new_code_cell, new_markdown_cell, new_output

from nst_helpers.course import notes
from nst_helpers.course.deck import blocks, first_sentence, slides_of
from nst_helpers.course.material import notebooks
from nst_helpers.course.rendering import prose, read_cells, tags
from nst_helpers.course.slides import write_slides

TALKS = [path for path in notebooks() if "studio" not in path.name]
PICTURE = '<img alt="A cat on a mat." src="data:image/png;base64,">'


def drawing(source="draw()", element=PICTURE, **metadata):
    output = new_output("display_data", {"text/html": element, "text/plain": "figure"})
    return new_code_cell(source, outputs=[output], metadata=metadata)


def talk(*cells):
    opening = new_markdown_cell("# 01 · What?\n\nAfter this lesson you can\n\n- see")
    return slides_of([opening, *cells])[1:]


def words(page):
    return re.sub(r"\W+", " ", html.unescape(re.sub("<[^>]*>", "", page))).strip()


def everything(slides):
    for slide in slides:
        yield slide
        yield from slide.below


def test_a_figure_has_a_slide_of_its_own_with_one_sentence_and_its_code_below():
    look = "The cat sits on the mat, and not on the floor. Its tail hangs down."
    figure, rest = talk(drawing(), new_markdown_cell(f"{look}\n\nAnother thing."))
    assert figure.kind == "figure" and figure.body == PICTURE
    assert words(figure.caption) == "The cat sits on the mat and not on the floor"
    assert words(figure.notes) == "Its tail hangs down"
    assert [words(slide.body) for slide in figure.below] == ["draw"]
    assert words(rest.body) == "Another thing" and not rest.below


def test_what_leads_to_a_figure_stands_above_it():
    figure, *others = talk(new_markdown_cell("Here it is:"), drawing())
    assert words(figure.lead) == "Here it is" and not others
    text, figure = talk(new_markdown_cell("Long. " * 50), drawing())
    assert (text.kind, figure.lead) == ("text", "")
    assert words(figure.caption) == "A cat on a mat"  # at least what there is to see


def test_what_leads_to_the_next_figure_is_not_said_of_the_last():
    for between in ("All of them, magnified, once more:", "Now the other one, which is a dog."):
        first, second = talk(drawing(), new_markdown_cell(between), drawing())
        assert words(first.caption) == "A cat on a mat"
        assert words(second.lead) == words(between)


def test_what_stands_in_brackets_is_for_the_speaker():
    (figure,) = talk(drawing(), new_markdown_cell("(Grey is zero.)\n\nThe cat is on it."))
    assert words(figure.caption) == "The cat is on it" and words(figure.notes) == "Grey is zero"


def test_a_question_comes_before_the_picture_that_answers_it():
    asked, figure = talk(new_markdown_cell("Look. **Predict.** What will it be?"), drawing())
    assert asked.kind == "ask" and "Predict" in asked.body and figure.kind == "figure"


def test_the_answers_to_choose_from_stand_below_the_question():
    offered = drawing("predict()", "<p>it</p><ul><li>a: grows</li></ul>", tags=["predict"])
    kept = drawing("predictions()", "<p>Nothing was predicted yet.</p>", tags=["predict"])
    asked, figure = talk(new_markdown_cell("**Predict.** Will it?"), offered, drawing(), kept)
    assert asked.kind == "ask" and "a: grows" in asked.body and figure.kind == "figure"


def test_a_room_has_a_slide_of_its_own_without_its_looks_and_its_mend_below():
    looks = "<details><summary>Look</summary>dear</details>"
    rooms = drawing("visit()", f"{PICTURE}{looks}<p>Room 1</p><ul><li>a: b</li></ul>later",
                    tags=["predict"])  # fmt: skip
    mended = "<details><summary>Room 1</summary><pre>- 1\n+ 2</pre><div ><figure></div></details>"
    asked, room, text = talk(
        new_markdown_cell("**Predict.** Which?"), rooms, drawing("mend()", mended),
        new_markdown_cell("It was not one, and that is all there is to say of it."),
    )  # fmt: skip
    assert asked.kind == "ask" and text.kind == "text"
    assert room.kind == "figure" and room.body == (
        f"{PICTURE}<div><p>Room 1</p><ul><li>a: b</li></ul></div>"
    )
    assert [slide.body for slide in room.below] == ["<pre>- 1\n+ 2</pre>"]


def test_code_is_on_a_slide_if_it_is_the_point():
    printed = [new_output("stream", name="stdout", text="1\n")]
    long = "\n".join(["a = 1"] * 14)
    more = f"{long}\n{long}"
    assert [slide.kind for slide in talk(new_code_cell("a = 1"))] == ["code"]
    assert [slide.kind for slide in talk(new_code_cell(long, outputs=printed))] == ["code"]
    (text,) = talk(new_markdown_cell("Words."), new_code_cell(long))
    assert text.kind == "text" and [slide.kind for slide in text.below] == ["code"]
    taught = new_code_cell(more, metadata={"tags": ["teaches-dot_product"]})
    assert [slide.kind for slide in talk(taught)] == ["code"]
    (result,) = talk(new_code_cell(more, outputs=printed))
    assert result.kind == "printed" and len(result.below) == 1


def test_an_exercise_is_one_slide_and_its_solution_lies_below():
    task = "### Exercise: all\n\n" + "Do this. " * 50 + "\n\n- a\n\n**Minutes:** 3"
    cells = [new_markdown_cell(task)]
    for tag in ("exercise", "check", "solution"):
        cells.append(new_code_cell(f"{tag} = 1", metadata={"tags": [tag]}))
    (slide,) = talk(*cells)
    assert slide.title == "Exercise: all" and "Minutes" in slide.body
    assert "exercise" in slide.body and "solution" not in slide.body
    assert [words(each.body) for each in slide.below] == ["solution 1"]


def test_a_long_text_is_several_slides_and_a_list_stays_with_its_paragraph():
    slides = talk(new_markdown_cell("\n\n".join(["Word " * 40] * 3) + "\n\n" + "- a list\n" * 9))
    assert [words(slide.body).split().count("Word") for slide in slides] == [40, 40, 40]
    assert "list" in slides[-1].body


def test_progress_is_shown_only_if_there_is_nothing_else():
    running = '<img alt="So far." src="data:,"><progress></progress> step 3'
    cell = drawing(element=running)
    (slide,) = talk(cell)
    assert slide.body == '<img alt="So far." src="data:,">'
    cell.outputs += drawing().outputs
    assert [slide.body for slide in talk(cell)] == [PICTURE]


def test_the_guide_speaks(monkeypatch, tmp_path):
    (tmp_path / "guide.md").write_text(
        "# Guide\n\n## 01 · What?\n\nTen minutes.\n\n### Board\n\nDraw.\n\n"
        "### Weights\n\nAsk $a$.\n\n## 02 · Other\n\nNo."
    )
    cells = [new_markdown_cell("# 01 · What?\n\nText."), new_markdown_cell("## Weights\n\nText.")]
    monkeypatch.setattr(notes, "material", lambda folder: tmp_path)
    first, second = slides_of(cells)
    assert words(first.notes) == "Ten minutes Board Draw" and words(second.notes) == "Ask a"
    (tmp_path / "guide.md").unlink()
    assert not any(slide.notes for slide in slides_of(cells))


def test_a_sentence_ends_where_it_ends():
    said = "Gatys et al. (2016) say so (see Fig. 3. There). Then more."
    assert first_sentence(said) == ("Gatys et al. (2016) say so (see Fig. 3. There).", "Then more.")
    assert first_sentence("Yes. It is as large as the others are. So.")[1] == "So."


def test_no_line_of_a_lesson_is_lost():
    for path in TALKS:
        cells = read_cells(path)
        slides = slides_of(cells)
        said = [
            words(part)
            for slide in everything(slides)
            for part in (slide.title, slide.lead, slide.body, slide.caption, slide.notes)
        ]
        said = " ".join(filter(None, said))
        for cell in cells:
            if cell.cell_type == "code":
                left_out = {"setup", "check", "predict"} & {*tags(cell)} or "mend(" in cell.source
                assert left_out or words(html.escape(cell.source)) in said, cell.source
                continue
            for block in blocks(cell.source):
                sentence, rest = first_sentence(block.text)
                heading = block.kind == "heading"
                for part in [block.text.lstrip("# ")] if heading else [sentence, rest]:
                    assert words(prose(part)) in said, part


def test_a_solution_is_never_in_the_row_that_is_shown():
    for path in TALKS:
        cells = read_cells(path)
        shown = " ".join(slide.body + slide.notes for slide in slides_of(cells))
        for cell in cells:
            if "solution" in tags(cell):
                assert words(html.escape(cell.source)) not in words(shown)


MEASURE = """() => {
  const findings = [], drawn = [];
  const leaves = [...document.querySelectorAll(".slides section")];
  for (const section of leaves.filter((each) => !each.querySelector("section"))) {
    const { h, v } = Reveal.getIndices(section);
    Reveal.slide(h, v);
    const slide = section.querySelector(".slide"), found = [];
    const box = slide.getBoundingClientRect();
    if (box.height !== 720 || box.width !== 1280) found.push("size");
    for (const part of slide.querySelectorAll("*")) {
      const own = part.getBoundingClientRect();
      if (!own.width || part.closest("svg, mjx-assistive-mml")) continue;
      if (own.bottom > 720.5 || own.right > 1280.5 || own.left < 0 || own.top < 0)
        found.push(`outside: ${part.outerHTML.slice(0, 80)}`);
      if (part.clientWidth && part.scrollWidth > part.clientWidth + 1 && part.tagName !== "IMG")
        found.push(`cut: ${part.outerHTML.slice(0, 80)}`);
    }
    const rows = [...slide.children].map((part) => part.getBoundingClientRect());
    rows.sort((one, other) => one.top - other.top);
    if (rows.some((row, at) => at && row.top < rows[at - 1].bottom - 1)) found.push("overlap");
    if (slide.querySelector("[data-mml-node=merror]")) found.push("formula");
    if (slide.textContent.replaceAll(/`[^`]*`/g, "").match(/\\$[^$]+\\$/)) found.push("dollars");
    for (const image of slide.querySelectorAll("img")) {
      if (!image.naturalWidth || !image.alt) found.push("picture");
      const own = image.getBoundingClientRect();
      const scale = Math.min(own.width / image.naturalWidth, own.height / image.naturalHeight);
      const size = [image.naturalWidth, image.naturalHeight].map((side) => side * scale);
      drawn.push([...size, !!image.closest("table, img:has(+ div)")]);
    }
    for (const code of slide.querySelectorAll("pre"))
      if (parseFloat(getComputedStyle(code).fontSize) < 15) found.push("small");
    if (found.length) findings.push([h, v, slide.innerText.slice(0, 60), ...new Set(found)]);
  }
  return { findings, drawn };
}"""


def test_every_slide_fits_and_shows_what_it_should(browser, tmp_path):
    index = write_slides(tmp_path / "talks")
    page = browser.new_page(viewport={"width": 1280, "height": 720})
    elsewhere, errors = [], []
    page.on("request", lambda one: one.url[:4] == "http" and elsewhere.append(one.url))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("requestfailed", lambda one: errors.append(one.url[:200]))
    page.goto(index.as_uri())
    addresses = page.eval_on_selector_all("a", "links => links.map((link) => link.href)")
    assert len(addresses) == len(TALKS)
    for address in addresses:
        page.goto(address)
        page.wait_for_function("window.Reveal?.isReady()")
        measured = page.evaluate(MEASURE)
        assert not measured["findings"], json.dumps(measured["findings"], indent=1)
        for width, height, shares_its_room in measured["drawn"]:
            assert height > 200, (address, width, height)
            assert shares_its_room or width > 1100 or height > 360, (address, width, height)
    # Space passes by what lies below; the down arrow goes there.
    page.goto(addresses[0])
    page.wait_for_function("window.Reveal?.isReady()")
    below = "Reveal.getIndices().v"
    page.evaluate("Reveal.slide(document.querySelectorAll('.slides > .stack').length && 1, 0)")
    page.keyboard.press("Space")
    assert page.evaluate("Reveal.getIndices().h") == 2 and not page.evaluate(below)
    page.evaluate("Reveal.slide(1, 0)")
    page.keyboard.press("ArrowDown")
    assert page.evaluate(below) == 1
    page.close()
    assert not elsewhere and not errors
