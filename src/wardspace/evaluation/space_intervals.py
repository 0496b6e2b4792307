"""Intervals and paired differences of the measures of the spaces, by resampling patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.evaluation.differences import pairs
from wardspace.evaluation.intervals.bootstrap import Resamples, interval
from wardspace.results import Shift, SpaceDifference, SpaceScore
from wardspace.space import RANGES


class Key(NamedTuple):
    """What was measured."""

    kind: str
    """`score` or `shift`."""
    column: str
    name: str
    """Measure, or value of the column."""


@dataclass(frozen=True)
class Effects:
    """How each patient's weight moves what was measured of one model.

    Attributes
    ----------
    keys : list of Key
        What was measured.
    values : float array of shape (keys, patients)
        Derivative of the value by the patient's weight: the sum over the patient's notes.
    """

    keys: list[Key]
    values: NDArray[np.floating]

    def draws(self, config: ReportConfig) -> dict[Key, NDArray[np.float64]]:
        """How far each value moves on each resample, to first order; empty where there are no two patients.

        Equal resamples for every model, so that their differences are paired. Measuring every resample anew would
        need all pairs of notes a thousand times, and would take a note that was drawn twice for its own neighbour.
        """
        patients = self.values.shape[1]
        if patients < 2:
            return {}
        moved = np.empty((len(self.keys), config.resamples))
        for chosen, weights in Resamples(patients, config.resamples, config.seed).blocks(patients):
            moved[:, chosen] = self.values @ weights.T
        return dict(zip(self.keys, moved, strict=True))


Draws = Mapping[str, Mapping[Key, NDArray[np.float64]]]
"""Model to how far its values move on each resample."""


def with_intervals(scores: Sequence[SpaceScore], draws: Draws, config: ReportConfig) -> list[SpaceScore]:
    """The scores with their intervals; those whose movement is not known stay without."""
    found = []
    for score in scores:
        moved = draws[score.model].get(Key("score", score.column, score.measure))
        ends = {} if moved is None else _ends(_inside(score.measure, score.value + moved), config)
        found.append(score.model_copy(update=ends))
    return found


def space_differences(scores: Sequence[SpaceScore], draws: Draws, config: ReportConfig) -> list[SpaceDifference]:
    """Every model against the base, and the adapted models with each other, in each measure with intervals.

    A difference whose interval spans zero is a tie. Intervals are not widened for the number of comparisons.
    """
    values = {(score.model, Key("score", score.column, score.measure)): score.value for score in scores}
    found = []
    for model, against in pairs(list(draws)):
        for key, ours in draws[model].items():
            theirs = draws[against].get(key)
            if theirs is None or (model, key) not in values or (against, key) not in values:
                continue
            value = values[model, key] - values[against, key]
            ends = _ends(value + ours - theirs, config)
            found.append(
                SpaceDifference(
                    model=model, against=against, column=key.column, measure=key.name,
                    value=value, **ends, tie=ends["low"] <= 0 <= ends["high"],
                )
            )  # fmt: skip
    return found


def shifts_with_intervals(shifts: Sequence[Shift], draws: Draws, config: ReportConfig) -> list[Shift]:
    """The shifts with intervals of the change in how separate each category is."""
    found = []
    for shift in shifts:
        moved = draws[shift.model].get(Key("shift", shift.column, shift.category))
        if moved is not None and shift.apart is not None and shift.apart_before is not None:
            found.append(shift.model_copy(update=_ends(shift.apart - shift.apart_before + moved, config)))
        else:
            found.append(shift)
    return found


def _inside(measure: str, values: NDArray[np.float64]) -> NDArray[np.float64]:
    low, high = RANGES.get(measure, (-np.inf, np.inf))
    return np.clip(values, low, high)


def _ends(values: NDArray[np.float64], config: ReportConfig) -> dict[str, float]:
    low, high = interval(values, config.confidence)
    return {"low": low, "high": high}
