"""Which mistakes a model makes most often: one class taken for another, a label or mention missed or made up."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wardspace.evaluation.prediction_set import PredictionSet, prediction_sets
from wardspace.evaluation.task_metrics import MistakeCount, TaskMetrics
from wardspace.results import Mistake

MOST = 10
"""Mistakes kept of a model in a setting, the commonest first."""


def mistakes(predictions: pa.Table, tasks: Mapping[str, TaskMetrics]) -> list[Mistake]:
    """Count the commonest mistakes on test of every model in every setting with all labels.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions; see `wardspace.evaluation.prediction_set.prediction_sets`.
    tasks : mapping
        How each task is scored. Kinds of task that count no mistakes have none.

    Raises
    ------
    RunError
        If the models of a task were not scored on the same units.
    """
    tested = pc.equal(predictions["split"].cast(pa.string()), "test")
    rows = predictions.filter(pc.and_(tested, pc.is_null(predictions["shots"])))
    return [one for panel in prediction_sets(rows, tasks) for one in _of_panel(panel)]


def _of_panel(panel: PredictionSet) -> list[Mistake]:
    count = panel.scored.mistakes
    if count is None:
        return []
    found = []
    for series, at in panel.series().items():
        by_name: defaultdict[tuple[str, ...], list[MistakeCount]] = defaultdict(list)
        for run in at:
            for one in count(panel.runs[run].predictions):
                by_name[one.kind, str(one.truth), str(one.predicted)].append(one)
        means = {name: sum(one.times for one in every) / len(at) for name, every in by_name.items()}
        for name in sorted(by_name, key=lambda one: (-means[one], one))[:MOST]:
            first = by_name[name][0]
            found.append(
                Mistake(
                    model=series.model, task=panel.task, setting=series.setting, kind=first.kind, truth=first.truth,
                    predicted=first.predicted, count=means[name],
                    of=round(float(np.mean([one.of for one in by_name[name]]))), unit=panel.scored.decision,
                )
            )  # fmt: skip
    return found
