"""A value with its bootstrap distribution: interval, probability of superiority and p from one and the same draws."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from wardspace.config import IntervalMethod

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Estimate:
    """A score, or a difference of two, and how it moves when patients are drawn anew.

    `bias` and `acceleration` are the two corrections of a BCa interval; both are 0 for percentiles, so that one
    formula serves both. With few patients either is too narrow, since resamples vary less than samples do and their
    spread is itself uncertain; the quantiles are widened for it as those of Student's t are. Interval and p come from
    the same distribution: p is one minus the confidence at which the interval begins to hold zero.

    Attributes
    ----------
    value : float
        On the notes as they are.
    draws : float64 [resamples]
        On every resample on which it is defined.
    bias : float
        Normal quantile of the share of draws below the value, ties half.
    acceleration : float
        A sixth of the skewness of the patients' influence, by jackknife.
    method : {"bca", "percentile"}
        What the interval is; `percentile` also where BCa is undefined.
    patients : int or None
        How many were drawn; None widens nothing.

    References
    ----------
    Efron, B. (1987). Better bootstrap confidence intervals. Journal of the American Statistical Association 82.
    Hesterberg, T. (2015). What teachers should know about the bootstrap. The American Statistician 69.
    """

    value: float
    draws: Doubles
    bias: float
    acceleration: float
    method: IntervalMethod
    patients: int | None = None

    @classmethod
    def of(
        cls, value: float, draws: Doubles, left_out: Doubles, method: IntervalMethod, patients: int | None = None
    ) -> Estimate | None:
        """Estimate from resamples [resamples] and jackknife [patients or groups of them]; None where all are NaN."""
        draws = draws[~np.isnan(draws)]
        if not len(draws):
            return None
        below = share_below(draws, value)
        if method == "percentile" or not 0 < below < 1:
            return cls(value, draws, 0.0, 0.0, "percentile", patients)
        return cls(value, draws, float(ndtri(below)), acceleration(left_out), "bca", patients)

    @property
    def error(self) -> float:
        """Standard error: the standard deviation of the draws."""
        return float(self.draws.std(ddof=1)) if len(self.draws) > 1 else 0.0

    @property
    def moves(self) -> bool:
        """Whether resamples differ at all; where they do not, they say nothing about how sure the value is."""
        return bool(np.ptp(self.draws) > 1e-12)

    @property
    def superiority(self) -> float:
        """Share of draws above zero, ties half."""
        return 1 - share_below(self.draws, 0.0)

    def interval(self, confidence: float) -> tuple[float, float]:
        """Lower and upper end."""
        tail = (1 - confidence) / 2
        low, high = np.quantile(self.draws, [self._level(tail), self._level(1 - tail)])
        return float(low), float(high)

    def p(self) -> float:
        """Two-sided p of no difference; at least 2 / (resamples + 1), since no more draws were looked at."""
        n = len(self.draws)
        sides = [self._tail((n * share_below(sign * self.draws, 0.0) + 1) / (n + 1), sign) for sign in (1, -1)]
        return min(1.0, 2 * max(min(sides), 1 / (n + 1)))

    def _level(self, tail: float) -> float:
        """Quantile of the draws that replaces the nominal one."""
        reach = self.bias + widened(float(ndtri(tail)), self.patients)
        slope = 1 - self.acceleration * reach
        if slope <= 0:  # so skewed that the formula has run past its pole: the end is the last draw
            return float(reach > 0)
        return float(ndtr(self.bias + reach / slope))

    def _tail(self, share: float, sign: int) -> float:
        """Nominal level of a share of the draws: `_level` solved for the tail, seen from above or below zero."""
        share = min(share, 1 - 1 / (len(self.draws) + 1))
        reach = float(ndtri(share)) - sign * self.bias
        slope = 1 + sign * self.acceleration * reach
        if slope <= 0:
            return float(reach > 0)
        return float(ndtr(narrowed(reach / slope - sign * self.bias, self.patients)))


def widened(quantile: float, patients: int | None) -> float:
    """A normal quantile turned into Student's with one degree of freedom less than patients, times sqrt(n / (n - 1)).

    By Wallace's approximation, which can be solved both ways; from five patients on it is within half a percent of the
    exact quantile at 95%.

    References
    ----------
    Wallace, D. L. (1959). Bounds on normal approximations to Student's and the chi-square distributions. Annals of
    Mathematical Statistics 30.
    """
    if patients is None:
        return quantile
    free = patients - 1
    scaled = quantile * (8 * free + 3) / (8 * free + 1)
    return math.copysign(math.sqrt(patients * math.expm1(min(scaled**2 / free, 500))), quantile)


def narrowed(quantile: float, patients: int | None) -> float:
    """The inverse of `widened`."""
    if patients is None:
        return quantile
    free = patients - 1
    scaled = math.sqrt(free * math.log1p(quantile**2 / patients))
    return math.copysign(scaled * (8 * free + 1) / (8 * free + 3), quantile)


def share_below(draws: Doubles, value: float) -> float:
    """Share of draws below a value, ties half (ties within rounding: equal counts may be summed in another order)."""
    near = np.isclose(draws, value, rtol=0, atol=1e-12)
    return float((np.count_nonzero((draws < value) & ~near) + near.sum() / 2) / len(draws))


def acceleration(left_out: Doubles) -> float:
    """A sixth of the skewness of influences, from the values without each patient (or group of patients)."""
    left_out = left_out[~np.isnan(left_out)]
    if not len(left_out):
        return 0.0
    gaps = left_out.mean() - left_out
    squares = float((gaps**2).sum())
    return 0.0 if math.isclose(squares, 0, abs_tol=1e-20) else float((gaps**3).sum() / (6 * squares**1.5))
