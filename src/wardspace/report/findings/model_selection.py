"""What model selection weighs: validation scores, and what a model costs."""

from __future__ import annotations

from wardspace.report.score_table import Board, Place
from wardspace.results import ModelRecord

_KINDS = {"tfidf": 0, "baseline": 0, "base": 1, "other": 2, "adapted": 3}
_LESS = 0.9
"""Training is cheaper if it took less than this share of the time: timings vary from run to run."""


def cost_order(record: ModelRecord) -> tuple[int, float]:
    """Sort key, cheapest first: TF-IDF, the base, other models used as they are, adapted models by training time."""
    return _KINDS[record.kind], sum(stage.seconds for stage in record.stages)


def is_cheaper(one: ModelRecord, other: ModelRecord) -> bool:
    """Whether one model costs less than another: by kind, then by training time if that differs by a tenth."""
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
        and score.label is None
        and score.model in board.records
    }
