"""Metrics of a classification, weighted by bootstrap resamples of patients.

Each metric takes counts or weights of R resamples at once and gives R values; a plain score is the case of one
resample in which every patient counts once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64] | NDArray[np.float32]
Doubles = NDArray[np.float64]
Integers = NDArray[np.integer]


@dataclass(frozen=True)
class Counts:
    """Notes by class, per patient or per resample.

    Attributes
    ----------
    hits : float64 [rows, classes]
        Notes of the class that were predicted as it.
    predicted : float64 [rows, classes]
        Notes predicted as the class.
    truth : float64 [rows, classes]
        Notes of the class.
    """

    hits: Doubles
    predicted: Doubles
    truth: Doubles

    @classmethod
    def by_group(cls, truth: Integers, predicted: Integers, groups: Integers, classes: int, n_groups: int) -> Counts:
        """Count per patient; `groups` numbers the patient of each note from 0 to `n_groups` - 1.

        Truth and predictions are classes [n], or flags [n, classes] where notes may have several labels.
        """
        if truth.ndim == 2:
            flags = (truth & predicted, predicted, truth)
            return cls(*(_flagged(each, groups, n_groups) for each in flags))

        def table(codes: Integers, chosen: NDArray[np.bool_] | None = None) -> Doubles:
            cells = groups.astype(np.int64) * classes + codes
            cells = cells if chosen is None else cells[chosen]
            found = np.bincount(cells, minlength=n_groups * classes)
            return np.asarray(found.reshape(n_groups, classes), dtype=np.float64)

        return cls(hits=table(truth, truth == predicted), predicted=table(predicted), truth=table(truth))

    def weighted(self, weights: Doubles) -> Counts:
        """Counts of resamples: `weights` [resamples, patients] says how often each patient was drawn."""
        # one product: with few classes the time goes into reading the weights
        found = weights @ np.concatenate([self.hits, self.predicted, self.truth], axis=1)
        return Counts(*np.split(found, 3, axis=1))

    def total(self) -> Counts:
        """Counts of all notes, as one row."""
        return Counts(*(part.sum(axis=0, keepdims=True) for part in (self.hits, self.predicted, self.truth)))


def macro_f1(counts: Counts) -> Doubles:
    """Mean F1 of the classes that have notes.

    A class that no patient of a resample has is left out of it: counting it 0 would draw all resamples down.
    """
    each = np.where(counts.truth > 0, _ratio(2 * counts.hits, counts.predicted + counts.truth), 0)
    return _ratio(each.sum(axis=1), (counts.truth > 0).sum(axis=1))


def micro_f1(counts: Counts) -> Doubles:
    """F1 of all decisions together; with one label a note it equals accuracy."""
    return _ratio(2 * counts.hits.sum(axis=1), counts.predicted.sum(axis=1) + counts.truth.sum(axis=1))


def accuracy(counts: Counts) -> Doubles:
    """Share of notes that were predicted right."""
    return _ratio(counts.hits.sum(axis=1), counts.truth.sum(axis=1))


def balanced_accuracy(counts: Counts) -> Doubles:
    """Mean recall of the classes that have notes."""
    return _ratio(_ratio(counts.hits, counts.truth).sum(axis=1), (counts.truth > 0).sum(axis=1))


COUNTED: dict[str, Callable[[Counts], Doubles]] = {
    "macro_f1": macro_f1,
    "micro_f1": micro_f1,
    "accuracy": accuracy,
    "balanced_accuracy": balanced_accuracy,
}
"""Metrics that need the predicted class alone."""

METRICS = (*COUNTED, "auroc")
"""All metrics, in the order of the tables; higher is better in each."""
OF_SEVERAL = ("macro_f1", "micro_f1", "auroc")
"""Those that mean something where notes may have several labels."""


def _flagged(flags: Integers, groups: Integers, n_groups: int) -> Doubles:
    found = np.zeros((n_groups, flags.shape[1]))
    np.add.at(found, groups, flags)
    return found


def auroc(truth: Integers, probabilities: Floats, weights: NDArray[np.float32]) -> Doubles:
    """Area under the ROC curve, each class against the rest, averaged over classes.

    A class without notes, or without notes of other classes, in a resample is left out of that resample's mean;
    NaN where that leaves none.

    Parameters
    ----------
    truth : int [n] or bool [n, classes]
        Class of each note, or which labels it has.
    probabilities : float [n, classes]
        Probability of each class.
    weights : float32 [n, resamples]
        How often each note counts.

    Returns
    -------
    float64 [resamples]
    """
    has = (truth if truth.ndim == 2 else truth[:, None] == np.arange(probabilities.shape[1])).astype(bool)
    areas = [area(has[:, code], probabilities[:, code], weights) for code in range(probabilities.shape[1])]
    stacked = np.stack(areas)
    known = ~np.isnan(stacked)
    return np.where(
        known.any(axis=0),
        np.where(known, stacked, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1),
        np.nan,
    )


def area(positive: NDArray[np.bool_], score: Floats, weights: NDArray[np.float32]) -> Doubles:
    """Weighted area under one ROC curve: the chance that a positive note scores above a negative one, ties half.

    The scores are sorted once for all resamples (Mann-Whitney's statistic with weights as multiplicities).

    Returns
    -------
    float64 [resamples]
        NaN where the positives or the negatives weigh nothing.
    """
    order = np.argsort(score, kind="stable")
    positive = positive[order]
    ups, downs = weights[order[positive]], weights[order[~positive]]
    total_up, total_down = (part.sum(axis=0, dtype=np.float64) for part in (ups, downs))
    # For each positive, the negatives below it and those up to and including its ties: their mean counts ties half.
    negatives = score[order][~positive]
    positives = score[order][positive]
    below = np.searchsorted(negatives, positives, side="left")
    upto = np.searchsorted(negatives, positives, side="right")
    wins = _dot_cumulated(ups, downs, below)
    wins = wins if np.array_equal(below, upto) else (wins + _dot_cumulated(ups, downs, upto)) / 2
    return _ratio(wins, total_up * total_down, empty=np.nan)


def _dot_cumulated(ups: NDArray[np.float32], downs: NDArray[np.float32], below: Integers) -> Doubles:
    """Sum over positives of their weight times the weight of the first `below` negatives, per resample."""
    # counts below 2**24 are exact in float32, and half as wide
    cumulated = np.zeros((len(downs) + 1, downs.shape[1]), dtype=np.float32)
    for row, down in enumerate(downs):  # ten times as fast as np.cumsum, which goes down one column after the other
        np.add(cumulated[row], down, out=cumulated[row + 1])
    return np.asarray(np.einsum("nr,nr->r", ups, cumulated[below], dtype=np.float64))


def _ratio(above: Doubles, below: Doubles | NDArray[np.int64], empty: float = 0.0) -> Doubles:
    out = np.full(np.broadcast(above, below).shape, empty, dtype=np.float64)
    np.divide(above, below, out=out, where=below > 0)
    return out
