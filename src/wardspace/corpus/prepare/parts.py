"""The files of a corpus' notes, and the hash of what is in them."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.core.files import Writer
from wardspace.corpus.schema import Roles

PART_NOTES = 50_000
"""Notes after which a new part begins."""

_GROUP_ROWS = 4096
_GROUP_BYTES = 16 * 2**20


class PartsWriter(Writer):
    """Writes `part-00000.parquet` and so on, in small row groups; a context manager.

    Parameters
    ----------
    folder : Path
        An existing folder.
    schema : pa.Schema
        Columns of the notes.
    roles : Roles
        Which of them are categories.
    part_notes : int
        Notes after which a new part begins.
    """

    def __init__(self, folder: Path, schema: pa.Schema, roles: Roles, part_notes: int = PART_NOTES) -> None:
        self.names: list[str] = []
        self._folder, self._schema, self._part_notes = folder, schema, part_notes
        # texts and ids hardly repeat: a dictionary of them would only cost memory
        self._dictionaries = ["split", *roles.categories]
        self._writer: pq.ParquetWriter | None = None
        self._written = 0
        self._waiting: list[pa.RecordBatch] = []

    def write(self, batch: pa.RecordBatch) -> None:
        """Write some notes."""
        self._waiting.append(batch)
        rows, size = sum(b.num_rows for b in self._waiting), sum(b.nbytes for b in self._waiting)
        if rows >= _GROUP_ROWS or size >= _GROUP_BYTES or self._written + rows >= self._part_notes:
            self._flush()

    def _flush(self) -> None:
        table = pa.Table.from_batches(self._waiting, self._schema)
        self._waiting.clear()
        while table.num_rows:
            room = self._part_notes - self._written
            self._part().write_table(table.slice(0, room), row_group_size=_GROUP_ROWS)
            self._written += min(room, table.num_rows)
            table = table.slice(room)
            if self._written >= self._part_notes:
                self._close()

    def _part(self) -> pq.ParquetWriter:
        if self._writer is None:
            self.names.append(f"part-{len(self.names):05d}.parquet")
            self._writer = pq.ParquetWriter(
                self._folder / self.names[-1],
                self._schema,
                compression="zstd",
                use_dictionary=self._dictionaries,
                write_statistics=["split"],
            )
        return self._writer

    def _close(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer, self._written = None, 0


class ContentHash:
    """SHA-256 over the names of the columns and then each note's values, whatever the parts and batches.

    Parameters
    ----------
    names : list of str
        Columns, in the order of the values.
    """

    def __init__(self, names: list[str]) -> None:
        self._hasher = hashlib.sha256()
        self._encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
        self._add(names)

    def _add(self, values: list[str] | tuple[str | None, ...]) -> None:
        # JSON tells ("ab", "c") from ("a", "bc") and a missing value from an empty one
        self._hasher.update((self._encode(values) + "\n").encode("utf-8"))

    def add(self, columns: list[list[str | None]]) -> None:
        """Take in some notes, given column by column."""
        for row in zip(*columns, strict=True):
            self._add(row)

    def hexdigest(self) -> str:
        """The hash of what was taken in so far: 64 hex digits."""
        return self._hasher.hexdigest()
