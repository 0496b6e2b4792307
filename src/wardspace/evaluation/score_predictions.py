"""Stored predictions to scores and differences in one go: what is resampled serves both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.config import ReportConfig
from wardspace.evaluation.differences import compared, compared_across
from wardspace.evaluation.intervals.distribution import distribution, points
from wardspace.evaluation.label_scores import label_scores
from wardspace.evaluation.prediction_set import Series, prediction_sets
from wardspace.evaluation.scores import tested, validated
from wardspace.evaluation.task_metrics import TaskMetrics
from wardspace.results import AcrossDifference, Difference, Score


def best_models(predictions: pa.Table, scored: TaskMetrics, adapted: Sequence[str], n: int) -> list[str]:
    """Names of the `n` adapted models with the highest validation score of a frozen probe on all labels.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions of one task; rows of other splits are not looked at.
    scored : TaskMetrics
        How the task is scored: its main metric decides, by the first of its frozen settings that was run.
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
        If the models were not scored on the same units.
    """
    rows = predictions.filter(pc.equal(predictions["split"], "validation"))
    if not len(rows):
        return []
    (panel,) = prediction_sets(rows, {str(rows["task"][0].as_py()): scored})
    main, series = panel.metrics[0], panel.series()
    values = points(panel, [main])[main.name] * (1 if main.higher_is_better else -1)
    for setting in (name for name, one in scored.settings.items() if one.family == "frozen"):
        found = {
            name: float(values[series[Series(name, setting, None)]].mean())
            for name in adapted
            if Series(name, setting, None) in series
        }
        if found:
            return sorted(found, key=lambda name: -found[name])[:n]
    return []


def validation_scores(predictions: pa.Table, scored: TaskMetrics) -> list[Score]:
    """Main metric of each setting and label budget of one task on validation, the mean over its seeds."""
    rows = predictions.filter(pc.equal(predictions["split"], "validation"))
    panels = prediction_sets(rows, {str(rows["task"][0].as_py()): scored}) if len(rows) else []
    return [score for panel in panels for score in validated(panel) if score.metric == scored.metrics[0].name]


class Evaluation(NamedTuple):
    """What stored predictions say."""

    scores: list[Score]
    differences: list[Difference]
    across: list[AcrossDifference]


def score_predictions(
    predictions: pa.Table,
    tasks: Mapping[str, TaskMetrics],
    config: ReportConfig,
    *,
    show_progress: bool = True,
) -> Evaluation:
    """Score every run of every task and compare the models in pairs.

    On test, scores carry intervals and models are compared; validation has means alone.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions; see `wardspace.evaluation.prediction_set.prediction_sets`.
    tasks : mapping
        How each task is scored.
    config : ReportConfig
        Number of resamples, kind of interval, confidence and seed.
    show_progress : bool
        Show bars.

    Returns
    -------
    Evaluation

    Raises
    ------
    RunError
        If the models of a task were not scored on the same units.
    """
    scores: list[Score] = []
    differences: list[Difference] = []
    across: list[AcrossDifference] = []
    for panel in prediction_sets(predictions, tasks):
        if panel.split == "test":
            found = distribution(panel, config, show_progress=show_progress)
            scores += [*tested(panel, found, config), *label_scores(panel, config)]
            differences += compared(panel, found, config)
            across += compared_across(panel, found, config)
        elif panel.split == "validation":
            scores += validated(panel)
    return Evaluation(scores, differences, across)
