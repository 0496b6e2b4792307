"""Where the right notes are when all are ranked by their likeness to a query."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.core.progress import Advance

DEPTH = 1000
"""Ranks beyond this are not kept."""
TIE = 1e-6
"""Cosines no further apart than this are a tie: single precision does not distinguish them."""
_CELLS = 2**24
"""Most cosines held at once: 64 MB, whatever the number of notes."""

Scores = Callable[[slice], NDArray[np.float32]]
"""From some queries to their likeness to every note searched, float32 [queries, n]."""


def ranks(
    scores: Scores, answers: Sequence[NDArray[np.int64]], n: int, advance: Advance, *, block: int | None = None
) -> list[NDArray[np.int32]]:
    """Rank `n` notes for each query, exactly.

    Parameters
    ----------
    scores : callable
        Called for one block of queries after the other.
    answers : sequence of int64 arrays
        Places of each query's right notes.
    n : int
        Notes searched.
    advance : callable
        Told of queries that are done.
    block : int, optional
        Queries looked at together; the outcome does not depend on it.

    Returns
    -------
    list of int32 arrays
        Ranks of each query's right notes from 1, rising, as far as `DEPTH`.
    """
    found: list[NDArray[np.int32]] = []
    size = block or max(1, _CELLS // max(n, 1))
    for start in range(0, len(answers), size):
        some = answers[start : start + size]
        rows = scores(slice(start, start + len(some)))
        found += [ranks_of(row, right) for row, right in zip(rows, some, strict=True)]
        advance(len(some))
    return found


def ranks_of(scores: NDArray[np.float32], right: NDArray[np.int64]) -> NDArray[np.int32]:
    """Ranks of the right notes of one query; a tie with a wrong note counts against them.

    So a space in which all notes coincide finds nothing, rather than whatever is first in the corpus.
    """
    own = np.sort(scores[right].astype(np.float64))
    bounds = own[::-1][:DEPTH] - TIE
    if not len(bounds):
        return np.empty(0, dtype=np.int32)
    near = np.sort(scores[scores >= bounds[-1]].astype(np.float64))
    wrong = (len(near) - np.searchsorted(near, bounds)) - (len(own) - np.searchsorted(own, bounds))
    place = np.arange(1, len(bounds) + 1) + wrong
    return place[place <= DEPTH].astype(np.int32)
