"""Examined chunks kept on disk while a corpus is prepared, so that an interrupted preparation goes on from there."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from wardspace.core.errors import machine_faults
from wardspace.corpus.duplicates.sketching import Sketch
from wardspace.corpus.note.mending_tally import MendingTally
from wardspace.corpus.note.note import Note, Unusable
from wardspace.corpus.note.spans import SpanTypes
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.processing.chunks import Chunk, Examined, ExaminedChunk
from wardspace.corpus.processing.work import Work

_TEXTS = pa.list_(pa.string())
_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("fault_kind", pa.string()),  # null for a usable note, all columns below null for any other row
        ("fault", pa.string()),
        ("note_id", pa.string()),
        ("patient_id", pa.string()),
        ("time", pa.string()),
        ("text", pa.string()),
        ("categories", _TEXTS),
        ("spans", _TEXTS),
        ("stratum", pa.string()),
        ("changed", _TEXTS),
        ("split", pa.string()),
        ("beside", _TEXTS),
        ("identifiers", pa.list_(_TEXTS)),
        ("reviewed", pa.bool_()),
        ("readings", pa.list_(_TEXTS)),
        ("tokens", pa.int64()),
        ("shingles", pa.binary()),
        ("digests", pa.binary()),
    ]
)
_NOTHING = (None,) * (len(_SCHEMA) - 4)


def packed(chunk: ExaminedChunk) -> bytes:
    """A chunk as an Arrow stream."""
    columns = list(zip(*map(_values, chunk.rows), strict=True)) or [()] * len(_SCHEMA)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, _SCHEMA, strict=True)]
    learned = {name: types.state() for name, types in chunk.span_types.items()}
    about = json.dumps({"span_types": learned, "spans_dropped": chunk.spans_dropped, "mending": chunk.mending.state()})
    schema = _SCHEMA.with_metadata({"chunk": about})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as writer:
        writer.write_batch(pa.record_batch(arrays, schema=schema))
    content: bytes = sink.getvalue().to_pybytes()
    return content


def unpacked(content: bytes) -> ExaminedChunk:
    """A chunk from an Arrow stream.

    Raises
    ------
    pyarrow.ArrowInvalid, OSError
        If it is not whole.
    """
    with pa.ipc.open_stream(pa.py_buffer(content)) as reader:
        table = reader.read_all()
    about = json.loads(table.schema.metadata[b"chunk"])
    rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
    learned = {name: SpanTypes.of(state) for name, state in about["span_types"].items()}
    mending = MendingTally.of(about["mending"])
    return ExaminedChunk([_examined(*row) for row in rows], learned, about["spans_dropped"], mending)


def _values(row: Examined) -> tuple[Any, ...]:
    found = row.found
    if isinstance(found, Unusable):
        # an undecodable id is no id, and lone surrogates cannot be stored either
        known = None if found.note_id is None else found.note_id.encode("utf-8", "replace").decode()
        return (row.number, *found.fault, known, *_NOTHING)
    sketch = (None, None) if found.sketch is None else tuple(part.tobytes() for part in found.sketch)
    return (row.number, None, None, *found[:-1], *sketch)


def _examined(number: int, kind: str | None, reason: str, note_id: str, *values: Any) -> Examined:
    if kind is not None:
        return Examined(number, Unusable(note_id, Fault(kind, reason)))
    patient, time, text, categories, spans, stratum, changed, split, beside, marks, *rest = values
    reviewed, readings, tokens, shingles, digests = rest
    sketch = None
    if shingles is not None:
        sketch = Sketch(np.frombuffer(shingles, np.uint64), np.frombuffer(digests, np.uint32))
    lists = tuple(categories), tuple(spans), stratum, tuple(changed), split, tuple(beside)
    identifiers = tuple(tuple(mark) for mark in marks), reviewed, tuple(tuple(reading) for reading in readings)
    return Examined(number, Note(note_id, patient, time, text, *lists, *identifiers, tokens, sketch))


class Shards:
    """A folder of examined chunks, one file each, named by what is in the chunk and by what was done to it.

    So a shard is used again where both are the same, whatever else has changed: rows may have been added after it, or
    the split may be another. The folder holds text of notes; it is gone once the corpus is written.

    Parameters
    ----------
    folder : Path
        Where shards lie; made when the first is written.
    identity : str
        Of the work (see `Work.identity`).
    """

    def __init__(self, folder: Path, identity: str) -> None:
        self.folder, self._identity = folder, identity

    def examined(self, work: Work, chunk: Chunk) -> ExaminedChunk:
        """A chunk after the work: as it was kept, else worked on now and kept."""
        path = self._path(chunk)
        known = _read(path)
        if known is not None:
            return known[1]
        outcome = work.done(chunk)
        self._keep(path, packed(outcome))
        return outcome

    def done(self, work: Work, chunk: Chunk) -> bytes:
        """The same as bytes (see `packing`)."""
        path = self._path(chunk)
        known = _read(path)
        if known is not None:
            return known[0]
        content = packed(work.done(chunk))
        self._keep(path, content)
        return content

    def _path(self, chunk: Chunk) -> Path:
        return self.folder / f"{self._identity}-{chunk.digest()}"

    def _keep(self, path: Path, content: bytes) -> None:
        with machine_faults(path):
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            scratch = path.with_name(f".{path.name}-{os.getpid()}")
            try:
                scratch.write_bytes(content)
                scratch.replace(path)
            finally:
                scratch.unlink(missing_ok=True)

    def count(self) -> int:
        """Shards of this work that are kept."""
        return sum(1 for _ in self.folder.glob(f"{self._identity}-*")) if self.folder.is_dir() else 0

    def remove(self) -> None:
        """Remove all shards, those of other works too."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _read(path: Path) -> tuple[bytes, ExaminedChunk] | None:
    """A shard as it is kept and as what it says; None where there is none.

    One that cannot be read is none: a machine that lost its power may leave such.
    """
    if not path.is_file():
        return None
    content = path.read_bytes()
    try:
        return content, unpacked(content)
    except (pa.ArrowInvalid, OSError):
        return None
