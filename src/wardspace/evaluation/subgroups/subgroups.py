"""Scores by subgroup: for whom a model works, and whether adapting it helps some and harms others.

A gap is the score in a subgroup minus the score on all other test notes, from the same resamples of patients. Many
subgroups make many chances of a false alarm: a gap is flagged only where its interval excludes zero and its p-value (by
the bootstrap's standard error) passes Holm's correction over the subgroups of the task and model.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from wardspace.config import ReportConfig
from wardspace.core.nameable import is_nameable
from wardspace.evaluation.intervals.bootstrap import Resamples, interval
from wardspace.evaluation.intervals.multiple_testing import holm
from wardspace.evaluation.prediction_set import PredictionSet, Series, prediction_sets
from wardspace.evaluation.subgroups.slices import Sliced, sliced
from wardspace.evaluation.tally import Doubles
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import SubgroupScore

MISSING, OTHER, NO_NUMBER = "not given", "other values", "not a number"
MOST = 12
"""Values of a column that make a subgroup each; the rarer ones are taken together."""

Values = Sequence[str | None]


def subgroup_columns(
    columns: Mapping[str, Values], asked: Sequence[str] | None, bands: Mapping[str, Sequence[float]]
) -> dict[str, list[str]]:
    """The subgroup of every note in every column that makes subgroups.

    Parameters
    ----------
    columns : mapping
        Values of the columns that may make subgroups, one a note; missing ones are None.
    asked : sequence of str or None
        Columns to take; None takes those with bands and those with 2 to 12 values.
    bands : mapping
        Edges between the bands of columns of numbers.

    Returns
    -------
    dict of list of str
        Column to the subgroup of each note.
    """
    chosen = [name for name, values in columns.items() if name in bands or _few(values)] if asked is None else asked
    return {name: banded(columns[name], bands[name]) if name in bands else named(columns[name]) for name in chosen}


def banded(values: Values, edges: Sequence[float]) -> list[str]:
    """The band of each number: an edge belongs to the band above it."""
    names = band_names(edges)
    return [_band(value, edges, names) for value in values]


def band_names(edges: Sequence[float]) -> list[str]:
    """Names of the bands between rising edges, one more than edges."""
    inner = [f"{low:g} to under {high:g}" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over"]


def named(values: Values) -> list[str]:
    """The value of each note; beyond `MOST` values the rarer ones are taken together, and so are those too long."""
    counts = Counter(value for value in values if value is not None and is_nameable(value))
    known = {value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]}
    return [MISSING if value is None else value if value in known else OTHER for value in values]


def _few(values: Values) -> bool:
    return 2 <= len({value for value in values if value is not None}) <= MOST


def _band(value: str | None, edges: Sequence[float], names: Sequence[str]) -> str:
    if value is None:
        return MISSING
    try:
        number = float(value)
    except ValueError:
        return NO_NUMBER
    return NO_NUMBER if math.isnan(number) else names[bisect_right(edges, number)]


FEWEST_NOTES, FEWEST_PATIENTS = 20, 5
"""A subgroup with fewer, or that leaves fewer outside, is counted and not judged."""

_POWER = float(ndtri(0.8))


@dataclass(frozen=True)
class Subgroup:
    """Some of the units of a panel."""

    column: str
    group: str
    chosen: NDArray[np.bool_]
    n: int
    patients: int
    enough: bool


def subgroups(
    predictions: pa.Table,
    tasks: Mapping[str, TaskMetrics],
    columns: Mapping[str, Mapping[str, str]],
    config: ReportConfig,
) -> list[SubgroupScore]:
    """Score every series on all labels within every subgroup of the test notes.

    Parameters
    ----------
    predictions, tasks, config
        See `wardspace.evaluation.score_predictions.score_predictions`.
    columns : mapping
        Column to note id to subgroup.

    Returns
    -------
    list of SubgroupScore

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[SubgroupScore] = []
    for panel in prediction_sets(predictions, tasks):
        if panel.split == "test":
            found += subgroup_scores(panel, parted(panel, columns), config)
    return found


def parted(panel: PredictionSet, columns: Mapping[str, Mapping[str, str]]) -> list[Subgroup]:
    """The subgroups of a panel's notes by column, in the order of their names."""
    found = []
    for column, by_note in columns.items():
        values = np.array([by_note[note] for note in panel.tally.notes], dtype=object)
        found += [_subgroup(panel, column, group, values == group) for group in sorted(set(values), key=_rank)]
    return found


def subgroup_scores(panel: PredictionSet, parts: Sequence[Subgroup], config: ReportConfig) -> list[SubgroupScore]:
    """Records of all subgroups of one panel; see `subgroups`."""
    judged = [part for part in parts if part.enough]
    series = {key: runs for key, runs in panel.series().items() if key.shots is None}
    plain = sliced(panel, [part.chosen for part in judged], None)
    drawn = sliced(panel, [part.chosen for part in judged], Resamples(panel.n_groups, config.resamples, config.seed))
    found = []
    for key, runs in series.items():
        base = series.get(Series("base", key.setting, None)) if key.model != "base" else None
        for metric in (one.name for one in panel.main_metrics):
            rows = _judged(plain, drawn, metric, runs, base, confidence=config.confidence)
            fields = dict(zip((id(part) for part in judged), rows, strict=True))
            common = {"model": key.model, "task": panel.task, "setting": key.setting, "metric": metric}
            found += [_record(common, part, fields.get(id(part))) for part in parts]
    return found


def _subgroup(panel: PredictionSet, column: str, group: str, chosen: NDArray[np.bool_]) -> Subgroup:
    sides = [(int(side.sum()), len(np.unique(panel.tally.groups[side]))) for side in (chosen, ~chosen)]
    enough = all(notes >= FEWEST_NOTES and patients >= FEWEST_PATIENTS for notes, patients in sides)
    return Subgroup(column, group, chosen, *sides[0], enough)


def _rank(group: str) -> tuple[int, float, str]:
    """Bands in the order of their numbers, what is not given last."""
    words = group.split()
    if words[:1] == ["under"] and len(words) == 2:
        return 0, -np.inf, group
    number = words[0] if words else ""
    if len(words) > 1 and words[1] in ("to", "and") and number.replace(".", "", 1).lstrip("-").isdigit():
        return 0, float(number), group
    return (2 if group == "not given" else 1), 0.0, group


def _judged(
    plain: Sliced, drawn: Sliced, metric: str, runs: list[int], base: list[int] | None, *, confidence: float
) -> list[dict[str, Any]]:
    """Fields of the record of each subgroup that is large enough."""
    value, values = _mean(plain.values[metric], runs), _mean(drawn.values[metric], runs)
    gap, gaps = _mean(plain.gaps[metric], runs), _mean(drawn.gaps[metric], runs)
    fields = _tested(gap[:, 0], gaps, confidence, ("gap", "flagged"))
    for place, row in enumerate(fields):
        if np.isnan(value[place, 0]):
            continue
        low, high = interval(values[place], confidence)
        row.update({"value": float(value[place, 0]), "low": low, "high": high})
        if "gap" in row:
            row["detectable"] = _detectable(gaps[place], len(fields), confidence)
    if base is not None:
        over = value - _mean(plain.values[metric], base)
        overs = values - _mean(drawn.values[metric], base)
        tested = _tested(over[:, 0], overs, confidence, ("over_base", "over_base_flagged"))
        for row, more in zip(fields, tested, strict=True):
            row.update(more)
    return fields


def _mean(values: Doubles, runs: list[int]) -> Doubles:
    return np.asarray(values[runs].mean(axis=0))


def _tested(found: Doubles, drawn: Doubles, confidence: float, names: tuple[str, str]) -> list[dict[str, Any]]:
    """Differences with their intervals, flagged where both the interval and Holm's correction say so."""
    known = ~np.isnan(found)
    p = holm([_p_value(value, draws) for value, draws in zip(found[known], drawn[known], strict=True)])
    adjusted = np.ones(len(found))
    adjusted[known] = p
    rows: list[dict[str, Any]] = []
    for value, draws, level in zip(found, drawn, adjusted, strict=True):
        if np.isnan(value):
            rows.append({})
            continue
        low, high = interval(draws, confidence)
        apart = bool((low > 0 or high < 0) and level < 1 - confidence)
        rows.append({names[0]: float(value), f"{names[0]}_low": low, f"{names[0]}_high": high, names[1]: apart})
    return rows


def _p_value(value: float, draws: Doubles) -> float:
    """Two-sided p-value of a difference by the standard error that its resamples show."""
    error = float(np.nanstd(draws))
    if error == 0:
        return 1.0 if value == 0 else 0.0
    return 2 * float(ndtr(-abs(value) / error))


def _detectable(draws: Doubles, tests: int, confidence: float) -> float:
    # a gap must pass the strictest step of Holm's correction, and does in four of five cases at this size
    needed = ndtri(1 - (1 - confidence) / (2 * tests))
    return float((needed + _POWER) * np.nanstd(draws))


def _record(common: Mapping[str, str], part: Subgroup, fields: Mapping[str, Any] | None) -> SubgroupScore:
    place = {"column": part.column, "group": part.group, "n": part.n, "groups": part.patients}
    return SubgroupScore(**common, **place, too_few=not fields, **(fields or {}))
