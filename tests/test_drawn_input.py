"""Whatever is drawn ends in the right result or in one helpful sentence.

Each test tries the same 40 cases every time. The variable NST_FUZZ has it draw so many new ones;
20,000 take ten minutes. In a POSIX shell, such as bash or zsh:

    NST_FUZZ=20000 uv run pytest tests/test_drawn_input.py

In PowerShell, where the variable stays until it is removed:

    $env:NST_FUZZ = 20000
    uv run pytest tests/test_drawn_input.py
    Remove-Item Env:NST_FUZZ
"""

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nst_helpers import (
    InputError,
    StyleTransfer,
    images,
    load_image,
    read_settings,
    save_image,
    to_pil,
)
from outcomes import assert_pixels, no_network_built, outcome, sentence
from picture_cases import FILES, WHITE, encoded

FUZZ = int(os.environ.get("NST_FUZZ", 0))
SETTINGS = ["content_weight", "style_weight", "variation_weight", "size", "steps", "stages", "seed",
            "optimizer", "start", "content"]  # fmt: skip
drawn = settings(
    max_examples=FUZZ or 40,
    derandomize=not FUZZ,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@drawn
@given(
    st.sampled_from(list(FILES)),
    st.lists(st.tuples(st.integers(0, 2**16), st.binary(min_size=1, max_size=4)), max_size=6),
    st.integers(0, 2**16),
    st.binary(max_size=40),
)
def test_drawn_damage_of_a_file(kind, edits, cut, tail):
    content = bytearray(encoded(kind))
    for place, replacement in edits:
        place %= len(content)
        content[place : place + len(replacement)] = replacement
    content = content[: cut % (2 * len(content))] + tail
    outcome(bytes(content))


@drawn
@given(
    st.sampled_from([b"", *(encoded(kind)[:size] for kind in FILES for size in (4, 12, 40))]),
    st.binary(max_size=300),
)
def test_drawn_bytes(start, rest):
    outcome(start + rest)


@drawn
@given(
    st.sampled_from(
        ["?", "u1", "i1", "u2", "i4", "u8", "f2", "f4", ">f8", "c8", "S2", "O"]
    ).flatmap(
        lambda dtype: hnp.arrays(
            np.dtype(dtype),
            st.sampled_from(
                [(16, 17), (17, 16, 1), (16, 16, 3), (16, 18, 4), (3, 16), (16, 16, 2)]
            ),
            elements=st.integers(0, 300) if dtype == "O" else None,
        )
    )
)
def test_drawn_arrays(array):
    result = outcome(array)
    if torch.is_tensor(result):
        white = WHITE[array.dtype.str.lstrip("<|=").replace("b1", "?")]
        pixels = array.astype(float).reshape(*array.shape[:2], -1) / white
        if pixels.shape[2] == 4:
            pixels = pixels[..., :3] * pixels[..., 3:] + 1 - pixels[..., 3:]
        assert_pixels(result, np.broadcast_to(pixels, (*pixels.shape[:2], 3)) * 255)


@drawn
@given(
    st.sampled_from(["", "", "~", "~/", "cat", "http://127.0.0.1:9/", "http://[", "ftp://", "./"]),
    st.text(max_size=300),
)
def test_drawn_names(start, rest):
    name = start + rest
    if not Path("x", name).is_absolute():
        outcome(name)
    with contextlib.suppress(InputError):
        images.check_output(name)


anything = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.complex_numbers(), st.text(),
    st.binary(), st.lists(st.integers(), max_size=3), st.dictionaries(st.text(), st.integers()),
    st.sampled_from([np.zeros(3), torch.zeros(2), object(), print, 10**5000, "noise", "relu1_1"]),
)  # fmt: skip


@drawn
@given(
    st.sampled_from(SETTINGS),
    anything,
)
def test_drawn_settings(name, value):
    arguments = {"content": "cat", "style": "night_sky", "size": 32, name: value}
    with no_network_built():
        try:
            json.dumps(StyleTransfer(**arguments).settings)
        except InputError as error:
            sentence(error)


@drawn
@given(hnp.arrays(np.float32, (16, 17, 3), elements=st.floats(0, 1, width=32)), anything)
def test_drawn_pictures_come_back(tmp_path_factory, pixels, setting):
    image = load_image(pixels)
    path = tmp_path_factory.mktemp("drawn") / "a.png"
    try:
        save_image(image, path, {"setting": setting})
    except InputError as error:
        sentence(error)
        return
    assert_pixels(load_image(path), np.asarray(to_pil(image)))
    assert json.dumps(read_settings(path)) == json.dumps({"setting": setting})
