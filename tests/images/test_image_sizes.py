"""Shapes of pictures, and the size that is asked for."""

import math

import numpy as np
import pytest
import torch
from PIL import Image

from nst_helpers.errors import shown
from outcomes import assert_pixels, assert_refused, case, outcome
from picture_cases import QUARTERS

RED = (200, 30, 40)


def test_size_is_the_longer_side_and_shrinking_is_antialiased():
    checks = np.indices((64, 96)).sum(0) % 2 * 1.0
    image = outcome(checks, size=48)
    assert image.shape == (1, 3, 32, 48)
    assert image.std() < 0.1  # a picture that skips pixels keeps the contrast


@pytest.mark.parametrize(
    ("shape", "as_it_is", "at_64", "at_16384"),
    [
        ((1, 1), "1 x 1", (64, 64), "80 million"),
        ((1, 5000), "1 x 5000", "1 x 64", "3 x 16384"),
        ((20000, 2), "20000 x 2", "64 x 1", "16384 x 2"),
        ((15, 40), "15 x 40", (24, 64), "80 million"),
        ((16, 16), (16, 16), (64, 64), "80 million"),
        ((3000, 17), (3000, 17), "64 x 1", (16384, 93)),
    ],
)
def test_an_extreme_shape(shape, as_it_is, at_64, at_16384):
    for size, expected in {None: as_it_is, 64: at_64, 16384: at_16384}.items():
        with case(size):
            result = outcome(Image.new("RGB", shape, RED), size)
            if expected == "80 million":
                assert_refused(result, "size 16384", "80 million")
            elif isinstance(expected, str):
                assert_refused(result, f"{expected} pixels", "crop")
            else:
                assert_pixels(result, np.full((*expected[::-1], 3), RED, float), 0.01)


def test_a_picture_without_pixels():
    for empty in ((0, 0), (0, 20), (20, 0)):
        with case(empty):
            assert_refused(outcome(Image.new("RGB", empty)), "PIL image", "shape")


BAD_SIZES = [0, -1, 15, 16385, 10**30, 10**5000, 2.5, 64.0, math.nan, math.inf, True, np.True_,
             "64", b"64", type(None), [64], (64, 64), {}, np.zeros(3), np.float32(64),
             torch.tensor(64), 1j]  # fmt: skip


def test_an_absurd_size():
    for size in BAD_SIZES:
        with case(size):
            assert_refused(
                outcome(QUARTERS, size), f"size is {shown(size)}", "whole number from 16 to 16384"
            )


def test_a_whole_number_of_numpy_is_a_size():
    assert outcome(QUARTERS, np.int64(32)).shape == (1, 3, 16, 32)
