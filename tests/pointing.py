"""What a reader does to a figure, as the browser tells it."""

from PIL import ImageChops


def differs(figure, change):
    before = figure.image.copy()
    change()
    return ImageChops.difference(before, figure.image).getbbox() is not None


def press(figure, name, x=0.5, y=0.5):
    """Press the pointer on what the canvas calls `name`."""
    _, _, presses = figure.picture.pointed
    _point(figure, name, x, y, presses + 1)


def drag(figure, name, x=0.5, y=0.5):
    """Draw the pointer on, to what the canvas calls `name`."""
    _, _, presses = figure.picture.pointed
    _point(figure, name, x, y, presses)


def _point(figure, name, x, y, presses):
    left, top, width, height = figure.canvas.places[name]
    figure.picture.pointed = [int(left + x * width), int(top + y * height), presses]


def arrow_key(figure, right, down):
    old = figure.picture.moved
    figure.picture.moved = [old[0] + right, old[1] + down]


def enter_key(figure):
    figure.picture.entered += 1
