"""The pairs of pictures that are timed: those that chose the constants, and others."""

from pathlib import Path

import skimage.data

from nst_helpers import load_image
from nst_helpers.gallery import gallery

CHOOSING = [
    ("cat", "night_sky"),
    ("astronaut", "mosaic"),
    ("rocket", "great_wave"),
    ("coffee", "stained_glass"),
    ("cat", "engraving"),
    ("astronaut", "pointillist"),
]
# Nothing was chosen by these: calm and busy ones, upright, wide and square, paintings of other
# hands and other seeds.
OTHERS = [
    ("galaxies", "fauve_harbour"),
    ("motorcycle_left, upright", "cubist_guitar"),
    ("camera", "night_sky_2"),
    ("retina", "pointillist_2"),
    ("coins", "mosaic_2"),
    ("moon", "engraving_2"),
]


def picture(name):
    """Return a picture of the gallery, or of scikit-image's package, that has a name.

    Example:
        >>> picture("cat"), picture("moon").shape, picture("motorcycle_left, upright").shape
        ('cat', torch.Size([1, 3, 512, 512]), torch.Size([1, 3, 500, 333]))
    """
    if name in gallery():
        return name
    file, _, upright = name.partition(", ")
    (path,) = Path(skimage.data.__file__).parent.glob(f"{file}.*")
    image = load_image(path)
    height, width = image.shape[2:]
    if upright:
        left = (width - 2 * height // 3) // 2
        image = image[..., left : left + 2 * height // 3]
    return image
