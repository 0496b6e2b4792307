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
from wardspace.objectives import Objective, Unit
from wardspace.results import LossPoint, StageCost
from wardspace.training.data.holdout import hold_out
from wardspace.training.data.notes import Notes
from wardspace.training.data.source import FixedSource
from wardspace.training.phase import Part, PartPlan, Phase, TrainingOptions, TrainingRecord, planned
from wardspace.training.train import phase_of
from wardspace.training.weights.optimiser import parameter_count, trains_word_head
from wardspace.training.weights.processes import Processes

HEAD_LEARNING_RATE = 1e-3
"""Highest learning rate of a new masked-word head's warm-up: it starts from nothing, and the encoder is frozen."""


@dataclass(frozen=True)
class Call:
    """One call of `train`: a part, how it trains, and where its checkpoints go."""

    part: Part
    options: TrainingOptions
    folder: Path

    def phase(self) -> Phase:
        """What the call will do."""
        return phase_of({self.part.model: self.part.objective.model}, [self.part], self.options, self.folder)


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
    source : FixedSource
        The same notes, and which of them validate.
    plan : PartPlan
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
    source: FixedSource
    plan: PartPlan
    training: TrainingConfig
    new_head: bool
    looked: list[float] = field(default_factory=list)

    def look_ahead(self, device: torch.device, processes: Processes, *, show_progress: bool) -> None:
        """Let the objective work out what it has to know of the notes in the plan; the time counts as the stage's."""
        began = time.monotonic()
        found = self.objective.to(device).prepare_targets(
            self._read(),
            lambda: hardware.autocast(self.training.precision, device),
            show_progress=show_progress,
        )
        # rounding differs from machine to machine, and places must not
        self.objective.set_targets(processes.broadcast(found))
        self.looked.append(time.monotonic() - began)

    def target_tokens(self) -> int:
        """Tokens that `look_ahead` reads."""
        return self.objective.target_tokens(self._read())

    def _read(self) -> list[Unit]:
        """The notes in the plan."""
        read = np.unique(np.concatenate([self.plan.training.readings[:, 0], self.plan.validation.readings[:, 0]]))
        return [self.notes[index] for index in read.tolist()]

    @property
    def what(self) -> str:
        """Name in messages."""
        return f"{self.config.kind} (stage {self.index + 1})"

    def calls(self, folder: Path, device: torch.device, processes: Processes) -> list[Call]:
        """The warm-up of a new head, if there is one and the plan has two steps, then the objective itself."""
        part = Part(self.objective, self.source, plan=self.plan)
        seed, place = self.training.seed, self.index
        main = TrainingOptions(
            self.what, self.training, seed=derive(seed, "main", place), device=device, processes=processes
        )
        share = self.objective.head_warmup
        if not (self.new_head and share > 0 and len(self.plan.training) > 1):
            return [Call(part, main, folder / f"stage-{place}")]
        first, rest = self.plan.training.cut(share * float(self.plan.training.tokens.sum()))
        head = replace(
            main,
            what=f"the head for words of {self.what}",
            learning_rate=HEAD_LEARNING_RATE,
            head_only=True,
            evaluations=0,
            keep_best=False,
            seed=derive(seed, "head", place),
        )
        plans = [PartPlan(batches, self.plan.validation) for batches in (first, rest)]
        return [
            Call(replace(part, plan=plans[0]), head, folder / f"stage-{place}-head"),
            Call(replace(part, plan=plans[1]), main, folder / f"stage-{place}"),
        ]

    def cost(self, records: Sequence[TrainingRecord], device: torch.device, processes: int) -> StageCost:
        """What the stage read, took and changed."""
        plan = self.plan.training
        tokens = int(plan.tokens.sum())
        return StageCost(
            objective=self.config.kind,
            options=self.config.model_dump(mode="json"),
            tokens=tokens,
            padding=1 - tokens / sum(record.positions for record in records),
            notes_seen=plan.notes_seen,
            notes_read=plan.notes_read,
            notes_left_out=int((self.notes.trainable & ~self.usable).sum()),
            steps=len(plan),
            batch_tokens=tokens / len(plan),
            batch_notes=plan.notes_per_batch,
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
            source = FixedSource(notes, notes.patients, held.validating)
            options = TrainingOptions(config.kind, training, tokens=max(1, shares[index]))
            (plan,) = planned([Part(objective, source)], options, advance)
            stages.append(Stage(index, config, objective, notes, mask, source, plan, training, new_head))
            new_head = new_head and not trains_word_head(objective)
    return stages


def _check_usable(config: ObjectiveConfig, usable: npt.NDArray[np.bool_]) -> None:
    if not usable.any():
        raise RecipeError(
            f"the objective {config.kind!r} can use none of the notes it may train on",
            where="adapt.objectives",
            fix=config.if_unusable,
        )


def _losses(records: Sequence[TrainingRecord]) -> list[LossPoint]:
    """Losses of the last phase (a warm-up takes none), with tokens counted from the start of the stage."""
    before = sum(record.tokens for record in records[:-1])
    return [point.model_copy(update={"tokens": point.tokens + before}) for point in records[-1].losses]
