"""What must be remembered of every note while a corpus is prepared, kept on disk so that memory does not grow."""

from __future__ import annotations

import errno
import hashlib
import re
import sqlite3
import string
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from wardspace.corpus.prepare.rejects import Fault

_ASIDE = re.compile(r"[\W_]+")
_LOWER = bytes.maketrans(string.ascii_uppercase.encode(), string.ascii_lowercase.encode())
_ASIDE_ASCII = bytes(code for code in range(128) if not chr(code).isalnum())


def normalised(text: str) -> str:
    """The text's letters and digits in lower case; a text that has none stays as it is, without outer blanks."""
    return _ASIDE.sub("", text.casefold()) or text.strip()


def fingerprint(text: str) -> bytes:
    """16 bytes that name the normalised text (BLAKE2b, so that chance collisions do not happen)."""
    if text.isascii():
        # the same as below, a good deal faster for the commonest case
        key = text.encode("ascii").translate(_LOWER, _ASIDE_ASCII) or text.strip().encode("ascii")
    else:
        key = normalised(text).encode("utf-8")
    return hashlib.blake2b(key, digest_size=16).digest()


_CACHE_KIB = 16 * 1024

_TABLES = """
CREATE TABLE ids (key BLOB PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE texts (key BLOB PRIMARY KEY, note_id TEXT) WITHOUT ROWID;
CREATE TABLE sides (seq INTEGER PRIMARY KEY, text BLOB, other BLOB);
CREATE TABLE later (seq INTEGER PRIMARY KEY, key BLOB);
CREATE TABLE notes (seq INTEGER PRIMARY KEY, note_id TEXT, patient TEXT, stratum TEXT, draw INTEGER, kept INTEGER);
CREATE TABLE given (patient TEXT PRIMARY KEY, split TEXT) WITHOUT ROWID;
CREATE TABLE left_out (seq INTEGER PRIMARY KEY, kind TEXT, reason TEXT);
CREATE TABLE respelled (seq INTEGER PRIMARY KEY);
CREATE TABLE draws (draw INTEGER, seq INTEGER, PRIMARY KEY (draw, seq)) WITHOUT ROWID;
"""


class Ledger:
    """Ids and texts seen, and the patient and stratum of every note kept; a context manager.

    Parameters
    ----------
    path : Path
        A new SQLite file, of no use once the corpus is written.
    """

    def __init__(self, path: Path) -> None:
        self.connection = sqlite3.connect(path, isolation_level=None)
        # Nobody reads the ledger after a crash, so it needs no journal; temporary tables stay in memory because the
        # system's folder for temporary files is no place for patients' ids (no query here sorts a long table).
        self.connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE;"
            f"PRAGMA cache_size=-{_CACHE_KIB};" + _TABLES + "BEGIN;"
        )
        self._cursor = self.connection.cursor()
        self.notes = 0
        self.left_out = 0
        self.renamed: dict[str, str] = {}
        """New names of patients that were united after their notes were spooled."""

    def new_id(self, note_id: str) -> bool:
        """Remember an id; False where it was seen before."""
        key = hashlib.blake2b(note_id.encode("utf-8"), digest_size=16).digest()
        return self._cursor.execute("INSERT OR IGNORE INTO ids VALUES (?)", (key,)).rowcount == 1

    def first_with(self, fingerprint: bytes, note_id: str) -> str:
        """Remember a text; the id of the first note with this fingerprint (`note_id` itself if it is the first)."""
        self._cursor.execute("INSERT OR IGNORE INTO texts VALUES (?, ?)", (fingerprint, note_id))
        if self._cursor.rowcount == 1:
            return note_id
        found = self._cursor.execute("SELECT note_id FROM texts WHERE key = ?", (fingerprint,)).fetchone()
        return str(found[0])

    def remember_text(self, note: int, fingerprint: bytes) -> None:
        """Remember the text of a note, by its number, to be compared once versions are settled."""
        self._cursor.execute("INSERT INTO later VALUES (?, ?)", (note, fingerprint))

    def remember_sides(self, text: bytes, other: bytes) -> None:
        """Remember what names both sides of the next note, which is a pair of texts."""
        self._cursor.execute("INSERT INTO sides VALUES (?, ?, ?)", (self.notes, text, other))

    def other_sides(self) -> Iterator[bytes]:
        """What names the other side of each note, in order, of notes that are pairs of texts."""
        return (bytes(row[0]) for row in self.connection.execute("SELECT other FROM sides ORDER BY seq"))

    def copies(self) -> Iterator[tuple[int, str]]:
        """Yield each note that has the text of an earlier one, both kept so far, with the id of that one."""
        query = "SELECT n.seq, n.note_id, l.key FROM later l JOIN notes n ON n.seq = l.seq WHERE n.kept ORDER BY l.seq"
        for note, note_id, key in self.connection.execute(query):
            first = self.first_with(key, note_id)
            if first != note_id:
                yield note, first

    def add(
        self, note_id: str, patient: str, stratum: str | None, draw: int | None, *, respelled: bool = False
    ) -> None:
        """Remember the next note's id, patient, stratum and, where a sample is drawn, its lot.

        `respelled` says that the source spells the patient otherwise.
        """
        values = (self.notes, note_id, patient, stratum or "", draw or 0)
        self._cursor.execute("INSERT INTO notes VALUES (?, ?, ?, ?, ?, TRUE)", values)
        if draw is not None:
            self._cursor.execute("INSERT INTO draws VALUES (?, ?)", (draw, self.notes))
        if respelled:
            self._cursor.execute("INSERT INTO respelled VALUES (?)", (self.notes,))
        self.notes += 1

    def give(self, patient: str, split: str) -> bool:
        """Remember a patient's split as the source gives it; False where it gave him another one before."""
        self._cursor.execute("INSERT OR IGNORE INTO given VALUES (?, ?)", (patient, split))
        if self._cursor.rowcount == 1:
            return True
        found = self._cursor.execute("SELECT split FROM given WHERE patient = ?", (patient,)).fetchone()
        return bool(found[0] == split)

    def in_two_spellings(self) -> int:
        """Patients that the source spells in two ways."""
        query = (
            "SELECT COUNT(*) FROM (SELECT patient FROM notes"
            " WHERE patient IN (SELECT n.patient FROM respelled r JOIN notes n ON n.seq = r.seq)"
            " GROUP BY patient HAVING COUNT(*) > SUM(seq IN (SELECT seq FROM respelled)))"
        )
        return int(self._cursor.execute(query).fetchone()[0])

    def identity(self, note: int) -> tuple[str, str]:
        """Id and patient of a note, by its number."""
        found = self._cursor.execute("SELECT note_id, patient FROM notes WHERE seq = ?", (note,)).fetchone()
        return str(found[0]), str(found[1])

    def leave_out(self, note: int, fault: Fault) -> None:
        """Leave out a note that was taken in, by its number."""
        self._cursor.execute("INSERT INTO left_out VALUES (?, ?, ?)", (note, *fault))
        self._cursor.execute("UPDATE notes SET kept = FALSE WHERE seq = ?", (note,))
        drawn = "DELETE FROM draws WHERE (draw, seq) = (SELECT draw, seq FROM notes WHERE seq = ?)"
        self._cursor.execute(drawn, (note,))
        self.left_out += 1

    def kept(self) -> Iterator[bool]:
        """Of each note in order, whether it is kept."""
        return (bool(row[0]) for row in self.connection.execute("SELECT kept FROM notes ORDER BY seq"))

    def faults(self) -> Iterator[Fault | None]:
        """Of each note in order, why it was left out after it was taken in; None for one that is kept."""
        query = "SELECT l.kind, l.reason FROM notes n LEFT JOIN left_out l ON l.seq = n.seq ORDER BY n.seq"
        return (None if row[0] is None else Fault(*row) for row in self.connection.execute(query))

    def highest_lot(self, sample: int | None) -> int:
        """The highest lot that belongs to a sample of this many notes."""
        if sample is None or sample >= self.notes - self.left_out:
            return 2**63 - 1
        query = "SELECT draw FROM draws ORDER BY draw, seq LIMIT 1 OFFSET ?"
        return int(self._cursor.execute(query, (sample - 1,)).fetchone()[0])

    def __enter__(self) -> Ledger:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.connection.close()
        if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
            raise OSError(errno.ENOSPC, "No space left on device") from error
