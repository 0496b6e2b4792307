"""Joules, where the machine counts them."""

from __future__ import annotations

import ctypes
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch.utils.flop_counter import FlopCounterMode, sdpa_backward_flop_count, sdpa_flop_count

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


Shape = tuple[int, ...]


@dataclass(frozen=True)
class Operations:
    """Floating-point operations of a token that is trained on: matrix products, a product and a sum counted as two.

    Parameters
    ----------
    needed : float
        Of one forward and one backward pass: what the model takes, whoever trains it.
    done : float
        With what is worked out twice: a contrast that takes several passes reads every note a second time.
    """

    needed: float
    done: float


def operations(work: Callable[[], object]) -> int:
    """Floating-point operations of some work: all matrix products, attention's own and backward passes included.

    Additions, norms, softmax and dropout are not counted, as is usual; they are a few in a hundred.
    """
    with FlopCounterMode(display=False, custom_mapping=_CPU_ATTENTION) as counter:
        work()
    return int(counter.get_total_flops())


def _attention(query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_flop_count(query, key, value))  # type: ignore[no-untyped-call]


def _attention_backward(out: Shape, query: Shape, key: Shape, value: Shape, *rest: Any, **options: Any) -> int:
    return int(sdpa_backward_flop_count(out, query, key, value))  # type: ignore[no-untyped-call]


# torch counts its attention on GPUs and, without this, not that on CPUs
_CPU_ATTENTION: dict[Any, Any] = {
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu: _attention,
    torch.ops.aten._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}


POWERCAP = Path("/sys/class/powercap")
"""Where Linux shows the counters of processors (RAPL; AMD's too)."""
_NVML = "libnvidia-ml.so.1"


class Counter(ABC):
    """A counter of energy that only ever rises, until it starts again at 0."""

    what: str
    """Whose energy it counts."""
    range: float = float("inf")
    """Joules after which it starts again."""

    @abstractmethod
    def joules(self) -> float:
        """What it shows now.

        Raises
        ------
        OSError
            If it cannot be read.
        """


class Processor(Counter):
    """A RAPL domain of a processor.

    References
    ----------
    Khan et al. 2018, RAPL in Action: Experiences in Using RAPL for Power Measurements.
    """

    what = "processor (RAPL)"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.range = self._read("max_energy_range_uj")

    def joules(self) -> float:
        """What the domain shows."""
        return self._read("energy_uj")

    def _read(self, name: str) -> float:
        return int((self.folder / name).read_text()) / 1e6


class Gpu(Counter):
    """The energy counter of an NVIDIA GPU (Volta or newer), read through the driver's own library."""

    what = "GPU (NVML)"

    def __init__(self, library: Any, uuid: str) -> None:
        self.library = library
        self.handle = ctypes.c_void_p()
        _asked(library.nvmlInit_v2())
        _asked(library.nvmlDeviceGetHandleByUUID(uuid.encode(), ctypes.byref(self.handle)))

    def joules(self) -> float:
        """What the GPU shows."""
        value = ctypes.c_ulonglong()
        _asked(self.library.nvmlDeviceGetTotalEnergyConsumption(self.handle, ctypes.byref(value)))
        return value.value / 1e3


class Meter:
    """Adds up what some counters say between two moments.

    Everything that ran on those parts meanwhile is in it: a processor does not tell programs apart.

    Parameters
    ----------
    counters : sequence of Counter
        What can be read on this machine; with none the meter tells nothing.
    """

    def __init__(self, counters: Sequence[Counter]) -> None:
        self.counters = counters
        self.sources = sorted({counter.what for counter in counters})
        self._last: list[float] = []
        self._sum = 0.0

    def start(self) -> None:
        """Begin to count."""
        self._last = [counter.joules() for counter in self.counters]
        self._sum = 0.0

    def tick(self) -> None:
        """Take note: a counter may start again at 0 once between two of these."""
        now = [counter.joules() for counter in self.counters]
        for counter, before, after in zip(self.counters, self._last, now, strict=True):
            self._sum += after - before if after >= before else after - before + counter.range
        self._last = now

    @property
    def joules(self) -> float | None:
        """Joules from the start to the last tick; None where the machine does not tell."""
        return self._sum if self.counters else None


def counters(device: torch.device, root: Path = POWERCAP) -> list[Counter]:
    """All counters that can be read: processors, their memory where it is counted apart, and the GPU in use."""
    found: list[Counter] = [*_processors(root)]
    if device.type == "cuda":
        try:
            gpu = Gpu(ctypes.CDLL(_NVML), f"GPU-{torch.cuda.get_device_properties(device).uuid}")
            gpu.joules()
        except (OSError, AttributeError):
            return found
        found.append(gpu)
    return found


def _processors(root: Path) -> list[Processor]:
    """Packages and their memory; cores are part of a package, and `psys` counts packages once more."""
    found: list[Processor] = []
    for folder in sorted(root.glob("intel-rapl:*")):
        try:
            kind = (folder / "name").read_text().strip()
            if kind.startswith("package") or kind == "dram":
                counter = Processor(folder)
                counter.joules()
                found.append(counter)
        except (OSError, ValueError):  # mostly readable for root alone
            continue
    return found


def _asked(code: int) -> None:
    if code:
        raise OSError(f"NVML answers {code}")
