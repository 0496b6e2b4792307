"""Which batches each update of the weights reads, where one or several parts train together."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt
import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from wardspace.core.processes import end_with
from wardspace.objectives import Objective, Reading
from wardspace.objectives.micro_batches import Batch
from wardspace.training.data.plan import Plan
from wardspace.training.data.source import Source

NOTHING = -1
"""In place of a batch: the update reads none of this part."""


@dataclass(frozen=True)
class UpdatePlan:
    """Updates in their order.

    Parameters
    ----------
    plans : tuple of Plan
        The batches of each part.
    reads : int64 [updates, parts]
        Which batch of each part an update reads; -1 for none.
    """

    plans: tuple[Plan, ...]
    reads: npt.NDArray[np.int64]

    @classmethod
    def of(cls, plans: Sequence[Plan]) -> UpdatePlan:
        """Spread the batches of every part evenly over as many updates as the longest plan has batches.

        So every update reads a batch of the part with most batches, and of each other part in its proportion: the
        parts' shares of the tokens hold from the first update to the last.
        """
        updates = max(len(plan) for plan in plans)
        reads = np.full((updates, len(plans)), NOTHING, dtype=np.int64)
        for part, plan in enumerate(plans):
            batches = np.arange(len(plan))
            reads[(2 * batches + 1) * updates // (2 * len(plan)), part] = batches
        return cls(tuple(plans), reads)

    def __len__(self) -> int:
        """Number of updates."""
        return len(self.reads)

    @cached_property
    def tokens(self) -> npt.NDArray[np.int64]:
        """Tokens of each update."""
        found = np.zeros(len(self), dtype=np.int64)
        for part, plan in enumerate(self.plans):
            read = self.reads[:, part]
            found[read != NOTHING] += plan.tokens[read[read != NOTHING]]
        return found

    @property
    def tokens_until(self) -> npt.NDArray[np.int64]:
        """Tokens read before each update and at the end, [updates + 1]."""
        return np.concatenate([[0], np.cumsum(self.tokens)])


@dataclass(frozen=True)
class Update:
    """The batches of one update, by the place of their part."""

    batches: Mapping[int, Batch]

    def to(self, device: torch.device) -> Update:
        """The same on a device."""
        return Update({part: batch.to(device) for part, batch in self.batches.items()})

    def pin_memory(self) -> Update:
        """The same in pinned memory (the loader asks for this)."""
        return Update({part: batch.pin_memory() for part, batch in self.batches.items()})


@dataclass(frozen=True)
class Updates(Dataset[Update]):
    """The updates of a plan, collated when they are asked for.

    Parameters
    ----------
    parts : sequence of (Objective, Source)
        What each part predicts, and from which units.
    plan : UpdatePlan
        Batches of all processes together.
    rank, processes : int
        Number of this process, and how many there are: each takes every n-th reading of a batch. Where lengths are
        grouped, neighbours in a batch are about as long as each other, so that all processes get about as much to do;
        one may get nothing of a small batch.
    """

    parts: Sequence[tuple[Objective, Source]]
    plan: UpdatePlan
    rank: int = 0
    processes: int = 1

    def __getitem__(self, index: int) -> Update:
        """One update: what it holds depends on seed, epoch and unit alone."""
        found = {}
        for part, read in enumerate(self.plan.reads[index].tolist()):
            if read != NOTHING:
                objective, _ = self.parts[part]
                found[part] = objective.collate(self.readings(part, read))
        return Update(found)

    def readings(self, part: int, batch: int) -> list[Reading]:
        """What this process reads of one batch."""
        places = self.plan.plans[part].batch(batch)[self.rank :: self.processes]
        return readings(self.parts[part][1], places)

    def __len__(self) -> int:
        """Number of updates."""
        return len(self.plan)


def readings(source: Source, places: Sequence[tuple[int, int, int]]) -> list[Reading]:
    """Readings by their places: index of the unit, epoch, piece."""
    return [Reading(source.units(epoch)[unit], epoch, piece) for unit, epoch, piece in places]


class _InOrder(Sampler[list[int]]):
    """Each update by itself, as a batch of one."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[list[int]]:
        return ([index] for index in range(self.count))

    def __len__(self) -> int:
        return self.count


def loader(updates: Updates, *, pin: bool = False, workers: int = 0) -> DataLoader[Update]:
    """Load updates in their order.

    Its own generator keeps the loader from drawing on torch's global one, which dropout depends on.
    """
    return DataLoader(
        updates,
        batch_sampler=_InOrder(len(updates)),
        collate_fn=_only,
        num_workers=workers,
        pin_memory=pin,
        worker_init_fn=partial(_begin, os.getpid()) if workers else None,
        generator=torch.Generator(),
    )


def _begin(parent: int, _worker: int) -> None:
    end_with(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that trains


def _only(updates: list[Update]) -> Update:
    return updates[0]
