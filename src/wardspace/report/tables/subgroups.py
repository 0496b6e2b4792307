"""Scores by subgroup and by period: tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.score_table import Board, Place
from wardspace.report.tables.comparison import SIGNIFICANT_SIGN
from wardspace.report.wording import between, gap, metric_name, points, thousands
from wardspace.report.wording import measures as say
from wardspace.results import SubgroupScore, Trend

Key = tuple[str, str]
"""Column and subgroup."""


@dataclass(frozen=True)
class SubgroupCell:
    """A model's score in a subgroup; `verdict` is empty without a significant difference."""

    value: str
    interval: str
    gap: str
    verdict: str
    mark: str


@dataclass(frozen=True)
class SubgroupRow:
    """One subgroup with the scores of every model; None where it has too few notes."""

    group: str
    n: str
    patients: str
    cells: list[SubgroupCell | None]


@dataclass(frozen=True)
class SubgroupTable:
    """The subgroups of one column by one metric."""

    column: str
    metric: str
    models: list[str]
    rows: list[SubgroupRow]


@dataclass(frozen=True)
class SubgroupView:
    """One task in one setting."""

    task: str
    name: str
    findings: list[Finding]
    tables: list[SubgroupTable]


def subgroup_views(board: Board) -> list[SubgroupView]:
    """Every task and setting with scores by subgroup."""
    return [
        SubgroupView(task, place.name, [*_gap_findings(rows), *_help_findings(rows)], _tables(board, rows))
        for task, place, rows in _places(board, board.results.subgroups)
    ]


def drift_views(board: Board) -> list[SubgroupView]:
    """Every task and setting with scores by period."""
    found = []
    for task, place, rows in _places(board, board.results.drift):
        trends = [t for t in board.results.trends if (t.task, t.setting) == (task, place.setting)]
        flagged = [finding for finding in _gap_findings(rows) if finding.tone != "tie"]
        found.append(SubgroupView(task, place.name, [*_trend_findings(trends), *flagged], _tables(board, rows)))
    return found


def _places(board: Board, rows: Sequence[SubgroupScore]) -> list[tuple[str, Place, list[SubgroupScore]]]:
    keys = dict.fromkeys((row.task, row.setting) for row in rows)
    return [
        (task, board.place(task, setting), [row for row in rows if (row.task, row.setting) == (task, setting)])
        for task, setting in keys
    ]


def _tables(board: Board, rows: list[SubgroupScore]) -> list[SubgroupTable]:
    keys = dict.fromkeys((row.column, row.metric) for row in rows)
    order = [name for name in board.records if any(row.model == name for row in rows)]
    by_key = {(row.column, row.metric, row.group, row.model): row for row in rows}
    return [
        SubgroupTable(
            column,
            metric_name(metric),
            order,
            [
                _row([by_key[column, metric, group, name] for name in order])
                for group in dict.fromkeys(row.group for row in rows if row.column == column)
            ],
        )
        for column, metric in keys
    ]


def _row(rows: list[SubgroupScore]) -> SubgroupRow:
    first = rows[0]
    return SubgroupRow(first.group, thousands(first.n), thousands(first.groups), [_cell(row) for row in rows])


def _cell(row: SubgroupScore) -> SubgroupCell | None:
    if row.value is None or row.low is None or row.high is None:
        return None
    mark = ""
    if row.flagged and row.gap is not None:
        mark = "above" if row.gap > 0 else "below"
    said = "" if row.gap is None else f"{gap(row.gap)} against other notes"
    return SubgroupCell(points(row.value), between(row.low, row.high), said, _verdict(row), mark)


def _verdict(row: SubgroupScore) -> str:
    parts = []
    if row.flagged and row.gap is not None:
        parts.append(f"{'above' if row.gap > 0 else 'below'} other notes {SIGNIFICANT_SIGN}")
    if row.over_base_flagged and row.over_base is not None:
        parts.append(f"{gap(row.over_base)} against the base {SIGNIFICANT_SIGN}")
    return "; ".join(parts)


def _gap_findings(rows: list[SubgroupScore]) -> list[Finding]:
    """One sentence for each metric and flagged subgroup, or one that says that no gap was shown."""
    found = []
    for metric in dict.fromkeys(row.metric for row in rows):
        chosen = [row for row in rows if row.metric == metric]
        groups: dict[Key, list[SubgroupScore]] = {}
        for row in chosen:
            if row.flagged:
                groups.setdefault((row.column, row.group), []).append(row)
        found += [_flagged(key, some) for key, some in groups.items()] or [_nothing(metric, chosen)]
    return found


def _flagged(key: Key, rows: list[SubgroupScore]) -> Finding:
    models = [
        (row.model, row.gap, row.gap_low, row.gap_high)
        for row in rows
        if row.gap is not None and row.gap_low is not None and row.gap_high is not None
    ]
    return Finding("plain", say.gap_shown(metric_name(rows[0].metric), " ".join(key), rows[0].n, models))


def _nothing(metric: str, rows: list[SubgroupScore]) -> Finding:
    compared = {(row.column, row.group) for row in rows if row.gap is not None}
    few = {(row.column, row.group) for row in rows if row.too_few}
    if not compared:
        return Finding("tie", say.not_enough_notes(metric_name(metric)))
    return Finding("tie", say.no_gap_shown(metric_name(metric), len(compared), _detectable(rows), len(few)))


def _detectable(rows: list[SubgroupScore]) -> str:
    """How large a gap has to be to be found most times; a gap cannot exceed 100 points."""
    sizes = {(row.column, row.group, row.model): row.detectable for row in rows if row.detectable is not None}
    possible = [size for size in sizes.values() if size < 1]
    if not possible:
        return say.NOTHING_DETECTABLE
    never = {key[:2] for key, size in sizes.items() if size >= 1}
    return say.detectable(min(possible), max(possible), len(never))


def _help_findings(rows: list[SubgroupScore]) -> list[Finding]:
    """Subgroups in which each model is better or worse than the base."""
    found = []
    for model in dict.fromkeys(row.model for row in rows):
        for metric in dict.fromkeys(row.metric for row in rows):
            chosen = [r for r in rows if (r.model, r.metric) == (model, metric) and r.over_base_flagged]
            better = [_over(row) for row in chosen if (row.over_base or 0) > 0]
            worse = [_over(row) for row in chosen if (row.over_base or 0) < 0]
            if better or worse:
                tone: Tone = "mixed" if better and worse else "gain" if better else "harm"
                found.append(Finding(tone, say.over_base_in_groups(model, metric_name(metric), better, worse)))
    compared = {(row.column, row.group) for row in rows if row.over_base is not None}
    if compared and not found:
        found.append(Finding("tie", say.nobody_over_base(len(compared))))
    return found


def _over(row: SubgroupScore) -> str:
    return f"{row.column} {row.group} ({gap(row.over_base or 0.0)})"


def _trend_findings(trends: list[Trend]) -> list[Finding]:
    shown = [_trend(trend) for trend in trends if trend.shown]
    if shown or not trends:
        return shown
    low, high = min(t.low for t in trends), max(t.high for t in trends)
    return [Finding("tie", say.no_trend(trends[0].first, trends[0].last, low, high))]


def _trend(trend: Trend) -> Finding:
    change, period = (trend.change, trend.low, trend.high), (trend.first, trend.last)
    text = say.trend(trend.model, metric_name(trend.metric), change, period)
    return Finding("gain-uncorrected" if trend.change > 0 else "harm-uncorrected", text)
