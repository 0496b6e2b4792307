"""What a study's training will take, as plan.json holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from wardspace.training.forecast.measure import Measured
from wardspace.training.phase import Phase
from wardspace.training.schedule import evaluation_steps


@dataclass(frozen=True)
class StageForecast:
    """What one objective of one model will take.

    Parameters
    ----------
    model, objective : str
        Names.
    steps, tokens, notes_read : int
        Its plan: updates of the weights, tokens, readings of notes. These are exact.
    training, validation, checkpoints, targets, starting : float
        Seconds of training steps; of all validations; of writing checkpoints, and the weights at the end of each phase;
        of reading the notes with the base before training; of everything else.
    measured_steps, measured_tokens : int
        How much of the training was run to find this out.
    peak_memory : int
        Most bytes held meanwhile: resident in the process, or reserved on the GPU.
    """

    model: str
    objective: str
    steps: int
    tokens: int
    notes_read: int
    training: float
    validation: float
    checkpoints: float
    targets: float
    starting: float
    measured_steps: int
    measured_tokens: int
    peak_memory: int

    @property
    def seconds(self) -> float:
        """All of it."""
        return self.training + self.validation + self.checkpoints + self.targets + self.starting


@dataclass(frozen=True)
class Forecast:
    """What a study's training will take.

    Parameters
    ----------
    study, device, wardspace : str
        Name of the study; where it was measured and in which precision; the version.
    stages : list of StageForecast
        In the order of training.
    available_memory : int
        Bytes that the process could hold when this was made (of the GPU, where there is one).
    """

    study: str
    device: str
    wardspace: str
    stages: list[StageForecast]
    available_memory: int

    @property
    def seconds(self) -> float:
        """Of all stages."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def peak_memory(self) -> int:
        """Most bytes that a stage held."""
        return max(stage.peak_memory for stage in self.stages)

    @property
    def measured_share(self) -> float:
        """Share of all tokens that were trained on to find this out."""
        return sum(stage.measured_tokens for stage in self.stages) / sum(stage.tokens for stage in self.stages)

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with the sums."""
        sums = {"seconds": self.seconds, "peak_memory": self.peak_memory, "measured_share": self.measured_share}
        return asdict(self) | sums | {"stages": [asdict(one) | {"seconds": one.seconds} for one in self.stages]}


def stage_forecast(
    model: str, objective: str, phases: Sequence[tuple[Phase, Measured]], *, target_tokens: int, loading: float
) -> StageForecast:
    """Put the phases of a stage together: a head's warm-up, if there is one, and the training itself, last.

    Parameters
    ----------
    model, objective : str
        Names.
    phases : sequence of (Phase, Measured)
        Each with what was measured of it.
    target_tokens : int
        Tokens that are read before training to find out what to teach.
    loading : float
        Seconds of loading the base, reading tokens and planning batches.
    """
    checkpoints = [len(evaluation_steps(len(phase.plan), phase.evaluations)) for phase, _ in phases]
    found = list(zip(phases, checkpoints, strict=True))
    return StageForecast(
        model=model,
        objective=objective,
        steps=sum(len(phase.plan) for phase, _ in phases),
        tokens=sum(int(phase.plan.tokens.sum()) for phase, _ in phases),
        notes_read=sum(plan.training.notes_read for phase, _ in phases for plan in phase.plans),
        training=sum(int(phase.plan.tokens.sum()) * known.training / known.tokens for phase, known in phases),
        # once before the first step, too
        validation=sum((times + 1) * _validation_tokens(phase) * known.reading for (phase, known), times in found),
        checkpoints=sum((times + 1) * known.checkpoint for (_, known), times in found),
        targets=target_tokens * phases[-1][1].reading,
        starting=loading + sum(known.starting for _, known in phases),
        measured_steps=sum(known.steps for _, known in phases),
        measured_tokens=sum(known.tokens for _, known in phases),
        peak_memory=max(known.peak_memory for _, known in phases),
    )


def _validation_tokens(phase: Phase) -> int:
    return sum(int(plan.validation.tokens.sum()) for plan in phase.plans)
