"""FHIR R4 exports: notes of DocumentReference and DiagnosticReport resources."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.fhir.attachments import Attachment, best
from wardspace.corpus.readers.fhir.identity import PATIENT, Patients, Referring, referred
from wardspace.corpus.readers.fhir.references import Elsewhere
from wardspace.corpus.readers.fhir.resources import MALFORMED, Found, Resources
from wardspace.corpus.readers.fhir.status import DOCUMENT, REPORT, RESOURCES
from wardspace.corpus.readers.fhir.versions import Judged, NoteVersions
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.row import Row

FHIR_COLUMNS = ColumnsConfig(
    note_id="id", patient_id="patient", time="date", text="text", metadata=["type"], labels=[], spans=[]
)
"""What the columns mean where a study does not say."""
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,40}")


class FhirReader:
    """Reads the notes of one file; the resources of other types are counted and passed over.

    A resource is one note: its attachments are the same document in several formats, of which the one that loses least
    is read (plain text, else HTML, RTF or, of a DiagnosticReport without any, its narrative). One entered in error,
    superseded, or without a patient is a fault, as are all versions but the latest and an attachment that is outside
    the export.

    Columns: `id`, `resource`, `patient`, `encounter`, `date`, `type`, `category`, `status`, `format` (of the
    attachment), `title` and `text`.

    Parameters
    ----------
    file : SourceFile
        The file.
    number : int
        Its number among those of `versions`.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding of attachments that name none, or `auto`.
    versions : NoteVersions
        Judges a note by the others of the export.
    patients : Patients
        Those of the export.
    elsewhere : Elsewhere
        Fetches documents that are in other files of the export.

    Raises
    ------
    CorpusError
        If there is no such column, or the encoding is wrong.

    References
    ----------
    HL7 FHIR R4, https://hl7.org/fhir/R4/documentreference.html, /diagnosticreport.html, /references.html and
    /bundle.html; FHIR Bulk Data Access 2.0.
    """

    format = "fhir"

    def __init__(
        self,
        file: SourceFile,
        number: int,
        needed: tuple[str, ...],
        encoding: str,
        *,
        versions: NoteVersions,
        patients: Patients,
        elsewhere: Elsewhere,
    ) -> None:
        self._path, self._number, self._needed, self._given = file.path, number, needed, encoding
        self._versions, self._patients, self._elsewhere = versions, patients, elsewhere
        self.name, self.size = file.name, file.size
        self._resources = Resources(file, encoding)
        self.encoding: str | None = self._resources.encoding
        self._others: Counter[str] = Counter()
        self._guessed: Counter[str] = Counter()
        self._escaped = 0
        check_columns(_COLUMNS, needed, self.name)

    @property
    def warnings(self) -> list[str]:
        """How the file and its attachments were decoded, and which resources were passed over."""
        told = [*self._resources.warnings, *self._versions.warnings, *self._elsewhere.binaries.warnings]
        told += [
            f"{self.name}: {count} attachments name no encoding that fits and were read as {name}, recognised by their"
            " letters: where letters look wrong, set corpus.source.encoding"
            for name, count in self._guessed.most_common()
        ]
        if self._escaped:
            told.append(
                f"{self.name}: {self._escaped} attachments hold escaped HTML (&lt;p&gt;), which was read as HTML"
            )
        passed = ", ".join(f"{count} {kind}" for kind, count in self._others.most_common(5))
        return [*told, *([f"{self.name}: passed over {passed}"] if passed else [])]

    def position(self) -> int:
        """Bytes read so far."""
        return self._resources.position()

    def rows(self) -> Iterator[Row]:
        """Yield one row a document or report."""
        self._others.clear()
        self._guessed.clear()
        self._escaped = 0
        for found in self._resources.found():
            if found.deleted:
                continue
            if found.resource is None:
                yield Row(found.line, None, found.fault)
            elif (kind := found.resource.get("resourceType")) in RESOURCES:
                yield self._row(found, found.resource)
            elif isinstance(kind, str) and _TYPE.fullmatch(kind):
                self._others[kind] += 1
            else:
                yield Row(found.line, None, Fault(MALFORMED, "an object without a type of resource"))

    def _row(self, found: Found, resource: dict[str, Any]) -> Row:
        judged = self._versions.judged(found, self._number)
        name = judged.name
        try:
            note = judged.fault or self._note(found, resource, judged)
        except (AttributeError, TypeError, KeyError, IndexError, ValueError, RecursionError):
            note = Fault(MALFORMED, "its elements are not shaped as FHIR says")
        if isinstance(note, Fault):
            return Row(found.line, tuple([name if column == "id" else None for column in self._needed]), note)
        return Row(found.line, tuple([note[column] for column in self._needed]))

    def _note(self, found: Found, resource: dict[str, Any], judged: Judged) -> dict[str, Any] | Fault:
        is_report = resource["resourceType"] == REPORT
        name = f"{resource['resourceType']}/{judged.name}"
        inside = self._versions.inside(found, self._number) if found.bundle else {}
        source = Referring(resource, name, inside, judged.base, self._versions.servers.patient)
        patient = referred(resource.get("subject"), PATIENT, source, self._patients)
        if patient is None:
            return Fault("missing patient", "the resource names no patient as its subject")
        fetched = [self._elsewhere.fetched(one, self._path, source) for one in attachments(resource)]
        chosen = best(fetched, self._given)
        if isinstance(chosen, Fault):
            return chosen
        if chosen.guessed:
            self._guessed[chosen.guessed] += 1
        self._escaped += chosen.escaped
        return {
            "id": judged.name,
            "resource": resource["resourceType"],
            "patient": patient,
            "encounter": referred(_encounter(resource, is_report=is_report), "Encounter", source, self._patients),
            "date": _date(resource, is_report=is_report),
            "type": _concept(resource.get("code" if is_report else "type")),
            "category": _concept(next(iter(resource.get("category") or []), None)),
            "status": resource.get("status"),
            "format": chosen.kind,
            "title": chosen.title,
            "text": chosen.text,
        }


_COLUMNS = (
    "id",
    "resource",
    "patient",
    "encounter",
    "date",
    "type",
    "category",
    "status",
    "format",
    "title",
    "text",
)


def attachments(resource: dict[str, Any]) -> list[Attachment]:
    """The documents of a resource; of a report without any, what it says itself."""
    if resource["resourceType"] == DOCUMENT:
        return [Attachment.of(content["attachment"]) for content in resource.get("content") or []]
    forms = [Attachment.of(form) for form in resource.get("presentedForm") or []]
    narrative = (resource.get("text") or {}).get("div")
    conclusion = resource.get("conclusion")
    if conclusion and not forms:
        return [Attachment("text/plain", conclusion)]
    return [*forms, *([Attachment("application/xhtml+xml", narrative)] if narrative else [])]


def _encounter(resource: dict[str, Any], *, is_report: bool) -> Any:
    context = resource if is_report else resource.get("context") or {}
    encounter = context if isinstance(context, list) else context.get("encounter")  # R5 has a list of references
    return next(iter(encounter), None) if isinstance(encounter, list) else encounter


def _date(resource: dict[str, Any], *, is_report: bool) -> str | None:
    """When it was written; of a report when its findings were made, as near as it says."""
    if not is_report:
        context = resource.get("context") or {}
        period = (resource if isinstance(context, list) else context).get("period") or {}
        return resource.get("date") or period.get("start")
    period = resource.get("effectivePeriod") or {}
    return resource.get("effectiveDateTime") or period.get("start") or resource.get("issued")


def _concept(value: dict[str, Any] | None) -> str | None:
    """A concept in words: its text, else the display of its first coding, else that coding's code."""
    if not value:
        return None
    codings = value.get("coding") or []
    shown = [coding.get("display") for coding in codings] + [coding.get("code") for coding in codings]
    return value.get("text") or next((name for name in shown if name), None)
