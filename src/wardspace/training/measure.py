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
from wardspace.objectives.passes import Room
from wardspace.training.checkpoints import save_weights
from wardspace.training.energy import Meter, counters
from wardspace.training.faults import training_faults
from wardspace.training.flops import Operations
from wardspace.training.memory import MemoryNeed, PeakMemory
from wardspace.training.phase import Phase
from wardspace.training.probe import Probe
from wardspace.training.run import trainable
from wardspace.training.stopwatch import FEWEST
from wardspace.training.timing import Timing, Trial

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


def _room(phase: Phase, every: int, *, rereads: bool) -> Room:
    """How much is read at once: parts of batches that take several passes take two."""
    usual = phase.objective.setting.reading
    part = int(phase.plan.tokens.sum()) // len(phase.plan) // every
    return replace(usual, tokens=min(usual.tokens, part * 3 // 5)) if rereads and every > 1 else usual


def _weights_written(phase: Phase, folder: Path) -> float:
    """Seconds that the weights alone take, as they are kept after a phase."""
    start = time.perf_counter()
    save_weights(phase.objective.masked, folder / "weights")
    if phase.device.type == "cuda":
        torch.cuda.synchronize(phase.device)
    return time.perf_counter() - start
