"""Which model to use with how many labels: chosen on validation, checked on test, the cheaper where it is a tie."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.report.findings.findings import told_apart
from wardspace.report.score_table import Board, Place
from wardspace.results.results import Difference, ModelRecord, Score

_KINDS = {"tfidf": 0, "base": 1, "other": 2, "adapted": 3}
_LESS = 0.9
"""Training is cheaper where it took less than this share of the time: clocks differ from run to run."""
_ALIKE = 3
"""Decimals of a validation score beyond which two are alike: a tenth of a point, as printed."""


@dataclass(frozen=True)
class Choice:
    """What to use in one place."""

    place: Place
    favoured: str
    """Highest on validation."""
    used: str
    """The cheapest of those that test does not show to be worse than it."""
    score: Score
    """Test score of what is used."""
    apart: Difference | None
    """Favoured minus used on test; where they are one, minus the base."""


def choices(board: Board, task: str, metric: str) -> list[Choice]:
    """One choice for each place in which validation was scored."""
    found = [_choice(board, task, metric, place) for place in board.places(task, metric)]
    return [choice for choice in found if choice is not None]


def cost_order(record: ModelRecord) -> tuple[int, float]:
    """What comes cheaper first: counting words, the base and other models as they came, then adapted ones by time."""
    return _KINDS[record.kind], sum(stage.seconds for stage in record.stages)


def _cheaper(one: ModelRecord, other: ModelRecord) -> bool:
    (kind, seconds), (other_kind, other_seconds) = cost_order(one), cost_order(other)
    return kind < other_kind or (kind == other_kind and seconds < _LESS * other_seconds)


def validation_scores(board: Board, task: str, metric: str, place: Place) -> dict[str, float]:
    """Validation score of every model in a place."""
    return {
        score.model: score.value
        for score in board.results.scores
        if (score.task, score.metric, score.setting, score.shots) == (task, metric, place.setting, place.shots)
        and score.split == "validation"
        and score.seed is None
        and score.model in board.records
    }


def cheaper_tried(board: Board, choice: Choice) -> bool:
    """Whether anything cheaper than what is used was scored in the same place."""
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
    """Whether the first was shown to be worse than the second, or was not compared with it."""
    name, favoured = pair
    difference = board.difference(task, favoured, place, metric, against=name)
    return difference is None or (told_apart(difference) and difference.value > 0)
