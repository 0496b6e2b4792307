"""The comparison of all models on one task by one metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from wardspace.report.score_table import Board, Place
from wardspace.report.wording import between, counted, gap, p_value, points, share
from wardspace.report.wording.comparisons import NO_DIFFERENCE
from wardspace.results import Difference, Score

Mark = Literal["reference", "above", "below", "above-uncorrected", "below-uncorrected", "tie", "unpaired"]
Rank = Literal["highest", "level", ""]
STARS: dict[Rank, str] = {"highest": "★", "level": "☆", "": ""}
"""Highest of its column, and no difference to the highest shown."""
SIGNIFICANT_SIGN = "*"
"""After a difference that is significant after Holm correction; the one sign of the report."""


def starred(text: str, mark: Mark) -> str:
    """A difference in words or figures, with the sign where it is significant after Holm correction."""
    return f"{text} {SIGNIFICANT_SIGN}" if mark in ("above", "below") else text


@dataclass(frozen=True)
class Cell:
    """One score of the comparison, formatted."""

    place: Place
    """What it is of; baselines with settings of their own share a column."""
    value: str
    interval: str
    mark: Mark
    verdict: str
    """Against the base: `2.1 above base *`, `no difference shown`."""
    detail: str
    """The difference with its interval and p, and the spread over seeds or subsets."""
    rank: Rank


@dataclass(frozen=True)
class Row:
    """A model's scores; None where a setting was not tried."""

    model: str
    kind: str
    cells: list[Cell | None]


@dataclass(frozen=True)
class Comparison:
    """A table: models by places."""

    task: str
    metric: str
    places: list[Place]
    rows: list[Row]


def comparison(board: Board, task: str, metric: str) -> Comparison:
    """The comparison table of a task by a metric; the HTML, the Markdown and the model card show the same one."""
    columns: dict[tuple[tuple[int, str], str], list[Place]] = {}
    for place in board.places(task, metric):
        columns.setdefault((place.group, place.short), []).append(place)
    rows = [
        Row(
            model, board.records[model].kind, [_cell(board, task, model, places, metric) for places in columns.values()]
        )
        for model in board.models(task)
    ]
    return Comparison(task, metric, [places[0] for places in columns.values()], rows)


def _cell(board: Board, task: str, model: str, places: Sequence[Place], metric: str) -> Cell | None:
    """The score of a model in the one of some settings that it was tried in."""
    found = ((place, board.score(task, model, place, metric)) for place in places)
    place, score = next(((place, score) for place, score in found if score is not None), (places[0], None))
    if score is None:
        return None
    difference = board.difference(task, model, place, metric)
    interval = "" if score.low is None or score.high is None else between(score.low, score.high)
    mark = mark_of(difference, is_base=score.model == board.base)
    return Cell(
        place=place,
        value=points(score.value),
        interval=interval,
        mark=mark,
        verdict=_verdict(mark, difference, board.base),
        detail=_detail(board, score, difference),
        rank=_rank(board, score, place),
    )


def _detail(board: Board, score: Score, difference: Difference | None) -> str:
    parts = []
    if difference is not None:
        ends = between(difference.low, difference.high, signed=True)
        parts.append(f"difference to {board.base} {gap(difference.value)} ({ends})")
        if difference.superiority is not None:
            parts.append(f"above in {share(difference.superiority)} of resamples")
        if difference.p is not None and difference.p_holm is not None:
            parts.append(f"{p_value(difference.p)}, Holm-corrected {p_value(difference.p_holm)}")
    if score.spread is not None:
        parts.append(f"standard deviation over {runs_name(score)} {points(score.spread)}")
    return "; ".join(parts)


def runs_name(record: Score | Difference) -> str:
    """The runs of a record: `10 subsets`, `3 seeds`."""
    if record.runs is None:
        return "seeds or subsets"
    return counted(record.runs, "seed" if record.shots is None else "subset")


def _rank(board: Board, score: Score, place: Place) -> Rank:
    top = board.highest(score.task, place, score.metric)
    if top is None or not board.compared(score.task, place, score.metric):
        return ""  # without paired differences we cannot say that others are worse
    if score.value == top.value:
        return "highest"
    apart = board.difference(score.task, top.model, place, score.metric, against=score.model)
    return "level" if apart is not None and apart.tie else ""


def mark_of(difference: Difference | None, *, is_base: bool = False) -> Mark:
    """Sign of a difference: tie if its interval includes zero, uncorrected if not significant after correction."""
    if is_base:
        return "reference"
    if difference is None:
        return "unpaired"
    if difference.tie:
        return "tie"
    if difference.clear:
        return "above" if difference.value > 0 else "below"
    return "above-uncorrected" if difference.value > 0 else "below-uncorrected"


def _verdict(mark: Mark, difference: Difference | None, base: str) -> str:
    if mark == "reference":
        return "reference"
    if difference is None:
        return ""
    if mark == "tie":
        return NO_DIFFERENCE
    way, *uncorrected = mark.split("-")
    also = ", uncorrected" if uncorrected else ""
    return starred(f"{points(abs(difference.value))} {way} {base}{also}", mark)


WORDS: dict[Mark, str] = {
    "above": "above",
    "below": "below",
    "above-uncorrected": "above, uncorrected",
    "below-uncorrected": "below, uncorrected",
    "tie": NO_DIFFERENCE,
}
"""What a difference is, for screen readers."""


@dataclass(frozen=True)
class Pair:
    """The model of the row minus the model of the column."""

    mark: Mark
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
    significant: int
    """Pairs with a significant difference after Holm correction."""
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
        words=WORDS[mark],
        value=starred(gap(one.value), mark),
        interval=between(one.low, one.high, signed=True),
        p="" if one.p_pairs is None else p_value(one.p_pairs),
    )
