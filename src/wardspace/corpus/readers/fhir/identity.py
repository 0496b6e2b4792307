"""Whom and what a FHIR resource refers to: relative, absolute, versioned, contained, logical and conditional."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs

from wardspace.corpus.readers.fhir.resources import Found, Resources
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.scratch import scratch_database

PATIENT = "Patient"
_LITERAL = re.compile(
    r"(?:^|/)(?P<kind>[A-Z][A-Za-z]+)/(?P<id>[^/?#|\s]+)(?:/_history(?:/[^/?#|]*)?)?/?(?:[?#|].*)?$", re.DOTALL
)
_CONDITIONAL = re.compile(r"(?:^|/)(?P<kind>[A-Z][A-Za-z]+)\?(?P<query>.+)$", re.DOTALL)
_BARE = re.compile(r"(?P<id>[^/?#|:\s]+)(?:[?#|].*)?$", re.DOTALL)
_UUID = re.compile(r"urn:(?:uuid|oid):(?P<id>.+)$", re.IGNORECASE)


class Literal(NamedTuple):
    """A reference taken apart."""

    kind: str
    id: str
    base: str = ""
    """The server of an absolute one, as `https://a.example/fhir`."""

    @property
    def url(self) -> str:
        """It put together again."""
        return f"{self.base}/{self.kind}/{self.id}" if self.base else f"{self.kind}/{self.id}"

    def on(self, base: str) -> Literal:
        """The same, on this server where it is a relative one."""
        return Literal(self.kind, self.id, base) if base and not self.base else self


def literal(reference: str) -> Literal | None:
    """Type and id behind a relative or absolute reference, of a version or not; None where it is none of these."""
    reference = reference.strip()
    found = _LITERAL.search(reference)
    return Literal(found["kind"], found["id"], _server(reference[: found.start()])) if found else None


def _server(url: str) -> str:
    """A server by the URL before type and id, however its scheme and host are written; none for a relative one."""
    scheme, sign, rest = url.partition("://")
    return f"https://{rest.rstrip('/').lower()}" if sign and scheme.lower() in ("http", "https") else ""


def identity_of(found: Found) -> Literal | None:
    """Type, id and server of a resource; in a Bundle the id may be in `fullUrl` alone.

    The server is that of `fullUrl` or, without one, of an absolute reference to the patient.
    """
    resource = found.resource or {}
    kind, key = resource.get("resourceType"), resource.get("id")
    named = literal(found.url) if found.url else None
    if key is None and found.url:
        key = named.id if named else found.url.rpartition(":")[2]
    if not isinstance(kind, str) or key is None or isinstance(key, dict | list | bool):
        return None
    if not (identity := str(key).strip()):
        return None
    return Literal(kind, identity, named.base if named else server_of_subject(resource))


def server_of_subject(resource: dict[str, Any]) -> str:
    """The server of an absolute reference to the patient; none of any other."""
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    named = literal(reference) if isinstance(reference, str) and "://" in reference else None
    return named.base if named and named.kind == PATIENT else ""


def identifiers(value: Any) -> Iterator[str]:
    """Business identifiers as `system|value`, as in a search; those without a system are their value."""
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict) and one.get("value") not in (None, ""):
            system = one.get("system")
            yield f"{system}|{one['value']}" if system else str(one["value"])


class Patients:
    """Finds the Patient resource that has an identifier; their files are read through once, when first asked.

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
        self._files, self._encoding, self._scratch = files, encoding, scratch
        self._connection: sqlite3.Connection | None = None

    def with_identifier(self, identifier: str) -> Literal | None:
        """The patient of this identifier; None where no patient has it."""
        if not self._files:
            return None
        if self._connection is None:
            self._connection = self._filled()
        query = "SELECT id, base FROM patients WHERE identifier = ?"
        found = self._connection.execute(query, (_stored(identifier),)).fetchone()
        return Literal(PATIENT, found[0].decode("utf-8", "surrogatepass"), found[1]) if found else None

    def _filled(self) -> sqlite3.Connection:
        tables = "CREATE TABLE patients (identifier BLOB PRIMARY KEY, id BLOB, base TEXT) WITHOUT ROWID; BEGIN;"
        connection = scratch_database(self._scratch, "patients.sqlite", tables)
        for file in self._files:
            for found in Resources(file, self._encoding).found((PATIENT,)):
                resource, identity = found.resource or {}, identity_of(found)
                if identity and identity.kind == PATIENT:
                    known = (_stored(identity.id), identity.base)
                    rows = ((_stored(one), *known) for one in identifiers(resource.get("identifier")))
                    connection.executemany("INSERT OR IGNORE INTO patients VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
        return connection


def _stored(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


class Referring(NamedTuple):
    """A resource, as the source of references."""

    resource: dict[str, Any]
    name: str
    """Its type and id."""
    inside: dict[str, str]
    """What the `urn:` references of its Bundle mean, as `Patient/1`."""
    base: str
    """Its server, which its relative references are of."""
    named: Callable[[Literal], str]
    """Gives the name of a resource that it refers to."""


def referred(value: Any, kind: str, source: Referring, patients: Patients) -> str | None:
    """The id of the resource of a type that a reference means; None where it means none.

    A contained resource has no identity of its own: it is known by its identifier or, without one, as part of the
    resource that contains it.

    Parameters
    ----------
    value : dict or None
        The reference.
    kind : str
        Type of the resource that is wanted.
    source : Referring
        Who refers.
    patients : Patients
        Those of the export, for references by identifier.
    """
    if not value:
        return None
    logical = next(identifiers(value.get("identifier")), None) if value.get("type") in (None, kind) else None
    reference = value.get("reference") or ""
    reference = source.inside.get(reference, reference).strip()
    if reference.startswith("#"):
        return _logical(logical or _contained(reference[1:], kind, source), kind, source, patients)
    if named := literal(reference):
        return source.named(named.on(source.base)) if named.kind == kind else None
    if conditional := _CONDITIONAL.search(reference):
        asked = parse_qs(conditional["query"]).get("identifier") if conditional["kind"] == kind else None
        logical = asked[0].removeprefix("|") if asked else logical
    elif found := None if logical else _UUID.match(reference) or _BARE.match(reference):
        return found["id"]
    return _logical(logical, kind, source, patients)


def _logical(identifier: str | None, kind: str, source: Referring, patients: Patients) -> str | None:
    """The id of what an identifier means; the identifier itself where that cannot be known."""
    known = patients.with_identifier(identifier) if identifier and kind == PATIENT else None
    return source.named(known) if known else identifier


def _contained(key: str, kind: str, source: Referring) -> str | None:
    for one in source.resource.get("contained") or []:
        if one.get("id") in (key, f"#{key}") and one.get("resourceType") == kind:
            return next(identifiers(one.get("identifier")), f"{source.name}#{key}")
    return None
