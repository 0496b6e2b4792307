"""Weights of a graph in eight bits."""

from __future__ import annotations

import platform
from pathlib import Path

from wardspace.models.onnx.runtime import check_installed, quiet_logs


def quantise(source: Path, target: Path, *, reduced_range: bool) -> None:
    """Write a graph with int8 weights, one scale per channel; activations are quantised as the graph runs.

    Parameters
    ----------
    source, target : Path
        The fp32 graph, and where the other goes.
    reduced_range : bool
        Use seven bits: where a processor adds products of eight bits in sixteen, eight overflow.
    """
    check_installed("onnx", "onnxruntime")
    from onnxruntime.quantization import QuantType, quantize_dynamic  # noqa: PLC0415 - an extra

    with quiet_logs():
        quantize_dynamic(source, target, per_channel=True, reduce_range=reduced_range, weight_type=QuantType.QInt8)


def adds_in_sixteen_bits(cpuinfo: Path = Path("/proc/cpuinfo")) -> bool:
    """Whether this processor is an x86 without VNNI, or one of which that is not known."""
    if platform.machine().lower() not in ("x86_64", "amd64"):
        return False
    try:
        flags = cpuinfo.read_text(encoding="ascii", errors="replace")
    except OSError:
        return True
    return "avx512_vnni" not in flags and "avx_vnni" not in flags
