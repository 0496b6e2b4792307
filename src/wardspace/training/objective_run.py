"""One objective of a model: its plan, the warm-up of a new head, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
import torch

from wardspace.config import ObjectiveConfig, TrainingConfig
from wardspace.core.errors import RecipeError
from wardspace.core.progress import progress
from wardspace.core.seeds import derive
from wardspace.models import hardware
from wardspace.objectives import Objective
from wardspace.results import LossPoint, StageCost
from wardspace.training.data.holdout import hold_out
from wardspace.training.data.notes import Notes
from wardspace.training.data.plan import Plan, Planner
from wardspace.training.phase import Phase, PhaseRecord
from wardspace.training.weights.optimiser import parameter_count, trains_word_head
from wardspace.training.weights.processes import Processes

HEAD_LEARNING_RATE = 1e-3
"""Highest learning rate of a new masked-word head's warm-up: it starts from nothing, and the encoder is frozen."""
FEWEST_STEPS = 8
"""A budget too small for as many full batches gets smaller ones: one step of a full batch would overspend it."""


@dataclass(frozen=True)
class Stage:
    """One objective with its share of the budget.

    Parameters
    ----------
    index : int
        Its place in the sequence.
    config, objective : ObjectiveConfig, Objective
        What is trained.
    notes : Notes
        All notes that adaptation may see.
    usable : bool [n]
        Notes the objective can use.
    plan, validation : Plan
        Batches.
    training : TrainingConfig
        Options of the loop.
    new_head : bool
        Whether the masked-word head it uses is untrained at its start.
    looked : list of float
        Seconds that looking at the notes before training took; of a stage done earlier none.
    """

    index: int
    config: ObjectiveConfig
    objective: Objective
    notes: Notes
    usable: npt.NDArray[np.bool_]
    plan: Plan
    validation: Plan
    training: TrainingConfig
    new_head: bool
    looked: list[float] = field(default_factory=list)

    def look_ahead(self, device: torch.device, processes: Processes, *, show_progress: bool) -> None:
        """Let the objective work out what it has to know of the notes in the plan; the time counts as the stage's."""
        began = time.monotonic()
        read = np.unique(np.concatenate([self.plan.readings[:, 0], self.validation.readings[:, 0]]))
        found = self.objective.to(device).prepare_targets(
            [self.notes[index] for index in read.tolist()],
            lambda: hardware.autocast(self.training.precision, device),
            show_progress=show_progress,
        )
        # rounding differs from machine to machine, and places must not
        self.objective.set_targets(processes.broadcast(found))
        self.looked.append(time.monotonic() - began)

    @property
    def what(self) -> str:
        """Name in messages."""
        return f"{self.config.kind} (stage {self.index + 1})"

    def phases(self, folder: Path, device: torch.device, processes: Processes) -> list[Phase]:
        """The warm-up of a new head, if there is one and the plan has two steps, then the objective itself."""
        main = Phase(
            what=self.what,
            objective=self.objective,
            examples=self.notes,
            plan=self.plan,
            validation=self.validation,
            training=self.training,
            learning_rate=self.training.learning_rate,
            head_only=False,
            evaluations=self.training.evaluations,
            keep_best=True,
            seed=_torch_seed(self.training.seed, "main", self.index),
            folder=folder / f"stage-{self.index}",
            device=device,
            processes=processes,
        )
        share = self.objective.head_warmup
        if not (self.new_head and share > 0 and len(self.plan) > 1):
            return [main]
        first, rest = self.plan.cut(share * float(self.plan.tokens.sum()))
        head = replace(
            main,
            what=f"the masked-word head of {self.what}",
            plan=first,
            learning_rate=HEAD_LEARNING_RATE,
            head_only=True,
            evaluations=0,
            keep_best=False,
            seed=_torch_seed(self.training.seed, "head", self.index),
            folder=folder / f"stage-{self.index}-head",
        )
        return [head, replace(main, plan=rest)]

    def cost(self, records: Sequence[PhaseRecord], device: torch.device, processes: int) -> StageCost:
        """What the stage read, took and changed."""
        tokens = int(self.plan.tokens.sum())
        return StageCost(
            objective=self.config.kind,
            options=self.config.model_dump(mode="json"),
            tokens=tokens,
            padding=1 - tokens / sum(record.positions for record in records),
            notes_seen=self.plan.notes_seen,
            notes_read=self.plan.notes_read,
            notes_left_out=int((self.notes.trainable & ~self.usable).sum()),
            steps=len(self.plan),
            batch_tokens=tokens / len(self.plan),
            batch_notes=self.plan.notes_per_batch,
            processes=processes,
            seconds=sum(record.seconds for record in records) + sum(self.looked),
            parameters_updated=sum({name: size for r in records for name, size in r.updated.items()}.values()),
            parameters=parameter_count(self.objective),
            device=hardware.describe(self.training.precision, device),
            losses=_losses(records),
        )


def make_stages(
    configs: Sequence[ObjectiveConfig],
    objectives: Sequence[Objective],
    notes: Notes,
    *,
    budget: int,
    training: TrainingConfig,
    new_head: bool,
    show_progress: bool = True,
) -> list[Stage]:
    """Share the budget evenly (the last stage takes the remainder) and plan every stage.

    Parameters
    ----------
    configs, objectives : sequence of ObjectiveConfig, sequence of Objective
        The objectives in their order.
    notes : Notes
        All notes that adaptation may see.
    budget : int
        Tokens for all stages together.
    training : TrainingConfig
        Options of the loop.
    new_head : bool
        Whether the masked-word head is untrained at the start.
    show_progress : bool
        Show a bar.

    Raises
    ------
    WardspaceError
        If an objective can use no note, or no patient would be left to train on.
    """
    usable = [np.fromiter(map(objective.usable, notes), np.bool_, len(notes)) for objective in objectives]
    for config, mask in zip(configs, usable, strict=True):
        _check_usable(config, mask & notes.trainable)
    held = hold_out(notes.patients, notes.trainable, usable, share=training.holdout, most=training.holdout_notes)
    even = budget // len(configs)
    shares = [even] * (len(configs) - 1) + [budget - even * (len(configs) - 1)]
    stages: list[Stage] = []
    with progress("planning batches (tokens)", budget, show=show_progress) as advance:
        for index, (config, objective, mask) in enumerate(zip(configs, objectives, usable, strict=True)):
            _check_usable(config, mask & ~held.barred)
            batch_tokens = min(training.batch_tokens, max(1, shares[index] // FEWEST_STEPS))
            planner = Planner(objective, notes, training.seed, batch_tokens)
            stages.append(
                Stage(
                    index=index,
                    config=config,
                    objective=objective,
                    notes=notes,
                    usable=mask,
                    plan=planner.training(np.flatnonzero(mask & ~held.barred).tolist(), max(1, shares[index]), advance),
                    validation=planner.validation(held.validating[mask[held.validating]].tolist()),
                    training=training,
                    new_head=new_head,
                )
            )
            new_head = new_head and not trains_word_head(objective)
    return stages


def _check_usable(config: ObjectiveConfig, usable: npt.NDArray[np.bool_]) -> None:
    if not usable.any():
        raise RecipeError(
            f"the objective {config.kind!r} can use none of the notes it may train on",
            where="adapt.objectives",
            fix="for declutr, `spans: scaled` keeps short notes in; for category, choose columns that have values",
        )


def _losses(records: Sequence[PhaseRecord]) -> list[LossPoint]:
    """Losses of the last phase (a warm-up takes none), with tokens counted from the start of the stage."""
    before = sum(record.tokens for record in records[:-1])
    return [point.model_copy(update={"tokens": point.tokens + before}) for point in records[-1].losses]


def _torch_seed(*keys: str | int) -> int:
    # the Trainer hands its seed to NumPy's old generator too, which takes 32 bits
    return derive(*keys) % 2**32
