"""Predictions as they are stored: one row a unit and run, with its patient, what is right and what was said of it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from wardspace.core.files import whole_file
from wardspace.tasks.kind import RunKey

NAME = pa.dictionary(pa.int32(), pa.string())
"""Type of columns of names."""
RUN_FIELDS = (
    pa.field("task", NAME, nullable=False),
    pa.field("model", NAME, nullable=False),
    pa.field("setting", NAME, nullable=False),
    pa.field("shots", pa.int32()),
    pa.field("seed", pa.int32(), nullable=False),
    pa.field("split", NAME, nullable=False),
)
"""Columns that say which run a row is of; `shots` is null where all labels were used."""

SCORED = ("validation", "test")
"""Splits that are predicted and stored; test once, with what was chosen on validation."""

_CLASSES = b"wardspace.classes"
_ABOUT = b"wardspace.about"


def run_rows(run: RunKey, split: str, truth: pa.Table, predicted: pa.Table) -> pa.Table:
    """Put what is right of the units of a split beside what a run predicted.

    Parameters
    ----------
    run, split
        Go into every row.
    truth : pyarrow.Table
        Columns note_id, group, and what is right.
    predicted : pyarrow.Table
        Column note_id, in the same order, and what was predicted.

    Raises
    ------
    ValueError
        If other units were predicted.
    """
    if not pc.all(pc.equal(_text(truth["note_id"]), _text(predicted["note_id"])), min_count=0).as_py():
        raise ValueError(f"{run.setting} of {run.model} predicted other units than there are in the {split} split")
    n = truth.num_rows
    columns = [
        *(_repeated(value, n) for value in (run.task, run.model, run.setting)),
        pa.array([run.shots] * n, pa.int32()),
        pa.array([run.seed] * n, pa.int32()),
        _repeated(split, n),
        *truth.columns,
        *predicted.drop_columns(["note_id"]).columns,
    ]
    names = [*truth.schema, *(one for one in predicted.schema if one.name != "note_id")]
    return pa.Table.from_arrays(columns, schema=pa.schema([*RUN_FIELDS, *names]))


def _text(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string())


def _repeated(value: str, n: int) -> pa.DictionaryArray:
    return pa.DictionaryArray.from_arrays(np.zeros(n, dtype=np.int32), [value])


def names(values: NDArray[np.object_]) -> pa.DictionaryArray:
    """A column of names."""
    return pa.array(values, pa.string()).dictionary_encode()


def lists(matrix: NDArray[np.generic], kind: pa.DataType) -> pa.ListArray:
    """A column with the rows of a matrix."""
    n, width = matrix.shape
    offsets = pa.array(np.arange(0, (n + 1) * width, width), pa.int32())
    return pa.ListArray.from_arrays(offsets, pa.array(np.ascontiguousarray(matrix).ravel(), kind))


def gathered(runs: Sequence[pa.Table], classes: Sequence[str], about: Sequence[Mapping[str, Any]] = ()) -> pa.Table:
    """Runs of one task as one table that carries the task's classes, and what results must say of the runs."""
    metadata = {
        _CLASSES: json.dumps(list(classes), ensure_ascii=False).encode(),
        _ABOUT: json.dumps([dict(one) for one in about]).encode(),
    }
    return pa.concat_tables(runs).unify_dictionaries().replace_schema_metadata(metadata)


def classes_of(predictions: pa.Table) -> list[str]:
    """Classes of a table of one task's predictions, in the order of the probabilities."""
    return [str(name) for name in json.loads(predictions.schema.metadata[_CLASSES])]


def about_runs(predictions: pa.Table | Path) -> list[dict[str, Any]]:
    """What results must say of the runs of a table or file; see `gathered`."""
    schema = pq.read_schema(predictions) if isinstance(predictions, Path) else predictions.schema
    found: list[dict[str, Any]] = json.loads((schema.metadata or {}).get(_ABOUT, b"[]"))
    return found


def terms_of(predictions: pa.Table) -> int | None:
    """How many terms the model behind these predictions counts; None for one that counts no words."""
    return next((int(one["terms"]) for one in about_runs(predictions) if "terms" in one), None)


def write_predictions(predictions: pa.Table, path: Path) -> None:
    """Write Parquet, whole and for the owner alone."""
    with whole_file(path) as scratch:
        pq.write_table(predictions, scratch, compression="zstd", write_page_checksum=True)


def read_predictions(path: Path) -> pa.Table:
    """Read what `write_predictions` wrote.

    Raises
    ------
    OSError, pyarrow.ArrowInvalid
        If the file is damaged.
    """
    return pq.read_table(path, page_checksum_verification=True)
