"""Clusters of near-duplicates: one note stands for all that are near to it."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from wardspace.corpus.duplicates.buckets import Buckets
from wardspace.corpus.duplicates.sketches import Sketches

# notes in one bucket, that stand for themselves, with which a note is compared: those nearest in length
_MOST_IN_BUCKET = 128


class Near(NamedTuple):
    """A note and one that it is near to."""

    note: int
    other: int
    similarity: float
    """Exact Jaccard similarity of their sets of shingles."""


def near_duplicates(sketches: Sketches, found: Buckets, threshold: float) -> Iterator[Near]:
    """Yield the notes that another one stands for, each with that one.

    Notes are taken from the longest to the shortest (in shingles; a hash of the id decides between equals). One that is
    near to an earlier one that stands for itself is left to it, any other stands for itself. So every note left out is
    near to a note that is kept, no two notes kept are near to each other, as far as bands bring them together, and the
    order of rows does not matter. Where very many notes are much alike without being near, a note is compared with 128
    of each bucket, so that time grows with the number of notes and not with its square; `sketches.curtailed` marks it.

    Parameters
    ----------
    sketches : Sketches
        The notes.
    found : Buckets
        Which notes to compare.
    threshold : float
        Least Jaccard similarity.
    """
    heads = array("q", [-1]) * len(found.ends)  # the last place in each bucket of a note that stands for itself
    before = array("q", [-1]) * len(found.notes)  # the one before it
    for note, own in found.by_note(sketches):
        others: set[int] = set()
        more = False
        for _, bucket in own:
            place, seen = heads[bucket], 0
            while place >= 0 and seen < _MOST_IN_BUCKET:
                others.add(int(found.notes[place]))
                place, seen = before[place], seen + 1
            more = more or place >= 0
        kept = sketches.first_near(note, np.fromiter(sorted(others), np.int64, len(others)), threshold)
        if kept:
            yield Near(note, *kept)
            continue
        sketches.curtailed[note] |= more
        for place, bucket in own:
            before[place], heads[bucket] = heads[bucket], place
