"""Which adapted models are worth fine-tuning: a choice made on validation, never on test."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from wardspace.evaluation.distribution import points
from wardspace.evaluation.panel import Series, panels

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
    (panel,) = panels(rows, {task: [""] * len(rows["probabilities"][0])})
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
