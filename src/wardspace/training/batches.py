"""Batches of a plan as the Trainer asks for them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch.utils.data import DataLoader, Dataset, Sampler

from wardspace.objectives import Example, Objective, Reading
from wardspace.objectives.base import Batch
from wardspace.objectives.chunks import Chunk
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
    """The batches of a plan, in its order."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan

    def __iter__(self) -> Iterator[list[Place]]:
        """Places of one batch after the other."""
        return (self.plan.batch(index) for index in range(len(self.plan)))

    def __len__(self) -> int:
        """Number of batches."""
        return len(self.plan)


def loader(objective: Objective, examples: Sequence[Example], plan: Plan, *, pin: bool) -> DataLoader[Reading]:
    """Collated batches of a plan.

    Its own generator keeps the loader from drawing on torch's global one, which dropout depends on.
    """
    return DataLoader(
        Readings(examples),
        batch_sampler=PlannedBatches(plan),
        collate_fn=objective.collate,
        num_workers=0,
        pin_memory=pin,
        generator=torch.Generator(),
    )


def positions(batch: Batch) -> int:
    """Positions the encoder reads for a batch, padding counted."""
    chunks: list[Chunk] = [chunk for value in batch.values() if isinstance(value, list) for chunk in value]
    return sum(chunk["input_ids"].numel() for chunk in chunks)
