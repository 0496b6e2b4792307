"""What every reader gives: rows with their place, and faults in the place of rows that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Protocol

from wardspace.corpus.note.mending import Mending
from wardspace.corpus.prepare.rejects import Fault


class Row(NamedTuple):
    """One row of a source."""

    number: int
    """Its line (text files) or its row (Parquet), counted from 1."""
    values: tuple[Any, ...] | None
    """Values of the needed columns in their order; None where the row cannot be read."""
    fault: Fault | None = None
    """Why the row cannot be read or, where it has values, why its format says that it is no note to use."""
    mending: tuple[str, Mending] | None = None
    """The column of its mentions, and what was done to them, where its format has them quote their words."""


class Reader(Protocol):
    """Reads one file. A fault of the file is a `CorpusError`, a fault of a row is a `Row` with `fault`."""

    @property
    def name(self) -> str:
        """Name of the file for people: without the folders of this machine."""

    @property
    def format(self) -> str:
        """Format it is read as: a key of `READERS`."""

    @property
    def size(self) -> int:
        """What the progress bar counts up to (bytes, or notes of the ward)."""

    @property
    def encoding(self) -> str | None:
        """Text encoding the file is read with; None where the format settles it."""

    @property
    def warnings(self) -> list[str]:
        """What a reader of the results must know about how this file was read."""

    def rows(self) -> Iterator[Row]:
        """Yield the rows in the order of the file."""

    def position(self) -> int:
        """How much of `size` is read."""
