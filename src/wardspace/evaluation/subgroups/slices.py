"""Scores of all runs of a panel within slices of its notes, on the notes as they are and on resamples of patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import Resamples, ratio
from wardspace.evaluation.metrics.classification import Counts, Doubles
from wardspace.evaluation.prediction_set import PredictionSet, Run

METRICS = ("macro_f1", "accuracy")
"""What is measured within slices."""
FEWEST_OF_CLASS = 5
"""Notes that a class must have in a slice to count in its macro F1: one with fewer would decide it by chance."""

Values = dict[str, Doubles]
"""Metric to values [runs, slices, resamples]."""


@dataclass(frozen=True)
class Sliced:
    """Scores within each slice, and how far they are from those on all other notes."""

    values: Values
    gaps: Values


def sliced(panel: PredictionSet, slices: Sequence[NDArray[np.bool_]], draws: Resamples | None) -> Sliced:
    """Score every run within every slice.

    Parameters
    ----------
    panel : PredictionSet
        The runs.
    slices : sequence of bool [n]
        Which notes each slice holds.
    draws : Resamples or None
        Resamples of patients; None scores the notes as they are, as one resample.

    Returns
    -------
    Sliced
        NaN where a slice has no note in a resample, or no class with enough notes for macro F1.
    """
    counted = [[_Part.of(panel, run, chosen) for chosen in slices] for run in panel.runs]
    wholes = [_Part.of(panel, run, np.ones(len(panel.truth), dtype=bool)) for run in panel.runs]
    size = 1 if draws is None else draws.resamples
    shape = (len(panel.runs), len(slices), size)
    found = Sliced({name: np.empty(shape) for name in METRICS}, {name: np.empty(shape) for name in METRICS})
    every = [(slice(0, 1), np.ones((1, panel.n_groups), dtype=np.float32))]
    for chosen, weights in every if draws is None else draws.blocks(1):
        exact = weights.astype(np.float64)
        for r, (whole, parts) in enumerate(zip(wholes, counted, strict=True)):
            total = whole.weighted(exact)
            for s, part in enumerate(parts):
                _fill(found, (r, s, chosen), part, part.weighted(exact), total)
    return found


@dataclass(frozen=True)
class _Part:
    """Counts of a slice for those patients who have a note in it, and which classes count inside and in gaps."""

    patients: NDArray[np.int64]
    counts: Counts
    classes: NDArray[np.bool_]
    shared: NDArray[np.bool_]

    @classmethod
    def of(cls, panel: PredictionSet, run: Run, chosen: NDArray[np.bool_]) -> _Part:
        patients, places = np.unique(panel.groups[chosen], return_inverse=True)
        counts = Counts.by_group(panel.truth[chosen], run.predicted[chosen], places, panel.classes, len(patients))
        own, others = (
            np.bincount(panel.truth[side], minlength=panel.classes) >= FEWEST_OF_CLASS for side in (chosen, ~chosen)
        )
        return cls(patients, counts, own, own & others)

    def weighted(self, weights: Doubles) -> Counts:
        return self.counts.weighted(weights[:, self.patients])


def _fill(found: Sliced, place: tuple[int, int, slice], part: _Part, inside: Counts, total: Counts) -> None:
    rest = Counts(total.hits - inside.hits, total.predicted - inside.predicted, total.truth - inside.truth)
    shared = part.shared & (inside.truth > 0) & (rest.truth > 0)
    found.values["macro_f1"][place] = macro_f1_of(inside, part.classes & (inside.truth > 0))
    found.gaps["macro_f1"][place] = macro_f1_of(inside, shared) - macro_f1_of(rest, shared)
    found.values["accuracy"][place] = _accuracy(inside)
    found.gaps["accuracy"][place] = _accuracy(inside) - _accuracy(rest)


def macro_f1_of(counts: Counts, chosen: NDArray[np.bool_]) -> Doubles:
    """Mean F1 over the chosen classes of each row; NaN where none is chosen.

    A class that a resample lacks is not chosen in it: were it counted as zero, small slices would look worse in
    resamples than they are.
    """
    scores = np.nan_to_num(ratio(2 * counts.hits, counts.predicted + counts.truth))
    return ratio((scores * chosen).sum(axis=1), chosen.sum(axis=1).astype(np.float64))


def _accuracy(counts: Counts) -> Doubles:
    return ratio(counts.hits.sum(axis=1), counts.truth.sum(axis=1))
