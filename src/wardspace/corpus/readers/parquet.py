"""Parquet files, read a few rows at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import MARK
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.row import Row
from wardspace.corpus.values.canonical import canonical, number

_ROWS = 512


class ParquetReader:
    """Reads one Parquet file.

    Parameters
    ----------
    file : SourceFile
        The file; a gzipped one is unpacked into `scratch` first, since Parquet is read from its end.
    needed : tuple of str
        Columns to read.
    scratch : Path
        Folder for the unpacked file.
    any_case : bool
        Take a column whose name differs in case only, as formats with published names need it.

    Raises
    ------
    CorpusError
        If it is no Parquet file, is damaged, or lacks a column.
    """

    encoding: str | None = None

    def __init__(self, file: SourceFile, needed: tuple[str, ...], scratch: Path, *, any_case: bool = False) -> None:
        self.name, self.format, self.size = file.name, file.format, file.size
        self.warnings: list[str] = []
        self._file, self._needed, self._scratch = file, needed, scratch
        self._share, self._any_case = 0.0, any_case
        if not file.gzipped:
            with self._faults(), pq.ParquetFile(file.path) as opened:
                self._stored(opened)

    def position(self) -> int:
        """Bytes read so far, judged by the rows."""
        return int(self._share * self.size)

    def rows(self) -> Iterator[Row]:
        """Yield the rows."""
        if not self._file.gzipped:
            yield from self._rows_of(self._file.path)
            return
        self._scratch.mkdir(parents=True, exist_ok=True)
        # without a name, so that a killed process leaves nothing
        with tempfile.TemporaryFile(dir=self._scratch) as unpacked:
            with read_faults(str(self._file.path)), self._file.open() as (handle, _):
                shutil.copyfileobj(handle, unpacked, 1 << 20)
            unpacked.seek(0)
            yield from self._rows_of(unpacked)

    def _rows_of(self, source: Path | IO[bytes]) -> Iterator[Row]:
        number = 0
        # Small buffers: a row group may hold gigabytes, and only some rows of it are wanted at a time.
        with self._faults(), pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False) as opened:
            stored = self._stored(opened)
            total = max(1, opened.metadata.num_rows)
            for batch in opened.iter_batches(batch_size=_ROWS, columns=list(stored)):
                for values in rows_of_batch(batch, stored):
                    number += 1
                    yield Row(number, values)
                self._share = number / total

    def _stored(self, opened: pq.ParquetFile) -> tuple[str, ...]:
        """The columns needed, under the names they have in the file."""
        existing = opened.schema_arrow.names
        stored = stored_names(existing, self._needed) if self._any_case else self._needed
        check_columns(existing, stored, self.name)
        return stored

    def _faults(self) -> ArrowFaults:
        return ArrowFaults(self.name)


class ArrowFaults:
    """Tells faults that Arrow finds in a file as a `CorpusError`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        # errors of the operating system carry a number, those of Arrow's own reading do not
        arrows_own = isinstance(error, OSError) and error.errno is None
        if arrows_own or isinstance(error, pa.ArrowInvalid | UnicodeDecodeError):
            raise CorpusError(
                "not a Parquet file, or a damaged one", where=self._name, fix="export the file again"
            ) from error


def rows_of_batch(batch: pa.RecordBatch, needed: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    """Rows of an Arrow batch as Python values: nested columns as they are, all others as text or None."""
    return zip(*(_values(batch.column(batch.schema.get_field_index(name))) for name in needed), strict=True)


def _values(column: pa.Array) -> list[Any]:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_nested(column.type):
        return list(column.to_pylist())
    if pa.types.is_decimal(column.type):
        return [canonical(value) for value in column.to_pylist()]
    if pa.types.is_floating(column.type):
        return [None if value is None else number(float(value)) for value in pc.cast(column, pa.string()).to_pylist()]
    if not pa.types.is_binary(column.type) and not pa.types.is_large_binary(column.type):
        column = pc.cast(column, pa.large_string()).view(pa.large_binary())
    # Arrow promises valid UTF-8 but not every writer keeps the promise; a bad row is marked, and only that row.
    return [None if value is None else value.decode("utf-8", MARK) for value in column.to_pylist()]
