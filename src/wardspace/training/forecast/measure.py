"""What a phase takes, measured by training it for a few steps through the usual loop."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import TrainerControl, TrainerState

from wardspace.training.faults import training_faults
from wardspace.training.forecast.memory import PeakMemory
from wardspace.training.forecast.sample import FEWEST, WARM, short, some
from wardspace.training.loop import PhaseTrainer
from wardspace.training.phase import PartPlan, Phase
from wardspace.training.schedule import Bar, Schedule
from wardspace.training.train import trainable


@dataclass(frozen=True)
class Measured:
    """What a few steps of a phase took.

    Parameters
    ----------
    tokens : int
        Tokens of the steps that were timed.
    training : float
        Seconds of these steps.
    starting : float
        Seconds before the first step and, reading the best weights back, after the last.
    reading : float
        Seconds of a token that is only read, as for validation; 0 where the phase does not validate.
    checkpoint : float
        Seconds that a checkpoint takes to write; 0 where the phase writes none.
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
        TemporaryDirectory(prefix=".plan-", dir=scratch) as folder,
    ):
        start = time.perf_counter()
        weights.module.to(phase.device)
        tried = _shortened(phase, Path(folder))
        with PeakMemory(phase.device) as memory:
            clock = Clock(tried, seconds, memory)
            PhaseTrainer(tried, weights, clock, Bar(tried.plan.tokens, lambda step=1: None)).run()
        end = time.perf_counter()
        written = sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file())
    at = clock.at
    validated, saved = at.get("validated", at["stopped"]), at.get("saved", at["stopped"])
    return Measured(
        tokens=int(tried.plan.tokens[WARM:][: clock.timed].sum()),
        training=at["stopped"] - at["warm"],
        starting=at["begun"] - start + end - saved,
        reading=(validated - at["stopped"]) / max(1, sum(int(plan.validation.tokens.sum()) for plan in tried.plans)),
        checkpoint=saved - validated,
        peak_memory=memory.bytes,
        checkpoint_bytes=written,
    )


def _shortened(phase: Phase, folder: Path) -> Phase:
    """The phase with a few batches to train on, and as many tokens to validate on as an update reads."""
    parts = []
    for part, plan in zip(phase.parts, phase.plans, strict=True):
        most = float(plan.training.tokens.mean())
        validation = some(plan.validation, most) if phase.options.keep_best else plan.validation
        parts.append(replace(part, plan=PartPlan(short(plan.training, phase.pass_tokens), validation)))
    return replace(phase, parts=tuple(parts), options=replace(phase.options, evaluations=0), folder=folder)


class Clock(Schedule):
    """Ends a training when enough steps are timed, with a validation and a checkpoint where the phase has any.

    Attributes
    ----------
    timed : int
        Steps that were timed; the first of the plan only warm up (`sample.short`).
    at : dict of str to float
        Seconds of the clock: `begun`, `warm`, `stopped`, and where the phase validates `validated` and `saved`.
    """

    def __init__(self, phase: Phase, seconds: float, memory: PeakMemory) -> None:
        super().__init__(set(), lambda: False)
        self.phase, self.seconds, self.memory = phase, seconds, memory
        self.timed = 0
        self.at: dict[str, float] = {}

    def on_step_begin(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when the first step began."""
        if not self.at:
            self._note("begun")

    def on_pre_optimizer_step(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """After the first gradient, that of a part of a pass, see whether a whole one will fit."""
        if state.global_step == 0:
            self.memory.check_fits(self.phase)

    def on_step_end(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> TrainerControl:
        """Count the step; end if it was the last that is needed."""
        control = super().on_step_end(args, state, control, **kwargs)
        self.timed = state.global_step - WARM
        self._note("stopped" if self.timed > 0 else "warm")
        enough = self.timed >= FEWEST and self.at["stopped"] - self.at["warm"] >= self.seconds
        if enough or state.global_step == len(self.phase.plan):
            control.should_training_stop = True
            control.should_evaluate = control.should_save = self.phase.options.keep_best
        return control

    def on_evaluate(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when validation was over."""
        self._note("validated")

    def on_save(self, args: Any, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when the checkpoint was written."""
        self._note("saved")

    def _note(self, what: str) -> None:
        if self.phase.device.type == "cuda":
            torch.cuda.synchronize(self.phase.device)
        self.at[what] = time.perf_counter()
