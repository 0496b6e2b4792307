"""Sources of uncertainty: test patients, and seeds or few-shot subsets."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import median

from wardspace.report.score_table import Board
from wardspace.report.tables.comparison import runs_name
from wardspace.report.wording import points
from wardspace.results import Difference, Score

Record = Score | Difference


@dataclass(frozen=True)
class Sources:
    """Standard errors in points, medians over models; `–` for a single run or without differences."""

    place: str
    runs: str
    score_patients: str
    score_runs: str
    difference_patients: str
    difference_runs: str
    larger: str
    """The larger source of the difference to the base."""


def sources(board: Board, task: str, metric: str) -> list[Sources]:
    """One row for each setting whose records separate patients from runs."""
    found = []
    for place in board.places(task, metric):
        scores = [board.score(task, model, place, metric) for model in board.models(task)]
        gaps = [board.difference(task, model, place, metric) for model in board.models(task)]
        row = _row(place.name, _known(scores), _known(gaps))
        found += [] if row is None else [row]
    return found


def _known(records: Sequence[Record | None]) -> list[Record]:
    return [one for one in records if one is not None and one.se_patients is not None]


def _row(place: str, scores: list[Record], gaps: list[Record]) -> Sources | None:
    if not scores:
        return None
    by_patients, by_runs = _from_patients(gaps), _from_runs(gaps)
    return Sources(
        place=place,
        runs=runs_name(scores[0]),
        score_patients=_shown(_from_patients(scores)),
        score_runs=_shown(_from_runs(scores)),
        difference_patients=_shown(by_patients),
        difference_runs=_shown(by_runs),
        larger=_larger(by_patients, by_runs),
    )


def _from_patients(records: list[Record]) -> float | None:
    return median(one.se_patients or 0.0 for one in records) if records else None


def _from_runs(records: list[Record]) -> float | None:
    """Standard error of the mean over runs."""
    found = [spread / sqrt(one.runs) for one in records if (spread := _spread(one)) is not None and one.runs]
    return median(found) if found else None


def _spread(one: Record) -> float | None:
    return one.sd_seeds if one.shots is None else one.sd_subsets


def _larger(patients: float | None, runs: float | None) -> str:
    if patients is None or runs is None:
        return "–"
    return "patients" if patients >= runs else "runs"


def _shown(value: float | None) -> str:
    return "–" if value is None else points(value)
