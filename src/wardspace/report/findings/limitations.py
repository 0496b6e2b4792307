"""What the results do not show: limits that follow from the results themselves."""

from __future__ import annotations

from wardspace.report.score_table import Board
from wardspace.report.wording import is_point, measure_name
from wardspace.report.wording import limitations as say
from wardspace.results import Difference, ModelRecord, Score

FEW_PATIENTS = 20
"""Test patients below which the page says that intervals are not exact."""


def not_shown(board: Board, model: str | None = None) -> list[str]:
    """Limits of the findings, for one model or for the whole study."""
    results = board.results
    adapted = [one for one in results.models if one.kind == "adapted"]
    others = [one.name for one in results.models if one.kind == "other" and model in (None, one.name)]
    return [
        *([say.SYNTHETIC] if results.synthetic else []),
        *([say.trained_once(len(adapted))] if adapted else []),
        *([say.unknown_training_data(others)] if others else []),
        *_not_significant(board),
        *_few(board),
        *_learned([one for one in results.models if model in (None, one.name)]),
        *([say.TRANSDUCTIVE] if results.transductive else []),
        say.ONE_CORPUS,
        *_spaces(board),
    ]


def _spaces(board: Board) -> list[str]:
    scores = board.results.space
    bare = [measure_name(name) for name in dict.fromkeys(s.measure for s in scores if s.low is None)]
    found = [say.SPACE_INTERVALS] if any(score.low is not None for score in scores) else []
    return [*found, *([say.without_interval(bare)] if bare else [])]


def _not_significant(board: Board) -> list[str]:
    first = {task: board.metrics(task)[0] for task in board.tasks if board.metrics(task)}
    compared = [d for d in board.results.differences if d.against == board.base and d.metric == first.get(d.task)]
    gaps = [d for d in compared if not d.tie]
    uncorrected = [d for d in gaps if not d.clear]
    never_corrected = bool(compared) and any(d.p_holm is None for d in compared)
    if not never_corrected and not uncorrected:
        return []
    reason = say.NEVER_CORRECTED if never_corrected else say.MAY_BE_CHANCE
    return [say.not_corrected(len(uncorrected), len(gaps), len(compared), board.results.confidence, reason)]


def _few(board: Board) -> list[str]:
    """Tasks with too few test patients for the intervals asked for, or for any."""
    found = []
    for task in board.tasks:
        scores = _headline_scores(board, task)
        if any(score.low is None for score in scores):
            found.append(say.scores_do_not_vary(task))
        if any(one.tie and is_point(one.low, one.high) for one in _headline_differences(board, task)):
            found.append(say.differences_do_not_vary(task))
        patients = min((score.groups for score in scores), default=FEW_PATIENTS)
        if patients < FEW_PATIENTS:
            found.append(say.few_patients(task, patients))
        classes = board.results.classes.get(task)
        if classes and board.results.interval == "bca" and any(score.interval == "percentile" for score in scores):
            found.append(say.percentile_intervals(task))
    return found


def _headline_scores(board: Board, task: str) -> list[Score]:
    found = [
        board.score(task, model, place, metric)
        for metric in board.metrics(task)[:1]
        for place in board.places(task, metric)
        for model in board.models(task)
    ]
    return [score for score in found if score is not None]


def _headline_differences(board: Board, task: str) -> list[Difference]:
    metrics = board.metrics(task)[:1]
    return [one for one in board.results.differences if one.task == task and one.metric in metrics]


def _learned(models: list[ModelRecord]) -> list[str]:
    by_columns: dict[tuple[str, ...], list[str]] = {}
    for model in models:
        if model.learned_columns:
            by_columns.setdefault(tuple(model.learned_columns), []).append(model.name)
    return [say.learned_from(columns, names) for columns, names in by_columns.items()]
