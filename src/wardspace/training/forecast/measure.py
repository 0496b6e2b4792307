"""What a phase takes, measured by training it for a few steps through the usual loop."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from wardspace.core.progress import Advance
from wardspace.training.faults import training_faults
from wardspace.training.forecast.clock import Clock
from wardspace.training.forecast.memory import PeakMemory
from wardspace.training.forecast.sample import short, some
from wardspace.training.loop import PhaseTrainer
from wardspace.training.phase import PartPlan, Phase
from wardspace.training.schedule import Bar
from wardspace.training.train import trainable


@dataclass(frozen=True)
class Measured:
    """What a few steps of a phase took.

    Parameters
    ----------
    steps, tokens : int
        Steps that were timed, and what they read.
    training : float
        Their seconds.
    starting : float
        Seconds before the first step and, reading the best weights back, after the last.
    reading : float
        Seconds of a token that is only read, as for validation; 0 for the warm-up of a head.
    checkpoint : float
        Seconds that a checkpoint takes to write; 0 for the warm-up of a head.
    peak_memory : int
        Most bytes held.
    """

    steps: int
    tokens: int
    training: float
    starting: float
    reading: float
    checkpoint: float
    peak_memory: int


def measured(phase: Phase, seconds: float, scratch: Path, advance: Advance) -> Measured:
    """Train a phase for some seconds on batches from all over its plan; the weights are of no use afterwards.

    Parameters
    ----------
    phase : Phase
        What would be trained.
    seconds : float
        How long to time steps: warming up, validation and a checkpoint come on top.
    scratch : Path
        A folder on the file system where checkpoints would go; what is written there is removed.
    advance : Advance
        Told the seconds gone by.

    Raises
    ------
    WardspaceError
        If a loss is no finite number, or a pass does not fit into memory.
    """
    with (
        trainable(phase) as weights,
        training_faults(phase.what, phase.pass_tokens, lambda: "none, this was to measure"),
        TemporaryDirectory(prefix=".plan-", dir=scratch) as folder,
    ):
        start = time.perf_counter()
        weights.module.to(phase.device)
        tried = _shortened(phase, Path(folder))
        with PeakMemory(phase.device) as memory:
            clock = Clock(tried, seconds, memory, advance)
            PhaseTrainer(tried, weights, clock, Bar(tried.plan.tokens, lambda step=1: None)).run()
        end = time.perf_counter()
    at = clock.moments
    validated, saved = at.get("validated", at["stopped"]), at.get("saved", at["stopped"])
    return Measured(
        steps=clock.timed,
        tokens=clock.tokens,
        training=at["stopped"] - at["warm"],
        starting=at["begun"] - start + end - saved,
        reading=(validated - at["stopped"]) / max(1, sum(int(plan.validation.tokens.sum()) for plan in tried.plans)),
        checkpoint=saved - validated,
        peak_memory=memory.bytes,
    )


def _shortened(phase: Phase, folder: Path) -> Phase:
    """The phase with a few batches to train on, and as many tokens to validate on as an update reads."""
    parts = []
    for part, plan in zip(phase.parts, phase.plans, strict=True):
        most = float(plan.training.tokens.mean())
        validation = some(plan.validation, most) if phase.options.keep_best else plan.validation
        parts.append(replace(part, plan=PartPlan(short(plan.training, phase.pass_tokens), validation)))
    return replace(phase, parts=tuple(parts), options=replace(phase.options, evaluations=0), folder=folder)
