"""A note as objectives see it: token ids without special tokens, and the codes of its metadata."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

Ids = npt.NDArray[np.int32]
MISSING = -1
"""Code of a metadata value that is not there."""


@dataclass(frozen=True, slots=True, eq=False)
class Example:
    """One note, tokenised whole.

    Parameters
    ----------
    note_id : str
        Name of the note; with seed and epoch it decides every draw made for it.
    ids : int32 [n]
        Token ids without special tokens.
    words : int32 [n], optional
        Index of the word each token belongs to, for whole-word masking.
    codes : mapping of str to int
        Metadata column to the code of its value; -1 where the value is missing.
    """

    note_id: str
    ids: Ids
    words: Ids | None = None
    codes: Mapping[str, int] = field(default_factory=dict)


class Reading(NamedTuple):
    """One reading of a note, or of one piece of it, in one epoch."""

    example: Example
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
    ids = reading.example.ids
    start, end = piece_bounds(len(ids), room, reading.piece)
    return ids[start:end]
