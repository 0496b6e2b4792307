"""Metrics of mentions, in the manner of MUC and SemEval-2013: strict, exact, partial and type.

A right mention and the predicted one that answers it (see `pairing`) differ in nothing, in their borders, in their
type, or in both. The four schemes count these pairs differently; all other mentions are missed or spurious in each:

| pair                    | strict    | exact     | partial | type      |
|-------------------------|-----------|-----------|---------|-----------|
| right                   | correct   | correct   | correct | correct   |
| wrong type              | incorrect | correct   | correct | incorrect |
| wrong borders           | incorrect | incorrect | half    | correct   |
| wrong borders and type  | incorrect | incorrect | half    | incorrect |

Precision is what is correct over all predicted mentions, recall over all right ones.

References
----------
Chinchor, N. and Sundheim, B. (1993). MUC-5 evaluation metrics. Fifth Message Understanding Conference.
Segura-Bedmar, I., Martínez, P. and Herrero-Zazo, M. (2013). SemEval-2013 Task 9. Second Joint Conference on Lexical and
Computational Semantics.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.evaluation.intervals.bootstrap import ratio
from wardspace.evaluation.metrics.pairing import Mentions, paired
from wardspace.evaluation.tally import Doubles, Metric, Tally, numbered
from wardspace.evaluation.task_metrics import MistakeCount
from wardspace.evaluation.trust.decisions import Decisions
from wardspace.results.scores import MistakeKind

PAIRS = ("right", "same_borders", "same_type", "overlapping")
"""Parts of a tally that count pairs: with the same borders and type, the same borders, the same type, and all."""
_STRICT = ("right", "predicted", "truth")


def f1(correct: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """Harmonic mean of precision and recall; NaN where there is neither a right mention nor a predicted one."""
    return ratio(2 * correct, predicted + truth)


def precision(right: Doubles, predicted: Doubles) -> Doubles:
    """Share of the predicted mentions that are right; 0 where nothing was predicted."""
    return np.nan_to_num(ratio(right, predicted))


def type_partial_f1(right: Doubles, same_type: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """Partial F1 of each type: an overlap with a mention of the type counts half."""
    return f1((right + same_type) / 2, predicted, truth)


def micro_f1(correct: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """F1 over all types together."""
    return f1(correct.sum(axis=-1), predicted.sum(axis=-1), truth.sum(axis=-1))


def strict_precision(right: Doubles, predicted: Doubles) -> Doubles:
    """Share of the predicted mentions whose borders and type are right; 0 where nothing was predicted."""
    return precision(right.sum(axis=-1), predicted.sum(axis=-1))


def strict_recall(right: Doubles, truth: Doubles) -> Doubles:
    """Share of the right mentions that were predicted with their borders and type."""
    return ratio(right.sum(axis=-1), truth.sum(axis=-1))


def macro_strict_f1(right: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """Mean strict F1 of the types that have right mentions."""
    each = np.where(truth > 0, np.nan_to_num(f1(right, predicted, truth)), 0)
    return ratio(each.sum(axis=-1), (truth > 0).sum(axis=-1).astype(np.float64))


def partial_f1(same_borders: Doubles, overlapping: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """F1 of mentions whatever their type; where borders differ, an overlap counts half."""
    return micro_f1((same_borders + overlapping) / 2, predicted, truth)


METRICS = (
    Metric("strict_f1", _STRICT, micro_f1),
    Metric("strict_precision", ("right", "predicted"), strict_precision),
    Metric("strict_recall", ("right", "truth"), strict_recall),
    Metric("exact_f1", ("same_borders", "predicted", "truth"), micro_f1, secondary=True),
    Metric("partial_f1", ("same_borders", "overlapping", "predicted", "truth"), partial_f1, secondary=True),
    Metric("type_f1", ("same_type", "predicted", "truth"), micro_f1, secondary=True),
    Metric("macro_strict_f1", _STRICT, macro_strict_f1, support="truth", secondary=True),
)
"""Metrics of mentions, in the order of the tables."""


BY_TYPE = (
    Metric("strict_f1", _STRICT, f1),
    Metric("strict_precision", ("right", "predicted"), precision),
    Metric("strict_recall", ("right", "truth"), ratio),
    Metric("partial_f1", ("right", "same_type", "predicted", "truth"), type_partial_f1),
    Metric("type_f1", ("same_type", "predicted", "truth"), f1),
)
"""Metrics of the mentions of each type as if there were no other; the exact scheme is then the strict one."""


def mention_tally(predictions: pa.Table, types: tuple[str, ...]) -> Tally:
    """Count right mentions, predicted ones and pairs of both, by note and type; pairs under the type that is right.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id, group, truth and predicted; see `wardspace.tasks.entities.mentions`.
    types : tuple of str
        Types in the order of their numbers.
    """
    truth, predicted = (Mentions.of(predictions[name]) for name in ("truth", "predicted"))
    pairs = paired(truth, predicted)
    chosen = (pairs.right, pairs.borders, pairs.types, np.ones_like(pairs.right))
    counted = {name: truth.at(pairs.truth[sort]) for name, sort in zip(PAIRS, chosen, strict=True)}
    size = (predictions.num_rows, len(types))
    return Tally.of(
        {name: _by_type(found, size) for name, found in {**counted, "predicted": predicted, "truth": truth}.items()},
        units=predictions["note_id"].to_pylist(),
        patients=predictions["group"].to_pylist(),
        labels=types,
        truth=fingerprints(truth, predictions.num_rows),
    )


def mention_decisions(predictions: pa.Table) -> Decisions:
    """One decision a predicted mention: whether its borders and type are right. Missed mentions are none."""
    truth, predicted = (Mentions.of(predictions[name]) for name in ("truth", "predicted"))
    pairs = paired(truth, predicted)
    right = np.zeros(len(predicted.note), dtype=bool)
    right[pairs.predicted[pairs.right]] = True
    every = predictions["predicted"].combine_chunks().flatten()
    confidence = every.field("confidence").to_numpy(zero_copy_only=False)
    groups, _ = numbered(predictions["group"])
    return Decisions.of_events(confidence, right, np.ones_like(right), groups[predicted.note])


def mention_mistakes(predictions: pa.Table, types: tuple[str, ...]) -> list[MistakeCount]:
    """Mentions that were missed or made up, and those found with wrong borders, the wrong type or both."""
    truth, predicted = (Mentions.of(predictions[name]) for name in ("truth", "predicted"))
    pairs = paired(truth, predicted)
    missed, spurious = (
        np.delete(side.type, places) for side, places in ((truth, pairs.truth), (predicted, pairs.predicted))
    )
    count: Counter[tuple[MistakeKind, str | None, str | None]] = Counter()
    count.update(("missed", types[kind], None) for kind in missed.tolist())
    count.update(("spurious", None, types[kind]) for kind in spurious.tolist())
    for place in np.flatnonzero(~pairs.right).tolist():
        kind: MistakeKind = "type" if pairs.borders[place] else "borders" if pairs.types[place] else "borders and type"
        ours, theirs = truth.type[pairs.truth[place]], predicted.type[pairs.predicted[place]]
        count[kind, types[ours], types[theirs]] += 1
    there, said = (np.bincount(side.type, minlength=len(types)).tolist() for side in (truth, predicted))
    return [
        MistakeCount(kind, ours, theirs, size, (said if ours is None else there)[types.index(str(ours or theirs))])
        for (kind, ours, theirs), size in count.items()
    ]


def _by_type(mentions: Mentions, size: tuple[int, int]) -> NDArray[np.int64]:
    """Mentions of each note and type."""
    place = np.ravel_multi_index((mentions.note, mentions.type), size)
    return np.bincount(place, minlength=size[0] * size[1]).reshape(size)


def fingerprints(truth: Sequence[NDArray[np.int64]], notes: int) -> NDArray[Any]:
    """A number for each note that changes with any of its right mentions (or relations), whatever their order.

    Parameters
    ----------
    truth : sequence of int64 [k]
        The note of each, and what else is known of it.
    notes : int
        Number of notes.
    """
    mixed = np.zeros(len(truth[0]), dtype=np.uint64)
    for values in truth[1:]:  # multiplication and shift of SplitMix64; the sum forgets the order
        mixed = (mixed + values.astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= mixed >> np.uint64(31)
    found = np.zeros(notes, dtype=np.uint64)
    np.add.at(found, truth[0], mixed)
    return found
