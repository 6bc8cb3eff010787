"""What a call ends in: an image that is one, or one helpful sentence."""

import contextlib
import faulthandler
import re
import types
import warnings

import numpy as np
import pytest
import torch

from nst_helpers import InputError, load_image
from nst_helpers.engine import transfer
from nst_helpers.errors import shown


@contextlib.contextmanager
def case(*names):
    """Name the case of a loop in the message of a failure."""
    try:
        yield
    except BaseException as failure:
        failure.add_note(f"The case: {', '.join(shown(name) for name in names)}")
        raise


def outcome(source, size=None):
    """Return what `load_image` gives: an image that is one, or the words of an `InputError`."""
    faulthandler.dump_traceback_later(60, exit=True)  # a hang ends the tests, and says where
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of Pillow, about what is odd in a file
            image = load_image(source, size)
    except InputError as error:
        return sentence(error)
    finally:
        faulthandler.cancel_dump_traceback_later()
    assert image.dtype == torch.float32 and image.device.type == "cpu", (image.dtype, image.device)
    assert image.ndim == 4 and image.shape[:2] == (1, 3) and min(image.shape[2:]) >= 16, image.shape
    assert 0 <= image.min() and image.max() <= 1, "it leaves [0, 1]"
    return image


def refusal(call, *arguments, **settings):
    """Return the words of the `InputError` that a call must raise."""
    with pytest.raises(InputError) as caught:
        call(*arguments, **settings)
    return sentence(caught.value)


def sentence(error):
    """Return a message, if it can be printed, is not endless and names a remedy."""
    message = str(error)
    assert len(message) < 1000 and "\n" not in message, message
    message.encode()
    assert re.search(".{9,}[:;] .{9,}", message), message  # the problem, and the remedy
    return message


def assert_refused(result, *words):
    assert isinstance(result, str), "it was taken"
    for word in words:
        assert word in result, result


def assert_pixels(image, expected, tolerance=0.0, every=1):
    """Assert that an image is an array `(H, W, 3)` of bytes; or look at every 8th pixel only."""
    assert torch.is_tensor(image), image
    got = image[0].permute(1, 2, 0).numpy() * 255
    assert got.shape == expected.shape, got.shape
    away = np.abs(got - expected)[every // 2 :: every, every // 2 :: every].max()
    assert away <= tolerance + 1e-3, f"it is off by {away:.3g}"


@contextlib.contextmanager
def no_network_built():
    """Have the settings of a transfer be looked at, and no network built."""
    network = types.SimpleNamespace(
        device=torch.device("cpu"),
        precision="float32",
        smallest_side=16,
        activations_held=lambda: 300,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(transfer, "FeatureExtractor", lambda *_, **__: network)
        yield
