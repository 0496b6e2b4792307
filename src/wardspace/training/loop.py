"""transformers' Trainer, fed by a plan: one phase of training that resumes exactly."""

from __future__ import annotations

import math
import time
from pathlib import Path
from typing import Any, cast

import torch
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from torch.utils.data import DataLoader
from transformers import PrinterCallback, Trainer
from transformers.trainer import OPTIMIZER_NAME, SCHEDULER_NAME

from wardspace.models import hardware
from wardspace.objectives.micro_batches import Batch
from wardspace.training.checkpoints import (
    PREFIX,
    Progress,
    full_disk,
    keep_only,
    last_checkpoint,
    last_good,
    mark,
    marked_progress,
)
from wardspace.training.data.updates import Update, Updates, loader, readings
from wardspace.training.faults import LossGuard, not_finite
from wardspace.training.phase import Phase
from wardspace.training.schedule import Bar, Schedule, trainer_arguments
from wardspace.training.validation import stopped_parts, validated
from wardspace.training.weights.gradients import Gradients, JointGradient
from wardspace.training.weights.optimiser import adamw
from wardspace.training.weights.sharding import Weights

_COMBINER = "combiner.pt"
WORKERS = 2
"""Processes that collate for a GPU, which would wait; a CPU has nobody to spare, and needs a hundredth of a step."""


class PhaseTrainer(Trainer):
    """Runs one phase.

    What differs from the Trainer: batches come from the plan, and an update of the weights reads one of every part that
    it is for, in however many passes; gradients and their sum over processes are `training.weights.gradients`' work, so
    that neither the Trainer's rescaling of losses nor DDP takes part; parts of the loss are logged; validation is
    exact; checkpoints hold weights, optimiser, combiner and random states, nothing of the notes, and count only when
    whole.

    Parameters
    ----------
    phase : Phase
        What to train on which batches.
    weights : Weights
        Its weights, as processes hold them.
    schedule, bar : Schedule, Bar
        When to validate and save; the progress bar.
    """

    def __init__(self, phase: Phase, weights: Weights, schedule: Schedule, bar: Bar) -> None:
        self.phase = phase
        self.weights = weights
        self.processes = phase.processes
        self.guard = LossGuard()
        self.resumed = _resumed(phase)
        reached = marked_progress(self.resumed) if self.resumed else Progress()
        self.began = time.monotonic() - reached.seconds
        self.positions = reached.positions if self.processes.first else 0
        self.part_sums: dict[str, torch.Tensor] = {}
        super().__init__(
            model=weights.module,
            args=trainer_arguments(phase, fresh=self.resumed is None),
            train_dataset=self._updates(),
            eval_dataset=self._updates(),
            callbacks=[schedule, bar],
        )
        self.remove_callback(PrinterCallback)
        self.joint = JointGradient(
            weights,
            [
                Gradients(
                    objective,
                    self.compute_loss_context_manager,
                    self.accelerator.backward,
                    self.processes,
                    self._stand_in() if weights.lockstep else None,
                )
                for objective in weights.objectives
            ],
            phase.combine,
            lambda: [penalty(phase.models) for penalty in phase.penalties],
        )

    def create_accelerator_and_postprocess(self) -> None:
        """Leave the model as it is: DDP would hold its gradients twice, and sum what is summed already."""
        super().create_accelerator_and_postprocess()
        self.accelerator.prepare_model = lambda model, *_, **__: model

    def run(self) -> None:
        """Train to the end of the plan, from the last whole checkpoint if there is one; the best weights are loaded."""
        self.train(resume_from_checkpoint=str(self.resumed) if self.resumed else None)

    @property
    def seconds(self) -> float:
        """Wall-clock seconds so far, interruptions left out."""
        return time.monotonic() - self.began

    def positions_of_all(self) -> int:
        """Positions that all processes have read so far, padding counted."""
        return int(self.processes.summed(torch.tensor(self.positions)).item())

    def get_train_dataloader(self) -> DataLoader[Any]:
        """The updates of the plan."""
        training, cuda = self.phase.training, self.args.device.type == "cuda"
        workers = training.workers if training.workers is not None else WORKERS * cuda
        return loader(self._updates(), pin=cuda, workers=workers)

    def create_optimizer(self, model: Any = None) -> torch.optim.Optimizer:
        """AdamW without decay of biases and norms, with rates by layer."""
        if self.optimizer is None:
            training = self.phase.training
            self.optimizer = adamw(
                self.weights.objectives, self.phase.learning_rate, training.weight_decay, training.layer_decay
            )
        return self.optimizer

    def compute_loss_context_manager(self) -> Any:
        """Precision by `models.hardware`, the same for training, validation and encoding."""
        return hardware.autocast(self.phase.training.precision, self.args.device)

    def _get_num_items_in_batch(self, batch_samples: list[Any], device: torch.device) -> None:
        """Nothing that the Trainer would divide losses by: a batch knows its own numbers."""

    def floating_point_ops(self, inputs: Any) -> int:
        """Nothing: the Trainer's rule of thumb is for other inputs."""
        return 0

    def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
        """The gradient of one update, of all processes; the loss is looked at without making a GPU wait."""
        update: Update = inputs.to(self.args.device)
        stopped = stopped_parts(self.phase, self.state.log_history)
        batches = {part: batch for part, batch in update.batches.items() if part not in stopped}
        self.weights.module.train()
        loss, parts = self.joint.add(batches)
        for name, part in parts.items():
            self.part_sums[name] = self.part_sums.get(name, 0.0) + part
        self.positions += sum(
            self.weights.objectives[part].model.positions_read(one.layout)
            for part, batch in batches.items()
            for one in batch.micro_batches
        )
        self.guard.note(loss, self.state.global_step + 1)
        if self.args.device.type == "cpu":
            self._check_loss()
        return loss

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Validation loss with its parts, and what the best weights are chosen by."""
        self._check_loss()
        found = validated(self.phase, self.weights.objectives, self.args.device)
        self.weights.reshard()
        found = self.processes.broadcast(found)
        if not math.isfinite(found["loss"]):
            when = f"the validation after step {self.state.global_step}"
            raise not_finite(self.phase.what, when, last_good(self.phase.folder))
        metrics = {f"eval_{name}": value for name, value in found.items()}
        self.log(dict(metrics))
        if len(stopped_parts(self.phase, self.state.log_history)) == len(self.phase.parts):
            self.control.should_training_stop = True
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
        folder.mkdir(parents=True, exist_ok=True)
        with full_disk(self.phase.folder):
            super()._save_checkpoint(model, trial)
        reached = Progress(self.seconds, self.positions_of_all())
        self.processes.wait()  # every process keeps its own random state in the checkpoint
        if self.processes.first:
            mark(folder, reached)
            keep_only(self.phase.folder, self.state.best_model_checkpoint)
        self.processes.wait()

    def save_model(self, output_dir: str | None = None, _internal_call: bool = False) -> None:
        """Write the weights, whole; all processes take part."""
        self.weights.save(Path(str(output_dir)))

    def _save_optimizer_and_scheduler(self, output_dir: str) -> None:
        optimiser, scheduler = self._stepping()
        state = self.weights.optimiser_state(optimiser)
        if self.processes.first:
            torch.save(state, Path(output_dir) / OPTIMIZER_NAME)
            torch.save(scheduler.state_dict(), Path(output_dir) / SCHEDULER_NAME)
            torch.save(self.phase.combine.state_dict(), Path(output_dir) / _COMBINER)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        self.weights.load(Path(resume_from_checkpoint))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is None:
            return
        optimiser, scheduler = self._stepping()
        self.weights.load_optimiser(optimiser, _state(Path(checkpoint) / OPTIMIZER_NAME))
        scheduler.load_state_dict(_state(Path(checkpoint) / SCHEDULER_NAME))
        self.phase.combine.load_state_dict(_state(Path(checkpoint) / _COMBINER))

    def _load_best_model(self) -> None:
        self.weights.load(Path(str(self.state.best_model_checkpoint)))

    def _clip_grad_norm(self, model: Any) -> torch.Tensor:
        self.accelerator.unscale_gradients()
        return self.weights.clip(self.args.max_grad_norm)

    def _stepping(self) -> tuple[Optimizer, LambdaLR]:
        """The optimiser and its schedule, which the Trainer has made by now."""
        return cast("Optimizer", self.optimizer), cast("LambdaLR", self.lr_scheduler)

    def _updates(self) -> Updates:
        """What this process reads of each update."""
        parts = [(part.objective, part.source) for part in self.phase.parts]
        return Updates(parts, self.phase.plan, self.processes.rank, self.processes.count)

    def _stand_in(self) -> Batch:
        """The first note to be read, as a batch of its own; weights are shared out where there is one part alone."""
        part = self.phase.parts[0]
        first = readings(part.source, self.phase.plan.plans[0].batch(0)[:1])
        return part.objective.collate(first).to(self.args.device)

    def _check_loss(self) -> None:
        self.guard.check(self.phase.what, lambda: last_good(self.phase.folder))

    def _logged_until(self) -> int:
        return max((int(entry["step"]) for entry in self.state.log_history if "loss" in entry), default=0)


def _state(path: Path) -> dict[str, Any]:
    state: dict[str, Any] = torch.load(path, map_location="cpu", weights_only=True)
    return state


def _resumed(phase: Phase) -> Path | None:
    """The checkpoint to go on from, the same for all processes; those cut short are removed."""
    found = last_checkpoint(phase.folder) if phase.processes.first else None
    return phase.processes.broadcast(found)
