"""What the results do not show: as much a finding as the rest."""

from __future__ import annotations

from wardspace.evaluation.results import ModelRecord
from wardspace.report.board import Board
from wardspace.report.numbers import counted, listed, share
from wardspace.report.words import measure_name


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
    found += _chance(board)
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
    chance = (1 - board.results.confidence) * len(compared)
    expected = f"about {round(chance)}" if chance >= 1 else "with some luck one"
    return [
        f"Which single gap is chance: {counted(len(compared), 'comparison')} with the base were made at "
        f"{share(board.results.confidence)} each, without correction; {expected} would look like a "
        "gain or a harm even if no model differed."
    ]


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
