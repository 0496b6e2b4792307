"""Near-duplicates among all notes, and between splits: left out in the ledger, and counted."""

from __future__ import annotations

from typing import Any

from wardspace.corpus.duplicates.across import crossings
from wardspace.corpus.duplicates.buckets import buckets
from wardspace.corpus.duplicates.clusters import near_duplicates
from wardspace.corpus.duplicates.sketches import Numbers, Sketches
from wardspace.corpus.ledger import Ledger
from wardspace.corpus.rejects import leaked, near_duplicate
from wardspace.corpus.schema import SPLITS

Step = dict[str, Any]


def leave_out_near(ledger: Ledger, sketches: Sketches, threshold: float) -> Step:
    """Leave out the notes that another one stands for, and say how many."""
    within = across = 0
    standing = set()
    for note, other, similarity in near_duplicates(sketches, buckets(sketches), threshold):
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
