"""What a study's training will take, as plan.json holds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from typing import Any

from wardspace.training.forecast.measure import Measured
from wardspace.training.loop import evaluation_steps
from wardspace.training.phase import Phase


@dataclass(frozen=True)
class Times:
    """Seconds of one stage.

    Parameters
    ----------
    starting : float
        ObjectiveSettings up, and reading the best weights back.
    head_warmup : float
        Training a new masked-word head with the encoder frozen.
    training : float
        Training.
    validation : float
        All validations, the one before the first step counted.
    checkpoints : float
        Writing checkpoints, and the weights at the end of each phase.
    """

    starting: float
    head_warmup: float
    training: float
    validation: float
    checkpoints: float

    @property
    def total(self) -> float:
        """All of it."""
        return self.starting + self.head_warmup + self.training + self.validation + self.checkpoints


@dataclass(frozen=True)
class StageForecast:
    """What one objective of one model will take.

    Parameters
    ----------
    model, objective : str
        Names.
    steps, tokens, notes_read : int
        Its plan: updates of the weights, tokens, readings of notes. These are exact.
    tokens_per_second : float
        Measured pace of training, the update of the weights included.
    seconds, low, high : float
        The estimate, and two standard errors of the timed steps to either side.
    times : Times
        What it consists of.
    timed_steps : int
        Steps that were timed, of the training itself.
    part_of_batch : float
        How much of a batch each of them read.
    peak_memory : int
        Most bytes held while it was measured: resident in the process, or reserved on the GPU. A CPU keeps freed memory
        while it trains (`encoders.memory`), and a longer run comes to hold more.
    operations : float
        Floating-point operations of all training steps, validation not counted, notes that a contrast reads twice
        counted twice.
    operations_per_token, operations_per_second : float
        The same of a token that is trained on, without reading twice; and done in a second of training.
    utilisation : float, optional
        Operations that the model needs, in a second, as a share of the GPU's published peak in half precision; None on
        a CPU, in fp32 and on a GPU whose peak is not known (Chowdhery et al. 2022, PaLM, appendix B).
    joules_per_1000_tokens, kilowatt_hours : float, optional
        While steps were timed; and of the whole stage at that power. None where the machine does not tell.
    """

    model: str
    objective: str
    steps: int
    tokens: int
    notes_read: int
    tokens_per_second: float
    seconds: float
    low: float
    high: float
    times: Times
    timed_steps: int
    part_of_batch: float
    peak_memory: int
    operations: float
    operations_per_token: float
    operations_per_second: float
    utilisation: float | None
    joules_per_1000_tokens: float | None
    kilowatt_hours: float | None


@dataclass(frozen=True)
class Forecast:
    """What plan.json holds.

    Parameters
    ----------
    study, device, wardspace : str
        Name of the study; where it was measured and in which precision; the version.
    measured_for : float
        Seconds that were asked for.
    stages : list of StageForecast
        In the order of training.
    preparing : float
        Seconds of loading bases, reading tokens and planning batches; where notes were tokenised just now, the next
        time is shorter.
    seconds, low, high : float
        Everything together.
    operations, kilowatt_hours : float, float or None
        Of all stages.
    available_memory : int
        Bytes that the process could hold when this was made (of the GPU, where there is one).
    pass_tokens, largest_pass_tokens : int, int or None
        Tokens read at once as the study stands, and the most that fit with a fifth of that memory left free (None:
        not to be told from so few notes). Batches of any size are read in passes.
    gpu_peak : float, optional
        Published peak that utilisation is measured against, in operations a second.
    energy_sources : list of str
        Which counters told the energy; empty where the machine does not tell.
    """

    study: str
    device: str
    wardspace: str
    measured_for: float
    stages: list[StageForecast]
    preparing: float
    seconds: float
    low: float
    high: float
    operations: float
    kilowatt_hours: float | None
    available_memory: int
    pass_tokens: int
    largest_pass_tokens: int | None
    gpu_peak: float | None
    energy_sources: list[str]

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return asdict(self)


_ERRORS = 2
"""An estimate reaches this many standard errors to either side."""
_KWH = 3.6e6


def stage_forecast(
    model: str, objective: str, notes_read: int, phases: Sequence[tuple[Phase, Measured]], peak: float | None
) -> StageForecast:
    """Put the phases of a stage together: a head's warm-up, if there is one, and the training itself, last.

    Parameters
    ----------
    model, objective, notes_read : str, str, int
        As in `StageForecast`.
    phases : sequence of (Phase, Measured)
        Each with what was measured of it.
    peak : float, optional
        Operations a second that the device can do at most.
    """
    main, found = phases[-1]
    times = _summed([_times(phase, known) for phase, known in phases])
    errors = sum(known.timing.laps.error * _trained(phase, known) for phase, known in phases)
    pace = _tokens(main) / _trained(main, found)
    watts = None if found.joules is None else found.joules / found.timing.laps.seconds
    needed = pace * found.operations.needed
    return StageForecast(
        model=model,
        objective=objective,
        steps=sum(len(phase.plan) for phase, _ in phases),
        tokens=sum(_tokens(phase) for phase, _ in phases),
        notes_read=notes_read,
        tokens_per_second=pace,
        seconds=times.total,
        low=max(0.0, times.total - _ERRORS * errors),
        high=times.total + _ERRORS * errors,
        times=times,
        timed_steps=found.timing.laps.steps,
        part_of_batch=1 / found.every,
        peak_memory=max(known.peak for _, known in phases),
        operations=sum(_tokens(phase) * known.operations.done for phase, known in phases),
        operations_per_token=found.operations.needed,
        operations_per_second=pace * found.operations.done,
        utilisation=None if peak is None else needed / peak,
        joules_per_1000_tokens=None if found.joules is None else 1000 * found.joules / found.timing.laps.tokens,
        kilowatt_hours=None if watts is None else watts * times.total / _KWH,
    )


def _times(phase: Phase, known: Measured) -> Times:
    checkpoints = len(evaluation_steps(len(phase.plan), phase.evaluations))
    trained = _trained(phase, known)
    return Times(
        starting=known.timing.starting,
        head_warmup=trained if phase.head_only else 0.0,
        training=0.0 if phase.head_only else trained,
        validation=(checkpoints + 1) * known.timing.validation if checkpoints else 0.0,
        checkpoints=checkpoints * known.timing.checkpoint + known.weights,
    )


def _trained(phase: Phase, known: Measured) -> float:
    """Seconds of all steps."""
    return _tokens(phase) * known.timing.laps.reading + len(phase.plan) * known.timing.laps.updating


def _tokens(phase: Phase) -> int:
    return int(phase.plan.tokens.sum())


def _summed(parts: Sequence[Times]) -> Times:
    return Times(*(sum(values) for values in zip(*(astuple(part) for part in parts), strict=True)))
