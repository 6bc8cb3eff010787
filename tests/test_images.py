import io

import numpy as np
import pytest
import torch
from PIL import Image

from nst_helpers import InputError, gallery, load_image, read_settings, save_image, to_pil

RGB = np.random.default_rng(0).integers(0, 256, (20, 30, 3), dtype=np.uint8)


def encoded(picture, **options):
    file = io.BytesIO()
    picture.save(file, **options)
    return file.getvalue()


def test_the_same_picture_from_every_source(tmp_path):
    picture = Image.fromarray(RGB)
    picture.save(tmp_path / "a.png")
    expected = torch.from_numpy(RGB / np.float32(255)).permute(2, 0, 1)[None]
    sources = [
        RGB, RGB / 255, picture, tmp_path / "a.png", str(tmp_path / "a.png"),
        encoded(picture, format="PNG"), expected,
    ]  # fmt: skip
    for source in sources:
        image = load_image(source)
        assert image.dtype == torch.float32 and image.shape == (1, 3, 20, 30)
        torch.testing.assert_close(image, expected)


def test_size_is_the_longer_side_and_shrinking_is_antialiased():
    checks = np.indices((64, 96)).sum(0) % 2 * 1.0
    image = load_image(checks, size=48)
    assert image.shape == (1, 3, 32, 48)
    assert image.std() < 0.1  # a picture that skips pixels keeps the contrast


def test_round_trip_with_settings(tmp_path):
    image = load_image(RGB)
    save_image(image, tmp_path / "a.png", {"size": 3, "content": "é"})
    assert torch.equal(load_image(tmp_path / "a.png"), image)
    assert read_settings(tmp_path / "a.png") == {"size": 3, "content": "é"}
    assert [path.name for path in tmp_path.iterdir()] == ["a.png"]
    assert to_pil(image).size == (30, 20)


def test_the_gallery_is_whole():
    pictures = gallery()
    kinds = [picture.kind for picture in pictures.values()]
    assert kinds.count("painting") >= 8 and kinds.count("photograph") >= 4
    for name, picture in pictures.items():
        image = load_image(name)
        assert image.shape == (1, 3, picture.size[1], picture.size[0])
        assert picture.licence and picture.source and len(picture.alt.split()) >= 5
        if picture.kind == "painting":
            assert picture.path.stat().st_size <= 200_000


def test_a_missing_folder_is_said(tmp_path):
    with pytest.raises(InputError, match="does not exist"):
        save_image(load_image(RGB), tmp_path / "no" / "a.png")
