"""A database that lives as long as the reading of a source: what must be remembered of many rows stays on disk."""

from __future__ import annotations

import sqlite3
from pathlib import Path

_CACHE_KIB = 16 * 1024


def scratch_database(folder: Path, name: str, tables: str = "") -> sqlite3.Connection:
    """Open a new SQLite file without a journal, as nobody reads it after a crash.

    Parameters
    ----------
    folder : Path
        Where it lies; made where it is not there.
    name : str
        Its name.
    tables : str
        SQL that makes its tables.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    connection = sqlite3.connect(folder / name, isolation_level=None)
    connection.executescript(
        "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE;"
        f"PRAGMA cache_size=-{_CACHE_KIB};" + tables
    )
    return connection
