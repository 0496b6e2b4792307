"""Which servers an export is of: an id names one resource of a server, and may name another one elsewhere."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from wardspace.corpus.readers.fhir.identity import PATIENT, Literal, identity_of
from wardspace.corpus.readers.fhir.resources import Resources
from wardspace.corpus.readers.fhir.status import RESOURCES, rank_of, withdrawn
from wardspace.corpus.readers.files import SourceFile

_TABLE = """
CREATE TABLE contents (kind TEXT, id BLOB, base TEXT, version TEXT, content INTEGER,
  PRIMARY KEY (kind, id, base, version, content)) WITHOUT ROWID
"""
_DIFFERENT = """
SELECT kind, COUNT(DISTINCT id) FROM (SELECT kind, id FROM contents GROUP BY kind, id, base, version
  HAVING COUNT(*) > 1) GROUP BY kind ORDER BY kind
"""
_OF_PATIENT = ("identifier", "name", "birthDate", "gender", "telecom", "address")
_OF_NOTE = ("subject", "content", "presentedForm", "conclusion")


class Like(NamedTuple):
    """What tells that two resources of one id are one."""

    identity: Literal
    version: str
    content: int


class Servers:
    """The servers that notes and their patients are of, told from absolute URLs.

    Where there is one at most, the id of a resource names it, whoever refers to it by whatever URL. Where there are
    several, full URLs do; a resource without one, whose references are relative, has its id as its name.
    """

    def __init__(self) -> None:
        self._of_notes: set[str] = set()
        self._of_patients: set[str] = set()
        self._different: dict[str, int] = {}

    def see(self, note: str, patient: str) -> None:
        """Remember the servers of a note and its patient, as far as they are told."""
        self._of_notes.add(note)
        self._of_patients.add(patient or note)

    @property
    def several_of_notes(self) -> bool:
        """Whether notes are of several servers."""
        return len(self._of_notes - {""}) > 1

    @property
    def several_of_patients(self) -> bool:
        """Whether the patients that notes refer to are of several servers."""
        return len(self._of_patients - {""}) > 1

    def of_notes(self, base: str) -> str:
        """The part that a server has in the identity of a note: none where there is no other."""
        return base if base and self.several_of_notes else ""

    def patient(self, named: Literal) -> str:
        """Name of a patient, or of another resource that notes refer to."""
        return named.url if named.base and self.several_of_patients else named.id

    def compare(self, likes: Iterator[Like], known: sqlite3.Connection) -> None:
        """Count ids of one server, or of unknown ones, that resources have which differ in what they say."""
        known.execute(_TABLE)
        rows = (
            (like.identity.kind, like.identity.id.encode("utf-8", "surrogatepass"), like.identity.base, *like[1:])
            for like in likes
        )
        known.executemany("INSERT OR IGNORE INTO contents VALUES (?, ?, ?, ?, ?)", rows)
        self._different = dict(known.execute(_DIFFERENT).fetchall())

    @property
    def warnings(self) -> list[str]:
        """What must be known of names."""
        told = []
        servers = sorted({*self._of_notes, *self._of_patients} - {""})
        if self.several_of_notes or self.several_of_patients:
            told.append(f"resources of {len(servers)} servers ({', '.join(servers[:3])}): their ids are full URLs")
        for kind, count in self._different.items():
            fate = "count as one patient" if kind == PATIENT else "count as versions of one, of which the last is kept"
            told.append(
                f"{count} ids of {kind} are of resources that differ, without a version to tell them by: they {fate}."
                " If the export is of several servers, prepare each by itself, or export Bundles with a fullUrl"
            )
        return told


def likes_of(files: Sequence[SourceFile], encoding: str) -> Iterator[Like]:
    """What to compare of the notes and patients of some files, other than notes that are withdrawn."""
    for file in files:
        for found in Resources(file, encoding).found((*RESOURCES, PATIENT)):
            resource, identity = found.resource, identity_of(found)
            if resource is None or identity is None or identity.kind not in (*RESOURCES, PATIENT):
                continue
            if identity.kind == PATIENT:
                yield Like(identity, _version(resource), _content(resource, _OF_PATIENT))
            elif withdrawn(resource) is None:
                stage = rank_of(resource).stage
                yield Like(identity, f"{_version(resource)} {stage}", _content(resource, _OF_NOTE))


def _version(resource: dict[str, Any]) -> str:
    meta = resource.get("meta")
    return str(meta.get("versionId") or "") if isinstance(meta, dict) else ""


def _content(resource: dict[str, Any], names: Sequence[str]) -> int:
    return hash(repr([_sorted(resource.get(name)) for name in names]))


def _sorted(value: Any) -> Any:
    """The same with keys in one order: programs write them in several."""
    if isinstance(value, dict):
        return [(key, _sorted(value[key])) for key in sorted(value)]
    return [_sorted(one) for one in value] if isinstance(value, list) else value
