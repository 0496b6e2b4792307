"""Which notes a search may find: by metadata, by patient, by time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from wardspace.core.errors import WardspaceError

TIME = "time"


@dataclass(frozen=True)
class OneOf:
    """The value of a column is one of these, compared as text."""

    values: Collection[str]

    def passes(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Whether each note passes."""
        return pc.is_in(column, pa.array([str(value) for value in self.values], pa.string()))


@dataclass(frozen=True)
class Between:
    """The time of a note is in a range, both ends included, as far as they are given: `2024-05` has all of May.

    Times are compared as they are written in ISO 8601; a note without one does not pass.
    """

    start: str | None = None
    end: str | None = None

    def passes(self, column: pa.ChunkedArray) -> pa.ChunkedArray:
        """Whether each note passes."""
        found = pc.is_valid(column)
        # a time that is less precise than the end of the range is compared as far as it goes
        for end, compare in ((self.start, pc.greater_equal), (self.end, pc.less_equal)):
            if end is not None:
                begun = pc.utf8_slice_codeunits(column, 0, len(end))
                found = pc.and_(found, compare(begun, pa.scalar(end, pa.string())))
        return pc.fill_null(found, False)


Filter = OneOf | Between


def passing(
    notes: pa.Table, where: Mapping[str, Filter] | None, exclude: Collection[str] = ()
) -> NDArray[np.bool_] | None:
    """Which notes of a table pass all filters, bool [n]; None where nothing is asked."""
    found: NDArray[np.bool_] | None = None
    for name, condition in (where or {}).items():
        own = _flags(condition.passes(notes[name]))
        found = own if found is None else found & own
    if exclude:
        own = ~_flags(pc.is_in(notes["note_id"], pa.array(list(exclude), pa.string())))
        found = own if found is None else found & own
    return found


def conditions(pairs: Sequence[str], start: str | None = None, end: str | None = None) -> dict[str, Filter]:
    """Conditions as they are written in a command: `COLUMN=VALUE`, a column again for another of its values.

    Raises
    ------
    WardspaceError
        If one has no `=`.
    """
    values: dict[str, list[str]] = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise WardspaceError(f"no condition: {pair}", where="--where", fix="write COLUMN=VALUE")
        values.setdefault(name, []).append(value)
    found: dict[str, Filter] = {name: OneOf(own) for name, own in values.items()}
    return found if start is None and end is None else {**found, TIME: Between(start, end)}


def check_columns(where: Mapping[str, Filter] | None, metadata: Collection[str]) -> None:
    """Refuse filters that the index knows nothing of.

    Raises
    ------
    WardspaceError
        If a column is not in the index, or a range is asked of one that is no time.
    """
    known = ("note_id", "patient_id", TIME, *metadata)
    for name, condition in (where or {}).items():
        if name not in known:
            raise WardspaceError(f"no such column in the index: {name}", fix=f"there are {', '.join(known)}")
        if isinstance(condition, Between) and name != TIME:
            raise WardspaceError(f"a range can be asked of {TIME} alone, not of {name}", fix="name its values")


def _flags(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    return np.asarray(pc.fill_null(column, False).to_numpy(), dtype=bool)
