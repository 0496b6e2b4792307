"""Documents that a FHIR resource refers to: Binary resources of the same export, and files inside its folder."""

from __future__ import annotations

import hashlib
import json
import mimetypes
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from wardspace.core.files import file_digest
from wardspace.corpus.prepare.rejects import DAMAGED
from wardspace.corpus.readers.fhir.attachments import READABLE, Attachment
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.jsonl import LONGEST_LINE, JsonLines, parsed

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


_BINARY = re.compile(rf"(?:^|/){BINARY}/([A-Za-z0-9\-.]{{1,64}})(?:/_history/[^/?#]+)?$")
_LARGEST = 64 * 2**20


class Elsewhere:
    """Fetches documents, never from a network.

    Parameters
    ----------
    root : Path
        Folder of the export; what lies outside it is not read.
    binaries : Binaries
        The export's Binary resources.
    """

    def __init__(self, root: Path, binaries: Binaries) -> None:
        self._root = root.resolve()
        self.binaries = binaries

    def fetched(self, attachment: Attachment, referrer: Path) -> Attachment:
        """The attachment with the document that it refers to; as it is where that is not at hand.

        Parameters
        ----------
        attachment : Attachment
            One without data.
        referrer : Path
            The file that names it: a relative path is taken from its folder, else from that of the export.
        """
        url = attachment.url
        wanted = attachment.kind in READABLE or not attachment.typed
        if not url or not wanted or attachment.data or attachment.text:
            return attachment
        named = _BINARY.search(url)
        if named:
            return self._of_binary(attachment, named[1])
        path = self.file(url, referrer)
        return self._of_file(attachment, path) if path else attachment

    def file(self, url: str, referrer: Path) -> Path | None:
        """The file that a URL names, if it lies inside the export."""
        try:
            parts = urlsplit(url)
        except ValueError:
            return None
        local = parts.scheme in ("", "file") and parts.netloc in ("", "localhost") and not _BINARY.search(url)
        path = unquote(parts.path)
        if not local or not path or "\0" in path:
            return None
        for folder in (referrer.parent, self._root):
            found = (folder / path).resolve()
            if found.is_relative_to(self._root) and found.is_file():
                return found
        return None

    def _of_binary(self, attachment: Attachment, identity: str) -> Attachment:
        found = self.binaries.find(identity)
        if not found or not found.get("data"):
            return attachment
        document = Attachment.of(found)
        if attachment.typed:
            document = replace(document, kind=attachment.kind, charset=attachment.charset)
        return replace(document, title=attachment.title)

    def _of_file(self, attachment: Attachment, path: Path) -> Attachment:
        with read_faults(str(path)):
            if path.stat().st_size > _LARGEST:
                return attachment
            raw = path.read_bytes()
        kind = attachment.kind if attachment.typed else mimetypes.guess_type(path.name)[0] or attachment.kind
        return replace(attachment, kind=kind, raw=raw)


def digest_of_files(paths: Iterator[Path | None]) -> str:
    """A digest of the files that resources refer to, and of which are missing."""
    hasher = hashlib.sha256()
    for path in paths:
        hasher.update((file_digest(path) if path else "-").encode())
    return hasher.hexdigest()[:16]
