"""FHIR R4 bulk exports: notes of DocumentReference and DiagnosticReport resources, one resource a line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from wardspace.config import ColumnsConfig
from wardspace.corpus.prepare.rejects import Fault
from wardspace.corpus.readers.columns import check_columns
from wardspace.corpus.readers.fhir.attachments import Attachment, best, text_of
from wardspace.corpus.readers.fhir.references import Elsewhere
from wardspace.corpus.readers.files import SourceFile
from wardspace.corpus.readers.jsonl import JsonLines
from wardspace.corpus.readers.row import Row

FHIR_COLUMNS = ColumnsConfig(
    note_id="id", patient_id="patient", time="date", text="text", metadata=["type"], labels=[], spans=[]
)
"""What the columns mean where a study does not say."""
RESOURCES = ("DocumentReference", "DiagnosticReport")
"""Resources that hold notes; others of an export are passed over."""
_RETRACTED = "entered-in-error"
_TYPE = re.compile(r"[A-Z][A-Za-z]{1,40}")


class FhirReader:
    """Reads the notes of one NDJSON file; the resources of other types are counted and passed over.

    A resource is one note: its attachments are the same document in several formats, of which the one that loses least
    is read (plain text, else HTML, RTF or, of a DiagnosticReport without any, its narrative). One entered in error, or
    without a patient, is a fault, as is an attachment that stands outside the export.

    Columns: `id`, `resource`, `patient`, `encounter`, `date`, `type`, `category`, `status`, `format` (of the
    attachment), `title` and `text`.

    Parameters
    ----------
    file : SourceFile
        The file.
    needed : tuple of str
        Columns to read.
    encoding : str
        Encoding, or `auto`; FHIR prescribes UTF-8.
    elsewhere : Elsewhere
        Fetches documents that are in other files of the export.

    Raises
    ------
    CorpusError
        If there is no such column, or the encoding is wrong.

    References
    ----------
    HL7 FHIR R4, https://hl7.org/fhir/R4/documentreference.html and /diagnosticreport.html; FHIR Bulk Data Access 2.0.
    """

    format = "fhir"

    def __init__(self, file: SourceFile, needed: tuple[str, ...], encoding: str, elsewhere: Elsewhere) -> None:
        self._path, self._elsewhere = file.path, elsewhere
        self.name, self.size = file.name, file.size
        self._needed = needed
        self._lines = JsonLines(file, encoding)
        self.encoding = self._lines.encoding
        self._others: Counter[str] = Counter()
        check_columns(_COLUMNS, needed, self.name)

    @property
    def warnings(self) -> list[str]:
        """How the file was decoded, and which resources were passed over."""
        passed = ", ".join(f"{count} {kind}" for kind, count in self._others.most_common(5))
        told = [*self._lines.warnings, *self._elsewhere.binaries.warnings]
        return [*told, *([f"{self.name}: passed over {passed}"] if passed else [])]

    def position(self) -> int:
        """Bytes read so far."""
        return self._lines.position()

    def rows(self) -> Iterator[Row]:
        """Yield one row a document or report."""
        self._others.clear()
        for number, resource, fault in self._lines.objects():
            if resource is None:
                yield Row(number, None, fault)
            elif (kind := resource.get("resourceType")) in RESOURCES:
                yield self._row(number, resource)
            elif isinstance(kind, str) and _TYPE.fullmatch(kind):
                self._others[kind] += 1
            else:
                yield Row(number, None, Fault("malformed resource", "an object without a type of resource"))

    def _row(self, number: int, resource: dict[str, Any]) -> Row:
        try:
            found = self._note(resource)
        except (AttributeError, TypeError, KeyError, IndexError):
            found = Fault("malformed resource", "its elements are not shaped as FHIR R4 says")
        if isinstance(found, Fault):
            return Row(number, None, found)
        return Row(number, tuple([found[name] for name in self._needed]))

    def _note(self, resource: dict[str, Any]) -> dict[str, Any] | Fault:
        is_report = resource["resourceType"] == "DiagnosticReport"
        if _RETRACTED in (resource.get("status"), resource.get("docStatus")):
            return Fault(_RETRACTED, "the resource was entered in error")
        patient = _reference(resource.get("subject"), "Patient")
        if patient is None:
            return Fault("missing patient", "the resource names no patient as its subject")
        chosen = best([self._elsewhere.fetched(one, self._path) for one in attachments(resource)])
        if isinstance(chosen, Fault):
            return chosen
        text = text_of(chosen)
        if isinstance(text, Fault):
            return text
        context = resource if is_report else resource.get("context") or {}
        encounter = context.get("encounter")
        return {
            "id": resource.get("id"),
            "resource": resource["resourceType"],
            "patient": patient,
            "encounter": _reference(
                encounter[0] if isinstance(encounter, list) and encounter else encounter, "Encounter"
            ),
            "date": _date(resource, is_report=is_report),
            "type": _concept(resource.get("code" if is_report else "type")),
            "category": _concept(next(iter(resource.get("category") or []), None)),
            "status": resource.get("status"),
            "format": chosen.kind,
            "title": chosen.title,
            "text": text,
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
    if resource["resourceType"] == "DocumentReference":
        return [Attachment.of(content["attachment"]) for content in resource.get("content") or []]
    forms = [Attachment.of(form) for form in resource.get("presentedForm") or []]
    narrative = (resource.get("text") or {}).get("div")
    conclusion = resource.get("conclusion")
    if conclusion and not forms:
        return [Attachment("text/plain", conclusion)]
    return [*forms, *([Attachment("application/xhtml+xml", narrative)] if narrative else [])]


def _reference(value: Any, kind: str) -> str | None:
    """The id behind a reference, relative, absolute or of a contained or logical kind."""
    if not value:
        return None
    reference = value.get("reference")
    if reference:
        parts = str(reference).split("/_history/")[0].split("/")
        named = len(parts) < 2 or parts[-2] == kind
        return parts[-1] or None if named else None
    identifier = value.get("identifier") or {}
    return identifier.get("value")


def _date(resource: dict[str, Any], *, is_report: bool) -> str | None:
    """When it was written; of a report when its findings were made, as near as it says."""
    if not is_report:
        period = (resource.get("context") or {}).get("period") or {}
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
