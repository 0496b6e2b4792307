"""What a phase takes, measured by training it for a few steps through the usual loop."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import TrainerControl, TrainerState

from wardspace.core.files import scratch_folder
from wardspace.training.faults import training_faults
from wardspace.training.forecast.memory import PeakMemory
from wardspace.training.forecast.sample import FEWEST, WARM, short, some
from wardspace.training.loop import PhaseTrainer
from wardspace.training.phase import PartPlan, Phase
from wardspace.training.schedule import Bar, Schedule
from wardspace.training.train import trainable
from wardspace.training.validation import validated


@dataclass(frozen=True)
class Measured:
    """What a few steps of a phase took.

    Parameters
    ----------
    tokens : int
        Tokens of the steps that were timed.
    training, starting : float
        Seconds of these steps, and before the first step.
    reading, checkpoint : float
        Seconds of a token that is only read, as for validation; of writing a checkpoint.
    peak_memory, checkpoint_bytes : int
        Most bytes held; bytes of a checkpoint on disk.
    """

    tokens: int
    training: float
    starting: float
    reading: float
    checkpoint: float
    peak_memory: int
    checkpoint_bytes: int


def measured(phase: Phase, seconds: float, scratch: Path) -> Measured:
    """Train a phase for some seconds on batches from all over its plan; the weights are of no use afterwards.

    Parameters
    ----------
    phase : Phase
        What would be trained.
    seconds : float
        How long to time steps: warming up, validation and a checkpoint come on top.
    scratch : Path
        A folder on the file system where checkpoints would go; what is written there is removed.

    Raises
    ------
    WardspaceError
        If a loss is no finite number, or a pass does not fit into memory.
    """
    with (
        trainable(phase) as weights,
        training_faults(phase.what, phase.pass_tokens, lambda: "none, this was to measure"),
        scratch_folder(scratch / "plan") as folder,
        PeakMemory(phase.device) as memory,
    ):
        start = time.perf_counter()
        weights.module.to(phase.device)
        tried = _shortened(phase, folder)
        clock = Clock(tried, seconds, memory)
        trainer = PhaseTrainer(tried, weights, clock, Bar(tried.plan.tokens, lambda step=1: None))
        trainer.run()
        reading = _seconds(lambda: validated(tried, weights.objectives, phase.device))
        checkpoint = _seconds(lambda: trainer._save_checkpoint(weights.module, None))
        written = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
    return Measured(
        tokens=int(tried.plan.tokens[WARM : WARM + clock.timed].sum()),
        training=clock.stopped - clock.warm,
        starting=clock.begun - start,
        reading=reading / max(1, sum(int(plan.validation.tokens.sum()) for plan in tried.plans)),
        checkpoint=checkpoint,
        peak_memory=memory.bytes,
        checkpoint_bytes=written,
    )


def _shortened(phase: Phase, folder: Path) -> Phase:
    """The phase with a few batches to train on, and as many tokens to validate on as an update reads."""
    parts = []
    for part, plan in zip(phase.parts, phase.plans, strict=True):
        validation = some(plan.validation, float(plan.training.tokens.mean()))
        parts.append(replace(part, plan=PartPlan(short(plan.training, phase.pass_tokens), validation)))
    options = replace(phase.options, evaluations=0, keep_best=False)
    return replace(phase, parts=tuple(parts), options=options, folder=folder)


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


class Clock(Schedule):
    """Ends a training when enough steps are timed, or when it sees that the next will not fit into memory.

    Attributes
    ----------
    timed : int
        Steps that were timed; the first of the plan only warm up (`sample.short`).
    begun, warm, stopped : float
        Seconds of the clock at the first step, and around the steps that were timed.
    """

    def __init__(self, phase: Phase, seconds: float, memory: PeakMemory) -> None:
        super().__init__(set(), lambda: False)
        self.phase, self.seconds, self.memory = phase, seconds, memory
        self.timed = 0
        self.begun = self.warm = self.stopped = 0.0

    def on_step_begin(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when the first step began."""
        if state.global_step == 0:
            self.begun = self._now()

    def on_pre_optimizer_step(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """After the first gradient, that of a part of a pass, see whether a whole one will fit."""
        if state.global_step == 0:
            self.memory.check_fits(self.phase)

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> TrainerControl:
        """Count the step; end if it was the last that is needed."""
        control = super().on_step_end(args, state, control, **kwargs)
        self.timed, self.stopped = state.global_step - WARM, self._now()
        if self.timed <= 0:
            self.warm = self.stopped
        enough = self.timed >= FEWEST and self.stopped - self.warm >= self.seconds
        control.should_training_stop = enough or state.global_step >= len(self.phase.plan)
        return control

    def _now(self) -> float:
        if self.phase.device.type == "cuda":
            torch.cuda.synchronize(self.phase.device)
        return time.perf_counter()
