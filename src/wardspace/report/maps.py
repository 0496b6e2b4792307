"""Notes in two dimensions with the values that colour them: never their text, never their ids."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from wardspace.report.coding import MISSING, Coding, coded

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
