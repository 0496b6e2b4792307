"""The runs of one row of the comparison by one metric, and what they say of chance in patients and in runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from wardspace.config import IntervalMethod, ReportConfig
from wardspace.core.seeds import generator
from wardspace.evaluation.intervals.bootstrap import interval
from wardspace.evaluation.intervals.distribution import Distribution
from wardspace.evaluation.intervals.estimate import Estimate
from wardspace.evaluation.prediction_set import PredictionSet
from wardspace.evaluation.tally import Metric

Doubles = NDArray[np.float64]


class Both(NamedTuple):
    """Ends of an interval over other patients and other runs."""

    low: float
    high: float


@dataclass(frozen=True)
class SeedRuns:
    """Values of runs that differ in their seed or subset alone, or of their differences to another model's.

    Attributes
    ----------
    plain : float64 [runs]
        On the notes as they are.
    draws : float64 [runs, resamples]
        On every resample of patients.
    left_out : float64 [runs, patients or pools of them]
        Without each in turn.
    """

    plain: Doubles
    draws: Doubles
    left_out: Doubles

    @classmethod
    def of(cls, found: Distribution, metric: str, runs: Sequence[int]) -> SeedRuns:
        """The values of some runs, in the order given."""
        chosen = list(runs)
        return cls(found.plain[metric][chosen], found.draws[metric][chosen], found.left_out[metric][chosen])

    def minus(self, other: SeedRuns) -> SeedRuns:
        """Differences run by run: the first run of the one minus the first of the other."""
        return SeedRuns(self.plain - other.plain, self.draws - other.draws, self.left_out - other.left_out)

    def mean(self) -> SeedRuns:
        """The mean of the runs as a single run."""
        return SeedRuns(*(part.mean(axis=0, keepdims=True) for part in (self.plain, self.draws, self.left_out)))

    @property
    def defined(self) -> bool:
        """Whether every run has a value."""
        return not bool(np.isnan(self.plain).any())

    @property
    def value(self) -> float:
        """Mean over runs."""
        return float(self.plain.mean())

    @property
    def spread(self) -> float | None:
        """Standard deviation over runs; None for a single one."""
        return float(self.plain.std(ddof=1)) if len(self.plain) > 1 else None

    def estimate(self, method: IntervalMethod, patients: int | None = None) -> Estimate | None:
        """The mean over runs when patients are drawn anew and runs stay what they were."""
        return Estimate.of(self.value, self.draws.mean(axis=0), self.left_out.mean(axis=0), method, patients)

    def over_both(self, confidence: float, seed: int) -> Both | None:
        """Percentile interval of the mean when patients and runs are both drawn anew, crossed; None for a single run.

        Each resample of patients meets a resample of runs (the same draws of runs for every model). Means of k runs
        drawn with replacement vary too little by (k - 1) / k; their deviations are widened by its root.

        References
        ----------
        Owen, A. B. (2007). The pigeonhole bootstrap. Annals of Applied Statistics 1.
        """
        runs, resamples = self.draws.shape
        if runs < 2:
            return None
        picked = generator("runs", seed, runs).integers(runs, size=(runs, resamples))
        centre = self.draws.mean(axis=0)
        drawn = np.take_along_axis(self.draws, picked, axis=0).mean(axis=0)
        moved = centre + np.sqrt(runs / (runs - 1)) * (drawn - centre)
        return None if np.isnan(moved).all() else Both(*interval(moved, confidence))


FEWEST_FOR_BCA = 3
"""Patients of the rarest class below which percentiles are taken instead: BCa reads skewness off what changes when a
patient is left out, and cannot see what happens when a class goes with its last patient (benchmarks/coverage.py)."""
FEWEST = 2
"""Patients below which nothing can be drawn anew: there is then no interval and no comparison."""


class Chance(TypedDict):
    """Fields that scores and differences have in common."""

    interval: IntervalMethod
    resamples: int
    runs: int
    se_patients: float
    sd_seeds: float | None
    sd_subsets: float | None
    low_all: float | None
    high_all: float | None


def method_for(panel: PredictionSet, config: ReportConfig) -> IntervalMethod:
    """The interval asked for, or percentiles where a class, or the whole, has too few patients for it."""
    supports = dict.fromkeys(one.support for one in panel.metrics if isinstance(one, Metric) and one.support)
    patients = np.array([panel.n_groups])
    if supports:
        by_group = panel.tally.split(panel.tally.by_group())
        patients = np.concatenate([(by_group[part] > 0).sum(axis=0) for part in supports])
    fewest = patients[patients > 0].min(initial=FEWEST_FOR_BCA)
    return config.interval if fewest >= FEWEST_FOR_BCA else "percentile"


def chance(sample: SeedRuns, estimate: Estimate, shots: int | None, config: ReportConfig) -> Chance:
    """Tell variance from patients and from runs apart; few-shot runs differ in their subset, others in their seed."""
    both = sample.over_both(config.confidence, config.seed)
    return Chance(
        interval=estimate.method,
        resamples=len(estimate.draws),
        runs=len(sample.plain),
        se_patients=estimate.error,
        sd_seeds=sample.spread if shots is None else None,
        sd_subsets=sample.spread if shots is not None else None,
        low_all=None if both is None else both.low,
        high_all=None if both is None else both.high,
    )
