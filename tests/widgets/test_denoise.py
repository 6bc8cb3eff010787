import pytest
import torch

import nst_helpers as nst
from nst_helpers import widgets
from nst_helpers.widgets.denoise import remove_noise
from pointing import differs


def test_denoising_has_a_best_weight_between():
    figure = widgets.Denoise("cat", size=96)
    for power in (1, 2):
        figure.power.value = power
        errors = []
        for weight in (0, 0.1 if power == 1 else 0.5, 50):
            figure.weight.value = weight
            errors.append(figure.error)
        assert errors[1] < min(errors[0], errors[2])
    figure.noise.value = 0.02
    assert "rises" in figure.text
    figure.noise.value = 0
    figure.weight.value = 0
    assert figure.error < 1e-5
    assert differs(figure, lambda: setattr(figure.noise, "value", 0.3))


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
    plain = remove_noise(noisy, 1e6, power, steps=2000)
    assert power == 1 or plain.std(dim=(2, 3)).max() < 1e-3
