"""Metrics of classification: functions of hits, predictions and true notes by class.

With one label a note, and with several: there each label is a decision of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.core.errors import RunError
from wardspace.evaluation.metrics.ranking import AUROC, AVERAGE_PRECISION
from wardspace.evaluation.tally import Doubles, Metric, Tally

COUNTS = ("hits", "predicted", "truth")
"""Parts of a tally: notes of the class predicted as it, notes predicted as it, and notes of it."""


def macro_f1(hits: Doubles, predicted: Doubles, truth: Doubles) -> Doubles:
    """Mean F1 of the classes that have notes.

    A class that no patient of a resample has is left out of it: counting it 0 would draw all resamples down.
    """
    each = np.where(truth > 0, _ratio(2 * hits, predicted + truth), 0)
    return _ratio(each.sum(axis=-1), (truth > 0).sum(axis=-1), empty=np.nan)


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

SINGLE_LABEL = (MACRO_F1, MICRO_F1, ACCURACY, BALANCED_ACCURACY, AUROC)
"""Metrics of notes with one label each, in the order of the tables."""
MULTILABEL = (MACRO_F1, MICRO_F1, AUROC, AVERAGE_PRECISION)
"""Metrics of notes that may have several labels."""


def classification_tally(predictions: pa.Table, classes: tuple[str, ...]) -> Tally:
    """Count hits, predictions and true notes by class.

    Parameters
    ----------
    predictions : pyarrow.Table
        One run: columns note_id, group, truth, predicted and probabilities. Truth and predictions are classes by
        number, or lists with one flag a label where notes may have several.
    classes : tuple of str
        Classes in the order of the probabilities.

    Raises
    ------
    RunError
        If there are not as many probabilities as classes.
    """
    truth, predicted = (_decided(predictions[name], len(classes)) for name in ("truth", "predicted"))
    said, true = (_flags(each, len(classes)) for each in (predicted, truth))
    return Tally.of(
        {"hits": said & true, "predicted": said, "truth": true},
        units=predictions["note_id"].to_pylist(),
        patients=predictions["group"].to_pylist(),
        labels=classes,
        truth=truth,
        probabilities=_matrix(predictions["probabilities"], len(classes)),
    )


def _flags(decided: NDArray[Any], classes: int) -> NDArray[np.bool_]:
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
