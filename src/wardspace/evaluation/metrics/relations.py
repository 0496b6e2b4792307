"""Metrics of relations: a predicted one is right if it is between the same two things and of the same type.

Two things that are related, whatever the type, are a pair; `pair_f1` asks of pairs alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from itertools import zip_longest
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import ratio
from wardspace.evaluation.metrics.mentions import (
    f1,
    fingerprints,
    macro_strict_f1,
    micro_f1,
    precision,
    strict_precision,
)
from wardspace.evaluation.metrics.mentions import strict_recall as micro_recall
from wardspace.evaluation.tally import Metric, Tally, numbered
from wardspace.evaluation.task_metrics import MistakeCount
from wardspace.evaluation.trust.decisions import Decisions
from wardspace.results.scores import MistakeKind

Integers = NDArray[np.int64]
_SUMS = ("right", "predicted", "truth")
_PAIRS = ("pairs_right", "pairs_predicted", "pairs_truth")

METRICS = (
    Metric("micro_f1", _SUMS, micro_f1),
    Metric("precision", ("right", "predicted"), strict_precision),
    Metric("recall", ("right", "truth"), micro_recall),
    Metric("macro_f1", _SUMS, macro_strict_f1, support="truth", secondary=True),
    Metric("pair_f1", _PAIRS, f1, secondary=True),
)
"""Metrics of relations, in the order of the tables."""

BY_TYPE = (
    Metric("f1", _SUMS, f1),
    Metric("precision", ("right", "predicted"), precision),
    Metric("recall", ("right", "truth"), ratio),
)
"""Metrics of the relations of each type."""


class Relations(NamedTuple):
    """The relations of some notes, all arrays of one length."""

    note: Integers
    """Row of the note."""
    head: Integers
    tail: Integers
    type: Integers

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Relations:
        """Relations of a stored column; see `wardspace.tasks.relations.stored`."""
        every = column.combine_chunks()
        flat = every.flatten()
        fields = (flat.field(name).to_numpy(zero_copy_only=False) for name in ("head", "tail", "type"))
        note = pc.list_parent_indices(every).to_numpy(zero_copy_only=False)
        return cls(note.astype(np.int64), *(values.astype(np.int64) for values in fields))

    def at(self, places: NDArray[np.bool_] | Integers) -> Relations:
        """Some of them."""
        return Relations(*(values[places] for values in self))

    def pairs(self) -> Relations:
        """Each pair once, its type forgotten."""
        _, first = np.unique(np.stack(self[:3], axis=1), axis=0, return_index=True)
        return self.at(first)._replace(type=np.zeros(len(first), dtype=np.int64))

    def among(self, others: Relations) -> NDArray[np.bool_]:
        """Which of them are among others."""
        both = np.concatenate([np.stack(self, axis=1), np.stack(others, axis=1)])
        _, number = np.unique(both, axis=0, return_inverse=True)
        return np.isin(number[: len(self.note)], number[len(self.note) :])


def relation_tally(predictions: pa.Table, types: tuple[str, ...]) -> Tally:
    """Count right, predicted and true relations by note and type, and pairs by note.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id, group, truth and predicted; see `wardspace.tasks.relations.stored`.
    types : tuple of str
        Types in the order of their numbers.
    """
    truth, predicted = (Relations.of(predictions[name]) for name in ("truth", "predicted"))
    size = (predictions.num_rows, len(types))
    typed = {"right": truth.at(truth.among(predicted)), "predicted": predicted, "truth": truth}
    ours, theirs = truth.pairs(), predicted.pairs()
    pairs = dict(zip(_PAIRS, (ours.at(ours.among(theirs)), theirs, ours), strict=True))
    return Tally.of(
        {name: _by_type(found, size) for name, found in typed.items()}
        | {name: np.bincount(found.note, minlength=size[0]) for name, found in pairs.items()},
        units=predictions["note_id"].to_pylist(),
        patients=predictions["group"].to_pylist(),
        labels=types,
        truth=fingerprints(truth, predictions.num_rows),
    )


def relation_decisions(predictions: pa.Table) -> Decisions:
    """One decision a predicted relation: whether it is right. Missed relations are none."""
    truth, predicted = (Relations.of(predictions[name]) for name in ("truth", "predicted"))
    right = predicted.among(truth)
    every = predictions["predicted"].combine_chunks().flatten()
    confidence = every.field("confidence").to_numpy(zero_copy_only=False)
    groups, _ = numbered(predictions["group"])
    return Decisions.of_events(confidence, right, np.ones_like(right), groups[predicted.note])


def relation_mistakes(predictions: pa.Table, types: tuple[str, ...]) -> list[MistakeCount]:
    """Relations that were missed or made up, and those of the wrong type."""
    truth, predicted = (Relations.of(predictions[name]) for name in ("truth", "predicted"))
    count: Counter[tuple[MistakeKind, str | None, str | None]] = Counter()
    for ours, theirs in _wrong(truth, predicted):
        kind: MistakeKind = "spurious" if ours is None else "missed" if theirs is None else "type"
        count[kind, None if ours is None else types[ours], None if theirs is None else types[theirs]] += 1
    there, said = (np.bincount(side.type, minlength=len(types)).tolist() for side in (truth, predicted))
    return [
        MistakeCount(kind, ours, theirs, size, (said if ours is None else there)[types.index(str(ours or theirs))])
        for (kind, ours, theirs), size in count.items()
    ]


def _wrong(truth: Relations, predicted: Relations) -> Iterator[tuple[int | None, int | None]]:
    """The type that is right and the one that was predicted, of each pair for which they differ."""
    missed, spurious = truth.at(~truth.among(predicted)), predicted.at(~predicted.among(truth))
    wrong: dict[tuple[int, ...], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for side, found in enumerate((missed, spurious)):
        for *pair, kind in zip(*(values.tolist() for values in found), strict=True):
            wrong[tuple(pair)][side].append(kind)
    for ours, theirs in wrong.values():
        yield from zip_longest(ours, theirs)


def _by_type(relations: Relations, size: tuple[int, int]) -> NDArray[np.int64]:
    place = np.ravel_multi_index((relations.note, relations.type), size)
    return np.bincount(place, minlength=size[0] * size[1]).reshape(size)
