"""Pictures that are known by a name: the package's, and those of a folder."""

import pytest
import torch

from nst_helpers import InputError, gallery, load_image, save_image
from nst_helpers.images import file_sha256
from runs import make


@pytest.fixture
def folder(tmp_path, monkeypatch):
    save_image(torch.full((1, 3, 20, 30), 0.2), tmp_path / "Starry Night.png")
    said = "Licence: public domain\nsource: a museum\n\nsomething else\nalt: A village at night.\n"
    (tmp_path / "Starry Night.txt").write_text(said, encoding="utf-8")
    save_image(torch.full((1, 3, 40, 20), 0.8), tmp_path / "irises.jpg")
    monkeypatch.setenv("NST_GALLERY", str(tmp_path))
    return tmp_path


def test_a_folder_of_paintings_joins_the_gallery(folder):
    own = [name for name, picture in gallery().items() if picture.kind != "yours"]
    assert list(gallery()) == [*own, "starry_night", "irises"] and len(own) > 15
    night, irises = gallery()["starry_night"], gallery()["irises"]
    assert (night.licence, night.source) == ("public domain", "a museum")
    assert night.alt == "A village at night." and night.size == (30, 20)
    assert (irises.licence, irises.source, irises.kind) == ("not said", "irises.jpg", "yours")
    assert load_image("starry_night").mean() == pytest.approx(0.2)
    settings = make(size=32).settings
    assert "style_sha256" not in settings and file_sha256("starry_night") is not None
    save_image(torch.zeros(1, 3, 20, 20), folder / "new.png")  # found at once
    assert "new" in gallery()


def test_what_the_folder_cannot_give_is_said(folder, monkeypatch):
    (folder / "broken.png").write_bytes(b"no picture")
    save_image(torch.zeros(1, 3, 20, 20), folder / "cat.png")
    with pytest.warns(UserWarning) as told:
        pictures = gallery()
    assert "broken" not in pictures and pictures["cat"].kind == "photograph"
    said = " ".join(str(warning.message) for warning in told)
    assert "cannot be read" in said and "another picture of the name 'cat'" in said
    monkeypatch.setenv("NST_GALLERY", str(folder / "nowhere"))
    with pytest.raises(InputError, match=r"cannot be listed .*: set it to a folder"):
        load_image("cat")
