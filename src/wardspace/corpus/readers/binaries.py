"""Binary resources of a FHIR export by their id, in a scratch SQLite file: their places in plain files, else data."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.jsonl import LONGEST_LINE, JsonLines, parsed
from wardspace.corpus.rejects import DAMAGED

BINARY = "Binary"
_CACHE_KIB = 16 * 1024
_Entry = tuple[str, int, int, int, str | None]
"""Id, number of the file, offset and length of the line; the resource itself where the line cannot be gone back to."""


class Binaries:
    """Finds Binary resources; the files are read through once, when the first of them is asked for.

    Parameters
    ----------
    files : sequence of SourceFile
        Files that hold such resources.
    encoding : str
        Encoding, or `auto`.
    scratch : Path
        Folder for the SQLite file, which lives only as long as the reading.
    """

    def __init__(self, files: Sequence[SourceFile], encoding: str, scratch: Path) -> None:
        self.warnings: list[str] = []
        self._files, self._encoding, self._scratch = files, encoding, scratch
        self._connection: sqlite3.Connection | None = None

    def find(self, identity: str) -> dict[str, Any] | None:
        """The resource of this id; None where there is none."""
        if not self._files:
            return None
        if self._connection is None:
            self._connection = self._filled()
        query = "SELECT file, place, length, resource FROM binaries WHERE id = ?"
        found = self._connection.execute(query, (identity,)).fetchone()
        if found is None:
            return None
        file, place, length, resource = found
        stored = resource if resource is not None else self._line(self._files[file], place, length)
        value, _ = parsed(stored)
        return value

    def _filled(self) -> sqlite3.Connection:
        self._scratch.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._scratch / "binaries.sqlite", isolation_level=None)
        connection.executescript(
            "PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF; PRAGMA temp_store=MEMORY; PRAGMA locking_mode=EXCLUSIVE;"
            f"PRAGMA cache_size=-{_CACHE_KIB};"
            "CREATE TABLE binaries (id TEXT PRIMARY KEY, file INTEGER, place INTEGER, length INTEGER, resource TEXT);"
            "BEGIN"
        )
        for number, file in enumerate(self._files):
            lines = JsonLines(file, self._encoding)
            plain = not file.gzipped and lines.encoding in ("utf-8", "utf-8-sig")
            entries = _places(file, number) if plain else self._resources(lines, number)
            connection.executemany("INSERT OR IGNORE INTO binaries VALUES (?, ?, ?, ?, ?)", entries)
        connection.execute("COMMIT")
        return connection

    def _resources(self, lines: JsonLines, number: int) -> Iterator[_Entry]:
        for _, resource, fault in lines.objects():
            if fault and fault.kind == DAMAGED:
                self.warnings.append(f"{lines.name}: {fault.reason}; documents behind that are missing")
            if resource and resource.get("resourceType") == BINARY and isinstance(resource.get("id"), str):
                yield resource["id"], number, 0, 0, json.dumps(resource)

    def _line(self, file: SourceFile, place: int, length: int) -> str:
        with read_faults(str(file.path)), file.path.open("rb") as handle:
            handle.seek(place)
            return handle.read(length).decode("utf-8", "replace")


def _places(file: SourceFile, number: int) -> Iterator[_Entry]:
    """Ids and places of the Binary resources of a file that is neither packed nor in another encoding."""
    place = 0
    with read_faults(str(file.path)), file.path.open("rb") as handle:
        while line := handle.readline(LONGEST_LINE):
            if b'"Binary"' in line and line.endswith((b"}", b"\n")):
                resource, _ = parsed(line.decode("utf-8", "replace"))
                if resource and resource.get("resourceType") == BINARY and isinstance(resource.get("id"), str):
                    yield resource["id"], number, place, len(line), None
            place += len(line)
