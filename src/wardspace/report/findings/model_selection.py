"""Model selection: chosen on validation; test may only replace the choice by a cheaper model."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.report.findings.findings import significant
from wardspace.report.score_table import Board, Place
from wardspace.results import Difference, ModelRecord, Score

_KINDS = {"tfidf": 0, "baseline": 0, "base": 1, "other": 2, "adapted": 3}
_LESS = 0.9
"""Training is cheaper if it took less than this share of the time: timings vary from run to run."""
_ALIKE = 3
"""Decimals to which validation scores are compared: a tenth of a point, as printed."""


@dataclass(frozen=True)
class Choice:
    """The model chosen for one setting."""

    place: Place
    favoured: str
    """Highest on validation."""
    used: str
    """The cheapest model that test does not show to be worse than the favoured one."""
    score: Score
    """Test score of the model used."""
    apart: Difference | None
    """Favoured minus used on test; minus the base where they are the same model."""


def choices(board: Board, task: str, metric: str) -> list[Choice]:
    """One choice for each setting with validation scores."""
    found = [_choice(board, task, metric, place) for place in board.places(task, metric)]
    return [choice for choice in found if choice is not None]


def cost_order(record: ModelRecord) -> tuple[int, float]:
    """Sort key, cheapest first: TF-IDF, the base, other models used as they are, adapted models by training time."""
    return _KINDS[record.kind], sum(stage.seconds for stage in record.stages)


def _cheaper(one: ModelRecord, other: ModelRecord) -> bool:
    (kind, seconds), (other_kind, other_seconds) = cost_order(one), cost_order(other)
    return kind < other_kind or (kind == other_kind and seconds < _LESS * other_seconds)


def validation_scores(board: Board, task: str, metric: str, place: Place) -> dict[str, float]:
    """Validation score of every model in a setting."""
    return {
        score.model: score.value
        for score in board.results.scores
        if (score.task, score.metric, score.setting, score.shots) == (task, metric, place.setting, place.shots)
        and score.split == "validation"
        and score.seed is None
        and score.model in board.records
    }


def cheaper_tried(board: Board, choice: Choice) -> bool:
    """Whether anything cheaper than the model used was scored in the same setting."""
    used = cost_order(board.records[choice.used])
    scored = validation_scores(board, choice.score.task, choice.score.metric, choice.place)
    return any(cost_order(board.records[name]) < used for name in scored)


def _choice(board: Board, task: str, metric: str, place: Place) -> Choice | None:
    known = validation_scores(board, task, metric, place)
    if not known:
        return None
    by_cost = sorted(known, key=lambda name: cost_order(board.records[name]))
    favoured = min(by_cost, key=lambda name: -round(known[name], _ALIKE))
    cheaper = [name for name in by_cost if _cheaper(board.records[name], board.records[favoured])]
    used = next((name for name in cheaper if not _worse(board, task, metric, place, (name, favoured))), favoured)
    score = board.score(task, used, place, metric)
    if score is None:
        return None
    other = used if used != favoured else board.base
    apart = None if favoured == other else board.difference(task, favoured, place, metric, against=other)
    return Choice(place, favoured, used, score, apart)


def _worse(board: Board, task: str, metric: str, place: Place, pair: tuple[str, str]) -> bool:
    """Whether the first model is significantly worse than the second, or was not compared with it."""
    name, favoured = pair
    difference = board.difference(task, favoured, place, metric, against=name)
    return difference is None or (significant(difference) and difference.value > 0)
