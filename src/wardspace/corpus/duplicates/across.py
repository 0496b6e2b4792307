"""Near-duplicates on two sides of a split: what a model may have read of the notes it is judged on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wardspace.corpus.duplicates.buckets import buckets
from wardspace.corpus.duplicates.sketches import Numbers, Sketches

_MOST_IN_BUCKET = 512


class Crossing(NamedTuple):
    """A note and one of another split that it is near to."""

    note: int
    split: int
    other: int
    other_split: int
    similarity: float
    """Exact Jaccard similarity of their sets of shingles."""


def crossings(sketches: Sketches, splits: Numbers, threshold: float) -> Iterator[Crossing]:
    """Yield each note that is near to a note of another split, once for each such split.

    Parameters
    ----------
    sketches : Sketches
        The notes.
    splits : array of int, shape (n,)
        The split of each note; what is below 0 is in none.
    threshold : float
        Least Jaccard similarity.

    Notes
    -----
    A note is compared with at most 512 notes of a split in each bucket; one that was so cut short without success is
    marked in `sketches.curtailed`.
    """
    found = buckets(sketches, splits)
    starts = np.concatenate([np.zeros(1, np.int64), found.ends[:-1]])
    sides = [int(side) for side in np.unique(splits) if side >= 0]
    for note, places in found.by_note(sketches):
        own = int(splits[note])
        for side in sides:
            if side == own:
                continue
            curtailed = bool(sketches.curtailed[note])
            for _, bucket in places:
                members = found.notes[starts[bucket] : found.ends[bucket]]  # sorted by split, then by size
                there = members[slice(*np.searchsorted(splits[members], (side, side + 1)))]
                near = sketches.first_near(note, _in_reach(sketches, note, there, threshold), threshold)
                if near:
                    sketches.curtailed[note] = curtailed  # what was left untried is no longer of interest
                    yield Crossing(note, own, near[0], side, near[1])
                    break


def _in_reach(sketches: Sketches, note: int, others: Numbers, threshold: float) -> Numbers:
    """Of notes sorted by size, those whose size lets them be near; the nearest in size where they are many."""
    sizes, own = sketches.sizes_of(others), sketches.sizes_of(np.array([note]))[0]
    first = int(np.searchsorted(sizes, own * threshold))
    last = int(np.searchsorted(sizes, own / threshold, "right"))
    if last - first <= _MOST_IN_BUCKET:
        return others[first:last]
    sketches.curtailed[note] = True
    middle = int(np.searchsorted(sizes, own)) - _MOST_IN_BUCKET // 2
    first = min(max(first, middle), last - _MOST_IN_BUCKET)
    return others[first : first + _MOST_IN_BUCKET]
