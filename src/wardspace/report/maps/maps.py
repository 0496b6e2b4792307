"""Notes in two dimensions with the values that colour them: never their text, never their ids."""

from __future__ import annotations

import base64
import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.core.nameable import is_nameable
from wardspace.report.figures.style import CATEGORIES, RAMP

MISSING = 255
"""Code of a note without a value; rarer values have the code after the last named one."""
_DATE = re.compile(r"(\d{4})-(\d\d)(-\d\d.*)?")


@dataclass(frozen=True)
class Coding:
    """The values behind the codes of a column."""

    name: str
    values: list[str]
    """Name of each code: the commonest value first, or bands from low to high."""
    ordered: bool
    """Whether they are bands, from low to high."""
    rarer: int
    """Distinct values that share the code after the last."""
    codes: list[int]
    """One for each note."""


def coded(name: str, values: Sequence[str | None]) -> Coding:
    """Code a column.

    Numbers and dates with more values than a map has colours become bands with about equal numbers of notes. Of other
    values the commonest have codes of their own; the rest, and values too long to be names, share one.
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


GRID = 2**16 - 1
"""Coordinates are stored as whole numbers from 0 to this, two bytes each: fine enough to zoom into."""
FIRST = "PCA"
"""Name of the projection by principal components."""


@dataclass(frozen=True)
class Map:
    """A model's space in two dimensions."""

    xy: NDArray[np.float32]
    """Coordinates, shape (n, 2): on the first two principal components."""
    columns: dict[str, list[str | None]]
    """Labels and metadata of each note; never text."""
    explained: tuple[float, float]
    """Share of the variance that each axis keeps."""
    also: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    """Coordinates of the same notes by other methods, by their names."""

    def __post_init__(self) -> None:
        for xy in self.drawn.values():
            if xy.ndim != 2 or xy.shape[1] != 2:
                raise ValueError(f"a map needs coordinates of shape (n, 2), not {xy.shape}")
        uneven = [name for name, values in self.columns.items() if len(values) != len(self.xy)]
        uneven += [name for name, xy in self.also.items() if len(xy) != len(self.xy)]
        if uneven:
            raise ValueError(f"{', '.join(uneven)}: not one value for each of {len(self.xy)} notes")

    @property
    def drawn(self) -> dict[str, NDArray[np.float32]]:
        """Coordinates by the name of the method."""
        return {FIRST: self.xy, **self.also}


@dataclass(frozen=True)
class Notes:
    """The notes that maps share: maps of the same notes are linked."""

    codings: list[Coding]
    """Codes of every column, over all sets one after the other."""
    starts: list[int]
    """Where the codes of each set begin; one more for the end of the last."""
    of: dict[str, int]
    """Number of the set of each model."""

    def codes(self, notes: int, column: int) -> list[int]:
        """Codes of one set in one column."""
        return self.codings[column].codes[self.starts[notes] : self.starts[notes + 1]]


def shared_notes(maps: Mapping[str, Map]) -> Notes:
    """Find which maps show the same notes, and code their columns so that a value has one code in every map."""
    names = list(dict.fromkeys(name for one in maps.values() for name in one.columns))
    distinct: list[Map] = []
    of: dict[str, int] = {}
    for model, one in maps.items():
        same = [i for i, other in enumerate(distinct) if other.columns == one.columns and len(other.xy) == len(one.xy)]
        if not same:
            distinct.append(one)
        of[model] = same[0] if same else len(distinct) - 1
    starts = [0, *np.cumsum([len(one.xy) for one in distinct]).tolist()]
    codings = [coded(name, [v for one in distinct for v in one.columns.get(name) or _none(one)]) for name in names]
    if not names:
        codings = [Coding("no column", ["a note"], False, 0, [0] * starts[-1])]
    return Notes(codings, starts, of)


def compact(maps: Mapping[str, Map]) -> dict[str, Any]:
    """Maps as the page's script reads them.

    Returns
    -------
    dict
        `columns`: {name, values, ordered, rarer}; `sets`: distinct sets of notes, each with its number of notes and a
        base64 string of one byte a note for every column (255 for a missing value, the code after the last value for
        rarer ones); `maps`: {model, set, methods, explained}, methods being base64 strings of x and y in turn,
        16 bits each, lowest byte first, on one scale for both axes.
    """
    notes = shared_notes(maps)
    columns = [{"name": c.name, "values": c.values, "ordered": c.ordered, "rarer": c.rarer} for c in notes.codings]
    sets = [
        {"n": end - start, "codes": [_packed(notes.codes(i, column), "u1") for column in range(len(columns))]}
        for i, (start, end) in enumerate(zip(notes.starts, notes.starts[1:], strict=False))
    ]
    drawn = [
        {
            "model": model,
            "set": notes.of[model],
            "methods": {name: _packed(placed(xy), "<u2") for name, xy in one.drawn.items()},
            "explained": list(one.explained),
        }
        for model, one in maps.items()
    ]
    return {"columns": columns, "sets": sets, "maps": drawn, "missing": MISSING}


def placed(xy: NDArray[np.float32]) -> NDArray[np.int64]:
    """Coordinates as whole numbers from 0 to `GRID`, one scale for both axes, y downwards as a page counts."""
    if not len(xy):
        return np.zeros((0, 2), dtype=np.int64)
    low, high = xy.min(axis=0), xy.max(axis=0)
    span = float((high - low).max()) or 1.0
    whole = np.rint((xy - (low + high) / 2) / span * GRID + GRID / 2).clip(0, GRID).astype(np.int64)
    return np.stack([whole[:, 0], GRID - whole[:, 1]], axis=1)


def _none(one: Map) -> list[None]:
    return [None] * len(one.xy)


def _packed(values: Sequence[int] | NDArray[np.int64], kind: str) -> str:
    return base64.b64encode(np.asarray(values, dtype=kind).tobytes()).decode()
