"""Metrics of a search: one value a query, from the ranks at which its right notes were found.

They are those of MTEB (Muennighoff et al. 2023): gains are 0 or 1, and a score is the mean over queries. A resample of
patients therefore weighs sums, and nothing is ranked anew.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import ratio
from wardspace.evaluation.tally import Doubles, Metric, Tally

FIRST = 10
"""Places that nDCG and reciprocal rank look at."""
RECALLS = (1, 10, 100)
"""Places that recalls look at."""
RANKED = (f"ndcg_at_{FIRST}", f"mrr_at_{FIRST}", *(f"recall_at_{k}" for k in RECALLS))
"""Names of the metrics in the order of the tables."""
RETRIEVAL = tuple(Metric(name, (name, "queries"), ratio) for name in RANKED)
"""Metrics of a search: means over queries."""


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


def retrieval_tally(predictions: pa.Table) -> Tally:
    """Sum up the value of each query by each metric of `RANKED`.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id, group, relevant, candidates and ranks.
    """
    relevant = predictions["relevant"].to_numpy()
    values = query_values(predictions["ranks"], relevant)
    return Tally.of(
        {**dict(zip(RANKED, values.T, strict=True)), "queries": np.ones(len(values))},
        units=predictions["note_id"].to_pylist(),
        patients=predictions["group"].to_pylist(),
        # with more notes to search it would be another question
        truth=np.stack([relevant, predictions["candidates"].to_numpy()], axis=1),
    )
