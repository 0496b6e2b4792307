"""The verdict on each task and number of labels: which model to use, or that the test notes cannot decide it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

from wardspace.report.findings.findings import significant
from wardspace.report.findings.model_selection import cost_order, is_cheaper, validation_scores
from wardspace.report.score_table import Board, Place
from wardspace.results import Score

MARGIN = 0.02
"""A cheaper model is as good where the other is at most this much better, interval and all (2 points of 100)."""
_ALIKE = 3
"""Decimals to which validation scores are compared: a tenth of a point, as printed."""

Reason = Literal["better", "better-uncorrected", "as-good", "undecided", "alone", "not-compared"]


class Candidate(NamedTuple):
    """A model in one setting."""

    model: str
    place: Place


class Gap(NamedTuple):
    """A paired difference on test between two candidates, within a setting or across two."""

    value: float
    low: float
    high: float
    significant: bool
    """After Holm correction; across settings, where nothing is corrected, without it."""

    @property
    def tie(self) -> bool:
        """Whether the interval spans zero."""
        return self.low <= 0 <= self.high


@dataclass(frozen=True)
class Verdict:
    """What to use with a number of labels.

    Attributes
    ----------
    budget : Place
        A setting with that number of labels.
    used : Candidate
        The model that is advised; where nothing is decided, the one that is best on validation.
    score : Score
        Its test score.
    reason : str
        `better`: significantly better than everything cheaper; `better-uncorrected`: so, but not all of it after
        correction; `as-good`: nothing dearer is more than `MARGIN` better; `undecided`: the interval of its difference
        to something cheaper holds zero and more than `MARGIN`; `alone`: nothing cheaper was tried; `not-compared`: what
        is cheaper was not compared in pairs.
    rival : Candidate, optional
        What it was weighed against: the cheaper model that comes nearest, or the dearer one that it replaces.
    gap : Gap, optional
        The dearer of the two minus the cheaper, on test.
    overruled : Candidate, optional
        A model that is higher on validation but significantly worse on test.
    """

    budget: Place
    used: Candidate
    score: Score
    reason: Reason
    rival: Candidate | None = None
    gap: Gap | None = None
    overruled: Candidate | None = None


def verdicts(board: Board, task: str, metric: str) -> list[Verdict]:
    """One verdict for each number of labels with validation scores, fewest labels first; private probes apart.

    What learns from no labels can be used with any number of them, and is weighed with each.
    """
    budgets: dict[tuple[bool, int, bool, int], list[Place]] = {}
    for place in board.places(task, metric):
        if not board.settings[place.setting].private:
            size = place.shots is None, place.shots or 0, place.notes is None, place.notes or 0
            budgets.setdefault(size, []).append(place)
    free = [place for places in budgets.values() for place in places if place.untrained]
    found = [
        _Weighing(board, task, metric, [*budgets[size], *(one for one in free if one not in budgets[size])]).verdict()
        for size in sorted(budgets)
    ]
    return [verdict for verdict in found if verdict is not None]


class _Weighing:
    """All models and settings with one number of labels."""

    def __init__(self, board: Board, task: str, metric: str, places: list[Place]) -> None:
        self.board, self.task, self.metric = board, task, metric
        # what learns from no labels says nothing of how many there are
        self.budget = next((place for place in places if not place.untrained), places[0])
        self.validation = {
            Candidate(model, place): value
            for place in places
            for model, value in validation_scores(board, task, metric, place).items()
            if board.score(task, model, place, metric) is not None
        }

    def verdict(self) -> Verdict | None:
        """Weigh the best on validation against everything cheaper."""
        if not self.validation:
            return None
        ranked = sorted(self.validation, key=lambda one: (-round(self.validation[one], _ALIKE), *self._cost(one)))
        beaten = {one for one in ranked if self._beaten(one)}
        favoured = next((one for one in ranked if one not in beaten), ranked[0])
        overruled = ranked[0] if ranked[0] != favoured else None
        cheaper = [one for one in ranked if self._is_cheaper(one, favoured)]
        gaps = {one: gap for one in cheaper if (gap := self.gap(favoured, one)) is not None}
        if not gaps:
            return self._found(favoured, "not-compared" if cheaper else "alone", None, None, overruled)
        open_ = {one: gap for one, gap in gaps.items() if one not in beaten}
        enough = min((one for one, gap in open_.items() if gap.high <= MARGIN), key=self._cost, default=None)
        if enough is not None:
            return self._found(enough, "as-good", favoured, gaps[enough], overruled)
        level = min((one for one, gap in open_.items() if gap.tie), key=lambda one: gaps[one].value, default=None)
        if level is not None:
            return self._found(favoured, "undecided", level, gaps[level], overruled)
        nearest = min(gaps, key=lambda one: gaps[one].value)
        holds = all(gap.significant and gap.value > 0 for gap in gaps.values())
        return self._found(favoured, "better" if holds else "better-uncorrected", nearest, gaps[nearest], overruled)

    def gap(self, one: Candidate, other: Candidate) -> Gap | None:
        """The first minus the second on test, if they were compared in pairs."""
        if one.place == other.place:
            known = self.board.difference(self.task, one.model, one.place, self.metric, against=other.model)
            return None if known is None else Gap(known.value, known.low, known.high, significant(known))
        for first, second, sign in ((one, other, 1), (other, one, -1)):
            for pair in self.board.results.across:
                ours = (pair.model, pair.setting, pair.shots)
                theirs = (pair.against, pair.against_setting, pair.against_shots)
                if (pair.task, pair.metric, ours, theirs) == (self.task, self.metric, _key(first), _key(second)):
                    low, high = sorted((sign * pair.low, sign * pair.high))
                    return Gap(sign * pair.value, low, high, not pair.tie)
        return None

    def _beaten(self, one: Candidate) -> bool:
        """Whether another model in the same setting is significantly better on test, all pairs corrected."""
        rivals = (other for other in self.validation if other.place == one.place and other != one)
        gaps = [gap for other in rivals if (gap := self.gap(other, one)) is not None]
        return any(gap.significant and gap.value > 0 for gap in gaps)

    def _cost(self, one: Candidate) -> tuple[bool, int, float, str]:
        kind, seconds = cost_order(self.board.records[one.model])
        return not one.place.frozen, kind, seconds, one.place.setting

    def _is_cheaper(self, one: Candidate, other: Candidate) -> bool:
        if one.place.frozen != other.place.frozen:
            return one.place.frozen
        return is_cheaper(self.board.records[one.model], self.board.records[other.model])

    def _found(
        self, used: Candidate, reason: Reason, rival: Candidate | None, gap: Gap | None, overruled: Candidate | None
    ) -> Verdict:
        score = self.board.score(self.task, used.model, used.place, self.metric)
        if score is None:
            raise ValueError(f"{used.model} has no test score")
        return Verdict(self.budget, used, score, reason, rival, gap, overruled)


def _key(one: Candidate) -> tuple[str, str, int | None]:
    return one.model, one.place.setting, one.place.shots
