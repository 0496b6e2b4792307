"""The notes of a segment whose pieces are nearest to a vector."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.serve.index.lists import EXACT
from wardspace.serve.index.segment import Segment

PROBES = 12
"""Lists that are read for a query."""
_BLOCK = 1 << 14


class Nearest(NamedTuple):
    """Notes, and how near they are."""

    notes: NDArray[np.int64]
    """Rows in the segment, nearest first."""
    cosines: NDArray[np.float32]
    """Of the piece that is nearest."""


def nearest(segment: Segment, vector: NDArray[np.float32], count: int, allowed: NDArray[np.bool_] | None) -> Nearest:
    """Find the nearest notes.

    Small segments are searched piece by piece. Of one with lists, the lists nearest to the vector are read, more of
    them where a filter leaves few notes; where it leaves few enough, exactly those are searched.

    Parameters
    ----------
    segment : Segment
        Where to search.
    vector : float32 [d]
        Of length one.
    count : int
        Most notes to return.
    allowed : bool [notes] or None
        Notes that may be found; None for all.
    """
    if segment.lists is None:
        return _best(segment, None, vector, count, allowed)
    if allowed is None:
        return _best(segment, _rows(segment, vector, PROBES), vector, count, allowed)
    left = int((segment.first[1:] - segment.first[:-1])[allowed].sum())
    if left <= EXACT:
        return _best(segment, np.flatnonzero(allowed[segment.pieces[:, 0]]), vector, count, None)
    # as many pieces as without a filter, on average
    return _best(segment, _rows(segment, vector, PROBES * segment.record.pieces // left), vector, count, allowed)


def exact_cosines(segment: Segment, notes: NDArray[np.int64], vector: NDArray[np.float32]) -> NDArray[np.float32]:
    """The cosine of each note's nearest piece, whatever the lists say; float32 [n]."""
    rows = [segment.pieces_of(int(note)) for note in notes]
    if not rows:
        return np.empty(0, dtype=np.float32)
    flat = segment.vectors[np.concatenate(rows)] @ vector
    starts = np.concatenate([[0], np.cumsum([len(own) for own in rows])[:-1]])
    return np.asarray(np.maximum.reduceat(flat, starts), dtype=np.float32)


def best_piece(segment: Segment, note: int, vector: NDArray[np.float32]) -> int:
    """Row of the piece of a note that is nearest to a vector."""
    rows = segment.pieces_of(note)
    return int(rows[int((segment.vectors[rows] @ vector).argmax())])


def _rows(segment: Segment, vector: NDArray[np.float32], probes: int) -> list[slice]:
    """The pieces of the nearest lists."""
    if segment.lists is None:
        return []
    starts = segment.lists.starts
    return [slice(int(starts[one]), int(starts[one + 1])) for one in segment.lists.nearest(vector, probes)]


def _best(
    segment: Segment,
    rows: NDArray[np.int64] | list[slice] | None,
    vector: NDArray[np.float32],
    count: int,
    allowed: NDArray[np.bool_] | None,
) -> Nearest:
    if rows is None:
        rows = [slice(start, start + _BLOCK) for start in range(0, segment.record.pieces, _BLOCK)]
    if isinstance(rows, list):
        cosines = [segment.vectors[some] @ vector for some in rows]
        owners = [segment.pieces[some, 0] for some in rows]
    else:
        blocks = range(0, len(rows), _BLOCK)
        cosines = [segment.vectors[rows[start : start + _BLOCK]] @ vector for start in blocks]
        owners = [segment.pieces[rows, 0]]
    if not cosines:
        return Nearest(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32))
    likeness, notes = np.concatenate(cosines), np.concatenate(owners)
    if allowed is not None:
        kept = allowed[notes]
        likeness, notes = likeness[kept], notes[kept]
    return _by_note(likeness, notes, count)


def _by_note(likeness: NDArray[np.float32], notes: NDArray[np.int32], count: int) -> Nearest:
    """Each note once, by its nearest piece; equal ones in the order of the segment."""
    size = 4 * count
    while True:
        if size >= len(likeness):
            top = np.arange(len(likeness))
        else:  # with all that are as near as the last one
            bound = np.partition(likeness, len(likeness) - size)[len(likeness) - size]
            top = np.flatnonzero(likeness >= bound)
        order = top[np.lexsort((notes[top], -likeness[top]))]
        _, first = np.unique(notes[order], return_index=True)
        if len(first) >= count or len(top) == len(likeness):
            chosen = order[np.sort(first)[:count]]
            return Nearest(notes[chosen].astype(np.int64), likeness[chosen])
        size *= 4
