"""Paragraphs of a note, and which of them stood in an earlier note of the same patient."""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Iterator
from typing import NamedTuple

from wardspace.corpus.fingerprint import fingerprint

_TABLE = "CREATE TABLE paragraphs (key BLOB PRIMARY KEY, at REAL, seq INTEGER) WITHOUT ROWID"
_EARLIEST = (
    "INSERT INTO paragraphs VALUES (?, ?, ?) ON CONFLICT (key) DO UPDATE SET at = excluded.at, seq = excluded.seq"
    " WHERE (excluded.at, excluded.seq) < (at, seq)"
)
_EMPTY_LINES = re.compile(r"\n(?:[^\S\n]*\n)+")
_LINE_END = re.compile(r"\n")


class Paragraph(NamedTuple):
    """Where a paragraph stands in its note."""

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
        if len(text[start:end].split()) >= fewest_words:
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
