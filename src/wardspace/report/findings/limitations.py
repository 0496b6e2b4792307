"""What the results do not show: as much a finding as the rest."""

from __future__ import annotations

from wardspace.report.score_table import Board
from wardspace.report.wording import counted, is_point, listed, measure_name, share
from wardspace.results.results import Difference, ModelRecord, Score

FEW_PATIENTS = 20
"""Test patients below which a reader is warned that intervals are not exact."""


def not_shown(board: Board, model: str | None = None) -> list[str]:
    """Limits of the findings, each following from the results themselves; for one model, or for all of the study."""
    results = board.results
    found = []
    if results.synthetic:
        found.append(
            "Nothing about real notes: these were made up. The figures show that the tool works, and are no findings."
        )
    adapted = [model for model in results.models if model.kind == "adapted"]
    if adapted:
        found.append(
            "Whether training again would give the same model: each of the "
            f"{counted(len(adapted), 'adapted model')} was trained once. "
            "The intervals cover which notes stand in the test split, not the luck of training."
        )
    others = [one.name for one in results.models if one.kind == "other" and model in (None, one.name)]
    if others:
        found.append(
            f"How {listed(others)} would do on notes they have not read: what they learned from is not known here, and "
            "test notes may have been among it."
        )
    found += _chance(board)
    found += _few(board)
    found += _learned([one for one in results.models if model in (None, one.name)])
    if results.transductive:
        found.append(
            "How the models do on notes they have not read: adaptation read the texts (never the labels) of the "
            "validation and test notes."
        )
    found.append(
        "Whether this holds elsewhere: all notes come from one corpus. A tie is not proof of equality; it says that "
        "these test notes do not tell the models apart."
    )
    found += _spaces(board)
    return found


def _spaces(board: Board) -> list[str]:
    scores = board.results.space
    bare = [measure_name(name) for name in dict.fromkeys(s.measure for s in scores if s.low is None)]
    found = []
    if any(score.low is not None for score in scores):
        found.append(
            "All that is uncertain of the measures of the space: their intervals come from drawing patients anew, to "
            "first order, with who is whose neighbour held as it is; they are not widened for the number of "
            "measures that were looked at."
        )
    if bare:
        found.append(f"How sure {listed(bare)} of the spaces are: without an interval, small gaps may be chance.")
    return found


def _chance(board: Board) -> list[str]:
    first = {task: board.metrics(task)[0] for task in board.tasks if board.metrics(task)}
    compared = [d for d in board.results.differences if d.against == board.base and d.metric == first.get(d.task)]
    if not compared:
        return []
    gaps = [d for d in compared if not d.tie]
    alone = [d for d in gaps if not d.clear]
    if any(d.p_holm is None for d in compared):
        how = "these results were made before p values were corrected for their number"
    elif alone:
        how = "they may be chance, as some of so many would look like a gain or a harm even if no model differed"
    else:
        return []
    return [
        f"Gaps marked △ or ▽: {len(alone)} of {counted(len(gaps), 'gain or harm', 'gains and harms')} among "
        f"{counted(len(compared), 'comparison')} with the base at {share(board.results.confidence)} each do not hold "
        f"after correction; {how}."
    ]


def _few(board: Board) -> list[str]:
    """Tasks whose test notes are of too few patients for the interval asked for, or for any."""
    found = []
    for task in board.tasks:
        scores = _headline_scores(board, task)
        if any(score.low is None for score in scores):
            found.append(
                f"How sure some scores of {task} are: they stay the same whichever patients are drawn (a single "
                "patient, or not one mistake), so they stand without an interval."
            )
        if any(one.tie and is_point(one.low, one.high) for one in _headline_differences(board, task)):
            found.append(
                f"How sure some differences of {task} are: they stay the same whichever patients are drawn (two models "
                "that are right on the same notes), so they count as ties and stand without an interval."
            )
        patients = min((score.groups for score in scores), default=FEW_PATIENTS)
        if patients < FEW_PATIENTS:
            found.append(
                f"Exact intervals of {task}: its test notes are of {counted(patients, 'patient')}. In simulations with "
                "ten patients, 95% intervals held the true value 91 to 96 times in 100."
            )
        classes = board.results.classes.get(task)
        if classes and board.results.interval == "bca" and any(score.interval == "percentile" for score in scores):
            found.append(
                f"Exact intervals of {task}: a class has fewer than three test patients, too few for BCa, so "
                "percentiles stand in. With so few, intervals of scores that average over classes hold the true one "
                "less often than they say (in simulations about 92 times in 100, not 95, where 13 classes share 30 "
                "patients)."
            )
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
    return [
        f"How notes separate by {listed(list(columns))} of themselves: {listed(names)} learned from "
        f"{'that column' if len(columns) == 1 else 'those columns'}."
        for columns, names in by_columns.items()
    ]
