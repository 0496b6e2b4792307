"""Intervals of an audit's figures."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from wardspace.config import PrivacyConfig
from wardspace.core.seeds import generator
from wardspace.evaluation.bootstrap import Resamples, interval
from wardspace.privacy.record import Figure

Numbers = NDArray[np.float64]


def mean_figure(values: Numbers, privacy: PrivacyConfig) -> Figure:
    """Mean of one number a unit (a secret, a patient), the units resampled."""
    return ratio_figure(values, np.ones(len(values)), privacy)


def ratio_figure(sums: Numbers, counts: Numbers, privacy: PrivacyConfig) -> Figure:
    """Sum over units divided by their count, the units resampled; units of a patient's slots differ in number."""
    draws = np.empty(privacy.resamples)
    for block, weights in Resamples(len(sums), privacy.resamples, privacy.seed).blocks(len(sums)):
        totals = weights @ counts
        draws[block] = np.divide(weights @ sums, totals, out=np.full(len(totals), np.nan), where=totals > 0)
    low, high = interval(draws, privacy.confidence)
    return Figure(value=float(sums.sum() / counts.sum()), low=low, high=high)


def two_sample_figure(
    members: Numbers, others: Numbers, statistic: Callable[[Numbers, Numbers], float], privacy: PrivacyConfig
) -> Figure:
    """A statistic of two groups, members and others resampled each among themselves."""
    draws = np.empty(privacy.resamples)
    for number in range(privacy.resamples):
        random = generator("privacy bootstrap", privacy.seed, number)
        first, second = (random.integers(len(group), size=len(group)) for group in (members, others))
        draws[number] = statistic(members[first], others[second])
    low, high = interval(draws, privacy.confidence)
    return Figure(value=statistic(members, others), low=low, high=high)
