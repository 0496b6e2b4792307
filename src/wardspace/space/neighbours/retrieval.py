"""Whether a search by a note finds the notes of its label first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from wardspace.space.unit import Codes, Floats


@dataclass(frozen=True)
class Retrieved:
    """How well each query's ranking of the other patients' notes does; a note is relevant if it has the query's label.

    Each is of shape (q,) and NaN where a query has no label, no relevant note, or nothing to rank.
    Manning, Raghavan and Schütze (2008), Introduction to Information Retrieval, chapter 8.
    """

    precision: Floats
    """Share of the k nearest that are relevant: nearest-neighbour purity."""
    average_precision: Floats
    """Mean of the precision at each relevant note of the whole ranking."""
    ndcg: Floats
    """Discounted cumulative gain of the k nearest over that of the best ranking (Järvelin and Kekäläinen 2002)."""
    recall: Floats
    """Share of the relevant notes that are among the k nearest; at most k over their number."""

    @classmethod
    def joined(cls, blocks: Sequence[Self]) -> Self:
        """The blocks as one."""
        return cls(*(np.concatenate(parts) for parts in zip(*map(astuple, blocks), strict=True)))


def retrieval_scores(ranked: NDArray[Any], rivals: NDArray[np.int64], own: Codes, neighbours: int) -> Retrieved:
    """Judge rankings.

    Parameters
    ----------
    ranked : int array of shape (q, n)
        Class of each note in the order of its likeness to the query; −1 for none.
    rivals : int array of shape (q,)
        Places of the ranking that count; the query's own patient is behind them.
    own : int array of shape (q,)
        Class of each query; −1 for none.
    neighbours : int
        k, the places that precision, recall and gain look at.
    """
    queries, places = ranked.shape
    listed = (ranked >= 0) & (np.arange(places) < rivals[:, None]) & (own >= 0)[:, None]
    row, place = np.nonzero(listed & (ranked == own[:, None]))
    rank = np.cumsum(listed, axis=1, dtype=np.int32)[row, place]
    relevant = np.bincount(row, minlength=queries)
    before = np.cumsum(relevant) - relevant
    hit = np.arange(1, len(row) + 1) - before[row]
    near = rank <= neighbours
    hits = np.bincount(row[near], minlength=queries)
    gains = np.bincount(row[near], weights=1 / np.log2(rank[near] + 1.0), minlength=queries)
    best = np.concatenate([[0.0], np.cumsum(1 / np.log2(np.arange(2.0, neighbours + 2)))])
    return Retrieved(
        precision=_over(hits, np.minimum(listed.sum(axis=1), neighbours)),
        average_precision=_over(np.bincount(row, weights=hit / rank, minlength=queries), relevant),
        ndcg=_over(gains, best[np.minimum(relevant, neighbours)]),
        recall=_over(hits, relevant),
    )


def _over(top: NDArray[Any], bottom: NDArray[Any]) -> Floats:
    found = np.full(len(top), np.nan)
    np.divide(top, bottom, out=found, where=bottom > 0)
    return found
