"""Answering only where the model is sure: risk against coverage, and rules of abstention.

A rule answers the notes whose confidence (the probability of the predicted class) reaches a threshold. Coverage is the
share of notes answered, risk the share of wrong answers among them (El-Yaniv and Wiener 2010; Geifman and El-Yaniv
2017). A rule's threshold is chosen on validation and applied once to test, so that its aim may be missed there.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.evaluation.intervals.bootstrap import Resamples, by_patient, interval, ratio, resampled_sums
from wardspace.evaluation.tally import Doubles
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.evaluation.trust.calibration import bin_count
from wardspace.evaluation.trust.decisions import Answers, Decisions, size_of
from wardspace.evaluation.trust.validation_and_test import Trial, trials
from wardspace.results import Abstention, CalibrationScore, RiskPoint

COVERAGES, RISKS = (0.5, 0.8, 0.9), (0.05, 0.1)
"""What the rules aim at."""
FEWEST = 20
"""Validation notes that a rule must answer: a threshold chosen by fewer would be chance."""

_GRID = np.arange(1, 21) / 20


def abstention(predictions: pa.Table, tasks: Mapping[str, TaskMetrics], config: ReportConfig) -> list[Abstention]:
    """Choose rules on validation and apply them to test, for every series on all labels.

    Parameters
    ----------
    predictions, tasks, config
        See `wardspace.evaluation.score_predictions.score_predictions`.

    Returns
    -------
    list of Abstention
        One for each series and aim, the mean over seeds.
    """
    found: list[Abstention] = []
    for trial in trials(predictions, tasks):
        draws = Resamples(trial.test.n_groups, config.resamples, config.seed)
        for place, runs in _whole(trial):
            for aim, level in [*(("coverage", c) for c in COVERAGES), *(("risk", r) for r in RISKS)]:
                rule = {"aim": aim, "level": level}
                found.append(_applied(runs, draws, config.confidence, {**place, **rule}))
    return found


def risk_curves(
    predictions: pa.Table, tasks: Mapping[str, TaskMetrics], config: ReportConfig
) -> tuple[list[RiskPoint], list[CalibrationScore]]:
    """Risk-coverage curves on test, and the area under each with its interval, for every series on all labels."""
    points: list[RiskPoint] = []
    areas: list[CalibrationScore] = []
    for trial in trials(predictions, tasks):
        draws = Resamples(trial.test.n_groups, config.resamples, config.seed)
        for place, runs in _whole(trial):
            tests = [test for test, _ in runs]
            curves = np.mean([_curve(test.answers) for test in tests], axis=0)
            points += [RiskPoint(**place, coverage=float(c), risk=float(r)) for c, r in curves]
            areas.append(_area(tests, draws, config.confidence, {**place, "unit": trial.test.scored.decision}))
    return points, areas


def threshold_of(found: Answers, aim: Literal["coverage", "risk"], level: float) -> float | None:
    """The least confidence to answer at: the one that answers most and keeps to the aim on these notes.

    Returns
    -------
    float or None
        For `coverage`, the highest one that answers at least this share. For `risk`, the lowest one with no more than
        this share of wrong answers among at least `FEWEST`; None where there is none.
    """
    order = np.argsort(-found.confidence, kind="stable")
    confidence, ends = found.confidence[order], _ends(found.confidence[order])
    answered = ends + 1.0
    if aim == "coverage":
        enough = np.flatnonzero(answered >= level * len(order))
        return float(confidence[enough[0]])
    risk = np.cumsum(~found.right[order])[ends] / answered
    kept = np.flatnonzero((risk <= level) & (answered >= FEWEST))
    return float(confidence[kept[-1]]) if len(kept) else None


def area_under_risk(found: Answers, weights: NDArray[np.floating] | None = None) -> Doubles:
    """Area under the risk-coverage curve: the mean over notes of the risk of answering all that are at least as sure.

    Notes of equal confidence are answered together, so that their order does not matter.

    Parameters
    ----------
    found : Answers
        Confidence and rightness of each note.
    weights : float [resamples, n], optional
        How often each note counts; once if not given.

    Returns
    -------
    float64 [resamples]
    """
    order = np.argsort(-found.confidence, kind="stable")
    counted = np.ones((1, len(order))) if weights is None else weights[:, order].astype(np.float64)
    ends = _ends(found.confidence[order])
    answered = np.cumsum(counted, axis=1)[:, ends]
    wrong = np.cumsum(counted * ~found.right[order], axis=1)[:, ends]
    risks = np.nan_to_num(ratio(wrong, answered))  # what answers nobody weighs nothing
    return ratio((counted * risks).sum(axis=1), counted.sum(axis=1))


def _whole(trial: Trial) -> Iterator[tuple[dict[str, str], list[tuple[Decisions, Decisions]]]]:
    """Of each series on all labels, what its runs decided on test and on validation."""
    for series, runs in trial.series():
        if series.shots is None:
            yield {"model": series.model, "task": trial.test.task, "setting": series.setting}, runs


def _ends(confidence: Doubles) -> NDArray[np.int64]:
    """For each note, in falling order of confidence, the place of the last one that is as sure."""
    return np.searchsorted(-confidence, -confidence, side="right").astype(np.int64) - 1


def _curve(found: Answers) -> Doubles:
    """Coverage and risk at every twentieth, [points, 2]."""
    order = np.argsort(-found.confidence, kind="stable")
    ends = _ends(found.confidence[order])
    n = len(order)
    places = ends[np.maximum(np.ceil(_GRID * n - 1e-9).astype(int), 1) - 1]
    wrong = np.cumsum(~found.right[order])[places]
    return np.stack([(places + 1) / n, wrong / (places + 1)], axis=1)


def _area(
    tests: Sequence[Decisions], draws: Resamples, confidence: float, place: Mapping[str, str]
) -> CalibrationScore:
    said, n = [(test.answers, test.groups) for test in tests], size_of(tests)
    again = np.empty((len(tests), draws.resamples))
    for chosen, weights in draws.blocks(n):
        for row, (one, groups) in zip(again, said, strict=True):
            row[chosen] = area_under_risk(one, weights[:, groups])
    low, high = interval(again.mean(axis=0), confidence)
    value = float(np.mean([area_under_risk(one)[0] for one, _ in said]))
    return CalibrationScore(
        **place, shots=None, measure="aurc", temperature=None, value=value, low=low, high=high,
        bins=bin_count(n), n=n, groups=draws.groups,
    )  # fmt: skip


def _applied(
    runs: Sequence[tuple[Decisions, Decisions]],
    draws: Resamples,
    confidence: float,
    rule: Mapping[str, Any],
) -> Abstention:
    thresholds = [threshold_of(before.answers, rule["aim"], rule["level"]) for _, before in runs]
    tables = [
        by_patient(_columns(test.answers, threshold), test.groups, draws.groups)
        for (test, _), threshold in zip(runs, thresholds, strict=True)
    ]
    coverage, accuracy = _outcome([table.sum(axis=0, keepdims=True) for table in tables])
    drawn_coverage, drawn_accuracy = _outcome(resampled_sums(tables, draws))
    low, high = interval(drawn_coverage, confidence)
    known = [threshold for threshold in thresholds if threshold is not None]
    ends: tuple[float | None, float | None] = (None, None)
    if not np.isnan(accuracy[0]):
        ends = interval(drawn_accuracy, confidence)
    return Abstention(
        **rule,
        threshold=float(np.mean(known)) if known else None,
        coverage=float(coverage[0]),
        coverage_low=low,
        coverage_high=high,
        accuracy=None if np.isnan(accuracy[0]) else float(accuracy[0]),
        accuracy_low=ends[0],
        accuracy_high=ends[1],
        n=size_of([test for test, _ in runs]),
    )


def _columns(found: Answers, threshold: float | None) -> Doubles:
    """One, whether it was answered, and whether it was answered rightly, for each note."""
    answered = found.confidence >= (np.inf if threshold is None else threshold)
    return np.stack([np.ones(len(answered)), answered, answered & found.right], axis=1).astype(np.float64)


def _outcome(sums: Sequence[Doubles]) -> tuple[Doubles, Doubles]:
    """Coverage, and accuracy over the runs that answered anything, by row."""
    coverage = np.mean([ratio(table[:, 1], table[:, 0]) for table in sums], axis=0)
    accuracies = np.stack([ratio(table[:, 2], table[:, 1]) for table in sums])
    known = ~np.isnan(accuracies)
    total = np.where(known, accuracies, 0).sum(axis=0)
    return np.asarray(coverage), ratio(total, known.sum(axis=0).astype(np.float64))
