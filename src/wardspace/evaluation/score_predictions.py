"""Stored predictions to scores and differences in one go: what is resampled serves both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.config import ReportConfig
from wardspace.evaluation.differences import compared, compared_across
from wardspace.evaluation.intervals.distribution import distribution, points
from wardspace.evaluation.prediction_set import Series, prediction_sets
from wardspace.evaluation.scores import tested, validated
from wardspace.results.results import AcrossDifference, Difference, Score

_PROBES = ("logistic", "head")
"""Frozen settings in the order of trust: the logistic probe has one solution, the head depends on its seed."""


def best_models(predictions: pa.Table, adapted: Sequence[str], n: int) -> list[str]:
    """Names of the `n` adapted models with the highest validation macro F1 of a frozen probe on all labels.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions of one task; rows of other splits are not looked at.
    adapted : sequence of str
        Models to choose from; equal scores keep this order.
    n : int
        How many to name.

    Returns
    -------
    list of str
        Best first; fewer than `n` where fewer were scored.

    Raises
    ------
    RunError
        If the models were not scored on the same notes.
    """
    rows = predictions.filter(pc.equal(predictions["split"], "validation"))
    if not len(rows):
        return []
    task = str(rows["task"][0].as_py())
    (panel,) = prediction_sets(rows, {task: [""] * len(rows["probabilities"][0])})
    values = points(panel, ["macro_f1"])["macro_f1"]
    series = panel.series()
    for probe in _PROBES:
        found = {
            name: float(values[series[Series(name, probe, None)]].mean())
            for name in adapted
            if Series(name, probe, None) in series
        }
        if found:
            return sorted(found, key=lambda name: -found[name])[:n]
    return []


class Evaluation(NamedTuple):
    """What stored predictions say."""

    scores: list[Score]
    differences: list[Difference]
    across: list[AcrossDifference]


def score_predictions(
    predictions: pa.Table,
    classes: Mapping[str, Sequence[str]],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> Evaluation:
    """Score every run of every task and compare the models in pairs.

    The same as `wardspace.evaluation.scores`, `differences` and `across` one by one, at the cost of one of them.

    Parameters
    ----------
    predictions, classes, config
        See `wardspace.evaluation.scores.scores`.

    Returns
    -------
    Evaluation

    Raises
    ------
    RunError
        If the models of a task were not scored on the same notes.
    """
    scores: list[Score] = []
    differences: list[Difference] = []
    across: list[AcrossDifference] = []
    for panel in prediction_sets(predictions, classes):
        if panel.split == "test":
            found = distribution(panel, config, show_progress=show_progress)
            scores += tested(panel, found, config)
            differences += compared(panel, found, config)
            across += compared_across(panel, found, config)
        elif panel.split == "validation":
            scores += validated(panel)
    return Evaluation(scores, differences, across)
