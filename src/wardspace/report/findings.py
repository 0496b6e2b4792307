"""What the results say, in sentences that follow from stated rules."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wardspace.evaluation.results import Difference, Score
from wardspace.report.board import Board, Place
from wardspace.report.numbers import between, counted, gap, listed, points
from wardspace.report.words import metric_name

Tone = Literal["gain", "harm", "mixed", "tie", "plain"]
SIGNS: dict[Tone, str] = {"gain": "▲", "harm": "▼", "mixed": "▲▼", "tie": "≈", "plain": "•"}

RULES = (
    "A difference is paired: both models are scored on the same test notes, and its interval comes from drawing the "
    "patients anew.",
    "A gain over the base is a difference whose whole interval lies above zero; harm is one whose whole interval lies "
    "below; anything else is called a tie, however large the difference looks.",
    "The highest model of a setting is the one with the highest test score; what it has over the base is said beside it, "
    "and models that tie with it are named.",
    "Every setting of every task counts alike; none is left out because of how it turned out.",
)
"""How findings are made; printed on the page."""


@dataclass(frozen=True)
class Finding:
    """One sentence."""

    tone: Tone
    text: str

    @property
    def sign(self) -> str:
        """The tone as a sign."""
        return SIGNS[self.tone]


def task_findings(board: Board, task: str, metric: str) -> list[Finding]:
    """Findings of one task: the highest models first, then each model against the base."""
    places = board.places(task, metric)
    found = [_highest(board, task, place, metric) for place in _headline(places)]
    models = [name for name in board.models(task) if name != board.base]
    adapted_first = sorted(models, key=lambda name: board.records[name].kind == "tfidf")
    found += [_against_base(board, task, name, metric) for name in adapted_first]
    return [finding for finding in found if finding is not None]


def _headline(places: list[Place]) -> list[Place]:
    """Fewest labels, all labels frozen, fine-tuned: the three questions a reader comes with."""
    few = [place for place in places if place.shots is not None][:1]
    frozen = [place for place in places if place.shots is None and place.frozen][:1]
    tuned = [place for place in places if not place.frozen][:1]
    return few + frozen + tuned


def _highest(board: Board, task: str, place: Place, metric: str) -> Finding | None:
    top = board.highest(task, place, metric)
    if top is None:
        return None
    how = "Fine-tuned" if not place.frozen else "Frozen encoder"
    tone, tail = _over_base(board, top, place, metric)
    interval = "" if top.low is None or top.high is None else f" ({between(top.low, top.high)})"
    level = _level(board, top, place, metric)
    also = f" Not told apart from it: {listed(level)}." if level else ""
    text = f"{how}, {place.labels}: {top.model} has the highest {metric_name(metric)}, {points(top.value)}{interval}; {tail}.{also}"
    return Finding(tone, text)


def _over_base(board: Board, top: Score, place: Place, metric: str) -> tuple[Tone, str]:
    if top.model == board.base:
        return "plain", "no adapted model is above the base"
    difference = board.difference(top.task, top.model, place, metric)
    if difference is None:
        return "plain", "it was not compared with the base in pairs"
    if difference.tie:
        return "tie", f"a tie with the base ({_amount(difference)})"
    tone: Tone = "gain" if difference.value > 0 else "harm"
    return tone, f"{_amount(difference)} against the base"


def _level(board: Board, top: Score, place: Place, metric: str) -> list[str]:
    names = [name for name in board.models(top.task) if name != top.model]
    pairs = [(name, board.difference(top.task, top.model, place, metric, against=name)) for name in names]
    return [name for name, difference in pairs if difference is not None and difference.tie]


def _against_base(board: Board, task: str, model: str, metric: str) -> Finding | None:
    pairs = [(place, board.difference(task, model, place, metric)) for place in board.places(task, metric)]
    known = [(place, difference) for place, difference in pairs if difference is not None]
    if not known:
        return None
    gains = [(place, d) for place, d in known if not d.tie and d.value > 0]
    harms = [(place, d) for place, d in known if not d.tie and d.value < 0]
    ties = len(known) - len(gains) - len(harms)
    name = f"{model} (no language model: words counted)" if board.records[model].kind == "tfidf" else model
    if not gains and not harms:
        each = "its one setting" if len(known) == 1 else f"all {len(known)} settings"
        return Finding("tie", f"{name} ties with the base in {each}: no difference was shown.")
    parts = []
    if gains:
        parts.append(f"gains over the base in {len(gains)} of {counted(len(known), 'setting')}")
    if harms:
        verb = "is worse than the base" if board.records[model].kind == "tfidf" else "harms: it is worse than the base"
        parts.append(f"{verb} in {len(harms)} of {counted(len(known), 'setting')}")
    if ties:
        parts.append(f"ties in {ties}")
    tone: Tone = "mixed" if gains and harms else "gain" if gains else "harm"
    most = [_extreme("Most", max(gains, key=lambda pair: pair[1].value), metric)] if gains else []
    worst = [_extreme("Worst", min(harms, key=lambda pair: pair[1].value), metric)] if harms else []
    return Finding(tone, f"{name} {', '.join(parts)}. {' '.join(most + worst)}")


def _extreme(word: str, pair: tuple[Place, Difference], metric: str) -> str:
    place, difference = pair
    return f"{word}: {_amount(difference)} of {metric_name(metric)} with {place.name}."


def _amount(difference: Difference) -> str:
    ends = between(difference.low, difference.high, signed=True)
    unit = "point" if gap(difference.value) in ("+1.0", "−1.0") else "points"
    return f"{gap(difference.value)} {unit}, interval {ends}"
