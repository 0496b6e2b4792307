"""Stored predictions as tallies: the runs of one task on one split, over the same units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.core.errors import RunError
from wardspace.evaluation.tally import Metric, RankMetric, Tally, numbered
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SettingRecord


class Series(NamedTuple):
    """A row of the comparison: runs that differ in their seed alone."""

    model: str
    setting: str
    shots: int | None


@dataclass(frozen=True)
class Run:
    """The predictions of one model, setting, number of shots and seed, as sums over units."""

    series: Series
    seed: int
    tally: Tally
    table: pa.Table
    """Stored predictions of its task and split."""
    rows: NDArray[np.int64]
    """Those of this run."""

    @property
    def predictions(self) -> pa.Table:
        """What it predicted, as it is stored."""
        return self.table.take(self.rows)


@dataclass(frozen=True)
class PredictionSet:
    """All runs of a task on one split, each over the same units."""

    task: str
    split: str
    scored: TaskMetrics
    runs: tuple[Run, ...]

    @property
    def tally(self) -> Tally:
        """The tally of the first run: units, patients, notes and truth are the same in all."""
        return self.runs[0].tally

    @property
    def n(self) -> int:
        """Number of units."""
        return len(self.tally.units)

    @property
    def n_groups(self) -> int:
        """Number of patients."""
        return self.tally.n_groups

    @property
    def metrics(self) -> tuple[Metric | RankMetric, ...]:
        """What its runs are scored by."""
        return self.scored.metrics

    @property
    def main_metrics(self) -> tuple[Metric, ...]:
        """Metrics that are given on validation, by subgroup and by period too."""
        return tuple(one for one in self.metrics if isinstance(one, Metric) and not one.secondary)

    def setting(self, series: Series) -> SettingRecord:
        """The setting of a series."""
        return self.scored.settings[series.setting]

    def series(self) -> dict[Series, list[int]]:
        """Indices of the runs of each series, in the order of first appearance."""
        found: dict[Series, list[int]] = {}
        for index, run in enumerate(self.runs):
            found.setdefault(run.series, []).append(index)
        return found


def prediction_sets(predictions: pa.Table, tasks: Mapping[str, TaskMetrics]) -> list[PredictionSet]:
    """Arrange a table of predictions by task and split.

    Parameters
    ----------
    predictions : pyarrow.Table
        Columns task, model, setting, shots, seed and split, and those that the kind of task needs for its tally.
    tasks : mapping
        How each task is scored.

    Raises
    ------
    RunError
        If a task or setting is not known, or the models were not scored on the same units with the same right answers.
    """
    found: list[PredictionSet] = []
    predictions = predictions.unify_dictionaries()
    for task in _values(predictions["task"]):
        if task not in tasks:
            raise RunError(f"predictions of an unknown task {task!r}", where="predictions", fix="run the study again")
        rows = predictions.filter(pc.equal(predictions["task"], task))
        for split in _values(rows["split"]):
            runs = _runs(rows.filter(pc.equal(rows["split"], split)), task, tasks[task])
            found.append(PredictionSet(task, split, tasks[task], runs))
    return found


def _runs(rows: pa.Table, task: str, scored: TaskMetrics) -> tuple[Run, ...]:
    runs: list[Run] = []
    for (series, seed), at in _places(rows):
        if series.setting not in scored.settings:
            raise RunError(
                f"predictions of an unknown setting {series.setting!r}",
                where=f"predictions of task {task}",
                fix="run the study again",
            )
        tally = scored.tally(rows.take(at))
        if len(set(tally.units)) != len(tally.units) or (runs and not tally.same_units(runs[0].tally)):
            raise _uneven(task, series)
        runs.append(Run(series, seed, tally, rows, at))
    return tuple(runs)


def _values(column: pa.ChunkedArray) -> list[str]:
    return [str(value) for value in pc.unique(column.cast(pa.string())).to_pylist()]


def _places(rows: pa.Table) -> list[tuple[tuple[Series, int], NDArray[np.int64]]]:
    """Row numbers of each run, in the order of first appearance."""
    models, model_names = numbered(rows["model"])
    settings, setting_names = numbered(rows["setting"])
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


def _uneven(task: str, series: Series) -> RunError:
    return RunError(
        f"{series.model} ({series.setting}) was scored on other notes or labels than the other models",
        where=f"predictions of task {task}",
        fix="run the study again into another folder with --out",
    )
