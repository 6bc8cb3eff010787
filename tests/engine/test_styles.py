"""Several styles, where each goes, how large their strokes are, and colours that stay."""

import pytest
import torch

from nst_helpers import FeatureExtractor, gram_matrix, load_image, style_transfer
from nst_helpers.engine import transfer
from nst_helpers.engine.luminance import luminance, matched, with_luminance
from nst_helpers.engine.objective import Objective
from nst_helpers.engine.styles import Style
from nst_helpers.engine.transfer import QUALITIES
from outcomes import no_network_built, refusal
from runs import SMALL, make, paint, relative_error

LAYERS = ["relu1_1", "relu2_1"]
LEFT = torch.zeros(1, 1, 64, 64)
LEFT[..., :32] = 1
BLACK, WHITE = torch.zeros(1, 3, 43, 64), torch.ones(1, 3, 43, 64)


class TwoMaps:
    """A network of two channels: a picture's red and green, as they are."""

    def __call__(self, image):
        return {"maps": image[:, :2]}


def objective(styles, content, **options):
    weights = {"content": 1, "style": 1, "variation": 0}
    return Objective(TwoMaps(), content, styles, ["maps"], ["maps"], weights, **options)


def picture(red, green):
    """Return a picture of four pixels in a square."""
    channels = [torch.tensor(channel).view(2, 2) for channel in (red, green, [0.0] * 4)]
    return torch.stack(channels)[None]


ONE = picture([1.0, 0.0, 1.0, 0.0], [0.0, 0.0, 1.0, 0.0])  # 2, 1 and 1 of four products
TWO = picture([0.0, 0.0, 0.0, 0.0], [1.0, 1.0, 1.0, 1.0])


def test_shares_mix_gram_matrices_and_not_pictures():
    (term,) = objective([Style(ONE, 0.25), Style(TWO, 0.75)], ONE).style_terms
    one, two = torch.tensor([[2.0, 1.0], [1.0, 1.0]]) / 4, torch.tensor([[0.0, 0.0], [0.0, 1.0]])
    assert torch.allclose(term.target[0], 0.25 * one + 0.75 * two)


def test_a_mask_chooses_the_positions_of_the_gram_matrix():
    """A soft mask weighs each product of two activations, not each activation."""
    canvas = picture([0.2, 0.4, 0.6, 0.8], [1.0, 0.5, 0.0, 0.3])
    top, rest = torch.tensor([[[[1.0, 1.0], [0.0, 0.0]]]]), torch.tensor([[[[0.0, 0.5], [1, 0.5]]]])
    styles = [Style(ONE, 0.5, top), Style(TWO, 0.5, rest)]
    first, second = objective(styles, canvas).style_terms
    for term, weights in ((first, [0.5, 0.5, 0, 0]), (second, [0, 0.25, 0.5, 0.25])):
        flat = canvas[0, :2].flatten(1)
        expected = (flat * torch.tensor(weights)) @ flat.T
        assert torch.allclose(gram_matrix(canvas[:, :2] * term.guide)[0], expected)
    relative = [objective([Style(each)], canvas).style_terms[0].factor for each in (ONE, TWO)]
    areas = [first.factor / relative[0], second.factor / relative[1]]
    assert areas == pytest.approx([0.5, 0.5])


def test_a_mask_that_is_grey_everywhere_is_no_mask():
    half = torch.full((1, 1, 43, 64), 0.5)
    masked = paint(masks=[half.expand(-1, 3, -1, -1)])
    assert torch.equal(masked.image, paint().image)


def test_each_style_goes_where_its_mask_is_white():
    """Of two halves, each is nearer to its own style; without masks they are alike."""
    names = ["stained_glass", "great_wave"]
    extractor = FeatureExtractor(LAYERS, device="cpu")
    wanted = [extractor(load_image(name, 64)) for name in names]

    def preference(part):
        """Return how much nearer a part is to the first style than to the second."""
        found = extractor(part)
        errors = [
            sum(relative_error(gram_matrix(found[n]), gram_matrix(goal[n])) for n in LAYERS)
            for goal in wanted
        ]
        return errors[1] - errors[0]

    def halves(**settings):
        run = style_transfer("astronaut", names, progress=False, **{**SMALL, **settings})
        return [preference(run.image[..., :32]), preference(run.image[..., 32:])]

    settings = {"steps": 40, "style_weight": 400}
    left, right = halves(masks=LEFT.expand(-1, 3, -1, -1), **settings)
    assert left > right + 0.3
    both = [LEFT.expand(-1, 3, -1, -1), 1 - LEFT.expand(-1, 3, -1, -1)]
    assert halves(masks=both, **settings) == [left, right]  # one mask was enough
    left, right = halves(masks=both[::-1], **settings)
    assert right > left + 0.3


def test_a_style_of_no_share_is_not_there():
    run = style_transfer(
        "cat", ["night_sky", "mosaic"], style_shares=[3, 0], progress=False, **SMALL
    )
    assert torch.equal(run.image, paint().image)
    assert run.settings["style"] == ["night_sky", "mosaic"]
    assert run.settings["style_shares"] == [1, 0] and paint().settings["style_shares"] is None


def test_the_network_sees_the_style_at_its_scale():
    seen, transfer = [], make(size=256, steps=2, style_scale=0.5)
    assert transfer.styles[0].image.shape == (1, 3, 102, 128)
    transfer.extractor.register_forward_pre_hook(lambda _, images: seen.append(images[0].shape))
    for size in (256, 128):
        transfer.objective(size)
    assert [max(shape) for shape in seen] == [256, 128, 128, 64]


def test_luminance_by_hand():
    colours = torch.tensor([[1.0, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]]).T.view(1, 3, 2, 2)
    light = luminance(colours)
    assert torch.allclose(light.flatten(), torch.tensor([0.299, 0.587, 0.114, 1]))
    assert luminance(light) is light
    changed = with_luminance(torch.full((1, 3, 2, 2), 0.5), light)
    assert torch.allclose(changed, light.expand(-1, 3, -1, -1))
    orange, darker = torch.tensor([0.9, 0.6, 0.3]).view(1, 3, 1, 1), torch.full((1, 1, 1, 1), 0.5)
    by = 0.299 * 0.9 + 0.587 * 0.6 + 0.114 * 0.3 - 0.5
    assert torch.allclose(with_luminance(orange, darker), orange - by)
    assert torch.allclose(matched(WHITE[:, :1], light).flatten(), light.mean())  # a plain one


def test_kept_colours_are_those_of_the_content():
    run = paint(keep_colours=True, steps=20)
    added = run.image - load_image("cat", 64)
    free = (run.image > 0).all(1) & (run.image < 1).all(1)  # nothing was cut off there
    assert free.float().mean() > 0.9 and added.abs().mean() > 0.02
    assert ((added.amax(1) - added.amin(1))[free] < 1e-5).all()


def test_kept_colours_compare_the_light_alone():
    transfer = make(keep_colours=True, steps=3, precision="float32")
    *_, last = transfer
    objective = transfer.objective(64)
    for image in (last.image, luminance(last.image)):  # hardly a pixel is cut off so early
        assert last.losses["content"] == pytest.approx(objective(image)["content"].item(), rel=0.02)
    assert objective(luminance(transfer.content))["content"] == 0
    grey = luminance(load_image("night_sky", 64)).expand(-1, 3, -1, -1)
    other = make(keep_colours=True, precision="float32")
    other.styles = [Style(grey)]
    for ours, theirs in zip(objective.style_terms, other.objective(64).style_terms, strict=True):
        assert relative_error(ours.target, theirs.target) < 1e-3


@pytest.mark.parametrize("stages", [1, 2])
def test_a_run_with_kept_colours_goes_on_bit_for_bit(stages):
    transfer = make(size=256, steps=4, stages=stages, keep_colours=True)
    steps = list(transfer)
    rest = list(transfer.resume(steps[1]))
    assert torch.equal(rest[-1].image, steps[-1].image) and rest[-1].losses == steps[-1].losses


def test_what_makes_no_sense_is_refused_before_the_network_is_built():
    cases = {
        "style_scale is 5; it must be a number from 0.1 to 4": {"style_scale": 5},
        "style_scale is nan": {"style_scale": float("nan")},
        "list of styles is empty": {"style": []},
        "2 numbers for 1 styles": {"style_shares": [1, 2]},
        "all of them 0": {"style": ["mosaic", "cat"], "style_shares": [0, 0]},
        "A share of a style is -1": {"style": ["mosaic", "cat"], "style_shares": [1, -1]},
        "A share of a style is 'a'": {"style": ["mosaic", "cat"], "style_shares": "a"},
        "exclude each other": {"style": ["mosaic", "cat"], "style_shares": [1, 1], "masks": WHITE},
        "3 masks for 2 styles": {"style": ["mosaic", "cat"], "masks": [WHITE] * 3},
        "1 masks for 3 styles": {"style": ["mosaic", "cat", "coffee"], "masks": [WHITE]},
        "Style 2 goes nowhere": {"style": ["mosaic", "cat"], "masks": WHITE},
        "Style 1 goes nowhere": {"masks": BLACK},
        "Mask 1 is 64 x 64 pixels, and the content 64 x 43": {"masks": torch.ones(1, 3, 64, 64)},
        "There is no file 'sky.png'": {"masks": "sky.png"},
    }
    with no_network_built():
        for message, setting in cases.items():
            found = (
                refusal(make, **setting)
                if "style" not in setting
                else refusal(style_transfer, "cat", **setting, size=64)
            )
            assert message in found, found


def test_masks_need_memory_of_their_own(monkeypatch):
    asked = []
    monkeypatch.setattr(
        transfer, "check_room", lambda size, needed, device: asked.append(needed(64))
    )
    make()
    make(masks=WHITE)
    assert asked[1] > asked[0] + 500_000


def test_quality_is_a_name_for_settings_that_others_override():
    for name, preset in QUALITIES.items():
        with no_network_built():
            run = refusal(style_transfer, "cat", "night_sky", quality=name, style_scale=9)
        assert "style_scale" in run and preset["steps"] >= 60
    assert paint(quality="draft", size=48, steps=1).settings["steps"] == 1
    run = style_transfer("cat", "night_sky", False, quality="draft", steps=1)
    assert (run.settings["size"], run.settings["steps"]) == (256, 1)
    assert "Did you mean" in refusal(paint, quality="galery")
