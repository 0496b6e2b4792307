"""Calibration and abstention with all labels: tables, figures and sentences."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.charts import Panel
from wardspace.report.figures.curves import Curve, curve_chart
from wardspace.report.figures.reliability import Dot, reliability_chart
from wardspace.report.figures.style import model_styles
from wardspace.report.findings.findings import Finding
from wardspace.report.score_table import Board, Place
from wardspace.report.wording import between, kind_words, points, share, units_name
from wardspace.report.wording import measures as say
from wardspace.results import Abstention, CalibrationScore, ReliabilityBin, Results

Key = tuple[str, str, str]
"""Task, setting and model."""


@dataclass(frozen=True)
class CalibrationRow:
    """The calibration of a model, formatted; empty where it was not measured."""

    model: str
    error: str
    error_interval: str
    plain: str
    brier: str
    log_loss: str
    temperature: str
    scaled_error: str
    scaled_interval: str
    scaled_log_loss: str
    area: str


@dataclass(frozen=True)
class TrustView:
    """One task in one setting."""

    task: str
    name: str
    findings: list[Finding]
    rows: list[CalibrationRow]
    panels: list[Panel]
    risk: Markup | None
    rules: list[str]
    abstention: list[tuple[str, list[tuple[str, str]]]]
    units: str
    """What was decided: notes, mentions."""
    remark: str
    """What it says nothing of."""


def trust_views(board: Board) -> list[TrustView]:
    """One view for each task and setting with calibration measured on all labels."""
    records = _Records(board.results)
    return [
        _view(board, records, task, board.place(task, setting))
        for task in board.tasks
        for setting in dict.fromkeys(key[1] for key in records.scores if key[0] == task)
    ]


class _Records:
    """The records by task, setting and model."""

    def __init__(self, results: Results) -> None:
        self.scores: dict[Key, dict[tuple[str, bool], CalibrationScore]] = {}
        self.bins: dict[Key, list[ReliabilityBin]] = {}
        self.curves: dict[Key, list[tuple[float, float]]] = {}
        self.rules: dict[Key, dict[tuple[str, float], Abstention]] = {}
        for s in results.calibration:
            if s.shots is None:
                place = self.scores.setdefault((s.task, s.setting, s.model), {})
                place[s.measure, s.temperature is not None] = s
        for b in results.reliability:
            self.bins.setdefault((b.task, b.setting, b.model), []).append(b)
        for p in results.risk:
            self.curves.setdefault((p.task, p.setting, p.model), []).append((100 * p.coverage, 100 * p.risk))
        for a in results.abstention:
            self.rules.setdefault((a.task, a.setting, a.model), {})[a.aim, a.level] = a


def _view(board: Board, records: _Records, task: str, place: Place) -> TrustView:
    models = [name for name in board.models(task) if (task, place.setting, name) in records.scores]
    keys = [(task, place.setting, name) for name in models]
    units = units_name(next(iter(records.scores[keys[0]].values())).unit)
    aims = list(dict.fromkeys(aim for key in keys for aim in records.rules.get(key, {})))
    return TrustView(
        task=task,
        name=place.name,
        findings=[_finding(key[2], records.scores[key], records.bins.get(key, [])) for key in keys],
        rows=[_row(key[2], records.scores[key]) for key in keys],
        panels=_panels(board, records, keys),
        risk=_risk(board, records, keys, units),
        rules=[_rule(*aim) for aim in aims],
        units=units,
        remark=kind_words(board.results.kinds.get(task, "")).confidence,
        abstention=[(key[2], [_outcome(records.rules.get(key, {}).get(aim)) for aim in aims]) for key in keys],
    )


def _row(model: str, scores: dict[tuple[str, bool], CalibrationScore]) -> CalibrationRow:
    error, after = scores["ece", False], scores["ece", True]
    return CalibrationRow(
        model=model,
        error=points(error.value),
        error_interval=between(error.low, error.high),
        plain=points(scores["ece_plain", False].value),
        brier=f"{scores['brier', False].value:.3f}",
        log_loss=f"{scores['log_loss', False].value:.3f}",
        temperature="" if after.temperature is None else f"{after.temperature:.2f}",
        scaled_error=points(after.value),
        scaled_interval=between(after.low, after.high),
        scaled_log_loss=f"{scores['log_loss', True].value:.3f}",
        area=points(scores["aurc", False].value) if ("aurc", False) in scores else "–",
    )


def _finding(model: str, scores: dict[tuple[str, bool], CalibrationScore], bins: list[ReliabilityBin]) -> Finding:
    error, after = scores["ece", False], scores["ece", True]
    if error.low <= 0:
        return Finding("tie", say.calibrated(model, error))
    n = sum(one.n for one in bins)
    lean = sum(one.n * (one.confidence - one.accuracy) for one in bins) / n if n else 0.0
    return Finding("plain", say.miscalibrated(model, error, lean, after, after.temperature))


def _panels(board: Board, records: _Records, keys: list[Key]) -> list[Panel]:
    styles = model_styles(board.results.models)
    known = [key for key in keys if key in records.bins]
    ends = [end for key in known for one in records.bins[key] for end in (one.confidence, one.low)]
    low = 100 * min(ends, default=0.0)
    return [
        Panel(key[2], reliability_chart(_dots(records.bins[key]), styles[key[2]], low, _said(key, records.bins[key])))
        for key in known
    ]


def _dots(bins: list[ReliabilityBin]) -> list[Dot]:
    return [Dot(100 * one.confidence, 100 * one.accuracy, 100 * one.low, 100 * one.high) for one in bins]


def _said(key: Key, bins: list[ReliabilityBin]) -> str:
    pairs = "; ".join(f"{points(one.confidence)}: {points(one.accuracy)}" for one in bins)
    return f"Accuracy of {key[2]} on {key[0]} by confidence, in points: {pairs}"


def _risk(board: Board, records: _Records, keys: list[Key], units: str) -> Markup | None:
    styles = model_styles(board.results.models)
    curves = [Curve(key[2], styles[key[2]], records.curves[key]) for key in keys if key in records.curves]
    if not curves:
        return None
    said = "; ".join(
        f"{curve.name} {curve.points[len(curve.points) // 2 - 1][1]:.1f}, {curve.points[-1][1]:.1f}" for curve in curves
    )
    description = f"Wrong answers by share of {units} answered, in percent; at half of them and at all: {said}"
    return curve_chart(curves, f"{units} answered, most confident first, %", "wrong among them, %", description)


def _rule(aim: str, level: float) -> str:
    return f"answer {share(level)}" if aim == "coverage" else f"at most {share(level)} wrong"


def _outcome(found: Abstention | None) -> tuple[str, str]:
    """What a rule achieved on test: notes answered, and the accuracy on these."""
    if found is None:
        return "–", ""
    if found.threshold is None:
        return say.NO_THRESHOLD, ""
    answered = say.answered(found.coverage, found.coverage_low, found.coverage_high)
    if found.accuracy is None or found.accuracy_low is None or found.accuracy_high is None:
        return answered, say.NONE_ANSWERED
    return answered, say.right(found.accuracy, found.accuracy_low, found.accuracy_high)
