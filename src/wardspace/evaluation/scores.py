"""Scores with intervals of one task on one split."""

from __future__ import annotations

from typing import Any

import numpy as np

from wardspace.config import IntervalMethod, ReportConfig
from wardspace.evaluation.intervals.distribution import Distribution, points
from wardspace.evaluation.intervals.seed_runs import FEWEST, SeedRuns, chance, method_for
from wardspace.evaluation.prediction_set import PredictionSet
from wardspace.results import Score


def tested(panel: PredictionSet, found: Distribution, config: ReportConfig) -> list[Score]:
    """Each metric of each seed, and the mean over seeds (`seed` null) with its interval and `spread`.

    The interval is that of the mean when patients are drawn anew: seeds and few-shot subsets are held as they were; how
    much they matter is what `sd_seeds` and `sd_subsets` say, and `low_all` and `high_all` hold both. There is no
    interval where nothing moves when patients are drawn anew: one patient alone, or a score of 1. A metric that is
    undefined on these units (AUROC with one class) has no record.
    """
    scores = []
    for series, runs in panel.series().items():
        for metric in panel.metrics:
            sample = SeedRuns.of(found, metric.name, runs)
            if not sample.defined:
                continue
            common = {**series._asdict(), **_place(panel), "metric": metric.name}
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
    """Means on the validation split, which served to choose and proves nothing; of the main metrics alone."""
    plain = points(panel, panel.main_metrics)
    return [
        Score(
            **series._asdict(),
            **_place(panel),
            metric=metric,
            seed=None,
            value=float(values[runs].mean()),
            spread=_spread(values[runs]),
        )
        for series, runs in panel.series().items()
        for metric, values in plain.items()
    ]


def _place(panel: PredictionSet) -> dict[str, str | int]:
    return {"task": panel.task, "split": panel.split, "n": panel.n, "unit": panel.scored.unit, "groups": panel.n_groups}


def _spread(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
