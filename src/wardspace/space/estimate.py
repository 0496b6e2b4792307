"""A measured value with what each note adds to it: intervals and differences need no second measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from wardspace.space.unit import Floats


@dataclass(frozen=True)
class Estimate:
    """A value and how it would move.

    Attributes
    ----------
    value : float
        The value.
    effects : float64 array of shape (m,), optional
        Derivative of the value by the weight of each note that was looked at; they add up to zero. With weights w
        (how often a resample drew each note) the value is `value + w @ effects` to first order: the infinitesimal
        jackknife (Jaeckel 1972; Efron 1982, The Jackknife, the Bootstrap and Other Resampling Plans, chapter 6).
    error : float, optional
        Standard error of having looked at a sample of the notes alone; None where all were.
    """

    value: float
    effects: Floats | None = None
    error: float | None = None

    def through(self, value: float, slope: float) -> Self:
        """The estimate of a function of this one, by its value and its derivative here."""
        return type(self)(
            value,
            None if self.effects is None else slope * self.effects,
            None if self.error is None else abs(slope) * self.error,
        )


def ratio(top: Floats, bottom: Floats, *, order: int = 1, population: int | None = None) -> Estimate:
    """Σ top ÷ Σ bottom, where each note has a share in both.

    Parameters
    ----------
    top, bottom : float64 arrays of shape (m,)
        A mean of values has them as `top` and ones as `bottom`.
    order : int
        Notes that each term joins: 2 for a mean over pairs, in which `top` holds the sum of a note's pairs. A note's
        weight then moves its pairs from both ends (Hoeffding 1948, Ann. Math. Stat. 19).
    population : int, optional
        Notes of which these m were drawn without replacement.

    Raises
    ------
    ValueError
        If `bottom` adds up to nothing.
    """
    total = float(bottom.sum())
    if total == 0:
        raise ValueError("no note has a share in this mean")
    value = float(top.sum()) / total
    own = (top - value * bottom) / total
    return Estimate(value, order * own, sampling_error(own, population))


def mean(values: Floats, *, population: int | None = None) -> Estimate:
    """Mean over the notes that have a value; those with NaN are left out. See `ratio`."""
    known = ~np.isnan(values)
    return ratio(np.where(known, values, 0.0), known.astype(np.float64), population=population)


def sampling_error(own: Floats, population: int | None) -> float | None:
    """Standard error of a sum of `own` shares under simple random sampling; None where all of `population` were seen.

    Cochran (1977), Sampling Techniques, chapters 2 and 6.
    """
    m = len(own)
    if population is None or m >= population or m < 2:
        return None
    return float(np.sqrt((1 - m / population) * m / (m - 1) * np.square(own).sum()))
