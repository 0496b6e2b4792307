"""Rows that are left out: which, where they are, and why. Nothing is dropped silently."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from wardspace.core.files import Writer

SCHEMA = pa.schema(
    [
        ("file", pa.string()),
        ("row", pa.int64()),
        ("note_id", pa.string()),
        ("kind", pa.string()),
        ("reason", pa.string()),
    ]
)
"""Columns of rejects.parquet. `row` is a line number in text files and a row number in Parquet, both from 1."""

_BATCH = 10_000


class Fault(NamedTuple):
    """Why a row cannot be used."""

    kind: str
    """The sort of fault, one of a few: which the counts use."""
    reason: str
    """The fault of this row in words; never any text of the note."""


NO_ID = Fault("missing note id", "missing note id")
EMPTY = Fault("empty text", "empty or blank text")
NUL = Fault("NUL bytes", "NUL bytes")
NOTHING_LEFT = Fault("nothing left after cleaning", "nothing left after cleaning")
SEEN = Fault("note id seen before", "this note id was seen before")
NOT_DRAWN = "not in the sample"
DUPLICATE = "duplicate text"
EARLIER_VERSION = "earlier version"
NEAR = "near-duplicate"
LEAKED = "near-duplicate in another split"
COPIED = "copied forward"
NO_TIME = Fault("no time that can be read", "no time that can be read, and notes are split by time")
EARLIER_PATIENT = "patient of an earlier period"
UNDECODABLE = "undecodable bytes"
DAMAGED = "damaged file"
UNCLOSED = "quote never closed"
TOO_LONG = "too long"
MALFORMED_SPANS = "malformed spans"


def missing_text(word: str) -> Fault:
    """A note of nothing but a word that the study takes for a missing value."""
    return Fault(EMPTY.kind, f"the text is {word!r}, a word for a missing value")


def undecodable(column: str) -> Fault:
    """Bytes that the file's encoding does not know."""
    return Fault(UNDECODABLE, f"bytes in column {column!r} that do not decode")


def duplicate(note_id: str) -> Fault:
    """The same normalised text as an earlier note."""
    return Fault(DUPLICATE, f"duplicate of {note_id}")


def earlier_version(note_id: str) -> Fault:
    """A note that was stored again, changed or not."""
    return Fault(EARLIER_VERSION, f"an earlier version of {note_id}")


def near_duplicate(note_id: str, similarity: float) -> Fault:
    """A note much like one that is kept."""
    return Fault(NEAR, f"near-duplicate of {note_id} (similarity {similarity:.3f})")


def leaked(note_id: str, split: str, similarity: float) -> Fault:
    """A training note much like one of another split."""
    return Fault(LEAKED, f"training note, near-duplicate of {note_id} in {split} (similarity {similarity:.3f})")


def copied_forward(characters: int) -> Fault:
    """A note with nothing of its own."""
    return Fault(
        COPIED, f"fewer than {characters} characters are left without paragraphs of the patient's earlier notes"
    )


def earlier_patient(split: str, earlier: str) -> Fault:
    """A note of a later period by time whose patient has notes in an earlier one."""
    return Fault(EARLIER_PATIENT, f"from the time of {split}, of a patient who is in {earlier}")


class Rejects(Writer):
    """Writes rejects.parquet as the rows come, and counts them by kind; a context manager.

    Parameters
    ----------
    path : Path
        The file to write.
    """

    def __init__(self, path: Path) -> None:
        self.counts: Counter[str] = Counter()
        self._writer = pq.ParquetWriter(path, SCHEMA, compression="zstd")
        self._rows: list[tuple[str, int, str | None, str, str]] = []

    def add(self, file: str, row: int, note_id: str | None, fault: Fault) -> None:
        """Note one row left out."""
        self.counts[fault.kind] += 1
        # An undecodable id is no id; lone surrogates cannot be stored either.
        known = None if note_id is None else note_id.encode("utf-8", "replace").decode()
        self._rows.append((file, row, known, fault.kind, fault.reason))
        if len(self._rows) >= _BATCH:
            self._flush()

    def _flush(self) -> None:
        columns = list(zip(*self._rows, strict=True)) if self._rows else [()] * len(SCHEMA)
        arrays = [pa.array(column, field.type) for column, field in zip(columns, SCHEMA, strict=True)]
        self._writer.write_batch(pa.record_batch(arrays, schema=SCHEMA))
        self._rows.clear()

    def _close(self) -> None:
        self._writer.close()
