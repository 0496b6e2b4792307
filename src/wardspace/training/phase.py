"""What one run of the loop is given: parts, options, where its checkpoints go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn

from wardspace.config import TrainingConfig
from wardspace.core.progress import Advance
from wardspace.models import hardware
from wardspace.objectives import Objective
from wardspace.results import LossPoint
from wardspace.training.combine import Combiner, Penalty, WeightedSum
from wardspace.training.data.plan import Plan, Planner
from wardspace.training.data.source import Source, trained_on
from wardspace.training.data.updates import UpdatePlan
from wardspace.training.weights.processes import Processes

FEWEST_STEPS = 8
"""A budget too small for as many full batches gets smaller ones: one step of a full batch would overspend it."""


@dataclass(frozen=True)
class EarlyStop:
    """Stop training a part when validation gains no more.

    Parameters
    ----------
    patience : int
        Evaluations in a row without a new best value.
    """

    patience: int


@dataclass(frozen=True)
class PartPlan:
    """Batches of a part to train on and to validate on."""

    training: Plan
    validation: Plan


@dataclass(frozen=True)
class Part:
    """One objective with what it learns from; several parts may train one model together.

    Parameters
    ----------
    objective : Objective
        What is predicted; its parameters say which of them may change.
    source : Source
        The units to learn from.
    share : float
        Its share of the tokens, beside those of the other parts.
    model : str
        Which model it trains, by the name that `train` knows it under.
    stop : EarlyStop, optional
        When to stop early; by default never.
    plan : PartPlan, optional
        Its batches, where they were made beforehand.
    """

    objective: Objective
    source: Source
    share: float = 1.0
    model: str = "shared"
    stop: EarlyStop | None = None
    plan: PartPlan | None = None


@dataclass(frozen=True)
class TrainingOptions:
    """How long and in what way a run of the loop trains.

    Parameters
    ----------
    what : str
        Its name in messages.
    training : TrainingConfig
        Batch, learning rate, precision, freezing, low-rank additions.
    tokens, epochs : int, optional
        How much is read: tokens of all parts together, or passes over the units of each part. One of the two.
    learning_rate : float, optional
        Highest learning rate, where it is not that of `training`.
    head_only : bool
        Train nothing but the head for words.
    evaluations : int, optional
        How often to validate and save after the validation before the first step (0 does neither); by default as
        `training` says.
    keep_best : bool
        End with the best weights by validation, else with the last.
    seed : int, optional
        Seed of dropout and low-rank additions; by default that of `training`.
    device : torch.device
        Where it runs.
    processes : Processes
        Who trains together.
    """

    what: str
    training: TrainingConfig
    tokens: int | None = None
    epochs: int | None = None
    learning_rate: float | None = None
    head_only: bool = False
    evaluations: int | None = None
    keep_best: bool = True
    seed: int | None = None
    device: torch.device = field(default_factory=hardware.device)
    processes: Processes = field(default_factory=Processes)


@dataclass(frozen=True)
class Phase:
    """All that decides what a run of the loop does.

    Parameters
    ----------
    models : mapping of str to Module
        The models by name.
    parts : tuple of Part
        What they are trained with, each with its plan.
    options : TrainingOptions
        How long and in what way.
    folder : Path
        Where checkpoints go.
    combine : Combiner
        How the gradients of the parts become one.
    penalties : sequence of Penalty
        What is added to the loss of every update.
    """

    models: Mapping[str, nn.Module]
    parts: tuple[Part, ...]
    options: TrainingOptions
    folder: Path
    combine: Combiner = field(default_factory=WeightedSum)
    penalties: Sequence[Penalty] = ()

    @property
    def what(self) -> str:
        """Its name in messages."""
        return self.options.what

    @property
    def training(self) -> TrainingConfig:
        """Options of the loop."""
        return self.options.training

    @property
    def device(self) -> torch.device:
        """Where it runs."""
        return self.options.device

    @property
    def processes(self) -> Processes:
        """Who trains together."""
        return self.options.processes

    @property
    def evaluations(self) -> int:
        """How often to validate and save."""
        asked = self.options.evaluations
        return self.training.evaluations if asked is None else asked

    @property
    def learning_rate(self) -> float:
        """Highest learning rate."""
        return self.options.learning_rate or self.training.learning_rate

    @property
    def seed(self) -> int:
        """Seed of dropout and low-rank additions, in the 32 bits that NumPy's old generator takes."""
        return (self.training.seed if self.options.seed is None else self.options.seed) % 2**32

    @property
    def part(self) -> Part:
        """The part of a phase that has one."""
        (part,) = self.parts
        return part

    @property
    def objectives(self) -> list[Objective]:
        """The objectives of the parts."""
        return [part.objective for part in self.parts]

    @property
    def plans(self) -> list[PartPlan]:
        """The batches of the parts."""
        return [part.plan for part in self.parts if part.plan]

    @cached_property
    def plan(self) -> UpdatePlan:
        """Which batches each update reads."""
        return UpdatePlan.of([plan.training for plan in self.plans])

    @property
    def pass_tokens(self) -> int:
        """Tokens that are read at once."""
        return max(objective.setting.reading.tokens for objective in self.objectives)


def planned(parts: Sequence[Part], options: TrainingOptions, advance: Advance | None = None) -> list[PartPlan]:
    """Make the batches of parts that train together.

    Each update reads about `batch_tokens` tokens, of every part its share; with a budget of tokens each part reads its
    share of it, with epochs each part reads its units so often and `batch_tokens` is that of each part alone.

    Parameters
    ----------
    parts : sequence of Part
        What trains.
    options : TrainingOptions
        How much is read.
    advance : Advance, optional
        Told the tokens planned.
    """
    total, training = sum(part.share for part in parts), options.training
    plans = []
    for part in parts:
        share = part.share / total
        budget = None if options.tokens is None else max(1, round(options.tokens * share))
        batch = max(1, round(training.batch_tokens * (share if options.epochs is None else 1)))
        if budget is not None:
            batch = min(batch, max(1, budget // FEWEST_STEPS))
        planner = Planner(part.objective, part.source, training.seed, batch)
        units = part.source.units(0)
        usable = np.fromiter(map(part.objective.usable, units), np.bool_, len(units))
        chosen = np.flatnonzero(usable & trained_on(part.source)).tolist()
        held = part.source.validation
        plans.append(
            PartPlan(
                planner.training(chosen, budget, advance, epochs=options.epochs),
                planner.validation(held[usable[held]].tolist()),
            )
        )
    return plans


@dataclass(frozen=True)
class TrainingRecord:
    """What a run of the loop did.

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
        Validation losses, the first before training; tokens count from the start.
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
    def of(cls, values: dict[str, Any]) -> TrainingRecord:
        """Read plain values back."""
        return cls(**{**values, "losses": [LossPoint(**point) for point in values["losses"]]})
