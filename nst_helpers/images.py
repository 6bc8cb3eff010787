"""Pictures in and out: an image tensor is a float32 tensor `(1, 3, H, W)`, sRGB, in [0, 1]."""

import hashlib
import io
import json
import math
import os
import warnings
from collections.abc import Sequence
from numbers import Integral
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, TypeAlias, TypeGuard
from urllib.parse import unquote, urlsplit

import numpy as np
import torch
from PIL import ExifTags, Image, PngImagePlugin

from nst_helpers.colours import SRGB, ToSRGB, deep_grey, to_srgb
from nst_helpers.errors import InputError, check_choice, reason, shown, tell
from nst_helpers.files import as_path, check_place, written_whole
from nst_helpers.formats import grey_as_meant, open_picture
from nst_helpers.gallery import Picture, gallery
from nst_helpers.web import fetch_picture

SMALLEST_SIDE = 16  # what relu5_1 of VGG needs: four poolings halve a side four times
_LARGEST_SIDE = 16384
_MOST_PIXELS = 80_000_000  # a gigabyte as floats; at 89 million Pillow fears a hostile file
_WIDE_ENOUGH = 128  # pixels; a shorter side with fewer is pointed out in a long, thin picture
_LARGE = 4_000_000  # pixels; what has more is averaged first, if a smaller picture is asked for
_TURNED_ON_THEIR_SIDE = (5, 6, 7, 8)  # orientations in EXIF data
_FLOATS = (torch.float16, torch.bfloat16, torch.float32, torch.float64)
_URL_SECONDS = 30
_URL_BYTES = 50_000_000
_SETTINGS_KEY = "nst_settings"

# What `load_image` takes: a name, path or address, the bytes of a file, or pixels.
ImageSource: TypeAlias = (
    str | os.PathLike[str] | bytes | BinaryIO | Image.Image | np.ndarray[Any, Any] | torch.Tensor
)


def load_image(source: ImageSource, size: int | None = None) -> torch.Tensor:
    """Return a picture as an image tensor.

    Args:
        source: a name from `gallery()`, a path, an http(s) URL, the bytes of a file, a file that
            is open for reading bytes, the `value` of an upload widget with one file, a PIL image,
            a NumPy array `(H, W)`, `(H, W, 1)`, `(H, W, 3)` or `(H, W, 4)`, or an image tensor.
            White is 1 in an array of floats, 65535 in one of uint16, 255 in other integers.
            HEIC, as iPhones make it, is read where `pillow-heif` is installed.
        size: the longer side of the result in pixels, from 16 to 16384; the aspect ratio is kept,
            and shrinking is antialiased. None keeps the size.

    Returns:
        float32 `(1, 3, H, W)`, sRGB, in [0, 1], on the CPU. Grey, palette, 16-bit and CMYK
        pictures are converted, colours by the profile in the file or what else it says of them (in
        8 bits), transparency is laid on white, a photograph's EXIF orientation is applied, and of
        an animation the first frame is taken. A warning says it if the colours are in doubt, if
        the picture is enlarged 4 times or more, and if it is so thin that little of it is left.

    Raises:
        InputError: there is no such picture, it cannot be read or used, a side is shorter than 16
            pixels, or it has more than 80 million of them (a JPEG may have more, with a `size`).

    Decoding needs at most 300 MB besides the result for a picture of up to 60 million pixels, and
    for a JPEG of twice as many, if `size` is small; the libraries for WebP, AVIF and progressive
    JPEG need up to 16 bytes a pixel.

    Example:
        >>> load_image("cat", size=128).shape
        torch.Size([1, 3, 85, 128])
    """
    size, doubt = None if size is None else _as_side(size), None
    if isinstance(source, torch.Tensor):
        label = "The image tensor"
        image = check_image(source, label).detach().to("cpu", torch.float32, copy=True)
    elif isinstance(source, np.ndarray):
        label = f"The array of {source.dtype}"
        image = _to_tensor(source, label)
    elif isinstance(source, Image.Image):
        label = "The PIL image"
        image, doubt = _decoded(source, label, size)
    else:
        label, file = _find(source)
        with _identify(file, label) as picture:
            _draft(picture, size)
            image, doubt = _decoded(picture, label, size)
    before = image.shape[2:]
    if size is not None:
        image = resize(image, size)
    if min(image.shape[2:]) < SMALLEST_SIDE:
        raise InputError(
            f"{label} is {image.shape[3]} x {image.shape[2]} pixels"
            f"{f' at size {size}' if size is not None else ''}, and the network needs at least "
            f"{SMALLEST_SIDE} on each side: choose a larger picture or size, or crop its longer "
            "side."
        )
    for remark in (doubt, _remark(before, image.shape[2:])):
        if remark:
            tell(f"{label} {remark}")
    return image


def picture_size(source: str | os.PathLike[str] | bytes) -> tuple[int, int]:
    """Return the width and height of a picture in pixels, as it is seen, without decoding it.

    Args:
        source: a name from `gallery()`, a path, an http(s) URL or the bytes of a file.

    Raises:
        InputError: there is no such picture, or it cannot be read.

    Example:
        >>> picture_size("cat")
        (451, 300)
    """
    label, file = _find(source)
    with _identify(file, label) as picture:
        try:
            across = picture.format != "TIFF" and _turn(picture) in _TURNED_ON_THEIR_SIDE
        except Exception as error:
            raise _damaged(label, error) from error
        return (picture.height, picture.width) if across else picture.size


def kept_name(source: ImageSource) -> str:
    """Return what is written of a picture into the files made of it: no folder, no address.

    Args:
        source: anything that `load_image` takes.

    Returns:
        The name of a gallery picture or of a file; of an address, that of the file at its end,
        without what stands behind a question mark. A picture that was given as an object cannot be
        found again by a name, and what it was is said.

    Example:
        >>> kept_name("/home/me/cat.jpg"), kept_name("https://example.org/a/cat.jpg?key=secret")
        ('cat.jpg', 'cat.jpg')
        >>> kept_name(torch.zeros(1, 3, 20, 30))
        'an image tensor (not kept)'
    """
    if _is_address(source):
        address = urlsplit(source)
        return PurePosixPath(unquote(address.path)).name or address.hostname or "a picture"
    if isinstance(source, (str, os.PathLike)):
        return Path(source).name
    kinds = {torch.Tensor: "an image tensor", np.ndarray: "an array", Image.Image: "a PIL image"}
    for kind, words in kinds.items():
        if isinstance(source, kind):
            return f"{words} (not kept)"
    return "a file in memory (not kept)"


def file_sha256(source: ImageSource) -> str | None:
    """Return the SHA-256 of a picture's file, by which it is known again, or None without a file.

    Args:
        source: anything that `load_image` takes; an address is not read again.

    Example:
        >>> file_sha256("cat") is None  # those of the package are known by their names
        True
        >>> file_sha256(b"bytes")[:8]
        '277089d9'
    """
    content = _bytes_of(source)
    if content is not None:
        return hashlib.sha256(content).hexdigest()
    if not isinstance(source, (str, os.PathLike)) or _is_address(source):
        return None
    known = _known(source)
    if known and known.kind != "yours":
        return None
    with open(known.path if known else as_path(source), "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def check_image(image: object, name: str = "The image") -> torch.Tensor:
    """Return `image` unchanged, if it is an image tensor.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].
        name: what messages call it.

    Raises:
        InputError: it has another type or shape, more than 80 million pixels, or values that are
            not finite or outside [0, 1].

    Example:
        >>> check_image(torch.zeros(1, 3, 20, 30)).shape
        torch.Size([1, 3, 20, 30])
    """
    if not isinstance(image, torch.Tensor):
        raise InputError(
            f"{name} is a {type(image).__name__}, not an image tensor: load_image makes one."
        )
    if image.is_meta or image.is_nested or image.layout != torch.strided:
        raise InputError(f"{name} is sparse, nested or on the meta device: use a dense tensor.")
    if image.ndim != 4 or image.shape[:2] != (1, 3) or image.numel() == 0:
        raise InputError(
            f"{name} has the shape {tuple(image.shape)}; an image is (1, 3, height, width)."
        )
    _check_size(image.shape[2:], name)
    if image.dtype not in _FLOATS:
        raise InputError(
            f"{name} holds {image.dtype}; an image holds floats in [0, 1]: "
            "use image.float(), and divide bytes by 255."
        )
    low, high = image.detach().amin().item(), image.detach().amax().item()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{name} holds values that are not finite: look for a division by zero.")
    if low < 0 or high > 1:
        raise InputError(
            f"{name} holds values from {low:.4g} to {high:.4g}; an image is in [0, 1]: "
            "divide bytes by 255, or use image.clamp(0, 1)."
        )
    return image


def resize(image: torch.Tensor, size: int) -> torch.Tensor:
    """Return an image tensor whose longer side is `size` pixels, with the same aspect ratio.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].
        size: from 16 to 16384.

    Returns:
        As `resample` returns it; `image` itself where it has this size.

    Raises:
        InputError: `image` is no image tensor, `size` is no whole number or out of range, or the
            result would have more than 80 million pixels.

    Example:
        >>> resize(torch.zeros(1, 3, 100, 200), 50).shape
        torch.Size([1, 3, 25, 50])
    """
    check_image(image)
    height, width = image.shape[2:]
    scale = _as_side(size) / max(height, width)
    shape = (max(1, round(height * scale)), max(1, round(width * scale)))
    _check_size(shape, f"The picture at size {size}")
    return resample(image, shape)


def _remark(before: Sequence[int], after: Sequence[int]) -> str | None:
    """Return what to expect of a picture, by its sides before and after it is resized."""
    shorter, longer = sorted(after)
    times = longer / max(before)
    if times >= 4:
        return (
            f"is {before[1]} x {before[0]} pixels and is enlarged {times:.3g} times: expect a "
            "blurred picture, or use a larger one."
        )
    if longer >= 8 * shorter and shorter < _WIDE_ENOUGH:
        better = math.ceil(_WIDE_ENOUGH * max(before) / min(before))
        size = f"at size {better} it has {_WIDE_ENOUGH}, or " if better <= _LARGEST_SIDE else ""
        return (
            f"is long and thin, and its shorter side has {shorter} pixels, which leaves little "
            f"room for strokes: {size}crop it."
        )
    return None


def _as_side(size: object) -> int:
    whole = isinstance(size, Integral) and not isinstance(size, bool)
    if not whole or not SMALLEST_SIDE <= int(size) <= _LARGEST_SIDE:
        raise InputError(
            f"size is {shown(size)}; it is the longer side in pixels, a whole number from "
            f"{SMALLEST_SIDE} to {_LARGEST_SIDE}."
        )
    return int(size)


def resample(image: torch.Tensor, shape: tuple[int, int]) -> torch.Tensor:
    """Return an image tensor with another number of pixels: bicubic, antialiased, in [0, 1].

    Args:
        image: float `(1, 3, H, W)` in [0, 1]; it is not checked.
        shape: `(height, width)` of the result in pixels, each at least 1. The aspect ratio need
            not be that of `image`.

    Returns:
        `(1, 3, height, width)` on the device of `image`; `image` itself where it has this shape.

    Example:
        >>> resample(torch.zeros(1, 3, 100, 200), (50, 60)).shape
        torch.Size([1, 3, 50, 60])
    """
    if image.shape[2:] == torch.Size(shape):
        return image
    resampled = torch.nn.functional.interpolate(
        image, tuple(shape), mode="bicubic", antialias=True, align_corners=False
    )
    return resampled.clamp(0, 1)  # bicubic overshoots at edges


def to_pil(image: torch.Tensor) -> Image.Image:
    """Return an image tensor as a PIL image, each value rounded to the nearest of 256 levels.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].

    Raises:
        InputError: it is no image tensor.

    Example:
        >>> to_pil(torch.ones(1, 3, 20, 30)).getpixel((0, 0))
        (255, 255, 255)
    """
    check_image(image)
    levels = (image[0].detach().cpu().float() * 255).round().to(torch.uint8)
    return Image.fromarray(levels.permute(1, 2, 0).numpy())


def check_output(path: str | os.PathLike[str]) -> Path:
    """Return `path` as a `Path`, if a picture can be saved there.

    Args:
        path: of a file that need not exist, ending in .png, .jpg, .jpeg, .webp or .tiff.

    Raises:
        InputError: the folder does not exist or cannot be written, or the ending is another one.

    Example:
        >>> check_output("cat.png").suffix
        '.png'
    """
    path = check_place(path, "out.png")
    check_choice("picture format", path.suffix.lower(), [".png", ".jpg", ".jpeg", ".webp", ".tiff"])
    return path


def save_image(
    image: torch.Tensor, path: str | os.PathLike[str], settings: dict[str, Any] | None = None
) -> None:
    """Save an image tensor as PNG, JPEG, WebP or TIFF, by the ending of `path`.

    All but JPEG keep every one of the 256 levels, and all say that the colours are sRGB.

    The file is written under another name and then renamed, so that a full disk or an
    interruption leaves no half a picture. A file that was there is replaced, with a warning.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].
        path: where to save; its folder must exist.
        settings: text, numbers and lists by name, which are kept in a PNG and which
            `read_settings` gives back. In other formats they are left out.

    Raises:
        InputError: the image, the path or the settings cannot be used.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     save_image(load_image("cat", size=64), f"{folder}/cat.png", {"content": "cat"})
        ...     read_settings(f"{folder}/cat.png")
        {'content': 'cat'}
    """
    path = check_output(path)
    picture, options = to_pil(image), _options(path.suffix.lower(), settings)
    try:
        with written_whole(path) as partial:
            picture.save(partial, **options)
            replaced = os.path.lexists(path)
    except (OSError, ValueError) as error:
        raise InputError(
            f"{shown(path)} cannot be written ({reason(error)}): choose another place or format."
        ) from error
    if replaced:
        tell(f"{shown(path)} was there and is replaced.")


def png_bytes(image: torch.Tensor, settings: dict[str, Any] | None = None) -> bytes:
    """Return the bytes of the PNG that `save_image` would write.

    Args:
        image: float `(1, 3, H, W)` in [0, 1].
        settings: text, numbers and lists by name, which are kept in it.

    Raises:
        InputError: the image or the settings cannot be used.

    Example:
        >>> read_settings(png_bytes(torch.ones(1, 3, 20, 30), {"content": "cat"}))
        {'content': 'cat'}
    """
    file = io.BytesIO()
    to_pil(image).save(file, "PNG", **_options(".png", settings))
    return file.getvalue()


def _options(ending: str, settings: dict[str, Any] | None) -> dict[str, Any]:
    """Return what Pillow is told to save a picture in a format, with its settings."""
    options: dict[str, Any] = {"icc_profile": SRGB}
    if ending == ".png" and settings is not None:
        try:
            text = json.dumps(settings)
        except (TypeError, ValueError) as error:
            raise InputError(
                f"The settings cannot be kept ({reason(error)}): use text, numbers and lists."
            ) from error
        options["pnginfo"] = chunks = PngImagePlugin.PngInfo()
        chunks.add_text("Software", "nst_helpers")
        chunks.add_itxt(_SETTINGS_KEY, text)
    elif ending in {".jpg", ".jpeg"}:
        options |= {"quality": 95, "subsampling": 0}
    elif ending == ".webp":
        options |= {"lossless": True}  # else its colours have half the resolution
    return options


def read_settings(path: str | os.PathLike[str] | bytes) -> dict[str, Any] | None:
    """Return the settings that `save_image` kept in a PNG, or None where there are none.

    Args:
        path: of the picture; or its gallery name, its http(s) URL or the bytes of its file.

    Raises:
        InputError: there is no such picture, or it or its settings are damaged.

    Example:
        >>> read_settings("cat") is None
        True
    """
    label, file = _find(path)
    with _identify(file, label) as picture:
        try:
            text = getattr(picture, "text", {}).get(_SETTINGS_KEY)
            return None if text is None else json.loads(text)
        except Exception as error:
            raise _damaged(label, error) from error


def _bytes_of(source: Any) -> bytes | None:
    """Return the bytes of a file in memory, an open file or an upload of ipywidgets, else None."""
    if isinstance(source, (tuple, list)) and len(source) == 1:  # FileUpload.value in ipywidgets 8
        (source,) = source
    if isinstance(source, dict) and isinstance(source.get("content"), (bytes, memoryview)):
        source = source["content"]
    if isinstance(source, (bytes, bytearray, memoryview)):
        return bytes(source)
    if isinstance(source, (str, os.PathLike)) or not callable(getattr(source, "read", None)):
        return None
    try:
        if callable(getattr(source, "seek", None)):
            source.seek(0)  # who has written it, or read it before, stands at its end
        content = source.read()
    except Exception as error:
        raise InputError(
            f"The open file cannot be read ({reason(error)}): open it again."
        ) from error
    if not isinstance(content, bytes):
        raise InputError("The open file gives text, not bytes: open it with mode 'rb'.")
    return content


def _is_address(source: object) -> TypeGuard[str]:
    return isinstance(source, str) and "://" in source


def _known(source: object) -> Picture | None:
    """Return the picture of the gallery that has this name, if there is one."""
    return gallery().get(source) if isinstance(source, str) else None


def _find(source: Any) -> tuple[str, Path | io.BytesIO]:
    """Return what messages call a picture, and its path or its file in memory."""
    content = _bytes_of(source)
    if content is not None:
        return f"The picture of {len(content)} bytes", io.BytesIO(content)
    if _is_address(source):
        content = fetch_picture(source, _URL_BYTES, _URL_SECONDS)
        return f"The picture at {shown(source)}", io.BytesIO(content)
    if not isinstance(source, (str, os.PathLike)):
        raise InputError(
            f"A {type(source).__name__} is not a picture: give a gallery name, a path, a URL, "
            "an open file, bytes, a PIL image, an array or an image tensor."
        )
    path = as_path(source)
    if known := _known(source):
        path = known.path
    elif os.path.isdir(path):
        raise InputError(f"{shown(source)} is a folder: name a picture in it.")
    elif not os.path.isfile(path):
        if path.name == str(source) and not path.suffix:
            check_choice("file or gallery picture", str(source), list(gallery()))
        raise InputError(
            f"There is no file {shown(source)}: check the path, or use a name of gallery()."
        )
    return f"The picture {shown(source)}", path


def _identify(file: Path | io.BytesIO, label: str) -> Image.Image:
    """Return a file as a PIL image that is not yet decoded."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # _check_size decides
            return open_picture(file)
    except InputError as error:
        raise InputError(f"{label} {error}") from error
    except Image.DecompressionBombError as error:
        raise _too_large(label) from error
    except PermissionError as error:
        raise InputError(f"{label} may not be read: change its permissions.") from error
    except Exception as error:
        raise InputError(
            f"{label} is not a picture, or a damaged one: open it in a picture viewer and save it "
            "as PNG or JPEG; of a web page, give the address of the picture in it."
        ) from error


def _draft(picture: Image.Image, size: int | None) -> None:
    """Have a large JPEG decoded at a half, a quarter or an eighth, where that is twice `size`.

    A progressive one needs the memory of the whole in any case.
    """
    large = picture.format in ("JPEG", "MPO") and math.prod(picture.size) > _LARGE
    if large and size and not picture.info.get("progressive"):
        scale = 2 * size / max(picture.size)
        if scale < 1:
            width, height = (math.ceil(side * scale) for side in picture.size)
            picture.draft(picture.mode, (width, height))


def _decoded(picture: Image.Image, label: str, size: int | None) -> tuple[torch.Tensor, str | None]:
    """Return a PIL image as an image tensor, of at least twice `size` where it is much larger.

    It is converted in bands, so that what is decoded is the only copy of the whole. What is to be
    told of its colours, as `to_srgb` puts it, is returned too.
    """
    _check_size(picture.size, label)
    if not all(picture.size):
        raise InputError(f"{label} has the shape {picture.size}, and so no pixels: use another.")
    try:
        picture.load()
        turn = _turn(picture)  # not before: of a TIFF, Pillow turns the pixels itself
        convert, doubt = to_srgb(picture)
    except MemoryError as error:
        raise _too_much(label) from error
    except Exception as error:
        raise _damaged(label, error) from error
    wide, high = picture.size
    large = size is not None and wide * high > _LARGE
    block = max(1, max(wide, high) // (2 * size)) if large else 1
    # Blocks of nearly equal sides, each beginning where the one before it ends.
    lefts, tops = (np.linspace(0, side, -(-side // block) + 1).astype(int) for side in picture.size)
    shape = len(tops) - 1, len(lefts) - 1
    image = torch.empty(1, 3, *(shape[::-1] if turn in _TURNED_ON_THEIR_SIDE else shape))
    as_in_file = _as_in_file(image[0], turn)
    step = max(1, _LARGE // 2 // wide // block)
    for first in range(0, shape[0], step):
        rows = tops[first : first + step + 1]
        try:
            band = _pixels(picture.crop((0, rows[0], wide, rows[-1])), convert)
        except MemoryError as error:
            raise _too_much(label) from error
        except Exception as error:
            raise _damaged(label, error) from error
        floats = _to_tensor(band, label, wide=65535)[0].numpy()
        if _is_deep(picture):
            floats = grey_as_meant(picture, floats)
            floats = deep_grey(floats, convert) if convert else floats
        averaged = _averaged(_averaged(floats, rows - rows[0], 1), lefts, 2)
        as_in_file[:, first : first + step] = averaged
    return image, doubt


def _turn(picture: Image.Image) -> int:
    return picture.getexif().get(ExifTags.Base.Orientation, 1)


def _as_in_file(image: torch.Tensor, turn: int) -> np.ndarray[Any, Any]:
    """Return a view of an upright picture `(3, H, W)` in the order in which a file has its pixels.

    Args:
        image: the picture.
        turn: the orientation in the file's EXIF data, 1 to 8.
    """
    flips = {2: (2,), 3: (1, 2), 4: (1,), 6: (2,), 7: (1, 2), 8: (1,)}.get(turn, ())
    array = np.flip(image.numpy(), flips)
    return array.transpose(0, 2, 1) if turn in _TURNED_ON_THEIR_SIDE else array


def _is_deep(picture: Image.Image) -> bool:
    """Return whether each pixel is one number of more than 8 bits."""
    return picture.mode.startswith("I") or picture.mode == "F"


def _pixels(band: Image.Image, convert: ToSRGB | None) -> np.ndarray[Any, Any]:
    """Return a part of a PIL image as an array `(H, W)`, as it is, or `(H, W, 3)`, in sRGB."""
    if _is_deep(band):
        return np.asarray(band)
    if band.mode == "La":
        band = band.convert("LA")  # the only mode it can be converted to
    opacity = None
    if band.has_transparency_data:
        band = band.convert("RGBA")
        opacity = band.getchannel("A")
    if convert:
        band = convert(band)
    band = band if band.mode == "RGB" else band.convert("RGB")
    if opacity:
        band = Image.composite(band, Image.new("RGB", band.size, "white"), opacity)
    return np.asarray(band)


def _averaged(
    pixels: np.ndarray[Any, Any], edges: np.ndarray[Any, Any], axis: int
) -> np.ndarray[Any, Any]:
    """Return the means between each edge and the next along an axis."""
    if len(edges) == pixels.shape[axis] + 1:
        return pixels
    counts = np.diff(edges).astype(np.float32)
    return np.add.reduceat(pixels, edges[:-1], axis) / np.expand_dims(counts, (0, 3 - axis))


def _damaged(label: str, error: Exception) -> InputError:
    return InputError(
        f"{label} is damaged or cut off ({reason(error)}): get it again, or save it again as PNG."
    )


def _too_much(label: str) -> InputError:
    return InputError(
        f"{label} does not fit into the memory: make it smaller first, or close other programs."
    )


def _check_size(sides: Sequence[int], label: str) -> None:
    if math.prod(sides) > _MOST_PIXELS:
        raise _too_large(label)


def _too_large(label: str) -> InputError:
    return InputError(
        f"{label} has more than {_MOST_PIXELS // 10**6} million pixels: make it smaller first."
    )


def _to_tensor(array: np.ndarray[Any, Any], label: str, wide: int = 255) -> torch.Tensor:
    """Return an array of pixels as an image tensor; `wide` is white in 32 and 64-bit integers."""
    if np.ma.is_masked(array):
        raise InputError(f"{label} has values that are masked: fill them first with .filled(0).")
    array = np.asarray(array)  # np.matrix and masked arrays become plain ones
    if array.ndim == 2:
        array = array[..., None]
    if array.ndim != 3 or array.shape[2] not in (1, 3, 4) or array.size == 0:
        raise InputError(
            f"{label} has the shape {array.shape}; a picture is (H, W), (H, W, 1), (H, W, 3) or "
            "(H, W, 4)."
        )
    _check_size(array.shape[:2], label)
    if array.dtype.kind not in "buif":
        raise InputError(f"{label} does not hold numbers: give integers, or floats in [0, 1].")
    low, high = float(array.min()), float(array.max())
    if not (np.isfinite(low) and np.isfinite(high)):
        raise InputError(f"{label} holds values that are not finite: use np.nan_to_num first.")
    if array.dtype.kind in "bf":
        white = 1
    elif array.dtype.type is np.uint16:
        white = 65535
    else:
        white = wide if array.dtype.itemsize > 2 else 255
    if low < 0 or high > white:
        raise InputError(
            f"{label} holds values from {low:.4g} to {high:.4g}; "
            f"this kind of number must be from 0 to {white}: scale it first."
        )
    # In one go, because 80 million pixels are a gigabyte each time that they are copied.
    array = np.moveaxis(array, 2, 0).astype(np.float32, order="C")
    array /= white
    if len(array) == 4:
        array = array[:3] * array[3:] + (1 - array[3:])
    return torch.from_numpy(array)[None].expand(1, 3, -1, -1).contiguous()
