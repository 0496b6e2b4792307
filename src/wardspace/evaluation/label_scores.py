"""Scores of every class, label or type by itself."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.evaluation.intervals.bootstrap import Resamples, interval, resampled_sums
from wardspace.evaluation.intervals.seed_runs import FEWEST
from wardspace.evaluation.prediction_set import PredictionSet
from wardspace.evaluation.tally import Metric
from wardspace.results import Score

SUPPORT = "truth"
"""Part of a tally that counts what each label is right of."""


def label_scores(panel: PredictionSet, config: ReportConfig) -> list[Score]:
    """Score each label of every series on all labels: the mean over seeds, with a percentile interval over patients.

    A label that nothing on test has is left out. There is no interval where fewer than two patients have it, or where
    nothing moves when patients are drawn anew.
    """
    if not panel.scored.by_label:
        return []
    labels = [str(label) for label in panel.tally.parts[SUPPORT]]
    by_patient = panel.tally.split(panel.tally.by_group())[SUPPORT]
    counts, patients = by_patient.sum(axis=0), (by_patient > 0).sum(axis=0)
    draws = Resamples(panel.n_groups, config.resamples, config.seed)
    found = []
    for series, runs in panel.series().items():
        if series.shots is not None:
            continue
        tables = [panel.runs[run].tally.by_group() for run in runs]
        drawn = resampled_sums(tables, draws)
        common = {**series._asdict(), "task": panel.task, "split": panel.split, "unit": panel.scored.decision}
        for metric in panel.scored.by_label:
            plain = _means(panel, metric, runs, [table.sum(axis=0, keepdims=True) for table in tables])[0]
            again = _means(panel, metric, runs, drawn)
            for place in np.flatnonzero(counts):
                moves = patients[place] >= FEWEST and np.nanmax(again[:, place]) - np.nanmin(again[:, place]) > 1e-12
                low, high = interval(again[:, place], config.confidence) if moves else (None, None)
                found.append(
                    Score(
                        **common, metric=metric.name, label=labels[place], seed=None, value=float(plain[place]),
                        low=low, high=high, n=int(counts[place]), groups=int(patients[place]), runs=len(runs),
                        interval="percentile" if moves else None, resamples=config.resamples if moves else None,
                    )
                )  # fmt: skip
    return found


def _means(
    panel: PredictionSet, metric: Metric, runs: Sequence[int], sums: Sequence[NDArray[np.float64]]
) -> NDArray[np.float64]:
    """Mean over runs of the values of each label, [rows, labels]."""
    values = [metric.value(panel.runs[run].tally.split(one)) for run, one in zip(runs, sums, strict=True)]
    return np.asarray(np.mean(values, axis=0))
