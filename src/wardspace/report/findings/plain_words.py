"""What the results of each task mean, in one sentence for someone who knows the ward and no statistics."""

from __future__ import annotations

from dataclasses import dataclass

from wardspace.report.findings.findings import Finding, Tone
from wardspace.report.findings.guidance import named
from wardspace.report.findings.limitations import FEW_PATIENTS
from wardspace.report.findings.verdict import Candidate, Verdict, verdicts
from wardspace.report.score_table import Board, cell_anchor
from wardspace.report.wording import between, meanings, units_name
from wardspace.report.wording import plain_words as say
from wardspace.report.wording.guidance import test_units
from wardspace.results import Mistake

FEW_UNITS = 100
"""Test notes (pairs, queries) below which the top of the page warns."""
SHOWN = 5
"""Mistakes in the table of a task."""


@dataclass(frozen=True)
class Mistakes:
    """The commonest mistakes of the model that is advised with all labels."""

    model: str
    units: str
    rows: list[Mistake]


def plain_words(board: Board) -> list[Finding]:
    """One sentence for each task that has a verdict and a metric with a meaning in plain words."""
    found = [_sentence(board, task) for task in board.tasks if board.metrics(task)]
    return [finding for finding in found if finding is not None]


def common_mistakes(board: Board, task: str) -> Mistakes | None:
    """What the advised model gets wrong most often; None where mistakes were not counted."""
    verdict = _most_labels(board, task)
    if verdict is None:
        return None
    rows = _mistakes(board, task, verdict.used)
    return Mistakes(named(board, verdict.used), units_name(rows[0].unit), rows[:SHOWN]) if rows else None


def cautions(board: Board) -> list[str]:
    """What to know before reading any figure: small test sets, then the warnings of the run."""
    found = []
    for task in board.tasks:
        scores = [one for one in board.results.scores if (one.task, one.split, one.label) == (task, "test", None)]
        if not scores:
            continue
        units, patients = max(one.n for one in scores), max(one.groups for one in scores)
        if units < FEW_UNITS or patients < FEW_PATIENTS:
            found.append(say.few_tested(task, units, (scores[0].unit, units_name(scores[0].unit)), patients))
    banners = board.results.synthetic + board.results.transductive  # which come first, and have a place of their own
    return [*found, *board.results.warnings[banners:]]


def _sentence(board: Board, task: str) -> Finding | None:
    verdict = _most_labels(board, task)
    if verdict is None:
        return None
    used, unit = verdict.used, verdict.score.unit
    told = meanings(board.results.kinds.get(task, ""))
    known = ((board.score(task, used.model, used.place, metric), text) for metric, text in told.items())
    score, template = next(((score, text) for score, text in known if score is not None), (None, ""))
    if score is None:
        return None
    interval = "" if score.low is None or score.high is None else between(score.low, score.high)
    meaning = template.format(model=named(board, used), value=f"{100 * score.value:.0f}")
    tested = test_units(score.n, (unit, units_name(unit)), score.groups)
    decided = verdict.reason != "undecided"
    text = say.sentence(task, f"{meaning} ({say.interval(interval)}{tested})", decided=decided)
    worst = _mistakes(board, task, used)[:1]
    text += "".join(say.mistake(one, units_name(one.unit)) for one in worst)
    tone: Tone = "plain" if decided else "tie"
    return Finding(tone, text, cell_anchor(task, score.metric, used.model, used.place))


def _most_labels(board: Board, task: str) -> Verdict | None:
    found = verdicts(board, task, board.metrics(task)[0])
    return found[-1] if found else None


def _mistakes(board: Board, task: str, used: Candidate) -> list[Mistake]:
    wanted = (task, used.model, used.place.setting)
    if used.place.shots is not None:
        return []
    return [one for one in board.results.mistakes if (one.task, one.model, one.setting) == wanted]
