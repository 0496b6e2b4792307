"""Notes in two dimensions with the values that colour them: never their text, never their ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.report.style import COLOURS, SHAPES

CATEGORIES = COLOURS * SHAPES
"""Values that get a colour and a shape of their own; rarer ones are drawn as `other`."""
GRID = 1000
"""Coordinates are stored as whole numbers from 0 to this: finer than a pixel, and small in the file."""


@dataclass(frozen=True)
class Map:
    """A model's space in two dimensions."""

    xy: NDArray[np.float32]
    """Coordinates, shape (n, 2)."""
    columns: dict[str, list[str | None]]
    """Labels and metadata of each note; never text."""
    explained: tuple[float, float]
    """Share of the variance that each axis keeps."""
    caption: str | None = None
    """How it was laid out, where not by principal components; said in place of the variance."""

    def __post_init__(self) -> None:
        if self.xy.ndim != 2 or self.xy.shape[1] != 2:
            raise ValueError(f"a map needs coordinates of shape (n, 2), not {self.xy.shape}")
        uneven = [name for name, values in self.columns.items() if len(values) != len(self.xy)]
        if uneven:
            raise ValueError(f"{', '.join(uneven)}: not one value for each of {len(self.xy)} notes")


def compact(maps: Mapping[str, Map]) -> dict[str, Any]:
    """Maps as the page's script reads them.

    Returns
    -------
    dict
        `columns`: {name, values, counts, rarer}, the commonest value first; `sets`: distinct sets of notes, each with
        one list of codes a column (−1 for a missing value, the code after the last value for rarer ones); `maps`:
        {model, set, x, y} on one scale for both axes.
    """
    names = list(dict.fromkeys(name for one in maps.values() for name in one.columns))
    distinct: list[dict[str, list[str | None]]] = []
    for one in maps.values():
        if one.columns not in distinct:
            distinct.append(one.columns)
    columns = [_column(name, [values for notes in distinct for values in notes.get(name, [])]) for name in names]
    sizes = {distinct.index(one.columns): len(one.xy) for one in maps.values()}
    sets = [
        [_codes(column["values"], notes.get(column["name"]) or [None] * sizes[i]) for column in columns]
        for i, notes in enumerate(distinct)
    ]
    drawn = []
    for model, one in maps.items():
        x, y = _whole(one.xy)
        drawn.append({"model": model, "set": distinct.index(one.columns), "x": x, "y": y})
    return {"columns": columns, "sets": sets, "maps": drawn}


def _column(name: str, values: Sequence[str | None]) -> dict[str, Any]:
    counts = Counter(value for value in values if value is not None)
    # equal counts in the order of the names, so that equal data give equal pages
    common = sorted(counts, key=lambda value: (-counts[value], value))[:CATEGORIES]
    rarer = len(counts) - len(common)
    return {"name": name, "values": common, "counts": [counts[value] for value in common], "rarer": rarer}


def _codes(common: Sequence[str], values: Sequence[str | None]) -> list[int]:
    codes = {value: code for code, value in enumerate(common)}
    return [-1 if value is None else codes.get(value, len(common)) for value in values]


def _whole(xy: NDArray[np.float32]) -> tuple[list[int], list[int]]:
    if not len(xy):
        return [], []
    low, high = xy.min(axis=0), xy.max(axis=0)
    span = float((high - low).max()) or 1.0
    placed = np.rint((xy - (low + high) / 2) / span * GRID + GRID / 2).astype(int)
    # the page counts downwards, a figure upwards
    return placed[:, 0].tolist(), (GRID - placed[:, 1]).tolist()
