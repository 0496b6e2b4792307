"""Versions of one note: the same patient, chart time, category and caregiver, stored several times."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import itemgetter

from wardspace.config import ColumnsConfig
from wardspace.config.corpus.duplicates import VersionsConfig
from wardspace.core.errors import CorpusError

_TABLE = "CREATE TABLE versions (key BLOB, stored REAL, seq INTEGER, PRIMARY KEY (key, stored, seq)) WITHOUT ROWID"


def version_columns(config: VersionsConfig | None, columns: ColumnsConfig) -> tuple[str, ...]:
    """Columns that tell versions of a note: what they share, then, if there is one, what orders them.

    Raises
    ------
    CorpusError
        If there is no column of patients or of times.
    """
    if config is None:
        return ()
    if columns.patient_id is None:
        raise CorpusError(
            "versions of a note are identified by its patient, and no column of patients is named",
            where="corpus.deduplicate.versions",
            fix="name it in corpus.columns.patient_id, or set corpus.deduplicate.versions: null",
        )
    time = config.time or columns.time
    if time is None:
        raise CorpusError(
            "versions of a note are identified by its time, and no column of times is named",
            where="corpus.deduplicate.versions.time",
            fix="name it here or in corpus.columns.time, or set corpus.deduplicate.versions: null",
        )
    return tuple(name for name in (time, config.category, config.caregiver, config.stored) if name)


class Versions:
    """Finds the versions of each note; on disk, so that memory does not grow.

    Parameters
    ----------
    connection : sqlite3.Connection
        The ledger's.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        connection.execute(_TABLE)
        self._connection = connection
        self.incomplete = 0

    def add(self, note: int, fields: Sequence[str | None], stored: float | None) -> None:
        """Take in a note.

        Parameters
        ----------
        note : int
            Its number in the spool.
        fields : sequence of str or None
            What versions have in common; a note that lacks any of them is an version of none, and is counted.
        stored : float or None
            What orders the versions.
        """
        if stored is None or None in fields:
            self.incomplete += 1
            return
        self._connection.execute("INSERT INTO versions VALUES (?, ?, ?)", (_key(fields), stored, note))

    def superseded(self) -> Iterator[tuple[int, int]]:
        """Yield each note that a later version takes the place of, with the last one (by `stored`, then by number)."""
        rows = self._connection.execute("SELECT key, seq FROM versions ORDER BY key, stored, seq")
        for _, group in groupby(rows, key=itemgetter(0)):
            *earlier, last = (int(seq) for _, seq in group)
            for note in earlier:
                yield note, last


def _key(fields: Sequence[str | None]) -> bytes:
    parts = [str(field).encode("utf-8") for field in fields]
    # lengths keep ("ab", "c") apart from ("a", "bc")
    return hashlib.blake2b(b"".join(len(part).to_bytes(4, "big") + part for part in parts), digest_size=16).digest()
