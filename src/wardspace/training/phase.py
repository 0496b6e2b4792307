"""One phase of training: an objective over one plan, or the warm-up of its masked-word head."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch

from wardspace.config import TrainingConfig
from wardspace.objectives import Objective, Unit
from wardspace.results import LossPoint
from wardspace.training.data.plan import Plan
from wardspace.training.weights.processes import Processes


@dataclass(frozen=True)
class Phase:
    """All that decides what a phase does.

    Parameters
    ----------
    what : str
        Its name in messages.
    objective : Objective
        What is trained; its parameters say which of them may change.
    examples : sequence of Unit
        All notes.
    plan, validation : Plan
        Batches to train on and to validate on.
    training : TrainingConfig
        Options of the loop.
    learning_rate : float
        Highest learning rate of this phase.
    head_only : bool
        Train nothing but the masked-word head.
    evaluations : int
        How often to validate and save, beside the validation before the first step; 0 does neither.
    keep_best : bool
        End with the weights of the lowest validation loss, else with the last.
    seed : int
        Seed of dropout.
    folder : Path
        Where checkpoints go.
    device : torch.device
        Where it runs.
    processes : Processes
        Who trains together.
    """

    what: str
    objective: Objective
    examples: Sequence[Unit]
    plan: Plan
    validation: Plan
    training: TrainingConfig
    learning_rate: float
    head_only: bool
    evaluations: int
    keep_best: bool
    seed: int
    folder: Path
    device: torch.device
    processes: Processes

    @property
    def pass_tokens(self) -> int:
        """Tokens that are read at once."""
        return self.objective.setting.reading.tokens


@dataclass(frozen=True)
class PhaseRecord:
    """What a phase did.

    Parameters
    ----------
    what : str
        Its name.
    tokens : int
        Tokens read, padding not counted.
    seconds : float
        Wall-clock seconds.
    positions : int
        Positions read, padding counted.
    updated : dict of str to int
        Parameters that received updates, with their sizes; low-rank additions stand for themselves.
    losses : list of LossPoint
        Validation losses, the first before training; tokens count from the start of the phase.
    history : list of dict
        Training loss, its parts and the learning rate over the steps.
    """

    what: str
    tokens: int
    seconds: float
    positions: int
    updated: dict[str, int]
    losses: list[LossPoint]
    history: list[dict[str, float]]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {**asdict(self), "losses": [point.model_dump() for point in self.losses]}

    @classmethod
    def of(cls, values: dict[str, Any]) -> PhaseRecord:
        """Read plain values back."""
        return cls(**{**values, "losses": [LossPoint(**point) for point in values["losses"]]})
