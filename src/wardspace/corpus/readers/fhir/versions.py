"""Which version of each note counts, and which notes others have replaced: a first pass over ids, kept on disk."""

from __future__ import annotations

import hashlib
import math
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from wardspace.core.times import moment
from wardspace.corpus.prepare.rejects import EARLIER_VERSION, Fault
from wardspace.corpus.readers.fhir.identity import Literal, identifiers, identity_of, literal
from wardspace.corpus.readers.fhir.resources import Found, Resources
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.scratch import scratch_database

DOCUMENT, REPORT = "DocumentReference", "DiagnosticReport"
RESOURCES = (DOCUMENT, REPORT)
"""Resources that hold notes; others of an export are passed over."""
RETRACTED = "entered-in-error"
SUPERSEDED = "superseded"
DELETED = "deleted"
_KEPT_URLS = (*RESOURCES, "Patient", "Encounter", "Binary")
_STAGES = {
    "registered": 1,
    "partial": 2,
    "preliminary": 3,
    "amended": 5,
    "corrected": 5,
    "appended": 5,
    "cancelled": 6,
    "deprecated": 6,
    SUPERSEDED: 6,
    RETRACTED: 7,
}
_FINAL = 4
_WITHDRAWN = (SUPERSEDED, "deprecated")
_NUMBER = re.compile(r'(?:W/)?"?(\d{1,18})"?$')
_TABLES = """
CREATE TABLE latest (key BLOB PRIMARY KEY, updated REAL, version REAL, written REAL, stage INTEGER,
  file INTEGER, line INTEGER, number INTEGER, valid INTEGER) WITHOUT ROWID;
CREATE TABLE replaced (target BLOB, successor BLOB, file INTEGER, line INTEGER, number INTEGER, name TEXT);
CREATE TABLE urls (file INTEGER, bundle INTEGER, url BLOB, means BLOB, PRIMARY KEY (file, bundle, url)) WITHOUT ROWID;
BEGIN;
"""
_SUCCESSOR = """
SELECT r.name FROM replaced r JOIN latest l ON l.key = r.successor AND l.valid
  AND (l.file, l.line, l.number) = (r.file, r.line, r.number) WHERE r.target = ? AND r.successor <> ?
"""
_TAKE = """
INSERT INTO latest VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO UPDATE SET
  updated = excluded.updated, version = excluded.version, written = excluded.written, stage = excluded.stage,
  file = excluded.file, line = excluded.line, number = excluded.number, valid = excluded.valid
WHERE (excluded.updated, excluded.version, excluded.written, excluded.stage, excluded.file, excluded.line,
  excluded.number) > (updated, version, written, stage, file, line, number)
"""


class _Rank(NamedTuple):
    """What orders the versions of a resource, before their place in the export."""

    updated: float
    version: float
    written: float
    stage: int


class NoteVersions:
    """Judges a note by the others of the same export.

    Of several versions of an id (of one type of resource) the one with the latest `meta.lastUpdated` counts, then the
    highest `meta.versionId`, the latest `issued` or `date`, the furthest status, and the last of the export. What a
    valid note replaces (`relatesTo`) does not count.

    Parameters
    ----------
    files : sequence of SourceFile
        Files with notes, then those that only say what was deleted; read through once, when the first note is judged.
    encoding : str
        Encoding, or `auto`.
    scratch : Path
        Folder for the SQLite file, which lives only as long as the reading.
    """

    def __init__(self, files: Sequence[SourceFile], encoding: str, scratch: Path) -> None:
        self._files, self._encoding, self._scratch = files, encoding, scratch
        self._known: sqlite3.Connection | None = None

    def fault(self, found: Found, file: int) -> Fault | None:
        """Why a note does not count: another version does, or another note has replaced it."""
        resource = found.resource or {}
        identity = identity_of(found)
        if identity is not None:
            query = "SELECT file, line, number FROM latest WHERE key = ?"
            place = self._ask(query, _key(identity))
            if place is not None and tuple(place) != (file, found.line, found.number):
                if place[0] < 0:
                    return Fault(DELETED, "the export says that this resource was deleted")
                return Fault(EARLIER_VERSION, f"a later version of {_shown(identity)} is there, or the same again")
        if status := withdrawn(resource):
            return status
        own = _key(identity) if identity else b""
        for key in _names(found, file):
            if successor := self._ask(_SUCCESSOR, key, own):
                return Fault(SUPERSEDED, f"replaced by {successor[0]}")
        return None

    def name(self, found: Found) -> str | None:
        """Name of a note: its id, with its type where a document of the export has the same."""
        identity = identity_of(found)
        if identity is None:
            return None
        document = Literal(DOCUMENT, identity.id)
        if identity.kind == REPORT and self._ask("SELECT 1 FROM latest WHERE key = ?", _key(document)):
            return "/".join(identity)
        return identity.id

    def inside(self, found: Found, file: int) -> dict[str, str]:
        """What the `urn:` references of a resource mean in its Bundle."""
        if not found.bundle or self._connection is None:
            return {}
        means: dict[str, str] = {}
        for url in _urns(found.resource):
            query = "SELECT means FROM urls WHERE file = ? AND bundle = ? AND url = ?"
            if row := self._ask(query, file, found.bundle, _bytes(url)):
                means[url] = bytes(row[0]).decode("utf-8", "surrogatepass")
        return means

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._known is None:
            self._known = scratch_database(self._scratch, "versions.sqlite", _TABLES)
            for number, file in enumerate(self._files):
                for found in Resources(file, self._encoding).found(RESOURCES):
                    self._take(self._known, found, number)
            self._known.execute("COMMIT")
            self._known.execute("CREATE INDEX targets ON replaced (target)")
        return self._known

    def _ask(self, query: str, *values: Any) -> Any:
        return self._connection.execute(query, values).fetchone()

    def _take(self, known: sqlite3.Connection, found: Found, file: int) -> None:
        if found.deleted:
            gone = literal(found.deleted)
            if gone and gone.kind in RESOURCES:
                when = moment(found.when) if isinstance(found.when, str) else None
                rank = (math.inf if when is None else when, math.inf, math.inf, max(_STAGES.values()) + 1)
                known.execute(_TAKE, (_key(gone), *rank, -1, found.line, found.number, False))
            return
        resource, place = found.resource or {}, (file, found.line, found.number)
        kind, identity = resource.get("resourceType"), identity_of(found)
        if identity is None:
            return
        if found.url and found.url.startswith("urn:") and kind in _KEPT_URLS:
            means = (file, found.bundle, _bytes(found.url), _bytes("/".join(identity)))
            known.execute("INSERT OR REPLACE INTO urls VALUES (?, ?, ?, ?)", means)
        if kind not in RESOURCES:
            return
        known.execute(_TAKE, (_key(identity), *_rank(resource), *place, withdrawn(resource) is None))
        for target in _targets(found, file):
            row = (target, _key(identity), *place, _shown(identity))
            known.execute("INSERT INTO replaced VALUES (?, ?, ?, ?, ?, ?)", row)


def withdrawn(resource: dict[str, Any]) -> Fault | None:
    """Why a note does not count by its own status."""
    said = (resource.get("status"), resource.get("docStatus"))
    if RETRACTED in said:
        return Fault(RETRACTED, "the resource was entered in error")
    if set(_WITHDRAWN).intersection(_texts(said)):
        return Fault(SUPERSEDED, "its status says that another one has replaced it")
    return None


def _texts(values: Sequence[Any]) -> Iterator[str]:
    return (value for value in values if isinstance(value, str))


def _rank(resource: dict[str, Any]) -> _Rank:
    meta = resource.get("meta")
    meta = meta if isinstance(meta, dict) else {}
    written = resource.get("issued" if resource["resourceType"] == REPORT else "date")
    version = _NUMBER.match(str(meta.get("versionId") or "").strip())
    stages = [_STAGES.get(status, _FINAL) for status in _texts((resource.get("status"), resource.get("docStatus")))]
    worst = [stage for stage in stages if stage != _FINAL]
    return _Rank(
        _seconds(meta.get("lastUpdated")),
        float(version[1]) if version else -1.0,
        _seconds(written),
        max(worst) if worst else _FINAL,
    )


def _seconds(value: Any) -> float:
    found = moment(value) if isinstance(value, str) else None
    return -math.inf if found is None else found


def _names(found: Found, file: int) -> Iterator[bytes]:
    """Keys by which other documents may say that they replace this one."""
    identity, resource = identity_of(found), found.resource or {}
    if identity:
        yield _key(identity)
    if found.url and found.url.startswith("urn:"):
        yield _in_bundle(found, file, found.url)
    if resource.get("resourceType") == DOCUMENT:
        # the master identifier names a version; others may be shared by documents of one kind
        named = resource.get("masterIdentifier") or resource.get("identifier")
        yield from (_hashed(f"|{one}") for one in identifiers(named))


def _targets(found: Found, file: int) -> Iterator[bytes]:
    """Keys of what a document replaces."""
    relations = (found.resource or {}).get("relatesTo")
    for relation in relations if isinstance(relations, list) else ():
        if not isinstance(relation, dict) or "replaces" not in _codes(relation.get("code")):
            continue
        target = relation.get("target")
        target = target if isinstance(target, dict) else {}
        if isinstance(reference := target.get("reference"), str):
            named = literal(reference)
            yield _key(named) if named else _in_bundle(found, file, reference)
        yield from (_hashed(f"|{one}") for one in identifiers(target.get("identifier")))


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
    return "/".join(identity).encode("utf-8", "replace").decode()


def _key(identity: Literal) -> bytes:
    return _hashed("/".join(identity))


def _hashed(text: str) -> bytes:
    return hashlib.blake2b(_bytes(text), digest_size=16).digest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")
