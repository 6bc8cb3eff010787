"""Arrays of NumPy and tensors of PyTorch."""

import math
import warnings

import numpy as np
import pytest
import torch

from nst_helpers import save_image
from outcomes import assert_pixels, assert_refused, case, outcome, refusal
from picture_cases import QUARTERS, WHITE

# Arrays -----------------------------------------------------------------------------------------

ORDERS = {
    "c": np.ascontiguousarray,
    "fortran": np.asfortranarray,
    "mirrored": lambda array: np.ascontiguousarray(array[::-1, ::-1])[::-1, ::-1],
    "channels-first": lambda array: np.ascontiguousarray(array.T).T,
    "strided": lambda array: np.repeat(array, 2, axis=1)[:, ::2],
    "unaligned": lambda array: np.frombuffer(b"x" + array.tobytes(), array.dtype, offset=1).reshape(
        array.shape
    ),
}


def assert_array_is_read(dtype, order):
    white = WHITE[dtype]
    top = min(white, np.iinfo(dtype).max) if np.dtype(dtype).kind in "iu" else white
    array = (np.random.default_rng(0).random((16, 24, 3)) * (top + 0.5)).clip(0, top).astype(dtype)
    given = ORDERS[order](array)
    given.flags.writeable = False
    before = given.copy()
    image = outcome(given)
    assert_pixels(image, array.astype(float) / white * 255)
    image.zero_()
    assert np.array_equal(given, before), "what is given back is no copy"


def test_an_array_of_every_kind():
    for dtype in WHITE:
        with case(dtype):
            assert_array_is_read(dtype, "c")


def test_an_array_of_every_order():
    for order in ORDERS:
        for dtype in ("f4", "u1", ">f8"):  # as it becomes, narrower, and of the other byte order
            with case(order, dtype):
                assert_array_is_read(dtype, order)


def test_an_array_of_every_shape():
    for shape in ((16, 24), (16, 24, 1), (16, 24, 3), (16, 24, 4)):
        with case(shape):
            array = np.random.default_rng(0).random(shape)
            expected = array.reshape(16, 24, -1)
            if shape[-1] == 4:
                expected = expected[..., :3] * expected[..., 3:] + 1 - expected[..., 3:]
            assert_pixels(outcome(array), np.broadcast_to(expected, (16, 24, 3)) * 255)


def zeros(*shapes):
    return [np.zeros(shape) for shape in shapes]


def full(*values, dtype=None):
    return [np.full((16, 24), value, dtype) for value in values]


BAD_ARRAYS = {
    "shape": [
        *zeros((), 64, (0, 0, 3), (16, 24, 0), (16, 24, 2), (3, 16, 24), (1, 16, 24, 3)),
        np.zeros((16, 24, 5), bool),
    ],
    "80 million": [np.broadcast_to(np.float32(0.5), (10**6, 10**6, 3))],
    "not finite": [
        *full(math.nan, math.inf),
        *full(-math.inf, dtype=np.float16),
        np.where(np.arange(384).reshape(16, 24) == 200, math.nan, 0.5),  # of one pixel
        np.dstack([np.zeros((16, 24, 3)), np.full((16, 24), math.nan)]),  # in the transparency
    ],
    "must be from 0 to": [
        *full(np.finfo("f8").max, -0.01, -1, np.iinfo("i8").min, np.iinfo("u8").max),
        *full(256, dtype=np.int16),
        QUARTERS.astype(float),
    ],
    "holds values": full(np.finfo("g").max),  # for some machines it is not finite
    "does not hold numbers": [
        *full(0j, None, "black", b"black"),
        *full(0, dtype=object),
        *full(0, dtype="M8[s]"),
        *full(0, dtype="m8[s]"),
        np.zeros((16, 24), [("red", "u1"), ("green", "u1")]),
        np.zeros((16, 24), "V3"),
    ],
    "masked": [np.ma.masked_array(QUARTERS, mask=QUARTERS > 200)],
}


@pytest.mark.parametrize("problem", BAD_ARRAYS)
def test_a_bad_array(problem):
    for array in BAD_ARRAYS[problem]:
        with case(array.dtype, array.shape, array):
            assert_refused(outcome(array), "The array of", problem)


def test_arrays_that_are_more_than_arrays(tmp_path):
    assert_pixels(outcome(np.ma.masked_array(QUARTERS)), QUARTERS)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert_pixels(outcome(np.matrix(QUARTERS[..., 0])), QUARTERS[..., :1].repeat(3, axis=2))
    np.save(tmp_path / "a.npy", QUARTERS)
    assert_pixels(outcome(np.load(tmp_path / "a.npy", mmap_mode="r")), QUARTERS)


# Tensors ----------------------------------------------------------------------------------------

IMAGE = torch.rand(1, 3, 16, 24, generator=torch.Generator().manual_seed(0))
TENSORS = {
    "float16": IMAGE.half(),
    "bfloat16": IMAGE.bfloat16(),
    "float64": IMAGE.double(),
    "gradient": IMAGE.clone().requires_grad_(),
    "not-a-leaf": IMAGE.clone().requires_grad_() * 1,
    "channels-last": IMAGE.to(memory_format=torch.channels_last),
    "mirrored": IMAGE.flip(3).flip(3),
    "expanded": IMAGE[:, :1].expand(1, 3, 16, 24),
    "parameter": torch.nn.Parameter(IMAGE),
}
BAD_TENSORS = {
    "an image holds floats": [
        IMAGE > 0.5,
        *((IMAGE * 255).to(dtype) for dtype in (torch.uint8, torch.uint16, torch.int64)),
        *(IMAGE.to(dtype) for dtype in (torch.complex64, torch.float8_e4m3fn)),
    ],
    "use a dense tensor": [IMAGE.to("meta"), IMAGE.to_sparse()],
    "shape": [
        *(IMAGE[0], torch.cat([IMAGE, IMAGE]), IMAGE[:, :1], IMAGE.permute(0, 2, 3, 1)),
        *(torch.tensor(0.5), torch.zeros(1, 3, 0, 24)),
    ],
    "80 million": [torch.tensor(0.5).expand(1, 3, 10**6, 10**6)],
    "not finite": [IMAGE.masked_fill(IMAGE > 0.9, value) for value in (math.nan, math.inf)],
    "an image is in [0, 1]": [
        IMAGE * 255,
        (IMAGE - 0.5) / 0.2,
        torch.full((1, 3, 16, 24), 1e300, dtype=torch.float64),
    ],
}


def test_a_tensor_that_is_an_image():
    for name, tensor in TENSORS.items():
        with case(name):
            image = outcome(tensor)
            assert not image.requires_grad
            assert image.untyped_storage().data_ptr() != tensor.untyped_storage().data_ptr()
            torch.testing.assert_close(image, tensor.detach().float())


@pytest.mark.parametrize("problem", BAD_TENSORS)
def test_a_tensor_that_is_no_image(tmp_path, problem):
    for tensor in BAD_TENSORS[problem]:
        with case(tensor.dtype, tensor.shape, tensor.layout):
            assert_refused(outcome(tensor), "image tensor", problem)
            assert_refused(refusal(save_image, tensor, tmp_path / "a.png"), problem)
            assert not list(tmp_path.iterdir())


def test_a_tensor_that_is_too_small_for_the_network():
    assert_refused(outcome(IMAGE[:, :, :15]), "image tensor", "24 x 15 pixels", "crop")
