"""Stored predictions to scores with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from wardspace.config import IntervalMethod, ReportConfig
from wardspace.evaluation.intervals.distribution import Distribution, distribution, points
from wardspace.evaluation.intervals.seed_runs import FEWEST, SeedRuns, chance, method_for
from wardspace.evaluation.metrics.retrieval import RANKED
from wardspace.evaluation.prediction_set import PredictionSet, prediction_sets
from wardspace.results.results import Score

VALIDATION_METRICS = ("macro_f1", "accuracy", *RANKED)
"""What is kept of the validation split, which served to choose and proves nothing."""


def scores(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> list[Score]:
    """Score every run of every task.

    On test: each metric of each seed, and the mean over seeds (`seed` null) with its interval and with `spread`, the
    standard deviation over seeds. The interval is that of the mean when patients are drawn anew: seeds and few-shot
    subsets are held as they were; how much they matter is what `sd_seeds` and `sd_subsets` tell, and `low_all` and
    `high_all` hold both. There is no interval where nothing moves when patients are drawn anew: one patient alone, or
    a score of 1. On validation: the mean of macro F1 and of accuracy alone, or all
    metrics of a search.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions; see `wardspace.evaluation.panel.panels`.
    classes : mapping
        Classes of each task.
    config : ReportConfig
        Number of resamples, kind of interval, confidence and seed.

    Returns
    -------
    list of Score
        A metric that is undefined on these notes (AUROC with one class) has no record.

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[Score] = []
    for panel in prediction_sets(predictions, classes):
        if panel.split == "test":
            found += tested(panel, distribution(panel, config, show_progress=show_progress), config)
        elif panel.split == "validation":
            found += validated(panel)
    return found


def tested(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[Score]:
    """Scores of each run, and of each series with its interval."""
    scores = []
    for series, runs in panel.series().items():
        for metric in panel.metrics:
            sample = SeedRuns.of(found, metric, runs)
            if not sample.defined:
                continue
            common = {**series._asdict(), **_place(panel), "metric": metric}
            scores += [
                Score(**common, seed=panel.runs[run].seed, value=float(value))
                for run, value in zip(runs, sample.plain, strict=True)
            ]
            scores.append(_mean(common, sample, method_for(panel, config), config))
    return scores


def _mean(common: dict[str, Any], sample: SeedRuns, method: IntervalMethod, config: ReportConfig) -> Score:
    common = {**common, "seed": None, "value": sample.value, "spread": sample.spread}
    estimate = sample.estimate(method, common["groups"])
    if common["groups"] < FEWEST or estimate is None or not estimate.moves:
        return Score(**common, runs=len(sample.plain))
    low, high = estimate.interval(config.confidence)
    return Score(**common, low=low, high=high, **chance(sample, estimate, common["shots"], config))


def validated(panel: PredictionSet) -> list[Score]:
    """Means on the validation split."""
    metrics = [name for name in VALIDATION_METRICS if name in panel.metrics]
    plain = points(panel, metrics)
    return [
        Score(
            **series._asdict(),
            **_place(panel),
            metric=metric,
            seed=None,
            value=float(plain[metric][runs].mean()),
            spread=_spread(plain[metric][runs]),
        )
        for series, runs in panel.series().items()
        for metric in metrics
    ]


def _place(panel: PredictionSet) -> dict[str, str | int]:
    return {"task": panel.task, "split": panel.split, "n": len(panel.truth), "groups": panel.n_groups}


def _spread(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
