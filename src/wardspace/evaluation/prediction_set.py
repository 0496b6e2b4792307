"""Stored predictions as arrays: the runs of one task over one and the same list of notes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.core.errors import RunError
from wardspace.evaluation.metrics.classification import METRICS, OF_SEVERAL
from wardspace.evaluation.metrics.retrieval import RANKED, query_values


class Series(NamedTuple):
    """What a row of the comparison stands for: runs that differ in their seed alone."""

    model: str
    setting: str
    shots: int | None


@dataclass(frozen=True)
class Run:
    """The predictions of one model, setting, number of shots and seed.

    Attributes
    ----------
    predicted : int32 [n] or bool [n, classes]
        Predicted class of each note of the panel, or which labels it was said to have.
    probabilities : float32 [n, classes]
        Probability of each class.
    values : float64 [n, metrics] or None
        What each query scored by each metric, where notes were searched; there are no classes then.
    """

    series: Series
    seed: int
    predicted: NDArray[Any]
    probabilities: NDArray[np.float32]
    values: NDArray[np.float64] | None = None


@dataclass(frozen=True)
class PredictionSet:
    """All runs of a task on one split.

    Attributes
    ----------
    truth : int32 [n] or bool [n, classes]
        Class of each note, or which labels it has; of a query, how many notes answer it.
    groups : int64 [n]
        Number of each note's patient, from 0.
    notes : tuple of str
        Name of each note, sorted.
    ranked : bool
        Whether notes were searched: each row is then a query.
    """

    task: str
    split: str
    classes: int
    truth: NDArray[Any]
    groups: NDArray[np.int64]
    n_groups: int
    runs: tuple[Run, ...]
    notes: tuple[str, ...] = ()
    ranked: bool = False

    @property
    def several(self) -> bool:
        """Whether notes may have several labels."""
        return self.truth.ndim == 2

    @property
    def metrics(self) -> tuple[str, ...]:
        """What its runs are scored by."""
        return RANKED if self.ranked else OF_SEVERAL if self.several else METRICS

    @property
    def single(self) -> bool:
        """Whether each note has one right class."""
        return not self.several and not self.ranked

    def series(self) -> dict[Series, list[int]]:
        """Indices of the runs of each series, in the order of first appearance."""
        found: dict[Series, list[int]] = {}
        for index, run in enumerate(self.runs):
            found.setdefault(run.series, []).append(index)
        return found


def prediction_sets(predictions: pa.Table, classes: Mapping[str, Sequence[str]]) -> list[PredictionSet]:
    """Arrange a table of predictions by task and split.

    Parameters
    ----------
    predictions : pyarrow.Table
        Columns task, model, setting, shots, seed, split, note_id, group, truth, predicted, probabilities; of a search
        relevant and ranks in place of the last three.
    classes : mapping
        Classes of each task in the order of the probabilities; none for a search.

    Raises
    ------
    RunError
        If a task has no classes given, or its models were not scored on the same notes with the same labels.
    """
    found: list[PredictionSet] = []
    predictions = predictions.unify_dictionaries()
    for task in _values(predictions["task"]):
        if task not in classes:
            raise RunError(f"predictions of an unknown task {task!r}", where="predictions", fix="run the study again")
        rows = predictions.filter(pc.equal(predictions["task"], task))
        found += [
            _panel(rows.filter(pc.equal(rows["split"], split)), task, split, len(classes[task]))
            for split in _values(rows["split"])
        ]
    return found


def _values(column: pa.ChunkedArray) -> list[str]:
    return [str(value) for value in pc.unique(_plain(column)).to_pylist()]


def _plain(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return column.cast(pa.string()) if pa.types.is_dictionary(column.type) else column


def _codes(column: pa.ChunkedArray) -> tuple[NDArray[np.int64], list[str]]:
    """Number the values in the order of their names, so that equal sets of values get equal numbers."""
    encoded = _plain(column).combine_chunks().dictionary_encode()
    names = encoded.dictionary.to_pylist()
    rank = np.empty(len(names), dtype=np.int64)
    rank[sorted(range(len(names)), key=lambda i: str(names[i]))] = np.arange(len(names))
    return rank[encoded.indices.to_numpy(zero_copy_only=False)], sorted(names)


def _panel(rows: pa.Table, task: str, split: str, classes: int) -> PredictionSet:
    notes, names = _codes(rows["note_id"])
    groups, patients = _codes(rows["group"])
    truth, told = _told(rows, classes)
    first = np.empty(len(names), dtype=np.int64)
    first[notes[::-1]] = np.arange(len(notes))[::-1]
    runs = []
    for (series, seed), at in _runs(rows):
        order = at[np.argsort(notes[at], kind="stable")]
        same_notes = np.array_equal(notes[order], np.arange(len(names)))
        if not same_notes or not np.array_equal(truth[order], truth[first]):
            raise _uneven(task, series)
        runs.append(Run(series, seed, **{name: part[order] for name, part in told.items()}))
    by_note = (truth[first], groups[first], len(patients), tuple(runs), tuple(names))
    return PredictionSet(task, split, classes, *by_note, ranked="values" in told)


def _told(rows: pa.Table, classes: int) -> tuple[NDArray[Any], dict[str, NDArray[Any]]]:
    """What is true of each row, and what was said of it."""
    if "ranks" in rows.column_names:
        relevant, nothing = rows["relevant"].to_numpy(), np.empty((len(rows), 0), dtype=np.float32)
        values = query_values(rows["ranks"], relevant)
        return relevant, {"predicted": nothing, "probabilities": nothing, "values": values}
    truth, predicted = (_decided(rows[name], classes) for name in ("truth", "predicted"))
    return truth, {"predicted": predicted, "probabilities": _matrix(rows["probabilities"], classes)}


def _runs(rows: pa.Table) -> list[tuple[tuple[Series, int], NDArray[np.int64]]]:
    """Row numbers of each run, in the order of first appearance."""
    models, model_names = _codes(rows["model"])
    settings, setting_names = _codes(rows["setting"])
    shots = pc.fill_null(rows["shots"], -1).to_numpy().astype(np.int64)
    seeds = rows["seed"].to_numpy().astype(np.int64)
    shot_values, shot_codes = np.unique(shots, return_inverse=True)
    seed_values, seed_codes = np.unique(seeds, return_inverse=True)
    sizes = (len(model_names), len(setting_names), len(shot_values), len(seed_values))
    keys = np.ravel_multi_index((models, settings, shot_codes, seed_codes), sizes)
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    found = []
    for at in sorted(np.split(order, starts[1:]), key=lambda part: int(part[0])):
        first = at[0]
        series = Series(
            model_names[models[first]], setting_names[settings[first]], None if shots[first] < 0 else int(shots[first])
        )
        found.append(((series, int(seeds[first])), at))
    return found


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


def _uneven(task: str, series: Series) -> RunError:
    return RunError(
        f"{series.model} ({series.setting}) was scored on other notes or labels than the other models",
        where=f"predictions of task {task}",
        fix="run the study again into another folder with --out",
    )
