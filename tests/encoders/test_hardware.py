import pytest
import torch

from wardspace.core.errors import ModelError
from wardspace.encoders import hardware

CPU = torch.device("cpu")


def test_auto_takes_a_gpu_only_where_there_is_one(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert hardware.device("auto") == CPU
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert hardware.device("auto").type == "cuda"


def test_a_device_that_is_not_there(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    assert hardware.device("cuda:0").index == 0
    with pytest.raises(ModelError, match="cuda:1"):
        hardware.device("cuda:1")
    with pytest.raises(ModelError, match="no such device"):
        hardware.device("abacus")


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ({"avx512_bf16": True}, True),
        ({"amx_bf16": True}, True),
        ({"avx2": True, "avx512_bf16": False}, False),
        ({}, False),
    ],
)
def test_bf16_by_what_the_processor_says(monkeypatch, found, expected):
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: found, raising=False)
    hardware.has_bf16.cache_clear()
    try:
        assert hardware.uses_bf16("auto", CPU) is expected
        assert hardware.describe("auto", CPU).endswith("bf16" if expected else "fp32")
    finally:
        hardware.has_bf16.cache_clear()


def test_bf16_is_asked_of_a_gpu(monkeypatch):
    asked = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **options: asked.append(options) or True)
    hardware.has_bf16.cache_clear()
    try:
        assert hardware.uses_bf16("auto", torch.device("cuda"))
        assert asked == [{"including_emulation": False}]
    finally:
        hardware.has_bf16.cache_clear()


def test_autocast_changes_products_and_not_weights():
    layer = torch.nn.Linear(4, 4)
    with hardware.autocast("bf16", CPU):
        assert layer(torch.ones(1, 4)).dtype == torch.bfloat16
    with hardware.autocast("fp32", CPU):
        assert layer(torch.ones(1, 4)).dtype == torch.float32
    assert layer.weight.dtype == torch.float32
    with pytest.raises(ValueError, match="precision"):
        hardware.autocast("fp8", CPU)
