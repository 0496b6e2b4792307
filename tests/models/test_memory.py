"""What the C library is told; what that saves is in docs/performance.md, for it depends on the addresses drawn."""

from __future__ import annotations

import ctypes
import platform

import pytest
import torch

from wardspace.models.hardware import kept_memory

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # <malloc.h>


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
