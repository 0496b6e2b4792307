"""Paired differences between two runs, where both scored the same test units."""

from __future__ import annotations

from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.config import ReportConfig
from wardspace.evaluation.differences import Gap, gap
from wardspace.evaluation.intervals.distribution import distribution
from wardspace.evaluation.prediction_set import PredictionSet, Series, prediction_sets
from wardspace.evaluation.task_metrics import TaskMetrics

_SIDES = ("first", "second")


class Between(NamedTuple):
    """The score of the second run minus that of the first, with its interval."""

    series: Series
    metric: str
    gap: Gap


def same_units(first: pa.Table, second: pa.Table, scored: TaskMetrics) -> bool:
    """Whether two tables of one task's predictions are of the same units of the same patients, with the same truth."""
    ours, theirs = (
        prediction_sets(table, {str(table["task"][0].as_py()): scored})[0].tally for table in (first, second)
    )
    return ours.same_units(theirs)


def between(
    first: pa.Table, second: pa.Table, scored: TaskMetrics, config: ReportConfig, *, show_progress: bool = True
) -> list[Between]:
    """Compare every series that two runs share, over the same resamples of patients.

    Parameters
    ----------
    first, second : pyarrow.Table
        Test predictions of one task; see `wardspace.evaluation.prediction_set.prediction_sets`.
    scored : TaskMetrics
        How the task is scored, the same in both.
    config : ReportConfig
        Number of resamples, confidence and seed.

    Raises
    ------
    ValueError
        If the units are not the same.
    """
    if not same_units(first, second, scored):
        raise ValueError("two runs that scored other units cannot be compared in pairs")
    tables = [_of_side(table, side) for table, side in zip((first, second), _SIDES, strict=True)]
    task = str(first["task"][0].as_py())
    (panel,) = prediction_sets(pa.concat_tables(tables), {task: scored})
    drawn = distribution(panel, config, show_progress=show_progress)
    found = []
    for series, ours, theirs in _shared(panel):
        for metric in panel.metrics:
            one = gap(panel, drawn, (theirs, ours), metric.name, config)
            found += [Between(series, metric.name, one)] if one is not None else []
    return found


def _of_side(table: pa.Table, side: str) -> pa.Table:
    """The table with the run's side before each model's name, so that equal names stay apart."""
    plain = pa.table(
        {
            name: table[name].cast(pa.string()) if pa.types.is_dictionary(table[name].type) else table[name]
            for name in table.column_names
        }
    )
    models = pc.binary_join_element_wise(side, plain["model"], "/")
    return plain.set_column(plain.column_names.index("model"), "model", models)


def _shared(panel: PredictionSet) -> list[tuple[Series, list[int], list[int]]]:
    rows = panel.series()
    first, second = (f"{side}/" for side in _SIDES)
    found = []
    for series, ours in rows.items():
        name = series.model.removeprefix(first)
        theirs = rows.get(series._replace(model=second + name))
        if series.model.startswith(first) and theirs is not None:
            found.append((series._replace(model=name), ours, theirs))
    return found
