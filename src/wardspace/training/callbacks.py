"""When the Trainer logs, validates and saves, and what the person who waits sees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from wardspace.core.progress import Advance


class Schedule(TrainerCallback):
    """Validate and save at given steps; on Ctrl-C save and stop.

    Parameters
    ----------
    steps : set of int
        Steps after which to validate and save.
    interrupted : function
        Tells whether Ctrl-C was pressed.
    """

    def __init__(self, steps: set[int], interrupted: Callable[[], bool]) -> None:
        self.steps = steps
        self.interrupted = interrupted

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> TrainerControl:
        """Decide what follows this step."""
        planned = state.global_step in self.steps
        stop = self.interrupted()
        control.should_evaluate = planned
        control.should_save = planned or stop
        # logging drains the running loss, which no checkpoint holds: it must start afresh where one could be resumed
        control.should_log = control.should_log or planned or stop
        control.should_training_stop = control.should_training_stop or stop
        return control


class Bar(TrainerCallback):
    """Moves the progress bar by the tokens of each step.

    Parameters
    ----------
    tokens : int64 [steps]
        Tokens of each step.
    advance : Advance
        The bar.
    """

    def __init__(self, tokens: npt.NDArray[np.int64], advance: Advance) -> None:
        self.tokens = tokens
        self.advance = advance

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Show what an interrupted run has done already."""
        self.advance(float(self.tokens[: state.global_step].sum()))

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any) -> None:
        """Show one more step."""
        self.advance(float(self.tokens[state.global_step - 1]))


def evaluation_steps(steps: int, evaluations: int) -> set[int]:
    """At most `evaluations` steps at even distances, the last of them the end; none for 0."""
    return {max(1, round(steps * index / evaluations)) for index in range(1, evaluations + 1)}
