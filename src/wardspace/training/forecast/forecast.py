"""What training will take, extrapolated from what was measured of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from wardspace.training.forecast.measure import Measured
from wardspace.training.phase import Phase
from wardspace.training.schedule import evaluation_steps

CHECKPOINTS = 3
"""Checkpoints on disk at once: the best, the last, and the one that is being written."""


@dataclass(frozen=True)
class Workload:
    """A training that is repeated: its phases, and what is read without training before and after them.

    Parameters
    ----------
    phases : sequence of Phase
        What each run trains, in this order.
    runs : int
        How often with one model, as with several seeds.
    tokens_read, tokens_shared : int
        Tokens that each run reads around its phases; those that are read once for all runs with a model.
    read_sample : callable, optional
        Reads a few notes as they are read around the phases, and returns their tokens; by default this is as fast as
        validation.
    """

    phases: Sequence[Phase]
    runs: int = 1
    tokens_read: int = 0
    tokens_shared: int = 0
    read_sample: Callable[[], int] | None = None


@dataclass(frozen=True)
class StageForecast:
    """What an objective of a model, or the fine-tuning of some models for a task, will take.

    Parameters
    ----------
    model, what : str
        Names.
    runs : int
        How often it is trained, over models and seeds. All but memory and disk are sums over the runs.
    steps, tokens : int
        Updates of the weights and tokens read in training, if validation does not end it early. Those of the first
        run are exact.
    seconds : float
        The sum of the next four.
    training, reading, checkpoints, starting : float
        Seconds of training steps; of notes that are only read (validation, vectors, predictions); of writing
        checkpoints; of everything else.
    measured_tokens : int
        Tokens that were trained on to find this out.
    peak_memory, disk : int
        Most bytes held meanwhile (resident in the process, or reserved on the GPU); most bytes of checkpoints.
    """

    model: str
    what: str
    runs: int
    steps: int
    tokens: int
    seconds: float
    training: float
    reading: float
    checkpoints: float
    starting: float
    measured_tokens: int
    peak_memory: int
    disk: int


def stage_forecast(
    work: Workload, found: Sequence[Measured], model: str, what: str, *, loading: float, models: int = 1
) -> StageForecast:
    """What a workload will take.

    Parameters
    ----------
    work : Workload
        What is done.
    found : sequence of Measured
        What was measured of each of its phases.
    model, what : str
        Names.
    loading : float
        Seconds of setting up a run: loading the model, reading tokens, planning batches.
    models : int
        How many models it is done with.
    """
    training, checkpoints, starting, tokens = 0.0, 0.0, loading, 0
    reading = _seconds_per_token(work, found) * (work.tokens_read + work.tokens_shared / work.runs)
    for phase, known in zip(work.phases, found, strict=True):
        times = len(evaluation_steps(len(phase.plan), phase.evaluations))
        validations = times + (times > 0)  # the first before any training
        size = int(phase.plan.tokens.sum())
        tokens += size
        training += size * known.training / known.tokens
        reading += validations * known.reading * sum(int(plan.validation.tokens.sum()) for plan in phase.plans)
        checkpoints += validations * known.checkpoint
        starting += known.starting
    runs = models * work.runs
    return StageForecast(
        model=model,
        what=what,
        runs=runs,
        steps=runs * sum(len(phase.plan) for phase in work.phases),
        tokens=runs * tokens,
        seconds=runs * (training + reading + checkpoints + starting),
        training=runs * training,
        reading=runs * reading,
        checkpoints=runs * checkpoints,
        starting=runs * starting,
        measured_tokens=sum(known.tokens for known in found),
        peak_memory=max(known.peak_memory for known in found),
        disk=CHECKPOINTS * max(known.checkpoint_bytes for known in found),
    )


def _seconds_per_token(work: Workload, found: Sequence[Measured]) -> float:
    if work.read_sample is None:
        return found[-1].reading
    start = time.perf_counter()
    tokens = work.read_sample()
    return (time.perf_counter() - start) / tokens
