"""One order of notes from two: by their vectors and by their words."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

WEIGHT = 0.8
"""Share of the vectors where a search and its index name none; chosen on questions of MedQuAD, see
docs/decisions.md."""

_EQUAL = 1e-5
"""Scores no further apart than this are equal: to scale them would make rounding decide."""


def fused(cosines: NDArray[np.float32], words: NDArray[np.float32], weight: float) -> NDArray[np.float32]:
    """Put two scores of the same notes together, each scaled to [0, 1] by its lowest and highest value.

    Parameters
    ----------
    cosines, words : float32 [n]
        Scores of all notes that either way of searching brought in.
    weight : float
        Share of the cosines, in [0, 1].

    Returns
    -------
    float32 [n]

    References
    ----------
    Bruch, Gai and Ingber 2023, An Analysis of Fusion Functions for Hybrid Retrieval.
    """
    return np.asarray(weight * _scaled(cosines) + (1 - weight) * _scaled(words), dtype=np.float32)


def _scaled(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(scores):
        return scores
    low, spread = scores.min(), np.ptp(scores)
    if spread > _EQUAL:
        return np.asarray((scores - low) / spread, dtype=np.float32)
    # all equal: each is the best there is, unless nothing speaks for any of them
    return np.full_like(scores, 1.0 if low > 0 else 0.0)
