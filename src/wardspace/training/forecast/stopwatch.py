"""Times the steps of a training that ends when enough is known."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from transformers import TrainerControl, TrainerState, TrainingArguments

from wardspace.core.progress import Advance
from wardspace.training.forecast.energy import Meter
from wardspace.training.loop import Schedule


@dataclass
class Laps:
    """Steps that were timed.

    Parameters
    ----------
    steps : int
        How many.
    updates : float
        Seconds of these in which weights were updated.
    records : list of (tokens, seconds)
        Of some steps together, one after the other.
    """

    steps: int = 0
    updates: float = 0.0
    records: list[tuple[int, float]] = field(default_factory=list)

    @property
    def tokens(self) -> int:
        """Tokens read."""
        return sum(tokens for tokens, _ in self.records)

    @property
    def seconds(self) -> float:
        """Seconds taken."""
        return sum(seconds for _, seconds in self.records)

    @property
    def reading(self) -> float:
        """Seconds of a token, without the update of the weights."""
        return (self.seconds - self.updates) / self.tokens

    @property
    def updating(self) -> float:
        """Seconds of an update of the weights."""
        return self.updates / self.steps

    @property
    def error(self) -> float:
        """Standard error of the pace as a share of it, from the differences between the steps; 0 if one was timed.

        References
        ----------
        Cochran 1977, Sampling Techniques, chapter 6 (the variance of a ratio).
        """
        records = np.array(self.records)
        if len(records) < 2:
            return 0.0
        tokens, seconds = records[:, 0], records[:, 1]
        rest = seconds - tokens * seconds.sum() / tokens.sum()
        return math.sqrt(len(records) * float((rest**2).sum()) / (len(records) - 1)) / float(seconds.sum())


FEWEST = 2
"""Steps that are timed, however long they take."""
_WARM = 0.05
"""Share of the time in which steps are not counted; the first never is."""
_RECORDS = 20
"""Steps are timed together until this part of the time is over: a GPU is waited for as seldom as that."""


class Stopwatch(Schedule):
    """Stops training after some time, and notes when what happened.

    Parameters
    ----------
    tokens : int64 [b]
        Tokens of each step.
    seconds : float
        How long to go on; two steps are timed in any case.
    device : torch.device
        Waited for before a look at the clock.
    meter : Meter
        Told of the time that counts.
    advance : Advance
        Told the seconds gone by.
    finish : bool
        Validate and save at the end, and time both.
    parts : bool
        Steps are parts of batches: a GPU is waited for at each of them, because reading and updating count apart.
    """

    def __init__(
        self,
        tokens: npt.NDArray[np.int64],
        seconds: float,
        device: torch.device,
        meter: Meter,
        advance: Advance,
        *,
        finish: bool,
        parts: bool,
    ) -> None:
        super().__init__(set(), lambda: False)
        self.tokens = tokens
        self.share = seconds
        self.device = device
        self.meter = meter
        self.advance = advance
        self.finish = finish
        self.parts = parts
        self.laps = Laps()
        self.moments: dict[str, float] = {}
        self._counts = False
        self._open = 0
        self._last = self._updating_since = 0.0

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Note when the first step began."""
        if not self.moments:
            self._note("begun")
            self._last = self.moments["begun"]

    def on_pre_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """The gradient is there, and the weights are about to be updated."""
        if self.parts:
            self._wait()
        self._updating_since = time.perf_counter()

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """Count the step; end if it was the last that is needed."""
        control = super().on_step_end(args, state, control, **kwargs)
        last = state.global_step >= len(self.tokens)
        if not self._counts:
            self._warm(state.global_step)
            return control
        if self.parts:
            self._wait()
        now = time.perf_counter()
        self.laps.steps += 1
        self.laps.updates += now - self._updating_since
        self._open += int(self.tokens[state.global_step - 1])
        enough = self.laps.steps >= FEWEST and now - self.moments["warm"] >= self.share
        if enough or last or now - self._last >= self.share / _RECORDS:
            self._record()
        if enough or last:
            self.moments["stopped"] = self._last
            control.should_training_stop = True
            control.should_evaluate = control.should_save = self.finish
        return control

    def on_evaluate(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when validation was over."""
        self._note("validated")

    def on_save(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Note when the checkpoint was written."""
        self._note("saved")

    def _warm(self, steps: int) -> None:
        """Begin to count when the first step and a share of the time are over, with two steps left at least."""
        self._wait()
        now = time.perf_counter()
        left = len(self.tokens) - steps
        if now - self.moments["begun"] >= _WARM * self.share or left <= max(FEWEST, len(self.tokens) * 2 // 3):
            self._counts = True
            self.meter.start()
            self._note("warm")
            self._last = self.moments["warm"]

    def _record(self) -> None:
        self._wait()
        now = time.perf_counter()
        self.laps.records.append((self._open, now - self._last))
        self.meter.tick()
        self.advance(now - self._last)
        self._last, self._open = now, 0

    def _note(self, what: str) -> None:
        self._wait()
        self.moments[what] = time.perf_counter()

    def _wait(self) -> None:
        if self.device.type == "cuda":
            torch.cuda.synchronize(self.device)
