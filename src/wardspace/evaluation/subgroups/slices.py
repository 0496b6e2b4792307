"""Scores of all runs of a panel within slices of its units, on the units as they are and on resamples of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import Resamples
from wardspace.evaluation.prediction_set import PredictionSet
from wardspace.evaluation.tally import Doubles, Metric, Sums, Tally

FEWEST_OF_LABEL = 5
"""Right units that a label must have in a slice to count in a mean over labels: one with fewer would decide by chance.
"""

Values = dict[str, Doubles]
"""Metric to values [runs, slices, resamples]."""


@dataclass(frozen=True)
class Sliced:
    """Scores within each slice, and how far they are from those on all other units."""

    values: Values
    gaps: Values


def sliced(panel: PredictionSet, slices: Sequence[NDArray[np.bool_]], draws: Resamples | None) -> Sliced:
    """Score every run within every slice, by the main metrics.

    Parameters
    ----------
    panel : PredictionSet
        The runs.
    slices : sequence of bool [units]
        Which units each slice holds.
    draws : Resamples or None
        Resamples of patients; None scores the units as they are, as one resample.

    Returns
    -------
    Sliced
        NaN where a slice has no unit in a resample, or no label with enough units for a mean over labels.
    """
    size = 1 if draws is None else draws.resamples
    names = [metric.name for metric in panel.main_metrics]
    shape = (len(panel.runs), len(slices), size)
    found = Sliced({name: np.empty(shape) for name in names}, {name: np.empty(shape) for name in names})
    wholes = [run.tally.by_group() for run in panel.runs]
    counted = [[_Part.of(run.tally, chosen) for chosen in slices] for run in panel.runs]
    every = [(slice(0, 1), np.ones((1, panel.n_groups), dtype=np.float32))]
    for chosen, weights in every if draws is None else draws.blocks(1):
        exact = weights.astype(np.float64)
        for r, (whole, parts) in enumerate(zip(wholes, counted, strict=True)):
            total = exact @ whole
            for s, part in enumerate(parts):
                inside = exact[:, part.patients] @ part.sums
                for metric in panel.main_metrics:
                    value, gap = part.scored(metric, inside, total - inside)
                    found.values[metric.name][r, s, chosen] = value
                    found.gaps[metric.name][r, s, chosen] = gap
    return found


@dataclass(frozen=True)
class _Part:
    """Sums within a slice of those patients who have a unit in it, and the sums over all patients on either side."""

    tally: Tally
    patients: NDArray[np.int64]
    sums: Doubles
    inside: Sums
    outside: Sums

    @classmethod
    def of(cls, tally: Tally, chosen: NDArray[np.bool_]) -> _Part:
        patients, places = np.unique(tally.groups[chosen], return_inverse=True)
        own = tally.rows(chosen)
        sums = own.by_group(places, len(patients))
        return cls(tally, patients, sums, own.total(), tally.rows(~chosen).total())

    def scored(self, metric: Metric, inside: Doubles, outside: Doubles) -> tuple[Doubles, Doubles]:
        """Value in the slice, and how far it is from that on all other units, of each row of sums.

        A mean over labels is one over those with enough units in the slice; its gap one over those with enough on both
        sides that the resample has on both.
        """
        here, rest = self.tally.split(inside), self.tally.split(outside)
        if metric.support is None:
            value = metric.value(here)
            return value, value - metric.value(rest)
        enough, others = (side[metric.support] >= FEWEST_OF_LABEL for side in (self.inside, self.outside))
        both = enough & others & (here[metric.support] > 0) & (rest[metric.support] > 0)
        value = metric.value(_only(metric, here, enough))
        return value, metric.value(_only(metric, here, both)) - metric.value(_only(metric, rest, both))


def _only(metric: Metric, sums: Sums, labels: NDArray[np.bool_]) -> Sums:
    """Sums without those of the other labels: a label without right units does not count."""
    return {part: sums[part] * labels if sums[part].ndim > 1 else sums[part] for part in metric.needs}
