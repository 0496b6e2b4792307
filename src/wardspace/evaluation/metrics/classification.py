"""Metrics of classification: functions of hits, predictions and true notes by class.

With one label a note, and with several: there each label is a decision of its own.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.core.errors import RunError
from wardspace.evaluation.metrics.ranking import AUROC, AVERAGE_PRECISION
from wardspace.evaluation.tally import Doubles, Metric, Tally, numbered
from wardspace.evaluation.task_metrics import MistakeCount
from wardspace.evaluation.trust.decisions import Decisions

COUNTS = ("hits", "predicted", "truth")
"""Parts of a tally: notes of the class predicted as it, notes predicted as it, and notes of it."""


def macro_f1(hits: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """Mean F1 of the classes that have notes.

    A class that no patient of a resample has is left out of it: counting it 0 would draw all resamples down.
    """
    each = np.where(truth > 0, _ratio(2 * hits, predicted + truth), 0)
    return _ratio(each.sum(axis=-1), (truth > 0).sum(axis=-1), empty=np.nan)


def class_f1(hits: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """F1 of each class; NaN of one that has no notes."""
    return np.where(truth > 0, _ratio(2 * hits, predicted + truth), np.nan)


def micro_f1(hits: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """F1 of all decisions together; with one label a note it equals accuracy."""
    return _ratio(2 * hits.sum(axis=-1), predicted.sum(axis=-1) + truth.sum(axis=-1))


def accuracy(hits: Doubles, truth: Doubles) -> Doubles:
    """Share of notes that were predicted right."""
    return _ratio(hits.sum(axis=-1), truth.sum(axis=-1), empty=np.nan)


def balanced_accuracy(hits: Doubles, truth: Doubles) -> Doubles:
    """Mean recall of the classes that have notes."""
    return _ratio(_ratio(hits, truth).sum(axis=-1), (truth > 0).sum(axis=-1), empty=np.nan)


MACRO_F1 = Metric("macro_f1", COUNTS, macro_f1, support="truth")
MICRO_F1 = Metric("micro_f1", COUNTS, micro_f1, secondary=True)
ACCURACY = Metric("accuracy", ("hits", "truth"), accuracy)
BALANCED_ACCURACY = Metric("balanced_accuracy", ("hits", "truth"), balanced_accuracy, support="truth", secondary=True)

BY_CLASS = (Metric("f1", COUNTS, class_f1),)
"""Metrics of each class by itself."""
SINGLE_LABEL = (MACRO_F1, MICRO_F1, ACCURACY, BALANCED_ACCURACY, AUROC)
"""Metrics of notes with one label each, in the order of the tables."""
PAIRS = (ACCURACY, MACRO_F1, MICRO_F1, BALANCED_ACCURACY, AUROC)
"""Metrics of pairs of texts, of which accuracy is the usual one."""
MULTILABEL = (MACRO_F1, MICRO_F1, AUROC, AVERAGE_PRECISION)
"""Metrics of notes that may have several labels."""
MULTILABEL_BY_MICRO = (replace(MICRO_F1, secondary=False), MACRO_F1, AUROC, AVERAGE_PRECISION)
"""The same where the count over all labels is the main one, as of sentences."""


def classification_tally(predictions: pa.Table, classes: tuple[str, ...], place: tuple[str, ...] = ()) -> Tally:
    """Count hits, predictions and true notes by class.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id, group, truth, predicted and probabilities. Truth and predictions are classes by
        number, or lists with one flag a label where notes may have several.
    classes : tuple of str
        Classes in the order of the probabilities.
    place : tuple of str
        Columns that say where in its note a unit is, where a note has several.

    Raises
    ------
    RunError
        If there are not as many probabilities as classes.
    """
    truth = _decided(predictions["truth"], len(classes))
    said, true = (_flags(predictions[name], len(classes)) for name in ("predicted", "truth"))
    notes = predictions["note_id"].to_pylist()
    within = zip(*(predictions[name].to_pylist() for name in place), strict=True) if place else None
    return Tally.of(
        {"hits": said & true, "predicted": said, "truth": true},
        units=notes if within is None else [f"{note} {at}" for note, at in zip(notes, within, strict=True)],
        notes=notes,
        patients=predictions["group"].to_pylist(),
        labels=classes,
        truth=truth,
        probabilities=_matrix(predictions["probabilities"], len(classes)),
    )


def classification_decisions(predictions: pa.Table, classes: tuple[str, ...]) -> Decisions:
    """One decision a note, for the likeliest class; where it may have several labels, one for each label."""
    truth = _decided(predictions["truth"], len(classes))
    probabilities = _matrix(predictions["probabilities"], len(classes))
    groups, _ = numbered(predictions["group"])
    if truth.ndim == 1:
        return Decisions.likeliest(probabilities, truth, groups)
    has = probabilities.ravel()
    return Decisions.of_events(has, truth.ravel().astype(bool), has > 0.5, np.repeat(groups, len(classes)))


def classification_mistakes(predictions: pa.Table, classes: tuple[str, ...]) -> list[MistakeCount]:
    """Classes taken for others; where notes may have several labels, labels that were missed or made up."""
    said, true = (_flags(predictions[name], len(classes)) for name in ("predicted", "truth"))
    right = true.sum(axis=0).tolist()
    if pa.types.is_integer(predictions["truth"].type):
        pairs = Counter(zip(predictions["truth"].to_pylist(), predictions["predicted"].to_pylist(), strict=True))
        return [
            MistakeCount("class", classes[truth], classes[predicted], count, right[truth])
            for (truth, predicted), count in pairs.items()
            if truth != predicted
        ]
    missed, spurious = (true & ~said).sum(axis=0).tolist(), (said & ~true).sum(axis=0).tolist()
    found = [
        one
        for code, name in enumerate(classes)
        for one in (
            MistakeCount("missed", name, None, missed[code], right[code]),
            MistakeCount("spurious", None, name, spurious[code], len(true) - right[code]),
        )
    ]
    return [one for one in found if one.times]


def _flags(column: pa.ChunkedArray, classes: int) -> NDArray[np.bool_]:
    decided = _decided(column, classes)
    return decided if decided.ndim == 2 else decided[:, None] == np.arange(classes)


def _decided(column: pa.ChunkedArray, classes: int) -> NDArray[Any]:
    """Classes as they are stored, or the flags of notes that may have several."""
    found: NDArray[Any] = column.to_numpy() if pa.types.is_integer(column.type) else _matrix(column, classes)
    return found


def _matrix(column: pa.ChunkedArray, classes: int) -> NDArray[Any]:
    flat = column.combine_chunks().flatten().to_numpy(zero_copy_only=False)
    if len(flat) != len(column) * classes:
        raise RunError(
            f"probabilities do not match the task's {classes} classes", where="predictions", fix="run the study again"
        )
    matrix: NDArray[Any] = flat.reshape(len(column), classes)
    return matrix


def _ratio(above: Doubles, below: Doubles | NDArray[np.int64], empty: float = 0.0) -> Doubles:
    out = np.full(np.broadcast(above, below).shape, empty, dtype=np.float64)
    np.divide(above, below, out=out, where=below > 0)
    return out
