"""Whom and what a FHIR resource refers to: relative, absolute, versioned, contained, logical and conditional."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Sequence
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


def literal(reference: str) -> Literal | None:
    """Type and id behind a relative or absolute reference, of a version or not; None where it is none of these."""
    found = _LITERAL.search(reference.strip())
    return Literal(found["kind"], found["id"]) if found else None


def identity_of(found: Found) -> Literal | None:
    """Type and id of a resource; in a Bundle the id may be in `fullUrl` alone."""
    resource = found.resource or {}
    kind, key = resource.get("resourceType"), resource.get("id")
    if key is None and found.url:
        named = literal(found.url)
        key = named.id if named else found.url.rpartition(":")[2]
    if not isinstance(kind, str) or key is None or isinstance(key, dict | list | bool):
        return None
    return Literal(kind, str(key).strip()) if str(key).strip() else None


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

    def with_identifier(self, identifier: str) -> str:
        """Id of the patient of this identifier; the identifier itself where no patient has it."""
        if not self._files:
            return identifier
        if self._connection is None:
            self._connection = self._filled()
        query = "SELECT id FROM patients WHERE identifier = ?"
        found = self._connection.execute(query, (_stored(identifier),)).fetchone()
        return str(found[0].decode("utf-8", "surrogatepass")) if found else identifier

    def _filled(self) -> sqlite3.Connection:
        tables = "CREATE TABLE patients (identifier BLOB PRIMARY KEY, id BLOB) WITHOUT ROWID; BEGIN;"
        connection = scratch_database(self._scratch, "patients.sqlite", tables)
        for file in self._files:
            for found in Resources(file, self._encoding).found((PATIENT,)):
                resource = found.resource or {}
                if resource.get("resourceType") == PATIENT and isinstance(resource.get("id"), str):
                    rows = ((_stored(one), _stored(resource["id"])) for one in identifiers(resource.get("identifier")))
                    connection.executemany("INSERT OR IGNORE INTO patients VALUES (?, ?)", rows)
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


def referred(value: Any, kind: str, source: Referring, patients: Patients) -> str | None:
    """The id of the resource of a type that a reference means; None where it means none.

    A contained resource has no identity of its own: it is known by its identifier or, without one, as part of the
    resource that contains it. The server of an absolute reference is not looked at.

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
        return _logical(logical or _contained(reference[1:], kind, source), kind, patients)
    if named := literal(reference):
        return named.id if named.kind == kind else None
    if conditional := _CONDITIONAL.search(reference):
        asked = parse_qs(conditional["query"]).get("identifier") if conditional["kind"] == kind else None
        logical = asked[0].removeprefix("|") if asked else logical
    elif found := None if logical else _UUID.match(reference) or _BARE.match(reference):
        return found["id"]
    return _logical(logical, kind, patients)


def _logical(identifier: str | None, kind: str, patients: Patients) -> str | None:
    """The id of what an identifier means; the identifier itself where that cannot be known."""
    return patients.with_identifier(identifier) if identifier and kind == PATIENT else identifier


def _contained(key: str, kind: str, source: Referring) -> str | None:
    for one in source.resource.get("contained") or []:
        if one.get("id") in (key, f"#{key}") and one.get("resourceType") == kind:
            return next(identifiers(one.get("identifier")), f"{source.name}#{key}")
    return None
