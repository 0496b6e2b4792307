import ctypes
import platform

import pytest
import torch

from wardspace.core.errors import ModelError
from wardspace.models import hardware
from wardspace.models.hardware import kept_memory

CPU = torch.device("cpu")
GPU = torch.device("cuda")
M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # <malloc.h>


@pytest.fixture(autouse=True)
def _asked_anew():
    hardware.has_bf16.cache_clear()
    yield
    hardware.has_bf16.cache_clear()


@pytest.fixture
def gpu(monkeypatch):
    """Pretend a GPU of a given compute capability, with or without bfloat16 units."""

    def pretend(capability, *, bf16):
        monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
        monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation: bf16 or including_emulation)
        monkeypatch.setattr(torch.cuda, "get_device_capability", lambda where: capability)
        monkeypatch.setattr(torch.cuda, "get_device_name", lambda where: "Pretended")

    return pretend


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
    assert hardware.amp_dtype("auto", CPU) == (torch.bfloat16 if expected else None)
    assert hardware.describe("auto", CPU).endswith("bf16" if expected else "fp32")
    assert not hardware.needs_scaling("auto", CPU)


@pytest.mark.parametrize(
    ("capability", "bf16", "expected", "said"),
    [
        ((9, 0), True, torch.bfloat16, "bf16"),  # Hopper
        ((7, 5), False, torch.float16, "fp16"),  # Turing: torch would emulate bfloat16
        ((7, 0), False, torch.float16, "fp16"),  # Volta
        ((6, 1), False, None, "fp32"),  # Pascal: half precision is slower than single
    ],
)
def test_auto_takes_what_the_gpu_is_quick_at(gpu, capability, bf16, expected, said):
    gpu(capability, bf16=bf16)
    assert hardware.amp_dtype("auto", GPU) == expected
    assert hardware.needs_scaling("auto", GPU) is (expected == torch.float16)
    assert hardware.describe("auto", GPU) == f"cuda (Pretended), {said}"


def test_a_precision_that_is_named_is_taken_and_only_fp16_is_scaled(gpu):
    gpu((9, 0), bf16=True)
    assert hardware.amp_dtype("fp16", GPU) == torch.float16
    assert hardware.needs_scaling("fp16", GPU)
    for precision, where, expected in (
        ("bf16", GPU, torch.bfloat16),
        ("bf16", CPU, torch.bfloat16),
        ("fp32", GPU, None),
        ("fp32", CPU, None),
    ):
        assert hardware.amp_dtype(precision, where) == expected
        assert not hardware.needs_scaling(precision, where)


def test_fp16_on_a_cpu_is_told():
    for ask in (hardware.amp_dtype, hardware.autocast, hardware.needs_scaling, hardware.describe):
        with pytest.raises(ModelError, match="fp16") as caught:
            ask("fp16", CPU)
        assert caught.value.where == "training.precision"
        assert "bf16" in caught.value.fix


def test_autocast_is_in_the_type_that_was_chosen(gpu):
    gpu((7, 5), bf16=False)
    assert hardware.autocast("auto", GPU).fast_dtype == torch.float16


def test_autocast_changes_products_and_not_weights():
    layer = torch.nn.Linear(4, 4)
    with hardware.autocast("bf16", CPU):
        assert layer(torch.ones(1, 4)).dtype == torch.bfloat16
    with hardware.autocast("fp32", CPU):
        assert layer(torch.ones(1, 4)).dtype == torch.float32
    assert layer.weight.dtype == torch.float32
    with pytest.raises(ValueError, match="precision"):
        hardware.autocast("fp8", CPU)


def test_the_study_file_takes_the_same_precisions():
    from typing import get_args

    from wardspace.config import TrainingConfig

    assert get_args(TrainingConfig.model_fields["precision"].annotation) == hardware.PRECISIONS


class Library:
    """A C library that remembers its settings."""

    def __init__(self):
        self.settings = {M_TRIM_THRESHOLD: 128 * 1024, M_MMAP_MAX: 65_536}
        self.trimmed = 0

    def mallopt(self, number, value):
        self.settings[number] = value

    def malloc_trim(self, _):
        self.trimmed += 1


@pytest.fixture
def library(monkeypatch):
    made = Library()
    monkeypatch.setattr(ctypes, "CDLL", lambda name: made)
    monkeypatch.setattr(platform, "libc_ver", lambda: ("glibc", "2.36"))
    return made


def test_nothing_is_handed_back_inside_and_everything_afterwards(library):
    usual = dict(library.settings)
    with pytest.raises(RuntimeError, match="stop"), kept_memory(torch.device("cpu")):
        assert library.settings == {M_TRIM_THRESHOLD: 2**31 - 1, M_MMAP_MAX: 0}
        assert not library.trimmed
        raise RuntimeError("stop")
    assert library.settings == usual
    assert library.trimmed == 1


def test_a_gpu_and_other_libraries_are_left_alone(library, monkeypatch):
    usual = dict(library.settings)
    with kept_memory(torch.device("cuda")):
        assert library.settings == usual
    monkeypatch.setattr(platform, "libc_ver", lambda: ("", ""))
    with kept_memory(torch.device("cpu")):
        assert library.settings == usual
    assert not library.trimmed


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another C library")
def test_the_real_library_takes_the_settings():
    library = ctypes.CDLL(None)
    with kept_memory(torch.device("cpu")):
        assert library.mallopt(M_MMAP_MAX, 0) == 1
        torch.ones(1 << 20)
