"""Predictions as they are stored: one row a note and run, with its patient and the probability of every class."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wardspace.core.errors import machine_faults
from wardspace.tasks.documents.labelled import Labelled

_NAME = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    [
        pa.field("task", _NAME, nullable=False),
        pa.field("model", _NAME, nullable=False),
        pa.field("setting", _NAME, nullable=False),
        pa.field("shots", pa.int32()),
        pa.field("seed", pa.int32(), nullable=False),
        pa.field("split", _NAME, nullable=False),
        pa.field("note_id", _NAME, nullable=False),
        pa.field("group", _NAME, nullable=False),
        pa.field("truth", pa.int32(), nullable=False),
        pa.field("predicted", pa.int32(), nullable=False),
        pa.field("probabilities", pa.list_(pa.float32()), nullable=False),
    ]
)
"""Columns of a table of predictions; `shots` is null where all labels were used, `probabilities` follow the classes."""

_FLAGS = pa.list_(pa.bool_())
_SEVERAL = SCHEMA.set(8, pa.field("truth", _FLAGS, nullable=False)).set(
    9, pa.field("predicted", _FLAGS, nullable=False)
)  # notes that may have several labels: for each class, whether they have it

SCORED = ("validation", "test")
"""Splits that are predicted and stored; test once, with what was chosen on validation."""

_CLASSES = b"wardspace.classes"
_TERMS = b"wardspace.terms"
_SPENT = b"wardspace.spent"


class RunKey(NamedTuple):
    """What a run was."""

    task: str
    model: str
    setting: str
    shots: int | None
    seed: int


def prediction_rows(labelled: Labelled, run: RunKey, predict: Callable[[str], NDArray[np.float32]]) -> pa.Table:
    """Predict validation and test with what a run has fitted.

    Parameters
    ----------
    labelled : Labelled
        Gives the notes' names, patients and classes.
    run : RunKey
        Goes into the rows.
    predict : callable
        From the name of a split to the probabilities of its labelled notes, float32 [n, classes]; called once for
        each split. The class with the highest probability is the prediction.

    Raises
    ------
    ValueError
        If the probabilities have another shape.
    """
    return pa.concat_tables([_split_rows(labelled, run, predict, split) for split in SCORED])


def several_rows(
    labelled: Labelled, run: RunKey, predict: Callable[[str], NDArray[np.float32]], thresholds: NDArray[np.float64]
) -> pa.Table:
    """As `prediction_rows`, where notes may have several labels: each from its own probability on.

    Parameters
    ----------
    thresholds : float64 [classes]
        Probability from which on a note is said to have the label.
    """
    return pa.concat_tables([_split_rows(labelled, run, predict, split, thresholds) for split in SCORED])


def _split_rows(
    labelled: Labelled,
    run: RunKey,
    predict: Callable[[str], NDArray[np.float32]],
    split: str,
    thresholds: NDArray[np.float64] | None = None,
) -> pa.Table:
    rows = labelled.rows(split)
    probabilities = predict(split)
    n, classes = len(rows), len(labelled.classes)
    if probabilities.shape != (n, classes):
        raise ValueError(f"probabilities of shape {probabilities.shape} for {n} notes and {classes} classes")
    if labelled.members is None or thresholds is None:
        decided = [
            pa.array(labelled.codes[rows], pa.int32()),
            pa.array(probabilities.argmax(axis=1), pa.int32()),
        ]
    else:
        decided = [_lists(labelled.members[rows], pa.bool_()), _lists(probabilities >= thresholds, pa.bool_())]
    columns = [
        *(repeated(value, n) for value in (run.task, run.model, run.setting)),
        pa.array([run.shots] * n, pa.int32()),
        pa.array([run.seed] * n, pa.int32()),
        repeated(split, n),
        pa.array(labelled.note_id[rows], pa.string()).dictionary_encode(),
        pa.array(labelled.group[rows], pa.string()).dictionary_encode(),
        *decided,
        _lists(np.asarray(probabilities, dtype=np.float32), pa.float32()),
    ]
    return pa.Table.from_arrays(columns, schema=SCHEMA if labelled.members is None else _SEVERAL)


def _lists(matrix: NDArray[np.generic], kind: pa.DataType) -> pa.ListArray:
    """Rows of a matrix as lists."""
    n, width = matrix.shape
    offsets = pa.array(np.arange(0, (n + 1) * width, width), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(matrix).ravel(), kind))


def repeated(value: str, n: int) -> pa.DictionaryArray:
    """A column of one value."""
    return pa.DictionaryArray.from_arrays(np.zeros(n, dtype=np.int32), [value])


def gathered(
    runs: Sequence[pa.Table],
    classes: Sequence[str],
    *,
    terms: int | None = None,
    spent: Sequence[Mapping[str, Any]] = (),
) -> pa.Table:
    """Runs of one task as one table that carries its classes.

    So it does the number of terms of a TF-IDF model, and what private probes revealed at most.
    """
    metadata = {_CLASSES: json.dumps(list(classes), ensure_ascii=False).encode()}
    if terms is not None:
        metadata[_TERMS] = str(terms).encode()
    if spent:
        metadata[_SPENT] = json.dumps(list(spent)).encode()
    table = pa.concat_tables(runs) if runs else SCHEMA.empty_table()
    return table.unify_dictionaries().replace_schema_metadata(metadata)


def classes_of(predictions: pa.Table) -> list[str]:
    """Classes of a table of one task's predictions, in the order of the probabilities."""
    return [str(name) for name in json.loads(predictions.schema.metadata[_CLASSES])]


def terms_of(predictions: pa.Table) -> int | None:
    """How many terms the TF-IDF model behind these predictions knows; None for other models."""
    found = (predictions.schema.metadata or {}).get(_TERMS)
    return None if found is None else int(found)


def spent_by(path: Path) -> list[dict[str, Any]]:
    """What the private probes behind a file of predictions revealed at most; see `gathered`."""
    found = (pq.read_schema(path).metadata or {}).get(_SPENT)
    return [] if found is None else list(json.loads(found))


def write_predictions(predictions: pa.Table, path: Path) -> None:
    """Write Parquet; a reader sees the old file or the new one, never a part."""
    with machine_faults(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        scratch = path.with_name(f".{path.name}-{os.getpid()}")
        try:
            pq.write_table(predictions, scratch, compression="zstd")
            scratch.replace(path)
        finally:
            scratch.unlink(missing_ok=True)


def read_predictions(path: Path) -> pa.Table:
    """Read what `write_predictions` wrote."""
    return pq.read_table(path)
