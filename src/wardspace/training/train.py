"""Train: the one loop, whatever interrupted it before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from torch import nn
from torch.optim import AdamW

from wardspace.core.errors import WardspaceError
from wardspace.core.progress import progress, say
from wardspace.models import hardware
from wardspace.models.attention.dropout import dropping
from wardspace.models.attention.fast_cpu_training import fast_cpu_training
from wardspace.models.hardware import kept_memory
from wardspace.results import LossPoint
from wardspace.training.checkpoints import last_good
from wardspace.training.combine import Combiner, Penalty, WeightedSum
from wardspace.training.faults import graceful_interrupt, training_faults
from wardspace.training.loop import PhaseTrainer
from wardspace.training.phase import Part, Phase, TrainingOptions, TrainingRecord, planned
from wardspace.training.schedule import Bar, Schedule, evaluation_steps
from wardspace.training.validation import CHOICE
from wardspace.training.weights.lora import low_rank
from wardspace.training.weights.optimiser import encoders_of, set_trainable, updated_names
from wardspace.training.weights.sharding import ShardedWeights, Weights


def train(
    models: Mapping[str, nn.Module],
    parts: Sequence[Part],
    options: TrainingOptions,
    folder: Path,
    *,
    combine: Combiner | None = None,
    penalties: Sequence[Penalty] = (),
    show_progress: bool = True,
) -> TrainingRecord:
    """Train models with one part, or with several together, from the last whole checkpoint where there is one.

    One part is adaptation or fine-tuning as usual; several parts are joint and multi-task training; several models one
    after the other are several calls. Killed at any moment and called again with the same arguments, it goes on from
    its last checkpoint; on a CPU in fp32 the final weights are the same to the bit. The checkpoints stay until the
    caller removes them, who knows when the outcome is stored elsewhere.

    Parameters
    ----------
    models : mapping of str to Module
        The models by name: those of the parts' objectives, and whatever penalties look at.
    parts : sequence of Part
        Objectives, each with the units it learns from and its share of the tokens.
    options : TrainingOptions
        How long and in what way.
    folder : Path
        Where checkpoints go.
    combine : Combiner, optional
        How the gradients of the parts become one; by default they are added up.
    penalties : sequence of Penalty
        Functions of the models that are added to the loss of every update.
    show_progress : bool
        Show bars.

    Raises
    ------
    ValueError
        If a part names a model that is not there, or whose objective trains another one.
    WardspaceError
        If a loss is no finite number, or memory, disk, a worker or another process fails.
    KeyboardInterrupt
        After Ctrl-C, with a checkpoint to go on from.
    """
    phase = phase_of(models, parts, options, folder, combine=combine, penalties=penalties)
    return run_phase(phase, show_progress=show_progress)


def phase_of(
    models: Mapping[str, nn.Module],
    parts: Sequence[Part],
    options: TrainingOptions,
    folder: Path,
    *,
    combine: Combiner | None = None,
    penalties: Sequence[Penalty] = (),
) -> Phase:
    """Everything that `train` will do, with its batches planned; the parameters are those of `train`."""
    for part in parts:
        if models.get(part.model) is not part.objective.model:
            raise ValueError(f"a part trains {part.model!r}, and its objective another model, or none of that name")
    missing = [part for part in parts if part.plan is None]
    made = iter(planned(parts, options) if missing else ())
    whole = tuple(replace(part, plan=next(made)) for part in parts) if missing else tuple(parts)
    return Phase(models, whole, options, folder, combine or WeightedSum(), tuple(penalties))


def run_phase(phase: Phase, *, show_progress: bool = True) -> TrainingRecord:
    """Run a phase that `phase_of` has made; see `train`."""
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
        record, choices = _record(phase, trainer), _choices(trainer)
        weights.gather()
    if choices and choices[0] > max(choices[1:]) and phase.processes.first:
        say(f"{phase.what}: validation never became better than at the start; a lower learning rate may help")
    return record


@contextmanager
def trainable(phase: Phase) -> Iterator[Weights]:
    """The weights as this phase trains them: what may change, low-rank additions, fast kernels, memory kept."""
    training = phase.training
    head_only = phase.options.head_only
    set_trainable(phase.objectives, freeze_layers=training.freeze_layers, head_only=head_only)
    with (
        # before low-rank additions, which have a dropout of their own
        dropping(nn.ModuleList(phase.objectives), training.dropout),
        low_rank(encoders_of(phase.objectives), None if head_only else training.lora, phase.seed),
        kept_memory(phase.device),
    ):
        weights = _held(phase)
        with fast_cpu_training(weights.module):
            yield weights


def _held(phase: Phase) -> Weights:
    """Whole in every process, unless they are to be shared out and there is somebody to share with."""
    processes = phase.processes
    if processes.count == 1 or not (phase.training.shard or processes.share):
        return Weights(phase.objectives, processes)
    if len(phase.parts) > 1 or phase.penalties:
        raise WardspaceError(
            "weights cannot be shared out while several objectives train together",
            where="training.shard",
            fix="leave it out, or train with one objective after the other",
        )
    if hardware.needs_scaling(phase.training.precision, phase.device):
        raise WardspaceError(
            "weights cannot be shared out while the loss is scaled for fp16",
            where="training.shard, training.precision",
            fix="set precision to fp32, or use GPUs with bf16",
        )
    return ShardedWeights(phase.objectives[0], processes, phase.device)


def _record(phase: Phase, trainer: PhaseTrainer) -> TrainingRecord:
    read = phase.plan.tokens_until
    log: list[dict[str, Any]] = trainer.state.log_history
    parameters = dict(trainer.weights.module.named_parameters())
    updated = updated_names(trainer.weights.module, cast("AdamW", trainer.optimizer))
    return TrainingRecord(
        what=phase.what,
        tokens=int(read[trainer.state.global_step]),
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


def _choices(trainer: PhaseTrainer) -> list[float]:
    """What the best weights were chosen by, at every evaluation."""
    key = f"eval_{CHOICE}"
    return [entry[key] for entry in trainer.state.log_history if key in entry]


def _parts(entry: dict[str, Any], prefix: str) -> dict[str, float]:
    named = {key.removeprefix(prefix): value for key, value in entry.items() if key.startswith(prefix)}
    return {key: value for key, value in named.items() if key != "loss" and not key.endswith(CHOICE)}
