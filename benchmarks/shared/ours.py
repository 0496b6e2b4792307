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
from wardspace.training.data.plan import Plan
from wardspace.training.data.source import FixedSource
from wardspace.training.data.updates import UpdatePlan, Updates, loader
from wardspace.training.phase import Part, PartPlan, Phase, TrainingOptions
from wardspace.training.train import run_phase, trainable

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
        source = FixedSource(self.examples)
        part = Part(self.objective, source, plan=PartPlan(plan, plan))
        training = TrainingOptions("benchmark", TrainingConfig(**options), evaluations=0, keep_best=False, seed=SEED)
        return Phase({"shared": self.objective.model}, (part,), training, folder)


def encoder_alone(trained: Trained, steps: int) -> Callable[[], int]:
    """The limit: the same batches through the encoder, forward and backward, with no head, loss or update."""
    plan, where = trained.plan(steps), hardware.device()
    phase = trained.phase(plan, Path())
    updates = Updates([(trained.objective, FixedSource(trained.examples))], UpdatePlan.of([plan]))
    batches = [update.to(where).batches[0] for update in loader(updates)]
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
