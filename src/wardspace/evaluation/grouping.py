"""Values of a column as a few subgroups: numbers in bands, rare values together, missing ones as their own."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise

from wardspace.core.nameable import is_nameable

MISSING, OTHER, NO_NUMBER = "not given", "other values", "not a number"
MOST = 12
"""Values of a column that are told apart."""

Values = Sequence[str | None]


def subgroup_columns(
    columns: Mapping[str, Values], asked: Sequence[str] | None, bands: Mapping[str, Sequence[float]]
) -> dict[str, list[str]]:
    """The subgroup of every note in every column that makes subgroups.

    Parameters
    ----------
    columns : mapping
        Values of the columns that may make subgroups, one a note; missing ones are None.
    asked : sequence of str or None
        Columns to take; None takes those with bands and those with 2 to 12 values.
    bands : mapping
        Edges between the bands of columns of numbers.

    Returns
    -------
    dict of list of str
        Column to the subgroup of each note.
    """
    chosen = [name for name, values in columns.items() if name in bands or _few(values)] if asked is None else asked
    return {name: banded(columns[name], bands[name]) if name in bands else named(columns[name]) for name in chosen}


def banded(values: Values, edges: Sequence[float]) -> list[str]:
    """The band of each number: an edge belongs to the band above it."""
    names = band_names(edges)
    return [_band(value, edges, names) for value in values]


def band_names(edges: Sequence[float]) -> list[str]:
    """Names of the bands between rising edges, one more than edges."""
    inner = [f"{low:g} to under {high:g}" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g}", *inner, f"{edges[-1]:g} and over"]


def named(values: Values) -> list[str]:
    """The value of each note; beyond `MOST` values the rarer ones are taken together, and so are those too long."""
    counts = Counter(value for value in values if value is not None and is_nameable(value))
    known = {value for value, _ in sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:MOST]}
    return [MISSING if value is None else value if value in known else OTHER for value in values]


def _few(values: Values) -> bool:
    return 2 <= len({value for value in values if value is not None}) <= MOST


def _band(value: str | None, edges: Sequence[float], names: Sequence[str]) -> str:
    if value is None:
        return MISSING
    try:
        number = float(value)
    except ValueError:
        return NO_NUMBER
    return NO_NUMBER if math.isnan(number) else names[bisect_right(edges, number)]
