"""What objectives learn from: token ids without special tokens, and what is known of the text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
MISSING = -1
"""Code of a metadata value that is not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """One thing to learn from: a note, tokenised whole.

    Parameters
    ----------
    id : str
        Its name; with seed and epoch it decides every draw made for it.
    ids : int32 [n]
        Token ids without special tokens.
    words : int32 [n], optional
        Index of the word each token belongs to, for whole-word masking.
    offsets : int32 [n, 2], optional
        First character of each token in the text, and the one after its last.
    targets : mapping of str to ndarray
        What is known of it, by name: under the name of a metadata column the code of its value, int32 [].
    """

    id: str
    ids: Ids
    words: Ids | None = None
    offsets: Ids | None = None
    targets: Mapping[str, npt.NDArray[Any]] = field(default_factory=dict)

    def code(self, column: str) -> int:
        """Code of the unit's value in a column; `MISSING` where it has none."""
        return int(self.targets[column]) if column in self.targets else MISSING


class Reading(NamedTuple):
    """One reading of a unit, or of one piece of it, in one epoch."""

    unit: Unit
    epoch: int
    piece: int = 0


def piece_count(length: int, room: int) -> int:
    """Pieces of nearly equal length, each fitting the window, that a note of so many tokens is read in."""
    return -(-length // room)


def piece_bounds(length: int, room: int, piece: int) -> tuple[int, int]:
    """Where a piece starts and ends; together the pieces hold every token once."""
    pieces = piece_count(length, room)
    return length * piece // pieces, length * (piece + 1) // pieces


def piece_of(reading: Reading, room: int) -> Ids:
    """The tokens of a reading's piece."""
    ids = reading.unit.ids
    start, end = piece_bounds(len(ids), room, reading.piece)
    return ids[start:end]
