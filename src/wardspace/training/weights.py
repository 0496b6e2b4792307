"""The weights of a phase while it trains, as each process holds them: all of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch.nn.utils import clip_grad_norm_
from torch.optim import Optimizer

from wardspace.objectives import Objective
from wardspace.training.checkpoints import load_weights, save_weights
from wardspace.training.processes import Processes


class Weights:
    """Whole weights in every process. `training.sharding` has those that processes share out among themselves.

    Every method must be called by all processes.

    Parameters
    ----------
    objective : Objective
        What the processes train.
    processes : Processes
        Who trains together.
    """

    def __init__(self, objective: Objective, processes: Processes) -> None:
        self.objective = objective
        self.processes = processes

    @property
    def in_step(self) -> bool:
        """Whether all processes must read equally many passes, because reading takes all of them."""
        return False

    def sum_gradients(self) -> None:
        """Replace each gradient by its sum over all processes."""
        self.processes.sum_gradients(self.objective.parameters())

    def clip(self, most: float) -> torch.Tensor:
        """Scale all gradients so that their norm is at most `most`; their norm before."""
        return clip_grad_norm_(self.objective.parameters(), most)

    def save(self, folder: Path) -> None:
        """Write the weights whole."""
        if self.processes.first:
            save_weights(self.objective, folder)

    def load(self, folder: Path) -> None:
        """Read whole weights back."""
        load_weights(self.objective, folder)

    def optimiser_state(self, optimiser: Optimizer) -> dict[str, Any]:
        """State of the optimiser, whole."""
        return optimiser.state_dict()

    def load_optimiser(self, optimiser: Optimizer, state: dict[str, Any]) -> None:
        """Go back to a whole state."""
        optimiser.load_state_dict(state)

    def settle(self) -> None:
        """Be done with reading for now: parameters are those that the optimiser knows."""

    def finish(self) -> None:
        """Leave what was learned in the objective that the phase was given."""
