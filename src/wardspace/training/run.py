"""Run one phase to its end, whatever interrupted it before."""

from __future__ import annotations

import shutil
from typing import Any, cast

from torch.optim import AdamW

from wardspace.core.progress import progress, say
from wardspace.encoders.quicken import quickened
from wardspace.training.callbacks import Bar, Schedule, evaluation_steps
from wardspace.training.cost import LossPoint
from wardspace.training.freezing import set_trainable
from wardspace.training.interrupts import graceful_interrupt
from wardspace.training.optimiser import updated_names
from wardspace.training.phase import Phase, PhaseRecord
from wardspace.training.trainer import PhaseTrainer


def run_phase(phase: Phase, *, show_progress: bool = True) -> PhaseRecord:
    """Train one phase, from its last whole checkpoint where there is one; its checkpoints are removed at the end.

    Raises
    ------
    WardspaceError
        If a loss is no finite number.
    KeyboardInterrupt
        After Ctrl-C, with a checkpoint to go on from.
    """
    set_trainable(phase.objective, freeze_layers=phase.training.freeze_layers, head_only=phase.head_only)
    steps = evaluation_steps(len(phase.plan), phase.evaluations)
    total = int(phase.plan.tokens.sum())
    with (
        graceful_interrupt() as interrupted,
        progress(f"training {phase.what} (tokens)", total, show=show_progress) as advance,
        quickened(phase.objective),
    ):
        trainer = PhaseTrainer(phase, Schedule(steps, interrupted), Bar(phase.plan.tokens, advance))
        trainer.run()
    record = _record(phase, trainer)
    if record.losses and record.losses[0].loss < min(point.loss for point in record.losses[1:]):
        say(f"{phase.what}: the validation loss never fell below that of the start; a lower learning rate may help")
    return record


def clear(phase: Phase) -> None:
    """Remove the checkpoints of a phase whose outcome is stored elsewhere."""
    shutil.rmtree(phase.folder, ignore_errors=True)


def _record(phase: Phase, trainer: PhaseTrainer) -> PhaseRecord:
    read = phase.plan.tokens_until
    log: list[dict[str, Any]] = trainer.state.log_history
    optimiser = cast("AdamW", trainer.optimizer)
    return PhaseRecord(
        what=phase.what,
        tokens=int(phase.plan.tokens.sum()),
        seconds=trainer.seconds,
        positions=trainer.progress.positions,
        updated=updated_names(phase.objective, optimiser),
        losses=[
            LossPoint(int(read[entry["step"]]), entry["eval_loss"], _parts(entry, "eval_"))
            for entry in log
            if "eval_loss" in entry
        ],
        history=[
            {"tokens": int(read[entry["step"]]), "step": entry["step"], "loss": entry["loss"]}
            | {"learning_rate": entry["learning_rate"], **_parts(entry, "part_")}
            for entry in log
            if "loss" in entry
        ],
    )


def _parts(entry: dict[str, Any], prefix: str) -> dict[str, float]:
    return {
        key.removeprefix(prefix): value for key, value in entry.items() if key.startswith(prefix) and key != "eval_loss"
    }
