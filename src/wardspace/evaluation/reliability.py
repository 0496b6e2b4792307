"""Confidence against accuracy: bins of equal mass, and the calibration error that they add up to.

The confidence of an answer is the probability of the predicted class. Bins hold equal numbers of notes, which is less
biased than bins of equal width (Roelofs et al., Mitigating Bias in Calibration Error Estimation, 2022); notes of equal
confidence stand in one bin.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.evaluation.metrics import Doubles, Floats, Integers
from wardspace.evaluation.sums import ratio

MOST_BINS, FEWEST_NOTES = 10, 20
"""Bins of a curve, fewer where they would hold fewer notes than this."""


class Answers(NamedTuple):
    """What a run said of each note."""

    confidence: Doubles
    """Probability of the predicted class, [n]."""
    right: NDArray[np.bool_]
    """Whether it was right, [n]."""


def answers(probabilities: Floats, truth: Integers) -> Answers:
    """Confidence of each note's likeliest class, and whether that was right."""
    predicted = probabilities.argmax(axis=1)
    confidence = probabilities[np.arange(len(truth)), predicted].astype(np.float64)
    return Answers(confidence, predicted == truth)


def bin_count(notes: int) -> int:
    """How many bins this many notes are parted into."""
    return min(MOST_BINS, max(1, notes // FEWEST_NOTES))


def binned(confidence: Doubles, bins: int) -> NDArray[np.int64]:
    """Bin of each note, from 0: quantiles of the confidence part them; a bin may stay empty where many are equal."""
    edges = np.percentile(confidence, 100 * np.linspace(0, 1, bins + 1)[1:-1])
    return np.searchsorted(edges, confidence).astype(np.int64)


def gap_columns(found: Answers, bins: int) -> Doubles:
    """Confidence minus rightness of each note in the column of its bin, [n, bins], for `calibration_error`."""
    columns = np.zeros((len(found.confidence), bins))
    columns[np.arange(len(columns)), binned(found.confidence, bins)] = found.confidence - found.right
    return columns


def calibration_error(gaps: Doubles, notes: Doubles) -> Doubles:
    """Expected calibration error: the mean over notes of the distance of confidence and accuracy in their bin.

    Parameters
    ----------
    gaps : float64 [rows, bins]
        Sums of confidence minus rightness by bin.
    notes : float64 [rows]
        Notes of each row.

    Returns
    -------
    float64 [rows]
    """
    return ratio(np.abs(gaps).sum(axis=1), notes)


def curve_columns(found: Answers, bins: int) -> Doubles:
    """Notes, confidence and rightness of each note in the columns of its bin, [n, 3 * bins]."""
    place = binned(found.confidence, bins)
    columns = np.zeros((len(place), 3, bins))
    parts = np.stack([np.ones(len(place)), found.confidence, found.right.astype(np.float64)], axis=1)
    columns[np.arange(len(place)), :, place] = parts
    return columns.reshape(len(place), 3 * bins)
