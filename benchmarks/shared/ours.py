"""This package's side of the training benchmarks: its own phases, from their first step to their last."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from wardspace.config import TrainingConfig
from wardspace.models import LanguageModel, hardware
from wardspace.objectives import Objective, ObjectiveSettings, Unit, Vocabulary
from wardspace.training.adapt import ROOMS
from wardspace.training.data.plan import Plan, PlannedBatches, loader
from wardspace.training.phase import Phase
from wardspace.training.run import run_phase, trainable
from wardspace.training.weights.processes import Processes

SEED = 1


def setting_of(masked: LanguageModel, window: int) -> ObjectiveSettings:
    """What `adapt` gives to objectives on this machine."""
    room = ROOMS[hardware.device().type]
    return ObjectiveSettings(Vocabulary.of(masked.tokenizer), window, "mean", SEED, {}, room)


@dataclass
class Trained:
    """An objective that each round trains anew from its first weights, over a plan of so many steps."""

    objective: Objective
    examples: Sequence[Unit]
    plan: Callable[[int], Plan]
    precision: str
    learning_rate: float
    warmup: float = 0.1

    def __post_init__(self) -> None:
        self.first = {name: value.clone() for name, value in self.objective.state_dict().items()}

    def train(self, steps: int) -> tuple[int, float]:
        """Tokens read, and the mean training loss."""
        self.objective.load_state_dict(self.first)
        plan = self.plan(steps)
        with tempfile.TemporaryDirectory(prefix="ours-") as scratch:
            record = run_phase(self.phase(plan, Path(scratch)), show_progress=False)
        return record.tokens, sum(point["loss"] for point in record.history) / len(record.history)

    def phase(self, plan: Plan, folder: Path) -> Phase:
        """One phase as a stage makes it, without validation."""
        options = {"precision": self.precision, "learning_rate": self.learning_rate, "warmup": self.warmup}
        return Phase(
            what="benchmark",
            objective=self.objective,
            examples=self.examples,
            plan=plan,
            validation=plan,
            training=TrainingConfig(**options),
            learning_rate=self.learning_rate,
            head_only=False,
            evaluations=0,
            keep_best=False,
            seed=SEED,
            folder=folder,
            device=hardware.device(),
            processes=Processes(),
        )


def encoder_alone(trained: Trained, steps: int) -> Callable[[], int]:
    """The limit: the same batches through the encoder, forward and backward, with no head, loss or update."""
    plan, where = trained.plan(steps), hardware.device()
    phase = trained.phase(plan, Path())
    batches = [batch.to(where) for batch in loader(trained.objective, trained.examples, PlannedBatches(plan))]
    masked: Any = trained.objective.model.to(where).train()

    def read() -> int:
        with trainable(phase):
            for batch in batches:
                for one in batch.micro_batches:
                    with hardware.autocast(trained.precision, where):
                        hidden = masked.hidden(one.ids, one.layout)
                    hidden.backward(torch.ones_like(hidden))
                masked.zero_grad()
        return sum(batch.tokens for batch in batches)

    return read
