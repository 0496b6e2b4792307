"""Parquet files, read a few rows at a time."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.core.errors import CorpusError
from wardspace.corpus.note.encoding import codec_name
from wardspace.corpus.readers.arrow_values import VALUE, check_types, rows_of_batch
from wardspace.corpus.readers.boundary import FAULTS
from wardspace.corpus.readers.columns import check_columns, stored_names
from wardspace.corpus.readers.damage import over
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.row import Row

_ROWS = 512
_WRITTEN_OUT = 256 * 2**20
"""Bytes that a batch may take, if the texts in its lists that are stored once were as long as the longest can be."""


class ParquetReader:
    """Reads one Parquet file.

    Values come as text: UUIDs and other bytes of a fixed number in their usual form, binary columns decoded.

    Parameters
    ----------
    file : SourceFile
        The file; a gzipped one is unpacked into `scratch` first, since Parquet is read from its end.
    needed : tuple of str
        Columns to read.
    scratch : Path
        Folder for the unpacked file.
    encoding : str
        Encoding of binary columns; `auto` is UTF-8.
    any_case : bool
        Take a column whose name differs in case only, as formats with published names need it.

    Raises
    ------
    CorpusError
        If it is no Parquet file, is damaged, passes a limit, lacks a column, or one has no form as text.
    """

    encoding: str | None = None

    def __init__(
        self,
        file: SourceFile,
        needed: tuple[str, ...],
        scratch: Path,
        encoding: str = "auto",
        *,
        any_case: bool = False,
    ) -> None:
        self.name, self.format, self.size = file.name, file.format, file.size
        self.warnings: list[str] = []
        self._file, self._needed, self._scratch = file, needed, scratch
        self._share, self._any_case = 0.0, any_case
        self._binary = "utf-8" if encoding == "auto" else codec_name(encoding)
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
        number, most = 0, self._file.limits.row_characters
        with self._faults(), pq.ParquetFile(source) as looked_at:
            stored = self._stored(looked_at)
            shared = shared_texts(looked_at.metadata, stored)
            rows = _rows_at_once(looked_at.metadata, stored)
        with self._faults(), opened_bit_by_bit(source, shared) as opened:
            total = max(1, opened.metadata.num_rows)
            for batch in opened.iter_batches(batch_size=rows, columns=list(stored)):
                numbers = range(number + 1, number + batch.num_rows + 1)
                yield from rows_of_batch(batch, stored, numbers, encoding=self._binary, most=most)
                number += batch.num_rows
                self._share = number / total

    def _stored(self, opened: pq.ParquetFile) -> tuple[str, ...]:
        """The columns needed, under the names they have in the file."""
        existing = opened.schema_arrow.names
        stored = stored_names(existing, self._needed) if self._any_case else self._needed
        check_columns(existing, stored, self.name)
        check_types(opened.schema_arrow, stored, self.name)
        check_sizes(opened.metadata, stored, self._file)
        return stored

    def _faults(self) -> ArrowFaults:
        return ArrowFaults(self.name)


def opened_bit_by_bit(source: Path | IO[bytes], shared: Sequence[str] = ()) -> pq.ParquetFile:
    """Open a file with small buffers: a row group may hold gigabytes, and some rows of it are wanted at a time."""
    return pq.ParquetFile(source, buffer_size=1 << 20, pre_buffer=False, read_dictionary=list(shared))


def shared_texts(metadata: pq.FileMetaData, columns: Sequence[str]) -> list[str]:
    """Texts that the file itself stores once for many rows: to write them out for each would take any memory."""
    found = {
        chunk.path_in_schema: None
        for chunk in _chunks(metadata, columns)
        if _is_shared(chunk) and chunk.path_in_schema in columns
    }
    return list(found)


def _rows_at_once(metadata: pq.FileMetaData, columns: Sequence[str]) -> int:
    """Rows of a batch: as many as `_WRITTEN_OUT` bytes hold, in the row group whose rows are the largest."""
    size = 0.0
    for i in range(metadata.num_row_groups):
        group = metadata.row_group(i)
        chunks = _chunks_of(group, columns)
        size = max(size, sum(_written_out(chunk, columns) for chunk in chunks) / max(1, group.num_rows))
    return max(1, min(_ROWS, int(_WRITTEN_OUT / max(1, size))))


def _written_out(chunk: pq.ColumnChunkMetaData, columns: Sequence[str]) -> int:
    """Bytes that the values of a column chunk take at most once they are read."""
    packed, count = int(chunk.total_uncompressed_size), int(chunk.num_values)
    if chunk.path_in_schema in columns:
        return packed  # of texts that are stored once, once
    # Arrow writes them out in lists, each as long as the longest can be
    return VALUE * count + (packed * count if _is_shared(chunk) else packed)


def _is_shared(chunk: pq.ColumnChunkMetaData) -> bool:
    return bool(chunk.has_dictionary_page and chunk.physical_type == "BYTE_ARRAY")


def check_sizes(metadata: pq.FileMetaData, columns: Sequence[str], file: SourceFile) -> None:
    """Check that what is packed in the columns is within the limits of a file.

    Raises
    ------
    CorpusError
        If it is not.
    """
    size = 0
    for chunk in _chunks(metadata, columns):
        size += chunk.total_uncompressed_size
        in_lists = 8 * (chunk.num_values - metadata.num_rows)
        for unpacked in (chunk.total_uncompressed_size, in_lists):
            too_large = over(unpacked, chunk.total_compressed_size, file.limits) or over(size, file.size, file.limits)
            if too_large:
                raise CorpusError(
                    f"column {chunk.path_in_schema!r} of the Parquet file {too_large}",
                    where=file.name,
                    fix="leave the file out, or raise this limit if it is sound",
                )


def _chunks(metadata: pq.FileMetaData, columns: Sequence[str]) -> Iterator[pq.ColumnChunkMetaData]:
    for i in range(metadata.num_row_groups):
        yield from _chunks_of(metadata.row_group(i), columns)


def _chunks_of(group: pq.RowGroupMetaData, columns: Sequence[str]) -> Iterator[pq.ColumnChunkMetaData]:
    for j in range(group.num_columns):
        chunk = group.column(j)
        if chunk.path_in_schema in columns or chunk.path_in_schema.split(".")[0] in columns:
            yield chunk


class ArrowFaults:
    """Tells faults that Arrow finds in a file as a `CorpusError`."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        # errors of the operating system carry a number, those of Arrow's own reading do not
        arrows_own = isinstance(error, OSError) and error.errno is None
        if arrows_own or isinstance(error, (pa.ArrowException, *FAULTS)):
            raise CorpusError(
                "not a Parquet file, or a damaged one", where=self._name, fix="export the file again"
            ) from error
