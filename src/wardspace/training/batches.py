"""Batches of a plan as the Trainer asks for them: each process its share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from wardspace.objectives import Example, Objective, Reading
from wardspace.objectives.passes import Batch
from wardspace.training.plan import Place, Plan


class Readings(Dataset[Reading]):
    """Readings by their place (index of the note, epoch, piece)."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self.examples = examples

    def __getitem__(self, place: Place) -> Reading:
        """One reading."""
        note, epoch, piece = place
        return Reading(self.examples[note], epoch, piece)

    def __len__(self) -> int:
        """Number of notes."""
        return len(self.examples)


class PlannedBatches(Sampler[list[Place]]):
    """The batches of a plan, in its order; of n processes each takes every n-th reading of a batch.

    Parameters
    ----------
    plan : Plan
        Batches of all processes together.
    rank, processes : int
        Number of this process, and how many there are. Where lengths are grouped, neighbours in a batch are about as
        long as each other, so that all processes get about as much to do; one may get nothing of a small batch.
    """

    def __init__(self, plan: Plan, rank: int = 0, processes: int = 1) -> None:
        self.plan = plan
        self.share = slice(rank, None, processes)

    def __iter__(self) -> Iterator[list[Place]]:
        """Places of one batch after the other."""
        return (self.plan.batch(index)[self.share] for index in range(len(self.plan)))

    def __len__(self) -> int:
        """Number of batches."""
        return len(self.plan)


def loader(
    objective: Objective,
    examples: Sequence[Example],
    batches: PlannedBatches,
    *,
    pin: bool = False,
    workers: int = 0,
) -> DataLoader[Batch]:
    """Collated batches of a plan.

    Its own generator keeps the loader from drawing on torch's global one, which dropout depends on. What a batch holds
    is a function of seed, epoch and note, whatever the number of workers.
    """
    return DataLoader(
        Readings(examples),  # type: ignore[arg-type]  # what is collated is of another type than what is read
        batch_sampler=batches,
        collate_fn=objective.collate,
        num_workers=workers,
        pin_memory=pin,
        generator=torch.Generator(),
    )
