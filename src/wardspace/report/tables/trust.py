"""How far to trust a single answer: calibration and abstention on all labels, in tables, figures and sentences."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from wardspace.report.figures.charts import Panel
from wardspace.report.figures.curves import Curve, curve_chart
from wardspace.report.figures.reliability import Dot, reliability_chart
from wardspace.report.figures.style import model_styles
from wardspace.report.findings.findings import Finding
from wardspace.report.score_table import Board, Place
from wardspace.report.wording import between, gap, points, share
from wardspace.results.results import Results
from wardspace.results.trust import Abstention, CalibrationScore, ReliabilityBin

Key = tuple[str, str, str]
"""Task, setting and model."""


@dataclass(frozen=True)
class CalibrationRow:
    """A model's probabilities in words; what was not measured is empty."""

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


def trust_views(board: Board) -> list[TrustView]:
    """A view of each task and setting in which series on all labels were measured."""
    looked = _Looked(board.results)
    return [
        _view(board, looked, task, board.place(task, setting))
        for task in board.tasks
        for setting in dict.fromkeys(key[1] for key in looked.scores if key[0] == task)
    ]


class _Looked:
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


def _view(board: Board, looked: _Looked, task: str, place: Place) -> TrustView:
    models = [name for name in board.models(task) if (task, place.setting, name) in looked.scores]
    keys = [(task, place.setting, name) for name in models]
    asked = list(dict.fromkeys(aim for key in keys for aim in looked.rules.get(key, {})))
    return TrustView(
        task=task,
        name=place.name,
        findings=[_finding(key[2], looked.scores[key], looked.bins.get(key, [])) for key in keys],
        rows=[_row(key[2], looked.scores[key]) for key in keys],
        panels=_panels(board, looked, keys),
        risk=_risk(board, looked, keys),
        rules=[_rule(*aim) for aim in asked],
        abstention=[(key[2], [_outcome(looked.rules.get(key, {}).get(aim)) for aim in asked]) for key in keys],
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
    amount = f"{points(error.value)} points ({between(error.low, error.high)})"
    if error.low <= 0:
        unseen = f"one under {points(error.high)} may be there"
        return Finding("tie", f"{model}: no distance of confidence and accuracy was shown: {amount}; {unseen}.")
    n = sum(one.n for one in bins)
    lean = sum(one.n * (one.confidence - one.accuracy) for one in bins) / n if n else 0.0
    way = "surer than it is right" if lean > 0 else "less sure than it is right"
    then = f"{points(after.value)} ({between(after.low, after.high)}) once scaled by {after.temperature:.2f}"
    text = f"{model}: confidence is off accuracy by {amount}; on the whole it is {way} ({gap(lean)}). It is {then}."
    return Finding("plain", text)


def _panels(board: Board, looked: _Looked, keys: list[Key]) -> list[Panel]:
    styles = model_styles(board.results.models)
    known = [key for key in keys if key in looked.bins]
    ends = [end for key in known for one in looked.bins[key] for end in (one.confidence, one.low)]
    low = 100 * min(ends, default=0.0)
    return [
        Panel(key[2], reliability_chart(_dots(looked.bins[key]), styles[key[2]], low, _said(key, looked.bins[key])))
        for key in known
    ]


def _dots(bins: list[ReliabilityBin]) -> list[Dot]:
    return [Dot(100 * one.confidence, 100 * one.accuracy, 100 * one.low, 100 * one.high) for one in bins]


def _said(key: Key, bins: list[ReliabilityBin]) -> str:
    pairs = "; ".join(f"{points(one.confidence)}: {points(one.accuracy)}" for one in bins)
    return f"Accuracy of {key[2]} on {key[0]} by confidence, in points: {pairs}"


def _risk(board: Board, looked: _Looked, keys: list[Key]) -> Markup | None:
    styles = model_styles(board.results.models)
    curves = [Curve(key[2], styles[key[2]], looked.curves[key]) for key in keys if key in looked.curves]
    if not curves:
        return None
    said = "; ".join(
        f"{curve.name} {curve.points[len(curve.points) // 2 - 1][1]:.1f}, {curve.points[-1][1]:.1f}" for curve in curves
    )
    description = f"Wrong answers by share of notes answered, in points. At half of the notes, and at all: {said}"
    return curve_chart(curves, "notes answered, the surest first, %", "wrong among them, %", description)


def _rule(aim: str, level: float) -> str:
    return f"answer {share(level)}" if aim == "coverage" else f"at most {share(level)} wrong"


def _outcome(found: Abstention | None) -> tuple[str, str]:
    """What a rule came to on test: notes answered, and right among them."""
    if found is None:
        return "–", ""
    answered = f"{share(found.coverage)} answered ({share(found.coverage_low)} to {share(found.coverage_high)})"
    if found.threshold is None:
        return "no threshold does it", ""
    if found.accuracy is None or found.accuracy_low is None or found.accuracy_high is None:
        return answered, "none to judge by"
    ends = between(found.accuracy_low, found.accuracy_high)
    return answered, f"{points(found.accuracy)} right ({ends})"
