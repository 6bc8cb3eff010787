"""Pictures in and out: an image is a float32 tensor `(1, 3, H, W)`, RGB, in [0, 1]."""

import io
import json
import os
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageOps, PngImagePlugin

from nst_helpers.errors import InputError, check_choice
from nst_helpers.gallery import gallery

SMALLEST_SIDE = 16  # what relu5_1 of VGG needs: four poolings halve a side four times
_URL_SECONDS = 20
_URL_BYTES = 50_000_000
_SETTINGS_KEY = "nst_settings"


def load_image(source, size=None):
    """Return a picture as an image tensor.

    Args:
        source: a name from `gallery()`, a path, an http(s) URL, the bytes of a file, a PIL image,
            a NumPy array `(H, W)`, `(H, W, 1)`, `(H, W, 3)` or `(H, W, 4)` of integers or of
            floats in [0, 1], or an image tensor.
        size: the longer side of the result in pixels; the aspect ratio is kept, and shrinking is
            antialiased. None keeps the size.

    Returns:
        float32 `(1, 3, H, W)`, RGB, in [0, 1], on the CPU. Grey, palette, 16-bit and CMYK
        pictures are converted, transparency is laid on white, a photograph's EXIF orientation is
        applied, and of an animation the first frame is taken.

    Raises:
        InputError: there is no such picture, or it cannot be read or used.

    Example:
        >>> load_image("cat", size=128).shape
        torch.Size([1, 3, 85, 128])
    """
    if isinstance(source, torch.Tensor):
        image = check_image(source).detach().cpu().float()
        label = "The image tensor"
    elif isinstance(source, np.ndarray):
        label = f"The array {source.shape} of {source.dtype}"
        image = _to_tensor(_unit_range(source, label), label)
    else:
        label, picture = _open(source)
        image = _to_tensor(_decode(picture, label), label)
    if size is not None:
        image = resize(image, size)
    if min(image.shape[2:]) < SMALLEST_SIDE:
        raise InputError(
            f"{label} is {image.shape[3]} x {image.shape[2]} pixels, and the network needs at "
            f"least {SMALLEST_SIDE} on each side: choose a larger picture or size."
        )
    return image


def check_image(image, name="the image"):
    """Return `image` if it is an image tensor `(1, 3, H, W)` in [0, 1]; else say what is wrong.

    Raises:
        InputError: another type or shape, or values that are not finite or outside [0, 1].
    """
    if not isinstance(image, torch.Tensor):
        raise InputError(
            f"{name} is a {type(image).__name__}, not an image tensor: load_image makes one."
        )
    if image.ndim != 4 or image.shape[:2] != (1, 3) or image.numel() == 0:
        raise InputError(
            f"{name} has the shape {tuple(image.shape)}; an image is (1, 3, height, width)."
        )
    if not image.is_floating_point():
        raise InputError(f"{name} holds {image.dtype}; an image holds floats in [0, 1].")
    low, high = image.detach().amin().item(), image.detach().amax().item()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{name} holds values that are not finite: look for a division by zero.")
    if low < 0 or high > 1:
        raise InputError(
            f"{name} holds values from {low:.4g} to {high:.4g}; an image is in [0, 1]: "
            "divide bytes by 255, or use image.clamp(0, 1)."
        )
    return image


def resize(image, size):
    """Return an image tensor whose longer side is `size` pixels, antialiased, in [0, 1].

    Raises:
        InputError: `size` is not a whole number of pixels from 16 to 16384.

    Example:
        >>> resize(torch.zeros(1, 3, 100, 200), 50).shape
        torch.Size([1, 3, 25, 50])
    """
    if isinstance(size, bool) or not isinstance(size, int) or not SMALLEST_SIDE <= size <= 16384:
        raise InputError(
            f"size is {size!r}; it is the longer side in pixels, a whole number from "
            f"{SMALLEST_SIDE} to 16384."
        )
    height, width = image.shape[2:]
    scale = size / max(height, width)
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    if shape == (height, width):
        return image
    resized = torch.nn.functional.interpolate(
        image, shape, mode="bicubic", antialias=True, align_corners=False
    )
    return resized.clamp(0, 1)  # bicubic overshoots at edges


def to_pil(image):
    """Return an image tensor as a PIL image, each value rounded to the nearest of 256 levels.

    Example:
        >>> to_pil(torch.ones(1, 3, 20, 30)).getpixel((0, 0))
        (255, 255, 255)
    """
    check_image(image)
    levels = (image[0].detach().cpu().float() * 255).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).numpy())


def check_output(path):
    """Return `path` as a `Path` if a picture can be saved there; else say what is wrong.

    Raises:
        InputError: the folder does not exist or cannot be written, or the ending names no format.
    """
    path = Path(path).expanduser()
    check_choice("picture format", path.suffix.lower(), [".png", ".jpg", ".jpeg", ".webp", ".tiff"])
    if path.is_dir():
        raise InputError(f"{path} is a folder: name a file in it, such as {path / 'out.png'}.")
    if not path.parent.is_dir():
        raise InputError(f"The folder {path.parent} does not exist: create it, or choose another.")
    if not os.access(path.parent, os.W_OK):
        raise InputError(f"The folder {path.parent} cannot be written: choose another.")
    return path


def save_image(image, path, settings=None):
    """Save an image tensor as PNG, JPEG, WebP or TIFF, by the ending of `path`.

    The file is written beside its place and then renamed, so that a full disk or an interruption
    leaves no half a picture.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].
        path: where to save; its folder must exist.
        settings: a dictionary kept in a PNG as text, which `read_settings` gives back.

    Raises:
        InputError: the image or the path cannot be used.
    """
    path = check_output(path)
    picture = to_pil(image)
    options = {}
    if path.suffix.lower() == ".png" and settings is not None:
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Software", "nst_helpers")
        options["pnginfo"].add_itxt(_SETTINGS_KEY, json.dumps(settings, ensure_ascii=False))
    elif path.suffix.lower() in {".jpg", ".jpeg"}:
        options = {"quality": 95, "subsampling": 0}
    partial = path.with_name(f".{path.name}.part{path.suffix}")
    try:
        picture.save(partial, **options)
        os.replace(partial, path)
    except OSError as error:
        raise InputError(f"{path} cannot be written ({error}): choose another place.") from error
    finally:
        partial.unlink(missing_ok=True)


def read_settings(path):
    """Return the settings that `save_image` kept in a PNG, or None where there are none."""
    with Image.open(path) as picture:
        text = getattr(picture, "text", {}).get(_SETTINGS_KEY)
    return None if text is None else json.loads(text)


def _open(source):
    """Return a label for messages, and the picture as PIL opens it, not yet decoded."""
    if isinstance(source, Image.Image):
        return "The PIL image", source
    if isinstance(source, bytes):
        return "The picture", _identify(io.BytesIO(source), f"The {len(source)} bytes given")
    if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
        return f"The picture at {source}", _identify(io.BytesIO(_fetch(source)), source)
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(
            f"A {type(source).__name__} is not a picture: give a gallery name, a path, a URL, "
            "bytes, a PIL image, an array or an image tensor."
        )
    path = Path(source).expanduser()
    if isinstance(source, str) and source in gallery():
        path = gallery()[source].path
    elif path.is_dir():
        raise InputError(f"{source} is a folder: name a picture in it.")
    elif not path.is_file():
        if path.name == str(source) and not path.suffix:
            check_choice("file or gallery picture", str(source), list(gallery()))
        raise InputError(f"There is no file {source}: check the path, or use a name of gallery().")
    return f"The picture {source}", _identify(path, str(source))


def _identify(file, label):
    try:
        return Image.open(file)
    except Image.DecompressionBombError as error:
        raise InputError(f"{label} is too large to be opened safely: shrink it first.") from error
    except Exception as error:
        raise InputError(
            f"{label} is not a picture that can be read: "
            "open it in a picture viewer, and save it again as PNG or JPEG."
        ) from error


def _fetch(url):
    try:
        request = urllib.request.Request(url, headers={"User-Agent": "nst_helpers"})
        with urllib.request.urlopen(request, timeout=_URL_SECONDS) as answer:
            content = answer.read(_URL_BYTES + 1)
    except (OSError, ValueError, urllib.error.URLError) as error:
        reason = getattr(error, "reason", error)
        raise InputError(
            f"{url} did not give a picture ({reason}): check the address and the connection, or "
            "save the picture and give its path."
        ) from error
    if len(content) > _URL_BYTES:
        raise InputError(f"{url} is larger than {_URL_BYTES // 10**6} MB: save a smaller copy.")
    return content


def _decode(picture, label):
    """Return the pixels of a PIL image as a float array `(H, W, 3)` in [0, 1]."""
    try:
        picture = ImageOps.exif_transpose(picture)
        if picture.mode.startswith("I") or picture.mode == "F":
            return _unit_range(np.asarray(picture), label, bits=16)
        if picture.has_transparency_data:
            picture = picture.convert("RGBA")
            white = Image.new("RGBA", picture.size, "white")
            picture = Image.alpha_composite(white, picture)
        return np.asarray(picture.convert("RGB"), dtype=np.float32) / 255
    except InputError:
        raise
    except Image.DecompressionBombError as error:
        raise InputError(f"{label} is too large to be opened safely: shrink it first.") from error
    except Exception as error:
        raise InputError(
            f"{label} is damaged or cut off ({error}): get it again, or save it again as PNG."
        ) from error


def _unit_range(array, label, bits=8):
    """Return an array of numbers as float32 in [0, 1]; integers are scaled by their own range."""
    if array.dtype == bool:
        return array.astype(np.float32)
    if array.size == 0:
        raise InputError(f"{label} is empty: give one with at least one pixel.")
    if array.dtype.kind not in "uif":
        raise InputError(f"{label} does not hold numbers: give integers, or floats in [0, 1].")
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{label} holds values that are not finite: use np.nan_to_num first.")
    if array.dtype.kind == "f":
        top = 1
    elif array.dtype.itemsize <= 2:
        top = np.iinfo(array.dtype).max if array.dtype.kind == "u" else 255
    else:
        top = 2**bits - 1  # wide integers hold bytes in an array, 16 bits in a file
    if low < 0 or high > top:
        raise InputError(
            f"{label} holds values from {low:.4g} to {high:.4g}; "
            f"this kind of number must be from 0 to {top}: scale it first."
        )
    return array.astype(np.float32) / np.float32(top)


def _to_tensor(array, label):
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.size == 0:
        raise InputError(
            f"{label} has the shape {array.shape}; a picture is (H, W), (H, W, 1), (H, W, 3) or "
            "(H, W, 4)."
        )
    if array.shape[2] == 4:
        alpha = array[..., 3:]
        array = array[..., :3] * alpha + (1 - alpha)
    image = torch.from_numpy(np.ascontiguousarray(array)).permute(2, 0, 1)[None]
    return image.expand(1, 3, -1, -1).contiguous()
