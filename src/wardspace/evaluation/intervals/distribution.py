"""The scores of all runs of a panel: on the notes as they are, on resamples of their patients, and without some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.core.progress import progress
from wardspace.evaluation.intervals.bootstrap import Resamples, blocks, jackknife, pools
from wardspace.evaluation.metrics.classification import COUNTED, Counts, auroc
from wardspace.evaluation.metrics.retrieval import RANKED, weighted_means
from wardspace.evaluation.prediction_set import PredictionSet, Run

Values = dict[str, NDArray[np.float64]]
"""Metric to values [runs, resamples] (or [runs] where there is one value each)."""

MOST_DRAWN = 4000
"""Patients drawn one by one; beyond them, as many pools of patients."""
MOST_LEFT_OUT = 200
"""Patients that the jackknife leaves out one by one; beyond them, as many pools."""
AUROC_WORK = 4 * 10**9
"""Notes times classes times runs times resamples that AUROC may cost: about a minute of one core."""
AUROC_LEAST = 1000
"""Resamples that AUROC gets whatever they cost."""


@dataclass(frozen=True)
class Distribution:
    """What intervals are made of.

    Attributes
    ----------
    plain : dict of float64 [runs]
        On the notes as they are.
    draws : dict of float64 [runs, resamples]
        On resamples of patients, the same for all runs, so that they can be compared in pairs. AUROC may have fewer.
    left_out : dict of float64 [runs, patients or pools of them]
        Without each in turn.
    """

    plain: Values
    draws: Values
    left_out: Values


def distribution(panel: PredictionSet, config: ReportConfig, *, show_progress: bool = True) -> Distribution:
    """Score all runs of a panel by all metrics, again and again."""
    drawn = pools(panel.n_groups, MOST_DRAWN, config.seed)
    units = int(drawn.max()) + 1
    without = jackknife(panel.n_groups, MOST_LEFT_OUT, config.seed)
    counted = Resamples(units, config.resamples, config.seed)
    draws = _resampled(panel, [name for name in panel.metrics if name != "auroc"], counted, drawn, show_progress)
    if "auroc" in panel.metrics:
        sorting = Resamples(units, auroc_resamples(panel, config), config.seed)
        draws |= _resampled(panel, ("auroc",), sorting, drawn, show_progress)
    left_out = _filled(panel, panel.metrics, blocks(without, len(panel.truth)), np.arange(panel.n_groups), len(without))
    return Distribution(points(panel, panel.metrics), draws, left_out)


def auroc_resamples(panel: PredictionSet, config: ReportConfig) -> int:
    """Resamples of AUROC, which sorts anew: fewer where they would take long."""
    each = len(panel.truth) * panel.classes * len(panel.runs)
    return min(config.resamples, max(AUROC_LEAST, AUROC_WORK // each))


def points(panel: PredictionSet, metrics: Sequence[str]) -> Values:
    """Score each run on the notes as they are.

    Returns
    -------
    dict of float64 [runs]
    """
    every = np.ones((1, panel.n_groups), dtype=np.float32)
    scored = _score(panel, metrics, every, np.arange(panel.n_groups))
    return {name: values[:, 0] for name, values in scored.items()}


def _resampled(
    panel: PredictionSet, metrics: Sequence[str], draws: Resamples, units: NDArray[np.int64], show_progress: bool
) -> Values:
    notes = len(panel.truth) if "auroc" in metrics else 1
    what = "AUROC" if "auroc" in metrics else "intervals"
    with progress(f"{what}: {panel.task}", draws.resamples, show=show_progress) as advance:

        def watched() -> Iterator[tuple[slice, NDArray[np.float32]]]:
            for chosen, weights in draws.blocks(notes):
                yield chosen, weights
                advance(len(weights))

        return _filled(panel, metrics, watched(), units, draws.resamples)


def _filled(
    panel: PredictionSet,
    metrics: Sequence[str],
    weighted: Iterator[tuple[slice, NDArray[np.float32]]],
    units: NDArray[np.int64],
    total: int,
) -> Values:
    out = {name: np.empty((len(panel.runs), total)) for name in metrics}
    for chosen, weights in weighted:
        for name, values in _score(panel, metrics, weights, units).items():
            out[name][:, chosen] = values
    return out


def _score(
    panel: PredictionSet, metrics: Sequence[str], weights: NDArray[np.float32], units: NDArray[np.int64]
) -> Values:
    """Values [runs, resamples] under `weights` [resamples, units]; `units` [patients] numbers what is drawn at once."""
    groups = units[panel.groups]
    # [notes, resamples]: whole rows are then gathered in the order of the scores
    by_note = np.ascontiguousarray(weights.T)[groups] if "auroc" in metrics else None
    exact = weights.astype(np.float64)
    rows = [_score_run(panel, run, metrics, groups, (exact, by_note)) for run in panel.runs]
    return {name: np.stack([row[name] for row in rows]) for name in metrics}


def _score_run(
    panel: PredictionSet,
    run: Run,
    metrics: Sequence[str],
    groups: NDArray[np.int64],
    weights: tuple[NDArray[np.float64], NDArray[np.float32] | None],
) -> Values:
    exact, by_note = weights
    if run.values is not None:
        return dict(zip(RANKED, weighted_means(run.values, groups, exact), strict=True))
    found: Values = {}
    if any(name in COUNTED for name in metrics):
        counts = Counts.by_group(panel.truth, run.predicted, groups, panel.classes, exact.shape[1]).weighted(exact)
        found = {name: COUNTED[name](counts) for name in metrics if name in COUNTED}
    if by_note is not None:
        found["auroc"] = auroc(panel.truth, run.probabilities, by_note)
    return found
