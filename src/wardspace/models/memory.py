"""Memory that a CPU keeps from one training step to the next."""

from __future__ import annotations

import ctypes
import platform
from collections.abc import Iterator
from contextlib import contextmanager

import torch

# numbers of <malloc.h>, and what glibc starts with
_TRIM_THRESHOLD, _TRIM_USUAL, _TRIM_NEVER = -1, 128 * 1024, 2**31 - 1
_MMAP_MAX, _MMAP_USUAL = -4, 65_536


@contextmanager
def kept_memory(where: torch.device) -> Iterator[None]:
    """Let the C library keep freed memory for the length of a training on a CPU.

    By default it hands every large tensor's memory back to the system as soon as it is freed, and the system must fill
    it with zeros when the next step asks for it: a tenth of the time (see docs/performance.md). At the end all of it is
    handed back. Elsewhere than on Linux with glibc, and on a GPU, nothing is changed; in another thread than the main
    one glibc keeps less.
    """
    if where.type != "cpu" or platform.libc_ver()[0] != "glibc":
        yield
        return
    library = ctypes.CDLL(None)
    library.mallopt(_MMAP_MAX, 0)
    library.mallopt(_TRIM_THRESHOLD, _TRIM_NEVER)
    try:
        yield
    finally:
        library.mallopt(_MMAP_MAX, _MMAP_USUAL)
        library.mallopt(_TRIM_THRESHOLD, _TRIM_USUAL)
        library.malloc_trim(0)
