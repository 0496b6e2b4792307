"""Values of a column as the few that a map can tell apart: the commonest, or bands of numbers and dates."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from wardspace.core.nameable import is_nameable
from wardspace.report.style import CATEGORIES, RAMP

MISSING = 255
"""Code of a note without a value; rarer values have the code after the last named one."""
_DATE = re.compile(r"(\d{4})-(\d\d)(-\d\d.*)?")


@dataclass(frozen=True)
class Coding:
    """What the codes of a column stand for."""

    name: str
    values: list[str]
    """Words of each code: the commonest value first, or bands from low to high."""
    ordered: bool
    """Whether they are bands, which go from little to much."""
    rarer: int
    """Distinct values that share the code after the last."""
    codes: list[int]
    """One for each note."""


def coded(name: str, values: Sequence[str | None]) -> Coding:
    """Code a column.

    Numbers and dates of more values than a map can tell apart become bands of about equal numbers of notes; of other
    values the commonest are told apart, and the rest are one; so are values too long to be names.
    """
    counts = Counter(value for value in values if value is not None)
    bands = _bands(list(counts.elements())) if len(counts) > CATEGORIES else {}
    if bands:
        names = list(dict.fromkeys(bands.values()))
        places = {value: names.index(band) for value, band in bands.items()}
        return Coding(name, names, True, 0, [MISSING if value is None else places[value] for value in values])
    # equal counts in the order of the names, so that equal data give equal pages
    named = [value for value in counts if is_nameable(value)]
    common = sorted(named, key=lambda value: (-counts[value], value))[:CATEGORIES]
    places = {value: code for code, value in enumerate(common)}
    codes = [MISSING if value is None else places.get(value, len(common)) for value in values]
    return Coding(name, common, False, len(counts) - len(common), codes)


def _bands(values: list[str]) -> dict[str, str]:
    """The band of each value, from low to high; empty where the values are neither numbers nor dates."""
    dates = {value: match for value in values if (match := _DATE.fullmatch(value))}
    if len(dates) == len(set(values)):
        return _dates([dates[value] for value in values])
    try:
        numbers = {value: float(value) for value in values}
    except ValueError:
        return {}
    if not all(math.isfinite(number) for number in numbers.values()):
        return {}
    return _cut(values, numbers)


def _dates(matches: list[re.Match[str]]) -> dict[str, str]:
    """Bands of years, or quarters where all dates lie in one year."""
    values = [match[0] for match in matches]
    if len({match[1] for match in matches}) > 1:
        return _cut(values, {match[0]: float(match[1]) for match in matches})
    quarters = {match[0]: f"{match[1]} Q{(int(match[2]) + 2) // 3}" for match in matches}
    return dict(sorted(quarters.items(), key=lambda pair: (pair[1], pair[0])))


def _cut(values: list[str], numbers: dict[str, float]) -> dict[str, str]:
    """Bands of about equal numbers of notes; each is named by the lowest and the highest number in it."""
    drawn = np.array([numbers[value] for value in values])
    edges = np.unique(np.quantile(drawn, [i / RAMP for i in range(1, RAMP)], method="lower"))
    held = {value: int(np.searchsorted(edges, number)) for value, number in numbers.items()}
    words = {}
    for band in sorted(set(held.values())):
        inside = [numbers[value] for value in held if held[value] == band]
        low, high = f"{min(inside):.10g}", f"{max(inside):.10g}"
        words[band] = low if low == high else f"{low} to {high}"
    return {value: words[held[value]] for value in sorted(held, key=lambda value: numbers[value])}
