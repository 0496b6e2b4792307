"""When a phase validates, saves and reports: the callbacks and arguments of its Trainer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from wardspace.core.progress import Advance
from wardspace.models import hardware
from wardspace.training.phase import Phase
from wardspace.training.validation import CHOICE


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


NEVER = 1_000_000_000
"""Steps between the Trainer's own evaluations and checkpoints; the schedule asks for them instead."""


LOGS = 100
"""Points of the training loss that a phase records."""


def trainer_arguments(phase: Phase, *, fresh: bool) -> TrainingArguments:
    """The Trainer's own arguments: what the plan and the schedule decide is switched off in it."""
    training, steps = phase.training, len(phase.plan)
    arguments = TrainingArguments(
        output_dir=str(phase.folder),
        num_train_epochs=1,  # the plan holds all epochs: to the Trainer it is one pass over batches made beforehand
        per_device_train_batch_size=1,
        learning_rate=phase.learning_rate,
        lr_scheduler_type="linear",
        warmup_steps=round(training.warmup * steps),
        max_grad_norm=training.clip,
        seed=phase.seed,
        use_cpu=phase.device.type == "cpu",
        eval_strategy="steps",
        eval_steps=NEVER,
        eval_on_start=phase.evaluations > 0 and fresh,
        save_strategy="steps",
        save_steps=NEVER,
        metric_for_best_model=CHOICE,
        greater_is_better=True,
        load_best_model_at_end=phase.options.keep_best,
        logging_steps=max(1, steps // LOGS),
        fp16=hardware.needs_scaling(training.precision, phase.device),
        ddp_backend="gloo" if phase.device.type == "cpu" and phase.processes.count > 1 else None,
        logging_nan_inf_filter=False,  # it hides what the guard looks for, and makes a GPU wait at every step
        dataloader_pin_memory=phase.device.type == "cuda",
        remove_unused_columns=False,
        disable_tqdm=True,
        report_to=[],
        push_to_hub=False,
    )
    # with several GPUs in one process the Trainer would cut batches with DataParallel, which these are not made for
    _ = arguments.device
    arguments._n_gpu = min(1, arguments.n_gpu)
    return arguments
