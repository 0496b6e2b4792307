"""transformers' Trainer, fed by a plan: one phase of training that resumes exactly."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any

import torch
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer, TrainingArguments

from wardspace.encoders import hardware
from wardspace.objectives import Output
from wardspace.training.batches import loader, positions
from wardspace.training.callbacks import Bar, Schedule
from wardspace.training.checkpoints import (
    PREFIX,
    Progress,
    checkpoints,
    full_disk,
    keep_only,
    last_checkpoint,
    load_weights,
    mark,
    marked_progress,
    save_weights,
)
from wardspace.training.guard import LossGuard, not_finite
from wardspace.training.optimiser import adamw
from wardspace.training.phase import Phase
from wardspace.training.validation import validation_loss

NEVER = 1_000_000_000
"""Steps between the Trainer's own evaluations and checkpoints; the schedule asks for them instead."""
LOGS = 100
"""Points of the training loss that a phase records."""


class PhaseTrainer(Trainer):
    """Runs one phase.

    What differs from the Trainer: batches come from the plan; the loss is the objective's own and is not rescaled; its
    parts are logged; validation is exact; checkpoints hold weights, optimiser and random states, nothing of the notes,
    and count only when whole.

    Parameters
    ----------
    phase : Phase
        What to train on which batches.
    schedule, bar : Schedule, Bar
        When to validate and save; the progress bar.
    """

    def __init__(self, phase: Phase, schedule: Schedule, bar: Bar) -> None:
        self.phase = phase
        self.guard = LossGuard()
        self.resumed = last_checkpoint(phase.folder)
        self.progress = marked_progress(self.resumed) if self.resumed else Progress()
        self.began = time.monotonic() - self.progress.seconds
        self.part_sums: dict[str, torch.Tensor] = {}
        # the Trainer takes a model with **kwargs for one that scales its own loss, and then multiplies gradients
        phase.objective.accepts_loss_kwargs = False  # type: ignore[assignment]  # nn.Module types every attribute
        super().__init__(
            model=phase.objective,
            args=_arguments(phase, fresh=self.resumed is None),
            train_dataset=phase.examples,
            eval_dataset=phase.examples,
            callbacks=[schedule, bar],
        )
        self.remove_callback(PrinterCallback)

    def run(self) -> None:
        """Train to the end of the plan, from the last whole checkpoint if there is one; the best weights are loaded."""
        self.train(resume_from_checkpoint=str(self.resumed) if self.resumed else None)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds so far, interruptions left out."""
        return time.monotonic() - self.began

    def get_train_dataloader(self) -> DataLoader[Any]:
        """Batches of the plan."""
        return loader(self.phase.objective, self.phase.examples, self.phase.plan, pin=self.args.device.type == "cuda")

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW without decay of biases and norms."""
        if self.optimizer is None:
            training = self.phase.training
            self.optimizer = adamw(self.phase.objective, self.phase.learning_rate, training.weight_decay)
        return self.optimizer

    def compute_loss_context_manager(self) -> Any:
        """Precision by `encoders.hardware`, the same for training, validation and encoding."""
        return hardware.autocast(self.phase.training.precision, self.args.device)

    def compute_loss(
        self, model: Any, inputs: Any, return_outputs: bool = False, num_items_in_batch: Any = None
    ) -> torch.Tensor | tuple[torch.Tensor, Output]:
        """The objective's loss; its parts are summed for the log."""
        output: Output = model(**inputs)
        for name, part in output.parts.items():
            self.part_sums[name] = self.part_sums.get(name, 0.0) + part.detach()
        self.progress.positions += positions(inputs)
        return (output.loss, output) if return_outputs else output.loss

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """One forward and backward; the loss is looked at without making a GPU wait."""
        loss = super().training_step(model, inputs, num_items_in_batch)
        self.guard.note(loss, self.state.global_step + 1)
        if self.args.device.type == "cpu":
            self._check_loss()
        return loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Validation loss with its parts."""
        self._check_loss()
        batches = loader(self.phase.objective, self.phase.examples, self.phase.validation, pin=False)
        moved = (self._prepare_inputs(batch) for batch in batches)
        found = validation_loss(self.phase.objective, moved, self.compute_loss_context_manager())
        if not math.isfinite(found["loss"]):
            raise not_finite(self.phase.what, f"the validation after step {self.state.global_step}", self._last_good())
        metrics = {f"eval_{name}": value for name, value in found.items()}
        self.log(dict(metrics))
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, metrics)
        return metrics

    def log(self, logs: dict[str, float], start_time: float | None = None) -> None:
        """Add the parts of the training loss since the last entry."""
        if "loss" in logs and self.part_sums:
            self._check_loss()
            steps = self.state.global_step - max(0, self._logged_until())
            logs |= {f"part_{name}": float(total) / max(1, steps) for name, total in self.part_sums.items()}
            self.part_sums = {}
        super().log(logs, start_time)

    def _save_checkpoint(self, model: Any, trial: Any) -> None:
        self._check_loss()
        folder = self.phase.folder / f"{PREFIX}{self.state.global_step}"
        self.phase.folder.mkdir(parents=True, exist_ok=True)
        with full_disk(self.phase.folder):
            super()._save_checkpoint(model, trial)
        self.progress.seconds = self.seconds
        mark(folder, self.progress)
        keep_only(self.phase.folder, self.state.best_model_checkpoint)

    def _save(self, output_dir: str | None = None, state_dict: Any = None) -> None:
        save_weights(self.phase.objective, Path(str(output_dir)))

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        load_weights(self.phase.objective, Path(resume_from_checkpoint))

    def _load_best_model(self) -> None:
        load_weights(self.phase.objective, Path(str(self.state.best_model_checkpoint)))

    def _check_loss(self) -> None:
        self.guard.check(self.phase.what, self._last_good)

    def _last_good(self) -> str:
        return str(next(reversed(checkpoints(self.phase.folder)), "none yet"))

    def _logged_until(self) -> int:
        return max((int(entry["step"]) for entry in self.state.log_history if "loss" in entry), default=0)


def _arguments(phase: Phase, *, fresh: bool) -> TrainingArguments:
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
        metric_for_best_model="loss",
        greater_is_better=False,
        load_best_model_at_end=phase.keep_best,
        logging_steps=max(1, steps // LOGS),
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
