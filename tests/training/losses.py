"""The loss of an objective on a few notes of random tokens."""

from __future__ import annotations

import torch

from tests.fixtures.objectives import random_examples
from wardspace.objectives import Objective, Reading


def loss_of(objective: Objective, epoch: int = 0) -> torch.Tensor:
    """With its graph, ready for `backward`."""
    notes = random_examples(objective.model, [60, 70])
    return objective(objective.collate([Reading(example, epoch) for example in notes])).loss
