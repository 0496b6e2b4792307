"""Notes that agree in a band are in one bucket: the pairs worth comparing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wardspace.corpus.duplicates.sketches import Numbers, Sketches
from wardspace.corpus.duplicates.sketching import Hashes


@dataclass(frozen=True)
class Buckets:
    """All buckets of two notes or more, bucket by bucket.

    Memory depends on the places in them: none for a note like no other.
    """

    notes: Numbers
    """Notes, in the order of `ends`."""
    ends: Numbers
    """Where each bucket ends; the first begins at 0."""

    def by_note(self, sketches: Sketches) -> Iterator[tuple[int, list[tuple[int, int]]]]:
        """Yield each note with its places and their buckets, from the longest note to the shortest.

        Length is in shingles; a hash of the id decides between equals, so that the order of rows does not matter.
        """
        places = np.argsort(self.notes, kind="stable")
        numbers = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))[places]
        notes, starts = np.unique(self.notes[places], return_index=True)
        ends = np.append(starts[1:], len(places))
        for i in np.lexsort((sketches.ties[notes], -sketches.sizes[notes])).tolist():
            own = slice(starts[i], ends[i])
            yield int(notes[i]), list(zip(places[own].tolist(), numbers[own].tolist(), strict=True))


def buckets(sketches: Sketches, groups: Numbers | None = None) -> Buckets:
    """Bring together the notes that agree in a band.

    Parameters
    ----------
    sketches : Sketches
        The notes.
    groups : array of int, optional
        The group of each note, below 0 for none: only buckets with notes of two groups or more are given, sorted by
        group, then by size.
    """
    labels = np.zeros(len(sketches), np.int64) if groups is None else groups
    ties, sizes = sketches.ties, sketches.sizes
    there = np.flatnonzero((sizes > 0) & (labels >= 0))
    notes, lengths = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for keys in sketches.bands():
        members = _shared(there, keys[there])
        members = members[np.lexsort((ties[members], sizes[members], labels[members], keys[members]))]
        starts = np.flatnonzero(_changes(keys[members]))
        counts = np.diff(starts, append=len(members))
        if groups is not None:
            several = labels[members[starts]] != labels[members[starts + counts - 1]]
            members, counts = members[np.repeat(several, counts)], counts[several]
        notes.append(members)
        lengths.append(counts)
    return Buckets(np.concatenate(notes), np.cumsum(np.concatenate(lengths)))


def _shared(notes: Numbers, keys: Hashes) -> Numbers:
    """The notes whose key another one has too: few, so that only they are put in a full order."""
    order = np.argsort(keys)
    first = _changes(keys[order])
    last = np.append(first[1:], True)
    found: Numbers = notes[order[~(first & last)]]
    return found


def _changes(keys: Hashes) -> npt.NDArray[np.bool_]:
    """Where a run of equal keys begins."""
    found = np.ones(len(keys), bool)
    found[1:] = keys[1:] != keys[:-1]
    return found
