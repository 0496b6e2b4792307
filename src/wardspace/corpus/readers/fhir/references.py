"""Documents that a FHIR resource refers to: Binary resources of the same export, and files inside its folder."""

from __future__ import annotations

import hashlib
import json
import math
import mimetypes
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import unquote, unquote_to_bytes, urlsplit

from wardspace.core.errors import CorpusError
from wardspace.core.files import file_digest
from wardspace.core.times import moment
from wardspace.corpus.prepare.rejects import DAMAGED
from wardspace.corpus.readers.fhir.attachments import READABLE, Attachment
from wardspace.corpus.readers.fhir.identity import Literal, Referring, identity_of, literal
from wardspace.corpus.readers.fhir.resources import Found, Resources, flat
from wardspace.corpus.readers.files import SourceFile, read_faults
from wardspace.corpus.readers.jsonl import parsed
from wardspace.corpus.readers.scratch import scratch_database

BINARY = "Binary"
_Entry = tuple[str, str, int, int, int, str | None, float, str, int]
"""Id, server, number of the file, offset and length of the line; the resource itself where the line cannot be gone back
to; when it was last updated, its version and a hash of its data."""


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

    def find(self, named: Literal) -> dict[str, Any] | None:
        """The latest version of a resource; None where there is none, or two servers have it and none is named."""
        if not self._files or not named.id.isascii():
            return None
        if self._connection is None:
            self._connection = self._filled()
        query = "SELECT base, file, place, length, resource FROM binaries WHERE id = ?"
        known = {base: place for base, *place in self._connection.execute(query, (named.id,))}
        found = known.get(named.base) or (next(iter(known.values())) if len(known) == 1 else None)
        if found is None:
            return None
        file, place, length, resource = found
        stored = resource if resource is not None else self._line(self._files[file], place, length)
        value, _ = parsed(stored)
        return value

    def _filled(self) -> sqlite3.Connection:
        connection = scratch_database(self._scratch, "binaries.sqlite", _TABLE)
        for number, file in enumerate(self._files):
            resources = Resources(file, self._encoding)
            plain = not file.gzipped and not resources.is_document and resources.encoding in ("utf-8", "utf-8-sig")
            entries = _places(file, number) if plain else self._resources(resources, number)
            connection.executemany(_TAKE, entries)
        connection.execute("COMMIT")
        if different := connection.execute("SELECT COUNT(*) FROM binaries WHERE differs").fetchone()[0]:
            self.warnings.append(
                f"{different} ids of {BINARY} are of resources that differ, without a version to tell them by: notes"
                " that refer to them may have a text that is not theirs. If the export is of several servers, prepare"
                " each by itself"
            )
        return connection

    def _resources(self, resources: Resources, number: int) -> Iterator[_Entry]:
        for found in resources.found((BINARY,)):
            if found.fault and found.fault.kind == DAMAGED:
                self.warnings.append(f"{resources.name}: {found.fault.reason}; documents behind that are missing")
            yield from _entries(found, number, None)

    def _line(self, file: SourceFile, place: int, length: int) -> str:
        with read_faults(str(file.path)), file.path.open("rb") as handle:
            handle.seek(place)
            return handle.read(length).decode("utf-8", "replace")


_TABLE = """
CREATE TABLE binaries (id TEXT, base TEXT, file INTEGER, place INTEGER, length INTEGER, resource TEXT, updated REAL,
  version TEXT, content INTEGER, differs INTEGER DEFAULT 0, PRIMARY KEY (id, base));
BEGIN;
"""
_KEPT = ("file", "place", "length", "resource", "updated", "version", "content")
_TAKE = f"""
INSERT INTO binaries (id, base, {", ".join(_KEPT)}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id, base) DO UPDATE
SET {", ".join(f"{name} = IIF(excluded.updated > updated, excluded.{name}, {name})" for name in _KEPT)},
  differs = differs OR (excluded.version = version AND excluded.content <> content)
"""


def _places(file: SourceFile, number: int) -> Iterator[_Entry]:
    """Ids and places of the Binary resources of a file that is neither packed nor in another encoding."""
    place = 0
    with read_faults(str(file.path)), file.path.open("rb") as handle:
        while line := handle.readline(file.limits.row_characters):
            if b'"Binary"' in line and line.endswith((b"}", b"\n")):
                value, _ = parsed(line.decode("utf-8", "replace"))
                for found in flat(value, 0, 0) if value else ():
                    alone = found.resource is value
                    yield from _entries(found, number, (place, len(line)) if alone else None)
            place += len(line)


def _entries(found: Found, number: int, place: tuple[int, int] | None) -> Iterator[_Entry]:
    """A Binary resource, by its place in the file where it can be gone back to."""
    resource = found.resource or {}
    identity = identity_of(found)
    if resource.get("resourceType") == BINARY and identity and identity.id.isascii():
        meta = resource.get("meta")
        updated = meta.get("lastUpdated") if isinstance(meta, dict) else None
        when = moment(updated) if isinstance(updated, str) else None
        version = str(meta.get("versionId") or "") if isinstance(meta, dict) else ""
        stored = None if place else json.dumps(resource)
        told = (-math.inf if when is None else when, version, hash(str(resource.get("data"))))
        yield identity.id, identity.base, number, *(place or (0, 0)), stored, *told


_DATA = re.compile(
    r"data:(?P<kind>[^,;]*)(?P<charset>(?:;[^,;]*)*?)(?P<packed>;base64)?,(?P<data>.*)", re.DOTALL | re.I
)
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

    def fetched(self, attachment: Attachment, referrer: Path, source: Referring) -> Attachment:
        """The attachment with the document that it refers to; as it is where that is not at hand.

        Parameters
        ----------
        attachment : Attachment
            One without data.
        referrer : Path
            The file that names it: a relative path is taken from its folder, else from that of the export.
        source : Referring
            The resource that names it.
        """
        url = attachment.url
        wanted = attachment.kind in READABLE or not attachment.typed
        if not url or not wanted or attachment.data or attachment.text:
            return attachment
        if not isinstance(url, str):
            raise TypeError("a url that is no string")
        url = source.inside.get(url, url)
        if url.startswith("#"):
            inside = (one for one in source.resource.get("contained") or [] if one.get("id") in (url, url[1:]))
            return _of_resource(attachment, next(inside, None))
        if url[:5].lower() == "data:":
            return _of_data(attachment, url)
        named = literal(url)
        if named and named.kind == BINARY:
            return _of_resource(attachment, self.binaries.find(named.on(source.base)))
        path = self.file(url, referrer)
        return self._of_file(attachment, path) if path else attachment

    def file(self, url: str, referrer: Path) -> Path | None:
        """The file that a URL names, if it lies inside the export."""
        try:
            parts = urlsplit(url)
            path = unquote(parts.path)
        except ValueError:
            return None
        local = parts.scheme in ("", "file") and parts.netloc in ("", "localhost")
        if not local or not path or "\0" in path:
            return None
        for folder in (referrer.parent, self._root):
            try:
                found = (folder / path).resolve()
                if found.is_relative_to(self._root) and found.is_file():
                    return found
            except (OSError, RuntimeError, ValueError):
                continue  # a name that is too long or no name, links in a circle, a folder that is closed
        return None

    def _of_file(self, attachment: Attachment, path: Path) -> Attachment:
        try:
            with read_faults(str(path)):
                raw = path.read_bytes() if path.stat().st_size <= _LARGEST else None
        except CorpusError as error:
            if isinstance(error.__cause__, PermissionError | FileNotFoundError | IsADirectoryError):
                return attachment
            raise
        if raw is None:
            return attachment
        kind = attachment.kind if attachment.typed else mimetypes.guess_type(path.name)[0] or attachment.kind
        return attachment._replace(kind=kind, raw=raw)


def _of_resource(attachment: Attachment, found: dict[str, Any] | None) -> Attachment:
    """An attachment that is a Binary resource of its own."""
    if not found or not found.get("data"):
        return attachment
    document = Attachment.of(found)
    if attachment.typed:
        charset = attachment.charset or (document.charset if document.kind == attachment.kind else None)
        document = document._replace(kind=attachment.kind, charset=charset)
    return document._replace(title=attachment.title)


def _of_data(attachment: Attachment, url: str) -> Attachment:
    """An attachment in a `data:` URL."""
    found = _DATA.match(url)
    if not found:
        return attachment
    named = Attachment.of({"contentType": f"{found['kind'] or 'text/plain'}{found['charset']}"})
    named = named if not attachment.typed else attachment
    if found["packed"]:
        return named._replace(data=unquote(found["data"]), url=None, title=attachment.title)
    return named._replace(raw=unquote_to_bytes(found["data"]), url=None, title=attachment.title)


def digest_of_files(paths: Iterator[Path | None]) -> str:
    """A digest of the files that resources refer to, and of which are missing."""
    hasher = hashlib.sha256()
    for path in paths:
        hasher.update((file_digest(path) if path else "-").encode())
    return hasher.hexdigest()[:16]
