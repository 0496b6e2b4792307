"""Rows in chunks: where one ends depends on the rows of its file alone, so that every engine cuts alike."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note, Unusable
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.readers import Row

ROWS, CHARACTERS = 512, 2**20
"""A chunk ends with the row that brings it to either."""

_ENCODE = json.JSONEncoder(default=str, separators=(",", ":")).encode


class Chunk(NamedTuple):
    """Some rows of a file, one after the other."""

    file: str
    rows: list[Row]

    def digest(self) -> str:
        """SHA-256 over the file's name and everything in the rows, as 32 hex digits."""
        hasher = hashlib.sha256(_ENCODE(self.file).encode())
        for row in self.rows:
            hasher.update(b"\n" + _ENCODE(row).encode())
        return hasher.hexdigest()[:32]


class Examined(NamedTuple):
    """A row's place, and what became of it."""

    number: int
    found: Note | Unusable


@dataclass(frozen=True)
class ExaminedChunk:
    """What became of the rows of a chunk.

    Parameters
    ----------
    rows : list of Examined
        In the order of the file.
    span_types : dict of SpanTypes
        What was learned of each column of spans.
    spans_dropped : int
        Spans that are gone.
    mending : MendingTally
        What was done to mentions that quote their words.
    """

    rows: list[Examined]
    span_types: dict[str, SpanTypes]
    spans_dropped: int
    mending: MendingTally


def chunks(file: str, rows: Iterable[Row]) -> Iterator[Chunk]:
    """Cut the rows of a file into chunks."""
    held: list[Row] = []
    characters = 0
    for row in rows:
        held.append(row)
        characters += sum(len(value) for value in row.values or () if isinstance(value, str))
        if len(held) >= ROWS or characters >= CHARACTERS:
            yield Chunk(file, held)
            held, characters = [], 0
    if held:
        yield Chunk(file, held)
