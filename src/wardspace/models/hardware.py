"""What the machine computes on, in which precision, and what memory it keeps meanwhile."""

from __future__ import annotations

import ctypes
import os
import platform
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache

import torch

from wardspace.core.errors import ModelError

PRECISIONS = ("auto", "fp32", "bf16", "fp16")
"""What `training.precision` and `Encoder.encode` take."""
_TYPES = {"bf16": torch.bfloat16, "fp16": torch.float16}
_BF16_SWITCHES = ("avx512_bf16", "amx_bf16", "sve_bf16", "bf16")
_TENSOR_CORES = (7, 0)
"""Compute capability of the first GPUs with units for half-precision matrices."""


def device(name: str = "auto") -> torch.device:
    """The device of a name; `auto` takes a CUDA GPU where there is one, else the CPU.

    Raises
    ------
    ModelError
        If the name is no device, or the machine lacks it.
    """
    if name == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        found = torch.device(name)
    except RuntimeError as error:
        raise ModelError(f"no such device: {name!r}", fix="use auto, cpu or cuda") from error
    if found.type == "cuda" and (found.index or 0) >= torch.cuda.device_count():
        raise ModelError(f"this machine has no device {name!r}", fix="use auto or cpu")
    return found


@cache
def has_bf16(kind: str) -> bool:
    """True where the processor of this kind (`cpu`, `cuda`) computes bfloat16 itself; emulation is slower than fp32."""
    if kind == "cuda":
        return torch.cuda.is_available() and torch.cuda.is_bf16_supported(including_emulation=False)
    if kind != "cpu":
        return False
    capabilities = getattr(torch.cpu, "get_capabilities", None)  # newer than the oldest torch we accept
    if capabilities is None:
        return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())
    found = capabilities()
    return any(bool(found.get(switch)) for switch in _BF16_SWITCHES)


def has_fp16(where: torch.device) -> bool:
    """True on a GPU that multiplies half-precision matrices faster than single-precision ones (Volta or newer)."""
    return where.type == "cuda" and torch.cuda.get_device_capability(where) >= _TENSOR_CORES


def amp_dtype(precision: str, where: torch.device) -> torch.dtype | None:
    """The type of matrix products on a device; None keeps them in float32.

    Parameters
    ----------
    precision : {"auto", "fp32", "bf16", "fp16"}
        `auto` takes bfloat16 where the processor computes it, else float16 where a GPU does, else float32. (bfloat16
        has the range of float32; float16 has not, so that training in it needs a scaled loss.)
    where : torch.device
        The device.

    Raises
    ------
    ModelError
        If float16 is asked of a CPU.
    ValueError
        If the precision is none of the four.

    References
    ----------
    Micikevicius et al. 2018, Mixed Precision Training.
    """
    if precision not in PRECISIONS:
        raise ValueError(f"precision must be one of {', '.join(PRECISIONS)}, not {precision!r}")
    if precision == "auto":
        precision = "bf16" if has_bf16(where.type) else "fp16" if has_fp16(where) else "fp32"
    if precision == "fp16" and where.type != "cuda":
        raise ModelError(
            f"fp16 is a precision of GPUs, and this runs on the {where.type}",
            where="training.precision",
            fix="use auto, bf16 or fp32",
        )
    return _TYPES.get(precision)


def needs_scaling(precision: str, where: torch.device) -> bool:
    """Whether training must scale its loss, because small gradients would be zero in float16."""
    return amp_dtype(precision, where) == torch.float16


def autocast(precision: str, where: torch.device) -> AbstractContextManager[object]:
    """A context in which matrix products run in `amp_dtype`; weights stay in float32."""
    dtype = amp_dtype(precision, where)
    return nullcontext() if dtype is None else torch.autocast(where.type, dtype=dtype)


def describe(precision: str = "auto", where: torch.device | None = None) -> str:
    """Device and precision in a few words: `cpu (2 cores), bf16`."""
    where = where or device("auto")
    dtype = amp_dtype(precision, where)
    kind = next((name for name, known in _TYPES.items() if known == dtype), "fp32")
    if where.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(where)}), {kind}"
    return f"{where.type} ({os.cpu_count()} cores), {kind}"


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
