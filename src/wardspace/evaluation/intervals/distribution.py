"""The scores of all runs of a panel: on the notes as they are, on resamples of their patients, and without some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from wardspace.config import ReportConfig
from wardspace.core.progress import progress
from wardspace.evaluation.intervals.bootstrap import Resamples, blocks, jackknife, pools
from wardspace.evaluation.prediction_set import PredictionSet
from wardspace.evaluation.tally import Metric, RankMetric

Values = dict[str, NDArray[np.float64]]
"""Metric to values [runs, resamples] (or [runs] where there is one value each)."""

MOST_DRAWN = 4000
"""Patients drawn one by one; beyond them, as many pools of patients."""
MOST_LEFT_OUT = 200
"""Patients that the jackknife leaves out one by one; beyond them, as many pools."""
RANK_WORK = 4 * 10**9
"""Units times classes times runs times resamples that a rank metric may cost: about a minute of one core."""
RANK_LEAST = 1000
"""Resamples that a rank metric gets whatever they cost."""


@dataclass(frozen=True)
class Distribution:
    """What intervals are made of.

    Attributes
    ----------
    plain : dict of float64 [runs]
        On the notes as they are.
    draws : dict of float64 [runs, resamples]
        On resamples of patients, the same for all runs, so that they can be compared in pairs. Rank metrics may have
        fewer.
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
    summed = [one for one in panel.metrics if isinstance(one, Metric)]
    ranked = [one for one in panel.metrics if isinstance(one, RankMetric)]
    draws = _resampled(panel, summed, Resamples(units, config.resamples, config.seed), drawn, show_progress)
    if ranked:
        fewer = Resamples(units, rank_resamples(panel, config), config.seed)
        draws |= _resampled(panel, ranked, fewer, drawn, show_progress)
    left_out = _filled(panel, panel.metrics, blocks(without, panel.n), np.arange(panel.n_groups), len(without))
    return Distribution(points(panel, panel.metrics), draws, left_out)


def rank_resamples(panel: PredictionSet, config: ReportConfig) -> int:
    """Resamples of rank metrics, which sort anew: fewer where they would take long."""
    probabilities = panel.tally.probabilities
    classes = 1 if probabilities is None else probabilities.shape[1]
    return min(config.resamples, max(RANK_LEAST, RANK_WORK // (panel.n * classes * len(panel.runs))))


def points(panel: PredictionSet, metrics: Sequence[Metric | RankMetric]) -> Values:
    """Score each run on the units as they are.

    Returns
    -------
    dict of float64 [runs]
    """
    every = np.ones((1, panel.n_groups), dtype=np.float32)
    whole = iter([(slice(0, 1), every)])
    scored = _filled(panel, metrics, whole, np.arange(panel.n_groups), 1)
    return {name: values[:, 0] for name, values in scored.items()}


def _resampled(
    panel: PredictionSet,
    metrics: Sequence[Metric | RankMetric],
    draws: Resamples,
    units: NDArray[np.int64],
    show_progress: bool,
) -> Values:
    ranked = any(isinstance(one, RankMetric) for one in metrics)
    what = f"intervals{' of ranks' if ranked else ''}: {panel.task} (resamples)"
    with progress(what, draws.resamples, show=show_progress) as advance:

        def watched() -> Iterator[tuple[slice, NDArray[np.float32]]]:
            for chosen, weights in draws.blocks(panel.n if ranked else 1):
                yield chosen, weights
                advance(len(weights))

        return _filled(panel, metrics, watched(), units, draws.resamples)


def _filled(
    panel: PredictionSet,
    metrics: Sequence[Metric | RankMetric],
    weighted: Iterator[tuple[slice, NDArray[np.float32]]],
    units: NDArray[np.int64],
    total: int,
) -> Values:
    """Values under blocks of `weights` [resamples, units]; `units` [patients] numbers what is drawn at once."""
    out = {one.name: np.empty((len(panel.runs), total)) for one in metrics}
    groups = units[panel.tally.groups]
    summed = [one for one in metrics if isinstance(one, Metric)]
    ranked = [one for one in metrics if isinstance(one, RankMetric)]
    tables = [run.tally.by_group(groups, int(units.max()) + 1) for run in panel.runs] if summed else []
    for chosen, weights in weighted:
        exact = weights.astype(np.float64)
        for row, table in enumerate(tables):
            sums = panel.runs[row].tally.split(exact @ table)
            for metric in summed:
                out[metric.name][row, chosen] = metric.value(sums)
        if ranked:
            # [units, resamples]: whole rows are then gathered in the order of the scores
            by_unit = np.ascontiguousarray(weights.T)[groups]
            for row, run in enumerate(panel.runs):
                for one in ranked:
                    out[one.name][row, chosen] = one.value(run.tally, by_unit)
    return out
