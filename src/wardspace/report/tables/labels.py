"""Scores of every class or type by itself, on all labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardspace.report.score_table import Board, Place
from wardspace.report.wording import between, kind_words, metric_name, metric_order, points, units_name
from wardspace.results import Score


@dataclass(frozen=True)
class LabelTable:
    """One metric in one setting: labels by models."""

    place: Place
    metric: str
    models: list[str]
    rows: list[tuple[str, int, list[tuple[str, str]]]]
    """Name of the label, how many test units or mentions have it, and each model's score with its interval."""


@dataclass(frozen=True)
class LabelView:
    """Scores of a task by class or type."""

    label: str
    """What they are by: class, type."""
    units: str
    """What is counted: notes, mentions."""
    total: int
    """How many of these the test notes hold, over all labels."""
    first: list[LabelTable]
    """The main metric, one table a setting."""
    others: list[LabelTable]
    """The other metrics."""


def label_view(board: Board, task: str) -> LabelView | None:
    """Tables of a task; None where nothing was scored by label."""
    scores = [one for one in board.results.scores if one.task == task and one.label is not None and one.seed is None]
    if not scores:
        return None
    used = {one.metric for one in scores}
    kind = board.results.kinds.get(task, "")
    metrics = [name for name in metric_order(kind) if name in used]
    places = sorted({board.place(task, one.setting, one.shots) for one in scores}, key=lambda place: place.group)
    tables = [_table(board, task, place, metric, scores) for metric in metrics for place in places]
    counts = {one.label: one.n for one in scores}
    return LabelView(
        label=kind_words(kind).label,
        units=units_name(scores[0].unit),
        total=sum(counts.values()),
        first=[table for table in tables if table.metric == metric_name(metrics[0])],
        others=[table for table in tables if table.metric != metric_name(metrics[0])],
    )


def _table(board: Board, task: str, place: Place, metric: str, scores: Sequence[Score]) -> LabelTable:
    found = {
        (one.label, one.model): one
        for one in scores
        if (one.setting, one.shots, one.metric) == (place.setting, place.shots, metric)
    }
    models = [name for name in board.models(task) if any(key[1] == name for key in found)]
    counts = {str(label): one.n for (label, _), one in found.items()}
    rows = [(label, n, [_cell(found.get((label, model))) for model in models]) for label, n in counts.items()]
    return LabelTable(place, metric_name(metric), models, rows)


def _cell(score: Score | None) -> tuple[str, str]:
    if score is None:
        return "–", ""
    return points(score.value), "" if score.low is None or score.high is None else between(score.low, score.high)
