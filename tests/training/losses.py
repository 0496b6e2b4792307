"""The loss of an objective on a few notes of random tokens."""

from __future__ import annotations

import torch

from tests.fixtures.objectives import random_examples
from wardspace.objectives import Objective, Reading


def loss_of(objective: Objective, epoch: int = 0) -> torch.Tensor:
    """With its graph, ready for `backward`."""
    batch = objective.collate([Reading(example, epoch) for example in random_examples(objective.masked, [60, 70])])
    output = objective(**batch) if isinstance(batch, dict) else objective(batch)
    return output.loss
