"""A short training through the same path as a real one, and how long its parts took."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

from wardspace.core.progress import Advance
from wardspace.objectives.passes import Room
from wardspace.training.callbacks import Bar
from wardspace.training.energy import Meter
from wardspace.training.laps import Laps
from wardspace.training.phase import Phase
from wardspace.training.plan import Plan
from wardspace.training.probe import reading_in
from wardspace.training.sample import sample
from wardspace.training.stopwatch import FEWEST, Stopwatch
from wardspace.training.trainer import PhaseTrainer
from wardspace.training.weights import Weights

_MOST = 4096
"""Batches of a sample at most: more than a GPU reads in the time."""
_MOST_PARTS = 64
_VALIDATING = 0.15
"""Share of the time that validation may take; if it would take more, part of it is measured."""


@dataclass(frozen=True)
class Timing:
    """Seconds of the parts of a phase.

    Parameters
    ----------
    laps : Laps
        The steps that were timed.
    starting : float
        Before the first step and, reading the best weights back, after the last.
    validation : float
        One validation, all its notes; 0 for a head's warm-up.
    checkpoint : float
        Writing a checkpoint; 0 for a head's warm-up.
    """

    laps: Laps
    starting: float
    validation: float
    checkpoint: float


@dataclass(frozen=True)
class Trial:
    """A phase to be tried out.

    Parameters
    ----------
    phase : Phase
        What would be trained; its `trainable` must be in force.
    every : int
        Read every so-manieth reading of a batch.
    room : Room
        How much is read at once.
    pace : float
        About how many seconds a token takes.
    seconds : float
        How long to time steps.
    """

    phase: Phase
    every: int
    room: Room
    pace: float
    seconds: float

    def timing(self, folder: Path, meter: Meter, advance: Advance) -> Timing:
        """Train a sample of the plan, and read the clock.

        Parameters
        ----------
        folder : Path
            Where a checkpoint goes.
        meter : Meter
            Told of the time that counts.
        advance : Advance
            Told the seconds gone by.
        """
        phase, plan, validating = self.phase, self._plan(), self._validating()
        finish, parts = phase.keep_best, self.every > 1
        watch = Stopwatch(plan.tokens, self.seconds, phase.device, meter, advance, finish=finish, parts=parts)
        short = replace(phase, plan=plan, validation=validating, evaluations=0, folder=folder)
        start = time.perf_counter()
        with reading_in(phase.objective, self.room):
            weights = Weights(phase.objective, phase.processes)
            PhaseTrainer(short, weights, watch, Bar(plan.tokens, lambda step=1: None)).run()
        moments = watch.moments
        last = moments["saved"] if finish else moments["stopped"]
        starting = moments["begun"] - start + time.perf_counter() - last
        if not finish:
            return Timing(watch.laps, starting, validation=0.0, checkpoint=0.0)
        share = float(validating.tokens.sum() / phase.validation.tokens.sum())
        return Timing(
            watch.laps,
            starting,
            validation=(moments["validated"] - moments["stopped"]) / share,
            checkpoint=moments["saved"] - moments["validated"],
        )

    def _plan(self) -> Plan:
        phase, most = self.phase, _MOST if self.every == 1 else _MOST_PARTS
        return sample(phase.plan, phase.objective, phase.examples, most=most, fewest=1 + FEWEST, every=self.every)

    def _validating(self) -> Plan:
        """As much of the validation as may be read, a forward pass being a third of a training step."""
        phase, whole = self.phase, self.phase.validation
        if not phase.keep_best:
            return whole
        expected = float(whole.tokens.sum()) * self.pace / 3
        share = _VALIDATING * self.seconds / expected
        if share >= 1:
            return whole
        most = max(1, round(len(whole) * share * self.every))
        return sample(whole, phase.objective, phase.examples, most=most, every=self.every)
