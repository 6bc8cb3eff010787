import pytest
import torch

from nst_helpers import FeatureExtractor, InputError
from nst_helpers.runtime.devices import choose_device, choose_precision
from runs import make

CPU = torch.device("cpu")


@pytest.fixture(params=[True, False])
def instructions(request, monkeypatch):
    """Have a processor that has instructions for bfloat16, and one that has not."""
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: True)
    found = {"architecture": "x86_64", "avx512_bf16": request.param}
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    return request.param


def test_the_processor_decides(instructions):
    assert choose_precision(None, CPU) == ("bfloat16" if instructions else "float32")
    assert choose_precision("float32", CPU) == "float32"
    assert make(precision=None).settings["precision"] == ("bfloat16" if instructions else "float32")


@pytest.mark.parametrize("instructions", [True], indirect=True)
def test_with_instructions_bfloat16_is_taken_when_told(instructions):
    assert choose_precision("bfloat16", CPU) == "bfloat16"


@pytest.mark.parametrize("instructions", [False], indirect=True)
def test_without_instructions_a_line_says_that_float32_is_taken(instructions):
    with pytest.warns(UserWarning, match="cpu has no instructions for bfloat16: float32") as caught:
        assert make(precision="bfloat16").settings["precision"] == "float32"
    assert len(caught) == 1 and "\n" not in str(caught[0].message)


@pytest.mark.parametrize("instructions", [True], indirect=True)
def test_where_torch_cannot_tell_or_cannot_use_them_it_is_float32(instructions, monkeypatch):
    with monkeypatch.context() as patch:
        patch.delattr(torch.cpu, "get_capabilities")
        assert choose_precision(None, CPU) == "float32"
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    assert choose_precision(None, CPU) == "float32"


@pytest.mark.parametrize("supported", [True, False])
@pytest.mark.filterwarnings("ignore:.*no instructions")
def test_a_gpu_computes_in_bfloat16_only_when_told(monkeypatch, supported):
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: supported)
    cuda = torch.device("cuda")
    assert choose_precision(None, cuda) == "float32"
    assert choose_precision("bfloat16", cuda) == ("bfloat16" if supported else "float32")
    assert choose_precision("bfloat16", torch.device("mps")) == "float32"


@pytest.mark.parametrize("precision", ["float16", "bf16", 16, torch.bfloat16])
def test_another_precision_is_refused(precision):
    for use in (
        lambda p: make(precision=p),
        lambda p: FeatureExtractor(["relu1_1"], device="cpu", precision=p),
    ):
        with pytest.raises(InputError, match=r"no precision .*Known: float32, bfloat16"):
            use(precision)


def test_a_device_whose_memory_is_full_is_a_device(monkeypatch):
    def full(*args, **kwargs):
        raise torch.OutOfMemoryError("CUDA out of memory.")

    monkeypatch.setattr(torch, "empty", full)
    assert choose_device("cpu") == CPU  # how much is free is said where it is needed
