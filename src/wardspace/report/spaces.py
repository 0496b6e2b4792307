"""The measures of the spaces as tables, one for each column."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.evaluation.results import Results, SpaceScore
from wardspace.report.numbers import plain
from wardspace.report.words import MEASURES, measure_name

ARROWS = {"higher": "↑", "lower": "↓"}


@dataclass(frozen=True)
class Measure:
    """A column of the table."""

    key: str
    name: str
    better: str
    arrow: str


@dataclass(frozen=True)
class SpaceCell:
    """One value; `best` where no other model has a better one."""

    value: str
    best: bool


@dataclass(frozen=True)
class SpaceTable:
    """Measures by one label or metadata column; uniformity stands in each, though it needs none."""

    column: str
    n: int
    measures: list[Measure]
    rows: list[tuple[str, list[SpaceCell | None]]]


def space_tables(results: Results) -> list[SpaceTable]:
    """One table for each column that was measured."""
    columns = list(dict.fromkeys(score.column for score in results.space if score.column != "*"))
    return [_table(results, column) for column in columns]


def _table(results: Results, column: str) -> SpaceTable:
    scores = [score for score in results.space if score.column in (column, "*")]
    by_key = {(score.model, score.measure): score for score in scores}
    order = [*MEASURES, *(score.measure for score in scores if score.measure not in MEASURES)]
    keys = [key for key in dict.fromkeys(order) if any(score.measure == key for score in scores)]
    better = {score.measure: score.better for score in scores}
    measured = [Measure(key, measure_name(key), better[key], ARROWS[better[key]]) for key in keys]
    best = {key: _best([score for score in scores if score.measure == key]) for key in keys}
    values = {key: [score.value for score in scores if score.measure == key] for key in keys}
    models = [model.name for model in results.models if any(score.model == model.name for score in scores)]
    rows = [(model, [_cell(by_key.get((model, key)), best[key], values[key]) for key in keys]) for model in models]
    n = max(score.n for score in scores if score.column == column)
    return SpaceTable(column, n, measured, rows)


def _best(scores: list[SpaceScore]) -> float:
    values = [score.value for score in scores]
    return max(values) if scores[0].better == "higher" else min(values)


def _cell(score: SpaceScore | None, best: float, beside: list[float]) -> SpaceCell | None:
    return None if score is None else SpaceCell(plain(score.value, beside), score.value == best)
