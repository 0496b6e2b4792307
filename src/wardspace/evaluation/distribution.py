"""The scores of all runs of a panel: on the notes as they are, and on every resample of their patients."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from wardspace.core.progress import progress
from wardspace.evaluation.bootstrap import Resamples
from wardspace.evaluation.metrics import COUNTED, Counts, auroc
from wardspace.evaluation.panel import Panel, Run

Values = dict[str, NDArray[np.float64]]
"""Metric to values [runs, resamples] (or [runs] where there is one value each)."""


def points(panel: Panel, metrics: Sequence[str]) -> Values:
    """Score each run on the notes as they are.

    Returns
    -------
    dict of float64 [runs]
    """
    every = np.ones((1, panel.n_groups), dtype=np.float32)
    return {name: values[:, 0] for name, values in _score(panel, metrics, every).items()}


def resampled(panel: Panel, metrics: Sequence[str], draws: Resamples, *, show_progress: bool = True) -> Values:
    """Score each run on every resample; the same resamples for all runs, so that they can be compared in pairs.

    Returns
    -------
    dict of float64 [runs, resamples]
    """
    out = {name: np.empty((len(panel.runs), draws.resamples)) for name in metrics}
    notes = len(panel.truth) if "auroc" in metrics else 1
    with progress(f"intervals: {panel.task}", draws.resamples, show=show_progress) as advance:
        for chosen, weights in draws.blocks(notes):
            for name, values in _score(panel, metrics, weights).items():
                out[name][:, chosen] = values
            advance(len(weights))
    return out


def _score(panel: Panel, metrics: Sequence[str], weights: NDArray[np.float32]) -> Values:
    """Values [runs, resamples] under `weights` [resamples, patients]."""
    # [notes, resamples]: whole rows are then gathered in the order of the scores
    by_note = np.ascontiguousarray(weights.T)[panel.groups] if "auroc" in metrics else None
    exact = weights.astype(np.float64)
    rows = [_score_run(panel, run, metrics, exact, by_note) for run in panel.runs]
    return {name: np.stack([row[name] for row in rows]) for name in metrics}


def _score_run(
    panel: Panel,
    run: Run,
    metrics: Sequence[str],
    weights: NDArray[np.float64],
    by_note: NDArray[np.float32] | None,
) -> Values:
    counts = Counts.by_group(panel.truth, run.predicted, panel.groups, panel.classes, panel.n_groups).weighted(weights)
    found = {name: COUNTED[name](counts) for name in metrics if name in COUNTED}
    if by_note is not None:
        found["auroc"] = auroc(panel.truth, run.probabilities, by_note)
    return found
