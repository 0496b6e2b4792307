"""Memory: the peak of some work, what there is, and how much is read at once in it."""

from __future__ import annotations

import ctypes
import gc
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import torch

MARGIN = 0.2
"""Share of the memory that is left free: for the checkpoint being written, for others, for what was not measured."""
STEP = 1024
"""Tokens to which the largest pass is rounded down."""
CGROUP = Path("/sys/fs/cgroup")
_EVERY = 0.01


class PeakMemory:
    """The most memory held while the block runs: resident in this process, or allocated on its GPU.

    Parameters
    ----------
    device : torch.device
        Where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self.bytes = 0
        self._process = psutil.Process()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Give back what is free, and begin."""
        _release()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        else:
            self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        """Take the last look."""
        if self.device.type == "cuda":
            self.bytes = torch.cuda.max_memory_reserved(self.device)
        else:
            self._done.set()
            self._thread.join()
            self._look()

    def _watch(self) -> None:
        while not self._done.wait(_EVERY):
            self._look()

    def _look(self) -> None:
        self.bytes = max(self.bytes, self._process.memory_info().rss)


@dataclass(frozen=True)
class MemoryNeed:
    """What a pass needs: so much in any case, and so much for each token that is read at once.

    Parameters
    ----------
    fixed : float
        Bytes of weights, gradients, the optimiser and, on a CPU, the program itself.
    per_token : float
        Bytes of a token.
    """

    fixed: float
    per_token: float

    @classmethod
    def of(cls, sizes: Sequence[int], peaks: Sequence[int]) -> MemoryNeed | None:
        """The line through two measured passes (tokens, bytes); None where it does not rise."""
        (small, large), (low, high) = sizes, peaks
        if large <= small or high <= low:
            return None
        per_token = (high - low) / (large - small)
        return cls(low - per_token * small, per_token)

    def bytes(self, tokens: int) -> float:
        """What a pass of so many tokens needs."""
        return self.fixed + self.per_token * tokens

    def largest_pass(self, available: float) -> int:
        """Tokens of the largest pass that leaves the margin free; 0 if not even 1,024 fit."""
        tokens = (available * (1 - MARGIN) - self.fixed) / self.per_token
        return max(0, int(tokens) // STEP * STEP)


def available(device: torch.device) -> int:
    """Bytes that this process could hold at present: what is free, and what it holds already."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return int(free + torch.cuda.memory_reserved(device))
    own = psutil.Process().memory_info().rss
    return min([int(psutil.virtual_memory().available + own), *limits()])


def limits(root: Path = CGROUP, own: Path = Path("/proc/self/cgroup")) -> list[int]:
    """Limits that a container or a scheduler has set (cgroups of both versions), in bytes."""
    # lines are 4:memory:/a/b in the first version and 0::/a/b in the second
    lines = own.read_text().splitlines() if own.is_file() else []
    folders = [root, root / "memory"]
    for number, controllers, path in (line.split(":", 2) for line in lines if line.count(":") >= 2):
        if number == "0" or "memory" in controllers.split(","):
            below = (root if number == "0" else root / "memory") / path.lstrip("/")
            folders += [below, *(parent for parent in below.parents if root in parent.parents)]
    files = (folder / name for folder in folders for name in ("memory.max", "memory.limit_in_bytes"))
    texts = (file.read_text().strip() for file in dict.fromkeys(files) if file.is_file())
    return [int(text) for text in texts if text.isdigit()]


def _release() -> None:
    """Hand memory that is free inside the process back to the system, where its library knows how."""
    gc.collect()
    try:
        ctypes.CDLL(None).malloc_trim(0)
    except (OSError, AttributeError, TypeError):
        return
