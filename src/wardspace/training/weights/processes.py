"""The processes that train together, one on each GPU or share of a CPU, and what they tell each other."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterable
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import torch
from torch import distributed, nn

from wardspace.core.errors import WardspaceError
from wardspace.models import hardware

T = TypeVar("T")

_FSDP, _DEEPSPEED = "ACCELERATE_USE_FSDP", "ACCELERATE_USE_DEEPSPEED"
PATIENCE = timedelta(days=7)
"""How long a process waits for the others: while one prepares and evaluates, the rest have nothing to do."""


class Processes:
    """The processes started together by `torchrun` or `accelerate launch`; a plain start is one process.

    Every method but `rank` and `count` must be called by all of them.
    """

    def __init__(self) -> None:
        _check_asked()
        self.share = _asked_to_share()
        """Whether `accelerate launch --use_fsdp` started them: then they share weights out, whatever the study says."""
        if int(os.environ.get("WORLD_SIZE", "1")) > 1 and not distributed.is_initialized():
            _join()

    @property
    def rank(self) -> int:
        """Number of this process, from 0."""
        return distributed.get_rank() if distributed.is_initialized() else 0

    @property
    def count(self) -> int:
        """How many there are."""
        return distributed.get_world_size() if distributed.is_initialized() else 1

    @property
    def first(self) -> bool:
        """Whether this is the one that writes files and speaks."""
        return self.rank == 0

    def wait(self) -> None:
        """Go on when all have come here."""
        if self.count > 1:
            distributed.barrier()

    def part(self) -> None:
        """Go separate ways: from here on each is alone."""
        if distributed.is_initialized():
            distributed.destroy_process_group()
            # shared-out weights hold the group in cycles, and a thread of gloo that still lets go of a tensor while
            # the interpreter ends aborts the process (seen once; pytorch/pytorch#179291 describes it)
            gc.collect()

    def broadcast(self, value: T) -> T:
        """The first process's value, for all."""
        if self.count == 1:
            return value
        box: list[Any] = [value]
        distributed.broadcast_object_list(box, src=0)
        broadcast: T = box[0]
        return broadcast

    def any(self, flag: bool) -> bool:
        """Whether it is true in any of them."""
        return bool(self.summed(torch.tensor(float(flag))).item()) if self.count > 1 else flag

    def max_over(self, number: int) -> int:
        """The largest number that any of them has."""
        if self.count == 1:
            return number
        found = torch.tensor(number)
        distributed.all_reduce(found, distributed.ReduceOp.MAX)
        return int(found)

    def summed(self, values: torch.Tensor) -> torch.Tensor:
        """The sum over all processes, the same to the bit in each."""
        if self.count > 1:
            values = values.clone()
            distributed.all_reduce(values)
        return values

    def gathered(self, rows: torch.Tensor) -> tuple[torch.Tensor, slice]:
        """Rows of all processes [sum of k, …], and which of them are this one's; numbers of rows may differ."""
        if self.count == 1:
            return rows, slice(0, len(rows))
        sizes = torch.zeros(self.count, dtype=torch.int64, device=rows.device)
        sizes[self.rank] = len(rows)
        distributed.all_reduce(sizes)
        counts = sizes.tolist()
        padded = rows.new_zeros(max(counts), *rows.shape[1:])
        padded[: len(rows)] = rows
        parts = [torch.empty_like(padded) for _ in counts]
        distributed.all_gather(parts, padded)
        start = sum(counts[: self.rank])
        return torch.cat([part[:n] for part, n in zip(parts, counts, strict=True)]), slice(start, start + len(rows))

    def sum_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Replace each gradient by its sum over all processes; a parameter that none has a gradient for keeps none."""
        learning = [parameter for parameter in parameters if parameter.requires_grad]
        if self.count == 1 or not learning:
            return
        reached = self.summed(
            torch.tensor([float(parameter.grad is not None) for parameter in learning], device=learning[0].device)
        )
        for parameter, processes in zip(learning, reached.tolist(), strict=True):
            if not processes:
                continue
            if parameter.grad is None:
                parameter.grad = torch.zeros_like(parameter)
            distributed.all_reduce(parameter.grad)


def _check_asked() -> None:
    """Refuse what would otherwise be passed over in silence."""
    if _is_on(_DEEPSPEED):
        raise WardspaceError(
            "DeepSpeed is not used here",
            where=_DEEPSPEED,
            fix="start with torchrun or a plain `accelerate launch`; `training.shard: true` shares weights out (FSDP)",
        )


@cache
def _asked_to_share() -> bool:
    """Take over from accelerate, whose Trainer would wrap the model in a way that knows nothing of passes."""
    asked = _is_on(_FSDP)
    if asked:
        os.environ[_FSDP] = "false"
    return asked


def _is_on(name: str) -> bool:
    return os.environ.get(name, "").lower() in ("true", "1")


def _join() -> None:
    """Meet the others: over NCCL where each has a GPU, else over gloo."""
    where = hardware.device()
    if where.type == "cuda":
        torch.cuda.set_device(int(os.environ.get("LOCAL_RANK", "0")))
    distributed.init_process_group("cuda:nccl,cpu:gloo" if where.type == "cuda" else "gloo", timeout=PATIENCE)
