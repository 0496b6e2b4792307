"""How far a share may be from what was seen in a few notes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from wardspace.core.seeds import generator

RESAMPLES = 2000
"""Draws of the bootstrap."""
_STEPS = 60  # bisections: to the last digit of a double


@dataclass(frozen=True)
class Share:
    """A share and its 95% interval, None where there is nothing to tell it from.

    Attributes
    ----------
    hits, total : int
        The share is `hits / total`.
    notes : int
        Notes that `total` comes from.
    low, high : float or None
        Ends of the interval.
    """

    hits: int
    total: int
    notes: int
    low: float | None
    high: float | None

    @property
    def value(self) -> float | None:
        """The share."""
        return self.hits / self.total if self.total else None


def exact_interval(hits: int, total: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact binomial interval of Clopper and Pearson (1934), which never covers less than it says.

    Parameters
    ----------
    hits, total : int
        Successes and independent trials.
    confidence : float
        Share of samples whose interval holds the truth, at least.

    Returns
    -------
    tuple of float
        With no hit in n trials the upper end is 1 - 0.025^(1/n), about 3.7 / n (one-sided: 3 / n).

    Examples
    --------
    >>> low, high = exact_interval(0, 200)
    >>> low, round(high, 4)
    (0.0, 0.0183)
    """
    tail = (1 - confidence) / 2
    low = 0.0 if hits == 0 else _root(lambda p: _at_least(hits, total, p) < tail)
    high = 1.0 if hits == total else _root(lambda p: 1 - _at_least(hits + 1, total, p) > tail)
    return low, high


def clustered_share(hits: Sequence[int], totals: Sequence[int], *, seed: int) -> Share:
    """A share over things that come in notes, such as identifiers found.

    The interval is a percentile bootstrap over notes, since what stands in one note is found or missed together. Where
    all or none were hit, resamples cannot differ: then notes are the trials of an exact interval.

    Parameters
    ----------
    hits, totals : sequence of int
        By note.
    seed : int
        Seed of the draws.
    """
    pairs = np.array([(hit, total) for hit, total in zip(hits, totals, strict=True) if total], dtype=np.int64)
    notes = len(pairs)
    hit, total = (int(count) for count in pairs.sum(axis=0)) if notes else (0, 0)
    if hit in (0, total):
        low, high = exact_interval(notes if hit else 0, notes) if notes else (None, None)
        return Share(hit, total, notes, low, high)
    if notes == 1:
        return Share(hit, total, notes, None, None)
    drawn = generator("review bootstrap", seed, notes).multinomial(notes, [1 / notes] * notes, size=RESAMPLES) @ pairs
    ends = np.quantile(drawn[:, 0] / drawn[:, 1], [0.025, 0.975])
    return Share(hit, total, notes, float(ends[0]), float(ends[1]))


def _at_least(hits: int, total: int, p: float) -> float:
    """The probability of at least so many successes."""
    if p <= 0 or p >= 1:
        return float(p >= 1)
    odds = math.lgamma(total + 1)
    terms = (
        math.exp(
            odds - math.lgamma(k + 1) - math.lgamma(total - k + 1) + k * math.log(p) + (total - k) * math.log1p(-p)
        )
        for k in range(hits, total + 1)
    )
    return min(1.0, math.fsum(terms))


def _root(is_below: Callable[[float], bool]) -> float:
    """Where a test that holds from 0 up to some p ceases to hold."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return (low + high) / 2
