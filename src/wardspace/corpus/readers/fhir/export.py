"""The files of a FHIR bulk export: those with notes, those with Binary resources, and what the notes refer to."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from wardspace.config import SourceConfig
from wardspace.core.errors import CorpusError
from wardspace.core.files import file_digest
from wardspace.corpus.readers.fhir.fhir import RESOURCES, FhirReader, attachments
from wardspace.corpus.readers.fhir.references import BINARY, Binaries, Elsewhere, digest_of_files
from wardspace.corpus.readers.files import SourceFile, find_files, format_of, paths_behind, source_file
from wardspace.corpus.readers.jsonl import JsonLines, parsed
from wardspace.corpus.readers.row import Reader

_LOOK, _LOOK_CHARACTERS = 1000, 64 * 2**20


class Export:
    """The files behind a path.

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
        self._encoding = config.encoding
        _, self.root = paths_behind(path)
        kinds = [(file, _kinds(file, config.encoding)) for file in find_files(path, "jsonl")]
        self.notes = [file for file, held in kinds if held.intersection(RESOURCES)]
        self.binaries = [file for file, held in kinds if BINARY in held]
        if not self.notes:
            raise CorpusError(
                f"no {' or '.join(RESOURCES)} here",
                where=path,
                fix="name the files of the export that hold documents or reports",
            )
        if not Path(path).expanduser().is_dir():
            known = {file.path for file, _ in kinds}
            self.binaries += [file for file in self._auxiliary() if file.path not in known]

    def elsewhere(self, scratch: Path) -> Elsewhere:
        """What fetches the documents that notes refer to."""
        return Elsewhere(self.root, Binaries(self.binaries, self._encoding, scratch))

    def referred(self) -> Iterator[Path | None]:
        """Files, other than those of the export itself, that notes refer to; None for one that is not there."""
        elsewhere = self.elsewhere(self.root)
        for file in self.notes:
            for _, line in JsonLines(file, self._encoding).lines():
                if isinstance(line, str) and '"url"' in line:
                    yield from (elsewhere.file(url, file.path) for url in _urls(parsed(line)[0]))

    def _auxiliary(self) -> Iterator[SourceFile]:
        """Files of Binary resources by their name, in addition to those that the study names."""
        for path in sorted(self.root.iterdir()):
            if BINARY.casefold() in path.name.casefold() and format_of(path) == "jsonl" and path.stat().st_size:
                yield source_file(path, self.root, "jsonl")


def fhir_files(config: SourceConfig) -> list[SourceFile]:
    """Those files of a source that notes are read from: an export has a file for each type of resource.

    Raises
    ------
    CorpusError
        If none holds notes.
    """
    export = Export(config)
    return list(dict.fromkeys([*export.notes, *export.binaries]))


def fhir_content(config: SourceConfig) -> list[tuple[str, str]]:
    """Name and digest of each such file, and one digest of all files that notes refer to."""
    export = Export(config)
    found = [(file.name, file_digest(file.path)) for file in dict.fromkeys([*export.notes, *export.binaries])]
    return [*found, ("files that notes refer to", digest_of_files(export.referred()))]


def open_fhir(config: SourceConfig, needed: tuple[str, ...], scratch: Path) -> list[Reader]:
    """One reader for each file with notes."""
    export = Export(config)
    elsewhere = export.elsewhere(scratch)
    return [FhirReader(file, needed, config.encoding, elsewhere) for file in export.notes]


def _kinds(file: SourceFile, encoding: str) -> set[str]:
    """Which resources of note are among the first; in a bulk export all of a file are of one type."""
    if not file.size:
        return set()
    found: set[str] = set()
    read = 0
    for _, line in islice(JsonLines(file, encoding).lines(), _LOOK):
        text = line if isinstance(line, str) else ""
        read += len(text)
        if any(f'"{kind}"' in text for kind in (*RESOURCES, BINARY) if kind not in found):
            value, _ = parsed(text)
            found.add(str((value or {}).get("resourceType")))
        if read > _LOOK_CHARACTERS:
            break
    return found


def _urls(resource: dict[str, Any] | None) -> list[str]:
    if not resource or resource.get("resourceType") not in RESOURCES:
        return []
    try:
        return [one.url for one in attachments(resource) if isinstance(one.url, str) and not one.here]
    except (AttributeError, TypeError, KeyError, IndexError):  # the reader rejects this resource
        return []
