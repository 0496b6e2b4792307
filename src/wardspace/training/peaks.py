"""What a GPU can do at most, as its maker publishes it."""

from __future__ import annotations

TERA = 1e12

PEAKS: tuple[tuple[str, float], ...] = (
    ("H200 NVL", 835),
    ("H200", 989),
    ("H100 PCIe", 756),
    ("H100 NVL", 835),
    ("H100", 989),
    ("GH200", 989),
    ("B200", 2250),
    ("A100", 312),
    ("A30", 165),
    ("A40", 150),
    ("A10G", 70),
    ("A10", 125),
    ("L40S", 362),
    ("L40", 181),
    ("L4", 121),
    ("T4", 65),
    ("V100-PCIE", 112),
    ("V100", 125),
    ("RTX 4090", 165),
    ("RTX 3090 Ti", 80),
    ("RTX 3090", 71),
)
"""Part of a GPU's name, and its TFLOP/s on dense matrices in bfloat16 or float16 with sums in float32.

From NVIDIA's data sheets of each product and, for the RTX cards, the Ampere GA102 and Ada whitepapers; figures given
"with sparsity" are halved. What a card is allowed to draw may keep it below.
"""


def peak_of(name: str) -> float | None:
    """Floating-point operations a second that a GPU of this name can do in half precision; None if it is not known."""
    parts = name.replace("-", " ").upper().split()
    for known, peak in PEAKS:
        wanted = known.replace("-", " ").upper().split()
        if any(parts[at : at + len(wanted)] == wanted for at in range(len(parts))):
            return peak * TERA
    return None
