"""The difference between two groups of runs over the same notes, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from wardspace.config import ReportConfig
from wardspace.evaluation.chance import FEWEST, method_for
from wardspace.evaluation.distribution import Distribution
from wardspace.evaluation.panel import Panel
from wardspace.evaluation.sample import Sample


class Gap(NamedTuple):
    """Mean of the one group of runs minus that of the other."""

    value: float
    low: float
    high: float

    @property
    def tie(self) -> bool:
        """Whether the interval spans zero."""
        return self.low <= 0 <= self.high


def gap(
    panel: Panel, found: Distribution, pair: tuple[Sequence[int], Sequence[int]], metric: str, config: ReportConfig
) -> Gap | None:
    """Compare the means of two groups of runs, drawn anew with the same patients; they need not be as many.

    Returns
    -------
    Gap or None
        None where the metric is undefined on these notes, or there is one patient alone.
    """
    ours, theirs = (Sample.of(found, metric, runs).mean() for runs in pair)
    sample = ours.minus(theirs)
    if not sample.defined or panel.n_groups < FEWEST:
        return None
    estimate = sample.estimate(method_for(panel, config), panel.n_groups)
    return None if estimate is None else Gap(sample.value, *estimate.interval(config.confidence))
