"""The notes between the two passes: written once, read once, then gone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any

import pyarrow as pa
import pyarrow.ipc

from wardspace.corpus.note.note import Note
from wardspace.corpus.schema import Roles, spool_schema

_ROWS = 2048
_CHARACTERS = 8 * 2**20
_TEXT = 3
"""Place of the text among the values of a note."""


class Spool:
    """Writes cleaned notes to a file in batches bounded in rows and in characters; a context manager.

    Parameters
    ----------
    path : Path
        The file.
    roles : Roles
        Which columns there are.
    """

    def __init__(self, path: Path, roles: Roles) -> None:
        self.path, self._schema = path, spool_schema(roles)
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        self._sink = pa.OSFile(str(path), "wb")
        self._writer = pa.ipc.new_stream(self._sink, self._schema, options=options)
        self._rows: list[tuple[Any, ...]] = []
        self._characters = 0

    def add(self, note: Note, patient: str, file: str, row: int) -> None:
        """Write one note."""
        self.put((note.note_id, patient, note.time, note.text, *note.categories, *note.spans, note.tokens, file, row))

    def put(self, values: tuple[Any, ...]) -> None:
        """Write the values of one note, in the order of the schema."""
        self._rows.append(values)
        self._characters += len(values[_TEXT])
        if len(self._rows) >= _ROWS or self._characters >= _CHARACTERS:
            self._flush()

    def _flush(self) -> None:
        if self._rows:
            columns = zip(*self._rows, strict=True)
            arrays = [pa.array(column, field.type) for column, field in zip(columns, self._schema, strict=True)]
            self._writer.write_batch(pa.record_batch(arrays, schema=self._schema))
        self._rows.clear()
        self._characters = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._sink:
            if error is None:
                self._flush()
                self._writer.close()


def read_spool(path: Path) -> Iterator[pa.RecordBatch]:
    """Yield the batches in the order of writing."""
    with pa.OSFile(str(path), "rb") as source, pa.ipc.open_stream(source) as reader:
        yield from reader
