"""The files of a FHIR export: those with notes, those with what the notes refer to."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from wardspace.config import SourceConfig
from wardspace.config.corpus.cleaning import MissingConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import file_digest
from wardspace.corpus.readers.fhir.fhir import FhirReader, attachments
from wardspace.corpus.readers.fhir.identity import PATIENT, Patients
from wardspace.corpus.readers.fhir.references import BINARY, Binaries, Elsewhere, digest_of_files
from wardspace.corpus.readers.fhir.resources import Resources
from wardspace.corpus.readers.fhir.status import DELETED, RESOURCES
from wardspace.corpus.readers.fhir.versions import NoteVersions
from wardspace.corpus.readers.files import SourceFile, find_named, paths_behind, source_file
from wardspace.corpus.readers.row import Reader

_SUFFIXES = (".ndjson", ".jsonl", ".json")
_AUXILIARY = (PATIENT, BINARY)
_OF_NOTE = {*RESOURCES, *_AUXILIARY}


class Export:
    """The files behind a path, each looked through to its end.

    Parameters
    ----------
    config : SourceConfig
        Where they are: a folder, a file or a glob.

    Raises
    ------
    CorpusError
        If none of them holds notes.
    """

    def __init__(self, config: SourceConfig) -> None:
        path = config.path or ""
        self._encoding, self._limits = config.encoding, config.limits
        _, self.root = paths_behind(path)
        kinds = [(file, _kinds(file, config.encoding)) for file in find_named(path, "fhir", _SUFFIXES, config.limits)]
        self.notes = [file for file, held in kinds if held.intersection(RESOURCES)]
        if not self.notes:
            raise CorpusError(
                f"no {' or '.join(RESOURCES)} here",
                where=path,
                fix="name the files of the export that hold documents or reports, in JSON",
            )
        if not Path(path).expanduser().is_dir():
            known = {file.path for file, _ in kinds}
            kinds += [(file, _kinds(file, config.encoding)) for file in self._beside() if file.path not in known]
        self.binaries = [file for file, held in kinds if BINARY in held]
        self._patients = [file for file, held in kinds if PATIENT in held]
        self._deletions = [file for file, held in kinds if DELETED in held and file not in self.notes]

    def readers(self, needed: tuple[str, ...], scratch: Path) -> list[Reader]:
        """One reader for each file with notes."""
        versions = NoteVersions([*self.notes, *self._deletions], self._patients, self._encoding, scratch)
        patients = Patients(self._patients, self._encoding, scratch)
        elsewhere = Elsewhere(self.root, Binaries(self.binaries, self._encoding, scratch))
        return [
            FhirReader(file, i, needed, self._encoding, versions=versions, patients=patients, elsewhere=elsewhere)
            for i, file in enumerate(self.notes)
        ]

    def files(self) -> list[SourceFile]:
        """All files that notes are read from, each once."""
        return list(dict.fromkeys([*self.notes, *self.binaries, *self._deletions]))

    def referred(self) -> Iterator[Path | None]:
        """Files, other than those of the export itself, that notes refer to; None for one that is not there."""
        elsewhere = Elsewhere(self.root, Binaries([], self._encoding, self.root))
        for file in self.notes:
            for found in Resources(file, self._encoding).found(RESOURCES):
                yield from (elsewhere.file(url, file.path) for url in _urls(found.resource))

    def _beside(self) -> Iterator[SourceFile]:
        """Files in the folder of those that the study names, which by their name hold what notes refer to."""
        for path in sorted(self.root.iterdir()):
            bare = path.with_suffix("") if path.suffix == ".gz" else path
            named = any(kind.casefold() in path.name.casefold() for kind in _AUXILIARY)
            if named and bare.suffix.lower() in _SUFFIXES and path.is_file() and path.stat().st_size:
                yield source_file(path, self.root, "fhir", self._limits)


def fhir_files(config: SourceConfig) -> list[SourceFile]:
    """Those files of a source that notes are read from: an export has a file for each type of resource.

    Raises
    ------
    CorpusError
        If none holds notes.
    """
    return Export(config).files()


def fhir_content(config: SourceConfig) -> list[tuple[str, str]]:
    """Name and digest of each such file, and one digest of all files that notes refer to."""
    export = Export(config)
    found = [(file.name, file_digest(file.path)) for file in export.files()]
    return [*found, ("files that notes refer to", digest_of_files(export.referred()))]


def open_fhir(config: SourceConfig, needed: tuple[str, ...], scratch: Path, missing: MissingConfig) -> list[Reader]:
    """One reader for each file with notes."""
    return Export(config).readers(needed, scratch)


def _kinds(file: SourceFile, encoding: str) -> set[str]:
    """Which resources of note are in a file."""
    found: set[str] = set()
    wanted = set(_OF_NOTE)
    for one in Resources(file, encoding).found(wanted) if file.size else ():
        kind = DELETED if one.deleted else (one.resource or {}).get("resourceType")
        if isinstance(kind, str) and (kind in wanted or kind == DELETED):
            found.add(kind)
            wanted.discard(kind)
    return found


def _urls(resource: dict[str, Any] | None) -> list[str]:
    if not resource or resource.get("resourceType") not in RESOURCES:
        return []
    try:
        return [one.url for one in attachments(resource) if isinstance(one.url, str) and not one.here]
    except (AttributeError, TypeError, KeyError, IndexError):  # the reader rejects this resource
        return []
