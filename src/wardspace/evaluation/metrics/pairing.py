"""Which predicted mention answers which right one: one pairing, on which all schemes of scoring look."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

Integers = NDArray[np.int64]


class Mentions(NamedTuple):
    """The mentions of some notes, all arrays of one length."""

    note: Integers
    """Row of the note."""
    start: Integers
    """First character."""
    end: Integers
    """Character after the last."""
    type: Integers
    """Number of the type."""

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Mentions:
        """Mentions of a stored column, a list of structs for each note."""
        lists = column.combine_chunks()
        every = lists.flatten()
        fields = (every.field(name).to_numpy(zero_copy_only=False) for name in ("start", "end", "type"))
        note = pc.list_parent_indices(lists).to_numpy(zero_copy_only=False)
        return cls(note.astype(np.int64), *(values.astype(np.int64) for values in fields))

    def at(self, places: Integers) -> Mentions:
        """Some of them."""
        return Mentions(*(values[places] for values in self))


class Pairs(NamedTuple):
    """Pairs of a right and a predicted mention that overlap, all arrays of one length."""

    truth: Integers
    """Place of the right one among all right ones."""
    predicted: Integers
    """Place of the predicted one among all predicted ones."""
    borders: NDArray[np.bool_]
    """Whether their borders are the same."""
    types: NDArray[np.bool_]
    """Whether their types are the same."""

    @property
    def right(self) -> NDArray[np.bool_]:
        """Whether both are."""
        return self.borders & self.types


def paired(truth: Mentions, predicted: Mentions) -> Pairs:
    """Pair right mentions with predicted ones that overlap them, each with one at most.

    Of all such pairings it is one with the most pairs that have the same borders and type; of these one with the most
    that have the same borders, then the most with the same type, then the most pairs. So the numbers of pairs of each
    sort do not depend on the order in which mentions are listed, and a right mention that was predicted in two pieces
    counts once.
    """
    cluster = _clusters(truth, predicted)
    sides = (cluster[: len(truth.note)], cluster[len(truth.note) :])
    size = int(cluster.max(initial=-1)) + 1
    counts = np.stack([np.bincount(side, minlength=size) for side in sides])
    ordered = [np.argsort(side, kind="stable") for side in sides]
    first = np.cumsum(counts, axis=1) - counts
    simple = (counts == 1).all(axis=0)  # one of each side in a cluster: they overlap, and have no other partner
    found = [tuple(order[places[simple]] for order, places in zip(ordered, first, strict=True))]
    for number in np.flatnonzero((counts > 0).all(axis=0) & ~simple):
        ours, theirs = (
            order[places[number] : places[number] + several[number]]
            for order, places, several in zip(ordered, first, counts, strict=True)
        )
        rows, columns = _assigned(truth.at(ours), predicted.at(theirs))
        found.append((ours[rows], theirs[columns]))
    left, right = (np.concatenate(part) for part in zip(*found, strict=True))
    one, other = truth.at(left), predicted.at(right)
    return Pairs(left, right, (one.start == other.start) & (one.end == other.end), one.type == other.type)


def _clusters(truth: Mentions, predicted: Mentions) -> Integers:
    """Number of the stretch of text that each mention lies in; no mention of one stretch overlaps one of another."""
    note, start, end = (np.concatenate(part) for part in zip(truth[:3], predicted[:3], strict=True))
    shift = note * (int(end.max(initial=0)) + 1)
    order = np.lexsort((start + shift,))
    reach = np.maximum.accumulate((end + shift)[order])
    begins = np.zeros(len(order), dtype=np.int64)
    begins[1:] = (start + shift)[order][1:] >= reach[:-1]
    found = np.empty_like(begins)
    found[order] = np.cumsum(begins)
    return found


def _assigned(truth: Mentions, predicted: Mentions) -> tuple[Integers, Integers]:
    """The pairing of a few mentions of one note, as places on both sides."""
    start, end, kind = (values[:, None] for values in truth[1:])
    overlap = (start < predicted.end) & (predicted.start < end)
    borders, types = (start == predicted.start) & (end == predicted.end), kind == predicted.type
    # a power of more than there can be pairs: no number of pairs of a lower sort outweighs one of a higher
    base = float(min(overlap.shape) + 1)
    worth = overlap * (1 + base * types + base**2 * borders + base**3 * (borders & types))
    rows, columns = linear_sum_assignment(worth, maximize=True)
    kept = overlap[rows, columns]
    return rows[kept], columns[kept]
