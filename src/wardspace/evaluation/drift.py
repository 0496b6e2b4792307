"""Scores by period of the test notes, and whether they rise or fall over time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.evaluation.bootstrap import Resamples, interval
from wardspace.evaluation.grouping import MISSING
from wardspace.evaluation.metrics import Doubles
from wardspace.evaluation.panel import Panel, panels
from wardspace.evaluation.periods import periods
from wardspace.evaluation.slicing import METRICS, sliced
from wardspace.evaluation.subgroup_records import SubgroupScore, Trend
from wardspace.evaluation.subgroups import Subgroup, parted, subgroup_scores

TIME = "time"
"""Name of the column in the records."""
FEWEST_PERIODS = 3
"""Periods that a trend needs."""


def drift(
    predictions: pa.Table, classes: Mapping[str, Sequence[str]], times: Mapping[str, str | None], config: ReportConfig
) -> tuple[list[SubgroupScore], list[Trend]]:
    """Score every series on all labels by period of the test notes.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.
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
    for panel in panels(predictions, classes):
        if panel.split != "test" or not panel.single:
            continue
        by_note = periods({note: times.get(note) for note in panel.notes})
        if len(set(by_note.values())) < 2:
            continue
        parts = parted(panel, {TIME: {note: by_note.get(note, MISSING) for note in panel.notes}})
        found += subgroup_scores(panel, parts, config)
        judged = [part for part in parts if part.enough and part.group != MISSING]
        trends += _trends(panel, judged, config) if len(judged) >= FEWEST_PERIODS else []
    return found, trends


def _trends(panel: Panel, parts: Sequence[Subgroup], config: ReportConfig) -> list[Trend]:
    chosen = [part.chosen for part in parts]
    plain = sliced(panel, chosen, None)
    drawn = sliced(panel, chosen, Resamples(panel.n_groups, config.resamples, config.seed))
    series = {key: runs for key, runs in panel.series().items() if key.shots is None}
    found = []
    for key, runs in series.items():
        for metric in METRICS:
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
