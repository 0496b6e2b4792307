"""The measured pace applied to the exact plan of a stage."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple

from wardspace.training.callbacks import evaluation_steps
from wardspace.training.forecast import StageForecast, Times
from wardspace.training.measure import Measured
from wardspace.training.phase import Phase

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
