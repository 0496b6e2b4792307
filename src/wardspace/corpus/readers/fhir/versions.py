"""Which version of each note counts, and which notes others have replaced: a first pass over ids, kept on disk."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wardspace.corpus.prepare.rejects import EARLIER_VERSION, Fault
from wardspace.corpus.readers.fhir.identity import (
    PATIENT,
    Literal,
    identifiers,
    identity_of,
    literal,
    server_of_subject,
)
from wardspace.corpus.readers.fhir.resources import Found, Resources
from wardspace.corpus.readers.fhir.servers import Servers, likes_of
from wardspace.corpus.readers.fhir.status import (
    DELETED,
    DOCUMENT,
    REPORT,
    RESOURCES,
    SUPERSEDED,
    rank_of,
    rank_of_deletion,
    withdrawn,
)
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.scratch import scratch_database

_KEPT_URLS = (*RESOURCES, PATIENT, "Encounter", "Binary")
_BATCH = 1000
_TABLES = """
CREATE TABLE latest (key BLOB, base TEXT, updated REAL, version REAL, written REAL, stage INTEGER,
  file INTEGER, line INTEGER, number INTEGER, valid INTEGER, PRIMARY KEY (key, base)) WITHOUT ROWID;
CREATE TABLE patients (key BLOB, base TEXT, PRIMARY KEY (key, base)) WITHOUT ROWID;
CREATE TABLE replaced (target BLOB, base TEXT, successor BLOB, file INTEGER, line INTEGER, number INTEGER, name TEXT);
CREATE TABLE urls (file INTEGER, bundle INTEGER, url BLOB, means BLOB, PRIMARY KEY (file, bundle, url)) WITHOUT ROWID;
BEGIN;
"""
_SUCCESSOR = """
SELECT r.name FROM replaced r JOIN latest l ON l.key = r.successor AND l.valid
  AND (l.file, l.line, l.number) = (r.file, r.line, r.number)
WHERE r.target = ? AND r.base = ? AND (l.key, l.base) <> (?, ?)
"""
_NEWER = """
ON CONFLICT (key, base) DO UPDATE SET
  updated = excluded.updated, version = excluded.version, written = excluded.written, stage = excluded.stage,
  file = excluded.file, line = excluded.line, number = excluded.number, valid = excluded.valid
WHERE (excluded.updated, excluded.version, excluded.written, excluded.stage, excluded.file, excluded.line,
  excluded.number) > (updated, version, written, stage, file, line, number)
"""
_TAKE = f"INSERT INTO latest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) {_NEWER}"
_OF_ONE_SERVER = f"""
INSERT INTO latest SELECT key, '', updated, version, written, stage, file, line, number, valid FROM latest
WHERE base <> '' {_NEWER}
"""


class Judged(NamedTuple):
    """What the others of an export say of a note."""

    name: str | None
    """Its id, with its type where a document of the export has the same; of several servers, its full URL."""
    fault: Fault | None
    """Why it does not count: another version does, or another note has replaced it."""
    base: str
    """The server that it is of, as far as the resource tells."""


class NoteVersions:
    """Judges a note by the others of the same export.

    Of several versions of an id (of one type of resource on one server) the one with the latest `meta.lastUpdated`
    counts, then the highest `meta.versionId`, the latest `issued` or `date`, the furthest status, and the last of the
    export. What a valid note replaces (`relatesTo`) does not count.

    Parameters
    ----------
    files : sequence of SourceFile
        Files with notes, then those that only say what was deleted; read through once, when the first note is judged.
    patients : sequence of SourceFile
        Files with Patient resources, which are compared with each other.
    encoding : str
        Encoding, or `auto`.
    scratch : Path
        Folder for the SQLite file, which lives only as long as the reading.
    """

    def __init__(
        self, files: Sequence[SourceFile], patients: Sequence[SourceFile], encoding: str, scratch: Path
    ) -> None:
        self._files, self._encoding, self._scratch = files, encoding, scratch
        self._patients = [file for file in patients if file not in files]
        self.servers = Servers()
        self._known: sqlite3.Connection | None = None
        self._rows: list[tuple[Any, ...]] = []
        self._taken = self._seen = 0
        self._several = self._replacing = False

    @property
    def warnings(self) -> list[str]:
        """Servers and ids that more than one resource has."""
        return self.servers.warnings

    def judged(self, found: Found, file: int) -> Judged:
        """What is to be said of a note of the file of this number."""
        connection = self._connection
        identity = identity_of(found)
        status = withdrawn(found.resource or {})
        if identity is None:
            return Judged(None, status or self._successor(found, file, None), "")
        key, base = _key(identity), self.servers.of_notes(identity.base)
        fault = self._later(connection, identity, found, file) if self._several else None
        return Judged(self._name(identity), fault or status or self._successor(found, file, (key, base)), identity.base)

    def _later(self, connection: sqlite3.Connection, identity: Literal, found: Found, file: int) -> Fault | None:
        query = "SELECT file, line, number FROM latest WHERE key = ? AND base = ?"
        place = connection.execute(query, (_key(identity), self.servers.of_notes(identity.base))).fetchone()
        if place is None or tuple(place) == (file, found.line, found.number):
            return None
        if place[0] < 0:
            return Fault(DELETED, "the export says that this resource was deleted")
        return Fault(EARLIER_VERSION, f"a later version of {_shown(identity)} is there, or the same again")

    def _successor(self, found: Found, file: int, own: tuple[bytes, str] | None) -> Fault | None:
        if self._replacing:
            for key, base in _names(found, file):
                values = (key, self.servers.of_notes(base), *(own or (b"", "")))
                if successor := self._connection.execute(_SUCCESSOR, values).fetchone():
                    return Fault(SUPERSEDED, f"replaced by {successor[0]}")
        return None

    def _name(self, identity: Literal) -> str:
        base = self.servers.of_notes(identity.base)
        if base:
            return identity.url
        if identity.kind == REPORT:
            query = "SELECT 1 FROM latest WHERE key = ? AND base = ''"
            if self._connection.execute(query, (_key(Literal(DOCUMENT, identity.id)),)).fetchone():
                return f"{identity.kind}/{identity.id}"
        return identity.id

    def inside(self, found: Found, file: int) -> dict[str, str]:
        """What the `urn:` references of a resource mean in its Bundle."""
        if not found.bundle or self._connection is None:
            return {}
        means: dict[str, str] = {}
        for url in _urns(found.resource):
            query = "SELECT means FROM urls WHERE file = ? AND bundle = ? AND url = ?"
            if row := self._connection.execute(query, (file, found.bundle, _bytes(url))).fetchone():
                means[url] = bytes(row[0]).decode("utf-8", "surrogatepass")
        return means

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._known is None:
            self._known = self._filled()
        return self._known

    def _filled(self) -> sqlite3.Connection:
        known = scratch_database(self._scratch, "versions.sqlite", _TABLES)
        for number, file in enumerate((*self._files, *self._patients)):
            for found in Resources(file, self._encoding).found((*RESOURCES, PATIENT)):
                self._take(known, found, number)
        self._flush(known)
        if not self.servers.several_of_notes:
            known.execute(_OF_ONE_SERVER)
            known.execute("DELETE FROM latest WHERE base <> ''")
            known.execute("UPDATE replaced SET base = '' WHERE base <> ''")
        notes, patients = (
            known.execute(f"SELECT COUNT(*) FROM {table}").fetchone()[0] for table in ("latest", "patients")
        )
        self._several = notes < self._taken
        if self._several or patients < self._seen:
            self.servers.compare(likes_of((*self._files, *self._patients), self._encoding), known)
        known.execute("COMMIT")
        known.execute("CREATE INDEX targets ON replaced (target, base)")
        return known

    def _take(self, known: sqlite3.Connection, found: Found, file: int) -> None:
        place = (file, found.line, found.number)
        if found.deleted:
            gone = literal(found.deleted)
            if gone and gone.kind in RESOURCES:
                rank = rank_of_deletion(found.when)
                self._put(known, (_key(gone), gone.base, *rank, -1, found.line, found.number, False))
            return
        resource = found.resource or {}
        kind, identity = resource.get("resourceType"), identity_of(found)
        if identity is None:
            return
        if found.url and found.url.startswith("urn:") and kind in _KEPT_URLS:
            means = (file, found.bundle, _bytes(found.url), _bytes(f"{identity.kind}/{identity.id}"))
            known.execute("INSERT OR REPLACE INTO urls VALUES (?, ?, ?, ?)", means)
        if kind == PATIENT:
            self._seen += 1
            known.execute("INSERT OR IGNORE INTO patients VALUES (?, ?)", (_key(identity), identity.base))
        if kind not in RESOURCES:
            return
        self.servers.see(identity.base, server_of_subject(resource))
        self._put(known, (_key(identity), identity.base, *rank_of(resource), *place, withdrawn(resource) is None))
        for target, base in _targets(found, file) if "relatesTo" in resource else ():
            self._replacing = True
            row = (target, base, _key(identity), *place, _shown(identity))
            known.execute("INSERT INTO replaced VALUES (?, ?, ?, ?, ?, ?, ?)", row)

    def _put(self, known: sqlite3.Connection, row: tuple[Any, ...]) -> None:
        self._taken += 1
        self._rows.append(row)
        if len(self._rows) >= _BATCH:
            self._flush(known)

    def _flush(self, known: sqlite3.Connection) -> None:
        known.executemany(_TAKE, self._rows)
        self._rows.clear()


def _names(found: Found, file: int) -> Iterator[tuple[bytes, str]]:
    """Keys and servers by which other documents may say that they replace this one."""
    identity, resource = identity_of(found), found.resource or {}
    if identity:
        yield _key(identity), identity.base
    if found.url and found.url.startswith("urn:"):
        yield _in_bundle(found, file, found.url), ""
    if resource.get("resourceType") == DOCUMENT:
        # the master identifier names a version; others may be shared by documents of one kind
        named = resource.get("masterIdentifier") or resource.get("identifier")
        yield from ((_hashed(f"|{one}"), "") for one in identifiers(named))


def _targets(found: Found, file: int) -> Iterator[tuple[bytes, str]]:
    """Keys and servers of what a document replaces."""
    relations, own = (found.resource or {}).get("relatesTo"), identity_of(found)
    for relation in relations if isinstance(relations, list) else ():
        if not isinstance(relation, dict) or "replaces" not in _codes(relation.get("code")):
            continue
        target = relation.get("target")
        target = target if isinstance(target, dict) else {}
        if isinstance(reference := target.get("reference"), str):
            named = literal(reference)
            if named:
                yield _key(named), named.base or (own.base if own else "")
            else:
                yield _in_bundle(found, file, reference), ""
        yield from ((_hashed(f"|{one}"), "") for one in identifiers(target.get("identifier")))


def _in_bundle(found: Found, file: int, url: str) -> bytes:
    return _hashed(f"{file} {found.bundle} {url}")


def _codes(code: Any) -> list[Any]:
    """A code of R4, or those of a concept of R5."""
    if isinstance(code, dict) and isinstance(code.get("coding"), list):
        return [one.get("code") for one in code["coding"] if isinstance(one, dict)]
    return [code]


def _urns(value: Any) -> Iterator[str]:
    """Every `urn:` in the references and urls of a resource."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            yield from (
                text
                for name in ("reference", "url")
                if isinstance(text := one.get(name), str) and text.startswith("urn:")
            )
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one


def _shown(identity: Literal) -> str:
    return f"{identity.kind}/{identity.id}".encode("utf-8", "replace").decode()


def _key(identity: Literal) -> bytes:
    return _hashed(f"{identity.kind}/{identity.id}")


def _hashed(text: str) -> bytes:
    return hashlib.blake2b(_bytes(text), digest_size=16).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
