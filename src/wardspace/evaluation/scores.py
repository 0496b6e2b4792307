"""Stored predictions to scores with intervals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa

from wardspace.config import ReportConfig
from wardspace.evaluation.bootstrap import Resamples, interval
from wardspace.evaluation.distribution import points, resampled
from wardspace.evaluation.metrics import METRICS
from wardspace.evaluation.panel import Panel, panels
from wardspace.evaluation.results import Score

VALIDATION_METRICS = ("macro_f1", "accuracy")
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
    subsets are held as they were, and how much they matter is what `spread` tells. On validation: the mean of macro
    F1 and of accuracy alone.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions; see `wardspace.evaluation.panel.panels`.
    classes : mapping
        Classes of each task.
    config : ReportConfig
        Number of resamples, confidence and seed.

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
    for panel in panels(predictions, classes):
        if panel.split == "test":
            found += _test(panel, config, show_progress)
        elif panel.split == "validation":
            found += _validation(panel)
    return found


def _test(panel: Panel, config: ReportConfig, show_progress: bool) -> list[Score]:
    plain = points(panel, METRICS)
    draws = Resamples(panel.n_groups, config.resamples, config.seed)
    spread_out = resampled(panel, METRICS, draws, show_progress=show_progress)
    found = []
    for series, runs in panel.series().items():
        for metric in METRICS:
            values = plain[metric][runs]
            if np.isnan(values).any():
                continue
            low, high = interval(spread_out[metric][runs].mean(axis=0), config.confidence)
            common = {**series._asdict(), **_place(panel), "metric": metric}
            found += [
                Score(**common, seed=panel.runs[run].seed, value=float(value))
                for run, value in zip(runs, values, strict=True)
            ]
            found.append(
                Score(**common, seed=None, value=float(values.mean()), low=low, high=high, spread=_spread(values))
            )
    return found


def _validation(panel: Panel) -> list[Score]:
    plain = points(panel, VALIDATION_METRICS)
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
        for metric in VALIDATION_METRICS
    ]


def _place(panel: Panel) -> dict[str, str | int]:
    return {"task": panel.task, "split": panel.split, "n": len(panel.truth), "groups": panel.n_groups}


def _spread(values: np.ndarray) -> float | None:
    return float(values.std(ddof=1)) if len(values) > 1 else None
