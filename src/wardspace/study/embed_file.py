"""Vectors of notes that belong to no study: a file in, a Parquet file out."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError, machine_faults
from wardspace.core.progress import progress
from wardspace.corpus.readers import Reader, Row, open_readers, source_files
from wardspace.corpus.rejects import EMPTY, NO_ID, NUL
from wardspace.encoders import Encoder

ROWS = 4096
"""Notes encoded at once."""


def embed_file(
    encoder: Encoder, source: SourceConfig, out: Path, *, text: str = "text", note_id: str = "note_id"
) -> tuple[int, Counter[str]]:
    """Embed the notes of a file.

    Parameters
    ----------
    encoder : Encoder
        The model.
    source : SourceConfig
        A file, folder or glob of CSV, TSV, Parquet or JSONL.
    out : Path
        Parquet file to write: `note_id` (string) and `vector` (float32 of fixed length), in the order of the source.
        It holds no text.
    text, note_id : str
        Names of the columns.

    Returns
    -------
    embedded : int
        Rows written.
    left_out : Counter of str
        Rows left out by reason.

    Raises
    ------
    CorpusError
        For a fault of the source as a whole, where no row is left, or where `out` is a folder or one of the sources.
    """
    _check_target(source, out)
    schema = pa.schema([("note_id", pa.string()), ("vector", pa.list_(pa.float32(), encoder.dimension))])
    done = 0
    left_out: Counter[str] = Counter()
    scratch = out.with_name(f".{out.name}.part")
    with machine_faults(out), tempfile.TemporaryDirectory(prefix="wardspace-") as work:
        out.parent.mkdir(parents=True, exist_ok=True)
        readers = open_readers(source, (note_id, text), Path(work))
        try:
            with (
                pq.ParquetWriter(scratch, schema) as writer,
                progress("embedding", sum(reader.size for reader in readers)) as advance,
            ):
                for ids, texts, faults, read in _chunks(readers):
                    left_out.update(faults)
                    done += len(ids)
                    if ids:
                        vectors = pa.array(encoder.encode(texts, show_progress=False).ravel())
                        columns = [pa.array(ids), pa.FixedSizeListArray.from_arrays(vectors, encoder.dimension)]
                        writer.write_table(pa.Table.from_arrays(columns, schema=schema))
                    advance(read)
            if not done:
                raise CorpusError("no row has both an id and a text", where=source.path, fix="name --id and --text")
            scratch.replace(out)
        finally:
            scratch.unlink(missing_ok=True)
    return done, left_out


def _check_target(source: SourceConfig, out: Path) -> None:
    if out.is_dir():
        raise CorpusError(
            "a folder stands where the file of vectors should be", where=out, fix="name a file with --out"
        )
    files = [] if source.path is None else source_files(source)
    if any(file.path.resolve() == out.resolve() for file in files):
        raise CorpusError("this would overwrite the notes", where=out, fix="name another file with --out")


def _chunks(readers: list[Reader]) -> Iterator[tuple[list[str], list[str], list[str], int]]:
    """Yield ids, texts, reasons of the rows left out, and how much of the source was read for them."""
    for reader in readers:
        ids: list[str] = []
        texts: list[str] = []
        faults: list[str] = []
        position = 0
        for row in reader.rows():
            name, text = row.values or (None, None)
            if fault := _fault(row, name, text):
                faults.append(fault)
                continue
            ids.append(str(name).strip())
            texts.append(str(text))
            if len(ids) == ROWS:
                yield ids, texts, faults, reader.position() - position
                ids, texts, faults, position = [], [], [], reader.position()
        yield ids, texts, faults, reader.size - position


def _fault(row: Row, name: object, text: object) -> str | None:
    """Why a row cannot be embedded."""
    if row.fault:
        return row.fault.kind
    if name is None or not str(name).strip():
        return NO_ID.kind
    if not str(text or "").strip():
        return EMPTY.kind
    return NUL.kind if "\x00" in str(text) else None
