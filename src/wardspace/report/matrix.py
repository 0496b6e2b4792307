"""All models of a task against each other in one setting."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.evaluation.results import Difference
from wardspace.report.board import Board, Place
from wardspace.report.comparison import SIGNS, Mark, mark_of
from wardspace.report.numbers import between, gap, p_value

WORDS: dict[Mark, str] = {
    "above": "above",
    "below": "below",
    "above-alone": "above, uncorrected",
    "below-alone": "below, uncorrected",
    "tie": "tie",
}
"""What a sign says, for those who do not see it."""


@dataclass(frozen=True)
class Pair:
    """The model of the row minus the model of the column."""

    mark: Mark
    sign: str
    words: str
    value: str
    interval: str
    p: str
    """After correction over all pairs of the matrix."""


@dataclass(frozen=True)
class Matrix:
    """A table of models by models; None where a model meets itself or was not compared."""

    place: Place
    models: list[str]
    rows: list[tuple[str, list[Pair | None]]]
    told_apart: int
    """Pairs that are told apart after correction."""
    pairs: int


def matrices(board: Board, task: str, metric: str) -> list[Matrix]:
    """One matrix for each setting in which models were compared in pairs."""
    places = [place for place in board.places(task, metric) if board.compared(task, place, metric)]
    return [_matrix(board, task, place, metric) for place in places]


def _matrix(board: Board, task: str, place: Place, metric: str) -> Matrix:
    models = [name for name in board.models(task) if board.score(task, name, place, metric) is not None]
    level = 1 - board.results.confidence
    found = {
        (one, other): _pair(board.difference(task, one, place, metric, against=other), level)
        for one in models
        for other in models
    }
    rows = [(one, [found[one, other] for other in models]) for one in models]
    known = [pair for pair in found.values() if pair is not None]
    apart = sum(pair.mark in ("above", "below") for pair in known)
    return Matrix(place, models, rows, apart // 2, len(known) // 2)


def _pair(one: Difference | None, level: float) -> Pair | None:
    if one is None:
        return None
    clear = not one.tie and one.p_pairs is not None and one.p_pairs < level
    mark = mark_of(one.model_copy(update={"clear": clear}))
    return Pair(
        mark=mark,
        sign=SIGNS[mark],
        words=WORDS[mark],
        value=gap(one.value),
        interval=between(one.low, one.high, signed=True),
        p="" if one.p_pairs is None else p_value(one.p_pairs),
    )
