"""Run one phase to its end, whatever interrupted it before."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

from torch.optim import AdamW

from wardspace.core.errors import WardspaceError
from wardspace.core.progress import progress, say
from wardspace.models import hardware
from wardspace.models.attention.dropout import dropping
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.models.memory import kept_memory
from wardspace.results import LossPoint
from wardspace.training.checkpoints import last_good
from wardspace.training.faults import graceful_interrupt, training_faults
from wardspace.training.loop import Bar, PhaseTrainer, Schedule, evaluation_steps
from wardspace.training.phase import Phase, PhaseRecord
from wardspace.training.weights.lora import low_rank
from wardspace.training.weights.optimiser import set_trainable, updated_names
from wardspace.training.weights.sharding import ShardedWeights, Weights


def run_phase(phase: Phase, *, show_progress: bool = True) -> PhaseRecord:
    """Train one phase, from its last whole checkpoint where there is one; its checkpoints are removed at the end.

    Raises
    ------
    WardspaceError
        If a loss is no finite number, or memory, disk, a worker or another process fails.
    KeyboardInterrupt
        After Ctrl-C, with a checkpoint to go on from.
    """
    steps = evaluation_steps(len(phase.plan), phase.evaluations)
    total = int(phase.plan.tokens.sum())
    with (
        # outermost: that a worker died may be told wherever the program happens to be
        training_faults(phase.what, phase.pass_tokens, lambda: last_good(phase.folder)),
        trainable(phase) as weights,
        graceful_interrupt() as interrupted,
        progress(f"training {phase.what} (tokens)", total, show=show_progress and phase.processes.first) as advance,
    ):
        schedule = Schedule(steps, lambda: phase.processes.any(interrupted()))
        trainer = PhaseTrainer(phase, weights, schedule, Bar(phase.plan.tokens, advance))
        trainer.run()
        weights.reshard()
        record = _record(phase, trainer)
        weights.gather()
    never_better = record.losses and record.losses[0].loss < min(point.loss for point in record.losses[1:])
    if never_better and phase.processes.first:
        say(f"{phase.what}: the validation loss never fell below that of the start; a lower learning rate may help")
    return record


@contextmanager
def trainable(phase: Phase) -> Iterator[Weights]:
    """The weights as this phase trains them: what may change, low-rank additions, fast kernels, memory kept."""
    training = phase.training
    set_trainable(phase.objective, freeze_layers=training.freeze_layers, head_only=phase.head_only)
    additions = None if phase.head_only else training.lora
    with (
        # before low-rank additions, which have a dropout of their own
        dropping(phase.objective, training.dropout),
        low_rank(phase.objective, additions, phase.seed),
        kept_memory(phase.device),
    ):
        weights = _held(phase)
        with fast_cpu_training(weights.objective):
            yield weights


def _held(phase: Phase) -> Weights:
    """Whole in every process, unless they are to be shared out and there is somebody to share with."""
    processes = phase.processes
    if processes.count == 1 or not (phase.training.shard or processes.share):
        return Weights(phase.objective, processes)
    if hardware.needs_scaling(phase.training.precision, phase.device):
        raise WardspaceError(
            "weights cannot be shared out while the loss is scaled for fp16",
            where="training.shard, training.precision",
            fix="set precision to fp32, or use GPUs with bf16",
        )
    return ShardedWeights(phase.objective, processes, phase.device)


def clear(phase: Phase) -> None:
    """Remove the checkpoints of a phase whose outcome is stored elsewhere."""
    if phase.processes.first:
        shutil.rmtree(phase.folder, ignore_errors=True)


def _record(phase: Phase, trainer: PhaseTrainer) -> PhaseRecord:
    read = phase.plan.tokens_until
    log: list[dict[str, Any]] = trainer.state.log_history
    parameters = dict(trainer.weights.objective.named_parameters())
    updated = updated_names(trainer.weights.objective, cast("AdamW", trainer.optimizer))
    return PhaseRecord(
        what=phase.what,
        tokens=int(phase.plan.tokens.sum()),
        seconds=trainer.seconds,
        positions=trainer.positions_of_all(),
        updated={name: parameters[name].numel() for name in updated},
        losses=[
            LossPoint(tokens=read[entry["step"]], loss=entry["eval_loss"], parts=_parts(entry, "eval_"))
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
