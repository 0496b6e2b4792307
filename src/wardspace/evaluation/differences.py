"""Paired differences between models: which of them can be told apart on these patients."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from wardspace.config import BASELINES, ReportConfig
from wardspace.evaluation.bootstrap import Resamples, interval
from wardspace.evaluation.distribution import points, resampled
from wardspace.evaluation.metrics import COUNTED
from wardspace.evaluation.panel import Panel, Series, panels
from wardspace.evaluation.results import Difference

COMPARED = tuple(COUNTED)
"""Metrics that models are compared by: all that follow from counts. AUROC, which sorts anew, would take minutes."""


def differences(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> list[Difference]:
    """Compare every model with the base and with TF-IDF, and the adapted models with each other, on test.

    Models are compared within one setting and number of shots. Both scores of a pair come from the same resamples
    of patients, so that what makes a patient easy or hard for both cancels out. A difference whose interval spans
    zero is a tie. Intervals are not widened for the number of comparisons.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.

    Returns
    -------
    list of Difference

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    found: list[Difference] = []
    for panel in panels(predictions, classes):
        if panel.split == "test":
            found += _panel_differences(panel, config, show_progress)
    return found


def pairs(models: Sequence[str]) -> list[tuple[str, str]]:
    """Models to compare, as (model, against): each with each baseline, then the adapted ones among themselves."""
    with_baselines = [(model, base) for base in BASELINES if base in models for model in models if model != base]
    adapted = [model for model in models if model not in BASELINES]
    return with_baselines + list(combinations(adapted, 2))


def _panel_differences(panel: Panel, config: ReportConfig, show_progress: bool) -> list[Difference]:
    plain = points(panel, COMPARED)
    draws = resampled(
        panel, COMPARED, Resamples(panel.n_groups, config.resamples, config.seed), show_progress=show_progress
    )
    series = panel.series()
    found = []
    for setting, shots in dict.fromkeys((key.setting, key.shots) for key in series):
        models = [key.model for key in series if (key.setting, key.shots) == (setting, shots)]
        for model, against in pairs(models):
            ours, theirs = series[Series(model, setting, shots)], series[Series(against, setting, shots)]
            for metric in COMPARED:
                value = float(_gap(plain[metric], ours, theirs))
                low, high = interval(_gap(draws[metric], ours, theirs), config.confidence)
                found.append(
                    Difference(
                        model=model, against=against, task=panel.task, setting=setting, shots=shots, metric=metric,
                        value=value, low=low, high=high, tie=low <= 0 <= high,
                    )
                )  # fmt: skip
    return found


def _gap(values: NDArray[np.float64], ours: list[int], theirs: list[int]) -> NDArray[np.float64]:
    return np.asarray(values[ours].mean(axis=0) - values[theirs].mean(axis=0))
