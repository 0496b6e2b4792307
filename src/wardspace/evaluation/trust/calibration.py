"""Whether the confidence of an answer means what it says: calibration error, Brier score and log loss.

Each is measured on test as the probabilities came, and scaled by the temperature that serves validation best.

The calibration error of few notes is too high: bins of a perfectly calibrated model differ from their confidence by
chance (Kumar et al., Verified Uncertainty Calibration, 2019, correct it by resampling each bin). Here the resamples of
patients tell the bias: what resampling adds to the error once more is taken off it, and the ends of its interval are
mirrored at it accordingly (Efron and Tibshirani 1993, chapters 10 and 13); an error below zero counts as zero. That
takes off half of the bias of a perfectly calibrated model. So the interval begins at zero unless the squared gaps of
the bins are larger than what the resamples put there by chance alone. The plain error is given too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.optimize import brentq

from wardspace.config import ReportConfig
from wardspace.evaluation.intervals.bootstrap import Resamples, by_patient, interval, ratio, resampled_sums
from wardspace.evaluation.tally import Doubles, Floats
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.evaluation.trust.decisions import Answers, Decisions, Integers, answers, size_of
from wardspace.evaluation.trust.validation_and_test import Trial, trials
from wardspace.results import CalibrationScore, ReliabilityBin

MOST_BINS, FEWEST_NOTES = 10, 20
"""Bins of a curve, fewer where they would hold fewer notes than this."""


def bin_count(notes: int) -> int:
    """How many bins this many notes are parted into."""
    return min(MOST_BINS, max(1, notes // FEWEST_NOTES))


def binned(confidence: Doubles, bins: int) -> NDArray[np.int64]:
    """Bin of each note, from 0: quantiles of the confidence part them; a bin may stay empty where many are equal."""
    edges = np.percentile(confidence, 100 * np.linspace(0, 1, bins + 1)[1:-1])
    return np.searchsorted(edges, confidence).astype(np.int64)


def gap_columns(found: Answers, bins: int) -> Doubles:
    """Confidence minus rightness of each note in the column of its bin, [n, bins], for `calibration_error`."""
    columns = np.zeros((len(found.confidence), bins))
    columns[np.arange(len(columns)), binned(found.confidence, bins)] = found.confidence - found.right
    return columns


def calibration_error(gaps: Doubles, notes: Doubles) -> Doubles:
    """Expected calibration error: the mean over notes of the distance of confidence and accuracy in their bin.

    Parameters
    ----------
    gaps : float64 [rows, bins]
        Sums of confidence minus rightness by bin.
    notes : float64 [rows]
        Notes of each row.

    Returns
    -------
    float64 [rows]
    """
    return ratio(np.abs(gaps).sum(axis=1), notes)


def curve_columns(found: Answers, bins: int) -> Doubles:
    """Notes, confidence and rightness of each note in the columns of its bin, [n, 3 * bins]."""
    place = binned(found.confidence, bins)
    columns = np.zeros((len(place), 3, bins))
    parts = np.stack([np.ones(len(place)), found.confidence, found.right.astype(np.float64)], axis=1)
    columns[np.arange(len(place)), :, place] = parts
    return columns.reshape(len(place), 3 * bins)


SMALLEST = float(np.finfo(np.float32).eps)
"""Probabilities are taken for at least this: they are stored in single precision, where a sure class rounds to one."""
BOUNDS = (0.05, 20.0)
"""Temperatures looked at; the end is taken where the optimum lies beyond, as when validation has no error."""

_FLAT = 1e-12
"""A slope that counts as none: all temperatures are as good where every class is as likely as any other."""


def log_probabilities(probabilities: Floats) -> Doubles:
    """Logarithms of probabilities, none below `SMALLEST`; [n, classes]."""
    clipped = np.maximum(probabilities.astype(np.float64), SMALLEST)
    return np.asarray(np.log(clipped / clipped.sum(axis=1, keepdims=True)))


def scaled(logs: Doubles, temperature: float) -> Doubles:
    """Logarithms of the probabilities at a temperature: above 1 softer, below 1 sharper."""
    found = logs / temperature
    found = found - found.max(axis=1, keepdims=True)
    return np.asarray(found - np.log(np.exp(found).sum(axis=1, keepdims=True)))


def fitted_temperature(logs: Doubles, truth: Integers) -> float:
    """The temperature of least log loss.

    The loss is convex in the inverse of the temperature, so its slope has one root.

    Parameters
    ----------
    logs : float64 [n, classes]
        Logarithms of probabilities.
    truth : int [n]
        Class of each note.

    Returns
    -------
    float
        Within `BOUNDS`.
    """
    if abs(_slope(logs, truth, 1.0)) < _FLAT:
        return 1.0
    low, high = (float(np.log(1 / bound)) for bound in reversed(BOUNDS))
    for end, beyond in ((low, 1), (high, -1)):
        if beyond * _slope(logs, truth, float(np.exp(end))) >= 0:
            return float(np.exp(-end))
    return float(np.exp(-brentq(lambda log: _slope(logs, truth, float(np.exp(log))), low, high, xtol=1e-14)))


def _slope(logs: Doubles, truth: Integers, inverse: float) -> float:
    """Slope of the log loss in the inverse temperature: what the model expects of its logs, less what came true."""
    expected = (np.exp(scaled(logs, 1 / inverse)) * logs).sum(axis=1)
    return float((expected - logs[np.arange(len(truth)), truth]).mean())


_TOLD: tuple[Literal["ece_plain", "brier", "log_loss"], ...] = ("ece_plain", "brier", "log_loss")
_Values = dict[str, Doubles]


def calibration(
    predictions: pa.Table, tasks: Mapping[str, TaskMetrics], config: ReportConfig
) -> list[CalibrationScore]:
    """Measure the probabilities of every series, as they came and scaled.

    Parameters
    ----------
    predictions, tasks, config
        See `wardspace.evaluation.score_predictions.score_predictions`.

    Returns
    -------
    list of CalibrationScore
        Means over the runs of a series; intervals are those of the mean when patients are drawn anew, with the
        temperatures held as they were fitted.

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[CalibrationScore] = []
    for trial in trials(predictions, tasks):
        found += _of_trial(trial, config)
    return found


def reliability(predictions: pa.Table, tasks: Mapping[str, TaskMetrics], config: ReportConfig) -> list[ReliabilityBin]:
    """Reliability curves of the series on all labels; the predictions of several seeds are taken together."""
    found: list[ReliabilityBin] = []
    for trial in trials(predictions, tasks):
        test = trial.test
        draws = Resamples(test.n_groups, config.resamples, config.seed)
        for series, runs in trial.series():
            if series.shots is None:
                said = [run for run, _ in runs]
                place = {"model": series.model, "task": test.task, "setting": series.setting}
                found += _curve(said, draws, confidence=config.confidence, place=place)
    return found


def _of_trial(trial: Trial, config: ReportConfig) -> list[CalibrationScore]:
    test = trial.test
    draws = Resamples(test.n_groups, config.resamples, config.seed)
    found: list[CalibrationScore] = []
    for series, runs in trial.series():
        n = size_of([run for run, _ in runs])
        bins = bin_count(n)
        about = {"task": test.task, "unit": test.scored.decision, "groups": test.n_groups}
        common = {**series._asdict(), **about, "bins": bins, "n": n}
        fitted = [fitted_temperature(log_probabilities(run.probabilities), run.truth) for _, run in runs]
        for temperatures in (None, fitted):
            tables = [
                _table(run, test.n_groups, bins, None if temperatures is None else temperatures[place])
                for place, (run, _) in enumerate(runs)
            ]
            mean = None if temperatures is None else float(np.mean(temperatures))
            found += _scores(tables, bins, draws, confidence=config.confidence, common={**common, "temperature": mean})
    return found


def _table(run: Decisions, n_groups: int, bins: int, temperature: float | None) -> Doubles:
    """Sums of each patient: gaps by bin, Brier score, log loss, notes; [patients, bins + 3]."""
    probabilities: Doubles = run.probabilities.astype(np.float64)
    logs = log_probabilities(probabilities)
    if temperature is not None:
        logs = scaled(logs, temperature)
        probabilities = np.exp(logs)
    columns = [
        gap_columns(answers(probabilities, run.truth, run.decided), bins),
        _losses(probabilities, logs, run.truth),
    ]
    return by_patient(np.hstack(columns), run.groups, n_groups)


def _losses(probabilities: Doubles, logs: Doubles, truth: Integers) -> Doubles:
    """Brier score, log loss and one for each note."""
    rows = np.arange(len(truth))
    wanted = np.zeros_like(probabilities)
    wanted[rows, truth] = 1
    return np.stack([((probabilities - wanted) ** 2).sum(axis=1), -logs[rows, truth], np.ones(len(truth))], axis=1)


def _scores(
    tables: Sequence[Doubles], bins: int, draws: Resamples, *, confidence: float, common: Mapping[str, Any]
) -> list[CalibrationScore]:
    plain = _measures([table.sum(axis=0, keepdims=True) for table in tables], bins)
    drawn = resampled_sums(tables, draws)
    again = _measures(drawn, bins)
    found = []
    for name in _TOLD:
        low, high = interval(again[name], confidence)
        found.append(CalibrationScore(**common, measure=name, value=float(plain[name][0]), low=low, high=high))
    shown = _is_off([table.sum(axis=0, keepdims=True) for table in tables], drawn, bins, confidence)
    return [_corrected(plain, again, confidence, {**common, "measure": "ece"}, shown=shown), *found]


def _is_off(plain: Sequence[Doubles], drawn: Sequence[Doubles], bins: int, confidence: float) -> bool:
    """Whether the bins are further off than their scatter over the resamples would put a calibrated model."""
    pairs = [
        (one[:, :bins] / one[:, -1:], ratio(more[:, :bins], more[:, -1:]))  # drawn patients may have no decision
        for one, more in zip(plain, drawn, strict=True)
    ]
    found = float(np.mean([(here**2).sum() for here, _ in pairs]))
    by_chance = np.mean([((there - here) ** 2).sum(axis=1) for here, there in pairs], axis=0)
    return bool(found > np.nanquantile(by_chance, confidence))


def _corrected(
    plain: _Values, again: _Values, confidence: float, common: Mapping[str, Any], *, shown: bool
) -> CalibrationScore:
    """The calibration error without its bias."""
    value, twice = float(plain["ece_plain"][0]), again["ece_plain"]
    low, high = interval(2 * value - twice, confidence)
    corrected = max(0.0, 2 * value - float(np.nanmean(twice)))
    # the ends come from quantiles and the value from a mean: on few notes they may cross
    ends = {"low": min(max(0.0, low), corrected) if shown else 0.0, "high": max(0.0, high, corrected)}
    return CalibrationScore(**common, value=corrected, **ends)


def _measures(sums: Sequence[Doubles], bins: int) -> _Values:
    """Measures by row, the mean over runs, from sums [rows, bins + 3] of each run."""

    def mean(values: list[Doubles]) -> Doubles:
        return np.asarray(np.mean(values, axis=0))

    return {
        "ece_plain": mean([calibration_error(table[:, :bins], table[:, -1]) for table in sums]),
        "brier": mean([ratio(table[:, bins], table[:, -1]) for table in sums]),
        "log_loss": mean([ratio(table[:, bins + 1], table[:, -1]) for table in sums]),
    }


def _curve(
    said: Sequence[Decisions], draws: Resamples, *, confidence: float, place: Mapping[str, str]
) -> list[ReliabilityBin]:
    every = Answers(*(np.concatenate(part) for part in zip(*(one.answers for one in said), strict=True)))
    bins = bin_count(size_of(said))
    table = by_patient(curve_columns(every, bins), np.concatenate([one.groups for one in said]), draws.groups)
    counts, sure, right = table.sum(axis=0).reshape(3, bins)
    (again,) = resampled_sums([table], draws)
    drawn = again.reshape(-1, 3, bins)
    shares = ratio(drawn[:, 2], drawn[:, 0])
    found = []
    for b in np.flatnonzero(counts):
        low, high = interval(shares[:, b], confidence)
        found.append(
            ReliabilityBin(
                **place, confidence=float(sure[b] / counts[b]), accuracy=float(right[b] / counts[b]),
                low=low, high=high, n=int(counts[b]),
            )
        )  # fmt: skip
    return found
