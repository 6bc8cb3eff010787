import ast
import html
import json
import re

import numpy as np
import pytest
import torch
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from PIL import Image

from nst_helpers import widgets
from nst_helpers.course import notes, slides
from nst_helpers.course.copies import tags
from nst_helpers.course.deck import blocks, first_sentence, slides_of
from nst_helpers.course.material import notebooks
from nst_helpers.course.panels import picture_rows, picture_size
from nst_helpers.course.rendering import prose, read_cells
from nst_helpers.course.shown_code import shown_code
from nst_helpers.course.slides import write_slides
from nst_helpers.errors import InputError
from nst_helpers.markup import figure_element, image_element
from nst_helpers.plots import Plot, plot_maps, show_images

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

    cat = "The cat sits on the mat, and on nothing else. It sleeps."
    for leading in ("Now a dog, on a mat of its own.", "Here is a dog, as seen from above:"):
        first, second = talk(drawing(), new_markdown_cell(f"{cat} {leading}"), drawing())
        assert words(first.caption) == words(first_sentence(cat)[0])
        assert words(first.notes) == "It sleeps" and words(second.lead) == words(leading)
    dog = "![A dog.](pictures/dog.jpg)"
    first, second = talk(drawing(), new_markdown_cell(f"{cat} Here is a dog:\n\n{dog}"))
    assert words(first.notes) == "It sleeps" and words(second.lead) == "Here is a dog"


def test_a_paragraph_between_a_picture_and_a_question_leads_to_the_question():
    picture = "A cat:\n\n![A cat on a mat.](pictures/cat.jpg)\n\n    paint cat"
    between = "Three smaller ones, which differ in nothing but their tails."
    ask = "**Predict.** Which has the longest?"
    look = "The cat sits on the mat, and on nothing else."
    figure, asked, answer = talk(
        new_markdown_cell(f"{picture}\n\n{between}\n\n{ask}"), drawing(), new_markdown_cell(look)
    )
    assert words(figure.lead) == "A cat" and not figure.caption
    assert words(between) in words(asked.body) and words(answer.caption) == words(look)
    figure, asked = talk(new_markdown_cell(f"{picture}\n\n{look}\n\n{between}\n\n{ask}"))
    assert words(figure.caption) == words(look) and words(between) in words(asked.body)
    figure, asked = talk(drawing(), new_markdown_cell(f"{look}\n\n{ask}"))
    assert words(figure.caption) == words(look)  # of a figure that a cell has drawn


def test_figures_between_which_nothing_is_said_share_a_slide():
    cell = drawing()
    cell.outputs += drawing(element=PICTURE.replace("cat", "dog")).outputs
    look = "The cat sits on the mat, and so does the dog."
    (figure,) = talk(cell, new_markdown_cell(look))
    assert figure.body.count("<img") == 2 and words(figure.caption) == words(look)
    assert [slide.title for slide in figure.below] == ["The code"]
    (figure,) = talk(cell)
    assert words(figure.caption) == "A cat on a mat A dog on a mat"
    pictures = "![A cat.](pictures/cat.jpg)\n\n    paint cat\n\n![A dog.](pictures/dog.jpg)"
    (figure,) = talk(new_markdown_cell(f"{pictures}\n\n    paint dog\n\n{look}"))
    assert figure.body.count("<img") == 2 and words(figure.caption) == words(look)
    assert [words(slide.body) for slide in figure.below] == ["paint cat", "paint dog"]
    wide = drawing(element=image_element(Image.new("RGB", (1000, 400)), "Black."))
    wide.outputs += wide.outputs  # each fits its slide, and both do not
    (figure,) = talk(wide, new_markdown_cell(look))
    assert [slide.title for slide in figure.below] == ["Larger", "Larger", "The code"]
    first, second = talk(drawing(), new_markdown_cell(look), drawing())
    assert first.body.count("<img") == second.body.count("<img") == 1


def test_what_is_said_of_printed_lines_stands_with_them():
    said, look = "The numbers say how alike they are.", "Both of them sit on one mat, as ever."
    cell = drawing()
    cell.outputs.append(new_output("stream", name="stdout", text="1\n2\n3\n"))
    (figure,) = talk(cell, new_markdown_cell(f"{said}\n\n{look}"))
    assert words(figure.caption) == words(look)
    assert [words(slide.caption) for slide in figure.below] == ["", words(said)]
    cell.outputs[-1].text = "1\n"  # stands below the figure itself
    figure, _ = talk(cell, new_markdown_cell(f"{said}\n\n{look}"))
    assert words(figure.caption) == words(said)
    loop = new_code_cell("a = 1\n" * 20, outputs=cell.outputs[1:])
    printed, figure = talk(loop, new_markdown_cell(f"{said}\n\n{look}"), drawing())
    assert words(printed.caption) == words(said) and words(figure.lead) == words(look)


def test_what_stands_in_brackets_is_for_the_speaker():
    for between in ("\n\n", " "):
        text = f"(Grey is zero.){between}The cat is on it, and nothing else is."
        (figure,) = talk(drawing(), new_markdown_cell(text))
        assert words(figure.caption) == "The cat is on it and nothing else is"
        assert words(figure.notes) == "Grey is zero"


def test_a_question_comes_before_the_picture_that_answers_it():
    asked, figure = talk(new_markdown_cell("Look. **Predict.** What will it be?"), drawing())
    assert asked.kind == "ask" and "Predict" in asked.body and figure.kind == "figure"


def test_what_answers_a_question_repeats_it_and_says_more_than_a_sentence():
    ask = "Look. **Predict.** What will it be?"
    look = "It is a cat, as it has been all the time. The cat is black. " + "It sleeps a lot. " * 12
    asked, figure, other = talk(
        new_markdown_cell(ask), drawing(), new_markdown_cell(look), drawing()
    )
    assert not asked.asked and words(figure.asked) == "What will it be"
    assert "The cat is black" in words(figure.caption)
    assert 20 < len(figure.caption.split()) < 50 and "sleeps" in figure.notes
    assert not other.asked
    look = "It is a cat, as it has been all the time. But what will come after all of these cats?"
    _, figure = talk(new_markdown_cell(ask), drawing(), new_markdown_cell(look))
    assert "after" in figure.notes and "after" not in figure.caption
    look = (
        "It is a cat, as it has been all the time. And in May? Below it is a dog. **Predict.** So?"
    )
    _, figure, later = talk(new_markdown_cell(ask), drawing(), new_markdown_cell(look))
    assert words(figure.caption).endswith("time") and "And in May? Below" in later.body
    long = "It is so. " * 12 + "What will it be?"
    for beginning, repeated in (("Predict", "What will it be"), ("Try", words(long))):
        cells = new_markdown_cell(f"**{beginning}.** {long}"), new_code_cell("a = 1")
        _, code = talk(*cells)
        assert words(code.asked) == repeated
    rooms = "In one room the cat sleeps all day. " * 5 + "In the other room sleeps the dog."
    _, figure = talk(new_markdown_cell(f"**Predict.** {rooms}"), drawing())
    assert words(figure.asked) == words(rooms)  # its last sentence alone asks nothing
    printed = new_code_cell("\n".join(["a = 1"] * 20))
    printed.outputs = [new_output("stream", name="stdout", text="1\n")]
    for unsaid in (drawing(), printed):
        lead, look = new_markdown_cell("All of them:"), new_markdown_cell("It is a cat after all.")
        _, first, second, third = talk(
            new_markdown_cell(ask), unsaid, lead, drawing(), look, drawing()
        )
        assert words(first.asked) == words(second.asked) == "What will it be" and not third.asked
    answer = new_code_cell("1 + 1", outputs=printed.outputs)  # code that answers by what it prints
    _, code, figure = talk(new_markdown_cell(ask), answer, drawing())
    assert words(code.asked) == "What will it be" and not figure.asked
    loop = new_code_cell("\n".join(["a = 1"] * 20))  # runs below the question, and shows nothing
    *_, figure = talk(new_markdown_cell(ask), loop, drawing())
    assert words(figure.asked) == "What will it be"


def test_what_is_to_be_found_in_an_interactive_figure_stands_on_the_next_slide():
    cell = drawing("widgets.Vectors((2, 0), (0, 1))")
    cell.outputs[0].data["text/plain"] = "Vectors: run this cell in Jupyter to use it."
    task, found = new_markdown_cell("**Try.** Turn it."), new_markdown_cell("It is 0. (Always.)")
    asked, figure, answer = talk(task, cell, found)
    assert asked.kind == "ask" and figure.living == "Vectors" and not figure.caption
    assert words(figure.asked) == words(answer.asked) == "Turn it"
    assert words(answer.body) == "It is 0 Always"
    _, figure = talk(task, cell, new_markdown_cell("(It is 0.)"))
    assert words(figure.notes) == "It is 0" and not figure.caption


def test_what_the_class_does_with_a_pencil_stands_before_the_code():
    text = "Add the two numbers. Take a pencil."
    asked, code = talk(new_markdown_cell(text), new_code_cell("1 + 1"))
    assert asked.kind == "ask" and words(code.body) == "1 1" and not code.lead


def test_a_figure_that_is_shown_smaller_lies_below_row_by_row():
    cat = torch.rand(4, 6)
    maps = {f"map {number}": cat for number in range(6)}
    small = figure_element(plot_maps(dict([*maps.items()][:3]), columns=3), "Three.")
    large = figure_element(plot_maps(maps, columns=2), "Six.")
    assert not picture_rows(small)
    (figure,) = talk(drawing(element=small))
    assert [slide.title for slide in figure.below] == ["The code"]
    (figure,) = talk(drawing(element=large))
    assert [slide.title for slide in figure.below] == [*["Larger"] * 3, "The code"]
    rows = [picture_size(slide.body)[1] for slide in figure.below[:3]]
    whole = picture_size(large)[1]
    foot = 27  # pixels, of the line about the scale, which stands below each row, and more or less
    assert whole < sum(rows) < whole + 3 * (foot + 24) and max(rows) - min(rows) < 6
    (figure,) = talk(drawing(element=image_element(Image.new("RGB", (1300, 900)), "Black.")))
    assert [slide.title for slide in figure.below] == ["Larger", "The code"]


def test_rows_of_a_tall_figure_stand_side_by_side():
    pictures = {name: torch.rand(1, 3, 40, 50) for name in ("one", "other")}
    element = figure_element(show_images(pictures, columns=1, width=7), "Two.")
    (figure,) = talk(drawing(element=element))
    assert figure.body.count("<img") == 2 and 'class="rows"' in figure.body


def test_print_below_a_row_stays_with_it():
    figure = Plot(8, 9, "Three rows.")
    for axis in figure.subplots(3, 4).flat:
        axis.imshow(np.zeros((3, 3)))
        axis.set(xticks=[], yticks=[], xlabel="1: 0.5")
    rows = [picture_size(row)[1] for row in picture_rows(figure_element(figure, "Three rows."))]
    assert len(rows) == 3 and max(rows) - min(rows) < 20


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ('show(a, alt="A.")', "show(a)"),
        ('show(alt="A.")', "show()"),
        ('show(alt="A.", width=8)', "show(width=8)"),
        ('show(\n    a,\n    alt="A, "\n    "b.",\n)\nb', "show(a)\nb"),
        ('show(\n    {"a": 1},  # one\n    alt="A.",\n)', 'show(\n    {"a": 1},  # one\n)'),
        ('a = Plot(\n    7,\n    4,\n    alt="A é "\n    "b.")  # fmt: skip', "a = Plot(7, 4)"),
        ('alt = "A"\nalt += "b"\nshow(a, alt=alt)', "show(a)"),
        ('alt = "A"\nshow(a, alt)', 'alt = "A"\nshow(a, alt)'),
        ('show(f(a, alt="A."), alt="B.")', "show(f(a))"),
        ('"alt"', '"alt"'),
    ],
)
def test_code_is_shown_without_alternative_texts(source, shown):
    assert shown_code(source) == shown


def test_the_code_of_every_lesson_can_be_shown():
    for path in TALKS:
        for cell in read_cells(path):
            if cell.cell_type == "code":
                shown = shown_code(cell.source)
                ast.parse(shown)
                assert not re.search(r"\balt=", shown)
                others = [node for node in ast.walk(ast.parse(cell.source)) if named(node)]
                assert [named(node) for node in others if named(node) in shown] == [
                    named(node) for node in others
                ]


def named(node):
    """Return the name of an argument other than `alt`."""
    return node.arg if isinstance(node, ast.keyword) and node.arg not in {None, "alt"} else ""


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


def test_what_leads_to_the_predictions_of_the_reader_is_for_the_speaker():
    kept = drawing("predictions()", "<p>Nothing was predicted yet.</p>", tags=["predict"])
    (text,) = talk(new_markdown_cell("Words."), new_code_cell("a = 1\n" * 20),
                   new_markdown_cell("What you said:"), kept)  # fmt: skip
    assert words(text.body) == "Words" and words(text.notes) == "What you said"


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


def test_a_figure_lives_on_a_page_of_its_own_where_it_can(monkeypatch, tmp_path):
    def make(sources):
        if "1.0" not in sources[-1]:
            raise InputError("There are no weights.")
        return widgets.Vectors((1.0, 0), (0, 1))

    living, still = drawing("Vectors(1.0)"), drawing("Denoise()")
    for cell, kind in ((living, "Vectors"), (still, "Denoise")):
        cell.outputs[0].data["text/plain"] = f"{kind}: run this cell in Jupyter to use it."
    monkeypatch.setattr(slides, "make_figure", make)
    found = talk(living, still)
    slides._write_figures([living, still], found, tmp_path, "04")
    assert [slide.page for slide in found] == [f"{tmp_path.name}/04_Vectors.html", ""]
    assert (tmp_path / "04_Vectors.html").is_file()


def test_a_sentence_ends_where_it_ends():
    said = "Gatys et al. (2016) say so (see Fig. 3. There). Then more."
    assert first_sentence(said) == ("Gatys et al. (2016) say so (see Fig. 3. There).", "Then more.")
    assert first_sentence("Yes. It is as large as the others are. So.")[1] == "So."


@pytest.fixture(scope="module")
def decks():
    """Return the cells of each lesson, and its slides."""
    lessons = map(read_cells, TALKS)
    return [(cells, slides_of(cells)) for cells in lessons]


def test_no_line_of_a_lesson_is_lost(decks):
    for cells, deck in decks:
        said = [
            words(part)
            for slide in everything(deck)
            for part in (slide.title, slide.lead, slide.body, slide.caption, slide.notes)
        ]
        said = " ".join(filter(None, said))
        for cell in cells:
            if cell.cell_type == "code":
                left_out = {"setup", "check", "predict"} & {*tags(cell)} or "mend(" in cell.source
                assert left_out or words(html.escape(shown_code(cell.source))) in said, cell.source
                continue
            for block in blocks(cell.source):
                rest = block.text.lstrip("# ") if block.kind == "heading" else block.text
                while rest:
                    sentence, rest = first_sentence(rest)
                    for part in re.split(r"(?<=[.?!)]) (?=Now|Here)", sentence):
                        assert words(prose(part)) in said, part


def test_a_solution_is_never_in_the_row_that_is_shown(decks):
    for cells, deck in decks:
        shown = " ".join(slide.body + slide.notes for slide in deck)
        for cell in cells:
            if "solution" in tags(cell):
                assert words(html.escape(shown_code(cell.source))) not in words(shown)


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
    const over = (one, other) => one !== other
      && Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1
      && Math.min(one.right, other.right) - Math.max(one.left, other.left) > 1;
    if (rows.some((one) => rows.some((other) => over(one, other)))) found.push("overlap");
    if (slide.querySelector("[data-mml-node=merror]")) found.push("formula");
    if (slide.textContent.replaceAll(/`[^`]*`/g, "").match(/\\$[^$]+\\$/)) found.push("dollars");
    for (const image of slide.querySelectorAll("img")) {
      if (!image.naturalWidth || !image.alt) found.push("picture");
      const own = image.getBoundingClientRect();
      const scale = Math.min(own.width / image.naturalWidth, own.height / image.naturalHeight);
      const size = [image.naturalWidth, image.naturalHeight].map((side) => side * scale);
      if (image.closest("table") && own.height < 290) found.push("small picture");
      const others = image.closest(".body").querySelectorAll("img").length > 1;
      const shares = others || !!image.closest("img:has(+ div)");
      drawn.push([...size, shares, h, image.src.startsWith("data:") && scale]);
    }
    for (const code of slide.querySelectorAll("pre"))
      if (parseFloat(getComputedStyle(code).fontSize) < 15) found.push("small");
    if (found.length) findings.push([h, v, slide.innerText.slice(0, 60), ...new Set(found)]);
  }
  return { findings, drawn };
}"""


SMALLEST = 8 / 72 * 100  # pixels: the smallest print of a figure, 8 points, in the notebook


def test_every_slide_fits_and_shows_what_it_should(monkeypatch, browser, tmp_path):
    monkeypatch.setattr(slides, "make_figure", lambda sources: widgets.Vectors((1, 0), (0, 1)))
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
        print_of = {}  # a slide, and what lies below it
        for width, height, shares_its_room, slide, scale in measured["drawn"]:
            assert height > 180 or slide in print_of, (address, width, height)
            assert shares_its_room or width > 1100 or height > 360 or scale > 1.1, (
                address,
                width,
                height,
            )
            if scale:
                print_of[slide] = max(print_of.get(slide, 0), scale)
                assert scale > 0.65, (address, slide)
        # What is saved of an interactive figure has a tenth more pixels.
        small = {slide: SMALLEST * scale for slide, scale in print_of.items() if scale < 0.9}
        assert not small, (address, small)
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
    # A figure is opened, and lives.
    page.goto(next(one for one in addresses if "/04_" in one))
    page.wait_for_function("window.Reveal?.isReady()")
    found = page.locator(".living a").first
    index = "(link) => Reveal.getIndices(link.closest('section')).h"
    page.evaluate("(h) => Reveal.slide(h)", found.evaluate(index))
    with page.expect_popup() as opened:
        found.click()
    opened.value.wait_for_function("window.figure !== undefined")
    opened.value.close()
    page.close()
    assert not elsewhere and not errors
