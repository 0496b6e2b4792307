"""Scores of every class, label or type by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from wardspace.config import ReportConfig
from wardspace.evaluation.intervals.bootstrap import Resamples, interval, pools, resampled_sums
from wardspace.evaluation.intervals.distribution import MOST_DRAWN
from wardspace.evaluation.intervals.seed_runs import FEWEST
from wardspace.evaluation.prediction_set import PredictionSet, Series
from wardspace.evaluation.tally import Doubles, Metric, Tally
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
    return [
        one
        for series, runs in panel.series().items()
        if series.shots is None
        for one in _of_series(panel, series, runs, config)
    ]


def _of_series(panel: PredictionSet, series: Series, runs: Sequence[int], config: ReportConfig) -> Iterator[Score]:
    pool = pools(panel.n_groups, MOST_DRAWN, config.seed)
    size = int(pool.max()) + 1
    tallies = [panel.runs[run].tally for run in runs]
    tables = [tally.by_group(pool[tally.groups], size) for tally in tallies]
    drawn = resampled_sums(tables, Resamples(size, config.resamples, config.seed))
    by_patient = panel.tally.split(panel.tally.by_group())[SUPPORT]
    counts, patients = by_patient.sum(axis=0), (by_patient > 0).sum(axis=0)
    common = {**series._asdict(), "task": panel.task, "split": panel.split, "unit": panel.scored.decision}
    for metric in panel.scored.by_label:
        plain = _means(tallies, metric, [table.sum(axis=0, keepdims=True) for table in tables])[0]
        again = _means(tallies, metric, drawn)
        for place in np.flatnonzero(counts):
            draws = again[:, place]
            moves = patients[place] >= FEWEST and np.nanmax(draws) - np.nanmin(draws) > 1e-12
            low, high = interval(draws, config.confidence) if moves else (None, None)
            yield Score(
                **common, metric=metric.name, label=panel.tally.parts[SUPPORT][place], seed=None,
                value=float(plain[place]), low=low, high=high, n=int(counts[place]), groups=int(patients[place]),
                runs=len(runs), interval="percentile" if moves else None,
                resamples=config.resamples if moves else None,
            )  # fmt: skip


def _means(tallies: Sequence[Tally], metric: Metric, sums: Sequence[Doubles]) -> Doubles:
    """Mean over runs of the values of each label, [rows, labels]."""
    values = [metric.value(tally.split(one)) for tally, one in zip(tallies, sums, strict=True)]
    return np.asarray(np.mean(values, axis=0))
