"""Where the uncertainty of a value comes from: which patients were tested, which seeds or subsets were run."""

from __future__ import annotations

from typing import TypedDict

from wardspace.config import IntervalMethod, ReportConfig
from wardspace.evaluation.estimate import Estimate
from wardspace.evaluation.metrics import Counts
from wardspace.evaluation.panel import Panel
from wardspace.evaluation.sample import Sample

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


def method_for(panel: Panel, config: ReportConfig) -> IntervalMethod:
    """The interval asked for, or percentiles where a class, or a search, has too few patients for it."""
    if panel.ranked:
        return config.interval if panel.n_groups >= FEWEST_FOR_BCA else "percentile"
    counts = Counts.by_group(panel.truth, panel.truth, panel.groups, panel.classes, panel.n_groups)
    patients = (counts.truth > 0).sum(axis=0)
    return config.interval if patients[patients > 0].min(initial=FEWEST_FOR_BCA) >= FEWEST_FOR_BCA else "percentile"


def chance(sample: Sample, estimate: Estimate, shots: int | None, config: ReportConfig) -> Chance:
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
