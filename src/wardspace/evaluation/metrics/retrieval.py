"""Metrics of a search: one value a query, from the ranks at which its right notes were found.

They are those of MTEB (Muennighoff et al. 2023): gains are 0 or 1, and a score is the mean over queries. A resample of
patients therefore weighs sums, and nothing is ranked anew.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import by_patient, ratio
from wardspace.evaluation.metrics.classification import Doubles

FIRST = 10
"""Places that nDCG and reciprocal rank look at."""
RECALLS = (1, 10, 100)
"""Places that recalls look at."""
RANKED = (f"ndcg_at_{FIRST}", f"mrr_at_{FIRST}", *(f"recall_at_{k}" for k in RECALLS))
"""Metrics in the order of the tables; higher is better in each."""


def query_values(ranks: pa.ChunkedArray, relevant: NDArray[np.integer]) -> Doubles:
    """Score each query by each metric of `RANKED`.

    Parameters
    ----------
    ranks : list<int32> [queries]
        Ranks of the right notes from 1, rising; those beyond any place looked at may be left out.
    relevant : int [queries]
        How many right notes each query has; at least 1.

    Returns
    -------
    float64 [queries, metrics]

    References
    ----------
    Järvelin, K. and Kekäläinen, J. (2002). Cumulated gain-based evaluation of IR techniques. ACM Transactions on
    Information Systems 20.
    """
    lists = ranks.combine_chunks()
    sizes = np.diff(lists.offsets.to_numpy())
    row = np.repeat(np.arange(len(sizes)), sizes)
    place = lists.flatten().to_numpy(zero_copy_only=False).astype(np.int64)
    near = place <= FIRST
    best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2.0, FIRST + 2)))])
    gains = np.bincount(row[near], weights=1 / np.log2(place[near] + 1.0), minlength=len(sizes))
    reciprocal = np.zeros(len(sizes))
    np.maximum.at(reciprocal, row[near], 1 / place[near])
    recalls = [np.bincount(row[place <= k], minlength=len(sizes)) / relevant for k in RECALLS]
    return np.stack([gains / best[np.minimum(relevant, FIRST)], reciprocal, *recalls], axis=1)


def weighted_means(values: Doubles, groups: NDArray[np.integer], weights: Doubles) -> Doubles:
    """Mean over queries under each resample.

    Parameters
    ----------
    values : float64 [queries, metrics]
        Value of each query.
    groups : int [queries]
        Number of each query's patient, or pool of patients.
    weights : float64 [resamples, patients or pools]
        How often each was drawn.

    Returns
    -------
    float64 [metrics, resamples]
        NaN for a resample without a query.
    """
    n = weights.shape[1]
    counts = weights @ np.bincount(groups, minlength=n).astype(np.float64)
    return ratio((weights @ by_patient(values, groups, n)).T, counts)
