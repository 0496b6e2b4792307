"""The most memory that a training holds, and what there is."""

from __future__ import annotations

import ctypes
import gc
import threading
from contextlib import suppress
from pathlib import Path
from typing import Self

import psutil
import torch

from wardspace.core.errors import WardspaceError
from wardspace.training.forecast.sample import PART
from wardspace.training.phase import Phase

MARGIN = 0.2
"""Share of the memory that the advice leaves free."""
CGROUP = Path("/sys/fs/cgroup")


class PeakMemory:
    """The most memory held while the block runs: resident in this process, or reserved on its GPU.

    Parameters
    ----------
    device : torch.device
        Where the work is done.
    """

    def __init__(self, device: torch.device) -> None:
        self.device = device
        self._most = 0
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Self:
        """Give back what is free, and begin."""
        gc.collect()
        if self.device.type == "cuda":
            torch.cuda.empty_cache()
            torch.cuda.reset_peak_memory_stats(self.device)
        with suppress(OSError, AttributeError, TypeError):  # a C library that cannot
            ctypes.CDLL(None).malloc_trim(0)
        self.before = self.bytes
        self._thread.start()
        return self

    def __exit__(self, *fault: object) -> None:
        """Take the last look."""
        self._done.set()
        self._thread.join()
        _ = self.bytes

    @property
    def bytes(self) -> int:
        """The most so far."""
        cuda = self.device.type == "cuda"
        now = torch.cuda.max_memory_reserved(self.device) if cuda else psutil.Process().memory_info().rss
        self._most = max(self._most, now)
        return self._most

    def _watch(self) -> None:
        while not self._done.wait(0.01):
            _ = self.bytes

    def check_fits(self, phase: Phase) -> None:
        """See whether a pass fits, once the gradient of a part of it is known and no optimiser state is there yet.

        Parameters
        ----------
        phase : Phase
            What is trained.

        Raises
        ------
        WardspaceError
            If it does not fit, with a size that does.
        """
        there, tokens = available(self.device), phase.pass_tokens
        learning = (p for objective in phase.objectives for p in objective.parameters() if p.requires_grad)
        gradients = sum(p.numel() * p.element_size() for p in learning)
        fixed = self.before + 3 * gradients  # Adam keeps twice as much
        rest = PART * max(0, self.bytes - self.before - gradients)
        if fixed + rest <= there:
            return
        fits = int(tokens * (there * (1 - MARGIN) - fixed) / max(1, rest)) // 16 * 16
        raise WardspaceError(
            f"{phase.what}: a pass of {tokens:,} tokens needs about {(fixed + rest) / 2**30:.1f} GiB, with"
            f" {there / 2**30:.1f} GiB there",
            where="pass_tokens",
            fix=f"set pass_tokens={fits}" if fits > 0 else "use a smaller base, or a machine with more memory",
        )


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
