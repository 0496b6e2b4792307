"""Which mistakes a model makes most often: one class taken for another, a label missed, a label that is not there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from wardspace.evaluation.prediction_set import PredictionSet, prediction_sets
from wardspace.evaluation.tally import Tally, TaskMetrics
from wardspace.results import Mistake

MOST = 10
"""Mistakes kept of a model in a setting, the commonest first."""
Kind = tuple[str | None, str | None]
"""What is right, and what was predicted."""


def mistakes(predictions: pa.Table, tasks: Mapping[str, TaskMetrics]) -> list[Mistake]:
    """Count the commonest mistakes on test of every model in every setting with all labels.

    Parameters
    ----------
    predictions : pyarrow.Table
        Stored predictions; see `wardspace.evaluation.prediction_set.prediction_sets`.
    tasks : mapping
        How each task is scored. Tasks whose tallies do not count right and predicted units by label have none.

    Raises
    ------
    RunError
        If the models of a task were not scored on the same units.
    """
    tested = pc.equal(predictions["split"].cast(pa.string()), "test")
    rows = predictions.filter(pc.and_(tested, pc.is_null(predictions["shots"])))
    return [one for panel in prediction_sets(rows, tasks) for one in _of_panel(panel)]


def _of_panel(panel: PredictionSet) -> list[Mistake]:
    if not {"hits", "predicted", "truth"} <= panel.tally.parts.keys():
        return []
    found = []
    for series, at in panel.series().items():
        total: Counter[Kind] = Counter()
        for run in at:
            total.update(_confused(panel.runs[run].tally))
        right = _right(panel.tally)
        for (truth, predicted), count in sorted(total.items(), key=lambda one: (-one[1], str(one[0])))[:MOST]:
            found.append(
                Mistake(
                    model=series.model, task=panel.task, setting=series.setting, truth=truth, predicted=predicted,
                    count=count / len(at), of=right[truth] if truth else panel.n - right.get(predicted, 0),
                    unit=panel.scored.unit,
                )
            )  # fmt: skip
    return found


def _right(tally: Tally) -> dict[str | None, int]:
    """Units of each label."""
    counts = tally.total()["truth"].tolist()
    return {label: int(count) for label, count in zip(tally.parts["truth"], counts, strict=True)}


def _confused(tally: Tally) -> Counter[Kind]:
    """Mistakes of one run."""
    parts, labels = tally.split(tally.table.astype(np.float64)), tally.parts["truth"]
    hits, said, true = (parts[name] for name in ("hits", "predicted", "truth"))
    if tally.exclusive:
        pairs = zip(true.argmax(axis=1).tolist(), said.argmax(axis=1).tolist(), strict=True)
        return Counter((labels[truth], labels[predicted]) for truth, predicted in pairs if truth != predicted)
    missed, spurious = (true - hits).sum(axis=0).tolist(), (said - hits).sum(axis=0).tolist()
    found: Counter[Kind] = Counter()
    for label, absent, extra in zip(labels, missed, spurious, strict=True):
        found[label, None] += int(absent)
        found[None, label] += int(extra)
    return +found
