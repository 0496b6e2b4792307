"""The comparison of all models on one task by one metric."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from wardspace.evaluation.results import Difference, Score
from wardspace.report.board import Board, Place
from wardspace.report.numbers import between, counted, gap, p_value, points, share

Mark = Literal["reference", "above", "below", "above-alone", "below-alone", "tie", "unpaired"]
Rank = Literal["highest", "level", ""]
STARS: dict[Rank, str] = {"highest": "★", "level": "☆", "": ""}
"""Highest of its column, and a tie with the highest."""
SIGNS: dict[Mark, str] = {
    "reference": "", "above": "▲", "below": "▼", "above-alone": "△", "below-alone": "▽", "tie": "≈", "unpaired": "",
}  # fmt: skip
"""Signs beside the words, so that nothing hangs on colour; hollow where a gap does not hold after correction."""


@dataclass(frozen=True)
class Cell:
    """One score of the comparison in words."""

    value: str
    interval: str
    mark: Mark
    verdict: str
    """Against the base: `▲ 2.1 above base`, `≈ tie with base`."""
    detail: str
    """The difference with its interval and p, and the spread over seeds or subsets."""
    rank: Rank


@dataclass(frozen=True)
class Row:
    """A model's scores; None where it was not tried."""

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
    places = board.places(task, metric)
    rows = [
        Row(model, board.records[model].kind, [_cell(board, task, model, place, metric) for place in places])
        for model in board.models(task)
    ]
    return Comparison(task, metric, places, rows)


def _cell(board: Board, task: str, model: str, place: Place, metric: str) -> Cell | None:
    score = board.score(task, model, place, metric)
    if score is None:
        return None
    difference = board.difference(task, model, place, metric)
    interval = "" if score.low is None or score.high is None else between(score.low, score.high)
    mark = mark_of(difference, is_base=score.model == board.base)
    return Cell(
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
            parts.append(f"{p_value(difference.p)}, corrected {p_value(difference.p_holm)}")
    if score.spread is not None:
        parts.append(f"standard deviation over {runs_name(score)} {points(score.spread)}")
    return "; ".join(parts)


def runs_name(record: Score | Difference) -> str:
    """What the runs of a record differ in: `10 subsets`, `3 seeds`."""
    if record.runs is None:
        return "seeds or subsets"
    return counted(record.runs, "seed" if record.shots is None else "subset")


def _rank(board: Board, score: Score, place: Place) -> Rank:
    top = board.highest(score.task, place, score.metric)
    if top is None or not board.compared(score.task, place, score.metric):
        return ""  # without pairs no tie could be told from a win
    if score.value == top.value:
        return "highest"
    apart = board.difference(score.task, top.model, place, score.metric, against=score.model)
    return "level" if apart is not None and apart.tie else ""


def mark_of(difference: Difference | None, *, is_base: bool = False) -> Mark:
    """What a difference says: a gap whose interval spans zero is a tie, one that is not clear stands alone."""
    if is_base:
        return "reference"
    if difference is None:
        return "unpaired"
    if difference.tie:
        return "tie"
    if difference.clear:
        return "above" if difference.value > 0 else "below"
    return "above-alone" if difference.value > 0 else "below-alone"


def _verdict(mark: Mark, difference: Difference | None, base: str) -> str:
    if mark == "reference":
        return "reference"
    if difference is None:
        return ""
    if mark == "tie":
        return f"{SIGNS[mark]} tie with {base}"
    way, *alone = mark.split("-")
    return f"{SIGNS[mark]} {points(abs(difference.value))} {way} {base}{', uncorrected' if alone else ''}"
