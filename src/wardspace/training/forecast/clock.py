"""Watches a training for some seconds: when what happened, and whether the next pass fits into memory."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from wardspace.core.progress import Advance
from wardspace.training.forecast.memory import PeakMemory, available, check_fits
from wardspace.training.forecast.sample import FEWEST, PART, WARM
from wardspace.training.phase import Phase
from wardspace.training.schedule import Schedule


class Clock(Schedule):
    """Ends a training when enough steps are timed.

    Parameters
    ----------
    phase : Phase
        What is trained; the beginning of its plan only warms up (`sample.short`).
    seconds : float
        How long to time steps; two are timed in any case.
    memory : PeakMemory
        What is held meanwhile.
    advance : Advance
        Told the seconds gone by.

    Attributes
    ----------
    timed, tokens : int
        Steps that were timed, and what they read.
    moments : dict of str to float
        Seconds of the clock: `begun`, `warm`, `stopped`, and where the phase validates `validated` and `saved`.
    """

    def __init__(self, phase: Phase, seconds: float, memory: PeakMemory, advance: Advance) -> None:
        super().__init__(set(), lambda: False)
        self.phase, self.seconds, self.memory, self.advance = phase, seconds, memory, advance
        self.sizes: npt.NDArray[np.int64] = phase.plan.tokens
        self.timed = self.tokens = 0
        self.moments: dict[str, float] = {}

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Note when the first step began."""
        if not self.moments:
            self._note("begun")

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """After the first gradient, that of a part of a pass, see whether a whole one will fit."""
        if state.global_step == 0:
            learning = (p for one in self.phase.objectives for p in one.parameters() if p.requires_grad)
            gradients = sum(p.numel() * p.element_size() for p in learning)
            check_fits(self.phase.pass_tokens, PART, self.memory, gradients, available(self.phase.device))

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """Count the step; end if it was the last that is needed."""
        control = super().on_step_end(args, state, control, **kwargs)
        if state.global_step < WARM:
            return control
        if state.global_step == WARM:
            self._note("warm")
            return control
        self.timed += 1
        self.tokens += int(self.sizes[state.global_step - 1])
        self._note("stopped")
        gone = self.moments["stopped"] - self.moments["warm"]
        self.advance(gone - self.moments.get("told", 0.0))
        self.moments["told"] = gone
        if state.global_step >= len(self.sizes) or (self.timed >= FEWEST and gone >= self.seconds):
            control.should_training_stop = True
            control.should_evaluate = control.should_save = self.phase.options.keep_best
        return control

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when validation was over."""
        self._note("validated")

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when the checkpoint was written."""
        self._note("saved")

    def _note(self, what: str) -> None:
        if self.phase.device.type == "cuda":
            torch.cuda.synchronize(self.phase.device)
        self.moments[what] = time.perf_counter()
