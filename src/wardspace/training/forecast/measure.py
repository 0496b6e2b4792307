"""What training takes, measured by training for a few seconds through the same path."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import torch

from wardspace.core.progress import Advance
from wardspace.objectives.micro_batches import TokenLimit
from wardspace.training.checkpoints import save_weights
from wardspace.training.data.plan import Plan
from wardspace.training.faults import training_faults
from wardspace.training.forecast.energy import Meter, Operations, counters
from wardspace.training.forecast.memory import MemoryNeed, PeakMemory
from wardspace.training.forecast.probe import Probe, reading_in
from wardspace.training.forecast.sample import sample
from wardspace.training.forecast.stopwatch import FEWEST, Laps, Stopwatch
from wardspace.training.loop import Bar, PhaseTrainer
from wardspace.training.phase import Phase
from wardspace.training.run import trainable
from wardspace.training.weights.sharding import Weights

_MOST = 4096
"""Batches of a sample at most: more than a GPU reads in the time."""
_MOST_PARTS = 64
_VALIDATING = 0.15
"""Share of the time that validation may take; if it would take more, part of it is measured."""


@dataclass(frozen=True)
class Timing:
    """Seconds of the parts of a phase.

    Parameters
    ----------
    laps : Laps
        The steps that were timed.
    starting : float
        Before the first step and, reading the best weights back, after the last.
    validation : float
        One validation, all its notes; 0 for a head's warm-up.
    checkpoint : float
        Writing a checkpoint; 0 for a head's warm-up.
    """

    laps: Laps
    starting: float
    validation: float
    checkpoint: float


@dataclass(frozen=True)
class Trial:
    """A phase to be tried out.

    Parameters
    ----------
    phase : Phase
        What would be trained; its `trainable` must be in force.
    every : int
        Read every so-manieth reading of a batch.
    room : TokenLimit
        How much is read at once.
    pace : float
        About how many seconds a token takes.
    seconds : float
        How long to time steps.
    """

    phase: Phase
    every: int
    room: TokenLimit
    pace: float
    seconds: float

    def timing(self, folder: Path, meter: Meter, advance: Advance) -> Timing:
        """Train a sample of the plan, and read the clock.

        Parameters
        ----------
        folder : Path
            Where a checkpoint goes.
        meter : Meter
            Told of the time that counts.
        advance : Advance
            Told the seconds gone by.
        """
        phase, plan, validating = self.phase, self._plan(), self._validating()
        finish, parts = phase.keep_best, self.every > 1
        watch = Stopwatch(plan.tokens, self.seconds, phase.device, meter, advance, finish=finish, parts=parts)
        short = replace(phase, plan=plan, validation=validating, evaluations=0, folder=folder)
        start = time.perf_counter()
        with reading_in(phase.objective, self.room):
            weights = Weights(phase.objective, phase.processes)
            PhaseTrainer(short, weights, watch, Bar(plan.tokens, lambda step=1: None)).run()
        moments = watch.moments
        last = moments["saved"] if finish else moments["stopped"]
        starting = moments["begun"] - start + time.perf_counter() - last
        if not finish:
            return Timing(watch.laps, starting, validation=0.0, checkpoint=0.0)
        share = float(validating.tokens.sum() / phase.validation.tokens.sum())
        return Timing(
            watch.laps,
            starting,
            validation=(moments["validated"] - moments["stopped"]) / share,
            checkpoint=moments["saved"] - moments["validated"],
        )

    def _plan(self) -> Plan:
        phase, most = self.phase, _MOST if self.every == 1 else _MOST_PARTS
        return sample(phase.plan, phase.objective, phase.examples, most=most, fewest=1 + FEWEST, every=self.every)

    def _validating(self) -> Plan:
        """As much of the validation as may be read, a forward pass being a third of a training step."""
        phase, whole = self.phase, self.phase.validation
        if not phase.keep_best:
            return whole
        expected = float(whole.tokens.sum()) * self.pace / 3
        share = _VALIDATING * self.seconds / expected
        if share >= 1:
            return whole
        most = max(1, round(len(whole) * share * self.every))
        return sample(whole, phase.objective, phase.examples, most=most, every=self.every)


_FAIR = 2048
"""Tokens of a pass that keeps a processor as busy as a larger one does."""


@dataclass(frozen=True)
class Measured:
    """What one phase takes on this machine.

    Parameters
    ----------
    timing : Timing
        Steps that were timed, and what goes on around them.
    every : int
        Each of them read every so-manieth reading of a batch; 1 is whole batches.
    weights : float
        Seconds of writing the weights, as they are kept after a phase.
    peak : int
        Most bytes held.
    operations : Operations
        Of a token.
    joules : float, optional
        While the steps were timed; None where the machine does not tell.
    sources : list of str
        What told them.
    need : MemoryNeed, optional
        What passes need; None for a head's warm-up, or where it could not be told.
    """

    timing: Timing
    every: int
    weights: float
    peak: int
    operations: Operations
    joules: float | None
    sources: list[str]
    need: MemoryNeed | None


def measured(phase: Phase, seconds: float, scratch: Path, advance: Advance) -> Measured:
    """Train a phase for some seconds on batches from all over its plan; the weights are of no use afterwards.

    Parameters
    ----------
    phase : Phase
        What would be trained.
    seconds : float
        How long to time steps: warm-up, validation, a checkpoint and a look at the memory come on top.
    scratch : Path
        A folder on the file system where the checkpoints would go; what is written there is removed.
    advance : Advance
        Told the seconds gone by.

    Raises
    ------
    WardspaceError
        If a loss is no finite number, or a pass does not fit into memory.
    """
    with (
        trainable(phase),
        training_faults(phase.what, phase.pass_tokens, lambda: "none, this was to measure"),
        TemporaryDirectory(prefix=".plan-", dir=scratch) as folder,
    ):
        phase.objective.to(phase.device)
        probe = Probe(phase)
        counted, pace = probe.operations()
        need = None if phase.head_only else probe.memory()
        phase.objective.zero_grad()
        every = _every(phase, pace, seconds, rereads=probe.rereads)
        meter = Meter(counters(phase.device))
        with PeakMemory(phase.device) as peak:
            trial = Trial(phase, every, _room(phase, every, rereads=probe.rereads), pace, seconds)
            timing = trial.timing(Path(folder), meter, advance)
        weights = _weights_written(phase, Path(folder))
    return Measured(
        timing=timing,
        every=every,
        weights=weights,
        peak=max(peak.bytes, round(need.bytes(phase.pass_tokens)) if need else 0),
        operations=counted,
        joules=meter.joules,
        sources=meter.sources,
        need=need,
    )


def _every(phase: Phase, pace: float, seconds: float, *, rereads: bool) -> int:
    """Which part of a batch is read at a step, so that the fewest steps take about the time that there is.

    A part has room for a pass of a fair size, or for two where several are read in another way than one, and it holds
    two readings.
    """
    plan = phase.plan
    batch = float(plan.tokens.sum()) / len(plan)
    most = min(batch / (_FAIR * (1 + rereads)), int(np.diff(plan.starts).min()) // 2)
    return max(1, min(math.ceil(FEWEST * batch * pace / seconds), int(most)))


def _room(phase: Phase, every: int, *, rereads: bool) -> TokenLimit:
    """How much is read at once: parts of batches that take several passes take two."""
    usual = phase.objective.setting.reading
    part = int(phase.plan.tokens.sum()) // len(phase.plan) // every
    return replace(usual, tokens=min(usual.tokens, part * 3 // 5)) if rereads and every > 1 else usual


def _weights_written(phase: Phase, folder: Path) -> float:
    """Seconds that the weights alone take, as they are kept after a phase."""
    start = time.perf_counter()
    save_weights(phase.objective.model, folder / "weights")
    if phase.device.type == "cuda":
        torch.cuda.synchronize(phase.device)
    return time.perf_counter() - start
