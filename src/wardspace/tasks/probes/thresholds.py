"""From which probability on a note is said to have a label: chosen on validation for the highest F1."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

DEFAULT = 0.5
"""Where validation has no note with the label."""


def best_thresholds(flags: NDArray[np.bool_], probabilities: NDArray[np.floating]) -> NDArray[np.float64]:
    """The threshold of each label; see `best_threshold`.

    Parameters
    ----------
    flags : bool [n, labels]
        Which labels each validation note has.
    probabilities : float [n, labels]
        Probability that it has them.
    """
    return np.array([best_threshold(has, own) for has, own in zip(flags.T, probabilities.T, strict=True)])


def best_threshold(has: NDArray[np.bool_], probabilities: NDArray[np.floating]) -> float:
    """The threshold with the highest F1, halfway between the two probabilities it parts; of equals the highest.

    With few notes that have the label, the choice fits their luck (Lipton et al. 2014, Optimal thresholding of
    classifiers to maximize F1 measure): it is made on validation, and judged on test.

    Parameters
    ----------
    has : bool [n]
        Whether each validation note has the label.
    probabilities : float [n]
        Probability that it has.

    Returns
    -------
    float
        A note has the label if its probability is at least this.
    """
    if not has.any():
        return DEFAULT
    order = np.argsort(-probabilities, kind="stable")
    scores, hits = probabilities[order].astype(np.float64), np.cumsum(has[order])
    taken = np.arange(1, len(scores) + 1)
    f1 = 2 * hits / (taken + has.sum())
    ends = np.append(scores[1:] < scores[:-1], True)  # a threshold takes all notes of one probability, or none
    last = int(np.argmax(np.where(ends, f1, -1)))
    below = scores[last + 1] if last + 1 < len(scores) else 0.0
    return float((scores[last] + below) / 2)
