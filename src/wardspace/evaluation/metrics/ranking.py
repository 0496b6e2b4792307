"""Rank metrics: how well probabilities put the right units before the others, weighted by bootstrap resamples."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.tally import Doubles, Floats, RankMetric

Integers = NDArray[np.integer]


def roc_area(positive: NDArray[np.bool_], score: Floats, weights: NDArray[np.float32]) -> Doubles:
    """Weighted area under one ROC curve: the chance that a positive unit scores above a negative one, ties half.

    The scores are sorted once for all resamples (Mann-Whitney's statistic with weights as multiplicities).

    Parameters
    ----------
    positive : bool [n]
        Which units are right.
    score : float [n]
        Higher is more likely.
    weights : float32 [n, resamples]
        How often each unit counts.

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
    return _ratio(wins, total_up * total_down)


def average_precision(positive: NDArray[np.bool_], score: Floats, weights: NDArray[np.float32]) -> Doubles:
    """Weighted mean, over the positive units, of the precision among all units that score at least as high.

    As in scikit-learn, units of equal score are taken together and nothing is interpolated.

    Parameters
    ----------
    positive, score, weights
        See `roc_area`.

    Returns
    -------
    float64 [resamples]
        NaN where the positives weigh nothing.
    """
    order = np.argsort(-score, kind="stable")
    falling = -score[order]
    ends = np.searchsorted(falling, falling[positive[order]], side="right")
    ups = weights[order] * positive[order, None]
    found, all_found = _cumulated(ups), _cumulated(weights[order])
    precision = _ratio(found[ends].astype(np.float64), all_found[ends].astype(np.float64))
    own = ups[positive[order]].astype(np.float64)
    return _ratio(np.einsum("nr,nr->r", own, np.nan_to_num(precision)), own.sum(axis=0))


AUROC = RankMetric("auroc", roc_area)
AVERAGE_PRECISION = RankMetric("average_precision", average_precision)


def _dot_cumulated(ups: NDArray[np.float32], downs: NDArray[np.float32], below: Integers) -> Doubles:
    """Sum over positives of their weight times the weight of the first `below` negatives, per resample."""
    return np.asarray(np.einsum("nr,nr->r", ups, _cumulated(downs)[below], dtype=np.float64))


def _cumulated(weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weight of the first 0, 1, … n rows: [n + 1, resamples]."""
    # counts below 2**24 are exact in float32, and half as wide
    found = np.zeros((len(weights) + 1, weights.shape[1]), dtype=np.float32)
    for row, weight in enumerate(weights):  # ten times as fast as np.cumsum, which goes down one column after the other
        np.add(found[row], weight, out=found[row + 1])
    return found


def _ratio(above: Doubles, below: Doubles) -> Doubles:
    out = np.full(np.broadcast(above, below).shape, np.nan)
    np.divide(above, below, out=out, where=below > 0)
    return out
