"""Numbers as the page prints them: scores in points, signed differences, intervals, counts."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Protocol

from wardspace.core.wording import MINUS, minus, thousands

_FINER = 6
"""Digits that may be added so that no end of an interval is printed as zero."""


def points(value: float) -> str:
    """A score between 0 and 1 in points of 100: 0.742 is 74.2."""
    return _signless(100 * value)


def gap(value: float) -> str:
    """A difference in points, always with its sign; 0.0 has none."""
    return _with_sign(_signless(100 * value))


def between(low: float, high: float, *, signed: bool = False) -> str:
    """An interval in points: `71.9 to 76.4`; signed, that of a difference: `+0.3 to +1.4`.

    The interval of a difference gets as many digits as it needs to show which side of zero it lies on:
    `+0.04 to +1.21`. An interval without width (every resample gave the same value) is printed as "no interval".
    """
    if not signed:
        return f"{points(low)} to {points(high)}"
    if is_point(low, high):
        return "no interval"
    return _off_zero(low, high, lambda end, finer: _with_sign(_signless(100 * end, 1 + finer)))


class Estimate(Protocol):
    """A paired difference with its interval, on the scale of its metric."""

    @property
    def value(self) -> float:
        """The difference."""

    @property
    def low(self) -> float:
        """Lower end of the interval."""

    @property
    def high(self) -> float:
        """Upper end of the interval."""


def change(one: Estimate, metric: str | None = None) -> str:
    """A difference with its interval: `+2.1 points of macro F1 (interval +0.8 to +3.3)`."""
    ends = f"{'' if is_point(one.low, one.high) else 'interval '}{between(one.low, one.high, signed=True)}"
    of = "" if metric is None else f" of {metric}"
    return f"{gap(one.value)} points{of} ({ends})"


def is_point(low: float, high: float) -> bool:
    """Whether an interval has no width."""
    return math.isclose(low, high, rel_tol=0, abs_tol=1e-12)


def plain(value: float, others: Iterable[float] = (), finer: int = 0) -> str:
    """A measure on its own scale: three significant figures of the largest of `value` and `others`, or `finer`."""
    largest = max((abs(other) for other in (value, *others) if math.isfinite(other)), default=0.0)
    if largest == 0 or not math.isfinite(value):
        return minus(f"{value:g}")
    digits = min(max(0, 2 - math.floor(math.log10(largest))), 3) + finer
    text = f"{value:,.{digits}f}"
    return text.removeprefix("-") if float(text.replace(",", "")) == 0 else minus(text)


def p_value(value: float) -> str:
    """A p value with two figures: `p 0.034`, `p < 0.001`."""
    return "p < 0.001" if value < 0.001 else f"p {value:.2f}" if value >= 0.0995 else f"p {value:.3f}"


def signed(value: float, others: Iterable[float] = (), finer: int = 0) -> str:
    """A difference on its own scale, always with its sign; 0 has none. See `plain`."""
    return _with_sign(plain(value, others, finer))


def signed_between(low: float, high: float, others: Iterable[float] = ()) -> str:
    """The interval of a difference on its own scale; if it excludes zero, neither end is printed as zero."""
    around = list(others)
    return _off_zero(low, high, lambda end, finer: signed(end, around, finer))


def tokens(value: float) -> str:
    """A count of tokens, in words of the field: `1.0 M`."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size * 0.9995:
            return f"{value / size:.1f} {letter}"
    return thousands(value)


def capitalised(text: str) -> str:
    """The start of a sentence: only the first letter changes."""
    return text[:1].upper() + text[1:]


def _off_zero(low: float, high: float, shown: Callable[[float, int], str]) -> str:
    ends = [shown(low, 0), shown(high, 0)]
    for finer in range(1, _FINER):
        if low * high <= 0 or not any(_is_zero(end) for end in ends):
            break
        ends = [shown(low, finer), shown(high, finer)]
    return " to ".join(ends)


def _is_zero(text: str) -> bool:
    return not text.strip("0.,")


def _with_sign(text: str) -> str:
    return text if _is_zero(text) or text.startswith(MINUS) else f"+{text}"


def _signless(value: float, digits: int = 1) -> str:
    text = f"{value:.{digits}f}"
    return text.removeprefix("-") if float(text) == 0 else minus(text)
