"""What a figure sends to the page: one script, and a page of its own that needs no kernel."""

import re

import pytest
import torch
import traitlets

import nst_helpers as nst
from nst_helpers.widgets import page
from nst_helpers.widgets.figure import Choice, Figure, floats, packed, significant, unpacked


def test_modules_become_one_script_in_which_no_names_meet(tmp_path, monkeypatch):
    monkeypatch.setattr(page, "FOLDER", tmp_path)
    page.script.cache_clear()
    files = {
        "low": "const own = 1;\nexport function low() {\n  return own;\n}\n",
        "also": 'import { low } from "./low.js";\n\nconst own = 10;\n'
        "export const also = own + low();\n",
        "top": 'import {\n  also,\n} from "./also.js";\nimport { low } from "./low.js";\n\n'
        "const own = 100;\nexport default own + also + low();\n",
    }
    for name, text in files.items():
        (tmp_path / f"{name}.js").write_text(text, encoding="utf-8")
    script = page.script("top")
    page.script.cache_clear()
    assert script.count("function low()") == 1  # imported twice, there once
    assert re.findall(r"^(?:import|export) .*", script, re.M) == [
        "export default own + also + low();"
    ]


def test_every_module_is_written_as_the_linker_reads_it():
    for path in sorted(page.FOLDER.glob("*.js")):
        text = path.read_text(encoding="utf-8")
        imports = re.findall(r"^import\b", text, re.M)
        assert len(imports) == len(page._IMPORT.findall(text)), path
        exports = re.findall(r"^export (?!default)", text, re.M)
        assert len(exports) == len(page._EXPORT.findall(text)), path


class Doubled(Figure):
    """Asks Python to double a number."""

    _module = "vectors"
    _esm, _css = page.script(_module), page.style(_module)
    _asks = ("number", "letter")

    number = traitlets.Int(1).tag(sync=True)
    letter = Choice().tag(sync=True)
    place = traitlets.Int(0).tag(sync=True)

    def answer(self):
        if self.number < 0:
            raise nst.InputError("Negative numbers are not doubled here.")
        return {"twice": 2 * self.number}

    @property
    def text(self):
        return f"{self.data['twice']}"


def test_only_what_python_must_compute_is_asked_for():
    figure = Doubled("A number. Change it", {"letter": ["a", "b"]}, letter="a")
    assert figure.data == {"twice": 2, "of": [1, "a"]}
    answers = []
    figure.observe(lambda change: answers.append(change["new"]), "data")
    figure.place = 5
    assert answers == []
    figure.number = 4
    assert answers == [{"twice": 8, "of": [4, "a"]}]
    figure.number = -1  # as a page may ask: said there, and what was shown stays
    assert figure.problem == "Negative numbers are not doubled here." and len(answers) == 1
    figure.number = 3
    assert figure.problem == "" and figure.data["of"] == [3, "a"]
    with pytest.raises(nst.InputError, match=r"no letter 'c'.*a, b"):
        figure.letter = "c"


def test_a_page_that_cannot_be_written_says_so(tmp_path):
    figure = Doubled("A number. Change it", {"letter": ["a"]}, letter="a")
    with pytest.raises(nst.InputError, match="cannot be written"):
        figure.save_html(tmp_path / "no_folder" / "figure.html")
    figure.save_html(tmp_path / "figure.html")
    text = (tmp_path / "figure.html").read_text(encoding="utf-8")
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "")
    assert text.count("</script>") == 2


def test_packed_maps_keep_their_numbers():
    maps = torch.rand(3, 4, 5) * torch.tensor([1.0, 20.0, 0.0])[:, None, None]
    whites = maps.amax(dim=(1, 2)).tolist()
    again = unpacked(packed(maps, whites))
    for channel, white in enumerate(whites):
        assert (again[channel] - maps[channel]).abs().max() <= white / 255 * 0.51
    assert len(packed(maps, whites)["bytes"]) == 60
    assert torch.equal(
        torch.frombuffer(bytearray(floats(maps)), dtype=torch.float32), maps.flatten()
    )


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0, "0"),
        (2, "2"),
        (1234.5, "1,230"),
        (0.01234, "0.0123"),
        (1e-5, "0.00001"),
        (65536, "65,500"),
    ],
)
def test_numbers_are_written_as_in_the_page(number, text):
    assert significant(number) == text and significant(-number).lstrip("-") == text
