"""Near-duplicates among all notes, and between splits: left out in the ledger, and counted."""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from wardspace.corpus.duplicates.buckets import Buckets, buckets
from wardspace.corpus.duplicates.sketches import Numbers, Sketches
from wardspace.corpus.prepare.ledger import Ledger
from wardspace.corpus.prepare.rejects import leaked, near_duplicate
from wardspace.corpus.schema import SPLITS

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


# notes in one bucket, that stand for themselves, with which a note is compared: those nearest in length
_MOST_COMPARED = 128


class Near(NamedTuple):
    """A note and one that it is near to."""

    note: int
    other: int
    similarity: float
    """Exact Jaccard similarity of their sets of shingles."""


def near_duplicates(
    sketches: Sketches, found: Buckets, threshold: float, sides: Numbers | None = None
) -> Iterator[Near]:
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
    sides : array of int, optional
        The other side of each note, where notes are pairs of texts: only those of the same one are compared.
    """
    heads = array("q", [-1]) * len(found.ends)  # the last place in each bucket of a note that stands for itself
    before = array("q", [-1]) * len(found.notes)  # the one before it
    for note, own in found.by_note(sketches):
        others: set[int] = set()
        more = False
        for _, bucket in own:
            place, seen = heads[bucket], 0
            while place >= 0 and seen < _MOST_COMPARED:
                others.add(int(found.notes[place]))
                place, seen = before[place], seen + 1
            more = more or place >= 0
        compared = np.fromiter(sorted(others), np.int64, len(others))
        if sides is not None:
            compared = compared[sides[compared] == sides[note]]
        kept = sketches.first_near(note, compared, threshold)
        if kept:
            yield Near(note, *kept)
            continue
        sketches.curtailed[note] |= more
        for place, bucket in own:
            before[place], heads[bucket] = heads[bucket], place


Step = dict[str, Any]


def leave_out_near(ledger: Ledger, sketches: Sketches, threshold: float) -> Step:
    """Leave out the notes that another one stands for, and say how many; of pairs those with the same other side."""
    numbers: dict[bytes, int] = {}
    sides = np.array([numbers.setdefault(side, len(numbers)) for side in ledger.other_sides()], dtype=np.int64)
    within = across = 0
    standing = set()
    for note, other, similarity in near_duplicates(
        sketches, buckets(sketches), threshold, sides if len(sides) else None
    ):
        note_id, patient = ledger.identity(other)
        same = patient == ledger.identity(note)[1]
        within, across = within + same, across + (not same)
        standing.add(other)
        ledger.leave_out(note, near_duplicate(note_id, similarity))
    return {
        "step": "deduplicate.near",
        "threshold": threshold,
        "left_out": within + across,
        "within_patients": within,
        "across_patients": across,
        "clusters": len(standing),
        "curtailed": int(sketches.curtailed.sum()),
    }


def leave_out_leaked(
    ledger: Ledger, sketches: Sketches, splits: Numbers, threshold: float, *, remove: bool
) -> tuple[Step, list[int]]:
    """Count the notes that are near to one of another split, and leave out those of train if asked.

    Parameters
    ----------
    ledger : Ledger
        Where notes are left out.
    sketches : Sketches
        The notes.
    splits : array of int, shape (n,)
        For each note the place of its split in `SPLITS`, below 0 for none.
    threshold : float
        Least Jaccard similarity.
    remove : bool
        Whether to leave out notes of train; those of validation and test always stay.

    Returns
    -------
    tuple of dict and list of int
        What was found before anything was left out, and the notes left out.
    """
    sketches.curtailed[:] = False
    counts = {f"{a}_near_{b}": 0 for a in SPLITS for b in SPLITS if a != b}
    gone: list[int] = []
    for found in crossings(sketches, splits, threshold):
        split, other_split = SPLITS[found.split], SPLITS[found.other_split]
        counts[f"{split}_near_{other_split}"] += 1
        # a note near to two splits comes twice in a row
        if remove and split == "train" and gone[-1:] != [found.note]:
            gone.append(found.note)
            ledger.leave_out(found.note, leaked(ledger.identity(found.other)[0], other_split, found.similarity))
    counts["curtailed"] = int(sketches.curtailed.sum())
    return {"step": "deduplicate.across_splits", "threshold": threshold, "left_out": len(gone), **counts}, gone
