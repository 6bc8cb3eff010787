import numpy as np
import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.errors import InputError
from nst_helpers.widgets.denoise import edge, remove_noise


@pytest.fixture
def small():
    return widgets.Denoise("cat", size=64)


def errors(figure):
    """Return the error for each weight, and leave the figure's own as it was."""
    own, found = figure.weight, []
    for weight in figure.options["weight"]:
        figure.weight = weight
        found.append(figure.error)
    figure.weight = own
    return found


def pixels(shown, selector):
    """Return red, green and blue of a canvas, `(rows, columns, 3)`."""
    rows, columns, numbers = shown.pixels(selector)
    return np.array(numbers).reshape(rows, columns, 4)[..., :3]


def levels(image):
    """Return an image tensor as a canvas has it."""
    return 255 * image[0].expand(3, -1, -1).permute(1, 2, 0).numpy()


def pick(shown, words):
    shown.page.get_by_role("radio", name=words, exact=True).click()


def test_denoising_has_a_best_weight_between():
    figure = widgets.Denoise("cat", size=96)
    for subject in ("picture", "edge"):
        for power in (1, 2):
            figure.subject, figure.power = subject, power
            found = errors(figure)
            assert 0 < found.index(min(found)) < len(found) - 1
            assert min(found) < 0.7 * min(found[0], found[-1])
    figure.subject, figure.weight, figure.noise = "picture", 0.5, 0.02
    assert "rises" in figure.text
    figure.noise, figure.weight = 0, 0
    assert figure.error == 0 and figure.text.endswith("the error stays 0.000.")


def test_absolute_differences_keep_an_edge_and_squared_round_it(small):
    small.subject, jumps, found = "edge", {}, {}
    for power in (1, 2):
        small.power = power
        found[power] = min(errors(small))
        small.weight = small.options["weight"][errors(small).index(found[power])]
        row = small.pictures().denoised[0, 0].mean(dim=0)
        jumps[power] = float(row[24] - row[23])
    assert jumps[1] > 0.5 > 0.4 > jumps[2]
    assert found[1] < 0.7 * found[2]


def test_the_edge_is_a_jump_a_line_and_a_ramp():
    (row,) = set(map(tuple, edge()[0, 0].tolist()))
    steps = np.diff(row)
    assert list(np.flatnonzero(np.abs(steps) > 0.5)) == [23, 35, 36]
    np.testing.assert_allclose(steps[48:71], -0.6 / 23, rtol=1e-4)


def test_text_and_error_are_those_of_the_pictures(small):
    small.noise, small.weight, small.power = 0.2, 0.1, 1
    clean, noisy, denoised, error = small.pictures()
    np.testing.assert_allclose(255 * clean, (255 * nst.load_image("cat", 64)).round(), atol=1e-9)
    assert float((noisy - clean).std()) == pytest.approx(0.2, rel=0.1)
    before, after = (float(((image - clean) ** 2).mean()) ** 0.5 for image in (noisy, denoised))
    assert after == error == small.error
    assert small.text == (
        "Picture with noise 0.20, weight 0.1, absolute differences: "
        f"the error falls from {before:.3f} to {after:.3f}."
    )


def test_what_is_no_state_is_refused(small):
    for name, value in (
        ("noise", 0.31),
        ("noise", -0.1),
        ("weight", 0.3),
        ("power", 3),
        ("subject", "dog"),
        ("place", (0.5, 1)),
    ):
        with pytest.raises(InputError):
            setattr(small, name, value)
    small.noise = 0.123
    assert small.noise == 0.12
    with pytest.raises(InputError, match="400 pixels"):
        widgets.Denoise("cat", size=600)


@pytest.mark.parametrize("power", [1, 2])
def test_the_minimum_is_found(power):
    noisy = (
        0.5 + 0.1 * torch.randn(1, 3, 12, 17, generator=torch.Generator().manual_seed(1))
    ).clamp(0, 1)

    def loss(image):
        return nst.content_loss(image, noisy) + 0.05 * nst.variation_loss(image, power)

    found = remove_noise(noisy, 0.05, power, steps=400)
    assert loss(found) < loss(noisy)
    for seed in range(20):
        way = torch.randn(noisy.shape, generator=torch.Generator().manual_seed(seed))
        assert loss(found) < loss(found + 1e-3 * way)
    for step in (-0.05, 0.05):  # towards the noisy picture and away from it
        assert loss(found) <= loss(found + step * (noisy - found)) + 1e-7
    torch.testing.assert_close(remove_noise(noisy, 0, power), noisy, atol=1e-5, rtol=0)
    plain = remove_noise(noisy, 1e6, power)
    assert plain.std(dim=(2, 3)).max() < 2e-3


@pytest.mark.parametrize("weight", [0.1, 1, 10])
def test_sixty_steps_are_enough_for_every_weight(weight):
    grain = torch.randn(edge().shape, generator=torch.Generator().manual_seed(1))
    noisy = (edge() + 0.1 * grain).clamp(0, 1)
    far, near = remove_noise(noisy, weight, 1, steps=1500), remove_noise(noisy, weight, 1)
    assert float((far - near).square().mean().sqrt()) < 0.01


def test_the_page_denoises_as_python_does(small, show):
    shown = show(small)
    for subject, power, noise, weight in (
        ("picture", 2, 0.1, 0.5),
        ("picture", 1, 0.25, 0.1),
        ("edge", 1, 0.3, 50),
        ("edge", 2, 0.25, 10),
        ("picture", 1, 0.1, 2),
    ):
        pick(shown, {"picture": "a picture", "edge": "an edge"}[subject])
        pick(shown, {2: "squared", 1: "absolute"}[power])
        shown.slide("noise", noise)
        shown.slide("weight", small.options["weight"].index(weight))
        words = shown.agrees()
        assert words.startswith(subject.capitalize()) and f"weight {weight}," in words
        assert (small.power, small.noise, small.weight) == (power, noise, weight)
        _, noisy, denoised, error = small.pictures()
        for kind, image in (
            (".nst-noisy", noisy),
            (".nst-denoised", denoised),
            (".nst-taken", 0.5 + (noisy - denoised) / 0.5),
        ):
            given = np.clip(levels(image), 0, 255)
            np.testing.assert_allclose(pixels(shown, f"{kind} canvas"), given, atol=1)
        caption = shown.page.locator(".nst-denoised figcaption small").inner_text()
        assert caption == f"error {error:.3f}"
    assert np.ptp(pixels(shown, ".nst-taken canvas")) > 100


def test_a_detail_is_chosen_by_hand_and_by_keys(small, show):
    shown = show(small)
    rows, columns = small.pictures().clean.shape[2:]
    height, width = rows // 5, 2 * (rows // 5)

    def is_detail(top, left):
        assert shown.agrees() == small.text
        _, noisy, denoised, _ = small.pictures()
        for kind, image in ((".nst-noisy", noisy), (".nst-denoised", denoised)):
            part = levels(image)[top : top + height, left : left + width]
            np.testing.assert_allclose(pixels(shown, f"{kind} .nst-detail"), part, atol=1)
            frame = shown.page.locator(f"{kind} .nst-frame").bounding_box()
            canvas = shown.page.locator(f"{kind} canvas").first.bounding_box()
            assert frame["width"] / canvas["width"] == pytest.approx(width / columns, abs=0.01)
            assert frame["height"] / canvas["height"] == pytest.approx(height / rows, abs=0.01)
            x, y = frame["x"] - canvas["x"], frame["y"] - canvas["y"]
            assert x / canvas["width"] == pytest.approx(left / columns, abs=0.005)
            assert y / canvas["height"] == pytest.approx(top / rows, abs=0.01)
        assert small._part() == (top, left, height, width)

    is_detail(rows // 2 - height // 2, columns // 2 - width // 2)
    shown.press(".nst-noisy .nst-picture", 0.75, 0.3)
    top, left = int(0.3 * rows) - height // 2, int(0.75 * columns) - width // 2
    is_detail(top, left)
    shown.key(".nst-denoised .nst-picture", "ArrowRight", "ArrowDown", "ArrowDown")
    is_detail(top + 2, left + 1)
    shown.drag(".nst-taken .nst-picture", (0.5, 0.5), (0.99, 0.02))
    is_detail(0, columns - width)


def test_a_row_of_the_edge_is_drawn_as_a_line(small, show):
    small.subject, small.power, small.weight = "edge", 1, 0.2
    shown = show(small)
    shown.press(".nst-noisy .nst-picture", 0.5, 10.5 / 64)
    shown.agrees()
    clean, noisy, denoised = (image[0, 0, 10] for image in small.pictures()[:3])
    for panel, line, heights in (
        ("noisy", "noisy", 1 - noisy),
        ("noisy", "clean", 1 - clean),
        ("denoised", "denoised", 1 - denoised),
        ("taken", "taken", 0.5 - (noisy - denoised) / 0.5),
    ):
        path = shown.page.locator(f".nst-{panel} .nst-{line}-line").get_attribute("d")
        numbers = [part.split("H") for part in path.removeprefix("M0 ").split("V")]
        np.testing.assert_allclose([float(y) for y, _ in numbers], heights, atol=1e-4)
        assert [int(x) for _, x in numbers] == list(range(1, 97))
    frame = shown.page.locator(".nst-denoised .nst-frame").bounding_box()
    canvas = shown.page.locator(".nst-denoised canvas").first.bounding_box()
    middle = frame["y"] + frame["height"] / 2 - canvas["y"]
    assert middle / canvas["height"] == pytest.approx(10.5 / 64, abs=0.01)
    assert frame["width"] == pytest.approx(canvas["width"], abs=1)
    assert shown.page.locator(".nst-denoised .nst-detail").is_hidden()


def test_the_curve_is_filled_and_its_best_weight_marked(small, show):
    shown = show(small)
    for power, words, noise in ((2, "squared", 0.2), (1, "absolute", 0.2), (1, "absolute", 0.05)):
        pick(shown, words)
        for passing in (0.3, 0.29, noise):  # a hand that moves on
            shown.slide("noise", passing)
        shown.page.wait_for_selector(".nst-best", state="visible")
        shown.agrees()
        assert (small.power, small.noise) == (power, noise)
        found = errors(small)
        best = found.index(min(found))
        assert shown.page.locator(".nst-found").inner_text() == (
            f"smallest, {words}: {found[best]:.3f} at weight {small.options['weight'][best]:g}"
        )
        line = shown.page.locator(f".nst-chart .nst-{words}").get_attribute("points").split()
        places = np.array([list(map(float, point.split(","))) for point in line])
        assert len(places) == 12 and (np.diff(places[:, 0]) > 0).all()
        present = shown.page.locator(".nst-present")
        dot = present.evaluate("(dot) => [dot.style.left, dot.style.top]")
        index = small.options["weight"].index(small.weight)
        assert [float(share[:-1]) for share in dot] == pytest.approx(list(places[index]), abs=0.01)
        ticks = {
            float(tick.inner_text()): float(tick.evaluate("(tick) => tick.style.top")[:-1])
            for tick in shown.page.locator(".nst-height").all()
        }
        assert len(ticks) > 1
        scale = (ticks[min(ticks)] - ticks[max(ticks)]) / max(ticks)
        np.testing.assert_allclose(places[:, 1], 100 - scale * np.array(found), atol=0.02)


def test_a_weight_is_chosen_on_the_curve(small, show):
    shown = show(small)
    tick = shown.page.locator(".nst-tick", has_text="10").bounding_box()
    chart = shown.page.locator(".nst-chart").bounding_box()
    middle = (tick["x"] + tick["width"] / 2 - chart["x"]) / chart["width"]
    shown.press(".nst-chart", middle)
    shown.agrees()
    assert small.weight == 10
    shown.key(".nst-chart", "ArrowLeft", "ArrowLeft")
    shown.agrees()
    assert small.weight == 2
    shown.press(".nst-chart", 0.01)
    shown.agrees()
    assert small.weight == 0


def test_the_static_picture_has_the_numbers_of_the_page(small):
    for subject in ("picture", "edge"):
        small.subject, small.place = subject, (0.7, 0.2)
        axes = small.draw().axes
        _, noisy, denoised, error = small.pictures()
        for number, image in enumerate((noisy, denoised, 0.5 + (noisy - denoised) / 0.5)):
            shown = np.asarray(axes[2 * number].images[0].get_array())
            np.testing.assert_allclose(255 * shown, levels(image.clamp(0, 1)), atol=1e-6)
        assert f"{error:.3f}" in axes[2].get_title()
        np.testing.assert_allclose(axes[6].lines[0].get_ydata(), errors(small))
        top, left, height, width = small._part()
        if subject == "edge":
            np.testing.assert_allclose(axes[3].lines[-1].get_ydata(), denoised[0, 0, top])
        else:
            detail = np.asarray(axes[3].images[0].get_array())
            part = levels(denoised)[top : top + height, left : left + width]
            np.testing.assert_allclose(255 * detail, part, atol=1e-6)
