"""For whom and when a model works: scores by subgroup and by period, in tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.score_table import Board, Place
from wardspace.report.wording import between, counted, gap, listed, metric_name, points, thousands
from wardspace.results.subgroups import SubgroupScore, Trend

Key = tuple[str, str]
"""Column and subgroup."""


@dataclass(frozen=True)
class SubgroupCell:
    """A model's score in a subgroup; `verdict` is empty where nothing is flagged."""

    value: str
    interval: str
    gap: str
    verdict: str
    mark: str


@dataclass(frozen=True)
class SubgroupRow:
    """One subgroup with the scores of every model; None for each where it has too few notes."""

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
    """Every task and setting whose scores were told apart by subgroup."""
    return [
        SubgroupView(task, place.name, [*_gap_findings(rows), *_help_findings(rows)], _tables(board, rows))
        for task, place, rows in _places(board, board.results.subgroups)
    ]


def drift_views(board: Board) -> list[SubgroupView]:
    """Every task and setting whose scores were told apart by period."""
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
    said = "" if row.gap is None else f"{gap(row.gap)} to the rest"
    return SubgroupCell(points(row.value), between(row.low, row.high), said, _verdict(row), mark)


def _verdict(row: SubgroupScore) -> str:
    parts = []
    if row.flagged and row.gap is not None:
        parts.append("▲ above the rest" if row.gap > 0 else "▼ below the rest")
    if row.over_base_flagged and row.over_base is not None:
        parts.append(f"{'▲' if row.over_base > 0 else '▼'} {gap(row.over_base)} to the base")
    return "; ".join(parts)


def _gap_findings(rows: list[SubgroupScore]) -> list[Finding]:
    """One sentence for each metric and flagged subgroup, or one that says that there is none."""
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
    models = "; ".join(
        f"{row.model} {gap(row.gap)} ({between(row.gap_low, row.gap_high, signed=True)})"
        for row in rows
        if row.gap is not None and row.gap_low is not None and row.gap_high is not None
    )
    count = counted(rows[0].n, "note")
    name = metric_name(rows[0].metric)
    return Finding("plain", f"{key[0]} {key[1]} ({count}): {name} differs from that on the other notes for {models}.")


def _nothing(metric: str, rows: list[SubgroupScore]) -> Finding:
    judged = {(row.column, row.group) for row in rows if row.gap is not None}
    few = {(row.column, row.group) for row in rows if row.too_few}
    also = f" {counted(len(few), 'other subgroup')} had too few notes to be judged." if few else ""
    if not judged:
        return Finding("tie", f"{metric_name(metric)}: no subgroup had enough notes to be judged.")
    return Finding(
        "tie",
        f"{metric_name(metric)}: in none of {counted(len(judged), 'subgroup')} was a gap to the other notes shown. "
        f"That is no proof that there is none: {_unseen(rows)}.{also}",
    )


def _unseen(rows: list[SubgroupScore]) -> str:
    """How large a gap has to be to be shown most times; none is larger than all 100 points."""
    sizes = {(row.column, row.group, row.model): row.detectable for row in rows if row.detectable is not None}
    possible = [size for size in sizes.values() if size < 1]
    if not possible:
        return "so few notes would not show a gap of any size in four of five such samples"
    ends = " to ".join(dict.fromkeys(points(size) for size in (min(possible), max(possible))))
    said = f"with so few notes, a gap has to be {ends} points large to be shown in four of five such samples"
    beyond = {key[:2] for key, size in sizes.items() if size >= 1}
    return f"{said}, and in {counted(len(beyond), 'subgroup')} no size is enough" if beyond else said


def _help_findings(rows: list[SubgroupScore]) -> list[Finding]:
    """Whom each model helps and whom it harms, against the base."""
    found = []
    for model in dict.fromkeys(row.model for row in rows):
        for metric in dict.fromkeys(row.metric for row in rows):
            chosen = [r for r in rows if (r.model, r.metric) == (model, metric) and r.over_base_flagged]
            ups = [_over(row) for row in chosen if (row.over_base or 0) > 0]
            downs = [_over(row) for row in chosen if (row.over_base or 0) < 0]
            parts = [f"above the base in {listed(ups)}"] if ups else []
            parts += [f"below the base in {listed(downs)}"] if downs else []
            if parts:
                tone: Tone = "mixed" if len(parts) == 2 else "gain" if ups else "harm"
                found.append(Finding(tone, f"{model} is, by {metric_name(metric)}, {' and '.join(parts)}."))
    compared = {(row.column, row.group) for row in rows if row.over_base is not None}
    if compared and not found:
        none = f"No model was shown to be above or below the base in any of {counted(len(compared), 'subgroup')}."
        found.append(Finding("tie", none))
    return found


def _over(row: SubgroupScore) -> str:
    return f"{row.column} {row.group} ({gap(row.over_base or 0.0)})"


def _trend_findings(trends: list[Trend]) -> list[Finding]:
    shown = [_trend(trend) for trend in trends if trend.shown]
    if shown or not trends:
        return shown
    low, high = min(t.low for t in trends), max(t.high for t in trends)
    ends = f"{gap(low)} to {gap(high)}"
    first, last = trends[0].first, trends[0].last
    text = f"No trend was shown from {first} to {last}; the intervals of the changes lie within {ends} points."
    return [Finding("tie", text)]


def _trend(trend: Trend) -> Finding:
    way = "rises" if trend.change > 0 else "falls"
    ends = between(trend.low, trend.high, signed=True)
    text = (
        f"{trend.model}: {metric_name(trend.metric)} {way} by {points(abs(trend.change))} points ({ends}) "
        f"from {trend.first} to {trend.last}."
    )
    return Finding("gain-alone" if trend.change > 0 else "harm-alone", text)
