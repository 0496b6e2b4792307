"""Copied-forward paragraphs: found in the notes of the spool, and cut from the later note if asked."""

from __future__ import annotations

import hashlib
import json
import math
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from wardspace.core.progress import progress
from wardspace.core.times import moment
from wardspace.corpus.note.clean import Edit, Offsets
from wardspace.corpus.note.scripts import count_words
from wardspace.corpus.note.spans import moved_spans
from wardspace.corpus.prepare.ledger import fingerprint
from wardspace.corpus.prepare.spool import Spool, read_spool
from wardspace.corpus.schema import TOKENS, Roles

_TABLE = "CREATE TABLE paragraphs (key BLOB PRIMARY KEY, at REAL, seq INTEGER) WITHOUT ROWID"
_EARLIEST = (
    "INSERT INTO paragraphs VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at, seq = excluded.seq"
    " WHERE (excluded.at, excluded.seq) < (at, seq)"
)
_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_LINE_END = re.compile(r"\n")


class Paragraph(NamedTuple):
    """Where a paragraph is in its note."""

    start: int
    end: int
    """Exclusive."""
    following: int
    """Where the next one begins, or the text ends."""


def paragraphs(text: str, fewest_words: int) -> Iterator[Paragraph]:
    """Yield the paragraphs of at least so many words.

    They are parted by empty lines; in a text without any, by line ends.
    """
    parted = _EMPTY_LINES if _EMPTY_LINES.search(text) else _LINE_END
    start = 0
    for end, following in [*(match.span() for match in parted.finditer(text)), (len(text), len(text))]:
        if count_words(text[start:end]) >= fewest_words:
            yield Paragraph(start, end, following)
        start = following


class Earliest:
    """The earliest note of each patient's paragraphs; on disk, so that memory does not grow.

    Paragraphs are the same if their letters and digits are, case aside.

    Parameters
    ----------
    connection : sqlite3.Connection
        The ledger's.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.execute(_TABLE)
        self._cursor = connection.cursor()

    def add(self, patient: str, paragraph: str, place: tuple[float, int]) -> None:
        """Take in a paragraph of the note at this place (its time, then its number)."""
        self._cursor.execute(_EARLIEST, (_key(patient, paragraph), *place))

    def before(self, patient: str, paragraph: str, place: tuple[float, int]) -> bool:
        """Whether a paragraph of the note at this place stood in an earlier one."""
        query = "SELECT at, seq FROM paragraphs WHERE key = ?"
        return bool(self._cursor.execute(query, (_key(patient, paragraph),)).fetchone() < place)


def _key(patient: str, paragraph: str) -> bytes:
    return hashlib.blake2b(fingerprint(paragraph) + patient.encode("utf-8"), digest_size=16).digest()


Row = dict[str, Any]
Place = tuple[float, int]


@dataclass
class Copied:
    """What was found."""

    paragraphs: int = 0
    """Paragraphs that stood in an earlier note."""
    notes: int = 0
    """Notes with such a paragraph."""
    words: int = 0
    """Words of such paragraphs."""
    without_time: int = 0
    """Notes without a time that can be read: they count as later than those with one."""
    spans_dropped: int = 0
    """Spans that were cut with their paragraph."""


class CopiedForward:
    """Finds paragraphs that stood word for word in an earlier note of the same patient.

    Earlier is by time (ISO 8601, or a number), among equals and without times by the order of rows.

    Parameters
    ----------
    spool : Path
        The notes.
    wanted : sequence of bool
        Which of them are in the corpus: only they count, as the earlier note and as the later.
    fewest_words : int
        Shorter paragraphs are passed over.
    """

    def __init__(self, spool: Path, wanted: Sequence[bool], fewest_words: int) -> None:
        self._spool, self._wanted, self._fewest_words = spool, wanted, fewest_words
        self.found = Copied()

    def learn(self, connection: sqlite3.Connection, *, show: bool) -> None:
        """Read all notes for the first time each paragraph was written."""
        self._earliest = Earliest(connection)
        for row, place in self._notes("reading paragraphs", show=show):
            self.found.without_time += place[0] == math.inf
            for part in paragraphs(row["text"], self._fewest_words):
                self._earliest.add(row["patient_id"], row["text"][part.start : part.end], place)

    def count(self, *, show: bool) -> None:
        """Count what was copied."""
        for row, place in self._notes("counting copied paragraphs", show=show):
            self._copied(row, place)

    def cut(self, into: Spool, roles: Roles, fewest_characters: int, *, show: bool) -> Iterator[int]:
        """Write all notes to another spool, each without what was copied; their spans move with the text.

        Yields
        ------
        int
            The number of each note of which fewer than `fewest_characters` are left; it is written as it was.
        """
        for number, row in enumerate(_rows(self._spool, "cutting copied paragraphs", len(self._wanted), show=show)):
            parts = self._copied(row, _place(row, number)) if self._wanted[number] else []
            short, dropped = _shortened(row, parts, roles.spans)
            if len(short["text"]) < fewest_characters:
                yield number
                short, dropped = row, 0
            self.found.spans_dropped += dropped
            into.put(tuple(short.values()))

    def _notes(self, what: str, *, show: bool) -> Iterator[tuple[Row, Place]]:
        for number, row in enumerate(_rows(self._spool, what, len(self._wanted), show=show)):
            if self._wanted[number]:
                yield row, _place(row, number)

    def _copied(self, row: Row, place: Place) -> list[Paragraph]:
        text, patient = row["text"], row["patient_id"]
        parts = [
            part
            for part in paragraphs(text, self._fewest_words)
            if self._earliest.before(patient, text[part.start : part.end], place)
        ]
        self.found.notes += bool(parts)
        self.found.paragraphs += len(parts)
        self.found.words += sum(count_words(text[part.start : part.end]) for part in parts)
        return parts


def _rows(spool: Path, what: str, total: int, *, show: bool) -> Iterator[Row]:
    with progress(f"{what} (notes)", total, show=show) as advance:
        for batch in read_spool(spool):
            yield from batch.to_pylist()
            advance(batch.num_rows)


def _place(row: Row, number: int) -> Place:
    """What orders the notes of a patient."""
    at = moment(row["time"])
    return (math.inf if at is None else at, number)


def _shortened(row: Row, parts: Sequence[Paragraph], spans: Sequence[str]) -> tuple[Row, int]:
    """A note without these paragraphs, and how many of its spans are gone with them."""
    if not parts:
        return row, 0
    text = row["text"]
    kept = zip([0, *(part.following for part in parts)], [*(part.start for part in parts), len(text)], strict=True)
    joined = "".join(text[start:end] for start, end in kept)
    trimmed = joined.rstrip()
    offsets = Offsets(
        [[Edit(part.start, part.following, 0) for part in parts], [Edit(len(trimmed), len(joined), 0)]],
    )
    short, dropped = row | {"text": trimmed, TOKENS: None}, 0
    for name in spans:
        moved, gone = moved_spans(json.loads(row[name]), offsets, len(text))
        short[name] = json.dumps(moved, ensure_ascii=False)
        dropped += gone
    return short, dropped
