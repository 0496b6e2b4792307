"""What the machine computes on, and in which precision."""

from __future__ import annotations

import os
from contextlib import AbstractContextManager, nullcontext
from functools import cache

import torch

from wardspace.core.errors import ModelError

_BF16_SWITCHES = ("avx512_bf16", "amx_bf16", "sve_bf16", "bf16")


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


def uses_bf16(precision: str, where: torch.device) -> bool:
    """Whether `precision` (`auto`, `fp32`, `bf16`) means bfloat16 on this device.

    Raises
    ------
    ValueError
        If the precision is none of the three.
    """
    if precision not in ("auto", "fp32", "bf16"):
        raise ValueError(f"precision must be auto, fp32 or bf16, not {precision!r}")
    return precision == "bf16" or (precision == "auto" and has_bf16(where.type))


def autocast(precision: str, where: torch.device) -> AbstractContextManager[object]:
    """A context in which matrix products run in bfloat16 if `uses_bf16`; weights stay in float32."""
    if uses_bf16(precision, where):
        return torch.autocast(where.type, dtype=torch.bfloat16)
    return nullcontext()


def describe(precision: str = "auto", where: torch.device | None = None) -> str:
    """Device and precision in a few words: `cpu (2 cores), bf16`."""
    where = where or device("auto")
    kind = "bf16" if uses_bf16(precision, where) else "fp32"
    if where.type == "cuda":
        return f"cuda ({torch.cuda.get_device_name(where)}), {kind}"
    return f"{where.type} ({os.cpu_count()} cores), {kind}"
