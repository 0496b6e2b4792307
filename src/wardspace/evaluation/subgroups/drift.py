"""Scores by period of the test notes, and whether they rise or fall over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.core.times import read_time
from wardspace.evaluation.intervals.bootstrap import Resamples, interval
from wardspace.evaluation.prediction_set import PredictionSet, prediction_sets
from wardspace.evaluation.subgroups.slices import sliced
from wardspace.evaluation.subgroups.subgroups import MISSING, Subgroup, parted, subgroup_scores
from wardspace.evaluation.tally import Doubles
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SubgroupScore, Trend

MOST = 8
"""Periods at most: the shortest that make no more than this are taken."""
_MONTHS = (1, 3, 6, 12, 24, 60, 120, 300, 1200)


def periods(times: Mapping[str, str | None]) -> dict[str, str]:
    """The period of each note whose time is a date (ISO 8601), by note.

    Times with an offset are taken in UTC; a note without a date has no period.

    Returns
    -------
    dict of str to str
        Named so that they sort by time: `2005-03`, `2005 Q1`, `2005 H2`, `2005`, `2000 to 2004`.
    """
    months = {note: month for note, value in times.items() if (month := _month(value)) is not None}
    if not months:
        return {}
    first, last = min(months.values()), max(months.values())
    length = next((size for size in _MONTHS if last // size - first // size < MOST), _MONTHS[-1])
    return {note: _name(month, length) for note, month in months.items()}


def _month(value: str | None) -> int | None:
    """Months since the year 0."""
    found = read_time(value) if value else None
    if found is None:
        return None
    try:
        at = found.at.astimezone(UTC) if found.at.tzinfo else found.at
    except OverflowError:
        return None
    return at.year * 12 + at.month - 1


def _name(month: int, length: int) -> str:
    year, within = divmod(month, 12)
    if length == 1:
        return f"{year:04d}-{within + 1:02d}"
    if length < 12:
        letter = {3: "Q", 6: "H"}[length]
        return f"{year:04d} {letter}{within // length + 1}"
    years = length // 12
    start = month // length * years
    return f"{start:04d}" if years == 1 else f"{start:04d} to {start + years - 1:04d}"


TIME = "time"
"""Name of the column in the records."""
FEWEST_PERIODS = 3
"""Periods that a trend needs."""


def drift(
    predictions: pa.Table, tasks: Mapping[str, TaskMetrics], times: Mapping[str, str | None], config: ReportConfig
) -> tuple[list[SubgroupScore], list[Trend]]:
    """Score every series on all labels by period of the test notes.

    Parameters
    ----------
    predictions, tasks, config
        See `wardspace.evaluation.score_predictions.score_predictions`.
    times : mapping
        Time of each note.

    Returns
    -------
    list of SubgroupScore
        By period, corrected among themselves; none where the notes of a task fall into one period.
    list of Trend
        Where at least three periods have enough notes.
    """
    found: list[SubgroupScore] = []
    trends: list[Trend] = []
    for panel in prediction_sets(predictions, tasks):
        if panel.split != "test":
            continue
        by_note = periods({note: times.get(note) for note in panel.tally.notes})
        if len(set(by_note.values())) < 2:
            continue
        parts = parted(panel, {TIME: {note: by_note.get(note, MISSING) for note in panel.tally.notes}})
        found += subgroup_scores(panel, parts, config)
        judged = [part for part in parts if part.enough and part.group != MISSING]
        trends += _trends(panel, judged, config) if len(judged) >= FEWEST_PERIODS else []
    return found, trends


def _trends(panel: PredictionSet, parts: Sequence[Subgroup], config: ReportConfig) -> list[Trend]:
    chosen = [part.chosen for part in parts]
    plain = sliced(panel, chosen, None)
    drawn = sliced(panel, chosen, Resamples(panel.n_groups, config.resamples, config.seed))
    series = {key: runs for key, runs in panel.series().items() if key.shots is None}
    found = []
    for key, runs in series.items():
        for metric in (one.name for one in panel.main_metrics):
            values, draws = plain.values[metric][runs].mean(axis=0), drawn.values[metric][runs].mean(axis=0)
            # macro F1 needs classes with enough notes
            known = [i for i, value in enumerate(values[:, 0]) if not np.isnan(value)]
            if len(known) < FEWEST_PERIODS:
                continue
            place = {"model": key.model, "task": panel.task, "setting": key.setting, "metric": metric}
            found.append(_trend([parts[i] for i in known], values[known], draws[known], config.confidence, place))
    return found


def _trend(
    parts: Sequence[Subgroup], values: Doubles, draws: Doubles, confidence: float, place: Mapping[str, str]
) -> Trend:
    weights = np.array([part.n for part in parts], dtype=np.float64)
    low, high = interval(_change(draws, weights), confidence)
    span: dict[str, Any] = {"first": parts[0].group, "last": parts[-1].group, "periods": len(parts)}
    change = float(_change(values, weights)[0])
    return Trend(**place, **span, change=change, low=low, high=high, shown=bool(low > 0 or high < 0))


def _change(values: Doubles, weights: NDArray[np.float64]) -> Doubles:
    """Change from the first to the last of values [periods, resamples] along the line of weighted least squares."""
    steps = np.arange(len(values)) - np.average(np.arange(len(values)), weights=weights)
    slope = (weights * steps) @ values / (weights @ steps**2)
    return np.asarray(slope * (len(values) - 1))
