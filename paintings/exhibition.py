"""Paint the results that `docs/gallery.md` and the lessons show, and write that page.

    python paintings/exhibition.py                    paints what is not there yet
    python paintings/exhibition.py cat_in_the_night   paints these again

Each picture is made by one command, which the page shows, or by one call, which its lesson shows,
and kept as a JPEG. What the command or the call stands for, all settings in full, is kept in
`results.json` beside the pictures.
"""

import json
import shlex
import sys
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

import nst_helpers as nst
from nst_helpers import __main__ as command_line
from nst_helpers.gallery import gallery
from nst_helpers.runtime.progress import track
from nst_helpers.runtime.sweep import Sweep
from paint import as_jpeg

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "gallery.md"
PICTURES = ROOT / "notebooks" / "pictures"
FOLDER, LESSONS_FOLDER = PICTURES / "gallery", PICTURES / "lessons"
LARGEST_FILE = 250_000  # bytes

# file name: (title, arguments of the command)
RESULTS = {
    "rocket_at_sea": ("A rocket before the great wave", "rocket great_wave --quality gallery"),
    "cat_in_the_night": ("A cat in the night sky", "cat night_sky --quality gallery"),
    "glass_of_coffee": (
        "Coffee in the window of a church",
        "coffee stained_glass --quality gallery",
    ),
    "engraved_cat": ("A cat, engraved", "cat engraving --quality gallery"),
    "astronaut_in_the_harbour": (
        "An astronaut in the colours of a harbour",
        "astronaut fauve_harbour --quality gallery --size 768",
    ),
    "astronaut_in_stone": (
        "An astronaut in stone",
        "astronaut mosaic --quality gallery --size 768",
    ),
    "dots_of_coffee": (
        "Coffee in dots of its own colours",
        "coffee pointillist --keep-colours --quality gallery --size 768",
    ),
    "cubist_coffee": ("Coffee and guitar", "coffee cubist_guitar --quality gallery --size 768"),
    "cat_of_silk": ("A cat of silk", "cat woven_cloth --quality gallery --size 768"),
    "cat_in_a_tigers_coat": (
        "A cat in a tiger's coat",
        "cat tiger_coat --quality gallery --size 768",
    ),
    "tiger_of_stone": (
        "A tiger of stone",
        "tiger_in_the_snow mosaic --quality gallery --size 768",
    ),
    "galaxies_in_strokes": (
        "Galaxies in thick strokes",
        "galaxies night_sky --style-scale 1.5 --quality gallery --size 768",
    ),
    "rocket_by_two_painters": (
        "A rocket by two painters",
        "rocket night_sky fauve_harbour --style-shares 2,1 --quality gallery --size 768",
    ),
    "cup_of_glass": (
        "A cup of glass on a table of dots",
        "coffee stained_glass pointillist --mask notebooks/pictures/gallery/cup.png "
        "--quality gallery --size 768",
    ),
}

# file name: the call, for a lesson whose minute does not suffice for a picture of this size
LESSONS = {
    "cat_in_the_harbour": 'nst.style_transfer("cat", "fauve_harbour", size=512)',
    "rebuilt_from_relu4_2": (
        'nst.style_transfer("astronaut", "astronaut", size=512, steps=150, style_weight=0, '
        'variation_weight=0, start=0.5 + 0 * nst.load_image("astronaut", size=512))'
    ),
    "astronaut_of_strokes": (
        'nst.style_transfer("astronaut", "night_sky", size=512, steps=150, content_weight=3, '
        'start="noise")'
    ),
    "noisy_cat": 'nst.style_transfer("cat", "night_sky", size=512, optimizer="adam", '
    "variation_weight=0)",
    "smooth_cat": 'nst.style_transfer("cat", "night_sky", size=512, optimizer="adam", '
    "variation_weight=100)",
    "night_sky_texture": 'nst.style_transfer("night_sky", "night_sky", size=512, '
    'content_weight=0, variation_weight=0, start="noise", pooling="avg")',
    "coffee_from_noise": 'nst.style_transfer("coffee", "stained_glass", size=512, steps=250, '
    'start="noise", stages=1, style_scale=2)',
    "coffee_from_photograph": 'nst.style_transfer("coffee", "stained_glass", size=512, steps=250, '
    'start="content", stages=1, style_scale=2)',
}


def one_by_one(paint):
    """Return a painter of several results, which paints one after the other."""
    return lambda names: ((name, paint(name)) for name in names)


def paint_for_a_lesson(name):
    """Paint one result of the lessons, write its JPEG, and return what is kept of it."""
    result = eval(LESSONS[name], {"nst": nst})
    picture = nst.to_pil(result.image)
    (LESSONS_FOLDER / f"{name}.jpg").write_bytes(as_jpeg(picture, LARGEST_FILE))
    seconds, settings = round(result.history["seconds"][-1]), result.settings
    return {"call": LESSONS[name], "seconds": seconds, "shape": picture.size, "settings": settings}


def grid(name):
    """Return the grid whose only run is that of a result's command."""
    _, arguments = RESULTS[name]
    settings = command_line.settings_of(shlex.split(arguments))
    unknown = {"like", "checkpoint", "output"}
    return {name: [settings[name]] for name in settings if name not in unknown}


def paint(names):
    """Paint some results, write their JPEGs, and yield what is kept of each as it is finished."""
    grids = {name: grid(name) for name in names}
    with tempfile.TemporaryDirectory() as folder:
        sweep = Sweep(grids.values(), folder) if names else []
        for run in track(sweep):
            values = {setting: [value] for setting, value in run.values.items()}
            name = next(name for name in names if grids[name] == values)
            picture = Image.open(run.path).convert("RGB")
            (FOLDER / f"{name}.jpg").write_bytes(as_jpeg(picture, LARGEST_FILE))
            yield (
                name,
                {
                    "arguments": RESULTS[name][1],
                    "seconds": round(run.seconds),
                    "shape": picture.size,
                    "settings": run.settings,
                },
            )


def cup():
    """Return the mask of the cup and its saucer in the photograph of the coffee."""
    mask = Image.new("L", (600, 400))
    for ellipse in ((76, 66, 478, 386), (170, 14, 412, 250)):
        ImageDraw.Draw(mask).ellipse(ellipse, fill=255)
    return mask.filter(ImageFilter.GaussianBlur(4))


def alt(name, settings):
    """Return what there is to see, in words."""
    styles = settings["style"] if isinstance(settings["style"], list) else [settings["style"]]
    seen = gallery()[settings["content"]].alt if settings["content"] in gallery() else name
    return f"{seen.rstrip('.')}, painted in the manner of {' and '.join(styles)}."


def page(results):
    """Return the text of the page."""
    first = next(iter(results.values()))["settings"]
    parts = [
        "# Results",
        "Every picture here is made by one command, from what comes with the package: five "
        "photographs\nand the paintings of `paintings/`. The seconds are those of two cores in "
        f"{first['precision']};\n[speed.md](speed.md) has other sizes and machines. Made by "
        "`uv run python paintings/exhibition.py`.",
    ]
    for name, result in results.items():
        width, height = result["shape"]
        alone = " on one core" if result["settings"]["threads"] == 1 else ""
        parts += [
            f"## {RESULTS[name][0]}",
            f"![{alt(name, result['settings'])}](../notebooks/pictures/gallery/{name}.jpg)",
            f"    uv run nst {result['arguments']}",
            f"{width} x {height} pixels, {result['seconds']} seconds{alone}.",
        ]
    return "\n\n".join(parts) + "\n"


def main(names):
    """Paint the named results, or those that are missing or whose command has changed."""
    FOLDER.mkdir(exist_ok=True)
    cup().save(FOLDER / "cup.png")
    commands = {name: arguments for name, (_, arguments) in RESULTS.items()}
    results = update(FOLDER, commands, "arguments", paint, names)
    PAGE.write_text(page(results), encoding="utf-8")
    update(LESSONS_FOLDER, LESSONS, "call", one_by_one(paint_for_a_lesson), names)


def update(folder, asked, key, painter, names):
    """Paint what is due of `{name: what makes it}`; keep a table after each, and return it.

    Args:
        folder: of the pictures and of the table.
        asked: what makes each, by its name.
        key: what the table calls what makes it.
        painter: of names, yields each with what is kept of it.
        names: what is painted in any case; else it is what has changed.
    """
    folder.mkdir(exist_ok=True)
    table = folder / "results.json"
    kept = json.loads(table.read_text(encoding="utf-8")) if table.is_file() else {}
    changed = [name for name in asked if kept.get(name, {}).get(key) != asked[name]]
    for name, entry in painter([name for name in asked if name in (names or changed)]):
        kept[name] = entry
        write(table, kept, asked)
    return write(table, kept, asked)


def write(table, kept, asked):
    """Write what is kept, in the order of what is asked, and return it as JSON has it."""
    text = json.dumps({name: kept[name] for name in asked if name in kept}, indent=1)
    table.write_text(text + "\n", encoding="utf-8")
    return json.loads(text)


if __name__ == "__main__":
    main(sys.argv[1:])
